"""Locks keep out threads and processes alike, and on Windows by what Windows has."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from feedtools.lint.decisions import append, choice, load
from feedtools.system.locks import FileLock, alone


class Windows:
    """The locks of Windows: on bytes of a file, for one handle at a time; what it would refuse is an error."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        self.held: dict[tuple[int, int], int] = {}
        self.asked: list[int] = []

    def locking(self, handle: int, mode: int, count: int) -> None:
        at = os.lseek(handle, 0, os.SEEK_CUR)
        assert count == 1
        assert at >= os.fstat(handle).st_size, "others may not read or write a byte that is locked"
        key = os.fstat(handle).st_ino, at
        self.asked.append(mode)
        if mode == self.LK_NBLCK and self.held.setdefault(key, handle) != handle:
            raise PermissionError(13, "Permission denied")
        if mode == self.LK_UNLCK:
            assert self.held.pop(key) == handle


@pytest.fixture(params=["posix", "windows"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Windows | None:
    if request.param == "windows":
        windows = Windows()
        monkeypatch.setitem(sys.modules, "fcntl", None)
        monkeypatch.setitem(sys.modules, "msvcrt", windows)  # type: ignore[arg-type]
        return windows
    if os.name == "nt":
        pytest.skip("no POSIX locks")
    return None


def test_two_handles_of_one_process_keep_each_other_out(system: Windows | None, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"text")
    seen: list[str] = []

    def second() -> None:
        with open(path, "a+b") as stream, alone(stream.fileno()):
            seen.append("second")

    with open(path, "a+b") as stream, alone(stream.fileno()):
        stream.seek(0)
        assert stream.read() == b"text", "a lock moves nobody's place"
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        seen.append("first")
    thread.join()
    assert seen == ["first", "second"]
    assert system is None or not system.held


def test_decisions_of_many_threads_are_all_kept(
    system: Windows | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reads what is there before it writes: where two do so at once, one of them is taken for half a line."""
    path = tmp_path / "feedtools-decisions.jsonl"
    write = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (time.sleep(0.001), write(handle))[1])

    def work(name: int) -> None:
        for number in range(6):
            append(path, [choice("reject", text=f"{name:016x}{number:016x}")])

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load(path)) == 36
    assert system is None or set(system.asked) == {Windows.LK_NBLCK, Windows.LK_UNLCK}


def test_an_error_frees_the_lock(system: Windows | None, tmp_path: Path) -> None:
    with open(tmp_path / "a", "a+b") as stream, open(tmp_path / "a", "a+b") as other:
        with pytest.raises(ZeroDivisionError), alone(stream.fileno()):
            raise ZeroDivisionError
        with alone(other.fileno()):
            pass


def test_a_file_lock_is_held_by_one(system: Windows | None, tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock") as one, FileLock(tmp_path / "lock") as other:
        assert one.take()
        assert not other.take()
        assert other.holder() == str(os.getpid())


def test_what_windows_lacks_is_not_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No folder can be opened there, and none need be."""
    for name in ("O_DIRECTORY", "O_NOFOLLOW", "getuid", "chown", "sched_getaffinity", "pread"):
        monkeypatch.delattr(os, name, raising=False)
    path = tmp_path / "feedtools-decisions.jsonl"
    append(path, [choice("reject", text="0" * 32)])
    assert len(load(path)) == 1
