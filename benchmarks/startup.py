"""Start-up: ``feedtools check`` on one transmission, whole process, against a bare interpreter with its imports.

    python benchmarks/startup.py [--rounds 20]

The commands run in turns, so that whatever else the machine does meets all of them. Figures are medians of wall and of
CPU time; the ratios of CPU time are the floors: a check in an editor or a hook must not feel slower than Python itself.
The first two rounds are not counted: they leave the compiled modules, patterns and rules that every later start finds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import generate

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "sample" / "feed" / "000.txt"
PUBLISHED = 2_000
"""Articles of the index, none of which the sample repeats."""
FLOORS = {"check": 1.6, "check --against": 1.7}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As users run it: modules are compiled once, not at every start."""
FEEDTOOLS = [sys.executable, "-m", "feedtools"]


def commands(folder: Path) -> dict[str, list[str]]:
    """The commands that are measured; an index for one of them is made in the folder."""
    feed, index = folder / "published.jsonl", folder / "index.sqlite"
    rows = (json.dumps({"text": it.text}, ensure_ascii=False) for it in generate.documents(PUBLISHED))
    feed.write_text("\n".join(rows), encoding="utf-8")
    made = [*FEEDTOOLS, "index", "add", "-i", str(index), str(feed)]
    subprocess.run(made, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    check = [*FEEDTOOLS, "check", str(SAMPLE)]
    return {
        "bare": [sys.executable, "-c", "import click, regex"],
        "check": check,
        "check --no-duplicates": [*check, "--no-duplicates"],
        "check --against": [*check, "--against", str(index)],
        "--version": [*FEEDTOOLS, "--version"],
    }


def once(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process, from start to end."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print one JSON object; exit 1 where a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        asked = commands(Path(folder))
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        for number in range(rounds + 2):
            for name, command in asked.items():
                seconds = once(command)
                if number >= 2:
                    taken[name].append(seconds)
    medians = {
        name: {
            "wall_ms": round(1000 * statistics.median(wall for wall, _ in pairs), 1),
            "cpu_ms": round(1000 * statistics.median(cpu for _, cpu in pairs), 1),
        }
        for name, pairs in taken.items()
    }
    ratios = {name: round(medians[name]["cpu_ms"] / medians["bare"]["cpu_ms"], 2) for name in FLOORS}
    print(json.dumps({"benchmark": "startup", "rounds": rounds, "ratios": ratios, "floors": FLOORS, **medians}))
    return int(any(ratios[name] > floor for name, floor in FLOORS.items()))


if __name__ == "__main__":
    sys.exit(main())
