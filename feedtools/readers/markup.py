"""From HTML to text, in one linear pass without a tree, with formulas intact.

An HTML parser takes the ``<i`` of ``x_{<i}`` for a tag and drops the rest of the line. Here only the names of real
elements make a tag, so that depth costs nothing and formulas come through. Rendered formulas (MathML, KaTeX, MathJax
scripts, images of formulas) are turned back into the TeX that they carry along.

Markup is UTF-8 here and becomes a string once, as running text: with one emoji in it a string takes four bytes for each
character, and escaping makes five characters of one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedtools.readers.tags import AMBIGUOUS, BLOCKS, TAG, Tags, characters, entities, replaced, string, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers.tags import Tag

_RAW = frozenset({b"script", b"style", b"template", b"textarea", b"title", b"iframe", b"svg"})
"""Elements whose content is not running text."""
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
_MATH = {b"\\(": b"\\)", b"\\[": b"\\]", b"$$": b"$$", b"$": b"$"}
_MATH_OPEN = re.compile(rb"\\\(|\\\[|\$\$?")
MAX_FORMULA = 2000
"""Characters within which a formula's end is looked for."""


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
    return any(tag[2].lower() in BLOCKS - {b"p", b"br"} or tag[0].lower() == b"</p" for tag in TAG.finditer(inside))


def _disarm(inside: bytes) -> bytes:
    closed = {tag[2].lower() for tag in TAG.finditer(inside) if tag[1]}
    opened = {tag[2].lower() for tag in TAG.finditer(inside) if not tag[1]}
    loose = AMBIGUOUS - (opened & closed)
    return TAG.sub(lambda tag: b"&lt;" + tag[0][1:] if tag[2].lower() in loose else tag[0], inside)


def text_of(markup: str | bytes) -> str:
    """The running text of a piece of HTML: blocks on lines of their own, formulas as TeX in their delimiters.

    Bytes are UTF-8.
    """
    reader = _Text(shield_formulas(utf8(markup) if isinstance(markup, str) else markup))
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
        return string(text.strip()).strip()

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
        if tag.name in BLOCKS:
            self._put(b"\n")
        return tag.end

    def _formula(self, tag: Tag, content: bytes) -> None:
        tex = ""
        display = False
        if tag.name == b"script" and tag.get("type").startswith("math/tex"):
            tex, display = string(content), "display" in tag.get("type")
        elif tag.name == b"math":
            found = _ANNOTATION.search(content)
            tex = string(entities(found[1])) if found else tag.get("alttext")
            display = tag.get("display") == "block"
            if not tex:
                self._add(replaced(_ANY_TAG, lambda _: b"", content))
        if tex:
            self._put(utf8(f"\\[{tex.strip()}\\]" if display else f"\\({tex.strip()}\\)"))

    def _image(self, tag: Tag) -> None:
        source, kind, alternative = tag.get("src"), tag.get("class"), tag.get("alt")
        if "mwe-math" in kind or not alternative:  # Wikipedia's images repeat the MathML beside them
            return
        if "equation?tex=" in source or tag.get("eeimg") or re.search(r"\b(?:latex|tex|math)\b", kind):
            self._put(utf8(f"\\({alternative.strip()}\\)"))

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
