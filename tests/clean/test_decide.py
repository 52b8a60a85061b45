"""The policy: what remains decides, copies go for the one that stands for them, and all of it can be configured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from feedtools.clean.decide import CopyOf, copies_of, decide, permitted
from feedtools.config import Config, Policy, parse, policy
from feedtools.errors import ConfigError
from feedtools.model import COPIES, Article, Cluster, Edit, Finding, Fix, Kind, Level, Match, Safety, Span

ARTICLE = Article("a.txt", 4, "设 \\(x 为输入")


def finding(rule: str = "FT201", level: Level = "error", name: str = "unclosed-math") -> Finding:
    return Finding(rule, name, level, "high", ARTICLE, Span(2, 5), "never closed")


def copy(kind: Kind = "exact") -> Match:
    return Match(3, 7, kind, 1.0, 0.5, 0.9)


def test_an_article_without_findings_is_kept() -> None:
    assert decide(ARTICLE, [], Policy()) == (ARTICLE, "keep", ())


def test_an_error_that_remains_holds_and_names_its_rule() -> None:
    decision = decide(ARTICLE, [finding("FT401", "note", "truncated"), finding()], Policy())
    assert decision.action == "hold"
    assert decision.reasons == ("FT201 unclosed-math: never closed",)


@pytest.mark.parametrize(
    ("table", "level", "action"),
    [
        ({}, "error", "hold"),
        ({}, "warning", "keep"),
        ({"hold": "warning"}, "warning", "hold"),
        ({"hold": "note"}, "note", "hold"),
        ({"hold": "never"}, "error", "keep"),
        ({"rules": {"FT201": "keep"}}, "error", "keep"),
        ({"rules": {"FT2": "keep"}}, "error", "keep"),
        ({"rules": {"FT2": "keep", "FT201": "hold"}}, "note", "hold"),
        ({"rules": {"FT": "hold", "unclosed-math": "keep"}}, "error", "keep"),
        ({"rules": {"FT3": "keep"}}, "error", "hold"),
    ],
)
def test_what_holds_can_be_configured_by_level_and_by_rule(table: dict[str, Any], level: Level, action: str) -> None:
    assert decide(ARTICLE, [finding(level=level)], policy(table)).action == action


@pytest.mark.parametrize("kind", sorted(COPIES))
def test_copies_are_dropped_for_the_one_that_stands_for_them(kind: Kind) -> None:
    decision = decide(ARTICLE, [finding()], Policy(), copy(kind), "the same text as b.txt:9")
    assert decision.action == "drop"
    assert decision.reasons[0].startswith("FT90")
    assert decision.reasons[0].endswith(f" {kind}-duplicate: the same text as b.txt:9")


@pytest.mark.parametrize(("verdict", "action"), [("keep", "keep"), ("hold", "hold"), ("drop", "drop")])
def test_each_kind_of_copy_can_be_configured(verdict: str, action: str) -> None:
    chosen = policy({"kinds": {"near": verdict}})
    assert decide(ARTICLE, [], chosen, copy("near")).action == action
    assert decide(ARTICLE, [], chosen, copy("exact")).action == "drop"
    marked = decide(ARTICLE, [], chosen, copy("near"), "like b.txt:9")
    assert "b.txt:9" in marked.reasons[0], "what is left alone is still marked"


def test_fixed_and_restored_articles_say_what_was_done() -> None:
    assert decide(ARTICLE, [], Policy(), fixed=["FT508"]) == (ARTICLE, "fix", ("FT508 fixed",))
    done = decide(ARTICLE, [], Policy(), fixed=["FT508"], restored=["restored tail from b.txt:9"])
    assert (done.action, done.reasons) == ("restore", ("FT508 fixed", "restored tail from b.txt:9"))
    assert decide(ARTICLE, [finding()], Policy(), fixed=["FT508"]).action == "hold"


@pytest.mark.parametrize(
    ("table", "made"),
    [
        ({}, 1),
        ({"fix": "safe"}, 1),
        ({"fix": "confident"}, 2),
        ({"fix": "unsafe"}, 3),
        ({"fix": "none"}, 0),
        ({"fix": "none", "fixes": {"FT5": "safe"}}, 1),
        ({"fixes": {"FT5": "unsafe", "FT508": "none"}}, 0),
        ({"fixes": {"doubled-punctuation": "confident"}}, 2),
    ],
)
def test_which_fixes_are_made_can_be_configured(table: dict[str, Any], made: int) -> None:
    chosen = policy(table)
    safeties: tuple[Safety, ...] = ("safe", "confident", "unsafe", "display")
    applied = [chosen.applies("FT508", "doubled-punctuation", one) for one in safeties]
    assert applied == [made >= 1, made >= 2, made >= 3, False]


@pytest.mark.parametrize(
    ("table", "form", "fix"),
    [
        ({}, "transmission", "confident"),
        ({}, "jsonl", "auto"),
        ({"fix": "safe"}, "transmission", "safe"),
        ({"fix": "unsafe"}, "transmission", "unsafe"),
    ],
)
def test_transmissions_are_fixed_confidently_unless_the_policy_says_otherwise(
    table: dict[str, Any], form: str, fix: str
) -> None:
    assert policy(table).of(form).fix == fix


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"holdd": "error"}, "unknown key 'holdd'; did you mean hold? expected one of hold"),
        ({"hold": "sometimes"}, "'sometimes' is none of error, warning, note, never"),
        ({"fix": True}, "True is none of auto, none, safe, confident, unsafe"),
        ({"kinds": {"overlap": "drop"}}, "'overlap': expected one of exact"),
        ({"kinds": {"near": "lose"}}, "'lose' is none of keep, drop, hold"),
        ({"kinds": "drop"}, "expected a table such as [clean.kinds]"),
        ({"rules": {"FT2": "drop"}}, "'drop' is none of keep, hold"),
        ({"intact": "yes"}, "expected true or false"),
    ],
)
def test_a_wrong_policy_is_refused_with_what_may_stand_there(table: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        policy(table)
    assert sentence in str(caught.value)
    with pytest.raises(ConfigError, match=r"feedtools\.toml"):
        parse({"clean": table}, Path("feedtools.toml"))


def test_the_policy_comes_from_the_configuration() -> None:
    config = parse({"clean": {"kinds": {"near": "hold"}, "intact": True}}, Path("feedtools.toml"))
    assert config.clean == Policy(kinds={**Policy().kinds, "near": "hold"}, intact=True)
    assert Config().clean == Policy()


def test_copies_of_kinds_whose_rule_is_not_selected_are_left_alone() -> None:
    exact, near = Match(3, 7, "exact", 1.0, 1.0, 1.0), Match(5, 7, "near", 0.9, 0.9, 0.9)
    cluster = Cluster(7, (3, 5), (exact, near))
    assert copies_of([cluster], {"FT901"}) == {3: CopyOf(7, exact)}
    assert copies_of([cluster], {"FT901", "FT902"}) == {3: CopyOf(7, exact), 5: CopyOf(7, near)}


def test_a_copy_of_a_copy_names_the_one_that_is_kept() -> None:
    first, second = Match(3, 5, "exact", 1.0, 1.0, 1.0), Match(5, 7, "exact", 1.0, 1.0, 1.0)
    found = copies_of([Cluster(7, (3, 5), (first, second))], {"FT901"})
    assert found == {3: CopyOf(7, first), 5: CopyOf(7, second)}


@pytest.mark.parametrize(
    ("table", "rest", "action"),
    [
        ({}, 29, "drop"),
        ({}, 30, "hold"),
        ({"rest": 5}, 4, "drop"),
        ({"rest": 5}, 5, "hold"),
        ({"unique": "keep"}, 30, "keep"),
    ],
)
def test_a_copy_with_so_much_text_of_its_own_does_not_go(table: dict[str, Any], rest: int, action: str) -> None:
    decision = decide(ARTICLE, [], policy(table), copy("near"), "like b.txt:9", rest=rest)
    assert decision.action == action
    assert any("letters in a row are in no copy that is kept" in why for why in decision.reasons) is (action != "drop")


@pytest.mark.parametrize(("fix", "safety"), [("none", "display"), ("safe", "display"), ("confident", "confident")])
def test_a_fix_that_the_policy_does_not_make_is_offered(fix: str, safety: Safety) -> None:
    found = finding()._replace(fix=Fix((Edit(0, 1, "x"),), "confident"))
    assert permitted(found, policy({"fix": fix})) == found._replace(fix=Fix((Edit(0, 1, "x"),), safety))
    assert permitted(finding(), policy({"fix": fix})) == finding()
