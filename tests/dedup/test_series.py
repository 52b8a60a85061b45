"""Items of a series are told from copies."""

from __future__ import annotations

import pytest

from feedtools.dedup.series import told_apart
from feedtools.dedup.slots import FrameSlot
from feedtools.model import Match

KEY = 2


def pair(a: int, b: int) -> Match:
    return Match(a, b, "near", 1.0, 1.0, 0.97)


def test_two_texts_alone_are_no_series_however_often_a_word_is_another() -> None:
    slots = [FrameSlot(KEY, filler, filler + 1) for filler in range(0, 8, 2)]
    assert [one.kind for one in told_apart([(pair(1, 0), slots)])] == ["near"]


@pytest.mark.parametrize(("fillers", "kind"), [((10, 11, 12), "overlap"), ((10, 11, 10), "near")])
def test_three_texts_with_a_filler_each_are_a_series(fillers: tuple[int, int, int], kind: str) -> None:
    found = [
        (pair(a, b), [FrameSlot(KEY, fillers[a], fillers[b])])
        for a, b in ((1, 0), (2, 0), (2, 1))
        if fillers[a] != fillers[b]
    ]
    assert {one.kind for one in told_apart(found)} == {kind}


@pytest.mark.parametrize(("differing", "kind"), [(3, "near"), (4, "overlap")])
def test_an_original_with_revisions_is_a_series_where_two_in_five_differ_in_one_place(
    differing: int, kind: str
) -> None:
    found = [(pair(copy, 0), [FrameSlot(KEY, 10 + copy, 10)] if copy <= differing else []) for copy in range(1, 10)]
    assert {one.kind for one in told_apart(found)[:differing]} == {kind}
    assert {one.kind for one in told_apart(found)[differing:]} == {"near"}
