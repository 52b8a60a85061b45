"""Bounds on CPU time that hold on slow and busy machines: they catch what explodes, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable

USUAL = 0.012
"""Seconds of CPU that the yardstick takes on the machine the bounds were written on."""
TRIES = 4
NOISE = 0.02
"""Seconds of CPU that are no growth."""


def within(seconds: float, work: Callable[[], object]) -> bool:
    """Whether some work can be done in so much CPU time, on a machine of usual speed.

    A slower machine gets as much more as fixed work takes longer there; a moment's stall is forgiven by trying again.
    """
    for _ in range(TRIES):
        took = _cpu(work)
        if took < seconds or took < seconds * _cpu(_yardstick) / USUAL:
            return True
    return False


def grows_evenly(work: Callable[[int], object], small: int, large: int, times: float) -> bool:
    """Whether a large work takes no more than so many times what a small one takes, beside noise.

    The small one is measured three times, for a stall would hide what explodes; the large one as often as it needs.
    """
    for _ in range(3 * TRIES):
        least = min(_cpu(lambda: work(small)) for _ in range(3))
        if _cpu(lambda: work(large)) < times * least + NOISE:
            return True
    return False


def _yardstick() -> object:
    return sum(number * number for number in range(200_000))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
