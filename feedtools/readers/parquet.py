"""Parquet, with the extra ``parquet``: the text column alone, some rows at a time."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.parquet_sizes import unpacked
from feedtools.readers.streams import FREE_BYTES, MAX_RATIO, listed, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

ROWS = 1024
"""Rows that are in memory at once."""
ROW = 100
"""Bytes that a row counts for besides its text: an article takes that much, and a column may repeat one for nothing."""


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the strings of the text column; ``Article.line`` is the number of the row, from 1.

    Raises:
        ReadError: no Parquet file, no such column of strings, or one that unpacks to many times its size.
    """
    pyarrow = optional("pyarrow", "parquet", "reading Parquet", source)
    files = optional("pyarrow.parquet", "parquet", "reading Parquet", source)
    if not stream.seekable():
        raise ReadError("Parquet is read from its end; it cannot come from a pipe or a packed file", path=source)
    key = options.text_key
    size = stream.seek(0, io.SEEK_END)
    limit = max(FREE_BYTES, MAX_RATIO * size)
    try:
        plain = files.ParquetFile(stream)
        columns = _check(plain, key, source, pyarrow, limit)
        if unpacked(stream, columns, limit) > limit:
            raise _too_much(source)
        table = files.ParquetFile(stream, read_dictionary=[key], metadata=plain.metadata)
        number = given = 0
        for batch in table.iter_batches(batch_size=ROWS, columns=[key]):
            for text in _strings(batch.column(0), pyarrow):
                number += 1
                given += ROW + len(text or "")
                if given > limit:
                    raise _too_much(source)
                if text is not None and text.strip():
                    yield Article(source, number, text, verbatim=False)
    except (pyarrow.ArrowException, ValueError, IndexError) as error:
        said = " ".join(str(error).split())
        raise ReadError(f"not a readable Parquet file: {said}", path=source) from error


def _too_much(source: str) -> ReadError:
    return ReadError(f"unpacks to more than {MAX_RATIO} times its size, as no text does", path=source)


def _check(table: Any, key: str, source: str, pyarrow: Any, limit: int) -> list[int]:
    """Numbers of the columns of that name, of which there may be several."""
    schema = table.schema_arrow
    if key not in schema.names:
        raise ReadError(
            f'no column "{key}" (the columns: {listed(schema.names)}); name it with --text-key', path=source
        )
    kind = schema.field(key).type
    value = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    if not (pyarrow.types.is_string(value) or pyarrow.types.is_large_string(value)):
        raise ReadError(f'column "{key}" holds {value}; expected strings', path=source)
    # What is said of single columns is not asked for: pyarrow ends the process where that is damaged.
    groups = (table.metadata.row_group(number) for number in range(table.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > limit:
        raise _too_much(source)
    leaves = table.metadata.schema
    return [number for number in range(len(leaves)) if leaves.column(number).path == key]


def _strings(column: Any, pyarrow: Any) -> Iterator[str | None]:
    """The column's values; equal strings stay one string, so that a repeated one takes no memory."""
    if pyarrow.types.is_dictionary(column.type):
        values = column.dictionary.to_pylist()
        for index in column.indices.to_pylist():
            yield None if index is None else values[index]
    else:
        yield from column.to_pylist()
