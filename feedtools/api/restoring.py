"""What a damaged article gets back from its siblings and from originals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.api.copies import Copies, words
from feedtools.api.spool import Note, Texts, plain
from feedtools.checks.base import Evidence
from feedtools.config import Config
from feedtools.decide import Policy, permitted
from feedtools.errors import FeedtoolsError
from feedtools.fix import UNSAFE, Change, compose, stable_fix
from feedtools.index.query import find
from feedtools.index.store import Store
from feedtools.lint import lint
from feedtools.model import Article, Finding, Fix, Place, Span
from feedtools.readers.frames import fits
from feedtools.rules import Rule

if TYPE_CHECKING:
    from feedtools.restore import Restoration

TURNS = 4
"""Times an article is restored again from its siblings, since one repair can make the context of another agree."""


class Work(NamedTuple):
    """One damaged article and what may repair it.

    Attributes:
        number: of the article.
        form: format of its file.
        lasting: siblings (text, path, line) that a later run will see again.
        dropped: numbers of the copies that are dropped.
    """

    number: int
    form: str
    lasting: tuple[tuple[str, str, int], ...]
    dropped: tuple[int, ...]


def damaged(
    marks: Sequence[int],
    forms: Iterable[str],
    texts: Texts,
    copies: Copies,
    policy: Policy,
    originals: Sequence[Store],
) -> Iterator[Work]:
    """The articles that may be repaired: they have findings, are not dropped, and there is somewhere to look.

    Args:
        marks: of every article (see ``survey.mark``).
        forms: format of the file of every article.
        texts: of all articles.
        copies: who stands for whom.
        policy: what becomes of copies.
        originals: stores of originals and of what was published.
    """
    from feedtools.restore import SIBLINGS

    for number, (marked, form) in enumerate(zip(marks, forms, strict=True)):
        if not marked or (number in copies.standing and policy.kinds[copies.standing.kind(number)] == "drop"):
            continue
        lasting = tuple(
            (found.document.text, found.document.source, found.document.line)
            for store in originals
            for found in find(store, [texts[number]])[0]
        )
        dropped = copies.dropped(number)[:SIBLINGS]
        if lasting or dropped:
            yield Work(number, form, lasting, dropped)


def mend(
    works: Sequence[Work], texts: Texts, rules: Sequence[Rule], evidence: Evidence, policy: Policy
) -> list[tuple[int, Note]]:
    """Restore some articles; the changes of the notes are against what they read after their fixes."""
    return [(work.number, _mended(work, texts, rules, evidence, policy)) for work in works]


def _mended(work: Work, texts: Texts, rules: Sequence[Rule], evidence: Evidence, policy: Policy) -> Note:
    """Restore one article.

    A repair that brings an error or a warning is not made. The groups are asked in turn until neither has anything more
    to give, so that a later run, which has the first group alone, finds nothing to do.
    """
    from feedtools.restore import Sibling, restore

    raw = texts[work.number]
    article = Article(*texts.place(work.number), raw)

    def findings_in(some: Sequence[Article]) -> list[Finding]:
        return [permitted(finding, policy) for finding in lint(some, rules, evidence).findings]

    findings: list[Finding] = []
    rounds: list[tuple[Change, ...]] = []
    made: list[dict[str, Any]] = []
    offered: dict[tuple[object, ...], dict[str, Any]] = {}
    refused: set[tuple[object, ...]] = set()
    groups = [
        [Sibling(text, Place(path, line)) for text, path, line in work.lasting],
        [Sibling(texts[other], texts.place(other)) for other in work.dropped],
    ]
    quiet = 0
    for siblings in groups * TURNS:
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
        done = {by for change in fixed.changes for by in change.by} if fits(work.form, fixed.text) else set()
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


def read_originals(folder: str, path: Path, config: Config, on_error: Callable[[FeedtoolsError], None]) -> Store:
    """An index of the originals in a folder, made anew at ``path``."""
    from feedtools.api.feed import batches
    from feedtools.index.sqlite import Index
    from feedtools.readers import expand

    path.unlink(missing_ok=True)
    index = Index(path, create=True)
    for file in expand([folder], on_error):
        found = [
            article
            for batch in batches([file], config._replace(input_format=None), on_error)
            for article in batch.articles
        ]
        index.add(found)
    return index
