"""Measure how often findings of each confidence are right, per rule, against labelled articles.

    python benchmarks/confidence.py GOLD.jsonl[.gz] [--floor]

GOLD holds an article a line: ``text`` and ``labels`` (``kind``, ``start``, ``end``). Only rules with more than one
confidence, or whose confidence is a claim about words, are measured; labels that are optional count neither way.
With ``--floor`` the exit code is 1 where high falls below 0.97 or medium below 0.85 on at least ten findings.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feedtools.lint.texts import lint_text
from feedtools.model import Article

KINDS = {
    "FT210": {"bare-formula", "latex-bare"},
    "FT301": {"ident-joined"},
    "FT302": {"operator-lost", "ident-operator", "bare-formula", "latex-bare"},
    "FT402": {"content-missing"},
    "FT403": {"content-missing"},
}
FREE = {"ignore", "code-inlined", "char-lost", "dash-lost", "flag-lost", "table-flattened", "latex-malformed"}
FLOORS = {"high": 0.97, "medium": 0.85}
ENOUGH = 10


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--floor", action="store_true")
    arguments = parser.parse_args(argv)
    opened = gzip.open if arguments.gold.suffix == ".gz" else open
    with opened(arguments.gold, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    articles = [Article("gold", number, row["text"]) for number, row in enumerate(rows, 1)]
    right: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for finding in lint_text(articles, select=list(KINDS)):
        key = finding.rule, finding.confidence
        start, end = finding.span
        at = [
            label
            for label in rows[finding.article.line - 1]["labels"]
            if label["start"] < end and start < max(label["end"], label["start"] + 1)
        ]
        kinds = {kind for label in at for kind in (label["kind"], *(label.get("alt") or ()))}
        if any(label["kind"] in KINDS[finding.rule] and not label.get("optional") for label in at):
            right[key] += 1
        elif not kinds & (KINDS[finding.rule] | FREE):
            wrong[key] += 1
    low = False
    print(f"{'rule':6s} {'confidence':10s} {'right':>6s} {'wrong':>6s} {'precision':>9s}")
    for rule, confidence in sorted(right.keys() | wrong.keys()):
        hits, misses = right[rule, confidence], wrong[rule, confidence]
        share = hits / (hits + misses)
        below = share < FLOORS.get(confidence, 0) and hits + misses >= ENOUGH
        low |= below
        print(f"{rule:6s} {confidence:10s} {hits:6d} {misses:6d} {share:9.3f}{' BELOW' if below else ''}")
    return int(low and arguments.floor)


if __name__ == "__main__":
    raise SystemExit(main())
