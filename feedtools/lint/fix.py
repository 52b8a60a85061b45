"""Repairs applied to text: order-free, never overlapping, every other code point kept, repeated until nothing changes.

``check --fix`` and ``clean`` share it. Nothing here knows a rule: what is wrong is said by findings, and whether a
repair did harm is seen by linting what it made.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import LEVELS, SAFETIES, Article, Edit, Level, Safety

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from feedtools.model import Finding

    Lint = Callable[[Sequence[Article]], Sequence[Finding]]

SAFE: frozenset[Safety] = frozenset({"safe"})
UNSAFE: frozenset[Safety] = frozenset({"safe", "confident", "unsafe"})
ROUNDS = 32
"""Rounds of fixing one article; safe fixes settle in one or two. One that does not settle is left as it was."""
_CONTEXT = 8
"""Code points on each side by which a refused repair is known again after others moved it."""


class FixProposal(NamedTuple):
    """Edits that belong together, and who proposes them: a rule's code, or another name that a manifest can show."""

    by: str
    edits: tuple[Edit, ...]
    safety: Safety = "safe"

    @property
    def order(self) -> tuple[int, int, str, tuple[Edit, ...]]:
        """Where proposals overlap, the least of these is applied: first start, last end, name."""
        return min(edit.start for edit in self.edits), max(edit.end for edit in self.edits), self.by, self.edits


class Applied(NamedTuple):
    """The text after ``apply``, and which proposals are in it, both in reading order."""

    text: str
    applied: tuple[FixProposal, ...]
    skipped: tuple[FixProposal, ...]


class Change(NamedTuple):
    """One replaced stretch of the raw text: ``[start, end)`` held ``old`` and now reads ``new``.

    Attributes:
        by: rules, or other names, whose repairs it is made of.
        safety: of the least safe of them.
    """

    start: int
    end: int
    old: str
    new: str
    by: tuple[str, ...]
    safety: Safety = "safe"


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


def apply(text: str, fixes: Iterable[FixProposal]) -> Applied:
    """Apply proposals to a text, whatever order they come in.

    A proposal is applied whole or not at all. Where two overlap the first by start, end and name wins; the same edit
    proposed twice is made once. An insertion may touch a replacement; two insertions at one place overlap.

    Raises:
        ValueError: an edit reaches outside the text.
    """
    taken: list[Edit] = []  # ascending and apart from each other
    applied: list[FixProposal] = []
    skipped: list[FixProposal] = []
    end = -1
    for proposal in sorted(set(fixes), key=lambda proposal: (proposal.order, proposal.safety)):
        edits = tuple(sorted(proposal.edits))
        if edits[0].start < 0 or any(not edit.start <= edit.end <= len(text) for edit in edits):
            raise ValueError(f"{proposal.by}: an edit reaches outside the text of {len(text)} characters")
        free = [edit for edit in edits if not _holds(taken, edit)]
        if _overlap(free) or (edits[0].start <= end and _clash(free, taken)):
            skipped.append(proposal)
            continue
        applied.append(proposal)
        for edit in free:
            insort(taken, edit)
        end = max(end, edits[-1].end)
    return Applied(_replaced(text, taken), tuple(applied), tuple(skipped))


def _holds(taken: Sequence[Edit], edit: Edit) -> bool:
    place = bisect_left(taken, edit)
    return place < len(taken) and taken[place] == edit


def _overlap(edits: Sequence[Edit]) -> bool:
    return any(not _apart(first, second) for first, second in pairwise(edits))


def _clash(edits: Sequence[Edit], taken: Sequence[Edit]) -> bool:
    """Whether one of these overlaps one of those, which are ascending and apart: only neighbours can."""
    for edit in edits:
        place = bisect_left(taken, edit)
        if place and not _apart(edit, taken[place - 1]):
            return True
        while place < len(taken) and taken[place].start <= edit.end:
            if not _apart(edit, taken[place]):
                return True
            place += 1
    return False


def _apart(one: Edit, other: Edit) -> bool:
    if one.start == one.end == other.start == other.end:
        return False
    return one.end <= other.start or other.end <= one.start


def _replaced(text: str, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    place = 0
    for edit in edits:
        parts += (text[place : edit.start], edit.text)
        place = edit.end
    return "".join((*parts, text[place:]))


def rewrite(text: str, changes: Sequence[Change]) -> str:
    """The text with the changes made; the inverse of ``revert``."""
    return _replaced(text, [Edit(change.start, change.end, change.new) for change in changes])


def revert(text: str, changes: Sequence[Change]) -> str:
    """The raw text again, from what the changes made of it.

    Raises:
        ValueError: the text is not what the changes made.
    """
    parts: list[str] = []
    place = shift = 0
    for change in changes:
        start = change.start + shift
        if not text.startswith(change.new, start):
            raise ValueError(f"expected {change.new[:40]!r} at character {start}")
        parts += (text[place:start], change.old)
        place = start + len(change.new)
        shift += len(change.new) - len(change.old)
    return "".join((*parts, text[place:]))


class _Piece(NamedTuple):
    """A stretch of a text under repair: ``raw`` is its place in the raw text, or -1 where ``by`` put it there."""

    text: str
    raw: int
    by: tuple[str, ...] = ()
    safety: Safety = "safe"


class Draft:
    """A text under repair that remembers its raw form, so that many rounds of edits read as one.

    Args:
        text: the raw text.
    """

    def __init__(self, text: str) -> None:
        self._raw = text
        self._pieces = [_Piece(text, 0)]
        self.text = text

    def edit(self, applied: Applied) -> None:
        """Go on to the text of ``applied``, which was made from the present one."""
        named: dict[Edit, tuple[str, ...]] = {}
        safeties: dict[Edit, Safety] = {}
        for proposal in applied.applied:
            for edit in proposal.edits:
                named[edit] = (*named.get(edit, ()), proposal.by)
                safeties[edit] = _least(safeties.get(edit, "safe"), proposal.safety)
        pieces: list[_Piece] = []
        place = 0
        for edit in sorted(named):
            pieces += self._between(place, edit.start)
            under = self._between(edit.start, edit.end)
            inherited = [by for piece in under for by in piece.by]
            safety = _least(safeties[edit], *(piece.safety for piece in under))
            pieces.append(_Piece(edit.text, -1, (*inherited, *named[edit]), safety))
            place = edit.end
        # One past the end takes a deletion that stands there along.
        self._pieces = pieces + self._between(place, len(self.text) + 1)
        self.text = applied.text

    def _between(self, start: int, end: int) -> list[_Piece]:
        result: list[_Piece] = []
        place = 0
        for piece in self._pieces:
            low, high = max(start - place, 0), min(end - place, len(piece.text))
            if low < high:
                raw = piece.raw + low if piece.raw >= 0 else -1
                result.append(piece._replace(text=piece.text[low:high], raw=raw))
            elif not piece.text and piece.by and start <= place < end:
                result.append(piece)
            place += len(piece.text)
        return result

    def changes(self) -> tuple[Change, ...]:
        """What differs from the raw text."""
        result: list[Change] = []
        place, new = 0, ""
        by: tuple[str, ...] = ()
        safety: Safety = "safe"
        for piece in (*self._pieces, _Piece("", len(self._raw))):
            if piece.raw < 0:
                new += piece.text
                by += piece.by
                safety = _least(safety, piece.safety)
                continue
            if (old := self._raw[place : piece.raw]) != new:
                result.append(Change(place, piece.raw, old, new, tuple(dict.fromkeys(by)), safety))
            place, new, by, safety = piece.raw + len(piece.text), "", (), "safe"
        return tuple(result)


def _least(*safeties: Safety) -> Safety:
    return min(safeties, key=SAFETIES.index)


def stable_fix(
    articles: Sequence[Article],
    lint: Lint,
    safeties: Collection[Safety] = SAFE,
    findings: Sequence[Finding] | None = None,
    grave: Collection[Level] = LEVELS,
) -> list[Fixed]:
    """Repair articles until nothing more is proposed, and never so that a new finding comes up.

    Args:
        articles: no two from the same place.
        lint: findings of some articles; called with as many at a time as there are in ``articles``.
        safeties: which fixes are applied.
        findings: of the articles, where they are known already.
        grave: levels of findings that a fix must not bring.

    Returns:
        One result an article. A round applies every proposal that fits together; where the text then has more findings
        of a rule than before, each proposal is tried by itself, and those that did it are refused. An article whose
        fixes go round in a circle stays raw, so that fixing what was fixed changes nothing.
    """
    found = _by_place(lint(articles) if findings is None else findings)
    states = [_State(article, found[article.source, article.line], grave) for article in articles]
    for _ in range(ROUNDS):
        unsettled = [state for state in states if state.propose(safeties)]
        if not unsettled:
            break
        after = _by_place(lint([state.proposed() for state in unsettled]))
        harmed = [state for state in unsettled if not state.accept(after[state.place])]
        _refuse_culprits(harmed, lint)
    return [state.result(safeties) for state in states]


def _refuse_culprits(states: Sequence[_State], lint: Lint) -> None:
    """Try every proposal of the articles alone; refuse those that do harm, or all but the first where none does."""
    for number in range(max((len(state.pending) for state in states), default=0)):
        tried = [state for state in states if number < len(state.pending)]
        after = _by_place(lint([state.with_one(number) for state in tried]))
        for state in tried:
            state.judge(after[state.place])
    for state in states:
        state.settle()


def _by_place(findings: Iterable[Finding]) -> defaultdict[tuple[str, int], list[Finding]]:
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
        self._refused: set[object] = set()
        self._harmless: list[bool] = []
        self._seen = {article.text}
        self._settled = False

    def propose(self, safeties: Collection[Safety]) -> bool:
        """Make the next text out of all open proposals; whether there is one."""
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
        if not self._harmless_after(after):
            return False
        self._draft.edit(self._next)
        self._seen.add(self._next.text)
        self.findings = after
        return True

    def _harmless_after(self, after: list[Finding]) -> bool:
        before = Counter(finding.rule for finding in self.findings)
        now = Counter(finding.rule for finding in after if finding.level in self._grave)
        return all(count <= before[rule] for rule, count in now.items())

    def with_one(self, number: int) -> Article:
        """The article with one pending proposal in it."""
        return self.article._replace(text=apply(self._draft.text, [self.pending[number]]).text)

    def judge(self, after: list[Finding]) -> None:
        """Note whether the next proposal in turn does no harm by itself."""
        self._harmless.append(self._harmless_after(after))

    def settle(self) -> None:
        """Refuse what did harm; where only several together do, all but the first."""
        guilty = [one for one, good in zip(self.pending, self._harmless, strict=True) if not good]
        self._refused.update(map(self._key, guilty or self.pending[1:]))
        self._harmless = []

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
        """What became of the article."""
        if not self._settled:
            self._give_up()
        refused = tuple(proposals(self.findings, safeties))
        return Fixed(self._draft.text, self._draft.changes(), tuple(self.findings), refused)


def compose(raw: str, *rounds: Sequence[Change]) -> tuple[Change, ...]:
    """Changes made one after the other, as changes of the raw text."""
    draft = Draft(raw)
    for changes in rounds:
        made = tuple(
            FixProposal(by, (Edit(change.start, change.end, change.new),), change.safety)
            for change in changes
            for by in change.by
        )
        draft.edit(Applied(rewrite(draft.text, changes), made, ()))
    return draft.changes()
