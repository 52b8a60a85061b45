"""Items of a series are told from copies."""

from __future__ import annotations

import random
from typing import Any

import pytest

from feedtools.dedup import batch, small
from feedtools.dedup.series import told_apart
from feedtools.dedup.slots import FrameSlot
from feedtools.model import Match

KEY = 2


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


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


def test_a_copy_that_only_lacks_something_is_no_third_item_of_a_series() -> None:
    slots = [FrameSlot(KEY, 10, 11)], [FrameSlot(KEY, 12, 11)]
    found = [(pair(1, 0), []), (pair(2, 0), slots[0]), (pair(2, 1), slots[1])]
    assert {one.kind for one in told_apart(found)} == {"near"}
    third = [*found, (pair(3, 0), [FrameSlot(KEY, 10, 13)]), (pair(3, 2), [FrameSlot(KEY, 11, 13)])]
    first, *others = (one.kind for one in told_apart(third))
    assert first == "near"
    assert set(others) == {"overlap"}


@pytest.mark.parametrize("dedup", [small.dedup, batch.dedup])
def test_what_goes_for_another_one_is_no_reason_to_keep_a_third(dedup: Any) -> None:
    """The next run would not have it, and would find that the third is a copy."""
    parts = [_text(seed, 90) for seed in range(6)]
    whole = "".join(parts)
    texts = [whole, "".join([*parts[:5], _text(7, 120), parts[5]]), "".join(parts[:5]) + _text(8, 14)]
    assert [(one.keep, tuple(one.drop)) for one in dedup(texts).clusters] == [(1, (0, 2))]
    assert [(one.keep, tuple(one.drop)) for one in dedup(texts[1:]).clusters] == [(0, (1,))]
