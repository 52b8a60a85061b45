"""Compiled patterns and parsed tables from one start to the next, beside the modules that Python keeps compiled.

A check of one transmission uses some forty patterns, and compiling them takes twice as long as all that they are used
for; parsing the rule files takes as long again. So the command line keeps both in ``__pycache__``, where Python keeps
its own, and under the same conditions: a file that is missing, damaged, made by another Python or not writable costs
time and nothing else. What is kept of a pattern is the code that ``re`` makes of it, which stands for its source and
flags alone; a table says what it was made of.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from array import array
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, AnyStr, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
FORMAT = 2
MOST = 600
"""Patterns that are kept; beyond it those of this process alone, for the others may be of an older version."""


class _Kept:
    """Everything kept: read once, and what is new beside it."""

    def __init__(self) -> None:
        self.path = _path()
        self.patterns, self.tables = _read(self.path)
        self.used: set[Any] = set()
        self.recording = False
        self.fresh = 0

    def add(self) -> None:
        self.fresh += self.recording


def _path() -> str:
    cached = __spec__.cached if __spec__ is not None else None
    return f"{cached.removesuffix('.pyc')}.bin" if cached else ""


@cache
def _head() -> tuple[object, ...]:
    """Everything that another Python may do otherwise."""
    sre = import_module("_sre")
    return FORMAT, sys.implementation.name, sys.hexversion, sys.byteorder, sre.MAGIC, sre.CODESIZE


def _read(path: str) -> tuple[dict[Any, Any], dict[Any, Any]]:
    try:
        with open(path, "rb") as stream:
            head, patterns, tables = marshal.loads(stream.read())  # noqa: S302 - ours, as the modules beside it
        if head == _head() and isinstance(patterns, dict) and isinstance(tables, dict):
            return patterns, tables
    except (OSError, EOFError, ValueError, TypeError, ImportError, AttributeError):
        pass
    return {}, {}


@cache
def _kept() -> _Kept:
    return _Kept()


@cache
def compiled(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Compile a pattern as ``re.compile`` does, from the code that an earlier start kept if there is one."""
    kept = _kept()
    parts = kept.patterns.get((pattern, int(flags)))
    try:
        if parts is None and kept.recording:
            parts = kept.patterns[pattern, int(flags)] = _code(pattern, flags)
            kept.add()
        if parts is not None:
            full, code, groups, index, names = parts
            made = import_module("_sre").compile(pattern, full, array("I", code).tolist(), groups, index, names)
            kept.used.add((pattern, int(flags)))
            return cast("re.Pattern[AnyStr]", made)
    except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):  # an inside of another Python
        kept.patterns.pop((pattern, int(flags)), None)
    return re.compile(pattern, flags)


def ready(pattern: str | bytes, flags: int = 0) -> bool:
    """Tell whether compiling a pattern costs nothing, or is kept for later starts."""
    kept = _kept()
    return kept.recording or (pattern, int(flags)) in kept.patterns


def _code(pattern: str | bytes, flags: int) -> tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]:
    """The code of a pattern with all else that ``re`` makes an object of, as ``re.compile`` works it out."""
    parsed = import_module("re._parser").parse(pattern, flags)
    code = import_module("re._compiler")._code(parsed, flags)
    state = parsed.state
    names: list[str | None] = [None] * state.groups
    for name, number in state.groupdict.items():
        names[number] = name
    return int(flags | state.flags), array("I", code).tobytes(), state.groups - 1, dict(state.groupdict), tuple(names)


def recall(name: str, stamp: object, make: Callable[[], T]) -> T:
    """Give a table as an earlier start kept it, where its ``stamp`` is the same; else ``make`` it.

    Args:
        name: of the table.
        stamp: what it is made of and by, see ``stamped``.
        make: gives constants, tuples, lists and dictionaries of them.
    """
    kept = _kept()
    known = kept.tables.get(name)
    if known is not None and known[0] == stamp:
        return cast("T", marshal.loads(known[1]))  # noqa: S302 - see ``_read``
    made = make()
    if kept.recording:
        content: Any = made
        kept.tables[name] = (stamp, marshal.dumps(content))  # in bytes, for not every start needs each
        kept.add()
    return made


def stamped(*files: str | os.PathLike[str]) -> tuple[tuple[str, int, int], ...]:
    """Name, time of the last change (nanoseconds) and size (bytes) of files.

    Raises:
        OSError: there is no such file.
    """
    facts = ((os.fspath(file), os.stat(file)) for file in files)
    return tuple((name, one.st_mtime_ns, one.st_size) for name, one in facts)


def record() -> None:
    """Keep from here on what is compiled and parsed, until ``save``; the command line does, a library does not."""
    _kept().recording = not sys.dont_write_bytecode


def save() -> None:
    """Write what is new, whole or not at all; where that is refused, the next start works it out again."""
    kept = _kept()
    if not (kept.recording and kept.fresh and kept.path):
        return
    kept.fresh = 0
    patterns, tables = _read(kept.path)  # another process may have written meanwhile
    unfinished = f"{kept.path}.{os.getpid()}"
    patterns.update(kept.patterns)
    if len(patterns) > MOST:
        patterns = {key: patterns[key] for key in kept.used}
    try:
        content: Any = (_head(), patterns, {**tables, **kept.tables})
        data = marshal.dumps(content)
        os.makedirs(os.path.dirname(kept.path), exist_ok=True)
        with open(unfinished, "wb") as stream:
            stream.write(data)
        os.replace(unfinished, kept.path)
    except (OSError, ValueError):
        if os.path.lexists(unfinished):
            os.unlink(unfinished)
