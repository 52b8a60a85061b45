"""The report of a run as one self-contained page: no network, no font, no script but its own.

Article text is not trusted. Every character of it is escaped, formulas are rebuilt from known MathML elements, and a
Content-Security-Policy allows this page's script and style by their hash and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from feedtools.config import REPORT_DECISIONS
from feedtools.model import KINDS, LEVELS
from feedtools.report.page import charts
from feedtools.report.page.copies import copies
from feedtools.report.page.made import made
from feedtools.report.page.marks import FormulaMarks, plain
from feedtools.report.page.parts import heading, number
from feedtools.report.page.remains import remains
from feedtools.report.page.todo import todo
from feedtools.report.page.words import HOW, OUT, PRIVACY, alone, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.report.page.data import Counts, Point, RunReport
    from feedtools.report.page.words import Words

ACTIONS = ("keep", "fix", "restore", "drop", "hold", "offer")
"""Actions on an article, as the filters name them."""
ERRORS = 300
"""Sentences about what could not be checked that are shown."""


def html(report: RunReport) -> Iterator[str]:
    """The page, in parts.

    Args:
        report: what to show. The sequences are read once; a part of each is shown.

    Yields:
        Markup that may be encoded as UTF-8, whatever the articles hold.
    """
    formulas, say = FormulaMarks(), words(report.lang, report.finds)
    style, script = asset("page.css"), asset("page.js")
    yield head(report.about.feed or report.title, report.lang, style, script)
    yield f"<style>{style}</style>\n</head>\n<body>\n<a class=skip href=#main>{say('Skip to what is to do')}</a>\n"
    yield from _top(report, say)
    yield f"{_tools(report, say)}<main id=main tabindex=-1>\n"
    if not report.checked:
        yield from todo(report, formulas, say)
        yield from _done(report, formulas, say)
    yield from copies(report, formulas, say)
    yield from remains(report, formulas, say)
    if len(report.trend) > 1:
        yield from _trend(report.trend, say)
    yield f"<p class=empty id=nothing hidden>{say('Nothing matches these filters.')}</p>\n</main>\n"
    yield footer(say)
    yield from formulas.templates()
    yield f"<script>{script}</script>\n</body>\n</html>\n"


@cache
def asset(name: str) -> str:
    """The page's own style (``page.css``) or script (``page.js``)."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    """The source expression that lets exactly this inline text run (CSP 3, section 6.7.3.3)."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def head(title: str, lang: str, style: str, script: str = "") -> str:
    """The head of a page, still open: it may do nothing but show this style and run this script.

    Args:
        title: of the page.
        lang: its language, ``en`` or ``zh``.
        style: the only one that may stand in it.
        script: likewise; none runs without.
    """
    runs = f"script-src {_hash(script)}; " if script else ""
    policy = f"default-src 'none'; {runs}style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    lang = "zh" if lang == "zh" else "en"
    return (
        f"<!doctype html>\n<html lang={lang}>\n<head>\n<meta charset=utf-8>\n"
        f'<meta http-equiv=Content-Security-Policy content="{policy}">\n'
        "<meta name=viewport content='width=device-width, initial-scale=1'>\n"
        "<meta name=referrer content=no-referrer>\n<meta name=color-scheme content='light dark'>\n"
        f"<title>{escape(charts.safe(title))}: feedtools report</title>\n"
    )


def _top(report: RunReport, say: Words) -> Iterator[str]:
    """Feed, date, command, options and version; what waits and what was done, as links."""
    from feedtools import __version__

    counts, about = report.counts, report.about
    created = plain(report.created) if report.created else "<time id=made></time>"
    yield (
        f"<header>\n<p class=kicker>{say('feedtools report')}</p>\n<h1>{plain(about.feed or report.title)}</h1>\n"
        f"<p class=sub>{number(counts.articles, 'article', say)} · {number(counts.files, 'file', say)} · {created}"
        f" · feedtools {escape(__version__)}</p>\n"
    )
    if about.command:
        options = "".join(f"<dt>{plain(name)}<dd>{plain(value)}" for name, value in about.options)
        more = f"<details><summary>{say('Options')}</summary><dl class=options>{options}</dl></details>"
        yield f"<p class=command><code>{plain(about.command)}</code></p>{more if options else ''}\n"
    links = [("remains", say("Found" if report.checked else "What remains"), counts.remaining)]
    if not report.checked:
        links.insert(0, ("todo", say("To do"), counts.held))
        links.insert(1, ("done", say("What was done"), counts.fixed + counts.restored))
    if report.clusters:
        links.insert(-1, ("copies", say("Copies"), counts.clusters))
    if len(report.trend) > 1:
        links.append(("trend", say("Trend"), len(report.trend)))
    items = "".join(f"<li><a href=#{name}>{title}</a> <b>{amount:,}</b>" for name, title, amount in links)
    yield f"<nav aria-label='{say('feedtools report')}'><ul>{items}</ul></nav>\n"
    if report.errors:
        rows = "".join(f"<li class=text>{plain(error)}" for error in report.errors[:ERRORS])
        yield f"<div class=card><h3 class=wrong>{say('Could not be checked')}</h3><ul>{rows}</ul></div>\n"
    yield "</header>\n"


def _tools(report: RunReport, say: Words) -> str:
    """Search, filters and switches; the script fills the filters from what the page holds."""
    names = {rule.rule: rule.name for rule in report.rules}
    known = escape("\n".join(f"{rule} {charts.safe(name)}" for rule, name in sorted(names.items())))
    fields = (
        ("level", "Level", "all levels"),
        ("rule", "Rule", "all rules"),
        ("file", "File", "all files"),
        ("action", "Action", "all actions"),
        ("kind", "Kind of copy", "all kinds of copies"),
    )
    selects = "".join(
        f'<select id={name} aria-label="{say(label)}"><option value="">{say(every)}</select>\n'
        for name, label, every in fields
    )
    return (
        f'<div class=tools id=tools hidden role=search data-rules="{known}" data-match="{say("match")}" '
        f'data-dark="{say("Dark")}" data-light="{say("Light")}" data-of="{say("of")}" '
        f'data-words="{escape(chr(10).join(f"{word} {say(word)}" for word in (*LEVELS, *ACTIONS, *KINDS)))}">\n'
        f'<input type=search id=q placeholder="{say("Search text, paths, messages")}" '
        f'aria-label="{say("Search the report")}">\n{selects}'
        f"<button type=button id=clear hidden>{say('Clear')}</button>\n"
        "<button type=button id=source aria-pressed=false>TeX</button>\n"
        f"<button type=button id=theme>{say('Dark')}</button>\n"
        f"<button type=button id=decisions data-name={REPORT_DECISIONS} hidden>"
        f"{say('Download decisions')} (<span id=decided>0</span>)</button>\n"
        f"<span class='hint keys'><kbd>/</kbd> {say('search')} <kbd>j</kbd> <kbd>k</kbd> {say('next, previous')}"
        "</span>\n<span class=hint id=live role=status></span>\n"
        f"<p class=hint id=how hidden>{say(HOW)} <code id=publish>feedtools publish OUT --decisions {REPORT_DECISIONS}"
        f"</code> <span id=where>{say(OUT)}</span></p></div>\n"
    )


def _done(report: RunReport, formulas: FormulaMarks, say: Words) -> Iterator[str]:
    """The equation, what was found before and what is left after it, and the fixes and repairs that were made."""
    counts = report.counts
    parts = (("kept", counts.kept), ("dropped", counts.dropped), ("held", counts.held))
    label = f"{counts.articles:,} {say('articles')}: " + ", ".join(f"{amount:,} {say(name)}" for name, amount in parts)
    yield f"<section id=done>\n{heading(say('What was done'))}"
    terms = "\n".join(
        f"<li><i>{sign}</i><b>{amount:,}</b><span class='dot {name}'></span>{say(name)}"
        for sign, (name, amount) in zip("=++", parts, strict=True)
    )
    yield (
        f"<div class='card account'>\n<ul class=sum><li><b>{counts.articles:,}</b>{say('articles')}\n{terms}</ul>\n"
        f"{charts.strip(parts, label)}\n"
    )
    if counts.articles != counts.kept + counts.dropped + counts.held:
        yield f"<p class=wrong>{say('The account does not add up: do not publish from this run.')}</p>\n"
    yield f"<dl class=facts>{_facts(counts, say)}</dl>\n</div>\n"
    yield from made(report, formulas, say)
    yield "</section>\n"


def _facts(counts: Counts, say: Words) -> str:
    facts = (
        ("articles fixed", counts.fixed),
        ("articles restored", counts.restored),
        ("fixes made", counts.fixes),
        ("repairs from copies", counts.repairs),
        ("suggestions offered", counts.offered),
        ("clusters of copies", counts.clusters),
        ("findings remain", counts.remaining),
    )
    return "".join(f"<div><dt>{say(name)}<dd>{amount:,}</div>" for name, amount in facts)


def _trend(trend: Sequence[Point], say: Words) -> Iterator[str]:
    """The runs of this feed, the last one this."""
    names = ("articles", "dropped", "held", "findings remain")
    dates = [plain(point.when) if point.when else say("this run") for point in trend]
    rows = "".join(
        f"<tr><td>{date}<td class=n>{point.counts.articles:,}<td class=n>{point.counts.dropped:,}"
        f"<td class=n>{point.counts.held:,}<td class=n>{point.counts.remaining:,}"
        for date, point in reversed(list(zip(dates, trend, strict=True)))
    )
    head = "".join(f"<th class=n>{alone(name, say)}" for name in names)
    yield f"<section id=trend>\n{heading(say('Trend'), number(len(trend), 'run', say))}<div class=two>\n"
    for name, look, values in (
        ("held", "held", [point.counts.held for point in trend]),
        ("findings remain", "warning", [point.counts.remaining for point in trend]),
    ):
        yield (
            f"<div class=card><h3>{say(name)}</h3><div class=plot><span class=axis>{max(values):,}</span>"
            f"{charts.spark(values, look, wide=True, names=dates)}<span class=axis>0</span></div>"
            f"<p class='ends place'><span>{dates[0]}</span><span>{dates[-1]}</span></p></div>\n"
        )
    yield (
        f"<div class='card wide'><div class=scroll tabindex=0><table><tr><th>{say('Date')}{head}{rows}</table></div>"
        "</div></div>\n</section>\n"
    )


def footer(say: Words) -> str:
    """The last lines of a page."""
    from feedtools import __version__

    return f"<footer>{say('Made by feedtools')} {escape(__version__)}. {say(PRIVACY)}</footer>\n"
