"""Many articles into the index at once: sketched in blocks by numpy, packed by one sort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from feedtools.dedup import sketch_batch
from feedtools.dedup.index import postings
from feedtools.model import Article, blake2b
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from feedtools.dedup.index.sqlite import Index

    Keys = NDArray[np.uint64]

OUTGROWN = 3
"""Doublings beyond its plan after which an index is packed anew with longer keys: until then a lookup meets four
unrelated documents, which cost little."""
_PORTION = 20_000
_RANGE = 1 << 22
"""Postings of one range of keys, about."""
_FILES = 256
"""Ranges at the most: each may take a file, and systems allow a process a thousand."""


def add_many(index: Index, articles: Sequence[Article]) -> None:
    """Write documents and texts, and pack their postings together with those that are there.

    Runs inside the caller's transaction.
    """
    number = index.meta("next")
    found: list[tuple[Keys, Keys]] = []
    for start in range(0, len(articles), _PORTION):
        portion = articles[start : start + _PORTION]
        made = sketch_many([article.text for article in portion], number)
        found.append((made.keys, made.numbers))
        lines = [article.line for article in portion]
        numbers = range(number, number + len(portion))
        index.put_many(zip(numbers, lines, made.counts.tolist(), made.digests, made.texts, strict=True))
        number += len(portion)
    index.set_meta("next", number)
    repack(index, found)


class Made(NamedTuple):
    """Data to store for some texts: keys and whose they are; for each text its number of keys, digest and bytes."""

    keys: Keys
    numbers: Keys
    counts: NDArray[np.int64]
    digests: list[bytes]
    texts: list[bytes]


def sketch_many(texts: list[str], first: int) -> Made:
    """The stored form of texts that are numbered from ``first``."""
    keys: list[Keys] = []
    numbers: list[Keys] = []
    counts: list[NDArray[np.int64]] = []
    at = first
    for block in symbols_batch.blocks(texts):
        part = sketch_batch.sketch_block(block)
        count = np.diff(part.key_bounds)
        number = np.arange(at, at + len(block), dtype=np.uint64)
        with_head = part.heads != 0
        keys += [part.keys, (part.heads[with_head] ^ np.uint64(postings.HEAD_SALT)) >> np.uint64(3)]
        numbers += [np.repeat(number, count), number[with_head]]
        counts.append(count)
        at += len(block)
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    digests = [blake2b(data) for data in encoded]
    leading = np.frombuffer(b"".join(digests), "<u8")[::2]
    keys.append((leading ^ np.uint64(postings.DIGEST_SALT)) >> np.uint64(3))
    numbers.append(np.arange(first, first + len(texts), dtype=np.uint64))
    return Made(np.concatenate(keys), np.concatenate(numbers), np.concatenate(counts), digests, encoded)


def repack(index: Index, new: Sequence[tuple[Keys, Keys]] = ()) -> None:
    """Pack what came since and ``new`` into the blocks; what was removed is left out.

    Blocks that have outgrown their plan know too few bits of their keys; then all keys are made again from the texts.
    Runs inside the caller's transaction, over one range of keys after another, so that memory holds what is new.
    """
    parts = [*new, index.recent()]
    total = sum(len(keys) for keys, _ in parts) + index.meta("packed")
    wanted = postings.row_bits(total)
    rows = index.rows if index.meta("packed") else wanted
    outgrown = index.meta("packed") > 0 and wanted > rows + OUTGROWN
    width = 3 if index.meta("next") < 1 << 24 else 4
    plan = _Plan(wanted if outgrown else rows, width, min(max(1, total // _RANGE), _FILES))
    if outgrown:
        index.clear_blocks()
        sorted_parts = _spilled(index, plan)
    else:
        words = np.concatenate([plan.words(keys, numbers) for keys, numbers in parts])
        del parts
        words.sort()
        sorted_parts = iter(plan.split(words))
    alive = _alive(index)
    packed = 0
    for (low, high), mine in zip(pairwise(plan.edges()), sorted_parts, strict=True):
        merged = _merged(_held(index, low, high, plan.width), mine)
        if alive is not None:
            merged = merged[alive[postings.split(merged, plan.rows, plan.width)[1].astype(np.int64)]]
        packed += len(merged)
        index.replace_blocks(low, high, postings.pack(merged, plan.width))
    index.settle(plan.rows, plan.width, packed)


class _Plan(NamedTuple):
    """The shape of packed postings, and into how many ranges of keys the work is cut."""

    rows: int
    width: int
    ranges: int

    def words(self, keys: Keys, numbers: Keys) -> Keys:
        return postings.words_of(keys, numbers, self.rows, self.width)

    def edges(self) -> list[int]:
        """The first row of every range, and one past the last row."""
        return [(1 << self.rows) * number // self.ranges for number in range(self.ranges + 1)]

    def split(self, words: Keys) -> list[Keys]:
        """Ascending words by range."""
        inner = [row << postings.REMAINDER_BITS << 8 * self.width for row in self.edges()[1:-1]]
        return np.split(words, np.searchsorted(words, np.array(inner, np.uint64)))


def _spilled(index: Index, plan: _Plan) -> Iterator[Keys]:
    """The words of all documents, ascending, range by range: by way of an unnamed file for each."""
    with ExitStack() as stack:
        piles = [stack.enter_context(TemporaryFile(dir=index.path.parent)) for _ in range(plan.ranges)]
        for keys, numbers in _from_texts(index):
            words = plan.words(keys, numbers)
            words.sort()
            for pile, part in zip(piles, plan.split(words), strict=True):
                pile.write(part.tobytes())
        for pile in piles:
            pile.seek(0)
            words = np.frombuffer(pile.read(), np.uint64).copy()
            words.sort()
            yield words


def _merged(held: Keys, new: Keys) -> Keys:
    """Two ascending arrays as one, ascending, each posting once."""
    words = new
    if len(held):
        words = np.concatenate([held, new])
        words.sort()
    return words[np.append(True, words[1:] != words[:-1])] if len(words) else words


def _held(index: Index, low: int, high: int, width: int) -> Keys:
    """The packed postings of some rows, for documents of ``width`` bytes."""
    held = postings.unpack(index.blocks(low, high), index.width)
    if index.width == width:
        return held
    keys, numbers = postings.split(held, index.rows, index.width)
    return postings.words_of(keys, numbers, index.rows, width)


def _alive(index: Index) -> NDArray[np.bool_] | None:
    """Mark the numbers whose documents are live; ``None`` where nothing was removed."""
    if not index.meta("removed"):
        return None
    alive = np.zeros(index.meta("next") + 1, bool)
    alive[index.numbers()] = True
    return alive


def _from_texts(index: Index) -> Iterator[tuple[Keys, Keys]]:
    """Postings of all documents, made again."""
    for numbers, texts in index.texts(_PORTION):
        made = sketch_many(texts, 0)
        yield made.keys, np.array(numbers, np.uint64)[made.numbers.astype(np.int64)]
