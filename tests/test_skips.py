"""A skip in CI fails the run unless it is allowed by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT
from tests.skips import MAY_SKIP, forbidden

TESTS = """
import pytest
def test_runs(): pass
def test_wants_java(): pytest.skip("Java is missing")
"""


@pytest.mark.parametrize(
    ("ci", "allowed", "code"), [("true", "", 1), ("true", "shared,extras", 1), ("true", "java", 0), ("", "", 0)]
)
def test_a_skip_fails_ci_unless_it_is_allowed(tmp_path: Path, ci: str, allowed: str, code: int) -> None:
    (tmp_path / "test_one.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n", encoding="utf-8")
    env = {**os.environ, "CI": ci, "FEEDTOOLS_MAY_SKIP": allowed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
    assert ("skipped without leave: Skipped: Java is missing" in done.stdout) == bool(code)
    assert ("skips allowed: " in done.stdout) == bool(ci)


def test_every_name_allows_its_own_reasons_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDTOOLS_MAY_SKIP", "java")
    assert list(forbidden(["Skipped: Java is missing", "Skipped: no Chromium on this machine"])) == [
        "Skipped: no Chromium on this machine"
    ]
    assert all(pattern for pattern in MAY_SKIP.values())
