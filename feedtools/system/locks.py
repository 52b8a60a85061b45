"""A lock between processes, and between threads of one, that its holder's death frees."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

_PAUSE = 0.02
"""Seconds between two attempts to get a lock that somebody else holds."""


class FileLock:
    """A lock on a file that is made for it; the file names the process that holds it.

    Each instance holds it for itself: two threads of one process keep each other out, too.

    Args:
        path: of the file; a symbolic link in its place is refused.
        remove: whether the file goes when the lock is freed.
    """

    def __init__(self, path: Path, *, remove: bool = False) -> None:
        self.path = path
        self._remove = remove
        self._handle: int | None = None

    def take(self, patience: float = 0.0) -> bool:
        """Get the lock, and tell whether that was possible within ``patience`` seconds.

        Raises:
            OSError: the file cannot be made.
        """
        until = time.monotonic() + patience
        while self._handle is None and not self._taken():
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)
        return True

    def _taken(self) -> bool:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            # The file may have been removed between opening and locking: then the lock is on nothing.
            if not _locked(handle) or not self._is_there(handle):
                os.close(handle)
                return False
            os.truncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
        except BaseException:
            with suppress(OSError):
                os.close(handle)
            raise
        self._handle = handle
        return True

    def _is_there(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), os.lstat(self.path))
        except FileNotFoundError:
            return False

    def holder(self) -> str:
        """The number of the process that holds it, as far as the file tells."""
        try:
            return self.path.read_text("ascii", "replace")[:32].strip() or "unknown"
        except OSError:  # removed meanwhile, or, on Windows, locked against reading
            return "unknown"

    def is_orphaned(self) -> bool:
        """Tell whether the holder is gone, so that processes it made hold on for but a moment."""
        holder = self.holder()
        if os.name == "nt" or not holder.isdecimal():  # on Windows its death frees the lock at once
            return False
        try:
            os.kill(int(holder), 0)
        except (ProcessLookupError, OverflowError):
            return True
        except OSError:
            return False
        return False

    def free(self) -> None:
        """Let others have it."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        if self._remove and os.name != "nt":  # before it is freed: whoever waits must not get one that goes
            self.path.unlink(missing_ok=True)
        os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.free()


@contextmanager
def alone(handle: int) -> Iterator[None]:
    """Wait until nobody else holds an open file, and hold it for a while.

    Two handles exclude each other, whether of one process, of two of its threads, or of several processes.
    """
    while not _locked(handle):
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        _let_go(handle)


def _let_go(handle: int) -> None:
    try:
        import fcntl
    except ImportError:
        _let_go_on_windows(handle)
        return
    fcntl.flock(handle, fcntl.LOCK_UN)


def _locked(handle: int) -> bool:
    """Lock an open file and tell whether that worked: by description on POSIX, by a far byte on Windows."""
    try:
        import fcntl
    except ImportError:
        return _locked_on_windows(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _locked_on_windows(handle: int) -> bool:
    from importlib import import_module

    msvcrt = import_module("msvcrt")
    with _at_far_byte(handle):
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
    return True


def _let_go_on_windows(handle: int) -> None:
    from importlib import import_module

    msvcrt = import_module("msvcrt")
    with _at_far_byte(handle):
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)


@contextmanager
def _at_far_byte(handle: int) -> Iterator[None]:
    """Go to where nothing is ever written, and back: on Windows a lock is on bytes, and keeps others from those."""
    place = os.lseek(handle, 0, os.SEEK_CUR)
    os.lseek(handle, 1 << 30, os.SEEK_SET)
    try:
        yield
    finally:
        os.lseek(handle, place, os.SEEK_SET)
