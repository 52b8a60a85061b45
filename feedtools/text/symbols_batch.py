"""Symbols of many texts at once, in numpy: the batch form of ``text.symbols``.

Texts are joined into blocks of half a million code points, so that the arrays of a block stay in the processor's
cache.  What becomes of a block without code points beyond U+FFFF is handled in 16-bit units.
"""

from __future__ import annotations

import threading
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from feedtools.text import dropped_batch, symbols
from feedtools.text.dropped import dropped, marks, traits, without_dropped
from feedtools.text.renderers import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Units = NDArray[Any]

_CLOSELY = 1
"""Stands in the table for code points that one look does not tell; no text has it as a symbol."""
BLOCK = 1 << 19
"""Raw code points per block: a text is never split, so a long one makes a block of its own."""
UNCHECKED: Literal["wrap"] = "wrap"
"""Mode of ``take`` for numbers that lie inside by construction: checking them costs a fifth of the time."""


_kept = threading.local()


def working_array(name: str, size: int, dtype: type) -> NDArray[Any]:
    """Give the same memory to work in at every call: fresh pages cost more than the arithmetic done in them."""
    held: NDArray[Any] | None = getattr(_kept, name, None)
    if held is None or len(held) < size:
        held = np.empty(max(size, BLOCK), dtype)
        if size <= 2 * BLOCK:  # what a long text needed is given back
            setattr(_kept, name, held)
    return held[:size]


def blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Cut ``texts`` into lists, in order, each as long as it takes to reach ``BLOCK`` code points."""
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


@derived
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
    """Build the table of code points: 0 for nothing, 1 for a closer look, else the symbol.

    The latter are code points that become several symbols, and those that may begin a formula or a placeholder.
    """
    low = np.array(symbols.table().low, dtype=np.uint16)
    high = np.array(symbols.high_table(), dtype=np.uint32)
    both = []
    for table, first in ((low, 0), (high, 0x10000)):
        same, drop, expand = table == 0, table == 1, table == 2
        table[same] = np.arange(first, first + len(table), dtype=np.uint32)[same].astype(table.dtype)
        table[drop], table[expand] = 0, _CLOSELY
        both.append(table)
    low[[ord(mark) for mark in marks()]] = _CLOSELY
    return low, np.concatenate([low.astype(np.uint32), both[1]])


class PlacedSymbols(NamedTuple):
    """Symbols of consecutive texts and what comparing them asks for, one item per text.

    Attributes:
        symbols: as ``symbols.symbols`` gives them.
        offsets: where in the text each symbol stands, as ``symbols.offsets`` gives them.
        codes: the low byte of each symbol.
        traits: as ``dropped.traits`` gives them.
    """

    symbols: list[str]
    offsets: list[Sequence[int]]
    codes: list[bytes]
    traits: list[int]


def placed(texts: Iterable[str]) -> PlacedSymbols:
    """The symbols of each text and where they stand."""
    made = PlacedSymbols([], [], [], [])
    for block in blocks(texts):
        folded = fold_block(block)
        units, bounds, at = block_symbols(folded)
        starts = np.repeat(folded.block.starts[:-1].astype(np.int32), np.diff(bounds))
        places = np.subtract(at, starts, out=starts, casting="unsafe")  # a text has less than 2**31 code points
        for number in folded.expanded:
            places[bounds[number] : bounds[number + 1]] = symbols.offsets(block[number])
        numbers = places.data  # a view whose items are plain numbers
        low, ends = units.astype(np.uint8).tobytes(), list(pairwise(bounds.tolist()))
        made.symbols.extend(strings(units, bounds))
        made.offsets.extend(numbers[start:end] for start, end in ends)
        made.codes.extend(low[start:end] for start, end in ends)
        made.traits.extend(folded.traits.tolist())
    return made


def placed_alone(text: str) -> tuple[str, array[int]] | None:
    """The symbols of one text and where they stand; ``None`` where some of its code points become several symbols."""
    values = _without_dropped(text)
    return None if values is None else _placed(values)


def placed_parts_alone(text: str, parts: Iterable[tuple[int, int]]) -> tuple[str, array[int]] | None:
    """The same of some parts of a text, see ``symbols.placed_parts``; ``None`` also where they are not in order."""
    values = _of_one(text)
    if values is None:
        return None
    at = 0
    for start, end in parts:
        if start >= end:
            continue
        if start < at:
            return None
        values[at:start] = 0
        for first, last in dropped(text[start:end]):
            values[start + first : start + last] = 0
        at = end
    values[at:] = 0
    return _placed(values)


def _placed(values: Units) -> tuple[str, array[int]]:
    at = np.flatnonzero(values)
    offsets = array("I")
    offsets.frombytes(at.astype(np.uint32).tobytes())
    return string(values.take(at, mode=UNCHECKED)), offsets


def symbols_of(text: str) -> str:
    """The symbols of one text: what ``symbols.symbols`` gives."""
    values = _without_dropped(text)
    return symbols.symbols(text) if values is None else string(values[values > _CLOSELY])


def folded(text: str) -> str:
    """The symbols of one text, formulas and placeholders included: what ``symbols.folded`` gives."""
    values = _of_one(text)
    return symbols.folded(text) if values is None else string(values[values > _CLOSELY])


def offsets(text: str) -> Sequence[int]:
    """Find where in one text each symbol stands: what ``symbols.offsets`` gives."""
    values = _without_dropped(text)
    return symbols.offsets(text) if values is None else np.flatnonzero(values > _CLOSELY).data


def _without_dropped(text: str) -> Units | None:
    values = _of_one(text)
    if values is not None:
        for start, end in dropped(text):
            values[start:end] = 0
    return values


def _of_one(text: str) -> Units | None:
    """Look up what each code point of one text becomes; ``None`` where one becomes several."""
    raw = _code_points(text)
    low, full = _tables()
    values: Units = (low if raw.max(initial=0) <= 0xFFFF else full).take(raw, mode=UNCHECKED)
    closely = np.flatnonzero(values == _CLOSELY)
    if len(closely):
        if any(map(symbols.folded, {text[at] for at in closely.tolist()})):
            return None
        values[closely] = 0
    return values


class FoldedBlock(NamedTuple):
    """A block, what each of its code points becomes (0 nothing), which texts were written out, and traits of texts.

    The values are good until the next block is folded.
    """

    block: dropped_batch.TextBlock
    values: Units
    expanded: list[int]
    traits: NDArray[np.uint8]


def fold_block(texts: Sequence[str]) -> FoldedBlock:
    """Look up what each code point of a block becomes, formulas and placeholders nothing."""
    block, values, closely = _look_up(texts)
    done: list[int] = []
    if not len(closely):
        return FoldedBlock(block, values, done, np.zeros(len(texts), np.uint8))
    several = closely[dropped_batch.kinds(block.raw.take(closely)) == 0]
    if len(several):
        block, values, closely, done = _expanded(block, several)
    places, kinds = dropped_batch.dropped(block, closely)
    values[places] = 0
    kinds[done] = [traits(texts[number]) for number in done]
    return FoldedBlock(block, values, done, kinds)


def block_symbols(folded: FoldedBlock) -> tuple[Units, Ints, Ints]:
    """The symbols of a block, the bounds of its texts, and where in the block the symbols stand."""
    values = folded.values
    at = np.flatnonzero(np.greater(values, _CLOSELY, out=working_array("symbol", len(values), np.bool_)))
    return values.take(at, mode=UNCHECKED), np.searchsorted(at, folded.block.starts), at


def _expanded(block: dropped_batch.TextBlock, several: Ints) -> tuple[dropped_batch.TextBlock, Units, Ints, list[int]]:
    """The block anew, with the texts that hold ``several`` written out; those need no closer look any more.

    The last value is the numbers of these texts.
    """
    texts, expand = list(block.texts), symbols.expansions()
    done = np.unique(block.owners(several))
    for number in done.tolist():
        texts[number] = without_dropped(texts[number]).translate(expand)
    block, values, closely = _look_up(texts)
    return block, values, closely[~np.isin(block.owners(closely), done)], done.tolist()


def _look_up(texts: Sequence[str]) -> tuple[dropped_batch.TextBlock, Units, Ints]:
    """The block of ``texts``, the table's value of each code point, and where a closer look is due.

    The values are good until the next call.
    """
    raw = _code_points("".join(texts))
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    low, full = _tables()
    values: Units
    if raw.max(initial=0) <= 0xFFFF:
        values = low.take(raw, out=working_array("low", len(raw), np.uint16), mode=UNCHECKED)
    else:
        values = full.take(raw, mode=UNCHECKED)
        if values.max(initial=0) <= 0xFFFF:
            values = values.astype(np.uint16)
    closely = np.equal(values, _CLOSELY, out=working_array("symbol", len(values), np.bool_))
    return dropped_batch.TextBlock(texts, raw, starts), values, np.flatnonzero(closely)


def _code_points(joined: str) -> NDArray[np.uint32]:
    """The code points of a text; numpy's own way there takes a quarter of the time of a codec."""
    return np.array([joined]).view(np.uint32) if joined else np.empty(0, np.uint32)


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
