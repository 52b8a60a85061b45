"""Checking many files: progress, the archive's lessons, and the same answer over one process or several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feedtools.check import files as api
from feedtools.check.duplicates import findings
from feedtools.config import Config
from feedtools.lint.checks import compounds
from feedtools.lint.rules import builtin
from feedtools.model import Article, Cluster, Match, Place
from tests.places import FEED

SAMPLE = str(FEED)
ALONE = Config(duplicates=False, cache=False)


def test_progress_is_told_of_every_article() -> None:
    phases: dict[str, list[int]] = {}

    def progress(phase: str, total: int, _unit: str) -> Callable[[int], None]:
        counts = phases.setdefault(f"{phase} {total}", [])
        return counts.append

    api.check([SAMPLE], ALONE, progress=progress)
    assert {phase: sum(counts) for phase, counts in phases.items()} == {"reading 0": 60, "checking 60": 60}


def test_several_processes_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    one = api.check([SAMPLE], ALONE._replace(jobs=1)).findings
    monkeypatch.setattr(api, "POOL_BYTES", 0)
    assert api.check([SAMPLE], ALONE._replace(jobs=2)).findings == one
    assert one


def test_learned_compounds_are_known(tmp_path: Path) -> None:
    feed = tmp_path / "feed.txt"
    feed.write_text("损失为 [公式] ,其中的 selfzorblat 层是作者自己起的名字,每一层都更新 [Math] 。\n", encoding="utf-8")
    compounds.write(tmp_path / "compounds.txt", {"selfzorblat": "self-zorblat"})
    config = ALONE._replace(select=("FT301",))
    assert api.check([str(feed)], config).findings == []
    (found,) = api.check([str(feed)], config._replace(root=tmp_path, learned="compounds.txt")).findings
    assert "self-zorblat" in found.message


def test_a_copy_of_a_copy_is_not_said_to_be_the_kept_one() -> None:
    articles = [Article("a.txt", line, text) for line, text in ((4, "保留的"), (5, "改过的"), (6, "改过的"))]
    near, exact = Match(1, 0, "near", 1.0, 1.0, 0.8), Match(2, 1, "exact", 1.0, 1.0, 1.0)
    first, second = findings(articles, [Cluster(0, (1, 2), (near, exact))], builtin(examples=False))
    assert (first.rule, second.rule) == ("FT902", "FT901")
    assert first.message.startswith("an edited copy of a.txt:4 (")
    assert second.message.startswith("the same text as a.txt:5, which repeats a.txt:4;")
    assert first.related == second.related == (Place("a.txt", 4),)
