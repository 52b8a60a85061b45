"""Pictures and tables of the original: their names and rows are offered, and never put in."""

from __future__ import annotations

import pytest

from feedtools.model import Place
from feedtools.restore import Restoration, Sibling, apply, restore
from feedtools.restore.figures import REACH, name_of

BEFORE = "编码器由六层组成,每一层都有注意力和前馈两个部分,"
AFTER = "解码器与它相似,多出一个交叉注意力,训练时两者一起更新。"
TABLE = "| 层 | 参数 |\n|---|---|\n| 注意力 | 4096 |\n| 前馈 | 8192 |"
HTML = "<table>\n<tr><th>层</th><th>参数</th></tr>\n<tr><td>注意力</td><td>4096</td></tr>\n</table>"


def offers(damaged: str, original: str) -> list[Restoration]:
    found = restore(damaged, [Sibling(original, Place("a.md", 1))])
    assert apply(damaged, found) == damaged
    return [one for one in found if one.kind in {"figure", "table"}]


def made(damaged: str, original: str) -> list[str]:
    return [
        damaged[: one.edit.start] + one.edit.text + damaged[one.edit.end :]
        for one in offers(damaged, original)
        if one.safety == "display"
    ]


@pytest.mark.parametrize(
    ("pointer", "named", "picture"),
    [
        ("结构如下图所示。", "结构如图“编码器的结构”所示。", "![编码器的结构](enc.png)"),
        ("结构如图 3 所示。", "结构如图“编码器的结构”所示。", '![](enc.png "编码器的结构")'),
        ("结构如下图所示。", "结构如图“编码器的结构”所示。", '<img src="enc.png" alt="编码器的结构">'),
        ("结构如下图所示。", "结构如图“编码器的结构”所示。", "<p align=\"center\"><img alt='编码器的结构'></p>"),
        ("结构如下图所示。", "", "![](enc.png)"),
        ("结构如下图所示。", "", "![enc.png](enc.png)"),
        ("结构如上图所示。", "", "![编码器的结构](enc.png)"),
        ("结构见下表。", "", "![编码器的结构](enc.png)"),
    ],
)
def test_a_pointer_that_points_nowhere_is_offered_the_name_of_the_picture(
    pointer: str, named: str, picture: str
) -> None:
    found = made(f"{BEFORE}{pointer} {AFTER}", f"{BEFORE}{pointer}\n\n{picture}\n\n{AFTER}")
    assert found == ([f"{BEFORE}{named} {AFTER}"] if named else [])


def test_the_picture_above_and_the_one_of_the_number_are_told_apart() -> None:
    original = f"{BEFORE}\n\n![图 1 损失](a.png)\n\n上图展示了损失,如图 2 所示的是步长。{AFTER}\n\n![图 2 步长](b.png)"
    damaged = f"{BEFORE} 上图展示了损失,如图 2 所示的是步长。{AFTER}"
    assert [one.edit.text for one in offers(damaged, original)] == ["图“图 1 损失”", "图“图 2 步长”"]


@pytest.mark.parametrize(("far", "count"), [(REACH - 20, 1), (REACH + 20, 0)])
def test_a_picture_far_from_the_pointer_is_another_one(far: int, count: int) -> None:
    filler = "".join(chr(0x4E00 + 7 * number) for number in range(far))
    damaged = f"{BEFORE}结构如下图所示。{filler}{AFTER}"
    assert len(offers(damaged, f"{BEFORE}结构如下图所示。{filler}\n\n![结构](a.png)\n\n{AFTER}")) == count


@pytest.mark.parametrize(("table", "rows"), [(TABLE, "层 参数 注意力 4096 前馈 8192"), (HTML, "层 参数 注意力 4096")])
@pytest.mark.parametrize("hole", ["", "[表格] "])
def test_rows_that_the_renderer_left_out_are_offered(table: str, rows: str, hole: str) -> None:
    original = f"{BEFORE}参数如下:\n\n{table}\n\n{AFTER}"
    (found,) = made(f"{BEFORE}参数如下: {hole}{AFTER}", original)
    assert " ".join(found.split()) == f"{BEFORE}参数如下: {rows} {AFTER}"
    assert made(f"{BEFORE}参数如下: {rows} {AFTER}", original) == []


@pytest.mark.parametrize("name", ["", "图", "image-3", "img_01.png", "在这里插入图片描述", "Screenshot 2", "x" * 81])
def test_what_names_nothing_is_no_name(name: str) -> None:
    assert name_of(name) == ""


@pytest.mark.parametrize("name", ["损失曲线", "Loss curve", "图 3 损失曲线", "x" * 80])
def test_names(name: str) -> None:
    assert name_of(f" {name} ") == name
