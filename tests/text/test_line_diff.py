"""Differences by lines say what changed, are read by ``patch``, and take time in proportion to the texts."""

from __future__ import annotations

import random
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from feedtools.text.line_diff import MAX_BLOCK, hunks, unified
from tests.pace import within


def changed(old: list[str]) -> list[str]:
    """A text with every third line changed, one in twenty gone and one in twenty new."""
    dice = random.Random(len(old))
    new = []
    for number, line in enumerate(old):
        chance = dice.random()
        if chance > 0.05:
            new.append(f"{line} changed" if number % 3 == 0 else line)
        if chance > 0.95:
            new.append(f"new {number}")
    return new


TEXTS = {
    "all different": [f"line {number}" for number in range(300)],
    "blank between": [line for number in range(150) for line in (f"line {number}", "")],
    "few kinds": [f"kind {number % 7}" for number in range(300)],
    "all the same": ["same"] * 300,
    "short": ["a", "b", "a"],
    "none": [],
}


@pytest.mark.parametrize("old", TEXTS.values(), ids=TEXTS)
def test_what_differs_leads_from_the_one_text_to_the_other(old: list[str]) -> None:
    for new in (changed(old), old, old[::-1], old[:-1], ["first", *old], [*old, "last"], []):
        found = list(hunks(old, new))
        made, place = list[str](), 0
        for hunk in found:
            made += old[place : hunk.start] + new[hunk.left : hunk.right]
            place = hunk.end
        assert made + old[place:] == new
        assert all(one.end < other.start for one, other in pairwise(found)), "equal lines stand between any two"
        assert all(old[one.start : one.end] != new[one.left : one.right] for one in found)


def test_lines_that_stay_are_not_shown() -> None:
    old = [f"line {number % 9}" for number in range(9 * MAX_BLOCK)]
    new = [f"{line}!" if number % 5 == 0 else line for number, line in enumerate(old)]
    assert sum(hunk.end - hunk.start for hunk in hunks(old, new)) == -(-len(old) // 5)


@pytest.mark.parametrize("end", ["", "\n"])
def test_patch_reads_it(tmp_path: Path, end: str) -> None:
    """Line separators that are no line feeds stand within lines, for patch as well."""
    program = shutil.which("patch")
    if program is None:
        pytest.skip("patch is not installed")
    old = [f"line\u2028 {number}\x0b" for number in range(60)]
    before, after = "\n".join(old) + end, "\n".join(changed(old))
    (tmp_path / "a").write_text(before, "utf-8", newline="")
    (tmp_path / "diff").write_text("".join(unified("a", before, after)), "utf-8", newline="")
    subprocess.run([program, "-s", "a", "diff"], cwd=tmp_path, check=True)
    assert (tmp_path / "a").read_text("utf-8") == after


@pytest.mark.parametrize("kinds", [1, 2, 50, 20_000])
def test_it_takes_time_in_proportion_to_the_texts(kinds: int) -> None:
    """Comparing every line with every other one would take a minute."""
    old = [f"line {number % kinds}" for number in range(20_000)]
    assert within(1.0, lambda: list(hunks(old, changed(old))))
