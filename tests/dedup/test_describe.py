"""Matches in words, and what is told of exact copies."""

from __future__ import annotations

from feedtools.dedup.candidates import HOT
from feedtools.dedup.describe import with_repeated
from feedtools.model import Match


def test_exact_copies_overlap_what_their_text_overlaps() -> None:
    exact = [Match(number, 0, "exact", 1.0, 1.0, 1.0) for number in (3, 4)]
    overlapping, near = Match(1, 0, "overlapping", 0.5, 0.4, 1.0), Match(2, 0, "near", 1.0, 1.0, 0.9)
    told = list(with_repeated([*exact, overlapping, near], exact))
    assert told == [*exact, overlapping, overlapping._replace(b=3), overlapping._replace(b=4), near]


def test_of_a_text_that_comes_back_all_over_some_copies_are_told() -> None:
    exact = [Match(number, 0, "exact", 1.0, 1.0, 1.0) for number in range(2, 2 + 2 * HOT)]
    told = with_repeated([*exact, Match(1, 0, "overlapping", 0.5, 0.4, 1.0)], exact)
    assert len(list(told)) == len(exact) + HOT
