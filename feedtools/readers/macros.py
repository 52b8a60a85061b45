r"""Macros that a page defines for all its formulas, in a script of MathJax or KaTeX or in a formula of its own."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING

from feedtools.readers.tags import string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers.tags import Tags

MAX_CONFIGURATION = 100_000
"""Bytes of the scripts that are looked through."""
_MACROS = re.compile(r"[\"']?\b[mM]acros[\"']?\s*:\s*\{")
_ENTRY = re.compile(
    r"""["']?\\{0,2}([A-Za-z]{1,40}+)["']?\s{0,20}:\s{0,20}(?:\[\s{0,20})?"""
    r"""("(?:[^"\\]|\\.){0,400}+"|'(?:[^'\\]|\\.){0,400}+')(?:\s{0,20},\s{0,20}(\d))?[^\],}]{0,100}+\]?\s{0,100}+"""
)
_DEFINITION = re.compile(
    rb"\\(?:(?:(?:re)?new|provide)command|g?def|DeclareMathOperator)\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?"
)
_BRACE = re.compile(rb"\\.|[{}<]", re.DOTALL)
_COMMAND = re.compile(rb"\\([A-Za-z]+)")
MAX_DEFINITIONS = 200
"""Macros of a page that are looked at."""
MAX_DEFINITION = 2000
"""Bytes of the longest definition."""


def defined(tags: Tags, articles: list[tuple[int, int]]) -> dict[str, str]:
    """The macros of a page: a definition in TeX by the name of each.

    Args:
        tags: the page.
        articles: where its articles are; what these define themselves is theirs.
    """
    markup = tags.markup
    found: dict[str, str] = {}
    place = 0
    for start, end in (*articles, (len(markup), len(markup))):
        if (
            b"command" in markup[place:start]
            or b"\\def" in markup[place:start]
            or b"MathOperator" in markup[place:start]
        ):
            found.update(_written(markup, place, start))
        place = max(place, end)
    if b"acros" not in markup:
        return found
    place, seen = markup.find(b"<script"), 0
    while place >= 0 and seen < MAX_CONFIGURATION:
        tag = tags.at(place)
        end = tags.close_of(b"script", place)
        if tag is not None and b"acros" in markup[tag.end : end]:
            seen += end - tag.end
            found.update(_configured(string(markup[tag.end : min(end, tag.end + MAX_CONFIGURATION)])))
        place = markup.find(b"<script", max(end, place + 1))
    return found


def _configured(script: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in _MACROS.finditer(script):
        place = start.end()
        while entry := _ENTRY.match(script, _past_space(script, place)):
            body = _unquoted(entry[2])
            count = f"[{entry[3]}]" if entry[3] and entry[3] != "0" else ""
            found[entry[1]] = rf"\newcommand{{\{entry[1]}}}{count}{{{body}}}"
            place = entry.end()
            if not script.startswith(",", place):
                break
            place += 1
    return {name: text for name, text in found.items() if text.count("{") == text.count("}")}


def _past_space(script: str, place: int) -> int:
    while place < len(script) and script[place].isspace():
        place += 1
    return place


def _unquoted(literal: str) -> str:
    """The text that a string literal of JavaScript stands for."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def _written(markup: bytes, start: int, end: int) -> Iterator[tuple[str, str]]:
    """The definitions that stand in formulas of a part of the page."""
    for found in islice(_DEFINITION.finditer(markup, start, end), MAX_DEFINITIONS):
        close = _past_groups(markup, found.end())
        if close:
            yield found[1].decode(), unescape(string(markup[found.start() : close]))


def _past_groups(markup: bytes, place: int) -> int:
    """The end of the body of a definition whose name ends here, or 0."""
    depth = 0
    for mark in _BRACE.finditer(markup, place, place + MAX_DEFINITION):
        if mark[0] == b"<":
            return 0
        if mark[0].startswith(b"\\"):
            continue
        depth += 1 if mark[0] == b"{" else -1
        if depth <= 0:
            return mark.end() if not depth else 0
    return 0


def used(macros: dict[str, str], markup: bytes) -> str:
    """The definitions of those macros that a part of a page uses and does not make itself, as one formula."""
    if not macros:
        return ""
    own = {found[1] for found in _DEFINITION.finditer(markup)}
    todo = {found[1].decode() for found in _COMMAND.finditer(markup) if found[1] not in own} & macros.keys()
    needed = dict[str, str]()
    while todo:
        name = todo.pop()
        needed[name] = macros[name]
        inner = {found[1].decode() for found in _COMMAND.finditer(macros[name].encode("utf-8", "surrogatepass"))}
        todo |= (inner & macros.keys()) - needed.keys()
    return "\\(" + "".join(needed[name] for name in sorted(needed)) + "\\)" if needed else ""
