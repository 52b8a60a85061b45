"""The page of a check: the same as that of ``clean``, without what only a batch run does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.lint.rules import RULES
from feedtools.model import LEVELS, Place
from feedtools.report.page.data import About, Copy, CopyGroup, Counts, tally
from feedtools.report.page.data import RunReport as Page
from feedtools.report.page.html import html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.model import Finding
    from feedtools.report import Report

SHOWN = 1000
"""Findings, and likewise clusters, that the page is given: the most severe ones; it counts them all."""


def render(report: Report) -> Iterator[str]:
    """The page, in parts."""
    articles = dict.fromkeys(report.files, 0)
    tallies, rules = tally(report.findings, articles)
    groups = _clusters(report)
    total = len(report.findings)
    counts = Counts(len(report.files), report.articles, findings=total, clusters=len(groups), remaining=total)
    by_level = sorted(report.findings, key=lambda one: LEVELS.index(one.level))
    feed, command = report.page
    return html(
        Page(
            "feedtools check",
            counts,
            tallies=tallies,
            rules=rules,
            findings=by_level[:SHOWN],
            clusters=groups[:SHOWN],
            errors=[str(error) for error in report.errors],
            about=About(feed, command),
            lang=report.lang,
            finds={rule.id: rule.summary_zh for rule in report.rules if rule.summary_zh},
            checked=True,
        )
    )


def _clusters(report: Report) -> list[CopyGroup]:
    """Copies by the article they point at, where that is at hand."""
    kinds = {rule: kind for kind, rule in RULES.items()}
    found: dict[Place, list[Finding]] = {}
    for finding in report.findings:
        for place in finding.related[:1]:
            if place in report.originals:
                found.setdefault(place, []).append(finding)
    return [
        CopyGroup(
            Copy(place, report.originals[place].text, action="keep"),
            [
                Copy(Place(one.article.source, one.article.line), one.article.text, kinds.get(one.rule), action="drop")
                for one in copies
            ],
        )
        for place, copies in found.items()
    ]
