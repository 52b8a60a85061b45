"""Summary for people at the end of a check, and the counts behind it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feedtools.model import Finding, Safety
    from feedtools.report import Report


ROWS = 15
"""Rules that the closing table lists; ``--statistics`` lists them all."""


class Next(NamedTuple):
    """Material for advice on what to do after a check.

    Attributes:
        clean: the command that cleans the same articles, to copy.
        copies: the articles that repeat another one.
        originals: the articles they repeat.
        applied: the most daring fixes that this run has applied already; what they left cannot be repaired so.
    """

    clean: str = ""
    copies: int = 0
    originals: int = 0
    applied: Safety | None = None


def summary(report: Report, then: Next = Next(), *, table: bool = False) -> Iterator[str]:  # noqa: B008 - immutable
    """Counts, and a line for each thing there is to do next.

    Args:
        report: the findings, of which those of ``report.least`` and above were shown.
        then: what can be done.
        table: whether to begin with the rules that were shown, the most frequent first.
    """
    shown = [finding for finding in report.findings if LEVELS.index(finding.level) <= LEVELS.index(report.least)]
    if table and shown:
        yield "\n"
        rows = list(statistics(report._replace(findings=tuple(shown))))
        yield from rows[:ROWS]
        if len(rows) > ROWS:
            yield f"{plural(len(rows) - ROWS, 'more rule')}: --statistics\n"
    yield f"{headline(report)}\n"
    for level in LEVELS[LEVELS.index(report.least) + 1 :]:
        count = sum(finding.level == level for finding in report.findings)
        if count:
            yield f"{plural(count, level)} not listed: --show {level}\n"
    if report.errors and report.articles:
        yield f"{plural(len({error.path for error in report.errors}), 'file')} could not be checked in full\n"
    yield from _next(report, then, shown)
    if table and shown:
        yield f"feedtools rules {shown[0].rule} explains a rule; --output-format full shows every finding by itself\n"


def _next(report: Report, then: Next, shown: Sequence[Finding]) -> Iterator[str]:
    safety = Counter(finding.fix.safety for finding in report.findings if finding.fix and finding.article.verbatim)
    safe = 0 if then.applied else safety["safe"]
    unsafe = 0 if then.applied == "unsafe" else safety["unsafe"] + safety["confident"]
    if safe:
        further = f" ({unsafe:,} more with --unsafe-fixes)" if unsafe else ""
        yield f"[*] {safe:,} can be repaired with --fix{further}{_unlisted(report, shown, then)}\n"
    elif unsafe:
        yield f"[*] {unsafe:,} can be repaired with --fix --unsafe-fixes{_unlisted(report, shown, then)}\n"
    if report.restorable:
        count = len(report.restorable)
        yield f"[r] {count:,} can be restored from another copy: {then.clean}\n"
    if then.copies:
        copies = f"{plural(then.copies, 'copy', 'copies')} of {plural(then.originals, 'article')}"
        yield f"{copies}: {then.clean} publishes one of each\n"


def _unlisted(report: Report, shown: Sequence[Finding], then: Next) -> str:
    """Say how many of those that can be repaired are not listed."""
    ways = {"unsafe", "confident"} if then.applied else {"safe", "unsafe", "confident"}

    def count(findings: Iterable[Finding]) -> int:
        return sum(one.fix is not None and one.fix.safety in ways and one.article.verbatim for one in findings)

    hidden = count(report.findings) - count(shown)
    return f"; {hidden:,} of them not listed" if hidden else ""


def headline(report: Report) -> str:
    """Say in one line how many findings there are, in how many articles and files."""
    if not report.articles and report.errors:
        return "nothing was checked: no article could be read"
    counts = Counter(finding.level for finding in report.findings)
    found = ", ".join(plural(counts[level], level) for level in LEVELS if counts[level]) or "nothing found"
    return f"{found} in {plural(report.articles, 'article')} of {plural(len(report.files), 'file')}"


def plural(count: int, noun: str, several: str = "") -> str:
    """A number and what is counted, in the singular for one."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def statistics(report: Report) -> Iterator[str]:
    """A line per rule, the most frequent first: how many, the code, the name, how many can be repaired."""
    from feedtools.report.grouped import fixable

    counts = Counter(finding.rule for finding in report.findings)
    fixes = Counter(finding.rule for finding in report.findings if fixable(finding))
    names = {finding.rule: finding.name for finding in report.findings}
    wide = len(f"{max(counts.values(), default=0):,}")
    for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        mended = f"  [*] {fixes[rule]:,}" if fixes[rule] else ""
        yield f"{count:{wide},}  {rule}  {names[rule]}{mended}\n"
