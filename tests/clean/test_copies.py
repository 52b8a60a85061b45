"""Which copy is published where the one to be kept is damaged, and what happens to the others."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from feedtools.clean.context import Sources
from feedtools.clean.remaining import RUN, unique
from feedtools.clean.run import clean
from feedtools.config import Config, policy
from tests.clean.outputs import rows, transmission


def filler(count: int, seed: int = 0) -> str:
    """Symbols in no order, in sentences; those of another seed are others."""
    letters = "".join(random.Random(seed).choices([chr(0x4E00 + 8 * number + seed) for number in range(2000)], k=count))
    return "。".join(letters[at : at + 40] for at in range(0, count, 40))


def run(folder: Path, *articles: str, **table: Any) -> list[dict[str, Any]]:
    (folder / "a.txt").write_text(transmission(*articles), encoding="utf-8")
    config = Config(jobs=1, select=("FT102", "FT9"), clean=policy(table))
    clean([str(folder / "a.txt")], folder / "out", config)
    return rows(folder / "out")


def actions(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["action"] for entry in entries]


HALF = filler(200)


@pytest.mark.parametrize(("more", "published"), [(190, True), (230, False)])
def test_a_whole_copy_stands_in_for_a_damaged_one_of_which_it_has_half(
    tmp_path: Path, more: int, published: bool
) -> None:
    damaged = f"{HALF}。[公式]。{filler(more, 1)}。"
    entries = run(tmp_path, damaged, f"{HALF}...")
    assert actions(entries) == ["hold", "keep" if published else "drop"]
    assert any("is kept in its place" in reason for reason in entries[0]["reasons"]) is published


def test_a_copy_that_the_policy_keeps_takes_nobodys_place(tmp_path: Path) -> None:
    damaged = f"{HALF}。[公式]。{filler(100, 1)}。"
    entries = run(
        tmp_path, damaged, f"{HALF}...", kinds=dict.fromkeys(("truncated", "rerendered", "contained"), "keep")
    )
    assert actions(entries) == ["hold", "keep"]
    assert not any("is kept in its place" in reason for reason in entries[0]["reasons"])


def test_a_copy_that_is_damaged_itself_takes_nobodys_place(tmp_path: Path) -> None:
    damaged = f"{HALF}。[公式]。{filler(100, 1)}。"
    assert actions(run(tmp_path, damaged, f"{damaged[:-60]}...")) == ["hold", "drop"]


def test_of_several_whole_copies_the_longest_takes_the_place_and_stands_for_the_others(tmp_path: Path) -> None:
    damaged = f"{HALF}。[公式]。{filler(60, 1)}。"
    entries = run(tmp_path, damaged, f"{HALF[:170]}...", f"{HALF[:190]}...", f"{HALF[:180]}...")
    assert actions(entries) == ["hold", "drop", "keep", "drop"]
    assert [entry["of"]["line"] for entry in entries if entry["action"] == "drop"] == [6, 6]


def test_what_a_copy_has_and_the_one_in_its_place_has_not_stays(tmp_path: Path) -> None:
    """The end of a damaged article: once its beginning is published in its place, nothing has the end any more."""
    damaged = f"{filler(200)}。[公式]。{filler(150, 1)}。"
    entries = run(tmp_path, damaged, f"{filler(200)}...", f"{filler(150, 1)}。")
    assert actions(entries) == ["hold", "keep", "keep"]


def test_copies_of_kinds_that_are_not_selected_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(transmission(f"{HALF}。{HALF[::-1]}。", f"{HALF}..."), encoding="utf-8")
    for select, expected in ((("FT903",), ["keep", "drop"]), (("FT901",), ["keep", "keep"])):
        clean([str(tmp_path / "a.txt")], tmp_path / "out", Config(jobs=1, select=select))
        assert actions(rows(tmp_path / "out")) == expected


@pytest.mark.parametrize(("own", "lost"), [(RUN - 1, 0), (RUN, RUN), (RUN + 1, RUN + 1)])
def test_text_of_a_dropped_copy_counts_as_lost_from_thirty_symbols_on_end(own: int, lost: int) -> None:
    kept, mine = filler(100), filler(own, 1).replace("。", "")
    mine = mine + "".join(chr(0x9000 + at) for at in range(own - len(mine)))
    assert unique(mine, kept) == unique(f"{kept}{mine}", kept) == unique(f"{mine}{kept}", kept) == lost
    assert unique(f"{kept[:50]}{mine}{kept[50:]}", kept) == lost


@pytest.mark.parametrize(("sources", "expected"), [(True, ["restore", "drop"]), (False, ["keep", "keep"])])
def test_what_an_article_was_restored_to_is_compared_with_the_others(
    tmp_path: Path, sources: bool, expected: list[str]
) -> None:
    """The end that one lost is all that another one says."""
    end = filler(200, 3).replace("。", "")
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals/a.md").write_text(f"{HALF}{end}。\n\n{filler(80, 4)}。\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text(transmission(f"{HALF}{end[:30]}...", f"{end}。"), encoding="utf-8")
    config = Config(jobs=1, select=("FT401", "FT9"))
    stores = Sources(originals=str(tmp_path / "originals") if sources else None)
    clean([str(tmp_path / "a.txt")], tmp_path / "out", config, stores)
    entries = rows(tmp_path / "out")
    assert actions(entries) == expected
    assert entries[1].get("of") == ({"path": "a.txt", "line": 4} if sources else None)
