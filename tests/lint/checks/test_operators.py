"""FT302: operators that the renderer deleted from running text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import operators
from feedtools.lint.checks.base import View
from tests.pace import within


def repaired(text: str) -> list[tuple[str, str]]:
    return [(text[hit.start : hit.end], hit.edits[0].text) for hit in operators.lost(View(text), {})]


@pytest.mark.parametrize(
    ("text", "lost", "restored"),
    [
        ("第 n 层由 n1层 决定", "n1", "n-1"),
        ("返回 1 或1。", "1 或1", "1 或-1"),
        ("降低 25%40% 的成本", "25%40%", "25%-40%"),
        ("减少 5.4%56.3% 的步数", "5.4%56.3%", "5.4%-56.3%"),
        ("实现 1.31.7× 加速", "1.31.7", "1.3-1.7"),
        ("像素值归一化到 [1,1] 之间", "1,1", "-1,1"),
        ("前 i1 个物品,共 i 个", "i1", "i-1"),
        ("{a}^{[l1]} 是上一层", "l1", "l-1"),
        ("缩放到 1 和 1 之间", "1 和 1", "-1 和 1"),
        ("取 5 到 5 之间的数", "5 到 5", "-5 到 5"),
        ("前一时刻的 h_{t1} 状态", "t1", "t-1"),
        ("a^{l1} 是上一层", "l1", "l-1"),
        ("used[i 1] == false", "i 1", "i - 1"),
        ("输入为 224224 的图", "224224", "224×224"),
        ("从 20182021 年", "20182021", "2018-2021"),
        ("学习率为 3e4 时", "3e4", "3e-4"),
        ("误差收敛到 1e01 以下", "1e01", "1e-01"),
        ("误差收敛到 2.5e09 以下", "2.5e09", "2.5e-09"),
        ("下降 2030% 左右", "2030", "20-30"),
        ("系数通常为 0.10.5 之间", "0.10.5", "0.1-0.5"),
        ("时间 x_t = (1t)x_0 + t x_1", "1t", "1-t"),
        ("数值不超过 2^31 1", "31 1", "31 - 1"),
        ("第 2.3 节 2 3 Convex Sets (凸集)", "2 3", "2 - 3"),
        ("到达第 n 1 级,再走一步到 n", "n 1", "n - 1"),
        ("cost[idx 1] 已经算好", "x 1", "x - 1"),
        ("答案在 [left, mid 1] 之间找", "d 1", "d - 1"),
        ("答案是 fib(n 1) 加上前一项", "n 1", "n - 1"),
        ("返回 climb(n 2, k) 的值", "n 2", "n - 2"),
        ("条件 n & (n 1) 成立", "n 1", "n - 1"),
        ("下标从 0 到 n 1 为止", "n 1", "n - 1"),
        ("r 取 0, 1, 2, ..., n 1 这些值", "n 1", "n - 1"),
        ("编号 0 到 n1,共 n 人", "n1", "n-1"),
        ("入度为 n 1 ,而 n 是人数", "n 1", "n - 1"),
        ("令 d[i] = a[i] a[k] 再求和", "] a", "] - a"),
        ("差距 |f(x)f(y)| 有界", ")f", ")-f"),
        ("奖励之差 r(x,y_w) r(x,y_l) 为正", ") r", ") - r"),
        ("范数 \\|u v\\|_2 很小", "u v", "u - v"),
        ("窗口长度 r l + 1 不变", "r l", "r - l"),
    ],
)
def test_says_what_was_there(text: str, lost: str, restored: str) -> None:
    assert repaired(text) == [(lost, restored)]


def test_a_difference_and_the_index_in_it_are_two_losses() -> None:
    assert repaired("增量 f(i,j)f(i1,j) 单调") == [("i1", "i-1"), (")f", ")-f")]


@pytest.mark.parametrize(
    "text",
    [
        "一类有 n1 个样本,另一类有 n2 个",
        "x_{i1} 与 x_{i2} 两列",
        "T2 的论文, B1 层楼",
        "价格从 3000 元涨到 5000 元",
        "2020 年 1 月",
        "订单号 20210131 已发货",
        "误差收敛到 1e00 以下",
        "误差收敛到 1e010 以下",
        "比分是 1 和 1.5",
        "版本 0.10.5 发布",
        "111111 是弱口令",
        "n-1 与 n1 层",
        "参数量 1e9",
        "输出: [1,1] 思路是双指针",
        "安装 0.26.0 之前的版本",
        "准确率 82%,召回率 90%",
        "取 5 到 6 之间的数",
        "1 <= x <= 10^9 1 <= n <= 10",
        "链接 /wiki/%E6%97%A5%E8%AE%B0 已失效",
        "x_{i1} 与 x_{ik} 是矩阵的元素",
        "从下标 l1 开始,加上 s[l1]",
        "取了 k2 个,其中 k1 + k2 = k",
        "见[fig 1]与表 a 1",
        "买 a 1 个",
        "第 N 1.5 级",
        "联合概率 p(x,y_w) p(x,y_l) 可以相乘",
        "密度 f(x)f(y) 是乘积",
        "字符串 s[a]s[b]...s[k] 是回文",
        "访问 a[i] b[i] 两个数组",
        "范数 |v v| 与 r l + 10",
        "调用 [Math] dp[i]",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert repaired(text) == []


ANY_TEXT = st.text(st.characters(), max_size=300)  # lone surrogates, NULs and astral characters included
DAMAGED = st.text("nti12 05.e%[]{}_^()层个年或和为学习率A: ", max_size=120)
UNITS = [
    "1",
    "10",
    "n1 ",
    "n1层",
    "1 ",
    "[i",
    "224224 ",
    "0.1",
    "a^",
    "1e5 ",
    "1 或",
    "9.1 9 1 Ab ",
    "x_{i1}",
    "a[i]",
    "f(x,y)",
    "|a b",
    "n 1 级",
    "r l + 1 ",
    "(n 1)",
    "0, 1, 2, ..., ",
]


@given(st.one_of(ANY_TEXT, DAMAGED))
def test_never_raises_and_edits_add_only_operators(text: str) -> None:
    for hit in operators.lost(View(text), {}):
        assert 0 <= hit.start < hit.end <= len(text)
        (edit,) = hit.edits
        bare = edit.text.translate(str.maketrans("", "", "-× "))
        assert bare == text[hit.start : hit.end].replace(" ", "")


@pytest.mark.parametrize("unit", UNITS)
def test_linear_on_long_input(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert within(2, lambda: list(operators.lost(View(text), {"cut": 200_000})))
