"""The reading passes of a batch run: what there is, what is wrong with it, what every article reads after its fixes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple

from feedtools.checks.base import Evidence
from feedtools.decide import Policy
from feedtools.errors import FeedtoolsError, ReadError
from feedtools.fix import UNSAFE, Change, rewrite, stable_fix
from feedtools.lint import lint, lint_transmission
from feedtools.model import Article, Finding, Span
from feedtools.readers import ReadOptions
from feedtools.readers.frames import Frame, fits, open_frame
from feedtools.rules import Rule

PORTION = 512
"""Articles that one process checks at a time."""


class File(NamedTuple):
    """One input as the first pass found it.

    Attributes:
        path: as the user named it.
        name: its place in the output.
        form: ``transmission`` or ``jsonl``.
        digest: of its content; of what is unpacked where it is compressed.
        articles: how many there are.
        bad: lines that are no records, with what is wrong.
    """

    path: str
    name: str
    form: str
    packed: bool
    digest: str
    articles: int
    bad: tuple[ReadError, ...]


class ChangedError(ReadError):
    """A file is not what it was when the run began."""


class Note(NamedTuple):
    """What the repairing pass found out about one article."""

    changes: tuple[Change, ...]
    findings: tuple[tuple[Any, ...], ...]


CLEAR = Note((), ())


def frame(file: File, options: ReadOptions) -> Frame:
    """Open a file of the survey again."""
    try:
        return open_frame(file.path, options)
    except ReadError as error:
        raise ChangedError(error.message, path=file.path) from error


def articles(file: File, options: ReadOptions) -> Iterator[tuple[Frame, Article]]:
    """The articles of a file of the survey.

    Raises:
        ChangedError: it has changed since.
    """
    opened = frame(file, options)
    count = 0
    try:
        for record in opened.records:
            count += 1
            yield opened, Article(file.name, record.line, record.text)
    except ChangedError:
        raise
    except ReadError as error:
        raise ChangedError(error.message, path=file.path) from error
    verify(file, opened)


def verify(file: File, opened: Frame) -> None:
    """Make sure that a file read to its end is the one that was surveyed.

    Raises:
        ChangedError: it is not.
    """
    if opened.digest.hexdigest() != file.digest:
        raise ChangedError("the file changed while it was being cleaned", path=file.path)


def survey(
    names: Sequence[tuple[str, str]], options: ReadOptions, on_error: Callable[[FeedtoolsError], None]
) -> Iterator[tuple[str | None, File | None]]:
    """Read every file once: each text, then, as the last item of a file, its entry.

    Args:
        names: path and place in the output of every file.
        options: how records are read.
        on_error: told of files that cannot be read; they have no entry.
    """
    for path, name in names:
        count = 0
        try:
            opened = open_frame(path, options)
            for record in opened.records:
                count += 1
                yield record.text, None
        except ReadError as error:
            on_error(error)
            continue
        bad = tuple(opened.bad)
        yield None, File(path, name, opened.format, opened.packed, opened.digest.hexdigest(), count, bad)


def portions(files: Iterable[File], options: ReadOptions) -> Iterator[list[tuple[str, Article]]]:
    """All articles with the format of their file, in portions that cross files."""
    portion: list[tuple[str, Article]] = []
    for file in files:
        for _, article in articles(file, options):
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
        return [_allowed(finding, policy) for finding in result.findings]

    plain = [article for _, article in portion]
    fixed = stable_fix(plain, findings, UNSAFE)
    notes = []
    for (form, article), one in zip(portion, fixed, strict=True):
        if one.changes and not fits(form, one.text):
            notes.append(Note((), tuple(map(_plain, findings([article])))))
        else:
            notes.append(Note(one.changes, tuple(map(_plain, one.findings))))
    return notes, errors


def _allowed(finding: Finding, policy: Policy) -> Finding:
    fix = finding.fix
    if fix is None or policy.applies(finding.rule, finding.name, fix.safety):
        return finding
    return finding._replace(fix=None)


def _plain(finding: Finding) -> tuple[Any, ...]:
    return finding.rule, finding.name, finding.level, finding.confidence, *finding.span, finding.message


def write_note(note: Note, stream: IO[bytes]) -> None:
    """Append a note to a spool; most articles have nothing to note."""
    stream.write(json.dumps(note).encode() + b"\n" if note != CLEAR else b"\n")


def read_notes(stream: IO[bytes]) -> Iterator[Note]:
    """The notes of a spool."""
    for line in stream:
        if line == b"\n":
            yield CLEAR
            continue
        changes, found = json.loads(line)
        yield Note(
            tuple(Change(start, end, old, new, tuple(by)) for start, end, old, new, by in changes),
            tuple(tuple(item) for item in found),
        )


def findings_of(note: Note, article: Article) -> list[Finding]:
    """The findings of a note, about the article as it reads after its fixes."""
    fixed = article._replace(text=rewrite(article.text, note.changes)) if note.changes else article
    return [
        Finding(rule, name, level, confidence, fixed, Span(start, end), message)
        for rule, name, level, confidence, start, end, message in note.findings
    ]


def frame_findings(opened: Frame, rules: Sequence[Rule]) -> list[Finding]:
    """What is wrong with a transmission apart from its articles."""
    if opened.data is None or opened.transmission is None:
        return []
    return lint_transmission(opened.data, opened.transmission, rules)
