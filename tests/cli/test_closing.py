"""What a run leaves to a person is counted as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from feedtools.clean.output import Fate
from feedtools.clean.remaining import NAMED, Remaining, Remains
from feedtools.cli.closing import _next
from feedtools.report.page.data import Counts


def counted(*rows: dict[str, Any]) -> Remaining:
    remains = Remains(Fate(cast("Any", ()), cast("Any", None), {}, cast("Any", None), ending=3))
    for row in rows:
        remains.take(row)
    return remains.sum()


def held(*fixes: bool) -> dict[str, Any]:
    findings = [
        {"rule": f"FT20{number}", "name": "n", **({"fix": {}} if fix else {})} for number, fix in enumerate(fixes)
    ]
    return {"action": "hold", "findings": findings, "reasons": [f"{one['rule']} n: said" for one in findings]}


@pytest.mark.parametrize(
    ("fixes", "ready"), [((True,), 1), ((True, True), 1), ((True, False), 0), ((False,), 0), ((), 0)]
)
def test_suggestions_release_an_article_where_each_of_its_reasons_has_one(fixes: tuple[bool, ...], ready: int) -> None:
    assert counted(held(*fixes)).ready == ready


@pytest.mark.parametrize(("action", "empty"), [("drop", 1), ("hold", 1), ("keep", 0), ("fix", 0), ("restore", 0)])
def test_a_file_of_which_nothing_is_left_is_named(action: str, empty: int) -> None:
    rows = {"file": "a.txt", "articles": 1}, {"action": action, "kind": "exact", "of": {}}, {"end": "a.txt"}
    assert counted(*rows).empty == (("a.txt",) * empty, empty)


def test_a_file_without_articles_has_lost_none() -> None:
    assert counted({"file": "a.txt", "articles": 0}, {"end": "a.txt"}).empty == ((), 0)


def test_few_files_are_named_and_all_are_counted() -> None:
    rows = [
        row
        for number in range(NAMED + 2)
        for row in ({"file": f"{number}", "articles": 1}, {"action": "drop"}, {"end": f"{number}"})
    ]
    left = counted(*rows)
    assert (len(left.empty[0]), left.empty[1], left.rejected) == (NAMED, NAMED + 2, NAMED + 2)


def test_what_was_cut_is_counted_by_article() -> None:
    cut = {"action": "fix", "edits": [{"by": ["cut before a break, at the end of a sentence"]}, {"by": ["FT503"]}]}
    assert (counted(cut, cut, {"action": "fix", "edits": [{"by": ["FT503"]}]}).cut, counted().cut) == (2, 0)


@pytest.mark.parametrize(("held_", "offered", "said"), [(1, 0, "held"), (0, 1, "review"), (0, 0, "undo")])
def test_the_last_line_names_only_what_is_there(held_: int, offered: int, said: str) -> None:
    last = list(_next(Counts(held=held_), counted()._replace(offered=offered), Path("out")))[-1]
    assert ("feedtools review out" in last, "out/held" in last, "--undo" in last) == (
        said != "undo", said == "held", said == "undo",
    )  # fmt: skip
