"""Findings FT901 to FT906: articles that repeat each other or what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from feedtools.dedup.candidates import REST
from feedtools.dedup.texts import compared
from feedtools.lint.rules import RULES, Rule
from feedtools.model import Article, Cluster, Finding, Kind, Match, Place, Span

if TYPE_CHECKING:
    from feedtools.config import Keep
    from feedtools.dedup.index.query import Published
    from feedtools.dedup.texts import Found
    from feedtools.dedup.versions import Versions


def duplicates(
    articles: Sequence[Article],
    rules: Sequence[Rule],
    jobs: int = 1,
    *,
    rest: int = REST,
    keep: Keep = "most-complete",
) -> list[Finding]:
    """Findings FT901 to FT906 among the articles; the earlier in the given order is kept of equal copies.

    Args:
        articles: all of them.
        rules: the selected ones.
        jobs: processes for large inputs.
        rest: symbols in a row from which text of its own keeps an article from being a copy (``[clean] rest``).
        keep: the copy that is kept of several (``[clean] keep``).
    """
    found = compare(articles, jobs, rest=rest, keep=keep)
    return [*findings(articles, found.clusters, rules), *overlapping(articles, found.overlapping, rules)]


def compare(articles: Sequence[Article], jobs: int = 1, *, rest: int = REST, keep: Keep = "most-complete") -> Found:
    """Find the copies and the overlaps among articles: near-empty pages told apart, versions by their records.

    Args:
        articles: all of them.
        jobs: processes for large inputs.
        rest: as in ``duplicates``.
        keep: likewise.
    """
    return compared(_texts(articles), jobs, rest, _versions(articles, keep))


def _texts(articles: Sequence[Article]) -> Sequence[str]:
    texts = [article.text for article in articles]
    pages = {number for number, one in enumerate(articles) if one.syntax.startswith("markdown")}
    if not pages:
        return texts
    from feedtools.dedup.pages import tell_apart

    return tell_apart(texts, pages.__contains__)


def _versions(articles: Sequence[Article], keep: Keep) -> Versions | None:
    if keep == "most-complete" and not any(one.origin is not None for one in articles):
        return None
    from feedtools.dedup.versions import Versions

    return Versions.of(articles, keep)


def feed_check(articles: Sequence[Article], rule: Rule) -> list[Finding]:
    """Check some articles against one rule of scope ``feed``, as the tests of a rule do."""
    return duplicates(articles, [rule])


def findings(articles: Sequence[Article], clusters: Sequence[Cluster], rules: Sequence[Rule]) -> list[Finding]:
    """Make one finding for every copy that is not kept.

    Args:
        articles: all documents, by number.
        clusters: what the deduplicator made of them.
        rules: the selected rules; kinds whose rule is not among them are left out.
    """
    if not clusters:
        return []
    from feedtools.dedup.cluster import partner
    from feedtools.dedup.describe import describe_copy, links

    result = []
    for cluster in clusters:
        kept = _place(articles[cluster.keep])
        tied = links(cluster)
        for number in cluster.drop:
            match = tied[number]
            other = partner(match, number)
            copy = describe_copy(match, number, lambda at: articles[at].text, _words(_place(articles[other])))
            if other != cluster.keep:
                copy += f", which repeats {_words(kept)}"
            result += _finding(rules, articles[number], match.kind, copy, kept)
    return result


def overlapping(articles: Sequence[Article], found: Sequence[Match], rules: Sequence[Rule]) -> list[Finding]:
    """Make one finding for each pair that shares much while each has text of its own, at the shorter of the two.

    Args:
        articles: all documents, by number.
        found: the matches of such pairs.
        rules: as in ``findings``.
    """
    if not found:
        return []
    from feedtools.dedup.describe import describe

    result = []
    for match in found:
        place = _place(articles[match.b])
        result += _finding(rules, articles[match.a], match.kind, describe(match, match.a, _words(place)), place)
    return result


def against(articles: Sequence[Article], found: Sequence[Sequence[Published]], rules: Sequence[Rule]) -> list[Finding]:
    """Make one finding for every article that repeats history.

    Args:
        articles: the new ones.
        found: for each its published copies, the best first.
        rules: as in ``findings``.
    """
    if not any(found):
        return []
    from feedtools.dedup.describe import describe

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


def _finding(rules: Sequence[Rule], article: Article, kind: Kind, copy: str, kept: Place) -> list[Finding]:
    for rule in rules:
        if rule.id == RULES.get(kind):
            message = rule.message.replace("{copy}", copy)
            span = Span(0, max(1, len(article.text)))
            return [Finding(rule.id, rule.name, rule.level, rule.confidence, article, span, message, related=(kept,))]
    return []
