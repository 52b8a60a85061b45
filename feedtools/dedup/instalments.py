"""Instalments: articles that open by naming their number in a series, which another number tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.dedup.document import Document
    from feedtools.dedup.overlap import Overlap

OPENING = 160
"""Symbols among which a text names its number in a series."""
_NAMED = 80
"""Symbols before an overlap, up to which those numbers count."""
_SERIES = (  # begins with a set, which lets the engine skip from one of its characters to the next
    "[第pclewdv](?:(?<=第)(?:[0-9]+|[一二三四五六七八九十百]+)(?P<unit>部分|篇|期|章|节|讲|回|集|话|课|天|周|卷|册|弹)"
    "|(?P<word>(?<=p)art|(?<=c)hapter|(?<=l)esson|(?<=e)pisode|(?<=w)eek|(?<=d)ay|(?<=v)ol)[0-9]+)"
)
_INSTALMENT = lazy(_SERIES)
_INSTALMENT_CODES = lazy("".join(char if char.isascii() else rf"\x{ord(char) & 0xFF:02x}" for char in _SERIES).encode())
"""The same for codes: what names an instalment does so in them too."""


def other_instalment(found: Overlap, a: Document, b: Document) -> bool:
    """Say whether both texts open by naming their number in a series, and the numbers differ."""
    search = _INSTALMENT_CODES.search
    if found.similarity == 1 or max(found.a_start, found.b_start) > _NAMED:
        return False
    if search(a.codes, 0, OPENING) is None or search(b.codes, 0, OPENING) is None:
        return False
    one = _INSTALMENT.search(a.symbols, 0, OPENING)
    two = one and _INSTALMENT.search(b.symbols, 0, OPENING)
    if one is None or two is None:
        return False  # most true copies that differ in a numeral name no instalment
    return one.group("unit", "word") == two.group("unit", "word") and one.group() != two.group()
