"""Shared runs of codes of many pairs of texts at once, in numpy: the batch form of ``codes.shared``."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from feedtools.dedup.codes import SHINGLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Flags = NDArray[np.bool_]

_MASK = np.uint64((1 << 8 * SHINGLE) - 1)
_ROOM = 2
"""A table has ``1 << _ROOM`` slots or more for each shingle that is laid down in it."""
_MULTIPLIERS = (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xC2B2AE3D27D4EB4F)
"""Of the hashes that are tried in turn: the next table holds the shingles that lost their slot to another one."""
_FEW = 16
"""Shingles that are looked for in the text itself instead."""
PIECE = 1 << 17
"""Codes looked at at once: what is made of them stays in the processor's cache."""


def shared(one: Sequence[bytes], other: Sequence[bytes]) -> list[bytes]:
    """Mark for pairs of texts what ``codes.shared(one[k], other[k])`` marks."""
    made: list[bytes] = []
    for start, end in _pieces(one, other):
        some, others = one[start:end], other[start:end]
        marks = _marked(some, others).tobytes()
        ends = np.cumsum([0, *map(len, some)]).tolist()
        made += [marks[i : max(i, p - SHINGLE + 1)] for i, p in pairwise(ends)]
    return made


def _pieces(one: Sequence[bytes], other: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Stretches of pairs of about ``PIECE`` codes."""
    sizes = np.cumsum(np.fromiter(map(len, one), np.int64) + np.fromiter(map(len, other), np.int64))
    cuts = np.flatnonzero(np.diff(sizes // PIECE)) + 1
    yield from pairwise([0, *cuts.tolist(), *([len(sizes)] if len(sizes) else ())])


def _marked(one: Sequence[bytes], other: Sequence[bytes]) -> Flags:
    """Mark for some pairs what ``shared`` marks, text after text; marks of shingles across two texts mean nothing."""
    number: dict[bytes, int] = {}
    home = np.array([number.setdefault(text, len(number)) for text in other], np.intp)
    texts = list(number)
    there, sizes = _whole_shingles(texts)
    here, of = _shingles(one), np.repeat(home, np.fromiter(map(len, one), np.int64))
    marks, at = np.zeros(len(here), bool), np.arange(len(here))
    for multiplier in _MULTIPLIERS:
        table = _Table(there, sizes, np.uint64(multiplier))
        found, unknown = table.look_up(here, of)
        marks[at[found]] = True
        here, of, at = here[unknown], of[unknown], at[unknown]
        if len(at) < _FEW:
            break
        there, sizes = table.lost()
    wanted = zip(here.tolist(), of.tolist(), strict=True)
    marks[at] = [shingle.to_bytes(SHINGLE, "little") in texts[home] for shingle, home in wanted]
    return marks


def _shingles(texts: Sequence[bytes]) -> Keys:
    """Make a number of each code of some texts, laid end to end, and of those behind it."""
    codes = b"".join([*texts, bytes(8)])
    return np.ndarray((len(codes) - 8,), "<u8", codes, strides=(1,)) & _MASK


def _whole_shingles(texts: Sequence[bytes]) -> tuple[Keys, Ints]:
    """Number the shingles of some texts, laid end to end, and count those of each; none reaches into the next text."""
    sizes = np.fromiter(map(len, texts), np.int64)
    ends = np.cumsum(sizes)
    lasts = ends[:, None] - np.arange(1, SHINGLE)
    within = np.ones(int(sizes.sum()), bool)
    within[lasts[lasts >= (ends - sizes)[:, None]]] = False
    return _shingles(texts)[within], np.maximum(sizes - (SHINGLE - 1), 0)


class _Table:
    """A hash table of shingles that has a part for each text, in which of those that share a slot one stays.

    Args:
        there: the shingles of all texts, laid end to end.
        sizes: shingles of each text.
        multiplier: of the hash.
    """

    def __init__(self, there: Keys, sizes: Ints, multiplier: np.uint64) -> None:
        bits = np.frexp(sizes)[1] + _ROOM
        ends = np.cumsum(1 << bits)
        self._firsts, self._shifts = (ends - (1 << bits)).astype(np.uint64), (64 - bits).astype(np.uint64)
        self._there, self._sizes, self._multiplier = there, sizes, multiplier
        self._slots = there * multiplier
        self._slots >>= np.repeat(self._shifts, sizes)
        self._slots += np.repeat(self._firsts, sizes)
        self._places = np.full(int(ends[-1]), -1, np.int32)
        self._places[self._slots.view(np.int64)] = np.arange(len(there), dtype=np.int32)

    def look_up(self, here: Keys, of: Any) -> tuple[Ints, Ints]:
        """Find the places of the shingles that stand in a text, and of those of which this table does not tell.

        Args:
            here: shingles to look for.
            of: for each of them the number of the text to look in.
        """
        slots = here * self._multiplier
        slots >>= self._shifts[of]
        slots += self._firsts[of]
        places = self._places[slots.view(np.int64)]
        filled = np.flatnonzero(places >= 0)
        same = self._there[places[filled]] == here[filled]
        return filled[same], filled[~same]

    def lost(self) -> tuple[Keys, Ints]:
        """Find the shingles that lost their slot to another one, and count those of each text."""
        kept = self._there[self._places[self._slots.view(np.int64)]]
        lost = np.flatnonzero(kept != self._there)
        ends = np.append(0, np.cumsum(self._sizes))
        return self._there[lost], np.diff(np.searchsorted(lost, ends))
