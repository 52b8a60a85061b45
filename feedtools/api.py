"""The library: read, check, deduplicate and clean over many files and processes. The command line only prints."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.errors import FeedtoolsError
from feedtools.lint import group, lint, lint_transmission
from feedtools.readers import ReadOptions, expand, read
from feedtools.rules import Rule, builtin, configure, load_folder, merge, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from feedtools.checks.base import Evidence
    from feedtools.config import Config
    from feedtools.model import Article, Finding, Transmission

BATCH = 2048
"""Articles of a streamed file that are checked together."""
POOL_BYTES = 4 * 2**20
"""Input smaller than this is checked in this process: starting others would take longer."""


class Checked(NamedTuple):
    """What a check found, what it could not check, and how much it looked at."""

    findings: list[Finding]
    errors: list[FeedtoolsError]
    files: int
    articles: int


class Batch(NamedTuple):
    """Articles of one source that are checked together; a transmission comes whole, with its bytes."""

    articles: Sequence[Article]
    data: bytes | None = None
    transmission: Transmission | None = None


def active_rules(config: Config) -> tuple[Rule, ...]:
    """The rules that the configuration selects, with its levels and options.

    Raises:
        RuleError: a rule pack is invalid.
        ConfigError: a code or an option does not exist.
    """
    return select(configure(all_rules(config), config.rules), config.select, config.ignore, config.extend_select)


def all_rules(config: Config) -> tuple[Rule, ...]:
    """The built-in rules and those of the configured packs."""
    packs = [load_folder(config.root / folder) for folder in config.rule_packs]
    return merge([*builtin(), *(rule for pack in packs for rule in pack)])


def check(paths: Sequence[str], config: Config) -> Checked:
    """Check files against the selected rules.

    A file that cannot be read is in ``errors`` and the rest is checked all the same.

    Raises:
        RuleError: a rule pack is invalid.
        ConfigError: the configuration names a rule or option that does not exist.
    """
    rules = active_rules(config)
    errors: list[FeedtoolsError] = []
    files = expand(list(paths), errors.append)
    findings: list[Finding] = []
    count = 0
    for found, failed, seen in _map_batches(batches(files, config, errors.append), files, rules, config.jobs):
        findings += found
        errors += failed
        count += seen
    findings = group(findings, [rule.id for rule in rules if rule.grouped])
    return Checked(findings, errors, len(files), count)


def batches(files: Sequence[str], config: Config, on_error: Callable[[FeedtoolsError], None]) -> Iterator[Batch]:
    """The articles of all files in order: a transmission at a time, streams in portions."""
    options = ReadOptions(config.text_key, config.id_key, config.input_format)
    for path in files:
        try:
            source = read(path, options, on_error)
        except FeedtoolsError as error:
            on_error(error)
            continue
        if source.transmission is not None:
            yield Batch(source.transmission.articles, source.data, source.transmission)
            continue
        portion: list[Article] = []
        for article in source.articles:
            portion.append(article)
            if len(portion) == BATCH:
                yield Batch(portion)
                portion = []
        if portion:
            yield Batch(portion)


def check_batch(
    batch: Batch, rules: Sequence[Rule], evidence: Evidence | None = None
) -> tuple[list[Finding], list[FeedtoolsError], int]:
    """Findings, failures and the number of articles of one batch."""
    result = lint(batch.articles, rules, evidence)
    findings = result.findings
    if batch.transmission is not None and batch.data is not None:
        framed = lint_transmission(batch.data, batch.transmission, rules)
        findings = sorted([*framed, *findings], key=lambda finding: (finding.article.line, finding.span, finding.rule))
    return findings, result.errors, len(batch.articles)


def _map_batches(
    todo: Iterator[Batch], files: Sequence[str], rules: Sequence[Rule], jobs: int
) -> Iterator[tuple[list[Finding], list[FeedtoolsError], int]]:
    workers = jobs or os.cpu_count() or 1
    if workers == 1 or _size(files) < POOL_BYTES:
        yield from (check_batch(batch, rules) for batch in todo)
        return
    from feedtools.parallel import ordered_map

    yield from ordered_map(check_batch, todo, workers, rules)


def _size(files: Sequence[str]) -> int:
    return sum(Path(path).stat().st_size for path in files if os.path.isfile(path))
