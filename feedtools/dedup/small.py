"""The deduplicator for a handful of texts, without numpy: a commit hook's start-up costs more than its dozen articles.

Same keys, same edges, same verification as ``feedtools.dedup.batch``, which takes over beyond ``FEW`` texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup.candidates import CLOSE, CROWD, edges, worth
from feedtools.dedup.rest import REST
from feedtools.dedup.sketch import shingles
from feedtools.model import COPIES, Cluster, Match, text_number

if TYPE_CHECKING:
    from feedtools.dedup.slots import FrameSlot
    from feedtools.dedup.versions import Versions

ROUNDS = 8
"""Times that what is left is compared again (``batch.ROUNDS``)."""
FEW = 96
"""Texts up to which this costs less than importing numpy."""
TEXTS_PER_PART = 2**16
"""Keys of a text that are looked at together."""


class _Document(NamedTuple):
    number: int
    text: str
    symbols: str
    keys: Sequence[int]
    head: int | None


class SmallResult(NamedTuple):
    """Clusters and matches, as the batch deduplicator gives them; matches are without evidence."""

    clusters: tuple[Cluster, ...] = ()
    matches: tuple[Match, ...] = ()


def clusters(texts: Sequence[str]) -> tuple[Cluster, ...]:
    """The clusters that ``feedtools.dedup.batch.dedup(texts)`` finds, without evidence."""
    return dedup(texts).clusters


def dedup(texts: Sequence[str], *, rest: int = REST, versions: Versions | None = None) -> SmallResult:
    """Find what ``feedtools.dedup.batch.dedup`` finds with the same arguments, without evidence."""
    first: dict[str, int] = {}
    exact = [
        Match(number, first[text], "exact", 1.0, 1.0, 1.0)
        for number, text in enumerate(texts)
        if first.setdefault(text, number) != number
    ]
    documents = _ranked(_document(number, text) for text, number in first.items())
    pairs = list(_candidates(documents))
    if not exact and not pairs:  # a clean transmission needs nothing that verifies
        return SmallResult()
    return _resolved(documents, exact, pairs, rest, versions)


def _resolved(
    documents: Sequence[_Document],
    exact: list[Match],
    pairs: list[tuple[_Document, _Document]],
    rest: int,
    versions: Versions | None,
) -> SmallResult:
    """Compare pairs and choose; and again what is left, until no copy is found among it."""
    from feedtools.dedup import cluster, series
    from feedtools.dedup.keeper import Order, damage

    by_number = {it.number: it for it in documents}
    sizes = {it.number: len(it.symbols) for it in documents} | {m.a: len(by_number[m.b].symbols) for m in exact}
    text = {it.number: it.text for it in documents} | {m.a: by_number[m.b].text for m in exact}
    age = versions.order(int) if versions is not None else None
    order = Order(sizes.__getitem__, lambda number: damage(text[number]), int, age)
    tried: set[frozenset[int]] = set()
    found = list(_compared(pairs))
    for rounds_left in range(ROUNDS, -1, -1):
        told = series.told_apart(found)
        if versions is not None:
            told = versions.told(told, int)
        made = cluster.clusters([*exact, *told], order, rest)
        wanted = _untried(found, made) | _of_one_partner(told, documents) if rounds_left else set()
        fresh = sorted(wanted.difference(tried, (frozenset((match.a, match.b)) for match, _ in found)), key=sorted)
        if not fresh:
            break
        tried.update(fresh)
        found += _compared([by_number[number] for number in pair] for pair in map(sorted, fresh))
    return SmallResult(made, tuple(sorted([*exact, *told])))


def _compared(pairs: Iterable[Iterable[_Document]]) -> Iterator[tuple[Match, Sequence[FrameSlot]]]:
    from feedtools.dedup.document import Document
    from feedtools.dedup.match import compare

    for pair in pairs:
        made = compare(*(Document.of(it.number, it.text, it.symbols) for it in pair))
        if made is not None:
            yield made.match, made.slots


def _untried(found: Iterable[tuple[Match, Sequence[FrameSlot]]], made: Iterable[Cluster]) -> set[frozenset[int]]:
    """The pairs of kept documents that may be copies although they were never compared (``batch``)."""
    homes = {number: one.keep for one in made for number in one.drop}
    pairs = {frozenset((match.a, match.b)) for match, _ in found if match.kind != "overlap"}
    fresh = set[frozenset[int]]()
    for pair in pairs:
        one, other = pair
        for gone, kept in ((one, other), (other, one)):
            if gone in homes and kept not in homes and homes[gone] != kept:
                fresh.add(frozenset((kept, homes[gone])))
    return fresh


def _of_one_partner(told: Iterable[Match], documents: Sequence[_Document]) -> set[frozenset[int]]:
    """The pairs that match one document and may match each other, although no copies tie them (``batch``)."""
    from feedtools.dedup.cluster import Sets

    place = {it.number: at for at, it in enumerate(documents)}
    sets, partners = Sets(), defaultdict[int, set[int]](set)
    for match in told:
        if match.kind != "overlap":
            partners[match.a].add(place[match.b])
            partners[match.b].add(place[match.a])
        if match.kind in COPIES:
            sets.union(match.a, match.b)
    linked = {edge for some in partners.values() for edge in edges(sorted(some), CROWD, CLOSE)}
    pairs = ((documents[low].number, documents[high].number) for low, high in linked)
    return {frozenset(pair) for pair in pairs if sets.find(pair[0]) != sets.find(pair[1])}


def _document(number: int, text: str) -> _Document:
    return _Document(number, text, *shingles(text))


def _ranked(documents: Iterable[_Document]) -> list[_Document]:
    """Longest first, then by their keys, and those of the same symbols by their raw texts."""

    def by_symbols(it: _Document) -> tuple[int, int, int]:
        return -len(it.symbols), it.head or 0, sum(it.keys) & (1 << 64) - 1

    ranked = []
    for _, group in groupby(sorted(documents, key=by_symbols), key=by_symbols):
        tied = list(group)
        if len(tied) > 1 and (tied[0].keys or tied[0].head):
            tied.sort(key=lambda it: text_number(it.text))
        ranked += tied
    return ranked


def _candidates(documents: Sequence[_Document]) -> Iterator[tuple[_Document, _Document]]:
    """Pairs worth verifying, the longer first; star and chain edges in every bucket."""
    buckets: defaultdict[int, list[int]] = defaultdict(list)
    heads: defaultdict[int, list[int]] = defaultdict(list)
    ordered = sorted(chain.from_iterable(_thinned(document.keys) for document in documents))
    again = {key for key, following in pairwise(ordered) if key == following}  # a bucket takes twenty times a key
    del ordered
    for place, document in enumerate(documents):
        for key in again.intersection(document.keys):
            buckets[key].append(place)
        if document.head is not None:
            heads[document.head].append(place)

    def least(edge: tuple[int, int]) -> int:
        return min(len(documents[edge[0]].keys), len(documents[edge[1]].keys))

    shared = Counter(edge for bucket in buckets.values() for edge in edges(bucket))
    pairs = {edge for edge, count in shared.items() if worth(count, least(edge))}
    pairs.update(edge for bucket in heads.values() for edge in edges(bucket) if worth(0, least(edge), same_head=True))
    for low, high in sorted(pairs):
        yield documents[low], documents[high]


def _thinned(keys: Sequence[int]) -> Iterator[int]:
    """Keys without most repetitions: a text of ``A1`` alone has one for each letter, and a number takes 40 bytes."""
    for start in range(0, len(keys), TEXTS_PER_PART):
        yield from set(keys[start : start + TEXTS_PER_PART])
