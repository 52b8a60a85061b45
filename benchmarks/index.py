"""The index at scale: build, size, and what a commit hook waits for.

    python benchmarks/index.py --articles 1000000 [--folder DIR] [--keep INDEX] [--floors]
    python benchmarks/index.py --poisoned [--articles 100000] [--folder DIR] [--floors]

Builds an index of generated articles, then times whole processes, interleaved: a bare interpreter that imports what any
such tool must, and ``feedtools check`` of twelve new articles against the index. CPU seconds of the child processes;
medians of 20 warm runs.

``--poisoned`` asks indexes in which all articles share one key, or one footer, for twelve articles that have it too,
and for the same articles without it.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.generate import VARIANTS, source
from benchmarks.generate import documents as generated
from feedtools.dedup.batch import dedup
from feedtools.dedup.index.updates import IndexWriter as Index
from feedtools.dedup.sketch import SHINGLE, shingle_hashes
from feedtools.model import Article

BARE = [sys.executable, "-c", "import click, regex, sqlite3"]
NEW = 12
PORTION = 12 * 83_333
"""Articles added at once: whole files."""
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
    endless = texts()
    cpu = 0.0
    yardstick = 0.0
    done = 0
    while done < count:
        portion = list(islice(endless, min(PORTION, count - done)))
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


def medians(commands: Sequence[list[str]], folder: Path, runs: int = 20) -> list[float]:
    """Median CPU seconds of some commands that take turns, after two rounds to warm up."""
    timed: list[list[float]] = [[] for _ in commands]
    for run in range(runs + 2):
        for command, times in zip(commands, timed, strict=True):
            spent = child_cpu(command, folder)
            if run >= 2:
                times.append(spent)
    return [statistics.median(times) for times in timed]


def check(folder: Path, name: str, lines: Iterable[str]) -> list[str]:
    """The command that checks a transmission of some articles, which is written."""
    path = folder / name
    path.write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return [sys.executable, "-m", "feedtools", "check", str(path)]


def query(folder: Path, index: Path) -> list[float]:
    """Median CPU seconds: bare, checked alone, checked against the index, and that with nothing but copies.

    Half of the articles are in the index to the letter, or else all are edited, cut or otherwise rendered.
    """
    alone = check(folder, "new.txt", [document.text for seed in (0, 9) for document in generated(NEW // 2, seed=seed)])
    rng = random.Random(4)
    names = [name for name in VARIANTS if name not in {"trunc10", "trunc25"}]
    copies = check(
        folder, "copies.txt", [VARIANTS[names[n % len(names)]](source(1000 * n + 7), rng) for n in range(NEW)]
    )
    against = ["--against", str(index)]
    return medians((BARE, alone, [*alone, *against], [*copies, *against]), folder)


FOOTER = (
    "。以上内容由编辑部整理,转载请注明出处,更多文章请订阅每周一早晨送达的通讯,来信请寄到读者服务中心,我们会逐一回复。"
)
POISON = 3.0
"""Times a query may take that meets a key of 100,000 articles, in those it takes without."""


def crowded_shingle() -> str:
    """Seven characters whose key is looked up: every eighth shingle's is."""
    noise = "".join(chr(0x4E00 + 31 * number) for number in range(400))
    return next(noise[at : at + SHINGLE] for at in range(400) if shingle_hashes(noise[at : at + SHINGLE]))


def poisoned(folder: Path, articles: int) -> bool:
    """Print what it costs to meet a key that all articles have; whether it is within bounds."""
    good = True
    print(f"{'all ' + format(articles, ',') + ' articles share':<34}{'without, CPU ms':>18}{'with':>8}")
    for what, mark in (("one key", crowded_shingle()), ("a footer", FOOTER)):
        path = folder / f"{what.split()[-1]}.sqlite"
        with Index(path, create=True) as index:
            texts = (document.text for document in generated(articles))
            index.add([Article(f"feed/{n // 12}.txt", n % 12 + 4, text + mark) for n, text in enumerate(texts)])
        new = [document.text for document in generated(NEW, seed=9, planted=0)]
        plain = check(folder, "plain.txt", new)
        marked = check(folder, "marked.txt", [text + mark for text in new])
        against = ["--against", str(path)]
        without, within, *alone = medians(([*plain, *against], [*marked, *against], plain, marked), folder)
        part = (within - alone[1]) / (without - alone[0])
        print(
            f"{what:<34}{1000 * without:>18.1f}{1000 * within:>8.1f}   ({within / without:.2f}x the process, ", end=""
        )
        print(f"{part:.2f}x what the index adds)")
        good &= within <= POISON * without
    return good


def main() -> int:
    """Print the table; exit 1 below the floors if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--keep", type=Path, help="build the index here and leave it")
    parser.add_argument("--poisoned", action="store_true")
    parser.add_argument("--floors", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary:
        folder = Path(temporary)
        if options.poisoned:
            return int(not poisoned(folder, options.articles) and options.floors)
        path = options.keep or folder / "index.sqlite"
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
        bare, alone, against, copies = query(folder, path)
    each = bare_size / options.articles
    print(f"articles                     {options.articles:>12,}")
    print(f"build, CPU s                 {cpu:>12.1f}   ({cpu / yardstick:.2f}x the deduplicator)")
    print(f"bytes an article, no text    {each:>12.0f}   (with text {size / options.articles:.0f})")
    print(f"adding {NEW}, CPU ms             {1000 * adding:>12.1f}")
    print(f"bare process, CPU ms         {1000 * bare:>12.1f}")
    print(f"check alone                  {1000 * alone:>12.1f}   ({alone / bare:.2f}x bare)")
    print(f"check against the index      {1000 * against:>12.1f}   ({against / bare:.2f}x bare)")
    print(f"the same, all of them copies {1000 * copies:>12.1f}   ({copies / bare:.2f}x bare)")
    limit = 2.5 if options.articles <= 1_000_000 else 3.0
    good = max(against, copies) <= limit * bare and cpu <= 1.3 * yardstick and each <= 250 and adding <= 0.020
    return int(options.floors and not good)


if __name__ == "__main__":
    sys.exit(main())
