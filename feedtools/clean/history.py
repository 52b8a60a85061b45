"""A short history of the runs into one output, kept in its manifest: what the report draws as a trend.

A run writes no date of its own, so that equal inputs give equal bytes. The date of an earlier run is the one that its
manifest has on the disk when the next run replaces it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.readers import MANIFEST
from feedtools.report.page.data import Counts, Point
from feedtools.system.files import open_regular

RUNS = 50
"""Runs that are remembered."""
_TAIL = 2**16
"""Bytes at the end of a manifest in which the line of the run stands."""
_KEY = "run"


class History(NamedTuple):
    """The runs before this one, in the order of time.

    Attributes:
        points: dates and accounts.
        inputs: digest of the inputs of the last of them.
    """

    points: tuple[Point, ...] = ()
    inputs: str = ""

    def before(self, counts: Counts, inputs: str) -> tuple[Point, ...]:
        """The runs before one with this account; one that was the same run of the same inputs is left out."""
        same = bool(self.points) and self.inputs == inputs and self.points[-1].counts == counts
        return self.points[:-1] if same else self.points[-RUNS:]


def earlier(out: Path) -> History:
    """Read the history of an output; whatever is no history, or is of another version, is none."""
    try:
        with open_regular(out / MANIFEST) as stream:
            when = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            lines = stream.read().split(b"\n")
    except (OSError, OverflowError, ValueError):
        return History()
    for line in reversed(lines):
        if line.startswith(b'{"run": '):
            return _parsed(line, f"{when:%Y-%m-%d %H:%M} UTC")
    return History()


def _parsed(line: bytes, when: str) -> History:
    try:
        row = json.loads(line)
        points = [Point(str(one["when"]), _counts(one)) for one in row["earlier"]]
        return History((*points, Point(when, _counts(row[_KEY])))[-RUNS:], str(row["inputs"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return History()


def _counts(row: Any) -> Counts:
    return Counts(**{name: int(row[name]) for name in Counts._fields if name in row})


def entry(counts: Counts, inputs: str, before: Sequence[Point]) -> dict[str, Any]:
    """The line of the manifest that the next run reads."""
    return {_KEY: counts._asdict(), "inputs": inputs, "earlier": list(map(_row, before))}


def _row(point: Point) -> dict[str, Any]:
    return {"when": point.when, **point.counts._asdict()}


def trend(counts: Counts, before: Iterable[Point]) -> tuple[Point, ...]:
    """The runs that the report draws: those before, and this one."""
    return (*before, Point("", counts))
