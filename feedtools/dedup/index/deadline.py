"""A deadline over each whole answer of a server: time limits of a socket are for silence, and a byte ends a silence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SLOWEST = 64 * 1024
"""Bytes per second below which a connection is as good as silent."""


class DeadlineSocket:
    """A connected socket whose question and answer together take bounded time.

    A question begins with the first byte sent after something was received. It may take ``patience`` seconds, and a
    second more per ``SLOWEST`` bytes that went either way.

    Args:
        connected: a socket, plain or encrypted.
        patience: seconds.
    """

    def __init__(self, connected: Any, patience: float) -> None:
        self._socket = connected
        self._patience = patience
        self._timeout: float | None = patience
        self._began = time.monotonic()
        self._moved = 0
        self._answered = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def settimeout(self, timeout: float | None) -> None:
        """Set the limit of one call; 0 means not to wait at all."""
        self._timeout = timeout
        self._socket.settimeout(timeout)

    def sendall(self, data: bytes) -> None:
        """Send a part of a question."""
        if self._answered:
            self._began, self._moved, self._answered = time.monotonic(), 0, False
        self._limited(lambda: self._socket.sendall(data))
        self._moved += len(data)

    def recv(self, size: int) -> bytes:
        """Receive a part of the answer."""
        data: bytes = self._limited(lambda: self._socket.recv(size))
        self._moved, self._answered = self._moved + len(data), True
        return data

    def recv_into(self, buffer: Any, *sizes: int) -> int:
        """Receive a part of the answer into a buffer."""
        count: int = self._limited(lambda: self._socket.recv_into(buffer, *sizes))
        self._moved, self._answered = self._moved + count, True
        return count

    def _limited(self, work: Callable[[], Any]) -> Any:
        if self._timeout == 0:
            return work()
        left = self._began + self._patience + self._moved / SLOWEST - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no whole answer within {self._patience:g} seconds")
        self._socket.settimeout(left if self._timeout is None else min(left, self._timeout))
        return work()


def with_deadline(connection: type, patience: float) -> type:
    """Derive a class of connections of redis-py whose answers have a deadline.

    Args:
        connection: the class, plain or encrypted.
        patience: seconds per question.
    """

    def connect(self: Any) -> DeadlineSocket:
        return DeadlineSocket(connection._connect(self), patience)  # type: ignore[attr-defined]

    return type(f"Deadline{connection.__name__}", (connection,), {"_connect": connect})
