"""Prefilters: one scan for the rare characters of many rules gives each rule the articles its own scan would."""

from __future__ import annotations

import re

import pytest

from feedtools.lint.checks import resolve
from feedtools.lint.checks.base import TOKEN, Evidence, View
from feedtools.lint.checks.screens import SCREENS
from feedtools.lint.prefilter import Block, WordScreen, shared_scan
from feedtools.lint.rules import Rule, builtin
from feedtools.text.patterns import AT_ONCE

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


@pytest.mark.parametrize("rule", rules("FT211", "FT503", "FT504", "FT514"), ids=lambda rule: rule.id)
def test_a_prefilter_knows_every_character_that_its_checker_looks_for(rule: Rule) -> None:
    check, trigger = resolve(rule.value), re.compile(rule.trigger)
    characters = map(chr, (*range(0xD800), *range(0xE000, 0x10000), *range(0x1D400, 0x1D800)))
    found = [char for char in characters if [*check(View(f"甲{char}乙"), rule.options)]]
    assert found
    assert [hex(ord(char)) for char in found if not trigger.match(char)] == []


@pytest.mark.parametrize("word", ["the", "of", "and", "for", "to"])
def test_a_doubled_word_is_looked_for_at_the_head_of_a_sentence_and_over_the_end_of_a_line(word: str) -> None:
    (rule,) = rules("FT512")
    texts = [f"{word} {word} x", f"{word.capitalize()} {word} x", f"in {word}\n{word} x", f"{word} x {word}"]
    assert list(Block(texts).candidates(rule.keywords, re.compile(rule.trigger))) == [0, 1, 2]


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


# ------------------------------------------------------------------------------------------------------------- screens
def test_a_view_is_made_once_and_knows_the_evidence() -> None:
    block = Block(ARTICLES, Evidence({"modelfree": "model-free"}))
    assert block.view(1) is block.view(1)
    assert block.view(1).text == ARTICLES[1]
    assert block.view(1).evidence.compounds == {"modelfree": "model-free"}


def test_words_are_those_of_each_article() -> None:
    texts = ["GPT4 与 Qwen2.5Coder。", "", "a|b\udc80c\n字d", "e." * 3, "x" * AT_ONCE, "y" * (AT_ONCE + 1)]
    block = Block(texts)
    assert [list(block.words(number)) for number in range(len(texts))] == [
        [b"GPT4", b"Qwen2.5Coder"],
        [],
        [b"a", b"b", b"c", b"d"],
        [b"e.e.e."],
        [b"x" * AT_ONCE],
        [],  # too long to be held as words
    ]
    assert block.words(0) is block.words(0)  # two rules ask


def test_a_screen_of_words_asks_once_and_lets_the_longest_pass() -> None:
    asked: list[str] = []

    def judge(word: str) -> bool:
        asked.append(word)
        return word.startswith("Bad")

    screen = WordScreen(lambda: judge, TOKEN.findall)
    texts = ["good words, all", "one BadWord", "abc Bad", "v1.5 of Bad3.5x", "z" * (AT_ONCE + 1)]
    assert screen.candidates(Block(texts), range(5)) == [1, 3, 4]
    assert sorted(asked) == ["Bad3.5x", "BadWord", "good", "words"]
    asked.clear()
    assert screen.candidates(Block(texts), [0, 2]) == []
    assert screen.candidates(Block(texts), [0, 3]) == [3]
    assert asked == ["Bad3.5x"]  # what was plain is not asked again


def test_articles_that_hold_a_suspect_are_given_each_time() -> None:
    screen = WordScreen(lambda: TOKEN.fullmatch, TOKEN.findall)  # every word of four letters is suspect
    texts = ["an ab", "word1 or", "word2 word1", "or"]
    assert screen.candidates(Block(texts), range(4)) == [1, 2]
    assert screen.candidates(Block(texts), [0, 2, 3]) == [2]


def screened_rules() -> list[Rule]:
    every = [rule for rule in builtin() if rule.finder == "check" and rule.scope == "article"]
    return [rule for rule in every if rule.value in SCREENS]


@pytest.mark.parametrize("rule", screened_rules(), ids=lambda rule: rule.id)
def test_a_screen_loses_no_example(rule: Rule) -> None:
    check = resolve(rule.value)
    texts = [example.text for other in builtin() for example in (*other.bad, *other.good)]
    chosen = list(SCREENS[rule.value](Block(texts), rule.options))
    assert chosen == sorted(set(chosen))
    found = {number for number, text in enumerate(texts) if list(check(View(text), rule.options))}
    assert found
    assert found <= set(chosen)
    assert len(chosen) < len(texts)
    assert list(SCREENS[rule.value](Block([]), rule.options)) == []


def test_every_rule_that_looks_at_all_articles_is_screened() -> None:
    every = [rule for rule in builtin(examples=False) if rule.scope == "article"]
    unfiltered = {rule.id for rule in every if not (rule.keywords or rule.trigger)}
    assert unfiltered == {rule.id for rule in screened_rules()}
