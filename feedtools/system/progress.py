"""Progress: told what begins, and how much of it was done."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, str], Callable[[int], None]]
"""Told what begins, how much there is of it (0: not known) and its unit; what it gives back is told what was done."""


def silent(_phase: str, _total: int, _unit: str) -> Callable[[int], None]:
    """Report no progress."""
    return lambda _: None
