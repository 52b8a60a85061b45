"""Findings that a person does not want to hear of, the same to every command.

They are those of ``per-file-ignores``, of ``feedtools-allow.toml``, of ``feedtools-decisions.jsonl`` and of the
baseline. A command that repairs asks about texts that have changed since they were read; so every question carries
the article as it came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from feedtools.config import ALLOW_FILE, DECISIONS_FILE, Config
from feedtools.lint import allow, baseline, decisions
from feedtools.lint.fingerprint import fingerprints, relative
from feedtools.model import Article, Finding, digest

ALL = "all"
"""In place of the codes that were accepted in an article: every rule."""


class Decided(NamedTuple):
    """Decisions about findings.

    Attributes:
        words: rule and words that are right everywhere, to the ``id`` of the decision.
        articles: digest of an article, as it came in and as it was published, to the codes accepted in it.
    """

    words: Mapping[tuple[str, str], str]
    articles: Mapping[bytes, frozenset[str]]

    def covers(self, finding: Finding, raw: str | None = None) -> bool:
        """Tell if a decision makes this finding right."""
        article, (start, end) = finding.article, finding.span
        if self.words and (finding.rule, article.text[start:end]) in self.words:
            return True
        if not self.articles:
            return False
        texts = {article.text, raw or article.text}
        accepted = [self.articles.get(digest(text), frozenset()) for text in texts]
        return any(finding.rule in codes or ALL in codes for codes in accepted)


def decided(choices: Iterable[decisions.Choice]) -> Decided:
    """Gather the decisions that make findings right: words allowed, articles published as they are."""
    words, articles = {}, dict[bytes, frozenset[str]]()
    for one in choices:
        if one.decision == "allow":
            words[one.rule, one.words] = one.id
        elif one.decision == "publish":
            for text in (one.text, one.to):
                articles[digest(text)] = frozenset(one.rules or (ALL,))
    return Decided(words, articles)


class Exceptions:
    """Everything that leaves findings out, read once; it can be sent to other processes.

    Args:
        config: names the files; paths are relative to ``config.root``.
        choices: decisions to honour in place of those of the file.

    Raises:
        ConfigError: one of the files is invalid.
    """

    def __init__(self, config: Config, choices: Sequence[decisions.Choice] | None = None) -> None:
        self.root = config.root
        self.entries = allow.load(config.root / ALLOW_FILE)
        if choices is None:
            choices = decisions.load(config.root / DECISIONS_FILE)
        self.decided = decided(choices)
        self.known = baseline.load(config.root / config.baseline) if config.baseline else {}
        self.ignores = {pattern: codes for pattern, codes in config.per_file_ignores.items() if codes}

    def __bool__(self) -> bool:
        return bool(self.entries or self.decided.words or self.decided.articles or self.known or self.ignores)

    def allows(self, finding: Finding, raw: str | None = None) -> bool:
        """Tell if the allow file or a decision makes this finding right."""
        if self.decided.covers(finding, raw):
            return True
        return any(entry.covers(finding, self.root, raw) for entry in self.entries)

    def filter(self, articles: Iterable[Article]) -> Callable[[Iterable[Finding]], list[Finding]]:
        """Make a filter for findings in some articles and in what is made of them.

        Args:
            articles: as they came in, by the paths they have for the configuration. A finding belongs to the one with
                its source and line.
        """
        return _Filter(self, articles)


class _Filter:
    """Leaves out what is excepted; the findings of the baseline are met in the articles as they came in first."""

    def __init__(self, exceptions: Exceptions, articles: Iterable[Article]) -> None:
        self._exceptions = exceptions
        self._raw = {(article.source, article.line): article.text for article in articles}
        self._known: dict[tuple[str, int], set[tuple[str, str]]] = {}
        self._left_out = ignored(exceptions.ignores, exceptions.root)

    def __call__(self, findings: Iterable[Finding]) -> list[Finding]:
        exceptions = self._exceptions
        left = [finding for finding in findings if not self._left_out(finding)]
        if exceptions.entries or exceptions.decided.words or exceptions.decided.articles:
            left = [one for one in left if not exceptions.allows(one, self._raw.get(_place(one)))]
        if exceptions.known:
            self._meet(left)
            left = [one for one in left if (one.rule, _words(one)) not in self._known.get(_place(one), ())]
        return left

    def _meet(self, findings: Sequence[Finding]) -> None:
        """Take in which findings of the unchanged articles the baseline has."""
        raw = [one for one in findings if self._raw.get(_place(one)) == one.article.text]
        marks = fingerprints(raw, str(self._exceptions.root))
        for one, mark in zip(raw, marks, strict=True):
            if mark in self._exceptions.known:
                self._known.setdefault(_place(one), set()).add((one.rule, _words(one)))


def _place(finding: Finding) -> tuple[str, int]:
    return finding.article.source, finding.article.line


def _words(finding: Finding) -> str:
    return finding.article.text[finding.span.start : finding.span.end]


def ignored(tables: Mapping[str, Sequence[str]], root: Path) -> Callable[[Finding], bool]:
    """Make a test for findings that ``per-file-ignores`` leaves out in their files; ``*`` matches ``/`` too."""
    if not tables:
        return lambda _: False
    from fnmatch import fnmatchcase

    @cache
    def codes(source: str) -> tuple[str, ...]:
        path = relative(source, str(root))
        return tuple(
            code for pattern, left in tables.items() if fnmatchcase(path, pattern.replace("\\", "/")) for code in left
        )

    return lambda finding: any(
        finding.rule.startswith(code) or finding.name == code for code in codes(finding.article.source)
    )
