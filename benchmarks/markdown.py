"""How right check is in Markdown that people keep: findings against verdicts, and bytes a second.

    python benchmarks/markdown.py FOLDER [--judged benchmarks/markdown.tsv] [--learn]

FOLDER holds the repositories, one a folder. Every finding was judged once by a reader who saw it in its text; the table
holds rule, level, digest of the path, digest of the span with its place, and the verdict: no sentence of the text. What
is found and not judged counts as unknown and is listed; ``--learn`` writes it into the table as right, to be looked at
and corrected by hand.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feedtools.check.files import check_files
from feedtools.model import Finding, digest

Key = tuple[str, str, str, str]
BLOCKING = ("FT1", "FT2", "FT3", "FT5")


def key(finding: Finding, folder: Path) -> Key:
    path = os.path.relpath(finding.article.source, folder)
    start, end = finding.span
    span = digest(f"{finding.article.line}\0{start}\0{finding.article.text[start:end]}").hex()[:12]
    return finding.rule, finding.level, digest(path).hex()[:12], span


def judged(path: Path) -> dict[Key, str]:
    if not path.is_file():
        return {}
    with path.open(encoding="ascii") as lines:
        rows = csv.reader(lines, delimiter="\t")
        next(rows)
        return {(rule, level, file, span): verdict for rule, level, file, span, verdict in rows}


def write(path: Path, verdicts: dict[Key, str]) -> None:
    rows = ["\t".join((*one, verdict)) for one, verdict in sorted(verdicts.items())]
    path.write_text("\n".join(["rule\tlevel\tpath\tspan\tverdict", *rows, ""]), encoding="ascii")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--judged", type=Path, default=Path(__file__).with_suffix(".tsv"))
    parser.add_argument("--learn", action="store_true")
    options = parser.parse_args(argv)
    start = time.perf_counter()
    checked = check_files(options.folder, duplicates=False, cache=False)
    seconds = time.perf_counter() - start
    verdicts = judged(options.judged)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    false: set[str] = set()
    for finding in checked.findings:
        one = key(finding, options.folder)
        verdict = verdicts.get(one, "unknown")
        counts[finding.rule][verdict] += 1
        if verdict != "right" and finding.level == "error" and finding.rule.startswith(BLOCKING):
            false.add(finding.article.source)
        if verdict == "unknown":
            verdicts[one] = "right"
            print(f"unknown: {finding.rule} {finding.article.source}:{finding.article.line}: {finding.message[:80]}")
    for rule, count in sorted(counts.items()):
        print(f"{rule}  {count['right']:5,} right {count['wrong']:4,} wrong {count['unknown']:4,} unknown", end="")
        print(f"  precision {count['right'] / max(count.total(), 1):.3f}")
    size = sum(len(path.read_bytes()) for path in options.folder.rglob("*") if path.is_file())
    print(f"articles with a false blocking error: {len(false):,} of {checked.articles:,}")
    print(f"{size / seconds / 1e6:.1f} MB/s ({size / 1e6:.1f} MB in {seconds:.1f} s)")
    if options.learn:
        write(options.judged, verdicts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
