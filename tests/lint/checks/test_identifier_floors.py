"""Floors of FT301 and FT302 on labelled articles, where they are at hand: beside the checkout, or FEEDTOOLS_SHARED."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import SHARED

SETS = [("data/transmissions.gold.jsonl", "data/transmissions"), ("data/lint/gold.jsonl.gz", "data/lint/transmissions")]
FLOORS = {"ident-joined": [0.92, 0.84], "operator-lost": [0.97, 0.64]}
HIGH_FLOORS = {"ident-joined": [0.97, 0.57]}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHARED.is_dir(), reason="no labelled articles here")]


@pytest.mark.parametrize(("gold", "articles"), SETS)
def test_floors(gold: str, articles: str, tmp_path: Path) -> None:
    found = tmp_path / "found.jsonl"
    command = [sys.executable, "-m", "feedtools", "check", str(SHARED / articles), "--select", "FT3"]
    with found.open("w") as output:
        code = subprocess.run([*command, "--output-format", "jsonl"], stdout=output, stderr=subprocess.PIPE).returncode
    assert code == 1
    for floors, more in ((FLOORS, []), (HIGH_FLOORS, ["--confidence", "high"])):
        limits = tmp_path / "floors.json"
        limits.write_text(json.dumps(floors))
        score = [sys.executable, str(SHARED / "score" / "lint_score.py"), str(SHARED / gold), str(found)]
        result = subprocess.run([*score, "--floor", str(limits), *more], capture_output=True, text=True)
        assert result.returncode == 0, result.stdout
