"""Screening of two texts before they are aligned: whether one may give anything to the other, or both agree.

Every repair needs something that shows without an alignment: a placeholder here and a formula there, a mark there
between symbols that stand side by side here, the last symbols before a cut. Most pairs have nothing of the kind, and an
alignment takes ten times as long as to see it. What is told here is only ever that an alignment would find nothing.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from feedtools.restore.judge import sound
from feedtools.restore.marks import mark_runs
from feedtools.restore.originals import has_notes, is_page, read_sibling
from feedtools.restore.tail import FEWER, cut_at
from feedtools.restore.texts import EXCERPT, EXCERPTS, read
from feedtools.text.renderers import derived_from_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feedtools.restore.texts import Text

_PARTED = "\0"
"""Stands between two symbols that something parts; no symbol."""
_PARTS = frozenset({"math", "display", "code"})
_DOTS = re.compile(r"\.{3,}|…+")


class Signs:
    """Parts of one text that a repair needs here or there, each found when it is first asked for.

    Args:
        text: the article, or a sibling as it is read.
    """

    def __init__(self, text: Text) -> None:
        self.text = text

    @cached_property
    def has_holes(self) -> bool:
        """Tell whether it has a placeholder."""
        return any(slot.kind == "hole" for slot in self.text.slots)

    @cached_property
    def wanting(self) -> frozenset[str]:
        """List what it may take in place of a placeholder or of a formula that does not render: kinds of slots."""
        raw = self.text.raw
        return frozenset(
            slot.fits if slot.kind == "hole" else slot.kind
            for slot in self.text.slots
            if slot.kind == "hole" or (slot.kind in {"math", "display"} and not sound(raw[slot.start : slot.end]))
        )

    @cached_property
    def has_parts(self) -> bool:
        """Tell whether it has a formula or code."""
        return bool(self.text.simple) or any(slot.kind in _PARTS for slot in self.text.slots)

    @cached_property
    def is_loose(self) -> bool:
        """Tell whether its symbols may be told otherwise beside another text: some of it may be code or prose."""
        return any(slot.fits == "loose" for slot in self.text.slots)

    @cached_property
    def formulas(self) -> frozenset[str]:
        """Give the symbols of each simple formula."""
        text = self.text
        return frozenset(text.symbols[text.before(one.start) : text.before(one.end)] for one in text.simple) - {""}

    @cached_property
    def prose(self) -> str:
        """Give the symbols outside of formulas; those between which a formula stands are parted."""
        text = self.text
        parts, at = [], 0
        for one in text.simple:
            parts += [text.symbols[at : text.before(one.start)], _PARTED]
            at = text.before(one.end)
        return "".join([*parts, text.symbols[at:]])

    @cached_property
    def marked(self) -> str:
        """Give the symbols, those parted between which a mark stands that a renderer deletes."""
        text = self.text
        return _parted(text.symbols, (text.before(run.start()) for run in mark_runs().finditer(text.raw)))

    @cached_property
    def full(self) -> str:
        """Give the symbols, those parted between which nothing stands but such marks: no other will go there."""
        text = self.text
        parts = {text.before(slot.start) for slot in (*text.slots, *text.simple)}
        gaps = (text.before(run.start()) for run in mark_runs().finditer(text.raw))
        return _parted(text.symbols, (gap for gap in gaps if gap not in parts))

    @cached_property
    def seams(self) -> tuple[str, ...]:
        """Give each two symbols between which such a mark stands."""
        symbols = self.marked
        places = (at for at in range(1, len(symbols) - 1) if symbols[at] == _PARTED)
        return tuple({symbols[at - 1] + symbols[at + 1]: None for at in places})

    @cached_property
    def labels(self) -> tuple[tuple[int, str], ...]:
        """List the numbers of list items, each with the symbol behind it."""
        text = self.text
        labels = ((slot, text.before(slot.start)) for slot in text.slots if slot.kind == "label")
        return tuple((int(text.raw[one.start : one.end - 1]), text.symbols[at : at + 1]) for one, at in labels)

    @cached_property
    def end(self) -> str:
        """Give the last symbols before its cut; none where it was not cut, or ends with a sentence all the same."""
        return self.text.symbols[-FEWER:] if cut_at(self.text.raw) >= 0 else ""

    @cached_property
    def ends_open(self) -> bool:
        """Tell whether a placeholder stands among its last symbols."""
        text = self.text
        first, last = len(text.symbols) - FEWER, len(text.symbols)
        return any(slot.kind == "hole" and first < text.before(slot.start) < last for slot in text.slots)

    @cached_property
    def ends_with_dots(self) -> bool:
        """Tell whether nothing but the dots of a cut stands behind its last symbol."""
        text = self.text
        return bool(text.symbols) and _DOTS.fullmatch(text.raw[text.offsets[-1] + 1 :].strip()) is not None


def _parted(symbols: str, gaps: Iterable[int]) -> str:
    """Symbols with a sign before some of them, ascending; not before the first."""
    parts, at = [], 0
    for gap in gaps:
        if gap > at:
            parts += [symbols[at:gap], _PARTED]
            at = gap
    return "".join([*parts, symbols[at:]])


def may_give(mine: Text, other: str, source: str = "") -> bool:
    """Tell whether another copy may have a repair for a damaged article; if not, no alignment finds one.

    Args:
        mine: the article.
        other: the copy, as it is.
        source: name of the file that comes from.
    """
    if max(len(mine.raw), len(other)) > EXCERPT or is_page(source) or has_notes(other):
        return True
    a, b = _signs(mine.raw), _signs_of_sibling(other)
    return (
        b.is_loose
        or bool(b.text.figures)
        or _may_end(a, b)
        or _may_fill(a, b)
        or _may_mark(a, b)
        or _may_delimit(a, b)
        or _may_number(a, b)
    )


def may_agree(mine: Text, other: str, least: int, edge: int) -> bool:
    """Tell whether two excerpts may have the same wherever both have anything; if not, no alignment says so.

    Where neither has a placeholder, what both have is one stretch, from near where one of them begins to near where one
    ends.

    Args:
        mine: the one.
        other: the other, as it is.
        least: symbols that both must have.
        edge: symbols that one of the two may have beyond an end of the other.
    """
    if max(len(mine.raw), len(other)) > EXCERPT or has_notes(other):
        return True
    a, b = _signs(mine.raw), _signs_of_sibling(other)
    if a.has_holes or b.has_holes or b.is_loose:
        return True
    one, two = a.text.symbols, b.text.symbols
    return _goes_on(one, two, least, edge) or _goes_on(two, one, least, edge)


def _goes_on(one: str, other: str, least: int, edge: int) -> bool:
    """Tell whether a text stands in another one from near its beginning on, to near where one of the two ends."""
    probe = one[edge:least]
    place = other.find(probe)
    while place >= 0 and len(probe) == least - edge:
        size = min(len(one) - edge, len(other) - place) - edge
        if other.startswith(one[edge : edge + size], place):
            return True
        place = other.find(probe, place + 1)
    return False


@derived_from_text(EXCERPTS)
def _signs(raw: str) -> Signs:
    return Signs(read(raw))


@derived_from_text(EXCERPTS)
def _signs_of_sibling(raw: str) -> Signs:
    text = read_sibling(raw)
    if text.raw == raw and (itself := _signs(raw)).text is text:
        return itself  # it is read as an article of the feed is, and may be asked as one
    return Signs(text)


def _may_fill(a: Signs, b: Signs) -> bool:
    """Placeholders and broken formulas: something must stand in their place, for code it may be prose (``holes``)."""
    return bool(a.wanting) and (b.has_parts or "code" in a.wanting)


def _may_delimit(a: Signs, b: Signs) -> bool:
    """Bare formulas: all symbols of one must stand outside of formulas (``bare``)."""
    return any(symbols in a.prose for symbols in b.formulas)


def _may_mark(a: Signs, b: Signs) -> bool:
    """Marks: one must stand between two symbols of which the other has it not, or a guess may have (``marks``)."""
    return any(seam in a.full for seam in b.seams) or (a.has_holes and any(seam in b.marked for seam in a.seams))


def _may_number(a: Signs, b: Signs) -> bool:
    """Numbers of list items: the same item must have another one that is not the first (``marks.numbers``)."""
    return any(mine != theirs != 1 and first == other for mine, first in a.labels for theirs, other in b.labels)


def _may_end(a: Signs, b: Signs) -> bool:
    """A cut end: the last symbols must stand in the sibling, and not at its own cut (``tail``)."""
    if len(a.end) < FEWER:
        return False
    if a.ends_open:
        return True
    place = b.text.symbols.find(a.end)
    if place != len(b.text.symbols) - FEWER:
        return place >= 0
    return not (a.ends_with_dots and b.ends_with_dots)
