"""What a small check must not load: each of these alone costs more than the check itself."""

from __future__ import annotations

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
print(*sorted({name.partition(".")[0] for name in sys.modules}))
sys.exit(code)
"""


def loaded(*arguments: str) -> set[str]:
    """Top-level modules in memory after ``feedtools`` ran with these arguments and found nothing wrong."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (run.returncode, run.stderr) == (0, "nothing found in 2 articles of 1 file\n")
    return set(run.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("flags", [[], ["--output-format", "jsonl"], ["--no-duplicates"]], ids=str)
def test_check_of_a_clean_transmission_loads_nothing_heavy(tmp_path: Path, flags: list[str]) -> None:
    path = tmp_path / "clean.txt"
    path.write_text(CLEAN, encoding="utf-8")
    modules = loaded("check", str(path), *flags)
    assert modules & {"numpy", "scipy", "datasketch", "pandas", "pyarrow"} == set()
    assert modules & {"multiprocessing", "concurrent", "asyncio", "email", "http", "unittest"} == set()


def test_the_library_binds_its_names_lazily() -> None:
    code = "import feedtools, sys; print(*(name for name in sys.modules if name.startswith('feedtools')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["feedtools"]
