"""``check --fix`` and ``--diff`` on files: safe, idempotent, every other byte kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.check import fix
from feedtools.config import Config
from feedtools.errors import Notice
from feedtools.lint.edits import Change
from feedtools.model import Article

HEAD = "INCOMING TRANSMISSION\r\n\r\nLATEST UPDATES\r\n"
RULES = Config(select=("FT509", "FT606"))


def transmission(folder: Path, *lines: str, end: str = "\r\n") -> Path:
    path = folder / "feed.txt"
    path.write_bytes((HEAD + "\r\n".join(lines) + end).encode("utf-8", "surrogateescape"))
    return path


def test_fixes_change_what_they_name_and_no_other_byte(tmp_path: Path) -> None:
    path = transmission(tmp_path, "先看损失 ,再看梯度。", "另一行 \udcff 不变", end="")
    (fixed,) = fix.fixes([str(path)], RULES).files
    assert fixed.before == path.read_bytes()
    assert fixed.after == fixed.before.replace(b" ,", b",") + b"\r\n"
    assert fix.write([fixed])[:2] == ([fixed], [])
    assert path.read_bytes() == fixed.after
    assert fix.fixes([str(path)], RULES).files == []


def test_diff_shows_the_lines_that_change(tmp_path: Path) -> None:
    path = transmission(tmp_path, "先看损失 ,再看梯度。", "不变的一行。")
    lines = list(fix.diff(fix.fixes([str(path)], RULES).files))
    assert [line.rstrip() for line in lines if line.startswith(("-先", "+先"))] == [
        "-先看损失 ,再看梯度。",
        "+先看损失,再看梯度。",
    ]
    assert not any("不变" in line for line in lines)


def test_a_file_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = transmission(tmp_path, "先看损失 ,再看梯度。")
    files = fix.fixes([str(path)], RULES).files
    path.write_bytes(b"something else\n")
    _, (error,), _ = fix.write(files)
    assert "changed while" in str(error)
    assert path.read_bytes() == b"something else\n"


MARKDOWN = [
    ("# 甲\n\n**注意** 和空格 ,这里。 \n", "# 甲\n\n**注意** 和空格,这里。 \n"),
    ("见 ![](a.png) ，与 [乙](b) 。\n", None),
    ("\u200b- 甲\n\n\u200b```py\nx ,\n\u200b```\n", None),
    ("> 甲 ，\r\n> 乙 。\r\n", "> 甲，\r\n> 乙。\r\n"),
    ("---\ntitle: 甲 ，\n---\n乙 ，丙\n", "---\ntitle: 甲 ，\n---\n乙，丙\n"),
    ("    甲 ，\n\n`乙 ，`与{{ 丙 ，}}\n", None),
]


@pytest.mark.parametrize(("before", "after"), MARKDOWN)
def test_a_fix_in_markdown_changes_the_text_and_nothing_else(tmp_path: Path, before: str, after: str | None) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(before.encode())
    found = fix.fixes([str(path)], Config(root=tmp_path))
    assert found.errors == []
    assert [file.after.decode() for file in found.files] == ([] if after is None else [after])


def test_changes_that_together_change_the_parse_are_dropped_one_by_one() -> None:
    article = Article("a.md", 1, "a *b c* d", syntax="markdown")
    harmless = Change(0, 1, "a", "e", ("X",))
    harmful = Change(3, 4, "b", "b* ", ("Y",))
    assert list(fix._harmless(article, [harmless, harmful])) == [harmless]
    assert list(fix._harmless(article, [harmless])) == [harmless]


@pytest.mark.parametrize(("name", "text"), [("a.jsonl", '{"text": "甲 ，乙"}\n'), ("a.csv", "text\n甲 ，乙\n")])
def test_a_format_that_is_not_repaired_is_said(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = fix.fixes([str(tmp_path / name)], Config(root=tmp_path))
    assert found.files == []
    [said] = found.errors
    assert isinstance(said, Notice)
    assert "--fix repairs transmissions and Markdown" in str(said)


def test_a_file_in_another_encoding_is_left_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("甲 ，乙".encode("gbk"))
    found = fix.fixes([str(tmp_path / "a.md")], Config(root=tmp_path, encoding="gbk"))
    assert found.files == []
    assert "--fix writes UTF-8" in str(found.errors[0])
