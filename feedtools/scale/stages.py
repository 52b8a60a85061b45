"""The seam: the deduplicator's stages as pure functions over Arrow record batches. No engine is imported here.

Documents are named by their id, which is also their place in the order of keepers. Columns that order documents
(``short``, ``head``, ``content``, ``id``) sort as the local engine numbers them: longest first, then by what depends
on the text alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from feedtools import cluster, kernel, match, normal
from feedtools.duplicates import links
from feedtools.model import Match, digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]

GRAM_KEY, HEAD_KEY = 0, 1
"""Kinds of keys: a gram's, or that of a document's first symbols."""
_SIGN = np.uint64(1 << 63)

IDENTITIES = pa.schema([("id", pa.string()), ("text", pa.string()), ("digest", pa.binary())])
KEYS = pa.schema(
    [
        ("key", pa.int64()),
        ("kind", pa.int8()),
        ("short", pa.int32()),
        ("head", pa.int64()),
        ("content", pa.int64()),
        ("id", pa.string()),
        ("size", pa.int32()),
    ]
)
FACTS = pa.schema([("id", pa.string()), ("symbols", pa.int32()), ("damage", pa.int32())])
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
ROWS = pa.schema(
    [
        ("id", pa.string()),
        ("cluster", pa.string()),
        ("action", pa.string()),
        ("kind", pa.string()),
        ("similarity", pa.float64()),
        ("coverage", pa.float64()),
    ]
)


def identities(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents (id, text) with the digest of their text, by which exact copies are collapsed."""
    for batch in batches:
        pairs = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
        rows = [(str(i), text, digest(text)) for i, text in pairs if text is not None]
        yield _batch(rows, IDENTITIES)


def keys(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents (id, text) to one row a key, with the columns that order its document and its number of keys."""
    for batch in batches:
        ids, texts = batch.column("id"), batch.column("text").to_pylist()
        first = 0
        for block in kernel.blocks(texts):
            yield _key_rows(ids.slice(first, len(block)), kernel.sketch_block(block))
            first += len(block)


def _key_rows(ids: pa.Array, part: kernel.Sketches) -> pa.RecordBatch:
    sizes = np.diff(part.key_bounds)
    owner = np.repeat(np.arange(len(ids)), sizes)
    order = np.lexsort((part.keys, owner))
    owner, key = owner[order], part.keys[order]
    fresh = np.append(True, (owner[1:] != owner[:-1]) | (key[1:] != key[:-1]))[: len(key)]
    begun = np.flatnonzero(part.heads)
    owner, key = np.concatenate([owner[fresh], begun]), np.concatenate([key[fresh], part.heads[begun]])
    kind = np.full(len(key), GRAM_KEY, np.int8)
    kind[len(key) - len(begun) :] = HEAD_KEY
    columns = [
        key.view(np.int64),
        kind,
        -np.diff(part.bounds)[owner].astype(np.int32),
        _ordered(part.heads)[owner],
        _ordered(_content(part))[owner],
    ]
    arrays = [*map(pa.array, columns), ids.take(pa.array(owner)), pa.array(sizes[owner].astype(np.int32))]
    return pa.RecordBatch.from_arrays(arrays, schema=KEYS)


def _content(part: kernel.Sketches) -> Keys:
    """A number for each text that depends on its symbols alone: the sum of its keys."""
    sums = np.zeros(len(part.keys) + 1, np.uint64)
    np.cumsum(part.keys, out=sums[1:])
    return np.diff(sums[part.key_bounds])


def _ordered(values: Keys) -> NDArray[np.int64]:
    """Unsigned numbers as signed ones that sort alike."""
    return (values ^ _SIGN).view(np.int64)


def verified(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Candidate pairs (a, text_a, b, text_b; ``b`` is the longer) to matches with evidence."""
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in ("a", "text_a", "b", "text_b"))
        found = []
        for a, text_a, b, text_b in zip(*columns, strict=True):
            made = match.match_symbols(normal.symbols(text_a), normal.symbols(text_b), text_a, text_b, 0, 1)
            if made is not None:
                found.append(_match_row(made, (a, b), (text_a, text_b)))
        yield _batch(found, MATCHES)


def _match_row(made: Match, ids: Sequence[str], texts: Sequence[str]) -> tuple[Any, ...]:
    explained = match.explain(made, texts[made.a], texts[made.b])
    figures = (made.kind, made.coverage_a, made.coverage_b, made.similarity)
    return ids[made.a], ids[made.b], *figures, [list(block) for block in explained.evidence]


def exact(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Copies (id, first, length) to matches: every copy against the first of its text."""
    for batch in batches:
        columns = (batch.column(name).to_pylist() for name in ("id", "first", "length"))
        rows = [
            (copy, first, "exact", 1.0, 1.0, 1.0, [[0, length, 0, length]])
            for copy, first, length in zip(*columns, strict=True)
        ]
        yield _batch(rows, MATCHES)


def facts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents (id, text) to what decides which copy is kept: how complete and how damaged each is."""
    for batch in batches:
        ids, texts = batch.column("id").to_pylist(), batch.column("text").to_pylist()
        rows = [(i, len(normal.symbols(text)), match.damage(text)) for i, text in zip(ids, texts, strict=True)]
        yield _batch(rows, FACTS)


def resolved(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Matches in the order of their component, with the facts of both sides, to one row for every clustered document.

    Columns: component, those of ``MATCHES`` but the evidence, and symbols and damage of ``a`` and ``b``. A component
    may run over several batches; it is held in memory.
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
    """The clusters of one component's matches, as rows of ``ROWS``; ids are numbered in their order."""
    facts_of: dict[str, tuple[int, int]] = {}
    for row in component:
        for side in ("a", "b"):
            facts_of[row[side]] = (-row[f"symbols_{side}"], row[f"damage_{side}"])
    ids = sorted(facts_of)
    number = {name: place for place, name in enumerate(ids)}
    figures = ("kind", "coverage_a", "coverage_b", "similarity")
    matches = [Match(number[row["a"]], number[row["b"]], *(row[name] for name in figures)) for row in component]

    def keeper(members: list[int]) -> int:
        return min(members, key=lambda member: (*facts_of[ids[member]], member))

    for found in cluster.clusters(sorted(matches), keeper):
        keep = ids[found.keep]
        yield keep, keep, "keep", None, None, None
        tied = links(found)
        for drop in found.drop:
            tie = tied[drop]
            coverage = tie.coverage_a if tie.a == drop else tie.coverage_b
            yield ids[drop], keep, "drop", tie.kind, tie.similarity, coverage


def _batch(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
