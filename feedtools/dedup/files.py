"""Duplicates over many files: one row per article that has copies, or one per match."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.config import Config
from feedtools.dedup.article_table import ArticleTable, ComparedTexts, gather, is_page
from feedtools.dedup.cluster import coverage_of, partner
from feedtools.dedup.describe import describe, links, with_repeated
from feedtools.dedup.evidence import cut_offset
from feedtools.dedup.explain import Explanation, explain_pair
from feedtools.dedup.pages import is_apart, own_text, tell_apart
from feedtools.dedup.versions import Versions, record_of
from feedtools.errors import ConfigError, FeedtoolsError, WriteError
from feedtools.model import COPIES, Article, Cluster, Match
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches


class Deduplicated(NamedTuple):
    """All articles, by number, and what the deduplicator made of them.

    Clusters and matches of articles on the disk are made when they are asked for, each time anew.
    """

    articles: Sequence[Article]
    clusters: Collection[Cluster]
    matches: Collection[Match]
    errors: list[FeedtoolsError]


def dedup(paths: Sequence[str], config: Config, *, evidence: bool = False, folder: Path | None = None) -> Deduplicated:
    """Read files and find which of their articles are copies of one another.

    A file that cannot be read is in ``errors`` and the rest is compared all the same.

    Args:
        paths: files, folders, globs, or ``-``.
        config: how to read them, and how many processes to use.
        evidence: whether matches carry their aligned spans.
        folder: empty, for what a large feed needs and memory should not hold; the result reads from it.

    Raises:
        WriteError: the folder cannot take what the feed needs.
    """
    from feedtools.dedup.batch import dedup as run

    config.activate_renderers()
    errors: list[FeedtoolsError] = []
    files = expand(list(paths), errors.append, ReadOptions.of(config))
    read = (article for batch in batches(files, ReadOptions.of(config), errors.append) for article in batch.articles)
    try:
        articles = gather(read, folder)
        if isinstance(articles, ArticleTable):
            assert folder is not None
            return Deduplicated(articles, *_out_of_core(articles, config, folder, evidence=evidence), errors)
    except OSError as error:
        reason = f"cannot hold what a feed of this size needs: {error.strerror or error}; TMPDIR names another place"
        raise WriteError(reason, path=str(folder)) from error
    texts = [article.text for article in articles]
    versions = Versions.of(articles, config.clean.keep)
    jobs = config.jobs or os.cpu_count() or 1
    told = tell_apart(texts, lambda number: is_page(articles[number]))
    found = run(told, jobs=jobs, evidence=evidence, rest=config.clean.rest, versions=versions)
    return Deduplicated(articles, found.clusters, found.matches, errors)


def _out_of_core(
    articles: ArticleTable, config: Config, folder: Path, *, evidence: bool
) -> tuple[Collection[Cluster], Collection[Match]]:
    """Compare articles on the disk."""
    from feedtools.dedup.batch import Settings, find
    from feedtools.dedup.match_views import ClusterView, MatchView

    keep = config.clean.keep
    asked = articles.named or keep != "most-complete"
    versions = Versions(keep, articles.records) if asked else None
    texts = ComparedTexts(articles)
    jobs = config.jobs or os.cpu_count() or 1
    found = find(texts, Settings(jobs, folder, config.clean.rest, versions))
    return ClusterView(found.clusters), MatchView(found.rows, texts.__getitem__ if evidence else None)


class Explained(NamedTuple):
    """Two articles of a feed, and why they are or are not copies.

    Attributes:
        a, b: the two.
        why: the reasons.
        outcome: what a run over the feed does with them.
        articles: of the feed.
        errors: what could not be read.
    """

    a: Article
    b: Article
    why: Explanation
    outcome: str
    articles: int
    errors: list[FeedtoolsError]


def explain(paths: Sequence[str], names: tuple[str, str], config: Config) -> Explained:
    """Explain what two articles of a feed are to each other.

    Args:
        paths: the feed: files, folders, globs; by default the current folder if an id is to be found. Files that
            ``names`` name are read besides.
        names: of the two: ``path:line``, the path of a file with one article, or the id of a record.
        config: how to read them.

    Raises:
        ConfigError: no article has such a name, or several have; the message says what there is.
    """
    files = [path for name in names if (path := _file_of(name)) is not None]
    otherwise = ["."] if len(files) < len(names) else []  # an id may stand anywhere
    found = dedup([*(paths or otherwise), *files], config)
    a, b = (_named(name, found.articles) for name in names)
    texts = [article.text for article in found.articles]
    decided = next((match for match in found.matches if {match.a, match.b} == {a, b}), None)
    if decided is not None:
        numbers = {a: 0, b: 1}
        decided = decided._replace(a=numbers[decided.a], b=numbers[decided.b])
    own = {a, b} | {partner(match, at) for match in found.matches for at in (a, b) if _copies(match, at)}
    others = (text for number, text in enumerate(texts) if number not in own)
    why = explain_pair(texts[a], texts[b], decided=decided, feed=others, rest=config.clean.rest)
    if decided is None and any(_is_near_empty(number, found.articles) for number in {a, b} if a != b):
        why = why._replace(kind=None, verdict="not copies", rule=NEAR_EMPTY)
    records = [record_of(found.articles[number]).id for number in (a, b)]
    if records[0] and records[0] == records[1] and texts[a] != texts[b]:
        why = why._replace(rule=f"{why.rule}; both are versions of the record {records[0]!r}")
    outcome = _outcome(a, b, found)
    return Explained(found.articles[a], found.articles[b], why, outcome, len(texts), found.errors)


NEAR_EMPTY = "one of them is a page that says next to nothing: under its own title it is another page"


def _is_near_empty(number: int, articles: Sequence[Article]) -> bool:
    article = articles[number]
    return is_page(article) and is_apart(own_text(article.text, number))


def _copies(match: Match, number: int) -> bool:
    return match.kind in COPIES and number in {match.a, match.b}


def _outcome(a: int, b: int, found: Deduplicated) -> str:
    """Say what a run over the feed does with two articles."""
    homes = {number: cluster.keep for cluster in found.clusters for number in cluster.drop}
    if a == b:
        return "A and B are one article"

    def fate(number: int, name: str) -> str:
        keep = homes.get(number)
        if keep is None:
            return f"{name} is kept"
        return f"{name} goes for {words(found.articles[keep]) if keep not in {a, b} else 'AB'[keep == b]}"

    return f"{fate(a, 'A')}, {fate(b, 'B')}"


def words(article: Article) -> str:
    """The place of an article as messages name it."""
    return f"{article.source}:{article.line}"


def _file_of(name: str) -> str | None:
    """The file that a name leads to, if it does."""
    path, colon, line = name.rpartition(":")
    if colon and line.isdecimal() and os.path.isfile(path):
        return path
    return name if os.path.isfile(name) else None


def _named(name: str, articles: Sequence[Article]) -> int:
    """The number of the article of a name.

    Raises:
        ConfigError: see ``explain``.
    """
    path, colon, line = name.rpartition(":")
    if colon and line.isdecimal() and os.path.exists(path):
        mine = _of_file(path, articles)
        at = [number for number in mine if articles[number].line == int(line)]
        if at:
            return at[0]
        raise ConfigError(f"no article begins at line {line}; {_lines(mine, articles)}", path=path)
    if os.path.exists(name):
        mine = _of_file(name, articles)
        if len(mine) == 1:
            return mine[0]
        raise ConfigError(
            f"it holds {len(mine):,} articles; name one, such as {name}:LINE; {_lines(mine, articles)}", path=name
        )
    at = [number for number, one in enumerate(articles) if one.origin is not None and one.origin.id == name]
    if len(at) == 1:
        return at[0]
    if at:
        places = ", ".join(words(articles[number]) for number in at[:5])
        raise ConfigError(f"{len(at):,} articles have the id {name!r}; name the place of one: {places}")
    raise ConfigError(
        f"no article is called {name!r}: there is no such file, and none of {len(articles):,} articles has that id; "
        "expected PATH:LINE or an id, and the feed that holds it as PATHS"
    )


def _of_file(path: str, articles: Sequence[Article]) -> list[int]:
    place = os.path.realpath(path)
    sources = {one.source for one in articles}
    mine = {source for source in sources if os.path.realpath(source) == place}
    return [number for number, one in enumerate(articles) if one.source in mine]


def _lines(numbers: Sequence[int], articles: Sequence[Article]) -> str:
    lines = [str(articles[number].line) for number in numbers[:8]]
    more = ", …" if len(numbers) > 8 else ""
    return f"articles begin at {', '.join(lines)}{more}" if lines else "it holds no article"


def cluster_rows(found: Deduplicated) -> Iterator[dict[str, Any]]:
    """Yield an object per article that has copies: place, cluster, keep or drop, and what it is to the kept one."""
    place = _places(found.articles)
    for number, cluster in enumerate(found.clusters, 1):
        keep = place(cluster.keep)
        yield {**keep, "cluster": number, "action": "keep", "copies": len(cluster.drop)}
        tied = links(cluster)
        for drop in cluster.drop:
            match = tied[drop]
            yield {
                **place(drop),
                "cluster": number,
                "action": "drop",
                "kind": match.kind,
                "of": keep,
                "similarity": match.similarity,
                "coverage": coverage_of(match, drop),
            }


def match_rows(found: Deduplicated) -> Iterator[dict[str, Any]]:
    """Yield an object per match: both places, what ``a`` is to ``b``, in figures and in words, and the aligned spans.

    ``spans`` are ``[a_start, a_end, b_start, b_end]``, half-open code points of the two articles; ``cut`` is where in
    ``b`` the copy ``a`` breaks off. ``keep`` is the place of the copy that is kept, ``null`` where nothing is done.
    """
    place = _places(found.articles)
    kept = _kept(found)
    for match in with_repeated(found.matches, _repeated(found.matches)):
        a, b = place(match.a), place(match.b)
        keep = kept(match.a) if match.kind != "overlap" else None
        yield {
            "a": a,
            "b": b,
            "kind": match.kind,
            "similarity": match.similarity,
            "coverage": {"a": match.coverage_a, "b": match.coverage_b},
            "keep": None if keep is None else place(keep),
            "relation": describe(match, match.a, f"{b['path']}:{b['line']}"),
            "cut": cut_offset(match),
            "spans": [list(block) for block in match.evidence],
        }


def _places(articles: Sequence[Article]) -> Callable[[int], dict[str, Any]]:
    """Give the function that names the place of an article; the text of none is read for that."""
    if isinstance(articles, ArticleTable):
        return lambda number: dict(zip(("path", "line"), articles.place(number), strict=True))
    return lambda number: {"path": articles[number].source, "line": articles[number].line}


def _kept(found: Deduplicated) -> Callable[[int], int | None]:
    """Give the function that finds the copy that is kept of an article's cluster; ``None`` where it is in none."""
    from feedtools.dedup.match_views import ClusterView

    if isinstance(found.clusters, ClusterView):
        homes = found.clusters.kept(len(found.articles))
        return lambda number: None if homes[number] < 0 else int(homes[number])
    return {number: one.keep for one in found.clusters for number in (one.keep, *one.drop)}.get


def _repeated(matches: Collection[Match]) -> Iterator[Match]:
    """Yield the matches of exact copies that other matches may be told of."""
    from feedtools.dedup.match_views import MatchView

    return matches.repeated() if isinstance(matches, MatchView) else (one for one in matches if one.kind == "exact")
