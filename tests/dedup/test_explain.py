"""Explanations: the rule that decided, and figures that are those of the verdict."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.dedup.evidence import match_pair
from feedtools.dedup.explain import explain_pair
from feedtools.dedup.rest import longest_rest


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


WHOLE = _text(1, 400)
OTHER = _text(2, 400)
FORMULA = r"\(\frac{a}{b}\)"


@pytest.mark.parametrize(
    ("a", "b", "kind", "verdict", "rule"),
    [
        (WHOLE, WHOLE, "exact", "copies: either may go for the other", "the same text"),
        (WHOLE[:150] + "...", WHOLE, "truncated", "copies: A may go for B", "cover 100% of the shorter one"),
        (WHOLE, WHOLE[100:250], "contained", "copies: B may go for A", "cover 100% of the shorter one"),
        (WHOLE, OTHER, None, "not copies", "longer than chance"),
        ("太短了。", WHOLE, None, "not copies", "fewer than 20"),
        (OTHER[:150] + WHOLE[:250], WHOLE, "overlapping", "not copies", "of the shorter one; copies have 80% or more"),
        (
            WHOLE[:200] + OTHER[:40] + WHOLE[200:],
            WHOLE[:200] + OTHER[50:100] + WHOLE[200:],
            "overlapping",
            "not copies",
            "each has text of its own: 40 and 50 letters",
        ),
        (
            WHOLE[:200] + "共 128 人" + WHOLE[200:],
            WHOLE[:200] + "共 129 人" + WHOLE[200:],
            "overlapping",
            "not copies",
            "numbers at the same places differ",
        ),
        (
            WHOLE[:200] + FORMULA + WHOLE[200:],
            WHOLE[:200] + FORMULA.replace("a", "c") + WHOLE[200:],
            "overlapping",
            "not copies",
            "closed formulas",
        ),
        ("第12期 " + WHOLE, "第13期 " + WHOLE, "overlap", "not copies", "the numbers differ"),
        (
            OTHER[:200] + WHOLE[:80] + OTHER[200:],
            _text(4, 300) + WHOLE[:80] + _text(5, 300),
            "overlap",
            "not copies",
            "a shared passage",
        ),
    ],
)
def test_the_rule_that_decided_is_named(a: str, b: str, kind: str | None, verdict: str, rule: str) -> None:
    for one, other, said in ((a, b, verdict), (b, a, _turned(verdict))):
        found = explain_pair(one, other)
        assert (found.kind, found.verdict) == (kind, said)
        assert rule in found.rule


def _turned(verdict: str) -> str:
    return verdict.translate(str.maketrans("AB", "BA"))


def test_neither_goes_where_numbers_of_a_long_article_differ() -> None:
    long = _text(3, 2000)
    found = explain_pair(long[:900] + "共 128 人" + long[900:], long[:900] + "共 129 人" + long[900:] + "乙")
    assert found.verdict == "copies, and neither goes for the other"
    assert "numbers at the same places differ" in found.rule


@pytest.mark.parametrize(
    ("limit", "verdict"), [(36, "copies: B may go for A"), (37, "copies: either may go for the other")]
)
def test_the_rest_that_is_allowed_decides_who_may_go(limit: int, verdict: str) -> None:
    a = WHOLE[:200] + OTHER[:34] + WHOLE[200:]
    b = WHOLE[:100] + OTHER[100:120] + WHOLE[100:300] + OTHER[200:220] + WHOLE[300:]
    found = explain_pair(a, b, rest=limit)
    assert found.verdict == verdict
    assert (found.a.rest, found.b.rest) == (34, 20)
    assert [[a[slice(*span)] for span in explain_pair(a, b, rest=least).a.own] for least in (34, 35)] == [
        [OTHER[:34]],
        [],
    ]


def test_runs_and_what_would_be_lost_are_places_in_the_texts() -> None:
    found = explain_pair(OTHER[:50] + WHOLE[:300], WHOLE + "。")
    (run,) = found.runs
    assert (OTHER[:50] + WHOLE)[slice(*run.a)] == WHOLE[slice(*run.b)] == WHOLE[:300]
    assert [(OTHER[:50] + WHOLE)[slice(*span)] for span in found.a.own] == [OTHER[:50]]
    assert [WHOLE[slice(*span)] for span in found.b.own] == [WHOLE[300:]]


@pytest.mark.parametrize(("others", "common"), [(2, False), (3, True)])
def test_what_three_other_articles_have_is_common_property(others: int, common: bool) -> None:
    footer = _text(9, 120)
    feed = [_text(20 + number, 200) + footer for number in range(others)]
    a, b = OTHER + footer, WHOLE + footer
    found = explain_pair(a, b, feed=feed)
    (run,) = found.runs
    assert run.others == (others if common else 0)
    assert all(a[slice(*span)] in footer for span in found.a.common)
    assert bool(found.a.common) is bool(found.b.common) is common


def test_copies_of_the_article_itself_are_no_common_property() -> None:
    assert explain_pair(WHOLE, WHOLE + "。", feed=[WHOLE[:-1], WHOLE[1:], WHOLE + "!", WHOLE + "?"]).a.common == ()


PIECES = st.sampled_from(
    [WHOLE[:90], WHOLE[90:200], OTHER[:70], OTHER[70:90], FORMULA, "[公式]", "Docker 24.0", "\n\n"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join), st.lists(PIECES, max_size=6).map("".join))
def test_the_figures_are_those_of_the_verdict(a: str, b: str) -> None:
    found = explain_pair(a, b)
    match = match_pair(a, b)
    assert found.kind == (None if match is None else match.kind)
    assert (found.a.rest, found.b.rest) == (longest_rest(a, b), longest_rest(b, a))
    turned = explain_pair(b, a)
    assert (turned.verdict, turned.rule, turned.a, turned.b) == (_turned(found.verdict), found.rule, found.b, found.a)
    for run in found.runs:
        assert 0 <= run.a.start < run.a.end <= len(a)
        assert 0 <= run.b.start < run.b.end <= len(b)
