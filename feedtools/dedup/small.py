"""The deduplicator for a handful of texts, without numpy: a commit hook's start-up costs more than its dozen articles.

Same keys, same edges, same verification as ``feedtools.dedup.batch``, which takes over beyond ``FEW`` texts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, count, groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup.candidates import REST, edges, worth
from feedtools.dedup.sketch import shingles
from feedtools.model import Cluster, Match, text_number

if TYPE_CHECKING:
    from feedtools.dedup.series import Compared
    from feedtools.dedup.versions import Versions

FEW = 96
"""Texts up to which this costs less than importing numpy."""
KEYS_PER_PART = 2**16
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


def dedup(texts: Sequence[str], *, rest: int = REST, versions: "Versions | None" = None) -> SmallResult:
    """Find what ``feedtools.dedup.batch.dedup`` finds with the same arguments, without evidence."""
    first: dict[str, int] = {}
    copies = [(number, first[text]) for number, text in enumerate(texts) if first.setdefault(text, number) != number]
    if copies and versions is not None:
        copies = versions.repeated(copies, int)
    exact = [Match(number, kept, "exact", 1.0, 1.0, 1.0) for number, kept in copies]
    gone = {number for number, _ in copies}
    documents = _ranked(_document(number, text) for number, text in enumerate(texts) if number not in gone)
    pairs = list(_candidates(documents))
    if not exact and not pairs:  # a clean transmission needs nothing that verifies
        return SmallResult()
    return _resolved(documents, exact, pairs, rest, versions)


def _resolved(
    documents: Sequence[_Document],
    exact: list[Match],
    pairs: list[tuple[_Document, _Document]],
    rest: int,
    versions: "Versions | None",
) -> SmallResult:
    """Compare pairs and choose; and again what is left, until no copy is found among it."""
    from feedtools.dedup.keeper import Order, damage
    from feedtools.dedup.resolve import Choice, resolve

    by_number = {it.number: it for it in documents}
    sizes = {it.number: len(it.symbols) for it in documents} | {m.a: len(by_number[m.b].symbols) for m in exact}
    text = {it.number: it.text for it in documents} | {m.a: by_number[m.b].text for m in exact}
    age = versions.order(int) if versions is not None else None
    order = Order(sizes.__getitem__, lambda number: damage(text[number]), int, age)
    rank = {it.number: place for place, it in enumerate(documents)}
    told = None if versions is None else partial(versions.told, place=int)

    def compared(some: Iterable[tuple[int, int]]) -> "Iterator[Compared]":
        return _compared((by_number[one], by_number[other]) for one, other in some)

    made = resolve(_compared(pairs), exact, Choice(order, rank.__getitem__, rest, told), compared)
    return SmallResult(made.clusters, tuple(sorted([*exact, *made.matches])))


def _compared(pairs: Iterable[tuple[_Document, _Document]]) -> "Iterator[Compared]":
    from feedtools.dedup.document import Document
    from feedtools.dedup.match import compare

    for pair in pairs:
        one, other = (Document.of(it.number, it.text, it.symbols) for it in pair)
        made = compare(one, other)
        if made is not None:
            yield made.match, made.slots


def longest_first(texts: Iterable[str]) -> dict[str, int]:
    """The place of each of some different texts in the order of the join."""
    return {it.text: place for place, it in enumerate(_ranked(map(_document, count(), texts)))}


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
    for start in range(0, len(keys), KEYS_PER_PART):
        yield from set(keys[start : start + KEYS_PER_PART])
