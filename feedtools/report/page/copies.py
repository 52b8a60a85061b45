"""The section of copies: each kept article beside those it stands for."""

from __future__ import annotations

import shlex
from itertools import islice
from typing import TYPE_CHECKING

from feedtools.model import blake2b
from feedtools.report.page.diff import compare
from feedtools.report.page.marks import plain, sides
from feedtools.report.page.parts import Facts, item, number, part, place, section, text
from feedtools.report.page.why import view
from feedtools.report.page.words import alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.report.page.data import Copy, CopyGroup, RunReport
    from feedtools.report.page.marks import FormulaMarks
    from feedtools.report.page.words import Words

CLUSTERS = 1000
"""Clusters that are shown; the account counts them all."""
COPIES = 8
"""Copies of one article that are compared with the kept one; the others are listed by place."""
PLACES = 30
"""Further copies of one article that are listed by place."""
ROOM = 1_000_000
"""Bytes of comparisons after which clusters are listed without them, so that the page stays below 5 MB."""
FEW = 150
"""Clusters up to which the agreeing text around a difference is shown at length."""


def copies(report: RunReport, formulas: FormulaMarks, say: Words) -> Iterator[str]:
    """Every cluster, closed but for the first; what is alike in two copies is shortened."""
    clusters = report.clusters
    if not clusters:
        return
    shown = min(len(clusters), CLUSTERS)
    keys = (("cut", "cut or missing"), ("rendered", "rendered another way"), ("changed", "changed or added"))
    legend = "".join(f"<span class=k-{name}>{say(words)}</span>" for name, words in keys)
    hint = part(shown, report.counts.clusters, "cluster", "", say)
    yield section("copies", say("Copies"), hint, f"<p class=key>{legend}</p>")
    context = 220 if shown <= FEW else 40
    room, reading = ROOM, report.about.reading
    for at, group in enumerate(islice(clusters, CLUSTERS)):
        markup = _cluster(
            group, formulas, say, (context, COPIES if room > 0 else 0, report.rest), reading, opened=at == 0
        )
        room -= len(markup.encode())
        yield markup
    yield "</ul>\n</section>\n"


def _cluster(
    group: CopyGroup, formulas: FormulaMarks, say: Words, limits: tuple[int, int, int], reading: str, *, opened: bool
) -> str:
    context, compared, rest = limits
    kinds = sorted({copy.kind for copy in group.others if copy.kind})
    tags = " ".join(f"<span class=tag>{say(kind)}</span>" for kind in kinds)
    count = len(group.others) + group.more
    further = [f"<li>{place(copy.place)} {say(copy.kind or '')}" for copy in group.others[compared : compared + PLACES]]
    title = say("Further copies") if compared else say("Copies, by place alone: the page is full")
    more = count - min(len(group.others), compared + PLACES)
    if more > 0:
        further.append(f"<li>{more:,} {say('more')}")
    inner = (
        f"<details{' open' if opened else ''}><summary>"
        f"<span class=top>{place(group.keep.place)} <span class=hint>{say('stands for')} "
        f"{number(count, 'copy', say, 'copies')}</span> {tags}</span>"
        f"<span class=first>{plain(group.keep.text[:90])}</span></summary>\n"
        + "".join(_pair(group.keep, copy, formulas, (context, rest), say, reading) for copy in group.others[:compared])
        + (f"<p class=more>{title}</p><ul class=more>{''.join(further)}</ul>" if further else "")
        + "</details>"
    )
    keep = group.keep.place
    actions = " ".join(sorted({copy.action for copy in group.others}))
    facts = Facts(keep.path, actions, kind=" ".join(kinds))
    return item("", f"copies {keep.path} {keep.line}", facts, inner, say)


def _pair(
    keep: Copy, copy: Copy, formulas: FormulaMarks, limits: tuple[int, int], say: Words, reading: str = ""
) -> str:
    context, rest = limits
    facts = f"{say('similarity')} {copy.similarity:.2f}, {copy.coverage:.0%} {say('of it in the kept copy')}"
    told = say("the same text") if copy.text == keep.text else facts
    head = (
        f"<h3>{place(copy.place)} <span class=tag>{say(copy.kind or '')}</span>{_to(copy, say)} "
        f"<span class='tag {copy.action}'>{say(copy.action)}</span> <span class=hint>{told}</span></h3>"
    )
    if copy.text == keep.text:
        return f"<div class='pair math'>{head}</div>\n"
    why = _why(keep, copy, rest, formulas, say, reading)
    left, right = sides(compare(keep.text, copy.text, copy.evidence), formulas, context, say)
    return (
        f"<div class='pair math'>{head}<div class=side><h4>{say('kept')}</h4>{text(left, keep.text)}</div>"
        f"<div class=side><h4>{alone('copy', say)}</h4>{text(right, copy.text)}</div>{why}</div>\n"
    )


def _to(copy: Copy, say: Words) -> str:
    """The place of the copy that the kind is about, where the run did not compare this one with the kept one."""
    return f" <span class=hint>{say('relation to')} {place(copy.to)}</span>" if copy.to is not None else ""


def _why(keep: Copy, copy: Copy, rest: int, formulas: FormulaMarks, say: Words, reading: str) -> str:
    """The reasons of the verdict, to open, under an address of their own; and how to see them on a terminal."""
    from feedtools.dedup.explain import explain_pair

    names = [f"{one.given or one.place.path}:{one.place.line}" for one in (keep, copy)]
    a, b = (one.compared or one.text for one in (keep, copy))
    anchor = f"w{blake2b(chr(0).join(names).encode('utf-8', 'backslashreplace'), 6).hex()}"
    command = f"feedtools dedup --explain {' '.join([*map(shlex.quote, names), reading])}".rstrip()
    inner = view(explain_pair(a, b, decided=copy.match, rest=rest), a, b, formulas, say)
    told = f"<p class=hint>A: {say('kept')}, B: {alone('copy', say)} · <code>{plain(command)}</code></p>"
    return f"<details class=why id={anchor}><summary>{say('Why')}</summary>{told}{inner}</details>"
