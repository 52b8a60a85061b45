"""Which pairs are worth comparing: a share of the shorter one's keys, or an equal head where there are few keys."""

from __future__ import annotations

import random

import numpy as np
import pytest

from feedtools.dedup.candidates import worth
from feedtools.dedup.small import dedup

HAN = [chr(0x4E00 + 41 * i) for i in range(480)]


def text(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


@pytest.mark.parametrize(
    ("length", "compared"),
    [(900, True), (3000, False)],  # a sixth and a twentieth of the shorter one
)
@pytest.mark.parametrize("before", ["", "天地玄黄宇宙洪荒日"], ids=["same-head", "other-head"])
def test_two_are_compared_from_a_tenth_in_common_whatever_their_heads(
    length: int,
    compared: bool,
    before: str,
) -> None:
    passage = text(8, 150)
    found = dedup([before + passage + text(9, length - 150), passage + text(90, length - 150)])
    assert bool(found.matches) is compared


@pytest.mark.parametrize(
    ("shared", "least", "same_head", "expected"),
    [
        (10, 100, False, True),
        (9, 100, False, False),
        (1, 15, True, True),  # few keys: the head decides
        (0, 15, True, True),
        (1, 16, True, False),
        (1, 15, False, False),
    ],
)
def test_arrays_are_judged_as_numbers_are(shared: int, least: int, same_head: bool, expected: bool) -> None:
    assert worth(shared, least, same_head) == expected
    assert worth(np.array([shared]), np.array([least]), np.array([same_head])).tolist() == [expected]
