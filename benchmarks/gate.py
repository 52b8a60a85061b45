# ruff: noqa: E402  (the project is found beside this folder)
"""The quality gate: recall by relation and precision on pinned data must not fall below pinned floors.

python benchmarks/gate.py            # exit 1 below a floor, 2 where the data are not what was pinned
python benchmarks/gate.py --update   # raise the floors to what is reached now; lowering needs --allow-regression
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import generate
import peers
import quality

from feedtools.dedup.batch import dedup

PINNED = Path(__file__).with_name("gate.json")
DOCUMENTS, SEED = 6_000, 7
MARGIN = 0.002
"""What ``--update`` leaves below the value reached."""


def measure() -> tuple[str, dict[str, float]]:
    """The digest of the data and the values reached on them."""
    made = list(generate.documents(DOCUMENTS, planted=0.4, seed=SEED))
    texts = [document.text for document in made]
    data = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
    told = {(match.a, match.b) for match in dedup(texts, jobs=1).matches if match.kind != "overlap"}
    found = peers.clusters(told, len(texts))  # excerpts of other windows are told as overlapping, and none is dropped
    result = quality.score(found, [d.source for d in made], [d.relation for d in made])
    return data, {**result.recall, "B-cubed precision": result.precision, "B-cubed recall": result.completeness}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true")
    args = parser.parse_args(argv)
    data, values = measure()
    pinned = json.loads(PINNED.read_text(encoding="utf-8")) if PINNED.exists() else {"data": data, "floors": {}}
    if args.update:
        floors = {name: round(max(0.0, value - MARGIN), 4) for name, value in values.items()}
        lower = [name for name, floor in pinned["floors"].items() if floors.get(name, 0.0) < floor]
        if lower and not args.allow_regression:
            print(f"these would fall: {', '.join(lower)}; say --allow-regression if that is meant")
            return 1
        PINNED.write_text(json.dumps({"data": data, "floors": floors}, indent=2) + "\n", encoding="utf-8")
        return 0
    if data != pinned["data"]:
        print("the generator no longer makes the pinned data; look at the change and run --update")
        return 2
    low = {name: value for name, value in values.items() if value < pinned["floors"].get(name, 0.0)}
    for name, value in values.items():
        print(f"{name:20s} {value:.4f} (floor {pinned['floors'].get(name, 0.0):.4f}){' BELOW' if name in low else ''}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
