"""The conditions under which a repair is made, each with a text just inside and one just outside of it."""

from __future__ import annotations

import pytest

from feedtools.lint.checks.morphology import judge
from feedtools.model import Place
from feedtools.restore import Restoration, Sibling, apply, restore
from feedtools.restore.align import Alignment, align
from feedtools.restore.texts import read

HEAD = "山脚的小站每天只停两趟车,站长把钟拨快一刻,好让赶路的人来得及在月台喝完一碗热汤。"
TAIL = "夜里风大,信号灯的玻璃罩总会松动,他就提着梯子挨个去拧紧,回来再把记录写进厚厚的本子。"
MINE, THEIRS = "甲乙丙丁戊己庚辛", "子丑寅卯辰巳午未"
"""Eight symbols that the two texts have in one place: no slip, since renderers differ in whole blocks."""
OURS, OTHERS = "壬癸东南西北", "春夏秋冬寒暑"
"""Six such symbols."""


def found(damaged: str, *siblings: str) -> list[Restoration]:
    return restore(damaged, [Sibling(text, Place("a.md", number)) for number, text in enumerate(siblings, 1)])


def fixed(damaged: str, *siblings: str) -> str:
    return apply(damaged, found(damaged, *siblings))


def between(damaged: str, sibling: str) -> str:
    """What stands between two sentences after the repair."""
    text = fixed(f"{HEAD}{damaged}{TAIL}", f"{HEAD}{sibling}{TAIL}")
    return text.removeprefix(HEAD).removesuffix(TAIL)


def filler(count: int) -> str:
    """Symbols that all differ."""
    return "".join(chr(0x4E00 + 7 * number) for number in range(count))


# --- alignment ----------------------------------------------------------------------------------------------------


def aligned(mine: str, theirs: str) -> Alignment:
    way = align(read(mine), read(theirs))
    assert way is not None
    return way


@pytest.mark.parametrize(("same", "counts"), [("上下", False), ("上下左", True)])
def test_agreement_of_two_symbols_between_differences_is_chance(same: str, counts: bool) -> None:
    way = aligned(f"{HEAD}{OURS}{same}{OURS}{TAIL}", f"{HEAD}{OTHERS}{same}{OTHERS}{TAIL}")
    assert (way.partner[len(read(HEAD).symbols) + len(OURS)] >= 0) is counts


@pytest.mark.parametrize(("same", "counts"), [("上下左右", False), ("上下左右前", True)])
def test_agreement_of_four_symbols_behind_the_end_is_chance(same: str, counts: bool) -> None:
    way = aligned(f"{HEAD}{TAIL}{MINE}{same}{OURS}", f"{HEAD}{TAIL}{THEIRS}{same}{OTHERS}")
    assert (way.partner[len(read(HEAD + TAIL + MINE).symbols)] >= 0) is counts


@pytest.mark.parametrize(("same", "slips"), [("上", 1), ("上下", 1), ("上下左", 2)])
def test_slips_two_symbols_apart_are_one(same: str, slips: int) -> None:
    way = aligned(f"{HEAD}壬{same}癸{TAIL}", f"{HEAD}东{same}南{TAIL}")
    assert len(way.slips) == slips


# --- placeholders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "filled"), [(6, True), (7, False)])
def test_a_displayed_formula_may_stand_six_symbols_from_what_agrees(count: int, filled: bool) -> None:
    damaged, sibling = f"{MINE[:count]}[公式]", f"{THEIRS[:count]}\n\n$$\\pi$$\n\n"
    expected = f"{MINE[:count]}\\[\\pi\\]" if filled else damaged
    assert between(damaged, sibling) == expected


@pytest.mark.parametrize(("same", "filled"), [(11, False), (12, True)])
def test_a_displayed_formula_needs_twelve_symbols_where_one_side_alone_agrees(same: int, filled: bool) -> None:
    around = filler(same)
    damaged = f"{MINE}{around}[公式]{OURS}"
    sibling = f"{THEIRS}{around}\n\n$$\\pi$$\n\n{OTHERS}"
    assert ("\\pi" in between(damaged, sibling)) is filled


def test_an_inline_formula_needs_both_sides() -> None:
    around = filler(40)
    damaged, sibling = f"{around}[Math]{OURS}", f"{around} $\\pi$ {OTHERS}"
    assert between(damaged, sibling) == damaged
    assert between(f"{around}[Math]", f"{around} $\\pi$ ") != f"{around}[Math]"


@pytest.mark.parametrize("end", ["的", "的值", "的值了"])
def test_at_the_very_end_fewer_symbols_are_enough(end: str) -> None:
    assert fixed(f"{HEAD}记作 [Math] {end}", f"{HEAD}记作 $\\pi$ {end}") == f"{HEAD}记作 \\(\\pi\\) {end}"


def test_a_formula_that_is_sound_stays_beside_one_that_is_given_back() -> None:
    damaged, sibling = r"记作 [Math] \(\alpha\) 的值", r"记作 $\pi$ $\beta$ 的值"
    assert between(damaged, sibling) == r"记作 \(\pi\) \(\alpha\) 的值"


def test_formulas_with_other_words_between_them_are_offered() -> None:
    damaged, sibling = f"记作 [Math] {OURS} [Math] 的值", f"记作 $\\pi$ {OTHERS} $\\rho$ 的值"
    assert between(damaged, sibling) == damaged
    assert between(damaged, sibling.replace(OTHERS, OURS)) == rf"记作 \(\pi\) {OURS} \(\rho\) 的值"


def test_one_placeholder_stands_for_blocks_of_code_with_nothing_between_them() -> None:
    blocks = "\n\n```\na=1\n```\n\n{}\n\n```\nb=2\n```\n\n"
    assert between("如下 [代码] ", "如下" + blocks.format("")) == "如下 a=1 b=2 "
    assert between("如下 [代码] ", "如下" + blocks.format(";")) == "如下 a=1 "


@pytest.mark.parametrize(
    ("damaged", "sibling", "expected"),
    [
        pytest.param("如下: [代码] 。", "如下: x = 1 。", "如下: x = 1 。", id="code-in-the-line"),
        pytest.param("如下: [代码] 。", "如下; x = 1 。", "如下: [代码] 。", id="another-mark-before"),
        pytest.param("如下: [代码] 。", "如下: x = 1 !", "如下: [代码] 。", id="another-mark-behind"),
        pytest.param("如下: [代码] 。", "如下: lr=小 。", "如下: lr=小 。", id="a-quarter-of-it-chinese"),
        pytest.param("如下: [代码] 。", "如下: lr=小小 。", "如下: [代码] 。", id="more-of-it-chinese"),
        pytest.param("如下: [代码] 。", "如下: Very Small 。", "如下: [代码] 。", id="no-code"),
    ],
)
def test_code_that_the_sibling_prints_in_the_line(damaged: str, sibling: str, expected: str) -> None:
    assert between(damaged, sibling) == expected


# --- bare formulas ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "filled"), [("上下", False), ("上下左", True)])
def test_eight_symbols_around_a_bare_formula_must_agree(before: str, filled: bool) -> None:
    damaged, sibling = f"{MINE}{before} x {'前后里'}{OURS}", f"{THEIRS}{before} $x$ {'前后里'}{OTHERS}"
    assert (r"\(x\)" in between(damaged, sibling)) is filled


@pytest.mark.parametrize(
    ("damaged", "sibling", "expected"),
    [
        pytest.param("令 x=5 的", "令 $x=5$ 的", r"令 \(x=5\) 的", id="whole"),
        pytest.param("令 x= 5 的", "令 $x=$ 5 的", "令 x= 5 的", id="an-operand-behind"),
        pytest.param("令 x =5 的", "令 x $=5$ 的", "令 x =5 的", id="an-operand-before"),
        pytest.param("令 f(x) 的", "令 $f(x$) 的", "令 f(x) 的", id="a-bracket-behind"),
        pytest.param("令 f(x) 的", "令 $f(x)$ 的", r"令 \(f(x)\) 的", id="both-brackets"),
        pytest.param("令 (x) 的", "令 ($x)$ 的", "令 (x) 的", id="a-bracket-before"),
    ],
)
def test_what_belongs_to_a_bare_formula_goes_into_it(damaged: str, sibling: str, expected: str) -> None:
    assert between(damaged, sibling) == expected


# --- marks and numbers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "filled"), [(5, False), (6, True)])
def test_eight_symbols_around_a_mark_must_agree(count: int, filled: bool) -> None:
    around = filler(count)
    damaged, sibling = f"n1{around}{OURS}{HEAD}{TAIL}", f"n-1{around}{OTHERS}{HEAD}{TAIL}"
    assert fixed(damaged, sibling).startswith("n-1") is filled


@pytest.mark.parametrize(("count", "filled"), [(60, False), (140, True)])
def test_a_mark_is_put_back_where_at_most_one_symbol_in_a_hundred_was_misread(count: int, filled: bool) -> None:
    start = filler(count)
    damaged, sibling = f"Q{start}记作 n1 的值都很小,不必再算。", f"O{start}记作 n-1 的值都很小,不必再算。"
    damaged, sibling = f"前后左右上下东西{damaged}", f"前后左右上下东西{sibling}"
    assert ("n-1" in fixed(damaged, sibling)) is filled


def test_a_sibling_that_was_misread_puts_hyphens_into_words_that_are_known_alone() -> None:
    assert judge("modelfree") is not None
    assert judge("zigwobble") is None
    text = f"前后左右上下东西{{}}{filler(40)},这里的 {{}} 方法都很快,不必再说。"
    for joined, whole, filled in (("modelfree", "model-free", True), ("zigwobble", "zig-wobble", False)):
        assert (whole in fixed(text.format("Q", joined), text.format("O", whole))) is filled


def test_an_item_that_is_numbered_rightly_is_no_repair() -> None:
    items = ["先看天色", "再看风向", "最后看潮水"]
    damaged = HEAD + "".join(f" 1. {item}" for item in items)
    sibling = HEAD + "\n\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    assert [one.edit.text for one in found(damaged, sibling)] == ["2.", "3."]


# --- tails --------------------------------------------------------------------------------------------------------

REST = "把灯点亮,再回屋去。"


@pytest.mark.parametrize(("own", "completed"), [(30, True), (60, False)])
def test_a_sibling_must_have_seven_tenths_of_the_cut_text(own: int, completed: bool) -> None:
    shared = filler(100)
    other = "".join(chr(0x5200 + 3 * number) for number in range(own))
    before = "".join(chr(0x6200 + 3 * number) for number in range(20))  # it begins with something else
    assert fixed(f"{other}{shared}...", f"{before}{shared}{REST}").endswith(REST) is completed


@pytest.mark.parametrize(("shared", "completed"), [(61, True), (58, False)])
def test_a_sibling_that_begins_inside_the_cut_text_must_have_sixty_symbols_of_it(shared: int, completed: bool) -> None:
    other = "".join(chr(0x5200 + 3 * number) for number in range(90))
    text = filler(shared)
    assert fixed(f"{other}{text}...", f"{text}{REST}").endswith(REST) is completed


@pytest.mark.parametrize(
    ("same", "twice", "completed"),
    [(12, True, True), (11, True, False), (11, False, True), (8, False, True), (7, False, False)],
)
def test_twelve_symbols_before_the_cut_must_agree_or_eight_that_stand_once(
    same: int, twice: bool, completed: bool
) -> None:
    last = filler(same)
    damaged = f"{HEAD}{TAIL}{MINE}{last}..."
    sibling = f"{last[-8:] if twice else ''}{OURS}{HEAD}{TAIL}{THEIRS}{last}{REST}"
    assert fixed(damaged, sibling).endswith(REST) is completed


@pytest.mark.parametrize(("size", "completed"), [(400, True), (401, False)])
def test_a_sentence_of_400_code_points_is_completed(size: int, completed: bool) -> None:
    rest = "好" * (size - 1) + "。"
    assert fixed(f"{HEAD}{TAIL}他总是...", f"{HEAD}{TAIL}他总是{rest}").endswith(rest) is completed


@pytest.mark.parametrize(("count", "completed"), [(700, False), (1300, True)])
def test_a_tail_is_taken_where_the_chance_that_it_was_changed_is_under_one_in_a_hundred(
    count: int, completed: bool
) -> None:
    """Ten code points of a sibling that was changed once in so many symbols."""
    assert len(REST) == 10
    text = "前后左右上下东西{}" + filler(count) + "{}"
    damaged, sibling = text.format("山水", "..."), text.format("花草", REST)
    assert fixed(damaged, sibling).endswith(REST) is completed


def test_a_tail_that_has_a_placeholder_itself_is_not_even_offered() -> None:
    assert found(f"{HEAD}{TAIL}他总是...", f"{HEAD}{TAIL}他总是把 [Math] 点亮,再回屋去。") == []
    assert found(f"{HEAD}{TAIL}他总是...", f"{HEAD}{TAIL}他总是把 $\\pi$ 点亮,再回屋去。") != []


# --- several siblings ---------------------------------------------------------------------------------------------


def misread(formula: str, letter: str, around: str = "记作") -> str:
    """A sibling in which one letter was misread, so that its word on a formula is not enough."""
    return f"{letter}{HEAD}{around} {formula} 的值,{TAIL}"


def test_of_misread_siblings_the_majority_is_believed() -> None:
    damaged = f"A{HEAD}记作 [Math] 的值,{TAIL}"
    one, two = (misread(r"\(\alpha_1\)", letter) for letter in "BC")
    others = [misread(r"\(\alpha_7\)", letter) for letter in "DE"]
    assert fixed(damaged, one) == damaged
    assert r"\(\alpha_1\)" in fixed(damaged, one, two)
    assert r"\(\alpha_1\)" in fixed(damaged, one, two, others[0])
    assert fixed(damaged, one, two, *others) == damaged


def test_the_same_sibling_twice_is_one() -> None:
    damaged = f"A{HEAD}记作 [Math] 的值,{TAIL}"
    one = misread(r"\(\alpha_1\)", "B")
    assert fixed(damaged, one, one) == damaged


def test_siblings_that_agree_say_nothing_about_a_place_that_is_doubtful_itself() -> None:
    damaged = f"A{HEAD}{MINE}上下 [Math] 的值,{TAIL}"
    siblings = [misread(r"\(\alpha_1\)", letter, f"{THEIRS}上下") for letter in "BC"]
    assert fixed(damaged, *siblings) == damaged
    assert r"\(\alpha_1\)" in fixed(
        damaged.replace("上下", "上下左右"), *(one.replace("上下", "上下左右") for one in siblings)
    )
