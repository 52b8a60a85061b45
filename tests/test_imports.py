"""What a small check must not load: each of these alone costs more than the check itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CLEAN = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n这一篇讲的是怎样把一句话说清楚。\n这一篇讲的是怎样把一件事做完整。\n"
PROBE = """
import sys
sys.argv = ["feedtools", *sys.argv[1:]]
from feedtools.__main__ import main
try:
    code = main()
except SystemExit as stop:
    code = stop.code
print(*sorted(sys.modules))
sys.exit(code)
"""
MOST = 45
"""Modules of ours that a clean check may load; each costs as much as reading ten articles."""
WITH_FORMULAS = 52
"""The same where there are formulas, all of them plain, and Latin words."""


def loaded(*arguments: str) -> set[str]:
    """Modules in memory after ``feedtools`` ran with these arguments and found nothing wrong."""
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "nothing found in 2 articles of 1 file\n")
    return set(done.stdout.splitlines()[-1].split())


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``feedtools`` a second time, so that what is kept between starts is there, and name what it loaded last."""
    command = [sys.executable, "-c", PROBE, *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, capture_output=True, check=False, env=environment)
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)


@pytest.mark.parametrize("flags", [[], ["--output-format", "jsonl"], ["--no-duplicates"]], ids=str)
def test_check_of_a_clean_transmission_loads_nothing_heavy(tmp_path: Path, flags: list[str]) -> None:
    path = tmp_path / "clean.txt"
    path.write_text(CLEAN, encoding="utf-8")
    every = loaded("check", str(path), *flags)
    modules = {name.partition(".")[0] for name in every}
    assert modules & {"numpy", "scipy", "datasketch", "pandas", "pyarrow"} == set()
    assert modules & {"multiprocessing", "concurrent", "asyncio", "email", "http", "unittest"} == set()
    assert modules & {"markdown_it", "selectolax", "html", "sqlite3", "rapidfuzz", "regex"} == set()
    assert len(ours(every)) <= MOST, sorted(ours(every))


def ours(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "feedtools"}


def test_plain_formulas_and_words_load_neither_the_parser_nor_what_compares(tmp_path: Path) -> None:
    path = tmp_path / "clean.txt"
    path.write_text(f"{CLEAN}学习率 \\(\\alpha_t\\) 之外,还有 momentum 与 dropout 两样。\n", encoding="utf-8")
    done = run("check", str(path))
    assert (done.returncode, done.stderr) == (0, "nothing found in 3 articles of 1 file\n")
    modules = ours(set(done.stdout.splitlines()[-1].split()))
    assert "feedtools.lint.checks.latex.rules" in modules
    assert "feedtools.dedup.small" in modules
    assert modules.isdisjoint({"feedtools.lint.checks.latex.parser", "feedtools.lint.checks.latex.suspect"})
    assert modules.isdisjoint({"feedtools.dedup.match", "feedtools.report.grouped", "feedtools.readers.passed_over"})
    assert len(modules) <= WITH_FORMULAS, sorted(modules)


def test_the_library_binds_its_names_lazily() -> None:
    code = "import feedtools, sys; print(*(name for name in sys.modules if name.startswith('feedtools')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["feedtools"]
