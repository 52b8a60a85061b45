"""Exact copies, worked out by the driver while there are few: joins would cost it more in plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from feedtools.scale import sketch_join

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

COPIES = pa.schema([("id", pa.string()), ("first", pa.string()), ("length", pa.int32())])
ASKED = pa.schema([("id", pa.string()), *sketch_join.WANTED])


class RecordCount(NamedTuple):
    """Number of records, and the id that most of them have.

    Attributes:
        total: records.
        good: those that have an id and a text.
        often: how many records have the id that most have.
        name: that id.
    """

    total: int
    good: int
    often: int
    name: str | None


def tally(known: pa.Table) -> RecordCount:
    """Count records (``sketch_join.IDENTITY``), and find an id that occurs twice."""
    ids = known.column("id").drop_null()
    good = pc.sum(pc.and_(known.column("id").is_valid(), known.column("number").is_valid())).as_py() or 0
    if len(ids) == len(pc.unique(ids)):
        return RecordCount(len(known), good, min(1, len(ids)), None)
    counts = ids.value_counts()
    most = counts[int(np.argmax(counts.field("counts").to_numpy()))]
    return RecordCount(len(known), good, most["counts"].as_py(), most["values"].as_py())


class DriverTexts:
    """The distinct texts, by number."""

    def __init__(self, known: pa.Table) -> None:
        """Sort out documents (``sketch_join.IDENTITY``); those that have no id or text are left out."""
        known = known.filter(pc.and_(known.column("id").is_valid(), known.column("number").is_valid()))
        self._ids = known.column("id").combine_chunks()
        self._lengths = known.column("length").combine_chunks()
        number, rest = (known.column(name).to_numpy() for name in ("number", "rest"))
        order = np.lexsort((rest, number))
        number, rest = number[order], rest[order]
        fresh = np.ones(len(order), bool)
        np.logical_or(number[1:] != number[:-1], rest[1:] != rest[:-1], out=fresh[1:])
        begins = np.flatnonzero(fresh)
        sizes = np.diff(begins, append=len(order))
        self._copies: list[tuple[int, int]] = []
        for start, size in zip(begins[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
            first, *others = sorted(order[start : start + size].tolist(), key=lambda at: self._ids[at].as_py())
            order[start] = first
            self._copies += [(other, first) for other in others]
        self._number, self._first = number[begins], order[begins]

    def copies(self) -> pa.Table:
        """Exact copies but the first of each text: its id, that of the first, and their length in code points."""
        other, first = (pa.array([pair[side] for pair in self._copies], pa.int64()) for side in (0, 1))
        return pa.table([self._ids.take(other), self._ids.take(first), self._lengths.take(other)], schema=COPIES)

    def asked(self, wanted: pa.Table) -> pa.Table:
        """Wanted texts (``sketch_join.WANTED``) by the id of the first document of each; all that share a number."""
        number = wanted.column("number").to_numpy()
        low, high = (np.searchsorted(self._number, number, side) for side in ("left", "right"))
        row = np.repeat(np.arange(len(number)), high - low)
        place = np.arange(len(row)) - np.repeat(np.cumsum(high - low) - (high - low), high - low) + low[row]
        named = self._ids.take(pa.array(self._first[place]))
        return pa.table([named, *wanted.take(pa.array(row)).columns], schema=ASKED)
