"""Apply the safe repairs of articles to a fixed point; reject any that adds an error or a warning."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.lint.edits import Change, compose
from feedtools.lint.fix import UNSAFE, Fixed, by_place, stable_fix
from feedtools.model import Article, Finding, Fix, Place, Span

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.tables import Command
    from feedtools.restore import Restoration, Sibling

    Lint = Callable[[Sequence[Article]], Sequence[Finding]]

TURNS = 4
"""Times an article is restored again from its siblings, since one repair can make the context of another agree."""
RESTORED = "restored "
"""Start of a repair's name among the names of those that made a change."""


class Mended(NamedTuple):
    """An article after its repairs.

    Attributes:
        text: what it reads now.
        changes: against what it read before.
        findings: of the text as it reads now; none are known where nothing was changed.
        repairs: made and offered ones, as the manifest shows them; the offsets are those of the article as it was where
            ``turn`` is 0.
    """

    text: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    repairs: tuple[dict[str, Any], ...]


class Damaged(NamedTuple):
    """An article to restore.

    Attributes:
        article: as it reads after its fixes.
        groups: of siblings.
        fits: whether a text can stand where the article stands.
        first: number of groups that are asked what they give to the article as it is; of the others it is known that
            they give nothing.
    """

    article: Article
    groups: Sequence[Sequence[Sibling]]
    fits: Callable[[str], bool]
    first: int = sys.maxsize


def mend(
    damaged: Sequence[Damaged],
    lint: Lint,
    words: Callable[[Place], str],
    macros: Mapping[str, Command] | None = None,
) -> list[Mended]:
    """Restore some articles, no two from the same place; what is tried of each is linted together with that of others.

    A repair that brings an error or a warning is not made. The groups are asked in turn until none has anything more
    to give, so that a later run, which has the first group alone, finds nothing to do.

    Args:
        damaged: the articles.
        lint: findings of some articles.
        words: a sibling's place as messages name it.
        macros: commands that formulas of the feed may use beside those of the renderer.
    """
    works = [_Work(one, words) for one in damaged]
    open_ = works
    while open_ := [work for work in open_ if work.search(macros)]:
        _advance(open_, lint)
    return [work.mended() for work in works]


def _advance(works: Sequence[_Work], lint: Lint) -> None:
    """Try the repairs of each article as fixes of findings, beside the findings that it has already."""
    new = [work for work in works if not work.rounds]
    found = by_place(lint([work.article for work in new])) if new else {}
    for work in new:
        work.findings = found.get(work.place, [])
    known = [finding for work in works for finding in (*work.findings, *work.claimed())]
    lenient = partial(_outside, lint, {work.place: tuple(work.code) for work in works if work.code})
    made = stable_fix([work.article for work in works], lenient, UNSAFE, known, ("error", "warning"))
    for work, fixed in zip(works, made, strict=True):
        work.take(fixed)
    changed = [work for work in works if work.code and not work.quiet]
    found = by_place(lint([work.article for work in changed])) if changed else {}
    for work in changed:
        work.findings = found.get(work.place, [])


class _Work:
    """One article while it is repaired.

    Attributes:
        article: as it reads now.
        place: of the article.
        findings: in it, known from the first repair on.
        rounds: changes that were made, one round after the other.
        code: what was put in that is code.
        quiet: groups in a row that had nothing to give.

    Args:
        damaged: the article.
        words: see ``mend``.
    """

    def __init__(self, damaged: Damaged, words: Callable[[Place], str]) -> None:
        self.article = damaged.article
        self.place = damaged.article.source, damaged.article.line
        self.findings: list[Finding] = []
        self.rounds: list[tuple[Change, ...]] = []
        self.code: list[str] = []
        self.quiet = 0
        self._damaged, self._words = damaged, words
        self._left = iter([*enumerate(damaged.groups)] * TURNS)
        self._claims: dict[str, Restoration] = {}
        self._made: list[dict[str, Any]] = []
        self._offered: dict[tuple[object, ...], dict[str, Any]] = {}
        self._refused: set[tuple[object, ...]] = set()

    def search(self, macros: Mapping[str, Command] | None) -> bool:
        """Ask the next groups until one has repairs to try; keep those that are not safe as offers."""
        from feedtools.restore import restore

        for number, siblings in self._left:
            self.quiet += 1
            if self.quiet > len(self._damaged.groups):
                break
            asked = siblings and (self.rounds or number < self._damaged.first)
            if asked and self._claim(restore(self.article.text, siblings, macros)):
                return True
        return False

    def _claim(self, found: Sequence[Restoration]) -> bool:
        from feedtools.restore.judge import sound

        text = self.article.text
        self._offered |= {_key(text, one): _as_entry(one, self.rounds) for one in found if one.safety != "safe"}
        safe = (one for one in found if one.safety == "safe" and _key(text, one) not in self._refused)
        self._claims = {f"{n}#{RESTORED}{one.kind} from {self._words(one.source)}": one for n, one in enumerate(safe)}
        placed = [one.edit.text for one in self._claims.values() if one.kind == "placeholder"]
        self.code += [put_in for put_in in placed if not sound(put_in)]
        return bool(self._claims)

    def claimed(self) -> list[Finding]:
        """The repairs to try, as findings with fixes."""
        return [_as_finding(claim, one, self.article) for claim, one in self._claims.items()]

    def take(self, fixed: Fixed) -> None:
        """Go on from the text that the repairs gave, if it can stand there."""
        text, claims = self.article.text, self._claims
        done = {by for change in fixed.changes for by in change.by} if self._damaged.fits(fixed.text) else set()
        self._refused |= {_key(text, one) for claim, one in claims.items() if claim not in done}
        if done:
            self._made += [_as_entry(one, self.rounds) for claim, one in claims.items() if claim in done]
            self.rounds.append(fixed.changes)
            self.article = self.article._replace(text=fixed.text)
            self.findings = [finding for finding in fixed.findings if finding.rule not in claims]
            self.quiet = 0

    def mended(self) -> Mended:
        """Give the article as it is now, with everything that was done."""
        changes = tuple(map(_named, compose(self._damaged.article.text, *self.rounds)))
        repairs = (*self._made, *self._offered.values())
        return Mended(self.article.text, changes, tuple(self.findings), repairs)


def _outside(
    lint: Lint, codes: Mapping[tuple[str, int], Sequence[str]], articles: Sequence[Article]
) -> Sequence[Finding]:
    """Findings but for warnings about what stands in code that was put in: rules for prose do not judge code.

    One with a safe fix counts, since the next run would make it.

    Args:
        lint: findings of some articles.
        codes: by source and line of an article, what was put in.
        articles: the articles.
    """
    found = lint(articles)
    spans: dict[tuple[str, int], list[Span]] = {}
    for one in articles:
        place = one.source, one.line
        starts = ((one.text.find(text), len(text)) for text in codes.get(place, ()))
        spans[place] = [Span(start, start + size) for start, size in starts if start >= 0]
    return [
        finding
        for finding in found
        if finding.level != "warning"
        or (finding.fix and finding.fix.safety == "safe")
        or not any(
            span.start <= finding.span.start and finding.span.end <= span.end
            for span in spans[finding.article.source, finding.article.line]
        )
    ]


def _named(change: Change) -> Change:
    """The change without the numbers of claims; a rule's code never begins with a digit."""
    names: Iterable[str] = (by.split("#", 1)[1] if by[0].isdigit() else by for by in change.by)
    return change._replace(by=tuple(dict.fromkeys(names)))


def _key(text: str, one: Restoration) -> tuple[object, ...]:
    """A repair's identity in a text whose offsets move."""
    return one.kind, one.edit.text, text[max(0, one.edit.start - 8) : one.edit.end + 8]


def _as_finding(claim: str, one: Restoration, article: Article) -> Finding:
    span = Span(one.edit.start, one.edit.end)
    return Finding(claim, "restoration", "note", "high", article, span, one.reason, Fix((one.edit,), "safe"))


def _as_entry(one: Restoration, rounds: Sequence[object]) -> dict[str, Any]:
    return {**one._asdict(), "edit": one.edit._asdict(), "source": one.source._asdict(), "turn": len(rounds)}
