"""Prefilters: one scan for the rare characters of many rules gives each rule the articles its own scan would."""

from __future__ import annotations

import re

import pytest

from feedtools.lint.prefilter import Block, shared_scan
from feedtools.lint.rules import Rule, builtin

ARTICLES = [
    "纯文字,没有什么。",
    "一个\u200b零宽 ，一个\u00a0空格",
    "",
    "💡提示 &lt;",
    "第五篇",
    "两个\u200b零宽\u200b空格\ufffd",
]


def rules(*ids: str) -> list[Rule]:
    return [rule for rule in builtin(examples=False) if rule.id in ids]


def test_a_shared_scan_finds_what_each_rule_would_find_by_itself() -> None:
    block = Block(ARTICLES)
    asked = rules("FT501", "FT502", "FT503", "FT504", "FT505", "FT506", "FT511", "FT514", "FT515")
    shared = shared_scan(asked).candidates(block)
    assert shared.keys() == {rule.id for rule in asked}
    for rule in asked:
        alone = re.compile(rule.trigger) if rule.trigger else None
        assert shared[rule.id] == list(Block(ARTICLES).candidates(rule.keywords, alone)), rule.id
    assert shared["FT503"] == [1, 5]
    assert shared["FT511"] == [3]
    assert shared["FT515"] == []


@pytest.mark.parametrize(
    ("keywords", "trigger", "shares"),
    [
        (("\u200b",), "", True),
        ((), r"[\u200b\u200c]", True),
        (("💡",), "[&<]", True),
        ((), r"[^\u200b]", False),  # nearly every character
        ((), r"[\u200b\s]", False),  # a kind of characters, not a list
        ((), "[0-9]", False),  # ordinary ones
        ((), r"[\u200b]x", False),  # more than one
        (("\u200b", "ab"), "", False),
        ((), "", False),  # looks at every article
    ],
)
def test_only_sets_of_rare_characters_share(keywords: tuple[str, ...], trigger: str, *, shares: bool) -> None:
    rule = rules("FT503")[0]._replace(keywords=keywords, trigger=trigger)
    assert (rule.id in shared_scan([rule]).candidates(Block(ARTICLES))) is shares


def test_rules_of_packs_keep_their_own_scan() -> None:
    rule = rules("FT503")[0]._replace(trusted=False)
    assert shared_scan([rule]).candidates(Block(ARTICLES)) == {}


def test_a_prefilter_is_asked_once_per_block() -> None:
    block = Block(ARTICLES)
    assert block.candidates(("零宽",), None) is block.candidates(("零宽",), None)
    assert list(block.candidates(("零宽",), None)) == [1, 5]
    assert list(block.candidates((), re.compile("篇\\Z|没有", re.MULTILINE))) == [0]
    assert list(block.candidates((), None)) == [0, 1, 2, 3, 4, 5]
