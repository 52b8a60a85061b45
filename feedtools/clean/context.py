"""Settings of a run, and the notes that its passes leave each other on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from feedtools.clean import manifest
from feedtools.clean.history import History
from feedtools.clean.inputs import Files
from feedtools.clean.judging import Judge, Pair
from feedtools.clean.notes import EMPTY, Note, guesses, parse
from feedtools.config import Config
from feedtools.errors import FeedtoolsError
from feedtools.lint.decisions import Choice
from feedtools.lint.rules import Rule
from feedtools.readers import ReadOptions
from feedtools.system.progress import Progress

R = TypeVar("R")
EXTENSIONS = "extensions"
"""Log of the articles that were completed from others."""
ASSEMBLED = "assembled"
"""Log of the articles that were restored from others that overlap with them."""
LATER = ("endings", EXTENSIONS, ASSEMBLED)
"""Logs of the passes behind restoration, the latest first; the note of a later pass holds that of an earlier one."""


class Sources(NamedTuple):
    """Further sources: an index of earlier publications, and the originals that the articles were cut from."""

    published: str | None = None
    originals: str | None = None


class Run(NamedTuple):
    """Settings of a run, which stay the same through all passes.

    Attributes:
        choices: decisions of a person.
        origins: by path, where an input comes from that lies somewhere else for the time of the run.
        history: the runs into the same output before.
    """

    config: Config
    rules: tuple[Rule, ...]
    options: ReadOptions
    errors: list[FeedtoolsError]
    stage: Path
    sources: Sources
    progress: Progress
    choices: tuple[Choice, ...] = ()
    origins: Mapping[str, manifest.SourceOrigin] = MappingProxyType({})
    processes: int = 1
    history: History = History()

    @property
    def out(self) -> Path:
        """The folder that becomes the output."""
        return self.stage / "out"


def mapped(run: Run, function: Callable[..., R], items: Iterable[Any], *shared: Any) -> Iterator[R]:
    """Map ``function`` over items, in order, on the processes of the run."""
    if run.processes == 1:
        return (function(item, *shared) for item in items)
    from feedtools.system.processes import ordered_map

    return ordered_map(function, items, run.processes, *shared)


def repair_notes(run: Run, later: Sequence[str] = LATER) -> Iterator[tuple[int, bytes]]:
    """Numbers and latest notes of the articles that were restored, and in some of the ``later`` passes changed."""
    logs = (logged_notes(run, name) for name in (*later, "repairs"))
    for _, same in groupby(merge(*logs, key=itemgetter(0)), key=itemgetter(0)):
        yield next(same)


def logged_notes(run: Run, name: str) -> Iterator[tuple[int, bytes]]:
    """Numbers and notes of a log, ascending."""
    if not (run.stage / name).exists():
        return
    with open(run.stage / name, "rb") as stream:
        for line in stream:
            number, _, note = line.partition(b" ")
            if note != EMPTY:
                yield int(number), note


def guessed(run: Run) -> Iterator[tuple[int, Note]]:
    """Numbers and notes of the articles in which a fix was made that is a guess."""
    with open(run.stage / "notes", "rb") as stream:
        for number, line in enumerate(stream):
            if b'"confident"' in line or b'"unsafe"' in line:
                note = parse(line)
                if guesses(note):
                    yield number, note


def all_notes(run: Run) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield for every article the note of its fixes and, where it was restored, that of its repairs."""
    restored = repair_notes(run)
    number, repair = next(restored, (-1, b""))
    with open(run.stage / "notes", "rb") as stream:
        for current, note in enumerate(stream):
            if current == number:
                yield note, repair
                number, repair = next(restored, (-1, b""))
            else:
                yield note, None


def excepted(run: Run, files: Files, judge: Judge) -> Iterator[tuple[str, frozenset[Pair]]]:
    """Yield for every article the format of its file, and the findings in it that are left out."""
    forms = (file.form for file in files for _ in range(file.articles))
    if not judge.exceptions:
        yield from ((form, frozenset()) for form in forms)
        return
    with open(run.stage / "notes", "rb") as stream:
        for form, line in zip(forms, stream, strict=True):
            yield form, frozenset(parse(line).excepted)
