"""Faults that were reported from outside, as small runnable cases kept beside the checkout: every one of them holds.

A case that does not hold yet is named in ``OPEN``; one that holds is taken out, so the list only shrinks.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT, SHARED

OPEN: frozenset[str] = frozenset()
RUNNER = SHARED / "score" / "cases.py"
FILES = sorted((SHARED / "cases").glob("*.jsonl"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not RUNNER.is_file(), reason="no reported cases beside the checkout"),
]


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """This feedtools as a command."""
    path = tmp_path / "feedtools"
    head = f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
    path.write_text(head + "from feedtools.__main__ import command\nsys.exit(command())\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_reported_case_holds(file: Path, command: Path) -> None:
    run = [sys.executable, str(RUNNER), str(file), "--feedtools", str(command)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    total = re.search(r"^(\d+) of (\d+) hold$", done.stdout, re.MULTILINE)
    assert total is not None, done.stderr
    failed = set(re.findall(r"^  ([\w-]+)(?: \(guard\))?: ", done.stdout, re.MULTILINE))
    names = {case.split('"')[3] for case in file.read_text(encoding="utf-8").splitlines() if case}
    assert failed <= OPEN, done.stdout
    assert not (OPEN & names) - failed, "these hold now: take them out of OPEN"
