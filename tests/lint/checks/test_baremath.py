"""FT210 and FT211: formulas without delimiters, letters of the mathematical alphabets."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import baremath
from feedtools.lint.checks.base import View
from tests.pace import within


def bare(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in baremath.bare(View(text), {})]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("记作 x_1 。", ["x_1"]),
        ("记作x_1,其余不变", ["x_1"]),
        ("子集 T_{sub} 与 w_ij 和 θ_k", ["T_{sub}", "w_ij", "θ_k"]),
        (r"集合 \{x_i\}_{i=1}^n 有界", [r"\{x_i\}_{i=1}^n"]),
        ("概率 p(X)=p(x_1,...,x_n) 可分解", ["p(X)=p(x_1,...,x_n)"]),
        ("推荐值为 k=log_2d 。", ["k=log_2d"]),
        ("轨迹 (s_0, r_1, ..., s_t) 结束", ["(s_0, r_1, ..., s_t)"]),
        ("超平面 w^T x + b = 0 上", ["w^T x + b = 0"]),
        ("两项 x_1 , x_2 的和", ["x_1", "x_2"]),
        ("样本(x_i)来自", ["x_i"]),
        ("样本 (x_i, y_i) 成对", ["(x_i, y_i)"]),
        (r"取 \alpha = 0.1 时", [r"\alpha = 0.1"]),
        ("最优值 V^ , p^ 与", ["V^", "p^"]),
        ("是 10^{-6} 量级", ["10^{-6}"]),
        ("上标 ^{(i)} 表示样本", ["^{(i)}"]),
        ("最差: O(n^2) ,平均更好", ["O(n^2)"]),
        ("we start from u_0, and u_{k+1} = Au_k.", ["u_0", "u_{k+1} = Au_k"]),
        ("截断处 M_{...", ["M_{"]),
        ("截断处 w_...", ["w_"]),
        ("正例 o^+ 与 P(I^|O) 最大", ["o^+", "P(I^|O)"]),
        (r"max (w)\;\;L(P, w) 成立", [r"max (w)\;\;L(P, w)"]),
    ],
)
def test_finds_whole_formulas(text: str, formulas: list[str]) -> None:
    assert bare(text) == formulas


@pytest.mark.parametrize(
    "text",
    [
        "变量 learning_rate 与 x_train, y_pred",
        "文件 a_1.py 与 data/b_2/c.txt",
        "https://example.org/x_1/y_2 和 me_1@example.org",
        "期望 E[X],函数 f(x)",
        "复杂度是 O(n^2)。",
        "The sort is O(n^2) in time.",
        "取值在 10^4 到 2^31 之间,面积 3 m^2,指标 R^2",
        "见文献 AlexNet^[1] 与注[^1]",
        r"路径 C:\temp\new_1,换行 \n,正则 \d+\w*",
        "属性 coef_ 与 __init__ 和 _cmd",
        "表情 ^_^ 与 _ 唐",
        r"公式 \(x_1\) 与 $y^2$ 已有定界符",
        "模型 Mask_RCNN 与 ResNet50_vd",
        'key "a_1" 是字符串',
        "self.x_1 与 model.h_t(x)",
        "max_x 和 min_y",
        "页大小 4 KB(2^12),即 3^2=9",
        "返回值之前)^3。",
        "np.arange(r_min, r_max) 和 range(n_in, 0, -1)",
        "头数 n_kv_heads 不变",
        's_m = plt.cm.ScalarMappable(cmap="x")',
        "ckpt/model_{epoch}.pt 的名字是 model_{epoch}",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert bare(text) == []


def test_fix_delimits_what_could_render() -> None:
    (hit,) = baremath.bare(View("记作 x_{1} 。"), {})
    assert [edit.text for edit in hit.edits] == [r"\(", r"\)"]
    (cut,) = baremath.bare(View("记作 x_{1"), {})
    assert cut.edits == ()


MATH_CHARS = st.text(alphabet="xyzT_^{}()[],.;= +-\\|0129alphfrac\u03b8→汉，。$\"'")


@given(MATH_CHARS)
def test_formulas_are_apart_and_outside_math(text: str) -> None:
    view = View(text)
    last = 0
    for hit in baremath.bare(view, {}):
        assert last <= hit.start < hit.end <= len(text)
        assert not any(math.start < hit.end and hit.start < math.end for math in view.math)
        last = hit.end


@given(st.text())
def test_never_raises(text: str) -> None:
    list(baremath.bare(View(text), {}))
    list(baremath.alphanumeric(View(text), {}))


@given(st.text(st.characters(categories=["Cs", "Cc", "Lo", "Sm"])))
def test_never_raises_on_surrogates(text: str) -> None:
    list(baremath.bare(View(text), {}))
    list(baremath.alphanumeric(View(text), {}))


@pytest.mark.parametrize(
    "unit", ["x_1 ", "(", "((x_1 ", "x_1,", "^", "_{", "\\{", "a=", "x_1 + ", "[x_1](", ") x_1", "𝑥_("]
)
def test_grows_linearly(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert within(1, lambda: [list(check(View(text), {})) for check in (baremath.bare, baremath.alphanumeric)])


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("误差 𝑒_𝑘 与 𝑥", [("𝑒_𝑘", r"\(e_k\)", "confident"), ("𝑥", "x", "safe")]),
        ("状态ℎ更新", [("ℎ", "h", "safe")]),
        ("向量 𝐰 和 𝒙", [("𝐰", "w", "confident"), ("𝒙", "x", "confident")]),
        ("损失 𝐿(𝜃) 下降", [("𝐿(𝜃)", "L(θ)", "confident")]),
        ("智能体(𝒜_V)", [("𝒜_V", r"\(A_V\)", "confident")]),
        ("第 𝑛1 层", [("𝑛", "n", "confident")]),
        ("实数 ℝ 与 ℕ", []),
        (r"公式 \(𝑥\) 内", []),
    ],
)
def test_alphanumeric(text: str, runs: list[tuple[str, str, str]]) -> None:
    hits = baremath.alphanumeric(View(text), {})
    assert [(text[hit.start : hit.end], hit.edits[0].text, hit.safety) for hit in hits] == runs


@given(st.text(st.characters(min_codepoint=0x1D400, max_codepoint=0x1D7FF), min_size=1))
def test_alphanumeric_fix_leaves_nothing_to_find(text: str) -> None:
    (hit,) = baremath.alphanumeric(View(text), {})
    for edit in hit.edits:
        assert edit.text == unicodedata.normalize("NFKC", text)
        assert not list(baremath.alphanumeric(View(edit.text), {}))
    assert hit.edits or any(unicodedata.category(char) == "Cn" for char in text)
