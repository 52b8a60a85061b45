"""The text of an article that stands in no other: what would be lost if it were dropped for that one."""

from __future__ import annotations

from feedtools.text.symbols import folded

REST = 30
"""Symbols in a row, formulas and code counted, of which a dropped article may have none for itself."""
_GRAM = 9


def longest_rest(text: str, kept: str) -> int:
    """Measure the longest stretch of a raw text that another one lacks, in letters and digits; formulas count.

    A symbol is there where one of the nine in a row around it is, wherever it stands.
    """
    return max((end - start for start, end in rests(text, kept)), default=0)


def rests(text: str, kept: str) -> list[tuple[int, int]]:
    """Find the stretches of ``folded(text)`` that ``folded(kept)`` lacks, half-open, in order."""
    one, other = folded(text), folded(kept)
    if one in other:
        return []
    if len(one) < _GRAM:
        return [(0, len(one))]
    there = {other[at : at + _GRAM] for at in range(len(other) - _GRAM + 1)}
    found: list[tuple[int, int]] = []
    start = 0  # of what no gram has covered yet
    for at in range(len(one) - _GRAM + 1):
        if one[at : at + _GRAM] in there:
            if at > start:
                found.append((start, at))
            start = max(start, at + _GRAM)
    if start < len(one):
        found.append((start, len(one)))
    return found


def unique_symbols(text: str, kept: str, least: int = REST) -> int:
    """Count the symbols of a raw text in stretches of ``least`` or more that another one lacks."""
    return sum(end - start for start, end in rests(text, kept) if end - start >= least)
