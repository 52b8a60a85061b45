"""Pages with next to nothing on them are no copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedtools import clean_files
from feedtools.check.duplicates import duplicates
from feedtools.config import Config
from feedtools.dedup.files import explain
from feedtools.dedup.pages import NEAR_EMPTY, tell_apart
from feedtools.lint.rules import builtin
from feedtools.model import Article

WORDS = "".join(chr(0x4E00 + 41 * number) for number in range(NEAR_EMPTY[True]))
LETTERS = "".join(filter(str.isalpha, "This page is being written, and will be here when it is done. " * 2))
STUB = "This post is being written. Come back in May, when it will be ready."


@pytest.mark.parametrize("words", [WORDS, LETTERS[: NEAR_EMPTY[False]]])
def test_near_empty_pages_are_told_apart_and_others_are_not(words: str) -> None:
    for text, own in ((f"**{words[1:]}**", True), (f"**{words}。**", False)):
        one, other, line = tell_apart([text, text, text], {0, 1}.__contains__)
        assert (one != other) is own
        assert line == text


def test_a_near_empty_page_is_no_part_of_another_one(tmp_path: Path) -> None:
    for name, text in (("one", STUB), ("two", f"{STUB} The second part follows in the summer, after the fair.")):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: {name}\n---\n{text}\n", encoding="utf-8")
    assert clean_files(tmp_path / "one.md", tmp_path / "two.md", out=tmp_path / "out").counts.dropped == 0
    explained = explain([str(tmp_path)], (str(tmp_path / "one.md"), str(tmp_path / "two.md")), Config(root=tmp_path))
    assert (explained.why.verdict, explained.outcome) == ("not copies", "A is kept, B is kept")
    assert "next to nothing" in explained.why.rule
    lines = tmp_path / "lines.txt"
    lines.write_text(f"INCOMING TRANSMISSION\nLATEST UPDATES\n{STUB}\n{STUB}\n", encoding="utf-8")
    assert clean_files(lines, out=tmp_path / "of-lines").counts.dropped == 1


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
