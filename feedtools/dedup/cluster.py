"""Matches to clusters: which documents are kept, and which of them stands for each of the others.

A document is dropped only for one that is kept, that it matches itself, and that has all of it but a small rest.
Resemblance is never handed on: of a chain in which each is a copy of the next, as many are kept as it takes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from feedtools.dedup.rest import REST
from feedtools.model import COPIES, Cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feedtools.dedup.keeper import Order
    from feedtools.model import Match

_A, _B = attrgetter("a"), attrgetter("b")


class Sets:
    """Disjoint sets of document numbers (union-find with path halving)."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def find(self, x: int) -> int:
        """The number that stands for the set of ``x``."""
        up = self._up
        while (parent := up.setdefault(x, x)) != x:
            up[x] = x = up[parent]
        return x

    def union(self, x: int, y: int) -> None:
        """Join the sets of ``x`` and ``y``."""
        x, y = self.find(x), self.find(y)
        if x != y:
            self._up[max(x, y)] = min(x, y)


def partner(match: Match, number: int) -> int:
    """Name the other document of a match."""
    return match.b if match.a == number else match.a


def rest_of(match: Match, number: int) -> int:
    """Measure the longest stretch of a document that the other one of a match lacks, in symbols."""
    return match.rest_a if match.a == number else match.rest_b


def coverage_of(match: Match, number: int) -> float:
    """Give the share of a document that lies inside runs which the other one of a match has too, 0 to 1."""
    return match.coverage_a if match.a == number else match.coverage_b


def clusters(matches: Iterable[Match], order: Order, rest: int = REST) -> tuple[Cluster, ...]:
    """Choose which documents are kept, in the order of keepers, and which go for which of them.

    Args:
        matches: in any order, each once; of exact ones ``b`` is the earliest of its text, in all of them.
        order: of keepers.
        rest: symbols in a row from which text of its own keeps a document.

    Returns:
        One cluster per kept document for which others go, with the match between each of these and the kept one.
    """
    repeated: defaultdict[int, list[Match]] = defaultdict(list)
    acting = []
    for match in matches:
        if match.kind == "exact":
            repeated[match.b].append(match)
        elif match.kind in COPIES:
            acting.append(match)
    gone = dict(repeated)
    seen = Counter(chain(map(_A, acting), map(_B, acting)))
    alone = [match for match in acting if seen[match.a] == seen[match.b] == 1]  # most articles come back once
    aged = order.age is not None
    homes: dict[int, tuple[int, Match]] = {}
    for match in alone:
        keep, number = _whole_first(order.sorted((match.a, match.b)), (match,)) if aged else order.sorted(match[:2])
        if rest_of(match, number) < rest:
            homes[number] = keep, match
    for members, some in _components([match for match in acting if seen[match.a] > 1 or seen[match.b] > 1]):
        homes.update(_chosen(members, some, order, rest))
    for number, (keep, match) in homes.items():
        into = gone.setdefault(keep, [])
        into.append(match)
        into += [_of_copy(match, number, one.a) for one in gone.pop(number, ()) if one.kind == "exact"]
    return tuple(sorted(_cluster(keep, found) for keep, found in gone.items()))


def _cluster(keep: int, found: Sequence[Match]) -> Cluster:
    return Cluster(keep, tuple(sorted(partner(match, keep) for match in found)), tuple(sorted(found)))


def _of_copy(match: Match, number: int, copy: int) -> Match:
    """The match of a text's exact copy, which is that of the text."""
    return match._replace(a=copy) if match.a == number else match._replace(b=copy)


def _components(acting: Sequence[Match]) -> Iterator[tuple[list[int], list[Match]]]:
    """Documents that hang together, and their matches."""
    sets = Sets()
    for match in acting:
        sets.union(match.a, match.b)
    within: defaultdict[int, list[Match]] = defaultdict(list)
    for match in acting:
        within[sets.find(match.a)].append(match)
    for some in within.values():
        yield sorted({*map(_A, some), *map(_B, some)}), some


def _chosen(
    members: Sequence[int], matches: Sequence[Match], order: Order, rest: int
) -> Iterator[tuple[int, tuple[int, Match]]]:
    """Choose for each document that goes the kept one that stands for it, with their match."""
    known: defaultdict[int, list[Match]] = defaultdict(list)
    for match in matches:
        known[match.a].append(match)
        known[match.b].append(match)
    kept: dict[int, int] = {}  # to its place in the order
    ranked = order.sorted(members)
    for place, number in enumerate(ranked if order.age is None else _whole_first(ranked, matches)):
        covering = [m for m in known[number] if partner(m, number) in kept and rest_of(m, number) < rest]
        if not covering:
            kept[number] = place
            continue
        best = min(covering, key=lambda m: (-m.similarity, -coverage_of(m, number), kept[partner(m, number)]))
        yield number, (partner(best, number), best)


def _whole_first(ranked: Sequence[int], matches: Iterable[Match]) -> list[int]:
    """The documents in their order, those that are parts of others last: of a cut copy no age makes a whole one."""
    parts = {match.a for match in matches if match.kind in {"truncated", "contained"}}
    return sorted(ranked, key=parts.__contains__)
