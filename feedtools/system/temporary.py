"""Folders for the time of a run, and what runs that were killed left of theirs."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from feedtools.system.locks import FileLock

_PREFIX = "feedtools-"
_LOCK = ".lock"
_YOUNG = 60.0
"""Seconds in which a folder may not have its lock yet."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that is removed at the end, and remove those of runs that were killed: they hold a feed's texts."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, FileLock(Path(name) / _LOCK) as lock:
        lock.take()
        yield Path(name)


def _sweep(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            status = folder.lstat()
            mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if mine and not folder.is_symlink() and (folder / _LOCK).is_file() and _is_old(status):
                with FileLock(folder / _LOCK) as lock:
                    if lock.take():
                        shutil.rmtree(folder, ignore_errors=True)


def _is_old(status: os.stat_result) -> bool:
    return abs(time.time() - status.st_mtime) > _YOUNG
