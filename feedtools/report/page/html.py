"""The report of a batch run as one self-contained page: no network, no font, no script but its own.

Article text is not trusted. Every character of it is escaped, formulas are rebuilt from known MathML elements, and a
Content-Security-Policy allows this page's script and style by their hash and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from heapq import nsmallest
from html import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from feedtools.report.page import charts
from feedtools.report.page.diff import compare
from feedtools.report.page.marks import Formulas, excerpt, plain, repaired, sides

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feedtools.model import Decision, Finding, Place
    from feedtools.report.page.data import Copies, Copy, Counts, Report, RuleName, Tally

FINDINGS = 1000
"""Findings, and likewise clusters, repairs and held articles, that are shown; the account counts them all."""
_HAN = re.compile(r"[\u3400-\u9fff]")
COPIES = 8
"""Copies of one article that are compared with the kept one; the others are listed by place."""
ROWS = 300
PLACES = 30
"""Further copies of one article that are listed by place."""
ROOM = 2_300_000
"""Bytes of comparisons after which clusters are listed without them, so that the page stays below 5 MB."""
_REPAIRS = {
    "placeholder": "placeholder filled",
    "bare": "formula delimited",
    "broken": "formula mended",
    "joined": "hyphen restored",
    "operator": "operator restored",
    "tail": "cut sentence completed",
}
FEW = 150
"""Clusters up to which the agreeing text around a difference is shown at length."""


def html(report: Report) -> Iterator[str]:
    """The page, in parts.

    Args:
        report: what to show. The sequences are read once; at most ``FINDINGS`` of each are shown.

    Yields:
        Markup that may be encoded as UTF-8, whatever the articles hold.
    """
    formulas = Formulas()
    style, script = asset("page.css"), asset("page.js")
    yield _head(report, style, script)
    yield f"<style>{style}</style>\n</head>\n<body>\n<a class=skip href=#main>Skip to the findings</a>\n"
    yield from _overview(report)
    yield "<main id=main tabindex=-1>\n"
    yield from _defects(report)
    yield _tools(report)
    yield from _clusters(report.clusters, report.counts, formulas)
    yield from _repairs(report, formulas)
    yield from _held(report.decisions, report.counts)
    yield from _findings(report.findings, report.counts, formulas)
    yield "</main>\n"
    yield _footer()
    yield from formulas.templates()
    yield f"<script>{script}</script>\n</body>\n</html>\n"


@cache
def asset(name: str) -> str:
    """The page's own style (``page.css``) or script (``page.js``)."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """The source expression that lets exactly this inline text run (CSP 3, section 6.7.3.3)."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _head(report: Report, style: str, script: str) -> str:
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    return (
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        f'<meta http-equiv=Content-Security-Policy content="{policy}">\n'
        "<meta name=viewport content='width=device-width, initial-scale=1'>\n"
        "<meta name=referrer content=no-referrer>\n<meta name=color-scheme content='light dark'>\n"
        f"<title>{escape(charts.safe(report.title))}: feedtools report</title>\n"
    )


def _overview(report: Report) -> Iterator[str]:
    counts = report.counts
    parts = (("kept", counts.kept), ("dropped", counts.dropped), ("held", counts.held))
    label = f"{counts.articles:,} articles: " + ", ".join(f"{amount:,} {name}" for name, amount in parts)
    created = f", {plain(report.created)}" if report.created else ""
    yield (
        f"<header>\n<p class=kicker>feedtools report</p>\n<h1>{plain(report.title)}</h1>\n"
        f"<p class=sub>{_number(counts.articles, 'article')} in {_number(counts.files, 'transmission')}{created}</p>\n"
    )
    terms = "\n".join(
        f"<li><i>{sign}</i><b>{amount:,}</b><span class='dot {name}'></span>{name}"
        for sign, (name, amount) in zip("=++", parts, strict=True)
    )
    yield (
        f"<div class='card account'>\n<ul class=sum><li><b>{counts.articles:,}</b>in\n{terms}</ul>\n"
        f"{charts.strip(parts, label)}\n"
    )
    if counts.articles != counts.kept + counts.dropped + counts.held:
        yield "<p class=wrong>The account does not add up: do not publish from this run.</p>\n"
    facts = (
        ("findings", counts.findings),
        ("clusters of copies", counts.clusters),
        ("repairs from siblings", counts.repairs),
        ("articles restored", counts.restored),
        ("articles fixed", counts.fixed),
    )
    cells = "".join(f"<div><dt>{name}<dd>{amount:,}</div>" for name, amount in facts)
    yield f"<dl class=facts>{cells}</dl>\n</div>\n"
    if report.errors:
        rows = "".join(f"<li class=text>{plain(error)}" for error in report.errors[:ROWS])
        yield f"<div class=card><h3 class=wrong>Could not be checked</h3><ul>{rows}</ul></div>\n"
    yield "</header>\n"


def _defects(report: Report) -> Iterator[str]:
    if not report.tallies or not report.rules:
        return
    groups = list(charts.binned(report.tallies, len(report.tallies)))
    keys = "".join(f"<span class=k-{level}>{level}</span>" for level in ("error", "warning", "note"))
    yield (
        "<section>\n<div class=head><h2>Defects</h2><p class=hint>over time and by rule</p></div>\n<div class=two>\n"
        f"<div class='card wide'><h3>By transmission, first to last</h3>{charts.columns(groups)}"
        f"<p class='ends place'><span>{plain(groups[0].first)}</span><span>{plain(groups[-1].last)}"
        f"</span></p><p class=key>{keys}</p></div>\n"
    )
    tables = (("By rule", _rule_table(report.rules, groups)), ("Most affected", _file_table(report.tallies)))
    for title, table in tables:
        yield f"<div class=card><h3>{title}</h3><div class=scroll tabindex=0>{table}</div></div>\n"
    yield "</div>\n</section>\n"


def _rule_table(rules: Sequence[RuleName], groups: Sequence[charts.Column]) -> str:
    series = {rule.rule: [group.rules[rule.rule] for group in groups] for rule in rules}
    most = max(map(sum, series.values()), default=0)
    rows = []
    for rule in rules:
        values = series[rule.rule]
        code, level = escape(rule.rule), rule.level
        rows.append(
            f'<tr><td><button type=button class=link data-rule="{code}">{code}</button> {plain(rule.name)}'
            f"<td class=n>{sum(values):,}<td class=g>{charts.bar(sum(values), most, level)}"
            f"<td class='g hide-s'>{charts.spark(values, level)}"
        )
    return f"<table><tr><th>rule<th class=n>found<th><th class=hide-s>over time{''.join(rows)}</table>"


def _file_table(tallies: Iterable[Tally]) -> str:
    counted = [0]

    def affected() -> Iterator[tuple[list[int], int, Tally]]:
        for number, tally in enumerate(tallies):
            amounts = charts.by_level(tally.levels)
            if any(amounts):
                counted[0] += 1
                yield [-amount for amount in amounts], number, tally

    rows = "".join(
        f"<tr><td><span class=place>{plain(tally.path)}</span><td class='n hide-s'>{tally.articles:,}"
        + "".join(f"<td class=n>{-amount:,}" for amount in amounts)
        for amounts, _, tally in nsmallest(ROWS, affected())
    )
    more = f"<p class=more>{counted[0] - ROWS:,} more</p>" if counted[0] > ROWS else ""
    head = "<tr><th>transmission<th class='n hide-s'>articles<th class=n>errors<th class=n>warnings<th class=n>notes"
    return f"<table>{head}{rows}</table>{more}"


def _tools(report: Report) -> str:
    rules = sorted({finding.rule: finding.name for finding in report.findings[:FINDINGS]}.items())
    options = "".join(f'<option value="{escape(rule)}">{escape(rule)} {plain(name)}' for rule, name in rules)
    kinds = sorted({copy.kind for group in report.clusters for copy in group.others if copy.kind})
    chosen = "".join(f"<option>{kind}" for kind in kinds)
    return (
        "<div class=tools id=tools hidden role=search>\n"
        "<input type=search id=q placeholder='Search text, paths, messages' aria-label='Search the report'>\n"
        f"<select id=rule aria-label='Rule'><option value=''>all rules{options}</select>\n"
        f"<select id=kind aria-label='Kind of copy'><option value=''>all copies{chosen}</select>\n"
        "<button type=button id=source aria-pressed=false>TeX</button>\n"
        "<button type=button id=theme>Dark</button>\n"
        "<span class='hint keys'><kbd>/</kbd> search <kbd>j</kbd> <kbd>k</kbd> next, previous</span>\n"
        "<span class=hint id=live role=status></span>\n</div>\n"
    )


def _section(name: str, title: str, hint: str, legend: str = "") -> str:
    return (
        f"<section id={name}>\n<div class=head><h2>{title}</h2><p class=hint>{hint}</p>"
        f"<p class='hint shown'></p>{legend}</div>\n<ul class=list>\n"
    )


def _clusters(clusters: Sequence[Copies], counts: Counts, formulas: Formulas) -> Iterator[str]:
    if not clusters:
        return
    shown = min(len(clusters), FINDINGS)
    keys = (("cut", "cut or missing"), ("rendered", "rendered another way"), ("changed", "changed or added"))
    legend = "".join(f"<span class=k-{name}>{words}</span>" for name, words in keys)
    yield _section("copies", "Copies", _part(shown, counts.clusters, "cluster"), f"<p class=key>{legend}</p>")
    context = 220 if shown <= FEW else 40
    room = ROOM
    for number, group in enumerate(islice(clusters, FINDINGS)):
        markup = _cluster(group, formulas, context, COPIES if room > 0 else 0, opened=number == 0)
        room -= len(markup.encode())
        yield markup
    yield "</ul>\n</section>\n"


def _cluster(group: Copies, formulas: Formulas, context: int, compared: int, *, opened: bool) -> str:
    kinds = sorted({copy.kind for copy in group.others if copy.kind})
    tags = " ".join(f"<span class=tag>{kind}</span>" for kind in kinds)
    copies = len(group.others) + group.more
    rest = [f"<li>{_place(copy.place)} {copy.kind or ''}" for copy in group.others[compared : compared + PLACES]]
    title = "Further copies" if compared else "Copies, by place alone: the page is full"
    more = copies - min(len(group.others), compared + PLACES)
    if more > 0:
        rest.append(f"<li>{more:,} more")
    return (
        f'<li class=item data-k="{" ".join(kinds)}"><details{" open" if opened else ""}><summary>'
        f"<span class=top>{_place(group.keep.place)} <span class=hint>stands for "
        f"{_number(copies, 'copy', 'copies')}</span> {tags}</span>"
        f"<span class=first>{plain(group.keep.text[:90])}</span></summary>\n"
        + "".join(_pair(group.keep, copy, formulas, context) for copy in group.others[:compared])
        + (f"<p class=more>{title}</p><ul class=more>{''.join(rest)}</ul>" if rest else "")
        + "</details>\n"
    )


def _pair(keep: Copy, copy: Copy, formulas: Formulas, context: int) -> str:
    facts = f"similarity {copy.similarity:.2f}, {copy.coverage:.0%} of it in the kept copy"
    head = (
        f"<h3>{_place(copy.place)} <span class=tag>{copy.kind}</span> <span class='tag {copy.action}'>{copy.action}"
        f"</span> <span class=hint>{'the same text' if copy.text == keep.text else facts}</span></h3>"
    )
    if copy.text == keep.text:
        return f"<div class='pair math'>{head}</div>\n"
    left, right = sides(compare(keep.text, copy.text, copy.evidence), formulas, context)
    return (
        f"<div class='pair math'>{head}<div class=side><h4>kept</h4>{_text(left, keep.text)}</div>"
        f"<div class=side><h4>copy</h4>{_text(right, copy.text)}</div></div>\n"
    )


def _repairs(report: Report, formulas: Formulas) -> Iterator[str]:
    if not report.repairs:
        return
    shown = report.repairs[:FINDINGS]
    yield _section("repairs", "Repairs", _part(len(shown), report.counts.repairs, "repair", "restored from a sibling"))
    for repair in shown:
        state = "offered" if repair.safety == "display" else "applied"
        kind = plain(_REPAIRS.get(repair.kind, repair.kind))
        yield (
            f"<li class='item math' tabindex=-1><div class=top><span class='tag {state}'>{state}</span> "
            f"<b>{kind}</b> {_place(repair.place)} <span class=hint>from {_place(repair.source)}, "
            f"confidence {repair.confidence:.2f}</span></div>"
            f"{_text(repaired(repair.text, [repair.edit], formulas), repair.text, 'text ex')}"
            f"<p class=hint>{plain(repair.reason)}</p>\n"
        )
    yield "</ul>\n</section>\n"


def _held(decisions: Iterable[Decision], counts: Counts) -> Iterator[str]:
    held = list(islice((one for one in decisions if one.action == "hold"), FINDINGS))
    if not held:
        return
    yield _section("held", "Held back", _part(len(held), counts.held, "article", "not published until someone looks"))
    for decision in held:
        article = decision.article
        reasons = "".join(f"<li>{plain(reason)}" for reason in decision.reasons[:20])
        yield (
            f"<li class=item tabindex=-1><div class=top><span class='tag hold'>held</span> "
            f"{_where(article.source, article.line)}</div>"
            f"{_text(plain(article.text[:160]) + '…' * (len(article.text) > 160), article.text, 'text ex')}"
            f"<ul class=hint>{reasons}</ul>\n"
        )
    yield "</ul>\n</section>\n"


def _findings(findings: Sequence[Finding], counts: Counts, formulas: Formulas) -> Iterator[str]:
    if not findings:
        return
    shown = findings[:FINDINGS]
    yield _section("findings", "Findings", _part(len(shown), counts.findings, "finding"))
    for finding in shown:
        yield _finding(finding, formulas)
    yield "</ul>\n</section>\n"


def _finding(finding: Finding, formulas: Formulas) -> str:
    article, fix = finding.article, finding.fix
    related = "".join(f" <span class=hint>see {_place(place)}</span>" for place in finding.related[:3])
    body = f"<p>{plain(finding.message)}</p>"
    if finding.span.end - finding.span.start < len(article.text):
        body += _text(excerpt(article.text, finding.span), article.text, "text ex")
    if fix and fix.edits:
        shown = repaired(article.text, fix.edits[:4], formulas)
        body += _text(f"<span class=tag>{fix.safety} fix</span> {shown}", article.text, "text ex")
    return (
        f'<li class="item math {finding.level}" data-r="{escape(finding.rule)}" tabindex=-1><div class=top>'
        f"<span class='tag {finding.level}'>{finding.level}</span> <b>{escape(finding.rule)} {plain(finding.name)}</b> "
        f"{_where(article.source, article.line, finding.span.start + 1)}{related}</div>{body}\n"
    )


def _part(shown: int, total: int, one: str, what: str = "") -> str:
    words = _number(max(shown, total), one)
    if shown < total:
        words += f", the first {shown:,} are shown; the manifest has them all"
    return f"{words}, {what}" if what else words


def _number(amount: int, one: str, many: str = "") -> str:
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def _text(inner: str, raw: str, kind: str = "text") -> str:
    """A paragraph of article text; its language tells the browser which glyphs and which voice to take."""
    lang = " lang=zh" if _HAN.search(raw, 0, 400) else ""
    return f"<p class='{kind}'{lang}>{inner}</p>"


def _place(place: Place) -> str:
    return _where(place.path, place.line)


def _where(path: str, line: int, column: int | None = None) -> str:
    end = "" if column is None else f":{column}"
    return f"<span class=place>{plain(path)}:{line}{end}</span>"


def _footer() -> str:
    from feedtools import __version__

    return (
        f"<footer>Made by feedtools {escape(__version__)}. This page loads nothing and sends nothing; "
        "the text of the articles belongs to their authors.</footer>\n"
    )
