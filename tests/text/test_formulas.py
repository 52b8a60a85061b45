"""Where formulas begin and end in running text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.text import formulas
from feedtools.text.formulas import find_math
from tests.pace import grows_evenly

PIECES = [
    r"\(",
    r"\)",
    r"\[",
    r"\]",
    r"$",
    r"$$",
    r"\\",
    r"\$",
    r"{",
    r"}",
    r"\text{",
    r"\begin{align}",
    r"\end{align}",
    r"\begin{cases}",
    r"\end{cases}",
    "a",
    "x_1",
    r"\alpha",
    " ",
    "中文",
    "。",
    "5",
    "$HOME",
    "...",
    "\n",
    "\ud800",
    "\x00",
]
soup = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def parts(text: str) -> list[tuple[str, bool]]:
    return [(text[math.start : math.end], math.closed) for math in find_math(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"令 \(a+b\) 为 \[x\] 与 $k$ 。", [(r"\(a+b\)", True), (r"\[x\]", True), ("$k$", True)]),
        (r"$$x^2$$", [("$$x^2$$", True)]),
        ("甲：\n$$\n\\frac{1}{2}\n\n乙", [("$$\n\\frac{1}{2}", False)]),
        ("> $$\n> x_{1} + b\n>\n> \\alpha", [("$$\n> x_{1} + b", False)]),
        ("甲：\n$$\n\n\\frac{1}{2}", []),
        ("甲：\n$$\na = b\n\n\\frac{1}{2}", []),
        ("kill $$\n\\frac{1}{2}", []),
        (r"换行 \(a \\ (b) \\[2mm] c\) 后", [(r"\(a \\ (b) \\[2mm] c\)", True)]),
        (r"\begin{align}a\\[2mm]b\end{align}", [(r"\begin{align}a\\[2mm]b\end{align}", True)]),
        (r"\[\begin{aligned}a\end{aligned}\]", [(r"\[\begin{aligned}a\end{aligned}\]", True)]),
        (r"\(a \text{当 \(x\) 时} b\)", [(r"\(a \text{当 \(x\) 时} b\)", True)]),
        (r"\(x\\)", [(r"\(x\\)", False)]),
        (r"令 $ \frac{a}{2} $ 与 $k $、$ m$ 相加", [(r"$ \frac{a}{2} $", True), ("$k $", True), ("$ m$", True)]),
        (r"当 $ \text{若 } t > 0 $ 时", [(r"$ \text{若 } t > 0 $", True)]),
        ("因此 $ t = 1 $ 且 $ t_0 $", [("$ t = 1 $", True), ("$ t_0 $", True)]),
        (r"记 $latex s^2$ 与 $latex \frac{a}{2} $", [("$latex s^2$", True), (r"$latex \frac{a}{2} $", True)]),
        (r"选 A:\(k+1\) 或 B:\(f(k)\to m\)", [(r"\(k+1\)", True), (r"\(f(k)\to m\)", True)]),
        (r"在 C:\work 下,\(k\) 不变", [(r"\(k\)", True)]),
        (r"取 $5 \times 5$ 与 $0 \leq k_1 \leq m$ 为界", [(r"$5 \times 5$", True), (r"$0 \leq k_1 \leq m$", True)]),
        (r"当 $B_\text{max} \gets B$ 时", [(r"$B_\text{max} \gets B$", True)]),
        (r"故 $du dv = |\det(\frac{a}{b})| dp dq$ 成立", [(r"$du dv = |\det(\frac{a}{b})| dp dq$", True)]),
        (r"集 $\mathcal{A}_1$$\simeq B$ 同构", [(r"$\mathcal{A}_1$", True), (r"$\simeq B$", True)]),
        (r"$$a \tag{1}$$$$b \tag{2}$$", [(r"$$a \tag{1}$$", True), (r"$$b \tag{2}$$", True)]),
        ("值 $ K K'$ 与 $K M $ 同", [("$ K K'$", True), ("$K M $", True)]),
    ],
)
def test_formulas_are_found_whole(text: str, expected: list[tuple[str, bool]]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "会员价 $5,原价 $10",
        "US$ 10 到 $20, 另有 HK$300",
        r"共享 \\nas01\c$\data 与 \\nas01\d$",
        "$100/month to 200$",
        "export PATH=$HOME/bin:$PATH",
        "echo ${x} $my_var $",
        r"\$5 与 \$6",
        r"\\(x\\)",
        r"g W\(1 a ) = a 2",
        r"题目 P1001\[NOI2019]I 与 P1002\[WC2019]J",
        r'print("Saved \(item) in \(Store.self) now")',
        r'Text("Hi \(Image(name: x)) there")',
        "echo ${name:7:5} # 输出后 ${name}",
        "共 $x_1 个,单价 $y_1 元",
        "$ make test",
        "US$ k_1 与 $",
        "$a = $b; $c $d",
        "$ ls -l $ cd k_1",
        "$ 5 for the k_1 model $",
        "$latex report.tex",
        r"awk 中 $1 \n 与 $DATA_\n",
        r"$3 \$ 与 $4",
        "$ I am $",
        r"解压到 E:\(旧)\tmp 与 F:\[bak]\x,再看 (G:\x\) 和 ..\(old)\b",
        r"C:\Program Files\(x64)\bin 与 %TEMP%\[k]\m 与 \\srv\pub\(k)\m",
        "$",
        "$$",
        "",
    ],
)
def test_what_is_no_formula(text: str) -> None:
    assert list(find_math(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"先 \(a+b 其中 \(c\) 是", [(r"\(a+b", False), (r"\(c\)", True)]),
        (r"先 \(a+b 再 \(c", [(r"\(a+b 再", False), (r"\(c", False)]),
        (r"输出 \(x,我们让它和样本对应 \(y\)", [(r"\(x", False), (r"\(y\)", True)]),
        (r"\(a+b\] 然后 \(c\)", [(r"\(a+b\]", False), (r"\(c\)", True)]),
        (r"\[\frac{a}{b...", [(r"\[\frac{a}{b...", False)]),
        (r"\[\text{设 } \(x...", [(r"\[\text{设 }", False), (r"\(x...", False)]),
        (r"设 $\alpha_{t} = \prod_{s=1", [(r"$\alpha_{t} = \prod_{s=1", False)]),
        (r"答案 A:\(k+1 在此", [(r"\(k+1", False)]),
        (r"在 C:\work 下 \(k+1", [(r"\(k+1", False)]),
        (r"记 $latex \frac{a}{2} 断", [(r"$latex \frac{a}{2} 断", False)]),
        (r"\begin{equation} x = \sum...", [(r"\begin{equation} x = \sum...", False)]),
    ],
)
def test_an_opener_without_end_is_one_formula(text: str, expected: list[tuple[str, bool]]) -> None:
    assert parts(text) == expected


@given(soup)
def test_formulas_are_in_order_and_inside_the_text(text: str) -> None:
    at = 0
    for math in find_math(text):
        assert at <= math.start < math.end <= len(text)
        assert text.startswith(math.opener, math.start)
        at = math.end


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert all(math.end <= len(text) for math in find_math(text))


@pytest.mark.parametrize(
    "unit",
    [
        "\\(",
        "\\[",
        "$",
        "$$",
        "$a ",
        "$x_1 ",
        r"\(\text{",
        r"\(\\",
        r"$\$",
        r"$\alpha ",
        r"$ \alpha $ 与 ",
        "$latex ",
        r"C:\(a)",
        r"C:\a a\(",
        "..\\a",
        r"\begin{align}",
        r"\(\alpha{",
        r"\(x 中文\[",
        r"\begin{align}\end{gather}",
        r"\\",
    ],
)
def test_time_grows_with_length_alone(unit: str) -> None:
    assert grows_evenly(lambda count: find_math(unit * count), 2000, 16000, 12)


def test_very_many_formulas_are_held_in_few_bytes_and_read_as_the_same() -> None:
    text = r"设 \(a\) 与 $b$ 而 \[c\] 又 " * formulas.MANY + r"末 \(x_{"
    found = find_math(text)
    assert not isinstance(found, tuple)
    assert list(found) == list(formulas._each(text))
    assert found[-1] == (len(text) - 5, len(text), r"\(", False)
