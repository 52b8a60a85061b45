"""Text to Sketch: FracMinHash (scaled MinHash) over character n-grams, and a head key.

A gram is ``GRAM`` consecutive symbols (``feedtools.normal``).  Its hash is a polynomial in randomised symbol values
modulo 2**64; a gram's hash is a key where it lies below ``2**64 / scale``.  The share of a text's keys found in
another estimates the containment of the one in the other whatever their lengths (Irber et al. 2022, "Lightweight
compositional analysis of metagenomes with FracMinHash"), and the keys at scale 16 are a subset of those at scale 8.
The head key stands for the first ``HEAD`` symbols: a truncated copy keeps it.

This module imports no numpy and is the kernel for a handful of texts; ``feedtools.kernel`` gives the same keys for
batches, bit for bit.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from feedtools import normal
from feedtools.errors import SketchError
from feedtools.model import digest

VERSION = 1
GRAM = 7
HEAD = 16
SCALE = 8
INDEX_SCALE = 16
SHORT = 20
"""Below this many symbols nothing can be decided but equality."""
PART = 1 << 14
"""Symbols that are hashed together."""

SHARED = 0.1
"""Share of the shorter text's keys that a candidate must have in common with the other."""
FEW_KEYS = 16
"""Number of keys from which they decide by themselves, and an equal head alone proves nothing."""

MASK = (1 << 64) - 1
MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9)
STEP = (0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
"""Multipliers that join 1+1, 2+2 and 4+4 (overlapping by one) symbols into a gram of seven."""
HEAD_STEP = 0x8EBC6AF09C88C6E3


class Parameters(NamedTuple):
    """What two sketches must share to be compared."""

    version: int = VERSION
    normal: int = normal.VERSION
    gram: int = GRAM
    head: int = HEAD
    scale: int = SCALE


DEFAULT = Parameters()


class Sketch(NamedTuple):
    """What is remembered of one text.

    Attributes:
        digest: 16 bytes, the identity of the raw text.
        keys: ascending, without repetition, each below ``2**64 / scale``.
        head: the key of the first symbols, ``None`` where there are fewer than ``HEAD``.
        symbols: how many symbols the text has.
        size: how many of its grams have keys, repeated ones included: what shared keys are a share of.
        parameters: what it was made with.
    """

    digest: bytes
    keys: tuple[int, ...]
    head: int | None
    symbols: int
    size: int
    parameters: Parameters = DEFAULT


@cache
def symbol_hash(code: int) -> int:
    """64 well-mixed bits for one symbol."""
    x = (code + 1) * MIX[0] & MASK
    x = (x ^ (x >> 31)) * MIX[1] & MASK
    return x ^ (x >> 29)


def gram_hashes(symbols: str, scale: int = SCALE) -> array[int]:
    """The hashes of all grams of ``symbols`` that lie below ``2**64 / scale``, in order, repeated where a gram is.

    Long texts are taken in parts: what is in between takes a hundred bytes a symbol.
    """
    limit = (1 << 64) // scale
    found = array("Q")
    for start in range(0, max(len(symbols) - GRAM + 1, 0), PART):
        found.extend(_below(symbols[start : start + PART + GRAM - 1], limit))
    return found


def _below(symbols: str, limit: int) -> list[int]:
    one, two, four = STEP
    a = [symbol_hash(ord(s)) for s in symbols]
    b = [(x * one + y) & MASK for x, y in pairwise(a)]
    c = [(x * two + y) & MASK for x, y in zip(b, b[2:], strict=False)]
    return [h for x, y in zip(c, c[3:], strict=False) if (h := (x * four + y) & MASK) < limit]


def head_key(symbols: str) -> int | None:
    """The key of the first ``HEAD`` symbols; ``None`` where there are fewer."""
    if len(symbols) < HEAD:
        return None
    key = 0
    for symbol in symbols[:HEAD]:
        key = (key * HEAD_STEP + symbol_hash(ord(symbol))) & MASK
    return key


class Grams(NamedTuple):
    """A text's symbols, the hashes of its grams below ``2**64 / SCALE`` in order, and its head key."""

    symbols: str
    hashes: array[int]
    head: int | None


@lru_cache(maxsize=128)
def grams(text: str) -> Grams:
    """What comparing a text begins with; remembered, for a check asks twice: among the new articles, and of history."""
    symbols = normal.symbols(text)
    return Grams(symbols, gram_hashes(symbols), head_key(symbols))


def sketch(text: str, parameters: Parameters = DEFAULT) -> Sketch:
    """The sketch of one raw text.

    Raises:
        SketchError: this version cannot make sketches with ``parameters``.
    """
    if parameters != Parameters(scale=parameters.scale) or parameters.scale < 1:
        raise SketchError(f"this version makes sketches with {Parameters()}, not with {parameters}; rebuild them")
    symbols, hashes, head = grams(text)
    if parameters.scale != SCALE:
        hashes = gram_hashes(symbols, parameters.scale)
    return Sketch(digest(text), tuple(sorted(set(hashes))), head, len(symbols), len(hashes), parameters)


def check_same(sketches: Iterable[Sketch]) -> Parameters:
    """The parameters that all ``sketches`` share.

    Raises:
        SketchError: they were made by different versions or with different parameters.
    """
    found = {s.parameters for s in sketches}
    if len(found) > 1:
        raise SketchError(f"sketches of different kinds cannot be compared: {sorted(found)}; rebuild the older ones")
    return found.pop() if found else Parameters()


def containment(a: Sketch, b: Sketch) -> float:
    """Estimated share of ``a``'s grams that occur in ``b``, 0 to 1.

    Raises:
        SketchError: the sketches do not belong together.
    """
    check_same((a, b))
    return len(set(a.keys) & set(b.keys)) / len(a.keys) if a.keys else 0.0
