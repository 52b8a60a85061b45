"""Duplicates among articles, as clusters and as findings."""

from __future__ import annotations

from collections.abc import Sequence

from feedtools.duplicates import findings
from feedtools.few import FEW
from feedtools.model import Article, Cluster, Finding
from feedtools.rules import Rule


def clusters(texts: Sequence[str], jobs: int = 1) -> tuple[Cluster, ...]:
    """Which texts are copies of one another, with evidence; few of them cost no numpy."""
    if len(texts) <= FEW:
        from feedtools import few

        found = few.clusters(texts)
    else:
        from feedtools.dedup import dedup

        found = dedup(texts, jobs=jobs).clusters
    if not found:
        return ()
    from feedtools.match import explain

    return tuple(
        cluster._replace(matches=tuple(explain(match, texts[match.a], texts[match.b]) for match in cluster.matches))
        for cluster in found
    )


def duplicates(articles: Sequence[Article], rules: Sequence[Rule], jobs: int = 1) -> list[Finding]:
    """Findings FT901 to FT905 among the articles; the earlier in the given order is kept of equal copies."""
    return findings(articles, clusters([article.text for article in articles], jobs), rules)


def feed_check(articles: Sequence[Article], rule: Rule) -> list[Finding]:
    """What one rule of scope ``feed`` says of some articles: the harness's way to the deduplicator."""
    return duplicates(articles, [rule])
