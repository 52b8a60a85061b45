"""Check files against the rules, over all cores."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from feedtools.api.feed import Batch, active_rules, batches
from feedtools.checks.base import Evidence
from feedtools.config import Config
from feedtools.errors import FeedtoolsError
from feedtools.lint import group, lint, lint_transmission
from feedtools.model import Finding
from feedtools.readers import expand
from feedtools.rules import Rule

POOL_BYTES = 4 * 2**20
"""Input smaller than this is checked in this process: starting others would take longer."""


class Checked(NamedTuple):
    """What a check found, what it could not check, and how much it looked at."""

    findings: list[Finding]
    errors: list[FeedtoolsError]
    files: int
    articles: int


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
