"""Clusters of copies as findings: FT901 to FT905, each naming the copy that is kept and why this one is its copy."""

from __future__ import annotations

from collections.abc import Sequence

from feedtools.model import Article, Cluster, Finding, Kind, Match, Place, Span
from feedtools.rules import Rule

RULES: dict[Kind, str] = {
    "exact": "FT901",
    "near": "FT902",
    "truncated": "FT903",
    "rerendered": "FT904",
    "contained": "FT905",
}


def findings(
    articles: Sequence[Article], clusters: Sequence[Cluster], rules: Sequence[Rule], *, checked: int | None = None
) -> list[Finding]:
    """One finding for every copy that is not kept.

    Args:
        articles: all documents, by number.
        clusters: what the deduplicator made of them.
        rules: the selected rules; kinds whose rule is not among them are left out.
        checked: findings are given for the first ``checked`` articles alone; the rest is history. A copy of history is
            reported whichever of the two is more complete.
    """
    by_id = {rule.id: rule for rule in rules}
    limit = len(articles) if checked is None else checked
    result = []
    for cluster in clusters:
        keep = _standing(cluster, limit)
        for number in sorted({cluster.keep, *cluster.drop} - {keep}):
            if number >= limit:
                continue
            match = _link(cluster, number, keep)
            rule = by_id.get(RULES[match.kind]) if match.kind in RULES else None
            if rule is not None:
                result.append(_finding(rule, articles, number, keep, match))
    return result


def _standing(cluster: Cluster, limit: int) -> int:
    """The copy the others repeat: what was published before, if any was, else the one that is kept."""
    published = [number for number in (cluster.keep, *cluster.drop) if number >= limit]
    return published[0] if published else cluster.keep


def _link(cluster: Cluster, number: int, keep: int) -> Match:
    """The match that ties a copy to the kept one, or else the best of those that tie it to the cluster."""
    mine = [match for match in cluster.matches if number in {match.a, match.b}]
    direct = [match for match in mine if keep in {match.a, match.b}]
    return max(direct or mine, key=lambda match: (match.similarity, match.coverage_a, -match.a, -match.b))


def _finding(rule: Rule, articles: Sequence[Article], number: int, keep: int, match: Match) -> Finding:
    article, kept = articles[number], articles[keep]
    place = f"{kept.source}:{kept.line}"
    return Finding(
        rule.id,
        rule.name,
        rule.level,
        rule.confidence,
        article,
        Span(0, len(article.text)),
        rule.message.replace("{copy}", describe(match, number, place)),
        related=(Place(kept.source, kept.line),),
    )


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
