"""The pairs of a run: candidates by shared keys, each verified on its texts."""

from __future__ import annotations

from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.dedup import join, match, match_batch, match_table
from feedtools.dedup.batch_around import verify_around
from feedtools.dedup.batch_run import in_memory, spread
from feedtools.dedup.candidates import worth
from feedtools.dedup.document_batch import BatchDocument
from feedtools.dedup.evidence import aligned, explain
from feedtools.dedup.match_batch import PAIRS, portions
from feedtools.dedup.sketch_store import Edges
from feedtools.model import text_number
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from feedtools.dedup.batch_run import Distinct, Ints, Run
    from feedtools.dedup.sketch_store import SketchStore
    from feedtools.model import Block

_LARGE = 250_000
"""Documents from which the keys on the disk are joined by several processes."""
_FEW = 4 * PAIRS
"""Pairs for which no processes are made."""


class Compared(NamedTuple):
    """Matches of the pairs that were verified, as arrays.

    Attributes:
        rows: matches as ``match_table.ROW``.
        slots: where their texts differ, as ``match_table.SLOT``.
        evidence: the aligned spans of each row; empty where nobody asked.
    """

    rows: NDArray[Any]
    slots: NDArray[Any]
    evidence: list[tuple[Block, ...]]

    def where(self, wanted: NDArray[np.bool_]) -> Compared:
        """Select matches by a flag each."""
        slots = match_table.of_rows(self.slots, wanted)
        return Compared(self.rows[wanted], slots, list(compress(self.evidence, wanted.tolist())))


class Wanted(NamedTuple):
    """Wishes beside the clusters: overlaps as well, and aligned spans."""

    overlaps: bool = False
    evidence: bool = False


def joined(parts: Iterable[Compared]) -> Compared:
    """Join the results of several portions, in order."""
    every = list(parts) or [_made([], [])]
    slots = [part.slots.copy() for part in every]
    for some, first in zip(slots, np.cumsum([0, *(len(part.rows) for part in every)]).tolist(), strict=False):
        some["row"] += first
    evidence = [one for part in every for one in part.evidence]
    return Compared(np.concatenate([part.rows for part in every]), np.concatenate(slots), evidence)


def verify_all(kept: Distinct, store: SketchStore, ranked: NDArray[Any], run: Run, asked: Wanted) -> Compared:
    """Find the candidates and verify them; ``ranked`` as ``ranking`` gives it."""
    if not len(kept.numbers):
        return joined([])
    pairs = _candidates(ranked, store, run)
    store.close()  # before the processes are made, which share what is laid out

    def verify(some: tuple[Ints, Ints]) -> Compared:
        alone = run if len(some[0]) > _FEW else run._replace(workers=1)
        return joined(verify_pairs(some, kept, store, alone, asked))

    return verify(pairs) if run.around is None else joined(verify_around(pairs, run.around, kept, verify))


def verify_pairs(
    pairs: tuple[Ints, Ints], kept: Distinct, store: SketchStore, run: Run, asked: Wanted
) -> Iterator[Compared]:
    """Verify pairs of positions, portion by portion."""
    one, other = pairs
    advance = run.progress("comparing", len(one), "pairs")
    sizes = store.lengths()
    cuts = list(portions(sizes[one].astype(np.int64) + sizes[other]))
    tasks = ((one[start:end], other[start:end]) for start, end in cuts)
    for (start, end), part in zip(cuts, spread(_verify, tasks, run.workers, kept, store, asked), strict=True):
        yield part
        advance(end - start)


def _candidates(ranking: NDArray[Any], store: SketchStore, run: Run) -> tuple[Ints, Ints]:
    """Candidates, in ascending order: positions of the longer documents and of the others.

    For the join, documents are numbered longest first, by an order that does not depend on the input order.
    """
    sizes, heads, bits = store.sizes()[ranking], store.heads()[ranking], store.bits
    packed = sizes.astype(np.min_scalar_type(int(sizes.max(initial=0))))  # looked up all over: small stays in the cache
    advance, parts = run.progress("joining", int(sizes.sum()), "keys"), store.parts()
    workers = run.workers if parts > 1 and len(ranking) >= _LARGE else 1

    def linked() -> Iterator[NDArray[np.uint64]]:
        for count, edges in spread(_linked, range(parts), workers, store, store.ranks(ranking)):
            yield edges
            advance(count)

    edges = Edges(linked(), bits, run.folder)
    store.drop_keys()
    by_keys = np.concatenate(list(spread(_worthy, range(len(edges)), workers, edges, packed)))
    edges.drop()
    with_head = np.flatnonzero(heads)
    low, high, _ = join.counted(join.edges(join.pack(heads[with_head], with_head.astype(np.uint64), bits, 0), bits))
    few = worth(0, np.minimum(sizes[low], sizes[high]), same_head=True)
    pairs = np.union1d(by_keys, low[few] << 32 | high[few])
    return ranking[pairs >> 32], ranking[pairs & 0xFFFFFFFF]


def _linked(part: int, store: SketchStore, rank: NDArray[np.uint32]) -> tuple[int, NDArray[np.uint64]]:
    """Link the documents that share keys of a part: how many keys there are, and the edges."""
    words = store.words(part, rank)
    return len(words), join.edges(words, store.bits)


def _worthy(part: int, edges: Edges, sizes: NDArray[Any]) -> Ints:
    """Choose the edges of a part that are worth verifying."""
    low, high, shared = join.counted(edges.part(part))
    enough = worth(shared, np.minimum(sizes[low], sizes[high]))
    chosen: Ints = low[enough] << 32 | high[enough]
    return chosen


def ranking(kept: Distinct, store: SketchStore) -> NDArray[Any]:
    """The documents longest first, then by their keys, and those of the same symbols by their raw texts."""
    if not len(kept.numbers):
        return np.empty(0, np.uint32)
    ranking, same = join.longest_first(store.lengths(), store.heads(), store.content())
    some = ranking[same]
    same = same[(store.sizes()[some] > 0) | (store.heads()[some] > 0)]  # without any key nothing is joined
    starts, ends = same[np.diff(same, prepend=-2) > 1], same[np.diff(same, append=len(ranking) + 1) > 1] + 2
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        numbers = [text_number(kept.texts[i]) for i in kept.numbers[ranking[start:end]].tolist()]
        ranking[start:end] = ranking[start:end][sorted(range(len(numbers)), key=numbers.__getitem__)]
    return ranking


def _verify(some: tuple[Ints, Ints], kept: Distinct, store: SketchStore, asked: Wanted) -> Compared:
    """Verify some pairs."""
    compared = list(_compared(some, kept, store, overlaps=asked.overlaps))
    return _made(compared, _evidence(compared, kept) if asked.evidence else [])


def _made(compared: Sequence[match.Comparison], evidence: list[tuple[Block, ...]]) -> Compared:
    slots = match_table.pack_slots([one.slots for one in compared])
    return Compared(match_table.pack([one.match for one in compared]), slots, evidence)


def _compared(
    some: tuple[Ints, Ints], kept: Distinct, store: SketchStore, *, overlaps: bool
) -> Iterator[match.Comparison]:
    """Compare some pairs; those that share nothing are left out, and overlaps unless they are wanted."""
    positions, at = np.unique(np.concatenate(some), return_inverse=True)
    columns = kept.numbers[positions].tolist(), store.codes(positions), store.traits[positions].tolist()
    read = kept.texts.__getitem__
    documents = [
        BatchDocument(number, codes, traits, read, partial(store.symbols, position))
        for position, number, codes, traits in zip(positions.tolist(), *columns, strict=True)
    ]
    if in_memory(kept.texts):
        for document in documents:
            document.text = read(document.number)
    pairs = [(documents[shorter], documents[longer]) for longer, shorter in at.reshape(2, -1).T.tolist()]
    return (one for one in match_batch.compare_all(pairs, overlaps=overlaps) if one is not None)


def _evidence(compared: Sequence[match.Comparison], kept: Distinct) -> list[tuple[Block, ...]]:
    """Align the texts of each comparison."""
    numbers = sorted({number for one in compared for number in (one.match.a, one.match.b)})
    symbols, offsets, _, _ = symbols_batch.placed(kept.texts[number] for number in numbers)
    at = {number: place for place, number in enumerate(numbers)}
    explained = []
    for one in compared:
        a, b = at[one.match.a], at[one.match.b]
        if one.overlap is None:  # it was measured on other texts
            texts = kept.texts[one.match.a], kept.texts[one.match.b]
            explained.append(explain(one.match, *texts).evidence)
        else:
            explained.append(aligned(one.overlap, symbols[a], symbols[b], offsets[a], offsets[b]))
    return explained
