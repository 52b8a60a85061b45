"""Which findings are reported: neither those that are allowed, nor known ones, nor those of unchanged articles."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.config import ALLOW_FILE, Config
from feedtools.errors import FeedtoolsError
from feedtools.lint.fingerprint import relative
from feedtools.lint.rules import Rule
from feedtools.model import Article, Finding

if TYPE_CHECKING:
    from feedtools.check.allow import Entry


class Kept(NamedTuple):
    """What is left of the findings, and what became of the others.

    Attributes:
        findings: those to report.
        allowed: how many ``feedtools-allow.toml`` covers.
        stale: its entries that cover nothing any more.
        unchanged: how many stand in articles that the ``since`` revision has too.
        known: how many are in the baseline.
        gone: how many of the baseline are not found any more.
    """

    findings: list[Finding]
    allowed: int = 0
    stale: tuple[FeedtoolsError, ...] = ()
    unchanged: int = 0
    known: int = 0
    gone: int = 0


def keep(
    findings: Sequence[Finding],
    articles: Sequence[Article],
    files: Sequence[str],
    rules: Sequence[Rule],
    config: Config,
    *,
    whole: bool,
) -> Kept:
    """Take out what is allowed, then what is unchanged, then what is known.

    Args:
        findings: of all files.
        articles: that were checked.
        files: that were read.
        rules: that ran.
        config: names the baseline and the revision.
        whole: whether folders were checked, not single files, so that an unused exception is a stale one.

    Raises:
        ConfigError: the allow file, the baseline or the revision cannot be used.
    """
    entries = exceptions(config)
    names = [name for rule in rules for name in (rule.id, rule.name)]
    left, count, stale = here(findings, config), 0, list["Entry"]()
    if entries:
        from feedtools.check import allow

        left, count, stale = allow.apply(left, entries, config.root, articles, names, whole=whole)
    unchanged = known = gone = 0
    if config.since:
        from feedtools.check.since import changed

        touched = changed(left, files, config)
        unchanged, left = len(left) - len(touched), touched
    if config.baseline:
        from feedtools.check import baseline

        compared = baseline.compare(left, baseline.load(config.root / config.baseline), config.root, files)
        left, known, gone = compared.new, compared.known, compared.gone
    return Kept(left, count, tuple(_stale(entry, config) for entry in stale), unchanged, known, gone)


def here(findings: Iterable[Finding], config: Config) -> list[Finding]:
    """The findings that ``per-file-ignores`` does not leave out in their files; ``*`` matches ``/`` too."""
    if not config.per_file_ignores:
        return list(findings)
    from fnmatch import fnmatchcase

    root = str(config.root)

    @cache
    def left_out(source: str) -> tuple[str, ...]:
        path = relative(source, root)
        tables = config.per_file_ignores.items()
        return tuple(code for pattern, codes in tables if fnmatchcase(path, pattern) for code in codes)

    return [
        finding
        for finding in findings
        if not any(finding.rule.startswith(code) or finding.name == code for code in left_out(finding.article.source))
    ]


def wanted(config: Config) -> Callable[[Iterable[Finding]], list[Finding]]:
    """What leaves out the findings that the configuration or the allow file does not want to hear of.

    Raises:
        ConfigError: the allow file is invalid.
    """
    entries = exceptions(config)

    def apply(findings: Iterable[Finding]) -> list[Finding]:
        left = here(findings, config)
        if not entries:
            return left
        from feedtools.check.allow import without

        return without(left, entries, config.root)

    return apply


def exceptions(config: Config) -> "tuple[Entry, ...]":
    """The entries of the allow file beside the configuration.

    Raises:
        ConfigError: it is invalid.
    """
    path = config.root / ALLOW_FILE
    if not path.exists():
        return ()
    from feedtools.check import allow

    return allow.load(path)


def _stale(entry: "Entry", config: Config) -> FeedtoolsError:
    words = entry.text or entry.within or f"article {entry.article}"
    message = f"allows nothing any more: {entry.rule} at {words!r}; remove the entry"
    return FeedtoolsError(message, path=os.path.relpath(config.root / ALLOW_FILE), line=entry.line)


def write_baseline(findings: Sequence[Finding], path: Path, root: Path) -> None:
    """Write a baseline of these findings.

    Raises:
        WriteError: it cannot be written.
    """
    from feedtools.check import baseline
    from feedtools.system.files import write_whole

    write_whole(path, baseline.dump(findings, root))
