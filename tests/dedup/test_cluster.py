"""Matches to clusters."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from feedtools.dedup.cluster import Sets, clusters
from feedtools.model import Kind, Match


def pair(a: int, b: int, similarity: float = 1.0, kind: Kind = "near", cover: float = 1.0) -> Match:
    return Match(a, b, kind, cover, cover, similarity)


def test_overlaps_never_join() -> None:
    assert clusters([pair(1, 0, kind="overlap")], min) == ()


def test_strong_matches_chain() -> None:
    (found,) = clusters([pair(1, 0), pair(2, 1), pair(3, 2)], max)
    assert (found.keep, found.drop) == (3, (0, 1, 2))
    assert len(found.matches) == 3


def test_weak_matches_form_stars_only() -> None:
    chain = [pair(1, 0, 0.7), pair(2, 1, 0.69), pair(3, 2, 0.68), pair(4, 3, 0.67)]
    found = {frozenset((c.keep, *c.drop)) for c in clusters(chain, min)}
    assert found == {frozenset((0, 1, 2)), frozenset((3, 4))}


def test_a_centre_takes_all_its_edited_copies() -> None:
    star = [pair(n, 0, 0.7) for n in range(1, 6)]
    assert [(c.keep, c.drop) for c in clusters(star, min)] == [(0, (1, 2, 3, 4, 5))]


def test_a_footer_does_not_chain_articles() -> None:
    footer = [pair(n + 1, n, 0.65, cover=0.8) for n in range(100)]
    assert max(len(c.drop) for c in clusters(footer, min)) <= 2


@given(
    st.lists(
        st.builds(
            pair,
            st.integers(0, 12),
            st.integers(13, 25),
            st.sampled_from([0.65, 0.8, 0.9, 1.0]),
            st.sampled_from(["near", "overlap"]),
        ),
        unique_by=lambda m: (m.a, m.b),
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_matches_does_not_matter(matches: list[Match], rng: random.Random) -> None:
    found = clusters(matches, min)
    rng.shuffle(matches)
    assert clusters(matches, min) == found
    members = [n for c in found for n in (c.keep, *c.drop)]
    assert len(members) == len(set(members))


def test_sets_keep_their_groups_in_order() -> None:
    sets = Sets()
    for a, b in ((5, 3), (9, 8), (3, 1)):
        sets.union(a, b)
    assert sets.groups() == [[1, 3, 5], [8, 9]]
