"""From what a user names to the files that are read."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from feedtools.errors import FeedtoolsError, ReadError
from feedtools.readers import ReadOptions, expand, read


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


def test_the_bookkeeping_of_a_cleaned_folder_is_not_read(feed: Path) -> None:
    (feed / "held").mkdir()
    (feed / "held" / "a.txt").write_text("one\n")
    assert "./held/a.txt" in expand(["."], pytest.fail)
    (feed / "manifest.jsonl").write_text("{}\n")
    found = expand(["."], pytest.fail)
    assert "./held/a.txt" not in found
    assert "./manifest.jsonl" not in found
    assert "./a.txt" in found


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
