"""Fixes settle, do no harm and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from feedtools.lint.edits import Draft, FixProposal, apply, revert
from feedtools.lint.fix import SAFE, proposals, stable_fix
from feedtools.model import Article, Edit, Finding, Fix, Level, Safety, Span
from tests.pace import within


def rules(*rows: tuple[str, str, str, Safety]):
    """A linter whose rules each report a literal and replace it."""

    def lint(articles: Sequence[Article]) -> list[Finding]:
        return [
            Finding(
                name,
                name,
                "error",
                "high",
                article,
                Span(at, at + len(old)),
                old,
                Fix((Edit(at, at + len(old), new),), safety),
            )
            for article in articles
            for name, old, new, safety in rows
            for at in range(len(article.text))
            if article.text.startswith(old, at)
        ]

    return lint


def fixed(text: str, *rows: tuple[str, str, str, Safety], safeties: frozenset[Safety] = SAFE):
    return stable_fix([Article("f", 1, text)], rules(*rows), safeties)[0]


def test_fixes_are_repeated_until_nothing_changes() -> None:
    result = fixed("xaaaay", ("R", "aa", "a", "safe"))
    assert (result.text, result.findings, result.refused) == ("xay", (), ())
    assert revert(result.text, result.changes) == "xaaaay"


def test_only_the_wanted_safety_is_applied() -> None:
    result = fixed("ab", ("R", "a", "A", "unsafe"), ("S", "b", "B", "safe"))
    assert result.text == "aB"
    assert [finding.rule for finding in result.findings] == ["R"]
    assert [change.by for change in result.changes] == [("S",)]


def test_a_fix_that_brings_a_new_finding_is_refused_and_the_others_are_made() -> None:
    result = fixed(
        "a-c-a", ("R", "a", "b", "safe"), ("S", "bb", "", "display"), ("T", "b", "", "display"), ("U", "c", "d", "safe")
    )
    assert result.text == "a-d-a"
    assert [one.by for one in result.refused] == ["R", "R"]


@pytest.mark.parametrize(
    ("level", "safety", "expected"),
    [
        pytest.param("note", "safe", "[x],", id="a-note-that-goes-again"),
        pytest.param("warning", "safe", "x ,", id="a-warning"),
        pytest.param("note", "display", "x ,", id="a-note-that-stays"),
    ],
)
def test_a_note_that_a_safe_fix_takes_out_again_is_no_harm(level: Level, safety: Safety, expected: str) -> None:
    lint = rules(("R", "x ,", "[x] ,", "safe"), ("S", "] ,", "],", safety))

    def graded(articles: Sequence[Article]) -> list[Finding]:
        return [one._replace(level=level) if one.rule == "S" else one for one in lint(articles)]

    assert stable_fix([Article("f", 1, "x ,")], graded)[0].text == expected


def test_fixes_that_do_harm_only_together_are_made_one_at_a_time() -> None:
    result = fixed("ac", ("R", "a", "x", "safe"), ("S", "c", "y", "safe"), ("T", "xy", "", "display"))
    assert result.text == "xc"
    assert [one.by for one in result.refused] == ["S"]


def test_rules_that_undo_each_other_end() -> None:
    result = fixed("a", ("R", "a", "b", "safe"), ("R", "b", "a", "safe"))
    assert (result.text, result.changes, len(result.findings)) == ("a", (), 1)
    assert fixed("a", ("R", "a", "b", "safe"), ("S", "b", "a", "safe")).text == "a"


def test_an_article_that_does_not_settle_is_left_as_it_was() -> None:
    result = fixed("a", ("R", "a", "ba", "safe"))
    assert (result.text, result.changes) == ("a", ())


def test_articles_are_fixed_apart_from_each_other() -> None:
    articles = [Article("f", 1, "aa"), Article("f", 2, "b"), Article("g", 1, "aaa")]
    assert [one.text for one in stable_fix(articles, rules(("R", "aa", "a", "safe")))] == ["a", "b", "a"]


def test_proposals_are_unique_and_ordered() -> None:
    lint = rules(("S", "b", "c", "safe"), ("R", "a", "", "safe"))
    found = lint([Article("f", 1, "ab"), Article("f", 2, "ab")])
    assert [one.by for one in proposals(found)] == ["R", "S"]


def counted(lint: Any) -> tuple[Any, list[int]]:
    """A linter that notes how many texts it is asked about."""
    asked: list[int] = []

    def count(articles: Sequence[Article]) -> list[Finding]:
        asked.append(len(articles))
        return lint(articles)

    return count, asked


@pytest.mark.parametrize("harmful", [3, 200])
def test_repairs_that_do_harm_among_many_are_found_in_few_looks(harmful: int) -> None:
    """One by one they would take as many looks at the whole text as there are repairs."""
    parts = ["bad" if number % (600 // harmful) == 1 else "good" for number in range(600)]
    text = "-".join(f"{word}{'.' * 9}" for word in parts)
    lint, asked = counted(
        rules(("R", "bad", "ill", "safe"), ("S", "good", "fine", "safe"), ("T", "ill", "", "display"))
    )
    (result,) = stable_fix([Article("f", 1, text)], lint)
    assert result.text == text.replace("good", "fine")
    assert {one.by for one in result.refused} == {"R"}
    assert sum(asked) < 40


def test_harm_that_another_repair_makes_up_for_is_seen() -> None:
    """One repair brings what the next one takes away: the count of the rule stays, and the first one did harm still."""
    text = f"a{'.' * 40}b{'.' * 40}c"
    lint = rules(
        ("R", "a", "xb", "safe"), ("S", "b", "y", "safe"), ("T", "c", "zz", "safe"), ("U", "zz", "", "display")
    )
    (result,) = stable_fix([Article("f", 1, text)], lint)
    assert result.text == text.replace("b", "y")


@pytest.mark.parametrize("apart", [0, 1, 400])
def test_the_same_repairs_are_refused_among_few_and_among_many(apart: int) -> None:
    """What is refused does not depend on how many other repairs stand around."""
    lint = rules(("R", "a", "bb", "safe"), ("S", "c", "d", "safe"), ("T", "bb", "", "display"))
    (result,) = stable_fix([Article("f", 1, ("c" + "." * apart) * 60 + "a" + ("." * apart + "c") * 60)], lint)
    assert "a" in result.text
    assert "c" not in result.text


def test_many_rounds_of_many_edits_take_time_in_proportion() -> None:
    """Each round used to look through all edits before for each of its own."""
    draft = Draft("ab" * 4_000)

    def work() -> None:
        for old, new in (("a", "cc"), ("c", "d"), ("b", "")):
            edits = tuple(at for at in range(len(draft.text)) if draft.text[at] == old)
            draft.edit(apply(draft.text, [FixProposal("R", (Edit(at, at + 1, new),)) for at in edits]))

    assert within(3.0, work)
    assert draft.text == "dd" * 4_000
    assert revert(draft.text, draft.changes()) == "ab" * 4_000
