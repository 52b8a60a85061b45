"""Decisions and exceptions mean the same to ``clean`` and ``check``, wherever the article stands by now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedtools.clean.decisions import Decisions, differences, settled
from feedtools.lint.decisions import choice
from tests.clean.outputs import DAMAGED, OTHER, WHOLE, actions, decide, feedtools, rows, transmission, write

RATE = "学习率先取1e4,跑完前三轮再减半,别的都不用去动它。"
LONG = "盐渍的酸菜要压上一块洗净的河石,水面高过菜叶两指,缸口蒙一层纱布,三周以后先闻后尝,酸味正了再挪到凉处去收着。"


def found(folder: Path, *paths: str) -> list[str]:
    done = feedtools(folder, "check", *paths, "--no-duplicates", "--no-cache", "--output-format", "jsonl")
    return [f"{row['path']}:{row['rule']}" for row in map(json.loads, done.stdout.splitlines())]


def clean(folder: Path) -> list[str]:
    """Clean with safe fixes alone: what a confident one mends would not be held."""
    config = folder / "feedtools.toml"
    said = config.read_text(encoding="utf-8") if config.exists() else ""
    if "[clean]" not in said:
        config.write_text(f'{said}\n[clean]\nfix = "safe"\n', encoding="utf-8")
    done = feedtools(folder, "clean", "feed", "-o", "out", "--force")
    assert done.returncode == 0, done.stderr
    return actions(folder / "out")


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("feedtools-allow.toml", '[[allow]]\nrule = "FT302"\ntext = "1e4"\n', 0),
        ("feedtools-allow.toml", '[[allow]]\nrule = "FT302"\ntext = "1e5"\n', 1),
        ("feedtools-allow.toml", '[[allow]]\nrule = "lost-operator"\nwithin = "取1e4,跑"\npath = "feed/*"\n', 0),
        ("feedtools-allow.toml", '[[allow]]\nrule = "lost-operator"\nwithin = "取1e4,跑"\npath = "other/*"\n', 1),
        ("feedtools.toml", '[per-file-ignores]\n"feed/*" = ["FT302"]\n', 0),
        ("feedtools.toml", '[per-file-ignores]\n"a.txt" = ["FT302"]\n', 1),
        ("feedtools-decisions.jsonl", '{"decision": "allow", "rule": "FT302", "words": "1e4"}\n', 0),
        ("feedtools-decisions.jsonl", '{"decision": "allow", "rule": "FT301", "words": "1e4"}\n', 1),
        ("feedtools-decisions.jsonl", f'{{"decision": "publish", "text": "{RATE}", "to": "{RATE}"}}\n', 0),
        ("feedtools-decisions.jsonl", '{"decision": "publish", "text": "另一篇", "to": "另一篇"}\n', 1),
    ],
)
def test_what_check_does_not_report_clean_does_not_hold(tmp_path: Path, name: str, text: str, left: int) -> None:
    write(tmp_path, feed__a_txt=transmission(RATE))
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(found(tmp_path, "feed")) == left
    assert clean(tmp_path) == [["keep", "hold"][left]]


def test_a_known_finding_does_not_hold_but_a_new_one_does(tmp_path: Path) -> None:
    write(tmp_path, feed__a_txt=transmission(RATE.replace(",跑", " ,跑")), feedtools_toml='baseline = "known.json"\n')
    (tmp_path / "known.json").write_text('{"version": 1, "findings": []}', encoding="utf-8")
    assert clean(tmp_path) == ["hold"]
    feedtools(tmp_path, "check", "feed", "--write-baseline", "known.json", "--no-cache", "--no-duplicates")
    assert clean(tmp_path) == ["keep"]  # what is known is left alone, the space that could be taken out included
    write(tmp_path, feed__b_txt=transmission(DAMAGED))
    assert clean(tmp_path) == ["keep", "hold"]


def test_a_decision_finds_its_article_again_in_another_transmission(tmp_path: Path) -> None:
    write(tmp_path, feed__a_txt=transmission(WHOLE, DAMAGED))
    assert clean(tmp_path) == ["keep", "hold"]
    decide(tmp_path, {"decision": "publish", "text": DAMAGED, "to": DAMAGED})
    assert clean(tmp_path) == ["keep", "keep"]
    (tmp_path / "feed/a.txt").unlink()
    write(tmp_path, feed__z_txt=transmission(DAMAGED, OTHER, WHOLE))
    assert clean(tmp_path) == ["keep", "keep", "keep"]
    assert any("published (decision" in reason for reason in rows(tmp_path / "out")[0]["reasons"])
    assert feedtools(tmp_path, "clean", "out", "-o", "again").returncode == 0
    assert (tmp_path / "again/z.txt").read_bytes() == (tmp_path / "out/z.txt").read_bytes()


def test_a_run_says_how_many_decisions_it_applied_and_how_many_found_nothing(tmp_path: Path) -> None:
    write(tmp_path, feed__a_txt=transmission(WHOLE, DAMAGED))
    decide(tmp_path, {"decision": "publish", "text": DAMAGED, "to": DAMAGED})
    done = feedtools(tmp_path, "clean", "feed", "-o", "out")
    assert "1 decision applied\n" in done.stderr
    decide(tmp_path, *({"decision": "reject", "text": f"{OTHER}{number}"} for number in range(2)))
    done = feedtools(tmp_path, "clean", "feed", "-o", "out")
    assert "1 decision applied, 2 about articles or words that are not here\n" in done.stderr


def test_a_rejected_article_goes_and_comes_back_with_undo(tmp_path: Path) -> None:
    write(tmp_path, feed__a_txt=transmission(WHOLE, DAMAGED, OTHER))
    decide(tmp_path, {"decision": "reject", "text": OTHER, "id": "0123456789ab"})
    assert clean(tmp_path) == ["keep", "hold", "drop"]
    assert rows(tmp_path / "out")[2]["reasons"] == ["rejected (decision 0123456789ab)"]
    feedtools(tmp_path, "clean", "--undo", "out", "-o", "back")
    assert (tmp_path / "back/a.txt").read_bytes() == (tmp_path / "feed/a.txt").read_bytes()


def test_a_copy_does_not_stand_in_for_a_rejected_article(tmp_path: Path) -> None:
    write(tmp_path, feed__a_txt=transmission(LONG, LONG[:-12] + "..."))
    assert clean(tmp_path) == ["keep", "drop"]
    decide(tmp_path, {"decision": "reject", "text": LONG})
    assert clean(tmp_path) == ["drop", "drop"]


def test_a_suggestion_that_was_taken_is_taken_everywhere_and_no_other(tmp_path: Path) -> None:
    first, second = "强化学习里的modelfree方法不需要环境模型。", "再看这些方法的收敛,以及Endtoend训练。"
    write(
        tmp_path,
        feed__a_txt=transmission(first, second),
        feedtools_toml='[clean]\nhold = "warning"\n[clean.fixes]\nFT301 = "none"\n',
    )
    assert clean(tmp_path) == ["hold", "hold"]
    decide(tmp_path, {"decision": "take", "rule": "FT301", "words": "modelfree", "instead": "model-free"})
    assert clean(tmp_path) == ["fix", "hold"]
    text = (tmp_path / "out/a.txt").read_text(encoding="utf-8")
    assert first.replace("modelfree", "model-free") in text
    assert "Endtoend" in (tmp_path / "out/held/a.txt.jsonl").read_text(encoding="utf-8")
    decide(tmp_path, {"decision": "take", "rule": "FT301", "words": "Endtoend", "instead": "end to end"})
    assert clean(tmp_path) == ["fix", "hold"]  # nobody suggested that


class TestRenderings:
    """The other renderer deletes delimiters and hyphens, and cuts at another length."""

    kept = LONG + r" 石头的重量约为 \(w = 2v\) ,先称一称再压。" + OTHER
    lost = LONG + " 石头的重量约为 w = 2v ,先称一称再压。" + OTHER[:16] + "..."

    def test_an_article_is_known_again(self) -> None:
        one = choice("reject", text=self.kept)
        ruling = Decisions([one]).of(self.lost)
        assert ruling is not None
        assert (ruling.choice, ruling.same) == (one, False)

    def test_one_that_only_begins_alike_is_another(self) -> None:
        assert Decisions([choice("reject", text=self.kept)]).of(LONG[:30] + OTHER + WHOLE + DAMAGED) is None
        assert Decisions([choice("reject", text=self.kept)]).of(LONG[:40]) is None

    def test_edits_are_carried_where_their_surroundings_agree(self) -> None:
        to = self.kept.replace("两指", "三指").replace("潮气", "水气")
        ruling = Decisions([choice("edit", text=self.kept, to=to)]).of(self.lost)
        assert ruling is not None
        assert settled(self.lost, ruling) == self.lost.replace("两指", "三指")

    def test_what_was_not_seen_is_not_published(self, tmp_path: Path) -> None:
        other = LONG + " 石头的重量约为 [Math] ,先称一称再压。" + OTHER[:16] + "..."
        write(tmp_path, feed__a_txt=transmission(other))
        decide(tmp_path, {"decision": "publish", "text": self.kept, "to": self.kept})
        assert clean(tmp_path) == ["hold"]


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("abc", "abc", []),
        ("abc", "axc", [(1, 2, "b", "x")]),
        ("", "new", [(0, 0, "", "new")]),
        ("one two", "one", [(3, 7, " two", "")]),
        ("a-b", "a b c", [(1, 2, "-", " "), (3, 3, "", " c")]),
    ],
)
def test_differences(before: str, after: str, edits: list[tuple[int, int, str, str]]) -> None:
    assert list(differences(before, after)) == edits
