"""Symbols and keys of many texts at once, in numpy: the batch form of ``feedtools.normal`` and ``feedtools.sketch``.

Texts are joined into blocks of some 64,000 code points, so that every array of a block stays in the processor's
cache.  A block without code points beyond U+FFFF is handled in 16-bit units.
"""

from __future__ import annotations

import threading
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools import normal
from feedtools.sketch import GRAM, HEAD, HEAD_STEP, MIX, SCALE, STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Units = NDArray[Any]

BLOCK = 1 << 17
"""Raw code points a block: a text is never split, so a long one makes a block of its own."""
_PIECE = 1 << 14
"""Symbols hashed at once."""


class Sketches(NamedTuple):
    """Symbols and keys of consecutive texts.

    Attributes:
        symbols: all symbols, text after text, as UTF-16 or UTF-32 code units without surrogates.
        bounds: ``symbols[bounds[i]:bounds[i + 1]]`` belong to text ``i``.
        keys: selected hashes in text order; a repeated gram repeats its key.
        key_bounds: ``keys[key_bounds[i]:key_bounds[i + 1]]`` belong to text ``i``.
        heads: head key of each text, 0 where it has fewer than ``HEAD`` symbols.
    """

    symbols: Units
    bounds: Ints
    keys: Keys
    key_bounds: Ints
    heads: Keys


_kept = threading.local()


def _room(name: str, size: int, dtype: type) -> NDArray[Any]:
    """An array to work in, the same memory at every call: fresh pages cost more than the arithmetic done in them."""
    held: NDArray[Any] | None = getattr(_kept, name, None)
    if held is None or len(held) < size:
        held = np.empty(max(size, BLOCK), dtype)
        setattr(_kept, name, held)
    return held[:size]


def blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """``texts`` in order, in lists of about ``BLOCK`` code points."""
    block: list[str] = []
    size = 0
    for text in texts:
        if block and size + len(text) > BLOCK:
            yield block
            block, size = [], 0
        block.append(text)
        size += len(text)
    if block:
        yield block


@cache
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
    """What each code point becomes: 0 nothing, 1 several symbols, else the symbol."""
    low = np.array(normal.table().low, dtype=np.uint16)
    high = np.array(normal.high_table(), dtype=np.uint32)
    both = []
    for table, first in ((low, 0), (high, 0x10000)):
        same, drop, expand = table == 0, table == 1, table == 2
        table[same] = np.arange(first, first + len(table), dtype=np.uint32)[same].astype(table.dtype)
        table[drop], table[expand] = 0, 1
        both.append(table)
    return low, np.concatenate([low.astype(np.uint32), both[1]])


@cache
def _hashes() -> Keys:
    return _mix(np.arange(0x10000, dtype=np.uint64))


def _mix(codes: Keys) -> Keys:
    x = (codes + np.uint64(1)) * np.uint64(MIX[0])
    x = (x ^ (x >> np.uint64(31))) * np.uint64(MIX[1])
    return x ^ (x >> np.uint64(29))


def symbol_block(texts: Sequence[str]) -> tuple[Units, Ints]:
    """Symbols of ``texts`` and their bounds, equal to ``normal.symbols`` of each."""
    kept = [normal.without_dropped(text) for text in texts]
    units, expands = _look_up(kept)
    if expands:
        expand = normal.table().expand
        kept = [text.translate(expand) for text in kept]
        units, _ = _look_up(kept)
    starts = np.fromiter(accumulate(map(len, kept), initial=0), np.int64, len(kept) + 1)
    symbol = np.not_equal(units, 0, out=_room("symbol", len(units), np.bool_))
    return np.compress(symbol, units), _count(symbol, starts)


def _count(marked: NDArray[np.bool_], starts: Ints) -> Ints:
    """How many of ``marked`` come before each of ``starts``."""
    counts = np.zeros(len(starts), np.int64)
    filled = np.flatnonzero(np.diff(starts))  # reduceat would give an empty stretch its neighbour's value
    if len(filled):
        counts[filled + 1] = np.add.reduceat(marked, starts[filled], dtype=np.int64)
    return np.cumsum(counts)


def _look_up(texts: Sequence[str]) -> tuple[Units, bool]:
    """The table's value for every code point, and whether one stands for several symbols; good until the next call."""
    joined = "".join(texts)
    low, full = _tables()
    encoded = joined.encode("utf-16-le", "surrogatepass")
    values: Units
    if len(encoded) == 2 * len(joined):
        values = _room("low", len(joined), np.uint16)
        low.take(np.frombuffer(encoded, dtype="<u2"), out=values, mode="clip")
    else:
        values = full.take(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4"), mode="clip")
    several = np.equal(values, 1, out=_room("symbol", len(values), np.bool_))
    return values, bool(several.any())


def _hash_symbols(symbols: Units) -> Keys:
    return _hashes().take(symbols) if symbols.dtype == np.uint16 else _mix(symbols.astype(np.uint64))


def key_block(symbols: Units, bounds: Ints, scale: int = SCALE) -> tuple[Keys, Ints]:
    """Keys of the texts that ``bounds`` cuts ``symbols`` into, and their bounds."""
    limit = np.uint64((1 << 64) // scale - 1)
    places, keys = [], []
    for start in range(0, max(len(symbols) - GRAM + 1, 0), _PIECE):
        grams = _grams(symbols[start : start + _PIECE + GRAM - 1])
        below = np.less_equal(grams, limit, out=_room("below", len(grams), np.bool_))
        at = np.flatnonzero(below)
        places.append(at + start)
        keys.append(grams.take(at))
    if not places:
        return np.empty(0, np.uint64), np.zeros(len(bounds), np.int64)
    place, key = np.concatenate(places), np.concatenate(keys)
    counts = np.searchsorted(place, bounds)
    inside = place + GRAM <= np.repeat(bounds[1:], np.diff(counts))
    return key[inside], _count(inside, counts)


def _grams(symbols: Units) -> Keys:
    """Hash of the gram that begins at each symbol; good until the next call."""
    n = len(symbols)
    one, two = _room("one", n, np.uint64), _room("two", n, np.uint64)
    a, b, c, d = one[:n], two[: n - 1], one[: n - 3], two[: n - 6]
    if symbols.dtype == np.uint16:
        _hashes().take(symbols, out=a, mode="clip")
    else:
        a[:] = _mix(symbols.astype(np.uint64))
    for before, after, step, apart in ((a, b, STEP[0], 1), (b, c, STEP[1], 2), (c, d, STEP[2], 3)):
        np.multiply(before[:-apart], np.uint64(step), out=after)
        np.add(after, before[apart:], out=after)
    return d


def head_block(symbols: Units, bounds: Ints) -> Keys:
    """Head key of each text, 0 where it is too short for one."""
    long = np.flatnonzero(np.diff(bounds) >= HEAD)
    heads = np.zeros(len(bounds) - 1, np.uint64)
    if len(long):
        first = _hash_symbols(symbols.take(bounds[long][:, None] + np.arange(HEAD)))
        key = np.zeros(len(long), np.uint64)
        for column in range(HEAD):
            key = key * np.uint64(HEAD_STEP) + first[:, column]
        heads[long] = key
    return heads


def sketch_block(texts: Sequence[str], scale: int = SCALE) -> Sketches:
    """Symbols and keys of one block of texts."""
    symbols, bounds = symbol_block(texts)
    keys, key_bounds = key_block(symbols, bounds, scale)
    return Sketches(symbols, bounds, keys, key_bounds, head_block(symbols, bounds))


def strings(symbols: Units, bounds: Ints) -> list[str]:
    """The symbols of each text as a string."""
    joined = string(symbols)
    ends = bounds.tolist()
    return [joined[start:end] for start, end in pairwise(ends)]


def string(symbols: Units) -> str:
    """Symbols as one string."""
    return symbols.tobytes().decode("utf-16-le" if symbols.dtype == np.uint16 else "utf-32-le")
