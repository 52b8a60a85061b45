"""Tags of HTML and their places in its UTF-8; only the names of real elements make a tag."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_INLINE = (
    b"a abbr acronym applet audio b basefont bdi bdo bgsound big blink button canvas cite code data datalist "
    b"del dfn em embed font frame i iframe img input ins kbd keygen label map mark marquee meter nobr noembed "
    b"noindex noscript object output param picture progress q rb rbc rp rt rtc ruby s samp script select slot "
    b"small source spacer span strike strong style sub sup svg template textarea time track tt u var video "
    b"wbr link meta title area col"
)
_MATH = (
    b"annotation maction maligngroup malignmark math menclose merror mfenced mfrac mglyph mi mlabeledtr "
    b"mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup "
    b"msup mtable mtd mtext mtr munder munderover semantics"
)
_BLOCK = (
    b"address article aside base blockquote body br caption center colgroup dd details dialog dir div dl dt "
    b"fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html isindex "
    b"legend li listing main menu menuitem nav noframes ol optgroup option p plaintext pre search section "
    b"summary table tbody td tfoot th thead tr ul xmp"
)
BLOCKS = frozenset(_BLOCK.split())
"""Elements that stand on lines of their own."""
_DRAWN = b"circle defs ellipse g lineargradient path polygon polyline radialgradient rect tspan"
_NAMES = frozenset(_INLINE.split()) | frozenset(_DRAWN.split()) | frozenset(_MATH.split()) | BLOCKS
_VOID = b"area base basefont bgsound br col embed frame hr img input isindex keygen link meta param source track wbr"
VOID = frozenset(_VOID.split())
"""Elements without an end tag."""
AMBIGUOUS = frozenset(b"a b g i p q s u".split())
"""Elements that are also variables: ``a<b>c``."""
RAW = frozenset({b"script", b"style", b"template", b"textarea", b"title", b"iframe", b"svg"})
"""Elements whose content is not running text."""
_WIDE = rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
"""White space beyond ASCII, which ends the name of a tag as well."""
TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*(?:[:-][a-zA-Z0-9:-]*)?)(?=[\s\x1c-\x1f/>]|" + _WIDE + rb")")
"""The beginning of what may be a tag, up to the end of its name."""
_CLOSING = re.compile(rb"</([a-zA-Z][a-zA-Z0-9]+)[\s>]")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ATTRIBUTE = re.compile(r"""(?<![\w-])([\w:-]++)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_STOP = re.compile(rb"""[<>"']""")
_DECLARATION = re.compile(rb"<[!?][a-zA-Z\[]")
_GOING_ON = bytes(range(0x80, 0xC0))
"""Bytes of a character that are not its first."""
PATIENCE = 2**16
"""Characters that may be looked at in vain for the ends of tags before quotes are no longer heeded."""


class Tag(NamedTuple):
    """A tag: its name in lower case, whether it closes, its raw attributes, where it begins and ends."""

    name: bytes
    closes: bool
    attributes: bytes
    start: int
    end: int

    def get(self, attribute: str) -> str:
        """The value of an attribute, or the empty string."""
        return self.all().get(attribute, "") if self.attributes else ""

    def all(self) -> dict[str, str]:
        """All attributes by their names in lower case; of two of one name the first."""
        found: dict[str, str] = {}
        for one in _ATTRIBUTE.finditer(string(self.attributes)) if self.attributes else ():
            found.setdefault(one[1].lower(), string(entities(utf8(one[2] or one[3] or one[4] or ""))))
        return found

    def classes(self) -> list[str]:
        """The words of its class."""
        return self.get("class").split() if b"class" in self.attributes.lower() else []


def utf8(text: str) -> bytes:
    """A string as UTF-8; JSON may hold halves of characters, which come through."""
    return text.encode("utf-8", "surrogatepass")


def string(text: bytes | bytearray | memoryview) -> str:
    """UTF-8 as a string, the inverse of ``utf8``."""
    return str(text, "utf-8", "surrogatepass")


def characters(text: bytes | bytearray) -> int:
    """Count the characters of some UTF-8."""
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
    """The tags of some markup and their places; all questions together take linear time."""

    def __init__(self, markup: bytes) -> None:
        self.markup = markup
        self._lower: bytes | None = None
        self._closed: set[bytes] | None = None
        self._last = markup.rfind(b">")
        self._missing: set[bytes] = set()
        self._open_ended: set[bytes] = set()
        self._budget = 8 * len(markup) + PATIENCE
        self._walked = 0

    def at(self, place: int) -> Tag | None:
        """The tag that begins at ``place``, if one does."""
        found = TAG.match(self.markup, place)
        if not found or not self._is_element(found[2].lower()):
            return None
        end = self._end(found.end())
        if end < 0:
            return None
        attributes = self.markup[found.end() : end - 1].strip(b"/ \t\r\n\f")
        if attributes and b"=" not in attributes and found[2].lower() in AMBIGUOUS:
            return None
        return Tag(found[2].lower(), bool(found[1]), attributes, place, end)

    def _is_element(self, name: bytes) -> bool:
        """Tell whether a name is one of HTML, of MathML or of the page's own (``a-b``), or is closed somewhere."""
        if name in _NAMES or b"-" in name or b":" in name:
            return True
        if len(name) < 2:
            return False
        if self._closed is None:
            self._closed = {found[1].lower() for found in _CLOSING.finditer(self.markup)}
        return name in self._closed

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

    def past_declaration(self, place: int) -> int:
        """The end of the comment or declaration that begins here, or 0."""
        if self.markup.startswith(b"<!--", place):
            end = self.find(b"-->", place + 2)
            return end + 3 if end >= 0 else len(self.markup)
        if _DECLARATION.match(self.markup, place):
            end = self.find(b">", place)
            return end + 1 if end >= 0 else 0
        return 0

    def close_of(self, name: bytes, start: int) -> int:
        """Find the closing tag of a raw element; the end of the markup if it has none."""
        if self._lower is None:
            self._lower = self.markup.lower()
        tag = b"</" + name
        place = -1 if tag in self._missing else self._lower.find(tag, start)
        if place < 0:
            self._missing.add(tag)
            return len(self.markup)
        return place

    def content_end(self, tag: Tag) -> tuple[int, int] | None:
        """Find the end of an element's content and the end of its closing tag; ``None`` where it is not closed.

        An element that is never closed is looked through once, and no other of its name afterwards; elements inside one
        another that are looked through again and again are given up after some time.
        """
        if tag.name in VOID or tag.name in self._open_ended or self.markup.endswith(b"/", tag.start, tag.end - 1):
            return None
        depth, place = 1, tag.end
        while True:
            place = self.markup.find(b"<", place)
            if place < 0 or self._walked > 8 * len(self.markup) + PATIENCE:
                self._open_ended.add(tag.name)
                return None
            inner = self.at(place)
            end = self.past_declaration(place) if inner is None else inner.end
            if inner is not None and inner.name == tag.name:
                if inner.closes:
                    depth -= 1
                elif not self.markup.endswith(b"/", place, inner.end - 1):
                    depth += 1
                if not depth:
                    self._walked += inner.end - tag.end
                    return place, inner.end
            elif inner is not None and inner.name in RAW and not inner.closes and inner.name != b"svg":
                end = self.close_of(inner.name, inner.end)
            place = end or place + 1
