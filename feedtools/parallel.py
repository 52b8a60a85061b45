"""Work spread over processes, with results in order and a bounded number of pieces under way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, TypeVar

from feedtools.errors import LostProcessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

R = TypeVar("R")
LOST = "a process that did part of the work was ended from outside, perhaps for want of memory; fewer --jobs need less"


def ordered_map(function: Callable[..., R], items: Iterable[Any], workers: int, *shared: Any) -> Iterator[R]:
    """``function(item, *shared)`` for every item, in order, with at most four pieces a worker in memory.

    Args:
        function: importable by name, since it runs in other processes.
        items: consumed only as fast as the workers go.
        workers: number of processes.
        shared: further arguments, sent to every worker once.

    Raises:
        LostProcessError: a worker was killed.
    """
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    with ProcessPoolExecutor(workers, context, _start, (function, shared)) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(_run, item))
                if len(waiting) >= 4 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise LostProcessError(LOST) from error
        finally:
            for future in waiting:
                future.cancel()


_job: tuple[Callable[..., Any], tuple[Any, ...]]


def _start(function: Callable[..., Any], shared: tuple[Any, ...]) -> None:
    global _job
    _job = function, shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of them; the parent ends the work, and says so
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End when the parent was killed: nobody would take the results, and the pipe alone does not tell."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(item: Any) -> Any:
    function, shared = _job
    return function(item, *shared)
