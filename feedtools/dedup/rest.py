"""The text of an article that stands in no other: what would be lost if it were dropped for that one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

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
    size, last, behind = len(one), len(one) - _SHINGLE, 0
    reach = _reach(one, other)
    while size - behind > least:
        # A shingle that is there ends every longer stretch from here on that it stands in: the last one leads furthest.
        for at in range(min(behind + least, last), max(behind - _SHINGLE, -1), -1):
            if (end := reach(at)) > at:
                behind = end
                break
        else:
            end = next((at for at in range(behind + least + 1, last + 1) if reach(at) > at), size)
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
    at, last, reach = 0, len(one) - _SHINGLE, _reach(one, other)
    while at <= last:
        end = reach(at)
        if end > at:
            yield at, end
            at = end - _SHINGLE
        at += 1


def _reach(one: str, other: str) -> Callable[[int], int]:
    """Give the function that finds the end of what both share from a place of the one on: the place, if no shingle."""
    tries, there = _TRIES, set[str]()

    def reach(at: int) -> int:
        nonlocal tries, there
        shingle = one[at : at + _SHINGLE]
        if tries > 0:
            tries -= 1
            place = other.find(shingle)
            return at if place < 0 else at + int(rapidfuzz("Prefix").similarity(one[at:], other[place:]))
        if tries == 0:
            tries, there = -1, {other[place : place + _SHINGLE] for place in range(len(other) - _SHINGLE + 1)}
        return at + _SHINGLE if shingle in there else at

    return reach
