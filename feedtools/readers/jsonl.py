"""JSON Lines: one object per article, read as a stream."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers import fields
from feedtools.readers.bounded_json import loads
from feedtools.readers.entries import Empty
from feedtools.readers.streams import listed
from feedtools.readers.transmission import MAX_LINE, refuse_utf16

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the articles of a JSONL stream; a record that is none is reported and the rest is read.

    ``Article.line`` is the 1-based line of the record. The text is the string under ``options.text_key``. A record
    whose text is empty is an article, so that whatever else it says is kept, and how many there are is reported.

    Raises:
        ReadError: a line is longer than ``MAX_LINE``, or the file is UTF-16.
    """
    empty = Empty(source, "record", "kept as it is")
    for number, line in lines(stream, source):
        raw = line.removeprefix(BOM_UTF8) if number == 1 else line
        if not raw.strip():
            continue
        try:
            record = parse(raw, options.text_key, source, number)
        except ReadError as error:
            on_error(error)
            continue
        own = fields.identity(record, options.id_key)
        text = fields.find(record, options.text_key)
        if not text.strip():
            empty.add(number)
        date = fields.date(record, options.date_key)
        origin = Provenance(own, date=date) if own or date else None
        yield Article(source, number, text, False, fields.syntax(record), origin)
    empty.say(on_error)


def lines(stream: IO[bytes], source: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a stream with their numbers.

    Raises:
        ReadError: one is longer than ``MAX_LINE``, or the first begins as UTF-16 does.
    """
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if number == 1:
            refuse_utf16(raw, source)
        if len(raw) > MAX_LINE:
            raise ReadError(
                f"record longer than {MAX_LINE // 2**20} MiB; expected one JSON object per line",
                path=source,
                line=number,
            )
        yield number, raw


def parse(raw: bytes, key: str, source: str, number: int) -> dict[str, Any]:
    """The object on a line, which has a string under a key.

    Raises:
        ReadError: it is none; the message says what it is.
    """
    record: Any = None
    try:
        record = loads(raw)
        fault = _fault(record, key)
    except json.JSONDecodeError as error:
        at = min(error.pos, len(error.doc.rstrip()))
        fault = f"{error.msg} at character {at + 1:,} of the line"
    except ValueError as error:
        fault = str(error)
    if fault:
        raise ReadError(f"not a JSON record: {fault}", path=source, line=number)
    return dict(record)


def _fault(record: Any, key: str) -> str:
    """Name what keeps a value from being a record; empty where nothing does."""
    if not isinstance(record, dict):
        return f'expected an object like {{"id": …, "{key}": …}}, found {type(record).__name__}'
    if isinstance(fields.find(record, key), str):
        return ""
    return f'no string under "{key}" (its keys: {listed(fields.names(record))}); name the key with --text-key'
