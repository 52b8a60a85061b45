"""The syntax of a Markdown text: typed regions with exact offsets, by markdown-it (CommonMark 0.31, tables, footnotes).

markdown-it says of a piece of running text only in which lines it stands; they are found again in the raw text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.readers.markdown_blocks import CELL
from feedtools.readers.markdown_inline import inline_regions, region_parser
from feedtools.readers.markdown_math import MathScanner, MathStyle, directive_formula
from feedtools.text.patterns import lazy
from feedtools.text.regions import Kind, Region, Visible, visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from feedtools.readers.markdown_inline import Stretch

_HIDE = "\ue000"
"""Stands in a formula while the blocks are found: a letter that means nothing (private use)."""
_HTML_RAW = lazy(r"\s{0,80}+<(?:!--|!|\?|(?:pre|script|style|textarea)\b)", re.IGNORECASE)
_JOINED = frozenset({"prose", "mark", "target", "code_block"})


class Markdown(NamedTuple):
    r"""A Markdown text and its regions.

    Attributes:
        text: the raw text.
        regions: in order, apart from each other; together they are the whole text.
        brackets: whether ``\(`` and ``\[`` open formulas in it, and are no escapes.
    """

    text: str
    regions: tuple[Region, ...]
    brackets: bool

    def visible(self, *, prose_only: bool = False) -> Visible:
        """Join what a reader sees; see ``feedtools.text.regions.visible_text``."""
        return visible_text(self.text, self.regions, prose_only=prose_only)


def parse_markdown(text: str, math: MathStyle = "auto", *, body: int = 0) -> Markdown:
    r"""Divide a Markdown text into regions.

    Args:
        text: the raw text of an article, or of a whole file.
        math: which delimiters hold formulas: ``dollar`` (``$``, ``$$``), ``bracket`` (these, and ``\(``, ``\[``),
            ``kramdown`` (``$$`` alone, inline where it shares a line with words), ``none``, or ``auto``: by what the
            text itself does. ``\\(`` and ``\\[`` hold formulas in all but ``none``.
        body: code point at which the front matter ends.

    >>> markdown = parse_markdown("a **b** $c$")
    >>> [(region.kind, markdown.text[region.start : region.end]) for region in markdown.regions]
    [('prose', 'a '), ('mark', '**'), ('prose', 'b'), ('mark', '**'), ('prose', ' '), ('math', '$c$')]
    >>> markdown.visible().text
    'a b \\(c\\)'
    """
    scanner = MathScanner(text, math)
    hidden = [region for region in scanner.scan() if region.start >= body]
    found = _Blocks(text, hidden, body).regions(brackets=scanner.brackets)
    regions = list(_joined(found, body, len(text)))
    if body:
        regions.insert(0, Region("front_matter", 0, body))
    return Markdown(text, tuple(regions), scanner.brackets)


def _joined(found: Iterable[Stretch], place: int, end: int) -> Iterator[Region]:
    """Make regions of stretches: ``mark`` for what nobody claimed, neighbours as one where nothing is lost by it."""
    last: Kind = "mark"
    start = place
    for kind, low, high in chain(found, (("mark", end, end),)):
        if low > place:
            if last != "mark":
                yield Region(last, start, place)
                last, start = "mark", place
            place = low
        if low == high:
            continue
        if kind != last or kind not in _JOINED:
            if start < place:
                yield Region(last, start, place)
            last, start = kind, low
        place = high
    if start < place:
        yield Region(last, start, place)


class _Blocks:
    """The blocks of one text.

    Args:
        text: the raw text.
        hidden: regions that are known already, ascending and apart.
        body: where the blocks begin.
    """

    def __init__(self, text: str, hidden: Sequence[Region], body: int) -> None:
        self.text = text
        self.hidden = hidden
        self.body = body
        masked = _masked(text, hidden)
        self.masked = (masked[body:] if body else masked).replace("\r", " ")
        self.lines = [body]
        place = text.find("\n", body)
        while place >= 0:
            self.lines.append(place + 1)
            place = text.find("\n", place + 1)
        self.lines.append(len(text) + 1)

    def regions(self, *, brackets: bool) -> Sequence[Stretch]:
        r"""List the regions from the body on, in order; with ``brackets`` a ``\(`` without its end is no escape."""
        parser = region_parser()
        env: dict[str, Any] = {"ends": [], "notes": [], "brackets": brackets}
        tokens: list[Token] = []
        parser.block.parse(self.masked, parser, env, tokens)
        found: list[Stretch] = []
        cursor = self.body  # cells of one row share a line
        for token in tokens:
            if token.map is None:
                continue
            if token.type == "inline":
                if token.content:
                    cursor = self._inline(token, env, parser, found, cursor)
            elif token.type in {"fence", "code_block"}:
                found += self._math_directive(token) or self._code(token)
            elif token.type == "html_block":
                cursor = self._html(token, env, parser, found, cursor)
            elif token.type == "definition":
                found.append(("target", self.lines[token.map[0]], self._end(token.map[1])))
        found.sort(key=itemgetter(1))
        return _overlaid(found, self.hidden) if self.hidden else found

    def _end(self, line: int) -> int:
        return min(self.lines[line], len(self.text))

    def _code(self, token: Token) -> Iterator[Stretch]:
        """The lines of a block of code, without its fences and without what its containers put before them."""
        assert token.map is not None
        content, line = token.content, token.map[0] + (token.type == "fence")
        if not content:
            return
        start = self.lines[line]
        if self.masked.startswith(content, start - self.body):
            yield "code_block", start, start + len(content)
            return
        for part in content.removesuffix("\n").split("\n"):
            start, stop = self.lines[line], self._end(line + 1)
            line += 1
            raw = self.masked[start - self.body : stop - self.body].removesuffix("\n")
            shown = part if raw.endswith(part) else part.lstrip(" \t")  # a tab that is cut reads as spaces
            if raw.endswith(shown):
                yield "code_block", start + len(raw) - len(shown), stop

    def _math_directive(self, token: Token) -> list[Stretch]:
        """The formula of a fence ```` ```{math} ````, with the line ends around it; empty where it is code."""
        assert token.map is not None
        if token.type != "fence" or not token.info.startswith("{math}"):
            return []
        formula = directive_formula(self.text, self.lines[token.map[0] + 1], self._end(token.map[1] - 1))
        return [formula] if formula else []

    def _html(self, token: Token, env: dict[str, Any], parser: MarkdownIt, found: list[Stretch], cursor: int) -> int:
        assert token.map is not None
        start, end = self.lines[token.map[0]], self._end(token.map[1])
        if _HTML_RAW.match(self.masked, start - self.body):
            found.append(("html", start, end))
            return end
        return self._inline(token, env, parser, found, cursor)

    def _inline(self, token: Token, env: dict[str, Any], parser: MarkdownIt, found: list[Stretch], cursor: int) -> int:
        """Add the regions of a piece of running text; give where it ends."""
        assert token.map is not None
        content = token.content.rstrip("\n").strip(" \t")
        find = self._cell if token.info == CELL else self._pieces
        pieces = find(content, token.map[0], cursor)
        if not pieces:
            return cursor
        src = "".join(piece[2] for piece in pieces)
        known = inline_regions(src, parser, env)
        end = pieces[-1].raw + len(pieces[-1].text)
        if len(pieces) == 1:
            shift = pieces[0].raw
            found += [(kind, low + shift, high + shift) for kind, low, high in known]
            return end
        starts = [piece.start for piece in pieces]
        for kind, start, stop in known:
            while start < stop:
                piece = pieces[bisect_right(starts, start) - 1]
                last = min(stop, piece.start + len(piece.text))
                found.append((kind, piece.raw + start - piece.start, piece.raw + last - piece.start))
                start = last
        return end

    def _pieces(self, content: str, line: int, cursor: int) -> list[_Piece]:
        """Find the places of the lines of a piece of running text."""
        if "\n" not in content:
            stop = self._end(line + 1) - self.body
            stop -= self.masked.endswith("\n", 0, stop)
            start = stop - len(content) + self.body
            if start >= cursor and self.masked.endswith(content, start - self.body, stop):
                return [_Piece(0, start, content)]
        pieces: list[_Piece] = []
        place = 0
        first = max(self.lines[line], cursor)
        whole = self.masked.find(content, first - self.body, min(self.lines[line + 1], len(self.text)) + len(content))
        if "\n" in content and whole >= 0 and not self.masked[first - self.body : whole].strip(" \t"):
            return [_Piece(0, whole + self.body, content)]  # nothing stands before its lines
        for part in content.split("\n"):
            if line + 1 >= len(self.lines):
                break
            start, stop = self.lines[line], min(self.lines[line + 1] - 1, len(self.text))
            line += 1
            shown = part.strip(" \t")
            if not shown:
                continue
            raw = self._find(shown, max(start, cursor), stop)
            for text, at in raw:
                if pieces and not pieces[-1].text.endswith("\n"):
                    gap = self.masked[pieces[-1].raw + len(pieces[-1].text) - self.body : at - self.body]
                    if "\n" in gap and not gap.strip():
                        pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + gap)
                        place += len(gap)
                    elif "\n" in gap:
                        first = gap.index("\n") + 1
                        pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + gap[:first])
                        place += first
                if pieces and pieces[-1].raw + len(pieces[-1].text) == at:
                    pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + text)
                else:
                    pieces.append(_Piece(place, at, text))
                place += len(text)
        return pieces

    def _find(self, shown: str, start: int, stop: int) -> list[tuple[str, int]]:
        """Find a line of running text in its raw line: at its end, or before closing ``#``."""
        low, high = start - self.body, stop - self.body
        line = self.masked[low:high].rstrip(" \t")
        if line.endswith(shown):
            return [(shown, start + len(line) - len(shown))]
        heading = line.rstrip("#").rstrip(" \t")
        if heading.endswith(shown):
            return [(shown, start + len(heading) - len(shown))]
        at = self.masked.find(shown, low, high)
        return [(shown, at + self.body)] if at >= 0 else []

    def _cell(self, shown: str, line: int, cursor: int) -> list[_Piece]:
        r"""Find the text of a cell, the first behind those before it; in it ``\|`` reads ``|``."""
        low, high = max(self.lines[line], cursor) - self.body, self._end(line + 1) - self.body
        low = self.masked.find(shown.replace("|", "\\|"), low, high)
        pieces: list[_Piece] = []
        place = 0
        for part in re.split(r"(?=\|)", shown) if shown and low >= 0 else ():
            low = self.masked.find(part, low, high)
            if part:
                pieces.append(_Piece(place, low + self.body, part))
            place += len(part)
            low += len(part)
        return pieces


class _Piece(NamedTuple):
    """A stretch of running text: its place among the others, its place in the raw text, and itself."""

    start: int
    raw: int
    text: str


def _masked(text: str, hidden: Sequence[Region]) -> str:
    """The text with what is hidden made letters; line ends and what stands before the lines stay."""
    parts: list[str] = []
    place = 0
    for region in hidden:
        parts.append(text[place : region.start])
        body = text[region.start : region.end]
        if region.kind in {"math", "display"}:
            parts.append(body[0] if body[0] in "$\n" else _HIDE)
            parts.append(_letters(body[1:-1]))
            parts.append(body[-1] if body[-1] in "$\n" else _HIDE)
        else:
            parts.append(_letters(body))
        place = region.end
    parts.append(text[place:])
    return "".join(parts)


def _letters(body: str) -> str:
    if "\n" not in body:
        return _HIDE * len(body)
    first, *lines = body.split("\n")
    return "\n".join((_HIDE * len(first), *map(_hidden_line, lines)))


def _hidden_line(line: str) -> str:
    shown = line.lstrip(" \t>")
    return line[: len(line) - len(shown)] + _HIDE * len(shown)


def _overlaid(found: Iterable[Stretch], hidden: Sequence[Region]) -> list[Stretch]:
    """Lay the hidden regions over the stretches, but for those that begin inside code."""
    result: list[Stretch] = []
    number = done = 0
    for kind, start, end in found:
        begin, start = start, max(start, done)
        while number < len(hidden) and hidden[number].end <= start:
            over = hidden[number]
            if over.start >= done:
                result.append(over)
                done = over.end
            number += 1
        while number < len(hidden) and hidden[number].start < end:
            over = hidden[number]
            number += 1
            if kind == "code_block" and over.start >= begin:
                continue
            if over.start < done:
                continue
            if over.start > start:
                result.append((kind, start, over.start))
            result.append(over)
            start = done = over.end
        if start < end:
            result.append((kind, start, end))
            done = end
    result += (over for over in hidden[number:] if over.start >= done)
    return result
