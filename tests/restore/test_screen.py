"""What is told of two texts before they are aligned: nothing is screened out that an alignment would find."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.model import Place
from feedtools.restore import Sibling, may_gain_from, restore
from feedtools.restore.agree import EDGE, LEAST, agree
from feedtools.restore.screen import may_agree
from feedtools.restore.texts import EXCERPT, read

HEAD = "磨坊主把去年的账本摊在桌上,一页一页对着收据念,念到错处就用红笔画一个圈。"
TAIL = "傍晚他合上本子,把钥匙挂回门后,又去看了一遍水闸,确信今夜不会再涨水了。"


def worth(damaged: str, sibling: str, path: str = "a.txt") -> bool:
    return may_gain_from(damaged, Sibling(sibling, Place(path, 1)))


@pytest.mark.parametrize(
    ("damaged", "sibling", "expected"),
    [
        ("[公式]", r"\(\alpha+1\)", True),
        ("[公式]", r"\(x_1\)", True),
        ("[公式]", "[公式]", False),
        ("甲", r"\(\alpha+1\)", False),
        ("[代码]", "run=1", True),  # code may be printed in the line
        (r"\(\frac{1\)", r"\(\frac{1}{2}\)", True),  # does not render
        (r"\(\frac{1}{2}\)", r"\(\frac{1}{3}\)", False),
        ("modelfree", "model-free", True),
        ("model-free", "model-free", False),
        ("model-free", "modelfree", False),
        ("[公式]model-free", "[公式]modelfree", True),  # a guess may have put it there
        (r"甲 \(\alpha-1\) 乙", r"甲 - \(\alpha-1\) 乙", True),  # a mark inside of a formula is none beside it
        ("x1", r"\(x_1\)", True),
        (r"\(x_1\)", r"\(x_1\)", False),
        (r"\(x_1\)", r"\(y_1\)", False),
        ("1. 甲", "2. 甲", True),
        ("2. 甲", "2. 甲", False),
        ("1. 甲", "1. 甲", False),
        ("1. 甲", "2. 乙", False),
    ],
)
def test_something_must_be_lacking_here_and_stand_there(damaged: str, sibling: str, expected: bool) -> None:
    assert worth(f"{HEAD} {damaged} {TAIL}", f"{HEAD} {sibling} {TAIL}") is expected


@pytest.mark.parametrize(
    ("damaged", "sibling", "expected"),
    [
        (f"{HEAD}傍晚他合上本子,把钥匙挂...", HEAD + TAIL, True),
        (f"{HEAD}傍晚他合上本子,把钥匙挂", HEAD + TAIL, False),  # not cut
        (f"{HEAD}...", HEAD + TAIL, False),  # behind a sentence
        (f"{HEAD}傍晚他合上本子,把钥匙挂...", HEAD, False),  # does not go so far
        (
            f"{HEAD}傍晚他合上本子,把钥匙挂...",
            f"山货铺的伙计{HEAD}傍晚他合上本子,把钥匙挂 …",
            False,
        ),  # cut there as well
        (f"{HEAD}傍晚他合上本子,把钥匙挂...", f"{HEAD}傍晚他合上本子,把钥匙挂,...", True),  # goes on with a mark
        (f"{HEAD}傍晚他合上本子,把[公式]钥匙挂...", f"{HEAD}傍晚他合上本子,把一串钥匙挂回门后。", True),
    ],
)
def test_a_cut_end_must_stand_in_the_sibling_and_go_on(damaged: str, sibling: str, expected: bool) -> None:
    assert worth(damaged, sibling) is expected


def test_what_is_read_otherwise_beside_another_text_is_always_aligned() -> None:
    assert worth(HEAD, f"{HEAD}\n\n    indented = 1\n\n{TAIL}")  # code, or prose
    assert worth(HEAD, f"{HEAD}\n\n!!! note\n\n    {TAIL}")
    assert worth(HEAD, HEAD, "a.html")
    assert worth(HEAD, HEAD + " " * (EXCERPT - len(HEAD) + 1))
    assert not worth(HEAD, HEAD + " " * (EXCERPT - len(HEAD)))


PIECES = (
    HEAD,
    TAIL,
    "山货铺的伙计数了三遍,",
    r" \(x_1\) ",
    r" \(\alpha - 1\) ",
    r" \[\sum_i i\] ",
    " [公式] ",
    " [代码] ",
    "[Math]",
    " x1 ",
    "low-rank",
    "lowrank",
    " a - b ",
    "1. 甲",
    "2. 甲",
    "3. 乙",
    "`run --now`",
    "。",
    ",",
    "...",
    "…",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(TEXTS, TEXTS)
def test_nothing_is_screened_out_that_an_alignment_finds(damaged: str, sibling: str) -> None:
    siblings = [Sibling(sibling, Place("a.txt", 1))]
    with patch("feedtools.restore.screen.may_give", return_value=True):
        aligned = restore(damaged, siblings)
    assert restore(damaged, siblings) == aligned


SHARED = "".join(chr(0x4E00 + 7 * number) for number in range(LEAST))
OTHERS = "".join(chr(0x6E00 + 7 * number) for number in range(2 * (EDGE + 1)))


@pytest.mark.parametrize(("beyond", "near"), [(EDGE, True), (EDGE + 1, False)])
def test_excerpts_must_share_a_stretch_from_near_a_beginning_to_near_an_end(beyond: int, near: bool) -> None:
    here, there = OTHERS[:beyond], OTHERS[-beyond:]
    assert may_agree(read(here + SHARED), there + SHARED, LEAST, EDGE) is near
    assert may_agree(read(SHARED + here), SHARED + there, LEAST, EDGE) is near
    assert may_agree(read(here + SHARED), SHARED + there, LEAST, EDGE)  # one begins and one ends there
    assert may_agree(read(SHARED + here), there + SHARED, LEAST, EDGE)


@pytest.mark.parametrize(("size", "enough"), [(LEAST - 1, False), (LEAST, True)])
def test_excerpts_that_agree_have_so_many_symbols(size: int, enough: bool) -> None:
    assert may_agree(read(SHARED[:size]), SHARED[:size], LEAST, EDGE) is enough


def test_excerpts_with_a_difference_inside_are_not_aligned_to_agree() -> None:
    one, other = f"{HEAD}{TAIL}", f"{HEAD}{TAIL}山货铺的伙计数了三遍。"
    assert may_agree(read(one), other, LEAST, EDGE)
    assert agree(one, other)
    changed = other.replace("水闸", "船闸")
    assert not may_agree(read(one), changed, LEAST, EDGE)
    assert may_agree(read(one), changed.replace("钥匙", "[公式]"), LEAST, EDGE)  # may stand for anything


@given(TEXTS, TEXTS)
def test_excerpts_that_agree_are_not_screened_out(one: str, other: str) -> None:
    for a, b in ((one, other), (f"{HEAD}{one}{TAIL}", f"{one}{TAIL}{other}"), (f"{HEAD}{TAIL}{one}", f"{TAIL}{other}")):
        with patch("feedtools.restore.agree.may_agree", return_value=True):
            aligned = agree(a, b)
        assert agree(a, b) is aligned
