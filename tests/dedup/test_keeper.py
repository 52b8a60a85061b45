"""The copy that is kept: the most complete, of those the least damaged, of those the earliest."""

from __future__ import annotations

import pytest

from feedtools.dedup.keeper import Order, damage


@pytest.mark.parametrize(
    ("text", "harm"),
    [
        ("没有毛病。", 0),
        ("这里少了 [Math] 和 [公式]。", 2),
        ("有一个\ufffd认不出来。", 1),
        ("到这里就断了...", 1),
        ("到这里就断了… \n", 1),
        ("[代码] 之后又断了...", 2),
        ("[代码块] 和 [Formula] 之后又断了...", 3),
        ("数组 [1] 和【注】都在。", 0),
    ],
)
def test_damage(text: str, harm: int) -> None:
    assert damage(text) == harm


SIZES = (5, 9, 9, 9, 5)
HARM = (0, 2, 1, 1, 0)


def test_size_goes_before_damage_and_damage_before_place() -> None:
    asked: list[int] = []

    def harm(number: int) -> int:
        asked.append(number)
        return HARM[number]

    order = Order(SIZES.__getitem__, harm, lambda number: -number)
    assert order.sorted(range(5)) == [3, 2, 1, 4, 0]
    assert order.first([0, 1, 2]) == 2
    asked.clear()
    assert order.first([0, 1]) == 1
    assert asked == [], "the text is read only where sizes are equal"
