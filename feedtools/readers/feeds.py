"""RSS and Atom, with the extra ``feeds``."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from feedtools.errors import Notice, ReadError
from feedtools.model import Article, Provenance
from feedtools.readers import markdown
from feedtools.readers.base64_text import CONTROL, LONG, base64_bytes, decoded_text
from feedtools.readers.encodings import decode
from feedtools.readers.entries import FULLER, SHOWN, Empty
from feedtools.readers.fields import dumps
from feedtools.readers.markup import syntax_of, text_of
from feedtools.readers.streams import listed, optional, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

MAX_DEPTH = 500
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_CDATA = re.compile(r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*\]\]>")


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    """Yield the text of each entry; ``Article.line`` is the number of the entry, from 1.

    feedparser gets bytes, since it would open or fetch a string, and neither sanitises nor resolves: both damage
    formulas.

    Raises:
        ReadError: no feed, or one that defines entities of its own (a bomb, or a way to other files).
    """
    feedparser = optional("feedparser", "feeds", "reading RSS and Atom", source)
    text = decode(read_document(stream, source), source).lstrip("\ufeff \t\r\n")
    if "<!ENTITY" in text:
        raise ReadError("it defines entities (<!ENTITY), which no feed needs; remove them", path=source)
    if _depth(text) > MAX_DEPTH:
        raise ReadError(f"elements are nested more than {MAX_DEPTH:,} deep; no feed needs that", path=source)
    parsed = feedparser.parse(_as_utf8(text), sanitize_html=False, resolve_relative_uris=False)
    empty, others = Empty(source, "entry"), _NotText(source)
    for number, entry in enumerate(parsed.entries, 1):
        found, other, syntax = _text(entry, options)
        if other:
            others.add(number, other)
        if found.strip():
            origin = _origin(entry, found, fields=options.fields)
            yield Article(source, number, found, False, syntax, origin)
        else:
            empty.add(number)
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        raise ReadError(
            f"malformed feed ({parsed.bozo_exception}); {len(parsed.entries)} entries were read, others may be lost",
            path=source,
        )
    if not parsed.entries and not parsed.version:
        raise ReadError("no RSS or Atom feed in it", path=source)
    empty.say(on_error)
    others.say(on_error)


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


class _Text(NamedTuple):
    """Text of an entry.

    Attributes:
        text: the fullest of its texts, or of one that has none its title.
        other: type of a part that is no text, or empty.
        syntax: of the text, see ``Article``.
    """

    text: str
    other: str
    syntax: str


def _text(entry: Any, options: ReadOptions) -> _Text:
    contents = [*entry.get("content", ()), entry.get("summary_detail"), entry.get("description_detail")]
    best = other = kind = ""
    for item in filter(None, contents):
        found = _read(item)
        if found is None:
            other = _kind(item) or "text"
        elif len(found.strip()) > (FULLER * len(best.strip()) if best.strip() else 0):
            best, kind = found, _kind(item)
    if not best.strip():
        best, kind = _read(entry.get("title_detail")) or "", ""
    return _Text(best, other, markdown.syntax_of(options) if kind in _MARKDOWN else syntax_of(best))


def _read(item: Any) -> str | None:
    """The text of a part of an entry, empty where it has none; ``None`` where it stands there in letters as no text.

    The parser decodes base64 where the type is none of text, if that is UTF-8.
    """
    if not item or not item.get("value"):
        return ""
    kind, value = _kind(item), str(item.value)
    if kind and not _is_textual(kind):
        return None
    bytes_of = base64_bytes(value)
    if bytes_of is not None:
        decoded = decoded_text(bytes_of, item.get("type") or "")
        if decoded is None and len(value) < LONG and kind != _BYTES:
            decoded = value  # a word
        if decoded is None:
            return None
        value = decoded
    if kind == _BYTES and not _MARKUP.search(value):
        return None if CONTROL.search(value) else value
    return value if kind == "text/plain" or kind in _MARKDOWN else text_of(value)


def _kind(item: Any) -> str:
    return str(item.get("type") or "").partition(";")[0].strip().lower()


_MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})
_BYTES = "application/octet-stream"
_MARKUP = re.compile(r"</[a-zA-Z]|<(?:p|br|hr|img|div)\b", re.IGNORECASE)


def _is_textual(kind: str) -> bool:
    return kind == _BYTES or kind.startswith("text/") or "html" in kind or "xml" in kind


class _NotText:
    """Parts of entries that were not read: pictures and sounds, and bytes that should have been text.

    Args:
        source: path of the file.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: dict[bool, list[tuple[int, str]]] = {}

    def add(self, number: int, kind: str) -> None:
        """Count a part of an entry, by its type."""
        self._found.setdefault(_is_textual(kind), []).append((number, kind))

    def say(self, on_error: OnError) -> None:
        """Report how many there were: as a failure where text was lost."""
        for lost, found in self._found.items():
            kinds = listed(sorted({kind for _, kind in found}))
            shown = ", ".join(str(number) for number, _ in found[:SHOWN]) + (" …" if len(found) > SHOWN else "")
            which = "1 entry" if len(found) == 1 else f"{len(found):,} entries"
            expected = "; expected base64 of UTF-8, or of the charset that its type names" if lost else ""
            what = f"cannot be decoded to text ({kinds}){expected}" if lost else f"is no text ({kinds})"
            told = f"the content of {which} {what}; read by what else is said there (entry {shown})"
            on_error(ReadError(told, path=self._source) if lost else Notice(told, path=self._source))


_FIRST = ("id", "title", "link", "author", "published", "updated")


def _is_text(summary: str, text: str) -> bool:
    """Tell whether a summary is what was read as the text, with or without its tags, or in base64."""
    data = base64_bytes(summary)
    plain = (decoded_text(data, "") if data is not None else None) or summary
    return bool(summary) and text in (plain, text_of(plain))


def _origin(entry: Any, text: str, *, fields: bool) -> Provenance:
    """The entry's own id, and where it is asked for what else it says."""
    own = str(entry.get("id") or entry.get("link") or "")
    others = sorted(name for name, value in entry.items() if isinstance(value, str) and name not in _FIRST)
    plain = dict(entry.items())  # the entry itself makes some up, and looks for others where they are not
    said = {name: plain[name] for name in (*_FIRST, *others) if plain.get(name)}
    if "://" not in said.get("link", "://"):  # of an id that is no address
        del said["link"]
    if _is_text(said.get("summary", ""), text):
        del said["summary"]
    tags = [tag.get("term") for tag in entry.get("tags", ()) if tag.get("term")]
    media = [part.get("href") for part in entry.get("enclosures", ()) if part.get("href")]
    said |= {name: value for name, value in (("tags", tags), ("enclosures", media)) if value}
    date = str(entry.get("updated" if "updated" in entry else "published") or "")
    return Provenance(own, dumps(said) if fields else "", date=date)
