"""Findings for people, article by article: a line per rule, and one excerpt that holds every mark."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import LEVELS
from feedtools.report.regions import quoted, region, suggestion
from feedtools.report.text import COLORS, escape, paint, width
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feedtools.model import Article, Finding, Level
    from feedtools.report import Report

COLUMNS = 112
"""Columns of a line of an excerpt."""
LINES = 2
"""Lines of one excerpt at most; marks beyond it are counted."""
AROUND = 14
"""Code points shown on either side of a mark."""
LONGEST = 56
"""Code points of a mark that are shown."""
NAMED = 5
"""Findings of one rule and article that are quoted; the others are counted."""
OPEN, CLOSE = "⟦", "⟧"
"""Brackets around a mark where there are no colours: those of the examples in rule files."""
_ADVICE = lazy(r"(?:; (?=[^;]*\Z)|(?<=\?) (?=[A-Z])).*\Z", re.DOTALL)


class Shown(NamedTuple):
    """A finding with what can be done about it: ``[*]`` a fix, ``[r]`` a copy that still has the text."""

    finding: Finding
    flags: str


def text(report: Report, *, color: bool = False) -> Iterator[str]:
    """The findings of ``report.least`` and above, grouped by article.

    Args:
        report: findings in reading order.
        color: whether to use ANSI colours; without, marks stand in brackets.
    """
    limit = LEVELS.index(report.least)
    shown = (
        Shown(finding, _flags(finding, restorable=number in report.restorable))
        for number, finding in enumerate(report.findings)
        if LEVELS.index(finding.level) <= limit
    )
    for _, group in groupby(shown, lambda one: (one.finding.article.source, one.finding.article.line)):
        yield from _article(list(group), color)


def _flags(finding: Finding, *, restorable: bool) -> str:
    return ("[*] " if fixable(finding) else "") + ("[r] " if restorable else "")


def fixable(finding: Finding) -> bool:
    """Tell whether ``--fix`` can repair a finding, alone or with ``--unsafe-fixes``."""
    return finding.fix is not None and finding.fix.safety != "display" and finding.article.verbatim


def _article(group: Sequence[Shown], color: bool) -> Iterator[str]:
    copy = next((one for one in group if one.finding.related), None)
    if copy:
        yield _line([copy], color, _of_copy(len(group) - 1))
        return
    rules: dict[str, list[Shown]] = {}
    for one in group:
        rules.setdefault(one.finding.rule, []).append(one)
    for same in rules.values():
        yield _line(same, color)
    yield from _excerpt([one.finding for one in group], color)


def _of_copy(others: int) -> str:
    """Count the further findings in a copy; they matter only if it is the copy that is published."""
    return f" ({others:,} more finding{'s' if others > 1 else ''} in this copy)" if others else ""


def _line(same: Sequence[Shown], color: bool, end: str = "") -> str:
    """One line: ``path:line:col: level CODE flags message``."""
    first = same[0].finding
    level = min((one.finding.level for one in same), key=LEVELS.index)
    line, column, *_ = region(first.article, first.span)
    flags = next((one.flags for one in same if one.flags), "")
    return (
        f"{escape(first.article.source)}:{line}:{column}: {paint(level, COLORS[level], color=color)} "
        f"{paint(first.rule, '1', color=color)} {paint(flags, '32', color=color and bool(flags))}"
        f"{escape(_message(same))}{end}\n"
    )


def _message(same: Sequence[Shown]) -> str:
    findings = [one.finding for one in same]
    if len(findings) == 1:
        return _ADVICE.sub("", findings[0].message)
    changes = Counter(map(_change, findings))
    if "" not in changes:
        said = [change + (f" ({count:,} times)" if count > 1 else "") for change, count in changes.items()]
        more = f" and {len(said) - NAMED:,} more" if len(said) > NAMED else ""
        return f"{findings[0].name}, {len(findings):,} times: {', '.join(said[:NAMED])}{more}"
    left = len(findings) - NAMED
    here = [_place(finding, findings[0].article) for finding in findings[1 : NAMED + 1]]
    rest = f" and {left - 1:,} more" if left > 1 else ""
    return f"{_ADVICE.sub('', findings[0].message)} (also at {', '.join(here)}{rest})"


def _place(finding: Finding, article: Article) -> str:
    line, column, *_ = region(finding.article, finding.span)
    return str(column) if line == article.line and "\n" not in article.text else f"{line}:{column}"


def _change(finding: Finding) -> str:
    """The text of a finding and what its fix makes of it; empty where they are not both short."""
    new = suggestion(finding)
    return f"{quoted(finding, 30)} → {new}" if new and len(new) <= 40 and "\n" not in new else ""


class _Mark(NamedTuple):
    start: int
    end: int
    level: Level


class _Piece(NamedTuple):
    """A stretch of an excerpt: plain where it has no level."""

    text: str
    level: Level | None = None


def _excerpt(findings: Sequence[Finding], color: bool) -> Iterator[str]:
    """The article around its marks, on at most ``LINES`` lines; nothing where the whole article is the mark."""
    article = findings[0].article
    marks = _marks(one for one in findings if 0 < one.span.end - one.span.start < len(article.text))
    lines, used, left = [""], 0, len(marks)
    for piece in _pieces(article.text, marks):
        shown = escape(piece.text)
        if piece.level and not color:
            shown = f"{OPEN}{shown}{CLOSE}"
        if used and used + width(shown) > COLUMNS:
            if len(lines) == LINES:
                lines[-1] += f" … {left:,} more" if left else ""
                break
            lines.append("")
            used = 0
        used += width(shown)
        left -= piece.level is not None
        lines[-1] += paint(shown, f"4;{COLORS[piece.level]}", color=color) if piece.level else shown
    if marks:
        yield from (f"  | {line.strip()}\n" for line in lines)


def _marks(findings: Iterable[Finding]) -> list[_Mark]:
    """The spans in order; of those that overlap one, with the graver level."""
    marks: list[_Mark] = []
    for finding in sorted(findings, key=lambda one: one.span):
        start, end = finding.span
        if marks and start < marks[-1].end:
            last = marks.pop()
            level = min(last.level, finding.level, key=LEVELS.index)
            marks.append(_Mark(last.start, max(last.end, end), level))
        else:
            marks.append(_Mark(start, end, finding.level))
    return marks


def _pieces(text: str, marks: Sequence[_Mark]) -> Iterator[_Piece]:
    """Yield the pieces of a text that are shown: every mark, and a little of its line on either side."""
    at = 0
    for number, mark in enumerate(marks):
        line = text.rfind("\n", 0, mark.start) + 1
        left = max(at, line, mark.start - AROUND)
        lead = "…" if left > at and (number or left > line) else ""
        yield _Piece(lead + text[left : mark.start])
        yield _Piece(_short(text[mark.start : mark.end]), mark.level)
        end = text.find("\n", mark.end)
        end = len(text) if end < 0 else end
        following = marks[number + 1].start if number + 1 < len(marks) else len(text)
        at = min(end, mark.end + AROUND, following)
        yield _Piece(text[mark.end : at] + ("…" if number + 1 == len(marks) and at < end else ""))


def _short(mark: str) -> str:
    mark = mark.replace("\n", " ")
    return mark if len(mark) <= LONGEST else f"{mark[: LONGEST * 2 // 3]}…{mark[-LONGEST // 4 :]}"
