"""Bounds on CPU time that hold on slow and busy machines: they catch what explodes, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

USUAL = 0.012
"""Seconds of CPU that the yardstick takes on the machine the bounds were written on."""
TRIES = 4


def within(seconds: float, work: Callable[[], object]) -> bool:
    """Whether some work can be done in so much CPU time, on a machine of usual speed.

    A slower machine gets as much more as fixed work takes longer there; a moment's stall is forgiven by trying again.
    """
    for _ in range(TRIES):
        took = _cpu(work)
        if took < seconds or took < seconds * _cpu(_yardstick) / USUAL:
            return True
    return False


def _yardstick() -> object:
    return sum(number * number for number in range(200_000))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
