"""Codes, one byte for each symbol of a text, and the short runs of them that two texts share."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Any

SHINGLE = 6
"""Codes of the runs by which it is told where two texts share anything."""
_KEPT = 1 << 16
"""Codes up to which the shingles of a text are kept: a code takes some hundred bytes."""


@cache
def rapidfuzz(measure: str) -> Any:
    """Import a module of rapidfuzz when two texts are compared: equal ones and parts of one another need none."""
    return import_module(f"rapidfuzz.distance.{measure}")


def low_bytes(symbols: str) -> bytes:
    """The low byte of each symbol."""
    return symbols.encode("utf-32-le", "surrogatepass")[::4]


def seeds(codes: bytes, width: int, stride: int = 1) -> dict[bytes, int]:
    """Runs of ``width`` codes, one every ``stride`` from the end on, each with the first place it was taken from.

    Those of the last few texts are kept, for the longest of a series meets all others.
    """
    return (_seeds if len(codes) <= _KEPT else _seeds.__wrapped__)(codes, width, stride)


@lru_cache(maxsize=4)
def _seeds(codes: bytes, width: int, stride: int) -> dict[bytes, int]:
    return {codes[at : at + width]: at for at in range(len(codes) - width, -1, -stride)}


@lru_cache(maxsize=2)
def shared(a: bytes, b: bytes) -> bytes:
    """Mark the places of ``a`` from which ``SHINGLE`` codes are anywhere in ``b``.

    Returns:
        1 or 0 for each place of ``a`` that has so many codes behind it.
    """
    there = seeds(b, SHINGLE)
    return bytes([a[at : at + SHINGLE] in there for at in range(len(a) - SHINGLE + 1)])
