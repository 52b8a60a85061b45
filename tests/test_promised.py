"""Promises of the documents that no other test runs, each as a user would type it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tests.cli.test_cli import HEADER, JSONL, Run

FOUND = HEADER + "这一篇里的公式丢了:假设数据 [Math] 服从正态分布,读者就看不明白。\n"
SPACED = "注意 ,这里多了一个空格,读者不会喜欢,编辑也不会喜欢,所以请把它拿掉。"


def test_tool_feedtools_of_a_project_file_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FOUND, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.feedtools]\npaths = ["a.txt"]\n', encoding="utf-8"
    )
    assert Run(tmp_path, "check", *JSONL).codes() == ["a.txt FT101"]
    (tmp_path / "pyproject.toml").write_text('[tool.feedtools]\nignore = ["FT101"]\n', encoding="utf-8")
    assert Run(tmp_path, "check", "a.txt", *JSONL).code == 0
    (tmp_path / "pyproject.toml").write_text('[tool.feedtools]\nignroe = ["FT101"]\n', encoding="utf-8")
    Run(tmp_path, "check", "a.txt").refused("pyproject.toml", "ignroe", "ignore")


def test_the_nearest_file_wins_and_the_own_file_beats_the_project(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FOUND, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.feedtools]\nignore = ["FT101"]\n', encoding="utf-8")
    (tmp_path / "feedtools.toml").write_text("", encoding="utf-8")
    assert Run(tmp_path, "check", "a.txt", *JSONL).codes() == ["a.txt FT101"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(tmp_path: Path, shell: str) -> None:
    assert "_feedtools_completion" in Run(tmp_path, _FEEDTOOLS_COMPLETE=f"{shell}_source").out
    asked = {"_FEEDTOOLS_COMPLETE": f"{shell}_complete", "COMP_CWORD": "--fix-o" if shell == "fish" else "2"}
    assert "--fix-only" in Run(tmp_path, COMP_WORDS="feedtools check --fix-o", **asked).out


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("check fee", "file,fee"),
        ("dedup fee", "file,fee"),
        ("clean feed -o ou", "file,ou"),
        ("index add fee", "file,fee"),
        ("check --against kno", "file,kno"),
        ("check --select FT20", "plain,FT201\nplain,FT202\nplain,FT203"),
        ("check --ignore FT101,FT20", "plain,FT101,FT201\nplain,FT101,FT202\nplain,FT101,FT203"),
        ("check --select unclosed-", "plain,unclosed-math"),
        ("rules FT90", "plain,FT901"),
        ("rules learn fee", "file,fee"),
        ("check --output-format js", "plain,json\nplain,jsonl"),
        ("dedup --output-format js", "plain,jsonl"),
        ("clean --input-format ht", "plain,html"),
    ],
)
def test_the_shell_completes_what_is_typed_most(tmp_path: Path, typed: str, offered: str) -> None:
    words = f"feedtools {typed}"
    asked = {"_FEEDTOOLS_COMPLETE": "bash_complete", "COMP_CWORD": str(len(words.split()) - 1)}
    assert Run(tmp_path, COMP_WORDS=words, **asked).out.startswith(offered)


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_clean_writes_what_is_packed_packed_again(tmp_path: Path, ending: str) -> None:
    if ending == ".zst":
        zstd = pytest.importorskip("backports.zstd")
        pack, unpack = zstd.compress, zstd.decompress
    else:
        pack, unpack = gzip.compress, gzip.decompress
    (tmp_path / f"a.txt{ending}").write_bytes(pack((HEADER + SPACED + "\n").encode()))
    run = Run(tmp_path, "clean", f"a.txt{ending}", "-o", "out")
    assert run.code == 0, run.err
    written = unpack((tmp_path / "out" / f"a.txt{ending}").read_bytes()).decode()
    assert written == HEADER + SPACED.replace(" ,", ",") + "\n"
    assert Run(tmp_path, "clean", "--undo", "out", "-o", "back").code == 0
    back = (tmp_path / "back" / f"a.txt{ending}").read_bytes()
    assert unpack(back).decode() == HEADER + SPACED + "\n"


@pytest.mark.parametrize(
    "record",
    [
        r'{"id": 1, "text": "%s", "url": "http:\/\/a.example\/b"}',
        r'{"text": "old", "id": 2, "text": "%s"}',
        r'{"id":3,   "text":"%s" , "tags": [1, 2.50, 1e3, null]}',
        r'{"text": "%s", "more": {"text": "not this one"}}',
    ],
)
def test_a_record_is_changed_in_its_text_alone_and_comes_back_to_the_byte(tmp_path: Path, record: str) -> None:
    line = record % SPACED + "\r\n"
    (tmp_path / "a.jsonl").write_bytes(line.encode())
    assert Run(tmp_path, "clean", "a.jsonl", "-o", "out").code == 0
    fixed = SPACED.replace(" ,", ",")
    assert (tmp_path / "out" / "a.jsonl").read_bytes() == (record % fixed + "\r\n").encode()
    assert Run(tmp_path, "clean", "--undo", "out", "-o", "back").code == 0
    assert (tmp_path / "back" / "a.jsonl").read_bytes() == line.encode()


def test_a_file_of_the_same_size_and_time_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FOUND, encoding="utf-8")
    before = os.stat(path)
    assert Run(tmp_path, "check", "a.txt", *JSONL).codes() == ["a.txt FT101"]
    path.write_text(FOUND.replace("[Math]", "(X, Y)"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(path).st_size == before.st_size
    assert Run(tmp_path, "check", "a.txt", *JSONL).code == 0
