"""Duplicates among articles, as findings."""

from __future__ import annotations

from collections.abc import Sequence

from feedtools.duplicates import findings
from feedtools.model import Article, Finding
from feedtools.rules import Rule


def feed_check(articles: Sequence[Article], rule: Rule) -> list[Finding]:
    """What one rule of scope ``feed`` says of some articles: the harness's way to the deduplicator."""
    from feedtools.dedup import dedup

    result = dedup([article.text for article in articles], jobs=1)
    return findings(articles, result.clusters, [rule])
