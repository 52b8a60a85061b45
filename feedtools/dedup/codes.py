"""Codes, one byte for each symbol of a text, and the short runs of them that two texts share."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

SHINGLE = 6
"""Codes of the runs by which it is told where two texts share anything."""
EARLY = 16
"""Measures of two texts that a process takes without rapidfuzz, which needs as long as forty of them to be imported."""
FEW, MANY = 0.2, 128
"""Share of a text that another one has in such runs, below which the two are no copies, and the codes from which that
counts: between many edits of a short text no run is left."""
_KEPT = 1 << 16
"""Runs up to which those of a text are kept: one takes some hundred bytes."""
_TRIES = 128
"""Searches in a text that take less than to lay down all its runs, one in four places, to look them up."""


@cache
def rapidfuzz(measure: str) -> Any:
    """Import a module of rapidfuzz when two texts are compared: equal ones and parts of one another need none."""
    return import_module(f"rapidfuzz.distance.{measure}")


_measured = 0


def common_length(a: bytes, b: bytes, least: int) -> int:
    """Length of the longest common subsequence of two texts' codes; 0 where it is below ``least``."""
    if _is_early():
        one, other = sorted((a, b), key=len)
        every = left = (1 << len(one)) - 1  # Hyyrö 2004: a bit is gone for each code that the subsequence takes in
        places = _places(one)
        for code in other:
            if code in places:
                met = left & places[code]
                left = (left + met | left - met) & every
        found = len(one) - left.bit_count()
        return found if found >= least else 0
    return int(rapidfuzz("LCSseq").similarity(a, b, score_cutoff=least))


def edit_distance(a: bytes, b: bytes, most: int) -> int:
    """Edits that make one text's codes of another's (Levenshtein); ``most + 1`` where they are more than ``most``."""
    if not a or not b:
        return min(len(a) + len(b), most + 1)
    if _is_early():
        every, last, found = (1 << len(b)) - 1, 1 << len(b) - 1, len(b)
        more, less = every, 0  # Hyyrö 2003: where a column of the table rises, and where it falls
        places = _places(b)
        for code in a:
            same = places.get(code, 0)
            level = (((same & more) + more) ^ more) | same
            risen, fallen = less | ~(level | more), more & level
            found += bool(risen & last) - bool(fallen & last)
            risen, fallen, kept = risen << 1 | 1, fallen << 1, same | less
            more, less = (fallen | ~(kept | risen)) & every, risen & kept & every
        return min(found, most + 1)
    return int(rapidfuzz("Levenshtein").distance(a, b, score_cutoff=most))


def _places(codes: bytes) -> dict[int, int]:
    """The places of each code as bits."""
    places: dict[int, int] = {}
    for place, code in enumerate(codes):
        places[code] = places.get(code, 0) | 1 << place
    return places


def _is_early() -> bool:
    """Tell whether a process has measured so little that to import rapidfuzz would take longer; counts the question."""
    global _measured
    _measured += 1
    return _measured <= EARLY and "rapidfuzz" not in sys.modules


def low_bytes(symbols: str) -> bytes:
    """The low byte of each symbol."""
    return symbols.encode("utf-32-le", "surrogatepass")[::4]


def seeds(codes: bytes, width: int, stride: int) -> dict[bytes, int]:
    """Runs of ``width`` codes, one every ``stride`` from the end on, each with the first place it was taken from."""
    return {codes[at : at + width]: at for at in range(len(codes) - width, -1, -stride)}


class Places:
    """Places of runs in a text: searched for in it, and looked up in its ``seeds`` where many are asked for."""

    def __init__(self, codes: bytes, width: int, stride: int) -> None:
        self._codes, self._width, self._stride = codes, width, stride
        self._left = _TRIES
        self._known: dict[bytes, int] | None = None

    def first(self, run: bytes) -> int:
        """Find the first place of a run of ``width`` codes among those that ``seeds`` takes; -1 where there is none."""
        codes, stride = self._codes, self._stride
        last, at = len(codes) - self._width, -1
        while self._left:
            self._left -= 1
            at = codes.find(run, at + 1)
            if at < 0 or not (last - at) % stride:
                return at
        if self._known is None:
            self._known = seeds(codes, self._width, stride)
        return self._known.get(run, -1)


def places(codes: bytes, width: int, stride: int) -> Places:
    """Places of runs in a text; those of the last few texts are kept, for the longest of a series meets all others."""
    return (_kept_places if len(codes) <= _KEPT * stride else Places)(codes, width, stride)


_kept_places = lru_cache(maxsize=4)(Places)


@lru_cache(maxsize=2)
def shared(a: bytes, b: bytes) -> bytes:
    """Mark the places of ``a`` from which ``SHINGLE`` codes are anywhere in ``b``.

    Returns:
        1 or 0 for each place of ``a`` that has so many codes behind it.
    """
    there = (_shingles if len(b) <= _KEPT else _shingles.__wrapped__)(b)
    return bytes([a[at : at + SHINGLE] in there for at in range(len(a) - SHINGLE + 1)])


@lru_cache(maxsize=4)
def _shingles(codes: bytes) -> set[bytes]:
    """All runs of ``SHINGLE`` codes of a text."""
    return {codes[at : at + SHINGLE] for at in range(len(codes) - SHINGLE + 1)}


def share_few(marks: bytes) -> bool:
    """Tell by the marks of ``shared`` whether a text has too little in common with another to be a copy of it."""
    size = len(marks) + SHINGLE - 1
    if size <= MANY:
        return False
    runs = marks.count(b"\0\1") + marks.startswith(b"\1")
    return marks.count(1) + runs * (SHINGLE - 1) < FEW * size
