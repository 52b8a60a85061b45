r"""Repair a damaged article from its siblings: other copies of it, or the original it was cut from.

A damaged copy and a sibling that is whole are aligned symbol by symbol, and what the damaged copy lost between two
places that agree is taken from the sibling: the formula behind ``[Math]`` and ``[公式]``, the code behind ``[代码]``,
delimiters of bare formulas, lost hyphens and operators, the end of a sentence that was cut. A repair is applied on
the word of one sibling only where the context agrees on both sides, the sibling's span passes the rules (closed,
renders, no Chinese inside) and the sibling is faithful elsewhere; otherwise two siblings must agree. What remains
doubtful is offered (``display``) and not applied. No other tool does this, so there is no method to cite; the
alignment is Levenshtein's, bit-parallel (Hyyrö 2003) in rapidfuzz.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from feedtools.lint.edits import edited
from feedtools.model import Edit, Place, Safety

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feedtools.lint.checks.latex.tables import Command
    from feedtools.restore.judge import Proposal
    from feedtools.restore.texts import Text

__all__ = ["KINDS", "Restoration", "Sibling", "apply", "restore"]

KINDS = ("placeholder", "bare", "broken", "joined", "operator", "number", "tail", "figure", "table")
"""Kinds of repairs; of two for the same place the kind that comes first here is preferred."""
SIBLINGS = 12
"""Siblings that are looked at, the first ones: what bounds the cost of an article."""


class Sibling(NamedTuple):
    """Another copy of an article: raw text (Markdown is understood) and where it stands."""

    text: str
    place: Place


class Restoration(NamedTuple):
    """One repair of one article.

    Attributes:
        edit: the damaged span of the raw article and what stands there afterwards.
        kind: one of ``KINDS``.
        safety: ``safe`` repairs may be applied; ``display`` ones are only offered.
        source: where the replacement was taken from.
        confidence: estimated chance, 0 to 1, that it is what the author wrote.
        reason: why it may be trusted, or why it is only offered.
    """

    edit: Edit
    kind: str
    safety: Safety
    source: Place
    confidence: float
    reason: str


def restore(text: str, siblings: Sequence[Sibling], macros: Mapping[str, Command] | None = None) -> list[Restoration]:
    """Find what siblings can give back to a damaged article.

    Pure and bounded: at most ``SIBLINGS`` siblings are compared, some 6,000 letters and digits of each. Any ``str``
    is accepted.

    Args:
        text: the raw article.
        siblings: other copies of the same article, the most trusted first.
        macros: commands that formulas of the feed may use beside those of the renderer.

    Returns:
        Repairs in the order of the text, not overlapping. An undamaged article, or one whose siblings are damaged
        in the same places, gives none.
    """
    from feedtools.restore.marks import whole
    from feedtools.restore.texts import read

    mine = read(text)
    if not mine.symbols:
        return []
    votes: list[_Vote] = []
    seen = {text}
    for sibling in siblings[:SIBLINGS]:
        if sibling.text not in seen:
            seen.add(sibling.text)
            votes += [_Vote(one, sibling.place) for one in _offers(mine, sibling, macros or {})]
    return whole(text, _chosen(votes))


def may_gain_from(text: str, sibling: Sibling) -> bool:
    """Tell whether a sibling may have anything for a damaged article; if not, ``restore`` finds nothing in it."""
    from feedtools.restore.texts import read

    return _gift(read(text), sibling) is not None


class _Vote(NamedTuple):
    offer: Proposal
    source: Place


def _offers(mine: Text, sibling: Sibling, macros: Mapping[str, Command]) -> Iterable[Proposal]:
    from feedtools.restore.bare import bare
    from feedtools.restore.figures import figures
    from feedtools.restore.holes import holes
    from feedtools.restore.marks import marks, numbers
    from feedtools.restore.originals import align_with
    from feedtools.restore.pair import pair_of
    from feedtools.restore.tail import tail

    other = _gift(mine, sibling)
    found = None if other is None else align_with(mine, other, sibling.place.path)
    if found is None:
        return ()
    way, theirs = found
    pair = pair_of(mine, theirs, way, macros)
    return chain(holes(pair), bare(pair), marks(pair), numbers(pair), tail(pair), figures(pair))


def _gift(mine: Text, sibling: Sibling) -> str | None:
    """Give a sibling in the script of the article; ``None`` where it has nothing that this may lack."""
    from feedtools.restore.language import in_script_of
    from feedtools.restore.screen import may_give

    other = in_script_of(sibling.text, mine.raw)
    return other if may_give(mine, other, sibling.place.path) else None


def _chosen(votes: Sequence[_Vote]) -> list[Restoration]:
    """Choose one repair per place, none overlapping: applied ones first, then the likelier, then the earlier kind."""
    by_span: dict[tuple[int, int], list[_Vote]] = {}
    for vote in votes:
        if vote.offer.risk < 1:
            by_span.setdefault((vote.offer.edit.start, vote.offer.edit.end), []).append(vote)
    ranked = sorted(
        map(_verdict, by_span.values()),
        key=lambda one: (one.safety == "display", KINDS.index(one.kind), -one.confidence, one.edit),
    )
    spans: list[tuple[int, int]] = []
    kept: list[Restoration] = []
    for one in ranked:
        span = one.edit.start, one.edit.end
        place = bisect_left(spans, span)
        if all(_apart(span, other) for other in spans[max(0, place - 1) : place + 1]):
            spans.insert(place, span)
            kept.append(one)
    return sorted(kept, key=lambda one: one.edit)


def _apart(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a != b and (a[1] <= b[0] or b[1] <= a[0])


def _verdict(votes: Sequence[_Vote]) -> Restoration:
    """Weigh what the siblings have for one span: two that agree outweigh the doubt about each."""
    from feedtools.restore.judge import RISK

    groups: dict[str, list[_Vote]] = {}
    for vote in votes:
        groups.setdefault("".join(vote.offer.edit.text.split()), []).append(vote)
    sure = [group for group in groups.values() if any(vote.offer.risk <= RISK for vote in group)]
    best_group = max(groups.values(), key=lambda group: (group in sure, len(group), -min(v.offer.risk for v in group)))
    best = min(best_group, key=lambda vote: vote.offer.risk)
    offer, agree = best.offer, len(best_group)
    risk, reason = offer.risk, offer.reason
    rivals = max((len(group) for group in groups.values() if group is not best_group), default=0)
    if risk > RISK and agree > max(1, rivals) and _can_be_outvoted(reason):
        risk, reason = RISK, f"{agree} other copies agree"
    if len(sure) > 1 and agree <= rivals:
        risk, reason = 0.5, "two other copies that may be trusted disagree"
    safety: Safety = "safe" if risk <= RISK else "display"
    return Restoration(offer.edit, offer.kind, safety, best.source, round(1 - risk, 4), reason)


def _can_be_outvoted(reason: str) -> bool:
    """Doubt about a sibling's faithfulness goes when another says the same; doubt about the place does not."""
    return "differs elsewhere" in reason


def apply(text: str, repairs: Iterable[Restoration]) -> str:
    """Make the ``safe`` repairs of an article."""
    return edited(text, sorted(repair.edit for repair in repairs if repair.safety == "safe"))


def restore_text(text: str, siblings: Iterable[str]) -> str:
    r"""Repair a damaged article from other copies of it: lost formulas, hyphens, operators, a cut sentence.

    Only what is certain is filled in.

    Args:
        text: the damaged copy.
        siblings: other copies, or the original.

    >>> whole = (r"训练的目标是让预测接近真实的标签。我们把 \[L=\sum_i (y_i-f(x_i))^2\] 叫做平方损失函数,"
    ...          "它越小说明模型的预测越准确,训练就是用梯度下降让它一步一步变小的过程。")
    >>> damaged = ("训练的目标是让预测接近真实的标签。我们把 [公式] 叫做平方损失函数,"
    ...            "它越小说明模型的预测越准确,训练就是用梯度下降让它一步一步变小的过程。")
    >>> restore_text(damaged, [whole]) == whole
    True
    """
    copies = [Sibling(sibling, Place("sibling", number)) for number, sibling in enumerate(siblings, 1)]
    return apply(text, restore(text, copies))
