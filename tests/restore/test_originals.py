"""Originals: marks of Markdown are no text, formulas and code are slots, whatever dialect the author writes."""

from __future__ import annotations

import pytest

from feedtools.restore.originals import align_with, read_sibling, without_indents
from feedtools.restore.texts import Text, read
from feedtools.text.renderers import activate, active, combined


def slots(text: Text) -> list[tuple[str, str, str]]:
    return sorted((one.kind, one.fits, text.raw[one.start : one.end]) for one in (*text.slots, *text.simple))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("网络由**生成器**和*判别器*组成", "网络由生成器和判别器组成", id="emphasis"),
        pytest.param("一个**“新”**的`a*b`", "一个“新”的a*b", id="emphasis-beside-quotes"),
        pytest.param("幂是 `2**3` 与 2**3 ", "幂是 2**3 与 2**3", id="stars-between-operands"),
        pytest.param("看[这里](http://a-b.c/d_e)和![图](i-j.png)", "看这里和", id="links-and-pictures"),
        pytest.param("误差变小[^n1],趋于零[1](https://a.b)。\n\n[^n1]: 注", "误差变小,趋于零。", id="footnotes"),
        pytest.param("第[12](https://a.b)章", "第章", id="a-number-alone-is-a-note"),
        pytest.param("第[12章](https://a.b)", "第12章", id="a-number-with-a-word-is-text"),
        pytest.param("前<!-- x-y -->后 <b>粗</b>", "前后 粗", id="comments-and-tags"),
        pytest.param("子词&lt;wh&gt;,`&lt;`", "子词<wh>,&lt;", id="entities"),
        pytest.param("- 甲\n- 乙", "甲 乙", id="bullets"),
        pytest.param("> 引用 -4\n\n# 题\n文", "引用 -4 题 文", id="quotes-and-headings"),
        pytest.param("这是==重点==的 a == b", "这是重点的 a == b", id="marked"),
        pytest.param("## 题 {#sec}\n\n{: .cls}\n文", "题 文", id="attributes"),
        pytest.param("{% include x %}\n\n文 {{ y }}字", "文 字", id="templates"),
        pytest.param("<script>a-b</script>\n\n文", "文", id="scripts"),
        pytest.param("核是 3*3 或 5*5*n 的", "核是 3*3 或 5*5*n 的", id="products-twice-in-a-line"),
        pytest.param("核是 3*大* 的 *k*a", "核是 3大 的 ka", id="a-star-beside-a-word-is-a-mark"),
    ],
)
def test_marks_are_no_text(raw: str, expected: str) -> None:
    assert read_sibling(raw + "\n").raw.strip() == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("设 $\\theta$ 为", [("math", "", r"\(\theta\)")], id="dollars"),
        pytest.param("设 $$\\theta$$ 为", [("math", "", r"\(\theta\)")], id="kramdown-in-a-line"),
        pytest.param("设 $$x_i$$ 为", [("math", "", r"\(x_i\)")], id="kramdown-simple"),
        pytest.param("设\n\n$$\\theta$$\n\n为", [("display", "", r"\[\theta\]")], id="kramdown-by-itself"),
        pytest.param(
            "设 $a_1$ 与 $$\\theta$$ 为",
            [("display", "either", r"\[\theta\]"), ("math", "", r"\(a_1\)")],
            id="both-in-use",
        ),
        pytest.param("设\n$$\nx\n$$\n为", [("display", "either", r"\[x\]")], id="a-block-in-a-paragraph"),
        pytest.param("记为 $err_2$ 。", [("math", "", r"\(err_2\)")], id="a-name-with-an-index"),
        pytest.param("记为 `$err_2$` 。", [], id="not-in-code"),
        pytest.param("价格 $5 和 $6", [], id="prices"),
        pytest.param("设 $`\\theta`$ 为", [("math", "", r"\(\theta\)")], id="dollars-and-ticks"),
        pytest.param("设 \\\\( \\theta \\\\) 为", [("math", "", r"\(\theta\)")], id="escaped-brackets"),
        pytest.param("设 \\(T_1\\) 为\n\n尾", [("math", "", r"\(T_1\)")], id="brackets-without-a-command"),
        pytest.param("设 \\(甲\\) 与 \\[1\\] 为\n\n尾", [], id="escaped-brackets-of-prose"),
        pytest.param("设\n\n```math\na=b\n```\n", [("display", "", r"\[a=b\]")], id="a-fence-of-math"),
        pytest.param("设\n\n```maths\na=b\n```\n", [("code", "", "```\na=b\n```")], id="a-fence-of-another-language"),
        pytest.param("设\n\n<div>$$\\theta$$</div>\n\n为", [("display", "", r"\[\theta\]")], id="alone-in-a-tag"),
        pytest.param(
            "设\n\n\\begin{equation}\\label{a}\na=b\n\\end{equation}\n\n为",
            [("display", "", r"\[a=b\]")],
            id="equation",
        ),
        pytest.param(
            "设\n\n\\begin{equation}\na \\label{a}\\to \\label{b}b\n\\end{equation}\n\n为",
            [("display", "", r"\[a\to b\]")],
            id="a-command-before-a-name",
        ),
        pytest.param(
            "设\n\n\\begin{align*}\na&=b\n\\end{align*}\n\n为",
            [("display", "", r"\[\begin{aligned} a&=b \end{aligned}\]")],
            id="lines-that-are-aligned",
        ),
        pytest.param(
            "设 ![x](https://e.org/equation?tex=%5Cmu%5E2) 为",
            [("math", "", r"\(\mu^2\)")],
            id="a-picture-of-a-formula",
        ),
        pytest.param(
            "设\n\n![x](https://e.org/equation?tex=%5Cmu%5E2)\n\n为",
            [("display", "either", r"\[\mu^2\]")],
            id="by-itself",
        ),
        pytest.param(
            '设 <img src="https://e.org/equation?tex=%5Cmu"> 为', [("math", "", r"\(\mu\)")], id="a-tag-of-a-formula"
        ),
        pytest.param('设 <img src="https://e.org/cat.png?w=2"> 为', [], id="a-tag-of-a-picture"),
        pytest.param(
            "> 设\n>\n> $$\n> \\begin{matrix}\n>   a \\\\\n>   b\n> \\end{matrix}\n> $$\n>\n> 为",
            [("display", "either", r"\[\begin{matrix} a \\ b \end{matrix}\]")],
            id="rows-in-a-quotation",
        ),
        pytest.param("最后 $\\frac{a", [("open", "", "$\\frac{a")], id="cut-off"),
    ],
)
def test_formulas(raw: str, expected: list[tuple[str, str, str]]) -> None:
    assert slots(read_sibling(raw + "\n")) == expected


def test_code_is_a_slot_and_told_by_its_indent_alone_a_loose_one() -> None:
    text = read_sibling("前\n\n```py\na = 1\n```\n\n<pre><code>b &lt; 2</code></pre>\n\n中\n\n    c = 3\n\n后")
    assert slots(text) == [
        ("code", "", "```\na = 1\n```"),
        ("code", "", "```\nb < 2\n```"),
        ("code", "loose", "```\nc = 3\n```"),
    ]
    assert text.symbols == "前中后"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("3. 甲\n4. 乙", [("3.", ""), ("4.", "")], id="counted"),
        pytest.param("1. 甲\n1. 乙", [("1.", ""), ("2.", "")], id="left-to-the-renderer"),
        pytest.param("3. 甲\n5. 乙", [("3.", ""), ("4.", "doubtful")], id="counted-otherwise"),
        pytest.param("- 甲\n- 乙", [], id="bullets"),
    ],
)
def test_items_carry_the_numbers_that_a_reader_sees(raw: str, expected: list[tuple[str, str]]) -> None:
    assert [(label, fits) for kind, fits, label in slots(read_sibling(raw)) if kind == "label"] == expected


def test_a_page_is_read_by_its_lines_and_a_feeds_line_as_it_is() -> None:
    page = read_sibling("星号 *不是* 标记,`a_b` 和 ``a`b`` 是代码\n```\nx = 1\n```\n后", "a/b.HTML")
    assert page.raw.strip() == "星号 *不是* 标记,a_b 和 a`b 是代码 ```\nx = 1\n``` 后"
    assert slots(page) == [("code", "loose", "```\nx = 1\n```")]
    assert read_sibling("a > b - c * d", "feed.txt").raw == "a > b - c * d"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("按 <kbd>回车</kbd> 键", "按 回车 键", id="a-key"),
        pytest.param("写 <code>a&lt;b*c</code> 即可", "写 a<b*c 即可", id="code-in-tags"),
        pytest.param("见 [[leaf|叶温]] 与 [[气温]] 。", "见 叶温 与 气温 。", id="pages-of-a-vault"),
        pytest.param("图 ![[a.png]] 与 ![[b.png|200]] 。", "图 与 。", id="embedded"),
        pytest.param("写作 `[[a|b]]` 的", "写作 [[a|b]] 的", id="not-in-code"),
        pytest.param("矩阵 [[1,2],[3,4]] 的", "矩阵 [[1,2],[3,4]] 的", id="no-page"),
        pytest.param(
            "已有结果<sup>[3]</sup>,面积 5 m<sup>2</sup>。", "已有结果,面积 5 m2。", id="a-work-that-is-cited"
        ),
        pytest.param("已有结果<sup>[3-5]</sup>和<sup>[注]</sup>。", "已有结果和[注]。", id="several"),
    ],
)
def test_what_tags_and_brackets_of_other_dialects_show(raw: str, expected: str) -> None:
    assert read_sibling(f"**前**\n\n{raw}\n").raw.strip() == f"前 {expected}"


def test_notes_and_tabs_are_text_beside_their_titles() -> None:
    raw = (
        '前\n\n!!! note "注"\n\n    甲\n\n    === "乙"\n\n        丙\n\n            d = 1\n\n    丁\n\n后\n\n    e = 2'
    )
    assert without_indents(raw) == (
        '前\n\n!!! note "注"\n\n\n甲\n\n=== "乙"\n\n\n丙\n\n    d = 1\n\n丁\n\n后\n\n    e = 2'
    )


@pytest.mark.parametrize(
    ("damaged", "kinds"),
    [
        pytest.param(
            "学徒把每天清早的湿度和光照记作 [Math] 抄进同一本册子,挂在门口给路过的人看。", ["math"], id="as-text"
        ),
        pytest.param(
            "门口的注意 [代码] 然后每天清早把湿度和光照抄进同一本册子,挂在门口给路过的人看。", ["code"], id="as-code"
        ),
    ],
)
def test_a_note_is_read_as_the_other_renderer_took_it(damaged: str, kinds: list[str]) -> None:
    inside = damaged.replace("[Math]", "$\\theta$")
    original = f"!!! note\n\n    {inside}\n"
    if "[代码]" in damaged:
        before, after = damaged.split(" [代码] ")
        original = f"!!! note\n{before}\n\n    学徒 = 1\n\n{after}\n"
    found = align_with(read(damaged), original, "a.md")
    assert found is not None
    assert [slot.kind for slot in found[1].slots] == kinds


def test_a_formula_of_several_rows_on_a_page_is_one() -> None:
    """The renderer keeps the line ends that its author put between rows."""
    page = read_sibling(
        "有\n\\[\\begin{aligned}\n    a&=b\\\\\n    c&=d\n\\end{aligned}\\]\n和 \\(x\n+y\\) 。\n```\n\\[p\nq\\]\n```\n"
        "尾 \\[甲\n乙",
        "a.html",
    )
    assert slots(page) == [
        ("code", "loose", "```\n\\[p\nq\\]\n```"),
        ("display", "", r"\[\begin{aligned} a&=b\\ c&=d \end{aligned}\]"),
        ("math", "", r"\(x +y\)"),
    ]
    assert page.symbols == "有和xy尾"  # a formula that nothing closes hides what follows it


def test_macros_of_the_document_are_expanded() -> None:
    text = read_sibling("$$\\newcommand{\\R}{\\mathbb{R}}$$\n\n在 $x\\in\\R^d$ 中")
    assert slots(text) == [("math", "", r"\(x\in\mathbb{R}^d\)")]


@pytest.mark.parametrize("source", ["a.md", "a.html"])
def test_an_original_that_was_read_is_read_anew_for_other_renderers(source: str) -> None:
    raw, before = "**损失**是 ⟪eq⟫ ,它越小越好。", active()
    try:
        for known in (before, combined({"mine": {"inline-math": "⟪eq⟫"}}), before):
            activate(known)
            kinds = [slot.kind for slot in read_sibling(raw, source).slots]
            assert ("hole" in kinds) == (known != before)
    finally:
        activate(before)
