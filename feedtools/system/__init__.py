"""The machine: processes, shared memory, locks, folders, files that appear whole or not at all, progress."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

POOL_BYTES = 4 * 2**20
"""Input smaller than this is worked on in this process: starting others would take longer."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep garbage collection off: it would walk over all that is held, again and again, and nothing forms a cycle."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
