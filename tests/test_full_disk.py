"""A disk that is really full: a small file system of its own, filled to the last byte or nearly so."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_cli import Run
from tests.test_faults import COMMANDS, PROMISED, fill, sentences, tree, whole, works_again

pytestmark = pytest.mark.slow

SIZE = 8 * 2**20
WRITING = ("check-file", "check-fix", "baseline", "clean", "undo", "index-add", "rules-learn")
"""Commands whose output is files."""
READING = ("check", "check-against", "dedup", "clean-dry", "index-stats")
"""Commands whose output goes elsewhere: caches and spools are all that they would write."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of ``SIZE`` bytes."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("source"), 60)


@pytest.fixture
def feed(disk: Path, source: Path) -> Iterator[Path]:
    root = disk / "feed"
    shutil.copytree(source, root, symlinks=True)
    yield root
    shutil.rmtree(root)
    (disk / "filler").unlink(missing_ok=True)


def leave(disk: Path, free: int) -> None:
    """Fill the disk until ``free`` bytes are left."""
    with open(disk / "filler", "wb") as filler:
        space = os.statvfs(disk)
        os.posix_fallocate(filler.fileno(), 0, space.f_bavail * space.f_frsize - free)


@pytest.mark.parametrize("free", [0, 16384, 65536])
@pytest.mark.parametrize("name", [*WRITING, *READING])
def test_a_full_disk(disk: Path, feed: Path, name: str, free: int) -> None:
    """One sentence and exit 2 where what was asked for could not be written; nothing half-written; the next run works.

    What a command only keeps for the next time, it does without.
    """
    expected = Run(feed, *COMMANDS[name]).code if name in READING else None
    before = tree(feed)
    leave(disk, free)
    run = Run(feed, *COMMANDS[name], TMPDIR=str(feed), PYTHONDONTWRITEBYTECODE="1")
    said = sentences(run.err)
    assert run.code in {*PROMISED, 2}, run.err
    if name in WRITING and not free:
        assert run.code == 2, run.err
    if run.code == 2:
        assert len(said) == (4 if name == "check-fix" else 1), run.err  # a sentence a file
        assert all("space" in sentence or "full" in sentence for sentence in said), said
        kept = {path: data for path, data in tree(feed).items() if path in before}
        assert kept == before
    elif expected is not None:
        assert run.code == expected
    (disk / "filler").unlink()
    whole(feed)
    works_again(feed, COMMANDS[name])
