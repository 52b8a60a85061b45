"""The deduplicator: a list of texts to clusters and matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools import cluster, join, kernel, match
from feedtools.model import Match
from feedtools.sketch import FEW_KEYS, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from feedtools.model import Cluster

    Ints = NDArray[np.int64]


class Result(NamedTuple):
    """What was found; documents are named by their number in the input.

    Attributes:
        clusters: ascending by the number of the kept copy.
        matches: all matches, ``overlap`` included, ascending.
    """

    clusters: tuple[Cluster, ...]
    matches: tuple[Match, ...]


class _Documents(NamedTuple):
    """Distinct texts, numbered longest first by an order that does not depend on the input order.

    Attributes:
        lengths: symbols of each text, in input order.
        ranking: position in the input of the documents in their order; ``words`` and ``heads`` use the latter.
        sizes: keys of each document, in that order.
    """

    parts: list[kernel.Sketches]
    lengths: Ints
    ranking: Ints
    words: NDArray[np.uint64]
    heads: NDArray[np.uint64]
    sizes: Ints
    bits: int


def dedup(
    texts: Sequence[str], *, jobs: int = 1, places: Sequence[Any] | None = None, evidence: bool = False
) -> Result:
    """Find which of ``texts`` are copies, renderings, cuts, parts or edits of one another.

    The result depends neither on the order of ``texts`` (but for the numbers in it), nor on ``jobs``.

    Args:
        texts: raw articles.
        jobs: processes to use.
        places: a sortable, unique place for each text, by which the earlier of two equal copies is kept; by default
            its number.
        evidence: fill in ``Match.evidence`` (aligned raw spans), at some 0.1 ms a match.
    """
    del jobs
    order = range(len(texts)) if places is None else _ranks(places)
    exact, firsts = _collapse(texts, order)
    found: list[Match] = []
    sizes: dict[int, int] = {}
    if firsts:
        kept = [texts[i] for i in firsts]
        documents = _sketch(kept, np.array([order[i] for i in firsts]))
        found = list(_verify(documents, kept, firsts))
        sizes = dict(zip(firsts, documents.lengths.tolist(), strict=True))
    if evidence:
        found = [match.explain(m, texts[m.a], texts[m.b]) for m in found]
        exact = [match.explain(m, texts[m.a], texts[m.b]) for m in exact]
    matches = sorted([*exact, *found])
    first_of = {m.a: m.b for m in exact}

    def keeper(members: list[int]) -> int:
        size = {i: sizes[first_of.get(i, i)] for i in members}
        most = max(size.values())
        longest = [i for i in members if size[i] == most]
        return longest[0] if len(longest) == 1 else min(longest, key=lambda i: (match.damage(texts[i]), order[i]))

    return Result(cluster.clusters(matches, keeper), tuple(matches))


def _ranks(places: Sequence[Any]) -> list[int]:
    ranks = [0] * len(places)
    for rank, i in enumerate(sorted(range(len(places)), key=places.__getitem__)):
        ranks[i] = rank
    return ranks


def _collapse(texts: Sequence[str], order: Sequence[int]) -> tuple[list[Match], list[int]]:
    """Exact copies as matches with the earliest of them, and the numbers of the earliest."""
    first: dict[str, int] = {}
    by_place = sorted(range(len(texts)), key=order.__getitem__)
    copies = [i for i in by_place if first.setdefault(texts[i], i) != i]
    return [Match(i, first[texts[i]], "exact", 1.0, 1.0, 1.0) for i in copies], list(first.values())


def _sketch(texts: list[str], place: Ints) -> _Documents:
    parts = [kernel.sketch_block(block) for block in kernel.blocks(texts)]
    sizes = np.concatenate([np.diff(part.key_bounds) for part in parts])
    heads = np.concatenate([part.heads for part in parts])
    lengths = np.concatenate([np.diff(part.bounds) for part in parts])
    content = np.concatenate([_content(part) for part in parts])
    ranking = np.lexsort((place, content, heads, -lengths))
    rank = np.empty(len(ranking), np.uint64)
    rank[ranking] = np.arange(len(rank), dtype=np.uint64)
    bits = max(1, len(texts).bit_length())
    words = np.empty(int(sizes.sum()), np.uint64)
    first = at = 0
    for part in parts:  # in pieces that stay in the cache
        last = first + len(part.heads)
        numbers = np.repeat(rank[first:last], sizes[first:last])
        words[at : at + len(numbers)] = join.pack(part.keys, numbers, bits, 3)
        first, at = last, at + len(numbers)
    bare = [part._replace(keys=part.keys[:0]) for part in parts]
    return _Documents(bare, lengths, ranking, words, heads[ranking], sizes[ranking], bits)


def _content(part: kernel.Sketches) -> NDArray[np.uint64]:
    """A number for each text that depends on its symbols alone: the sum of its keys."""
    sums = np.zeros(len(part.keys) + 1, np.uint64)
    np.cumsum(part.keys, out=sums[1:])
    return np.diff(sums[part.key_bounds])


def _candidates(documents: _Documents) -> tuple[list[int], list[int]]:
    """Pairs worth verifying, in ascending order: positions of the longer documents and of the others."""
    low, high, shared = join.counted(join.edges(documents.words, documents.bits))
    enough = shared >= SHARED * np.minimum(documents.sizes[low], documents.sizes[high])
    by_keys = low[enough] << 32 | high[enough]
    with_head = np.flatnonzero(documents.heads)
    words = join.pack(documents.heads[with_head], with_head.astype(np.uint64), documents.bits, 0)
    low, high, _ = join.counted(join.edges(words, documents.bits))
    few = np.minimum(documents.sizes[low], documents.sizes[high]) < FEW_KEYS
    pairs = np.union1d(by_keys, low[few] << 32 | high[few])
    ranking = documents.ranking
    return ranking[pairs >> 32].tolist(), ranking[pairs & 0xFFFFFFFF].tolist()


def _verify(documents: _Documents, texts: list[str], numbers: list[int]) -> Iterator[Match]:
    longer, shorter = _candidates(documents)
    symbols = _strings(documents.parts, {*longer, *shorter})
    for b, a in zip(longer, shorter, strict=True):
        found = match.match_symbols(symbols[a], symbols[b], texts[a], texts[b], numbers[a], numbers[b])
        if found is not None:
            yield found


def _strings(parts: list[kernel.Sketches], wanted: set[int]) -> dict[int, str]:
    """Symbols of the ``wanted`` documents as strings."""
    found: dict[int, str] = {}
    first = 0
    for part in parts:
        joined = kernel.string(part.symbols)
        ends = part.bounds.tolist()
        for i in range(len(ends) - 1):
            if first + i in wanted:
                found[first + i] = joined[ends[i] : ends[i + 1]]
        first += len(ends) - 1
    return found
