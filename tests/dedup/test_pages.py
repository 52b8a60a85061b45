"""Pages with next to nothing on them are no copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools import clean_files
from feedtools.check.duplicates import duplicates
from feedtools.dedup.pages import tell_apart
from feedtools.dedup.sketch import SHORT
from feedtools.lint.rules import builtin
from feedtools.model import Article

WORDS = "".join(chr(0x4E00 + 41 * number) for number in range(SHORT))


@pytest.mark.parametrize(("size", "own"), [(SHORT - 1, True), (SHORT, False)])
def test_near_empty_pages_are_told_apart_and_others_are_not(size: int, own: bool) -> None:
    text = f"**{WORDS[:size]}**"
    one, other, line = tell_apart([text, text, text], {0, 1}.__contains__)
    assert (one != other) is own
    assert line == text


@pytest.mark.parametrize(("syntax", "found"), [("markdown", []), ("", ["FT901"])])
def test_the_same_few_words_are_a_copy_in_a_transmission_alone(syntax: str, found: list[str]) -> None:
    articles = [Article(f"{name}.md", 4, "敬请期待！", syntax=syntax) for name in "ab"]
    rules = [rule for rule in builtin() if rule.scope == "feed"]
    assert [one.rule for one in duplicates(articles, rules)] == found


def test_clean_publishes_both_pages(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: {name}\n---\nComing soon!\n", encoding="utf-8")
    done = clean_files(tmp_path / "one.md", tmp_path / "two.md", out=tmp_path / "out")
    assert (done.counts.kept, done.counts.dropped) == (2, 0)
