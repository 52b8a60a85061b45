"""Symbols and keys of many texts at once, in numpy: the batch form of ``feedtools.normal`` and ``feedtools.sketch``.

Texts are joined into blocks of half a million code points, so that the arrays of a block stay in the processor's
cache.  What becomes of a block without code points beyond U+FFFF is handled in 16-bit units.
"""

from __future__ import annotations

import threading
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from feedtools import drops, normal
from feedtools.sketch import FOLD, GRAM, HEAD, HEAD_STEP, SCALE, STEP, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Units = NDArray[Any]

_CLOSELY = 1
"""Stands in the table for code points that one look does not tell; no text has it as a symbol."""
BLOCK = 1 << 19
"""Raw code points a block: a text is never split, so a long one makes a block of its own."""
_UNCHECKED: Literal["wrap"] = "wrap"
"""How to take by numbers that lie inside by construction: looking whether they do costs a fifth of the time."""
_PIECE = 1 << 16
"""Words hashed at once."""


class Sketches(NamedTuple):
    """Symbols and keys of consecutive texts.

    Attributes:
        symbols: all symbols, text after text, as UTF-16 or UTF-32 code units without surrogates.
        bounds: ``symbols[bounds[i]:bounds[i + 1]]`` belong to text ``i``.
        keys: selected hashes in text order; a repeated gram repeats its key.
        key_bounds: ``keys[key_bounds[i]:key_bounds[i + 1]]`` belong to text ``i``.
        heads: head key of each text, 0 where it has fewer than ``HEAD`` symbols.
        traits: of each text, as ``normal.traits`` gives them.
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


_kept = threading.local()


def _room(name: str, size: int, dtype: type) -> NDArray[Any]:
    """An array to work in, the same memory at every call: fresh pages cost more than the arithmetic done in them."""
    held: NDArray[Any] | None = getattr(_kept, name, None)
    if held is None or len(held) < size:
        held = np.empty(max(size, BLOCK), dtype)
        if size <= 2 * BLOCK:  # what a long text needed is given back
            setattr(_kept, name, held)
    return held[:size]


def blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """``texts`` in order, in lists of ``BLOCK`` code points and what is left of a text."""
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


@cache
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
    """What each code point becomes: 0 nothing, 1 what has to be looked at more closely, else the symbol.

    The latter are code points that become several symbols, and those that may begin a formula or a placeholder.
    """
    low = np.array(normal.table().low, dtype=np.uint16)
    high = np.array(normal.high_table(), dtype=np.uint32)
    both = []
    for table, first in ((low, 0), (high, 0x10000)):
        same, drop, expand = table == 0, table == 1, table == 2
        table[same] = np.arange(first, first + len(table), dtype=np.uint32)[same].astype(table.dtype)
        table[drop], table[expand] = 0, _CLOSELY
        both.append(table)
    low[[ord(mark) for mark in normal.MARKS]] = _CLOSELY
    return low, np.concatenate([low.astype(np.uint32), both[1]])


class Placed(NamedTuple):
    """Symbols of consecutive texts and what comparing them asks for, an item a text.

    Attributes:
        symbols: as ``normal.symbols`` gives them.
        offsets: where in the text each symbol stands, as ``normal.offsets`` gives them.
        codes: as ``overlap.codes`` gives them.
        traits: as ``normal.traits`` gives them.
    """

    symbols: list[str]
    offsets: list[Sequence[int]]
    codes: list[bytes]
    traits: list[int]


def placed(texts: Iterable[str]) -> Placed:
    """The symbols of each text and where they stand."""
    made = Placed([], [], [], [])
    for block in blocks(texts):
        folded = _folded(block)
        units, bounds, at = _symbols(folded)
        starts = np.repeat(folded.block.starts[:-1].astype(np.int32), np.diff(bounds))
        places = np.subtract(at, starts, out=starts, casting="unsafe")  # a text has less than 2**31 code points
        for number in folded.expanded:
            places[bounds[number] : bounds[number + 1]] = normal.offsets(block[number])
        numbers = places.data  # a view whose items are plain numbers
        low, ends = units.astype(np.uint8).tobytes(), list(pairwise(bounds.tolist()))
        made.symbols.extend(strings(units, bounds))
        made.offsets.extend(numbers[start:end] for start, end in ends)
        made.codes.extend(low[start:end] for start, end in ends)
        made.traits.extend(folded.traits.tolist())
    return made


class _Folded(NamedTuple):
    """A block, what each of its code points becomes (0 nothing), which texts were written out, and traits of texts.

    The values are good until the next block is folded.
    """

    block: drops.Block
    values: Units
    expanded: list[int]
    traits: NDArray[np.uint8]


def _folded(texts: Sequence[str]) -> _Folded:
    block, values, closely = _look_up(texts)
    done: list[int] = []
    if not len(closely):
        return _Folded(block, values, done, np.zeros(len(texts), np.uint8))
    several = closely[drops.kinds(block.raw.take(closely)) == 0]
    if len(several):
        block, values, closely, done = _expanded(block, several)
    places, traits = drops.dropped(block, closely)
    values[places] = 0
    traits[done] = [normal.traits(texts[number]) for number in done]
    return _Folded(block, values, done, traits)


def _symbols(folded: _Folded) -> tuple[Units, Ints, Ints]:
    """The symbols of a block, the bounds of its texts, and where in the block the symbols stand."""
    values = folded.values
    at = np.flatnonzero(np.greater(values, _CLOSELY, out=_room("symbol", len(values), np.bool_)))
    return values.take(at, mode=_UNCHECKED), np.searchsorted(at, folded.block.starts), at


def _expanded(block: drops.Block, several: Ints) -> tuple[drops.Block, Units, Ints, list[int]]:
    """The block anew, with the texts that hold ``several`` written out; those need no closer look any more.

    The last value is the numbers of these texts.
    """
    texts, expand = list(block.texts), normal.table().expand
    done = np.unique(block.owners(several))
    for number in done.tolist():
        texts[number] = normal.without_dropped(texts[number]).translate(expand)
    block, values, closely = _look_up(texts)
    return block, values, closely[~np.isin(block.owners(closely), done)], done.tolist()


def _look_up(texts: Sequence[str]) -> tuple[drops.Block, Units, Ints]:
    """The block of ``texts``, the table's value of each code point, and where a closer look is due.

    The values are good until the next call.
    """
    raw = _code_points("".join(texts))
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    low, full = _tables()
    values: Units
    if raw.max(initial=0) <= 0xFFFF:
        values = low.take(raw, out=_room("low", len(raw), np.uint16), mode=_UNCHECKED)
    else:
        values = full.take(raw, mode=_UNCHECKED)
        if values.max(initial=0) <= 0xFFFF:
            values = values.astype(np.uint16)
    closely = np.equal(values, _CLOSELY, out=_room("symbol", len(values), np.bool_))
    return drops.Block(texts, raw, starts), values, np.flatnonzero(closely)


def _code_points(joined: str) -> NDArray[np.uint32]:
    """The code points of a text; numpy's own way there takes a quarter of the time of a codec."""
    return np.array([joined]).view(np.uint32) if joined else np.empty(0, np.uint32)


def key_block(symbols: Units, bounds: Ints, scale: int = SCALE) -> tuple[Keys, Ints]:
    """Keys of the texts that ``bounds`` cuts ``symbols`` into, and their bounds."""
    limit = np.uint64((1 << 64) // scale - 1)
    count = max(len(symbols) - GRAM + 1, 0)
    rows = -(-count // WORD)
    hashes = _room("hashes", WORD * rows, np.uint64).reshape(WORD, rows)  # of the grams at 0, 4, 8 …, at 1, 5, 9 …
    flags = _room("below", rows, np.uint32)
    units = _room("units", WORD * (rows + 2), np.uint16)
    units[: len(symbols)] = _narrow(symbols)
    units[len(symbols) :] = 0
    for start in range(0, rows, _PIECE):
        piece = hashes[:, start : start + _PIECE]
        _grams(units[WORD * start :], piece)
        flags[start : start + _PIECE] = _laced(piece <= limit)
    below = flags.view(np.bool_)[:count]
    ends = bounds[1:][np.diff(bounds) > 0]
    astride = (ends[:, None] - np.arange(1, GRAM)).ravel()  # grams that begin in one text and end in another
    below[astride[(astride >= 0) & (astride < count)]] = False
    places = np.flatnonzero(below)
    at = (places & 3) * rows + (places >> 2)
    return hashes.ravel().take(at, mode=_UNCHECKED), np.searchsorted(places, bounds)


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


def _grams(units: Units, out: Keys) -> None:
    """Hashes of the grams that begin at each symbol; row ``i`` of ``out`` has those at ``i``, ``i + 4`` and so on."""
    n = out.shape[1]
    words = []
    for shift in range(WORD):  # four symbols are one word in memory, wherever the first of them is laid on a word
        laid = _room(f"word{shift}", n + 1, np.uint64)
        laid.view("<u2")[:] = units[shift : shift + WORD * (n + 1)]
        words.append(laid.view("<u8"))
    last = _room("last", n, np.uint64)
    for shift, row in enumerate(out):
        over, behind = divmod(shift + GRAM - WORD, WORD)
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
    folded = _folded(texts)
    symbols, bounds, _ = _symbols(folded)
    keys, key_bounds = key_block(symbols, bounds, scale)
    return Sketches(symbols, bounds, keys, key_bounds, head_block(symbols, bounds), folded.traits)


def strings(symbols: Units, bounds: Ints) -> list[str]:
    """The symbols of each text as a string."""
    joined = string(symbols)
    ends = bounds.tolist()
    return [joined[start:end] for start, end in pairwise(ends)]


def string(symbols: Units) -> str:
    """Symbols as one string; numpy's own way there takes a third of the time of a codec."""
    if not len(symbols):
        return ""
    return str(symbols.astype("=u4", copy=False).view(f"=U{len(symbols)}")[0])
