"""Matches by the million: fifteen bytes each, and the clusters they make, one at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from feedtools.dedup import cluster
from feedtools.model import KINDS, Cluster, Match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    Rows = NDArray[Any]
    Ints = NDArray[np.int64]

ROW = np.dtype(
    [("a", "u4"), ("b", "u4"), ("kind", "u1"), ("coverage_a", "u2"), ("coverage_b", "u2"), ("similarity", "u2")]
)
_UNIT = 10_000
"""Shares of a match have four places."""
_CHUNK = 1 << 16
"""Matches that are objects at a time."""


def pack(matches: Sequence[Match]) -> Rows:
    """Matches without evidence as rows."""
    plain = [
        (a, b, KINDS.index(kind), round(part_a * _UNIT), round(part_b * _UNIT), round(similarity * _UNIT))
        for a, b, kind, part_a, part_b, similarity, _ in matches
    ]
    return np.array(plain, ROW)


def pack_exact(copies: Ints, firsts: Ints) -> Rows:
    """Texts that are the same as an earlier one, as rows."""
    rows = np.empty(len(copies), ROW)
    rows["a"], rows["b"], rows["kind"] = copies, firsts, KINDS.index("exact")
    for share in ("coverage_a", "coverage_b", "similarity"):
        rows[share] = _UNIT
    return rows


def unpack(rows: Rows) -> list[Match]:
    """The inverse of ``pack``."""
    return [
        Match(a, b, KINDS[kind], part_a / _UNIT, part_b / _UNIT, similarity / _UNIT)
        for a, b, kind, part_a, part_b, similarity in rows.tolist()
    ]


class Clusters(NamedTuple):
    """Clusters as arrays, ascending by the copy that is kept.

    Attributes:
        keeps: the kept copies.
        starts: of each cluster the first of its rows; its last entry is the number of rows.
        rows: matches, cluster by cluster.
    """

    keeps: Ints
    starts: Ints
    rows: Rows

    def total(self) -> int:
        """How many there are."""
        return len(self.keeps)

    def all(self) -> Iterator[Cluster]:
        """Each of them, in order."""
        for first in range(0, self.total(), _CHUNK):
            keeps = self.keeps[first : first + _CHUNK].tolist()
            starts = self.starts[first : first + _CHUNK + 1].tolist()
            for keep, (start, end) in zip(keeps, pairwise(starts), strict=True):
                yield _cluster(keep, unpack(self.rows[start:end]))

    def dropped(self, keep: int) -> tuple[int, ...]:
        """The other members of the cluster that keeps this copy; none where there is no such cluster."""
        at = int(np.searchsorted(self.keeps, keep))
        if at == self.total() or self.keeps[at] != keep:
            return ()
        return _cluster(keep, unpack(self.rows[self.starts[at] : self.starts[at + 1]])).drop

    def renumbered(self, numbers: Ints) -> Clusters:
        """The same under other numbers, which must ascend as the present ones do."""
        rows = self.rows.copy()
        rows["a"], rows["b"] = numbers[rows["a"]], numbers[rows["b"]]
        return self._replace(keeps=numbers[self.keeps], rows=rows)


NONE = Clusters(np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, ROW))


def _cluster(keep: int, matches: Sequence[Match]) -> Cluster:
    members = sorted({number for match in matches for number in (match.a, match.b)} - {keep})
    return Cluster(keep, tuple(members), tuple(matches))


def clusters(rows: Rows, keeper: Callable[[list[int]], int]) -> Clusters:
    """What ``cluster.clusters`` makes of the matches, component by component.

    Args:
        rows: matches in any order, each once; given up.
        keeper: as there.
    """
    rows = rows[rows["kind"] != KINDS.index("overlap")]
    if not len(rows):
        return NONE
    of = components(rows["a"], rows["b"])
    order = np.lexsort((rows["b"], rows["a"], of))
    rows, of = rows[order], of[order]
    ends = np.append(np.flatnonzero(of[1:] != of[:-1]) + 1, len(of))
    keeps: list[NDArray[Any]] = []
    sizes: list[NDArray[Any]] = []
    parts: list[Rows] = []
    for first, last in _chunks(ends):
        made = list(_made(unpack(rows[first:last]), ends, first, last, keeper))
        keeps.append(np.array([one.keep for one in made], np.int64))
        sizes.append(np.array([len(one.matches) for one in made], np.int64))
        parts.append(pack([match for one in made for match in one.matches]))
    return _ascending(np.concatenate(keeps), np.concatenate(sizes), np.concatenate(parts))


def components(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int32]:
    """For each edge a number that is the same for all edges that hang together."""
    nodes, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    a, b = np.split(ends.astype(np.int32), 2)
    up = np.arange(len(nodes), dtype=np.int32)
    while True:
        low, high = np.minimum(up[a], up[b]), np.maximum(up[a], up[b])
        apart = low != high
        if not apart.any():
            return low
        np.minimum.at(up, high[apart], low[apart])
        while True:  # every node points at the end of its chain
            over = up[up]
            if (over == up).all():
                break
            up = over


def _chunks(ends: Ints) -> Iterator[tuple[int, int]]:
    """Stretches of rows that end where components do."""
    first = 0
    while first < ends[-1]:
        last = int(ends[min(int(np.searchsorted(ends, first + _CHUNK)), len(ends) - 1)])
        yield first, last
        first = last


def _made(
    matches: list[Match], ends: Ints, first: int, last: int, keeper: Callable[[list[int]], int]
) -> Iterator[Cluster]:
    start = 0
    for end in (ends[np.searchsorted(ends, first, "right") : np.searchsorted(ends, last, "right")] - first).tolist():
        if end - start > 1:
            yield from cluster.clusters(matches[start:end], keeper)
        else:
            [match] = matches[start:end]
            yield _cluster(keeper(sorted((match.a, match.b))), [match])
        start = end


def _ascending(keeps: Ints, sizes: Ints, rows: Rows) -> Clusters:
    order = np.argsort(keeps)
    begins = (np.cumsum(sizes) - sizes)[order]
    starts = np.concatenate([[0], np.cumsum(sizes[order])])
    moved = np.repeat(begins - starts[:-1], sizes[order]) + np.arange(len(rows))
    return Clusters(keeps[order], starts, rows[moved])
