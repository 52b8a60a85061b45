"""Join of documents that share keys, by sorting packed words: linear in the size of every bucket.

A word holds the leading bits of a key and the number of a document.  After sorting, the documents of one key lie
together; they are linked by star edges (to the first) and chain edges (to the next ones), never by all pairs, so a
text repeated a hundred thousand times costs a few edges per copy and key.  Documents must be numbered by a total order
that does not depend on the input order (longest first): then neither do the edges.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from feedtools.dedup import candidates
from feedtools.text.symbols_batch import UNCHECKED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Flags = NDArray[np.bool_]

_WIDE = 0xFFFF0000FFFF0000
"""Bits of an edge between documents that do not all have numbers below 65,536."""
PIECE = 1 << 15
"""Words looked at at once: what is made of them stays in the processor's cache."""
_SPLIT = 1 << 14
"""Words told apart by a digit at once: more would take three times as long each."""

KEPT = 40
"""Bits of a key that are compared: as many as leave room for 16 million documents, and no more where there are fewer,
so that what is found does not depend on how many there are, nor on how an engine cuts the keys up."""


def grouped(words: Keys, digit: Callable[[Keys], NDArray[np.uint8]], ways: int) -> Iterator[tuple[Keys, list[int]]]:
    """Put words of one digit side by side, some words at a time; each takes a tenth of the time of sorting it.

    Args:
        words: in any order.
        digit: gives that of each of some words, below ``ways``.
        ways: number of digits.

    Yields:
        Some of the words, and where those of each digit begin; the last item is where all of them end.
    """
    for start in range(0, len(words), _SPLIT):
        piece = words[start : start + _SPLIT]
        digits = digit(piece)
        ends = np.cumsum(np.bincount(digits, minlength=ways)).tolist()
        yield piece.take(np.argsort(digits, kind="stable"), mode=UNCHECKED), [0, *ends]


def longest_first(lengths: NDArray[np.uint32], heads: Keys, content: Keys) -> tuple[NDArray[np.uint32], Ints]:
    """The documents longest first, then by their head keys, then by their content.

    Returns:
        Their numbers in that order, and the places in it where the next one is the same in all three.
    """
    bits = max(1, len(lengths).bit_length())
    shorter = (lengths.max(initial=0) - lengths).astype(np.uint64)
    width = max(1, int(shorter.max(initial=0)).bit_length())
    words = shorter << np.uint64(64 - width)  # as much of it all as fits beside the number is sorted at once
    words |= heads >> np.uint64(width + bits) << np.uint64(bits)
    words |= np.arange(len(words), dtype=np.uint64)
    words.sort()
    found = (words & np.uint64((1 << bits) - 1)).astype(np.uint32)
    words >>= np.uint64(bits)
    same = words[1:] == words[:-1]
    tied = np.append(same, False)[: len(found)]
    tied[1:] |= same
    some = found[tied]
    found[tied] = some[np.lexsort((content[some], heads[some], ~lengths[some]))]
    at = np.flatnonzero(same)
    for column in (heads, content):
        at = at[column[found[at + 1]] == column[found[at]]]
    return found, at


def pack(keys: Keys, documents: Keys, bits: int, skip: int, kept: int = KEPT) -> Keys:
    """Words to sort: ``kept`` bits of the key behind its ``skip`` leading ones, and the document.

    Args:
        keys: their ``skip`` leading bits are zero, or the same in all of them.
        documents: numbers below ``1 << bits``.
        bits: width of the document part; where it is wider than ``kept`` leaves, the key is cut further.
        skip: leading bits that tell no keys apart.
        kept: bits of the key to compare.
    """
    words = keys << np.uint64(skip)
    words &= np.uint64((1 << 64) - (1 << max(bits, 64 - kept)))
    words |= documents
    return words


def edges(words: Keys, bits: int, hot: int | None = None, neighbours: int = candidates.NEIGHBOURS) -> Keys:
    """Star and chain edges of every bucket, one word ``low << 32 | high`` for each shared key, unsorted.

    Args:
        words: what ``pack`` gave; sorted in place.
        bits: width of the document part.
        hot: documents of a key from which it gives star edges alone; ``candidates.HOT`` by default.
        neighbours: documents before it that one is linked with.
    """
    words.sort()
    mask = np.uint64((1 << bits) - 1)
    ends = np.searchsorted(words, words[PIECE - 1 : -1 : PIECE] | mask, side="right")  # of the buckets that lie there
    cuts = np.unique([0, *ends.tolist(), len(words)]).tolist()
    linked = (_linked(words[i:j], mask, hot or candidates.HOT, neighbours) for i, j in pairwise(cuts))
    return np.concatenate([np.empty(0, np.uint64), *linked])


def _linked(words: Keys, mask: np.uint64, hot: int, neighbours: int) -> Keys:
    """Link the documents of some whole buckets, as ``edges`` does."""
    fresh = np.append(True, words[1:] != words[:-1])
    words = words if fresh.all() else words[fresh]  # a shingle repeated inside one document
    at = np.flatnonzero((words[1:] ^ words[:-1]) <= mask)
    if not len(at):
        return np.empty(0, np.uint64)
    left, right = words[at] & mask, words[at + 1] & mask
    begins = np.append(True, at[1:] != at[:-1] + 1)  # first pair of its bucket
    number = np.arange(len(at))
    first = np.maximum.accumulate(np.where(begins, number, 0))
    star = left[first]
    found = [star << np.uint64(32) | right]
    place = number - first  # of the left document in its bucket
    chained = ~_crowded(begins, hot)
    for back in range(neighbours):
        further = np.flatnonzero(chained & (place > back))
        found.append(left[further - back] << np.uint64(32) | right[further])
    return np.concatenate(found)


def _crowded(begins: Flags, hot: int) -> Flags:
    """Mark the pairs of neighbours whose key ``hot`` documents or more share."""
    sizes = np.diff(np.append(np.flatnonzero(begins), len(begins)))
    return np.repeat(sizes >= hot - 1, sizes)


def counted(found: Keys) -> tuple[Ints, Ints, Ints]:
    """Distinct edges and how often each occurs: lower document, higher document, count, in ascending order."""
    if not len(found):
        none = np.empty(0, np.int64)
        return none, none, none
    if int(np.bitwise_or.reduce(found)) & _WIDE == 0:  # half as wide is sorted in half of the time
        narrow = (found >> np.uint64(16) | found).astype(np.uint32)
        narrow.sort()
        found = narrow.astype(np.uint64)
        found = (found & np.uint64(0xFFFF0000)) << np.uint64(16) | found & np.uint64(0xFFFF)
    else:
        found.sort()
    starts = np.flatnonzero(np.concatenate([np.ones(1, bool), found[1:] != found[:-1]]))
    counts = np.diff(np.append(starts, len(found)))
    distinct = found[starts]
    low = (distinct >> np.uint64(32)).astype(np.int64)
    high = (distinct & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return low, high, counts
