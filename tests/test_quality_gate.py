"""The deduplicator against its pinned floors, on the benchmark's own generated set."""

from __future__ import annotations

import subprocess
import sys

from tests.places import ROOT

GATE = ROOT / "benchmarks" / "gate.py"


def test_recall_and_precision_hold_their_floors() -> None:
    done = subprocess.run([sys.executable, str(GATE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "B-cubed precision" in done.stdout
