"""Symbols and keys of many texts, in memory or spilled to files, while the deduplicator works on them."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from feedtools.dedup import join, sketch_batch
from feedtools.dedup.sketch import ZEROS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedRandom
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

_PARTITIONS = 32
_CODECS = {2: f"utf-16-{sys.byteorder[0]}e", 4: f"utf-32-{sys.byteorder[0]}e"}
_CUTS = np.arange(1, _PARTITIONS, dtype=np.uint64) * np.uint64((1 << 64) // _PARTITIONS)
"""The first word of each part on disk but the first part."""


class _Pile:
    """Arrays of one type laid end to end in an unnamed file."""

    def __init__(self, dtype: Any, folder: Path) -> None:
        self.dtype = np.dtype(dtype)
        self.count = 0
        self._file: BufferedRandom = TemporaryFile(dir=folder)  # noqa: SIM115

    def add(self, values: NDArray[Any]) -> None:
        """Lay ``values`` on top."""
        self.count += len(values)
        self._file.write(values.astype(self.dtype, copy=False).data)

    def close(self) -> None:
        """Write out what was added; no more will be."""
        self._file.flush()

    def read(self, start: int, end: int) -> NDArray[Any]:
        """Part of a closed pile; processes that share it may read at once."""
        width = self.dtype.itemsize
        return np.frombuffer(os.pread(self._file.fileno(), (end - start) * width, start * width), self.dtype)

    def taken(self, room: NDArray[Any]) -> NDArray[Any]:
        """Read all of it into the first part of ``room``; the file is given up."""
        found = room[: self.count]
        with self._file as file:
            file.seek(0)
            file.readinto(found.view(np.uint8).data)
        return found


def _taken(piles: list[_Pile]) -> Iterator[NDArray[Any]]:
    """Read each pile whole, into the same memory: fresh pages for each would cost as much as reading it."""
    room = np.empty(max(pile.count for pile in piles), piles[0].dtype)
    while piles:
        yield piles.pop(0).taken(room)


class SketchStore:
    """Sketches, lengths and symbols of all texts, in input order.

    Args:
        count: how many texts will be added at most.
        folder: where to spill symbols and keys; ``None`` to keep them in memory.

    Attributes:
        bits: of a word of ``words`` that number its text.
        traits: of each text, once closed, as ``text.dropped.traits`` gives them.
    """

    def __init__(self, count: int, folder: Path | None = None) -> None:
        self.bits = max(1, count.bit_length())
        self._folder = folder
        self._count = 0
        self._spilled = _Pile(np.uint8, folder) if folder else None  # symbols of all parts
        self._symbols: list[NDArray[Any]] = []  # of each part, in memory
        self._keys = [_Pile(np.uint64, folder) for _ in range(_PARTITIONS)] if folder else []
        self._words: list[Keys] = []  # of each part, in memory
        self._lengths: list[NDArray[np.uint32]] = []
        self._codes: list[bytes] = []  # of each part, in memory
        self._width: list[int] = []  # of the symbols of each part, in bytes
        self._sizes: list[NDArray[np.uint32]] = []
        self._heads: list[Keys] = []
        self._traits: list[NDArray[np.uint8]] = []
        self._content: list[Keys] = []

    def add(self, part: sketch_batch.Sketches) -> None:
        """Take in the next texts."""
        self._lengths.append(np.diff(part.bounds).astype(np.uint32))
        self._width.append(part.symbols.dtype.itemsize)
        self._sizes.append(np.diff(part.key_bounds).astype(np.uint32))
        self._heads.append(part.heads)
        self._traits.append(part.traits)
        self._content.append(part.content())
        if self._spilled:
            self._spilled.add(part.symbols.view(np.uint8))
        else:
            self._symbols.append(part.symbols)
            self._codes.append(part.symbols.astype(np.uint8).tobytes())
        self._add_keys(part)

    def _add_keys(self, part: sketch_batch.Sketches) -> None:
        """Pack the keys with the numbers of their texts; on disk, each into the part that its leading bits name."""
        sizes = np.diff(part.key_bounds)
        numbers = np.arange(self._count, self._count + len(sizes), dtype=np.uint64)
        self._count += len(sizes)
        words = join.pack(np.asarray(part.keys), np.repeat(numbers, sizes), self.bits, ZEROS)
        if not self._keys:
            self._words.append(words)
            return
        words.sort()
        ends = [0, *np.searchsorted(words, _CUTS).tolist(), len(words)]
        for pile, (start, end) in zip(self._keys, pairwise(ends), strict=True):
            pile.add(words[start:end])

    def lengths(self) -> NDArray[np.uint32]:
        """Symbols of each text."""
        return np.concatenate(self._lengths)

    def sizes(self) -> NDArray[np.uint32]:
        """Keys of each text."""
        return np.concatenate(self._sizes)

    def heads(self) -> Keys:
        """Head key of each text, 0 for none."""
        return np.concatenate(self._heads)

    def content(self) -> Keys:
        """A number for each text that depends on its symbols alone: the sum of its keys."""
        return np.concatenate(self._content)

    def words(self, rank: NDArray[np.uint32]) -> Iterator[Keys]:
        """Keys packed with the rank of their text, each key in one of the arrays only; the keys are given up.

        The memory of an array is good until the next one is asked for.
        """
        mask = np.uint64((1 << self.bits) - 1)
        for words in _taken(self._keys) if self._keys else self._joined():
            for start in range(0, len(words), join.PIECE):
                piece = words[start : start + join.PIECE]
                numbers = piece & mask
                piece ^= numbers
                piece |= rank[numbers]
            yield words

    def _joined(self) -> Iterator[Keys]:
        words, self._words = np.concatenate([*self._words, np.empty(0, np.uint64)]), []
        yield words

    def sorted_edges(self, found: Iterable[Keys]) -> Iterator[Keys]:
        """Edges (``low << 32 | high``) in arrays that follow one another in order; on disk, a part at a time.

        The memory of an array is good until the next one is asked for.
        """
        if self._folder is None:
            yield np.concatenate(list(found))
            return
        cuts: Keys | None = None
        piles = [_Pile(np.uint64, self._folder) for _ in range(_PARTITIONS)]
        for edges in found:
            if not len(edges):
                continue
            edges.sort()
            if cuts is None:  # keys are hashes: how the edges of some are spread, those of all are
                cuts = edges[np.arange(1, _PARTITIONS) * len(edges) // _PARTITIONS]
            ends = [0, *np.searchsorted(edges, cuts).tolist(), len(edges)]
            for pile, (start, end) in zip(piles, pairwise(ends), strict=True):
                pile.add(edges[start:end])
        yield from _taken(piles)

    def close(self) -> None:
        """Lay out where each text is, for processes made later to share; no more texts will be added."""
        if self._spilled:
            self._spilled.close()
        counts = np.array([len(lengths) for lengths in self._lengths], np.int64)
        ends = np.cumsum(np.concatenate([*self._lengths, np.empty(0, np.uint32)]), dtype=np.int64)
        lasts = np.append(0, ends)[np.cumsum(counts)]
        firsts = np.append(0, lasts[:-1])[: len(counts)]
        self._part = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
        self._ends = ends - firsts[self._part]
        self._starts = self._ends - self.lengths()
        self._bases = np.append(0, np.cumsum((lasts - firsts) * np.array(self._width, np.int64))).tolist()
        self.traits = np.concatenate([*self._traits, np.empty(0, np.uint8)])

    def codes(self, wanted: Ints) -> list[bytes]:
        """The low byte of each symbol of some texts (``codes.low_bytes``), once closed."""
        if self._spilled is None:
            made = self._codes
            places = zip(*(column[wanted].tolist() for column in (self._part, self._starts, self._ends)), strict=True)
            return [made[part][start:end] for part, start, end in places]
        read: dict[int, bytes] = {}
        for number in wanted.tolist():
            if number not in read:
                units, width = self._units(number)
                read[number] = units[::width].tobytes()
        return [read[number] for number in wanted.tolist()]

    def symbols(self, number: int) -> str:
        """The symbols of a text, once closed."""
        units, width = self._units(number)
        return units.tobytes().decode(_CODECS[width], "surrogatepass")

    def _units(self, number: int) -> tuple[NDArray[Any], int]:
        """The code units of a text, and their width in bytes."""
        part, start, end = int(self._part[number]), int(self._starts[number]), int(self._ends[number])
        width = self._width[part]
        if self._spilled is None:
            return self._symbols[part][start:end], width
        return self._spilled.read(self._bases[part] + start * width, self._bases[part] + end * width), width
