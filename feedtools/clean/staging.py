"""A folder that appears whole or not at all, and that only one run writes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from feedtools.errors import FeedtoolsError, LostProcessError, WriteError
from feedtools.system.locks import FileLock

RESUME = "; what was done is kept, and the same command with --resume goes on from there"
KEPT_BESIDE = (WriteError, LostProcessError)
"""Failures of our own after which what was done is kept; after an interrupt or a bug it always is."""
MANY = 1000
"""Files from which the whole system is told to write what it holds, in place of each file."""
ORPHANED = 10.0
"""Seconds for which the processes of a run that was killed are waited for."""


class Stage:
    """The folder beside ``out`` in which a run works, held by a lock; ``publish`` makes ``folder / "out"`` the output.

    Used as a context manager: on the way out the folder is removed, but after an interruption (Ctrl-C, a full disk, a
    process that was killed), from where ``resume`` goes on.

    Args:
        out: folder in which the output shall stand.
        own: tells whether a folder that stands there is an earlier output that may be replaced.
        resume: take up what an interrupted run left.
        resumable: a run that ends early leaves something to take up.

    Raises:
        WriteError: another run holds the lock, ``out`` is something else, or nothing can be written beside it.
    """

    def __init__(self, out: Path, own: Callable[[Path], bool], *, resume: bool = False, resumable: bool = True) -> None:
        self.out = Path(os.path.abspath(out))
        self.folder = self.out.parent / f".{self.out.name}.feedtools"
        self._old = self.out.parent / f".{self.out.name}.feedtools-old"
        self._own = own
        self._resume = resume
        self._resumable = resumable
        self._lock = FileLock(self.out.parent / f".{self.out.name}.feedtools-lock", remove=True)

    def __enter__(self) -> Stage:
        """Take the lock and make the folder."""
        try:
            self.out.parent.mkdir(parents=True, exist_ok=True)
            if not self._lock.take() and not (self._lock.is_orphaned() and self._lock.take(ORPHANED)):
                raise WriteError(
                    f"another run (process {self._lock.holder()}) is writing this output; "
                    "wait for it or choose another place",
                    path=str(self._lock.path),
                )
            self._recover()
            self._refuse_foreign()
            if self.folder.is_symlink():
                raise WriteError("a symbolic link stands where the run would work; remove it", path=str(self.folder))
            if not self._resume and self.folder.exists():
                shutil.rmtree(self.folder)
            (self.folder / "out").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._lock.free()
            raise unwritable(self.out, error) from error
        except FeedtoolsError:
            self._lock.free()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remove what is not needed any more and free the lock."""
        refused = kind is None or (issubclass(kind, FeedtoolsError) and not issubclass(kind, KEPT_BESIDE))
        if refused or not self._resumable:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.free()

    def discard(self) -> None:
        """Remove what this run began, unless an earlier one left it to go on from."""
        if not self._resume:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _recover(self) -> None:
        """Finish, or take back, a replacement that was interrupted between its two renames."""
        if not self._old.exists():
            return
        if self.out.exists():
            shutil.rmtree(self._old)
        else:
            os.rename(self._old, self.out)

    def _refuse_foreign(self) -> None:
        if self.out.is_dir() and not self.out.is_symlink():
            if any(self.out.iterdir()) and not self._own(self.out):
                reason = "the folder is not empty and holds no output of feedtools; name one that does, or a new one"
                raise WriteError(reason, path=str(self.out))
        elif self.out.exists() or self.out.is_symlink():
            raise WriteError("a folder is expected here, or nothing", path=str(self.out))

    def publish(self) -> None:
        """Make the finished folder the output, in place of an earlier one.

        Raises:
            WriteError: it cannot be moved there; the earlier output is in its place again.
        """
        try:
            sync(self.folder / "out")
            if self.out.exists():
                os.rename(self.out, self._old)
            try:
                os.rename(self.folder / "out", self.out)
            except OSError:
                if self._old.exists():
                    os.rename(self._old, self.out)
                raise
            _sync_folder(self.out.parent)
            if self._old.exists():
                shutil.rmtree(self._old)
        except OSError as error:
            raise unwritable(self.out, error, RESUME if self._resumable else "") from error


def unwritable(path: Path, error: OSError, hint: str = "") -> WriteError:
    """A failure to write as one sentence."""
    where = f" ({error.filename})" if error.filename and str(error.filename) != str(path) else ""
    return WriteError(f"the output cannot be written: {error.strerror or error}{where}{hint}", path=str(path))


def sync(folder: Path) -> None:
    """Make sure that all files of a folder are on the disk."""
    if sys.platform == "linux" and sum(len(files) for _, _, files in os.walk(folder)) > MANY:
        os.sync()  # waits on Linux, and takes one go where file by file would take minutes
        return
    for root, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(root, name), "rb") as stream:
                os.fsync(stream.fileno())
        _sync_folder(Path(root))


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
