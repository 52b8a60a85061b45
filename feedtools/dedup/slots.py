"""Slots: the places where two texts that run in parallel differ, and what each has there.

A slot is a place where both have something, and not the same.  Slots tell an edited copy from the next item of a
series: the fillers of a template's slots are figures, names and formulas, and others of the series have yet others
between the same flanks.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from feedtools.text.dropped import FORMULAS, HOLES, dropped
from feedtools.text.placeholders import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.dedup.document import Document
    from feedtools.dedup.runs import Runs

FLANK = {True: 4, False: 10}
"""Symbols on either side of a slot that name it: in a script of thousands of letters, and in an alphabet."""
EDGE = 8
"""Symbols of what stands before or behind all that is shared that tell it from others."""
_SOLID = {True: 2, False: 4}
"""Symbols that agree by chance between two differences: they belong to the slot."""
_NEAR_HOLE = 4
"""Symbols between a placeholder and the place where the texts part, a few of which may agree by chance."""
_FOREIGN = 6
"""Letters of a slot from which its script tells something."""
_NUMERALS = "一二两三四五六七八九十百千万亿"
_NUMBER = 2
"""Raw code points between two digits of one number, at most: a point or a comma may stand there."""


class Gap(NamedTuple):
    """Stretches of the two texts between which nothing agrees; half-open, in symbols, either may be empty."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int

    def turned(self) -> Gap:
        """The same seen from the other text."""
        return Gap(self.b_start, self.b_end, self.a_start, self.a_end)


def gaps(runs: Runs, size_a: int, size_b: int, *, dense: bool) -> list[Gap]:
    """List the stretches between what agrees, in order, what lies before and behind included."""
    solid = _SOLID[dense]
    found: list[Gap] = []
    i = j = 0
    for x, y, size in [*(one for one in runs.blocks if one[2] >= solid), (size_a, size_b, 1)]:
        if y >= j and x >= i:
            if x > i or y > j:
                found.append(Gap(i, x, j, y))
            i, j = x + size, y + size
    return found


class FrameSlot(NamedTuple):
    """A place where two texts have different things.

    Attributes:
        key: names the place by its flanks, 64 bits; it is odd where one of the texts begins or ends there.
        a, b: number for what the one and the other have there, 32 bits.
    """

    key: int
    a: int
    b: int


def slots(a: Document, b: Document, between: Sequence[Gap], *, dense: bool) -> tuple[FrameSlot, ...]:
    """Name the places where both texts have something else, and what they have there."""
    width = FLANK[dense]
    one, other = a.symbols, b.symbols
    found = []
    for gap in _widened(a, b, between, dense=dense):
        if gap.a_end > gap.a_start and gap.b_end > gap.b_start:
            before, behind = one[max(0, gap.a_start - width) : gap.a_start], one[gap.a_end : gap.a_end + width]
            fillers = one[gap.a_start : gap.a_end], other[gap.b_start : gap.b_end]
            if not before:  # an article may begin and end anywhere: what stands beside the run names it
                fillers = fillers[0][-EDGE:], fillers[1][-EDGE:]
            elif not behind:
                fillers = fillers[0][:EDGE], fillers[1][:EDGE]
            key = (_number(before) << 32 | _number(behind)) & ~1 | (not before or not behind)
            found.append(FrameSlot(key, *map(_number, fillers)))
    return tuple(found)


def _number(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def _widened(a: Document, b: Document, between: Sequence[Gap], *, dense: bool) -> Iterator[Gap]:
    """Gaps that take in the rest of the words and numbers they begin and end in; such as then touch are one."""
    last: Gap | None = None
    for gap in between:
        left, right = _words_beside(a, gap, dense=dense)
        wide = Gap(gap.a_start - left, gap.a_end + right, gap.b_start - left, gap.b_end + right)
        if min(wide.a_start, wide.b_start) < 0 or wide.a_end > len(a.codes) or wide.b_end > len(b.codes):
            wide = gap
        if last is not None and (wide.a_start < last.a_end or wide.b_start < last.b_end):
            wide = Gap(last.a_start, wide.a_end, last.b_start, wide.b_end)
        elif last is not None:
            yield last
        last = wide
    if last is not None:
        yield last


def _words_beside(a: Document, gap: Gap, *, dense: bool) -> tuple[int, int]:
    """Symbols before and behind a gap that belong to a word or a number it begins or ends in."""
    one, start, end = a.symbols, gap.a_start, gap.a_end
    left = right = 0
    while start - left > 0 and start < len(one) and _joined(a, start - left - 1, dense=dense):
        left += 1
    while end > 0 and end + right < len(one) and _joined(a, end + right - 1, dense=dense):
        right += 1
    return left, right


def _joined(a: Document, at: int, *, dense: bool) -> bool:
    """Tell whether a symbol and the next one belong to one word or number."""
    if at + 1 >= len(a.symbols):
        return False
    one, two = a.symbols[at], a.symbols[at + 1]
    if not (one.isascii() and two.isascii()):
        return False
    if dense and not (one.isdigit() or two.isdigit()):
        return True
    apart = a.offsets[at + 1] - a.offsets[at]
    return apart <= _NUMBER if one.isdigit() and two.isdigit() else apart == 1


def figures_agree(a: Document, b: Document, between: Sequence[Gap], *, dense: bool) -> bool:
    """Say whether no slot holds one number in the one text and another in the other."""
    for gap in _widened(a, b, between, dense=dense):
        one = _digits(a.symbols[gap.a_start : gap.a_end])
        if one and (other := _digits(b.symbols[gap.b_start : gap.b_end])) and one != other:
            return False
    return True


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit() or char in _NUMERALS)


def formulas_agree(a: Document, b: Document, runs: Runs) -> bool:
    """Say whether closed formulas at the same places of both texts are the same."""
    if not a.traits & b.traits & FORMULAS:
        return True
    one, other = _formulas(a), _formulas(b)
    return not one or all(one[at] == other.get(there, one[at]) for at, there in _placed(sorted(one), runs))


def _formulas(document: Document) -> dict[int, str]:
    """The closed formulas that carry no symbols, by the number of symbols before them."""
    found: dict[int, str] = {}
    text = document.text
    for start, end in dropped(text):
        body = text[start:end]
        if body.endswith(("\\)", "\\]", "$$", "}")) and not body.startswith(("[", "［", "【")):
            at = bisect_left(document.offsets, start)
            found[at] = found.get(at, "") + "".join(body.split())
    return found


def _placed(places: Sequence[int], runs: Runs) -> Iterator[tuple[int, int]]:
    """Places of the one text with where they are in the other, as far as they lie in runs."""
    for at in places:
        for i, j, size in runs.blocks:
            if i <= at <= i + size:
                yield at, j + at - i
                break


def excused(a: Document, b: Document, between: Sequence[Gap]) -> list[Gap]:
    """List the gaps of ``a`` where ``b`` shows a placeholder instead: a renderer left out what stands there."""
    if a.traits & HOLES or not b.traits & HOLES:
        return []
    holes = [bisect_left(b.offsets, hole.start) for hole in find(b.text)]
    return [gap for gap in between if any(gap.b_start - _NEAR_HOLE <= hole <= gap.b_end + _NEAR_HOLE for hole in holes)]


def translated(a: Document, b: Document, between: Sequence[Gap]) -> bool:
    """Say whether all that differs is in two scripts, in several places: where the one is Latin, the other is not."""
    places = 0
    for gap in between:
        one, other = a.symbols[gap.a_start : gap.a_end], b.symbols[gap.b_start : gap.b_end]
        if min(len(one), len(other)) < _FOREIGN:
            continue
        shares = [sum(map(str.isascii, text)) / len(text) for text in (one, other)]
        if max(shares) > 0.8 and min(shares) < 0.2:
            places += 1
        elif gap.a_end < len(a.codes):  # excerpts end where they end
            return False
    return places > 1


def longest(between: Sequence[Gap], side: int) -> int:
    """The longest stretch of the one (0) or the other (1) text among gaps, in symbols."""
    return max((gap[2 * side + 1] - gap[2 * side] for gap in between), default=0)
