"""What a damaged article gets back from its siblings and from originals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.api.copies import Copies, words
from feedtools.api.spool import CLEAR, Note, Texts, plain
from feedtools.api.stores import Stores
from feedtools.checks.base import Evidence
from feedtools.decide import Policy, permitted
from feedtools.fix import UNSAFE, Change, compose, stable_fix
from feedtools.lint import lint
from feedtools.model import Article, Finding, Fix, Span
from feedtools.readers.frames import fits
from feedtools.rules import Rule

if TYPE_CHECKING:
    from feedtools.restore import Restoration, Sibling

TURNS = 4
"""Times an article is restored again from its siblings, since one repair can make the context of another agree."""


class Work(NamedTuple):
    """One damaged article and what may repair it.

    Attributes:
        number: of the article.
        form: format of its file.
        dropped: numbers of its copies that are dropped.
    """

    number: int
    form: str
    dropped: tuple[int, ...]


def damaged(
    marks: Sequence[int], forms: Iterable[str], copies: Copies, policy: Policy, stores: Stores
) -> Iterator[Work]:
    """The articles that may be repaired: they have findings, are not dropped, and there is somewhere to look.

    Args:
        marks: of every article (see ``survey.mark``).
        forms: format of the file of every article.
        copies: who stands for whom.
        policy: what becomes of copies.
        stores: where else siblings may be.
    """
    from feedtools.restore import SIBLINGS

    for number, (marked, form) in enumerate(zip(marks, forms, strict=True)):
        if not marked or (number in copies.standing and policy.kinds[copies.standing.kind(number)] == "drop"):
            continue
        dropped = copies.dropped(number)[:SIBLINGS]
        if dropped or stores:
            yield Work(number, form, dropped)


def mend(
    works: Sequence[Work], texts: Texts, stores: Stores, rules: Sequence[Rule], evidence: Evidence, policy: Policy
) -> list[tuple[int, Note]]:
    """Restore some articles; the changes of the notes are against what they read after their fixes."""
    from feedtools.restore import Sibling

    done = []
    for work in works:
        article = Article(*texts.place(work.number), texts[work.number])
        # Those that a later run will see again come first.
        groups = [
            stores.siblings(article.text),
            [Sibling(texts[other], texts.place(other)) for other in work.dropped],
        ]
        done.append((work.number, _mended(article, work.form, groups, rules, evidence, policy)))
    return done


def _mended(
    article: Article,
    form: str,
    groups: Sequence[Sequence[Sibling]],
    rules: Sequence[Rule],
    evidence: Evidence,
    policy: Policy,
) -> Note:
    """Restore one article.

    A repair that brings an error or a warning is not made. The groups are asked in turn until neither has anything more
    to give, so that a later run, which has the first group alone, finds nothing to do.
    """
    from feedtools.restore import restore

    raw = article.text
    if not any(groups):
        return CLEAR

    def findings_in(some: Sequence[Article]) -> list[Finding]:
        return [permitted(finding, policy) for finding in lint(some, rules, evidence).findings]

    findings: list[Finding] = []
    rounds: list[tuple[Change, ...]] = []
    made: list[dict[str, Any]] = []
    offered: dict[tuple[object, ...], dict[str, Any]] = {}
    refused: set[tuple[object, ...]] = set()
    quiet = 0
    for siblings in [*groups] * TURNS:
        quiet += 1
        if quiet > len(groups):
            break
        found = restore(article.text, siblings) if siblings else []
        offered |= {_key(article.text, one): _as_entry(one, rounds) for one in found if one.safety != "safe"}
        claims = _claims(one for one in found if one.safety == "safe" and _key(article.text, one) not in refused)
        if not claims:
            continue
        findings = findings if rounds else findings_in([article])
        claimed = [_as_finding(claim, one, article) for claim, one in claims.items()]
        fixed = stable_fix([article], findings_in, UNSAFE, [*findings, *claimed], ("error", "warning"))[0]
        done = {by for change in fixed.changes for by in change.by} if fits(form, fixed.text) else set()
        refused |= {_key(article.text, one) for claim, one in claims.items() if claim not in done}
        if done:
            made += [_as_entry(one, rounds) for claim, one in claims.items() if claim in done]
            rounds.append(fixed.changes)
            quiet = 0
            article = article._replace(text=fixed.text)
            findings = [finding for finding in fixed.findings if finding.rule not in claims]
    changes = tuple(map(_named, compose(raw, *rounds)))
    return Note(changes, tuple(map(plain, findings)), (*made, *offered.values()))


def _claims(found: Iterable[Restoration]) -> dict[str, Restoration]:
    """Repairs by a name of their own each: a number and what the manifest says of them."""
    return {f"{n}#restored {one.kind} from {words(one.source)}": one for n, one in enumerate(found)}


def _named(change: Change) -> Change:
    """The change without the numbers of ``_claims``; a rule's code never begins with a digit."""
    names = (by.split("#", 1)[1] if by[0].isdigit() else by for by in change.by)
    return change._replace(by=tuple(dict.fromkeys(names)))


def _key(text: str, one: Restoration) -> tuple[object, ...]:
    """A repair's identity in a text whose offsets move."""
    return one.kind, one.edit.text, text[max(0, one.edit.start - 8) : one.edit.end + 8]


def _as_finding(claim: str, one: Restoration, article: Article) -> Finding:
    span = Span(one.edit.start, one.edit.end)
    return Finding(claim, "restoration", "note", "high", article, span, one.reason, Fix((one.edit,), "safe"))


def _as_entry(one: Restoration, rounds: Sequence[object]) -> dict[str, Any]:
    """As the manifest shows it; the offsets are those of the article after its fixes where ``turn`` is 0."""
    return {**one._asdict(), "edit": one.edit._asdict(), "source": one.source._asdict(), "turn": len(rounds)}
