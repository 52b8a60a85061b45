"""Findings that ``feedtools clean`` can repair, because another copy of the article still has the text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from feedtools.model import Article, Finding, Place
from feedtools.restore import Sibling, restore

ARTICLES = 200
"""Articles with copies that are looked at, in reading order: what bounds the time of a large feed."""


def restorable(findings: Sequence[Finding], originals: Mapping[Place, Article]) -> frozenset[int]:
    """Find which findings a copy in the same feed would mend.

    Args:
        findings: in reading order, those of copies among them.
        originals: the articles that the findings of copies point at, by place.

    Returns:
        Indices of ``findings`` whose span a repair touches that would be applied without asking.
    """
    texts: dict[Place, str] = {}
    siblings: defaultdict[Place, list[Sibling]] = defaultdict(list)
    for finding in findings:
        for place in finding.related:
            if place in originals:
                mine, other = _place(finding.article), originals[place].text
                texts[mine], texts[place] = finding.article.text, other
                siblings[mine].append(Sibling(other, place))
                siblings[place].append(Sibling(finding.article.text, mine))
    found: dict[Place, list[tuple[int, Finding]]] = {}
    for number, finding in enumerate(findings):
        place = _place(finding.article)
        whole = finding.span == (0, len(finding.article.text))
        if place in siblings and not whole and (place in found or len(found) < ARTICLES):
            found.setdefault(place, []).append((number, finding))
    mended: set[int] = set()
    for place, several in found.items():
        edits = [one.edit for one in restore(texts[place], siblings[place]) if one.safety == "safe"]
        mended.update(
            number
            for number, finding in several
            if any(edit.start < finding.span.end and finding.span.start <= edit.end for edit in edits)
        )
    return frozenset(mended)


def _place(article: Article) -> Place:
    return Place(article.source, article.line)
