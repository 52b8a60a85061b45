"""Duplicates over many files: one row per article that has copies, or one per match."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from feedtools.config import Config
from feedtools.dedup.describe import describe, links, with_repeated
from feedtools.dedup.match import cut_offset
from feedtools.dedup.versions import Versions
from feedtools.errors import FeedtoolsError
from feedtools.model import Article, Cluster, Match
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches


class Deduplicated(NamedTuple):
    """All articles, by number, and what the deduplicator made of them."""

    articles: list[Article]
    clusters: tuple[Cluster, ...]
    matches: tuple[Match, ...]
    errors: list[FeedtoolsError]


def dedup(paths: Sequence[str], config: Config, *, evidence: bool = False) -> Deduplicated:
    """Read files and find which of their articles are copies of one another.

    A file that cannot be read is in ``errors`` and the rest is compared all the same.

    Args:
        paths: files, folders, globs, or ``-``.
        config: how to read them, and how many processes to use.
        evidence: whether matches carry their aligned spans.
    """
    from feedtools.dedup.batch import dedup as run

    config.activate_renderers()
    errors: list[FeedtoolsError] = []
    files = expand(list(paths), errors.append, ReadOptions.of(config))
    articles = [
        article for batch in batches(files, ReadOptions.of(config), errors.append) for article in batch.articles
    ]
    texts = [article.text for article in articles]
    versions = Versions.of(articles, config.clean.keep)
    jobs = config.jobs or os.cpu_count() or 1
    found = run(texts, jobs=jobs, evidence=evidence, rest=config.clean.rest, versions=versions)
    return Deduplicated(articles, found.clusters, found.matches, errors)


def cluster_rows(found: Deduplicated) -> Iterator[dict[str, Any]]:
    """One object for every article that has copies: place, cluster, keep or drop, and what it is to the kept one."""
    for number, cluster in enumerate(found.clusters, 1):
        keep = _place(found.articles[cluster.keep])
        yield {**keep, "cluster": number, "action": "keep", "copies": len(cluster.drop)}
        tied = links(cluster)
        for drop in cluster.drop:
            match = tied[drop]
            yield {
                **_place(found.articles[drop]),
                "cluster": number,
                "action": "drop",
                "kind": match.kind,
                "of": keep,
                "similarity": match.similarity,
                "coverage": match.coverage_a if match.a == drop else match.coverage_b,
            }


def match_rows(found: Deduplicated) -> Iterator[dict[str, Any]]:
    """One object a match: both places, what ``a`` is to ``b``, in figures and in words, and the aligned spans.

    ``spans`` are ``[a_start, a_end, b_start, b_end]``, half-open code points of the two articles; ``cut`` is where in
    ``b`` the copy ``a`` breaks off. ``keep`` is the place of the copy that is kept, ``null`` where nothing is done.
    """
    kept = {number: cluster.keep for cluster in found.clusters for number in (cluster.keep, *cluster.drop)}
    for match in with_repeated(found.matches):
        a, b = found.articles[match.a], found.articles[match.b]
        keep = kept.get(match.a) if match.kind != "overlap" else None
        yield {
            "a": _place(a),
            "b": _place(b),
            "kind": match.kind,
            "similarity": match.similarity,
            "coverage": {"a": match.coverage_a, "b": match.coverage_b},
            "keep": None if keep is None else _place(found.articles[keep]),
            "relation": describe(match, match.a, f"{b.source}:{b.line}"),
            "cut": cut_offset(match),
            "spans": [list(block) for block in match.evidence],
        }


def _place(article: Article) -> dict[str, Any]:
    return {"path": article.source, "line": article.line}
