"""A run over many texts: its settings, and the processes that share its work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.system.on_disk import Rows
from feedtools.system.processes import may_fork, ordered_map
from feedtools.system.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Advance = Callable[[int], None]

MANY, MANY_READ = 150_000, 40_000
"""Least number of texts for which several processes pay: of texts in memory, and of texts that have to be read."""
TASK = 2_000
"""Texts that a process takes at once."""


class Run(NamedTuple):
    """Settings of one run, the same from its start to its end.

    Attributes:
        texts: raw articles.
        order: of each text its rank: of two equal copies the first is kept.
        workers: processes to use.
        folder: for temporary files.
        progress: told what begins.
        around: where some texts alone are asked for, with what hangs together with them: their numbers, ascending.
    """

    texts: Sequence[str]
    order: Ints
    workers: int = 1
    folder: Path | None = None
    progress: Progress = silent
    around: Ints | None = None

    def of_distinct(self, copies: Ints, firsts: Ints) -> Run:
        """The same where the earliest text stands for its exact copies."""
        if self.around is None:
            return self
        first = np.arange(len(self.texts))
        first[copies] = firsts
        return self._replace(around=np.unique(first[self.around]))


class Distinct(NamedTuple):
    """The distinct texts: the ``k``-th is ``texts[numbers[k]]``."""

    texts: Sequence[str]
    numbers: Ints


def worker_count(jobs: int | None, texts: Sequence[str]) -> int:
    """Number of processes to use: one where more would take longer."""
    if not may_fork():
        return 1  # what the processes share is inherited, not sent
    if len(texts) < (MANY if in_memory(texts) else MANY_READ):
        return 1
    if jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(jobs, len(texts) // TASK))


def in_memory(texts: Sequence[str]) -> bool:
    """Tell whether the texts lie in memory; others may be read when they are asked for."""
    return isinstance(texts, list | tuple)


def texts_of(texts: Sequence[str], start: int) -> list[str]:
    """The texts of a task, the first of which is named."""
    end = min(start + TASK, len(texts))
    return texts.rows(start, end) if isinstance(texts, Rows) else [texts[number] for number in range(start, end)]


def spread(function: Callable[..., Any], items: Iterable[Any], workers: int, *shared: Any) -> Iterator[Any]:
    """Call ``function(item, *shared)`` for every item, in order, in ``workers`` processes."""
    if workers == 1:
        return (function(item, *shared) for item in items)
    return ordered_map(function, items, workers, *shared)
