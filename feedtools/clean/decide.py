"""Decision about every article: the one place that applies the policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.config import Policy, Verdict
from feedtools.dedup.describe import links
from feedtools.lint.rules import RULES
from feedtools.model import Action, Article, Decision, Match

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from feedtools.model import Cluster, Finding


STAND_IN = 0.5
"""Least share of a damaged copy that a whole one must cover to be published in its place."""


def permitted(finding: Finding, policy: Policy) -> Finding:
    """The finding, its fix only offered where the policy does not make it."""
    if finding.fix is None or policy.applies(finding.rule, finding.name, finding.fix.safety):
        return finding
    return finding._replace(fix=finding.fix._replace(safety="display"))


FIXED = " fixed"
"""End of what is said of a rule whose fixes were applied."""


class CopyOf(NamedTuple):
    """Tie between an article and the copy that stands for it.

    Attributes:
        number: of that copy.
        match: between them, or what ties the article to the cluster.
    """

    number: int
    match: Match


def decide(
    article: Article,
    findings: Sequence[Finding],
    policy: Policy,
    copy: Match | None = None,
    how: str = "",
    fixed: Collection[str] = (),
    restored: Collection[str] = (),
    rest: int = 0,
) -> Decision:
    """Decide what happens to one article.

    Args:
        article: as it was published.
        findings: that remain after fixing and restoring.
        policy: says what is done.
        copy: what makes it a copy, where it is one.
        how: the same in words, with the place of the copy that stands for it.
        fixed: rules whose fixes were applied.
        restored: descriptions of what was restored, and from where.
        rest: letters and digits in a row that the copy that stands for it lacks.
    """
    reasons = [f"{RULES[copy.kind]} {copy.kind}-duplicate: {how}"] if copy else []
    verdict: Verdict = policy.kinds[copy.kind] if copy else "keep"
    if verdict == "drop" and rest >= policy.rest:
        verdict = policy.unique
        reasons.append(f"{rest:,} letters in a row are in no copy that is kept")
    if verdict == "drop":
        return Decision(article, "drop", tuple(reasons))
    for finding in findings:
        chosen = policy.verdict(finding.rule, finding.name, finding.level)
        if chosen == "hold":
            reasons.append(f"{finding.rule} {finding.name}: {finding.message}")
            verdict = "hold"
    reasons += [f"{rule}{FIXED}" for rule in fixed]
    reasons += restored
    action: Action = verdict
    if verdict == "keep" and (fixed or restored):
        action = "restore" if restored else "fix"
    return Decision(article, action, tuple(dict.fromkeys(reasons)))


def copies_of(clusters: Iterable[Cluster], selected: Collection[str]) -> dict[int, CopyOf]:
    """Find for every article that is a copy the one that stands for it.

    Args:
        clusters: what the deduplicator found.
        selected: codes of the selected rules: copies of other kinds are left alone.
    """
    return {
        number: CopyOf(cluster.keep, match)
        for cluster in clusters
        for number, match in links(cluster).items()
        if RULES.get(match.kind) in selected
    }
