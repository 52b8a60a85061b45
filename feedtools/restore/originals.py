r"""An original as its author wrote it, read as the feed would print it if it lost nothing.

Markdown's marks are marks: emphasis, list signs, link targets, footnotes, comments and tags stand in no feed, and a
star that the parser leaves over is one that the author meant. The parser is markdown-it-py (CommonMark 0.31 with GFM
tables and footnotes), asked with every formula taken out of its way. ``$$x$$`` inside a line is an inline formula where
the document writes no other (Kramdown), and macros that it defines are expanded.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.restore.macros import definitions, expanded, without_definitions
from feedtools.restore.texts import Slot, Text, apart, assemble, read
from feedtools.text.code import code, inside
from feedtools.text.formulas import Math, find_math

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.restore.texts import Kind

PAGES = (".html", ".htm", ".xhtml")
"""Ends of the names of files whose text is that of a page and holds no Markdown."""

_DOCUMENT = re.compile(r"\n|\*\*|__|\]\(|`|\$|(?<![\w*])\*\w|\[\^")
_HELD = re.compile("\ue000(\\d+)\ue001")
_OWN = re.compile("[\ue000\ue001]")
_ESCAPED = re.compile(r"\\\\\((?=[^\n]{1,400}?\\\\\))|\\\\\)|\\\\\[(?=.{1,2000}?\\\\\])|\\\\\]", re.DOTALL)
_SPACED = re.compile(r"(?<![\\$])\$[ \t]+([^$\n]{1,400}?)[ \t]*(?<!\\)\$(?![$\d])|(?<![\\$\s])\$([^$\n]{1,400}?)[ \t]+\$")
_TEX_DOLLARS = re.compile(r"(?<![\\$])\$([^$\n]{0,400}?\\[A-Za-z][^$\n]{0,400}?)(?<!\\)\$(?!\$)")
_WORDS = re.compile(r"\\(?:text\w*|mbox)\s*\{[^{}]*\}")
_TEX = re.compile(r"\\[A-Za-z]|[_^][\w{]|^[A-Za-z]$|^[A-Za-z0-9 =+\-*/<>().,]{1,12}$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_MARKER = re.compile(r"\s*(?:(?:[-*+>]|\d{1,3}[.)])\s+)*")
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)>|\Z)|</?[A-Za-z][^<>]*>|<![A-Z][^>]*>", re.DOTALL | re.I)
_PRE = re.compile(r"<pre\b[^>]*>\s*(?:<code\b[^>]*>)?(.*?)(?:</code>\s*)?</pre>", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|div|br|li|ul|ol|td|th|tr|table|h[1-6]|summary|details)\b[^<>]*>", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"\[\^[^\]\s]{1,60}\]|\{%.{0,400}?%\}|\{\{.{0,400}?\}\}|\{[:#][^{}\n]{0,200}\}|^\[(?:toc|TOC)\]$|:::+ ?\w*|<!--.*?-->"
)
_LEFT_OVER = re.compile(r"(?<![A-Za-z0-9])\*\*|\*\*(?![A-Za-z0-9])")
_MARKED = re.compile(r"(?<![=A-Za-z0-9])==(?=[^\s=])([^=\n]{1,80}?)(?<!\s)==(?![=A-Za-z0-9])")
_FOOTNOTE = re.compile(r"[\[\(]?\d{1,3}[\]\)]?|\[\d{1,3}\]")
_CLOSING = frozenset({"paragraph_close", "heading_close", "list_item_close", "td_close", "th_close", "dt_close", "dd_close"})


class Piece(NamedTuple):
    """A stretch of a document.

    Attributes:
        text: as the feed prints it, formulas in ``\\(…\\)`` and ``\\[…\\]``, code in a fence.
        kind: of the slot that it is, ``""`` for prose, ``break`` for the end of a block.
        fits: for a formula that may be displayed or not, ``either``.
    """

    text: str
    kind: Kind | str = ""
    fits: str = ""


def read_sibling(raw: str, source: str = "") -> Text:
    """Read another copy of an article: a document as its Markdown says, a page by its lines, else as the feed prints.

    Args:
        raw: its text.
        source: name of the file it comes from.
    """
    if source.lower().endswith(PAGES):
        return _page(raw)
    return _document(raw) if _DOCUMENT.search(raw) else read(raw)


@lru_cache(maxsize=32)
def _document(raw: str) -> Text:
    raw = _OWN.sub("", raw)
    raw = _ESCAPED.sub(lambda found: found[0][1:], raw)
    held = _formulas(raw)
    parts, at = [], 0
    for number, (start, end, _) in enumerate(held):
        parts += [raw[at:start], f"\ue000{number}\ue001"]
        at = end
    source = "".join([*parts, raw[at:]])
    walk = _Walk(raw, held)
    return assemble_pieces(walk.pieces(_parser().parse(source)))


@lru_cache(maxsize=32)
def _page(raw: str) -> Text:
    return assemble_pieces(_page_pieces(raw))


def _page_pieces(raw: str) -> Iterator[Piece]:
    """The lines of a page: every line a block, fences are code."""
    fences = code(raw) if "```" in raw else []
    blocks = [(start, end) for start, end in fences if raw.startswith(("```", "~~~"), start)]
    at = 0
    for start, end in [*blocks, (len(raw), len(raw))]:
        for line in raw[at:start].split("\n"):
            yield from _lined(line)
            yield Piece(" ", "break")
        if start < end:
            body = raw[start:end].split("\n", 1)[-1].rsplit("\n", 1)[0]
            yield Piece(f"```\n{body}\n```", "code")
            yield Piece(" ", "break")
        at = end


def _lined(line: str) -> Iterator[Piece]:
    at = 0
    for math in find_math(line):
        if math.closed:
            yield Piece(line[at : math.start])
            yield _formula(line, math, {}, "")
            at = math.end
    yield Piece(line[at:])


def assemble_pieces(pieces: Iterator[Piece]) -> Text:
    """A text of pieces, its white space as the feed has it: one line, formulas between blanks."""
    raw: list[str] = []
    slots: list[Slot] = []
    breaks: list[int] = []
    size, spaced = 0, True
    for piece in pieces:
        text = piece.text
        if piece.kind == "break":
            if size and (not breaks or breaks[-1] < size):
                breaks.append(size)
            text = ""
        if piece.kind in {"", "break", "label"}:
            text = _one_line(text, spaced=spaced)
        padded = piece.kind in {"math", "display", "code", "break", "label"}
        if padded and not spaced:
            raw.append(" ")
            size, spaced = size + 1, True
        if piece.kind not in {"", "break"}:
            slots.append(Slot(size, size + len(text.rstrip()), piece.kind, piece.fits))
        if text:
            raw.append(text)
            size += len(text)
            spaced = text[-1].isspace()
        if padded and not spaced:
            raw.append(" ")
            size, spaced = size + 1, True
    return assemble("".join(raw), slots, tuple(breaks))


def _one_line(text: str, *, spaced: bool) -> str:
    line = re.sub(r"\s+", " ", text)
    return line[1:] if spaced and line.startswith(" ") else line


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)


# --- formulas -----------------------------------------------------------------------------------------------------


def _formulas(raw: str) -> list[tuple[int, int, Piece]]:
    """Formulas outside code, as they are to be printed, in order and apart."""
    ranges = code(raw) if "`" in raw or "~~~" in raw else []
    masked = _masked(raw, ranges)
    end = len(raw.rstrip(" .…\n"))
    found = [math for math in find_math(masked) if math.closed or math.end >= end]
    taken = [(math.start, math.end) for math in found]
    for pattern in (_TEX_DOLLARS, _SPACED) if "$" in masked else ():
        for match in pattern.finditer(masked):
            body = _WORDS.sub("", match[1] or match[2] or "").strip()
            if _TEX.search(body) and not _HAN.search(body) and not inside(taken, *match.span()):
                found.append(Math(*match.span(), "$", closed=True))
        taken = sorted((math.start, math.end) for math in found)
    found.sort()
    single = any(math.opener in {"$", "\\("} for math in found)
    macros = definitions(raw)
    pieces = []
    for math in apart(found):
        kind = ""
        if math.opener == "$$" and _in_line(raw, math):
            kind = "math" if not single and _on_one_line(raw, math) else "either"
        if math.closed:
            pieces.append((math.start, math.end, _formula(raw, math, macros, kind)))
        else:
            pieces.append((math.start, len(raw), Piece(raw[math.start :], "open")))
    return pieces


def _masked(raw: str, ranges: Sequence[tuple[int, int]]) -> str:
    """The document with blanks in place of code."""
    parts, at = [], 0
    for start, end in ranges:
        parts += [raw[at:start], re.sub(r"[^\n]", " ", raw[start:end])]
        at = end
    return "".join([*parts, raw[at:]])


def _in_line(raw: str, math: Math) -> bool:
    """Whether words of the same paragraph stand beside a formula: on its line or on the next without a blank one."""
    before = _MARKER.sub("", raw[max(0, raw.rfind("\n\n", 0, math.start)) : math.start].rstrip(" \t").rpartition("\n\n")[2])
    after = raw[math.end :].lstrip(" \t").partition("\n\n")[0]
    return bool(_LETTER.search(before[-80:]) or _LETTER.search(after[:80]))


def _on_one_line(raw: str, math: Math) -> bool:
    start, end = raw.rfind("\n", 0, math.start) + 1, raw.find("\n", math.end)
    line = raw[start : math.start] + raw[math.end : end if end >= 0 else len(raw)]
    return "\n" not in raw[math.start : math.end] and bool(_LETTER.search(line))


def _formula(raw: str, math: Math, macros: dict[str, Any], in_line: str) -> Piece:
    source = raw[math.start : math.end]
    if math.opener.startswith("\\begin"):
        return Piece(" ".join(expanded(source, macros).split()), "display")
    size = len(math.opener)
    body = " ".join(expanded(source[size:-size], macros).split())
    if not body:
        return Piece("")
    if math.opener in {"$", "\\("} or in_line == "math":
        return Piece(f"\\({body}\\)", "math")
    return Piece(f"\\[{body}\\]", "display", in_line)


# --- Markdown -----------------------------------------------------------------------------------------------------


class _Walk:
    """The tokens of a document, one after the other."""

    def __init__(self, raw: str, held: Sequence[tuple[int, int, Piece]]) -> None:
        self._raw = raw
        self._held = held
        self._numbers: list[int] = []

    def pieces(self, tokens: Sequence[Any]) -> Iterator[Piece]:
        skipping = 0
        for token in tokens:
            kind = token.type
            if kind == "footnote_block_open":
                skipping += 1
            elif kind == "footnote_block_close":
                skipping -= 1
            elif skipping:
                continue
            elif kind == "inline":
                yield from self._inline(token.children or ())
            elif kind in {"fence", "code_block"}:
                loose = "loose" if kind == "code_block" else ""
                yield Piece(f"```\n{self._source(token.content).rstrip()}\n```", "code", loose)
                yield Piece(" ", "break")
            elif kind == "html_block":
                yield from self._html(token.content)
                yield Piece(" ", "break")
            else:
                yield from self._block(token)

    def _block(self, token: Any) -> Iterator[Piece]:
        if token.type == "ordered_list_open":
            self._numbers.append(int(token.attrs.get("start", 1)))
        elif token.type == "bullet_list_open":
            self._numbers.append(-1)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            self._numbers.pop()
        elif token.type == "list_item_open" and self._numbers[-1] >= 0:
            yield Piece(f"{self._numbers[-1]}. ", "label")
            self._numbers[-1] += 1
        elif token.type in _CLOSING:
            yield Piece(" ", "break")

    def _inline(self, tokens: Sequence[Any]) -> Iterator[Piece]:
        number = 0
        while number < len(tokens):
            token = tokens[number]
            kind = token.type
            if kind == "text":
                yield from self._prose(token.content)
            elif kind == "code_inline":
                yield Piece(self._source(token.content))
            elif kind in {"softbreak", "hardbreak"}:
                yield Piece(" ")
            elif kind == "html_inline" and _BREAK.match(token.content):
                yield Piece(" ")
            elif kind == "link_open" and self._is_footnote(tokens[number + 1 : number + 3]):
                number += 2
            number += 1

    @staticmethod
    def _is_footnote(tokens: Sequence[Any]) -> bool:
        """Whether a link is the mark of a note: a number and no more."""
        return len(tokens) == 2 and tokens[1].type == "link_close" and bool(_FOOTNOTE.fullmatch(tokens[0].content.strip()))

    def _prose(self, text: str) -> Iterator[Piece]:
        at = 0
        for match in _HELD.finditer(text):
            yield Piece(_plain(text[at : match.start()]))
            yield self._held[int(match[1])][2]
            at = match.end()
        yield Piece(_plain(text[at:]))

    def _html(self, markup: str) -> Iterator[Piece]:
        at = 0
        for match in _PRE.finditer(markup):
            yield from self._prose(_untagged(markup[at : match.start()]))
            body = self._source(_entities(_TAG.sub("", match[1]))).strip("\n")
            yield Piece(f"```\n{body}\n```", "code")
            at = match.end()
        yield from self._prose(_untagged(markup[at:]))

    def _source(self, text: str) -> str:
        """A stretch of code with what was taken for formulas as it stood."""

        def original(match: re.Match[str]) -> str:
            start, end, _ = self._held[int(match[1])]
            return self._raw[start:end]

        return _HELD.sub(original, text) if "\ue000" in text else text


def _plain(text: str) -> str:
    """Prose without what other dialects write in it that is no text, and without marks that the parser left over."""
    text = _LEFT_OVER.sub("", _NO_TEXT.sub("", text))
    text = without_definitions(text) if "\\" in text else text
    return _MARKED.sub(r"\1", text) if "==" in text else text


def _untagged(markup: str) -> str:
    return _entities(_TAG.sub("", _BREAK.sub(" ", markup)))


def _entities(text: str) -> str:
    from html import unescape

    return unescape(text) if "&" in text else text
