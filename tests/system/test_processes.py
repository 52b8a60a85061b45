"""Work over processes: results in order, errors where they belong, and no process whose end goes unheard."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator

import pytest

from feedtools.errors import LostProcessError, ReadError
from feedtools.system.processes import ordered_map

LARGE = 64 << 20
"""Bytes that a pipe takes so long for that a process can be killed in the middle of them."""


def slow_at_first(item: int, factor: int) -> int:
    time.sleep(0.05 if item % 4 == 0 else 0)
    return item * factor


def picky(item: int) -> int:
    if item == 3:
        raise ReadError("no", path="a.txt", line=item)
    return item


def unsendable(item: int) -> object:
    return lambda: item


def killed(seconds: float, _: object) -> bytes:
    """Much to send, and the end comes after so many seconds, while it is made, while it is sent, or after that."""
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return bytes(LARGE)


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(ordered_map(slow_at_first, range(50), 3, 7)) == [7 * item for item in range(50)]


def test_items_are_taken_as_fast_as_results_are() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = ordered_map(slow_at_first, items(), 2, 1)
    assert next(results) == 0
    assert len(taken) <= 4 * 2
    results.close()  # type: ignore[attr-defined]
    assert len(taken) <= 4 * 2


def test_an_error_is_raised_in_its_place_as_what_it_was() -> None:
    results = ordered_map(picky, range(10), 2)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ReadError) as caught:
        next(results)
    assert (caught.value.path, caught.value.line) == ("a.txt", 3)
    assert "in picky" in caught.value.__notes__[0]


def test_what_cannot_be_sent_back_is_said() -> None:
    with pytest.raises((AttributeError, TypeError, ValueError), match="lambda"):
        list(ordered_map(unsendable, range(3), 2))


@pytest.mark.parametrize("seconds", [0.0, 0.005, 0.01, 0.02, 0.03, 0.05])
def test_a_process_killed_at_any_moment_is_told_of(seconds: float) -> None:
    """Also while it sends: in a pool that shares one pipe the others would wait for it, and the parent with them."""
    results = ordered_map(killed, [seconds] * 1000, 2, None)
    with pytest.raises(LostProcessError, match="ended from outside"):
        _sizes(results)


def _sizes(results: Iterable[bytes]) -> set[int]:
    return set(map(len, results))
