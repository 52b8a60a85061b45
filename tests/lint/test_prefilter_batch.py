"""Prefilters in numpy: a table gives each rule the articles that its own prefilter would, whatever that looks like."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pytest

from feedtools.lint import prefilter
from feedtools.lint.checks.screens import literals
from feedtools.lint.engine import lint
from feedtools.lint.prefilter import LARGEST, Block, scan
from feedtools.lint.prefilter_batch import SLOTS, TWICE, table_scan
from feedtools.lint.rules import Rule, builtin
from feedtools.model import Article

RULES = [rule for rule in builtin() if rule.scope == "article"]
EXAMPLES = [example.text for rule in RULES for example in (*rule.bad, *rule.good)]
FILTERED = [rule for rule in RULES if rule.keywords or rule.trigger]


def rule(keywords: tuple[str, ...] = (), trigger: str = "", name: str = "FT501") -> Rule:
    return next(one for one in FILTERED if one.id == "FT501")._replace(id=name, keywords=keywords, trigger=trigger)


def asked_alone(one: Rule, texts: list[str]) -> list[int]:
    trigger = re.compile(one.trigger, re.MULTILINE) if one.trigger else None
    return [
        number
        for number, text in enumerate(texts)
        if any(word in text for word in one.keywords) or (trigger is not None and trigger.search(text))
    ]


def test_every_rule_gets_the_articles_that_its_prefilter_would_find_one_by_one() -> None:
    found = table_scan(FILTERED, literals()).candidates(Block(EXAMPLES))
    assert 2 * len(found) > len(FILTERED)  # what finds no room is left to patterns
    assert found == {one.id: asked_alone(one, EXAMPLES) for one in FILTERED if one.id in found}


@pytest.mark.parametrize(
    ("keywords", "trigger"),
    [
        (("ab",), ""),
        (("a", "bc"), ""),
        (("abc", "b"), ""),
        (("aa", "b\nb"), ""),  # a character that comes again, at two distances
        (("aba", "cac", "bb"), ""),
        (("a b", "cab"), ""),  # one in which none does
        (("\n",), ""),
        (("\U0001d400", "c"), ""),
        (("\udc80a",), ""),
        ((), "[ab]"),
        ((), "[^ab ]"),
        ((), "a(?=b|c$)"),
        ((), "[:a](?=\\s*(?:bc|$))"),
        ((), "(?:a|b[ac])c"),
        ((), "a?b+c"),
        ((), "a{2,3}(?!b)"),
        ((), "[bc](?<=a[bc])a"),
        ((), "[bc](?:(?<=[ab])a|(?<=:c)b)"),
        ((), "[bc](?:(?<=[ab])a|(?<=a)b)"),
        ((), "\\d(?P<name>[ab])(?P=name)"),
        ((), "(?>a|ab)c"),
        ((), ".a\\Z"),
        ((), "[\U0001d400-\U0001d7ffc]a"),
        ((), "[abc](?=.[abc])" + TWICE),
        (("cc",), "^a"),
    ],
)
def test_a_table_finds_what_a_pattern_finds(keywords: tuple[str, ...], trigger: str) -> None:
    draw = random.Random(f"{keywords}{trigger}")
    letters = "aabbcc: \n1\U0001d400\U0001f4a1\udc80"
    texts = ["", *("".join(draw.choices(letters, k=draw.randrange(9))) for _ in range(600))]
    one = rule(keywords, trigger)
    found = table_scan([one]).candidates(Block(texts))
    expected = asked_alone(one, texts)
    assert 0 < len(expected) < len(texts)
    assert found == {"FT501": expected}


@pytest.mark.parametrize("trigger", ["(?i)abc", "(?i:a)b", "a?", "(?:)", "x*$"])
def test_what_may_begin_with_anything_or_in_another_case_is_left_to_patterns(trigger: str) -> None:
    found = table_scan([rule(trigger=trigger)]).candidates(Block(["ABC", "abc"]))
    assert found in ({}, {"FT501": asked_alone(rule(trigger=trigger), ["ABC", "abc"])})


def test_rules_beyond_the_room_of_a_table_and_those_of_packs_are_left_to_patterns() -> None:
    many = [rule((chr(0x4E00 + number),), name=f"FT{number:03}") for number in range(SLOTS + 1)]
    assert list(table_scan(many).candidates(Block(["一"]))) == [one.id for one in many[:SLOTS]]
    assert table_scan([rule(("a",))._replace(trusted=False)]).candidates(Block(["a"])) == {}


def test_a_block_of_a_million_characters_is_left_to_patterns() -> None:
    scan = table_scan([rule(("a",))])
    assert scan.candidates(Block(["a" * (LARGEST - 1), ""])) == {"FT501": [0]}
    assert scan.candidates(Block(["a" * LARGEST, ""])) == {}


def test_findings_do_not_depend_on_what_chooses_the_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [Article("feed", number, text) for number, text in enumerate(EXAMPLES, 1)]
    by_table = lint(articles, RULES)
    monkeypatch.setattr("feedtools.lint.engine.scan", lambda rules, *_: prefilter.shared_scan(rules))
    assert lint(articles, RULES) == by_table
    assert len(by_table.findings) > 100


def test_a_process_reads_much_before_it_imports_numpy() -> None:
    program = (
        "import sys\n"
        "from feedtools.lint import prefilter\n"
        "kinds = [type(prefilter.scan([], (), size, 9)).__name__ for size in (prefilter.PATIENCE - 1, 1)]\n"
        "print(*kinds, 'numpy' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["SharedScan", "TableScan", "True"]
    assert type(scan([], (), 0, 1)).__name__ == "TableScan"  # numpy is there


def test_blocks_that_are_too_large_for_a_table_have_none_made() -> None:
    assert type(scan([], (), 2 * LARGEST, 2)).__name__ == "TableScan"
    assert type(scan([], (), 2 * LARGEST + 1, 2)).__name__ == "SharedScan"
