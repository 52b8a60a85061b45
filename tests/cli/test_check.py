"""Options of ``check`` that change files: fixes that may be wrong, and a baseline that is written anew."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_cli import HEADER, Run

SPACED = "注意 ,这里多了一个空格,读者不会喜欢。"
DOUBLED = "This is the the sentence that an editor has to read again."


def test_unsafe_fixes_are_made_and_shown_where_they_are_asked_for_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    before, safe = f"{HEADER}{SPACED}\n{DOUBLED}\n", f"{HEADER}{SPACED.replace(' ,', ',')}\n{DOUBLED}\n"
    path.write_text(before, encoding="utf-8")
    assert "+This is the sentence" not in Run(tmp_path, "check", "a.txt", "--diff").out
    assert "+This is the sentence" in Run(tmp_path, "check", "a.txt", "--diff", "--unsafe-fixes").out
    assert path.read_text("utf-8") == before
    assert Run(tmp_path, "check", "a.txt", "--fix-only").code == 0
    assert path.read_text("utf-8") == safe
    assert Run(tmp_path, "check", "a.txt", "--fix-only", "--unsafe-fixes").code == 0
    assert path.read_text("utf-8") == safe.replace("the the", "the")


def test_a_baseline_that_is_written_anew_holds_what_the_old_one_held(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{HEADER}{SPACED}\n", encoding="utf-8")
    (tmp_path / "feedtools.toml").write_text('baseline = "known.json"\nfail-on = "note"\n', encoding="utf-8")
    write = ("check", "a.txt", "--write-baseline", "known.json")
    assert Run(tmp_path, *write).code == 0
    first = json.loads((tmp_path / "known.json").read_text("utf-8"))
    assert Run(tmp_path, "check", "a.txt").code == 0
    assert Run(tmp_path, *write).code == 0
    assert json.loads((tmp_path / "known.json").read_text("utf-8")) == first
    (tmp_path / "feedtools.toml").write_text('fail-on = "note"\n', encoding="utf-8")
    assert Run(tmp_path, "check", "a.txt").code == 1
