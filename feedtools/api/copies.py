"""Who stands for whom: copies among the articles and of what was published, and which of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, overload

from feedtools.api.spool import Texts
from feedtools.config import Config
from feedtools.decide import Policy, Standing, standings
from feedtools.duplicates import RULES, describe
from feedtools.index.query import find
from feedtools.index.store import Store
from feedtools.match import explain
from feedtools.model import Cluster, Match, Place
from feedtools.rules import Rule

IN_MEMORY = 100_000
"""Articles up to which everything about them is held in memory."""
STAND_IN = 0.5
"""Least share of a damaged copy that a whole one must cover to be published in its place."""
ROUNDS = 8
"""Times that what is left is compared again; a second time finds a copy or two in ten thousand, a third none."""


class Copies(NamedTuple):
    """Copies by number, the places of those that stand for them, and the clusters they were found in."""

    standing: dict[int, Standing]
    places: dict[int, Place]
    clusters: tuple[Cluster, ...] = ()


def find_copies(
    texts: Sequence[str], rules: Sequence[Rule], jobs: int, place: Callable[[int], Place], spill: Path
) -> Copies:
    """The copies among some articles.

    Args:
        texts: by number.
        rules: the selected rules; kinds of copies whose rule is not among them are left alone.
        jobs: processes to use.
        place: of a number.
        spill: folder for what many texts need and memory should not hold.
    """
    selected = {rule.id for rule in rules if rule.scope == "feed"}
    if not selected:
        return Copies({}, {})
    from feedtools.dedup import dedup

    if len(texts) > IN_MEMORY:
        spill.mkdir(exist_ok=True)
    result = dedup(texts, jobs=jobs or None, spill=spill if len(texts) > IN_MEMORY else None)
    found = standings(result.clusters, selected)
    return Copies(found, {one.number: place(one.number) for one in found.values()}, result.clusters)


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
            if RULES.get(copy.match.kind) in selected:
                stand_in = -1 - copy.document.number
                copies.standing[number] = Standing(stand_in, _numbered(copy.match, number, stand_in))
                copies.places[stand_in] = place


def _numbered(match: Match, number: int, other: int) -> Match:
    """A match of 0 (the article) and 1 (the published one) under the numbers of the run."""
    numbers = (number, other)
    return match._replace(a=numbers[match.a], b=numbers[match.b])


def how(number: int, standing: Standing, copies: Copies, texts: Texts) -> str:
    """In words, what an article is to the copy that stands for it.

    Args:
        number: of the article.
        standing: of the article.
        copies: all of them.
        texts: of all articles.
    """
    match = standing.match
    other = match.b if match.a == number else match.a
    if match.kind in {"truncated", "contained"} and not match.evidence and other >= 0:
        match = explain(match, texts[match.a], texts[match.b])
    place = texts.place(other) if other >= 0 else copies.places[other]
    said = describe(match, number, words(place))
    return said if other == standing.number else f"{said}; {words(copies.places[standing.number])} stands for both"


def replace_held(copies: Copies, held: Callable[[int], int], texts: Texts, policy: Policy) -> dict[int, int]:
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
            copies.standing[number] = copies.standing[number]._replace(number=best)
    return replaced


def _covers(standing: Standing, keep: int) -> bool:
    match = standing.match
    share = match.coverage_a if match.a == keep else match.coverage_b if match.b == keep else 0.0
    return share >= STAND_IN


class _Places:
    """The places of some of the texts."""

    def __init__(self, texts: Texts, numbers: Sequence[int]) -> None:
        self._texts, self._numbers = texts, numbers

    def __getitem__(self, index: int) -> Place:
        return self._texts.place(self._numbers[index])


class _Subset(Sequence[str]):
    """Some of the texts, in their order, with others in the place of a few."""

    def __init__(self, texts: Texts, numbers: Sequence[int], instead: Mapping[int, str]) -> None:
        self._texts, self._numbers, self._instead = texts, numbers, instead

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = self._numbers[index]
        return self._instead[number] if number in self._instead else self._texts[number]


def settle(
    copies: Copies,
    texts: Texts,
    held: Callable[[int], int],
    repaired: Mapping[int, str],
    rules: Sequence[Rule],
    config: Config,
    spill: Path,
) -> Copies:
    """Compare what is to be published again until no copy is among it, as a run over the output would.

    The comparison looks at part of all pairs, and at which depends on the other articles; a restored article may also
    have become the copy of another.

    Args:
        copies: found so far.
        texts: of all articles after their fixes.
        held: whether an article is held.
        repaired: texts after restoration, where there was one.
        rules: the selected rules.
        config: ``config.clean`` says what becomes of copies.
        spill: as in ``find_copies``.
    """
    kinds = config.clean.kinds
    standing, places, clusters = dict(copies.standing), dict(copies.places), list(copies.clusters)
    for _ in range(ROUNDS):
        gone = {number for number, one in standing.items() if kinds[one.match.kind] != "keep"}
        left = [number for number in range(len(texts)) if number not in gone and not held(number)]
        again = find_copies(_Subset(texts, left, repaired), rules, config.jobs, _Places(texts, left).__getitem__, spill)
        fresh = {left[i]: one for i, one in again.standing.items() if left[i] not in standing}
        if not any(kinds[one.match.kind] != "keep" for one in fresh.values()):
            break
        standing |= {number: Standing(left[one.number], _mapped(one.match, left)) for number, one in fresh.items()}
        places |= {left[i]: place for i, place in again.places.items()}
        clusters += (_renumbered(cluster, left) for cluster in again.clusters)
    for number, one in standing.items():
        last = one
        while last.number in standing and kinds[standing[last.number].match.kind] != "keep":
            last = standing[last.number]
        if last is not one:
            standing[number] = one._replace(number=last.number)
    return Copies(standing, places, tuple(clusters))


def _mapped(match: Match, numbers: Sequence[int]) -> Match:
    return match._replace(a=numbers[match.a], b=numbers[match.b])


def _renumbered(cluster: Cluster, numbers: Sequence[int]) -> Cluster:
    matches = tuple(_mapped(match, numbers) for match in cluster.matches)
    return Cluster(numbers[cluster.keep], tuple(numbers[i] for i in cluster.drop), matches)
