# ruff: noqa: E402  (the project is found beside this folder)
"""Long, alike documents: a series from one frame, verified and linted in one run, CPU seconds, one process.

    python benchmarks/alike.py [--documents 700] [--size 20000] [--shared 0.45]

A document is a frame that all have, with text of its own between the parts of it: a newsletter, an edition, a version
of a manual.  What comes out is the time of the deduplicator as a multiple of that of linting the same texts.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from generate import ADJECTIVES, LINKS, NOUNS, VERBS

SECTIONS = 12
"""Parts of a frame."""
_SEED = 23


def prose(draw: random.Random, size: int) -> str:
    """Sentences of ``size`` bytes in UTF-8, or a few more."""
    made: list[str] = []
    length = 0
    while length < size:
        words = [draw.choice(some) for some in (LINKS, ADJECTIVES, NOUNS, VERBS, ADJECTIVES, NOUNS)]
        made.append("".join(words) + "。")
        length += len(made[-1].encode())
    return "".join(made)


def series(count: int, size: int, shared: float) -> list[str]:
    """``count`` documents of ``size`` bytes, of which ``shared`` (0 to 1) is one frame."""
    draw = random.Random(_SEED)
    frame = [prose(draw, int(size * shared) // SECTIONS) for _ in range(SECTIONS)]
    own = int(size * (1 - shared)) // SECTIONS
    return ["\n".join(part + prose(draw, own) for part in frame) for _ in range(count)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=700)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--shared", type=float, default=0.45)
    args = parser.parse_args(argv)
    from feedtools import lint_text
    from feedtools.dedup.batch import dedup

    texts = series(args.documents, args.size, args.shared)
    lint_text(texts[0])
    dedup(texts[:20], jobs=1)
    start = time.process_time()
    for text in texts:
        lint_text(text)
    linted = time.process_time() - start
    start = time.process_time()
    found = dedup(texts, jobs=1)
    verified = time.process_time() - start
    dropped = sum(len(one.drop) for one in found.clusters)
    print(f"{len(texts)} documents of {args.size:,} bytes, {args.shared:.0%} of each a frame that all share")
    print(
        f"deduplicated in {verified / linted:.2f}x the time of linting; {len(found.matches):,} pairs, {dropped} dropped"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
