"""Parquet, with the extra ``parquet``: the columns that are asked for, some rows at a time."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers.entries import Empty
from feedtools.readers.fields import SYNTAX, date, dumps, identity, syntax
from feedtools.readers.parquet_sizes import page_sizes
from feedtools.readers.streams import FREE_BYTES, MAX_RATIO, listed, optional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

ROWS = 1024
"""Rows that are in memory at once."""
_HELD, _LEAST = 1 << 25, 16
"""Bytes that the texts of a batch may take for next to nothing in the file, and the fewest rows of a batch."""
ROW = 100
"""Bytes that a row counts for besides its text: an article takes that much, and a column may repeat one for nothing."""


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the strings of the text column; ``Article.line`` is the number of the row, from 1.

    Raises:
        ReadError: no Parquet file, no such column of strings, or one that unpacks to many times its size.
    """
    pyarrow = optional("pyarrow", "parquet", "reading Parquet", source)
    files = optional("pyarrow.parquet", "parquet", "reading Parquet", source)
    if not stream.seekable():
        raise ReadError("Parquet is read from its end; it cannot come from a pipe or a packed file", path=source)
    key = options.text_key
    limit = max(FREE_BYTES, MAX_RATIO * stream.seek(0, io.SEEK_END))
    try:
        plain = files.ParquetFile(stream)
        _check(plain, key, source, pyarrow, limit)
        wanted = _wanted(plain.schema_arrow, options)
        sizes = page_sizes(stream, _leaves(plain, wanted), limit)
        if sizes.unpacked > limit:
            raise _too_much(source)
        rows, as_one = _batch_size(sizes.shared)
        # Read ahead, all that was read of the file would be held until its end.
        table = files.ParquetFile(stream, read_dictionary=[key] * as_one, metadata=plain.metadata, pre_buffer=False)
        number = given = 0
        empty = Empty(source, "row")
        for batch in table.iter_batches(batch_size=rows, columns=wanted):
            origins, marked = _origins(batch, options), _syntaxes(batch)
            for text in _strings(_column(batch, key), pyarrow):
                number += 1
                origin, noted = next(origins), next(marked)
                given += ROW + len(text or "") + (len(origin.fields) if origin else 0)
                if given > limit:
                    raise _too_much(source)
                if text is not None and text.strip():
                    yield Article(source, number, text, False, noted, origin)
                else:
                    empty.add(number)
        empty.say(on_error)
    except (pyarrow.ArrowException, ValueError, IndexError) as error:
        said = " ".join(str(error).split())
        raise ReadError(f"not a readable Parquet file: {said}", path=source) from error


def _batch_size(shared: int) -> tuple[int, bool]:
    """Number of rows to read at once, and whether equal texts have to stay one for that, which takes ten times as long.

    Args:
        shared: see ``PageSizes``: a text may be as long, and come in every row.
    """
    rows = min(ROWS, _HELD // max(1, shared))
    return (rows, False) if rows >= _LEAST else (ROWS, True)


def _too_much(source: str) -> ReadError:
    return ReadError(f"unpacks to more than {MAX_RATIO} times its size, as no text does", path=source)


def _wanted(schema: Any, options: ReadOptions) -> list[str] | None:
    """The columns to read: the text, its identity, date and syntax, or all of them."""
    if options.fields:
        return None
    named = (options.id_key, options.date_key, SYNTAX)
    return [options.text_key, *(key for key in named if key in schema.names and key != options.text_key)]


def _column(batch: Any, key: str) -> Any:
    """The column of a name, or the one inside another that a way of names leads to."""
    if key in batch.schema.names:
        return batch.column(batch.schema.names.index(key))
    head, *rest = key.split(".")
    column = batch.column(batch.schema.names.index(head))
    for name in rest:
        column = column.field(name)
    return column


def _origins(batch: Any, options: ReadOptions) -> Iterator[Provenance | None]:
    """Yield the provenance of each row: its id, its date, and its other fields if they are wanted."""
    if options.fields:
        rows = batch.to_pylist()
    else:
        named = [key for key in (options.id_key, options.date_key) if key in batch.schema.names]
        rows = batch.select([key for key in named if key != options.text_key]).to_pylist()
        if not rows:  # pyarrow: no column, no rows
            rows = [{}] * batch.num_rows
    for row in rows:
        own, day = identity(row, options.id_key), date(row, options.date_key)
        yield Provenance(own, dumps(row) if options.fields else "", date=day) if own or day or options.fields else None


def _syntaxes(batch: Any) -> Iterator[str]:
    """Yield the syntax that each row notes for its text."""
    if SYNTAX not in batch.schema.names:
        yield from [""] * batch.num_rows
        return
    for value in _column(batch, SYNTAX).to_pylist():
        yield syntax({SYNTAX: value})


def _check(table: Any, key: str, source: str, pyarrow: Any, limit: int) -> None:
    """Make sure that there is such a column of strings, and that the table does not unpack beyond measure."""
    kind = _kind(table.schema_arrow, key, source)
    value = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    if not (pyarrow.types.is_string(value) or pyarrow.types.is_large_string(value)):
        raise ReadError(f'column "{key}" holds {value}; expected strings', path=source)
    # What is said of single columns is not asked for: pyarrow ends the process where that is damaged.
    groups = (table.metadata.row_group(number) for number in range(table.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > limit:
        raise _too_much(source)


def _kind(schema: Any, key: str, source: str) -> Any:
    """The type of a column, or of one inside another."""
    if key in schema.names:
        return schema.field(schema.names.index(key)).type
    head, *rest = key.split(".")
    kind: Any = schema.field(schema.names.index(head)).type if rest and head in schema.names else None
    for name in rest:
        if kind is None:
            break
        place = kind.get_field_index(name) if hasattr(kind, "get_field_index") else -1
        kind = kind.field(place).type if place >= 0 else None
    if kind is None:
        message = f'no column "{key}" (the columns: {listed(schema.names)}); name it with --text-key'
        raise ReadError(message, path=source)
    return kind


def _leaves(table: Any, names: list[str] | None) -> list[int]:
    """Numbers of the columns on the disk that belong to some names, or to all; there may be several of a name."""
    leaves = table.metadata.schema
    paths = (leaves.column(number).path for number in range(len(leaves)))
    return [number for number, path in enumerate(paths) if names is None or path in names]


def _strings(column: Any, pyarrow: Any) -> Iterator[str | None]:
    """The column's values; equal strings of a dictionary stay one string, so that a repeated one takes no memory."""
    if pyarrow.types.is_dictionary(column.type):
        used = column.indices.unique().drop_null()  # a dictionary holds those of all batches before, too
        values = dict(zip(used.to_pylist(), column.dictionary.take(used).to_pylist(), strict=True))
        yield from map(values.get, column.indices.to_pylist())
    else:
        yield from column.to_pylist()
