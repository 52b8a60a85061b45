"""From what a user names to the files that are read."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from feedtools.errors import FeedtoolsError, Notice, ReadError
from feedtools.readers import ReadOptions, expand, read
from tests.cli.test_cli import environment


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt", ".hidden/f.txt", "notes.md", ".g.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        (["a.txt"], ["a.txt"]),
        (["b.txt", "a.txt", "b.txt"], ["b.txt", "a.txt"]),
        (["notes.md"], ["notes.md"]),
        (["."], ["./a.txt", "./b.txt", "./sub/c.txt", "./sub/d.jsonl", "./sub/deep/e.txt"]),
        (["sub"], ["sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt"]),
        (["*.txt"], ["a.txt", "b.txt"]),
        (["**/*.txt"], ["a.txt", "b.txt", "sub/c.txt", "sub/deep/e.txt"]),
        (["sub/[cd].*"], ["sub/c.txt", "sub/d.jsonl"]),
        (["-"], ["-"]),
        ([], []),
    ],
    ids=str,
)
def test_expand(feed: Path, paths: list[str], files: list[str]) -> None:
    errors: list[FeedtoolsError] = []
    assert expand(paths, errors.append) == files
    assert errors == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.txt", "missing.txt: no such file or folder"),
        ("*.csv", "*.csv: the pattern matches no file"),
        ("empty", "empty: no transmissions here; expected files ending in .txt"),
    ],
)
def test_a_path_that_names_nothing_is_reported_and_the_rest_is_taken(feed: Path, path: str, message: str) -> None:
    (feed / "empty").mkdir()
    errors: list[FeedtoolsError] = []
    assert expand([path, "a.txt"], errors.append) == ["a.txt"]
    assert [str(error)[: len(message)] for error in errors] == [message]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(feed: Path) -> None:
    (feed / "[a].txt").write_text("one\n")
    assert expand(["[a].txt"], pytest.fail) == ["[a].txt"]


def output(folder: Path) -> None:
    """What ``clean`` leaves: a published file, a held one, and the manifest."""
    for name in ("a.txt", "held/a.txt.jsonl"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("one\n")
    (folder / "manifest.jsonl").write_text('{"feedtools-manifest": 1}\n')


def test_the_bookkeeping_of_a_cleaned_folder_is_not_read(feed: Path) -> None:
    output(feed / "out")
    assert expand(["out"], pytest.fail) == ["out/a.txt"]
    (feed / "out" / "manifest.jsonl").write_text('{"text": "somebody else has a file of this name"}\n')
    assert expand(["out"], pytest.fail) == ["out/a.txt", "out/held/a.txt.jsonl", "out/manifest.jsonl"]


@pytest.mark.parametrize("path", [".", "**/*.txt", "*/a.txt"])
def test_an_output_beside_other_files_is_passed_over_and_said(feed: Path, path: str) -> None:
    output(feed / "out")
    (feed / "sub" / "a.txt").write_text("one\n")
    said: list[FeedtoolsError] = []
    found = expand([path], said.append)
    assert found
    assert not any("out/" in name for name in found)
    assert [type(notice) for notice in said] == [Notice]
    assert str(said[0]).removeprefix("./") == "out: the output of clean, passed over; name it to read it"


@pytest.mark.parametrize("path", ["archive", "archive/**/*.txt"])
def test_a_folder_of_nothing_but_outputs_is_read(feed: Path, path: str) -> None:
    output(feed / "archive" / "one")
    output(feed / "archive" / "two")
    assert expand([path], pytest.fail)[:1] == ["archive/one/a.txt"]
    assert "archive/two/a.txt" in expand([path], pytest.fail)


@pytest.mark.parametrize(
    ("paths", "files", "said"),
    [
        (["a.txt", "./a.txt", "sub/../a.txt"], ["a.txt"], []),
        ([".", "sub/c.txt"], ["./a.txt", "./b.txt", "./sub/c.txt", "./sub/d.jsonl", "./sub/deep/e.txt"], []),
        (["a.txt", "z.txt"], ["a.txt"], ["z.txt: another name of a.txt, which is read once"]),
        (["z.txt"], ["z.txt"], []),
        (["[az].txt"], ["a.txt"], ["z.txt: another name of a.txt, which is read once"]),
    ],
    ids=str,
)
def test_a_file_under_several_names_is_read_once(
    feed: Path, paths: list[str], files: list[str], said: list[str]
) -> None:
    if any("z" in path for path in paths):
        (feed / "z.txt").symlink_to("a.txt")
    told: list[FeedtoolsError] = []
    assert expand(paths, told.append) == files
    assert [str(one) for one in told] == said


def test_a_link_to_a_folder_outside_is_said_and_one_inside_is_no_news(feed: Path) -> None:
    (feed / "sub" / "here").symlink_to("deep")
    assert "sub/deep/e.txt" in expand(["sub"], pytest.fail)
    (feed / "sub" / "there").symlink_to(feed / ".hidden")
    said: list[FeedtoolsError] = []
    assert expand(["sub"], said.append) == ["sub/c.txt", "sub/d.jsonl", "sub/deep/e.txt"]
    assert [str(one) for one in said] == ["sub/there: a link to a folder, which is not followed; name it to read it"]
    assert expand(["sub/there"], pytest.fail) == ["sub/there/f.txt"]


@pytest.mark.parametrize("path", [".", "sub", "**/*.txt", "*/*/*.txt", "sub/**", "s*/d*/e*"])
def test_a_folder_that_cannot_be_listed_is_an_error(feed: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``os.walk`` and ``glob`` pass it over without a word."""
    scandir = os.scandir

    def closed(folder: str = ".") -> object:
        if os.path.basename(os.path.normpath(os.fspath(folder))) == "deep":
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", closed)
    errors: list[FeedtoolsError] = []
    assert not any("deep" in name for name in expand([path], errors.append))
    (error,) = {str(error).removeprefix("./").replace("deep/:", "deep:") for error in errors}
    assert error == "sub/deep: the folder cannot be read: permission denied"
    assert not any(isinstance(error, Notice) for error in errors)


@pytest.mark.skipif(shutil.which("setpriv") is None and os.geteuid() == 0, reason="root may list any folder")
def test_a_closed_folder_is_exit_2_for_every_command(feed: Path) -> None:
    (feed / "sub" / "deep").chmod(0)
    mortal = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    try:
        for command in (["check"], ["dedup"], ["clean", "-o", "../out"], ["index", "add", "-i", "../i"]):
            done = subprocess.run(
                [*mortal, sys.executable, "-m", "feedtools", *command, "."],
                cwd=feed, capture_output=True, text=True, env=environment(), check=False,
            )  # fmt: skip
            assert done.returncode == 2, (command, done.stderr)
            assert "deep: the folder cannot be read: permission denied" in done.stderr, done.stderr
    finally:
        (feed / "sub" / "deep").chmod(0o700)


def texts(path: Path, errors: list[FeedtoolsError], **options: str) -> list[tuple[int, str]]:
    source = read(str(path), ReadOptions(**options), errors.append)
    return [(article.line, article.text) for article in source.articles]


@pytest.mark.parametrize("name", ["f.jsonl", "f.ndjson", "f.jsonl.gz", "f.data"])
def test_json_lines_by_name_or_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = b'{"id": 1, "body": "\xe4\xb8\x80"}\n\n{"id": 2, "body": "two\\nlines"}'
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert texts(path, [], text_key="body") == [(1, "一"), (3, "two\nlines")]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (b"{", "not a JSON record"),
        (b"[1]", "expected an object like"),
        (b'{"body": "x"}', 'no string under "text" (its keys: body)'),
        (b'{"text": 3}', 'no string under "text"'),
        (b"\xff", "not a JSON record"),
        (b"[" * 100_000, "not a JSON record"),
    ],
)
def test_a_bad_record_is_reported_with_its_line_and_the_rest_is_read(
    tmp_path: Path, record: bytes, message: str
) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"text": "one"}\n' + record + b'\n{"text": "three"}\n')
    errors: list[FeedtoolsError] = []
    assert texts(path, errors) == [(1, "one"), (3, "three")]
    assert len(errors) == 1
    assert str(errors[0]).startswith(f"{path}:2: ")
    assert message in str(errors[0])


def test_a_broken_archive_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl.gz"
    rows = b"".join(json.dumps({"text": os.urandom(40).hex()}).encode() + b"\n" for _ in range(2000))
    path.write_bytes(gzip.compress(rows)[:-2000])
    errors: list[FeedtoolsError] = []
    assert len(texts(path, errors)) > 100
    assert len(errors) == 1
    assert "reading stopped" in str(errors[0])


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("f.gz", b"not gzip", "not a gzipped file"),
        ("f.txt", b"\x00", "binary file"),
        ("gone.txt", None, "no such file or directory"),
    ],
)
def test_an_unreadable_file_names_itself(tmp_path: Path, name: str, data: bytes | None, message: str) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read(str(path), ReadOptions(), pytest.fail)
    assert caught.value.path == str(path)
    assert message in caught.value.message


def test_an_unknown_format_says_which_are_known(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("one\n")
    with pytest.raises(ReadError, match=r"unknown input format 'yaml'; expected .*transmission"):
        read(str(tmp_path / "f.txt"), ReadOptions(input_format="yaml"), pytest.fail)
