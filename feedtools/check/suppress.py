"""Choice of the findings to report: none that are allowed or known, and none of unchanged articles."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.config import ALLOW_FILE, DECISIONS_FILE, Config
from feedtools.errors import FeedtoolsError
from feedtools.lint.engine import group
from feedtools.lint.rules import Rule
from feedtools.model import Article, Finding

if TYPE_CHECKING:
    from feedtools.lint.allow import Entry


class Kept(NamedTuple):
    """Findings that are left to report, and numbers of the others.

    Attributes:
        findings: those to report.
        allowed: how many ``feedtools-allow.toml`` covers.
        stale: its entries that cover nothing any more.
        unchanged: how many stand in articles that the ``since`` revision has too.
        known: how many are in the baseline.
        gone: how many of the baseline are not found any more, where this run would have found them.
        decided: how many ``feedtools-decisions.jsonl`` makes right.
        seen: rules of which everything in the files that were read would have been found.
    """

    findings: list[Finding]
    allowed: int = 0
    stale: tuple[FeedtoolsError, ...] = ()
    unchanged: int = 0
    known: int = 0
    gone: int = 0
    decided: int = 0
    seen: frozenset[str] = frozenset()


def keep(
    findings: Sequence[Finding],
    articles: Sequence[Article],
    files: Sequence[str],
    rules: Sequence[Rule],
    config: Config,
    *,
    whole: bool,
    complete: bool = True,
) -> Kept:
    """Take out what is allowed and group the rest, then take out what is known, then what is unchanged.

    Args:
        findings: of all files.
        articles: that were checked.
        files: that were read.
        rules: that ran.
        config: names the baseline and the revision.
        whole: folders were checked, not single files, so that an unused exception is a stale one.
        complete: nothing failed; where something did, an unused exception may be about it.

    Raises:
        ConfigError: the allow file, the baseline or the revision cannot be used.
    """
    kept = Kept(list(findings))
    if excepted(config):
        kept = _without_exceptions(findings, articles, rules, config, whole=whole)
    if not complete:
        kept = kept._replace(stale=())
    # Only now: the first of a file that is allowed would take the others with it.
    left = group(kept.findings, [rule.id for rule in rules if rule.grouped])
    known, gone, seen = 0, 0, _looked_for(rules, config, whole=whole, complete=complete)
    # Before `since`: equal findings are told apart by their order among all.
    if config.baseline:
        from feedtools.lint import baseline

        entries = baseline.load(config.root / config.baseline)
        left, known, gone = baseline.compare(left, entries, config.root, baseline.Seen(files, seen))
    new = _touched(left, files, config)
    return kept._replace(findings=new, unchanged=len(left) - len(new), known=known, gone=gone, seen=seen)


def _looked_for(rules: Iterable[Rule], config: Config, *, whole: bool, complete: bool) -> frozenset[str]:
    """List the rules of which a run would have found everything in its files.

    A copy is found only where the whole feed is compared, and nothing is missed where something failed.
    """
    together = config.duplicates and whole
    return frozenset(rule.id for rule in rules if complete and (rule.scope != "feed" or together))


def _touched(findings: list[Finding], files: Sequence[str], config: Config) -> list[Finding]:
    if config.since:
        from feedtools.check.since import changed

        return changed(findings, files, config)
    return findings


def _without_exceptions(
    findings: Sequence[Finding], articles: Sequence[Article], rules: Sequence[Rule], config: Config, *, whole: bool
) -> Kept:
    """Take out what the configuration ignores, then what decisions make right, then what the allow file covers."""
    from feedtools.lint import allow
    from feedtools.lint.exceptions import Exceptions, ignored

    exceptions, left_out = Exceptions(config), ignored(config.per_file_ignores, config.root)
    left = [finding for finding in findings if not left_out(finding)]
    undecided = [finding for finding in left if not exceptions.decided.covers(finding)]
    # Copies are found only where they are compared, and those of what was published only where that is given.
    ran = [rule for rule in rules if rule.scope != "feed" or (config.duplicates and config.history)]
    names = [name for rule in ran for name in (rule.id, rule.name)]
    new, allowed, stale = allow.apply(undecided, exceptions.entries, config.root, articles, names, whole=whole)
    told = tuple(_stale(entry, articles, ran, config) for entry in stale)
    return Kept(new, allowed, told, decided=len(left) - len(undecided))


def wanted(config: Config, articles: Sequence[Article] = ()) -> Callable[[Iterable[Finding]], list[Finding]]:
    """Make a filter that leaves out what the configuration, the allow file and decisions do not want to hear of.

    Args:
        config: names the files.
        articles: as they came in, where the baseline is to be asked as well.

    Raises:
        ConfigError: one of the files is invalid.
    """
    if not excepted(config):
        return list
    from feedtools.lint.exceptions import Exceptions

    return Exceptions(config if articles else config._replace(baseline=None)).filter(articles)


def excepted(config: Config) -> bool:
    """Say if there is any exception at all, without reading it."""
    files = (config.root / name for name in (ALLOW_FILE, DECISIONS_FILE))
    return bool(config.per_file_ignores or config.baseline) or any(file.exists() for file in files)


def _stale(entry: "Entry", articles: Iterable[Article], rules: Iterable[Rule], config: Config) -> FeedtoolsError:
    """Tell of an entry that allows nothing; what this run could not see it advises nobody to remove."""
    words = entry.text or entry.within or f"article {entry.article}"
    message = f"allows nothing any more: {entry.rule} at {words!r}; remove the entry"
    if not any(entry.concerns(article, config.root) for article in articles):
        message += " if the whole feed was checked"
    elif any("renderer" in rule.options and entry.rule in {rule.id, rule.name} for rule in rules):
        message += " unless another --renderer needs it"
    return FeedtoolsError(message, path=os.path.relpath(config.root / ALLOW_FILE), line=entry.line)
