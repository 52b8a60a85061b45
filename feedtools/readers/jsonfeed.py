"""JSON Feed (https://www.jsonfeed.org/version/1.1/), and a JSON list of records."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers import fields
from feedtools.readers.bounded_json import loads
from feedtools.readers.entries import FULLER, Empty
from feedtools.readers.markup import syntax_of, text_of
from feedtools.readers.streams import listed, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the articles of a JSON Feed; ``Article.line`` is the number of the item, from 1.

    The text is the string under ``options.text_key``, else the fullest of ``content_text``, ``content_html`` and
    ``summary``, else the title; of a list that is no feed, the text alone.

    Raises:
        ReadError: not JSON, nested too deeply, or without a list of items.
    """
    try:
        feed = loads(read_document(stream, source))
    except ValueError as error:
        raise ReadError(f"not a JSON Feed: {error}", path=source) from error
    items = feed.get("items") if isinstance(feed, dict) else feed
    if not isinstance(items, list):
        raise ReadError('no "items"; expected a JSON Feed, or one object per line (--input-format jsonl)', path=source)
    empty = Empty(source, "item")
    for number, item in enumerate(items, 1):
        found = _text(item, options.text_key, feed=isinstance(feed, dict))
        if found is None:
            keys = f" (its keys: {listed(fields.names(item))})" if isinstance(item, dict) else ""
            expected = f"expected content_text, content_html or {options.text_key}{keys}; name the key with --text-key"
            on_error(ReadError(f"item {number} has no text; {expected}", path=source, line=number))
            continue
        text, key = found
        if not text.strip():
            empty.add(number)
            continue
        rest = {name: value for name, value in item.items() if name not in {key, "content_text", "content_html"}}
        written = fields.dumps(item if key == options.text_key else rest) if options.fields else ""
        syntax = syntax_of(text) if key == "content_html" else fields.syntax(item) if key == options.text_key else ""
        date = fields.date(item, options.date_key, "date_modified", "date_published")
        origin = Provenance(fields.identity(item, options.id_key), written, date=date)
        yield Article(source, number, text, False, syntax, origin)
    empty.say(on_error)


_CANDIDATES = ("content_text", "content_html", "summary")


def _text(item: Any, key: str, *, feed: bool) -> tuple[str, str] | None:
    """The text of an item and the name of the field it came from; ``None`` where it has no such field."""
    if not isinstance(item, dict):
        return None
    own = fields.find(item, key)
    if isinstance(own, str) and own.strip():
        return own, key
    best = (own, key) if isinstance(own, str) else None
    for name in (*_CANDIDATES, "title") if feed else _CANDIDATES[:2]:
        value = item.get(name)
        if not isinstance(value, str) or (name == "title" and best and best[0].strip()):
            continue
        text = text_of(value) if name == "content_html" else value
        if best is None or len(text.strip()) > FULLER * len(best[0].strip()):
            best = text, name
    return best
