"""Hold the formula checker against the renderers themselves: real KaTeX and real MathJax, run by Node.

    python benchmarks/latex_oracle.py [--mutations N] [--seed N] [--formulas FILE.jsonl.gz] [--show N]

Our own formulas (``benchmarks/latex/formulas.txt``) and N mutations of each (a token deleted, doubled, swapped,
inserted, a character lost) are judged by both renderers and by ``find_fault``; so are the formulas of FILE, by default
those of the shared measuring data where it is at hand.  Prints agreement and speed, exits 1 below the floors.
Without npm it says so and exits 0: there is nothing to hold against.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from latex_tables import HERE, install

from feedtools.lint.checks.latex.parser import find_fault
from feedtools.lint.checks.latex.state import tokens_of
from feedtools.lint.checks.latex.tables import load

FLOORS = {"katex": 0.995, "mathjax": 0.985}
"""Least agreement with each renderer, on every set."""
INSERTED = re.findall(
    r"\S+",
    r"\frac \sqrt \text \mathbf \sum \left \right \limits ^ _ { } & \\ ' [ ] ( ) | \hat \over \color{red} \rm \middle "
    r"\big \{ \} # $ ~ % \quad \tag{1} \hline \mathop \underset \boxed \not 1 a \begin{cases} \end{cases} \foo 中 ²",
)


def mutated(formula: str, chance: random.Random) -> str:
    """One to three small accidents."""
    tokens = tokens_of(formula)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        at = chance.randrange(len(tokens) + 1)
        kind = chance.randrange(5)
        if kind == 0 and tokens:
            del tokens[min(at, len(tokens) - 1)]
        elif kind == 1:
            tokens.insert(at, chance.choice(INSERTED))
        elif kind == 2 and tokens:
            tokens[min(at, len(tokens) - 1)] = chance.choice(INSERTED)
        elif kind == 3 and tokens:
            tokens.insert(at, chance.choice(tokens))
        else:
            text = "".join(tokens)
            cut = chance.randrange(len(text) + 1)
            tokens = tokens_of(text[:cut] + text[cut + 1 :])
    return "".join(tokens)


def own(mutations: int, seed: int) -> list[tuple[str, bool]]:
    """Our formulas and their mutations, displayed and not."""
    chance = random.Random(seed)
    lines = (HERE / "formulas.txt").read_text(encoding="utf-8").splitlines()
    rows = [(line, True) for line in lines]
    rows += [(mutated(line, chance), chance.random() < 0.6) for line in lines for _ in range(mutations)]
    return rows


def shared(path: Path) -> list[tuple[str, bool]]:
    r"""The formulas of a measuring set, one in ``\( \)`` or ``\[ \]`` an object."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    return [(text[2:-2], text.startswith("\\[")) for text in texts]


def verdicts(rows: list[tuple[str, bool]], folder: Path) -> list[dict[str, str | None]]:
    """What the renderers say: for each formula ``k`` and ``m``, ``None`` where it renders."""
    lines = "".join(json.dumps({"s": body, "d": display}) + "\n" for body, display in rows)
    command = ["node", "--stack-size=4000", "oracle.cjs"]
    done = subprocess.run(command, cwd=folder, input=lines.encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(name: str, rows: list[tuple[str, bool]], judged: list[dict[str, str | None]], show: int) -> bool:
    """Print the agreement on one set; tell whether it holds the floors."""
    good = True
    for renderer, floor in FLOORS.items():
        tables = load(renderer)
        start = time.process_time()
        faults = [find_fault(body, tables, display=display) for body, display in rows]
        speed = len(rows) / (time.process_time() - start)
        pairs = [
            (judge[renderer[0]] is not None, fault is not None) for judge, fault in zip(judged, faults, strict=True)
        ]
        agreement = sum(a == b for a, b in pairs) / len(pairs)
        both = sum(a and b for a, b in pairs)
        precision = both / max(sum(b for _, b in pairs), 1)
        recall = both / max(sum(a for a, _ in pairs), 1)
        print(
            f"{name:8s} {renderer:8s} formulas {len(rows):6d} agreement {agreement:.4f} (floor {floor}) "
            f"broken: precision {precision:.4f} recall {recall:.4f}; {speed:,.0f} formulas/s"
        )
        wrong = [
            (row, judge, fault) for row, judge, fault, (a, b) in zip(rows, judged, faults, pairs, strict=True) if a != b
        ]
        for (body, display), judge, fault in wrong[:show]:
            print(f"    {'display' if display else 'inline'} {body!r}: {judge[renderer[0]]} / {fault}")
        good = good and agreement >= floor
    return good


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formulas", type=Path)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args(argv)
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("skipped: npm and node are not installed, so there is no renderer to hold the checker against")
        return 0
    folder = os.environ.get("FEEDTOOLS_SHARED", str(Path(__file__).parents[2] / "shared"))
    path = options.formulas or Path(folder) / "data" / "latex" / "formulas.jsonl.gz"
    sets = {"own": own(options.mutations, options.seed)}
    if path.exists():
        sets["shared"] = shared(path)
    with tempfile.TemporaryDirectory() as name:
        install(Path(name))
        good = [compare(key, rows, verdicts(rows, Path(name)), options.show) for key, rows in sets.items()]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
