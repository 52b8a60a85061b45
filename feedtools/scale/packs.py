"""Many small rows as one large one: an engine moves a few large values for less than many small ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

Stage = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

PACKED = pa.schema([("kind", pa.string()), ("rows", pa.int64()), ("packed", pa.binary())])
"""``rows`` of some kind, of which each has a schema, in Arrow's stream format."""


def pack(batch: pa.RecordBatch) -> bytes:
    """A batch as one value."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def unpack(values: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    """The batches that such values were made of."""
    for value in values:
        yield from pa.ipc.open_stream(value)


def unpacked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Packed batches (``packed``) to their rows."""
    for batch in batches:
        yield from unpack(batch.column("packed").to_pylist())


def rows_of(batches: Iterable[pa.RecordBatch], *names: str) -> Iterator[tuple[Any, ...]]:
    """The rows of batches, of each the named columns."""
    for batch in batches:
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def batch_of(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as a record batch."""
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
