r"""Formulas between delimiters in markup: ``\(…\)``, ``\[…\]``, ``$…$``, ``$$…$$``, ``$latex …$``, ``[tex]…[/tex]``."""

from __future__ import annotations

import re
from typing import NamedTuple

from feedtools.readers.tags import AMBIGUOUS, BLOCKS, TAG, Tag, characters

MAX_FORMULA = 2000
"""Characters within which a formula's end is looked for."""
_ENDS = {b"\\(": b"\\)", b"\\[": b"\\]", b"$$": b"$$", b"$": b"$"}
_OPENER = re.compile(rb"\\\(|\\\[|\$\$?")
_WORD = re.compile(
    rb"\$latex(?=[\s{\\])\s*|\[(itex|tex|latex|math|katex|mathjax|mathjaxinline)(\s{1,9}display=[\"']?true[\"']?)?\]"
)
_CENTRED = re.compile(rb"<(?:center|(?:p|div)\b[^<>]*\bcenter\b[^<>]*+)>\s*+\Z", re.IGNORECASE)
_DISPLAY_STYLE = re.compile(rb"\\displaystyle(?![a-zA-Z])\s*")
_TAG_FOLLOWS = re.compile(rb"\s{0,200}+</")
_SETTINGS = re.compile(rb"(?:&(?:amp;|#0?38;)?(?:bg|fg|s)=[\w.#-]{0,40}+){1,8}+\Z")
_EVIDENCE = re.compile(rb"[\\{}^=+|(,]")
_HAN = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_CODE = frozenset({b"code", b"pre"})


class Delimited(NamedTuple):
    """A formula's place without its delimiters, and the one-letter names in it that look like tags but are none."""

    start: int
    end: int
    loose: frozenset[bytes]
    emphasis: bool


class Formulas:
    """The delimited formulas of some markup, asked for from front to back."""

    def __init__(self, markup: bytes) -> None:
        self._markup = markup
        self._opener = _OPENER.search(markup)
        self._now = Delimited(0, 0, frozenset(), False)

    def around(self, place: int) -> Delimited | None:
        """The formula in which a place lies; to go back begins anew."""
        if place < self._now.start:
            self._opener, self._now = _OPENER.search(self._markup), Delimited(0, 0, frozenset(), False)
        while self._now.end <= place and self._opener and self._opener.start() < place:
            self._advance(self._opener)
        return self._now if self._now.start <= place < self._now.end else None

    def is_loose(self, tag: Tag) -> bool:
        """Tell whether a tag of one letter is a less-than sign in a formula."""
        found = self.around(tag.start)
        return found is not None and tag.name in found.loose

    def _advance(self, opener: re.Match[bytes]) -> None:
        markup, closer = self._markup, _ENDS[opener[0]]
        end = _end(markup, closer, opener.end())
        inside = markup[opener.end() : end] if end >= 0 else b""
        if end < 0 or _has_block(inside, closer):
            self._opener = _OPENER.search(markup, opener.end())
            return
        if b"<" in inside:
            plain = closer != b"$" or ((_EVIDENCE.search(inside) or not inside.count(b" ")) and not _HAN.search(inside))
            self._now = Delimited(opener.end(), end, _loose(inside), bool(plain))
        self._opener = _OPENER.search(markup, end + len(closer))


def _end(markup: bytes, closer: bytes, start: int) -> int:
    """Find the closing delimiter within ``MAX_FORMULA`` characters of up to four bytes each; -1 if there is none."""
    end = markup.find(closer, start, start + MAX_FORMULA)
    if end < 0 and not markup[start : start + MAX_FORMULA].isascii():
        end = markup.find(closer, start, start + 4 * MAX_FORMULA)
        if end >= 0 and characters(markup[start:end]) + len(closer) > MAX_FORMULA:
            return -1
    return end


def _has_block(inside: bytes, closer: bytes) -> bool:
    """Tell whether delimiters enclose more than a formula."""
    names = [(tag[2].lower(), bool(tag[1])) for tag in TAG.finditer(inside)]
    if any(name in _CODE for name, _ in names):
        return True
    if closer not in {b"$", b"\\)"}:
        return False
    return any(name in BLOCKS - {b"p", b"br"} or (name == b"p" and closes) for name, closes in names)


def _loose(inside: bytes) -> frozenset[bytes]:
    closed = {tag[2].lower() for tag in TAG.finditer(inside) if tag[1]}
    opened = {tag[2].lower() for tag in TAG.finditer(inside) if not tag[1]}
    return AMBIGUOUS - (opened & closed)


def word_marks(markup: bytes) -> list[tuple[int, int, bytes]]:
    r"""Delimiters that are words, in order: where each begins and ends, and what stands for it: ``\(`` for ``$latex ``.

    Each has its partner; of WordPress, the settings behind a formula go with it.
    """
    if b"$latex" not in markup and b"[/" not in markup:
        return []
    marks: list[tuple[int, int, bytes]] = []
    found = _WORD.search(markup)
    while found:
        closer = b"[/" + found[1] + b"]" if found[1] else b"$"
        end = _end(markup, closer, found.end())
        if end < 0 or _has_block(markup[found.end() : end], b"$"):
            found = _WORD.search(markup, found.end())
            continue
        settings = _SETTINGS.search(markup[max(found.end(), end - 80) : end])
        last = end - len(settings[0]) if settings and not found[1] else end
        begins, displayed = _begins(markup, found, end + len(closer))
        shown = (b"\\[", b"\\]") if displayed else (b"\\(", b"\\)")
        marks += [(found.start(), begins, shown[0]), (last, end + len(closer), shown[1])]
        found = _WORD.search(markup, end + len(closer))
    return marks


def _begins(markup: bytes, opener: re.Match[bytes], past: int) -> tuple[int, bool]:
    r"""Find the beginning of a formula and its display: blogs centre it, or write ``\displaystyle`` there."""
    if opener[1]:
        displayed = opener[2] or opener[1] == b"mathjax" or (opener[1] == b"tex" and _alone(markup, opener.start()))
        return opener.end(), bool(displayed)
    style = _DISPLAY_STYLE.match(markup, opener.end())
    before = markup[max(0, opener.start() - 200) : opener.start()]
    if style and _TAG_FOLLOWS.match(markup, past) and _CENTRED.search(before):
        return style.end(), True
    return opener.end(), False


def _alone(markup: bytes, start: int) -> bool:
    """Tell whether nothing but a tag or a line end stands before a formula."""
    return markup[max(0, start - 1) : start] in {b"", b">", b"\n"}
