"""Excerpts end at the end of a sentence where the policy asks for it, and what was cut is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from feedtools.clean.context import Sources
from feedtools.clean.run import clean as run
from feedtools.config import Config, policy
from tests.clean.outputs import WHOLE, feedtools, rows, transmission, write

FIRST = "熬糖先下水再下糖,火不能急,锅边起了小泡才可以搅。"
SECOND = "颜色转黄就要离火,余温还会再走一程。"
CUT = "这时候把炒好的花生倒进去,趁热压平,等到手背碰着不..."
BROKEN = "此时的温度记作[Math],再高就苦了。"
OLD = "旧锅铲别扔,磨平了刃口拿来铲锅底正好,又轻又不伤锅。"


def clean(folder: Path, *articles: str, **policy: object) -> list[str]:
    """Actions, with what is published or held in ``text``."""
    settings = "".join(f"{key.replace('_', '-')} = {value!r}\n".replace("'", '"') for key, value in policy.items())
    write(folder, feed__a_txt=transmission(*articles), feedtools_toml=f"[clean]\n{settings}")
    done = feedtools(folder, "clean", "feed", "-o", "out", "--force")
    assert done.returncode == 0, done.stderr
    (folder / "said").write_text(done.stderr, encoding="utf-8")
    return [row["action"] for row in rows(folder / "out")]


def text(folder: Path) -> str:
    return (folder / "out/a.txt").read_text(encoding="utf-8")


def test_nothing_is_cut_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert clean(tmp_path, FIRST + SECOND + CUT, OLD + BROKEN) == ["keep", "hold"]
    assert text(tmp_path) == transmission(FIRST + SECOND + CUT)
    assert "end before the break releases 1" in (tmp_path / "said").read_text(encoding="utf-8")


def test_an_excerpt_ends_at_its_last_whole_sentence_and_is_given_back(tmp_path: Path) -> None:
    assert clean(tmp_path, FIRST + SECOND + CUT, WHOLE, end="sentence") == ["fix", "keep"]
    assert text(tmp_path) == transmission(FIRST + SECOND, WHOLE)
    [edit] = rows(tmp_path / "out")[0]["edits"]
    assert (edit["old"], edit["new"], edit["by"]) == (CUT, "", ["cut at the end of the last whole sentence"])
    assert feedtools(tmp_path, "clean", "--undo", "out", "-o", "back").returncode == 0
    assert (tmp_path / "back/a.txt").read_bytes() == (tmp_path / "feed/a.txt").read_bytes()
    feedtools(tmp_path, "clean", "out", "-o", "again")
    assert (tmp_path / "again/a.txt").read_bytes() == (tmp_path / "out/a.txt").read_bytes()


@pytest.mark.parametrize(("keep", "action"), [(0.5, "fix"), (0.6, "fix"), (0.61, "keep")])
def test_enough_must_be_left(tmp_path: Path, keep: float, action: str) -> None:
    cut = CUT.replace(",", "再")  # without clauses
    share = len(FIRST + SECOND) / len(FIRST + SECOND + cut)
    assert 0.6 < share < 0.61
    assert clean(tmp_path, FIRST + SECOND + cut, end="sentence", end_keep=keep) == [action]


def test_where_no_sentence_leaves_enough_a_whole_clause_is_the_end(tmp_path: Path) -> None:
    assert clean(tmp_path, FIRST + SECOND + CUT, end="sentence", end_keep=0.61) == ["fix"]
    assert text(tmp_path) == transmission(FIRST + SECOND + "这时候把炒好的花生倒进去。")


@pytest.mark.parametrize(
    ("written", "action"),
    [
        (r"水汽散得多快由温度差决定,单位时间里散去的量是 \(q = k(T_s -...", "fix"),
        (r"水汽散得多快由温度差决定,单位时间里散去的量是 \[ \text{每秒的量} = k(T...", "fix"),
        (r"水汽散得多快由温度差决定,单位时间里散去的量是 [Math]...", "fix"),
        (r"水汽散得多快由 \(T_s 决定,单位时间里散去的量另有公式可查,这里只说结...", "hold"),  # prose would go too
        (r"水汽 [Math] 散得多快由温度差决定,单位时间里散去的量是 \(q = k(T_s -...", "hold"),  # and another loss
        (r"\(q = k(T_s - T_a) + \frac{a}{b} + \frac{c}{d} + \frac{e}{f...", "hold"),  # nothing would be left
        (r"水汽散得多快由温度差决定,单位时间里散去的量是 \(q = k(T_s -", "hold"),  # no excerpt: nobody cut it
    ],
)
def test_an_excerpt_that_was_cut_inside_a_formula_ends_before_it(tmp_path: Path, written: str, action: str) -> None:
    assert clean(tmp_path, OLD + written) == [action]
    if action == "fix":
        assert text(tmp_path) == transmission(f"{OLD}水汽散得多快由温度差决定,单位时间里散去的量是...")
        assert rows(tmp_path / "out")[0]["reasons"] == ["cut before a broken formula at the end"]
        assert feedtools(tmp_path, "clean", "--undo", "out", "-o", "back").returncode == 0
        assert (tmp_path / "back/a.txt").read_bytes() == (tmp_path / "feed/a.txt").read_bytes()
        assert clean(tmp_path, OLD + written, end="keep") == ["hold"]


def test_other_formats_keep_a_cut_formula_for_a_person(tmp_path: Path) -> None:
    line = json.dumps({"id": "1", "text": OLD + r"散去的量是 \(q = k(T_s -..."}, ensure_ascii=False) + "\n"
    for setting, action in (("", "hold"), ('[clean]\nend = "formula"\n', "fix")):
        write(tmp_path, feed__a_jsonl=line, feedtools_toml=setting)
        feedtools(tmp_path, "clean", "feed", "-o", "out", "--force")
        assert [row["action"] for row in rows(tmp_path / "out")] == [action]


def test_a_break_in_the_tail_is_cut_off_and_one_at_the_head_is_held(tmp_path: Path) -> None:
    other = "糖霜要在背风的地方晾,见了潮气就返砂。" + "隔夜的也还能吃,只是不脆了。"
    actions = clean(tmp_path, FIRST + SECOND + BROKEN, BROKEN + other, end="break")
    assert actions == ["fix", "hold"]
    assert text(tmp_path) == transmission(FIRST + SECOND)
    assert rows(tmp_path / "out")[0]["reasons"] == ["cut before a break, at the end of a sentence"]
    assert BROKEN + other in (tmp_path / "out/held/a.txt.jsonl").read_text(encoding="utf-8")


def test_an_excerpt_without_a_break_is_left_by_break(tmp_path: Path) -> None:
    assert clean(tmp_path, FIRST + SECOND + CUT, end="break") == ["keep"]


def test_a_sentence_that_announces_what_is_lost_goes_too(tmp_path: Path) -> None:
    clean(tmp_path, FIRST + SECOND + "完整的配方如下。 [代码] 照着做就行。", end="break")
    assert text(tmp_path) == transmission(FIRST + SECOND)


def test_what_a_suggestion_would_repair_is_for_a_person(tmp_path: Path) -> None:
    both = FIRST + "学习率取1e4。" + SECOND + BROKEN
    assert clean(tmp_path, both, end="break", fix="safe") == ["hold"]


def test_a_rule_of_ones_own_is_for_a_person(tmp_path: Path) -> None:
    rule = """id = "XX001"
name = "secret-name"
level = "error"
confidence = "high"
status = "stable"
message = "a name that must not be published"
why = "It is a secret."
keywords = ["绝密厂"]
pattern = "绝密厂"
[[bad]]
text = "这是⟦绝密厂⟧的方子。"
[[good]]
text = "这是街坊的方子。"
"""
    write(tmp_path, rules__XX001_toml=rule)
    (tmp_path / "rules/XX001.toml").rename(tmp_path / "rules/XX001-secret-name.toml")
    settings = '[clean]\nend = "sentence"\n'
    write(tmp_path, feed__a_txt=transmission(FIRST + SECOND + "方子来自绝密厂。"))
    (tmp_path / "feedtools.toml").write_text(f'rule-packs = ["rules"]\n{settings}', encoding="utf-8")
    assert feedtools(tmp_path, "clean", "feed", "-o", "out").returncode == 0
    assert [row["action"] for row in rows(tmp_path / "out")] == ["hold"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('end = "word"', "keep, formula, break, sentence"),
        ("end-keep = 1.5", "from 0 to 1"),
        ('end-keep = "half"', "from 0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, line: str, told: str) -> None:
    write(tmp_path, feed__a_txt=transmission(WHOLE), feedtools_toml=f"[clean]\n{line}\n")
    done = feedtools(tmp_path, "clean", "feed", "-o", "out")
    assert (done.returncode, told in done.stderr) == (2, True)


def ended(folder: Path, text: str, **table: Any) -> tuple[str, str]:
    """The action for one article, and what it reads, published or held; in this process."""
    write(folder, feed__a_txt=transmission(text))
    originals = folder / "originals"
    sources = Sources(originals=str(originals) if originals.exists() else None)
    run([str(folder / "feed/a.txt")], folder / "out", Config(jobs=1, clean=policy(table)), sources)
    [row] = rows(folder / "out")
    held = folder / "out/held/a.txt.jsonl"
    kept = json.loads(held.read_text("utf-8"))["text"] if row["action"] == "hold" else text_of(folder)
    return row["action"], kept


def text_of(folder: Path) -> str:
    return (folder / "out/a.txt").read_text("utf-8").removeprefix(transmission()).removesuffix("\n")


@pytest.mark.parametrize(
    ("end", "action"),
    [("……", "keep"), ("....", "keep"), ("......", "keep"), ("…", "fix"), ("...", "fix")],
)
def test_dots_that_an_author_wrote_are_no_cut(tmp_path: Path, end: str, action: str) -> None:
    written = FIRST + SECOND + "这时候把炒好的花生倒进去" + end
    assert ended(tmp_path, written, end="sentence") == (
        action,
        written if action == "keep" else FIRST + SECOND,
    )


def test_an_article_that_stays_held_keeps_its_end(tmp_path: Path) -> None:
    written = FIRST + "学习率取1e4。" + SECOND + BROKEN
    assert ended(tmp_path, written, end="break", fix="safe") == ("hold", written)
    assert ended(tmp_path, FIRST + SECOND + BROKEN, end="break", fix="safe") == ("fix", FIRST + SECOND)


@pytest.mark.parametrize(("other", "action", "lost"), [("T_1", "restore", r"\(T_1\)"), ("T_2", "hold", "[Math]")])
def test_a_break_for_which_a_repair_is_offered_is_not_cut_off(
    tmp_path: Path, other: str, action: str, lost: str
) -> None:
    written = FIRST + SECOND + BROKEN.replace("[Math]", " [Math]")
    for name, formula in (("a", "T_1"), ("b", other)):
        write(tmp_path, **{f"originals__{name}_md": written.replace("[Math]", rf"\({formula}\)") + "\n"})
    assert ended(tmp_path, written, end="break") == (action, written.replace("[Math]", lost))


@pytest.mark.parametrize("syntax", ["", "markdown", "markdown/none", "code"])
def test_a_record_is_judged_in_its_own_syntax_after_the_cut(tmp_path: Path, syntax: str) -> None:
    """What stands in code is no placeholder, where the record says that its code is marked."""
    code = "盖子上写着 `[公式]` 两个字,那是锅的名字,不缺什么,别去找。"
    record = {"id": "a", "text": FIRST + SECOND + code + BROKEN, "syntax": syntax}
    write(tmp_path, feed__a_jsonl=json.dumps(record) + "\n", feedtools_toml='[clean]\nend = "break"\n')
    assert feedtools(tmp_path, "clean", "feed", "-o", "out").returncode == 0
    [row] = rows(tmp_path / "out")
    assert row["action"] == ("fix" if syntax else "hold")
    if syntax:
        published = json.loads((tmp_path / "out/a.jsonl").read_text(encoding="utf-8"))
        assert published == {"id": "a", "text": FIRST + SECOND + code, "syntax": syntax}
