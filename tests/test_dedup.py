"""The deduplicator as a whole, on texts made here: relations found, and no dependence on order."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.dedup import dedup

HAN = [chr(0x4E00 + 37 * i) for i in range(500)]


def article(seed: int, length: int = 400) -> str:
    return (
        "".join(random.Random(seed).choices([*HAN, "，", "。", " "], k=length - 20))
        + "，然而，一切，都还没有结束，这里是尾"
    )


def test_relations_are_named() -> None:
    whole = article(1)
    texts = [whole, whole, whole[:120] + "...", whole[100:300], whole.replace("，", ","), article(2)]
    result = dedup(texts)
    kinds = {m.a: m.kind for m in result.matches if m.b == 0}
    assert kinds == {1: "exact", 2: "truncated", 3: "contained", 4: "rerendered"}
    (found,) = result.clusters
    assert (found.keep, found.drop) == (0, (1, 2, 3, 4))


def test_evidence_is_aligned() -> None:
    whole = article(3)
    part = "转载：" + whole[50:250]
    (match,) = dedup([whole, part], evidence=True).matches
    assert match.evidence
    for block in match.evidence:
        assert whole[block.b_start : block.b_end] == part[block.a_start : block.a_end]


def test_empty_and_short_texts_match_only_exactly() -> None:
    result = dedup(["", "", "短文", "短文", "短文。"])
    assert [(m.a, m.b, m.kind) for m in result.matches] == [(1, 0, "exact"), (3, 2, "exact")]
    assert dedup([]) == ((), ())


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_input_order_does_not_matter(rng: random.Random) -> None:
    texts = []
    for seed in range(6):
        whole = article(seed)
        texts += [whole, whole, whole[:200], whole[60:], "甲" + whole[:-30], article(9, 60) + whole]
    places = list(range(len(texts)))
    expected = dedup(texts, places=places)
    order = places[:]
    rng.shuffle(order)
    got = dedup([texts[i] for i in order], places=order)
    assert {(order[c.keep], frozenset(order[d] for d in c.drop)) for c in got.clusters} == {
        (c.keep, frozenset(c.drop)) for c in expected.clusters
    }
    assert {m._replace(a=order[m.a], b=order[m.b]) for m in got.matches} == set(expected.matches)
