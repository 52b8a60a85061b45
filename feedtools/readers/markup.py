"""From HTML to text, in one linear pass without a tree, with formulas and code intact and every place known.

An HTML parser takes the ``<i`` of ``x_{<i}`` for a tag and drops the rest of the line, and none says where in the
source a text stood. Here only the names of real elements make a tag, so that depth costs nothing and formulas come
through; what carries a formula becomes its TeX (``carriers``), and code stands in the marks that Markdown has for it.

Markup is UTF-8 here and becomes a string once, as running text: with one emoji in it a string takes four bytes for each
character, and escaping makes five characters of one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import CODED
from feedtools.readers import carriers
from feedtools.readers.delimited import Formulas, word_marks
from feedtools.readers.lists import LISTS, ListNumbers
from feedtools.readers.output import Lines, Output
from feedtools.readers.pictures import displayed_style, of_picture, stand_alone
from feedtools.readers.raised import direction, raise_or_lower
from feedtools.readers.tags import AMBIGUOUS, BLOCKS, RAW, VOID, Tags, string, utf8

if TYPE_CHECKING:
    from feedtools.model import SourceMap
    from feedtools.readers.tags import Tag

_SPECIAL = re.compile(rb"[ \t\r\n\f]{2,}|[\t\r\n\f]|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LITERAL = re.compile(rb"\r\n?|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_NUMBERING = (
    "gutter rouge-gutter linenos linenodiv lineno lnt crayon-nums hljs-ln-numbers hljs-ln-n pre-numbering line-number "
    "line-numbers line-numbers-rows blob-num code-line-numbers CodeMirror-linenumber linenumber"
)
_GUTTERS = frozenset(_NUMBERING.split())
"""Classes of what numbers the lines of code."""
_MATH_BLOCK = re.compile(rb"\b(?:data-(?:canonical-)?)?lang=[\"']?math\b|\bjs-render-math\b")
_LANGUAGE = re.compile(rb"""class\s*=\s*["'][^"'>]{0,200}?\b(?:language|lang|highlight-source)-([\w+#.-]{1,30})""")
_CONTENT_MATHML = re.compile(rb"\A\s*+<(?:\w+:)?(?:apply|bind|ci|cn|cerror)\b")
"""The beginning of what a formula means, where nothing says what it looks like."""
_JATS = frozenset({b"disp-formula", b"alternatives"})
_CODE = frozenset({b"code", b"tt", b"samp"})
_BLOCKS_OF_CODE = frozenset({b"pre", b"listing", b"xmp"})
_CODE_CLASSES = frozenset({"crayon-code", "js-file-line-container"})
"""Classes of tables that hold the lines of code, where no ``pre`` does."""
_TICKS = re.compile(rb"`+")
MAX_INLINE = 2000
"""Bytes of the longest code that stands within a line."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Editors leave one beside a formula, for the cursor."""
_EMPHASIS = frozenset({b"em", b"i", b"strong", b"b"})
_WORD = re.compile(rb"[A-Za-z0-9})\]\\|']\Z")


def _holds_code(tag: Tag) -> bool:
    """Tell whether a table holds the lines of code."""
    marked = any(word.encode() in tag.attributes for word in _CODE_CLASSES)
    return marked and not _CODE_CLASSES.isdisjoint(tag.classes())


class Page:
    """Some markup with what is asked of it as a whole, worked out once however many parts of it are read."""

    def __init__(self, markup: bytes) -> None:
        self.markup = markup
        self.tags = Tags(markup)
        self.formulas = Formulas(markup)
        self.marks = word_marks(markup)
        self.scripts = carriers.script_ids(markup)
        self.lines = Lines(markup)


class PlacedText(NamedTuple):
    """The text of some markup, and where in the markup each part of it stood, where that was asked for."""

    text: str
    places: SourceMap | None = None


def syntax_of(text: str) -> str:
    """``Article.syntax`` of a text that this module read: whether there may be code in it."""
    return CODED if "`" in text else ""


def text_of(markup: str | bytes) -> str:
    """The running text of a piece of HTML: blocks on lines of their own, formulas as TeX in their delimiters.

    Bytes are UTF-8.
    """
    data = utf8(markup) if isinstance(markup, str) else markup
    del markup  # whoever asks may have given it up as well
    return read(Page(data), [(0, len(data))]).text


def read(page: Page, ranges: list[tuple[int, int]], *, head: str = "", places: bool = False) -> PlacedText:
    """The running text of parts of some markup, one after the other.

    Args:
        page: the markup; what is read of it one after the other must be in order.
        ranges: the parts, ascending: an article without what does not belong to it.
        head: text to put on a line before all.
        places: whether to say where each part of the text stood.
    """
    reader = _Reader(page, places=places)
    if head:
        reader.begin(head, ranges[0][0])
    for start, end in ranges:
        reader.run(start, end)
    return reader.result()


class _Reader:
    def __init__(self, page: Page, *, places: bool) -> None:
        self._page = page
        self._tags = page.tags
        self._markup = page.markup
        self._out = Output(places=places)
        self._formulas = page.formulas
        self._marks = page.marks
        self._scripts = page.scripts
        self._pre = b""  # the fence of the block that is open
        self._code_end = -1  # where the code that is open ends
        self._ticks = b""  # around code within a line
        self._numbers = ListNumbers()
        self._sign = b""  # that the emphasis within a formula was made of
        self._last = ""  # the formula that was put last, and where it ended
        self._last_end = -1
        self._displayed = -1  # the end of the element that displays the formulas in it
        self._centred = -1  # the end of a paragraph in the middle, of pictures alone

    def begin(self, head: str, at: int) -> None:
        """Put a line before all that is read."""
        self._out.put(utf8(head), at)
        self._out.line(at)

    def run(self, start: int, stop: int) -> None:
        """Read on from one place to another."""
        done = start
        place = self._markup.find(b"<", start, stop)
        while place >= 0:
            end = self._tags.past_declaration(place)
            tag = None if end else self._tags.at(place)
            if end or (tag is not None and not self._is_sign(tag)):
                self._text(done, place)
                done = end = end or self._tag(tag)  # type: ignore[arg-type]
            place = self._markup.find(b"<", end or place + 1, stop)
        self._text(done, stop)

    def result(self) -> PlacedText:
        """The text, once all of it was read."""
        if self._code_end >= 0:
            self._close_code()
        return PlacedText(*self._out.result(self._page.lines))

    def _is_sign(self, tag: Tag) -> bool:
        r"""Tell whether an apparent tag is the less-than sign of a formula: ``\(a<b>c\)``."""
        return tag.name in AMBIGUOUS and self._formulas.is_loose(tag)

    # --- text ---------------------------------------------------------------------------------------------------------

    def _text(self, start: int, stop: int) -> None:
        """Take in what stands between two tags."""
        if self._marks and self._code_end < 0:
            number = bisect_right(self._marks, (start,))
            while number < len(self._marks) and self._marks[number][0] < stop:
                at, end, sign = self._marks[number]
                self._plain(start, at)
                self._out.put(sign, at)
                start = end
                number += 1
        self._plain(start, stop)

    def _plain(self, start: int, stop: int) -> None:
        if start >= stop:
            return
        markup, out = self._markup, self._out
        if len(out) == self._last_end and markup.startswith(_BYTE_ORDER_MARK, start, stop):
            start += len(_BYTE_ORDER_MARK)
        done = start
        for found in (_LITERAL if self._pre else _SPECIAL).finditer(markup, start, stop):
            out.copy(markup, done, found.start())
            done = found.end()
            if found[0].startswith(b"&"):
                piece = utf8(unescape(found[0].decode("ascii")))
                if piece != _BYTE_ORDER_MARK or len(out) != self._last_end:
                    out.put(piece, found.start())
            elif self._pre:
                out.put(b"\n", found.start())
            else:
                out.space(found.start())
        out.copy(markup, done, stop)

    # --- tags ---------------------------------------------------------------------------------------------------------

    def _tag(self, tag: Tag) -> int:
        """Take in one tag; returns where reading goes on."""
        if 0 <= self._code_end <= tag.start:
            self._close_code()
            return tag.end
        end = 0 if tag.closes else self._opened(tag)
        if end:
            return end
        if tag.name in _EMPHASIS and self._code_end < 0 and (sign := self._emphasis(tag)):
            self._out.put(sign, tag.start)
        elif tag.name == b"br" and self._pre:
            self._out.put(b"\n", tag.start)
        elif tag.name in BLOCKS and not self._ticks:
            listed = self._code_end < 0 and (tag.name == b"li" or tag.name in LISTS)
            if listed:
                self._out.forget_label()
            self._out.line(tag.start)
            if listed and (label := self._numbers.label(tag)):
                self._out.label(label, tag.start)
        return tag.end

    def _opened(self, tag: Tag) -> int:
        """Take in an element as a whole, where it is one that is; returns where reading goes on, or 0."""
        if tag.name in RAW:
            return self._raw(tag)
        if b"class" in tag.attributes and tag.name not in {b"pre", b"code"} and not _GUTTERS.isdisjoint(tag.classes()):
            content = self._tags.content_end(tag)
            return content[1] if content else 0
        if self._code_end >= 0:
            return 0
        if tag.name == b"math" or tag.name.endswith(b":math"):
            return self._mathml(tag)
        if tag.name == b"img":
            self._formula(of_picture(tag), tag)
            return 0
        if tag.name in _JATS:
            return self._of_journal(tag)
        if direction(tag):
            return raise_or_lower(self._tags, tag, self._out, within=self._formulas.around(tag.start) is not None)
        if tag.name == b"center" or (b"center" in tag.attributes and tag.name in {b"p", b"div"}):
            content = self._tags.content_end(tag)
            if content and stand_alone(self._markup[tag.end : content[0]]):
                self._centred = content[0]
        return self._carrier(tag) or self._code(tag)

    def _raw(self, tag: Tag) -> int:
        """Pass over an element without running text, but for scripts that hold formulas; a drawing may lack its end."""
        end = self._tags.close_of(tag.name, tag.end)
        if tag.name == b"script" and self._code_end < 0:
            self._formula(carriers.of_script(tag, self._markup[tag.end : end]), tag)
        if tag.name == b"svg":
            content = self._tags.content_end(tag)
            if content and self._code_end < 0:
                self._formula(carriers.of_drawing(self._markup[tag.end : content[0]]), tag)
            return content[1] if content else tag.end
        return end

    def _mathml(self, tag: Tag) -> int:
        end = self._tags.close_of(tag.name, tag.end)
        if end == len(self._markup):  # never closed: what is in it is read as it stands
            return 0
        content = self._markup[tag.end : end]
        if _CONTENT_MATHML.search(content):
            self._formula(carriers.CarriedFormula(""), tag)
            return end
        if not carriers.is_mathml(content) and b"alttext" not in tag.attributes and b"data-code" not in tag.attributes:
            return 0
        self._formula(carriers.of_mathml(string(content), tag), tag)
        return end

    def _of_journal(self, tag: Tag) -> int:
        """Take in what JATS has around a formula: that it is displayed, and its several forms, of which one is read."""
        content = self._tags.content_end(tag)
        if content is None:
            return 0
        if tag.name == b"disp-formula":
            self._displayed = content[0]
            return 0
        place = self._markup.find(b"<tex-math", tag.end, content[0])
        tex = self._tags.at(place) if place >= 0 else None
        return content[1] if tex is not None and self._carrier(tex) else 0

    def _carrier(self, tag: Tag) -> int:
        """Take in an element that stands for a formula; returns its end, or 0."""
        if not tag.attributes and b"-" not in tag.name and tag.name not in carriers.LEAVES:
            return 0
        if b"lazy-image-placeholder" in tag.attributes:
            self._formula(of_picture(tag), tag)
            content = self._tags.content_end(tag)
            return content[1] if content else 0
        named = carriers.of_attributes(tag)
        if tag.name in VOID:
            self._formula(named, tag)
            return 0
        drawn = named is None and carriers.is_drawn(tag)
        if named is None and not drawn and not carriers.may_be_leaf(tag):
            return 0
        content = self._tags.content_end(tag)
        if content is None:
            return 0
        inside = self._markup[tag.end : content[0]]
        if named is not None and not named.tex and carriers.is_mathml(inside):  # there it is to be had
            return 0
        found: carriers.CarriedFormula | bool | None = named
        if drawn:
            found = carriers.of_drawn(tag, self._tags, inside, content[1], self._scripts)
        elif named is None:
            found = carriers.of_leaf(tag, inside)
        if found is None:
            if tag.name == b"div" and "math" in tag.classes():  # around a picture
                self._displayed = content[0]
            return 0
        if isinstance(found, carriers.CarriedFormula):
            self._formula(found, tag)
        return content[1]

    def _formula(self, found: carriers.CarriedFormula | None, tag: Tag) -> None:
        """Put a formula, unless it is the one before it once more: a picture beside its MathML."""
        if found is None:
            return
        if tag.start < self._displayed:
            found = found._replace(display=True)
        elif tag.start < self._centred:
            found = displayed_style(found)
        if (found.tex == self._last or not found.tex) and self._is_again(tag):
            return
        while self._out.tail(3) == _BYTE_ORDER_MARK:
            self._out.take_back(3)
        self._out.put(utf8(found.shown()), tag.start)
        self._last, self._last_end = found.tex, len(self._out)

    def _is_again(self, tag: Tag) -> bool:
        """Tell whether a picture stands right behind its MathML."""
        if tag.name != b"img" and b"lazy-image" not in tag.attributes:
            return False
        end = len(self._out)
        return end == self._last_end or (b"mwe-math" in tag.attributes and end == self._last_end + 1)

    def _emphasis(self, tag: Tag) -> bytes:
        """The sign that Markdown took out of a formula: ``A<em>i`` was ``A_i``."""
        found = self._formulas.around(tag.start)
        if found is None or not found.emphasis:
            return b""
        count = 2 if tag.name in {b"strong", b"b"} else 1
        if tag.closes:
            sign, self._sign = self._sign or b"_", b""
            return sign * count
        before = self._out.tail(1)
        if not _WORD.search(before):
            return b""
        self._sign = b"*" if before.isdigit() else b"_"
        return self._sign * count

    # --- code ---------------------------------------------------------------------------------------------------------

    def _code(self, tag: Tag) -> int:
        """Begin code, in a block of its own or within a line; returns where it begins, or 0 where it is none."""
        block = tag.name in _BLOCKS_OF_CODE
        if not block and tag.name not in _CODE:
            whole = self._tags.content_end(tag) if _holds_code(tag) else None
            if whole is None:
                return 0
            block, end = True, whole[0]
        else:
            end = self._tags.close_of(tag.name, tag.end)
        if not block and (end == len(self._markup) or end - tag.end > MAX_INLINE):
            return 0
        content = self._markup[tag.end : end]
        longest = max((len(run) for run in _TICKS.findall(content)), default=0)
        if block:
            language = _LANGUAGE.search(self._markup, tag.start, min(tag.end + 300, end))
            if (language and language[1] == b"math") or _MATH_BLOCK.search(tag.attributes):
                self._formula(carriers.of_block(content), tag)
                return end
            self._pre = b"`" * max(3, longest + 1)
            self._out.keep_label()
            self._out.line(tag.start)
            self._out.put(self._pre + (language[1] if language else b"") + b"\n", tag.start)
            self._out.literal, self._code_end = True, end
            return tag.end + self._markup.startswith(b"\n", tag.end)
        if not content.strip() or b"<pre" in content.lower():
            return 0
        self._ticks, self._code_end = b"`" * (longest + 1), end
        self._out.put(self._ticks + b" " * (longest > 0), tag.start)
        return tag.end

    def _close_code(self) -> None:
        at = max(0, self._code_end)
        self._code_end = -1
        if self._pre:
            self._out.line(at)
            self._out.put(self._pre + b"\n", at)
            self._pre, self._out.literal = b"", False
        elif self._ticks:
            self._out.put(b" " * (len(self._ticks) > 1) + self._ticks, at)
            self._ticks = b""
