"""The alignment: where two texts agree, what their disagreements say of the sibling."""

from __future__ import annotations

import pytest

from feedtools.restore.align import NEAR, REVISED, Alignment, Slip, align, align_best
from feedtools.restore.judge import RISK
from feedtools.restore.originals import read_sibling
from feedtools.restore.texts import read

WHOLE = "研究者在海边的小屋里整理了一整年的观测记录把每一次潮汐的高度都写进了表格然后画成曲线"


def way(*slips: Slip, matched: int = 1000) -> Alignment:
    return Alignment([], [], [], [], slips, matched)


def test_texts_that_share_too_little_are_not_aligned() -> None:
    assert align(read(WHOLE), read("清晨的雾从河面上升起来把两岸的柳树都罩在里面只有钟楼还露在外面")) is None


def test_an_agreement_is_as_long_as_the_symbols_beside_it_are_the_same() -> None:
    mine, theirs = (
        read(f"其中 [Math] 是常数,{WHOLE}"),
        read(rf"前面还有完全不同的一句话。其中 \(\epsilon\) 是常数,{WHOLE}"),
    )
    found = align(mine, theirs)
    assert found is not None
    assert found.partner[:2] == [theirs.symbols.index("其"), theirs.symbols.index("其") + 1]
    assert found.slips == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param(WHOLE.replace("潮汐", "波浪"), [(2, False)], id="a-word"),
        pytest.param(WHOLE.replace("潮汐", "波汐"), [(1, False)], id="a-symbol"),
        pytest.param(WHOLE.replace("潮汐", "潮x汐"), [(1, True)], id="a-letter"),
        pytest.param(WHOLE.replace("潮汐", "潮12汐"), [], id="digits-of-a-list"),
        pytest.param(WHOLE.replace("潮汐", "潮这里多了一整句话汐"), [], id="a-block"),
    ],
)
def test_slips(changed: str, expected: list[tuple[int, bool]]) -> None:
    found = align(read(WHOLE), read(changed))
    assert found is not None
    assert [(slip.size, slip.letters) for slip in found.slips] == expected


def test_a_faithful_sibling_is_no_risk() -> None:
    faithful = way()
    assert faithful.risk(5, 5, "x" * 1000) == faithful.mark_risk == faithful.prose_risk(1000) == 0


def test_revised_words_far_away_leave_a_formula_certain_and_near_ones_do_not() -> None:
    revised = way(Slip(100, 2, letters=False))
    assert revised.risk(100 - NEAR, 100 - NEAR, r"\(\alpha+\beta\)") <= RISK
    assert revised.risk(100 - NEAR + 1, 100 - NEAR + 1, r"\(\alpha+\beta\)") > RISK
    assert revised.risk(102 + NEAR, 102 + NEAR, r"\(\alpha+\beta\)") <= RISK
    assert revised.risk(102 + NEAR - 1, 102 + NEAR - 1, r"\(\alpha+\beta\)") > RISK


@pytest.mark.parametrize(
    ("slips", "trusted"),
    [
        pytest.param([Slip(1, 2, letters=False)] * 20, True, id="words"),
        pytest.param([Slip(1, 1, letters=False)], True, id="one-symbol"),
        pytest.param([Slip(1, 1, letters=False)] * 2, False, id="symbols"),
        pytest.param([Slip(1, 1, letters=True)], False, id="a-letter"),
        pytest.param([Slip(1, 2, letters=True)], True, id="a-latin-word"),
        pytest.param([Slip(1, 2, letters=False)] * int(1000 * REVISED), True, id="as-many-as-a-revision-has"),
        pytest.param([Slip(1, 2, letters=False)] * int(1000 * REVISED + 1), False, id="more"),
    ],
)
def test_what_was_misread_is_trusted_in_nothing(slips: list[Slip], trusted: bool) -> None:
    found = way(*slips)
    assert (found.risk(500, 500, "x" * 100) <= RISK) is trusted
    assert (found.mark_risk < len(slips) / 1000) is trusted


def test_running_text_may_have_been_revised_like_any_other_and_comments_of_code_are_not() -> None:
    revised = way(*[Slip(1, 2, letters=False)] * 5)
    comment = "x = 1  # 初始的值"
    assert revised.risk(500, 500, comment) <= RISK < revised.risk(500, 500, comment, prose=True)
    assert revised.risk(500, 500, "x = 1", prose=True) <= RISK


def test_a_character_that_is_always_written_otherwise_counts_once() -> None:
    spelling = [Slip(at, 1, letters=False, what=("坐", "座")) for at in (1, 90, 200)]
    assert way(*spelling).risk(500, 500, "x" * 100) <= RISK
    assert way(*spelling, Slip(300, 1, letters=False, what=("标", "票"))).risk(500, 500, "x" * 100) > RISK
    assert way(*spelling).risk(500, 500, "x = 1  # 座标" + "x" * 100) > RISK
    assert way(*spelling).risk(500, 500, "x = 1  # 坐标" + "x" * 100) <= RISK
    gone = [one._replace(what=("坐", "")) for one in spelling]
    assert way(*gone).risk(500, 500, "x" * 100) > RISK
    letters = [Slip(at, 2, letters=True, what=("ab", "ba")) for at in (1, 90)]
    assert way(*letters).mark_risk > way(*letters[:1]).mark_risk


def test_code_that_is_told_by_its_indent_is_read_as_the_other_text_has_it() -> None:
    code = "gem -v # 查看已经安装的版本号\n    gem help 列出全部可以使用的子命令"
    original = read_sibling(f"{WHOLE}:\n\n    {code}\n\n{WHOLE[::-1]}")
    printed = align_best(read(f"{WHOLE}: {code} {WHOLE[::-1]}"), original)
    held = align_best(read(f"{WHOLE}: [代码] {WHOLE[::-1]}"), original)
    assert printed
    assert held
    assert [slot.fits for slot in printed[1].slots] == ["spoken"]
    assert [slot.fits for slot in held[1].slots] == ["loose"]


def test_what_may_stand_in_a_hole_or_beside_it_stands_in_the_hole() -> None:
    damaged = read("it is an average over [Math] networks that share their weights with each other")
    whole = read(r"it is an average over \(2n\) networks that share their weights with each other")
    way = align(damaged, whole)
    assert way is not None
    assert way.slips == ()
    other = read(r"it is an average over \(2n\) networks that share their weighs with each other")
    way = align(damaged, other)
    assert way is not None
    assert len(way.slips) == 1  # a letter that is missing elsewhere still is a slip


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        pytest.param("潮汐的观测\n\n", "", id="a-heading-with-its-words"),
        pytest.param("", "\n\n曲线画成以后,又添上日期。", id="its-last-words-again"),
        pytest.param("整理观测记录\n\n", "\n\n曲线画成", id="both"),
    ],
)
def test_an_excerpt_is_aligned_in_one_piece_where_the_sibling_has_it_so(before: str, behind: str) -> None:
    mine = "观测记录里每一次潮汐的高度都写进了表格然后画成曲线"
    theirs = read(f"{before}{mine}{behind}")
    found = align(read(mine), theirs)
    assert found is not None
    assert found.slips == ()
    begin = len(read(before).symbols)
    assert found.partner == list(range(begin, begin + len(mine)))


def test_a_word_that_the_sibling_has_inside_of_the_excerpt_is_a_slip() -> None:
    found = align(read(WHOLE), read(WHOLE.replace("一整年", "整整一整年")))
    assert found is not None
    assert [(slip.place, slip.size) for slip in found.slips] == [(WHOLE.index("一整年"), 2)]
