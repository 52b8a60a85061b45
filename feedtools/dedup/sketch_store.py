"""Symbols and keys of many texts, in memory or spilled to files, while the deduplicator works on them."""

from __future__ import annotations

import errno
import os
import sys
from itertools import pairwise
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from feedtools.dedup import join, sketch_batch
from feedtools.dedup.sketch import ZEROS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from io import BufferedRandom
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

_PARTITIONS = 32
_BUFFER = 1 << 15
"""Bytes that are written at once: words come by the half thousand."""
_RANGES = 16
"""Leading bits of the numbers of texts by which edges are told apart: enough for parts of much the same size."""
_MULTIPLIER = 0x9E3779B97F4A7C15
"""Of a hash: its leading bits depend on all bits of what it is made of."""
_CODECS = {2: f"utf-16-{sys.byteorder[0]}e", 4: f"utf-32-{sys.byteorder[0]}e"}
_LEADING = np.uint64(64 - _PARTITIONS.bit_length() + 1)
"""Bits of a word behind those that name its part on disk."""


class _Pile:
    """Arrays of one type laid end to end in an unnamed file."""

    def __init__(self, dtype: Any, folder: Path) -> None:
        self.dtype = np.dtype(dtype)
        self.count = 0
        self._file = cast("BufferedRandom", TemporaryFile(buffering=_BUFFER, dir=folder))  # noqa: SIM115

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
        size, at = (end - start) * width, start * width
        if hasattr(os, "pread"):
            return np.frombuffer(os.pread(self._file.fileno(), size, at), self.dtype)
        self._file.seek(at)  # a system without it does not fork either: the place in the file is our own
        return np.frombuffer(self._file.read(size), self.dtype)

    def all(self, room: NDArray[Any]) -> NDArray[Any]:
        """Read all of a closed pile into the first part of ``room``; processes that share it may read at once."""
        found = room[: self.count]
        view, at = found.view(np.uint8).data, 0
        while at < len(view):  # a call gives two gigabytes at most
            if hasattr(os, "preadv"):
                count = os.preadv(self._file.fileno(), [view[at:]], at)
            else:  # a system without it does not fork either: the place in the file is our own
                self._file.seek(at)
                count = self._file.readinto(view[at:])
            if not count:
                raise OSError(errno.EIO, "a temporary file lost its end")
            at += count
        return found

    def drop(self) -> None:
        """Give up the file."""
        self._file.close()


class Edges:
    """Links between texts (``low << 32 | high``), in parts that follow one another in order; on disk, or in memory.

    Args:
        found: all of them, in arrays.
        bits: within which the numbers of all texts lie.
        folder: where to spill them; ``None`` to keep them in memory, as one part.
    """

    def __init__(self, found: Iterable[Keys], bits: int, folder: Path | None = None) -> None:
        self._piles: list[_Pile] = []
        self._all: Keys = np.empty(0, np.uint64)
        self._room = self._all
        if folder is None:
            self._all = np.concatenate([self._all, *found])
            return
        self._piles = [_Pile(np.uint64, folder) for _ in range(_PARTITIONS)]
        shift = np.uint64(32 + max(0, bits - _RANGES))
        part: NDArray[np.uint8] | None = None  # of each range of the lower numbers
        for edges in found:
            if part is None and len(edges):  # keys are hashes: how the edges of some are spread, those of all are
                below = np.cumsum(np.bincount((edges >> shift).astype(np.int64), minlength=1 << _RANGES))
                part = ((below - 1) * _PARTITIONS // len(edges)).clip(0).astype(np.uint8)
            if part is not None:
                _distribute(edges, lambda some, part=part: part[some >> shift], self._piles)  # type: ignore[misc]
        for pile in self._piles:
            pile.close()

    def __len__(self) -> int:
        return len(self._piles) or 1

    def part(self, number: int) -> Keys:
        """Read one of the parts; its memory is good until the next one is asked for."""
        if not self._piles:
            return self._all
        self._room = _room(self._piles, self._room)
        return self._piles[number].all(self._room)

    def drop(self) -> None:
        """Give up the files."""
        for pile in self._piles:
            pile.drop()


def _distribute(words: Keys, part: Callable[[Keys], NDArray[np.uint8]], piles: list[_Pile]) -> None:
    """Lay words on the piles of their parts."""
    for some, bounds in join.grouped(words, part, len(piles)):
        for pile, (start, end) in zip(piles, pairwise(bounds), strict=True):
            pile.add(some[start:end])


def _room(piles: list[_Pile], room: NDArray[Any]) -> NDArray[Any]:
    """Memory for any of some piles, read one after the other: fresh pages for each would cost as much as reading it."""
    return room if len(room) else np.empty(max(pile.count for pile in piles), piles[0].dtype)


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
        self._chosen: Ints | None = None
        self._room = np.empty(0, np.uint64)

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
        _distribute(words, lambda some: (some >> _LEADING).astype(np.uint8), self._keys)

    def _of_chosen(self, column: list[NDArray[Any]]) -> NDArray[Any]:
        every = np.concatenate(column)
        return every if self._chosen is None else every[self._chosen]

    def lengths(self) -> NDArray[np.uint32]:
        """Symbols of each text."""
        return self._of_chosen(self._lengths)

    def sizes(self) -> NDArray[np.uint32]:
        """Keys of each text."""
        return self._of_chosen(self._sizes)

    def heads(self) -> Keys:
        """Head key of each text, 0 for none."""
        return self._of_chosen(self._heads)

    def content(self) -> Keys:
        """A number for each text that depends on its symbols alone: the sum of its keys."""
        return self._of_chosen(self._content)

    def alike(self) -> Ints:
        """The numbers of the texts that have the same symbols as another one, ascending; few others are among them."""
        words = self.content() + self.heads() + self.lengths() * np.uint64(_MULTIPLIER)
        words *= np.uint64(_MULTIPLIER)
        mask = np.uint64((1 << self.bits) - 1)
        words = words & ~mask | np.arange(len(words), dtype=np.uint64)
        words.sort()
        same = np.append((words[1:] ^ words[:-1]) <= mask, False)[: len(words)]
        same[1:] |= same[:-1].copy()
        return np.sort(words[same] & mask).astype(np.int64)

    def choose(self, numbers: Ints) -> SketchStore:
        """Leave all other texts out: from here on the ``k``-th is the one that was added as ``numbers[k]``."""
        self._chosen = numbers
        return self

    def ranks(self, ranking: Ints) -> NDArray[np.uint32]:
        """The place of each text in a ranking, as ``words`` asks for it."""
        rank = np.full(self._count, (1 << self.bits) - 1, np.uint32)
        rank[ranking if self._chosen is None else self._chosen[ranking]] = np.arange(len(ranking), dtype=np.uint32)
        return rank

    def parts(self) -> int:
        """Count the parts that the keys lie in, each key in one of them only; no more texts will be added."""
        for pile in self._keys:
            pile.close()
        return len(self._keys) or 1

    def words(self, part: int, rank: NDArray[np.uint32]) -> Keys:
        """Keys of a part packed with the rank of their text, as ``ranks`` gives it; those in memory are given up.

        The memory is good until the next part is asked for.
        """
        if self._keys:
            self._room = _room(self._keys, self._room)
            words = self._keys[part].all(self._room)
        else:
            words, self._words = np.concatenate([*self._words, np.empty(0, np.uint64)]), []
        mask = np.uint64((1 << self.bits) - 1)
        for start in range(0, len(words), join.PIECE):
            piece = words[start : start + join.PIECE]
            numbers = piece & mask
            piece ^= numbers
            piece |= rank[numbers]
        return words if self._chosen is None or len(self._chosen) == self._count else words[words & mask != mask]

    def drop_keys(self) -> None:
        """Give up the keys."""
        self._words, self._room = [], np.empty(0, np.uint64)
        while self._keys:
            self._keys.pop().drop()

    def close(self) -> None:
        """Lay out where each text is, for processes made later to share; no more texts will be added."""
        if self._spilled:
            self._spilled.close()
        counts = np.array([len(lengths) for lengths in self._lengths], np.int64)
        ends = np.cumsum(np.concatenate([*self._lengths, np.empty(0, np.uint32)]), dtype=np.int64)
        lasts = np.append(0, ends)[np.cumsum(counts)]
        firsts = np.append(0, lasts[:-1])[: len(counts)]
        self._part = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
        self._bases = np.append(0, np.cumsum((lasts - firsts) * np.array(self._width, np.int64))).tolist()
        ends -= firsts[self._part]
        if self._chosen is not None:
            self._part, ends = self._part[self._chosen], ends[self._chosen]
        self._ends, self._starts = ends, ends - self.lengths()
        self.traits = self._of_chosen([*self._traits, np.empty(0, np.uint8)])
        self._heads, self._content, self._sizes = [], [], []  # which were asked for before

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
