"""Agreement of two excerpts of one article that begin or end in different places.

Such excerpts complete each other only where all that both have is the same, from where the later one begins to where
the earlier one ends. Articles of a series share passages as well, and differ inside them or go on side by side.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from feedtools.restore.align import AROUND, Alignment
from feedtools.restore.originals import align_with
from feedtools.restore.pair import as_brackets
from feedtools.restore.screen import may_agree
from feedtools.restore.texts import read
from feedtools.text.placeholders import count
from feedtools.text.renderers import hyphens

if TYPE_CHECKING:
    from feedtools.restore.texts import Slot, Text

LEAST = 60
"""Symbols that both must have."""
EDGE = 8
"""Symbols that one of the two may have beyond an end of the other: a word or formula was cut there."""
UNIQUE = 24
"""Symbols at either end of what both have that stand in one place only."""
_CUT = re.compile(r"(?:\.{3}|…)\s*\Z")
_FORMULAS = frozenset({"math", "display"})


def agree(one: str, other: str) -> bool:
    """Tell whether two excerpts are of one article and have the same wherever both have anything.

    Args:
        one: a raw article.
        other: another one, damaged or not.
    """
    mine = read(one)
    if not mine.symbols or not may_agree(mine, other, LEAST, EDGE):
        return False
    found = align_with(mine, other)
    if found is None:
        return False
    way, theirs = found
    if way.slips or len(way.partner) - way.partner.count(-1) < LEAST:
        return False
    shared = [i for i, j in enumerate(way.partner) if j >= 0]
    if not _meets_ends(way, shared[0], shared[-1]):
        return False
    return (
        _is_in_one_place(mine, shared[0], shared[-1])
        and _is_in_one_place(theirs, way.partner[shared[0]], way.partner[shared[-1]])
        and _is_gapless(mine, theirs, way, shared)
        and _same_formulas(mine, theirs, way, shared)
    )


def may_gain(text: str) -> bool:
    """Tell whether a text has lost what another excerpt may have: a placeholder, its hyphens, or its end."""
    return count(text) > 0 or hyphens(text) == "lost" or _CUT.search(text[-8:]) is not None


def _meets_ends(way: Alignment, first: int, last: int) -> bool:
    """Tell whether one of the two begins where the agreement does, and one ends where it does."""
    begins = min(first, way.partner[first])
    ends = min(len(way.partner) - 1 - last, len(way.back) - 1 - way.partner[last])
    return max(begins, ends) <= EDGE


def _is_in_one_place(text: Text, first: int, last: int) -> bool:
    """Tell whether a text has the beginning and the end of what is shared once: elsewhere the two would fit as well."""
    begin, end = text.symbols[first : first + UNIQUE], text.symbols[max(0, last + 1 - UNIQUE) : last + 1]
    return text.symbols.count(begin) == 1 and text.symbols.count(end) == 1


def _is_gapless(a: Text, b: Text, way: Alignment, shared: list[int]) -> bool:
    """Tell whether neither has a symbol inside that the other lacks, but where that one has a placeholder."""
    first, last = shared[0], shared[-1]
    if last - first + 1 == len(shared) == way.partner[last] - way.partner[first] + 1:
        return True
    mine, theirs = _holes(a), _holes(b)
    for i, k in pairwise(shared):
        j, m = way.partner[i], way.partner[k]
        if (m > j + 1 and not _fits(mine.get(i + 1), b, j + 1, m)) or (
            k > i + 1 and not _fits(theirs.get(j + 1), a, i + 1, k)
        ):
            return False
    return True


def _holes(text: Text) -> dict[int, str]:
    """Map the symbol behind each placeholder of a text to what that stands for."""
    return {text.before(slot.start): slot.fits for slot in text.slots if slot.kind == "hole"}


def _fits(hole: str | None, text: Text, first: int, last: int) -> bool:
    """Tell whether symbols of one text may stand in a hole of the other: code that is printed, or simple formulas."""
    if hole is None or last - first > AROUND:
        return False
    inside = [(text.before(slot.start), text.before(slot.end)) for slot in text.simple]
    return hole == "code" or all(any(low <= at < high for low, high in inside) for at in range(first, last))


def _same_formulas(a: Text, b: Text, way: Alignment, shared: list[int]) -> bool:
    """Tell whether the formulas between symbols that agree are the same; for a placeholder any one may stand."""
    mine, theirs = _formulas(a), _formulas(b)
    partner, back = way.partner, way.back
    behind = {*mine, *(back[place] for place in theirs if place < len(back))}
    for k in behind.intersection(shared[1:]):
        if partner[k - 1] < 0 or partner[k] != partner[k - 1] + 1:
            continue
        ours, others = mine.get(k, ()), theirs.get(partner[k], ())
        if len(ours) != len(others):
            return False
        if any(one and other and one != other for one, other in zip(ours, others, strict=True)):
            return False
    return True


def _formulas(text: Text) -> dict[int, list[str]]:
    """The formulas of a text by the symbol behind them, blanks apart; empty ones for placeholders."""
    found: dict[int, list[str]] = {}
    for slot in text.slots:
        if slot.kind in _FORMULAS or (slot.kind == "hole" and slot.fits in _FORMULAS):
            found.setdefault(text.before(slot.start), []).append(_source(text, slot))
    return found


def _source(text: Text, slot: Slot) -> str:
    """A formula without its delimiters and blanks; empty for a placeholder."""
    if slot.kind == "hole":
        return ""
    return "".join(as_brackets(text.raw[slot.start : slot.end])[2:-2].split())
