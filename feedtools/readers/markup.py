"""From HTML to text, in one linear pass without a tree, with formulas intact.

An HTML parser takes the ``<i`` of ``x_{<i}`` for a tag and drops the rest of the line. Here only the names of real
elements make a tag, so that depth costs nothing and formulas come through. Rendered formulas (MathML, KaTeX, MathJax
scripts, images of formulas) are turned back into the TeX that they carry along.

Markup is UTF-8 here and becomes a string once, as running text: with one emoji in it a string takes four bytes for each
character, and escaping makes five characters of one.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
_BLOCKS = frozenset(_BLOCK.split())
_NAMES = frozenset(_INLINE.split()) | _BLOCKS
_OPEN_ENDED = (
    b"area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option"
)
OPEN_ENDED = frozenset(_OPEN_ENDED.split())
"""Elements without an end tag, or whose end tag may be left out."""
_RAW = frozenset({b"script", b"style", b"template", b"textarea", b"title", b"iframe", b"svg"})
"""Elements whose content is not running text."""
_AMBIGUOUS = frozenset(b"a b i p q s u".split())
"""Elements that are also variables: ``a<b>c``."""
_WIDE = rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80"
"""White space beyond ASCII, which ends the name of a tag as well."""
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*(?:[:-][a-zA-Z0-9:-]*)?)(?=[\s\x1c-\x1f/>]|" + _WIDE + rb")")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PART = (
    rb"""[ \t\n\f\r/]*+([^ \t\n\f\r/>][^ \t\n\f\r/=>]*+)(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+"""
    rb"""("[^"]*+"|'[^']*+'|[^ \t\n\f\r"'>][^ \t\n\f\r>]*+|(?=>))|(?![ \t\n\f\r]*+=))"""
)
"""An attribute as browsers read it: its name, and its value with its quotes."""
_PARTS = re.compile(_PART + rb"|[ \t\n\f\r/]++|[^ \t\n\f\r/=>]++")
"""The same one after the other, and without a group what is none: passed over at once, not letter by letter."""
_ATTRIBUTES = re.compile(rb"((?:" + _PART + rb")*+)([ \t\n\f\r/]*+)>")
"""What stands between the name of a tag and its end, as browsers read it."""
_NEEDED = {
    b"annotation": (b"encoding",),
    b"annotation-xml": (b"encoding",),
    b"img": (b"src", b"class", b"alt", b"eeimg"),
    b"math": (b"alttext", b"display"),
    b"script": (b"type",),
}
"""Attributes that are read of some elements."""
_TELLING = {b"class": b"katex-html", b"itemprop": b"articleBody", b"role": b"main"}
"""Attributes that are looked for in all elements, and the value that matters."""
_ENDLESS = re.compile(rb"<(?=[a-zA-Z][^ \t\n\f\r/>]*+(?:" + _PART + rb"){300})")
"""The beginning of a tag of more attributes than any has: parsers compare each with all before it."""
_BEGINNING = re.compile(rb"<(?=[a-zA-Z][^ \t\n\f\r/>]*+((?:" + _PART + rb")*+))")
_ANNOTATION = re.compile(rb"<annotation[^>]{0,200}application/x-tex[^>]{0,200}>([^<]*)</annotation", re.IGNORECASE)
_ANY_TAG = re.compile(rb"<[^<>]*>")
_BREAK = re.compile(rb"(?<![ \t])[ \t]*+\n(?:[ \t]*+\n)*+")
_SPACE = re.compile(rb"[ \t\r\n\f]{2,}|[\t\r\n\f]")
_NO_SPACE = re.compile(rb"[^ \t\r\n\f]")
_PORTION = 2**15
_GOING_ON = bytes(range(0x80, 0xC0))
"""Bytes of a character that are not its first."""
_STOP = re.compile(rb"""[<>"']""")
_MATH = {b"\\(": b"\\)", b"\\[": b"\\]", b"$$": b"$$", b"$": b"$"}
_MATH_OPEN = re.compile(rb"\\\(|\\\[|\$\$?")
MAX_FORMULA = 2000
"""Characters within which a formula's end is looked for."""
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
        for found in _ATTRIBUTE.finditer(_string(self.attributes)) if self.attributes else ():
            if found[1].lower() == attribute:
                return _string(entities(_utf8(found[2] or found[3] or found[4] or "")))
        return ""


def _utf8(text: str) -> bytes:
    """A string as UTF-8; JSON may hold halves of characters, which come through."""
    return text.encode("utf-8", "surrogatepass")


def _string(text: bytes | bytearray) -> str:
    return text.decode("utf-8", "surrogatepass")


def characters(text: bytes) -> int:
    """How many characters some UTF-8 has."""
    return len(text.translate(None, _GOING_ON))


def entities(text: bytes) -> bytes:
    """Character references replaced, those with their semicolon only: ``&lt`` may be TeX's alignment mark."""
    return _replaced(_ENTITY, lambda found: _utf8(unescape(found[0].decode("ascii"))), text) if b"&" in text else text


def _replaced(pattern: re.Pattern[bytes], by: Callable[[re.Match[bytes]], bytes], text: bytes) -> bytes:
    """``pattern.sub``, which holds eighty bytes for each piece while it puts them together."""
    parts, done = bytearray(), 0
    for found in pattern.finditer(text):
        parts += text[done : found.start()] + by(found)
        done = found.end()
    parts += text[done:]
    return bytes(parts)


def shield(markup: bytes) -> bytes:
    """The markup for a parser: every ``<`` that begins no element is escaped, so that it leaves formulas alone.

    What nobody reads goes, since a parser keeps some 370 bytes for an attribute however short: comments, what is in
    elements without running text, and all attributes but a few. A tag that another parser would end elsewhere loses all
    of them.
    """
    tags = Tags(shield_formulas(markup))
    shielded = bytearray()
    markup, done = tags.markup, 0
    place = markup.find(b"<")
    while place >= 0:
        tag = tags.at(place)
        if tag is None:
            end = place + 1
            if markup.startswith(b"<!--", place):
                end = tags.past_comment(place)
                shielded += markup[done:place] + b"<!---->"
                done = end
            elif not markup.startswith((b"<!", b"<?"), place):
                shielded += markup[done:place] + b"&lt;"
                done = end
        else:
            end = tag.end
            if tag.attributes:
                shielded += markup[done : tag.named] + _kept(markup, tag)
                done = end
            if not tag.closes and tag.name in _RAW and not markup.endswith(b"/", 0, end - 1):
                close = tags.close_of(tag.name, end)
                if close < len(markup):  # else any parser has its own way to go on
                    if _unread(tag, markup[end:close]):
                        shielded += markup[done:end]
                        done = close
                    end = close
        place = markup.find(b"<", end)
    shielded += markup[done:]
    return _ENDLESS.sub(b"&lt;", shielded)


def attributes(markup: bytes) -> int:
    """How many attributes shielded markup has, by whatever rules a parser tells where its tags begin."""
    return sum(part[1] is not None for tag in _BEGINNING.finditer(markup) for part in _PARTS.finditer(tag[1]))


def _unread(tag: Tag, content: bytes) -> bool:
    """Whether nothing in an element without running text is read: no TeX, and what is in one like it goes on."""
    return not tag.get("type").startswith("math/tex") and b"<" + tag.name not in content.lower()


def _kept(markup: bytes, tag: Tag) -> bytes:
    """The end of a tag, from behind its name, with those of its attributes that are read."""
    found = _ATTRIBUTES.fullmatch(markup, tag.named, tag.end)
    if not found:
        return b">"
    needed = _NEEDED.get(tag.name, ())
    kept: dict[bytes, bytes] = {}
    for part in _PARTS.finditer(found[1]):
        name = (part[1] or b"").lower()
        if name in needed or _TELLING.get(name, b"\0") in part[0]:
            kept.setdefault(name, b" " + name + (b"=" + part[2] if part[2] else b""))
    return b"".join(kept.values()) + (b" />" if found[4].endswith(b"/") else b">")


def shield_formulas(markup: bytes) -> bytes:
    r"""Escape tags of one letter that are unbalanced inside a formula: ``\(a<b>c\)``."""
    if b"<" not in markup:
        return markup
    shielded = bytearray()
    done = 0
    opener = _MATH_OPEN.search(markup)
    while opener:
        closer = _MATH[opener[0]]
        end = _formula_end(markup, closer, opener.end())
        inside = markup[opener.end() : end] if end >= 0 else b""
        if end < 0 or (closer in {b"$", b"\\)"} and _has_block(inside)):
            opener = _MATH_OPEN.search(markup, opener.end())
            continue
        if b"<" in inside:
            shielded += markup[done : opener.end()] + _disarm(inside)
            done = end
        opener = _MATH_OPEN.search(markup, end + len(closer))
    if not done:
        return markup
    shielded += markup[done:]
    return bytes(shielded)


def _formula_end(markup: bytes, closer: bytes, start: int) -> int:
    """Where a formula's end begins, if that lies within so many characters: of up to four bytes each."""
    end = markup.find(closer, start, start + MAX_FORMULA)
    if end < 0 and not markup[start : start + MAX_FORMULA].isascii():
        end = markup.find(closer, start, start + 4 * MAX_FORMULA)
        if end >= 0 and characters(markup[start:end]) + len(closer) > MAX_FORMULA:
            return -1
    return end


def _has_block(inside: bytes) -> bool:
    return any(tag[2].lower() in _BLOCKS - {b"p", b"br"} or tag[0].lower() == b"</p" for tag in _TAG.finditer(inside))


def _disarm(inside: bytes) -> bytes:
    closed = {tag[2].lower() for tag in _TAG.finditer(inside) if tag[1]}
    opened = {tag[2].lower() for tag in _TAG.finditer(inside) if not tag[1]}
    loose = _AMBIGUOUS - (opened & closed)
    return _TAG.sub(lambda tag: b"&lt;" + tag[0][1:] if tag[2].lower() in loose else tag[0], inside)


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
        found = _TAG.match(self.markup, place)
        if not found or not (found[2].lower() in _NAMES or b"-" in found[2] or b":" in found[2]):
            return None
        end = self._end(found.end())
        if end < 0:
            return None
        attributes = self.markup[found.end() : end - 1].strip(b"/ \t\r\n\f")
        if attributes and b"=" not in attributes and found[2].lower() in _AMBIGUOUS:
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


def text_of(markup: str | bytes) -> str:
    """The running text of a piece of HTML: blocks on lines of their own, formulas as TeX in their delimiters.

    Bytes are UTF-8.
    """
    reader = _Text(shield_formulas(_utf8(markup) if isinstance(markup, str) else markup))
    del markup  # whoever asks may have given it up as well
    return reader.run()


def _portions(space: re.Pattern[bytes], by: bytes, text: bytes | bytearray) -> Iterator[bytes]:
    """A text with runs of white space replaced, in portions: between two of them lies a piece of eighty bytes."""
    start = 0
    while start < len(text):
        found = _NO_SPACE.search(text, start + _PORTION)
        end = found.start() if found else len(text)
        yield space.sub(by, text[start:end])
        start = end


class _Text:
    def __init__(self, markup: bytes) -> None:
        self._tags = Tags(markup)
        self._markup = markup
        self._text = bytearray()
        self._spaced = False
        self._pre = 0
        self._balanced = True

    def run(self) -> str:
        markup, done = self._markup, 0
        place = markup.find(b"<")
        while place >= 0:
            end = self._skip_declaration(place)
            tag = None if end else self._tags.at(place)
            if tag is not None:
                self._add(markup[done:place])
                end = self._tag(tag)
            elif end:
                self._add(markup[done:place])
            if end:
                done = end
            place = markup.find(b"<", end or place + 1)
        self._add(markup[done:])
        self._markup = markup = b""  # before there is a second text beside it
        self._tags = Tags(markup)
        text = bytearray()
        for portion in _portions(_BREAK, b"\n", self._text):
            text += portion
        self._text.clear()
        return _string(text.strip()).strip()

    def _skip_declaration(self, place: int) -> int:
        """The end of the comment or declaration that begins here, or 0."""
        markup = self._markup
        if markup.startswith(b"<!--", place):
            return self._tags.past_comment(place)
        if markup.startswith((b"<!", b"<?"), place) and re.match(rb"<[!?][a-zA-Z\[]", markup[place : place + 3]):
            end = self._tags.find(b">", place)
            return end + 1 if end >= 0 else 0
        return 0

    def _put(self, piece: bytes) -> None:
        self._text += piece
        self._spaced = piece.endswith((b" ", b"\n"))

    def _add(self, piece: bytes) -> None:
        if not piece:
            return
        piece = entities(piece)
        if self._pre:
            self._put(piece)
            return
        spaced = self._spaced  # by the piece before: a portion never ends with white space but the last
        for portion in _portions(_SPACE, b" ", piece):
            self._put(portion.lstrip(b" ") if spaced else portion)
            spaced = False

    def _tag(self, tag: Tag) -> int:
        """Take in one tag; returns where reading goes on."""
        if not tag.closes and (tag.name in _RAW or tag.name == b"math"):
            end = self._tags.close_of(tag.name, tag.end)
            self._formula(tag, self._markup[tag.end : end])
            return end
        if tag.name == b"img":
            self._image(tag)
        elif self._balanced and tag.name == b"span" and not tag.closes and "katex-html" in tag.get("class"):
            return self._past_span(tag.end)
        elif tag.name == b"pre":
            self._pre = max(0, self._pre + (-1 if tag.closes else 1))
        if tag.name in _BLOCKS:
            self._put(b"\n")
        return tag.end

    def _formula(self, tag: Tag, content: bytes) -> None:
        tex = ""
        display = False
        if tag.name == b"script" and tag.get("type").startswith("math/tex"):
            tex, display = _string(content), "display" in tag.get("type")
        elif tag.name == b"math":
            found = _ANNOTATION.search(content)
            tex = _string(entities(found[1])) if found else tag.get("alttext")
            display = tag.get("display") == "block"
            if not tex:
                self._add(_replaced(_ANY_TAG, lambda _: b"", content))
        if tex:
            self._put(_utf8(f"\\[{tex.strip()}\\]" if display else f"\\({tex.strip()}\\)"))

    def _image(self, tag: Tag) -> None:
        source, kind, alternative = tag.get("src"), tag.get("class"), tag.get("alt")
        if "mwe-math" in kind or not alternative:  # Wikipedia's images repeat the MathML beside them
            return
        if "equation?tex=" in source or tag.get("eeimg") or re.search(r"\b(?:latex|tex|math)\b", kind):
            self._put(_utf8(f"\\({alternative.strip()}\\)"))

    def _past_span(self, start: int) -> int:
        """The end of a span that shows what the MathML before it says; ``start`` where it is not closed."""
        depth, place = 1, start
        while depth:
            place = self._markup.find(b"<", place)
            if place < 0:
                self._balanced = False  # looked through to the end once, not once a span
                return start
            tag = self._tags.at(place)
            if tag is not None and tag.name == b"span":
                depth += -1 if tag.closes else 1
            place = place + 1 if tag is None else tag.end
        return place
