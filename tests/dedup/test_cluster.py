"""Matches to clusters."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.dedup.cluster import Sets, clusters, rest_of
from feedtools.dedup.keeper import Order
from feedtools.model import Cluster, Kind, Match

ORDER = Order(lambda _: 0, lambda _: 0, int)
"""The lowest number is kept."""


def pair(a: int, b: int, similarity: float = 1.0, kind: Kind = "near", rests: tuple[int, int] = (0, 0)) -> Match:
    return Match(a, b, kind, 1.0, 1.0, similarity, (), *rests)


@pytest.mark.parametrize("kind", ["overlap", "overlapping"])
def test_overlaps_never_join(kind: Kind) -> None:
    assert clusters([pair(1, 0, kind=kind)], ORDER) == ()


def test_of_a_chain_as_many_are_kept_as_it_takes() -> None:
    chain = [pair(1, 0), pair(2, 1), pair(3, 2), pair(4, 3)]
    assert [(c.keep, c.drop) for c in clusters(chain, ORDER)] == [(0, (1,)), (2, (3,))]


def test_a_copy_goes_for_the_kept_one_it_is_most_like_and_the_match_is_theirs() -> None:
    matches = [pair(2, 0, 0.9), pair(2, 1, 0.95), pair(3, 0)]
    assert clusters(matches, ORDER) == (Cluster(0, (3,), (matches[2],)), Cluster(1, (2,), (matches[1],)))


@pytest.mark.parametrize(("rests", "gone"), [((0, 29), (1,)), ((0, 30), ()), ((99, 0), (1,))])
def test_text_of_its_own_keeps_a_copy(rests: tuple[int, int], gone: tuple[int, ...]) -> None:
    found = clusters([pair(0, 1, rests=rests)], ORDER)  # 0 is kept, what 1 has for itself decides
    assert tuple(number for one in found for number in one.drop) == gone


def test_how_much_text_of_its_own_keeps_a_copy_can_be_said() -> None:
    assert clusters([pair(0, 1, rests=(0, 29))], ORDER, rest=10) == ()
    assert clusters([pair(0, 1, rests=(0, 99))], ORDER, rest=100) != ()


def test_exact_copies_go_where_their_text_goes() -> None:
    found = clusters([pair(5, 2, kind="exact"), pair(7, 2, kind="exact"), pair(2, 0, 0.9)], ORDER)
    assert [(c.keep, c.drop) for c in found] == [(0, (2, 5, 7))]
    assert {(m.a, m.b, m.kind) for m in found[0].matches} == {(n, 0, "near") for n in (2, 5, 7)}
    kept = clusters([pair(5, 2, kind="exact"), pair(2, 0, kind="overlapping")], ORDER)
    assert [(c.keep, c.drop) for c in kept] == [(2, (5,))]


@given(
    st.lists(
        st.builds(
            pair,
            st.integers(0, 12),
            st.integers(13, 25),
            st.sampled_from([0.65, 0.8, 0.9, 1.0]),
            st.sampled_from(["near", "overlap"]),
            st.tuples(st.sampled_from([0, 40]), st.sampled_from([0, 40])),
        ),
        unique_by=lambda m: (m.a, m.b),
    ),
    st.randoms(use_true_random=False),
)
def test_whoever_goes_is_covered_by_one_that_stays(matches: list[Match], rng: random.Random) -> None:
    found = clusters(matches, ORDER)
    gone = {number for one in found for number in one.drop}
    assert not gone & {one.keep for one in found}
    for one in found:
        assert {(m.a, m.b) for m in one.matches} <= {(m.a, m.b) for m in matches if m.kind == "near"}
        assert all({m.a, m.b} == {one.keep, number} for m, number in zip(one.matches, one.drop, strict=True))
        assert all(rest_of(m, number) < 30 for m in one.matches for number in one.drop if number in (m.a, m.b))
    rng.shuffle(matches)
    assert clusters(matches, ORDER) == found


def test_sets_that_are_joined_have_one_name() -> None:
    sets = Sets()
    for a, b in ((5, 3), (9, 8), (3, 1)):
        sets.union(a, b)
    assert [sets.find(number) for number in (1, 3, 5, 8, 9, 7)] == [1, 1, 1, 8, 8, 7]
