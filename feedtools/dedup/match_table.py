"""Matches by the million: nineteen bytes each, and the clusters they make, one at a time."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from feedtools.dedup import cluster, series
from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.rest import REST
from feedtools.dedup.slots import AT_END, LONG_TEXT
from feedtools.dedup.versions import MOSTLY
from feedtools.model import COPIES, KINDS, Cluster, Match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from feedtools.dedup.keeper import Order
    from feedtools.dedup.slots import FrameSlot
    from feedtools.dedup.versions import Versions

    Rows = NDArray[Any]
    Ints = NDArray[np.int64]

_SHARES = ("coverage_a", "coverage_b", "similarity", "rest_a", "rest_b")
ROW = np.dtype([("a", "u4"), ("b", "u4"), ("kind", "u1"), *((name, "u2") for name in _SHARES)])
SLOT = np.dtype([("row", "u4"), ("key", "u8"), ("a", "u4"), ("b", "u4")])
"""A place where the texts of a row differ (``slots.Slot``), by the number of the row."""
_UNIT = 10_000
"""Shares of a match have four places."""
_SHARE = [places / _UNIT for places in range(_UNIT + 1)]
"""Each share that there is: millions of matches hold no others."""
_ACTING = [place for place, kind in enumerate(KINDS) if kind in COPIES]
_CHUNK = 1 << 16
"""Matches that are objects at a time."""
_SLOTS = 1 << 18
"""Slots that are told apart at a time, which takes a hundred bytes each."""


def pack(matches: Sequence[Match]) -> Rows:
    """Matches without evidence as rows."""
    rows = np.empty(len(matches), ROW)
    if matches:
        rows["a"], rows["b"], kinds, *shares, _, rows["rest_a"], rows["rest_b"] = zip(*matches, strict=True)
        rows["kind"] = [KINDS.index(kind) for kind in kinds]
        for name, column in zip(_SHARES, shares, strict=False):
            rows[name] = np.rint(np.array(column) * _UNIT)
    return rows


def pack_slots(slots: Sequence[Sequence[FrameSlot]]) -> NDArray[Any]:
    """The slots of each of some rows as ``SLOT``."""
    rows = np.empty(sum(map(len, slots)), SLOT)
    if len(rows):
        rows["row"] = np.repeat(np.arange(len(slots)), np.fromiter(map(len, slots), np.int64))
        keys, rows["a"], rows["b"] = zip(*chain.from_iterable(slots), strict=True)
        rows["key"] = np.array(keys, np.uint64)
    return rows


def pack_exact(copies: Ints, firsts: Ints) -> Rows:
    """Texts that are the same as an earlier one, as rows."""
    rows = np.empty(len(copies), ROW)
    rows["a"], rows["b"], rows["kind"] = copies, firsts, KINDS.index("exact")
    for share in _SHARES:
        rows[share] = 0 if share.startswith("rest") else _UNIT
    return rows


def unpack(rows: Rows) -> list[Match]:
    """The inverse of ``pack``."""
    return [
        Match(a, b, KINDS[kind], _SHARE[part_a], _SHARE[part_b], _SHARE[similarity], (), own, others)
        for first in range(0, len(rows), _CHUNK)
        for a, b, kind, part_a, part_b, similarity, own, others in rows[first : first + _CHUNK].tolist()
    ]


class Clusters(NamedTuple):
    """Clusters as arrays, ascending by the copy that is kept.

    Attributes:
        keeps: the kept copies.
        starts: of each cluster the first of its rows; its last entry is the number of rows.
        rows: matches, cluster by cluster.
        others: further matches of texts that have much in common; none of them tells of a copy that goes.
    """

    keeps: Ints
    starts: Ints
    rows: Rows
    others: Rows = np.empty(0, ROW)

    def total(self) -> int:
        """Count the clusters."""
        return len(self.keeps)

    def all(self) -> Iterator[Cluster]:
        """Give the clusters one by one, in order."""
        for first in range(0, self.total(), _CHUNK):
            keeps = self.keeps[first : first + _CHUNK].tolist()
            starts = self.starts[first : first + _CHUNK + 1].tolist()
            for keep, (start, end) in zip(keeps, pairwise(starts), strict=True):
                yield _cluster(keep, unpack(self.rows[start:end]))

    def homes(self) -> Ints:
        """Each document that goes beside the one that stands for it, ascending: shape ``(n, 2)``."""
        keeps = np.repeat(self.keeps, np.diff(self.starts))
        a, b = self.rows["a"].astype(np.int64), self.rows["b"].astype(np.int64)
        found = np.stack([np.where(a == keeps, b, a), keeps], axis=1)
        return found[np.argsort(found[:, 0])]

    def dropped(self, keep: int) -> tuple[int, ...]:
        """The other members of the cluster that keeps this copy; none where there is no such cluster."""
        at = int(np.searchsorted(self.keeps, keep))
        if at == self.total() or self.keeps[at] != keep:
            return ()
        return _cluster(keep, unpack(self.rows[self.starts[at] : self.starts[at + 1]])).drop

    def where(self, wanted: NDArray[np.bool_]) -> Clusters:
        """Select clusters by a flag each; ``others`` are left out."""
        sizes = np.diff(self.starts)
        starts = np.concatenate([[0], np.cumsum(sizes[wanted])])
        return Clusters(self.keeps[wanted], starts, self.rows[np.repeat(wanted, sizes)])

    def renumbered(self, numbers: Ints) -> Clusters:
        """The same under other numbers, which must ascend as the present ones do."""
        rows, others = self.rows.copy(), self.others.copy()
        for some in (rows, others):
            some["a"], some["b"] = numbers[some["a"]], numbers[some["b"]]
        return self._replace(keeps=numbers[self.keeps], rows=rows, others=others)

    def overlapping(self, *, every: bool = False) -> Iterator[tuple[int, int]]:
        """Yield pairs that have much in common, those alone of which neither goes unless ``every`` one is wanted."""
        gone = self.homes()[:, 0] if self.total() else self.keeps
        kept = every | ~(np.isin(self.others["a"], gone) | np.isin(self.others["b"], gone))
        for row in self.others[kept]:
            yield int(row["a"]), int(row["b"])


NONE = Clusters(np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, ROW))


def together(tables: Sequence[Clusters]) -> Clusters:
    """The clusters of several tables as one."""
    columns = zip(*((one.keeps, np.diff(one.starts), one.rows) for one in tables), strict=True)
    return _ascending(*(np.concatenate(column) for column in columns))


def _cluster(keep: int, matches: Sequence[Match]) -> Cluster:
    members = sorted({number for match in matches for number in (match.a, match.b)} - {keep})
    return Cluster(keep, tuple(members), tuple(matches))


def clusters(rows: Rows, order: Order, rest: int = REST) -> Clusters:
    """Choose as ``cluster.clusters`` does, some components at a time.

    Args:
        rows: matches in any order, each once.
        order: as there.
        rest: as there.
    """
    rows = of_copies(rows)
    if not len(rows):
        return NONE
    of = components(rows["a"], rows["b"])
    ranking = np.lexsort((rows["b"], rows["a"], of))
    rows, of = rows[ranking], of[ranking]
    ends = np.append(np.flatnonzero(of[1:] != of[:-1]) + 1, len(of))
    alone = np.repeat(np.diff(ends, prepend=0) == 1, np.diff(ends, prepend=0))
    if order.age is not None:  # which of two is part of the other counts there
        alone[:] = False
    found = [_of_pairs(rows[alone], order, rest)]  # most articles come back once
    rows, of = rows[~alone], of[~alone]
    ends = np.append(np.flatnonzero(of[1:] != of[:-1]) + 1, len(of)) if len(of) else of
    for first, last in _chunks(ends):
        made = cluster.clusters(unpack(rows[first:last]), order, rest)
        keeps = np.array([one.keep for one in made], np.int64)
        sizes = np.array([len(one.matches) for one in made], np.int64)
        found.append((keeps, sizes, pack([match for one in made for match in one.matches])))
    return _ascending(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _of_pairs(rows: Rows, order: Order, rest: int) -> tuple[Ints, Ints, Rows]:
    """Choose within pairs that nothing else hangs together with: the kept copies, sizes of clusters, and rows."""
    exact = rows["kind"] == KINDS.index("exact")
    keeps = rows["b"].astype(np.int64)
    open_ = np.flatnonzero(~exact)
    chosen = map(order.of_two, rows["a"][open_].tolist(), rows["b"][open_].tolist())
    keeps[open_] = np.fromiter(chosen, np.int64, len(open_))
    goes = exact | (np.where(keeps == rows["a"], rows["rest_b"], rows["rest_a"]) < rest)
    return keeps[goes], np.ones(int(goes.sum()), np.int64), rows[goes]


def tell_series_apart(rows: Rows, slots: NDArray[Any]) -> Rows:
    """Turn matches between items of a series into overlaps, as ``series.told_apart`` does.

    Args:
        rows: matches in any order.
        slots: where their texts differ, as ``SLOT``.
    """
    acting = rows["kind"] != KINDS.index("overlap")
    if not acting[slots["row"]].any():
        return rows
    told = rows.copy()
    told[acting] = _told_apart(rows[acting], of_rows(slots, acting))
    return told


def of_rows(slots: NDArray[Any], some: NDArray[np.bool_]) -> NDArray[Any]:
    """The slots of some rows, by their numbers among these."""
    found: NDArray[Any] = slots[some[slots["row"]]]
    found["row"] = (np.cumsum(some, dtype=np.uint32) - np.uint32(1))[found["row"]]
    return found


def tell_versions(rows: Rows, versions: Versions, place: Callable[[int], Any]) -> Rows:
    """Say of versions which one may go for the other, as ``versions.Versions.told`` does."""
    told = rows.copy()
    acting = np.flatnonzero((rows["kind"] != KINDS.index("overlap")) | (rows["coverage_a"] >= _UNIT * MOSTLY))
    for first in range(0, len(acting), _CHUNK):
        some = acting[first : first + _CHUNK]
        told[some] = pack(versions.told(unpack(rows[some]), place))
    return told


def _told_apart(rows: Rows, slots: NDArray[Any]) -> Rows:
    """Tell items of a series apart, in rows of which none is an overlap; ``slots`` are changed in place."""
    long = np.bincount(slots["row"][slots["key"] & np.uint64(LONG_TEXT) > 0], minlength=len(rows)) > 0
    slots["key"] &= ~np.uint64(LONG_TEXT)
    key = components(rows["a"], rows["b"])[slots["row"]].astype(np.uint64)
    key *= np.uint64(0x9E3779B97F4A7C15)
    key ^= slots["key"]
    edge = (slots["key"] & np.uint64(AT_END)).astype(bool)
    inside = np.bincount(slots["row"][~edge], minlength=len(rows))
    again = _repeated(key)  # three fillers take two matches
    slots, key, edge = slots[again], key[again], edge[again]
    varied = np.zeros(len(slots), bool)
    degree = np.bincount(np.concatenate([rows["a"], rows["b"]]))
    portions = len(key) // _SLOTS + 1
    for number in range(portions):
        some = np.flatnonzero(key % np.uint64(portions) == number)
        varied[some] = _varied(rows, slots[some], key[some], degree)
    varied_inside, varied_edge = (
        np.bincount(slots["row"][some], minlength=len(rows)) for some in (varied & ~edge, varied & edge)
    )
    copy = np.isin(rows["kind"], _ACTING)
    within = (varied_inside > 0) & (varied_inside >= series.SHARE * inside)
    apart = within | (copy & (varied_edge > 0))
    listed = apart & copy & long
    told = rows.copy()
    told["rest_a"][listed] = told["rest_b"][listed] = MOST_REST
    told["kind"][apart & ~listed] = KINDS.index("overlapping")
    told["kind"][within & ~listed] = KINDS.index("overlap")
    return told


def _repeated(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the keys that occur more than once; there are few of them, and it takes little memory."""
    ordered = np.sort(keys)
    often = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(often):
        return np.zeros(len(keys), bool)
    found: NDArray[np.bool_] = often[np.searchsorted(often[:-1], keys)] == keys
    return found


def _distinct(keys: NDArray[np.uint64], one: NDArray[Any], other: NDArray[Any]) -> Ints:
    """Count the different values that go with each key, on both sides; a count for each item of ``keys``."""
    both = np.tile(keys, 2) * np.uint64(0xD6E8FEB86659FD93) ^ np.concatenate([one, other]).astype(np.uint64)
    _, at = np.unique(both, return_index=True)  # 64 bits of the two: no two are the same by chance
    known, counts = np.unique(keys[at % len(keys)] if len(keys) else keys, return_counts=True)
    found: Ints = counts[np.searchsorted(known, keys)]
    return found


def _varied(rows: Rows, slots: NDArray[Any], keys: NDArray[np.uint64], degree: Ints) -> NDArray[np.bool_]:
    """Tell of slots, those of one key all among them, whether many texts have something else there each.

    Args:
        rows: matches.
        slots: where their texts differ.
        keys: of each slot.
        degree: matches of each document.
    """
    a, b = (rows[side][slots["row"]] for side in "ab")
    fillers, items = _distinct(keys, slots["a"], slots["b"]), _distinct(keys, a, b)
    often = _often(a, b, slots["key"], degree) >= series.OFTEN
    varied: NDArray[np.bool_] = (fillers >= series.VARIED) & (items >= series.VARIED)
    varied &= (items >= series.CROWD) | often
    return varied


def _often(a: Rows, b: Rows, keys: NDArray[np.uint64], degree: Ints) -> NDArray[np.float64]:
    """Share of the matches of two texts that differ at a slot, for each slot."""
    mixed = [(side.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)) ^ keys for side in (a, b)]
    _, at, times = np.unique(np.concatenate(mixed), return_inverse=True, return_counts=True)
    one, other = np.split(times[at], 2)
    share: NDArray[np.float64] = (one + other - 1) / (degree[a] + degree[b] - 1)
    return share


def packed(one: Ints, other: Ints) -> Ints:
    """Each pair of documents as one number, whichever of the two is first."""
    pairs: Ints = np.minimum(one, other) << 32 | np.maximum(one, other)
    return pairs


def of_copies(rows: Rows) -> Rows:
    """Pick the rows of kinds that make two documents one article."""
    return rows[np.isin(rows["kind"], _ACTING)]


def joined(rows: Rows, count: int) -> Ints:
    """Number ``count`` documents, alike those that rows tie together."""
    of = np.arange(-count, 0)
    label = components(rows["a"], rows["b"])
    of[rows["a"]], of[rows["b"]] = label, label
    return of


def components(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int32]:
    """Number edges, alike those that hang together."""
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
    while len(ends) and first < ends[-1]:
        last = int(ends[min(int(np.searchsorted(ends, first + _CHUNK)), len(ends) - 1)])
        yield first, last
        first = last


def _ascending(keeps: Ints, sizes: Ints, rows: Rows) -> Clusters:
    order = np.argsort(keeps)
    begins = (np.cumsum(sizes) - sizes)[order]
    starts = np.concatenate([[0], np.cumsum(sizes[order])])
    moved = np.repeat(begins - starts[:-1], sizes[order]) + np.arange(len(rows))
    return Clusters(keeps[order], starts, rows[moved])
