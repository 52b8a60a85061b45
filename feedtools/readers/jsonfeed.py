"""JSON Feed (https://www.jsonfeed.org/version/1.1/), and a JSON list of records."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.bounded_json import loads
from feedtools.readers.markup import text_of
from feedtools.readers.streams import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the articles of a JSON Feed; ``Article.line`` is the number of the item, from 1.

    The text is ``content_text``, else that of ``content_html``, else the string under ``options.text_key``.

    Raises:
        ReadError: not JSON, nested too deeply, or without a list of items.
    """
    try:
        feed = loads(read_document(stream, source))
    except ValueError as error:
        raise ReadError(f"not a JSON Feed: {error}", path=source) from error
    items = feed.get("items") if isinstance(feed, dict) else feed
    if not isinstance(items, list):
        raise ReadError('no "items"; expected a JSON Feed, or one object a line (--input-format jsonl)', path=source)
    for number, item in enumerate(items, 1):
        text = _text(item, options.text_key)
        if text is None:
            expected = f"expected content_text, content_html or {options.text_key}"
            on_error(ReadError(f"item {number} has no text; {expected}", path=source, line=number))
        elif text.strip():
            yield Article(source, number, text, verbatim=False)


def _text(item: Any, key: str) -> str | None:
    if not isinstance(item, dict):
        return None
    plain = item.get("content_text")
    if isinstance(plain, str):
        return plain
    markup = item.get("content_html")
    if isinstance(markup, str):
        return text_of(markup)
    other = item.get(key)
    return other if isinstance(other, str) else None
