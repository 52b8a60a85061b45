"""Markdown, for step summaries, merge requests and chat."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from feedtools.model import LEVELS
from feedtools.report.regions import quoted, region
from feedtools.report.summary import headline
from feedtools.report.text import escape
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.report import Report

MAX_ROWS = 2000
"""Rows of a table that anybody may still open; GitHub takes 1 MiB per summary."""
_SPECIAL = lazy(r"([\\`*_{}\[\]<>#|~$&@]|:(?=[/A-Za-z]))")


def render(report: Report) -> Iterator[str]:
    """A table of counts, then a table of the findings, errors first."""
    findings = sorted(report.findings, key=lambda finding: LEVELS.index(finding.level))
    yield f"## feedtools: {headline(report)}\n\n"
    for error in report.errors:
        yield f"- could not be checked: {plain(str(error))}\n"
    if report.errors:
        yield "\n"
    if not findings:
        return
    yield "| rule | | findings |\n|---|---|---:|\n"
    counts = Counter((finding.rule, finding.name) for finding in findings)
    for (rule, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"| {rule} | {name} | {count:,} |\n"
    yield "\n| where | rule | | text |\n|---|---|---|---|\n"
    for finding in findings[:MAX_ROWS]:
        place = region(finding.article, finding.span)
        where = plain(f"{finding.article.source}:{place.line}:{place.column}")
        yield f"| {where} | {finding.rule} | {plain(finding.message)} | {plain(quoted(finding, 40))} |\n"
    if len(findings) > MAX_ROWS:
        yield f"\n{len(findings) - MAX_ROWS:,} more are not listed.\n"


def plain(text: str) -> str:
    """The text in Markdown that shows it as it is: no markup, no link, no mention, on one line."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[1])};", escape(text))
