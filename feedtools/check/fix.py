"""Fix transmissions and Markdown files in place, or show what would change."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from feedtools.check.files import check_batch
from feedtools.check.suppress import wanted
from feedtools.config import Config
from feedtools.errors import FeedtoolsError, Notice
from feedtools.lint.checks.base import Evidence
from feedtools.lint.edits import Change, apply, rewrite
from feedtools.lint.engine import lint, lint_transmission
from feedtools.lint.fix import SAFE, proposals, stable_fix
from feedtools.lint.rules import Rule
from feedtools.lint.selection import active_rules, learn
from feedtools.model import Article, Edit, Finding, Safety, Transmission
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import Batch, batches
from feedtools.readers.streams import STDIN
from feedtools.readers.transmission import decode, render
from feedtools.system.files import write_whole
from feedtools.text.line_diff import unified

_TRIES = 200
"""Parses of a whole file by which its changes that do harm together are found; what they do not clear is not made."""


class FixedFile(NamedTuple):
    """A file that fixes would change: its bytes before and after, and how many changes that takes."""

    path: str
    before: bytes
    after: bytes
    changes: int


class Fixes(NamedTuple):
    """The files that fixes change, what could not be fixed, and the files whose format only ``clean`` repairs."""

    files: list[FixedFile]
    errors: list[FeedtoolsError]
    passed: tuple[str, ...] = ()


def fixes(paths: Sequence[str], config: Config, safeties: Collection[Safety] = SAFE) -> Fixes:
    """Make the fixes of the selected rules in some transmissions and Markdown files; nothing is written.

    What ``feedtools-allow.toml`` allows is left alone. Records of other formats are too: they are written by
    ``feedtools clean``. A link that was named is followed; one that was found in a folder leads to files of that
    folder, or what it leads to is left alone and said.
    """
    config.activate_renderers()
    rules = active_rules(config)
    errors: list[FeedtoolsError] = []
    todo = list(
        batches(expand(list(paths), errors.append, ReadOptions.of(config)), ReadOptions.of(config), errors.append)
    )
    evidence = learn((article.text for batch in todo for article in batch.articles), rules, config)
    settings = _FixSettings(rules, evidence, safeties, wanted(config))
    changed = []
    passed = (batch.source for batch in todo if batch.transmission is None and batch.format != "markdown")
    for batch in todo:
        if said := _left(batch, config):
            errors.append(Notice(said, path=batch.source))
            continue
        if batch.format == "markdown" and batch.source != STDIN:
            changed += _fixed_document(batch, settings)
        if batch.transmission is None or batch.data is None or batch.source == STDIN:
            continue
        found, failed = check_batch(batch, rules, evidence)
        errors += failed
        if proposals(found, safeties):
            changed += _fixed(batch, batch.transmission, batch.data, settings)
    mine: dict[str, FixedFile] = {}  # by where it lies: several links may lead to one file
    for fixed in changed:
        if _leads_out(fixed.path, paths):
            errors.append(FeedtoolsError("a link that leads out of the folder; name it to fix it", path=fixed.path))
        else:
            mine.setdefault(os.path.realpath(fixed.path), fixed)
    return Fixes(list(mine.values()), errors, tuple(dict.fromkeys(passed)))


def _left(batch: Batch, config: Config) -> str:
    """Say why a file is not repaired in place; nothing where it is."""
    if batch.format not in {"markdown", "transmission"}:
        return "not changed: --fix repairs transmissions and Markdown; feedtools clean repairs other formats"
    if config.encoding:
        return f"not changed: --fix writes UTF-8, and this is read as {config.encoding}; convert it first"
    return ""


def write(files: Sequence[FixedFile]) -> Fixes:
    """Put the fixed files in place, each whole or not at all; return those that were written, and why others were not.

    A file that was changed meanwhile is left as it is.
    """
    written: list[FixedFile] = []
    errors: list[FeedtoolsError] = []
    for fixed in files:
        try:
            if Path(fixed.path).read_bytes() != fixed.before:
                errors.append(FeedtoolsError("changed while it was being fixed; run again", path=fixed.path))
                continue
            write_whole(Path(fixed.path), fixed.after)
            written.append(fixed)
        except OSError as error:
            errors.append(FeedtoolsError(f"cannot be fixed: {error.strerror or error}", path=fixed.path))
        except FeedtoolsError as error:
            errors.append(error)
    return Fixes(written, errors)


def _leads_out(path: str, named: Sequence[str]) -> bool:
    """Tell whether a file was not named itself and lies outside of all folders that were."""
    if path in named:
        return False
    target = os.path.realpath(path)
    return not any(target.startswith(os.path.join(os.path.realpath(_folder(name)), "")) for name in named)


def _folder(name: str) -> str:
    """The folder that is searched: the one that is named, or the part of a pattern before its first mark."""
    if os.path.isdir(name):
        return name
    parts = takewhile(lambda part: not any(mark in part for mark in "*?["), Path(name).parts)
    return os.path.join(*parts, "") or "."


def diff(files: Sequence[FixedFile]) -> Iterator[str]:
    """Unified diffs of the files, line by line."""
    for fixed in files:
        yield from unified(fixed.path, decode(fixed.before), decode(fixed.after))


class _FixSettings(NamedTuple):
    """Settings of the repair of a file.

    Attributes:
        rules: the selected ones.
        evidence: taught by the articles.
        safeties: of the fixes that are made.
        chosen: leaves out findings that nobody asks for.
    """

    rules: Sequence[Rule]
    evidence: Evidence
    safeties: Collection[Safety]
    chosen: Callable[[Iterable[Finding]], list[Finding]]


def _fixed(
    batch: Batch,
    transmission: Transmission,
    data: bytes,
    settings: _FixSettings,
) -> list[FixedFile]:
    def found(articles: Sequence[Article]) -> list[Finding]:
        return settings.chosen(lint(articles, settings.rules, settings.evidence).findings)

    settled = stable_fix(batch.articles, found, settings.safeties)
    texts = [one.text for one in settled]
    changes = sum(len(one.changes) for one in settled)
    now = _with_texts(transmission, texts)
    for finding in settings.chosen(lint_transmission(render(now), now, settings.rules)):
        framed = apply(finding.article.text, proposals([finding], settings.safeties))
        if framed.applied:
            texts[now.articles.index(finding.article)] = framed.text
            changes += 1
    after = render(_with_texts(transmission, texts))
    return [FixedFile(batch.source, data, after, changes)] if after != data else []


def _fixed_document(batch: Batch, settings: _FixSettings) -> list[FixedFile]:
    """Fix a Markdown file; its front matter and all other bytes stay."""

    def found(articles: Sequence[Article]) -> list[Finding]:
        return settings.chosen(check_batch(batch._replace(articles=articles), settings.rules, settings.evidence)[0])

    before = Path(batch.source).read_bytes()
    [article], [settled] = batch.articles, stable_fix(batch.articles, found, settings.safeties)
    old, changes = article.text.encode(), _harmless(article, settled.changes)
    if before.count(old) != 1 or not changes:
        return []
    after = before.replace(old, rewrite(article.text, changes).encode())
    return [FixedFile(batch.source, before, after, len(changes))]


def _harmless(article: Article, changes: Sequence[Change]) -> Sequence[Change]:
    """The changes after which Markdown reads as before but for their own text; each by itself was seen to be one."""
    from feedtools.lint.markdown import keeps_parse

    def holds(some: Sequence[Change]) -> bool:
        return keeps_parse(article, [Edit(change.start, change.end, change.new) for change in some])

    kept: list[Change] = []
    todo = [list(changes)] if changes else []
    tries = 0
    while todo:  # halves, the first one first: where few are to blame, few parses tell which
        some = todo.pop()
        tries += 1
        if holds([*kept, *some]):
            kept += some
        elif len(some) > 1 and tries < _TRIES:
            todo += (some[len(some) // 2 :], some[: len(some) // 2])
    return kept


def _with_texts(transmission: Transmission, texts: Sequence[str]) -> Transmission:
    articles = zip(transmission.articles, texts, strict=True)
    return transmission._replace(articles=tuple(article._replace(text=text) for article, text in articles))
