"""The seam: the join of sketches as pure functions over Arrow record batches. No engine is imported here.

A distinct text goes by its number (``model.text_number``). What the join needs travels in bundles: the keys of many
documents that fall into one bucket as one value, so that an engine moves thousands of keys, and of edges, as one row,
and the join itself is that of ``feedtools.join``. Two texts of one number would be compared as if they were one, and
then verified each by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from feedtools import join, kernel
from feedtools.sketch import FEW_KEYS, SCALE, SHARED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Stage = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

BUNDLE = 1 << 14
"""Keys a bundle is to hold, and the most that wait in all bundles of a task."""
WAITING = 1 << 22
SALTS = 256
"""Parts into which the partners of one text are divided, each verified beside a copy of that text."""
_SIGN = np.uint64(1 << 63)
_ZEROS = SCALE.bit_length() - 1
"""Leading bits that are zero in every gram key."""

ORDER = ("short", "head", "content", "number")
"""By what documents sort, as the local engine numbers them: longest first, then by what depends on the text."""
DOCUMENT = np.dtype([("short", "<i4"), ("size", "<i4"), ("head", "<u8"), ("content", "<u8"), ("number", "<i8")])
EDGE = np.dtype([("low", "<i8"), ("high", "<i8"), ("shared", "<i4"), ("least", "<i4")])
BUNDLES = pa.schema(
    [
        ("bucket", pa.int32()),
        ("weight", pa.int64()),
        ("keys", pa.binary()),
        ("owners", pa.binary()),
        ("documents", pa.binary()),
    ]
)
KEYS = pa.schema(
    [
        ("bucket", pa.int32()),
        ("key", pa.int64()),
        ("short", pa.int32()),
        ("head", pa.int64()),
        ("content", pa.int64()),
        ("number", pa.int64()),
        ("size", pa.int32()),
    ]
)
EDGES = pa.schema([("part", pa.int32()), ("heads", pa.bool_()), ("edges", pa.binary())])
WANTED = pa.schema([("number", pa.int64()), ("centre", pa.int64()), ("salt", pa.int32())])


def bundles(buckets: int) -> Stage:
    """Documents (number, text) to bundles of their keys.

    Args:
        buckets: a power of two. Gram keys fall into the buckets below it, by their leading bits; head keys into as
            many from it on.
    """
    bits = buckets.bit_length() - 1

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        waiting: list[tuple[Ints, kernel.Sketches]] = []
        count = 0
        for batch in batches:
            numbers, first = batch.column("number").to_numpy(), 0
            for block in kernel.blocks(batch.column("text").to_pylist()):
                part = kernel.sketch_block(block)
                waiting.append((numbers[first : first + len(block)], part._replace(symbols=part.symbols[:0].copy())))
                first += len(block)
                count += len(part.keys)
                if count >= min(BUNDLE * buckets, WAITING):
                    yield _bundled(waiting, bits)
                    waiting, count = [], 0
        if waiting:
            yield _bundled(waiting, bits)

    return stage


def _bundled(waiting: Sequence[tuple[Ints, kernel.Sketches]], bits: int) -> pa.RecordBatch:
    """The keys and head keys of some blocks, sorted into buckets."""
    sizes = np.concatenate([np.diff(part.key_bounds) for _, part in waiting])
    documents = np.empty(len(sizes), DOCUMENT)
    documents["short"] = np.concatenate([-np.diff(part.bounds) for _, part in waiting])
    documents["size"] = sizes
    documents["head"] = heads = np.concatenate([part.heads for _, part in waiting])
    documents["content"] = np.concatenate([_content(part) for _, part in waiting])
    documents["number"] = np.concatenate([numbers for numbers, _ in waiting])
    key = np.concatenate([part.keys for _, part in waiting])
    begun = np.flatnonzero(heads)
    rows = [
        *_sorted_out(key, np.repeat(np.arange(len(sizes)), sizes), _ZEROS, bits, documents),
        *((bucket + (1 << bits), *row) for bucket, *row in _sorted_out(heads[begun], begun, 0, bits, documents)),
    ]
    return batch_of(rows, BUNDLES)


def _sorted_out(
    key: Keys, owner: Ints, zeros: int, bits: int, documents: NDArray[Any]
) -> Iterator[tuple[int, int, bytes, bytes, bytes]]:
    """Rows of ``BUNDLES``; ``owner`` ascends, and so it does in every bundle."""
    bucket = (key >> np.uint64(64 - zeros - bits)).astype(np.uint16) if bits else np.zeros(len(key), np.uint16)
    order = np.argsort(bucket, kind="stable")  # of 16 bits: counted out, not compared
    key, owner, bucket = key[order], owner[order], bucket[order]
    for start, end in _runs(bucket):
        some = owner[start:end]
        fresh = np.append(True, some[1:] != some[:-1])
        place = (np.cumsum(fresh) - 1).astype(np.uint32)
        named = documents[some[fresh]]
        yield int(bucket[start]), end - start, key[start:end].tobytes(), place.tobytes(), named.tobytes()


def _runs(values: NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Bounds of the stretches of equal values."""
    cuts = np.flatnonzero(values[1:] != values[:-1]) + 1
    ends = [0, *cuts.tolist(), len(values)]
    return pairwise(ends) if len(values) else iter(())


def _content(part: kernel.Sketches) -> Keys:
    """A number for each text that depends on its symbols alone: the sum of its keys."""
    sums = np.zeros(len(part.keys) + 1, np.uint64)
    np.cumsum(part.keys, out=sums[1:])
    return np.diff(sums[part.key_bounds])


def linked(buckets: int, hot: int, parts: int) -> Stage:
    """Bundles, those of one bucket on end, to the edges of every bucket: who shares how many of its keys with whom.

    Args:
        buckets: as for ``bundles``.
        hot: documents of a key from which it gives star edges alone.
        parts: over which the edges are spread, all edges of a pair in one.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for bucket, group in groupby(_rows(batches, "bucket", "keys", "owners", "documents"), key=itemgetter(0)):
            heads = bucket >= buckets
            yield _spread(heads, _linked(heads, list(group), buckets, hot), parts)

    return stage


def _rows(batches: Iterable[pa.RecordBatch], *names: str) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def _linked(heads: bool, group: Sequence[tuple[int, bytes, bytes, bytes]], buckets: int, hot: int) -> NDArray[Any]:
    """The edges of one bucket."""
    known = [np.frombuffer(row[3], DOCUMENT) for row in group]
    firsts = np.cumsum([0, *map(len, known)]).tolist()
    owner = np.concatenate(
        [np.frombuffer(row[2], np.uint32) + first for row, first in zip(group, firsts, strict=False)]
    )
    key = np.concatenate([np.frombuffer(row[1], np.uint64) for row in group])
    documents = np.concatenate(known)
    order = _order(documents)
    rank = np.empty(len(order), np.uint64)
    rank[order] = np.arange(len(order), dtype=np.uint64)
    width = max(1, len(order).bit_length())
    shared_bits = buckets.bit_length() - 1
    skip = shared_bits + (0 if heads else _ZEROS)
    words = join.pack(key, rank[owner], width, skip, join.KEPT - shared_bits)
    low, high, shared = join.counted(join.edges(words, width, hot))
    low, high = order[low], order[high]
    found = np.empty(len(low), EDGE)
    found["low"], found["high"] = documents["number"][low], documents["number"][high]
    found["shared"] = shared
    found["least"] = np.minimum(documents["size"][low], documents["size"][high])
    return found


def _order(documents: NDArray[Any]) -> Ints:
    """By ``ORDER``: by one word that is nearly the same order, and in full where that word is the same."""
    length = np.minimum(-documents["short"].astype(np.int64), (1 << 20) - 1).astype(np.uint64)
    word = (np.uint64((1 << 20) - 1) - length) << np.uint64(44) | documents["head"] >> np.uint64(20)
    order = np.argsort(word)
    word = word[order]
    again = np.zeros(len(order), bool)
    again[1:] = word[1:] == word[:-1]
    again[:-1] |= again[1:]
    tied = np.flatnonzero(again)
    some = order[tied]
    inner = np.lexsort((*(documents[name][some] for name in reversed(ORDER)), word[tied]))
    order[tied] = some[inner]
    return order


def _spread(heads: bool, found: NDArray[Any], parts: int) -> pa.RecordBatch:
    """Edges by part: the edges of one text to partners of one salt are in one part."""
    mixed = (found["low"].view(np.uint64) ^ _salt(found["high"])) * np.uint64(0x9E3779B97F4A7C15)
    part = ((mixed >> np.uint64(40)) % np.uint64(parts)).astype(np.uint16)
    order = np.argsort(part, kind="stable")
    found, part = found[order], part[order]
    rows = [(int(part[start]), heads, found[start:end].tobytes()) for start, end in _runs(part)]
    return batch_of(rows, EDGES)


def _salt(numbers: Ints) -> Keys:
    return numbers.view(np.uint64) & np.uint64(SALTS - 1)


def keys(buckets: int) -> Stage:
    """Bundles to one row a document and key: for buckets that no single task should hold."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for bucket, packed, owners, documents in _rows(batches, "bucket", "keys", "owners", "documents"):
            kept = join.KEPT + (_ZEROS if bucket < buckets else 0)
            key = np.frombuffer(packed, np.uint64) & np.uint64((1 << 64) - (1 << 64 - kept))
            owner, known = np.frombuffer(owners, np.uint32), np.frombuffer(documents, DOCUMENT)
            order = np.lexsort((key, owner))
            key, owner = key[order], owner[order]
            fresh = np.append(True, (key[1:] != key[:-1]) | (owner[1:] != owner[:-1]))  # a gram repeated in a text
            key, document = key[fresh], known[owner[fresh]]
            columns = {"bucket": np.full(len(key), bucket, np.int32), "key": key.view(np.int64)}
            columns |= {name: np.ascontiguousarray(document[name]) for name in ("short", "number", "size")}
            columns |= {name: (document[name] ^ _SIGN).view(np.int64) for name in ("head", "content")}  # sort alike
            yield pa.RecordBatch.from_arrays([pa.array(columns[name]) for name in KEYS.names], schema=KEYS)

    return stage


def packed(parts: int) -> Stage:
    """Edges as rows (heads, low, high, shared, least) to edges in bundles."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = np.empty(len(batch), EDGE)
            for name in EDGE.names or ():
                found[name] = batch.column(name).to_numpy()
            heads = batch.column("heads").to_numpy(zero_copy_only=False)
            for kind in (False, True):
                yield _spread(kind, found[heads == kind], parts)

    return stage


def wanted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Bundles of edges, those of one part on end, to the texts that verifying needs, by number.

    The partners of a text (its ``centre``) go into groups by their salt, and the text itself into each of these.
    """
    for _, part in groupby(_rows(batches, "part", "heads", "edges"), key=itemgetter(0)):
        found: dict[bool, list[NDArray[Any]]] = {False: [], True: []}
        for _, heads, edges in part:
            found[heads].append(np.frombuffer(edges, EDGE))
        pairs = np.concatenate([_worth(heads, np.concatenate(some)) for heads, some in found.items() if some])
        centre, partner = _distinct(*pairs.T)
        salt = _salt(partner).astype(np.int64)
        group, group_salt = _distinct(centre, salt)
        columns = (
            np.concatenate([group, partner]),
            np.concatenate([group, centre]),
            np.concatenate([group_salt, salt]).astype(np.int32),
        )
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=WANTED)


def _distinct(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Each pair of numbers once, in order."""
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return first[fresh], second[fresh]


def _worth(heads: bool, found: NDArray[Any]) -> Ints:
    """Pairs (low, high) worth verifying, given all edges between them."""
    order = np.lexsort((found["high"], found["low"]))
    found = found[order]
    fresh = np.ones(len(found), bool)
    fresh[1:] = (found["low"][1:] != found["low"][:-1]) | (found["high"][1:] != found["high"][:-1])
    starts = np.flatnonzero(fresh)
    shared, least = np.add.reduceat(found["shared"], starts, dtype=np.int64), found["least"][starts]
    chosen = starts[least < FEW_KEYS if heads else shared >= SHARED * least]
    return np.stack([found["low"][chosen], found["high"][chosen]], axis=1)


def batch_of(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as a record batch."""
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
