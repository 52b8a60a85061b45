"""Give a damaged article back what its siblings have: repairs that bring no other harm, until there are no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.lint.fix import UNSAFE, Change, compose, stable_fix
from feedtools.model import Article, Finding, Fix, Place, Span

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.tables import Command
    from feedtools.restore import Restoration, Sibling

    Lint = Callable[[Sequence[Article]], Sequence[Finding]]

TURNS = 4
"""Times an article is restored again from its siblings, since one repair can make the context of another agree."""
RESTORED = "restored "
"""What the names of repairs begin with where changes say by what they were made."""


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
    from feedtools.restore.judge import sound

    raw, findings = article.text, list[Finding]()
    rounds: list[tuple[Change, ...]] = []
    made: list[dict[str, Any]] = []
    offered: dict[tuple[object, ...], dict[str, Any]] = {}
    refused: set[tuple[object, ...]] = set()
    code: list[str] = []
    quiet = 0
    for siblings in [*groups] * TURNS:
        quiet += 1
        if quiet > len(groups):
            break
        found = restore(article.text, siblings, macros) if siblings else []
        offered |= {_key(article.text, one): _as_entry(one, rounds) for one in found if one.safety != "safe"}
        safe = (one for one in found if one.safety == "safe" and _key(article.text, one) not in refused)
        claims = {f"{n}#{RESTORED}{one.kind} from {words(one.source)}": one for n, one in enumerate(safe)}
        if not claims:
            continue
        findings = findings if rounds else list(lint([article]))
        claimed = [_as_finding(claim, one, article) for claim, one in claims.items()]
        code += [one.edit.text for one in claims.values() if one.kind == "placeholder" and not sound(one.edit.text)]
        lenient = partial(_outside, lint, tuple(code))
        fixed = stable_fix([article], lenient, UNSAFE, [*findings, *claimed], ("error", "warning"))[0]
        done = {by for change in fixed.changes for by in change.by} if fits(fixed.text) else set()
        refused |= {_key(article.text, one) for claim, one in claims.items() if claim not in done}
        if done:
            made += [_as_entry(one, rounds) for claim, one in claims.items() if claim in done]
            rounds.append(fixed.changes)
            quiet = 0
            article = article._replace(text=fixed.text)
            findings = [finding for finding in fixed.findings if finding.rule not in claims]
            findings = list(lint([article])) if code else findings
    changes = tuple(map(_named, compose(raw, *rounds)))
    return Mended(article.text, changes, tuple(findings), (*made, *offered.values()))


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
