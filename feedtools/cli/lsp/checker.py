"""Knowledge of the server about a document: findings with their places in it, fixes, the other copies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from feedtools.check import duplicates
from feedtools.check.files import check_batch
from feedtools.check.suppress import wanted
from feedtools.config import Config, discover
from feedtools.errors import FeedtoolsError
from feedtools.lint.engine import lint, reading_order
from feedtools.lint.fix import stable_fix
from feedtools.lint.rules import Rule
from feedtools.lint.selection import active_rules
from feedtools.model import Article, Cluster, Edit, Finding, Place, Span
from feedtools.readers import ReadOptions, expand, read, read_bytes
from feedtools.readers.batches import Batch
from feedtools.restore import Restoration, Sibling, restore

NEIGHBOURS = 8 * 2**20
"""Bytes of other files that a document is compared with at most."""


class Placed(NamedTuple):
    """A finding, or a failure to read, with its range in the document's code points; edits are in the same."""

    start: int
    end: int
    finding: Finding | None
    edits: tuple[Edit, ...] = ()
    failure: str = ""


class OfferedRepair(NamedTuple):
    """A restoration, and its edit in the document's code points."""

    edit: Edit
    restoration: Restoration


class Setting(NamedTuple):
    """The configuration that holds in a folder, and the rules that it selects."""

    config: Config
    rules: tuple[Rule, ...]


class Checker:
    """Checks documents as they stand in the editor, with their folders' configuration."""

    def __init__(self) -> None:
        self._settings: dict[str, Setting] = {}
        self._files: dict[str, tuple[tuple[int, int], list[Article]]] = {}
        self._copies: dict[str, dict[bytes, list[Finding]]] = {}
        self._repairs: dict[str, dict[bytes, list[Restoration]]] = {}

    def forget(self) -> None:
        """Read all configuration anew."""
        self._settings.clear()

    def setting(self, path: str) -> Setting:
        """The configuration for a file.

        Raises:
            FeedtoolsError: it is invalid.
        """
        folder = os.path.dirname(path)
        if folder not in self._settings:
            config = discover(Path(folder))
            self._settings[folder] = Setting(config, active_rules(config))
        self._settings[folder].config.activate_renderers()
        return self._settings[folder]

    def check(self, path: str, text: str) -> list[Placed]:
        """Findings of one document; of duplicates, those that ``compare`` found in articles that are still the same."""
        config, rules = self.setting(path)
        failures: list[FeedtoolsError] = []
        batch = _batch(path, text, config, failures.append)
        findings, errors = check_batch(batch, rules)
        copies = self._copies.get(path, {})
        for article in batch.articles:
            findings += (finding._replace(article=article) for finding in copies.get(article.digest, ()))
        findings = sorted(wanted(config, batch.articles)(findings), key=reading_order)
        placed = [_placed(finding, text) for finding in findings]
        return placed + [_failure(error, text) for error in (*failures, *errors)]

    def compare(self, path: str, text: str) -> None:
        """Look for copies of the document's articles in it and in the files around it; ``check`` shows them."""
        config, rules = self.setting(path)
        if not config.duplicates:
            return
        articles: list[Article] = []
        room = NEIGHBOURS
        for name in sorted({path, *self._neighbours(path, config)}):
            if name == path:
                articles += _batch(path, text, config, _ignore).articles
            elif (size := os.path.getsize(name)) <= room:
                room -= size
                articles += self._read(name, config)
        found: dict[bytes, list[Finding]] = {}
        same = duplicates.compare(articles, rest=config.clean.rest, keep=config.clean.keep)
        findings = duplicates.findings(articles, same.clusters, rules)
        for finding in (*findings, *duplicates.overlapping(articles, same.overlapping, rules)):
            if finding.article.source == path:
                found.setdefault(finding.article.digest, []).append(finding)
        self._copies[path] = found
        self._repairs[path] = _repairs(path, articles, same.clusters)

    def repairs(self, path: str, text: str) -> list[OfferedRepair]:
        """List what the copies that ``compare`` found can give back to damaged articles of the document."""
        known = self._repairs.get(path, {})
        found = []
        for article in _batch(path, text, self.setting(path).config, _ignore).articles if known else ():
            start = _start(article, text)
            if start is None:
                continue
            for one in known.get(article.digest, ()):
                edit = Edit(start + one.edit.start, start + one.edit.end, one.edit.text)
                found.append(OfferedRepair(edit, one))
        return found

    def fix_all(self, path: str, text: str) -> list[Edit]:
        """The edits that all safe fixes together come to."""
        config, rules = self.setting(path)
        chosen = wanted(config)
        batch = _batch(path, text, config, _ignore)

        def found(articles: Sequence[Article]) -> list[Finding]:
            return chosen(lint(articles, rules).findings)

        edits = []
        for article, fixed in zip(batch.articles, stable_fix(batch.articles, found), strict=True):
            start = _start(article, text)
            if start is not None:
                edits += [Edit(start + change.start, start + change.end, change.new) for change in fixed.changes]
        return edits

    def rule(self, path: str, code: str) -> Rule | None:
        """The rule of a finding."""
        return next((rule for rule in self.setting(path).rules if rule.id == code), None)

    def _neighbours(self, path: str, config: Config) -> Iterable[str]:
        roots = [str(config.root / name) for name in config.paths] or [os.path.dirname(path)]
        return (os.path.abspath(name) for name in expand(roots, _ignore, ReadOptions.of(config)))

    def _read(self, path: str, config: Config) -> list[Article]:
        status = os.stat(path)
        stamp = (status.st_mtime_ns, status.st_size)
        if self._files.get(path, (None,))[0] != stamp:
            options = ReadOptions.of(config)
            try:
                self._files[path] = stamp, list(read(path, options, _ignore).articles)
            except FeedtoolsError:
                self._files[path] = stamp, []
        return self._files[path][1]


def _repairs(path: str, articles: Sequence[Article], groups: Iterable[Cluster]) -> dict[bytes, list[Restoration]]:
    found: dict[bytes, list[Restoration]] = {}
    for group in groups:
        members = [articles[number] for number in (group.keep, *group.drop)]
        for article in members:
            if article.source == path:
                siblings = [
                    Sibling(other.text, Place(other.source, other.line)) for other in members if other != article
                ]
                found[article.digest] = restore(article.text, siblings)
    return found


def _ignore(_error: FeedtoolsError) -> None:
    """Pass over an error of another file: it is said when that file is open."""


def _batch(path: str, text: str, config: Config, on_error: Callable[[FeedtoolsError], None]) -> Batch:
    options = ReadOptions.of(config)._replace(encoding=None)  # what an editor sends is UTF-8
    try:
        source = read_bytes(text.encode("utf-8", "surrogateescape"), path, options, on_error)
        articles = list(source.articles)
    except FeedtoolsError as error:
        on_error(error)
        return Batch(path, [])
    return Batch(path, articles, source.data, source.transmission, source.format)


def _placed(finding: Finding, text: str) -> Placed:
    origin = finding.article.origin
    if origin is not None and origin.places is not None:
        first, last = (_at(text, *origin.places.find(place)) for place in (finding.span.start, finding.span.end - 1))
        return Placed(first, max(first, last) + 1, finding)
    start = _start(finding.article, text)
    if start is None or not finding.article.text:
        return Placed(*_line(text, finding.article.line), finding)
    edits = finding.fix.edits if finding.fix else ()
    moved = tuple(Edit(start + edit.start, start + edit.end, edit.text) for edit in edits)
    return Placed(start + finding.span.start, start + finding.span.end, finding, moved)


def _failure(error: FeedtoolsError, text: str) -> Placed:
    return Placed(*_line(text, error.line or 1), None, failure=error.message)


def _start(article: Article, text: str) -> int | None:
    """Find the start of an article in its document, if it stands there as it is."""
    if not article.verbatim:
        return None
    place = text.find(article.text, _line(text, article.line)[0])
    return place if place >= 0 else None


def _at(text: str, line: int, column: int) -> int:
    """The offset of a line and column, both from 1."""
    start, end = _line(text, line)
    return min(start + column - 1, end)


def _line(text: str, number: int) -> Span:
    start = 0
    for _ in range(number - 1):
        end = text.find("\n", start)
        if end < 0:
            break
        start = end + 1
    end = text.find("\n", start)
    return Span(start, len(text) if end < 0 else end)
