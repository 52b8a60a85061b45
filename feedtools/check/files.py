"""Check files against the rules and against each other, over all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.check.duplicates import against, duplicates
from feedtools.check.suppress import Kept, keep
from feedtools.config import Config, from_options
from feedtools.errors import FeedtoolsError, Notice
from feedtools.lint.checks.base import Evidence
from feedtools.lint.engine import lint, lint_transmission, reading_order
from feedtools.lint.rules import Rule
from feedtools.lint.selection import active_rules, learn
from feedtools.model import Article, Finding, Place
from feedtools.readers import STDIN, ReadOptions, expand
from feedtools.readers.batches import Batch, batches
from feedtools.system import POOL_BYTES

if TYPE_CHECKING:
    from feedtools.check.cache import LintCache
    from feedtools.system.progress import Progress

CACHE_BYTES = 2**20
"""Input smaller than this is checked again each time: it takes no longer than looking it up."""
CACHE_FINDINGS = 20_000
"""A file with more findings is checked again each time: to write them down takes as much memory as they do."""


def _quiet(_message: str) -> None:
    """Tell nobody."""


class Checked(NamedTuple):
    """Result of a check: its findings, its errors, and how much it looked at.

    Attributes:
        findings: in reading order, without those that are allowed, known or unchanged.
        errors: what could not be checked.
        files, articles: numbers of those that were read.
        rules: those that ran.
        paths: the files, in order.
        kept: account of the findings that are not reported.
        originals: the articles that findings of copies point at, by place.
    """

    findings: list[Finding]
    errors: list[FeedtoolsError]
    files: int
    articles: int
    rules: tuple[Rule, ...] = ()
    paths: tuple[str, ...] = ()
    kept: Kept = Kept([])
    originals: Mapping[Place, Article] = MappingProxyType({})


def check(
    paths: Sequence[str], config: Config, say: Callable[[str], None] = _quiet, progress: Progress | None = None
) -> Checked:
    """Check files against the selected rules, and their articles against each other.

    A file that cannot be read is in ``errors`` and the rest is checked all the same.

    Args:
        paths: files, folders, globs, or ``-``.
        config: what to check, and with what history.
        say: told what a person may want to know on the way.
        progress: told how far it is.

    Raises:
        RuleError: a rule pack is invalid.
        ConfigError: the configuration names a rule or option that does not exist.
    """
    progress = progress or _silent()
    config.activate_renderers()
    rules = active_rules(config)
    errors: list[FeedtoolsError] = []
    told = _teller(say, errors)
    files = expand(list(paths), told, ReadOptions.of(config))
    todo = _read(files, config, errors, progress)
    articles = [article for batch in todo for article in batch.articles]
    together = (article.text for article in articles) if config.duplicates else ()
    evidence = learn(together, rules, config)
    findings, failed = _lint_all(todo, rules, evidence, config, progress)
    errors += failed
    if config.duplicates and any(rule.scope == "feed" for rule in rules):
        findings += _repeats(articles, rules, config, _workers(config, _size(todo)), told, say)
        order = {path: number for number, path in enumerate(files)}
        findings.sort(key=lambda finding: (order.get(finding.article.source, -1), *reading_order(finding)))
    whole = not any(os.path.isfile(path) or path == STDIN for path in paths)
    complete = not any(not isinstance(error, Notice) for error in errors)
    kept = keep(findings, articles, files, rules, config, whole=whole, complete=complete)
    originals = _originals(kept.findings, articles)
    return Checked(kept.findings, errors, len(files), len(articles), rules, tuple(files), kept, originals)


def _silent() -> Progress:
    from feedtools.system.progress import silent

    return silent


def _teller(say: Callable[[str], None], errors: list[FeedtoolsError]) -> Callable[[FeedtoolsError], None]:
    """Make a function that says notices and collects errors."""

    def told(error: FeedtoolsError) -> None:
        if isinstance(error, Notice):
            say(str(error))
        else:
            errors.append(error)

    return told


def _read(files: Sequence[str], config: Config, errors: list[FeedtoolsError], progress: Progress) -> list[Batch]:
    """Read all files; what cannot be read goes to ``errors``."""
    advance = progress("reading", 0, "articles")
    todo = []
    for batch in batches(files, ReadOptions.of(config), errors.append):
        todo.append(batch)
        advance(len(batch.articles))
    return todo


def _originals(findings: Sequence[Finding], articles: Sequence[Article]) -> dict[Place, Article]:
    """Find the articles that findings of copies point at, by place."""
    places = {place for finding in findings for place in finding.related}
    named = ((Place(article.source, article.line), article) for article in (articles if places else ()))
    return {place: article for place, article in named if place in places}


def _repeats(
    articles: Sequence[Article],
    rules: Sequence[Rule],
    config: Config,
    jobs: int,
    on_error: Callable[[FeedtoolsError], None],
    say: Callable[[str], None],
) -> list[Finding]:
    """Find FT901 to FT906: articles that repeat history, and others that repeat or overlap a given one."""
    old: list[Finding] = []
    if config.history:
        from feedtools.dedup.index.history import published

        try:
            old = against(articles, published(articles, config, on_error, say), rules)
        except FeedtoolsError as error:
            on_error(error)
    places = {(finding.article.source, finding.article.line) for finding in old}
    new = duplicates(articles, rules, jobs, rest=config.clean.rest, keep=config.clean.keep)
    return old + [finding for finding in new if (finding.article.source, finding.article.line) not in places]


def check_batch(
    batch: Batch, rules: Sequence[Rule], evidence: Evidence | None = None
) -> tuple[list[Finding], list[FeedtoolsError]]:
    """Findings and failures of one batch, in reading order."""
    result = lint(batch.articles, rules, evidence)
    findings = result.findings
    if batch.transmission is not None and batch.data is not None:
        framed = lint_transmission(batch.data, batch.transmission, rules)
        findings = sorted([*framed, *findings], key=reading_order)
    return findings, result.errors


def _lint_all(
    todo: Sequence[Batch], rules: Sequence[Rule], evidence: Evidence, config: Config, progress: Progress
) -> tuple[list[Finding], list[FeedtoolsError]]:
    """Findings of all batches in order: from the cache what was checked before, the rest over the cores."""
    size = _size(todo)
    cache = _open_cache(rules, evidence, config) if size >= CACHE_BYTES else None
    keys = [cache.key(batch.data) if cache and batch.data is not None else None for batch in todo]
    known: list[list[Finding] | None] = [
        cache.get(key, batch.articles, batch.source) if cache and key else None
        for key, batch in zip(keys, todo, strict=True)
    ]
    missing = [batch for batch, found in zip(todo, known, strict=True) if found is None]
    fresh = _map_batches(missing, rules, evidence, _workers(config, size))
    findings: list[Finding] = []
    errors: list[FeedtoolsError] = []
    advance = progress("checking", sum(len(batch.articles) for batch in todo), "articles")
    for batch, key, cached in zip(todo, keys, known, strict=True):
        found, failed = (cached, []) if cached is not None else next(fresh)
        if cache and key and cached is None and not failed and len(found) <= CACHE_FINDINGS:
            cache.put(key, found, batch.articles)
        findings += found
        errors += failed
        advance(len(batch.articles))
    if cache:
        cache.close()
    return findings, errors


def _size(todo: Sequence[Batch]) -> int:
    """Estimate the bytes of text."""
    streamed = sum(len(article.text) for batch in todo if batch.data is None for article in batch.articles)
    return 3 * streamed + sum(len(batch.data) for batch in todo if batch.data is not None)


def _open_cache(rules: Sequence[Rule], evidence: Evidence, config: Config) -> LintCache | None:
    if not config.cache:
        return None
    from feedtools.check.cache import LintCache
    from feedtools.system.cache_folder import cache_folder

    try:
        return LintCache(cache_folder(config.root), rules, evidence)
    except OSError:
        return None


def _map_batches(
    todo: Sequence[Batch], rules: Sequence[Rule], evidence: Evidence, processes: int
) -> Iterator[tuple[list[Finding], list[FeedtoolsError]]]:
    if processes == 1 or len(todo) < 2:
        yield from (check_batch(batch, rules, evidence) for batch in todo)
        return
    from feedtools.system.processes import ordered_map

    yield from ordered_map(check_batch, todo, processes, rules, evidence)


def _workers(config: Config, size: int) -> int:
    """Choose how many processes some bytes of input are worth."""
    return 1 if size < POOL_BYTES else config.jobs or os.cpu_count() or 1


def check_files(*paths: str | os.PathLike[str], config: Config | None = None, **options: Any) -> Checked:
    r"""Check files as ``feedtools check`` does: rules, duplicates, exceptions, baseline.

    Args:
        paths: files, folders, globs.
        config: configuration to start from; by default that of an empty file.
        options: fields of the configuration.

    Returns:
        ``findings``, ``errors`` (what could not be checked), ``files`` and ``articles`` (how many).

    Raises:
        FeedtoolsError: the configuration or a rule pack is invalid; see ``check``.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "feed.txt").write_text("损失函数为[公式],其中没有别的。\n", encoding="utf-8")
    >>> checked = check_files(folder, select=["FT1"])
    >>> [(finding.rule, finding.article.line) for finding in checked.findings], checked.errors
    ([('FT102', 1)], [])
    """
    return check([str(path) for path in paths], from_options(options, config))
