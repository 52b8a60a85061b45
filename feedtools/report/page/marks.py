"""Untrusted article text as HTML: every character escaped, what cannot be seen made visible, formulas marked."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from feedtools.report.page.mathml import mathml
from feedtools.report.regions import suggestion
from feedtools.report.text import escape as visible
from feedtools.report.text import printable
from feedtools.text.formulas import find_math

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.model import Edit, Finding, Span
    from feedtools.report.page.diff import Diff, DiffPiece
    from feedtools.report.page.words import Words

POOL = 1_000_000
"""Characters of MathML a page may carry; formulas beyond it are shown as their source."""
AROUND = 36
"""Code points shown on either side of a span."""
_CHANGED = 480
"""Code points shown of a stretch that differs."""
_ALIKE = 24
"""Code points of agreement that are shown rather than counted."""


class FormulaMarks:
    """The different formulas of a page, each rendered once.

    Args:
        limit: characters of MathML in all.
    """

    def __init__(self, limit: int = POOL) -> None:
        self._room = limit
        self._numbers: dict[str, int] = {}
        self._markup: list[str] = []

    def mark(self, source: str) -> str:
        """A formula's source, escaped, with the number of its rendering where it has one."""
        number = self._number(source)
        shown = plain(source)
        return shown if number < 0 else f"<var data-m={number}>{shown}</var>"

    def _number(self, source: str) -> int:
        number = self._numbers.get(source)
        if number is None:
            markup = mathml(source)
            number = -1
            if markup is not None and len(markup) <= self._room:
                self._room -= len(markup)
                number = len(self._markup)
                self._markup.append(markup)
            self._numbers[source] = number
        return number

    def templates(self) -> Iterator[str]:
        """The renderings, inert until they are put in place."""
        for number, markup in enumerate(self._markup):
            yield f"<template id=m{number}>{markup}</template>\n"


def plain(text: str) -> str:
    """Text as HTML; controls, bidi overrides and lone surrogates stand as their code, line ends of any system stay."""
    if text.isprintable():
        return escape(text)
    text = text.replace("\r\n", "\n")
    parts: list[str] = []
    for stands, run in groupby(text, _stands):
        if stands:
            parts.append(escape("".join(run)))
        else:
            parts += (f"<span class=odd>{escape(visible(char))}</span>" for char in run)
    return "".join(parts)


def _stands(char: str) -> bool:
    return char == "\n" or printable(char)


def rich(text: str, formulas: FormulaMarks) -> str:
    """Text as HTML, its closed formulas ready to be rendered."""
    parts, at = [], 0
    for math in find_math(text):
        if math.closed:
            parts += [plain(text[at : math.start]), formulas.mark(text[math.start : math.end])]
            at = math.end
    return "".join([*parts, plain(text[at:])])


def excerpt(text: str, span: Span, *, around: int = AROUND, most: int = 240) -> str:
    """The text around a span, the span marked."""
    before = text[max(0, span.start - around) : span.start]
    inside, after = text[span.start : span.end], text[span.end : span.end + around]
    if len(inside) > most:
        inside = f"{inside[: most - 40]} … {inside[-40:]}"
    lead = "…" if span.start > around else ""
    trail = "…" if span.end + around < len(text) else ""
    return f"{lead}{plain(before)}<mark>{plain(inside)}</mark>{plain(after)}{trail}"


def marked(text: str, findings: Sequence[Finding], formulas: FormulaMarks) -> str:
    """A whole text with everything that was found in it marked, and the suggestion after each mark that has one."""
    parts, at = [], 0
    for finding in sorted(findings, key=lambda one: (one.span.start, -one.span.end)):
        start, end = max(at, finding.span.start), min(len(text), finding.span.end)
        if end <= start or end - start >= len(text):
            continue
        said = plain(f"{finding.rule} {finding.message}").replace("<span class=odd>", "").replace("</span>", "")
        mark = f'<mark class={finding.level} title="{said}">{plain(text[start:end])}</mark>'
        parts += [rich(text[at:start], formulas), mark]
        if new := suggestion(finding):
            parts.append(f"<ins>{plain(new)}</ins>")
        at = end
    return "".join([*parts, rich(text[at:], formulas)])


def repaired(text: str, edits: Sequence[Edit], formulas: FormulaMarks, *, around: int = AROUND, most: int = 400) -> str:
    """The text around some edits: what goes struck out, what comes highlighted."""
    ordered = sorted(edits)
    at = max(0, ordered[0].start - around)
    parts = ["…" if at else ""]
    for edit in ordered:
        parts.append(_between(text[at : edit.start], around) if parts[1:] else plain(text[at : edit.start]))
        old, new = text[edit.start : edit.end], edit.text
        parts.append(f"<del>{plain(_short(old, most))}</del>" if old else "")
        parts.append(
            f"<ins>{rich(new, formulas) if len(new) <= most else plain(_short(new, most))}</ins>" if new else ""
        )
        at = edit.end
    parts.append(plain(text[at : at + around]) + ("…" if at + around < len(text) else ""))
    return "".join(parts)


def _between(text: str, around: int) -> str:
    if len(text) <= 2 * around + 8:
        return plain(text)
    return f"{plain(text[:around])} … {plain(text[-around:])}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 40]} … {text[-40:]}"


def sides(diff: Diff, formulas: FormulaMarks, context: int, say: Words) -> tuple[str, str]:
    """Both columns of a comparison.

    Args:
        diff: the pieces.
        formulas: the formulas of the page.
        context: code points of agreement shown on either side of a difference.
        say: words of the page's language.
    """
    left, right = [_outside(diff.left_outside[0], say)], [_outside(diff.right_outside[0], say)]
    last = len(diff.pieces) - 1
    for number, piece in enumerate(diff.pieces):
        if piece.change == "same":
            head = context if number or not last else 0
            shown = _same(piece.left, head, context if number < last else 0, formulas, say)
            left.append(shown)
            right.append(shown)
        else:
            left.append(_marked(piece.left, piece.change, formulas, say))
            right.append(_other(piece, formulas, say))
    left.append(_outside(diff.left_outside[1], say))
    right.append(_outside(diff.right_outside[1], say))
    return "".join(left), "".join(right)


def _same(text: str, head: int, tail: int, formulas: FormulaMarks, say: Words) -> str:
    start, end = head, len(text) - tail
    for math in find_math(text):
        start = math.end if math.start < start < math.end else start
        end = math.start if math.start < end < math.end else end
    if end - start <= _ALIKE:
        return rich(text, formulas)
    before, after = rich(text[:start], formulas), rich(text[end:], formulas)
    return f"{before} <span class=gap>{end - start:,} {say('alike')}</span> {after}"


def _marked(text: str, change: str, formulas: FormulaMarks, say: Words) -> str:
    if not text:
        return ""
    if len(text) > _CHANGED:
        more = f"<span class=gap>{len(text) - _CHANGED:,} {say('more characters')}</span>"
        return f'<span class="{change}">{plain(text[:_CHANGED])}</span> {more}'
    return f'<span class="{change}">{rich(text, formulas)}</span>'


def _other(piece: DiffPiece, formulas: FormulaMarks, say: Words) -> str:
    if piece.change == "cut":
        missing = len(piece.left.strip()) - len(piece.right.strip(" .…"))
        told = f"{say('cut here')}: {missing:,} {say('characters missing')}"
        return f"{plain(piece.right)} <span class=here>{told}</span>"
    return _marked(piece.right, piece.change, formulas, say)


def _outside(count: int, say: Words) -> str:
    return f" <span class=gap>{count:,} {say('not compared')}</span> " if count else ""
