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
        kept = Place(articles[cluster.keep].source, articles[cluster.keep].line)
        for number in cluster.drop:
            match = link(cluster, number, cluster.keep)
            result += _finding(rules, articles[number], match, number, kept)
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
            result += _finding(rules, article, copies[0].match, 0, Place(document.source, document.line))
    return result


def link(cluster: Cluster, number: int, keep: int) -> Match:
    """The match that ties a copy to the kept one, or else the best of those that tie it to the cluster."""
    mine = [match for match in cluster.matches if number in {match.a, match.b}]
    direct = [match for match in mine if keep in {match.a, match.b}]
    return max(direct or mine, key=lambda match: (match.similarity, match.coverage_a, -match.a, -match.b))


def _finding(rules: Sequence[Rule], article: Article, match: Match, number: int, kept: Place) -> list[Finding]:
    for rule in rules:
        if rule.id == RULES.get(match.kind):
            message = rule.message.replace("{copy}", describe(match, number, f"{kept.path}:{kept.line}"))
            span = Span(0, max(1, len(article.text)))
            return [Finding(rule.id, rule.name, rule.level, rule.confidence, article, span, message, related=(kept,))]
    return []


def describe(match: Match, number: int, place: str) -> str:
    """How document ``number`` of a match relates to the copy at ``place``, in words."""
    if match.kind == "near" or match.kind == "overlap":
        return f"{place} (similarity {match.similarity:.2f} over {match.coverage_a:.0%} of the shorter)"
    whole = number != match.a
    if match.kind == "exact":
        return place
    if match.kind == "rerendered":
        return f"{place} in the other rendering (similarity {match.similarity:.2f})"
    if match.kind == "truncated":
        length = match.evidence[-1].b_end if match.evidence else 0
        if whole:
            return f"{place}, which breaks off after {length:,} of its characters"
        return f"{place}, of which it is the first {length:,} characters"
    start = match.evidence[0].b_start if match.evidence else 0
    return f"{place}, which stands inside it" if whole else f"{place}, inside which it stands from character {start:,}"
