"""The reading passes of a batch run: what there is, and what every article reads after its fixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from feedtools.api.spool import Note, plain
from feedtools.checks.base import Evidence
from feedtools.decide import Policy, permitted
from feedtools.errors import FeedtoolsError, ReadError
from feedtools.fix import UNSAFE, stable_fix
from feedtools.lint import lint
from feedtools.model import Article, Finding
from feedtools.readers import ReadOptions
from feedtools.readers.frames import Frame, fits, open_frame
from feedtools.rules import Rule

PORTION = 512
"""Articles that one process checks at a time."""


class File(NamedTuple):
    """One input as the first pass found it.

    Attributes:
        path: as the user named it.
        name: its name in messages and in the manifest: its place below what the user named.
        out: its place in the output; another one than ``name`` where the format cannot be written.
        form: of its records: ``transmission`` or ``jsonl``.
        packed: ``gz``, ``zst`` or nothing.
        converted: whether it is of another format and comes out as JSONL.
        digest: of its bytes.
        articles: how many there are.
        bad: what could not be read as an article.
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


def survey(
    names: Sequence[tuple[str, str]], options: ReadOptions, on_error: Callable[[FeedtoolsError], None]
) -> Iterator[tuple[str | None, File | None]]:
    """Read every file once: each text, then, as the last item of a file, its entry.

    Args:
        names: path and place in the output of every file.
        options: how records are read.
        on_error: told of files that cannot be read; they have no entry.
    """
    taken = {name for _, name in names}
    for path, name in names:
        count = 0
        try:
            frame = open_frame(path, options)
            out = f"{name}.jsonl" if frame.converted else name
            if frame.converted and out in taken:
                on_error(ReadError(f"its articles would go to {out}, which is another input; rename it", path=path))
                continue
            for record in frame.records:
                count += 1
                yield record.text, None
            digest = frame.digest()
        except ReadError as error:
            on_error(error)
            continue
        bad = tuple(frame.bad)
        if frame.converted and bad and not count:
            for one in bad:
                on_error(one)
            continue
        file = File(path, name, out, frame.format, frame.packed, frame.converted, digest, count, bad)
        yield None, file


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
                yield file, Article(file.name, record.line, record.text)
        except ReadError as error:
            raise ChangedError(error.message, path=file.path) from error
        verify(file, frame)


def portions(files: Iterable[File], options: ReadOptions, skip: int) -> Iterator[list[tuple[str, Article]]]:
    """All articles with the format of their file, in portions that cross files."""
    portion: list[tuple[str, Article]] = []
    for file, article in articles(files, options, skip):
        portion.append((file.form, article))
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def repair(
    portion: Sequence[tuple[str, Article]], rules: Sequence[Rule], evidence: Evidence, policy: Policy
) -> tuple[list[Note], list[FeedtoolsError]]:
    """Fix some articles and say what remains wrong with them."""
    errors: list[FeedtoolsError] = []

    def findings(some: Sequence[Article]) -> list[Finding]:
        result = lint(some, rules, evidence)
        errors.extend(result.errors)
        return [permitted(finding, policy) for finding in result.findings]

    fixed = stable_fix([article for _, article in portion], findings, UNSAFE)
    notes = []
    for (form, article), one in zip(portion, fixed, strict=True):
        if one.changes and not fits(form, one.text):
            notes.append(Note((), tuple(map(plain, findings([article])))))
        else:
            notes.append(Note(one.changes, tuple(map(plain, one.findings))))
    return notes, errors
