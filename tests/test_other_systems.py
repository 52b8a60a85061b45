"""What Windows and macOS do otherwise, as far as it can be had here: drives, capitals, forks, names."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from feedtools.clean import manifest, run
from feedtools.clean.run import clean
from feedtools.clean.undo import undo
from feedtools.config import Config
from feedtools.dedup.batch_run import worker_count
from feedtools.dedup.index.history import source_key
from feedtools.errors import ConfigError, ReadError
from feedtools.lint.fingerprint import relative
from feedtools.readers.records import relative_names
from feedtools.system.processes import may_fork, ordered_map
from tests.clean.outputs import OTHER, WHOLE, transmission
from tests.places import FEED


def _two_drives(_paths: Sequence[str], _start: str | None = None) -> str:
    raise ValueError("Paths don't have the same drive")


def test_a_file_on_another_drive_has_its_whole_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "relpath", _two_drives)
    assert relative("/elsewhere/a.txt", "/project") == "/elsewhere/a.txt"
    assert source_key("/elsewhere/a.txt", Config(root=Path("/project"))) == "/elsewhere/a.txt"
    assert source_key("/project/feed/a.txt", Config(root=Path("/project"))) == "feed/a.txt"


def test_inputs_on_two_drives_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "commonpath", _two_drives)
    with pytest.raises(ConfigError, match="/one and /two lie on different drives"):
        relative_names(["/one/a.txt", "/two/b.txt"], ["/one/a.txt", "/two/b.txt"])


def test_an_output_on_another_drive_lies_inside_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "a.txt").write_text(transmission(WHOLE), encoding="utf-8")
    monkeypatch.setattr(run.os.path, "commonpath", _two_drives)
    run._refuse([str(tmp_path / "feed")], tmp_path / "out", Config(root=tmp_path), run.NOTHING)
    with pytest.raises(ConfigError, match="lies inside"):
        run._refuse([str(tmp_path / "feed")], tmp_path / "feed" / "out", Config(root=tmp_path), run.NOTHING)


@pytest.mark.parametrize("name", ["C:a.txt", "c:/a.txt", "a.txt:stream", "..\\a.txt", "b\\a.txt"])
def test_a_manifest_leads_to_no_other_drive_and_no_stream(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest.os, "sep", "\\")
    with pytest.raises(ReadError, match="not inside the folder"):
        manifest.inside(Path("out"), name)
    assert manifest.inside(Path("out"), "b/a.txt") == Path("out/b/a.txt")


def test_a_file_whose_name_the_system_does_not_tell_from_another_is_said(tmp_path: Path) -> None:
    """Two names that differ in capitals, undone where they are one; a manifest that says a name twice is the same."""
    feed = tmp_path / "feed"
    feed.mkdir()
    for name, text in (("a.txt", WHOLE), ("b.txt", OTHER)):
        (feed / name).write_text(transmission(text), encoding="utf-8")
    clean([str(feed)], tmp_path / "out", Config(jobs=1))
    path = tmp_path / "out" / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        if row.get("file") == "b.txt":
            row["file"] = "a.txt"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    count, errors = undo(tmp_path / "out", tmp_path / "back")
    assert (count, len(errors)) == (1, 1)
    assert "does not tell its name from that of another file" in errors[0].message
    assert (tmp_path / "back" / "a.txt").read_text("utf-8") == transmission(WHOLE)


@pytest.mark.parametrize("folds", [False, True])
def test_names_of_the_output_itself_are_refused_in_capitals_too_where_those_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folds: bool
) -> None:
    monkeypatch.setattr(run, "_FOLDS_NAMES", folds)
    feed = tmp_path / "feed" / "Held"
    feed.mkdir(parents=True)
    (feed / "a.txt").write_text(transmission(WHOLE), encoding="utf-8")
    (tmp_path / "feed" / "b.txt").write_text(transmission(OTHER), encoding="utf-8")
    errors = clean([str(tmp_path / "feed")], tmp_path / "out", Config(jobs=1)).errors
    assert [("a name the output itself uses" in error.message) for error in errors] == [True] * folds


def test_macos_does_not_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    assert may_fork() is (sys.platform == "linux")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not may_fork()
    assert worker_count(4, ["x"] * 10**6) == 1


def _twice(number: int, more: int) -> int:
    return 2 * number + more


def test_processes_that_are_not_forked_answer_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert list(ordered_map(_twice, range(9), 2, 1)) == [2 * number + 1 for number in range(9)]


@pytest.mark.slow
def test_check_and_clean_say_the_same_over_processes_that_are_not_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedtools.check import files
    from feedtools.clean import pipeline

    config = Config(jobs=2, cache=False, renderers={"house": {"deletes": "-"}})
    clean([str(FEED)], tmp_path / "one", config._replace(jobs=1))
    alone = files.check([str(FEED)], config._replace(jobs=1))
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    for module in (files, pipeline):
        monkeypatch.setattr(module, "POOL_BYTES", 1)
    assert files.check([str(FEED)], config).findings == alone.findings != []
    clean([str(FEED)], tmp_path / "two", config)
    for path in (tmp_path / "one").rglob("*.txt"):
        assert (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes() == path.read_bytes()
