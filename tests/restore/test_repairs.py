"""For every condition of a repair a text just inside and one just outside of it."""

from __future__ import annotations

import pytest

from feedtools.model import Place
from feedtools.restore import Restoration, Sibling, apply, restore
from feedtools.restore.judge import LONGEST, LONGEST_CODE

HEAD = "研究者在海边的小屋里整理了一整年的观测记录,把每一次潮汐的高度都写进了表格。"
TAIL = "随后他们用这些数据训练了一个很小的网络,并在第二年的春天公布了全部结果,读者可以自己检验。"


def found(damaged: str, *originals: str, source: str = "a.md") -> list[Restoration]:
    return restore(damaged, [Sibling(text, Place(source, number)) for number, text in enumerate(originals, 1)])


def fixed(damaged: str, *originals: str, source: str = "a.md") -> str:
    return apply(damaged, found(damaged, *originals, source=source))


def between(damaged: str, original: str, source: str = "a.md") -> str:
    """What stands between the two sentences after the repair."""
    text = fixed(f"{HEAD}{damaged}{TAIL}", f"{HEAD}{original}{TAIL}", source=source)
    assert text.startswith(HEAD)
    assert text.endswith(TAIL)
    return text.removeprefix(HEAD).removesuffix(TAIL)


# --- marks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damaged", "original", "expected"),
    [
        pytest.param("中心分别为 4 和 +1。", "中心分别为 -4 和 +1。", "中心分别为 -4 和 +1。", id="a-sign"),
        pytest.param("称为偏差 方差的。", "称为偏差 - 方差的。", "称为偏差 - 方差的。", id="a-dash"),
        pytest.param("写成 2 节点的。", "写成 2- 节点的。", "写成 2- 节点的。", id="behind-a-number"),
        pytest.param("运行 gem v 查看。", "运行 `gem -v` 查看。", "运行 gem -v 查看。", id="an-option"),
        pytest.param("语言 C 和 F 都有。", "语言 **C#** 和 F# 都有。", "语言 C# 和 F# 都有。", id="a-sharp"),
        pytest.param("用 List<int 存放。", "用 `List<int>` 存放。", "用 List<int> 存放。", id="an-angle"),
        pytest.param("尺寸是2828的图。", "尺寸是28*28的图。", "尺寸是28*28的图。", id="a-star-between-operands"),
        pytest.param("写着 匹配任何字。", "写着 `*` 匹配任何字。", "写着 * 匹配任何字。", id="a-star-by-itself"),
        pytest.param(
            "写着“”匹配任何字。", "写着“`*`”匹配任何字。", "写着“”匹配任何字。", id="a-star-that-may-be-a-mark"
        ),
        pytest.param("由生成器和判别器组成。", "由**生成器**和*判别器*组成。", "由生成器和判别器组成。", id="emphasis"),
        pytest.param("运行 ls 列出。", "运行 ls # 列出。", "运行 ls 列出。", id="a-sharp-alone"),
        pytest.param("插入几个 ,再写。", "插入几个 `#` ,再写。", "插入几个 # ,再写。", id="a-sharp-that-is-code"),
        pytest.param("一个ab和cd。", "一个a b和cd。", "一个ab和cd。", id="a-blank-is-no-mark"),
        pytest.param("一个 ab 和 c d。", "一个 a-b 和 c-d。", "一个 a-b 和 c d。", id="blanks-are-not-replaced"),
    ],
)
def test_marks(damaged: str, original: str, expected: str) -> None:
    assert between(damaged, original) == expected


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        pytest.param("记作 [Math] 。", "标签取 -1 或 1 。", id="what-a-guess-put-in-goes"),
        pytest.param("记作 theta 。", "标签取 -1 或 -1 。", id="but-not-where-nothing-tells-that-marks-were-deleted"),
    ],
)
def test_a_mark_that_the_original_does_not_have(beside: str, expected: str) -> None:
    there = beside.replace("[Math]", r"$\theta$")
    whole = f"{HEAD}标签取 -1 或 1 。{there}{TAIL}"
    assert expected in fixed(f"{HEAD}标签取 1 或 -1 。{beside}{TAIL}", whole)


def test_all_marks_of_a_word_are_one_repair() -> None:
    (one,) = found(f"{HEAD}这是endtoend的。{TAIL}", f"{HEAD}这是end-to-end的。{TAIL}")
    assert one.kind == "joined"
    assert one.edit.text == "end-to-end"


def test_a_mark_beside_a_formula_comes_back_with_it() -> None:
    assert between("记为 a [Math] 的。", r"记为 a - $\beta$ 的。") == r"记为 a - \(\beta\) 的。"


# --- numbers ------------------------------------------------------------------------------------------------------

ITEMS = "第一条讲的是怎样选地点", "第二条讲的是怎样读刻度", "第三条讲的是怎样写记录"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param("1. {}\n2. {}\n3. {}", "1. {} 2. {} 3. {}", id="counted"),
        pytest.param("1. {}\n1. {}\n1. {}", "1. {} 2. {} 3. {}", id="left-to-the-renderer"),
        pytest.param("4. {}\n7. {}\n8. {}", "4. {} 1. {} 1. {}", id="counted-otherwise"),
        pytest.param("- {}\n- {}\n- {}", "1. {} 1. {} 1. {}", id="bullets"),
    ],
)
def test_numbers_of_items(labels: str, expected: str) -> None:
    damaged = HEAD + " 1. {} 1. {} 1. {}".format(*ITEMS)
    assert fixed(damaged, f"{HEAD}\n\n{labels.format(*ITEMS)}") == f"{HEAD} {expected.format(*ITEMS)}"


def test_only_a_number_that_was_begun_anew_is_changed() -> None:
    damaged = HEAD + " 1. {} 5. {} 1. {}".format(*ITEMS)
    original = "{}\n\n1. {}\n2. {}\n3. {}".format(HEAD, *ITEMS)
    assert fixed(damaged, original) == HEAD + " 1. {} 5. {} 3. {}".format(*ITEMS)


def test_a_list_that_begins_later_is_numbered_on_from_there() -> None:
    original = "{}\n\n4. {}\n5. {}\n6. {}".format(HEAD, *ITEMS)
    for labels in ("1. {} 1. {} 1. {}", "1. {} 2. {} 3. {}"):
        assert fixed(f"{HEAD} {labels.format(*ITEMS)}", original) == HEAD + " 4. {} 5. {} 6. {}".format(*ITEMS)


# --- code ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damaged", "original", "expected"),
    [
        pytest.param("代码: [代码] ", "代码:\n\n```\na = 1\nb = 2\n```\n\n", "代码: a = 1 b = 2 ", id="one"),
        pytest.param("[代码] [代码] ", "\n```\na=1\n```\n\n```\nb=2\n```\n", "a=1 b=2 ", id="two-for-two"),
        pytest.param("[代码] ", "\n```\na=1\n```\n\n```\nb=2\n```\n", "a=1 b=2 ", id="one-stands-for-two-in-a-row"),
        pytest.param("[代码] [代码] ", "\n```\na=1\n```\n\n", "[代码] [代码] ", id="which-one-is-not-clear"),
        pytest.param(
            "甲如下: [代码] 乙如下: [代码] ",
            "甲如下:\n\n```\na=1\n```\n\n图\n\n乙如下:\n\n```\nb=2\n```\n\n",
            "甲如下: a=1 乙如下: b=2 ",
            id="something-else-between",
        ),
    ],
)
def test_code(damaged: str, original: str, expected: str) -> None:
    assert between(damaged, original) == expected


def test_code_keeps_its_lines_in_an_article_that_has_some() -> None:
    code = "```py\nfor x in y:\n    z(x)\n```"
    assert fixed(f"{HEAD}\n\n代码: [代码] 完\n\n{TAIL}", f"{HEAD}\n\n代码:\n\n{code}\n\n完\n\n{TAIL}") == (
        f"{HEAD}\n\n代码: \n\n```\nfor x in y:\n    z(x)\n```\n\n 完\n\n{TAIL}"
    )


@pytest.mark.parametrize(("size", "done"), [(LONGEST_CODE, True), (LONGEST_CODE + 1, False)])
def test_code_longer_than_an_excerpt_should_carry_is_offered(size: int, done: bool) -> None:
    (one,) = found(f"{HEAD}[代码] {TAIL}", f"{HEAD}\n\n```\n{'x' * size}\n```\n\n{TAIL}")
    assert (one.safety == "safe") is done


# --- formulas -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hole", "original", "expected"),
    [
        pytest.param("[Math]", "$\\theta$", r"\(\theta\)", id="in-line"),
        pytest.param("[Math]", "$$\\theta$$", r"\(\theta\)", id="kramdown"),
        pytest.param("[公式]", "\n\n$$\\theta$$\n\n", r"\[\theta\]", id="displayed"),
        pytest.param("[Math]", "\n\n$$\\theta$$\n\n", "[Math]", id="displayed-for-in-line"),
        pytest.param("[Math]", "\n$$\\theta$$\n", r"\(\theta\)", id="in-a-paragraph-it-may-be-either"),
        pytest.param("[公式]", "\n$$\\theta$$\n", r"\[\theta\]", id="or-the-other"),
        pytest.param("[Math]", "$\\Vx$", "[Math]", id="a-command-of-the-site"),
        pytest.param("[Math]", "$速度=\\frac{s}{t}$", "[Math]", id="chinese"),
        pytest.param("[Math]", "$\\text{速度}=\\frac{s}{t}$", r"\(\text{速度}=\frac{s}{t}\)", id="chinese-as-text"),
    ],
)
def test_formulas(hole: str, original: str, expected: str) -> None:
    context = f"{HEAD}另外还有一个 $a$ 。" if "either" in expected else HEAD
    assert (
        fixed(f"{context}记作 {hole} 的值,{TAIL}", f"{context}记作 {original} 的值,{TAIL}")
        .removeprefix(f"{context}记作 ")
        .removesuffix(f" 的值,{TAIL}")
        == expected
    )


def test_macros_of_the_configuration_are_known() -> None:
    from feedtools.lint.checks.latex.rules import declared

    damaged, whole = f"{HEAD}记作 [Math] 的,{TAIL}", f"{HEAD}记作 $\\Vx$ 的,{TAIL}"
    siblings = [Sibling(whole, Place("a.md", 1))]
    (one,) = restore(damaged, siblings)
    assert (one.safety, "\\Vx" in one.reason or "does not render" in one.reason) == ("display", True)
    (one,) = restore(damaged, siblings, declared({"Vx": r"\mathbf{x}"}))
    assert (one.safety, one.edit.text) == ("safe", r"\(\Vx\)")


@pytest.mark.parametrize(("size", "done"), [(LONGEST, True), (LONGEST + 1, False)])
def test_a_formula_longer_than_an_excerpt_should_carry_is_offered(size: int, done: bool) -> None:
    formula = r"\alpha" + "+x" * ((size - 10) // 2) + "y" * (size % 2)
    (one,) = found(f"{HEAD}记作 [Math] 的,{TAIL}", f"{HEAD}记作 ${formula}$ 的,{TAIL}")
    assert len(one.edit.text) == size
    assert (one.safety == "safe") is done


@pytest.mark.parametrize(("around", "done"), [("四个字了", True), ("三个字", False)])
def test_four_symbols_in_a_row_must_agree_on_either_side(around: str, done: bool) -> None:
    ways = ("甲乙丙丁戊己庚辛", "[Math]"), ("子丑寅卯辰巳午未", "$\\pi$")
    damaged, whole = (f"{HEAD}此处{one}{around} {math} 的值,{TAIL}" for one, math in ways)
    assert (r"\(\pi\)" in fixed(damaged, whole)) is done


def test_at_the_very_start_fewer_are_enough() -> None:
    assert fixed(f"其中 [Math] 是常数,{TAIL}", f"{HEAD}\n\n其中 $\\pi$ 是常数,{TAIL}").startswith(r"其中 \(\pi\) 是")


def test_one_place_that_differs_does_not_take_the_others_with_it() -> None:
    damaged = f"{HEAD}先记作 [Math] 的值,{TAIL}再记作 [Math] 和新的 [Math] 的值,最后停下来休息。{HEAD[::-1]}"
    whole = f"{HEAD}先记作 $\\pi$ 的值,{TAIL}再记作 $\\rho$ 或者 $\\tau$ 的值,最后停下来休息。{HEAD[::-1]}"
    assert r"先记作 \(\pi\) 的值" in fixed(damaged, whole)


# --- tails --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "original", "expected"),
    [
        pytest.param(
            "最后一步是...", "最后一步是把表格交出去。然后回家。", "最后一步是把表格交出去。...", id="a-sentence"
        ),
        pytest.param(
            "最后一步是...", "最后一步是把表格交出去\n\n然后回家。", "最后一步是把表格交出去...", id="a-block"
        ),
        pytest.param("最后一步是...", "最后一步是:\n\n```\nx\n```\n", "最后一步是:...", id="before-code"),
        pytest.param("最后一步...", "最后一步\n\n然后回家。", "最后一步...", id="nothing-was-cut-off"),
        pytest.param("误差随后...", "误差随后记为 $err_2$ 。之后。", r"误差随后记为 \(err_2\) 。...", id="dollars"),
        pytest.param(
            "误差随后...", "误差随后变小，趋于零（见下）。之后。", "误差随后变小,趋于零(见下)。...", id="widths"
        ),
        pytest.param("误差随后...", "误差随后變小,這樣結束。之后。", "误差随后变小,这样结束。...", id="script"),
        pytest.param("误差随后...", "误差随后**变小**[^1],到[零](u)。之后。", "误差随后变小,到零。...", id="marks"),
        pytest.param("把观测...", "把观测数据 $\n", "把观测数据", id="a-source-that-breaks-off"),
        pytest.param("误差随后...", "误差随后记为 $\\Vx$ 。之后。", "误差随后...", id="a-formula-that-fails-the-rules"),
        pytest.param(
            "误差随后...", "误差随后记为 $$x_1 的值。之后。", "误差随后...", id="a-formula-that-nothing-closes"
        ),
        pytest.param("误差随后...", "误差随后花了 $$5 的钱。之后。", "误差随后...", id="two-dollars-may-be-one"),
        pytest.param("误差随后...", "误差随后花了 $5 的钱。之后。", "误差随后花了 $5 的钱。...", id="a-price"),
        pytest.param("误差随后...", "误差随后变小...\n\n之后。", "误差随后变小...", id="an-author-who-breaks-off"),
    ],
)
def test_tails(end: str, original: str, expected: str) -> None:
    assert fixed(f"{HEAD}{TAIL}{end}", f"{HEAD}{TAIL}{original}") == f"{HEAD}{TAIL}{expected}"


def test_the_tail_of_a_revised_original_is_offered() -> None:
    revised = f"{HEAD}{TAIL}最后一步是把表格交出去。然后回家。".replace("小屋", "木屋里")
    (one,) = found(f"{HEAD}{TAIL}最后一步是...", revised)
    assert (one.kind, one.safety) == ("tail", "display")


def test_two_damaged_copies_complete_each_other() -> None:
    formulas = f"{HEAD}记作 \\(\\frac{{a}}{{b}}\\) 的值,其中的量都是正..."
    longer = f"{HEAD}记作 [Math] 的值,其中的量都是正的。{TAIL}最后一步是..."
    assert fixed(formulas, longer) == f"{HEAD}记作 \\(\\frac{{a}}{{b}}\\) 的值,其中的量都是正的。..."
    assert fixed(longer, formulas) == f"{HEAD}记作 \\(\\frac{{a}}{{b}}\\) 的值,其中的量都是正的。{TAIL}最后一步是..."


@pytest.mark.parametrize(
    ("end", "goes_on", "done"),
    [("。", "", True), ("。", "后来又过了很多年。", False)],
)
def test_where_both_texts_end_the_end_agrees(end: str, goes_on: str, done: bool) -> None:
    damaged = f"{HEAD}{TAIL}最后的参数 [Math] {end}"
    repaired = fixed(damaged, f"{HEAD}{TAIL}最后的参数 $\\theta$ {end}{goes_on}")
    assert (r"\(\theta\)" in repaired) is done
