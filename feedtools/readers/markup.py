"""From HTML to text, in one linear pass without a tree, with formulas intact.

An HTML parser takes the ``<i`` of ``x_{<i}`` for a tag and drops the rest of the line. Here only the names of real
elements make a tag, so that depth costs nothing and formulas come through. Rendered formulas (MathML, KaTeX, MathJax
scripts, images of formulas) are turned back into the TeX that they carry along.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_INLINE = (
    "a abbr acronym audio b bdi bdo big button canvas cite code data del dfn em embed font i iframe img input ins kbd "
    "label map mark meter object output picture progress q rp rt ruby s samp script select small source span strike "
    "strong style sub sup svg template textarea time track tt u var video wbr math semantics annotation mrow mi mo mn "
    "noscript link meta title param area col"
)
_BLOCK = (
    "address article aside base blockquote body br caption center colgroup dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup "
    "option p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK.split())
_NAMES = frozenset(_INLINE.split()) | _BLOCKS
_OPEN_ENDED = (
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option"
)
OPEN_ENDED = frozenset(_OPEN_ENDED.split())
"""Elements without an end tag, or whose end tag may be left out."""
_RAW = frozenset({"script", "style", "template", "textarea", "title", "iframe", "svg"})
"""Elements whose content is not running text."""
_AMBIGUOUS = frozenset("abipqsu")
"""Elements that are also variables: ``a<b>c``."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*(?:[:-][a-zA-Z0-9:-]*)?)(?=[\s/>])")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ATTRIBUTE = re.compile(r"""(?<![a-zA-Z-])([a-zA-Z-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PART = (
    r"""[ \t\n\f\r/]*+([^ \t\n\f\r/>][^ \t\n\f\r/=>]*+)(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+"""
    r"""("[^"]*+"|'[^']*+'|[^ \t\n\f\r"'>][^ \t\n\f\r>]*+|(?=>))|(?![ \t\n\f\r]*+=))"""
)
"""An attribute as browsers read it: its name, and its value with its quotes."""
_PARTS = re.compile(_PART + r"|[ \t\n\f\r/]++|[^ \t\n\f\r/=>]++")
"""The same one after the other, and without a group what is none: passed over at once, not letter by letter."""
_ATTRIBUTES = re.compile(f"((?:{_PART})*+)([ \\t\\n\\f\\r/]*+)>")
"""What stands between the name of a tag and its end, as browsers read it."""
_NEEDED = {
    "annotation": ("encoding",),
    "annotation-xml": ("encoding",),
    "img": ("src", "class", "alt", "eeimg"),
    "math": ("alttext", "display"),
    "script": ("type",),
}
"""Attributes that are read of some elements."""
_TELLING = {"class": "katex-html", "itemprop": "articleBody", "role": "main"}
"""Attributes that are looked for in all elements, and the value that matters."""
_ENDLESS = re.compile(r"<(?=[a-zA-Z][^ \t\n\f\r/>]*+(?:" + _PART + "){300})")
"""The beginning of a tag of more attributes than any has: parsers compare each with all before it."""
_BEGINNING = re.compile(r"<(?=[a-zA-Z][^ \t\n\f\r/>]*+((?:" + _PART + ")*+))")
_ANNOTATION = re.compile(r"<annotation[^>]{0,200}application/x-tex[^>]{0,200}>([^<]*)</annotation", re.IGNORECASE)
_BREAK = re.compile(r"(?<![ \t])[ \t]*+\n(?:[ \t]*+\n)*+")
_SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
_NO_SPACE = re.compile(r"[^ \t\r\n\f]")
_PORTION = 2**17
_STOP = re.compile(r"""[<>"']""")
_MATH = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$"))
_MATH_OPEN = re.compile(r"\\\(|\\\[|\$\$?")
MAX_FORMULA = 2000
"""Characters within which a formula's end is looked for."""
_PIECES = 4096
"""Pieces of text that are kept apart."""
PATIENCE = 2**16
"""Characters that may be looked at in vain for the ends of tags before quotes are no longer heeded."""


class Tag(NamedTuple):
    """A tag: its name in lower case, whether it closes, its raw attributes, and where its name and it end."""

    name: str
    closes: bool
    attributes: str
    named: int
    end: int

    def get(self, attribute: str) -> str:
        """The value of an attribute, or the empty string."""
        for found in _ATTRIBUTE.finditer(self.attributes):
            if found[1].lower() == attribute:
                return entities(found[2] or found[3] or found[4] or "")
        return ""


def entities(text: str) -> str:
    """Character references replaced, those with their semicolon only: ``&lt`` may be TeX's alignment mark."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def shield(markup: str) -> str:
    """The markup for a parser: every ``<`` that begins no element is escaped, so that it leaves formulas alone.

    What nobody reads goes, since a parser keeps some 370 bytes for an attribute however short: comments, what is in
    elements without running text, and all attributes but a few. A tag that another parser would end elsewhere loses all
    of them.
    """
    tags = Tags(shield_formulas(markup))
    parts: list[str] = []
    markup, done = tags.markup, 0
    place = markup.find("<")
    while place >= 0:
        tag = tags.at(place)
        if tag is None:
            end = place + 1
            if markup.startswith("<!--", place):
                end = tags.past_comment(place)
                parts += (markup[done:place], "<!---->")
                done = end
            elif not markup.startswith(("<!", "<?"), place):
                parts += (markup[done:place], "&lt;")
                done = end
        else:
            end = tag.end
            if tag.attributes:
                parts += (markup[done : tag.named], _kept(markup, tag))
                done = end
            if not tag.closes and tag.name in _RAW and markup[end - 2] != "/":
                close = tags.close_of(tag.name, end)
                if close < len(markup):  # else any parser has its own way to go on
                    if _unread(tag, markup[end:close]):
                        parts.append(markup[done:end])
                        done = close
                    end = close
        place = markup.find("<", end)
    return _ENDLESS.sub("&lt;", "".join((*parts, markup[done:])))


def attributes(markup: str) -> int:
    """How many attributes shielded markup has, by whatever rules a parser tells where its tags begin."""
    return sum(part[1] is not None for tag in _BEGINNING.finditer(markup) for part in _PARTS.finditer(tag[1]))


def _unread(tag: Tag, content: str) -> bool:
    """Whether nothing in an element without running text is read: no TeX, and what is in one like it goes on."""
    return not tag.get("type").startswith("math/tex") and f"<{tag.name}" not in content.lower()


def _kept(markup: str, tag: Tag) -> str:
    """The end of a tag, from behind its name, with those of its attributes that are read."""
    found = _ATTRIBUTES.fullmatch(markup, tag.named, tag.end)
    if not found:
        return ">"
    needed = _NEEDED.get(tag.name, ())
    kept: dict[str, str] = {}
    for part in _PARTS.finditer(found[1]):
        name = (part[1] or "").lower()
        if name in needed or _TELLING.get(name, "\0") in part[0]:
            kept.setdefault(name, f" {name}={part[2]}" if part[2] else f" {name}")
    return "".join(kept.values()) + (" />" if found[4].endswith("/") else ">")


def shield_formulas(markup: str) -> str:
    r"""Escape tags of one letter that are unbalanced inside a formula: ``\(a<b>c\)``."""
    if "<" not in markup:
        return markup
    parts: list[str] = []
    done = 0
    opener = _MATH_OPEN.search(markup)
    while opener:
        closer = dict(_MATH)[opener[0]]
        end = markup.find(closer, opener.end(), opener.end() + MAX_FORMULA)
        inside = markup[opener.end() : end] if end >= 0 else ""
        if end < 0 or (closer in {"$", "\\)"} and _has_block(inside)):
            opener = _MATH_OPEN.search(markup, opener.end())
            continue
        if "<" in inside:
            parts += (markup[done : opener.end()], _disarm(inside))
            done = end
        opener = _MATH_OPEN.search(markup, end + len(closer))
    return "".join((*parts, markup[done:]))


def _has_block(inside: str) -> bool:
    return any(tag[2].lower() in _BLOCKS - {"p", "br"} or tag[0].lower() == "</p" for tag in _TAG.finditer(inside))


def _disarm(inside: str) -> str:
    closed = {tag[2].lower() for tag in _TAG.finditer(inside) if tag[1]}
    opened = {tag[2].lower() for tag in _TAG.finditer(inside) if not tag[1]}
    loose = _AMBIGUOUS - (opened & closed)
    return _TAG.sub(lambda tag: "&lt;" + tag[0][1:] if tag[2].lower() in loose else tag[0], inside)


class Tags:
    """Where the tags of some markup are; all questions together take linear time."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self._lower: str | None = None
        self._last = markup.rfind(">")
        self._missing: set[str] = set()
        self._budget = 8 * len(markup) + PATIENCE

    def at(self, place: int) -> Tag | None:
        """The tag that begins at ``place``, if one does."""
        found = _TAG.match(self.markup, place)
        if not found or not (found[2].lower() in _NAMES or "-" in found[2] or ":" in found[2]):
            return None
        end = self._end(found.end())
        if end < 0:
            return None
        attributes = self.markup[found.end() : end - 1].strip("/ \t\r\n\f")
        if attributes and "=" not in attributes and found[2].lower() in _AMBIGUOUS:
            return None
        return Tag(found[2].lower(), bool(found[1]), attributes, found.end(), end)

    def _end(self, start: int) -> int:
        place = start
        while place <= self._last:
            stop = _STOP.search(self.markup, place)
            if stop is None or stop[0] == "<":
                break
            if stop[0] == ">":
                return stop.end()
            close = self.find(stop[0], stop.end()) if self._budget > 0 else -1
            place = close + 1 if close >= 0 else stop.end()
        self._budget -= place - start
        return -1

    def find(self, what: str, start: int) -> int:
        """``markup.find``, remembering what is not there any more."""
        if what in self._missing:
            return -1
        place = self.markup.find(what, start)
        if place < 0:
            self._missing.add(what)
        return place

    def past_comment(self, place: int) -> int:
        """The end of the comment that begins here, that of the markup where it has none."""
        end = self.find("-->", place + 2)
        return end + 3 if end >= 0 else len(self.markup)

    def close_of(self, name: str, start: int) -> int:
        """Where the closing tag of a raw element begins; the end of the markup if it has none."""
        if self._lower is None:
            lower = self.markup.lower()
            self._lower = lower if len(lower) == len(self.markup) else self.markup
        place = -1 if f"</{name}" in self._missing else self._lower.find(f"</{name}", start)
        if place < 0:
            self._missing.add(f"</{name}")
            return len(self.markup)
        return place


def text_of(markup: str) -> str:
    """The running text of a piece of HTML: blocks on lines of their own, formulas as TeX in their delimiters."""
    reader = _Text(shield_formulas(markup))
    del markup  # whoever asks may have given it up as well
    return reader.run()


def _portions(space: re.Pattern[str], by: str, text: str) -> Iterator[str]:
    """A text with runs of white space replaced, in portions: between two of them lies a piece of eighty bytes."""
    start = 0
    while start < len(text):
        found = _NO_SPACE.search(text, start + _PORTION)
        end = found.start() if found else len(text)
        yield space.sub(by, text[start:end])
        start = end


class _Text:
    def __init__(self, markup: str) -> None:
        self._tags = Tags(markup)
        self._markup = markup
        self._whole: list[str] = []
        self._parts: list[str] = []
        self._pre = 0
        self._balanced = True

    def run(self) -> str:
        markup, done = self._markup, 0
        place = markup.find("<")
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
            place = markup.find("<", end or place + 1)
            if len(self._parts) > _PIECES:
                self._join()
        self._add(markup[done:])
        self._markup = markup = ""  # before there is a second text beside it
        self._tags = Tags(markup)
        text = "".join((*self._whole, *self._parts))
        self._whole.clear()
        self._parts.clear()
        portions = list(_portions(_BREAK, "\n", text))
        del text
        return "".join(portions).strip()

    def _join(self) -> None:
        """Put the pieces so far together, all but the last, which may be asked for: each takes eighty bytes."""
        self._whole.append("".join(self._parts[:-1]))
        del self._parts[:-1]

    def _skip_declaration(self, place: int) -> int:
        """The end of the comment or declaration that begins here, or 0."""
        markup = self._markup
        if markup.startswith("<!--", place):
            return self._tags.past_comment(place)
        if markup.startswith(("<!", "<?"), place) and re.match(r"<[!?][a-zA-Z\[]", markup[place : place + 3]):
            end = self._tags.find(">", place)
            return end + 1 if end >= 0 else 0
        return 0

    def _add(self, piece: str) -> None:
        if not piece:
            return
        portions = [entities(piece)]
        if not self._pre:
            portions = list(_portions(_SPACE, " ", portions[0]))
            if self._parts and self._parts[-1].endswith((" ", "\n")):
                portions[0] = portions[0].lstrip(" ")
        self._parts += portions

    def _tag(self, tag: Tag) -> int:
        """Take in one tag; returns where reading goes on."""
        if not tag.closes and (tag.name in _RAW or tag.name == "math"):
            end = self._tags.close_of(tag.name, tag.end)
            self._formula(tag, self._markup[tag.end : end])
            return end
        if tag.name == "img":
            self._image(tag)
        elif self._balanced and tag.name == "span" and not tag.closes and "katex-html" in tag.get("class"):
            return self._past_span(tag.end)
        elif tag.name == "pre":
            self._pre = max(0, self._pre + (-1 if tag.closes else 1))
        if tag.name in _BLOCKS:
            self._parts.append("\n")
        return tag.end

    def _formula(self, tag: Tag, content: str) -> None:
        tex = ""
        display = False
        if tag.name == "script" and tag.get("type").startswith("math/tex"):
            tex, display = content, "display" in tag.get("type")
        elif tag.name == "math":
            found = _ANNOTATION.search(content)
            tex, display = entities(found[1]) if found else tag.get("alttext"), tag.get("display") == "block"
            if not tex:
                self._add(re.sub(r"<[^<>]*>", "", content))
        if tex:
            self._parts.append(f"\\[{tex.strip()}\\]" if display else f"\\({tex.strip()}\\)")

    def _image(self, tag: Tag) -> None:
        source, kind, alternative = tag.get("src"), tag.get("class"), tag.get("alt")
        if "mwe-math" in kind or not alternative:  # Wikipedia's images repeat the MathML beside them
            return
        if "equation?tex=" in source or tag.get("eeimg") or re.search(r"\b(?:latex|tex|math)\b", kind):
            self._parts.append(f"\\({alternative.strip()}\\)")

    def _past_span(self, start: int) -> int:
        """The end of a span that shows what the MathML before it says; ``start`` where it is not closed."""
        depth, place = 1, start
        while depth:
            place = self._markup.find("<", place)
            if place < 0:
                self._balanced = False  # looked through to the end once, not once a span
                return start
            tag = self._tags.at(place)
            if tag is not None and tag.name == "span":
                depth += -1 if tag.closes else 1
            place = place + 1 if tag is None else tag.end
        return place
