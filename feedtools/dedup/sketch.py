"""Text to Sketch: FracMinHash (scaled MinHash) over character shingles, and a head key.

A shingle is ``SHINGLE`` consecutive symbols (``text.symbols``).  Four symbols of 16 bits make a word; the hash of a
shingle is the sum of its first and its last word, which overlap by a symbol, each times an odd number, modulo 2**64
(multilinear hashing, Dietzfelbinger et al. 1997).  The hash is a key where it lies below ``2**64 / scale``.  The share
of a text's keys found in another estimates the containment of the one in the other whatever their lengths (Irber et
al. 2022, "Lightweight compositional analysis of metagenomes with FracMinHash"), and the keys at scale 16 are a subset
of those at scale 8.
The head key stands for the first ``HEAD`` symbols: a truncated copy keeps it.

This module imports no numpy and is the kernel for a handful of texts; ``dedup.sketch_batch`` gives the same keys for
batches, bit for bit.
"""

from array import array
from functools import lru_cache
from typing import NamedTuple

from feedtools.errors import SketchError
from feedtools.model import digest
from feedtools.text import symbols

VERSION = 2
SHINGLE = 7
WORD = 4
"""Symbols of a word."""
HEAD = 16
SCALE = 8
ZEROS = SCALE.bit_length() - 1
"""Leading bits that are zero in every key."""
SHORT = 20
"""Below this many symbols nothing can be decided but equality."""
PART = 1 << 14
"""Symbols that are hashed together."""

MASK = (1 << 64) - 1
STEP = (0x9E3779B96A099E37, 0x85EBCA6BAF6361C9)
"""Factors of the two words of a shingle: odd, and so are their lower halves and quarters, which are all that some
symbols meet; as shares of their range these lie near the golden section, by which few neighbours share a key."""
HEAD_STEP = (0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3)
FOLD = 0x9E35
"""Factor of the plane of a symbol beyond U+FFFF, before 16 bits are made of it."""


class Parameters(NamedTuple):
    """Parameters that two sketches must share to be compared."""

    version: int = VERSION
    normal: int = symbols.VERSION
    gram: int = SHINGLE
    head: int = HEAD
    scale: int = SCALE


DEFAULT = Parameters()


def current() -> Parameters:
    """Name what sketches of this process are made with."""
    return Parameters(normal=symbols.version())


class Sketch(NamedTuple):
    """Sketch of one text: its keys and its identity.

    Attributes:
        digest: 16 bytes, the identity of the raw text.
        keys: ascending, without repetition, each below ``2**64 / scale``.
        head: the key of the first symbols, ``None`` where there are fewer than ``HEAD``.
        symbols: how many symbols the text has.
        size: number of its shingles that have keys, repeated ones included: what shared keys are a share of.
        parameters: what it was made with.
    """

    digest: bytes
    keys: tuple[int, ...]
    head: int | None
    symbols: int
    size: int
    parameters: Parameters = DEFAULT


def shingle_hashes(symbols: str, scale: int = SCALE) -> "array[int]":
    """Hash all shingles of ``symbols``; give the hashes below ``2**64 / scale``, in order, repetitions included.

    Long texts are taken in parts: what is in between takes a hundred bytes per symbol.
    """
    limit = (1 << 64) // scale
    found = array("Q")
    for start in range(0, max(len(symbols) - SHINGLE + 1, 0), PART):
        found.extend(_below(symbols[start : start + PART + SHINGLE - 1], limit))
    return found


def _below(symbols: str, limit: int) -> list[int]:
    one, two = STEP
    words = _words(symbols)
    return [h for x, y in zip(words, words[3:], strict=False) if (h := (x * one + y * two) & MASK) < limit]


def _words(symbols: str) -> list[int]:
    """The word that begins at each symbol but the last three."""
    units = [code if code <= 0xFFFF else (code ^ (code >> 16) * FOLD) & 0xFFFF for code in map(ord, symbols)]
    return [a | b << 16 | c << 32 | d << 48 for a, b, c, d in zip(units, units[1:], units[2:], units[3:], strict=False)]


def head_key(symbols: str) -> int | None:
    """The key of the first ``HEAD`` symbols; ``None`` where there are fewer."""
    if len(symbols) < HEAD:
        return None
    return sum(word * step for word, step in zip(_words(symbols[:HEAD])[::4], HEAD_STEP, strict=True)) & MASK


class Shingles(NamedTuple):
    """A text's symbols, the hashes of its shingles below ``2**64 / SCALE`` in order, and its head key."""

    symbols: str
    hashes: "array[int]"
    head: int | None


@lru_cache(maxsize=128)
def shingles(text: str) -> Shingles:
    """Shingle a text. The result is remembered, for a check asks twice: among the new articles, and of history."""
    kept = symbols.symbols(text)
    return Shingles(kept, shingle_hashes(kept), head_key(kept))


def sketch(text: str, parameters: Parameters | None = None) -> Sketch:
    """The sketch of one raw text.

    Raises:
        SketchError: this version cannot make sketches with ``parameters``.
    """
    parameters = parameters or current()
    if parameters != current()._replace(scale=parameters.scale) or parameters.scale < 1:
        raise SketchError(f"this version makes sketches with {current()}, not with {parameters}; rebuild them")
    kept, hashes, head = shingles(text)
    if parameters.scale != SCALE:
        hashes = shingle_hashes(kept, parameters.scale)
    return Sketch(digest(text), tuple(sorted(set(hashes))), head, len(kept), len(hashes), parameters)
