"""Regions of a text by its syntax: what a reader sees, and what only steers its rendering."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Literal, NamedTuple

from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal[
    "prose",
    "math",
    "display",
    "code",
    "code_block",
    "url",
    "alt",
    "mark",
    "target",
    "footnote",
    "html",
    "comment",
    "template",
    "front_matter",
]
HIDDEN: frozenset[str] = frozenset({"alt", "mark", "target", "footnote", "html", "comment", "template", "front_matter"})
"""Kinds that a reader does not see as text."""
OBJECT = "\ufffc"
"""Stands for what is no running text (Unicode: OBJECT REPLACEMENT CHARACTER)."""


class Region(NamedTuple):
    r"""A stretch of one kind: ``text[start:end]`` in code points.

    Kinds: ``prose`` running text; ``math`` and ``display`` formulas with their delimiters; ``code`` and ``code_block``
    code without ticks and fences; ``url`` an address that is shown; ``alt`` what stands for a picture; ``mark`` signs
    of the syntax (emphasis, ``#``, bullets and numbers, ``>``, brackets of links, the backslash of an escape, table
    rules) and the white space around them; ``target`` where links and pictures lead, and reference definitions;
    ``footnote`` the sign of a footnote; ``html`` tags; ``comment``; ``template`` ``{{ }}`` and ``{% %}``;
    ``front_matter``.
    """

    kind: Kind
    start: int
    end: int


class Visible(NamedTuple):
    r"""Text as a reader sees it.

    Attributes:
        text: it, with formulas in ``\(…\)`` and ``\[…\]`` and one block a line.
        offsets: for each code point of ``text`` the one of the raw text that it comes from, and the raw length at the
            end; ascending.
    """

    text: str
    offsets: array[int]


_ENTITY = lazy(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_TAG = lazy(
    r"(?i)</?(?:br|p|div|li|ul|ol|tr|td|th|table|h[1-6]|hr|dd|dt|dl|blockquote|center|details|summary|figure|figcaption|section)\b"
)
_SCRIPT_TAG = lazy(r"(?i)<(/?)su[bp]\b")
_LINE_LEAD = lazy(r"\n[ \t]*(?:>[ \t]?)*")
_ESCAPE = lazy(r"\\([!-/:-@\[-`{-~])")
_PAIRS = (
    ("\\\\(", "\\\\)"),
    ("\\\\[", "\\\\]"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("$latex ", "$"),
    ("$$", "$$"),
    ("$", "$"),
)
"""Opening and closing delimiters of formulas, each before those it begins with."""


def delimiters(formula: str) -> tuple[str, str]:
    r"""The opening and closing delimiter of a formula as Markdown writes it; both empty for ``\begin{…}``."""
    for opener, closer in _PAIRS:
        if formula.startswith(opener):
            return opener, closer
    return "", ""


def visible_text(text: str, regions: Iterable[Region], *, prose_only: bool = False) -> Visible:
    """Join what a reader sees of a text, and remember where it stands.

    Args:
        text: the raw text.
        regions: its regions, in order.
        prose_only: put ``OBJECT`` for code, addresses and pictures, as rules about running text want it.
    """
    writer = _Writer(text)
    for kind, start, end in regions:
        if kind == "prose":
            writer.prose(start, end)
        elif kind in {"math", "display"}:
            writer.formula(start, end, display=kind == "display")
        elif prose_only and kind in {"code", "code_block", "url", "alt", "template"}:
            writer.put(OBJECT, start)
            writer.breaks(start, end)
        elif kind not in HIDDEN:
            writer.copy(start, end)
        elif kind == "html":
            writer.tags(start, end, quiet=prose_only)
        elif kind == "mark" and end - start == 1 and text.startswith("\\$", start):
            writer.copy(start, end)  # without it the dollar sign would open a formula
        elif kind == "mark" and "|" in text[start:end]:
            writer.put("\n", start)
        elif kind in {"mark", "target", "comment", "front_matter"}:
            writer.breaks(start, end)
    writer.offsets.append(len(text))
    return Visible("".join(writer.parts), writer.offsets)


class _Writer:
    """Collects pieces of text with the place of each code point in the raw text."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.parts: list[str] = []
        self.offsets = array("I")

    def copy(self, start: int, end: int) -> None:
        self.parts.append(self.raw[start:end])
        self.offsets.extend(range(start, end))

    def put(self, text: str, start: int) -> None:
        self.parts.append(text)
        self.offsets.extend([start] * len(text))

    def breaks(self, start: int, end: int) -> None:
        place = self.raw.find("\n", start, end)
        while place >= 0:
            self.copy(place, place + 1)
            place = self.raw.find("\n", place + 1, end)

    def prose(self, start: int, end: int) -> None:
        if self.raw.find("&", start, end) >= 0:
            from html import unescape

            for found in _ENTITY.finditer(self.raw, start, end):
                shown = unescape(found[0])
                escaped = found.start() == start and self.raw[start - 1 : start] == "\\"
                if shown != found[0] and not escaped:
                    self.copy(start, found.start())
                    self.put(shown, found.start())
                    start = found.end()
        self.copy(start, end)

    def tags(self, start: int, end: int, *, quiet: bool) -> None:
        tag = self.raw[start:end]
        if script := _SCRIPT_TAG.match(tag):
            self.put(OBJECT if quiet else "}" if script[1] else "^{" if tag[3] in "pP" else "_{", start)
        elif _BLOCK_TAG.match(tag):
            self.put("\n", start)
        else:
            self.breaks(start, end)

    def formula(self, start: int, end: int, *, display: bool) -> None:
        opener, closer = delimiters(self.raw[start : start + 7])
        if opener:
            self.put("\\[" if display else "\\(", start)
        first, last = start + len(opener), end - len(closer)
        for shown, low, high in _edits(self.raw, first, last, every=opener.startswith("\\\\")):
            self.copy(first, low)
            self.put(shown, low)
            first = high
        self.copy(first, last)
        if opener:
            self.put("\\]" if display else "\\)", last)


def _edits(raw: str, start: int, end: int, *, every: bool) -> list[tuple[str, int, int]]:
    """Replacements that turn the inside of a formula in Markdown into the TeX that is meant, ascending and apart.

    With ``every`` all escapes of Markdown are undone, for the formula is read after them; otherwise those that TeX
    would not have there.
    """
    edits: list[tuple[str, int, int]] = []
    if raw.find("\\", start, end) >= 0:
        edits += (
            (found[1], found.start(), found.end())
            for found in _ESCAPE.finditer(raw, start, end)
            if every or found[1] in "[]()*" or (found[1] == "_" and raw.startswith("{", found.end()))
        )
    if raw.find("\n", start, end) >= 0 and raw.find(">", start, end) >= 0:
        leads = _LINE_LEAD.finditer(raw, start, end)
        edits += (("\n", found.start(), found.end()) for found in leads if ">" in found[0])
        edits.sort(key=lambda edit: edit[1])
    return edits
