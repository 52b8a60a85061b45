"""The reading passes of a batch run: what there is, and what every article reads after its fixes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from feedtools.clean.manifest import extended
from feedtools.errors import FeedtoolsError, ReadError
from feedtools.model import Article
from feedtools.readers import ReadOptions
from feedtools.readers.records import Frame, open_frame
from feedtools.system.on_disk import Rows, Strings


class File(NamedTuple):
    """One input as the first pass found it.

    Attributes:
        path: as the user named it.
        name: its name in messages and in the manifest: its place below what the user named.
        out: its place in the output; another one than ``name`` where the format cannot be written.
        form: of its records: ``transmission``, ``markdown`` or ``jsonl``.
        packed: ``gz``, ``zst`` or nothing.
        converted: it is of another format and comes out as JSONL.
        digest: of its bytes.
        articles: how many there are.
        bad: errors about what could not be read as an article.
    """

    path: str
    name: str
    out: str
    form: str
    packed: str
    converted: bool
    digest: str
    articles: int
    bad: tuple[FeedtoolsError, ...]


class ChangedError(ReadError):
    """A file is not what it was when the run began."""


class Files(Rows[File]):
    """The files of a survey, on the disk; in memory are 8 bytes each.

    Args:
        path: file to write; ``add`` everything, then ``seal``, then read.
    """

    def __init__(self, path: Path) -> None:
        self._rows = Strings(path)
        self._bad: dict[int, tuple[FeedtoolsError, ...]] = {}
        self.articles = 0

    def add(self, file: File) -> None:
        """Append a file."""
        if file.bad:
            self._bad[len(self._rows)] = file.bad
        self.articles += file.articles
        self._rows.add(json.dumps(file[:-1]))

    def seal(self) -> None:
        """Go over from writing to reading."""
        self._rows.seal()

    def close(self) -> None:
        """Let go of the file on the disk."""
        self._rows.close()

    def bad(self) -> Iterator[FeedtoolsError]:
        """Errors about what could not be read as an article, in all files."""
        return (error for errors in self._bad.values() for error in errors)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, number: int) -> File:
        """One of the files."""
        return File._make([*json.loads(self._rows[number]), self._bad.get(number, ())])


class Input(NamedTuple):
    """A file to survey: its path, its place in the output, and whether the one it would have as JSONL is taken."""

    path: str
    name: str
    taken: bool


class Surveyed(NamedTuple):
    """Survey of some files: what could not be read, and what the articles teach (``compounds.count``).

    ``read`` counts all files that were looked at.
    """

    read: int
    files: list[File]
    errors: list[FeedtoolsError]
    forms: Counter[str]
    joined: Counter[str]


def survey(inputs: Sequence[Input], options: ReadOptions, *, listens: bool) -> Surveyed:
    """Read some files once.

    Args:
        inputs: the files.
        options: how records are read.
        listens: some rule learns from the articles.
    """
    found = Surveyed(len(inputs), [], [], Counter(), Counter())

    def texts() -> Iterator[str]:
        for one in inputs:
            try:
                yield from _surveyed(one, options, found)
            except ReadError as error:
                found.errors.append(error)

    if not listens:
        for _ in texts():
            pass
        return found
    from feedtools.lint.checks import compounds

    forms, joined = compounds.count(texts())
    return found._replace(forms=forms, joined=joined)


def _surveyed(one: Input, options: ReadOptions, found: Surveyed) -> Iterator[str]:
    """The texts of a file; at their end its entry is made."""
    path, name, taken = one
    frame = open_frame(path, options)
    out = extended(name, ".jsonl") if frame.converted else name
    if frame.converted and taken:
        raise ReadError(f"its articles would go to {out}, which is another input; rename it", path=path)
    count = 0
    for record in frame.records:
        count += 1
        yield record.text
    digest = frame.digest()
    bad = tuple(frame.bad)
    if frame.converted and bad and not count:
        found.errors.extend(bad)
        return
    found.files.append(File(path, name, out, frame.format, frame.packed, frame.converted, digest, count, bad))


def opened(file: File, options: ReadOptions) -> Frame:
    """Open a file of the survey again.

    Raises:
        ChangedError: it cannot be read any more.
    """
    try:
        return open_frame(file.path, options)
    except ReadError as error:
        raise ChangedError(error.message, path=file.path) from error


def verify(file: File, frame: Frame) -> None:
    """Make sure that a file read to its end is the one that was surveyed.

    Raises:
        ChangedError: it is not.
    """
    try:
        same = frame.digest() == file.digest
    except ReadError:
        same = False
    if not same:
        raise ChangedError("the file changed while it was being cleaned", path=file.path)


def articles(files: Iterable[File], options: ReadOptions, skip: int = 0) -> Iterator[tuple[File, Article]]:
    """The articles of files of the survey.

    Args:
        files: in the order of numbers.
        options: how records are read.
        skip: articles to leave out at the beginning; a file that holds only such is not read.

    Raises:
        ChangedError: a file has changed since.
    """
    for file in files:
        if skip >= file.articles:
            skip -= file.articles
            continue
        frame = opened(file, options)
        try:
            for record in frame.records:
                if skip:
                    skip -= 1
                    continue
                yield file, Article(file.name, record.line, record.text, syntax=record.syntax)
        except ReadError as error:
            raise ChangedError(error.message, path=file.path) from error
        verify(file, frame)
