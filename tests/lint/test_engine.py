"""The engine: prefilters lose nothing, order is reading order, slow packs are stopped and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.errors import RuleError
from feedtools.lint import engine as engine
from feedtools.lint.engine import group, lint
from feedtools.lint.rules import Rule, load
from feedtools.model import Article, Span

RULE = """
id = "{id}"
name = "{name}"
level = "warning"
confidence = "high"
message = "found {{text}}"
why = "because"
{body}
[[bad]]
text = "{bad}"
[[good]]
text = "quiet"
"""


def rule(folder: Path, body: str, bad: str, number: str = "001") -> Rule:
    path = folder / f"XX{number}.toml"
    path.write_text(RULE.format(id=f"XX{number}", name=f"rule-{number}", body=body, bad=bad), encoding="utf-8")
    return load(path)


@pytest.fixture
def word(tmp_path: Path) -> Rule:
    return rule(tmp_path, "keywords = ['猫']\npattern = '猫+'", "⟦猫⟧")


def articles(*texts: str) -> list[Article]:
    return [Article("feed.txt", number, text) for number, text in enumerate(texts, 1)]


def test_finding_carries_span_message_and_article(word: Rule) -> None:
    (finding,) = lint(articles("没有", "两只猫猫。"), [word]).findings
    assert finding.span == Span(2, 4)
    assert finding.message == "found 猫猫"
    assert finding.article.line == 2


@given(st.lists(st.text(st.sampled_from("猫狗\n a"), max_size=12), max_size=600))
def test_blocks_and_prefilters_lose_nothing(texts: list[str]) -> None:
    by_keyword = Rule_from("keywords = ['猫']\npattern = '猫+'")
    by_trigger = Rule_from("trigger = '猫'\npattern = '猫+'")
    by_nothing = Rule_from("pattern = '猫+'")
    feed = articles(*texts)
    expected = [(f.article, f.span) for f in lint(feed, [by_nothing]).findings]
    for variant in (by_keyword, by_trigger):
        assert [(f.article, f.span) for f in lint(feed, [variant]).findings] == expected
    alone = [(f.article, f.span) for article in feed for f in lint([article], [by_keyword]).findings]
    assert alone == expected


def Rule_from(body: str) -> Rule:  # noqa: N802
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return rule(Path(folder), body, "⟦猫⟧")


def test_span_group_narrows_the_report_but_not_the_fix(tmp_path: Path) -> None:
    spaced = rule(tmp_path, "pattern = '(?P<span> +)(?=,)'\n[fix]\nreplace = ''\nsafety = 'safe'", "a⟦ ⟧,")
    (finding,) = lint(articles("甲 ,乙"), [spaced]).findings
    assert finding.span == Span(1, 2)
    assert finding.fix is not None
    assert finding.fix.edits[0].text == ""


def test_word_lists_find_and_offer_the_right_form(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("# wrong\tright\nteh\tthe\n", encoding="utf-8")
    words = rule(tmp_path, "words = 'words.tsv'", "⟦teh⟧")
    (finding,) = lint(articles("see Teh cat, not tehran"), [words]).findings
    assert finding.span == Span(4, 7)
    assert finding.fix is not None
    assert finding.fix.edits[0].text == "the"


def test_a_line_of_a_word_list_that_is_none_is_named_by_its_number_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("# wrong\tright\n\nteh\tthe\nno right form\n", encoding="utf-8")
    words = rule(tmp_path, "words = 'words.tsv'", "⟦teh⟧")
    with pytest.raises(RuleError, match=r"words\.tsv:4: expected two columns"):
        lint(articles("see Teh cat"), [words])


def test_grouped_rules_speak_once_a_file(word: Rule) -> None:
    findings = lint(articles("猫", "猫 猫", "狗"), [word]).findings
    (kept,) = group(findings, [word.id])
    assert kept.message.endswith("(and 2 more in this file)")
    assert group(findings, []) == findings


def test_runaway_pattern_is_stopped_named_and_the_rest_goes_on(
    tmp_path: Path, word: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SECONDS", 0.05)
    runaway = rule(tmp_path, "pattern = '(a|aa)+$'", "⟦aa⟧", "002")
    result = lint(articles("a" * 60 + "b", "猫"), [runaway, word])
    assert [finding.rule for finding in result.findings] == ["XX001"]
    (error,) = result.errors
    assert "XX002" in str(error)
    assert "feed.txt:1" in str(error)
