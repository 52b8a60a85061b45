"""Fuzz one target: ``python -m tests.fuzz TARGET [--seconds N] [--seed N]``.

Guided by coverage where atheris is installed (``pip install atheris``), by mutation alone elsewhere or with
``--plain``. Prints how many inputs were tried; what fails is printed as Python bytes, ready for the regression tests.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

MEMORY = 800
"""Megabytes of a process beyond which a guided run fails."""


def main() -> int:
    """Run; 1 when an input failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="mutate without coverage")
    parser.add_argument("--corpus", type=Path, help="folder that keeps what the search has learned; else a passing one")
    chosen = parser.parse_args()
    if not chosen.plain and find_spec("atheris"):
        return _guided(chosen.target, chosen.seconds, chosen.seed, chosen.corpus)
    return _plain(chosen.target, chosen.seconds, chosen.seed)


def _plain(target: str, seconds: int, seed: int) -> int:
    from tests.fuzz.seeds import mutated
    from tests.fuzz.targets import TARGETS, run

    TARGETS[target](b"")  # what is loaded once is not counted against the first input
    dice, end, tried, failed = random.Random(seed), time.monotonic() + seconds, 0, 0
    while time.monotonic() < end and failed < 20:
        data = mutated(target, dice)
        tried += 1
        try:
            run(target, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            failed += 1
            print(f"{target}: {type(error).__name__}: {str(error)[:200]}\n  {data!r}", flush=True)
    print(f"{target}: {tried:,} inputs, {failed} failed", flush=True)
    return int(failed > 0)


def _guided(target: str, seconds: int, seed: int, corpus: Path | None) -> int:
    import atheris

    from tests.fuzz.seeds import TOKENS, modules, seeds

    with atheris.instrument_imports(include=list(modules(target))):
        from tests.fuzz.targets import TARGETS, run

        TARGETS[target](b"")  # imports what is imported late

    def once(data: bytes) -> None:
        try:
            run(target, data)
        except Exception:
            print(f"{target}: failed on\n  {data!r}", flush=True)
            raise

    folder = corpus or Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed_data in enumerate(seeds(target)):
        (folder / f"seed{number}").write_bytes(seed_data)
    words = folder.with_suffix(".dict")
    words.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in TOKENS), "ascii")
    limits = [f"-max_total_time={seconds}", "-max_len=4096", f"-rss_limit_mb={MEMORY}", f"-seed={seed}"]
    options = [f"-dict={words}", "-verbosity=0", "-print_final_stats=1", f"-artifact_prefix={folder.with_suffix('')}-"]
    atheris.Setup([sys.argv[0], *limits, *options, str(folder)], once)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
