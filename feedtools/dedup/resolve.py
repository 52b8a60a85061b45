"""Comparisons to clusters, in rounds: series told apart, copies chosen, and what is left compared again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup import cluster, series
from feedtools.dedup.candidates import CLOSE, CROWD, edges
from feedtools.dedup.rest import REST
from feedtools.model import COPIES

if TYPE_CHECKING:
    from feedtools.dedup.keeper import Order
    from feedtools.dedup.series import Compared
    from feedtools.model import Cluster, Match

    Pair = tuple[int, int]

ROUNDS = 8
"""Times that what is left is compared again; a second time finds a copy or two in ten thousand, a third none."""


class Choice(NamedTuple):
    """Rules by which copies are chosen.

    Attributes:
        order: of keepers.
        rank: place of a document in the order of the join, the longest first.
        rest: symbols in a row from which text of its own keeps a document.
        told: says of matches between versions which one may go for the other (``versions.Versions.told``).
    """

    order: Order
    rank: Callable[[int], int]
    rest: int = REST
    told: Callable[[list[Match]], list[Match]] | None = None


class Resolved(NamedTuple):
    """Clusters of some compared texts.

    Attributes:
        clusters: with the matches between those that go and those that are kept.
        matches: between distinct texts, items of series told apart, in the order in which they were compared.
        untried: pairs of documents that may match although they were never compared, ascending.
        ordered: the order of the join has a say in which pairs are untried.
    """

    clusters: tuple[Cluster, ...]
    matches: list[Match]
    untried: list[Pair]
    ordered: bool


def resolve_once(
    found: Sequence[Compared], exact: Iterable[Match], choice: Choice, tried: Iterable[Pair] = ()
) -> Resolved:
    """Tell items of series apart and choose the copies, among texts that may belong to several components.

    Args:
        found: matches between distinct texts, each with the places where its texts differ.
        exact: matches of texts with the earliest of the same text.
        choice: by which rules.
        tried: pairs that were compared and are in ``found`` only where they matched.
    """
    told = series.told_apart(found)
    if choice.told is not None:
        told = choice.told(told)
    made = cluster.clusters([*exact, *told], choice.order, choice.rest)
    wanted, ordered = _of_one_partner(told, choice.rank)
    wanted.update(_untried(found, made))
    known = {_pair(match.a, match.b) for match, _ in found}
    return Resolved(made, told, sorted(wanted.difference(known, tried)), ordered)


def resolve(
    found: Iterable[Compared],
    exact: Sequence[Match],
    choice: Choice,
    compare: Callable[[Iterable[Pair]], Iterable[Compared]],
) -> Resolved:
    """Resolve, compare again what is left, and so on until no copy is found among it; nothing is ``untried`` then.

    The join links a text with part of those that share its keys, and with which ones depends on what else is there.

    Args:
        found: as for ``resolve_once``.
        exact: likewise.
        choice: likewise.
        compare: compares pairs of documents, of which it leaves out those that share nothing.
    """
    known, tried = list(found), set[tuple[int, int]]()
    made = resolve_once(known, exact, choice)
    for _ in range(ROUNDS):
        if not made.untried:
            break
        tried.update(made.untried)
        known += compare(made.untried)
        made = resolve_once(known, exact, choice, tried)
    return made._replace(untried=[])


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def _untried(found: Iterable[Compared], made: Iterable[Cluster]) -> Iterator[Pair]:
    """The pairs of kept documents of which the one matches a document that went for the other."""
    homes = {number: one.keep for one in made for number in one.drop}
    for match, _ in found:
        if match.kind != "overlap":
            for gone, kept in ((match.a, match.b), (match.b, match.a)):
                if gone in homes and kept not in homes and homes[gone] != kept:
                    yield _pair(kept, homes[gone])


def _of_one_partner(told: Iterable[Match], rank: Callable[[int], int]) -> tuple[set[Pair], bool]:
    """The pairs that match one document and may match each other, although no copies tie them.

    That document links them as a key does, so that a crowd around one costs a few pairs each.

    Returns:
        The pairs, and whether they depend on the order of the join.
    """
    sets, partners = cluster.Sets(), defaultdict[int, set[int]](set)
    for match in told:
        if match.kind != "overlap":
            partners[match.a].add(match.b)
            partners[match.b].add(match.a)
        if match.kind in COPIES:
            sets.union(match.a, match.b)
    pairs, ordered = set[tuple[int, int]](), False
    for some in partners.values():
        if len(set(map(sets.find, some))) > 1:
            pairs.update(_pair(*edge) for edge in edges(sorted(some, key=rank), CROWD, CLOSE))
            ordered |= len(some) > CLOSE + 2  # up to there all are linked, whatever their order
    return {pair for pair in pairs if sets.find(pair[0]) != sets.find(pair[1])}, ordered
