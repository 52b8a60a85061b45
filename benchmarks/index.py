"""The index at scale: build, size, and what a commit hook waits for.

    python benchmarks/index.py --articles 1000000 [--folder DIR] [--floors]

Builds an index of generated articles, then times whole processes, interleaved: a bare interpreter that imports what any
such tool must, and ``feedtools check`` of twelve new articles against the index. CPU seconds of the child processes;
medians of 20 warm runs.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generate import documents as generated
from feedtools.dedup import dedup
from feedtools.index.sqlite import Index
from feedtools.model import Article

BARE = [sys.executable, "-c", "import click, regex, sqlite3"]
NEW = 12
PORTION = 1_000_000
ROTATED = 1_000_000
"""Articles that are generated; beyond them, their ideographs are shifted, which leaves no run of symbols alike."""


def texts() -> Iterator[str]:
    """Articles without end, no two alike but for the planted copies among the generated ones."""
    made: list[str] = []
    for document in generated(ROTATED):
        made.append(document.text)
        yield document.text
    turn = 0
    while True:
        turn += 1
        shift = {code: 0x4E00 + (code - 0x4E00 + 1999 * turn) % 20000 for code in range(0x4E00, 0x4E00 + 20000)}
        for text in made:
            yield text.translate(shift)


def build(index: Index, count: int) -> tuple[float, float]:
    """CPU seconds to build, and those the deduplicator took for the first portion, for scale."""
    source = texts()
    cpu = 0.0
    yardstick = 0.0
    done = 0
    while done < count:
        portion = list(islice(source, min(PORTION, count - done)))
        articles = [
            Article(f"feed/{number // 12}.txt", number % 12 + 4, text) for number, text in enumerate(portion, done)
        ]
        if not yardstick:
            started = time.process_time()
            dedup(portion, jobs=1)
            yardstick = (time.process_time() - started) / len(portion)
        started = time.process_time()
        index.add(articles)
        cpu += time.process_time() - started
        done += len(portion)
    return cpu, yardstick * count


def child_cpu(command: list[str], cwd: Path) -> float:
    """CPU seconds of one child process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as users run it: modules are compiled once
    subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def query(folder: Path, index: Path, runs: int = 20) -> tuple[float, float, float]:
    """Median CPU seconds: bare, checked alone, checked against the index."""
    new = folder / "new.txt"
    lines = [document.text for seed in (0, 9) for document in generated(NEW // 2, seed=seed)]
    new.write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n" + "\n".join(lines) + "\n", encoding="utf-8")
    check = [sys.executable, "-m", "feedtools", "check", str(new)]
    commands = (BARE, check, [*check, "--against", str(index)])
    timed: list[list[float]] = [[], [], []]
    for run in range(runs + 2):
        for command, times in zip(commands, timed, strict=True):
            spent = child_cpu(command, folder)
            if run >= 2:
                times.append(spent)
    bare, alone, against = map(statistics.median, timed)
    return bare, alone, against


def main() -> int:
    """Print the table; exit 1 below the floors if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--floors", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        folder = Path(temporary)
        path = folder / "index.sqlite"
        with Index(path, create=True) as index:
            cpu, yardstick = build(index, options.articles)
            size = index.stats().bytes
            (bare_size,) = index.base.execute("SELECT sum(pgsize) FROM dbstat WHERE name != 'text'").fetchone()
            fresh = [
                Article("new.txt", number, document.text) for number, document in enumerate(generated(NEW, seed=5))
            ]
            started = time.process_time()
            index.add(fresh)
            adding = time.process_time() - started
        bare, alone, against = query(folder, path)
    each = bare_size / options.articles
    print(f"articles                     {options.articles:>12,}")
    print(f"build, CPU s                 {cpu:>12.1f}   ({cpu / yardstick:.2f}x the deduplicator)")
    print(f"bytes an article, no text    {each:>12.0f}   (with text {size / options.articles:.0f})")
    print(f"adding {NEW}, CPU ms             {1000 * adding:>12.1f}")
    print(f"bare process, CPU ms         {1000 * bare:>12.1f}")
    print(f"check alone                  {1000 * alone:>12.1f}   ({alone / bare:.2f}x bare)")
    print(f"check against the index      {1000 * against:>12.1f}   ({against / bare:.2f}x bare)")
    limit = 2.5 if options.articles <= 1_000_000 else 3.0
    good = against <= limit * bare and cpu <= 1.3 * yardstick and each <= 250 and adding <= 0.020
    return int(options.floors and not good)


if __name__ == "__main__":
    sys.exit(main())
