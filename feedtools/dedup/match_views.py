"""Matches and clusters of a table as values, made when they are asked for, each time anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from feedtools.dedup.explain_batch import explain_all
from feedtools.dedup.match_table import unpack
from feedtools.model import KINDS, Cluster, Match

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from feedtools.dedup.match_table import Clusters

_CHUNK = 4096
"""Matches that are objects at a time."""


class ClusterView(Collection[Cluster]):
    """The clusters of a table, without evidence."""

    def __init__(self, table: Clusters) -> None:
        self._table = table

    def __len__(self) -> int:
        return self._table.total()

    def __iter__(self) -> Iterator[Cluster]:
        return self._table.all()

    def __contains__(self, one: object) -> bool:
        return any(one == other for other in self)

    def kept(self, count: int) -> NDArray[np.int64]:
        """Find for each of ``count`` documents the one that is kept of its cluster; -1 where it is in none."""
        homes = self._table.homes()
        found = np.full(count, -1)
        found[self._table.keeps] = self._table.keeps
        found[homes[:, 0]] = homes[:, 1]
        return found


class MatchView(Collection[Match]):
    """The matches of a table.

    Args:
        rows: ascending.
        text: of a document by its number, where the matches are to carry their aligned spans.
    """

    def __init__(self, rows: NDArray[Any], text: Callable[[int], str] | None = None) -> None:
        self._rows, self._text = rows, text

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Match]:
        plain = _unpacked(self._rows)
        return plain if self._text is None else explain_all(plain, self._text)

    def __contains__(self, one: object) -> bool:
        return any(one == other for other in self)

    def repeated(self) -> Iterator[Match]:
        """Yield those of exact copies of the texts that overlap with others, without spans."""
        kinds, rows = self._rows["kind"], self._rows
        overlapping = rows[kinds == KINDS.index("overlapping")]
        exact = rows[kinds == KINDS.index("exact")]
        ends = np.concatenate([overlapping["a"], overlapping["b"]])
        return _unpacked(exact[np.isin(exact["b"], ends)])


def _unpacked(rows: NDArray[Any]) -> Iterator[Match]:
    for first in range(0, len(rows), _CHUNK):
        yield from unpack(rows[first : first + _CHUNK])
