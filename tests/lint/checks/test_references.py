"""FT402 and FT403: sentences that point at what is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import references
from feedtools.lint.checks.base import View
from tests.pace import within


def dangling(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in references.dangling(View(text), {})]


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ("结构如下图所示,分两层", ["如下图所示"]),
        ("如图3所示,见图 3.1(a)", ["如图3所示", "见图 3.1(a)"]),
        ("上图展示了结果,左图更好", ["上图", "左图"]),
        ("如下表格列出参数", ["如下表格"]),
        ("从图 2 中可以看出", ["从图 2 中"]),
        ("表 4 给出了对比", ["表 4"]),
        ("函数图像如下: 当 x 增大", ["图像如下"]),
        ("得到了如下的网络结构图: 左边", ["如下的网络结构图"]),
        ("as shown in Fig. 2, the loss", ["as shown in Fig. 2"]),
        ("The figure below and see Table 3.", ["figure below", "see Table 3"]),
    ],
)
def test_finds(text: str, pointers: list[str]) -> None:
    assert dangling(text) == pointers


@pytest.mark.parametrize(
    "text",
    [
        "以上图像与以下表达式",
        "在图论中,如果图连通",
        "如表达式所写,参考图书",
        "条件下图像变暗",
        "看一下图表",
        "如下图 [图片] 所示",
        "该结论如下: 先设",
        "figure out the table of contents",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert dangling(text) == []


def lead_ins(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in references.empty_lead_in(View(text), {})]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("过程如下:", ["如下:"]),
        ("数据集包括: 第三章 评估", ["包括:"]),
        ("熵的定义为： 其中 p 是概率", ["熵的定义为："]),
        ("它由 as follows: ", ["as follows:"]),
        ("过程如下: 先读取", []),
        (r"定义为: \[a\] 其中", []),
        ("时间为 12:30", []),
    ],
)
def test_lead_ins(text: str, found: list[str]) -> None:
    assert lead_ins(text) == found


@given(st.text(alphabet="如上下左见图表 12.:其中包括公式为。,[]fFigure tableblow\n"))
def test_spans_hold_text(text: str) -> None:
    last = 0
    for hit in references.dangling(View(text), {}):
        assert hit.start < hit.end
        assert text[hit.start : hit.end].strip() == text[hit.start : hit.end]
    for hit in references.empty_lead_in(View(text), {}):
        assert last <= hit.start < hit.end <= len(text)
        last = hit.end


@given(st.text())
def test_never_raises(text: str) -> None:
    list(references.dangling(View(text), {}))
    list(references.empty_lead_in(View(text), {}))


@pytest.mark.parametrize(
    "unit", ["如下", "图", "如下图", "上图 ", "公式: ", "包括:", "图 1", "as shown in ", "figure ", "表"]
)
def test_grows_linearly(unit: str) -> None:
    text = unit * (100_000 // len(unit)) + " below"
    checks = (references.dangling, references.empty_lead_in)
    assert within(2, lambda: [list(check(View(text), {})) for check in checks])


POINTERS = """
上图 如上图 见上图 由上图 从上图 在上图 看上图 比上图 据上图 参见上图 参考上图 对于上图 根据上图
按照上图 下图 左图 右图 上面的图 右侧的表 参照图 据图1所示 图2中 表3显示 一张图:_x 如下的实验结果表:
示意图:_x 流程图:_x 结构图:_x 架构图:_x 框架图:_x 效果图:_x 截图:_x 框图:_x 曲线图:_x 折线图:_x 柱状图:_x
散点图:_x 热力图:_x 图像:_x 照片:_x
as_shown_in_Figure_1 See_Table_2 illustrated_in_Fig._3 the_figure_above Diagram_below picture_above graph_below
chart_above image_below the_following_figure the_above_chart in_the_below_image
"""


@pytest.mark.parametrize("pointer", POINTERS.split())
def test_a_pointer_is_found_whatever_it_begins_with(pointer: str) -> None:
    assert len(dangling(f"文字,{pointer.replace('_', ' ')}")) == 1
