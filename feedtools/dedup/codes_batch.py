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
"""Of the hashes that are tried in turn: a shingle that lost its slot to another one has a slot in the next table."""
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
    there, sizes = _shingles(list(number)), np.fromiter(map(len, number), np.int64)
    here, of = _shingles(one), np.repeat(home, np.fromiter(map(len, one), np.int64))
    marks, at = np.zeros(len(here), bool), np.arange(len(here))
    for multiplier in _MULTIPLIERS:
        found, unknown = _found(here, of, there, sizes, np.uint64(multiplier))
        marks[at[found]] = True
        here, of, at = here[unknown], of[unknown], at[unknown]
        if len(at) < _FEW:
            break
    texts = list(number)
    wanted = zip(here.tolist(), of.tolist(), strict=True)
    marks[at] = [shingle.to_bytes(SHINGLE, "little") in texts[home] for shingle, home in wanted]
    return marks


def _shingles(texts: Sequence[bytes]) -> Keys:
    """Make a number of each code of some texts, laid end to end, and of those behind it."""
    codes = b"".join([*texts, bytes(8)])
    return np.ndarray((len(codes) - 8,), "<u8", codes, strides=(1,)) & _MASK


def _found(here: Keys, of: Any, there: Keys, sizes: Ints, multiplier: np.uint64) -> tuple[Ints, Ints]:
    """Find the places of the shingles that stand in a text, and of those of which one table does not tell.

    Args:
        here: shingles to look for.
        of: for each of them the number of the text to look in.
        there: the shingles of all texts, laid end to end.
        sizes: codes of each text.
        multiplier: of the hash.
    """
    bits = np.frexp(sizes)[1] + _ROOM
    ends = np.cumsum(1 << bits)
    firsts, shifts = (ends - (1 << bits)).astype(np.uint64), (64 - bits).astype(np.uint64)
    slots = there * multiplier
    slots >>= np.repeat(shifts, sizes)
    slots += np.repeat(firsts, sizes)
    behind = np.cumsum(sizes)
    lasts = behind[:, None] - np.arange(1, SHINGLE)
    slots[lasts[lasts >= (behind - sizes)[:, None]]] = ends[-1]  # those that reach into the next text
    table = np.full(int(ends[-1]) + 1, -1, np.int32)
    table[slots.view(np.int64)] = np.arange(len(slots), dtype=np.int32)
    slots = here * multiplier
    slots >>= shifts[of]
    slots += firsts[of]
    places = table[slots.view(np.int64)]
    filled = np.flatnonzero(places >= 0)
    same = there[places[filled]] == here[filled]
    return filled[same], filled[~same]
