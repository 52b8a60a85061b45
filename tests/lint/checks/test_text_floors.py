"""Floors of FT1, FT210, FT211 and FT4 on labelled articles, where they are at hand: beside the checkout, or
FEEDTOOLS_SHARED."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import SHARED

BOTH = {
    "placeholder-math": [0.999, 0.999],
    "placeholder-formula": [0.999, 0.999],
    "placeholder-code": [0.999, 0.999],
    "math-alphanumeric": [0.999, 0.999],
    "truncated": [0.999, 0.999],
    "latex-bare": [0.98, 0.97],
}
# The simulated articles mark where a figure stood, with no width, and never the words that point at it; and a third of
# their ordered lists kept no number at all: only the annotated feed says how FT402 and FT404 do.
REAL = {**BOTH, "content-missing": [0.9, 0.9], "list-restarted": [0.95, 0.95]}
SETS = [
    ("data/transmissions.gold.jsonl", "data/transmissions", REAL),
    ("data/lint/gold.jsonl.gz", "data/lint/transmissions", {**BOTH, "list-restarted": [0.95, 0.65]}),
]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHARED.is_dir(), reason="no labelled articles here")]


@pytest.mark.parametrize(("gold", "articles", "floors"), SETS)
def test_floors(gold: str, articles: str, floors: dict[str, list[float]], tmp_path: Path) -> None:
    found, limits = tmp_path / "found.jsonl", tmp_path / "floors.json"
    limits.write_text(json.dumps(floors))
    command = [sys.executable, "-m", "feedtools", "check", str(SHARED / articles), "--select", "FT1,FT210,FT211,FT4"]
    with found.open("w") as output:
        subprocess.run([*command, "--output-format", "jsonl"], stdout=output, stderr=subprocess.PIPE)
    score = [sys.executable, str(SHARED / "score" / "lint_score.py"), str(SHARED / gold), str(found)]
    result = subprocess.run([*score, "--floor", str(limits)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
