"""Work spread over processes, with results in order and a bounded number of pieces under way.

Every process has a pipe of its own, served by a thread.  The pools of the standard library have their processes write
into one pipe under one lock: one that is killed while it writes leaves the others, and the parent, waiting for good.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from feedtools.errors import LostProcessError
from feedtools.text import renderers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

R = TypeVar("R")
LOST = "a process that did part of the work was ended from outside, perhaps for want of memory; fewer --jobs need less"


def _read_only(table: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(table)


ForkingPickler.register(MappingProxyType, lambda table: (_read_only, (dict(table),)))  # to processes not forked


def ordered_map(function: Callable[..., R], items: Iterable[Any], workers: int, *shared: Any) -> Iterator[R]:
    """Call ``function(item, *shared)`` for every item, in order, with at most four pieces per worker in memory.

    Args:
        function: importable by name, since it runs in other processes.
        items: consumed only as fast as the workers go.
        workers: number of processes.
        shared: further arguments, sent to every worker once.

    Raises:
        LostProcessError: a worker was killed.
    """
    with _Crew(function, shared, workers) as crew:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(crew.submit(item))
            if len(waiting) >= 4 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def may_fork() -> bool:
    """Tell whether processes may be forked: macOS can, but its own libraries crash in forks of threaded processes."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


class _Crew:
    """Worker processes, one pipe each; at the end they finish the current task."""

    def __init__(self, function: Callable[..., Any], shared: tuple[Any, ...], workers: int) -> None:
        context: Any = multiprocessing.get_context("fork" if may_fork() else "spawn")
        self._pipes: list[Connection] = []
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        self._processes = []
        started = renderers.active()
        for _ in range(workers):
            mine, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, function, shared, started), daemon=True)
            process.start()
            theirs.close()  # before the next one is made, which would hold it open: a pipe ends with its process
            self._processes.append(process)
            self._pipes.append(mine)
            self._idle.put(mine)
        self._threads = ThreadPoolExecutor(workers)

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)
        for pipe in self._pipes:
            with suppress(OSError):  # of one that was killed
                pipe.send(None)  # to close it would not do: processes made after it hold its other end as well
            pipe.close()
        for process in self._processes:
            process.join()

    def submit(self, item: Any) -> Future[Any]:
        """Have an item worked on by whoever is free next."""
        return self._threads.submit(self._ask, item)

    def _ask(self, item: Any) -> Any:
        pipe = self._idle.get()  # there are as many threads as processes
        try:
            pipe.send((item,))
            result, error, trace = pipe.recv()
        except (EOFError, OSError) as lost:
            lost.__traceback__ = None  # its frames hold what was to be sent, which Python 3.13 cannot free in a cycle
            raise LostProcessError(LOST) from lost
        finally:
            self._idle.put(pipe)
        if error is not None:
            error.add_note(trace)
            raise error
        return result


def _work(
    pipe: Connection, function: Callable[..., Any], shared: tuple[Any, ...], started: tuple[renderers.Renderer, ...]
) -> None:
    """Answer until there is nothing more to do."""
    renderers.activate(started)
    gc.freeze()  # what came from the parent is not walked over: its pages stay shared
    gc.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of them; the parent ends the work, and says so
    threading.Thread(target=_follow_parent, daemon=True).start()
    answer: tuple[Any, Exception | None, str]
    while asked := pipe.recv():
        [item] = asked
        try:
            answer = function(item, *shared), None, ""
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            answer = None, error, traceback.format_exc()
        try:
            pipe.send(answer)
        except Exception as error:  # noqa: BLE001 - what cannot be sent is the asker's to know
            pipe.send((None, error, traceback.format_exc()))


def _follow_parent() -> None:
    """End when the parent was killed: nobody would take the results, and the pipe alone does not tell."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
