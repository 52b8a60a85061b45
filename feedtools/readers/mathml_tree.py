"""The tree of some MathML, as loosely as pages write it."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

MAX_DEPTH = 120
"""Elements inside one another that are followed; a formula has some ten."""
_TOKEN = re.compile(r"<!--.*?-->|<(/?)(?:[A-Za-z]+:)?([A-Za-z][\w.-]*)([^<>]*?)(/?)>|<", re.DOTALL)
_ATTRIBUTE = re.compile(r"""(?<![A-Za-z-])([A-Za-z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


class Node(NamedTuple):
    """An element: its name, its attributes as they stand, and what is in it."""

    name: str
    attributes: str
    children: list[Node | str]

    def get(self, name: str) -> str:
        """The value of an attribute, or the empty string."""
        for found in _ATTRIBUTE.finditer(self.attributes):
            if found[1].lower() == name:
                return unescape(found[2] or found[3] or found[4] or "").strip()
        return ""

    def elements(self) -> list[Node]:
        """The elements in it, and text that stands between them."""
        return [
            child if isinstance(child, Node) else Node("mtext", "", [child])
            for child in self.children
            if isinstance(child, Node) or child.strip()
        ]

    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


def parse(markup: str) -> Node | None:
    """The tree of some MathML; end tags that are missing or of something else are forgiven.

    Returns ``None`` where elements are nested more than ``MAX_DEPTH`` deep.
    """
    root = Node("math", "", [])
    open_nodes, done = [root], 0
    for found in _TOKEN.finditer(markup):
        if found.start() > done:
            open_nodes[-1].children.append(unescape(markup[done : found.start()]))
        done = found.end()
        if found[2] is None:
            if found[0] == "<":
                open_nodes[-1].children.append("<")
            continue
        name = found[2].lower()
        if found[1]:
            if any(node.name == name for node in open_nodes[1:]):
                while open_nodes.pop().name != name:
                    pass
            continue
        node = Node(name, found[3], [])
        open_nodes[-1].children.append(node)
        if not found[4]:
            open_nodes.append(node)
        if len(open_nodes) > MAX_DEPTH:
            return None
    if done < len(markup):
        open_nodes[-1].children.append(unescape(markup[done:]))
    return root
