"""What a person wants to read at the end, and the counts behind it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from feedtools.model import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.report import Report


def summary(report: Report, *, fixable: bool = True) -> Iterator[str]:
    """One line of counts, and one for each thing there is to do next.

    Args:
        report: the findings that were shown.
        fixable: whether to say how many can be repaired.
    """
    yield f"{headline(report)}\n"
    if report.errors:
        count = len({error.path for error in report.errors})
        yield f"{count} {'file' if count == 1 else 'files'} could not be checked in full\n"
    safety = Counter(finding.fix.safety for finding in report.findings if finding.fix and finding.article.verbatim)
    if fixable and safety["safe"]:
        unsafe = f" ({safety['unsafe']:,} more with --unsafe-fixes)" if safety["unsafe"] else ""
        yield f"{safety['safe']:,} can be repaired with --fix{unsafe}\n"
    elif fixable and safety["unsafe"]:
        yield f"{safety['unsafe']:,} can be repaired with --fix --unsafe-fixes\n"


def headline(report: Report) -> str:
    """What was found in how much, in one line."""
    counts = Counter(finding.level for finding in report.findings)
    found = ", ".join(_plural(counts[level], level) for level in LEVELS if counts[level]) or "nothing found"
    return f"{found} in {_plural(report.articles, 'article')} of {_plural(len(report.files), 'file')}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def statistics(report: Report) -> Iterator[str]:
    """A line a rule, the most frequent first: how many, the code, how many with a fix, the name."""
    counts = Counter(finding.rule for finding in report.findings)
    fixes = Counter(finding.rule for finding in report.findings if finding.fix and finding.fix.safety != "display")
    names = {finding.rule: finding.name for finding in report.findings}
    wide = len(f"{max(counts.values(), default=0):,}")
    for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fixable = f"  ({fixes[rule]:,} fixable)" if fixes[rule] else ""
        yield f"{count:{wide},}  {rule}  {names[rule]}{fixable}\n"
