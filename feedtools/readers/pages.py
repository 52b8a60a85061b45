"""HTML pages, with the extra ``html``: the article without the furniture around it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.encodings import recode
from feedtools.readers.markup import attributes, shield, text_of
from feedtools.readers.streams import optional, read_document
from feedtools.readers.tags import OPEN_ENDED, Tags, characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

_FURNITURE = ("nav", "header", "footer", "aside", "noscript", "button", "template", "style", "iframe", "svg")
_EMPTY = "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
_VOID = frozenset(_EMPTY.split())
"""Elements without an end tag, where there is nothing in them: inside MathML there may be."""
_LITERAL = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"})
"""Elements in whose text nothing is escaped."""
_ESCAPES = (("&", "&amp;"), ("\xa0", "&nbsp;"), ("<", "&lt;"), (">", "&gt;"))
_PORTION = 2**16
_BODIES = ("[itemprop=articleBody]", "article", "main", "[role=main]", "body")
MAX_DEPTH = 2000
"""Elements inside one another; a page has some thirty."""
FREE_NODES = 100_000
"""Elements and attributes that a page may have however short they are."""
LEAST = 48
"""Bytes that one of them has at least on average, where there are more; the tree of a page takes 450 for an element."""


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the articles of a page: one for each ``article`` element, else its main part.

    Raises:
        ReadError: the encoding is not what the page says, or elements are nested too deeply.
    """
    for number, text in enumerate(articles(recode(read_document(stream, source), source), source), 1):
        yield Article(source, number, text, verbatim=False)


def articles(page: bytes, source: str) -> Iterator[str]:
    """The texts of a page's articles; the page is UTF-8.

    Raises:
        ReadError: selectolax is not installed, or the elements are nested too deeply.
    """
    lexbor = optional("selectolax.lexbor", "html", "reading HTML", source)
    size, page = characters(page), shield(page)
    _check_size(page, size, source)
    _check_depth(page, source)
    for passed in range(len(_BODIES)):
        bodies = _bodies(lexbor.LexborHTMLParser(page), passed)  # no tree is there beside a text
        found = len(bodies)
        bodies.reverse()
        texts: list[str] = []
        while bodies:
            if text := text_of(bytes(bodies.pop())):
                texts.append(text)
        yield from texts
        if texts or not found:
            return


def _bodies(tree: Any, passed: int) -> list[bytearray]:
    """The markup of what is found by the first way that finds anything, after so many ways whose finds had no text."""
    for selector in _BODIES:
        found = _outermost(tree.css(selector))
        for node in found:
            _remove_furniture(node)
        if found and not passed:
            return [_markup(node) for node in found]
        passed -= bool(found)
    return []


def _check_size(page: bytes, size: int, source: str) -> None:
    most = max(FREE_NODES, size // LEAST)
    elements = page.count(b"<") - page.count(b"</")
    if elements > most or (len(page) > 2 * most and elements + attributes(page) > most):
        raise ReadError(
            f"more than {most:,} elements and attributes of fewer than {LEAST} characters; no page needs that",
            path=source,
        )


def _check_depth(page: bytes, source: str) -> None:
    """A tree of great depth is walked by recursion, or for quadratic time, somewhere down in any parser."""
    deepest = depth = 0
    place = page.find(b"<")
    while place >= 0:
        closes = page.startswith(b"/", place + 1)
        depth = max(0, depth - 1) if closes else depth + 1
        deepest = max(deepest, depth)
        place = page.find(b"<", place + 1)
    if deepest > MAX_DEPTH and _depth(page) > MAX_DEPTH:
        raise ReadError(f"elements are nested more than {MAX_DEPTH:,} deep; no page needs that", path=source)


def _depth(page: bytes) -> int:
    """Elements that are open at once, at most, of those that have to be closed."""
    tags, deepest, open_tags = Tags(page), 0, dict[bytes, int]()
    depth, place = 0, page.find(b"<")
    while place >= 0:
        tag = tags.at(place)
        if tag is not None and tag.name not in OPEN_ENDED:
            count = open_tags.get(tag.name, 0)
            if not tag.closes:
                open_tags[tag.name] = count + 1
                depth += 1
                deepest = max(deepest, depth)
            elif count:
                open_tags[tag.name] = count - 1
                depth -= 1
        place = page.find(b"<", place + 1)
    return deepest


def _outermost(found: list[Any]) -> list[Any]:
    """Those that are in none of the others; no way up is gone twice."""
    inside, outside = {node.mem_id for node in found}, set[int]()
    outermost = []
    for node in found:
        passed, parent = [], node.parent
        while parent is not None and parent.mem_id not in inside and parent.mem_id not in outside:
            passed.append(parent.mem_id)
            parent = parent.parent
        if parent is None or parent.mem_id in outside:
            outside.update(passed)
            outermost.append(node)
        else:
            inside.update(passed)
    return outermost


def _remove_furniture(node: Any) -> None:
    for name in _FURNITURE:
        for inner in _outermost(node.css(name)):
            inner.decompose()


def _markup(root: Any) -> bytearray:
    """An element as markup, put together piece by piece: as one string it may take twenty times its size."""
    markup = bytearray(_start(root))
    walk = [(root.tag, root.iter(include_text=True))]
    while walk:
        parent, nodes = walk[-1]
        node = next(nodes, None)
        if node is None:
            walk.pop()
            markup += f"</{parent}>".encode()
        elif (name := node.tag or "-") == "-text":
            for portion in _portions(node.text_content or ""):
                markup += (portion if parent in _LITERAL else _escaped(portion)).encode()
        elif name.startswith("-"):
            markup += (node.html or "").encode()
        else:
            markup += _start(node)
            if name not in _VOID or node.child is not None:
                walk.append((name, node.iter(include_text=True)))
    return markup


def _start(node: Any) -> bytes:
    start = bytearray(f"<{node.tag}".encode())
    for name, value in node.attributes.items():
        start += f' {name}="'.encode()
        for portion in _portions(value or ""):
            start += _escaped(portion).replace('"', "&quot;").encode()
        start += b'"'
    return bytes(start + b">")


def _portions(text: str) -> Iterator[str]:
    return (text[start : start + _PORTION] for start in range(0, len(text), _PORTION))


def _escaped(text: str) -> str:
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text
