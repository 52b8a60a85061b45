"""The language of the feed: script, width of marks, delimiters."""

from __future__ import annotations

import pytest

from feedtools.restore.language import Speaker, in_script_of, language, script

SIMPLIFIED, TRADITIONAL = "这个网络写得很简单,大家都说没问题。", "這個網絡寫得很簡單,大家都說沒問題。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(SIMPLIFIED, "simplified"), (TRADITIONAL, "traditional"), ("人大天日月", ""), ("plain", ""), ("这個", "")],
)
def test_script(text: str, expected: str) -> None:
    assert script(text) == expected


@pytest.mark.parametrize(
    ("text", "wide"),
    [("前，后", True), ("前,后", False), ("a, b", None), ("前，后，又,再", True), ("前，后,又", False)],
)
def test_width_is_that_of_most_marks_beside_chinese(text: str, wide: bool | None) -> None:
    assert language(text).wide is wide


@pytest.mark.parametrize(
    ("text", "dollars"), [("设 $x$ 为", True), (r"设 $x$ 与 \(y\) 为", False), ("价 $5 涨", False), ("无", False)]
)
def test_delimiters(text: str, dollars: bool) -> None:
    assert language(text).dollars is dollars


@pytest.mark.parametrize(
    ("feed", "sibling", "said", "expected"),
    [
        (SIMPLIFIED, TRADITIONAL, "寫回磁盤，完成（見下）", "写回磁盘,完成(见下)"),
        (SIMPLIFIED, SIMPLIFIED, "寫回磁盤", "写回磁盘"),
        (SIMPLIFIED, SIMPLIFIED, "乾隆年间", "乾隆年间"),
        (SIMPLIFIED, SIMPLIFIED, "由陳さん写回", "由陳さん写回"),
        (SIMPLIFIED, TRADITIONAL, "由陳さん寫回", "由陈さん写回"),
        (TRADITIONAL, SIMPLIFIED, "写回磁盘", "寫回磁盤"),
        (TRADITIONAL, TRADITIONAL, "皇后", "皇后"),
        ("前，后，完", SIMPLIFIED, "写回,完成", "写回，完成"),
        ("前，后，完", SIMPLIFIED, r"设 \(f(x, y)\) 为 a, b", r"设 \(f(x, y)\) 为 a, b"),
        ("设 $x$ 为", SIMPLIFIED, r"有 \(y\) 与 \[z\] 。", "有 $y$ 与 $$z$$ 。"),
    ],
)
def test_what_is_said_speaks_the_feeds_language(feed: str, sibling: str, said: str, expected: str) -> None:
    assert Speaker(feed, sibling).prose(said) == expected


def test_a_whole_text_is_turned_only_into_a_script_that_is_known_and_another() -> None:
    assert in_script_of(TRADITIONAL, SIMPLIFIED) == SIMPLIFIED
    assert in_script_of(TRADITIONAL, "plain") == TRADITIONAL
    assert in_script_of(SIMPLIFIED, SIMPLIFIED) is SIMPLIFIED


def test_half_of_a_surrogate_pair_stays_as_it_is() -> None:
    assert in_script_of("\udcb0" + TRADITIONAL + "\ud83d", SIMPLIFIED) == "\udcb0" + SIMPLIFIED + "\ud83d"


def test_words_that_each_script_writes_with_other_characters_are_turned_one_way() -> None:
    assert in_script_of(f"{TRADITIONAL}座標與想像", SIMPLIFIED) == f"{SIMPLIFIED}坐标与想象"
    assert in_script_of(f"{SIMPLIFIED}座标", SIMPLIFIED) == f"{SIMPLIFIED}座标"
