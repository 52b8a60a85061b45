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
    partners = _partners(told)
    wanted = {*_untried(found, made), *_of_one_partner(told, partners, choice.rank)}
    known = {_pair(match.a, match.b) for match, _ in found}
    ordered = any(len(some) > CLOSE + 1 for some in partners.values())
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


def _partners(told: Iterable[Match]) -> dict[int, set[int]]:
    """For each document that overlaps with one the documents that it matches."""
    partners = defaultdict[int, set[int]](set)
    for match in told:
        if match.kind != "overlap":
            partners[match.a].add(match.b)
            partners[match.b].add(match.a)
    return partners


def _of_one_partner(
    told: Iterable[Match], partners: dict[int, set[int]], rank: Callable[[int], int]
) -> Iterator[Pair]:
    """The pairs that match one document and may match each other, although no copies tie them.

    That document links them as a key does, so that a crowd around one costs a few pairs each.
    """
    sets = cluster.Sets()
    for match in told:
        if match.kind in COPIES:
            sets.union(match.a, match.b)
    for some in partners.values():
        if len(some) > 1:
            for one, other in edges(sorted(some, key=rank), CROWD, CLOSE):
                if sets.find(one) != sets.find(other):
                    yield _pair(one, other)
