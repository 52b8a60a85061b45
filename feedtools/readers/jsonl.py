"""JSON Lines: one object an article, read as a stream."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.bounded_json import loads
from feedtools.readers.streams import listed
from feedtools.readers.transmission import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the articles of a JSONL stream; a record that is none is reported and the rest is read.

    ``Article.line`` is the 1-based line of the record. The text is the string under ``options.text_key``.
    """
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            on_error(
                ReadError(
                    f"record longer than {MAX_LINE // 2**20} MiB; expected one JSON object a line",
                    path=source,
                    line=number,
                )
            )
            return
        if not raw.strip():
            continue
        try:
            yield Article(source, number, _text(loads(raw), options.text_key), verbatim=False)
        except ValueError as error:
            on_error(ReadError(f"not a JSON record: {error}", path=source, line=number))


def _text(record: Any, key: str) -> str:
    if not isinstance(record, dict):
        raise ValueError(f'expected an object like {{"id": …, "{key}": …}}, found {type(record).__name__}')
    text = record.get(key)
    if not isinstance(text, str):
        raise ValueError(f'no string under "{key}" (its keys: {listed(record)}); name the key with --text-key')
    return text
