"""The explicit index from the command line, history that follows files, and the batch run's memory."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedtools.cli import cli
from feedtools.dedup.index.history import KEPT_HISTORIES
from tests.places import FEED

SAMPLE = FEED


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, with the sample feed in it."""
    (tmp_path / "feedtools.toml").write_text('history = ["feed/**/*.txt"]\nselect = ["FT9"]\n', encoding="utf-8")
    shutil.copytree(SAMPLE, tmp_path / "feed")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings(*arguments: object, code: int = 1) -> list[dict[str, object]]:
    return [
        json.loads(line) for line in run("check", *arguments, "--output-format", "jsonl", code=code).stdout.splitlines()
    ]


def test_index_is_added_to_asked_proved_compacted_and_shrunk(feed: Path) -> None:
    index = feed / "i.sqlite"
    run("index", "add", "feed", "-i", index)
    assert json.loads(run("index", "stats", "-i", index).stdout)["documents"] == 60
    run("index", "verify", "-i", index)
    run("index", "remove", "feed/000.txt", "feed/001.txt", "-i", index)
    run("index", "compact", "-i", index)
    stats = json.loads(run("index", "stats", "-i", index).stdout)
    assert (stats["documents"], stats["recent"], stats["removed"]) == (36, 0, 0)
    run("index", "verify", "-i", index)


def test_an_update_names_its_index_and_what_that_has_nothing_of(feed: Path) -> None:
    assert " added to i.sqlite\n" in run("index", "add", "feed", "-i", "i.sqlite").output
    done = run("index", "remove", "feed/000.txt", "feed/none.txt", "-i", "i.sqlite")
    assert "12 articles forgotten" in done.output
    assert "feed/none.txt: i.sqlite has nothing of it" in done.output
    assert "feed/000.txt: i.sqlite" not in done.output


def test_the_folder_of_the_configuration_stands_for_all_that_was_taken_in_from_it(feed: Path) -> None:
    (feed.parent / "elsewhere.jsonl").write_text('{"text": "别处的文章"}\n', encoding="utf-8")
    run("index", "add", "feed", "../elsewhere.jsonl", "-i", "i.sqlite")
    assert "60 articles forgotten" in run("index", "remove", ".", "-i", "i.sqlite").output
    assert json.loads(run("index", "stats", "-i", "i.sqlite").stdout)["documents"] == 1


def test_damage_is_one_sentence_and_exit_2(feed: Path) -> None:
    (feed / "i.sqlite").write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    for command in (("index", "stats", "-i"), ("index", "verify", "-i"), ("check", "feed/000.txt", "--against")):
        result = CliRunner().invoke(cli, [*command, "i.sqlite"], standalone_mode=False)
        said = str(result.exception or "") + result.output
        assert "i.sqlite" in said
        assert "Traceback" not in said


def test_history_follows_the_files_and_spares_the_file_itself(feed: Path) -> None:
    assert {row["path"] for row in findings("feed/000.txt")} == {"feed/000.txt"}
    alone = feed / "feed" / "new.txt"
    copy = (feed / "feed" / "004.txt").read_text(encoding="utf-8").splitlines()[3]
    alone.write_text(f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n{copy}\n", encoding="utf-8")
    (found,) = findings("feed/new.txt")
    assert found["rule"] == "FT901"
    (first,) = found["related"]
    assert (feed / first["path"]).read_text(encoding="utf-8").splitlines()[first["line"] - 1] == copy
    for path in (feed / "feed").glob("00*.txt"):
        path.unlink()
    assert findings("feed/new.txt", code=0) == []


@pytest.mark.parametrize("damage", ["file", "text", "version", "missing"])
def test_a_damaged_history_is_built_again_and_said(feed: Path, damage: str) -> None:
    before = findings("feed/003.txt")
    (cache,) = (feed / ".feedtools_cache").glob("history-*.sqlite")
    if damage == "file":
        cache.write_bytes(b"damaged")
    elif damage == "missing":
        cache.unlink()
        assert findings("feed/003.txt") == before
        return
    else:
        with sqlite3.connect(cache) as base:  # the text is read when the index has been opened and was found in order
            base.execute({"text": "UPDATE text SET text = text || 'x'", "version": "PRAGMA user_version=99"}[damage])
        base.close()
    result = run("check", "feed/003.txt", "--output-format", "jsonl", code=1)
    assert [json.loads(line) for line in result.stdout.splitlines()] == before
    assert "built again" in result.stderr


def test_a_history_that_nobody_asks_for_is_forgotten(feed: Path) -> None:
    for number in (1, 2):
        run("check", "feed/000.txt", "--against", f"feed/00{number}.txt", code=1)
    first, second = sorted((feed / ".feedtools_cache").glob("history-*.sqlite"), key=lambda path: path.stat().st_mtime)
    long_ago = time.time() - (KEPT_HISTORIES + 1) * 86_400
    os.utime(first, (long_ago, long_ago))
    run("check", "feed/000.txt", "--against", "feed/003.txt", code=1)
    assert second.exists()
    assert not first.exists()
    os.utime(second, (long_ago, long_ago))
    run("check", "feed/000.txt", "--against", "feed/002.txt", code=1)
    run("check", "feed/000.txt", "--against", "feed/004.txt", code=1)
    assert second.exists(), "it was asked again"


def test_a_file_behind_a_link_is_not_compared_with_itself(feed: Path) -> None:
    (feed / "link.txt").symlink_to("feed/000.txt")
    (feed / "folder").symlink_to("feed")
    alone = [(row["rule"], row["line"], row["related"]) for row in findings("feed/000.txt")]
    for path in ("link.txt", "folder/000.txt"):
        assert [(row["rule"], row["line"]) for row in findings(path)] == [one[:2] for one in alone]
    for path in ("link.txt", "folder/000.txt", "feed/000.txt"):
        assert findings("feed/000.txt", "--against", path, code=0) == []
    assert len(findings("feed/000.txt", "--against", "folder/001.txt")) == 1
    shutil.copy("feed/000.txt", "copy.txt")
    assert len(findings("copy.txt", "--against", "link.txt")) == 12


def test_a_symlinked_cache_is_refused(feed: Path) -> None:
    (feed / "elsewhere").mkdir()
    (feed / ".feedtools_cache").symlink_to(feed / "elsewhere")
    result = CliRunner().invoke(cli, ["check", "feed/000.txt"])
    assert result.exit_code == 2
    assert "symbolic link" in result.stderr
    assert list((feed / "elsewhere").iterdir()) == []


def test_clean_asks_the_index_and_brings_it_up_to_date(feed: Path) -> None:
    first = run("clean", "feed/000.txt", "feed/001.txt", "-o", "one", "--index", "i.sqlite")
    kept = json.loads(run("index", "stats", "-i", "i.sqlite").stdout)["documents"]
    assert f"{kept} kept" in first.stderr
    second = run("clean", "feed/002.txt", "-o", "two", "--index", "i.sqlite")
    assert "8 kept + 4 dropped" in second.stderr
    again = run("clean", "feed/002.txt", "-o", "two", "--index", "i.sqlite")
    assert again.stderr == second.stderr
    run("index", "verify", "-i", "i.sqlite")
