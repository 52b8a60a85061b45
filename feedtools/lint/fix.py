"""Repairs applied to text: order-free, never overlapping, every other code point kept, repeated until nothing changes.

``check --fix`` and ``clean`` share it. Nothing here knows a rule: what is wrong is said by findings, and whether a
repair did harm is seen by linting what it made.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from feedtools.lint.culprits import Case, find_culprits
from feedtools.lint.edits import Applied, Draft, FixProposal, apply
from feedtools.model import LEVELS, Article, Level, Safety

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Sequence

    from feedtools.lint.edits import Change
    from feedtools.model import Finding

    Lint = Callable[[Sequence[Article]], Sequence[Finding]]

SAFE: frozenset[Safety] = frozenset({"safe"})
UNSAFE: frozenset[Safety] = frozenset({"safe", "confident", "unsafe"})
ROUNDS = 32
"""Rounds of fixing one article; safe fixes settle in one or two. One that does not settle is left as it was."""
_CONTEXT = 8
"""Code points on each side by which a refused repair is known again after others moved it."""


class Fixed(NamedTuple):
    """An article after its repairs.

    Attributes:
        text: what it reads now.
        changes: against the raw text, ascending and apart from each other.
        findings: of the text as it reads now.
        refused: proposals that were not applied, because they overlap one that was or would bring a new finding; their
            offsets are those of the text they were made for.
    """

    text: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    refused: tuple[FixProposal, ...]


def proposals(findings: Iterable[Finding], safeties: Collection[Safety] = SAFE) -> list[FixProposal]:
    """The fixes of the findings that may be applied, each once."""
    wanted = (
        FixProposal(finding.rule, finding.fix.edits, finding.fix.safety)
        for finding in findings
        if finding.fix and finding.fix.edits and finding.fix.safety in safeties
    )
    return sorted(set(wanted), key=lambda proposal: (proposal.order, proposal.safety))


def stable_fix(
    articles: Sequence[Article],
    lint: Lint,
    safeties: Collection[Safety] = SAFE,
    findings: Sequence[Finding] | None = None,
    grave: Collection[Level] = LEVELS,
) -> list[Fixed]:
    """Repair articles until nothing more is proposed, and never so that a new finding comes up.

    A note that a safe fix takes out again is none: delimiters put around a formula show that a blank stands behind it.

    Args:
        articles: no two from the same place.
        lint: findings of some articles; called with as many at a time as there are in ``articles``.
        safeties: which fixes are applied.
        findings: of the articles, where they are known already.
        grave: levels of findings that a fix must not bring.

    Returns:
        One result per article. A round applies every proposal that fits together; where the text then has more findings
        of a rule than before, those that did it are found (``culprits``) and refused. An article whose
        fixes go round in a circle stays raw, so that fixing what was fixed changes nothing.
    """
    found = by_place(lint(articles) if findings is None else findings)
    states = [_State(article, found[article.source, article.line], grave) for article in articles]
    for _ in range(ROUNDS):
        unsettled = [state for state in states if state.propose(safeties)]
        if not unsettled:
            break
        after = by_place(lint([state.proposed() for state in unsettled]))
        harmed = [state for state in unsettled if not state.accept(after[state.place])]
        _refuse_culprits(harmed, lint)
    return [state.result(safeties) for state in states]


def _refuse_culprits(states: Sequence[_State], lint: Lint) -> None:
    """Try repairs of all the articles at once, step by step, until it is known of each which of its own to refuse."""
    asked = [(state, state.culprits()) for state in states]
    answers: list[list[Finding] | None] = [None] * len(asked)
    while asked:
        going: list[tuple[_State, Generator[Sequence[FixProposal], Sequence[Finding], list[FixProposal]]]] = []
        tried = []
        for (state, looks), answer in zip(asked, answers, strict=True):
            try:
                some = next(looks) if answer is None else looks.send(answer)
            except StopIteration as end:
                state.refuse(end.value)
                continue
            going.append((state, looks))
            tried.append(state.with_some(some))
        after = by_place(lint(tried)) if tried else {}
        answers = [after.get(state.place, []) for state, _ in going]
        asked = going


def by_place(findings: Iterable[Finding]) -> defaultdict[tuple[str, int], list[Finding]]:
    """Findings by source and line of their articles, in order."""
    places: defaultdict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        places[finding.article.source, finding.article.line].append(finding)
    return places


class _State:
    """One article on its way through the rounds of ``stable_fix``."""

    def __init__(self, article: Article, findings: list[Finding], grave: Collection[Level]) -> None:
        self.article = article
        self._grave = grave
        self.place = (article.source, article.line)
        self.findings = findings
        self.pending: tuple[FixProposal, ...] = ()
        self._raw_findings = findings
        self._draft = Draft(article.text)
        self._next = Applied(article.text, (), ())
        self._case = Case((), findings, findings, grave)
        self._refused: set[object] = set()
        self._seen = {article.text}
        self._settled = False

    def propose(self, safeties: Collection[Safety]) -> bool:
        """Make the next text out of all open proposals; tell whether there is one."""
        if self._settled:
            return False
        fixes = [one for one in proposals(self.findings, safeties) if self._key(one) not in self._refused]
        self._next = apply(self._draft.text, fixes)
        self.pending = self._next.applied
        if self.pending and self._next.text in self._seen:
            self._give_up()
        self._settled = self._settled or not self.pending
        return not self._settled

    def proposed(self) -> Article:
        """The article with all pending proposals in it."""
        return self.article._replace(text=self._next.text)

    def accept(self, after: list[Finding]) -> bool:
        """Go on to the proposed text unless it has a new finding."""
        self._case = Case(self.pending, self.findings, after, self._grave)
        if not self._case.harmless(after):
            return False
        self._draft.edit(self._next)
        self._seen.add(self._next.text)
        self.findings = after
        return True

    def culprits(self) -> Generator[Sequence[FixProposal], Sequence[Finding], list[FixProposal]]:
        """See ``find_culprits``, for the text that was not accepted."""
        return find_culprits(self._case)

    def with_some(self, some: Sequence[FixProposal]) -> Article:
        """The article with some pending proposals in it."""
        return self.article._replace(text=apply(self._draft.text, some).text)

    def refuse(self, some: Iterable[FixProposal]) -> None:
        """Propose these no more."""
        self._refused.update(map(self._key, some))

    def _give_up(self) -> None:
        self._draft = Draft(self.article.text)
        self.findings = self._raw_findings
        self._settled = True

    def _key(self, proposal: FixProposal) -> object:
        """A proposal's identity in a text whose offsets move."""
        start, end, by, edits = proposal.order
        text = self._draft.text
        around = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
        return by, tuple((text[edit.start : edit.end], edit.text) for edit in edits), around

    def result(self, safeties: Collection[Safety]) -> Fixed:
        """Give the article as it was repaired."""
        if not self._settled:
            self._give_up()
        refused = tuple(proposals(self.findings, safeties))
        return Fixed(self._draft.text, self._draft.changes(), tuple(self.findings), refused)
