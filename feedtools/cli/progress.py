"""Progress of a long run: one line that renews itself on a terminal, a log line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import IO

from feedtools.cli import console

DRAW = 0.2
"""Seconds between two drawings on a terminal."""
LOG = 30.0
"""Seconds between two log lines elsewhere; a shorter run is silent."""


_COMPARING = ("sketching", "joining", "comparing", "looking up")
CHECK = (("reading",), ("checking",), _COMPARING)
CLEAN = (("reading",), ("checking",), _COMPARING, ("restoring",), ("writing",), ("reporting",))
"""Steps of a run, each with the names of its phases."""


class Progress:
    """Reports phase after phase; called as ``feedtools.system.progress.Progress`` says.

    Nothing is said where ``--quiet`` was given.

    Args:
        steps: of the run, in order, so that whoever waits knows how many are to come.
        stream: where to write; standard error by default.
        clock: seconds, for tests.
    """

    def __init__(
        self,
        steps: Sequence[Sequence[str]] = (),
        stream: IO[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steps, self._step = steps, 0
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._clock = clock
        self._shown = ""
        self._quiet = console.quiet()
        self._next = clock() + (DRAW if self._live else LOG)

    def __call__(self, phase: str, total: int, unit: str) -> Callable[[int], None]:
        """Begin a phase of ``total`` units, or of nobody knows how many where that is 0."""
        began = self._clock()
        self._step = max([self._step, *(at for at, phases in enumerate(self._steps, 1) if phase in phases)])
        done = skipped = 0
        first = True

        def advance(count: int) -> None:
            nonlocal done, skipped, first
            done += count
            if first and count and self._clock() - began < 0.01:
                skipped = count  # what an interrupted run had done says nothing about the rate
            first = False
            self._tell(phase, unit, done, total, done - skipped, began)

        if self._live:  # in a log a line says what was done, not what is to come
            self._tell(phase, unit, 0, total, 0, began)
        return advance

    def _tell(self, phase: str, unit: str, done: int, total: int, fresh: int, began: float) -> None:
        now = self._clock()
        if self._quiet or now < self._next:
            return
        self._next = now + (DRAW if self._live else LOG)
        step = f"step {self._step} of {len(self._steps)}, " if self._step else ""
        text = step + status(phase, unit, done, total, fresh / max(now - began, 1e-9))
        if not self._live:
            self._stream.write(f"feedtools: {text}\n")
        else:
            self._stream.write("\r" + text + " " * max(0, len(self._shown) - len(text)))
            self._shown = text
        self._stream.flush()

    def close(self) -> None:
        """Take the line off the terminal."""
        if self._shown:
            self._stream.write("\r" + " " * len(self._shown) + "\r")
            self._stream.flush()
            self._shown = ""


def status(phase: str, unit: str, done: int, total: int, rate: float) -> str:
    """Put phase, amount, rate and remaining time into words."""
    parts = [f"{phase}: {done:,}{f' of {total:,}' if total else ''} {unit}"]
    if rate >= 0.05:
        parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
        if total > done:
            parts.append(f"{_clock((total - done) / rate)} left")
    return ", ".join(parts)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
