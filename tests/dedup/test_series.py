"""Items of a series are told from copies."""

from __future__ import annotations

import pytest

from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.series import told_apart
from feedtools.dedup.slots import AT_END, LONG_TEXT, FrameSlot
from feedtools.model import Match

KEY = 4


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


@pytest.mark.parametrize(("items", "kind"), [(7, "near"), (8, "overlapping")])
def test_a_slot_of_many_is_one_of_a_frame_although_each_has_more_partners_elsewhere(items: int, kind: str) -> None:
    key = KEY | AT_END
    found = [(pair(one, 0), [FrameSlot(key, 100 + one, 100)]) for one in range(1, items)]
    found += [(pair(1000 + 10 * one + edition, one), []) for one in range(items) for edition in range(9)]
    assert {one.kind for one in told_apart(found)[: items - 1]} == {kind}
    assert {one.kind for one in told_apart(found)[items - 1 :]} == {"near"}


@pytest.mark.parametrize("key", [KEY, KEY | AT_END])
def test_long_texts_that_are_nearly_the_same_are_listed_and_none_goes(key: int) -> None:
    found = [(pair(a, b), [FrameSlot(key | LONG_TEXT, a, b)]) for a, b in ((1, 0), (2, 0), (2, 1))]
    assert {(one.kind, one.rest_a, one.rest_b) for one in told_apart(found)} == {("near", MOST_REST, MOST_REST)}
    found[0] = (pair(1, 0), [FrameSlot(key, 1, 0)])  # a shorter one of them counts as an item all the same
    assert [one.kind for one in told_apart(found)] == ["overlapping" if key & AT_END else "overlap", "near", "near"]


def test_texts_that_share_less_are_no_copies_however_long_they_are() -> None:
    found = [
        (pair(a, b)._replace(kind="overlapping"), [FrameSlot(KEY | LONG_TEXT, a, b)])
        for a, b in ((1, 0), (2, 0), (2, 1))
    ]
    assert {one.kind for one in told_apart(found)} == {"overlap"}
