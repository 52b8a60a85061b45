"""Where the tags of some HTML are: bytes of UTF-8, of which only the names of real elements make a tag."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_INLINE = (
    b"a abbr acronym audio b bdi bdo big button canvas cite code data del dfn em embed font i iframe img input ins kbd "
    b"label map mark meter object output picture progress q rp rt ruby s samp script select small source span strike "
    b"strong style sub sup svg template textarea time track tt u var video wbr math semantics annotation mrow mi mo mn "
    b"noscript link meta title param area col"
)
_BLOCK = (
    b"address article aside base blockquote body br caption center colgroup dd details dialog div dl dt fieldset "
    b"figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup "
    b"option p pre section summary table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(_BLOCK.split())
"""Elements that stand on lines of their own."""
_NAMES = frozenset(_INLINE.split()) | BLOCKS
_OPEN_ENDED = (
    b"area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option"
)
OPEN_ENDED = frozenset(_OPEN_ENDED.split())
"""Elements without an end tag, or whose end tag may be left out."""
AMBIGUOUS = frozenset(b"a b i p q s u".split())
"""Elements that are also variables: ``a<b>c``."""
_WIDE = rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
"""White space beyond ASCII, which ends the name of a tag as well."""
TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*(?:[:-][a-zA-Z0-9:-]*)?)(?=[\s\x1c-\x1f/>]|" + _WIDE + rb")")
"""The beginning of what may be a tag, up to the end of its name."""
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_STOP = re.compile(rb"""[<>"']""")
_GOING_ON = bytes(range(0x80, 0xC0))
"""Bytes of a character that are not its first."""
PATIENCE = 2**16
"""Characters that may be looked at in vain for the ends of tags before quotes are no longer heeded."""


class Tag(NamedTuple):
    """A tag: its name in lower case, whether it closes, its raw attributes, and where its name and it end."""

    name: bytes
    closes: bool
    attributes: bytes
    named: int
    end: int

    def get(self, attribute: str) -> str:
        """The value of an attribute, or the empty string."""
        for found in _ATTRIBUTE.finditer(string(self.attributes)) if self.attributes else ():
            if found[1].lower() == attribute:
                return string(entities(utf8(found[2] or found[3] or found[4] or "")))
        return ""


def utf8(text: str) -> bytes:
    """A string as UTF-8; JSON may hold halves of characters, which come through."""
    return text.encode("utf-8", "surrogatepass")


def string(text: bytes | bytearray) -> str:
    """UTF-8 as a string, the inverse of ``utf8``."""
    return text.decode("utf-8", "surrogatepass")


def characters(text: bytes) -> int:
    """How many characters some UTF-8 has."""
    return len(text.translate(None, _GOING_ON))


def entities(text: bytes) -> bytes:
    """Character references replaced, those with their semicolon only: ``&lt`` may be TeX's alignment mark."""
    return replaced(_ENTITY, lambda found: utf8(unescape(found[0].decode("ascii"))), text) if b"&" in text else text


def replaced(pattern: re.Pattern[bytes], by: Callable[[re.Match[bytes]], bytes], text: bytes) -> bytes:
    """``pattern.sub``, which holds eighty bytes for each piece while it puts them together."""
    parts, done = bytearray(), 0
    for found in pattern.finditer(text):
        parts += text[done : found.start()] + by(found)
        done = found.end()
    parts += text[done:]
    return bytes(parts)


class Tags:
    """Where the tags of some markup are; all questions together take linear time."""

    def __init__(self, markup: bytes) -> None:
        self.markup = markup
        self._lower: bytes | None = None
        self._last = markup.rfind(b">")
        self._missing: set[bytes] = set()
        self._budget = 8 * len(markup) + PATIENCE

    def at(self, place: int) -> Tag | None:
        """The tag that begins at ``place``, if one does."""
        found = TAG.match(self.markup, place)
        if not found or not (found[2].lower() in _NAMES or b"-" in found[2] or b":" in found[2]):
            return None
        end = self._end(found.end())
        if end < 0:
            return None
        attributes = self.markup[found.end() : end - 1].strip(b"/ \t\r\n\f")
        if attributes and b"=" not in attributes and found[2].lower() in AMBIGUOUS:
            return None
        return Tag(found[2].lower(), bool(found[1]), attributes, found.end(), end)

    def _end(self, start: int) -> int:
        place = start
        while place <= self._last:
            stop = _STOP.search(self.markup, place)
            if stop is None or stop[0] == b"<":
                break
            if stop[0] == b">":
                return stop.end()
            close = self.find(stop[0], stop.end()) if self._budget > 0 else -1
            place = close + 1 if close >= 0 else stop.end()
        self._budget -= place - start
        return -1

    def find(self, what: bytes, start: int) -> int:
        """``markup.find``, remembering what is not there any more."""
        if what in self._missing:
            return -1
        place = self.markup.find(what, start)
        if place < 0:
            self._missing.add(what)
        return place

    def past_comment(self, place: int) -> int:
        """The end of the comment that begins here, that of the markup where it has none."""
        end = self.find(b"-->", place + 2)
        return end + 3 if end >= 0 else len(self.markup)

    def close_of(self, name: bytes, start: int) -> int:
        """Where the closing tag of a raw element begins; the end of the markup if it has none."""
        if self._lower is None:
            self._lower = self.markup.lower()
        tag = b"</" + name
        place = -1 if tag in self._missing else self._lower.find(tag, start)
        if place < 0:
            self._missing.add(tag)
            return len(self.markup)
        return place
