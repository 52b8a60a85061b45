r"""An original as its author wrote it, read as the feed would print it if it lost nothing.

Markdown's marks are marks: emphasis, list signs, link targets, footnotes, comments and tags stand in no feed, and a
star that the parser leaves over is one that the author meant. The parser is markdown-it-py (CommonMark 0.31 with GFM
tables and footnotes), asked with every formula taken out of its way. ``$$x$$`` inside a line is an inline formula where
the document writes no other (Kramdown), and macros that it defines are expanded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from feedtools.restore.align import LONG, align_best
from feedtools.restore.figures import name_of
from feedtools.restore.held import TAG, Piece, body_of, drawn, entities, fenced, formula, held
from feedtools.restore.macros import definitions, without_definitions
from feedtools.restore.texts import EXCERPT, EXCERPTS, Figure, Slot, Text, assemble, read
from feedtools.text.code import code, inside
from feedtools.text.formulas import find_math
from feedtools.text.regions import Region
from feedtools.text.renderers import derived_from_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt

    from feedtools.restore.align import Alignment

PAGES = (".html", ".htm", ".xhtml")
"""Ends of the names of files whose text is that of a page and holds no Markdown."""

_DOCUMENT = re.compile(r"\n|\*\*|__|\]\(|`|\$|(?<![\w*])\*\w|\[\^|<img\b|\\\\[(\[]")
_HELD = re.compile("\ue000(\\d+)\ue001")
_OWN = re.compile("[\ue000\ue001]")
_BREAK = re.compile(r"</?(?:p|div|br|li|ul|ol|td|th|tr|table|h[1-6]|summary|details)\b[^<>]*>", re.IGNORECASE)
_ALT = re.compile(r"<img\b[^<>]{0,500}?\balt=(?:\"([^\"<>]{0,200})\"|'([^'<>]{0,200})')", re.IGNORECASE)
_NO_TEXT = re.compile(r"\[\^[^\]\s]{1,60}\]|\{[:#][^{}\n]{0,200}\}|^\[(?:toc|TOC)\]$|:::+ ?\w*|<!--.*?-->")
"""Marks of other dialects in prose that are no text: notes that are nowhere, attributes, a table of contents."""
_LEFT_OVER = re.compile(r"(?<![A-Za-z0-9])\*\*|\*\*(?![A-Za-z0-9])")
_MARKED = re.compile(r"(?<![=A-Za-z0-9])==(?=[^\s=])([^=\n]{1,80}?)(?<!\s)==(?![=A-Za-z0-9])")
_NOTE = re.compile(r"^ *(?:!!!|\?\?\?\+?|===[!+]?) +[\w\"']", re.MULTILINE)
_CITED = re.compile(r"[\[(【]\d{1,3}(?:[,，–-] ?\d{1,3})*[\])】]")
_FOOTNOTE = re.compile(r"[\[\(]?\d{1,3}[\]\)]?|\[\d{1,3}\]")
_CLOSING = frozenset({"paragraph_close", "heading_close", "list_item_close", "td_close", "th_close", "table_close"})


def read_sibling(raw: str, source: str = "") -> Text:
    """Read another copy of an article: a document as its Markdown says, a page by its lines, else as the feed prints.

    Args:
        raw: its text.
        source: name of the file it comes from.
    """
    if is_page(source):
        return _page(raw)
    return _recently_read(raw) if len(raw) <= EXCERPT else _written(raw)


def is_page(source: str) -> bool:
    """Tell by the name of a file whether its text is that of a page and holds no Markdown."""
    return source.lower().endswith(PAGES)


def has_notes(raw: str) -> bool:
    """Tell whether a text has notes in indented blocks, which are code elsewhere."""
    return _NOTE.search(raw) is not None


@derived_from_text(EXCERPTS)
def _recently_read(raw: str) -> Text:
    """Read an excerpt, which is often asked for beside each of its siblings."""
    return _written(raw)


def _written(raw: str) -> Text:
    return _document(raw) if _DOCUMENT.search(raw) else read(raw)


def align_with(mine: Text, other: str, source: str = "") -> tuple[Alignment, Text] | None:
    """Align a damaged article with another copy of it, read as ``read_sibling`` does; excerpts are held for a while.

    Args:
        mine: the article.
        other: the copy, as it is.
        source: name of the file that comes from.

    Returns:
        What ``align_best`` does.
    """
    if max(len(mine.raw), len(other)) > EXCERPT or is_page(source):
        return _aligned(mine, other, source)
    return _recently_aligned(mine.raw, other)


@derived_from_text(64)
def _recently_aligned(raw: str, other: str) -> tuple[Alignment, Text] | None:
    """Align two excerpts, which are asked first whether they agree and then what they lack."""
    return _aligned(read(raw), other, "")


def _aligned(mine: Text, other: str, source: str) -> tuple[Alignment, Text] | None:
    """Align with a copy; one with notes in indented blocks is read with these as text, too, and the better is taken."""
    found = align_best(mine, read_sibling(other, source))
    if is_page(source) or not has_notes(other):
        return found
    second = align_best(mine, read_sibling(without_indents(other), source))
    if found is None or second is None:
        return found or second
    printed = any(slot.fits == "spoken" for slot in found[1].slots)  # the other renderer took it for text as well
    return second if second[0].matched >= found[0].matched + (0 if printed else LONG) else found


def without_indents(raw: str) -> str:
    """A document with the content of its notes and tabs (``!!! note``, ``=== "tab"``) beside their titles.

    Python-Markdown indents it by four, which elsewhere is code.
    """
    lines, opened = list[str](), list[int]()
    for line in raw.split("\n"):
        inner = line.lstrip(" ")
        indent = len(line) - len(inner)
        while opened and inner.strip() and indent < opened[-1] + 4:
            opened.pop()
        lines.append(line[min(indent, 4 * len(opened)) :])
        if _NOTE.match(line):
            opened.append(indent)
            lines.append("")
    return "\n".join(lines)


@derived_from_text(64)
def _document(raw: str) -> Text:
    raw = _OWN.sub("", raw)
    found = held(raw)
    parts, at = [], 0
    for number, (start, end, _) in enumerate(found):
        parts += [raw[at:start], f"\ue000{number}\ue001"]
        at = end
    source = "".join([*parts, raw[at:]])
    walk = _Walk(raw, found)
    return assemble_pieces(walk.pieces(_parser().parse(source, {"ends": [], "notes": []})))


@derived_from_text(64)
def _page(raw: str) -> Text:
    return assemble_pieces(_page_pieces(raw))


def _page_pieces(raw: str) -> Iterator[Piece]:
    """The lines of a page: every line a block, fences are code."""
    fences = code(raw) if "```" in raw else []
    blocks = [(start, end) for start, end in fences if raw.startswith(("```", "~~~"), start)]
    at = 0
    for start, end in [*blocks, (len(raw), len(raw))]:
        for line in _with_whole_formulas(raw[at:start]).split("\n"):
            yield from _lined(line)
            yield Piece(" ", "break")
        if start < end:
            body = raw[start:end].split("\n", 1)[-1].rsplit("\n", 1)[0]
            yield Piece(fenced(body), "code", "loose")  # a page does not tell fences from indents
            yield Piece(" ", "break")
        at = end


def _with_whole_formulas(text: str) -> str:
    """Text of a page, each of its formulas on one line; authors break those of several rows."""
    parts, at = [], 0
    for one in find_math(text):
        if one.closed and text.find("\n", one.start, one.end) >= 0:
            parts += [text[at : one.start], text[one.start : one.end].replace("\n", " ")]
            at = one.end
    return "".join([*parts, text[at:]])


def _lined(line: str) -> Iterator[Piece]:
    """One line of a page: formulas in their delimiters, code between ticks."""
    at = 0
    spans = [(start, end, "") for start, end in code(line)] if "`" in line else []
    formulas = [(one.start, one.end, one.opener) for one in find_math(line) if one.closed]
    for start, end, opener in sorted(
        [*spans, *(one for one in formulas if not inside([*map(_span, spans)], *_span(one)))]
    ):
        yield Piece(line[at:start])
        kind: Literal["math", "display"] = "display" if opener in {"\\[", "$$"} else "math"
        shown = formula(line, Region(kind, start, end), {}, "") if opener else None
        yield shown or Piece(_unticked(line[start:end]), fits="literal")
        at = end
    yield Piece(line[at:])


def _span(one: tuple[int, int, str]) -> tuple[int, int]:
    return one[0], one[1]


def _unticked(source: str) -> str:
    """A span of code without its ticks (CommonMark 6.1)."""
    body = source.strip("`")
    return body[1:-1] if body[:1] == body[-1:] == " " and body.strip() else body


def assemble_pieces(pieces: Iterator[Piece]) -> Text:
    """A text of pieces, its white space as the feed has it: one line, formulas between blanks."""
    raw: list[str] = []
    slots: list[Slot] = []
    breaks: list[int] = []
    literal: list[tuple[int, int]] = []
    figures: list[Figure] = []
    table = 0
    size, spaced = 0, True
    for piece in pieces:
        text = piece.text
        if piece.kind == "picture" or piece.kind == "rows":
            figures.append(Figure(size, size, piece.fits) if piece.kind == "picture" else Figure(table, size))
            continue
        if piece.kind == "table":
            table = size
            continue
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
        if piece.kind and piece.kind != "break":
            slots.append(Slot(size, size + len(text.rstrip()), piece.kind, piece.fits))
        if piece.fits == "literal":
            literal.append((size, size + len(text)))
        if text:
            raw.append(text)
            size += len(text)
            spaced = text[-1].isspace()
        if padded and not spaced:
            raw.append(" ")
            size, spaced = size + 1, True
    return assemble("".join(raw), slots, tuple(breaks))._replace(literal=tuple(literal), figures=tuple(sorted(figures)))


def _one_line(text: str, *, spaced: bool) -> str:
    line = re.sub(r"\s+", " ", text)
    return line[1:] if spaced and line.startswith(" ") else line


def _parser() -> MarkdownIt:
    from feedtools.readers.markdown_inline import parser

    return parser()


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
            if kind in {"footnote_reference_open", "footnote_block_open"}:
                skipping += 1
            elif kind in {"footnote_reference_close", "footnote_block_close"}:
                skipping -= 1
            elif skipping:
                continue
            elif kind == "inline":
                yield from self._inline(token.children or ())
            elif kind == "fence" and token.info.strip() == "math":  # as GitHub and GitLab read it
                body = body_of(self._source(token.content), definitions(self._raw))
                yield Piece(f"\\[{body}\\]" if body else "", "display" if body else "")
                yield Piece(" ", "break")
            elif kind in {"fence", "code_block"}:
                loose = "loose" if kind == "code_block" else ""
                yield Piece(fenced(self._source(token.content).rstrip()), "code", loose)
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
            number, written = self._numbers[-1], int(token.info or 0)
            repeated = written in {0, 1}  # who writes 1 before every item leaves the counting to the renderer
            yield Piece(f"{number}. ", "label", "" if written == number or repeated else "doubtful")
            self._numbers[-1] += 1
        elif token.type == "table_open":
            yield Piece("", "table")
        elif token.type == "table_close":
            yield Piece("", "rows")
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
                yield Piece(self._source(token.content), fits="literal")
            elif kind in {"softbreak", "hardbreak"} or (kind == "html_inline" and _BREAK.match(token.content)):
                yield Piece(" ")
            elif kind == "image" and (tex := _of_address(token.attrs.get("src", ""))):
                yield drawn(tex, alone=not any(one.type == "text" and one.content.strip() for one in tokens))
            elif kind == "image" and (name := name_of(token.content) or name_of(token.attrs.get("title", ""))):
                yield Piece("", "picture", name)
            elif kind == "html_inline" and self._is_cited(tokens[number : number + 3]):
                number += 2
            elif kind == "html_inline":
                yield from _named(token.content)
            elif kind == "link_open" and self._is_footnote(tokens[number + 1 : number + 3]):
                number += 2
            number += 1

    @staticmethod
    def _is_footnote(tokens: Sequence[Any]) -> bool:
        """Tell whether a link is the mark of a note: a number and no more."""
        if len(tokens) != 2 or tokens[1].type != "link_close":
            return False
        return _FOOTNOTE.fullmatch(tokens[0].content.strip()) is not None

    @staticmethod
    def _is_cited(tokens: Sequence[Any]) -> bool:
        """Tell whether a raised number in brackets cites a work."""
        if len(tokens) != 3 or not tokens[0].content.lower().startswith("<sup") or tokens[1].type != "text":
            return False
        return tokens[2].content.lower() == "</sup>" and _CITED.fullmatch(tokens[1].content.strip()) is not None

    def _prose(self, text: str) -> Iterator[Piece]:
        at = 0
        for match in _HELD.finditer(text):
            yield Piece(_plain(text[at : match.start()]))
            yield self._held[int(match[1])][2]
            at = match.end()
        yield Piece(_plain(text[at:]))

    def _html(self, markup: str) -> Iterator[Piece]:
        """A block of HTML: its text, and what was found to be code in it before."""
        table = "<table" in markup and "</table>" in markup
        if table:
            yield Piece("", "table")
        yield from _named(markup)
        yield from self._prose(_untagged(markup))
        if table:
            yield Piece("", "rows")

    def _source(self, text: str) -> str:
        """A stretch of code with what was taken for formulas as it stood."""

        def original(match: re.Match[str]) -> str:
            start, end, _ = self._held[int(match[1])]
            return self._raw[start:end]

        return _HELD.sub(original, text) if "\ue000" in text else text


def _of_address(address: str) -> str:
    """The TeX that the address of a picture holds."""
    if "?" not in address and "/" not in address:
        return ""
    from feedtools.readers.pictures import of_address

    return of_address(address)


def _plain(text: str) -> str:
    """Prose without what other dialects write in it that is no text, and without marks that the parser left over."""
    text = entities(_LEFT_OVER.sub("", _NO_TEXT.sub("", text)))
    text = without_definitions(text) if "\\" in text else text
    return _MARKED.sub(r"\1", text) if "==" in text else text


def _named(markup: str) -> Iterator[Piece]:
    """The pictures of a stretch of HTML that have a name."""
    names = (name_of(entities(found[1] or found[2] or "")) for found in _ALT.finditer(markup))
    yield from (Piece("", "picture", name) for name in names if name)


def _untagged(markup: str) -> str:
    return entities(TAG.sub("", _BREAK.sub(" ", markup)))
