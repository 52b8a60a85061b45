"""Prove an index sound: the file, every text's digest, and every key where it belongs."""

from __future__ import annotations

from collections.abc import Iterator

from feedtools.dedup.candidates import FEW_KEYS
from feedtools.dedup.index import postings
from feedtools.dedup.index.sqlite import Index
from feedtools.errors import IndexFileError

_PORTION = 20_000


def faults(index: Index) -> Iterator[str]:
    """Report what is wrong with an index, one sentence per fault; nothing where it is sound.

    Every text is hashed and sketched again and each of its keys looked up: as much work as building it.
    """
    try:
        with index.faults():
            yield from index.integrity()
            yield from _missing(index)
    except IndexFileError as error:
        yield error.message


def _missing(index: Index) -> Iterator[str]:
    import numpy as np

    from feedtools.dedup.index.packing import sketch_many

    recent_keys, recent_numbers = index.recent()
    recent = set(zip(recent_keys.tolist(), recent_numbers.tolist(), strict=True))
    packed = postings.unpack(index.blocks(), index.width)
    for at, texts in index.texts(_PORTION):
        made = sketch_many(texts, 0)
        expected = np.array(at, np.uint64)[made.numbers.astype(np.int64)]
        words = postings.words_of(made.keys, expected, index.rows, index.width)
        where = np.minimum(np.searchsorted(packed, words), max(len(packed) - 1, 0))
        there = packed[where] == words if len(packed) else np.zeros(len(words), bool)
        for key, number in zip(made.keys[~there].tolist(), expected[~there].tolist(), strict=True):
            if (key, number) not in recent:
                yield f"document {number} cannot be found by one of its keys"
                break
        if index.short(at) != np.array(at)[made.counts < FEW_KEYS].tolist():
            yield f"the list of short documents is wrong between documents {at[0]} and {at[-1]}"
        stored = index.digests(at)
        yield from (
            f"the text of document {number} is not what was stored"
            for number, made_digest in zip(at, made.digests, strict=True)
            if stored.get(number) != made_digest
        )
