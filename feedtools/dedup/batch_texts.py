"""The distinct texts of a run, and their sketches; exact copies are set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.dedup import batch_run, sketch_batch
from feedtools.dedup.batch_run import Distinct, in_memory, spread, texts_of
from feedtools.dedup.sketch_store import SketchStore
from feedtools.model import digest
from feedtools.system.shared_memory import Arena
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from feedtools.dedup.batch_run import Ints, Run

    Numbers = NDArray[Any] | Sequence[int]


class Collapsed(NamedTuple):
    """The distinct texts of a run.

    Attributes:
        copies: exact copies.
        firsts: the earliest text of each of them.
        numbers: all earliest texts, in their order.
        store: the sketches of all texts, where they were made in passing.
    """

    copies: Ints
    firsts: Ints
    numbers: Ints
    store: SketchStore | None = None


def collapse(run: Run) -> Collapsed:
    """Find the exact copies; texts that are not in memory are sketched as they are read."""
    if not len(run.texts):
        none = np.empty(0, np.int64)
        return Collapsed(none, none, none)
    if in_memory(run.texts):
        first: dict[str, int] = {}
        ordered = np.argsort(run.order).tolist()
        copies = [i for i in ordered if first.setdefault(run.texts[i], i) != i]
        firsts = [first[run.texts[i]] for i in copies]
        numbers = np.fromiter(first.values(), np.int64, len(first))
        return Collapsed(np.array(copies, np.int64), np.array(firsts, np.int64), numbers)
    store = SketchStore(len(run.texts), run.folder)
    advance = run.progress("sketching", len(run.texts), "articles")
    for parts in spread(_sketch_task, range(0, len(run.texts), batch_run.TASK), run.workers, run.texts):
        for part in parts:
            store.add(part)
            advance(len(part.heads))
    return _collapse_by_digest(run, store.alike())._replace(store=store)


def _collapse_by_digest(run: Run, some: Ints) -> Collapsed:
    """Do the same as ``collapse`` by the digests of some texts, 16 bytes each; no other text is a copy."""
    tasks = (some[start : start + batch_run.TASK] for start in range(0, len(some), batch_run.TASK))
    workers = run.workers if len(some) >= batch_run.MANY_READ else 1
    digests = b"".join(spread(_digests, tasks, workers, run.texts))
    words = np.frombuffer(digests, np.uint64).reshape(-1, 2)
    ranking = np.lexsort((run.order[some], words[:, 1], words[:, 0]))
    again = np.append(False, (words[ranking[1:]] == words[ranking[:-1]]).all(axis=1))[: len(ranking)]
    leader = np.maximum.accumulate(np.where(again, 0, np.arange(len(ranking))))
    copies = some[ranking[again]]
    distinct = np.ones(len(run.texts), bool)
    distinct[copies] = False
    numbers = np.flatnonzero(distinct)
    return Collapsed(copies, some[ranking[leader[again]]], numbers[np.argsort(run.order[numbers])])


def _digests(numbers: Ints, texts: Sequence[str]) -> bytes:
    return b"".join(digest(texts[number]) for number in numbers.tolist())


def _sketch_task(start: int, texts: Sequence[str]) -> list[sketch_batch.Sketches]:
    return [sketch_batch.sketch_block(block) for block in symbols_batch.blocks(texts_of(texts, start))]


def sketch_all(kept: Distinct, run: Run) -> SketchStore:
    """Sketch every distinct text, all of them in memory, over processes where that pays."""
    workers, folder = run.workers, run.folder
    store = SketchStore(len(kept.numbers), folder)
    advance = run.progress("sketching", len(kept.numbers), "articles")
    if workers == 1 or (workers == 2 and folder is None):  # two would take as long as one
        for block in symbols_batch.blocks(map(kept.texts.__getitem__, kept.numbers.tolist())):
            store.add(sketch_batch.sketch_block(block))
            advance(len(block))
        return store
    starts = range(0, len(kept.numbers), batch_run.TASK)
    arena = None
    if folder is None:
        arena = Arena([_room(_of_task(kept, start)) for start in starts])
    for parts in spread(_sketch, starts, workers, kept, arena):
        for left in parts:
            part = left if arena is None else sketch_batch.Sketches(*map(arena.get, left))
            store.add(part)
            advance(len(part.heads))
    return store


def _of_task(kept: Distinct, start: int) -> list[str]:
    return [kept.texts[i] for i in kept.numbers[start : start + batch_run.TASK].tolist()]


def _room(texts: list[str]) -> int:
    """Estimate the bytes that the sketches of some texts take; hardly ever too few."""
    return 4 * sum(map(len, texts)) + 64 * len(texts) + 4096


def _sketch(start: int, kept: Distinct, arena: Arena | None) -> list[Any]:
    """Sketch the texts of a task, block by block; with an arena, give the places of the arrays."""
    parts = [sketch_batch.sketch_block(block) for block in symbols_batch.blocks(_of_task(kept, start))]
    return parts if arena is None else [arena.put(start // batch_run.TASK, part) for part in parts]


def sizes_of(count: int, numbers: Ints, store: SketchStore, copies: Numbers, firsts: Numbers) -> NDArray[np.uint32]:
    """Count the symbols of each of ``count`` texts: those of ``numbers``, and exact copies of some of these."""
    sizes = np.zeros(count, np.uint32)
    if len(numbers):
        sizes[numbers] = store.lengths()
    sizes[copies] = sizes[firsts]
    return sizes
