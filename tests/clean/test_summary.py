"""What the report of a run shows of what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools.clean import summary
from feedtools.clean.run import clean
from feedtools.config import Config
from tests.cli.test_cli import HEADER


def text(letter: str) -> str:
    """An article with a doubled mark, which nothing but an editor repairs."""
    return "".join(f"{letter}边的{part}要在{letter}季修一次," for part in "墙门窗瓦梁柱檐阶栏井") + "。"


def test_a_report_shows_the_first_of_many_and_says_how_many_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert summary.SHOWN == 1000
    articles = [*map(text, "井河船山"), *map(text, "井河船山")]
    damaged = [f"{text(letter)[::-1]}这里丢了 [Math] 的一句。" for letter in "灯桥路"]
    (tmp_path / "a.txt").write_text(HEADER + "".join(f"{one}\n" for one in (*articles, *damaged)), encoding="utf-8")
    shown = "the first 2 are shown; the manifest has them all"
    for most in (2, 1000):
        monkeypatch.setattr(summary, "SHOWN", most)
        clean([str(tmp_path / "a.txt")], tmp_path / "out", Config())
        page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
        for many in ("3 articles", "4 clusters", "4 findings"):
            assert many in page
            assert (f"{many}, {shown}" in page) == (most == 2)
        assert page.count("data-a=hold") + page.count('data-a="hold"') == (2 if most == 2 else 3)
        assert page.count("stands for") == (2 if most == 2 else 4)
