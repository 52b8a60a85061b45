"""Many articles into the index at once: sketched in blocks by numpy, packed by one sort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from feedtools import kernel
from feedtools.index import postings
from feedtools.model import Article, digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from feedtools.index.sqlite import Index

    Keys = NDArray[np.uint64]

OUTGROWN = 2
"""Doublings beyond its plan after which an index is packed anew with longer keys."""
_PORTION = 20_000


def add_many(index: Index, articles: Sequence[Article], sources: Mapping[str, int]) -> None:
    """Write documents and texts, and pack their postings together with those that are there.

    Runs inside the caller's transaction.
    """
    number = index.meta("next")
    found: list[tuple[Keys, Keys]] = []
    for start in range(0, len(articles), _PORTION):
        portion = articles[start : start + _PORTION]
        keys, numbers, counts, digests = sketch_many([article.text for article in portion], number)
        found.append((keys, numbers))
        rows = zip(range(number, number + len(portion)), portion, counts.tolist(), digests, strict=True)
        index.put_many((at, sources[article.source], article, count, made) for at, article, count, made in rows)
        number += len(portion)
    index.set_meta("next", number)
    repack(index, found)


def sketch_many(texts: list[str], first: int) -> tuple[Keys, Keys, NDArray[np.int64], list[bytes]]:
    """Stored keys and document numbers of all texts, the number of sketch keys of each, and the digests."""
    keys: list[Keys] = []
    numbers: list[Keys] = []
    counts: list[NDArray[np.int64]] = []
    at = first
    for block in kernel.blocks(texts):
        made = kernel.sketch_block(block)
        count = np.diff(made.key_bounds)
        number = np.arange(at, at + len(block), dtype=np.uint64)
        with_head = made.heads != 0
        keys += [made.keys, (made.heads[with_head] ^ np.uint64(postings.HEAD_SALT)) >> np.uint64(3)]
        numbers += [np.repeat(number, count), number[with_head]]
        counts.append(count)
        at += len(block)
    digests = [digest(text) for text in texts]
    keys.append(np.fromiter(map(postings.digest_posting, digests), np.uint64, len(digests)))
    numbers.append(np.arange(first, first + len(texts), dtype=np.uint64))
    return np.concatenate(keys), np.concatenate(numbers), np.concatenate(counts), digests


def repack(index: Index, new: Sequence[tuple[Keys, Keys]] = ()) -> None:
    """Pack everything into blocks: what is packed, what came since, and ``new``; the removed are left out.

    Blocks that have outgrown their plan know too few bits of their keys; then all keys are made again from the texts.
    Runs inside the caller's transaction.
    """
    parts = [*new, index.recent()]
    packed = index.meta("packed")
    wanted = postings.row_bits(sum(len(keys) for keys, _ in parts) + packed)
    if not packed:
        rows = wanted
    elif wanted > index.rows + OUTGROWN:
        rows, parts = wanted, list(_from_texts(index))
    else:
        rows = index.rows
        parts.append(postings.unpack(index.blocks(), rows, index.width))
    keys = np.concatenate([keys for keys, _ in parts])
    numbers = np.concatenate([numbers for _, numbers in parts])
    del parts
    if index.meta("removed"):
        alive = np.zeros(index.meta("next") + 1, bool)
        alive[index.numbers()] = True
        keep = alive[numbers.astype(np.int64)]
        keys, numbers = keys[keep], numbers[keep]
    width = 3 if index.meta("next") < 1 << 24 else 4
    index.replace_blocks(postings.pack(keys, numbers, rows, width), rows, width, len(keys))


def _from_texts(index: Index) -> Iterator[tuple[Keys, Keys]]:
    """Postings of all documents, made again."""
    for numbers, texts in index.texts(_PORTION):
        keys, places, _, _ = sketch_many(texts, 0)
        yield keys, np.array(numbers, np.uint64)[places.astype(np.int64)]
