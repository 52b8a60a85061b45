"""What is fuzzed: each target takes any bytes and asserts what is promised of them.

A target raises nothing but an assertion that failed, and an error of the product that is not one of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.fuzz import files, outputs, runs, stores, texts

HANG = 1.0
"""Seconds of CPU for up to 100 kB, beyond which an input counts as a hang."""
TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        files.readers, texts.articles, texts.latex, files.frames, texts.sketches, texts.matches, texts.restoring,
        files.index_file, files.manifests, outputs.outputs, outputs.pages, files.parquet, files.warc, stores.stores,
        runs.runs,
    )
}  # fmt: skip


def run(name: str, data: bytes, allowed: float = HANG) -> None:
    """One input for one target; what takes too long is a failure like any other.

    The clock on the wall is cheap to read, and that of the processor is not: it is asked where the first one gives
    reason to.
    """
    allowed *= max(1, len(data) / 100_000)
    began = time.perf_counter()
    TARGETS[name](data)
    if time.perf_counter() - began > allowed:
        began = time.process_time()
        TARGETS[name](data)
        took = time.process_time() - began
        assert took < allowed, f"{took:.1f} s for {len(data)} bytes"
