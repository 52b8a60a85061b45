"""An explanation of two articles (``dedup.explain``) for the terminal: figures, then the runs side by side."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from feedtools.report.page.diff import compare
from feedtools.report.text import escape, paint, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.dedup.files import Explained
    from feedtools.model import Article, Span

NARROW, WIDE = 40, 160
"""Columns that are used at least, and at most."""
OWN = 400
"""Code points that are shown of a stretch that would be lost."""
_SAME, _OTHER, _LOST = "", "33", "31"
"""Colours of what agrees, of what differs, of what would be lost."""
Painted = list[tuple[str, str]]


def text(found: Explained, *, columns: int = 100, color: bool = False) -> Iterator[str]:
    """Lines for people.

    Args:
        found: the two and the reasons.
        columns: of the terminal.
        color: whether to use ANSI colours; without them what differs stands in brackets.
    """
    why, columns = found.why, max(NARROW, min(columns, WIDE))
    for name, article, side in (("A", found.a, why.a), ("B", found.b, why.b)):
        yield from _filled(f"{name}  {_place(article)}", columns, "1", color=color)
        facts = f"{side.symbols:,} letters, {side.coverage:.0%} in shared runs, at most {side.rest:,} in a row"
        yield from _filled(f"   {facts} that the other lacks, formulas counted", columns)
    kind = f" ({why.kind})" if why.kind else ""
    yield "\n"
    yield from _filled(why.verdict + kind, columns, "1", color=color)
    yield from _filled(f"because {why.rule}", columns)
    yield from _filled(f"in this feed of {found.articles:,}: {found.outcome}", columns)
    for number, run in enumerate(why.runs, 1):
        others = f", and in {_others(run.others)} that differ elsewhere: common property" if run.others else ""
        yield "\n"
        head = f"run {number}: A {run.a.start:,}-{run.a.end:,}, B {run.b.start:,}-{run.b.end:,}{others}"
        yield from _filled(head, columns, "36", color=color)
        yield from _beside(found.a.text[slice(*run.a)], found.b.text[slice(*run.b)], columns, color=color)
    for name, article, side in (("A", found.a, why.a), ("B", found.b, why.b)):
        yield from _spans(f"only in {name}, and lost without it", article, side.own, columns, _LOST, color=color)
    yield from _spans("common property, in A", found.a, why.a.common, columns, _SAME, color=color)


def row(found: Explained) -> dict[str, Any]:
    """The same as one JSON object; spans are half-open code points."""
    why = found.why
    sides = {
        name: {
            "path": article.source,
            "line": article.line,
            "letters": side.symbols,
            "coverage": round(side.coverage, 4),
            "rest": side.rest,
            "own": [list(span) for span in side.own],
            "common": [list(span) for span in side.common],
        }
        for name, article, side in (("a", found.a, why.a), ("b", found.b, why.b))
    }
    return {
        **sides,
        "kind": why.kind,
        "verdict": why.verdict,
        "rule": why.rule,
        "outcome": found.outcome,
        "similarity": round(why.similarity, 4),
        "runs": [{"a": list(run.a), "b": list(run.b), "others": run.others} for run in why.runs],
        "limit": why.limit,
    }


def _place(article: Article) -> str:
    own = article.origin.id if article.origin is not None else ""
    return f"{escape(article.source)}:{article.line}" + (f" ({escape(own[:100])})" if own else "")


def _others(count: int) -> str:
    return f"{count:,} other article" + "s" * (count != 1)


def _spans(
    title: str, article: Article, spans: Sequence[Span], columns: int, paint_as: str, *, color: bool
) -> Iterator[str]:
    for span in spans:
        whole = article.text[slice(*span)]
        shown = whole if len(whole) <= OWN else f"{whole[:OWN]}… ({len(whole) - OWN:,} more)"
        yield "\n"
        yield from _filled(f"{title} ({span.start:,}-{span.end:,})", columns, "36", color=color)
        for line in _wrapped([(_plain(shown), paint_as)], columns - 2):
            yield f"  {_painted(line, color=color)}\n"


def _beside(left: str, right: str, columns: int, *, color: bool) -> Iterator[str]:
    """Two stretches in two columns; on a narrow terminal one below the other."""
    sides = _sides(left, right, color=color)
    if columns < 2 * NARROW:
        for name, side in zip("AB", sides, strict=True):
            for line in _wrapped(side, columns - 4):
                yield f"  {name} {_painted(line, color=color)}\n"
        return
    half = (columns - 5) // 2
    rows = [_wrapped(side, half) for side in sides]
    for at in range(max(map(len, rows))):
        one, other = (side[at] if at < len(side) else [] for side in rows)
        room = half - sum(width(part) for part, _ in one)
        yield f"  {_painted(one, color=color)}{' ' * room} | {_painted(other, color=color)}".rstrip() + "\n"


def _sides(left: str, right: str, *, color: bool) -> tuple[Painted, Painted]:
    """Both stretches with what differs marked."""
    found = compare(left, right)
    sides: tuple[Painted, Painted] = ([], [])
    for piece in found.pieces:
        for side, part in zip(sides, (piece.left, piece.right), strict=True):
            if piece.change == "same" or not (piece.left.strip() or piece.right.strip()):
                side.append((_plain(part), _SAME))
            elif part:
                side.append((_plain(part) if color else f"[{_plain(part)}]", _OTHER))
    for side, (_, behind) in zip(sides, (found.left_outside, found.right_outside), strict=True):
        if behind:
            side.append((f"… {behind:,} more", "2"))
    return sides


def _plain(part: str) -> str:
    return escape(part.replace("\r\n", " ").replace("\n", " "))


def _wrapped(parts: Painted, columns: int) -> list[Painted]:
    """Coloured parts in lines of so many columns; a line ends between words where there are any."""
    lines: list[Painted] = [[]]
    used = 0
    for part, color in parts:
        for word in _words(part):
            size = width(word)
            if used + size > columns and used:
                lines.append([])
                used, word = 0, word.lstrip()
                size = width(word)
            while size > columns:
                cut = next(at for at in range(1, len(word) + 1) if width(word[:at]) > columns) - 1 or 1
                lines[-1].append((word[:cut], color))
                lines.append([])
                word = word[cut:]
                size = width(word)
            if word:
                lines[-1].append((word, color))
                used += size
    return lines


def _words(part: str) -> Iterator[str]:
    """Words with the blanks before them; a wide character is a word of its own."""
    start = 0
    for at in range(1, len(part) + 1):
        if at == len(part) or part[at] == " " or width(part[at]) == 2 or width(part[at - 1]) == 2:
            yield part[start:at]
            start = at


def _painted(line: Painted, *, color: bool) -> str:
    runs = (("".join(part for part, _ in some), code) for code, some in groupby(line, key=itemgetter(1)))
    return "".join(paint(part, code, color=color and bool(code)) for part, code in runs)


def _filled(sentence: str, columns: int, code: str = "", *, color: bool = False) -> Iterator[str]:
    for line in _wrapped([(escape(sentence), code)], columns):
        yield f"{_painted(line, color=color)}\n"
