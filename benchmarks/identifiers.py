"""How sure FT301 is, against labels: precision and recall from each per cent on, for choosing its options.

    python benchmarks/identifiers.py GOLD.jsonl[.gz] [--counts COUNTS_DIR] [--step 5]

GOLD holds an article a line: ``text`` and ``labels`` (``kind``, ``start``, ``end``; ``ident-joined`` are the joined
identifiers, ``optional`` or ``harmless`` ones count neither way). With ``--counts`` the word lists are built anew
without the compounds that only one repository has, so that no word is known from the article's own neighbours: what
articles of a repository never seen before would give.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feedtools.lint.checks import lexicon
from feedtools.lint.checks.base import View
from feedtools.lint.checks.identifiers import candidates
from feedtools.text.renderers import hyphens

CUT = 350
FREE = {"ignore", "code-inlined", "char-lost", "dash-lost", "flag-lost", "table-flattened", "latex-malformed"}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def owed(label: dict[str, Any]) -> bool:
    """Whether a reader could be asked to find it from the article alone."""
    return not (label.get("optional") or label.get("harmless") or label.get("sub") in {"url", "code"})


def hold_out(counts: Path) -> None:
    """Build the word lists without compounds of one repository, and use them in this process."""
    import build_lexicon

    folder = Path(tempfile.mkdtemp())
    for name in ("papers.tsv.gz", "tokens.tsv.gz"):
        shutil.copy(counts / name, folder / name)
    with gzip.open(counts / "compounds.tsv.gz", "rt") as lines, gzip.open(folder / "compounds.tsv.gz", "wt") as kept:
        kept.write(next(lines))
        kept.writelines(line for line in lines if int(line.split("\t")[2]) > 1)
    build_lexicon.main([str(folder), "-o", str(folder / "words")])
    lexicon._read = lambda name: (folder / "words" / name).read_bytes()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--counts", type=Path, help="build the word lists anew, without words of one repository")
    parser.add_argument("--step", type=int, default=5)
    arguments = parser.parse_args(argv)
    if arguments.counts:
        hold_out(arguments.counts)
    right: Counter[int] = Counter()
    wrong: Counter[int] = Counter()
    labels = 0
    for article in rows(arguments.gold):
        joined = [label for label in article["labels"] if label["kind"] == "ident-joined"]
        labels += sum(map(owed, joined))
        if hyphens(article["text"], CUT) != "lost":
            continue
        for match, verdict in candidates(View(article["text"]), 0):
            at = [label for label in joined if label["start"] < match.end() and match.start() < label["end"]]
            near = [label for label in article["labels"] if label["kind"] in FREE]
            if any(map(owed, at)):
                right[verdict.percent] += 1
            elif not at and not any(x["start"] < match.end() and match.start() < x["end"] for x in near):
                wrong[verdict.percent] += 1
    print(f"{labels} labels\n{'from':>5s} {'right':>6s} {'wrong':>6s} {'precision':>9s} {'recall':>7s}")
    for percent in range(100 - arguments.step, 39, -arguments.step):
        hits = sum(n for p, n in right.items() if p >= percent)
        misses = sum(n for p, n in wrong.items() if p >= percent)
        print(f"{percent:5d} {hits:6d} {misses:6d} {hits / (hits + misses or 1):9.3f} {hits / labels:7.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
