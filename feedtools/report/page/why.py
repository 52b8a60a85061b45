"""The view of an explanation (``dedup.explain``): verdict, figures, the runs side by side, what would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.report.page.diff import compare
from feedtools.report.page.marks import plain, rich, sides
from feedtools.report.page.parts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.dedup.explain import Explanation, SharedRun, Side
    from feedtools.model import Span
    from feedtools.report.page.marks import FormulaMarks
    from feedtools.report.page.words import Words

RUNS, OWN, MOST = 24, 12, 600
"""Runs and stretches that are shown, and code points of a stretch."""
_CONTEXT = 120
"""Code points of agreement that are shown on either side of a difference."""


def view(why: Explanation, a: str, b: str, formulas: FormulaMarks, say: Words) -> str:
    """The reasons of a verdict as HTML.

    Args:
        why: the reasons.
        a: text of the one article.
        b: text of the other.
        formulas: the formulas of the page.
        say: words of the page's language.
    """
    kind = f" <span class=tag>{say(why.kind)}</span>" if why.kind else ""
    parts = [
        f"<p class=verdict><b>{plain(why.verdict)}</b>{kind}</p><p>{plain(why.rule)}.</p>",
        _figures(why, say),
    ]
    parts += (_run(number, run, a, b, formulas, say) for number, run in enumerate(why.runs[:RUNS], 1))
    if len(why.runs) > RUNS:
        parts.append(f"<p class=hint>{len(why.runs) - RUNS:,} {say('more runs')}</p>")
    for name, said, side in (("A", a, why.a), ("B", b, why.b)):
        parts += _spans(f"{say('only in')} {name}: {say('lost without it')}", said, side.own, "lost", formulas)
    parts += _spans(say("common property of the feed"), a, why.a.common, "rendered", formulas)
    return "".join(parts)


def _figures(why: Explanation, say: Words) -> str:
    def cells(values: Sequence[str]) -> str:
        return "".join(f"<td class=n>{value}" for value in values)

    def share(side: Side) -> str:
        return f"{side.coverage:.0%}"

    both = why.a, why.b
    rows = (
        (say("letters and digits"), [f"{side.symbols:,}" for side in both]),
        (say("in shared runs"), [share(side) for side in both]),
        (say("longest stretch that the other lacks, formulas counted"), [f"{side.rest:,}" for side in both]),
    )
    body = "".join(f"<tr><td>{name}{cells(values)}" for name, values in rows)
    limit = f"{say('an article with')} {why.limit:,} {say('or more in a row is not dropped')}"
    return (
        f"<table class=figures><tr><th><th class=n>A<th class=n>B{body}</table>"
        f"<p class=hint>{limit} · {say('similarity')} {why.similarity:.2f}</p>"
    )


def _run(number: int, run: SharedRun, a: str, b: str, formulas: FormulaMarks, say: Words) -> str:
    others = f" <span class=tag>{run.others:,} {say('other articles have it')}</span>" if run.others else ""
    left, right = sides(compare(a[slice(*run.a)], b[slice(*run.b)]), formulas, _CONTEXT, say)
    return (
        f"<div class='pair math'><h3>{say('run')} {number}{others}</h3>"
        f"<div class=side><h4>A {run.a.start:,}–{run.a.end:,}</h4>{text(left, a)}</div>"
        f"<div class=side><h4>B {run.b.start:,}–{run.b.end:,}</h4>{text(right, b)}</div></div>\n"
    )


def _spans(title: str, said: str, spans: Sequence[Span], look: str, formulas: FormulaMarks) -> Iterator[str]:
    for start, end in spans[:OWN]:
        shown = said[start : min(end, start + MOST)]
        more = f" <span class=gap>{end - start - MOST:,}</span>" if end - start > MOST else ""
        inner = f"<span class={look}>{rich(shown, formulas)}</span>{more}"
        yield f"<h4 class=own>{title} <span class=hint>{start:,}–{end:,}</span></h4>{text(inner, said)}"
    if len(spans) > OWN:
        yield f"<p class=hint>+{len(spans) - OWN:,}</p>"
