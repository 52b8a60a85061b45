"""The seam: the deduplicator's stages as pure functions over Arrow record batches. No engine is imported here.

Documents are named by their id, which is also their place in the order of keepers. What the join needs of documents
travels in bundles: the keys of many documents that fall into one bucket, packed as one value, so that an engine moves
thousands of keys as one row and the join itself is that of ``feedtools.join``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from feedtools import cluster, join, kernel, match
from feedtools.duplicates import describe, links
from feedtools.model import Block, Match
from feedtools.sketch import SCALE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Keys = NDArray[np.uint64]
    Stage = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

ORDER = ("short", "head", "content", "id")
"""Columns by which documents sort as the local engine numbers them: longest first, then by what depends on the text."""
BUNDLE = 1 << 14
"""Keys a bundle is to hold, and the most that wait in all bundles of a task."""
WAITING = 1 << 22
_SIGN = np.uint64(1 << 63)
_ZEROS = SCALE.bit_length() - 1
"""Leading bits that are zero in every gram key."""

DOCUMENTS = pa.schema(
    [
        ("short", pa.int32()),
        ("head", pa.int64()),
        ("content", pa.int64()),
        ("id", pa.string()),
        ("size", pa.int32()),
    ]
)
_OWNED = pa.schema([("key", pa.uint64()), ("owner", pa.uint32())])
BUNDLES = pa.schema([("bucket", pa.int32()), ("weight", pa.int64()), ("keys", pa.binary()), ("documents", pa.binary())])
KEYS = pa.schema([("bucket", pa.int32()), ("key", pa.int64()), *DOCUMENTS])
EDGES = pa.schema(
    [
        ("heads", pa.bool_()),
        ("low", pa.string()),
        ("high", pa.string()),
        ("shared", pa.int64()),
        ("least", pa.int32()),
    ]
)
MATCHES = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("kind", pa.string()),
        ("coverage_a", pa.float64()),
        ("coverage_b", pa.float64()),
        ("similarity", pa.float64()),
        ("evidence", pa.list_(pa.list_(pa.int32()))),
    ]
)
FACTS = ("symbols_a", "damage_a", "symbols_b", "damage_b")
VERIFIED = pa.schema([*MATCHES, *((name, pa.int32()) for name in FACTS)])
ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("cluster", pa.string()),
        ("action", pa.string()),
        ("kind", pa.string()),
        ("similarity", pa.float64()),
        ("coverage", pa.float64()),
        ("how", pa.string()),
    ]
)
"""``how``: what the copy is, in words, as a reason of ``clean`` has it."""
APART = "apart"
"""The action of a row that says of a match (``a`` as id, ``b`` as cluster) that it joined nothing."""


def bundles(buckets: int) -> Stage:
    """Documents (id, text) to bundles of their keys.

    Args:
        buckets: a power of two. Gram keys fall into the buckets below it, by their leading bits; head keys into as
            many from it on.
    """
    bits = buckets.bit_length() - 1

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        waiting: list[tuple[pa.Array, kernel.Sketches]] = []
        count = 0
        for batch in batches:
            ids, first = batch.column("id"), 0
            for block in kernel.blocks(batch.column("text").to_pylist()):
                part = kernel.sketch_block(block)
                waiting.append((ids.slice(first, len(block)), part._replace(symbols=part.symbols[:0].copy())))
                first += len(block)
                count += len(part.keys)
                if count >= min(BUNDLE * buckets, WAITING):
                    yield _bundled(waiting, bits)
                    waiting, count = [], 0
        if waiting:
            yield _bundled(waiting, bits)

    return stage


def _bundled(waiting: Sequence[tuple[pa.Array, kernel.Sketches]], bits: int) -> pa.RecordBatch:
    """The keys and head keys of some blocks, sorted into buckets."""
    sizes = np.concatenate([np.diff(part.key_bounds) for _, part in waiting])
    heads = np.concatenate([part.heads for _, part in waiting])
    columns = [
        np.concatenate([-np.diff(part.bounds) for _, part in waiting]).astype(np.int32),
        _ordered(heads),
        _ordered(np.concatenate([_content(part) for _, part in waiting])),
        pa.concat_arrays([ids.cast(pa.string()) for ids, _ in waiting]),
        sizes.astype(np.int32),
    ]
    documents = pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=DOCUMENTS)
    key = np.concatenate([part.keys for _, part in waiting])
    begun = np.flatnonzero(heads)
    rows = [
        *_sorted_out(key, np.repeat(np.arange(len(sizes)), sizes), _ZEROS, bits, documents),
        *((bucket + (1 << bits), *row) for bucket, *row in _sorted_out(heads[begun], begun, 0, bits, documents)),
    ]
    return _batch(rows, BUNDLES)


def _sorted_out(key: Keys, owner: Ints, zeros: int, bits: int, documents: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    bucket = (key >> np.uint64(64 - zeros - bits)).astype(np.int64) if bits else np.zeros(len(key), np.int64)
    order = np.argsort(bucket, kind="stable")
    key, owner, bucket = key[order], owner[order], bucket[order]
    for start, end in _runs(bucket):
        named, place = np.unique(owner[start:end], return_inverse=True)
        owned = pa.RecordBatch.from_arrays([pa.array(key[start:end]), pa.array(place.astype(np.uint32))], schema=_OWNED)
        yield int(bucket[start]), end - start, _packed(owned), _packed(documents.take(pa.array(named)))


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


def _ordered(values: Keys) -> Ints:
    """Unsigned numbers as signed ones that sort alike."""
    return (values ^ _SIGN).view(np.int64)


def _packed(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _unpacked(data: bytes) -> pa.RecordBatch:
    return pa.ipc.open_stream(data).read_next_batch()


def linked(buckets: int, hot: int) -> Stage:
    """Bundles, those of one bucket on end, to the edges of every bucket: who shares how many of its keys with whom.

    Args:
        buckets: as for ``bundles``.
        hot: documents of a key from which it gives star edges alone.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = ((bucket, keys, documents) for batch in batches for bucket, keys, documents in _bundle_rows(batch))
        for bucket, group in groupby(rows, key=itemgetter(0)):
            yield _linked(bucket >= buckets, [(keys, documents) for _, keys, documents in group], buckets, hot)

    return stage


def _bundle_rows(batch: pa.RecordBatch) -> Iterator[tuple[int, bytes, bytes]]:
    columns = (batch.column(name).to_pylist() for name in ("bucket", "keys", "documents"))
    return zip(*columns, strict=True)


def _linked(heads: bool, group: Sequence[tuple[bytes, bytes]], buckets: int, hot: int) -> pa.RecordBatch:
    """The edges of one bucket."""
    owned = [_unpacked(keys) for keys, _ in group]
    parts = [_unpacked(documents) for _, documents in group]
    documents = pa.Table.from_batches(parts, DOCUMENTS)
    order = pc.sort_indices(documents, sort_keys=[(name, "ascending") for name in ORDER])
    rank = np.empty(len(order), np.uint64)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.uint64)
    firsts = np.cumsum([0, *(len(part) for part in parts)])
    owner = np.concatenate(
        [part.column("owner").to_numpy() + first for part, first in zip(owned, firsts.tolist(), strict=False)]
    )
    key = np.concatenate([part.column("key").to_numpy() for part in owned])
    width = max(1, len(order).bit_length())
    same = buckets.bit_length() - 1 + (0 if heads else _ZEROS)  # leading bits that all keys of the bucket share
    low, high, shared = join.counted(join.edges(join.pack(key, rank[owner], width, same), width, hot))
    names, sizes = documents.column("id").take(order), documents.column("size").take(order).to_numpy()
    columns = [
        pa.array(np.full(len(low), heads)),
        *(names.take(pa.array(side)).combine_chunks() for side in (low, high)),
        pa.array(shared),
        pa.array(np.minimum(sizes[low], sizes[high]).astype(np.int32)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EDGES)


def keys(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Bundles to one row a document and key: for buckets that no single task should hold."""
    for batch in batches:
        for bucket, packed, documents in _bundle_rows(batch):
            owned, known = _unpacked(packed), _unpacked(documents)
            key, owner = owned.column("key").to_numpy(), owned.column("owner").to_numpy()
            order = np.lexsort((key, owner))
            key, owner = key[order], owner[order]
            fresh = np.append(True, (key[1:] != key[:-1]) | (owner[1:] != owner[:-1]))  # a gram repeated in a text
            key, owner = key[fresh], owner[fresh]
            columns = [pa.array(np.full(len(key), bucket, np.int32)), pa.array(key.view(np.int64))]
            yield pa.RecordBatch.from_arrays([*columns, *known.take(pa.array(owner)).columns], schema=KEYS)


def verified(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Candidate pairs (a, text_a, b, text_b; ``b`` is the longer) to matches with evidence and what decides keepers."""
    for batch in batches:
        columns = [batch.column(name).to_pylist() for name in ("a", "text_a", "b", "text_b")]
        symbols = [_symbols(columns[1]), _symbols(columns[3])]
        found = []
        for a, text_a, b, text_b, symbols_a, symbols_b in zip(*columns, *symbols, strict=True):
            made = match.match_symbols(symbols_a, symbols_b, text_a, text_b, 0, 1)
            if made is not None:
                found.append(_match_row(made, (a, b), (text_a, text_b), (len(symbols_a), len(symbols_b))))
        yield _batch(found, VERIFIED)


def _symbols(texts: list[str]) -> list[str]:
    return [one for block in kernel.blocks(texts) for one in kernel.strings(*kernel.symbol_block(block))]


def _match_row(made: Match, ids: Sequence[str], texts: Sequence[str], sizes: Sequence[int]) -> tuple[Any, ...]:
    a, b = made.a, made.b
    explained = match.explain(made, texts[a], texts[b])
    figures = (made.kind, made.coverage_a, made.coverage_b, made.similarity, [list(one) for one in explained.evidence])
    return ids[a], ids[b], *figures, sizes[a], match.damage(texts[a]), sizes[b], match.damage(texts[b])


def resolved(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Matches, those of one component on end, to one row for every clustered document.

    Columns: component, those of ``VERIFIED``, and in place of the evidence where in ``b`` it ``begins`` and ``ends``;
    exact copies need no facts. A component may run
    over several batches; it is held in memory.
    """
    rows = (row for batch in batches for row in batch.to_pylist())
    portion: list[tuple[Any, ...]] = []
    for _, component in groupby(rows, key=itemgetter("component")):
        portion += cluster_rows(list(component))
        if len(portion) > 10_000:
            yield _batch(portion, ROWS)
            portion = []
    yield _batch(portion, ROWS)


def cluster_rows(component: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """The clusters of one component's matches, as rows of ``ROWS``, and the matches that joined nothing.

    Ids are numbered in their order.
    """
    facts = _facts(component)
    ids = sorted(facts)
    number = {name: place for place, name in enumerate(ids)}
    matches = [_match(row, number) for row in component]

    def keeper(members: list[int]) -> int:
        return min(members, key=lambda member: (*facts[ids[member]], member))

    home: dict[int, int] = {}
    for found in cluster.clusters(sorted(matches), keeper):
        keep = ids[found.keep]
        home |= dict.fromkeys((found.keep, *found.drop), found.keep)
        yield keep, keep, "keep", None, None, None, None
        tied = links(found)
        for drop in found.drop:
            tie = tied[drop]
            coverage, other = (tie.coverage_a, tie.b) if tie.a == drop else (tie.coverage_b, tie.a)
            how = describe(tie, drop, ids[other]) + ("" if other == found.keep else f", which repeats {keep}")
            yield ids[drop], keep, "drop", tie.kind, tie.similarity, coverage, how
    for one in matches:
        if home.get(one.a, -1) != home.get(one.b, -2):
            yield ids[one.a], ids[one.b], APART, None, None, None, None


def _match(row: dict[str, Any], number: dict[str, int]) -> Match:
    evidence = () if row["begins"] is None else (Block(0, 0, row["begins"], row["ends"]),)
    coverage = row["coverage_a"], row["coverage_b"]
    return Match(number[row["a"]], number[row["b"]], row["kind"], *coverage, row["similarity"], evidence)


def _facts(component: Sequence[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Symbols (less is first) and damage of each document; exact copies have those of the text they repeat."""
    facts: dict[str, tuple[int, int]] = {}
    for row in component:
        if row["kind"] != "exact":
            for side in ("a", "b"):
                facts[row[side]] = (-row[f"symbols_{side}"], row[f"damage_{side}"])
    for row in component:
        if row["kind"] == "exact":
            facts[row["a"]] = facts.setdefault(row["b"], (0, 0))
    return facts


def _batch(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
