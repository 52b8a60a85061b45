"""Many small rows as one large one: an engine moves a few large values for less than many small ones."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa

Stage = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

PACKED = pa.schema([("kind", pa.string()), ("rows", pa.int64()), ("packed", pa.binary())])
"""``rows`` of some kind, of which each has a schema, in Arrow's stream format."""


_MOST = (1 << 31) - 1
"""Bytes that an array of Arrow holds."""


def in_worker(stage: Stage, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Run a stage in a process of the engine's, whose own objects no garbage collection walks over any more."""
    gc.freeze()
    return stage(batches)


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
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(schema)
    made = [
        _joined(values) if field.type == pa.binary() else pa.array(values, field.type)
        for field, values in zip(schema, columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(made, schema=schema)


def _joined(values: Sequence[bytes | None]) -> pa.Array:
    """Values of bytes as an array; one that grows with each of them takes twice as long."""
    ends = list(accumulate((len(value or b"") for value in values), initial=0))
    if ends[-1] > _MOST:
        return pa.array(values, pa.binary())  # which says what is wrong
    there = pa.array([value is not None for value in values], pa.bool_()).buffers()[1]
    data = pa.py_buffer(b"".join(value for value in values if value is not None))
    return pa.Array.from_buffers(pa.binary(), len(values), [there, pa.py_buffer(array("i", ends)), data])
