"""Items of a series: texts of one frame, whose slots each of them fills otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.cluster import Sets
from feedtools.dedup.slots import AT_END, LONG_TEXT
from feedtools.model import COPIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feedtools.dedup.slots import FrameSlot
    from feedtools.model import Match

    Compared = tuple[Match, Sequence[FrameSlot]]

VARIED = 3
"""Fillers of a slot, and documents that have it, from which its flanks are the frame of a series: two texts alone are
none, however often a word of the one is another in the other."""
OFTEN = 0.4
"""Share of the matches of two texts that differ in a slot, from which it is one of a frame: where a copy was edited,
most of the others agree with the original."""
CROWD = 8
"""Documents that have a slot, from which it is one of a frame however few of the matches of two texts differ there: an
edition of a page has more partners among its other editions than the frame has among its items."""
SHARE = 0.5
"""Share of the differing places of two texts that such slots make, from which the two are items of a series."""


def told_apart(found: Iterable[Compared]) -> list[Match]:
    """Tell items of a series from copies: what they share, others of the feed share as well.

    Those of a template become overlaps.  Those that share all but what they begin or end with become overlapping: the
    rest may be a footer of many articles, or an article under many headers.  Long texts that are nearly the same, as a
    page is in each edition of its manual, are listed as copies still, and none goes.  Fillers are counted within what
    hangs together by matches, so that an engine which resolves one component at a time says the same.

    Args:
        found: matches, each with the places where its texts differ; all those of a component.
    """
    every = list(found)
    frames = _Frames([(match, slots) for match, slots in every if match.kind != "overlap"])

    def told(match: Match, slots: Sequence[FrameSlot]) -> Match:
        if match.kind == "overlap":
            return match
        inside = [frames.varied(match, slot) for slot in slots if not slot.key & AT_END]
        within = any(inside) and sum(inside) >= SHARE * len(inside)
        copy = match.kind in COPIES
        if not within and not (copy and any(frames.varied(match, slot) for slot in slots if slot.key & AT_END)):
            return match
        if copy and any(slot.key & LONG_TEXT for slot in slots):
            return match._replace(rest_a=MOST_REST, rest_b=MOST_REST)
        return match._replace(kind="overlap" if within else "overlapping")

    return [told(match, slots) for match, slots in every]


class _Frames:
    """Counts of what fills each slot, within the documents that hang together by matches.

    Args:
        found: matches that act, each with the places where its texts differ.
    """

    def __init__(self, found: Sequence[Compared]) -> None:
        self._sets = Sets()
        self._degree: Counter[int] = Counter()
        self._fillers: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._items: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._often: Counter[tuple[int, int]] = Counter()
        for match, _ in found:
            self._sets.union(match.a, match.b)
            self._degree.update((match.a, match.b))
        for match, slots in found:
            home = self._sets.find(match.a)
            for slot in slots:
                key = slot.key & ~LONG_TEXT
                self._fillers[home, key].update((slot.a, slot.b))
                self._items[home, key].update((match.a, match.b))
                self._often.update(((match.a, key), (match.b, key)))

    def varied(self, match: Match, slot: FrameSlot) -> bool:
        """Tell whether a place where two texts differ is a slot of a frame that several articles fill otherwise."""
        key = slot.key & ~LONG_TEXT
        both = self._often[match.a, key] + self._often[match.b, key] - 1
        enough = both >= OFTEN * (self._degree[match.a] + self._degree[match.b] - 1)
        place = self._sets.find(match.a), key
        fillers, items = len(self._fillers[place]), len(self._items[place])
        return min(fillers, items) >= VARIED and (enough or items >= CROWD)
