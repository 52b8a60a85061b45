"""The table of renderers: what it refuses, what follows from it, and that a new renderer is a table and no code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import feedtools
from feedtools.config import parse as parse_config
from feedtools.dedup.keeper import damage
from feedtools.dedup.sketch import current
from feedtools.dedup.sketch_batch import sketch_block
from feedtools.errors import ConfigError
from feedtools.restore.texts import read
from feedtools.text import dropped, placeholders, renderers, symbols, symbols_batch
from tests.places import ROOT

NEWSLETTER: Mapping[str, Mapping[str, Any]] = {"newsletter": {}}
WECHAT: Mapping[str, Mapping[str, Any]] = {"wechat": {}}


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    renderers.activate(renderers.combined({}))


def use(tables: Mapping[str, Mapping[str, Any]]) -> None:
    renderers.activate(renderers.combined(tables))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"cutt": 3}, "unknown key 'cutt'"),
        ({"cut": "280"}, "cut: expected a number"),
        ({"cut": -1}, "cut: expected a number of code points"),
        ({"cut": True}, "cut: expected a number"),
        ({"cut-at": "line"}, "is none of character, word, sentence"),
        ({"inline-math": "xy"}, "a placeholder of three characters or more"),
        ({"replaces": {"": "-"}}, "replaces: expected a table of texts"),
        ({"replaces": ["–"]}, "replaces: expected a table of texts"),
        ({"header": "HEAD"}, "header: expected a list of lines"),
        ({"ellipsis": ""}, "ellipsis: expected a text"),
        ({"deletes": ["-"]}, "deletes: expected a text"),
    ],
)
def test_a_wrong_table_is_refused_with_its_name(table: dict[str, Any], said: str, tmp_path: Any) -> None:
    with pytest.raises(ConfigError, match=r"\[renderers\.mine\]") as error:
        parse_config({"renderers": {"mine": table}}, tmp_path / "feedtools.toml")
    assert said in str(error.value)
    assert "feedtools.toml" in str(error.value)


def test_a_placeholder_has_three_characters_or_more(tmp_path: Any) -> None:
    assert parse_config({"renderers": {"mine": {"inline-math": "xyz"}}}, tmp_path / "feedtools.toml").renderers


def test_the_shipped_table_says_what_the_feed_does() -> None:
    assert [one.name for one in renderers.active()] == ["keeping", "deleting"]
    assert renderers.deleted_marks() == "-*`#>"
    assert dict(renderers.own_placeholders()) == {"[Math]": "math", "[公式]": "display", "[代码]": "code"}
    assert symbols.version() == symbols.VERSION


@pytest.mark.parametrize(
    ("text", "gaps"),
    [("没有缺口。", 0), ("见 [代碼] 与 [图片] 。", 2), ("设 [Math] 为 [公式]...", 3), ("索引 a[image] 不是。", 0)],
)
def test_damage_counts_every_placeholder_of_the_table(text: str, gaps: int) -> None:
    assert damage(text) == gaps


def test_damage_knows_the_end_that_a_renderer_writes_behind_a_cut() -> None:
    assert damage("到这里就断了[更多]") == 0
    use({"mine": {"cut": 90, "ellipsis": "[更多]"}})
    assert damage("到这里就断了[更多]\n") == 1
    assert damage("[更多]的内容在后面。") == 0


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("设 [Math] 为损失。", "lost"),
        ("一段短文。", "unknown"),
        ("用 model-free 的方法,设 [Math] 为损失。", "kept"),
        ("字" * 350 + "...", "lost"),
        ("字" * 353 + "...", "lost"),
        ("字" * 346 + "...", "unknown"),
        ("字" * 354 + "...", "kept"),
        ("字" * 500 + "...", "kept"),
    ],
)
def test_hyphens_are_known_by_the_traces(text: str, mode: str) -> None:
    assert renderers.hyphens(text) == mode


def test_another_length_may_be_named() -> None:
    assert renderers.hyphens("字" * 200 + "...", cut=200) == "lost"
    assert renderers.hyphens("字" * 200 + "...") == "unknown"


def test_modes_are_told_apart_by_their_traces() -> None:
    use({**NEWSLETTER, **WECHAT})

    def name(text: str) -> str | None:
        found = renderers.detect(text)
        return found.name if found else None

    assert name(r"设 \(x\) 为输入。") == "keeping"
    assert name("设 [Math] 为输入。") == "deleting"
    assert name("设 (公式) 为输入。") == "wechat"
    assert name("Let [equation] be the loss.") == "newsletter"
    assert name("Plain words.") is None
    assert name("Let [equation] be the loss – of all.") is None  # that renderer leaves no long dash


def test_placeholders_of_a_new_renderer_carry_no_symbols() -> None:
    text = "令 (公式) 表示损失,其余不变 [equation] 。"
    assert "公式" in symbols.symbols(text)
    before = current()
    use({**NEWSLETTER, **WECHAT})
    assert symbols.symbols(text) == "令表示损失其余不变"
    assert list(dropped.dropped(text)) == [(2, 6), (17, 27)]
    assert dropped.traits(text) & dropped.HOLES
    block = sketch_block([text, "没有"])
    assert symbols_batch.strings(block.symbols, block.bounds) == [symbols.symbols(text), "没有"]
    assert block.traits.tolist() == [dropped.traits(text), 0]
    assert current() != before  # sketches of other symbols are never compared


def test_rules_ask_the_table() -> None:
    text = "Let [equation] be the loss, as (公式) shows."
    assert feedtools.lint_text(text, select=["FT1"]) == []
    found = feedtools.lint_text(text, select=["FT1"], renderers={**NEWSLETTER, **WECHAT})
    assert [(one.rule, text[slice(*one.span)]) for one in found] == [("FT101", "[equation]"), ("FT101", "(公式)")]


def test_a_table_of_ones_own_needs_no_code() -> None:
    mine = {"mine": {"inline-math": "<math/>", "cut": 40, "ellipsis": " [more]", "deletes": "-"}}
    text = "训练里的 <math/> 是损失"
    assert [one.rule for one in feedtools.lint_text(text, select=["FT1"], renderers=mine)] == ["FT101"]
    assert renderers.hyphens("字" * 40 + " [more]") == "lost"


def test_renderers_reach_a_process_that_is_started_anew() -> None:
    use(WECHAT)
    code = "from feedtools.text import renderers; print([one.name for one in renderers.active()])"
    env = {"PYTHONPATH": str(ROOT), renderers.ENVIRONMENT: renderers.handed_over()}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == ["keeping", "deleting", "wechat"]


def test_without_a_renderer_that_deletes_nothing_is_lost() -> None:
    use({"deleting": {"active": False}})
    assert renderers.hyphens("设 [Math] 为损失。") == "kept"


def test_find_reports_where_placeholders_stand() -> None:
    found = list(placeholders.find("见 [图片] 与 [公式] 与 [Mat..."))
    assert [(one.start, one.end, one.kind) for one in found] == [(2, 6, "media"), (9, 13, "display"), (16, 20, "math")]


def test_what_was_read_for_restoration_is_read_anew_where_other_placeholders_count() -> None:
    text = "梯度下降沿着负梯度方向走 ⟦formula⟧ 直到损失不再变小。"
    assert not read(text).slots
    use({"mine": {"inline-math": "⟦formula⟧"}})
    assert [slot.kind for slot in read(text).slots] == ["hole"]
