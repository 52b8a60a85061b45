"""``check --fix`` and ``--diff`` on files: safe, idempotent, every other byte kept."""

from __future__ import annotations

from pathlib import Path

from feedtools.check import fix
from feedtools.config import Config

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
