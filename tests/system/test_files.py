"""What is read beside the articles is a file: a pipe would hold a run, a device would fill its memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedtools.clean import manifest
from feedtools.clean.edits import records
from feedtools.clean.history import earlier
from feedtools.dedup.index.history import is_index
from feedtools.errors import FeedtoolsError
from feedtools.lint import allow, baseline, decisions
from feedtools.lint.checks import compounds
from feedtools.system import files
from feedtools.system.files import read_regular

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")


@pytest.fixture(params=["pipe", "device", "link to a device"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    place = tmp_path / "odd"
    if request.param == "pipe":
        os.mkfifo(place)
    elif request.param == "device":
        return Path("/dev/zero")
    else:
        place.symlink_to("/dev/zero")
    return place


READERS: dict[str, Callable[[Path], object]] = {
    "what is allowed": allow.load,
    "a baseline": baseline.load,
    "decisions": decisions.load,
    "learned compounds": compounds.read,
    "a manifest": lambda path: list(manifest.read(path)),
    "held articles": lambda path: list(records(path)),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_what_is_no_file_is_refused_at_once(odd: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(FeedtoolsError, match="a pipe or a device"):
        read(odd)


def test_what_is_no_file_is_no_index_and_has_no_history(odd: Path) -> None:
    assert not is_index(str(odd))
    assert earlier(odd.parent).points == ()


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").symlink_to("a")
    assert read_regular(tmp_path / "a") == read_regular(tmp_path / "b") == b"12345"
    monkeypatch.setattr("feedtools.system.files.MOST", 5)
    assert read_regular(tmp_path / "a") == b"12345"
    monkeypatch.setattr("feedtools.system.files.MOST", 4)
    with pytest.raises(OSError, match="larger than"):
        read_regular(tmp_path / "a")
    with pytest.raises(IsADirectoryError):
        read_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "c")


def test_an_interrupt_between_opening_and_having_opened_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feed.txt"
    path.write_bytes(b"1")

    def opened_in_vain(*args: Any, **options: Any) -> None:
        open(*args, **options).close()  # as Ctrl-C does: what was made is let go, and closes what it has
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "open", opened_in_vain, raising=False)
    with pytest.raises(KeyboardInterrupt):  # not that a handle is bad, which would pass over the file and go on
        files.open_regular(path)
