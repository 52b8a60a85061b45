"""Sketches of many texts at once, in numpy: the batch form of ``feedtools.dedup.sketch``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.dedup.sketch import FOLD, HEAD, HEAD_STEP, SCALE, SHINGLE, STEP, WORD
from feedtools.text.symbols_batch import UNCHECKED, block_symbols, fold_block, working_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Units = NDArray[Any]


_PIECE = 1 << 16
"""Words hashed at once."""


class Sketches(NamedTuple):
    """Symbols and keys of consecutive texts.

    Attributes:
        symbols: all symbols, text after text, as UTF-16 or UTF-32 code units without surrogates.
        bounds: ``symbols[bounds[i]:bounds[i + 1]]`` belong to text ``i``.
        keys: selected hashes in text order; a repeated shingle repeats its key.
        key_bounds: ``keys[key_bounds[i]:key_bounds[i + 1]]`` belong to text ``i``.
        heads: head key of each text, 0 where it has fewer than ``HEAD`` symbols.
        traits: of each text, as ``text.dropped.traits`` gives them.
    """

    symbols: Units
    bounds: Ints
    keys: Keys
    key_bounds: Ints
    heads: Keys
    traits: NDArray[np.uint8]

    def content(self) -> Keys:
        """A number for each text that depends on its symbols alone: the sum of its keys."""
        sums = np.zeros(len(self.keys) + 1, np.uint64)
        np.cumsum(self.keys, out=sums[1:])
        return np.diff(sums[self.key_bounds])


def key_block(symbols: Units, bounds: Ints, scale: int = SCALE) -> tuple[Keys, Ints]:
    """Keys of the texts that ``bounds`` cuts ``symbols`` into, and their bounds."""
    limit = np.uint64((1 << 64) // scale - 1)
    count = max(len(symbols) - SHINGLE + 1, 0)
    rows = -(-count // WORD)
    hashes = working_array("hashes", WORD * rows, np.uint64).reshape(WORD, rows)  # those at 0, 4, 8 …, at 1, …
    flags = working_array("below", rows, np.uint32)
    units = working_array("units", WORD * (rows + 2), np.uint16)
    units[: len(symbols)] = _narrow(symbols)
    units[len(symbols) :] = 0
    for start in range(0, rows, _PIECE):
        piece = hashes[:, start : start + _PIECE]
        _hash_shingles(units[WORD * start :], piece)
        flags[start : start + _PIECE] = _laced(piece <= limit)
    below = flags.view(np.bool_)[:count]
    ends = bounds[1:][np.diff(bounds) > 0]
    astride = (ends[:, None] - np.arange(1, SHINGLE)).ravel()  # shingles that begin in one text and end in another
    below[astride[(astride >= 0) & (astride < count)]] = False
    places = np.flatnonzero(below)
    at = (places & 3) * rows + (places >> 2)
    return hashes.ravel().take(at, mode=UNCHECKED), np.searchsorted(places, bounds)


def _laced(rows: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Four rows in one: each number has, byte by byte, an item of each of them. Strides would take twice the time."""
    laced: NDArray[np.uint32] = rows[0].astype("<u4")
    for place in range(1, WORD):
        laced |= rows[place].astype("<u4") << np.uint32(8 * place)
    return laced


def _narrow(symbols: Units) -> Units:
    """16 bits of each symbol."""
    if symbols.dtype == np.uint16:
        return symbols
    folded: Units = (symbols ^ (symbols >> 16) * np.uint32(FOLD)).astype(np.uint16)
    return folded


def _hash_shingles(units: Units, out: Keys) -> None:
    """Hash the shingle at each symbol; row ``i`` of ``out`` has those at ``i``, ``i + 4`` and so on."""
    n = out.shape[1]
    words = []
    for shift in range(WORD):  # four symbols are one word in memory, wherever the first of them is laid on a word
        laid = working_array(f"word{shift}", n + 1, np.uint64)
        laid.view("<u2")[:] = units[shift : shift + WORD * (n + 1)]
        words.append(laid.view("<u8"))
    last = working_array("last", n, np.uint64)
    for shift, row in enumerate(out):
        over, behind = divmod(shift + SHINGLE - WORD, WORD)
        np.multiply(words[shift][:n], np.uint64(STEP[0]), out=row)
        np.multiply(words[behind][over : over + n], np.uint64(STEP[1]), out=last)
        np.add(row, last, out=row)


def head_block(symbols: Units, bounds: Ints) -> Keys:
    """Head key of each text, 0 where it is too short for one."""
    long = np.flatnonzero(np.diff(bounds) >= HEAD)
    heads = np.zeros(len(bounds) - 1, np.uint64)
    first = _narrow(symbols.take(bounds[long][:, None] + np.arange(HEAD))).astype("<u2", copy=False)
    heads[long] = (first.view("<u8") * np.array(HEAD_STEP, np.uint64)).sum(axis=1, dtype=np.uint64)
    return heads


def sketch_block(texts: Sequence[str], scale: int = SCALE) -> Sketches:
    """Symbols and keys of one block of texts."""
    folded = fold_block(texts)
    symbols, bounds, _ = block_symbols(folded)
    keys, key_bounds = key_block(symbols, bounds, scale)
    return Sketches(symbols, bounds, keys, key_bounds, head_block(symbols, bounds), folded.traits)
