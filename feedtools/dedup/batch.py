"""The deduplicator: a list of texts to clusters and matches.

Sketching and verification run over processes; the join in between is a sort.  With ``spill`` the symbols and keys
wait in files and the texts are asked for one by one, so that a sequence that reads from disk is never held whole.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from contextlib import contextmanager, nullcontext
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.dedup import join, match, match_table, sketch_batch
from feedtools.dedup.candidates import worth
from feedtools.dedup.document import Document
from feedtools.dedup.keeper import Order, damage
from feedtools.dedup.sketch_store import SketchStore
from feedtools.model import KINDS, digest, text_number
from feedtools.system.processes import ordered_map
from feedtools.system.shared_memory import Arena
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from feedtools.model import Block, Cluster, Match

    Ints = NDArray[np.int64]
    Numbers = NDArray[Any] | Sequence[int]
    Advance = Callable[[int], None]
    Progress = Callable[[str, int, str], Advance]

MANY, MANY_READ = 150_000, 40_000
"""Texts from which more than one process pays: of such as lie in memory, and of such as have to be read."""
ROUNDS = 8
"""Times that what is left is compared again; a second time finds a copy or two in ten thousand, a third none."""
_TASK, _PAIRS = 2_000, 500
"""Texts, and pairs of texts, that a process takes at once."""


def _silent(_phase: str, _total: int, _unit: str) -> Advance:
    return lambda _: None


class Result(NamedTuple):
    """What was found; documents are named by their number in the input.

    Attributes:
        clusters: ascending by the number of the kept copy.
        matches: all matches, ``overlap`` included, ascending.
    """

    clusters: tuple[Cluster, ...]
    matches: tuple[Match, ...]


class _Kept(NamedTuple):
    """The distinct texts: the ``k``-th is ``texts[numbers[k]]``."""

    texts: Sequence[str]
    numbers: Ints


class _Found(NamedTuple):
    """What comparing gave.

    Attributes:
        rows: matches as ``match_table.ROW``.
        slots: where their texts differ, as ``match_table.SLOT``.
        evidence: of each row the aligned spans; empty where nobody asked.
    """

    rows: NDArray[Any]
    slots: NDArray[Any]
    evidence: list[tuple[Block, ...]]


def _joined(parts: Iterable[_Found]) -> _Found:
    """All of them, in order."""
    every = list(parts) or [_made([], [])]
    slots = [part.slots.copy() for part in every]
    for some, first in zip(slots, np.cumsum([0, *(len(part.rows) for part in every)]).tolist(), strict=False):
        some["row"] += first
    evidence = [one for part in every for one in part.evidence]
    return _Found(np.concatenate([part.rows for part in every]), np.concatenate(slots), evidence)


class _Asked(NamedTuple):
    """What is wanted of a comparison, beside the clusters: overlaps as well, and aligned spans."""

    overlaps: bool = False
    evidence: bool = False


def dedup(
    texts: Sequence[str],
    *,
    jobs: int | None = None,
    places: Sequence[Any] | None = None,
    evidence: bool = False,
    spill: str | Path | None = None,
) -> Result:
    """Find which of ``texts`` are copies, renderings, cuts, parts or edits of one another.

    The result depends neither on the order of ``texts`` (but for the numbers in it), nor on ``jobs`` or ``spill``.

    Args:
        texts: raw articles.
        jobs: processes to use, by default as many as there are processors; small inputs take but one in any case.
        places: a sortable, unique place for each text, by which the earlier of two equal copies is kept; by default
            its number.
        evidence: fill in ``Match.evidence`` (aligned raw spans), at some 0.03 ms a match.
        spill: a folder for temporary files; what is needed of every text is kept there instead of in memory.
    """
    order = np.arange(len(texts)) if places is None else _ranks(places)
    run = _Run(texts, order, _workers(jobs, texts), None if spill is None else Path(spill))
    with _uncollected() if run.workers > 1 or _at_hand(texts) else nullcontext():  # else reading may leave cycles
        table, found, exact = _find(run, _Asked(overlaps=True, evidence=evidence))
        return _as_objects(texts, table, found, exact, evidence=evidence)


class _Run(NamedTuple):
    """What stays the same through a run."""

    texts: Sequence[str]
    order: Ints
    workers: int = 1
    folder: Path | None = None
    progress: Progress = _silent


def _find(run: _Run, asked: _Asked) -> tuple[match_table.Clusters, _Found, NDArray[Any]]:
    """The clusters, all matches between distinct texts, and exact copies as rows.

    What is left is compared again until no copy is found among it: the join links a text with part of those that share
    its keys, and with which ones depends on what else is there.
    """
    copies, firsts, numbers = _collapse(run)
    kept, exact = _Kept(run.texts, numbers), match_table.pack_exact(copies, firsts)
    store = _sketch_all(kept, run)
    sizes = _sizes(len(run.texts), numbers, store, copies, firsts)
    keepers = Order(sizes.__getitem__, lambda number: damage(run.texts[number]), run.order.__getitem__)
    found = _verify_all(kept, store, run, asked)
    tried = np.empty(0, np.int64)
    for rounds_left in range(ROUNDS, -1, -1):
        rows = match_table.tell_series_apart(found.rows, found.slots)
        table = match_table.clusters(np.concatenate([exact, rows]), keepers)
        fresh = _untried(found.rows, table, tried) if rounds_left else tried[:0]
        if not len(fresh):
            break
        tried = np.concatenate([tried, fresh])
        place = np.empty(len(run.texts), np.int64)
        place[numbers] = np.arange(len(numbers))
        pairs = place[fresh >> 32], place[fresh & 0xFFFFFFFF]
        found = _joined([found, *_verify_pairs(pairs, kept, store, run, asked)])
    return table, found._replace(rows=rows), exact


def _untried(rows: NDArray[Any], table: match_table.Clusters, tried: Ints) -> Ints:
    """The pairs of kept documents that may be copies although they were never compared (``match_table.packed``).

    The one matches a document that went for the other: the join had that stand between them.
    """
    homes = table.homes()
    if not len(homes):
        return tried[:0]
    rows = rows[rows["kind"] != KINDS.index("overlap")]
    gone, keeps = homes[:, 0], homes[:, 1]
    a, b = rows["a"].astype(np.int64), rows["b"].astype(np.int64)
    found = [np.empty(0, np.int64)]
    for one, other in ((a, b), (b, a)):
        at = np.minimum(np.searchsorted(gone, one), len(gone) - 1)
        there = np.minimum(np.searchsorted(gone, other), len(gone) - 1)
        wanted = (gone[at] == one) & (gone[there] != other) & (keeps[at] != other)
        found.append(match_table.packed(other[wanted], keeps[at[wanted]]))
    fresh: Ints = np.setdiff1d(np.concatenate(found), np.concatenate([tried, match_table.packed(a, b)]))
    return fresh


def _as_objects(
    texts: Sequence[str], table: match_table.Clusters, found: _Found, exact: NDArray[Any], *, evidence: bool
) -> Result:
    """Clusters and matches as values, a view of the table."""
    matches = match_table.unpack(found.rows)
    if evidence:
        matches = [one._replace(evidence=spans) for one, spans in zip(matches, found.evidence, strict=True)]
    copies = match_table.unpack(exact)
    if evidence:
        copies = [match.explain(one, texts[one.a], texts[one.b]) for one in copies]
    known = {(one.a, one.b): one for one in (*copies, *matches)}
    made = []
    for cluster in table.all():
        every = [known.get((one.a, one.b), one) for one in cluster.matches]
        if evidence:  # an exact copy of one that goes has its match, and no spans yet
            every = [one if one.evidence else match.explain(one, texts[one.a], texts[one.b]) for one in every]
        made.append(cluster._replace(matches=tuple(every)))
    return Result(tuple(made), tuple(_in_order(list(known.values()))))


def _in_order(matches: list[Match]) -> list[Match]:
    """Matches by their numbers, of which no two have both alike: sorted as numbers, not as tuples."""
    first, second = (np.fromiter(map(attrgetter(side), matches), np.int64, len(matches)) for side in "ab")
    return list(map(matches.__getitem__, np.argsort(first << 32 | second).tolist()))


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection inside: it would walk over all that is held, again and again, and nothing forms a cycle."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def clusters_of(
    texts: Sequence[str],
    *,
    jobs: int | None = None,
    spill: str | Path | None = None,
    progress: Progress = _silent,
) -> match_table.Clusters:
    """The clusters of ``dedup`` as arrays: some dozen bytes a text and match are held, and no match is an object.

    Args:
        texts: raw articles.
        jobs: as for ``dedup``.
        spill: as for ``dedup``.
        progress: told what begins, how much of it there is and of what; what it gives back is told what was done.
    """
    run = _Run(texts, np.arange(len(texts)), _workers(jobs, texts), None if spill is None else Path(spill), progress)
    return _find(run, _Asked())[0]


def _workers(jobs: int | None, texts: Sequence[str]) -> int:
    """How many processes to use: one where more would take longer."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1  # what the processes share is inherited, not sent
    if len(texts) < (MANY if _at_hand(texts) else MANY_READ):
        return 1
    if jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(jobs, len(texts) // _TASK))


def _at_hand(texts: Sequence[str]) -> bool:
    """Whether the texts lie in memory; others may be read when they are asked for."""
    return isinstance(texts, list | tuple)


def _ranks(places: Sequence[Any]) -> Ints:
    ranks = np.empty(len(places), np.int64)
    ranks[sorted(range(len(places)), key=places.__getitem__)] = np.arange(len(places))
    return ranks


def _collapse(run: _Run) -> tuple[Ints, Ints, Ints]:
    """Exact copies, the earliest text of each, and all earliest texts in their order."""
    if not len(run.texts):
        none = np.empty(0, np.int64)
        return none, none, none
    if _at_hand(run.texts):
        first: dict[str, int] = {}
        ordered = np.argsort(run.order).tolist()
        copies = [i for i in ordered if first.setdefault(run.texts[i], i) != i]
        firsts = [first[run.texts[i]] for i in copies]
        return np.array(copies, np.int64), np.array(firsts, np.int64), np.fromiter(first.values(), np.int64, len(first))
    return _collapse_by_digest(run)


def _collapse_by_digest(run: _Run) -> tuple[Ints, Ints, Ints]:
    """``_collapse`` that holds 16 bytes a text instead of the text."""
    tasks = range(0, len(run.texts), _TASK)
    digests = np.frombuffer(b"".join(_spread(_digests, tasks, run.workers, run.texts)), np.uint64).reshape(-1, 2)
    ranking = np.lexsort((run.order, digests[:, 1], digests[:, 0]))
    again = np.concatenate([[False], (digests[ranking[1:]] == digests[ranking[:-1]]).all(axis=1)])
    leader = np.maximum.accumulate(np.where(again, 0, np.arange(len(ranking))))
    numbers = ranking[~again]
    return ranking[again], ranking[leader[again]], numbers[np.argsort(run.order[numbers])]


def _digests(start: int, texts: Sequence[str]) -> bytes:
    return b"".join(digest(texts[i]) for i in range(start, min(start + _TASK, len(texts))))


def _spread(function: Callable[..., Any], items: Iterable[Any], workers: int, *shared: Any) -> Iterator[Any]:
    """``function(item, *shared)`` for every item, in order, in ``workers`` processes."""
    if workers == 1:
        return (function(item, *shared) for item in items)
    return ordered_map(function, items, workers, *shared)


def _sketch_all(kept: _Kept, run: _Run) -> SketchStore:
    workers, folder = run.workers, run.folder
    store = SketchStore(len(kept.numbers), folder)
    advance = run.progress("sketching", len(kept.numbers), "articles")
    if workers == 1 or (workers == 2 and folder is None and _at_hand(kept.texts)):  # two would take as long as one
        for block in symbols_batch.blocks(map(kept.texts.__getitem__, kept.numbers.tolist())):
            store.add(sketch_batch.sketch_block(block))
            advance(len(block))
        return store
    starts = range(0, len(kept.numbers), _TASK)
    arena = None
    if folder is None and _at_hand(kept.texts):
        arena = Arena([_room(_of_task(kept, start)) for start in starts])
    for parts in _spread(_sketch, starts, workers, kept, arena):
        for left in parts:
            part = left if arena is None else sketch_batch.Sketches(*map(arena.get, left))
            store.add(part)
            advance(len(part.heads))
    return store


def _of_task(kept: _Kept, start: int) -> list[str]:
    return [kept.texts[i] for i in kept.numbers[start : start + _TASK].tolist()]


def _room(texts: list[str]) -> int:
    """Bytes that the sketches of some texts take, as good as always."""
    return 4 * sum(map(len, texts)) + 64 * len(texts) + 4096


def _sketch(start: int, kept: _Kept, arena: Arena | None) -> list[Any]:
    """Sketches, block by block, or where their arrays were left."""
    parts = [sketch_batch.sketch_block(block) for block in symbols_batch.blocks(_of_task(kept, start))]
    return parts if arena is None else [arena.put(start // _TASK, part) for part in parts]


def _verify_all(kept: _Kept, store: SketchStore, run: _Run, asked: _Asked) -> _Found:
    """Compare the pairs that are worth it."""
    if not len(kept.numbers):
        return _joined([])
    pairs = _candidates(kept, store, run.progress("joining", int(store.sizes().sum()), "keys"))
    store.close()  # before the processes are made, which share what is laid out
    return _joined(_verify_pairs(pairs, kept, store, run, asked))


def _verify_pairs(
    pairs: tuple[Ints, Ints], kept: _Kept, store: SketchStore, run: _Run, asked: _Asked
) -> Iterator[_Found]:
    """Compare pairs of positions, portion by portion."""
    one, other = pairs
    advance = run.progress("comparing", len(one), "pairs")
    tasks = ((one[at : at + _PAIRS], other[at : at + _PAIRS]) for at in range(0, len(one), _PAIRS))
    for part in _spread(_verify, tasks, run.workers, kept, store, asked):
        yield part
        advance(_PAIRS)


def _candidates(kept: _Kept, store: SketchStore, advance: Advance) -> tuple[Ints, Ints]:
    """Pairs worth verifying, in ascending order: positions of the longer documents and of the others.

    For the join, documents are numbered longest first, by an order that does not depend on the input order.
    """
    heads, ranking = store.heads(), _ranking(kept, store)
    rank = np.empty(len(ranking), np.uint32)
    rank[ranking] = np.arange(len(rank), dtype=np.uint32)
    sizes, heads = store.sizes()[ranking], heads[ranking]
    packed = sizes.astype(np.min_scalar_type(int(sizes.max(initial=0))))  # looked up all over: small stays in the cache
    bits = store.bits
    by_keys = [np.empty(0, np.int64)]

    def joined() -> Iterator[NDArray[np.uint64]]:
        for words in store.words(rank):
            yield join.edges(words, bits)
            advance(len(words))

    for edges in store.sorted_edges(joined()):
        low, high, shared = join.counted(edges)
        enough = worth(shared, np.minimum(packed[low], packed[high]))
        by_keys.append(low[enough] << 32 | high[enough])
    with_head = np.flatnonzero(heads)
    low, high, _ = join.counted(join.edges(join.pack(heads[with_head], with_head.astype(np.uint64), bits, 0), bits))
    few = worth(0, np.minimum(sizes[low], sizes[high]), same_head=True)
    pairs = np.union1d(np.concatenate(by_keys), low[few] << 32 | high[few])
    return ranking[pairs >> 32], ranking[pairs & 0xFFFFFFFF]


def _ranking(kept: _Kept, store: SketchStore) -> NDArray[Any]:
    """The documents longest first, then by their keys, and those of the same symbols by their raw texts."""
    ranking, same = join.longest_first(store.lengths(), store.heads(), store.content())
    some = ranking[same]
    same = same[(store.sizes()[some] > 0) | (store.heads()[some] > 0)]  # without any key nothing is joined
    starts, ends = same[np.diff(same, prepend=-2) > 1], same[np.diff(same, append=len(ranking) + 1) > 1] + 2
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        numbers = [text_number(kept.texts[i]) for i in kept.numbers[ranking[start:end]].tolist()]
        ranking[start:end] = ranking[start:end][sorted(range(len(numbers)), key=numbers.__getitem__)]
    return ranking


def _verify(some: tuple[Ints, Ints], kept: _Kept, store: SketchStore, asked: _Asked) -> _Found:
    """Compare some pairs."""
    compared = [one for one in _compared(some, kept, store) if asked.overlaps or one.match.kind != "overlap"]
    return _made(compared, _evidence(compared, kept) if asked.evidence else [])


def _made(compared: Sequence[match.Comparison], evidence: list[tuple[Block, ...]]) -> _Found:
    slots = [(row, *slot) for row, one in enumerate(compared) for slot in one.slots]
    return _Found(match_table.pack([one.match for one in compared]), np.array(slots, match_table.SLOT), evidence)


def _compared(some: tuple[Ints, Ints], kept: _Kept, store: SketchStore) -> Iterator[match.Comparison]:
    """What the pairs that share anything are to each other."""
    sides = []
    for positions in some:
        columns = kept.numbers[positions].tolist(), store.codes(positions), store.traits[positions].tolist()
        sides.append([Document(*row, kept.texts.__getitem__) for row in zip(*columns, strict=True)])
    for longer, shorter in zip(*sides, strict=True):
        if (found := match.compare(shorter, longer)) is not None:
            yield found


def _evidence(compared: Sequence[match.Comparison], kept: _Kept) -> list[tuple[Block, ...]]:
    """Of each comparison the aligned spans."""
    numbers = sorted({number for one in compared for number in (one.match.a, one.match.b)})
    symbols, offsets, _, _ = symbols_batch.placed(kept.texts[number] for number in numbers)
    at = {number: place for place, number in enumerate(numbers)}
    explained = []
    for one in compared:
        a, b = at[one.match.a], at[one.match.b]
        if one.overlap is None:  # it was measured on other texts
            texts = kept.texts[one.match.a], kept.texts[one.match.b]
            explained.append(match.explain(one.match, *texts).evidence)
        else:
            explained.append(match.aligned(one.overlap, symbols[a], symbols[b], offsets[a], offsets[b]))
    return explained


def _sizes(count: int, numbers: Ints, store: SketchStore, copies: Numbers, firsts: Numbers) -> NDArray[np.uint32]:
    """Symbols of each of ``count`` texts, which are those of ``numbers`` and exact copies of some of these."""
    sizes = np.zeros(count, np.uint32)
    if len(numbers):
        sizes[numbers] = store.lengths()
    sizes[copies] = sizes[firsts]
    return sizes
