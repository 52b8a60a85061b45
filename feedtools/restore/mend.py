"""Apply the safe repairs of an article to a fixed point; reject any that adds an error or a warning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.lint.edits import Change, compose
from feedtools.lint.fix import UNSAFE, Fixed, stable_fix
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


def mend(
    article: Article,
    groups: Sequence[Sequence[Sibling]],
    lint: Lint,
    fits: Callable[[str], bool],
    words: Callable[[Place], str],
    macros: Mapping[str, Command] | None = None,
) -> Mended:
    """Restore one article.

    A repair that brings an error or a warning is not made. The groups are asked in turn until none has anything more
    to give, so that a later run, which has the first group alone, finds nothing to do.

    Args:
        article: as it reads after its fixes.
        groups: of siblings.
        lint: findings of some articles.
        fits: whether a text can stand where the article stands.
        words: a sibling's place as messages name it.
        macros: commands that formulas of the feed may use beside those of the renderer.
    """
    from feedtools.restore import restore

    work = _Work(article, lint, fits, words)
    quiet = 0
    for siblings in [*groups] * TURNS:
        quiet += 1
        if quiet > len(groups):
            break
        if siblings and work.advance(restore(work.article.text, siblings, macros)):
            quiet = 0
    return work.mended()


class _Work:
    """One article while it is repaired; its parameters are those of ``mend``."""

    def __init__(
        self, article: Article, lint: Lint, fits: Callable[[str], bool], words: Callable[[Place], str]
    ) -> None:
        self.article = article
        self._raw = article.text
        self._lint, self._fits, self._words = lint, fits, words
        self._findings: list[Finding] = []
        self._rounds: list[tuple[Change, ...]] = []
        self._made: list[dict[str, Any]] = []
        self._offered: dict[tuple[object, ...], dict[str, Any]] = {}
        self._refused: set[tuple[object, ...]] = set()
        self._code: list[str] = []

    def advance(self, found: Sequence[Restoration]) -> bool:
        """Make those repairs that are safe and bring no harm, keep the others as offers; true if any was made."""
        from feedtools.restore.judge import sound

        text = self.article.text
        self._offered |= {_key(text, one): _as_entry(one, self._rounds) for one in found if one.safety != "safe"}
        safe = (one for one in found if one.safety == "safe" and _key(text, one) not in self._refused)
        claims = {f"{n}#{RESTORED}{one.kind} from {self._words(one.source)}": one for n, one in enumerate(safe)}
        if not claims:
            return False
        placed = [one.edit.text for one in claims.values() if one.kind == "placeholder"]
        self._code += [put_in for put_in in placed if not sound(put_in)]
        fixed = self._fixed(claims)
        done = {by for change in fixed.changes for by in change.by} if self._fits(fixed.text) else set()
        self._refused |= {_key(text, one) for claim, one in claims.items() if claim not in done}
        if done:
            self._made += [_as_entry(one, self._rounds) for claim, one in claims.items() if claim in done]
            self._take(fixed, claims)
        return bool(done)

    def _fixed(self, claims: Mapping[str, Restoration]) -> Fixed:
        """Try the repairs as fixes of findings, beside the findings that the article has already."""
        if not self._rounds:
            self._findings = list(self._lint([self.article]))
        claimed = [_as_finding(claim, one, self.article) for claim, one in claims.items()]
        lenient = partial(_outside, self._lint, tuple(self._code))
        return stable_fix([self.article], lenient, UNSAFE, [*self._findings, *claimed], ("error", "warning"))[0]

    def _take(self, fixed: Fixed, claims: Mapping[str, Restoration]) -> None:
        """Go on from the text that the repairs gave."""
        self._rounds.append(fixed.changes)
        self.article = self.article._replace(text=fixed.text)
        known = [finding for finding in fixed.findings if finding.rule not in claims]
        self._findings = list(self._lint([self.article])) if self._code else known

    def mended(self) -> Mended:
        """Give the article as it is now, with everything that was done."""
        changes = tuple(map(_named, compose(self._raw, *self._rounds)))
        repairs = (*self._made, *self._offered.values())
        return Mended(self.article.text, changes, tuple(self._findings), repairs)


def _outside(lint: Lint, code: Sequence[str], articles: Sequence[Article]) -> list[Finding]:
    """Findings but for warnings about what stands in code that was put in: rules for prose do not judge code.

    One with a safe fix counts, since the next run would make it.
    """
    found = list(lint(articles))
    spans = [(start, start + len(text)) for text in code if (start := articles[0].text.find(text)) >= 0]
    return [
        finding
        for finding in found
        if finding.level != "warning"
        or (finding.fix and finding.fix.safety == "safe")
        or not any(start <= finding.span.start and finding.span.end <= end for start, end in spans)
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
