"""Test whether a pattern takes more than linear time, on texts built from the pattern itself.

A pattern backtracks on what nearly matches it. So each literal and each character class of the pattern, repeated, and
the rule's own examples, repeated, make the texts; each is searched at two lengths, and the times are compared. All that
the pattern names stands once at the end, since ``regex`` gives up at once where a literal is missing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from feedtools.text.patterns import Limited

LENGTHS = (2_000, 8_000)
"""Code points of the two texts that are compared."""
LINEAR = 2.5
"""Factor by which the longer search may exceed a linear pattern's before it is said to grow."""
FASTEST = 0.002
"""Seconds of CPU below which growth is noise."""
_CLASS = re.compile(r"\\[dwsDWS]|\[(\^?)((?:\\.|[^\]\\])++)(?:\]|\Z)|\\?(.)", re.DOTALL)
_SAMPLE = {"d": "1", "w": "a", "s": " ", "D": "x", "W": "-", "S": "x"}
_MOST = 24
"""Texts that are tried for one pattern."""


def grows(pattern: str, examples: Iterable[str], flags: int = 0) -> str | None:
    """A text, shortened, on which the pattern takes more than linear time; ``None`` where none was found.

    Args:
        pattern: in the syntax of packs.
        examples: texts that the rule is about.
        flags: of the pattern.

    Raises:
        ValueError: no pattern.
    """
    compiled = Limited(pattern, flags, 0.5)
    end = "\n" + "".join(_named(pattern)) + "\n"
    for piece in pieces(pattern, examples):
        short, long = (_seconds(compiled, (piece * (length // len(piece) + 1))[:length] + end) for length in LENGTHS)
        if long == float("inf") or (
            long > FASTEST and long > LINEAR * LENGTHS[1] / LENGTHS[0] * max(short, FASTEST / 8)
        ):
            return piece[:20]
    return None


def _seconds(pattern: Limited, text: str) -> float:
    """CPU time of one search through a text; infinite where it was stopped. The better of two: others work here too."""
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        try:
            for _match in pattern.finditer(text):
                pass
        except TimeoutError:
            return float("inf")
        best = min(best, time.process_time() - began)
    return best


def pieces(pattern: str, examples: Iterable[str]) -> list[str]:
    """List what to repeat: each character the pattern names, pairs of them, all of them, and the examples."""
    return list(islice(_pieces(pattern, examples), _MOST))


def _pieces(pattern: str, examples: Iterable[str]) -> Iterator[str]:
    named = _named(pattern)
    yield from named[: _MOST // 2]
    yield "".join(named) or "a"
    yield from (a + b for a, b in pairwise(named))
    yield from (text for text in examples if text)


def _named(pattern: str) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_sample, _CLASS.finditer(pattern)))))


def _sample(found: re.Match[str]) -> str:
    """A character that a part of a pattern matches; none for its operators."""
    text = found[0]
    if text[0] == "\\" and text[1:] in _SAMPLE:
        return _SAMPLE[text[1:]]
    if found[2] is not None:
        inside = found[2].lstrip("\\")
        return "一" if found[1] else _SAMPLE.get(inside[0], inside[0]) if inside else ""
    return "" if found[3] in set("()|?+*{}^$.,") and text[0] != "\\" else found[3]
