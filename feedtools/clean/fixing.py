"""Repair portions of articles: lint, apply fixes, lint again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from feedtools.clean.decide import permitted
from feedtools.clean.inputs import File, articles
from feedtools.clean.notes import Note, dump, plain
from feedtools.config import Policy
from feedtools.errors import FeedtoolsError
from feedtools.lint.checks.base import Evidence
from feedtools.lint.engine import lint
from feedtools.lint.fix import UNSAFE, stable_fix
from feedtools.lint.rules import Rule
from feedtools.model import Article, Finding
from feedtools.readers import ReadOptions
from feedtools.readers.records import fits

PORTION = 512
"""Articles that one process checks at a time."""


class Portion(NamedTuple):
    """Articles that one process checks: those of some files, which it reads itself, or some of a large file."""

    files: tuple[File, ...] = ()
    articles: tuple[tuple[File, Article], ...] = ()


def portions(files: Iterable[File], options: ReadOptions, skip: int) -> Iterator[Portion]:
    """All articles but the first ``skip``, in order."""
    group: list[File] = []
    for file in files:
        if skip >= file.articles:
            skip -= file.articles
            continue
        if not skip and file.articles <= PORTION:
            group.append(file)
            if sum(one.articles for one in group) >= PORTION:
                yield Portion(tuple(group))
                group = []
            continue
        if group:
            yield Portion(tuple(group))
            group = []
        rest = articles([file], options, skip)
        skip = 0
        while some := tuple(islice(rest, PORTION)):
            yield Portion((), some)
    if group:
        yield Portion(tuple(group))


class Checked(NamedTuple):
    """What became of a portion.

    Attributes:
        notes: a line of the log for each article.
        marks: a byte for each article, see ``mark``.
        pieces: by file what ``Texts.take`` takes.
        errors: what could not be checked.
    """

    notes: list[bytes]
    marks: bytes
    pieces: list[tuple[str, array[int], bytes, array[int]]]
    errors: list[FeedtoolsError]


FOUND, HELD = 1, 2


def mark(note: Note, policy: Policy) -> int:
    """Whether anything remains wrong with an article (``FOUND``), and whether that holds it (``HELD``)."""
    if not note.findings:
        return 0
    return FOUND | HELD if any(policy.verdict(*finding[:3]) == "hold" for finding in note.findings) else FOUND


def repair(
    portion: Portion, rules: Sequence[Rule], evidence: Evidence, policy: Policy, options: ReadOptions
) -> Checked:
    """Fix some articles and say what remains wrong with them.

    Raises:
        ChangedError: a file has changed since the survey.
    """
    errors: list[FeedtoolsError] = []
    some = portion.articles or list(articles(portion.files, options))
    policies = {article.source: policy.of(file.form) for file, article in some}

    def findings(some: Sequence[Article]) -> list[Finding]:
        result = lint(some, rules, evidence)
        errors.extend(result.errors)
        return [permitted(finding, policies[finding.article.source]) for finding in result.findings]

    fixed = stable_fix([article for _, article in some], findings, UNSAFE)
    notes, texts = [], []
    for (file, article), one in zip(some, fixed, strict=True):
        if one.changes and not fits(file.form, one.text):
            notes.append(Note((), tuple(map(plain, findings([article])))))
            texts.append(article.text)
        else:
            notes.append(Note(one.changes, tuple(map(plain, one.findings))))
            texts.append(one.text)
    marks = bytes(mark(note, policy) for note in notes)
    return Checked([dump(note) for note in notes], marks, list(pieces(some, texts)), errors)


def pieces(
    some: Iterable[tuple[File, Article]], texts: Iterable[str]
) -> Iterator[tuple[str, array[int], bytes, array[int]]]:
    """Articles and what they read now, by file, as ``Texts.take`` takes them."""
    for name, group in groupby(zip(some, texts, strict=True), key=lambda one: one[0][0].name):
        rows = [(article.line, text.encode("utf-8", "surrogatepass")) for (_, article), text in group]
        sizes = array("Q", (len(data) for _, data in rows))
        yield name, array("I", (line for line, _ in rows)), b"".join(data for _, data in rows), sizes
