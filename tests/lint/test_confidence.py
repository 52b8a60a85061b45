"""What findings claim of themselves, against labelled articles: high and medium keep their precision."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.places import ROOT, SHARED

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SHARED.is_dir(), reason="no labelled articles here")]


@pytest.mark.parametrize("name", ["lint", "lint2"])
def test_high_and_medium_keep_their_precision(name: str) -> None:
    gold = SHARED / "data" / name / "gold.jsonl.gz"
    if not gold.is_file():
        pytest.skip("no labelled articles here")
    command = [sys.executable, str(ROOT / "benchmarks" / "confidence.py"), str(gold), "--floor"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FT301  high" in done.stdout
