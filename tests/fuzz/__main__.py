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
from pathlib import Path


def main() -> int:
    """Run; 1 when an input failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="mutate without coverage")
    chosen = parser.parse_args()
    return (_plain if chosen.plain else _guided)(chosen.target, chosen.seconds, chosen.seed)


def _plain(target: str, seconds: int, seed: int) -> int:
    from tests.fuzz.seeds import mutated
    from tests.fuzz.targets import run

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


def _guided(target: str, seconds: int, seed: int) -> int:
    try:
        import atheris
    except ImportError:
        return _plain(target, seconds, seed)
    with atheris.instrument_imports(include=["feedtools"]):
        from tests.fuzz.targets import run
    from tests.fuzz.seeds import TOKENS, seeds

    def once(data: bytes) -> None:
        try:
            run(target, data)
        except Exception:
            print(f"{target}: failed on\n  {data!r}", flush=True)
            raise

    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for number, seed_data in enumerate(seeds(target)):
        (folder / f"seed{number}").write_bytes(seed_data)
    words = folder.with_suffix(".dict")
    words.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in TOKENS), "ascii")
    options = [f"-max_total_time={seconds}", f"-dict={words}", "-max_len=4096", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(folder)], once)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
