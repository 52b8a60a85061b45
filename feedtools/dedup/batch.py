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

from feedtools.dedup import cluster, join, match, match_table, sketch_batch
from feedtools.dedup.candidates import worth
from feedtools.dedup.keeper import Order, damage
from feedtools.dedup.sketch_store import Store
from feedtools.model import Match, digest, text_number
from feedtools.system.processes import ordered_map
from feedtools.system.shared_memory import Arena
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from feedtools.dedup.overlap import Overlap
    from feedtools.model import Cluster

    Ints = NDArray[np.int64]
    Numbers = NDArray[Any] | Sequence[int]
    Advance = Callable[[int], None]
    Progress = Callable[[str, int, str], Advance]

MANY, MANY_READ = 150_000, 40_000
"""Texts from which more than one process pays: of such as lie in memory, and of such as have to be read."""
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


class _Known:
    """Some texts, as ``match.Known``; ``positions``: where the store has those of ``numbers``."""

    def __init__(self, texts: Sequence[str], store: Store, numbers: Sequence[int], positions: Ints) -> None:
        self._texts, self._store = texts, store
        self._numbers, self._positions = numbers, positions
        self._at: dict[int, int] = {}

    def text(self, number: int, /) -> str:
        """The raw text."""
        return self._texts[number]

    def opening(self, number: int, /) -> str:
        """The symbols that it begins with."""
        if not self._at:  # seldom asked for
            self._at = dict(zip(self._numbers, self._positions.tolist(), strict=True))
        return self._store.opening(self._at[number], match.OPENING)


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
    workers, folder = _workers(jobs, texts), None if spill is None else Path(spill)
    with _uncollected() if workers > 1 or _at_hand(texts) else nullcontext():  # else reading may leave cycles
        return _dedup(texts, order, workers, evidence, folder)


def _dedup(texts: Sequence[str], order: Ints, workers: int, evidence: bool, folder: Path | None) -> Result:
    if folder is None:
        exact, numbers = _collapse(texts, order)
    else:
        copies, firsts, numbers = _collapse_by_digest(texts, order, workers)
        exact = match_table.unpack(match_table.pack_exact(copies, firsts))
    kept = _Kept(texts, numbers)
    store = _sketch_all(kept, workers, folder)
    found = [one for part in _verify_all(kept, store, workers, _explained if evidence else _verify) for one in part]
    if evidence:
        exact = [match.explain(m, texts[m.a], texts[m.b]) for m in exact]
    matches = _in_order([*exact, *found])
    sizes = _sizes(len(texts), numbers, store, [m.a for m in exact], [m.b for m in exact])
    found_clusters = cluster.clusters(matches, _keeper(texts, sizes.data, order.data))
    return Result(found_clusters, tuple(_acted_on(matches, found_clusters)))


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
    workers, order = _workers(jobs, texts), np.arange(len(texts))
    copies, firsts, numbers = _collapse_by_digest(texts, order, workers)
    kept = _Kept(texts, numbers)
    store = _sketch_all(kept, workers, None if spill is None else Path(spill), progress)
    parts = list(_verify_all(kept, store, workers, _verify_packed, progress))
    sizes = _sizes(len(texts), numbers, store, copies, firsts)
    del store, kept
    return match_table.clusters(
        np.concatenate([match_table.pack_exact(copies, firsts), *parts]), _keeper(texts, sizes, order)
    )


def _acted_on(matches: list[Match], found: tuple[Cluster, ...]) -> Iterable[Match]:
    """``matches``, with those that joined nothing turned into overlaps: reported, and no more."""
    inert = set(map(id, matches)).difference(id(match) for one in found for match in one.matches)
    return [one._replace(kind="overlap") if id(one) in inert and one.kind != "overlap" else one for one in matches]


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


def _collapse(texts: Sequence[str], order: Ints) -> tuple[list[Match], Ints]:
    """Exact copies as matches with the earliest of them, and the numbers of the earliest."""
    first: dict[str, int] = {}
    copies = [i for i in np.argsort(order).tolist() if first.setdefault(texts[i], i) != i]
    numbers = np.fromiter(first.values(), np.int64, len(first))
    return [Match(i, first[texts[i]], "exact", 1.0, 1.0, 1.0) for i in copies], numbers


def _collapse_by_digest(texts: Sequence[str], order: Ints, workers: int) -> tuple[Ints, Ints, Ints]:
    """``_collapse`` that holds 16 bytes a text instead of the text: copies, the earliest of each, all earliest."""
    if not len(texts):
        none = np.empty(0, np.int64)
        return none, none, none
    tasks = range(0, len(texts), _TASK)
    digests = np.frombuffer(b"".join(_spread(_digests, tasks, workers, texts)), np.uint64).reshape(-1, 2)
    ranking = np.lexsort((order, digests[:, 1], digests[:, 0]))
    again = np.concatenate([[False], (digests[ranking[1:]] == digests[ranking[:-1]]).all(axis=1)])
    leader = np.maximum.accumulate(np.where(again, 0, np.arange(len(ranking))))
    numbers = ranking[~again]
    return ranking[again], ranking[leader[again]], numbers[np.argsort(order[numbers])]


def _digests(start: int, texts: Sequence[str]) -> bytes:
    return b"".join(digest(texts[i]) for i in range(start, min(start + _TASK, len(texts))))


def _spread(function: Callable[..., Any], items: Iterable[Any], workers: int, *shared: Any) -> Iterator[Any]:
    """``function(item, *shared)`` for every item, in order, in ``workers`` processes."""
    if workers == 1:
        return (function(item, *shared) for item in items)
    return ordered_map(function, items, workers, *shared)


def _sketch_all(kept: _Kept, workers: int, folder: Path | None, progress: Progress = _silent) -> Store:
    store = Store(len(kept.numbers), folder)
    advance = progress("sketching", len(kept.numbers), "articles")
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


def _verify_all(
    kept: _Kept, store: Store, workers: int, verify: Callable[..., Any], progress: Progress = _silent
) -> Iterator[Any]:
    """What ``verify`` gives for the pairs worth it, portion by portion."""
    if not len(kept.numbers):
        return
    longer, shorter = _candidates(kept, store, progress("joining", int(store.sizes().sum()), "keys"))
    store.close()  # before the processes are made, which share what is laid out
    advance = progress("comparing", len(longer), "pairs")
    tasks = ((longer[at : at + _PAIRS], shorter[at : at + _PAIRS]) for at in range(0, len(longer), _PAIRS))
    for found in _spread(verify, tasks, workers, kept, store):
        yield found
        advance(_PAIRS)


def _candidates(kept: _Kept, store: Store, advance: Advance) -> tuple[Ints, Ints]:
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


def _ranking(kept: _Kept, store: Store) -> NDArray[Any]:
    """The documents longest first, then by their keys, and those of the same symbols by their raw texts."""
    ranking, same = join.longest_first(store.lengths(), store.heads(), store.content())
    some = ranking[same]
    same = same[(store.sizes()[some] > 0) | (store.heads()[some] > 0)]  # without any key nothing is joined
    starts, ends = same[np.diff(same, prepend=-2) > 1], same[np.diff(same, append=len(ranking) + 1) > 1] + 2
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        numbers = [text_number(kept.texts[i]) for i in kept.numbers[ranking[start:end]].tolist()]
        ranking[start:end] = ranking[start:end][sorted(range(len(numbers)), key=numbers.__getitem__)]
    return ranking


def _verify(some: tuple[Ints, Ints], kept: _Kept, store: Store) -> list[Match]:
    return [one for one, _ in _measured(some, kept, store)]


def _measured(some: tuple[Ints, Ints], kept: _Kept, store: Store) -> Iterator[tuple[Match, Overlap | None]]:
    """The pairs that match, each with the overlap it was found by."""
    longer, shorter = some
    numbers_b, numbers_a = kept.numbers[longer].tolist(), kept.numbers[shorter].tolist()
    codes_b, codes_a = store.codes(longer), store.codes(shorter)
    traits_b, traits_a = store.traits[longer].tolist(), store.traits[shorter].tolist()
    known = _Known(kept.texts, store, [*numbers_a, *numbers_b], np.concatenate([shorter, longer]))
    for pair in zip(codes_a, codes_b, traits_a, traits_b, numbers_a, numbers_b, strict=True):
        one, found = match.measured(*pair, known=known)
        if one is not None:
            yield one, found


def _explained(some: tuple[Ints, Ints], kept: _Kept, store: Store) -> list[Match]:
    """``_verify`` with evidence."""
    matches = list(_measured(some, kept, store))
    numbers = sorted({number for one, _ in matches for number in (one.a, one.b)})
    symbols, offsets, _, _ = symbols_batch.placed(kept.texts[number] for number in numbers)
    at = {number: place for place, number in enumerate(numbers)}
    explained = []
    for one, found in matches:
        a, b = at[one.a], at[one.b]
        assert found is not None  # of distinct texts
        explained.append(one._replace(evidence=match.aligned(found, symbols[a], symbols[b], offsets[a], offsets[b])))
    return explained


def _verify_packed(some: tuple[Ints, Ints], kept: _Kept, store: Store) -> NDArray[Any]:
    return match_table.pack([one for one in _verify(some, kept, store) if one.kind != "overlap"])


def _sizes(count: int, numbers: Ints, store: Store, copies: Numbers, firsts: Numbers) -> NDArray[np.uint32]:
    """Symbols of each of ``count`` texts, which are those of ``numbers`` and exact copies of some of these."""
    sizes = np.zeros(count, np.uint32)
    if len(numbers):
        sizes[numbers] = store.lengths()
    sizes[copies] = sizes[firsts]
    return sizes


def _keeper(texts: Sequence[str], sizes: Numbers, order: Numbers) -> Callable[[list[int]], int]:
    return Order(sizes.__getitem__, lambda number: damage(texts[number]), order.__getitem__).first
