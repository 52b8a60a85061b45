"""Regular expressions that compile when they are first used.

A check of one transmission meets a small part of the patterns that all rules know together, and compiling costs more
than matching: half a millisecond for a long alternation, several for a set that spans the Chinese block.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """Stands for a pattern and takes over its methods, one by one, as they are asked for."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._source), name)  # the same pattern is compiled once: re remembers
        setattr(self, name, found)
        return found


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Like ``re.compile``, but the work is put off until the pattern is used."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))
