# ruff: noqa: E402  (the project is found beside this folder)
"""Large runs from disk and hostile inputs: wall and CPU seconds, peak memory, quality.

python benchmarks/generate.py 1000000 million.jsonl
python benchmarks/scale.py million.jsonl [--head 500000] [--jobs 2] [--spill FOLDER]
python benchmarks/scale.py --hostile
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from itertools import islice
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import generate
import numpy as np
import peers
import quality

from feedtools.dedup.batch import dedup
from feedtools.system.on_disk import Rows


class Texts(Rows[str]):
    """The ``text`` of each line of a JSONL file, read when asked for: eight bytes of memory a line."""

    def __init__(self, path: Path, head: int | None = None) -> None:
        self._file = path.open("rb")
        lengths = np.fromiter((len(row) for row in islice(self._file, head)), np.int64)
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def record(self, number: int) -> dict[str, object]:
        """All that a line says."""
        start, end = self._starts[number : number + 2].tolist()
        return json.loads(os.pread(self._file.fileno(), end - start, start))  # type: ignore[no-any-return]

    def row(self, number: int) -> str:
        """The text of a line."""
        return str(self.record(number)["text"])

    def rows(self, start: int, end: int) -> list[str]:
        """The texts of consecutive lines, read and decoded at once."""
        first, last = self._starts[[start, end]].tolist()
        lines = os.pread(self._file.fileno(), last - first, first).splitlines()
        return [record["text"] for record in json.loads(b"[" + b",".join(lines) + b"]")]


def used() -> tuple[float, float]:
    """CPU seconds of this process and its children, and the highest memory of any, in MB."""
    own, sub = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(r.ru_utime + r.ru_stime for r in (own, sub)), max(own.ru_maxrss, sub.ru_maxrss) / 1024


def run(path: Path, head: int | None, jobs: int, spill: Path | None) -> str:
    rows = Texts(path, head)
    texts = rows if spill else list(rows)
    before, base = used()
    start = time.perf_counter()
    result = dedup(texts, jobs=jobs, spill=spill)
    wall = time.perf_counter() - start
    after, peak = used()
    found = peers.clusters(((c.keep, i) for c in result.clusters for i in c.drop), len(texts))
    sources, relations = [], []
    for i in range(len(texts)):
        row = rows.record(i)
        sources.append(int(str(row["source"])))
        relations.append(sys.intern(str(row["relation"])))
    of = quality.score(found, sources, relations)
    extra = (peak - base) * 1024 * 1024 / len(texts)
    return (
        f"| {len(texts):,} | {jobs} | {'files' if spill else 'memory'} | {wall:.0f} s | {after - before:.0f} s "
        f"| {(after - before) / len(texts) * 1e6:.1f} us | {peak:,.0f} MB | {extra:,.0f} B | {of.f1:.4f} |"
    )


def hostile() -> str:
    """CPU seconds on inputs made to hurt."""
    one = generate.source(1)
    footer = "本文内容仅供参考,如有转载请注明出处,并保留作者署名与原文链接,感谢您的支持与理解。" * 2
    cases = {
        "20 articles of 100,000 characters, 10 of them edited copies": [
            text if k % 2 else generate.edited(text, 0.03, __import__("random").Random(k))
            for k in range(20)
            for text in [generate.source(k // 2, 100_000)]
        ],
        "one text repeated 100,000 times": [one] * 100_000,
        "one text 100,000 times, each with its own number": [f"{one} {i}" for i in range(100_000)],
        "50,000 articles that share one footer": [d.text + footer for d in generate.documents(50_000, planted=0)],
        "1,000,000 empty or ten-character lines": ["" if i % 2 else f"第{i:07d}行字" for i in range(1_000_000)],
        "one article of the same 1,000,000 characters": ["哈" * 1_000_000, "哈" * 999_000],
    }
    rows = ["| case | CPU | peak memory | clusters |", "|---|---|---|---|"]
    for name, texts in cases.items():
        before, _ = used()
        result = dedup(texts, jobs=1)
        after, peak = used()
        rows.append(f"| {name} | {after - before:.1f} s | {peak:,.0f} MB | {len(result.clusters):,} |")
        print(rows[-1], file=sys.stderr, flush=True)
    return "\n".join(rows)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--head", type=int)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--spill", type=Path)
    parser.add_argument("--hostile", action="store_true")
    args = parser.parse_args(argv)
    if args.hostile:
        print(hostile())
    if args.path:
        print("| texts | processes | keys in | wall | CPU | CPU a text | peak memory | extra a text | F1 |")
        print("|---" * 9 + "|")
        print(run(args.path, args.head, args.jobs, args.spill))
    return 0


if __name__ == "__main__":
    sys.exit(main())
