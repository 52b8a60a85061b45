"""FT401 and FT404: cut ends, restarted lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import structure
from feedtools.lint.checks.base import View
from tests.pace import within


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (r"梯度等于 \(\frac{a}{b...", "inside a formula opened with \\("),
        ("损失函数随训练逐步...", "in the middle of a sentence"),
        ("训练到此结束。...", "after a sentence"),
        ("Training ends here....", "after a sentence"),
        ("有三种做法(批归一化、层归...", "inside a bracket opened with ("),
        ("我们使用 Transfor...", "the word “Transfor”"),
        ("...", "nothing but the dots"),
        ("损失函数随训练逐步…\n", "in the middle of a sentence"),
    ],
)
def test_says_where_it_was_cut(text: str, where: str) -> None:
    (hit,) = structure.truncated(View(text), {})
    assert text[hit.start : hit.end] in {"...", "…"}
    assert where in hit.message


@pytest.mark.parametrize("text", ["", "结束。", "他沉默了……", "a, b, ... 都行", "..", "。。。", "... 开头"])
def test_whole_articles(text: str) -> None:
    assert not list(structure.truncated(View(text), {}))


@given(st.text())
def test_every_cut_is_found_once_and_at_the_end(text: str) -> None:
    (hit,) = structure.truncated(View(text + "..."), {})
    assert (hit.start, hit.end) == (len(text), len(text) + 3)


def restarts(text: str) -> list[tuple[int, str]]:
    return [(hit.start, hit.edits[0].text) for hit in structure.restarted_list(View(text), {})]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1. 甲 1. 乙 1. 丙", [(5, "2"), (10, "3")]),
        ("1. 甲 2. 乙 1. 丙 2. 丁", []),
        ("1. 甲 1. 乙 2. 丙 1. 丁", [(5, "2")]),
        ("版本 2.1. 之后 1.1 背景", []),
        ("取 1. 5 倍", []),
        ("11. 甲 1. 乙", []),
        ("1、 甲 1、 乙", [(5, "2")]),
        ("1. 甲\n1. 乙", [(5, "2")]),
        ("1. 甲 1...", [(5, "2")]),
        ("1. 甲 1....", [(5, "2")]),
        ("1. 甲 1. 乙 -", []),  # hyphens are kept: the renderer that writes no numbers
        ("1. 由来 1. 三道门 1. 由来 循环", [(6, "2")]),  # the heading repeats the first item
        ("1. 由来 1. 由来与门", [(6, "2")]),
        ("1. 甲。 1. 乙。然后做两件事: 1. 丙 1. 丁", [(6, "2"), (24, "2")]),  # another list is announced
        ("1. 甲。 1. 乙。然后 这三件事: 1. 丙 1. 丁", [(6, "2"), (25, "2")]),  # a blank in what announces it
        ("1. 甲。 1. 乙。两件事: 1. 丙", [(6, "2")]),  # so is one by a phrase of its own
        ("1. 甲。 1. 乙。这两件事: 1. 丙", [(6, "2"), (17, "3")]),  # it speaks of the item
        ("1. 甲。 1. 乙的两件事: 1. 丙", [(6, "2"), (16, "3")]),  # it is the item
    ],
)
def test_restarted_lists(text: str, found: list[tuple[int, str]]) -> None:
    assert restarts(text) == found


@given(st.lists(st.text(alphabet="甲乙丙ab,。", max_size=8), min_size=2, max_size=20))
def test_numbering_a_list_repairs_it(starts: list[str]) -> None:
    items = [start + chr(0x4E10 + number) * 2 for number, start in enumerate(starts)]  # none repeats another
    text = " ".join(f"1. {item}" for item in items)
    for start, number in reversed(restarts(text)):
        text = f"{text[:start]}{number}{text[start + 1 :]}"
    assert text == " ".join(f"{number}. {item}" for number, item in enumerate(items, 1))
    assert restarts(text) == []


@given(st.text())
def test_never_raises(text: str) -> None:
    for check in (structure.truncated, structure.restarted_list):
        for hit in check(View(text), {}):
            assert 0 <= hit.start < hit.end <= len(text)


@pytest.mark.parametrize("unit", ["1. ", "1. a ", "(", "...", ". ", "1" * 50 + ". ", " \n"])
def test_grows_linearly(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert within(1, lambda: [list(check(View(text), {})) for check in (structure.truncated, structure.restarted_list)])
