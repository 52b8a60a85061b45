# ruff: noqa: E402  (the project is found beside this folder)
"""What Spark costs beside the local engine: CPU a document after start-up, and whether both find the same.

    python benchmarks/spark.py [--count 200000] [--count 1000000] [--master 'local[2,4]'] [--folder FOLDER]
    python benchmarks/spark.py --skewed 1000000

From a Parquet file to written matches (with evidence) and clusters. The CPU time of Spark is that of its Java and all
of its Python processes, after two runs over a small file, by which classes are loaded, code is compiled and workers are
started. Beside it stand the local engine's functions, called in this process, and the local engine as people use it, by
a command (which writes the matches alone), without what starting it takes. The last lines are what the paper
calculation of docs/internals.md is made of.

With ``--skewed``, on Spark alone: every article ends alike (they share a key), half of them do at some length (they
share many), or half are one text; and how much the largest task of a stage had to do beside the median one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import generate
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from feedtools.dedup.batch import dedup
from feedtools.dedup.candidates import HOT
from feedtools.dedup.describe import links
from feedtools.scale import dedup as stages
from feedtools.scale import matches, sketch_join, tables
from feedtools.scale.session import session

WARM = 20_000
PART = 25_000
"""Documents in a file."""


def write(folder: Path, count: int) -> Path:
    """Documents as Parquet, in files of ``PART``; those of an earlier run are taken as they are."""
    place = folder / f"{count}"
    if (place / f"{(count - 1) // PART:05d}.parquet").exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, str]] = []
    for number, document in enumerate(generate.documents(count)):
        rows.append({"id": f"{number:010d}", "text": document.text})
        if len(rows) == PART or number == count - 1:
            pq.write_table(pa.Table.from_pylist(rows), place / f"{number // PART:05d}.parquet")
            rows = []
    return place


def locally(source: Path, out: Path) -> None:
    """The local engine, one process."""
    table = pq.read_table(source)
    ids, texts = table.column("id").to_pylist(), table.column("text").to_pylist()
    found = dedup(texts, places=ids, evidence=True, jobs=1)
    pairs = [
        (ids[m.a], ids[m.b], *m[2:6], [list(block) for block in m.evidence], m.rest_a, m.rest_b) for m in found.matches
    ]
    rows: list[tuple[Any, ...]] = []
    for one in found.clusters:
        keep, tied = ids[one.keep], links(one)
        rows.append((keep, keep, "keep", None, None, None, None))
        for drop in one.drop:
            tie = tied[drop]
            coverage = tie.coverage_a if tie.a == drop else tie.coverage_b
            rows.append((ids[drop], keep, "drop", tie.kind, tie.similarity, coverage, None))
    for name, made, schema in (("matches", pairs, matches.MATCHES), ("clusters", rows, matches.ROWS)):
        columns = [pa.array([row[place] for row in made], field.type) for place, field in enumerate(schema)]
        (out / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_arrays(columns, schema=schema), out / name / "0.parquet")


def commanded(warm: Path, source: Path, count: int) -> float:
    """CPU seconds of ``feedtools dedup --pairs`` for a document of ``source`` that is not one of ``warm``."""

    def once(place: Path) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "feedtools", "dedup", str(place), "--pairs", "--jobs", "1"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return (once(source) - once(warm)) / (count - WARM)


def on_spark(running: Any, source: Path, out: Path) -> None:
    """The run of ``feedtools dedup --engine spark``."""
    documents = tables.read(running, [str(source)])
    read = stages.sketched(documents)
    tables.checked(read.known if read.here is None else read.here)
    found = stages.dedup(tables.whole(documents), read)
    tables.write(running, str(out), {"matches": found.matches, "clusters": found.rows.select(*matches.ROWS.names)})
    running.catalog.clearCache()


def digest(out: Path) -> str:
    """Of all that was found, in whatever order."""
    whole = hashlib.blake2b(digest_size=16)
    for name, schema in (("matches", matches.MATCHES), ("clusters", matches.ROWS)):
        columns = [column for column in schema.names if column != "how"]
        rows = pq.read_table(out / name, columns=columns).to_pylist()
        for line in sorted(repr(tuple(row.values())) for row in rows):
            whole.update(line.encode())
    return whole.hexdigest()


def used() -> float:
    """CPU seconds of this process and of all below it."""
    tick = os.sysconf("SC_CLK_TCK")
    times: dict[int, float] = {}
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
            times[int(entry.name)] = sum(map(int, fields[11:15])) / tick
    total, waiting = 0.0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        total += times.get(process, 0.0)
        waiting += parents.get(process, [])
    return total


def timed(function: Callable[[], None]) -> tuple[float, float]:
    """CPU and wall seconds."""
    cpu, wall = used(), time.monotonic()
    function()
    return used() - cpu, time.monotonic() - wall


class Traffic(NamedTuple):
    """What a document adds to the shuffles: keys, bytes of bundles and edges, texts to compare; and a text's size."""

    keys: float
    bundles: float
    edges: float
    compared: float
    text: float


def traffic(source: Path, buckets: int) -> Traffic:
    """The same stages over the first 100,000 documents, in this process."""
    table = pq.read_table(source).slice(0, 100_000)
    count, text = len(table), table.column("text").nbytes
    bundles = _made(sketch_join.sketched(buckets), table, 2048)
    edges = _made(sketch_join.linked(buckets, HOT, 8, stages.CROWDED), bundles, 16)
    outcome = _made(sketch_join.wanted, edges, 16)
    keys = pc.sum(bundles.column("weight")).as_py()
    wanted = pc.sum(outcome.filter(pc.equal(outcome.column("kind"), "wanted")).column("rows")).as_py()
    return Traffic(*(one / count for one in (keys, bundles.nbytes, edges.nbytes, wanted, text)))


def _made(stage: sketch_join.Stage, table: pa.Table, size: int) -> pa.Table:
    return pa.Table.from_batches(stage(table.to_batches(size)))


FOOTER = "，本站文章均为原创，转载时请务必注明出处，并保留作者的姓名与链接，谢谢合作。" * 2
SKEWED_PARTS = 16
"""Parts of a shuffle, so that there are tasks to compare."""
SKEWED: dict[str, Callable[[int, str], str]] = {
    "all share a line of 17 symbols": lambda _, text: text[:200] + FOOTER[:20],
    "half share a footer of 66 symbols": lambda number, text: text[:200] + FOOTER * (number % 2),
    "half are one text": lambda number, text: text[:200] if number % 2 else FOOTER,
}


def write_skewed(folder: Path, count: int, change: Callable[[int, str], str]) -> Path:
    """Distinct documents, changed; in place of earlier ones."""
    place = folder / "skewed"
    place.mkdir(parents=True, exist_ok=True)
    for file in place.glob("*.parquet"):
        file.unlink()
    for first in range(0, count, PART):
        some = range(first, min(first + PART, count))
        texts = [change(number, generate.source(number, 200)) for number in some]
        table = pa.table({"id": [f"{number:010d}" for number in some], "text": texts})
        pq.write_table(table, place / f"{first // PART:05d}.parquet")
    return place


def largest(log: Path, since: float) -> str:
    """Of the shuffled stage with the longest task: time and shuffled bytes of that task, and of the median one.

    What reads the files has as many tasks as these make, whatever is in them.

    Args:
        log: folder of Spark's event logs.
        since: seconds since the epoch.
    """
    tasks: dict[int, list[tuple[float, float]]] = {}
    for file in (file for file in log.rglob("*") if file.is_file()):
        for line in file.read_text(errors="replace").splitlines():
            if not line.startswith('{"Event":"SparkListenerTaskEnd"'):
                continue
            event = json.loads(line)
            figures = event.get("Task Metrics")
            if figures and event["Task Info"]["Launch Time"] >= since * 1000:
                read, written = figures["Shuffle Read Metrics"], figures["Shuffle Write Metrics"]
                moved = sum(read[f"{place} Bytes Read"] for place in ("Local", "Remote"))
                moved += written["Shuffle Bytes Written"]
                tasks.setdefault(event["Stage ID"], []).append((figures["Executor Run Time"] / 1e3, moved / 1e6))
    worst = max((one for one in tasks.values() if len(one) >= SKEWED_PARTS), key=max)
    (time_most, _), (time_middle, _) = max(worst), sorted(worst)[len(worst) // 2]
    moved = sorted(size for _, size in worst)
    return (
        f"{time_most:.1f} s, median {time_middle:.1f} s | {moved[-1]:.1f} MB, median {moved[len(moved) // 2]:.1f} MB "
        f"| {len(worst)}"
    )


def skewed(count: int, master: str, folder: Path) -> None:
    log = folder / "events"
    log.mkdir(parents=True, exist_ok=True)
    events = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": log.as_uri(), "spark.eventLog.compress": "false"}
    parts = {"spark.sql.shuffle.partitions": str(SKEWED_PARTS)}
    running = session(master, {**events, **parts, "spark.eventLog.rolling.enabled": "false"})
    print("| | CPU | wall | matches | its longest task | which moved | tasks of its stage |")
    print("|---" * 7 + "|", flush=True)
    for name, change in SKEWED.items():
        source, began = write_skewed(folder, count, change), time.time()
        cpu, wall = timed(lambda source=source: on_spark(running, source, folder / "out"))  # type: ignore[misc]
        found = pq.read_table(folder / "out" / "matches", columns=["kind"]).num_rows
        told = largest(log, began)
        print(f"| {name} | {cpu:.0f} s | {wall:.0f} s | {found:,} | {told} |", flush=True)
    running.stop()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, action="append")
    parser.add_argument("--master", default="local[2,4]")
    parser.add_argument("--folder", type=Path, help="where to keep the inputs and outputs")
    parser.add_argument("--skewed", type=int, metavar="COUNT", help="articles that share keys, on Spark alone")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        if args.skewed:
            skewed(args.skewed, args.master, folder)
            return 0
        running = session(args.master)
        warm = write(folder, WARM)
        for _ in range(2):
            cpu, wall = timed(lambda: on_spark(running, warm, folder / "warm"))
        print(f"second run over {WARM:,} documents: {cpu:.0f} s CPU, {wall:.0f} s wall\n")
        heads = "documents", "local functions", "local command", "Spark", "ratio to the first", "to the second"
        print(f"CPU time a document:\n\n| {' | '.join(heads)} | Spark, wall | same results |")
        print("|---" * 8 + "|", flush=True)
        for count in args.count or [200_000]:
            source = write(folder, count)
            ours, _ = timed(lambda source=source: locally(source, folder / "local"))  # type: ignore[misc]
            theirs, wall = timed(lambda source=source: on_spark(running, source, folder / "spark"))  # type: ignore[misc]
            command = commanded(warm, source, count)
            same = "yes" if digest(folder / "local") == digest(folder / "spark") else "NO"
            print(
                f"| {count:,} | {ours / count * 1e6:.0f} us | {command * 1e6:.0f} us | {theirs / count * 1e6:.0f} us "
                f"| {theirs / ours:.2f} | {theirs / count / command:.2f} | {wall:.0f} s | {same} |",
                flush=True,
            )
        running.stop()
        for buckets in (8, 16_384):
            one = traffic(source, buckets)
            print(
                f"{buckets:,} buckets: {one.keys:.1f} keys, {one.bundles:,.0f} B of bundles, {one.edges:,.0f} B of "
                f"edges, {one.compared:.2f} texts to compare, of {one.text:,.0f} B, a document"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
