"""RSS and Atom, with the extra ``feeds``."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.encodings import decode
from feedtools.readers.markup import text_of
from feedtools.readers.streams import optional, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

MAX_DEPTH = 500
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_CDATA = re.compile(r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*\]\]>")


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the text of each entry; ``Article.line`` is the number of the entry, from 1.

    feedparser gets bytes, since it would open or fetch a string, and neither sanitises nor resolves: both damage
    formulas.

    Raises:
        ReadError: no feed, or one that defines entities of its own (a bomb, or a way to other files).
    """
    feedparser = optional("feedparser", "feeds", "reading RSS and Atom", source)
    text = decode(read_document(stream, source), source)
    if "<!ENTITY" in text:
        raise ReadError("it defines entities (<!ENTITY), which no feed needs; remove them", path=source)
    if _depth(text) > MAX_DEPTH:
        raise ReadError(f"elements are nested more than {MAX_DEPTH:,} deep; no feed needs that", path=source)
    parsed = feedparser.parse(_as_utf8(text), sanitize_html=False, resolve_relative_uris=False)
    for number, entry in enumerate(parsed.entries, 1):
        found = _text(entry)
        if found.strip():
            yield Article(source, number, found, verbatim=False)
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        raise ReadError(
            f"malformed feed ({parsed.bozo_exception}); {len(parsed.entries)} entries were read, others may be lost",
            path=source,
        )
    if not parsed.entries and not parsed.version:
        raise ReadError("no RSS or Atom feed in it", path=source)


def _depth(text: str) -> int:
    """Elements that are open at once, at most: feedparser takes quadratic time in it."""
    depth = deepest = 0
    for tag in _TAG.finditer(_CDATA.sub("", text)):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        deepest = max(deepest, depth)
    return deepest


def _as_utf8(text: str) -> bytes:
    if text.startswith("<?xml"):
        text = text[text.find("?>") + 2 :] if "?>" in text[:400] else text
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")


def _text(entry: Any) -> str:
    contents = list(entry.get("content", ()))
    detail = entry.get("summary_detail")
    if not contents and detail:
        contents = [detail]
    texts = [item.value if item.get("type") == "text/plain" else text_of(item.value) for item in contents]
    return max(texts, key=len, default="")
