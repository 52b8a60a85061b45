"""A file is unpacked by its first bytes, and refused where its name says something else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from feedtools.errors import ReadError
from feedtools.readers.streams import open_stream

TEXT = b'{"text": "a"}\n'


def content(path: Path) -> bytes:
    with open_stream(str(path)) as stream:
        return stream.read()


@pytest.mark.parametrize("name", ["a.jsonl", "a.gz", "a.jsonl.gz"])
def test_what_is_packed_is_unpacked_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(TEXT))
    assert content(tmp_path / name) == TEXT


@pytest.mark.parametrize("name", ["a.jsonl", "a.gzip", "gz", "a.gz.jsonl", "zst"])
def test_what_is_not_packed_is_read_as_it_stands(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(TEXT)
    assert content(tmp_path / name) == TEXT


@pytest.mark.parametrize(("name", "kind"), [("a.gz", "gzipped"), ("A.JSONL.GZ", "gzipped"), ("a.zst", "zstd")])
@pytest.mark.parametrize("data", [TEXT, b""])
def test_a_name_that_says_what_is_not_so_is_refused(tmp_path: Path, name: str, kind: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadError, match=f"not a {kind} file, though its name says so"):
        content(tmp_path / name)
