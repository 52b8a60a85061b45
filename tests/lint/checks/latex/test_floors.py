"""Floors of the formula rules on labelled formulas and articles; skipped where that data is absent."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from feedtools.lint.checks import latex
from feedtools.lint.checks.base import View
from tests.places import SHARED

DATA = SHARED / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no labelled data at {DATA}")


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


@pytest.mark.slow
def test_verdicts_agree_with_the_renderers() -> None:
    pairs = []
    for row in rows(DATA / "latex" / "formulas.jsonl.gz"):
        if row["katex"] == row["mathjax"]:
            view = View(row["text"])
            found = [*latex.unclosed(view, {}), *latex.stray_close(view, {}), *latex.broken(view, {})]
            pairs.append((not row["katex"], bool(found)))
    both = sum(broken and called for broken, called in pairs)
    assert sum(broken == called for broken, called in pairs) / len(pairs) >= 0.999
    assert both / sum(called for _, called in pairs) >= 0.999
    assert both / sum(broken for broken, _ in pairs) >= 0.999


def test_unclosed_formulas_are_found_and_nothing_else() -> None:
    owed = found = alarms = false = 0
    for row in rows(DATA / "lint" / "gold.jsonl.gz"):
        spans = [(label["start"], label["end"]) for label in row["labels"] if label["kind"] == "latex-unclosed"]
        hits = [(hit.start, hit.end) for hit in latex.unclosed(View(row["text"]), {})]
        owed += len(spans)
        found += sum(any(a < end and start < b for a, b in hits) for start, end in spans)
        alarms += len(hits)
        false += sum(not any(a < end and start < b for start, end in spans) for a, b in hits)
    assert found / owed >= 0.995
    assert 1 - false / alarms >= 0.99
