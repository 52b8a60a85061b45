"""The deduplicator for a handful of texts, without numpy: a commit hook's start-up costs more than its dozen articles.

Same keys, same edges, same verification as ``feedtools.dedup.batch``, which takes over beyond ``FEW`` texts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import NamedTuple

from feedtools.dedup.candidates import edges, worth
from feedtools.dedup.sketch import grams
from feedtools.model import Cluster, Match, text_number

FEW = 96
"""Texts up to which this costs less than importing numpy."""
PORTION = 2**16
"""Keys of a text that are looked at together."""


class _Document(NamedTuple):
    number: int
    text: str
    symbols: str
    keys: Sequence[int]
    head: int | None


def clusters(texts: Sequence[str]) -> tuple[Cluster, ...]:
    """The clusters that ``feedtools.dedup.batch.dedup(texts)`` finds, without evidence."""
    first: dict[str, int] = {}
    exact = [
        Match(number, first[text], "exact", 1.0, 1.0, 1.0)
        for number, text in enumerate(texts)
        if first.setdefault(text, number) != number
    ]
    documents = _ranked(_document(number, text) for text, number in first.items())
    pairs = list(_candidates(documents))
    if not exact and not pairs:  # a clean transmission needs nothing that verifies
        return ()
    from feedtools.dedup import cluster, match
    from feedtools.dedup.keeper import Order, damage

    found = [
        verified
        for b, a in pairs
        if (verified := match.match_symbols(a.symbols, b.symbols, a.text, b.text, a.number, b.number)) is not None
    ]
    sizes = {it.text: len(it.symbols) for it in documents}
    order = Order(lambda number: sizes[texts[number]], lambda number: damage(texts[number]), int)
    return cluster.clusters([*exact, *found], order.first)


def _document(number: int, text: str) -> _Document:
    return _Document(number, text, *grams(text))


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
    for start in range(0, len(keys), PORTION):
        yield from set(keys[start : start + PORTION])
