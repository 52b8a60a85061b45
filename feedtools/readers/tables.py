"""CSV and TSV: one record per article, in the column that ``--text-key`` names."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers.entries import Empty
from feedtools.readers.fields import SYNTAX, dumps, syntax
from feedtools.readers.formats import suffix
from feedtools.readers.streams import listed
from feedtools.readers.transmission import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the articles of a table with a header line (RFC 4180; UTF-8, or UTF-16 with its mark, as Excel writes).

    A line ``sep=;`` before the header, which Excel writes and heeds, says what is between fields. ``Article.line`` is
    the line at which the record begins; quoted fields may hold line breaks.

    Raises:
        ReadError: the column is missing, the encoding is another, a quote is never closed, or a field is longer than
            ``MAX_LINE``; what was read before has been yielded.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))  # a global of that module; its default is 128 KiB
    encoding = _encoding(stream)
    text, number = io.TextIOWrapper(stream, encoding, newline=""), 1
    lines = _lines(text, source)
    try:
        empty = Empty(source, "record")
        header, delimiter, before = _opening(lines, source, options)
        rows = csv.reader(_chain(header, lines), delimiter=delimiter, strict=True)
        columns = _columns(next(rows, []), source, options)
        number = before + rows.line_num + 1
        for row in rows:
            if len(row) > columns.text:
                if row[columns.text].strip():
                    yield _article(source, number, row, columns, options)
                else:
                    empty.add(number)
            elif row:
                message = f"expected at least {columns.text + 1} fields, as the header says; found {len(row)}"
                on_error(ReadError(message, path=source, line=number))
            number = before + rows.line_num + 1
        empty.say(on_error)
    except csv.Error as error:
        raise ReadError(f"not a CSV record: {error}; reading stopped here", path=source, line=number) from error
    except UnicodeDecodeError as error:
        raise ReadError(
            f"not {encoding.removesuffix('-sig').upper()} ({error.reason}); save it as UTF-8", path=source, line=number
        ) from error
    finally:
        with suppress(ValueError):  # whoever opened the stream closes it, and may have done so
            text.detach()


def _opening(lines: Iterator[str], source: str, options: ReadOptions) -> tuple[str, str, int]:
    """The header line of a table, what is between fields, and the number of lines before it."""
    header = next(lines, "")
    if said := _SEPARATOR.fullmatch(header):
        return next(lines, ""), said[1], 1
    return header, _delimiter(header, source, options), 0


def _encoding(stream: IO[bytes]) -> str:
    head = stream.peek(2)[:2] if isinstance(stream, io.BufferedReader) else b""
    return "utf-16" if head in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"


class _Columns(NamedTuple):
    """Names of the columns, and the numbers of those that are read; -1 for one that is not there."""

    names: list[str]
    text: int
    id: int
    date: int
    syntax: int


def _columns(names: list[str], source: str, options: ReadOptions) -> _Columns:
    text = _column(names, source, options.text_key)
    rest = (names.index(key) if key in names else -1 for key in (options.id_key, options.date_key, SYNTAX))
    return _Columns(names, text, *rest)


def _article(source: str, number: int, row: list[str], columns: _Columns, options: ReadOptions) -> Article:
    """The article of a row, with its id, its date, and all its fields if they are wanted."""
    own, date, marked = (row[place] if 0 <= place < len(row) else "" for place in columns[2:])
    whole = _fields(columns.names, row) if options.fields else ""
    origin = Provenance(own, whole, date=date) if own or date or whole else None
    return Article(source, number, row[columns.text], False, syntax({SYNTAX: marked}), origin)


def _fields(head: list[str], row: list[str]) -> str:
    """A row as a JSON object; fields beyond the header have numbers."""
    names = [*head, *(f"column {number}" for number in range(len(head) + 1, len(row) + 1))]
    return dumps(dict(zip(names, row, strict=False)))


def _lines(text: IO[str], source: str) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise ReadError(f"line longer than {MAX_LINE // 2**20} MiB; expected CSV records", path=source, line=number)
        yield line


def _chain(header: str, lines: Iterator[str]) -> Iterator[str]:
    yield header
    yield from lines


def _delimiter(header: str, source: str, options: ReadOptions) -> str:
    if options.input_format == "tsv" or (options.input_format is None and suffix(source) in {".tsv", ".tab"}):
        return "\t"
    for delimiter in _DELIMITERS:
        try:
            if options.text_key in next(csv.reader([header], delimiter=delimiter)):
                return delimiter
        except (csv.Error, StopIteration):
            continue
    return ","


def _column(header: list[str], source: str, key: str) -> int:
    if key not in header:
        raise ReadError(
            f'no column "{key}" (the columns: {listed(header)}); name it with --text-key', path=source, line=1
        )
    return header.index(key)
