"""Slots: the places where two texts that run in parallel differ, and what each has there.

A slot is a place where both have something, and not the same.  Slots tell an edited copy from the next item of a
series: the fillers of a template's slots are figures, names and formulas, and others of the series have yet others
between the same flanks.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from feedtools.text.dropped import HOLES
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feedtools.dedup.document import Document
    from feedtools.dedup.runs import Runs

FLANK = {True: 4, False: 10}
"""Symbols on either side of a slot that name it: in a script of thousands of letters, and in an alphabet."""
EDGE = 8
"""Symbols of what stands before or behind all that is shared that tell it from others."""
AT_END, LONG_TEXT = 1, 2
"""Bits of a slot: one of the texts begins or ends there; both are long, and nearly all the same."""
_SOLID = {True: 2, False: 4}
"""Symbols that agree by chance between two differences: they belong to the slot."""
_NEAR_HOLE = 4
"""Symbols between a placeholder and the place where the texts part, a few of which may agree by chance."""
_FOREIGN = 6
"""Letters of a slot from which its script tells something."""
_FIGURES = lazy(r"[^\d一二两三四五六七八九十百千万亿]+")
"""All that is no figure."""
_FIGURE = lazy(r"[\d一二两三四五六七八九十百千万亿]")
_NINE = "9"
"""The last digit: of the symbols in ASCII, which are digits and small letters."""
_HIGH = "\x80"
"""The first symbol that is not ASCII."""
_NUMBER = 2
"""Raw code points between two digits of one number, at most: a point or a comma may stand there."""

_UNIT, _PREFIX, _BESIDE = 8, 2, 3
"""Symbols of a unit and of its prefix at most, and raw code points from a number to it: a blank and a degree sign may
stand there."""


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
    for x, y, size in (*runs.blocks, (size_a, size_b, solid)):
        if size >= solid and y >= j and x >= i:
            if x > i or y > j:
                found.append(_gap((i, x, j, y)))
            i, j = x + size, y + size
    return found


_gap = partial(tuple.__new__, Gap)  # makes one in half of the time


class FrameSlot(NamedTuple):
    """A place where two texts have different things.

    Attributes:
        key: names the place by its flanks, 64 bits, of which the lowest are ``AT_END`` and ``LONG_TEXT``.
        a, b: number for what the one and the other have there, 32 bits.
    """

    key: int
    a: int
    b: int


_slot = partial(tuple.__new__, FrameSlot)


def slots(a: Document, b: Document, wide: Sequence[Gap], *, dense: bool, long: bool) -> tuple[FrameSlot, ...]:
    """Name the places where both texts have something else, and what they have there.

    Args:
        a: the one text.
        b: the other.
        wide: where they differ, as ``widened`` gives it.
        dense: whether the script has thousands of letters.
        long: whether the texts are long, and nearly all the same.
    """
    kind = LONG_TEXT if long else 0
    width = 4 * FLANK[dense]  # a letter takes four bytes
    one, other = a.letters, b.letters
    found = []
    for a_start, a_end, b_start, b_end in wide:
        if a_end > a_start and b_end > b_start:
            i, p, j, q = 4 * a_start, 4 * a_end, 4 * b_start, 4 * b_end
            before, behind = one[i - width if i > width else 0 : i], one[p : p + width]
            if not before:  # an article may begin and end anywhere: what stands beside the run names it
                i, j = max(i, p - 4 * EDGE), max(j, q - 4 * EDGE)
            elif not behind:
                p, q = min(p, i + 4 * EDGE), min(q, j + 4 * EDGE)
            key = (crc32(before) << 32 | crc32(behind)) & ~(AT_END | LONG_TEXT) | kind
            if not before or not behind:
                key |= AT_END
            found.append(_slot((key, crc32(one[i:p]), crc32(other[j:q]))))
    return tuple(found)


def widened(a: Document, b: Document, between: Sequence[Gap], *, dense: bool) -> list[Gap]:
    """Let gaps take in the rest of the words and numbers they begin and end in; those that then touch become one."""
    found: list[Gap] = []
    size_a, size_b = len(a.codes), len(b.codes)
    one = a.symbols
    last_a = last_b = -1
    for gap in between:
        a_start, a_end, b_start, b_end = gap
        left = right = 0
        if 0 < a_start < size_a and one[a_start] < _HIGH > one[a_start - 1]:
            left = _word_before(a, a_start, dense=dense)
        if 0 < a_end < size_a and one[a_end] < _HIGH > one[a_end - 1]:
            right = _word_behind(a, a_end, dense=dense)
        if (left or right) and left <= b_start and a_end + right <= size_a and b_end + right <= size_b:
            gap = _gap((a_start - left, a_end + right, b_start - left, b_end + right))
            a_start, a_end, b_start, b_end = gap
        if a_start < last_a or b_start < last_b:
            found[-1] = _gap((found[-1][0], a_end, found[-1][2], b_end))
        else:
            found.append(gap)
        last_a, last_b = a_end, b_end
    return found


def _word_before(a: Document, start: int, *, dense: bool) -> int:
    """Symbols before a place that belong to the word or number that goes on there."""
    one, at = a.symbols, start
    digit = one[at] <= _NINE
    while at > 0 and (before := one[at - 1]) < _HIGH:
        other = before <= _NINE
        if (digit or other or not dense) and not _adjoin(a, at, numbers=digit and other):
            break
        at, digit = at - 1, other
    return start - at


def _word_behind(a: Document, end: int, *, dense: bool) -> int:
    """Symbols behind a place that belong to the word or number before it."""
    one, at, size = a.symbols, end, len(a.codes)
    digit = one[at - 1] <= _NINE
    while at < size and (behind := one[at]) < _HIGH:
        other = behind <= _NINE
        if (digit or other or not dense) and not _adjoin(a, at, numbers=digit and other):
            break
        at, digit = at + 1, other
    return at - end


def _adjoin(a: Document, at: int, *, numbers: bool) -> bool:
    """Tell whether a symbol and the one before it adjoin in the raw text, or nearly so where both are ``numbers``."""
    offsets = a.offsets
    apart = offsets[at] - offsets[at - 1]
    return apart == 1 or (numbers and apart <= _NUMBER)


def figures_agree(a: Document, b: Document, wide: Sequence[Gap]) -> bool:
    """Say whether no slot, of gaps that are ``widened``, holds one number in the one text and another in the other."""
    one, other = a.symbols, b.symbols
    for a_start, a_end, b_start, b_end in wide:
        if a_end > a_start and b_end > b_start and _FIGURE.search(one, a_start, a_end):
            mine = _FIGURES.sub("", one[a_start:a_end])
            if (others := _FIGURES.sub("", other[b_start:b_end])) and mine != others:
                return False
    return True


def units_agree(a: Document, b: Document, wide: Sequence[Gap]) -> bool:
    """Say whether no slot, of gaps that are ``widened``, tells two units apart behind one and the same number.

    A slot does that where both texts have a word there, or where one has a letter or two more in front of it (milli).
    """
    one, other = a.symbols, b.symbols
    for a_start, a_end, b_start, b_end in wide:
        if a_end - a_start > _UNIT or b_end - b_start > _UNIT or a_start == 0 or b_start == 0:
            continue
        before = one[a_start - 1]
        if before.isdecimal() and before == other[b_start - 1] and (a_end > a_start or b_end > b_start):
            filled = [part for part in ((a, a_start, a_end), (b, b_start, b_end)) if _is_beside(*part)]
            if len(filled) == 2 or any(_is_prefix(*part) for part in filled):
                return False
    return True


def _is_beside(text: Document, start: int, end: int) -> bool:
    """Tell whether a slot behind a number holds something, and that right beside it."""
    return end > start and text.offsets[start] - text.offsets[start - 1] <= _BESIDE


def _is_prefix(text: Document, start: int, end: int) -> bool:
    """Tell whether a slot holds a letter or two of a word that goes on behind it."""
    offsets = text.offsets
    return end - start <= _PREFIX and end < len(offsets) and offsets[end] == offsets[end - 1] + 1


def excused(a: Document, b: Document, between: Sequence[Gap]) -> list[Gap]:
    """List the gaps of ``a`` where ``b`` shows a placeholder instead: a renderer left out what stands there."""
    if a.traits & HOLES or not b.traits & HOLES:
        return []
    holes = [*b.holes, math.inf]
    return [gap for gap in between if holes[bisect_left(holes, gap[2] - _NEAR_HOLE)] <= gap[3] + _NEAR_HOLE]


def translated(a: Document, b: Document, between: Sequence[Gap]) -> bool:
    """Say whether all that differs is in two scripts, in several places: where the one is Latin, the other is not."""
    places = 0
    for a_start, a_end, b_start, b_end in between:
        if a_end - a_start < _FOREIGN or b_end - b_start < _FOREIGN:
            continue
        one, other = a.symbols[a_start:a_end], b.symbols[b_start:b_end]
        shares = [sum(map(str.isascii, text)) / len(text) for text in (one, other)]
        if max(shares) > 0.8 and min(shares) < 0.2:
            places += 1
        elif a_end < len(a.codes):  # excerpts end where they end
            return False
    return places > 1


def longest(between: Sequence[Gap], side: int) -> int:
    """The longest stretch of the one (0) or the other (1) text among gaps, in symbols."""
    if side:
        return max([b_end - b_start for _, _, b_start, b_end in between], default=0)
    return max([a_end - a_start for a_start, a_end, _, _ in between], default=0)
