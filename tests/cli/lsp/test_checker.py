"""What an editor is told of copies: they are looked for in the files around as they stand now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("lsprotocol.types")

from feedtools.check.files import check_files
from feedtools.cli.lsp import checker
from feedtools.config import discover

HEAD = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
COPY = "茶叶要离灶台远些放,油烟一熏就再也喝不出香来,换了罐子也救不回,只好拿去煮蛋。"
OTHER = "茶叶蛋要先敲裂再煮,裂纹越碎越入味,煮好了泡一夜,第二天早上连壳都是香的。"


def copies(made: checker.Checker, path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    made.compare(str(path), text)
    found = [one.finding.rule for one in made.check(str(path), text) if one.finding is not None]
    return [rule for rule in found if rule.startswith("FT9")]


@pytest.fixture
def feed(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "feedtools.toml").write_text("", encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"{HEAD}{COPY}\n", encoding="utf-8")
    return tmp_path / "a.txt", tmp_path / "b.txt"


def test_a_neighbour_is_read_again_when_it_was_changed(feed: tuple[Path, Path]) -> None:
    before, opened = feed
    made = checker.Checker()
    assert copies(made, opened) == ["FT901"]
    for text, expected in ((OTHER, []), (COPY, ["FT901"])):
        before.write_text(f"{HEAD}{text}\n", encoding="utf-8")
        stamp = before.stat().st_mtime_ns + 10**9
        os.utime(before, ns=(stamp, stamp))
        assert copies(made, opened) == expected


@pytest.mark.parametrize(("less", "expected"), [(0, ["FT901"]), (1, [])])
def test_neighbours_are_read_up_to_a_size(
    feed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, less: int, expected: list[str]
) -> None:
    before, opened = feed
    monkeypatch.setattr(checker, "NEIGHBOURS", before.stat().st_size - less)
    assert copies(checker.Checker(), opened) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", 1),
        ("[clean]\nrest = 6\n", 1),
        ("[clean]\nrest = 5\n", 0),  # the article that would go has five letters for itself
    ],
)
def test_the_editor_calls_a_copy_what_the_command_calls_one(
    feed: tuple[Path, Path], settings: str, expected: int
) -> None:
    before, opened = feed
    (opened.parent / "feedtools.toml").write_text(settings, encoding="utf-8")
    opened.write_text(f"{HEAD}门前扫净雪{COPY}\n", encoding="utf-8")
    before.write_text(f"{HEAD}{COPY}夏夜乘凉时搬竹椅出去\n", encoding="utf-8")
    told = check_files(opened.parent, config=discover(opened.parent)).findings
    mine = [one.rule for one in told if one.article.source == str(opened) and one.rule.startswith("FT9")]
    assert copies(checker.Checker(), opened) == mine
    assert len(mine) == expected
