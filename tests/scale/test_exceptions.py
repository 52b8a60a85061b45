"""Exceptions and decisions mean the same to Spark as to the local engine; its stages are asked, no cluster is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from feedtools.clean.decisions import Decisions
from feedtools.clean.judging import Judge
from feedtools.config import Config
from feedtools.lint.checks.base import Evidence
from feedtools.lint.decisions import choice
from feedtools.lint.exceptions import Exceptions
from feedtools.lint.selection import active_rules

pa = pytest.importorskip("pyarrow")

RATE = "学习率先取1e4,跑完前三轮再减半,别的都不用去动它。"
LOST = "这一段的推导到了[Math]就断了,后面的话谁也接不上来。"


def decided(root: Path, *texts: str, **columns: list[Any]) -> list[dict[str, Any]]:
    from feedtools.lint.decisions import load
    from feedtools.scale import decisions

    config = Config(root=root)
    choices = load(root / "feedtools-decisions.jsonl")
    exceptions = Exceptions(config, choices)
    judge = Judge(active_rules(config), Evidence(), config.clean, exceptions or None, Decisions(choices))
    batch = pa.RecordBatch.from_pydict({"id": [str(n) for n in range(len(texts))], "text": list(texts), **columns})
    rows = [row for made in decisions.repaired(judge)([batch]) for row in made.to_pylist()]
    state = [{**dict.fromkeys(decisions.STATE.names), **row} for row in rows]
    table = pa.Table.from_pylist(state, schema=decisions.STATE)
    return [row for made in decisions.decided(config.clean)(table.to_batches()) for row in made.to_pylist()]


def test_without_any_the_damaged_are_held(tmp_path: Path) -> None:
    assert [row["action"] for row in decided(tmp_path, RATE, LOST)] == ["hold", "hold"]


def test_a_document_is_judged_in_the_syntax_that_its_record_says(tmp_path: Path) -> None:
    code = "天黑以后河边没有灯。\n\n    print('[Math]')\n\n谁也没有带手电筒。"
    said = ["markdown", "markdown/none", "never heard of", None]
    found = decided(tmp_path, *[code] * 4, syntax=said)
    assert [[one["rule"] for one in row["findings"]] for row in found] == [[], [], ["FT101"], ["FT101"]]
    assert [row["action"] for row in decided(tmp_path, code)] == ["hold"]


def test_the_allow_file_is_honoured(tmp_path: Path) -> None:
    (tmp_path / "feedtools-allow.toml").write_text('[[allow]]\nrule = "FT302"\ntext = "1e4"\n', encoding="utf-8")
    assert [row["action"] for row in decided(tmp_path, RATE, LOST)] == ["keep", "hold"]


def test_decisions_are_honoured(tmp_path: Path) -> None:
    from feedtools.lint.decisions import append

    to = LOST.replace("[Math]", "积分")
    choices = [choice("allow", rule="FT302", words="1e4"), choice("publish", text=LOST, to=to)]
    append(tmp_path / "feedtools-decisions.jsonl", choices)
    first, second = decided(tmp_path, RATE, LOST)
    assert (first["action"], second["action"], second["text"]) == ("keep", "fix", to)
    assert second["reasons"] == [f"published (decision {choices[1].id})"]
    append(tmp_path / "feedtools-decisions.jsonl", [choice("reject", text=LOST)])
    assert [row["action"] for row in decided(tmp_path, RATE, LOST)] == ["keep", "drop"]
