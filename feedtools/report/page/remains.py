"""The section of what remains: findings by file and rule, and each of them."""

from __future__ import annotations

from heapq import nsmallest
from html import escape
from typing import TYPE_CHECKING

from feedtools.model import LEVELS
from feedtools.report.page import charts
from feedtools.report.page.marks import excerpt, plain, repaired
from feedtools.report.page.parts import (
    Facts,
    heading,
    item,
    named,
    number,
    part,
    place,
    plain_attribute,
    text,
    told,
    where,
)
from feedtools.report.page.words import alone
from feedtools.report.regions import region

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.model import Finding
    from feedtools.report.page.data import RuleName, RunReport, Tally
    from feedtools.report.page.marks import FormulaMarks
    from feedtools.report.page.words import Words

FINDINGS = 1000
"""Findings that are shown; the account counts them all."""
ROWS = 300


def remains(report: RunReport, formulas: FormulaMarks, say: Words) -> Iterator[str]:
    """The findings in what is published, or of a check: charts first, then one by one."""
    shown = report.findings[:FINDINGS]
    total = report.counts.findings if report.checked else report.counts.remaining
    title = say("Found") if report.checked else say("What remains")
    where_ = "" if report.checked else say("in what is published")
    yield f"<section id=remains>\n{heading(title, part(len(shown), total, 'finding', where_, say))}"
    if report.tallies and report.rules:
        yield from _charts(report, say)
    if shown:
        yield "<ul class=list>\n"
        yield from (_finding(finding, formulas, say) for finding in shown)
        yield "</ul>\n"
    yield "</section>\n"


def _charts(report: RunReport, say: Words) -> Iterator[str]:
    groups = list(charts.binned(report.tallies, len(report.tallies)))
    keys = "".join(f"<span class=k-{level}>{say(level)}</span>" for level in LEVELS)
    most = max((sum(charts.by_level(group.levels)) for group in groups), default=0)
    files = sum(group.files for group in groups)
    label = f"{number(files, 'file', say)}, {say('at most in one column')} {number(most, 'finding', say)}"
    yield (
        f"<div class=two>\n<div class='card wide'><h3>{say('By transmission, first to last')}</h3>"
        f"<div class=plot><span class=axis>{most:,}</span>{charts.columns(groups, label, say)}"
        "<span class=axis>0</span></div>"
        f"<p class='ends place'><span>{plain(groups[0].first)}</span><span>{plain(groups[-1].last)}"
        f"</span></p><p class=key>{keys}</p></div>\n"
    )
    tables = (
        (say("By rule"), _rule_table(report.rules, groups, say)),
        (say("Most affected"), _file_table(report.tallies, say)),
    )
    for title, table in tables:
        yield f"<div class=card><h3>{title}</h3><div class=scroll tabindex=0>{table}</div></div>\n"
    yield "</div>\n"


def _rule_table(rules: Sequence[RuleName], groups: Sequence[charts.Column], say: Words) -> str:
    series = {rule.rule: [group.rules[rule.rule] for group in groups] for rule in rules}
    most = max(map(sum, series.values()), default=0)
    rows = []
    for rule in rules:
        values = series[rule.rule]
        code, level = escape(rule.rule), rule.level
        rows.append(
            f'<tr data-r="{code}"><td><button type=button class=link data-rule="{code}">{code}</button> '
            f"{named(code, rule.name, say)}"
            f"<td class=n>{sum(values):,}<td class=g>{charts.bar(sum(values), most, level)}"
            f"<td class='g hide-s'>{charts.spark(values, level)}"
        )
    head = f"<tr><th>{say('rule')}<th class=n>{say('found')}<th><th class=hide-s>{say('over time')}"
    return f"<table>{head}{''.join(rows)}</table>"


def _file_table(tallies: Sequence[Tally], say: Words) -> str:
    counted, bins = [0], min(charts.BINS, len(tallies))

    def affected() -> Iterator[tuple[list[int], int, Tally]]:
        for order, tally in enumerate(tallies):
            amounts = charts.by_level(tally.levels)
            if any(amounts):
                counted[0] += 1
                yield [-amount for amount in amounts], order, tally

    rows = "".join(
        f'<tr data-c="{escape(charts.listed(tally.found))}" data-b={((order + 1) * bins - 1) // len(tallies)}>'
        f"<td><button type=button class='link place' data-file=\"{plain_attribute(tally.path)}\">"
        f"{plain(tally.path)}</button><td class='n hide-s'>{f'{tally.articles:,}' if tally.articles else ''}"
        + "".join(f"<td class=n>{-amount:,}" for amount in amounts)
        for amounts, order, tally in nsmallest(ROWS, affected())
    )
    more = f"<p class=more>{counted[0] - ROWS:,} {say('more')}</p>" if counted[0] > ROWS else ""
    levels = "".join(f"<th class=n>{say(name)}" for name in ("errors", "warnings", "notes"))
    head = f"<tr><th>{say('file')}<th class='n hide-s'>{alone('articles', say)}{levels}"
    return f"<table>{head}{rows}</table>{more}"


def _finding(finding: Finding, formulas: FormulaMarks, say: Words) -> str:
    article, fix = finding.article, finding.fix
    line, column, *_ = region(article, finding.span)
    related = "".join(f" <span class=hint>{say('see')} {place(one)}</span>" for one in finding.related[:3])
    body = f"<p>{told(finding.message, finding.rule, say)}</p>"
    if finding.span.end - finding.span.start < len(article.text):
        body += text(excerpt(article.text, finding.span), article.text, "text ex")
    if fix and fix.edits:
        shown = repaired(article.text, fix.edits[:4], formulas)
        body += text(f"<span class=tag>{say(f'{fix.safety} fix')}</span> {shown}", article.text, "text ex")
    head = (
        f"<div class=top><span class='tag {finding.level}'>{say(finding.level)}</span> "
        f"<b>{escape(finding.rule)} {plain(finding.name)}</b> {where(article.source, line, column)}{related}</div>"
    )
    facts = Facts(article.source, "keep", finding.level, finding.rule)
    key = f"finding {finding.rule} {article.source} {line} {column}"
    return item(f"math {finding.level}", key, facts, head + body, say)
