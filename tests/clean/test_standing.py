"""Who stands for whom when the copy that was kept goes itself: only what has all of an article stands for it."""

from __future__ import annotations

import random

import pytest

from feedtools.clean.decide import CopyOf
from feedtools.clean.standing import hand_over, shorten_chains
from feedtools.dedup.evidence import match_pair
from feedtools.dedup.rest import REST
from feedtools.model import Match

HAN = [chr(0x4E00 + 41 * i) for i in range(480)]
DROP = dict.fromkeys(("exact", "rerendered", "truncated", "contained", "near"), "drop")


def text(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


WHOLE = text(1, 320)
BEFORE = Match(0, 1, "near", 1.0, 1.0, 0.9)


@pytest.mark.parametrize(
    ("own", "rest", "stays"), [(0, REST, True), (REST - 1, REST, True), (REST, REST, False), (REST, REST + 1, True)]
)
def test_another_copy_stands_for_what_it_has_all_of(own: int, rest: int, stays: bool) -> None:
    texts = [WHOLE[:60] + text(2, own) + WHOLE[60:], "", WHOLE]
    found = match_pair(texts[0], texts[2])
    assert found is not None
    assert found.kind == ("near" if own else "exact")
    standing = {0: CopyOf(1, BEFORE)}
    hand_over(standing, 0, 2, texts.__getitem__, rest)
    assert {number: one.number for number, one in standing.items()} == ({0: 2} if stays else {})


def test_what_is_no_copy_stands_for_nothing() -> None:
    standing = {0: CopyOf(1, BEFORE)}
    hand_over(standing, 0, 2, [WHOLE, "", text(3, 320)].__getitem__, REST)
    assert standing == {}


def test_what_was_published_stands_for_all() -> None:
    standing = {0: CopyOf(1, BEFORE)}
    hand_over(standing, 0, -1, [WHOLE, "", ""].__getitem__, REST)
    assert standing == {0: CopyOf(-1, BEFORE)}


@pytest.mark.parametrize(("kept", "expected"), [("", [3, 3, 3]), ("near", [1, 2, 3])])
def test_the_last_of_a_chain_stands_for_all_before_it_unless_the_policy_publishes_them(
    kept: str, expected: list[int]
) -> None:
    texts = [WHOLE[:200] + "...", WHOLE[:240] + "...", WHOLE[:280] + "...", WHOLE]
    standing = {number: CopyOf(number + 1, BEFORE._replace(a=number, b=number + 1)) for number in range(3)}
    shorten_chains(standing, texts.__getitem__, {**DROP, **({kept: "keep"} if kept else {})}, REST)
    assert [standing[number].number for number in range(3)] == expected
    if not kept:
        assert [standing[number].match.kind for number in range(2)] == ["truncated", "truncated"]


@pytest.mark.parametrize("before", [0, 2])
def test_what_is_published_beside_a_copy_that_goes_for_it_has_nothing_that_stands_for_it(before: int) -> None:
    """A copy of 0 that the policy publishes beside it: then 0 turns out to be the beginning of that copy, and goes."""
    kinds = {**DROP, "near": "keep"}
    texts = [WHOLE[:200], WHOLE, WHOLE[:100]]
    standing = {1: CopyOf(0, Match(1, 0, "near", 0.9, 0.9, 0.9)), 0: CopyOf(1, Match(0, 1, "truncated", 1.0, 0.6, 1.0))}
    if before:
        standing = {2: CopyOf(0, Match(2, 0, "truncated", 1.0, 0.5, 1.0)), **standing}
    shorten_chains(standing, texts.__getitem__, kinds, REST)
    assert {number: one.number for number, one in standing.items()} == ({2: 1, 0: 1} if before else {0: 1})
