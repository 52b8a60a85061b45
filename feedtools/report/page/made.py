"""The lists of what was done: fixes in published articles, by rule, and repairs from copies."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from feedtools.report.page.marks import plain, repaired
from feedtools.report.page.parts import Facts, item, named, part, place, text
from feedtools.report.page.todo import SHOWN, repair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.report.page.data import MadeFix, RunReport
    from feedtools.report.page.marks import FormulaMarks
    from feedtools.report.page.words import Words

PER_RULE = 60
"""Fixes of one rule that are shown; the account counts them all."""
ROOM = 200_000
"""Bytes of fixes after which the rules left are listed by their count alone, so that the page stays below 5 MB."""
AROUND = 16
"""Code points shown on either side of a fix."""
LONGEST = 160
"""Code points of either side of a fix that are shown."""


def made(report: RunReport, formulas: FormulaMarks, say: Words) -> Iterator[str]:
    """Fixes by rule, the most frequent first, and repairs, of what is published."""
    yield from _fixes(report, formulas, say)
    done = [one for one in report.repairs if one.safety != "display"][:SHOWN]
    if done:
        told = part(len(done), report.counts.repairs, "repair", say("in what is published"), say)
        yield f"<h3 class=sub>{say('Repairs that were made')} <span class=hint>{told}</span></h3>\n<ul class=list>\n"
        yield from (repair(one, formulas, say) for one in done)
        yield "</ul>\n"


def _fixes(report: RunReport, formulas: FormulaMarks, say: Words) -> Iterator[str]:
    if not report.made:
        return
    ordered = sorted(report.fixes, key=attrgetter("by"))
    shown = {by: list(some)[:PER_RULE] for by, some in groupby(ordered, attrgetter("by"))}
    told = part(report.counts.fixes, report.counts.fixes, "fix", say("in what is published"), say, "fixes")
    yield f"<h3 class=sub>{say('Fixes that were made')} <span class=hint>{told}</span></h3>\n"
    room = ROOM
    for by, count in sorted(report.made.items(), key=lambda pair: (-pair[1], pair[0])):
        markup = _of_rule(by, count, shown.get(by, []) if room > 0 else [], formulas, say)
        room -= len(markup.encode())
        yield markup


def _of_rule(by: str, count: int, some: Sequence[MadeFix], formulas: FormulaMarks, say: Words) -> str:
    name = some[0].name if some else ""
    told = part(len(some), count, "fix", "", say, "fixes")
    rows = "".join(_fix(one, number, formulas, say) for number, one in enumerate(some))
    return (
        f"<details class=fixes><summary><b>{plain(by)}</b> {named(by, name, say)} "
        f"<span class=hint>{told}</span></summary>\n"
        f"<ul class=list>\n{rows}</ul></details>\n"
    )


def _fix(one: MadeFix, number: int, formulas: FormulaMarks, say: Words) -> str:
    sure = f"{say('confidence')} {say(one.confidence)} · " if one.confidence else ""
    inner = (
        f"<div class=top>{place(one.place)} <span class=hint>{sure}{say(f'{one.safety} fix')}</span></div>"
        f"{text(repaired(one.text, [one.edit], formulas, around=AROUND, most=LONGEST), one.text, 'text ex')}"
    )
    rule = one.by if one.confidence else ""
    key = f"fix {one.place.path} {one.place.line} {one.by} {number}"
    return item("fix math", key, Facts(one.place.path, "fix", rules=rule), inner, say)
