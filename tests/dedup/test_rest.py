"""The text that would be lost with an article: what of it stands in no other."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.dedup import rest
from feedtools.dedup.rest import longest_gap, longest_rest, own_stretches

TEXT = "泥瓦匠看天吃饭,下雨就歇,天晴了从早砌到晚,一天下来手上全是裂口。"
TRADITIONAL = "泥瓦匠看天吃飯,下雨就歇,天晴了從早砌到晚,一天下來手上全是裂口。"
OWN = "隔壁的木匠倒是不怕雨"


@pytest.mark.parametrize(
    ("text", "kept", "expected"),
    [
        (TEXT, TEXT, 0),
        (TEXT + OWN, TEXT, len(OWN)),
        (OWN + TEXT, TEXT, len(OWN)),
        (TEXT[:20] + OWN + TEXT[20:], TEXT, len(OWN)),
        (TEXT, TEXT + OWN, 0),
        (TEXT.replace(",", ", "), TEXT, 0),  # letters and digits count
        (TEXT[18:] + TEXT[:18], TEXT, 0),  # wherever they stand
        (OWN, TEXT, len(OWN)),
        ("短的", TEXT, 2),
    ],
)
def test_the_longest_stretch_that_the_other_lacks_is_measured(text: str, kept: str, expected: int) -> None:
    assert longest_rest(text, kept) == expected
    assert max((size for size, _ in own_stretches(text, kept)), default=0) == expected


def test_traditional_characters_are_text_of_their_own_where_they_are_told_apart() -> None:
    assert longest_rest(TRADITIONAL, TEXT) == 0
    assert longest_rest(TRADITIONAL, TEXT, as_written=True) > 0
    assert longest_rest(TRADITIONAL, TRADITIONAL, as_written=True) == 0


def test_a_stretch_is_told_by_its_place_in_the_raw_text() -> None:
    text = TEXT + "\n\n**" + OWN + "**"
    [(size, span)] = own_stretches(text, TEXT)
    assert (size, text[span.start : span.end]) == (len(OWN), OWN)


WHOLE = "梯度下降法沿着目标函数的负梯度方向更新参数, 学习率决定了每一步的长度。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [(WHOLE[:20] + "...", 0), (WHOLE, 0), ("…", 0), (WHOLE[:20] + "另有十个不同的字在此处", 11), ("梯 度 下 降 法", 0)],
)
def test_the_rest_of_cuts_and_of_others(text: str, expected: int) -> None:
    assert longest_rest(text, WHOLE, as_written=True) == expected


def test_a_mark_that_joins_the_last_letter_makes_it_another() -> None:
    assert longest_rest("ab cafe", "ab cafe\u0301", as_written=True) > 0
    assert longest_rest("ab cafe", "ab cafe s", as_written=True) == 0


@given(
    st.text("ae\u0301\u0300 .…가\u1100\u1161ｱﾞ㎏ﬁ梯度。", max_size=12),
    st.text("ae\u0301\u1161ﾞ 梯.", max_size=6),
    st.data(),
)
def test_the_short_way_measures_what_the_long_one_does(text: str, around: str, data: st.DataObject) -> None:
    kept = around[: data.draw(st.integers(0, 6))] + text.rstrip(" .…") + around
    long_way = rest.longest_gap(rest._letters(text), rest._letters(kept))
    assert longest_rest(text, kept, as_written=True) == long_way


def by_sets(one: str, other: str) -> list[tuple[int, int]]:
    """Stretches of the one no symbol of which is in a shingle of nine that the other has too, by their definition."""
    covered = (
        {at + k for at in range(len(one) - 8) if one[at : at + 9] in other for k in range(9)}
        if one not in other
        else set(range(len(one)))
    )
    found: list[tuple[int, int]] = []
    for at in sorted(set(range(len(one))) - covered):
        if found and found[-1][1] == at:
            found[-1] = found[-1][0], at + 1
        else:
            found.append((at, at + 1))
    return found


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["ab", "的一是在不了有和人"]), st.sampled_from([0.0, 0.03, 0.2]))
@pytest.mark.parametrize("tries", [0, 3, 160])
@pytest.mark.parametrize("least", [0, 1, 11, 60])
def test_rests_are_what_no_shingle_covers(least: int, tries: int, seed: int, letters: str, rate: float) -> None:
    rng = random.Random(seed)
    one = "".join(rng.choices(letters, k=rng.randint(0, 120)))
    other = "".join(rng.choice(["", "改", char + "入"]) if rng.random() < rate else char for char in one)
    cut = rng.randint(0, len(other))
    other = other[cut:] + other[:cut] if rng.random() < 0.3 else other[rng.randint(0, 9) : cut + 60]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rest, "_TRIES", tries)
        found = by_sets(one, other)
        assert rest._rests(one, other) == found
        assert longest_gap(one, other, least) == max(least, *(end - start for start, end in found), 0)


@pytest.mark.parametrize(("shared", "gap"), [(8, 38), (9, 29)])
def test_a_stretch_counts_as_shared_from_nine_symbols(shared: int, gap: int) -> None:
    one = "甲" * 29 + "一二三四五六七八九"[:shared] + "乙" * 1
    assert longest_gap(one, "丙" * 40 + "一二三四五六七八九"[:shared]) == gap
