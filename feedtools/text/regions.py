"""Regions of a text by its syntax: what a reader sees, and what only steers its rendering."""

from __future__ import annotations

import re
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
        wide: by the offset of the first of several code points that one stands for (``$$``, ``&amp;``) their end.
    """

    text: str
    offsets: array[int]
    wide: dict[int, int]

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Find where ``text[start:end]`` stands in the raw text; an empty range stands after what is before it."""
        if start == end:
            place = self._end(start - 1) if start else self.offsets[0]
            return place, place
        return self.offsets[start], self._end(end - 1)

    def is_whole(self, start: int, end: int) -> bool:
        """Tell whether nothing that is hidden stands inside ``text[start:end]``."""
        return all(
            self._end(place) in (self.offsets[place + 1], self._end(place + 1)) for place in range(start, end - 1)
        )

    def _end(self, place: int) -> int:
        start = self.offsets[place]
        return self.wide.get(start, start + 1)


_ENTITY = lazy(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_TAG = lazy(
    r"</?(?:br|p|div|li|ul|ol|tr|td|th|table|h[1-6]|hr|dd|dt|dl|blockquote|center|details|summary|figure|figcaption|section)\b",
    re.IGNORECASE,
)
_SCRIPT_TAG = lazy(r"<(/?)su[bp]\b", re.IGNORECASE)
_LINE_LEAD = lazy(r"\n[ \t]*(?:>[ \t]?)*")
_LEAD = lazy(r"\n?[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t>]++)*+")
"""Beginning of the first line of a block: signs of quotations and of list items."""
_ESCAPE = lazy(r"\\([!-/:-@\[-`{-~\n])")
_WORDS = lazy(r"\\(?:text\w*|mbox|hbox)\s*\{(?:[^{}]++|\{[^{}]*+\})*+\}")
"""Words in a formula, which may hold formulas of their own in brackets."""
_PAIRS = (
    ("\\\\(", "\\\\)"),
    ("\\\\[", "\\\\]"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("$latex ", "$"),
    ("$$", "$$"),
    ("$`", "`$"),
    ("$", "$"),
    ("\n", "\n"),
)
"""Opening and closing delimiters of formulas, each before those it begins with; line ends, of a directive's lines."""


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
    entities = "&" in text
    for kind, start, end in regions:
        if kind == "prose":
            if entities:
                writer.prose(start, end)
            else:
                writer.copy(start, end)
        elif kind == "mark":
            _put_mark(writer, start, end, prose_only=prose_only)
        elif kind in {"math", "display"}:
            writer.formula(start, end, display=kind == "display")
        elif prose_only and kind in {"code", "code_block", "url", "template"}:
            writer.put(OBJECT, start, end)
            writer.breaks(start, end)
        elif kind not in HIDDEN:
            writer.copy(start, end)
        elif kind == "html":
            writer.tags(start, end, quiet=prose_only)
        elif kind in {"target", "comment", "front_matter"}:
            writer.breaks(start, end)
    writer.offsets.append(len(text))
    return Visible("".join(writer.parts), writer.offsets, writer.wide)


def _put_mark(writer: _Writer, start: int, end: int, *, prose_only: bool) -> None:
    """Write what a sign of the syntax leaves to be seen: line ends, and what would be taken for another sign."""
    raw = writer.raw
    if raw.startswith(("\\$", "\\\\") if prose_only else "\\$", end - 1):
        writer.copy(end - 1, end)  # without it a formula would seem to begin
    elif prose_only and raw.startswith(("![", "^"), end - 2 + (raw[end - 1] == "^")):
        writer.breaks(start, end)
        writer.put(OBJECT, end - 1, end)
    elif raw.find("|", start, end) >= 0:
        writer.put("\n", start, end)
    else:
        writer.breaks(start, end)


class _Writer:
    """Collects pieces of text with the place of each code point in the raw text."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.parts: list[str] = []
        self.offsets = array("I")
        self.wide: dict[int, int] = {}

    def copy(self, start: int, end: int) -> None:
        self.parts.append(self.raw[start:end])
        self.offsets.extend(range(start, end))

    def put(self, text: str, start: int, end: int) -> None:
        """Write other text for ``raw[start:end]``."""
        self.parts.append(text)
        self.offsets.extend([start] * len(text))
        if end - start != 1:
            self.wide[start] = end

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
                    self.put(shown, found.start(), found.end())
                    start = found.end()
        self.copy(start, end)

    def tags(self, start: int, end: int, *, quiet: bool) -> None:
        tag = self.raw[start:end]
        if script := _SCRIPT_TAG.match(tag):
            self.put(OBJECT if quiet else "}" if script[1] else "^{" if tag[3] in "pP" else "_{", start, end)
        elif _BLOCK_TAG.match(tag):
            self.put("\n", start, end)
        else:
            self.breaks(start, end)

    def formula(self, start: int, end: int, *, display: bool) -> None:
        opener, closer = delimiters(self.raw[start : start + 7])
        if opener:
            self.put("\\[" if display else "\\(", start, start + len(opener))
        first, last = start + len(opener), end - len(closer)
        for shown, low, high in _edits(self.raw, first, last, every=opener.startswith("\\\\")):
            self.copy(first, low)
            self.put(shown, low, high)
            first = high
        self.copy(first, last)
        if opener:
            self.put("\\]" if display else "\\)", last, end)


def _in_quote(raw: str, start: int) -> bool:
    """Tell whether the line in which the inside of a formula begins is one of a quotation."""
    line = max(0, raw.rfind("\n", 0, max(0, start - 1)))
    found = _LEAD.match(raw, line, start)
    return found is not None and ">" in found[0]


def _brackets_in_words(raw: str, start: int, end: int) -> set[int]:
    r"""Places of ``\(`` and ``\)`` inside the words of a formula, where they enclose another: ``\text{if \(a\)}``."""
    if raw.find("\\(", start, end) < 0:
        return set()
    words = _WORDS.finditer(raw, start, end)
    return {one.start() for word in words for one in _ESCAPE.finditer(raw, *word.span()) if one[1] in "()"}


def _is_markdown(raw: str, start: int, found: re.Match[str]) -> bool:
    r"""Tell an escape that TeX would not have inside a formula: ``\*``, ``f\_{x}``, ``\left\\{``, brackets."""
    if found[1] == "\\":
        return raw.startswith(("{", "}"), found.end()) and raw.endswith(("\\left", "\\right"), start, found.start())
    return found[1] in "[]()*" or (found[1] == "_" and raw.startswith("{", found.end()))


def _edits(raw: str, start: int, end: int, *, every: bool) -> list[tuple[str, int, int]]:
    """Replacements that turn the inside of a formula in Markdown into the TeX that is meant, ascending and apart.

    With ``every`` all escapes of Markdown are undone, for the formula is read after them; otherwise those that TeX
    would not have there.
    """
    edits: list[tuple[str, int, int]] = []
    spaces = set[int]()  # line ends behind a backslash: control spaces, whatever the next line begins with
    if raw.find("\\", start, end) >= 0:
        kept = _brackets_in_words(raw, start, end)
        for found in _ESCAPE.finditer(raw, start, end):
            if found[1] == "\n":
                spaces.add(found.end() - 1)
            elif every or (found.start() not in kept and _is_markdown(raw, start, found)):
                edits.append((found[1], found.start(), found.end()))
    if raw.find("\n", start, end) >= 0 and raw.find(">", start, end) >= 0 and _in_quote(raw, start):
        leads = [(found.start(), found.end()) for found in _LINE_LEAD.finditer(raw, start, end) if ">" in found[0]]
        edits += ((" " if low in spaces else "\n", low, high) for low, high in leads)
        spaces.difference_update(low for low, _ in leads)
    if spaces or edits:
        edits += ((" ", low, low + 1) for low in spaces)
        edits.sort(key=lambda edit: edit[1])
    return edits
