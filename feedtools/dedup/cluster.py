"""Matches to clusters: which documents are one article, and which copy is kept."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from feedtools.model import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from feedtools.model import Match


STRONG_SIMILAR, STRONG_COVER = 0.85, 0.8
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

    def groups(self) -> list[list[int]]:
        """All sets, each ascending, in ascending order of their first member."""
        found: dict[int, list[int]] = {}
        for x in sorted(self._up):
            found.setdefault(self.find(x), []).append(x)
        return list(found.values())


def is_strong(match: Match) -> bool:
    """Whether the match alone shows that both are one article, so that it may carry further members along."""
    return match.similarity >= STRONG_SIMILAR and max(match.coverage_a, match.coverage_b) >= STRONG_COVER


def clusters(matches: Iterable[Match], keeper: Callable[[list[int]], int]) -> tuple[Cluster, ...]:
    """Documents joined by ``matches`` (``overlap`` never joins), each cluster with its keeper.

    Strong matches join freely. Weak ones (edited or shifted copies) join groups into stars only, the most similar
    first, so that resemblance is never handed on from edit to edit.

    Args:
        matches: in any order, each once.
        keeper: which of several documents is kept, by a total order: most complete, least damaged, earliest.
    """
    acting = sorted(m for m in matches if m.kind != "overlap")
    seen = Counter(chain(map(_A, acting), map(_B, acting)))
    found, rest = [], []
    for match in acting:
        a, b = match.a, match.b
        if seen[a] == seen[b] == 1:  # most articles that come back do so once
            keep = keeper([a, b] if a < b else [b, a])
            found.append(Cluster(keep, (a if keep == b else b,), (match,)))
        else:
            rest.append(match)
    found += _of_several(rest, keeper)
    return tuple(sorted(found))


def _of_several(acting: Sequence[Match], keeper: Callable[[list[int]], int]) -> Iterator[Cluster]:
    joined = Sets()
    weak = []
    for match in acting:
        if is_strong(match):
            joined.union(match.a, match.b)
        else:
            weak.append(match)
    _attach(joined, weak)
    within: dict[int, list[Match]] = {}
    for match in acting:
        home = joined.find(match.a)
        if home == joined.find(match.b):
            within.setdefault(home, []).append(match)
    for found in within.values():
        members = sorted({*map(_A, found), *map(_B, found)})
        keep = keeper(members)
        members.remove(keep)
        yield Cluster(keep, tuple(members), tuple(found))


def _attach(joined: Sets, weak: Iterable[Match]) -> None:
    """Join groups along ``weak`` matches into stars, the most similar first."""
    stars = Sets()
    centre: dict[int, int | None] = {}  # star -> the group at its centre, None while it has but two groups
    for match in sorted(weak, key=lambda m: (-m.similarity * max(m.coverage_a, m.coverage_b), m)):
        a, b = joined.find(match.a), joined.find(match.b)
        if stars.find(b) in centre:
            a, b = b, a
        old, new = stars.find(a), stars.find(b)
        if old == new or new in centre or centre.get(old) not in (None, a):
            continue
        grown = old in centre
        stars.union(a, b)
        centre[stars.find(a)] = a if grown else None
    for group in stars.groups():
        for other in group[1:]:
            joined.union(group[0], other)
