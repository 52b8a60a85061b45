"""Would this formula render?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.errors import ConfigError
from feedtools.lint.checks import latex
from feedtools.lint.checks.base import Hit, View
from feedtools.lint.checks.latex.grammar import GRAMMAR
from feedtools.lint.checks.latex.messages import WORDS
from feedtools.lint.checks.latex.parser import find_fault
from feedtools.lint.checks.latex.plain import PLAIN_COMMANDS, PLAIN_FONTS, PLAIN_FORMULA, PLAIN_SCRIPTS
from feedtools.lint.checks.latex.state import Parser
from feedtools.lint.checks.latex.tables import Tables, load
from feedtools.lint.rules import builtin, configure
from tests.pace import grows_evenly

KATEX = load("katex")
MATHJAX = load("mathjax")
PIECES = [
    r"\(",
    r"\)",
    r"\[",
    r"\]",
    r"$",
    r"{",
    r"}",
    r"^",
    r"_",
    r"&",
    r"\\",
    r"[",
    r"]",
    r"\left(",
    r"\right)",
    r"\left\{",
    r"\right.",
    r"\middle|",
    r"\frac",
    r"\sqrt",
    r"\text{",
    r"\mathbf",
    r"\begin{cases}",
    r"\end{cases}",
    r"\begin{array}{cc}",
    r"\end{array}",
    r"\limits",
    r"\sum",
    r"\over",
    r"\color{red}",
    r"\hspace{1em}",
    "a",
    "x",
    "1",
    " ",
    "'",
    "中",
    "\\",
    "%",
    "#",
    "~",
    "\ud800",
    "\x00",
    "\x01",
    "\n",
    r"\foo",
    "²",
    "é",
    "\u0301",
    r"\tag{1}",
    r"\hline",
    r"\big",
    r"\kern",
    "1em",
    r"\\[2mm]",
    r"\newcommand",
    r"\def",
    r"\operatorname*",
    "*",
]
soup = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def code(body: str, display: bool = True) -> str:
    fault = find_fault(body, KATEX, display=display)
    return fault.code if fault else ""


@pytest.mark.parametrize(
    "body",
    [
        r"\frac12 + \frac{a}{b} + \sqrt[3]{x} + \sqrt2",
        r"x^\frac12_{i'} + f''^2 + x^2_1 + \hat x",
        r"\left( a \middle| b \right] \left. x \right\}",
        r"\begin{array}{c|c} \hline a & b \\[2mm] \hline c & d \end{array}",
        r"\begin{cases} 1 & \text{若 $x>0$ 且 \(y\)} \\ 0 \end{cases}",
        r"\mathop{\arg\max}\limits_{x} \operatorname*{arg\,min}\limits_y \sum\limits_{i=1}^n",
        r"a \over b",
        r"\newcommand{\RR}[1]{\mathbb{R}^{#1}} \RR{n}",
        r"\let\RR=\mathbb \RR{R} \let\to\rightarrow x \to y",
        r"100\% \text{50\%} \# \$",
        r"\big( \Big{[} \bigg\| x \hspace{-1em} \kern.5em \rule{1pt}{2pt} \textcolor{#ff0000}{x}",
        r"\substack{a \\ b} \underset{x}{\max} \xrightarrow[a]{b} \overbrace{x}^{n}",
        r"准确率 = \frac{命中}{总数}",
        "",
    ],
)
def test_formulas_that_render(body: str) -> None:
    assert code(body) == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\frac{a}{b", "unclosed"),
        (r"a}", "extra-close"),
        (r"\left( a", "unclosed"),
        (r"a \right)", "extra-close"),
        (r"{\left( a} \right)", "unclosed-before"),
        (r"\left( a}", "extra-close-inside"),
        (r"\left a", "delimiter"),
        (r"x^2^3", "double-script"),
        (r"x_a_b", "double-script"),
        (r"x'^2'", "double-script"),
        (r"x^2'", "double-script"),
        (r"\frac{a}", "missing-argument"),
        (r"x^", "missing-argument"),
        (r"x_\sum", "missing-argument"),
        (r"\frac\sqrt2 3", "missing-argument"),
        (r"\foo", "unknown"),
        (r"\let\half\frac \half{x}", "missing-argument"),
        (r"\DeclareMathOperator{\foo}{foo}", "unknown"),
        (r"x^\foo", "unknown"),
        (r"\text{a_b}", "math-in-text"),
        (r"\ae", "text-in-math"),
        ("a\x00", "odd-character"),
        ("a\ud800", "odd-character"),
        (r"x\limits_a", "limits"),
        ("a $ b", "stray-dollar"),
        (r"a \( b", "nested-delimiter"),
        (r"\middle| a", "middle"),
        (r"a \over b \over c", "second-infix"),
        (r"\begin{foo}\end{foo}", "unknown-environment"),
        (r"\begin{matrix}a\end{pmatrix}", "environment-mismatch"),
        (r"\begin{matrix}a", "unclosed"),
        ("a & b", "stray-ampersand"),
        (r"\begin{matrix}{a & b}\end{matrix}", "stray-ampersand"),
        (r"\begin{split}a & b & c\end{split}", "too-many-columns"),
        (r"a \hline", "hline"),
        (r"\frac{50%}{a}", "comment"),
        ("a#", "hash"),
        (r"\begin a", "environment-name"),
        (r"\hspace{x}", "length"),
        (r"\textcolor{##}{x}", "colour"),
        (r"a \\[b]", "row-gap"),
        (r"\begin{array}{q}a\end{array}", "columns"),
        (r"\begin{alignat}{x}a\end{alignat}", "number"),
        (r"a \tag{1} \tag{2}", "second-tag"),
        (r"\newcommand{\frac}{x}", "redefined"),
        (r"\renewcommand{\foo}{x}", "undefined"),
        (r"\def\foo{\frac{a}} \foo", "macro-body"),
        (r"\begin{alignedat}{1}a & b & c\end{alignedat}", "too-many-columns"),
        (r"a \over ^2", "no-base"),
        (r"\hspace{}", "length"),
    ],
)
def test_formulas_that_do_not(body: str, expected: str) -> None:
    assert code(body) == expected
    (hit,) = latex.broken(View(rf"甲 $${body} $$" if "\\(" in body else rf"甲 \[{body} \]"), {})
    assert hit.message.startswith("formula opened with")


def test_a_backslash_that_begins_nothing() -> None:
    assert code("x\\") == "lone-backslash"


def test_display_formulas_inline() -> None:
    assert code(r"\begin{align}a\end{align}", display=False) == "display-only"
    assert code(r"a \tag{1}", display=False) == "tag-inline"
    assert code(r"\begin{aligned}a\end{aligned}", display=False) == ""


def test_deep_nesting_is_bounded() -> None:
    assert code("{" * 100 + "}" * 100) == ""
    assert code("{" * 6000 + "}" * 6000) == "too-deep"
    (hit,) = latex.broken(View("\\(" + "{" * 6000 + "}" * 6000 + "\\)"), {"max_depth": 100})
    assert "100" in hit.message


@pytest.mark.parametrize("tables", [KATEX, MATHJAX], ids=["katex", "mathjax"])
def test_plain_commands_are_plain_in_every_renderer(tables: Tables) -> None:
    assert all(tables.math["\\" + name].args == "" for name in PLAIN_COMMANDS.split("|"))
    assert all(tables.math["\\" + name].args in {"m", "t", "*m"} for name in PLAIN_FONTS.split("|"))
    assert all(tables.math["\\" + name].script for name in PLAIN_SCRIPTS.split("|"))


plain_pieces = st.sampled_from(
    [
        *"ax1=( )|<.[]^^__{}中",
        r"\alpha",
        r"\theta ",
        r"\in",
        r"\,",
        r"\{",
        r"\mathbf{x}",
        r"\text{若 a}",
        r"\sum",
        "{i=1}",
        "_{t}",
    ]
)


@given(st.lists(plain_pieces, max_size=14).map("".join))
@settings(max_examples=500)
def test_the_short_cut_takes_only_what_renders(body: str) -> None:
    if PLAIN_FORMULA.fullmatch(body):
        Parser(body, KATEX, {}, GRAMMAR, display=False, max_depth=100).run()
        Parser(body, MATHJAX, {}, GRAMMAR, display=False, max_depth=100).run()


def test_macros_are_declared() -> None:
    view = View(r"\(\RR^n + \vect{x}\)")
    assert len(list(latex.broken(view, {}))) == 1
    assert list(latex.broken(view, {"macros": {"RR": 0, "\\vect": r"\mathbf{#1}"}})) == []


def test_a_macro_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected a number of arguments or a definition"):
        list(latex.broken(View(r"\(\RR\)"), {"macros": {"RR": 1.5}}))


def test_options_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(ConfigError, match="max_depth: expected a whole number, found a text"):
        configure(builtin(), {"FT203": {"max_depth": "x"}})


def test_the_renderer_is_chosen() -> None:
    view = View(r"\(x \tag{1}\) \(\argmax x\)")

    def judged(renderer: str) -> list[str]:
        return [hit.message.split(":")[0][-10:].split()[-1] for hit in latex.broken(view, {"renderer": renderer})]

    assert judged("katex") == ["KaTeX"]
    assert judged("mathjax") == ["MathJax"]
    assert judged("both") == ["KaTeX", "MathJax"]
    assert judged("either") == []
    assert len([*latex.broken(View(r"\(\thetta\) \(\argmax x\)"), {"renderer": "either"})]) == 1
    with pytest.raises(ConfigError, match="expected katex, mathjax, both"):
        judged("tex")


@pytest.mark.parametrize(
    ("formula", "faults"),
    [
        (r"\text{find_max} + 1", 0),
        (r"n \gg \textbf{# of rows}", 0),
        (r"\begin{aligned} a &= b & \text{p & q} \end{aligned}", 0),
        (r"\text{find_max", 1),
        (r"\text{find\max}", 1),
        (r"\text{find_max} \thetta", 1),
        (r"\operatorname{a}{# of}", 1),
        (r"\begin{eqnarray} \left|a\right| &=& 1 \end{eqnarray}", 0),
    ],
)
def test_signs_among_words_are_shown_by_a_site_with_mathjax(formula: str, faults: int) -> None:
    view = View(f"\\[{formula}\\]")
    assert len([*latex.broken(view, {"renderer": "either"})]) == faults
    assert len([*latex.broken(view, {"renderer": "katex"})]) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r"\left( \frac{a}{b}", ["‘\\left(’", "‘\\right’ is missing"]),
        (r"\begin{cases} 1 \\ 0", ["‘\\begin{cases}’", "‘\\end{cases}’ is missing"]),
        (r"\sqrt{x + 1", ["‘\\sqrt{’", "‘}’ is missing"]),
        (r"\begin{aligned} {a & b} \end{aligned}", ["close ‘{’ first"]),
        (r"a &lt; b", ["‘&lt;’", "HTML"]),
        (r"\alphax", ["‘\\alpha x’"]),
        (r"\thetta", ["‘\\theta’"]),
        (r"\begin{aligend}a\end{aligend}", ["‘aligned’"]),
    ],
)
def test_messages_name_opener_and_damage(body: str, words: list[str]) -> None:
    (hit,) = latex.broken(View(rf"\[{body}\]"), {})
    assert all(word in hit.message for word in words), hit.message


@pytest.mark.parametrize(("escape", "meant"), [("&lt;", "<"), ("&#39;", "'"), ("&#x27;", "'")])
def test_an_escape_is_undone_where_that_repairs(escape: str, meant: str) -> None:
    text = rf"当 \(a {escape} b\) 时"
    (hit,) = latex.broken(View(text), {})
    (edit,) = hit.edits
    assert text[: edit.start] + edit.text + text[edit.end :] == rf"当 \(a {meant} b\) 时"


def test_an_escape_is_undone_beside_a_macro_that_is_declared() -> None:
    (hit,) = latex.broken(View(r"\(\site &lt; b\)"), {"macros": {"site": 0}})
    assert [edit.text for edit in hit.edits] == ["<"]
    (hit,) = latex.broken(View(r"\(\site &lt; b\)"), {})
    assert hit.edits == ()


def test_a_repair_that_breaks_the_formula_is_not_offered() -> None:
    found = list(latex.poor(View(r"\(a<em>i</em>\)"), {}))
    assert found
    assert all(not hit.edits for hit in found)


def hits(text: str) -> list[Hit]:
    view = View(text)
    return [
        *latex.unclosed(view, {}),
        *latex.stray_close(view, {}),
        *latex.broken(view, {"renderer": "both"}),
        *latex.poor(view, {}),
    ]


@given(soup)
@settings(max_examples=300)
def test_any_article_is_checked_and_spans_are_valid(text: str) -> None:
    for hit in hits(text) + hits(f"甲 \\({text}\\) 乙"):
        assert 0 <= hit.start < hit.end
        assert hit.message


@given(soup)
@settings(max_examples=300)
def test_faults_lie_inside_the_formula(body: str) -> None:
    for tables in (KATEX, MATHJAX):
        fault = find_fault(body, tables, display=True)
        if fault is None:
            continue
        assert fault.code in WORDS
        assert 0 <= fault.start <= fault.end <= len(body)
        assert fault.opener <= fault.start
        if fault.opener >= 0 and fault.opened:
            assert body[fault.opener] == fault.opened[0] or fault.opened == "\x01"


@pytest.mark.parametrize(
    ("kind", "body", "shown"),
    [
        ("backslash", r"frac{a}{b} + sum_{i} x", ["frac", "sum"]),
        ("backslash", r"\operatorname{frac}(x) + \text{theta}", []),
        ("html", "a<em>i b</em>j", ["<em>", "</em>"]),
        ("newline", r"\begin{matrix} a \ b \end{matrix}", ["\\"]),
        ("newline", r"\begin{matrix} a \ b \\ c \end{matrix}", []),
        ("greek", "α + β", ["α", "β"]),
        ("subscript", "p_{data} + a_{ijk} + x_{\\text{max}}", ["data"]),
        ("operator", r"\mathop{arg max}\limits_x \, log(x) + \log y", [r"\mathop{arg max}\limits", "log"]),
        ("minus", r"x_t + x_{t1} + (1\gamma)", ["{t1}", r"(1\gamma)"]),
        ("minus", r"x_t + x_{t1} + x_{t2}", []),
    ],
)
def test_poor_formulas(kind: str, body: str, shown: list[str]) -> None:
    text = rf"甲 \({body}\)"
    found = sorted(latex.poor(View(text), {"kinds": [kind]}))
    assert [text[hit.start : hit.end] for hit in found] == shown
    fixed = text
    for edit in sorted((edit for hit in found for edit in hit.edits), reverse=True):
        fixed = fixed[: edit.start] + edit.text + fixed[edit.end :]
    assert list(latex.broken(View(fixed), {})) == []


UNITS = [
    "{",
    "}",
    "a^",
    "x_{",
    r"\frac",
    r"\sqrt[",
    r"\sqrt[{",
    r"\left(",
    r"\begin{matrix}",
    "$",
    "%",
    r"\text{",
    "'",
    r"\\[",
    r"\kern",
    "a b c ",
    r"\color{",
    r"\sqrt[x]{",
    "²",
    r"\newcommand{",
    r"\def\a{}",
    r"\def\a{x}\a",
    r"\foo",
    r"\hspace{1em}",
]


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_length_alone(unit: str) -> None:
    def work(count: int) -> object:
        return find_fault(unit * count, KATEX, display=True, max_depth=10**9)

    assert grows_evenly(work, 1000, 8000, 14)
