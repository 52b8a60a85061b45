"""Evidence of a match: spans that stand for each other, and the cut."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.dedup.document import Document
from feedtools.dedup.evidence import cut_offset, explain, match_pair
from feedtools.dedup.match import compare
from feedtools.text import symbols

HAN = [chr(0x4E00 + 41 * i) for i in range(480)]


def article(seed: int, length: int = 320) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


WHOLE = article(1)


def test_the_cut_is_where_the_copy_breaks_off() -> None:
    source = "前言：" + WHOLE
    found = match_pair(source[:83] + "...", source)
    assert found is not None
    assert cut_offset(found) == 83
    assert cut_offset(match_pair(source, source)) is None  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.integers(0, 10**6), st.floats(0, 0.2))
def test_evidence_is_ordered_and_equal_symbol_by_symbol(seed: int, rate: float) -> None:
    rng = random.Random(seed)
    a = article(seed, 200)
    b = "".join(c if rng.random() > rate else rng.choice(["", c + "，", "Ａ"]) for c in a)
    compared = compare(Document.of(0, a), Document.of(1, b))
    assert compared is not None
    found = compared.match
    first, second = (a, b) if found.a == 0 else (b, a)
    blocks = explain(found, first, second).evidence
    assert blocks
    for one in blocks:
        assert symbols.symbols(first[one.a_start : one.a_end]) == symbols.symbols(second[one.b_start : one.b_end])
    for one, two in pairwise(blocks):
        assert one.a_end <= two.a_start
        assert one.b_end <= two.b_start
