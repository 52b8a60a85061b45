"""Code in a Markdown text."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from feedtools.text.patterns import lazy

_FENCE = lazy(r"(?m)^[ \t>]*(`{3,}|~{3,})([^\n]*)$")
_TICKS = lazy(r"`+")


def code(text: str) -> list[tuple[int, int]]:
    """Ranges of fenced blocks and code spans (CommonMark 0.31, sections 4.5 and 6.1), ascending and apart.

    A fence that is never closed runs to the end; ticks without a partner are text.
    """
    blocks = list(_fenced(text))
    found: list[tuple[int, int]] = []
    place = 0
    for start, end in (*blocks, (len(text), len(text))):
        found += _spans(text, place, start)
        if start < end:
            found.append((start, end))
        place = end
    return found


def _fenced(text: str) -> list[tuple[int, int]]:
    blocks: list[tuple[int, int]] = []
    start, fence = -1, ""
    for found in _FENCE.finditer(text):
        mark, info = found[1], found[2]
        if start < 0:
            if mark[0] == "~" or "`" not in info:
                start, fence = found.start(), mark
        elif mark[0] == fence[0] and len(mark) >= len(fence) and not info.strip():
            blocks.append((start, found.end()))
            start = -1
    if start >= 0:
        blocks.append((start, len(text)))
    return blocks


def _spans(text: str, first: int, last: int) -> list[tuple[int, int]]:
    starts, ends = array("L"), array("L")
    for found in _TICKS.finditer(text, first, last):
        starts.append(found.start())
        ends.append(found.end())
    partner = _partners(starts, ends)
    spans: list[tuple[int, int]] = []
    number = 0
    while number < len(starts):
        other = partner[number]
        if other < 0 or text.find("\n\n", ends[number], starts[other]) >= 0:
            number += 1
            continue
        spans.append((starts[number], ends[other]))
        number = other + 1
    return spans


def _partners(starts: array[int], ends: array[int]) -> array[int]:
    """Find the next run of ticks of the same length for each, or -1."""
    partner = array("l", [-1]) * len(starts)
    latest: dict[int, int] = {}
    for number in range(len(starts) - 1, -1, -1):
        length = ends[number] - starts[number]
        partner[number] = latest.get(length, -1)
        latest[length] = number
    return partner


def inside(ranges: list[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether ``[start, end)`` touches one of the ranges."""
    number = bisect_right(ranges, (start, len(ranges) and ranges[-1][1]))
    return (number > 0 and ranges[number - 1][1] > start) or (number < len(ranges) and ranges[number][0] < end)
