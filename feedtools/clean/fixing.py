"""Repair portions of articles: lint, apply fixes, lint again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from feedtools.clean.decisions import Ruling, by_decision
from feedtools.clean.inputs import File, articles
from feedtools.clean.judging import Judge, Linting
from feedtools.clean.notes import Note, dump, plain
from feedtools.config import Policy
from feedtools.errors import FeedtoolsError
from feedtools.lint.fix import UNSAFE, Fixed, stable_fix
from feedtools.model import Article
from feedtools.readers import ReadOptions
from feedtools.readers.records import fits

PORTION = 512
"""Articles that one process checks at a time."""


class Portion(NamedTuple):
    """Articles that one process checks: those of some files, which it reads itself, or some of a large file."""

    files: tuple[File, ...] = ()
    articles: tuple[tuple[File, Article], ...] = ()


def portions(files: Iterable[File], options: ReadOptions, skip: int) -> Iterator[Portion]:
    """Yield all articles but the first ``skip``, in order."""
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


TextsOfFile = tuple[str, "array[int]", bytes, "array[int]", tuple[str, ...]]
"""Arguments of ``Texts.take``."""


class FixedPortion(NamedTuple):
    """Result of fixing a portion.

    Attributes:
        notes: a line of the log for each article.
        marks: a byte for each article, see ``grade``.
        pieces: by file, the arguments of ``Texts.take``.
        errors: what could not be checked.
    """

    notes: list[bytes]
    marks: bytes
    pieces: list[TextsOfFile]
    errors: list[FeedtoolsError]


FOUND, HELD, REJECTED, FINAL, FIXED = 1, 2, 4, 8, 16


def grade(note: Note, policy: Policy) -> int:
    """Say what is known of an article, as a sum of flags.

    ``FOUND``: something remains wrong with it; ``HELD``: that holds it; ``REJECTED``: a person does not want it;
    ``FINAL``: a person said how it reads, and nothing repairs it; ``FIXED``: it does not read as it came in.
    """
    verbs = {name.partition(":")[0] for name in note.decided}
    marked = FINAL * bool(verbs & {"publish", "edit"}) | FIXED * bool(note.changes)
    if "reject" in verbs:
        return marked | REJECTED
    if not note.findings:
        return marked
    held = "publish" not in verbs and any(policy.verdict(*finding[:3]) == "hold" for finding in note.findings)
    return marked | FOUND | HELD * held


def repair(portion: Portion, judge: Judge, options: ReadOptions) -> FixedPortion:
    """Fix some articles, or let them read what a person decided, and say what remains wrong with them.

    Raises:
        ChangedError: a file has changed since the survey.
    """
    some = portion.articles or list(articles(portion.files, options))
    made = fix_articles([article for _, article in some], {file.name: file.form for file, _ in some}, judge)
    marks = bytes(grade(note, judge.policy) for note in made.notes)
    return FixedPortion([dump(note) for note in made.notes], marks, list(pieces(some, made.texts)), made.errors)


class FixedArticles(NamedTuple):
    """Articles after their fixes.

    Attributes:
        notes: of each article, what was changed and what remains wrong with it.
        texts: of each article, as it reads now.
        errors: what could not be checked.
    """

    notes: list[Note]
    texts: list[str]
    errors: list[FeedtoolsError]


def fix_articles(some: Sequence[Article], forms: Mapping[str, str], judge: Judge) -> FixedArticles:
    """Fix some articles, or let them read what a person decided.

    Args:
        some: articles as they came in.
        forms: by source, the format of its file.
        judge: finds what is wrong, and knows which fixes are made and what was decided.
    """
    rulings = {number: ruling for number, one in enumerate(some) if (ruling := judge.decisions.of(one.text))}
    findings = judge.over(some, forms)
    notes, texts = [], []
    for number, one in enumerate(_fixed(some, rulings, findings)):
        article = some[number]
        if one.changes and not fits(forms[article.source], one.text):
            one = Fixed(article.text, (), tuple(findings([article])), ())
        place = article.source, article.line
        used = sorted(findings.used.get(place, ()))
        note = Note(
            one.changes,
            tuple(map(plain, one.findings)),
            (),
            (*([rulings[number].name] if number in rulings else ()), *used),
            tuple(sorted(findings.excepted.get(place, ()))),
        )
        notes.append(note)
        texts.append(one.text)
    return FixedArticles(notes, texts, findings.errors)


def _fixed(some: Sequence[Article], rulings: Mapping[int, Ruling], findings: Linting) -> Iterator[Fixed]:
    """Every article as its fixes or a decision leave it."""
    free = [article for number, article in enumerate(some) if number not in rulings]
    fixed = iter(stable_fix(free, findings, UNSAFE))
    for number, article in enumerate(some):
        if number not in rulings:
            yield next(fixed)
            continue
        yield by_decision(article, rulings[number], findings)


def pieces(some: Iterable[tuple[File, Article]], texts: Iterable[str]) -> Iterator[TextsOfFile]:
    """Articles and what they read now, by file, as ``Texts.take`` takes them."""
    for name, group in groupby(zip(some, texts, strict=True), key=lambda one: one[0][0].name):
        rows = [(article.line, text.encode("utf-8", "surrogatepass"), article.syntax) for (_, article), text in group]
        lines, data, syntaxes = zip(*rows, strict=True)
        yield name, array("I", lines), b"".join(data), array("Q", map(len, data)), syntaxes
