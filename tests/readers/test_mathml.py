"""MathML without TeX becomes TeX that shows the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert

from feedtools.lint.engine import lint
from feedtools.lint.rules import builtin
from feedtools.model import Article
from feedtools.readers.mathml import tex_of
from feedtools.readers.mathml_tree import MAX_DEPTH, parse

FORMULAS = (
    r"\frac{a+b}{2}", r"\sqrt{x^2+y^2}", r"\sqrt[3]{x}", r"\sum_{i=1}^n x_i^2", r"\int_0^1 f(t)dt", r"\hat{y}=\bar{x}",
    r"\overline{AB}", r"\vec{v}", r"\alpha\le\beta\ne\gamma", r"\mathbf{W}\mathbf{x}+b", r"\mathbb{R}^n", r"\mathcal{L}",  # noqa: E501
    r"\left(\frac{1}{2}\right)^n", r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", r"\begin{cases}1&x>0\\0&x<0\end{cases}",
    r"\max_{x\in X}f(x)", r"\lim_{n\to\infty}a_n", r"\underbrace{a+b}_{n}", r"f'(x)", r"x_{i,j}^{(k)}", r"\{a,b\}",
    r"\sin x+\log y", r"\text{if }x", r"A\cup B\subseteq C", r"\|w\|_2", r"a\cdot b\times c", r"\partial_t u",
    r"\binom{n}{k}", r"\dot{x}+\ddot{y}", r"\operatorname{softmax}(z)", r"\boldsymbol{x}",
)  # fmt: skip
OPENED, CLOSED = "<mo data-mjx-texclass='OPEN'>", "<mo data-mjx-texclass='CLOSE'>"


def shape(mathml: str) -> str:
    """MathML without what changes no look: rows, spaces and what an attribute says by default."""
    return re.sub(r"</?mrow>|\s[a-z]+=\"[^\"]*\"|<mspace[^>]*>|\s+", "", mathml)


@pytest.mark.parametrize("tex", FORMULAS)
def test_there_and_back_shows_the_same(tex: str) -> None:
    mathml = convert(tex)
    assert shape(convert(tex_of(mathml))) == shape(mathml)


@pytest.mark.parametrize("tex", FORMULAS)
def test_what_comes_back_renders(tex: str) -> None:
    rule = [one for one in builtin(examples=False) if one.id in {"FT201", "FT203"}]
    assert lint([Article("a", 1, rf"\({tex_of(convert(tex))}\)")], rule).findings == []


@pytest.mark.parametrize(
    ("markup", "tex"),
    [
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", r"\frac{1}{2}"),
        ("<msub><mi>α</mi><mn>10</mn></msub><mi>x</mi>", r"\alpha_{10}x"),
        ("<mi>α</mi><mi>x</mi>", r"\alpha x"),
        ("<mi>𝐱</mi><mi>ℝ</mi>", r"\mathbf{x}\mathbb{R}"),
        ("<msup><mrow><mi>a</mi><mi>b</mi></mrow><mn>2</mn></msup>", "{ab}^2"),
        ("<mi>x</mi><mo>&#x2061;</mo><mo>&InvisibleTimes;</mo><mi>y</mi>", "xy"),
        ("<mfenced open='[' close=')'><mn>0</mn><mn>1</mn></mfenced>", r"\left[0,1\right)"),
        ("<mmultiscripts><mi>C</mi><mn>6</mn><none/><mprescripts/><none/><mn>14</mn></mmultiscripts>", "{}^{14}C_{6}"),
        ("<m:msup><m:mi>x</m:mi><m:mn>2</m:mn></m:msup>", "x^2"),
        ("<mtext>50%</mtext>", r"\text{50\%}"),
        ("<mtext mathcolor='red'>\\bat</mtext><mi>x</mi>", r"\bat x"),
        ("<mtext mathcolor='red'>bat</mtext><mi>x</mi>", r"\text{bat}x"),
        ("<mtext>\\bat</mtext>", r"\text{bat}"),
        ("<merror data-mjx-error='Extra close brace'><mtext>a}</mtext></merror>", "a}"),
        ("<merror><mtext>Extra close brace</mtext></merror>", r"\merror{\text{Extra close brace}}"),
        (f"{OPENED}{{</mo><mi>x</mi>{CLOSED}}}</mo>", r"\left\{x\right\}"),
        (f"{OPENED}</mo><mi>x</mi>{CLOSED}|</mo>", r"\left.x\right|"),
        (f"{OPENED}(</mo><mi>x</mi>", "(x"),
        (f"{OPENED}(</mo>", "("),
        ("<mo data-mjx-texclass='OPEN' stretchy='false'>|</mo><mi>x</mi>" + CLOSED + "|</mo>", "|x|"),
        (
            "<mi>a</mi><mspace width='1em'/><mo>(</mo><mi>mod</mi><mspace width='.333em'/><mn>7</mn><mo>)</mo>",
            r"a\pmod{7}",
        ),
        ("<mi>a</mi><mspace width='1em'/><mo>(</mo><mi>mod</mi><mn>7</mn><mo>)</mo>", r"a\quad(\mathrm{mod}7)"),
        ("<mi>a</mi><mspace width='.278em'/><mo>⟹</mo><mspace width='.278em'/><mi>b</mi>", r"a\implies b"),
        ("<mi>a</mi><mo>⟹</mo><mspace width='.278em'/><mi>b</mi>", r"a\Longrightarrow\;b"),
        ("<msup><mi>x</mi><mo>′</mo></msup>", "x'"),
        ("<msup><mi>x</mi><mo>⊤</mo></msup>", r"x^\top"),
        ("<msup><mi>x</mi><mrow><mo>⊤</mo></mrow></msup>", r"x^{\top}"),
        ("<msub><mi>h</mi><mrow><mi>t</mi></mrow></msub>", "h_{t}"),
        ("<msub><mi>h</mi><mfrac><mn>1</mn><mn>2</mn></mfrac></msub>", r"h_{\frac{1}{2}}"),
        ("<msub><mi>h</mi><mi mathvariant='bold'>x</mi></msub>", r"h_\mathbf{x}"),
        ("<mo>∂</mo><mrow><mi>f</mi></mrow>", r"\partial{f}"),
        ("<mo>∂</mo><mrow><mi mathvariant='bold'>f</mi></mrow>", r"\partial\mathbf{f}"),
        ("<mrow><mi>f</mi></mrow>", "f"),
        ("<msup><mi>t</mi><mrow><mi>′</mi></mrow></msup>", r"t^{\prime}"),
        ("<msubsup><mi>q</mi><mi>i</mi><mo>′</mo></msubsup>", "q'_i"),
        ("<msubsup><mi>q</mi><mi>i</mi><mn>2</mn></msubsup>", "q_i^2"),
        ("<msup><mi/><mi>′</mi></msup>", "'"),
        ("<munder><mrow><mo>argmax</mo></mrow><mi>y</mi></munder>", r"\underset{y}{\operatorname{argmax}}"),
        ("<munder><mo>argmax</mo><mi>y</mi></munder>", r"\operatorname*{argmax}_y"),
        ("<msub><mover><mi>H</mi><mo>→</mo></mover><mi>t</mi></msub>", r"\overrightarrow{H}_t"),
        ("<mover><mi>H</mi><mo stretchy='false'>→</mo></mover>", r"\vec{H}"),
        ("<mover accent='true'><mi>x</mi><mo>^</mo></mover>", r"\hat{x}"),
        ("<mover><mi>x</mi><mo>^</mo></mover>", r"\widehat{x}"),
        ("<mover><mi>x</mi><mo>―</mo></mover>", r"\overline{x}"),
        ("<mstyle displaystyle='true'><mfrac><mi>a</mi><mi>b</mi></mfrac></mstyle>", r"\dfrac{a}{b}"),
        ("<mstyle displaystyle='true'><mi>a</mi></mstyle>", "a"),
        ("<mo minsize='1.2em' maxsize='1.2em'>(</mo><mi>a</mi>", r"\big(a"),
        ("<mrow><mi mathvariant='bold'>A</mi><mi mathvariant='bold'>B</mi></mrow>", r"\mathbf{AB}"),
        ("<mrow><mi mathvariant='bold'>A</mi><mi mathvariant='italic'>B</mi></mrow>", r"\mathbf{A}B"),
        ("<mtable><mtr><mtd><mi>a</mi></mtd><mtd><mtext>(1)</mtext></mtd></mtr></mtable>", "a"),
        ("<mi>x</mi><mo>≤</mo><mi>y</mi>", r"x\leq y"),
        ("<mi>x</mi></mrow><mo>+</mo>", "x+"),
        ("<msub><mi>x</mi>", "x"),
        ("<mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>^</mo></mover>", r"\widehat{AB}"),
        ("a < b", r"\text{a }\text{<}\text{ b}"),
        ("", ""),
    ],
)
def test_mathml_as_pages_write_it(markup: str, tex: str) -> None:
    assert tex_of(markup) == tex


def test_depth_beyond_measure_is_given_up() -> None:
    inside = "<mrow>" * (MAX_DEPTH - 2) + "<mi>x</mi>" + "</mrow>" * (MAX_DEPTH - 2)
    assert tex_of(inside) == "x"
    assert parse("<mrow>" * (MAX_DEPTH + 1)) is None
    assert tex_of("<mrow>" * 10_000 + "<mi>x</mi>") == ""


@given(st.text(alphabet="<>/mirownfacsubp &;x2\"=' "))
def test_any_markup_ends(markup: str) -> None:
    assert isinstance(tex_of(markup), str)
