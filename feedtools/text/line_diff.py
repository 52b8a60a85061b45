"""Differences of two texts by lines, in time proportional to them.

Lines that each text has once, in the same order in both, part them into blocks (patience diff); a block is compared
line by line where it is small, and a large one where its lines stand side by side.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BLOCK = 64
"""Lines of a block, on either side, up to which every line is compared with every other one."""


class Hunk(NamedTuple):
    """Lines ``[start, end)`` of the old text that read ``[left, right)`` of the new one."""

    start: int
    end: int
    left: int
    right: int


def hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    """Find what differs, in order and with equal lines between any two.

    >>> list(hunks(["a", "b", "c"], ["a", "x", "c", "d"]))
    [Hunk(start=1, end=2, left=1, right=2), Hunk(start=3, end=3, left=3, right=4)]
    """
    last: Hunk | None = None
    for hunk in _parts(old, new):
        if last is not None and (last.end, last.right) == (hunk.start, hunk.left):
            last = Hunk(last.start, hunk.end, last.left, hunk.right)
            continue
        if last is not None:
            yield last
        last = hunk
    if last is not None:
        yield last


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    place = left = 0
    for start, right in (*_anchors(old, new), (len(old), len(new))):
        yield from _block(old, new, Hunk(place, start, left, right))
        place, left = start + 1, right + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pair the lines that either text has once: the longest run of them in the same order in both."""
    mine, yours = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if yours[line] == 1}
    pairs = [(place, places[line]) for place, line in enumerate(old) if mine[line] == 1 and line in places]
    ends: list[int] = []  # by length, the least place in the new text at which an ascending run of it ends
    tails: list[int] = []  # by length, the pair that ends it
    before: list[int] = []  # by pair, the one before it in its run
    for number, (_, right) in enumerate(pairs):
        length = bisect_left(ends, right)
        before.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [right]
        tails[length : length + 1] = [number]
    run: list[tuple[int, int]] = []
    number = tails[-1] if tails else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]


def _block(old: Sequence[str], new: Sequence[str], block: Hunk) -> Iterator[Hunk]:
    """Find what differs in a block, between two lines that are the same."""
    from difflib import SequenceMatcher

    start, end, left, right = block
    if start == end or left == right:
        if start != end or left != right:
            yield block
    elif max(end - start, right - left) <= MAX_BLOCK:
        codes = SequenceMatcher(None, old[start:end], new[left:right], autojunk=False).get_opcodes()
        yield from (Hunk(start + a, start + b, left + c, left + d) for tag, a, b, c, d in codes if tag != "equal")
    elif end - start == right - left:
        for same, run in groupby(range(end - start), key=lambda number: old[start + number] == new[left + number]):
            places = list(run)
            if not same:
                first, last = places[0], places[-1] + 1
                yield Hunk(start + first, start + last, left + first, left + last)
    else:
        yield from _without_ends(old, new, block)


def _without_ends(old: Sequence[str], new: Sequence[str], block: Hunk) -> Iterator[Hunk]:
    """Take off what a large block has in common at its beginning and at its end; the rest counts as replaced."""
    start, end, left, right = block
    while start < end and left < right and old[start] == new[left]:
        start, left = start + 1, left + 1
    while start < end and left < right and old[end - 1] == new[right - 1]:
        end, right = end - 1, right - 1
    yield Hunk(start, end, left, right)


def unified(name: str, before: str, after: str) -> Iterator[str]:
    r"""Write the difference of one file in unified form, without context, as ``patch`` reads it; nothing where none is.

    Args:
        name: of the file.
        before: its text.
        after: its text when it is changed.

    Yields:
        Lines with their line feeds.

    >>> print("".join(unified("a", "b\nc\n", "b\nd")), end="")
    --- a
    +++ a
    @@ -2 +2 @@
    -c
    +d
    \ No newline at end of file
    """
    old, new = _lines(before), _lines(after)
    for number, hunk in enumerate(hunks(old, new)):
        if not number:
            yield f"--- {name}\n"
            yield f"+++ {name}\n"
        yield f"@@ -{_range(hunk.start, hunk.end)} +{_range(hunk.left, hunk.right)} @@\n"
        for sign, lines in (("-", old[hunk.start : hunk.end]), ("+", new[hunk.left : hunk.right])):
            for line in lines:
                yield sign + line.removesuffix("\n") + "\n"
                if not line.endswith("\n"):
                    yield "\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Split at line feeds alone, as ``patch`` does, and keep them."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + ([last] if last else [])


def _range(start: int, end: int) -> str:
    return f"{start + 1}" if end - start == 1 else f"{start + (end > start)},{end - start}"
