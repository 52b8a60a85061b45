"""Two texts to a Match: what their overlap, located and measured in ``overlap``, makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from feedtools.dedup.keeper import damage
from feedtools.dedup.overlap import Overlap, codes, equal, overlap
from feedtools.dedup.sketch import SHORT
from feedtools.model import Block, Kind, Match
from feedtools.text import symbols
from feedtools.text.dropped import HOLES, dropped, traits
from feedtools.text.patterns import lazy

CLEAN = 0.9
"""Similarity below which a copy counts as edited, not merely cut or rendered otherwise."""
PARTED = 40
"""Symbols that two texts begin with, from which they are one article if they part where one of them has a hole."""
_BEGIN, _CHANCE = 8, 4
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
_PLACES = 10_000
"""Shares are told to four places."""


class Known(Protocol):
    """What is asked of few texts, by their numbers."""

    def text(self, number: int, /) -> str:
        """The raw text."""

    def opening(self, number: int, /) -> str:
        """The symbols that it begins with, ``OPENING`` of them or more."""


class Pair(NamedTuple):
    """Two texts that are known; the numbers are those they go by.

    Attributes:
        numbers: of the one and the other.
        texts: raw.
        symbols: of each.
    """

    numbers: tuple[int, int]
    texts: tuple[str, str]
    symbols: tuple[str, str]

    def text(self, number: int, /) -> str:
        """See ``Known``."""
        return self.texts[self.numbers.index(number)]

    def opening(self, number: int, /) -> str:
        """See ``Known``."""
        return self.symbols[self.numbers.index(number)]

    def compared(self) -> tuple[Match | None, Overlap | None]:
        """What ``measured`` makes of them."""
        (one, other), (first, second) = map(codes, self.symbols), map(traits, self.texts)
        return measured(one, other, first, second, *self.numbers, known=self)


def _kind(found: Overlap, size_a: int, size_b: int, traits_a: int, traits_b: int) -> Kind:
    """What ``a`` (the repeated, cut or contained text) is to ``b``, where they are one article."""
    holed = (traits_a ^ traits_b) & HOLES
    whole = found.a_start <= 0.1 * size_a and found.a_end >= 0.9 * size_a
    if not whole or found.similarity < CLEAN:
        return "rerendered" if found.b_start <= _BEGIN and holed else "near"
    if found.b_start > _BEGIN:
        return "contained"
    apart = traits_a != traits_b
    if found.b_end >= 0.95 * size_b:
        if apart or found.similarity == 1:
            return "rerendered" if apart or found.b_end == size_b else "truncated"
        return "near"
    return "rerendered" if apart else "truncated"


def _parted_by_hole(found: Overlap, a: int, b: int, traits_a: int, traits_b: int, known: Known) -> bool:
    """Whether two texts begin alike up to where one of them, and not the other, lacks something."""
    if not (traits_a ^ traits_b) & HOLES:
        return False
    if found.parted:
        return True
    number, end = (a, found.a_end) if traits_a & HOLES else (b, found.b_end)
    begun = max(found.a_start, found.b_start) <= _BEGIN and found.a_end - found.a_start >= PARTED
    return begun and found.similarity == 1 and _hole_behind(known.text(number), end)


def _hole_behind(text: str, count: int) -> bool:
    """Whether a placeholder stands behind the first ``count`` symbols, a few of which may agree by chance."""
    offsets = symbols.offsets(text)
    start, end = offsets[max(0, count - _CHANCE)], offsets[count] if count < len(offsets) else len(text)
    return any(start <= first and last <= end and text[first] == "[" for first, last in dropped(text))


def _other_instalment(a: int, b: int, codes_a: bytes, codes_b: bytes, known: Known) -> bool:
    """Whether both texts open by naming their number in a series, and the numbers differ."""
    search = _INSTALMENT_CODES.search
    if search(codes_a, 0, OPENING) is None or search(codes_b, 0, OPENING) is None:
        return False
    one = _INSTALMENT.search(known.opening(a), 0, OPENING)
    two = one and _INSTALMENT.search(known.opening(b), 0, OPENING)
    if one is None or two is None:
        return False  # most true copies that differ in a numeral name no instalment
    return one.group("unit", "word") == two.group("unit", "word") and one.group() != two.group()


def match_pair(text_a: str, text_b: str, a: int = 0, b: int = 1) -> Match | None:
    """Compare two raw texts; ``None`` where they share nothing worth reporting.

    The match is directed from the text with fewer symbols to the other (between equals: the more damaged one, then
    the one that sorts first, so that nothing depends on the order of the two); ``a`` and ``b`` are the numbers to give
    them. The result is the same as the batch deduplicator's, with evidence.
    """
    found = match_symbols(symbols.symbols(text_a), symbols.symbols(text_b), text_a, text_b, a, b)
    if found is None:
        return None
    return explain(found, text_a, text_b) if found.a == a else explain(found, text_b, text_a)


def match_symbols(sym_a: str, sym_b: str, text_a: str, text_b: str, a: int, b: int) -> Match | None:
    """``match_pair`` without evidence, for texts whose symbols are known."""
    return Pair((a, b), (text_a, text_b), (sym_a, sym_b)).compared()[0]


def measured(
    codes_a: bytes, codes_b: bytes, traits_a: int, traits_b: int, a: int, b: int, *, known: Known
) -> tuple[Match | None, Overlap | None]:
    """``match_symbols``, and the overlap it was made from, as ``aligned`` takes it; none where the texts are equal.

    Args:
        codes_a: of the symbols of the one text, as ``overlap.codes`` gives them.
        codes_b: likewise of the other.
        traits_a: of the one, as ``normal.traits`` gives them.
        traits_b: likewise of the other.
        a: the number of the one.
        b: the number of the other.
        known: asked for what few pairs need.
    """
    size_a, size_b = len(codes_a), len(codes_b)
    if size_a == size_b:
        text_a, text_b = known.text(a), known.text(b)
        turned = (-damage(text_a), codes_a, text_a) > (-damage(text_b), codes_b, text_b)
    else:
        text_a = text_b = ""
        turned = size_a > size_b
    if turned:
        a, b, codes_a, codes_b, traits_a, traits_b = b, a, codes_b, codes_a, traits_b, traits_a
        size_a, size_b = size_b, size_a
    if size_a == size_b and text_a == text_b:
        return Match(a, b, "exact", 1.0, 1.0, 1.0), None
    found = overlap(codes_a, codes_b)
    if found is None or size_a < SHORT:
        return None, None
    a_start, a_end, b_start, b_end, similarity, same, _ = found
    kind: Kind = "overlap"
    if same or _parted_by_hole(found, a, b, traits_a, traits_b, known):
        named = similarity < 1 and a_start <= _NAMED and b_start <= _NAMED
        if not (named and _other_instalment(a, b, codes_a, codes_b, known)):
            kind = _kind(found, size_a, size_b, traits_a, traits_b)
    cover_a = int((a_end - a_start) / size_a * _PLACES + 0.5) / _PLACES
    cover_b = int((b_end - b_start) / size_b * _PLACES + 0.5) / _PLACES
    return Match(a, b, kind, cover_a, cover_b, int(similarity * _PLACES + 0.5) / _PLACES), found


def explain(match: Match, text_a: str, text_b: str) -> Match:
    """``match`` with its evidence: the raw spans of ``text_a`` and ``text_b`` that stand for each other, in order."""
    if text_a == text_b:
        return match._replace(evidence=(Block(0, len(text_a), 0, len(text_b)),))
    sym_a, sym_b = symbols.symbols(text_a), symbols.symbols(text_b)
    found = overlap(codes(sym_a), codes(sym_b))
    if found is None:
        return match
    raw_a, raw_b = symbols.offsets(text_a), symbols.offsets(text_b)
    return match._replace(evidence=aligned(found, sym_a, sym_b, raw_a, raw_b))


def aligned(found: Overlap, sym_a: str, sym_b: str, raw_a: Sequence[int], raw_b: Sequence[int]) -> tuple[Block, ...]:
    """The raw spans that stand for each other, in order.

    Args:
        found: where the symbols run in parallel.
        sym_a: symbols of the one text.
        sym_b: symbols of the other.
        raw_a: of each symbol in ``sym_a`` the offset of the code point it came from.
        raw_b: likewise for ``sym_b``.
    """
    a, b = sym_a[found.a_start : found.a_end], sym_b[found.b_start : found.b_end]
    blocks, a_end, b_end = [], 0, 0
    for start_a, start_b, size in equal(a, b):
        i, j = found.a_start + start_a, found.b_start + start_b
        a_start, b_start = raw_a[i], raw_b[j]
        if a_start >= a_end and b_start >= b_end:  # a code point that stands for several symbols is counted once
            a_end, b_end = raw_a[i + size - 1] + 1, raw_b[j + size - 1] + 1
            blocks.append(Block(a_start, a_end, b_start, b_end))
    return tuple(blocks)


def cut(match: Match) -> int | None:
    """Where ``a`` breaks off: the raw offset in ``b`` of the first code point that ``a`` no longer has."""
    if (
        match.kind not in ("truncated", "rerendered", "contained", "near")
        or not match.evidence
        or match.coverage_b >= 1
    ):
        return None
    return match.evidence[-1].b_end
