"""Start-up: ``feedtools check`` on one transmission, whole process, against a bare interpreter with its imports.

    python benchmarks/startup.py [--rounds 20]

The two run in turns, so that whatever else the machine does meets both. Figures are medians of wall and of CPU time;
the ratio is the floor: a check in an editor or a hook must not feel slower than Python itself.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "sample" / "feed" / "000.txt"
FLOOR = 3.0
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As users run it: modules are compiled once, not at every start."""
COMMANDS = {
    "bare": [sys.executable, "-c", "import click, regex"],
    "check": [sys.executable, "-m", "feedtools", "check", str(SAMPLE)],
    "check --no-duplicates": [sys.executable, "-m", "feedtools", "check", "--no-duplicates", str(SAMPLE)],
    "--version": [sys.executable, "-m", "feedtools", "--version"],
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
    """Print one JSON object; exit 1 where the floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 2):
        for name, command in COMMANDS.items():
            seconds = once(command)
            if number >= 2:  # the first two fill the caches
                taken[name].append(seconds)
    medians = {
        name: {
            "wall_ms": round(1000 * statistics.median(wall for wall, _ in pairs), 1),
            "cpu_ms": round(1000 * statistics.median(cpu for _, cpu in pairs), 1),
        }
        for name, pairs in taken.items()
    }
    ratio = medians["check"]["wall_ms"] / medians["bare"]["wall_ms"]
    print(json.dumps({"benchmark": "startup", "rounds": rounds, "ratio": round(ratio, 2), "floor": FLOOR, **medians}))
    return int(ratio > FLOOR)


if __name__ == "__main__":
    sys.exit(main())
