"""Matches to clusters: which documents are one article, and which copy is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.model import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from feedtools.model import Match


class Rank(NamedTuple):
    """The total order by which a keeper is chosen: the smallest is kept.

    Attributes:
        missing: minus the number of symbols: the most complete copy comes first.
        damage: how many placeholders and broken ends the raw text shows.
        place: where it stands, earliest first; unique.
    """

    missing: int
    damage: int
    place: Any


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

    def groups(self) -> list[list[int]]:
        """All sets, each ascending, in ascending order of their first member."""
        found: dict[int, list[int]] = {}
        for x in sorted(self._up):
            found.setdefault(self.find(x), []).append(x)
        return list(found.values())


def clusters(matches: Iterable[Match], rank: Callable[[int], Rank]) -> tuple[Cluster, ...]:
    """Documents joined by ``matches`` (``overlap`` never joins), each cluster with its keeper.

    Args:
        matches: in any order.
        rank: place of a document in the total order of keepers.
    """
    joined = Sets()
    acting = sorted({m for m in matches if m.kind != "overlap"})
    for match in acting:
        joined.union(match.a, match.b)
    by_set: dict[int, list[Match]] = {}
    for match in acting:
        by_set.setdefault(joined.find(match.a), []).append(match)
    found = []
    for members in joined.groups():
        ordered = sorted(members, key=rank)
        found.append(Cluster(ordered[0], tuple(sorted(ordered[1:])), tuple(by_set[joined.find(ordered[0])])))
    return tuple(sorted(found))
