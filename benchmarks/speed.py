# ruff: noqa: E402  (the project is found beside this folder)
"""Speed and quality beside other deduplicators: one run, interleaved, CPU seconds, one thread, Markdown out.

    pip install -r benchmarks/requirements-peers.txt
    python benchmarks/speed.py [--excerpts 20000] [--excerpts 100000] [--articles 4000] [--rounds 3]

Real texts are measured where the labelled sets lie beside the checkout, generated ones where they are asked for or
nothing else is there: from a list of strings to pairs or clusters, the verdict included.  The last line is the floor:
reading, decoding and splitting a file with the same texts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import generate
import peers
import quality
import real

if TYPE_CHECKING:
    from collections.abc import Callable


def cpu(function: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def table(title: str, made: list[generate.Document], rounds: int) -> str:
    """One table: CPU time of each, as a multiple of ours, with recall and precision."""
    texts = [document.text for document in made]
    names = peers.all_peers()
    best: dict[str, float] = {}
    pairs: dict[str, peers.Pairs] = {}
    for peer in names.values():
        peer(texts[:200])
    for _ in range(rounds):
        for name, peer in names.items():
            seconds, found = cpu(lambda peer=peer: peer(texts))  # type: ignore[misc]
            best[name] = min(best.get(name, seconds), seconds)
            pairs[name] = found  # type: ignore[assignment]
    sources, relations = [d.source for d in made], [d.relation for d in made]
    scores = {
        name: quality.score(peers.clusters(found, len(texts)), sources, relations) for name, found in pairs.items()
    }
    kinds = sorted({*relations} - {"source"})
    rows = [f"### {title}", "", f"| | CPU | texts/s | recall | precision | {' | '.join(kinds)} |"]
    rows.append("|---" * (5 + len(kinds)) + "|")
    for name, seconds in best.items():
        of = scores[name]
        each = " | ".join(f"{of.recall.get(kind, 0.0):.3f}" for kind in kinds)
        rows.append(
            f"| {name} | {seconds / best['feedtools']:.2f}x | {len(texts) / seconds:,.0f} | {of.completeness:.3f} "
            f"| {of.precision:.3f} | {each} |"
        )
    floor = reading(texts, rounds)
    rows.append(f"| read, decode, split | {floor / best['feedtools']:.3f}x | {len(texts) / floor:,.0f} |" + " |" * 3)
    return "\n".join(rows)


def reading(texts: list[str], rounds: int) -> float:
    """CPU seconds to read the same texts, one a line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "texts")
        path.write_bytes("\n".join(t.replace("\n", " ") for t in texts).encode("utf-8", "surrogatepass"))
        return min(
            cpu(lambda: path.read_bytes().decode("utf-8", "surrogatepass").split("\n"))[0] for _ in range(rounds)
        )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--excerpts", type=int, action="append")
    parser.add_argument("--articles", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args(argv)
    plain = args.excerpts is None and args.articles is None
    if plain and real.here():
        for share, name in ((0.2, "20 % copies"), (0.5, "half copies"), (0.0, "no copies")):
            made = real.excerpts(share)
            print(table(f"{len(made):,} real excerpts, {name}", made, args.rounds), "\n", flush=True)
        made = real.articles()
        print(table(f"{len(made):,} real articles of up to {real.SIZE:,} characters", made, args.rounds), flush=True)
        return 0
    if plain:
        print("The labelled sets are not here: generated text instead, which flatters by a factor of about two.\n")
    for count in args.excerpts or ([20_000, 100_000] if plain else []):
        print(table(f"{count:,} excerpts", list(generate.documents(count)), args.rounds), "\n", flush=True)
    for count in args.articles or ([4_000] if plain else []):
        made = list(generate.documents(count, characters=3000))
        print(table(f"{count:,} articles of 3,000 characters", made, args.rounds), "\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
