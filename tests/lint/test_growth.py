"""Patterns that backtrack are found out; those of the built-in rules do not."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from feedtools.lint.backtracking import grows
from feedtools.lint.edits import FixProposal, apply
from feedtools.lint.engine import lint
from feedtools.lint.rules import Rule, builtin
from feedtools.model import Article, Edit
from tests.cli.test_cli import Run
from tests.test_untrusted import rule


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["(a+)+c", "(?:a|a)*b$", "(?:a|aa)+c", r"(\w+\s?)*:", r"a.*b.*c", r"[a-z]*[a-z]*1"])
def test_a_pattern_that_backtracks_is_found_out(pattern: str) -> None:
    assert grows(pattern, ["abc"])


@pytest.mark.parametrize(
    "pattern", ["abc", "a{1,20}b", r"(?<!\w)cat(?!\w)", "[a-z]+", r"\d{1,4}年", "猫|狗", r"https?://[^\s]{1,80}"]
)
def test_a_linear_pattern_is_left_alone(pattern: str) -> None:
    assert grows(pattern, ["abc 猫"]) is None


@pytest.mark.slow
def test_the_test_of_a_pack_warns_and_passes(tmp_path: Path) -> None:
    rule(tmp_path, "pattern = '(?:x+x+)+乙'", "甲xx⟦xx乙⟧".replace("xx⟦", "⟦", 1))
    run = Run(tmp_path, "rules", "--test", ".")
    assert run.code == 0, run.out + run.err
    assert "faster than its text" in run.err
    assert "XX001" in run.err


UNITS = (
    *"a的 1(){}[]\\$_^-.。,…#&<`*|?Aé𝑥", r"\(", r"\)", r"\[", "$$", r"\frac{", r"\left(", r"\begin{a}", "x_",
    "x_1", "{a}",
    r"\a", "a-", "aA", "a1", "1 ", "a ", "的 ", "[Math]", "[公式]", "1. ", "- ", "如下图", "包含:", "http://a", "&amp;",
    "<b>", "**", "```", "ã©", "\ufffd", "\u200b", "ab的",
)  # fmt: skip
SIZES = (10_000, 100_000, 1_000_000)
STEEP = 25.0
"""How much longer a text ten times as long may take: less than its length to the power of 1.4."""
NOTICED = 0.02
"""Seconds of CPU beyond which a text of the middle size makes the largest worth the look."""
TRIES = 6
ALL = [one for one in builtin(examples=False) if one.scope == "article"]


@pytest.fixture
def nothing_else_to_collect() -> Iterator[None]:
    """The garbage collector leaves alone what the other tests hold: only the longer works were long enough for it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def linted(one: Rule, text: str) -> Callable[[], object]:
    return lambda: lint([Article("a.txt", 1, text)], [one])


def grown(short: Callable[[], object], long: Callable[[], object]) -> float:
    """How many times longer the longer work takes: by the least of some tries of each, for machines stall.

    Of the times and not of their ratios: a stall during the shorter work must not speak for the longer one.
    """
    least, most = float("inf"), float("inf")
    for tried in range(TRIES):
        least, most = min(least, seconds(short)), min(most, seconds(long))
        if tried and most < STEEP * max(least, 0.001):
            break
    return most / max(least, 0.001)


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.usefixtures("nothing_else_to_collect")
@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_a_rule_takes_time_in_proportion_to_its_article(one: Rule) -> None:
    """From 10 kB to 1 MB of what it looks for, in ratios."""
    for unit in UNITS:
        works = [linted(one, unit * (size // len(unit.encode()) + 1)) for size in SIZES]
        for size, (short, long) in zip(SIZES[1:], pairwise(works), strict=True):
            if size == SIZES[1] or seconds(short) > NOTICED:
                assert grown(short, long) < STEEP, f"{one.id} on {unit!r}, at {size:,} bytes"


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.usefixtures("nothing_else_to_collect")
def test_fixes_take_time_in_proportion_to_their_number() -> None:
    """Each beside the next, and each in the way of the one before it."""
    for width in (1, 2):
        works = [
            partial(
                apply, "a" * (count + 2), [FixProposal("FT999", (Edit(at, at + width, "b"),)) for at in range(count)]
            )
            for count in (2_000, 20_000, 200_000)
        ]
        for short, long in pairwise(works):
            assert grown(short, long) < STEEP
