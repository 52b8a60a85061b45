"""Clusters of copies as findings: FT901 to FT905, each naming the copy that is kept and why this one is its copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feedtools.model import Article, Cluster, Finding, Kind, Match, Place, Span

if TYPE_CHECKING:
    from feedtools.index.query import Published
    from feedtools.rules import Rule

RULES: dict[Kind, str] = {
    "exact": "FT901",
    "near": "FT902",
    "truncated": "FT903",
    "rerendered": "FT904",
    "contained": "FT905",
}


def findings(articles: Sequence[Article], clusters: Sequence[Cluster], rules: Sequence[Rule]) -> list[Finding]:
    """One finding for every copy that is not kept.

    Args:
        articles: all documents, by number.
        clusters: what the deduplicator made of them.
        rules: the selected rules; kinds whose rule is not among them are left out.
    """
    result = []
    for cluster in clusters:
        kept = _place(articles[cluster.keep])
        tied = links(cluster)
        for number in cluster.drop:
            match = tied[number]
            other = match.b if match.a == number else match.a
            copy = describe(match, number, _words(_place(articles[other])))
            if other != cluster.keep:
                copy += f", which repeats {_words(kept)}"
            result += _finding(rules, articles[number], match.kind, copy, kept)
    return result


def against(articles: Sequence[Article], found: Sequence[Sequence[Published]], rules: Sequence[Rule]) -> list[Finding]:
    """One finding for every article that repeats history.

    Args:
        articles: the new ones.
        found: for each its published copies, the best first.
        rules: as in ``findings``.
    """
    result = []
    for article, copies in zip(articles, found, strict=True):
        if copies:
            document = copies[0].document
            place = Place(document.source, document.line)
            match = copies[0].match
            result += _finding(rules, article, match.kind, describe(match, 0, _words(place)), place)
    return result


def _place(article: Article) -> Place:
    return Place(article.source, article.line)


def _words(place: Place) -> str:
    return f"{place.path}:{place.line}"


def links(cluster: Cluster, keep: int | None = None) -> dict[int, Match]:
    """For every copy the match that ties it to the kept one, or else the best of those that tie it to the cluster.

    Args:
        cluster: the copies.
        keep: the one that is kept, where that is not the cluster's own keeper.
    """
    kept = cluster.keep if keep is None else keep
    best: dict[int, Match] = {}
    for match in cluster.matches:
        for number in (match.a, match.b):
            if number != kept and (number not in best or _closer(match, best[number], kept)):
                best[number] = match
    return best


def _closer(one: Match, other: Match, keep: int) -> bool:
    def order(match: Match) -> tuple[bool, float, float, int, int]:
        return keep in {match.a, match.b}, match.similarity, match.coverage_a, -match.a, -match.b

    return order(one) > order(other)


def _finding(rules: Sequence[Rule], article: Article, kind: Kind, copy: str, kept: Place) -> list[Finding]:
    for rule in rules:
        if rule.id == RULES.get(kind):
            message = rule.message.replace("{copy}", copy)
            span = Span(0, max(1, len(article.text)))
            return [Finding(rule.id, rule.name, rule.level, rule.confidence, article, span, message, related=(kept,))]
    return []


def describe(match: Match, number: int, place: str) -> str:
    """What document ``number`` of a match is to the copy at ``place``, in words.

    Where the match has evidence, the words say where the copy begins or ends, in code points of the longer of the
    two, counted from 0.
    """
    is_part = number == match.a
    if match.kind == "exact":
        return f"the same text as {place}"
    if match.kind == "rerendered":
        return f"the same article as {place} in the other rendering ({_alike(match)})"
    if match.kind == "truncated":
        length = f"{match.evidence[-1].b_end:,} characters" if match.evidence else f"{match.coverage_b:.0%}"
        return f"the first {length} of {place}" if is_part else f"goes on where {place} breaks off, after {length}"
    if match.kind == "contained":
        start = f" from character {match.evidence[0].b_start:,}" if match.evidence else ""
        return f"stands inside {place}{start}" if is_part else f"holds all of {place}{start}"
    if match.kind == "near":
        return f"an edited copy of {place} ({_alike(match)})"
    return f"shares a passage with {place} ({_alike(match)})"


def _alike(match: Match) -> str:
    return f"similarity {match.similarity:.2f} over {match.coverage_a:.0%} of the shorter"
