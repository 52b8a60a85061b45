"""The seam: the join of sketches as pure functions over Arrow record batches. No engine is imported here.

A distinct text goes by its number (``model.text_number``). What the join needs travels in bundles: the keys of many
documents that fall into one bucket as one value, so that an engine moves thousands of keys, and of edges, as one row,
and the join itself is that of ``dedup.join``. Two texts of one number would be compared as if they were one, and
then verified each by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from feedtools.dedup import join, sketch_batch
from feedtools.dedup.candidates import worth
from feedtools.dedup.sketch import ZEROS
from feedtools.scale.arrow import PACKED, Stage, batch_of, pack, rows_of, unpack
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]

BUNDLE, WAITING = 1 << 14, 1 << 22
"""Keys that a bundle is to hold, and the most that wait in all bundles of a task."""
SALTS = 256
"""Parts into which the partners of one text are divided, each verified beside a copy of that text."""
_SIGN = np.uint64(1 << 63)
_WIDTH = join.KEPT // 8

ORDER = ("short", "head", "content", "number")
"""By what documents sort, as the local engine numbers them: longest first, then by what depends on the text."""
DOCUMENT = np.dtype([("short", "<i4"), ("size", "<i4"), ("head", "<u8"), ("content", "<u8"), ("number", "<i8")])
EDGE = np.dtype([("low", "<i8"), ("high", "<i8"), ("shared", "<i4"), ("least", "<i4")])
BUNDLES = pa.schema(
    [
        ("bucket", pa.int32()),
        ("weight", pa.int64()),
        ("keys", pa.binary()),
        ("counts", pa.binary()),
        ("documents", pa.binary()),
    ]
)
"""``keys``: of each, document after document, the ``join.KEPT`` bits that are compared; ``counts`` (``uint32``): how
many of them each of the ``documents`` has."""
IDENTITY = pa.schema([("id", pa.string()), ("number", pa.int64()), ("rest", pa.int64()), ("length", pa.int32())])
"""``number`` and ``rest`` are 128 bits of the text's digest, ``length`` is in code points."""
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
"""Edges of a part; with null ``heads`` they are packed rows of ``IDENTITY``, or null for a bucket that is too full."""
WANTED = pa.schema([("number", pa.int64()), ("centre", pa.int64()), ("salt", pa.int32())])


def sketched(buckets: int) -> Stage:
    """Documents (id, text) to bundles of their keys (``BUNDLES``), and to what tells them apart (``IDENTITY``).

    A text is read once for both. A document without an id or a text has no keys. Of equal texts near one another one
    is bundled; where another task bundles it again, ``linked`` takes both for one.

    Args:
        buckets: a power of two. Shingle keys fall into the buckets below it, by their leading bits; head keys into as
            many from it on. What is known of documents goes, packed in place of keys, into as many from there on.
    """
    bits, most = buckets.bit_length() - 1, min(BUNDLE * buckets, WAITING)

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        waiting: list[tuple[Ints, sketch_batch.Sketches]] = []
        known: list[tuple[Any, ...]] = []
        seen: set[bytes] = set()
        count = 0
        for batch in batches:
            encoded = batch.column("text").cast(pa.binary()).to_pylist()
            texts: list[Any] = [None if one is None else one.decode() for one in encoded]
            digests = [None if one is None else hashlib.sha256(one).digest() for one in encoded]  # model.text_number
            numbers, rests = _halves(digests)
            place = 2 * buckets + int(numbers[:1].sum()) % buckets
            known.append((place, 0, pack(_identities(batch, texts, numbers, rests)), None, None))
            fresh = _unseen(batch.column("id"), digests, seen)
            numbers, first = numbers[fresh], 0
            for block in symbols_batch.blocks(texts[place] for place in fresh):
                part = sketch_batch.sketch_block(block)
                waiting.append((numbers[first : first + len(block)], part._replace(symbols=part.symbols[:0].copy())))
                first += len(block)
                count += len(part.keys) + len(block)
                if count >= most:
                    yield _bundled(waiting, bits, known)
                    waiting, known, count = [], [], 0
                    seen.clear()
        if waiting or known:
            yield _bundled(waiting, bits, known)

    return stage


def _halves(digests: Sequence[bytes | None]) -> tuple[Ints, Ints]:
    """The numbers that the first 64 bits of digests make, and the next 64; 0 where there is none."""
    words = np.frombuffer(b"".join(one or bytes(32) for one in digests), ">i8").reshape(-1, 4).astype(np.int64)
    return words[:, 0].copy(), words[:, 1].copy()


def _identities(batch: pa.RecordBatch, texts: Sequence[str | None], numbers: Ints, rests: Ints) -> pa.RecordBatch:
    """Write what tells the documents of a batch apart, as ``IDENTITY``."""
    missing = np.array([text is None for text in texts], bool)
    length = pa.array([None if text is None else len(text) for text in texts], pa.int32())
    told = pa.array(numbers, mask=missing), pa.array(rests, mask=missing), length
    return pa.RecordBatch.from_arrays([batch.column("id"), *told], schema=IDENTITY)


def _unseen(ids: pa.Array, digests: Sequence[bytes | None], seen: set[bytes]) -> list[int]:
    """Find documents whose id and text are new, and add them to ``seen``."""
    fresh = []
    for place, (named, digest) in enumerate(zip(ids.is_valid().to_pylist(), digests, strict=True)):
        if named and digest is not None and digest not in seen:
            seen.add(digest)
            fresh.append(place)
    return fresh


def _bundled(
    waiting: Sequence[tuple[Ints, sketch_batch.Sketches]], bits: int, others: Sequence[tuple[Any, ...]]
) -> pa.RecordBatch:
    """The keys and head keys of some blocks, sorted into buckets, and other rows of ``BUNDLES``."""
    if not waiting:
        return batch_of(others, BUNDLES)
    sizes = np.concatenate([np.diff(part.key_bounds) for _, part in waiting])
    documents = np.empty(len(sizes), DOCUMENT)
    documents["short"] = np.concatenate([-np.diff(part.bounds) for _, part in waiting])
    documents["size"] = sizes
    documents["head"] = heads = np.concatenate([part.heads for _, part in waiting])
    documents["content"] = np.concatenate([part.content() for _, part in waiting])
    documents["number"] = np.concatenate([numbers for numbers, _ in waiting])
    key = np.concatenate([part.keys for _, part in waiting])
    begun = np.flatnonzero(heads)
    rows = [
        *others,
        *_sorted_out(key, np.repeat(np.arange(len(sizes)), sizes), ZEROS, bits, documents),
        *((bucket + (1 << bits), *row) for bucket, *row in _sorted_out(heads[begun], begun, 0, bits, documents)),
    ]
    return batch_of(rows, BUNDLES)


def _sorted_out(
    key: Keys, owner: Ints, zeros: int, bits: int, documents: NDArray[Any]
) -> Iterator[tuple[int, int, bytes, bytes, bytes]]:
    """Rows of ``BUNDLES``; ``owner`` ascends, and so it does in every bundle."""
    bucket = (key >> np.uint64(64 - zeros - bits)).astype(np.uint16) if bits else np.zeros(len(key), np.uint16)
    order = np.argsort(bucket, kind="stable")  # of 16 bits: counted out, not compared
    packed, owner, bucket = _narrow(key[order], zeros), owner[order], bucket[order]
    for start, end in _runs(bucket):
        begins = _begins(owner[start:end])
        counts = np.diff(begins, append=end - start).astype(np.uint32)
        named = documents[owner[start:end][begins]]
        yield int(bucket[start]), end - start, packed[start:end].tobytes(), counts.tobytes(), named.tobytes()


def _narrow(key: Keys, zeros: int) -> NDArray[np.uint8]:
    """The leading bits of keys but so many zeros, ``_WIDTH`` bytes each."""
    words = (key << np.uint64(zeros)) >> np.uint64(64 - join.KEPT)
    return np.ascontiguousarray(words.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :_WIDTH])


def _widened(packed: bytes, zeros: int) -> Keys:
    """Keys again, without the bits that are not compared."""
    words = np.zeros((len(packed) // _WIDTH, 8), np.uint8)
    words[:, :_WIDTH] = np.frombuffer(packed, np.uint8).reshape(-1, _WIDTH)
    return (words.view("<u8").ravel() << np.uint64(64 - join.KEPT)) >> np.uint64(zeros)


def _owners(counts: bytes) -> Ints:
    """The place of each key's document in a bundle."""
    often = np.frombuffer(counts, np.uint32)
    return np.repeat(np.arange(len(often)), often)


def _runs(values: NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Bounds of the stretches of equal values."""
    return pairwise([*_begins(values).tolist(), len(values)])


def _begins(values: NDArray[Any]) -> Ints:
    """Find the beginnings of stretches of equal values."""
    fresh = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return np.flatnonzero(fresh)


def linked(buckets: int, hot: int, parts: int, crowded: int) -> Stage:
    """Bundles, all those of a bucket, to its edges: who shares how many of its keys with whom.

    Args:
        buckets: as for ``sketched``.
        hot: documents of a key from which it gives star edges alone.
        parts: over which the edges are spread, all edges of a pair in one.
        crowded: keys from which a bucket is too full to be held; this is said of it, and nothing else.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held: dict[int, list[tuple[bytes, bytes, bytes]]] = {}
        weights: dict[int, int] = {}
        others: list[tuple[int, None, bytes | None]] = []
        for bucket, weight, *bundle in rows_of(batches, "bucket", "weight", "keys", "counts", "documents"):
            if bucket >= 2 * buckets:
                others.append((bucket % parts, None, bundle[0]))
                continue
            weights[bucket] = weights.get(bucket, 0) + weight
            if weights[bucket] < crowded:
                held.setdefault(bucket, []).append((bundle[0], bundle[1], bundle[2]))
            else:
                held.pop(bucket, None)
        others += [(bucket % parts, None, None) for bucket, weight in weights.items() if weight >= crowded]
        yield batch_of(others, EDGES)
        while held:
            bucket, group = held.popitem()
            yield _spread(bucket >= buckets, _linked(bucket >= buckets, group, buckets, hot), parts)

    return stage


def _linked(heads: bool, group: Sequence[tuple[bytes, bytes, bytes]], buckets: int, hot: int) -> NDArray[Any]:
    """The edges of one bucket."""
    known = [np.frombuffer(row[2], DOCUMENT) for row in group]
    firsts = np.cumsum([0, *map(len, known)]).tolist()
    owner = np.concatenate([_owners(row[1]) + first for row, first in zip(group, firsts, strict=False)])
    zeros = 0 if heads else ZEROS
    key = np.concatenate([_widened(row[0], zeros) for row in group])
    documents = np.concatenate(known)
    order = _order(documents)
    fresh = np.append(True, np.diff(documents["number"][order]) != 0)  # what several tasks bundled is one text
    rank = np.empty(len(order), np.uint64)
    rank[order] = np.cumsum(fresh) - 1
    order = order[fresh]
    width = max(1, len(order).bit_length())
    shared_bits = buckets.bit_length() - 1
    words = join.pack(key, rank[owner], width, shared_bits + zeros, join.KEPT - shared_bits)
    low, high, shared = join.counted(join.edges(words, width, hot))
    low, high = order[low], order[high]
    found = np.empty(len(low), EDGE)
    found["low"], found["high"] = documents["number"][low], documents["number"][high]
    found["shared"] = shared
    found["least"] = np.minimum(documents["size"][low], documents["size"][high])
    return found


def _order(documents: NDArray[Any]) -> Ints:
    """Sort by ``ORDER``: by one word that is nearly the same order, and in full where that word is the same."""
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
    """Bundles to one row per document and key: for buckets that no single task should hold."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for bucket, packed, counts, documents in rows_of(batches, "bucket", "keys", "counts", "documents"):
            key = _widened(packed, ZEROS if bucket < buckets else 0)
            owner, known = _owners(counts), np.frombuffer(documents, DOCUMENT)
            order = np.lexsort((key, owner))
            key, owner = key[order], owner[order]
            fresh = np.append(True, (key[1:] != key[:-1]) | (owner[1:] != owner[:-1]))  # a shingle repeated in a text
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
    """Edges, all those of a part, to the texts that verifying needs, by number.

    The partners of a text (its ``centre``) go into groups by their salt, and the text itself into each of these.
    All is packed: ``wanted`` texts (``WANTED``), what is ``known`` of documents (``IDENTITY``), ``crowded`` buckets.
    """
    parts: dict[int, dict[bool, list[NDArray[Any]]]] = {}
    for part, heads, edges in rows_of(batches, "part", "heads", "edges"):
        if edges is None:
            yield batch_of([("crowded", 1, None)], PACKED)
        elif heads is None:
            count = sum(map(len, unpack([edges])))
            yield batch_of([("known", count, edges)], PACKED)
        else:
            parts.setdefault(part, {}).setdefault(heads, []).append(np.frombuffer(edges, EDGE))
    while parts:
        _, found = parts.popitem()
        texts = _asked(np.concatenate([_worth(heads, np.concatenate(some)) for heads, some in found.items()]))
        yield batch_of([("wanted", len(texts), pack(texts))], PACKED)


def _asked(pairs: Ints) -> pa.RecordBatch:
    """The texts of pairs, as ``WANTED``."""
    centre, partner = _distinct(*pairs.T)
    salt = _salt(partner).astype(np.int64)
    group, group_salt = _distinct(centre, salt)
    columns = (
        np.concatenate([group, partner]),
        np.concatenate([group, centre]),
        np.concatenate([group_salt, salt]).astype(np.int32),
    )
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=WANTED)


def _distinct(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Each pair of numbers once."""
    order, begins = _grouped(first, second)
    return first[order[begins]], second[order[begins]]


def _grouped(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """An order in which equal pairs of numbers lie on end, and where in it every pair begins."""
    mixed = first.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) ^ second.view(np.uint64)
    order = np.argsort(mixed)  # one sort of words; where different pairs make one word, two of numbers
    if len(_begins(mixed[order])) != len(begins := _pairs_begin(first[order], second[order])):
        order = np.lexsort((second, first))
        begins = _pairs_begin(first[order], second[order])
    return order, begins


def _pairs_begin(first: Ints, second: Ints) -> Ints:
    fresh = np.ones(len(first), bool)
    np.logical_or(first[1:] != first[:-1], second[1:] != second[:-1], out=fresh[1:])
    return np.flatnonzero(fresh)


def _worth(heads: bool, found: NDArray[Any]) -> Ints:
    """Pairs (low, high) worth verifying, given all edges between them."""
    order, begins = _grouped(np.ascontiguousarray(found["low"]), np.ascontiguousarray(found["high"]))
    shared = np.add.reduceat(found["shared"][order], begins, dtype=np.int64)
    one = found[order[begins]]
    chosen = one[worth(0 if heads else shared, one["least"], heads)]
    return np.stack([chosen["low"], chosen["high"]], axis=1)
