"""The text of an article that stands in no other: what would be lost if it were dropped for that one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cached_property

from feedtools.dedup.candidates import REST as REST
from feedtools.dedup.codes import rapidfuzz
from feedtools.model import Span
from feedtools.text.patterns import lazy
from feedtools.text.symbols import folded

_SHINGLE = 9
_TRIES = 160
"""Shingles that are looked for before all those of the other text are laid down to look them up in."""
CUT_END = " .…"
"""Ends of a text that was cut, none of them a symbol."""
_NO_JOINER = lazy(r"[\x00-\x7f\u3001-\u3029\u3400-\u9fff\uff01-\uff5e]|\Z")
"""A character that normalization never makes one with the character before it, or the end of a text."""


def longest_rest(text: str, kept: str, *, as_written: bool = False) -> int:
    """Measure the longest stretch of a raw text that another one lacks, in letters and digits; formulas count.

    A symbol is there where one of the nine in a row around it is, wherever it stands.

    Args:
        text: that may go.
        kept: that stays.
        as_written: tell traditional characters from simplified ones.
    """
    if as_written:
        return 0 if _stands_in(text, kept) else longest_gap(_letters(text), _letters(kept))
    return longest_gap(folded(text), folded(kept))


def longest_gap(one: str, other: str, least: int = 0) -> int:
    """Measure the longest stretch of the one that the other lacks, of symbols.

    Args:
        one: the one text.
        other: the other.
        least: the least to give; what is no longer is passed over unseen.
    """
    if one in other:
        return least
    size, shared, behind = len(one), _Shared(one, other), 0
    while size - behind > least:
        # A shingle that is there ends every longer stretch from here on that it stands in: the last one leads furthest.
        at = shared.last(behind - _SHINGLE + 1, behind + least + 1)
        if at >= 0:
            behind = shared.end(at)
        else:
            at = shared.first(behind + least + 1)
            end = size if at < 0 else at
            least, behind = end - behind, end
    return least


def own_stretches(text: str, kept: str) -> Iterator[tuple[int, Span]]:
    """Yield the stretches that ``longest_rest`` measures, in order: their symbols, and where they stand in the text."""
    places = [at for at, char in enumerate(text) for _ in folded(char)]
    for start, end in _rests(folded(text), folded(kept)):
        yield end - start, Span(places[start], places[end - 1] + 1)


def _stands_in(text: str, kept: str) -> bool:
    """Tell if a text, but for the dots of its cut, stands in another one as it is; no character joins that before."""
    text = text.rstrip(CUT_END)
    at = kept.find(text)
    return at >= 0 and _NO_JOINER.match(text) is not None and _NO_JOINER.match(kept, at + len(text)) is not None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _rests(one: str, other: str) -> list[tuple[int, int]]:
    """Find the stretches of the one that the other lacks, half-open, in order."""
    if one in other:
        return []
    found: list[tuple[int, int]] = []
    behind = 0  # what no shingle has covered yet
    for start, end in _covered(one, other):
        if start > behind:
            found.append((behind, start))
        behind = end
    if behind < len(one):
        found.append((behind, len(one)))
    return found


def _covered(one: str, other: str) -> Iterator[tuple[int, int]]:
    """Find the stretches of the one that are in the other, shingle by shingle, in order; they may overlap."""
    shared = _Shared(one, other)
    at = shared.first(0)
    while at >= 0:
        end = shared.end(at)
        yield at, end
        at = shared.first(max(at, end - _SHINGLE) + 1)


class _Shared:
    """The shingles of one text that stand in another, by their places in the one."""

    def __init__(self, one: str, other: str) -> None:
        self._one, self._other = one, other
        self._places = len(one) - _SHINGLE + 1
        self._tries = _TRIES

    def first(self, start: int) -> int:
        """Find the first one from a place on; -1 for none."""
        one, other = self._one, self._other
        for at in range(start, self._places):
            if self._tries <= 0:
                return self._marks.find(b"", at)
            self._tries -= 1
            if one[at : at + _SHINGLE] in other:
                return at
        return -1

    def last(self, start: int, end: int) -> int:
        """Find the last one before ``end``, from ``start`` on; -1 for none."""
        one, other, start = self._one, self._other, max(0, start)
        for at in range(min(end, self._places) - 1, start - 1, -1):
            if self._tries <= 0:
                return self._marks.rfind(b"", start, at + 1)
            self._tries -= 1
            if one[at : at + _SHINGLE] in other:
                return at
        return -1

    def end(self, at: int) -> int:
        """Find where what both share ends, from one of these shingles on: there, or behind it, where all are marked."""
        if self._tries <= 0:
            return at + _SHINGLE
        place = self._other.find(self._one[at : at + _SHINGLE])
        return at + int(rapidfuzz("Prefix").similarity(self._one[at:], self._other[place:]))

    @cached_property
    def _marks(self) -> bytes:
        """A byte for each place: 1 where the shingle stands in the other text."""
        one, other = self._one, self._other
        there = {other[at : at + _SHINGLE] for at in range(len(other) - _SHINGLE + 1)}
        return bytes([one[at : at + _SHINGLE] in there for at in range(self._places)])
