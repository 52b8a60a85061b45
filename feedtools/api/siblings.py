"""Who stands for whom, and what a damaged article gets back from its siblings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.api.spool import Note, Texts, plain
from feedtools.api.survey import permitted
from feedtools.checks.base import Evidence
from feedtools.config import Config
from feedtools.decide import Policy, Standing, standings
from feedtools.errors import FeedtoolsError
from feedtools.fix import UNSAFE, Change, compose, stable_fix
from feedtools.index.query import find
from feedtools.index.store import Store
from feedtools.lint import lint
from feedtools.model import Article, Cluster, Finding, Fix, Place, Span
from feedtools.readers.frames import fits
from feedtools.rules import Rule

if TYPE_CHECKING:
    from feedtools.restore import Restoration

STAND_IN = 0.5
"""Least share of a damaged copy that a whole one must cover to be published in its place."""
TURNS = 4
"""Times an article is restored again from its siblings, since one repair can make the context of another agree."""


class Copies(NamedTuple):
    """Copies by number, the places of those that stand for them, and the clusters they were found in."""

    standing: dict[int, Standing]
    places: dict[int, Place]
    clusters: tuple[Cluster, ...] = ()


class Work(NamedTuple):
    """One damaged article and what may repair it.

    Attributes:
        number: of the article.
        form: format of its file.
        place: where it stands.
        text: as it reads after its fixes.
        groups: siblings (text, path, line): those that a later run will see again, and the copies that are dropped.
    """

    number: int
    form: str
    place: Place
    text: str
    groups: tuple[tuple[tuple[str, str, int], ...], ...]


def find_copies(texts: Texts, rules: Sequence[Rule], jobs: int) -> Copies:
    """The copies among the articles."""
    selected = {rule.id for rule in rules if rule.scope == "feed"}
    if not selected:
        return Copies({}, {})
    from feedtools.dedup import dedup

    result = dedup(texts, jobs=jobs, evidence=True)
    found = standings(result.clusters, selected, lambda number: words(texts.place(number)))
    return Copies(found, {one.number: texts.place(one.number) for one in found.values()}, result.clusters)


def words(place: Place) -> str:
    """A place as messages name it."""
    return f"{place.path}:{place.line}"


def add_published(copies: Copies, texts: Texts, store: Store, rules: Sequence[Rule], own: frozenset[str]) -> None:
    """Let published articles stand for those that repeat them; their numbers are below zero.

    Args:
        copies: found among the articles; changed in place.
        texts: of all articles.
        store: what was published.
        rules: the selected rules.
        own: sources in the store that are the input itself.
    """
    selected = {rule.id for rule in rules if rule.scope == "feed"}
    for number, text in enumerate(texts):
        if number in copies.standing:
            continue
        for copy in find(store, [text], own=own)[0][:1]:
            place = Place(copy.document.source, copy.document.line)
            cluster = Cluster(1, (0,), (copy.match,))
            for one in standings([cluster], selected, lambda _, place=place: words(place)).values():  # type: ignore[misc]
                stand_in = -1 - copy.document.number
                copies.standing[number] = one._replace(number=stand_in)
                copies.places[stand_in] = place


def replace_held(copies: Copies, held: Callable[[int], bool], texts: Texts, policy: Policy) -> dict[int, int]:
    """Where a copy that is to be kept would be held and another one would not, let that one stand for the cluster.

    Args:
        copies: changed in place.
        held: whether an article has findings that hold it.
        texts: of all articles.
        policy: what becomes of copies.

    Returns:
        Number of the damaged article to that of the one published in its place.
    """
    replaced: dict[int, int] = {}
    for cluster in copies.clusters:
        if not held(cluster.keep) or cluster.keep in copies.standing:
            continue
        whole = [number for number in cluster.drop if number in copies.standing and not held(number)]
        whole = [number for number in whole if _covers(copies.standing[number], cluster.keep)]
        whole = [number for number in whole if policy.kinds[copies.standing[number].match.kind] == "drop"]
        if not whole:
            continue
        best = min(whole, key=lambda number: (-len(texts[number]), number))
        replaced[cluster.keep] = best
        others = tuple(number for number in cluster.drop if number in copies.standing and number != best)
        del copies.standing[best]
        copies.places[best] = texts.place(best)
        for number in others:
            copies.standing[number] = copies.standing[number]._replace(
                number=best, how=f"{copies.standing[number].how}, in whose place {words(texts.place(best))} is kept"
            )
    return replaced


def _covers(standing: Standing, keep: int) -> bool:
    match = standing.match
    share = match.coverage_a if match.a == keep else match.coverage_b if match.b == keep else 0.0
    return share >= STAND_IN


def damaged(
    notes: Iterable[tuple[int, str, Note]], texts: Texts, copies: Copies, policy: Policy, originals: Sequence[Store]
) -> Iterator[Work]:
    """The articles that may be repaired: they have findings, are not dropped, and there is somewhere to look.

    Args:
        notes: number, format and note of every article.
        texts: of all articles.
        copies: who stands for whom.
        policy: what becomes of copies.
        originals: stores of originals and of what was published.
    """
    members: dict[int, list[int]] = {}
    for cluster in copies.clusters:
        for number in cluster.drop:
            members.setdefault(cluster.keep, []).append(number)
    for number, form, note in notes:
        standing = copies.standing.get(number)
        if not note.findings or (standing and policy.kinds[standing.match.kind] == "drop"):
            continue
        text = texts[number]
        lasting = tuple(
            (found.document.text, found.document.source, found.document.line)
            for store in originals
            for found in find(store, [text])[0]
        )
        dropped = tuple((texts[other], *texts.place(other)) for other in members.get(number, ()))
        if lasting or dropped:
            yield Work(number, form, texts.place(number), text, (lasting, dropped))


def mend(work: Work, rules: Sequence[Rule], evidence: Evidence, policy: Policy) -> tuple[int, Note]:
    """Restore one article; the changes of the note are against ``work.text``.

    A repair that brings an error or a warning is not made. The groups are asked in turn until neither has anything more
    to give, so that a later run, which has the first group alone, finds nothing to do.
    """
    from feedtools.restore import Sibling, restore

    article = Article(*work.place, work.text)

    def findings_in(some: Sequence[Article]) -> list[Finding]:
        return [permitted(finding, policy) for finding in lint(some, rules, evidence).findings]

    findings = findings_in([article])
    rounds: list[tuple[Change, ...]] = []
    made: list[dict[str, Any]] = []
    offered: dict[tuple[object, ...], dict[str, Any]] = {}
    refused: set[tuple[object, ...]] = set()
    groups = [[Sibling(text, Place(path, line)) for text, path, line in group] for group in work.groups]
    quiet = 0
    for siblings in groups * TURNS:
        quiet += 1
        if quiet > len(groups):
            break
        found = restore(article.text, siblings) if siblings else []
        offered |= {_key(article.text, one): _as_entry(one, rounds) for one in found if one.safety != "safe"}
        claims = {
            f"{number}#restored {one.kind} from {words(one.source)}": one
            for number, one in enumerate(found)
            if one.safety == "safe" and _key(article.text, one) not in refused
        }
        if not claims:
            continue
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
    changes = tuple(
        change._replace(by=tuple(dict.fromkeys(by.rpartition("#")[2] for by in change.by)))
        for change in compose(work.text, *rounds)
    )
    return work.number, Note(changes, tuple(map(plain, findings)), (*made, *offered.values()))


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
