"""Findings of a run, and the repairs that it makes of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from feedtools.clean.decide import permitted
from feedtools.clean.decisions import Decisions
from feedtools.config import Policy
from feedtools.errors import FeedtoolsError
from feedtools.lint.checks.base import Evidence
from feedtools.lint.engine import lint
from feedtools.lint.exceptions import Exceptions
from feedtools.lint.rules import Rule
from feedtools.model import Article, Finding

Pair = tuple[str, str]
"""A rule's code and the words of a finding."""
_NONE: Mapping[tuple[str, int], frozenset[Pair]] = {}


class Judge(NamedTuple):
    """Rules and policy for all articles of a run; it can be sent to other processes.

    Attributes:
        rules: the selected ones.
        evidence: taught by the articles.
        policy: says which fixes are made.
        exceptions: findings to leave out, where there are any.
        decisions: of a person.
        places: for the name of a file in the output, its path for the configuration.
    """

    rules: Sequence[Rule]
    evidence: Evidence
    policy: Policy
    exceptions: Exceptions | None = None
    decisions: Decisions = Decisions()
    places: Mapping[str, str] = {}

    def over(
        self,
        articles: Sequence[Article],
        forms: Mapping[str, str],
        known: Mapping[tuple[str, int], frozenset[Pair]] = _NONE,
    ) -> Linting:
        """Begin to judge some articles and what is made of them.

        Args:
            articles: as they came in, or as an earlier pass left them.
            forms: by source, the format of its file.
            known: by source and line, what an earlier pass left out.
        """
        return Linting(self, articles, {source: self.policy.of(form) for source, form in forms.items()}, known)


class Linting:
    """Lints articles, leaves out what is excepted, and gives every finding the fix that the run may make.

    Attributes:
        errors: rules that failed.
        excepted: by source and line, rule and words of what was left out.
        used: by source and line, names of the decisions that told.
    """

    def __init__(
        self,
        judge: Judge,
        articles: Sequence[Article],
        policies: Mapping[str, Policy],
        known: Mapping[tuple[str, int], frozenset[Pair]],
    ) -> None:
        self._judge = judge
        self._filter = self._excepting(articles)
        self._policies = policies
        self._known = known
        self.errors: list[FeedtoolsError] = []
        self.excepted: dict[tuple[str, int], set[Pair]] = {}
        self.used: dict[tuple[str, int], set[str]] = {}

    def __call__(self, some: Sequence[Article]) -> list[Finding]:
        """Findings in some of the articles, as they read now."""
        judge = self._judge
        result = lint(some, judge.rules, judge.evidence)
        self.errors.extend(result.errors)
        findings = result.findings
        if self._filter is not None or self._known:
            findings = self._left(findings)
        return [self._may(finding) for finding in findings]

    def _may(self, finding: Finding) -> Finding:
        taken = self._judge.decisions.taken(finding)
        if taken is None:
            return permitted(finding, self._policies[finding.article.source])
        self.used.setdefault((finding.article.source, finding.article.line), set()).add(taken[1])
        return taken[0]

    def _left(self, findings: Sequence[Finding]) -> list[Finding]:
        wanted = self._filter(findings) if self._filter is not None else findings
        mine = set(map(id, wanted))
        left = []
        for finding in findings:
            place = finding.article.source, finding.article.line
            pair = finding.rule, finding.article.text[finding.span.start : finding.span.end]
            if id(finding) in mine and pair not in self._known.get(place, ()):
                left.append(finding)
                continue
            self.excepted.setdefault(place, set()).add(pair)
            if name := self._judge.decisions.allowed(*pair):
                self.used.setdefault(place, set()).add(name)
        return left

    def _excepting(self, articles: Sequence[Article]) -> Callable[[Sequence[Finding]], list[Finding]] | None:
        exceptions, places = self._judge.exceptions, self._judge.places
        if not exceptions:
            return None
        apply = exceptions.filter(one._replace(source=places.get(one.source, one.source)) for one in articles)

        def kept(findings: Sequence[Finding]) -> list[Finding]:
            moved = {}
            for finding in findings:
                source = places.get(finding.article.source, finding.article.source)
                article = finding.article._replace(source=source)
                moved[id(finding)] = (finding._replace(article=article), finding)
            left = set(map(id, apply(one for one, _ in moved.values())))
            return [finding for one, finding in moved.values() if id(one) in left]

        return kept
