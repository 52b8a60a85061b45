"""JSON from outside: as much of it as an article needs."""

from __future__ import annotations

import json
import re
from typing import Any

FREE_VALUES = 100_000
"""Lists and objects that a record may hold however short they are."""
LEAST = 20
"""Bytes that a list or object has at least on average, where there are more; an empty one takes thirty times as much
memory as it has letters."""
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|([\[{])', re.DOTALL)


def loads(data: bytes) -> Any:
    """Read the value of a JSON text within bounds.

    Raises:
        ValueError: it is no JSON, is nested too deeply, or is made of lists and objects that hold next to nothing.
    """
    most = max(FREE_VALUES, len(data) // LEAST)
    if data.count(b"[") + data.count(b"{") > most and _values(data) > most:
        raise ValueError(f"more than {most:,} lists and objects of fewer than {LEAST} bytes; no article needs that")
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _values(data: bytes) -> int:
    """Lists and objects: opening brackets outside of strings."""
    return sum(found.lastindex is not None for found in _TOKEN.finditer(data))
