"""Checking many files: progress, the archive's lessons, and the same answer over one process or several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feedtools.check import files as api
from feedtools.check.duplicates import findings
from feedtools.config import Config
from feedtools.lint import engine
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


ONE = "腌菜的坛子要用开水烫过,沿口的水不能断,断了水坛里就生白花,一坛菜都不能吃了。"
TWO = "晒酱的缸白天敞着口,夜里要盖严,赶上露水重的时候还得在盖子上再压一层油布。"


def write(path: Path, *articles: str) -> str:
    path.write_text("".join(f"{article}\n" for article in articles), encoding="utf-8")
    return str(path)


def test_what_repeats_history_and_its_own_file_is_told_once(tmp_path: Path) -> None:
    history, feed = write(tmp_path / "old.txt", ONE), write(tmp_path / "new.txt", TWO, ONE, ONE, TWO)
    config = Config(root=tmp_path, select=("FT9",), jobs=1)
    alone = api.check([feed], config).findings
    assert [(one.article.line, one.related) for one in alone] == [(3, (Place(feed, 2),)), (4, (Place(feed, 1),))]
    found = api.check([feed], config._replace(history=(history,))).findings
    assert [(one.article.line, Path(one.related[0].path).name) for one in found] == [
        (2, "old.txt"),
        (3, "old.txt"),
        (4, "new.txt"),
    ]


@pytest.mark.parametrize("content", [None, b"SQLite format 3\0 and nothing that is one"], ids=["missing", "damaged"])
def test_history_that_cannot_be_asked_is_an_error_and_the_rest_is_checked(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "i.sqlite").write_bytes(content)
    feed = write(tmp_path / "new.txt", ONE, ONE)
    config = Config(root=tmp_path, select=("FT9",), history=("i.sqlite",), jobs=1)
    checked = api.check([feed], config)
    assert [one.article.line for one in checked.findings] == [2]
    [error] = checked.errors
    assert "i.sqlite" in str(error)


def test_a_file_on_which_a_rule_failed_is_checked_again_though_there_is_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "CACHE_BYTES", 0)
    [rule] = [rule for rule in builtin(examples=False) if rule.id == "FT101"]
    monkeypatch.setattr(
        api, "active_rules", lambda _: (rule._replace(options={}, trusted=False),)
    )  # a checker without its options
    feed, config = write(tmp_path / "new.txt", f"{ONE}[Math]"), Config(root=tmp_path, jobs=1, duplicates=False)
    first, second = api.check([feed], config), api.check([feed], config)
    assert "FT101: the check failed" in str(first.errors[0])
    assert list(map(str, second.errors)) == list(map(str, first.errors))


def test_what_is_remembered_is_forgotten_when_a_word_list_of_a_pack_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "CACHE_BYTES", 0)
    feed, pack = write(tmp_path / "new.txt", "teh zis"), tmp_path / "pack"
    pack.mkdir()
    rule = 'id = "XY101"\nname = "slip"\nlevel = "error"\nconfidence = "high"\nmessage = "m"\nwhy = "w"\n'
    rule += 'words = "slips.tsv"\n[[bad]]\ntext = "⟦teh⟧"\n[[good]]\ntext = "the"\n'
    (pack / "XY101-slip.toml").write_text(rule, encoding="utf-8")
    config = Config(root=tmp_path, rule_packs=("pack",), select=("XY",), jobs=1, duplicates=False)
    for words, found in (("teh\tthe\n", ["teh"]), ("teh\tthe\nzis\tthis\n", ["teh", "zis"])):
        (pack / "slips.tsv").write_text(words, encoding="utf-8")
        for read_once in (engine._pattern, engine._word_list):  # by one process; the next run is another
            read_once.cache_clear()
        assert [one.article.text[slice(*one.span)] for one in api.check([feed], config).findings] == found
