"""Regular expressions that compile when they are first used, and those of strangers, whose time and size are bounded.

A check of one transmission meets a small part of the patterns that all rules know together, and compiling costs more
than matching: half a millisecond for a long alternation, several for a set that spans the Chinese block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, AnyStr, cast

from feedtools.text.precompiled import compiled

SECONDS = 1.0
"""Time a pattern of a user's own pack may take on one text before it is stopped."""
MAX_SIZE = 50_000
"""Atoms of a user's pattern with its counted repeats written out, which is how ``regex`` compiles them."""

MAX_DEPTH = 100
"""Groups of a user's pattern inside one another; ``regex`` calls itself for each, and Python's limit is near."""
AT_ONCE = 100_000
"""Characters of a text up to which its matches are listed; those of a longer one come one by one."""


class _Lazy:
    """Stands for a pattern and takes over its methods, one by one, as they are asked for."""

    def __init__(self, compiled: Callable[[], Any]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._compiled(), name)
        setattr(self, name, found)
        return found


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Compile a pattern as ``re.compile`` does, but only when it is first used."""
    return cast("re.Pattern[AnyStr]", _Lazy(lambda: compiled(pattern, flags)))


class Limited:
    """A pattern that somebody else wrote: what takes longer than ``seconds`` is stopped.

    Args:
        pattern: in the syntax of ``regex``.
        flags: of ``regex``, which are those of ``re``.
        seconds: for one call.
        max_size: see ``size``.

    Raises:
        ValueError: no pattern, or one that would not fit into memory.
    """

    def __init__(self, pattern: str, flags: int = 0, seconds: float = SECONDS, max_size: int = MAX_SIZE) -> None:
        import regex

        if "{" in pattern and size(pattern) > max_size:
            raise ValueError(f"its counted repeats multiply to more than {max_size:,}; use smaller ones")
        if pattern.count("(") > MAX_DEPTH and depth(pattern) > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} groups inside one another; use fewer")
        try:
            self._pattern = regex.compile(pattern, flags)
        except regex.error as error:
            raise ValueError(str(error)) from error
        except (RecursionError, MemoryError, OverflowError) as error:
            raise ValueError("too large or too deeply nested for a pattern") from error
        self._seconds = seconds
        self.groupindex = self._pattern.groupindex

    def search(self, text: str, start: int = 0) -> Any:
        """Search as ``re.Pattern.search`` does.

        Raises:
            TimeoutError: it took too long.
        """
        return self._pattern.search(text, start, timeout=self._seconds)

    def finditer(self, text: str) -> Any:
        """Search as ``re.Pattern.finditer`` does; raises ``TimeoutError`` like ``search``, while it is iterated."""
        return self._pattern.finditer(text, timeout=self._seconds)

    def sub(self, template: str, text: str) -> str:
        """Replace as ``re.Pattern.sub`` does; raises ``TimeoutError`` like ``search``."""
        return self._pattern.sub(template, text, timeout=self._seconds)


_PART = lazy(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|[()|]|\{(\d{1,20})?(?:(,)(\d{1,20})?)?\}|.", re.DOTALL)


def each(pattern: re.Pattern[str], text: str) -> Iterable[str]:
    """List all that a pattern without groups matches; one by one in a text of megabytes, for each takes sixty bytes."""
    if len(text) <= AT_ONCE:
        return pattern.findall(text)
    return (found[0] for found in pattern.finditer(text))


def depth(pattern: str) -> int:
    """Count how deep the groups of a pattern are nested."""
    deepest = level = 0
    for part in _PART.finditer(pattern):
        level += {"(": 1, ")": -1}.get(part[0], 0)
        deepest = max(deepest, level)
    return deepest


def size(pattern: str) -> int:
    """Count the atoms of a pattern with its counted repeats written out: ``(ab{3}){2}`` has eight."""
    open_groups, total, last = [0], 0, 0
    for part in _PART.finditer(pattern):
        text = part[0]
        if text == "(":
            open_groups.append(total)
            total = last = 0
        elif text == ")" and len(open_groups) > 1:
            last = total
            total += open_groups.pop()
        elif text[0] == "{" and (part[1] or part[3]):
            more = last * (max(int(part[1] or 0), int(part[3] or 0), 1) - 1)
            total, last = total + more, last + more
        elif text not in {"|", "?", "+", "*"}:
            total, last = total + 1, 1
    return total + sum(open_groups)
