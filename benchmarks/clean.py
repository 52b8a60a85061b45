# ruff: noqa: E402  (the project is found beside this folder)
r"""Clean a whole archive: seconds, CPU and peak memory of every process, and whether the numbers add up.

    python benchmarks/clean.py make 1000000 FEED          # transmissions of 12 articles, as the feed sends them
    python benchmarks/clean.py real 200000 FEED           # the same of real text, where the labelled sets are at hand
    python benchmarks/clean.py run FEED OUT [FLAGS...]    # one row of the table; FLAGS go to feedtools clean
    python benchmarks/clean.py hub 100000 FEED            # one text a hundred thousand times, each with its own number

The articles are those of ``generate.py``: excerpts in both renderings, a fifth of them planted copies, cuts and edits
of earlier ones, spread over the whole archive. One in eight is damaged further, as mode by mode the feed damages them:
spaces before punctuation, doubled marks, a character that was lost, a formula left open. The same count always gives
the same bytes, and a smaller archive is the beginning of a larger one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import generate
import real

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
ARTICLES = 12
FILES = 1000
"""Transmissions of one folder."""
DAMAGED = 8
"""One article in so many is damaged."""
EVERY = 0.5
"""Seconds between two looks at the processes."""

DAMAGES: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace(",", " ,", 2),
    lambda text: text.replace("。", "。。", 1),
    lambda text: text[:60] + "\ufffd" + text[61:],
    lambda text: text[:200] + r" \(x_{i" + text[200:],
    lambda text: text[:120] + "\u200b" + text[120:],
)


def texts(count: int) -> Iterator[str]:
    """The articles of the archive."""
    chance = random.Random(7)
    for document in generate.documents(count):
        text = document.text
        if chance.randrange(DAMAGED) == 0:
            text = chance.choice(DAMAGES)(text)
        yield text


def hub(count: int) -> Iterator[str]:
    """One text again and again: a third the same, a third with a number of its own, a third cut."""
    whole = generate.source(3)
    for number in range(count):
        yield (whole, f"{whole[:600]} {number}", f"{whole[: 100 + number % 300]}...")[number % 3]


def make(found: Iterator[str], folder: Path) -> None:
    """Write transmissions of ``ARTICLES`` articles."""
    number = 0
    while portion := list(islice(found, ARTICLES)):
        place = folder / f"{number // FILES:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:07}.txt").write_text(HEADER + "".join(f"{text}\n" for text in portion), encoding="utf-8")
        number += 1


def _memory(pid: int) -> tuple[int, int]:
    """What a process has in memory and could not drop: MB of its own, and MB shared with others."""
    try:
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        own = int(rows["Private_Dirty"].split()[0]) + int(rows["Private_Clean"].split()[0])
        return own // 1024, int(rows["Rss"].split()[0]) // 1024
    except (OSError, ValueError, KeyError):
        return 0, 0


class Watch(threading.Thread):
    """Looks at a process and its children while they run: highest resident memory of each kind, by phase."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.main = self.worker = self.own = self.disk = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(EVERY):
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, text=True)
            workers = [_memory(int(pid)) for pid in children.stdout.split()]
            self.main = max(self.main, _memory(self.pid)[1])
            self.worker = max([self.worker, *(rss for _, rss in workers)])
            self.own = max([self.own, *(own for own, _ in workers)])


def run(feed: Path, out: Path, flags: list[str]) -> str:
    """One run from outside, as a row."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    before, began = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "feedtools", "clean", str(feed), "-o", str(out), *flags]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    watch = Watch(process.pid)
    watch.start()
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said = line
        took = time.perf_counter() - began
        print(f"{took:7.0f} s, {watch.main:,} MB: {line}", end="", file=sys.stderr, flush=True)
    process.wait()
    watch.done.set()
    wall, after = time.perf_counter() - began, os.times()
    if process.returncode:
        raise SystemExit(said)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    counts = added_up(out)
    sizes = [f"{(out / name).stat().st_size / 2**20:,.1f} MB" for name in ("report.html", "manifest.jsonl")]
    share = cpu / max(1, counts["articles"]) * 1000
    numbers = " | ".join(f"{counts[name]:,}" for name in ("articles", "kept", "dropped", "held"))
    return (
        f"| {numbers} | {wall:,.0f} s | {cpu:,.0f} s | {share:.2f} ms | {watch.main:,} MB | {watch.worker:,} MB "
        f"({watch.own:,} its own) | {' | '.join(sizes)} |"
    )


def added_up(out: Path) -> dict[str, int]:
    """Count the manifest's lines anew, and refuse one that does not add up to what came in."""
    counts = {"articles": 0, "kept": 0, "dropped": 0, "held": 0}
    outcomes = {"keep": "kept", "fix": "kept", "restore": "kept", "drop": "dropped", "hold": "held"}
    with open(out / "manifest.jsonl", encoding="utf-8") as stream:
        expected = json.loads(next(stream))["inputs"]["articles"]
        for line in stream:
            entry = json.loads(line)
            if "action" in entry:
                counts["articles"] += 1
                counts[outcomes[entry["action"]]] += 1
    if counts["articles"] != expected or expected != counts["kept"] + counts["dropped"] + counts["held"]:
        raise SystemExit(f"{expected} articles came in, and the manifest has {counts}")
    return counts


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="what", required=True)
    for name in ("make", "real", "hub"):
        part = parts.add_parser(name)
        part.add_argument("count", type=int)
        part.add_argument("feed", type=Path)
    part = parts.add_parser("run")
    part.add_argument("feed", type=Path)
    part.add_argument("out", type=Path)
    args, flags = parser.parse_known_args(argv)
    if args.what == "run":
        row = run(args.feed, args.out, flags)
        print("| articles | kept | dropped | held | wall | CPU | CPU an article | main process | a worker |")
        print(row)
    else:
        found = {"make": texts, "real": real.many, "hub": hub}[args.what]
        make((" ".join(text.split("\n")) for text in found(args.count)), args.feed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
