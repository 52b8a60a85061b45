"""Completion of one text from another that overlaps with it: end to start, or by a section that only one of them has.

A join is certain where everything that the two share agrees letter for letter, in long stretches that follow each other
in both, and between these stretches only one of the two has anything. Then there is one text that holds both.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

JOIN = {True: 40, False: 120}
"""Characters that both have at a join, at least: in a script of thousands of letters, and in an alphabet."""
SEED = 24
"""Characters by which stretches are found; those that a text has twice find none."""
LONGEST = 200_000
"""Characters beyond which no text is completed."""
_DOTS = re.compile(r"(?<![.…])(?:\.{3,}+|…++)\s*+\Z")


class _Letters(NamedTuple):
    """A text without blanks and without the dots that say it was cut.

    Attributes:
        text: its characters.
        places: of each its place in the raw text.
        end: where the raw text ends but for blanks and dots.
    """

    text: str
    places: Sequence[int]
    end: int


class Join(NamedTuple):
    """A stretch that both texts have: its start in each, and its length, in characters that are not blank."""

    a: int
    b: int
    size: int


def extend(a: str, b: str) -> tuple[Edit, ...]:
    """Complete a text from another one; no edits where that is not certain, or one of the two has all of the other.

    Args:
        a: the text to complete.
        b: what it is completed from.

    Returns:
        Insertions of what only ``b`` has, which may take the place of blanks and of the dots at a cut end.
    """
    if max(len(a), len(b)) > LONGEST:
        return ()
    one, other = _letters(a), _letters(b)
    joins = _joins(one.text, other.text)
    dense = sum(not char.isascii() for char in one.text) > len(one.text) / 3
    if not joins or min(join.size for join in joins) < JOIN[dense]:
        return ()
    gaps = list(_gaps(joins, len(one.text), len(other.text)))
    if any(end > start and stop > begin for start, end, begin, stop in gaps):
        return ()
    mine = any(end > start for start, end, _, _ in gaps)
    theirs = [gap for gap in gaps if gap[3] > gap[2]]
    return tuple(_inserted(a, b, one, other, gap) for gap in theirs) if mine else ()


def seeds(a: str, b: str) -> list[str]:
    """List parts of what two texts share, by which others that have it as well can be told (``letters``)."""
    one, other = _letters(a), _letters(b)
    return [one.text[join.a + at : join.a + at + SEED] for join in _joins(one.text, other.text) for at in _within(join)]


def letters(text: str) -> str:
    """The characters of a text that are compared."""
    return _letters(text).text


def _within(join: Join) -> range:
    return range(0, join.size - SEED + 1, SEED)


def _letters(text: str) -> _Letters:
    found = _DOTS.search(text[-40:])
    end = len(text.rstrip()) if found is None else len(text) - len(text[-40:]) + found.start()
    places = [at for at in range(end) if not text[at].isspace()]
    return _Letters("".join(text[at] for at in places), places, end)


def _joins(a: str, b: str) -> list[Join]:
    """The stretches that both have, as long as they go; none where they do not follow each other in both."""
    at: dict[str, int] = {}
    for start in range(len(b) - SEED + 1):
        seed = b[start : start + SEED]
        at[seed] = -1 if seed in at else start
    found: list[Join] = []
    i = end = stop = 0
    while i <= len(a) - SEED:
        j = at.get(a[i : i + SEED], -1)
        if j < 0:
            i += 1
            continue
        if stop - SEED < j < stop:  # both go on with what the stretch before ends with, such as a full stop
            i += 1
            continue
        if j < stop:
            return []  # in another order
        back = 0
        while i - back > end and j - back > stop and a[i - back - 1] == b[j - back - 1]:
            back += 1
        size = SEED
        while i + size < len(a) and j + size < len(b) and a[i + size] == b[j + size]:
            size += 1
        found.append(Join(i - back, j - back, size + back))
        i = end = i + size
        stop = j + size
    return found


def _gaps(joins: Sequence[Join], size_a: int, size_b: int) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of the two between the joins, those before and behind included."""
    ends = [Join(0, 0, 0), *joins, Join(size_a, size_b, 0)]
    for before, behind in pairwise(ends):
        yield before.a + before.size, behind.a, before.b + before.size, behind.b


def _inserted(a: str, b: str, one: _Letters, other: _Letters, gap: tuple[int, int, int, int]) -> Edit:
    """The edit that puts in what only ``b`` has, with its blanks."""
    at, _, begin, stop = gap
    start = one.places[at - 1] + 1 if at else 0
    first = other.places[begin - 1] + 1 if begin else 0
    if at == len(one.text):
        return Edit(start, len(a), b[first:])
    return Edit(start, one.places[at], b[first : other.places[stop]])
