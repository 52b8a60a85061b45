"""The distinct texts of a run, and their sketches; exact copies are set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.dedup import batch_run, sketch_batch
from feedtools.dedup.batch_run import Distinct, in_memory, spread
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
    """Find the exact copies; texts that lie on the disk, as what is made of them, are sketched as they are read."""
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
    tasks = range(0, len(run.texts), batch_run.TASK)
    if run.folder is None:
        return _collapse_by_digest(run, b"".join(spread(_digests, tasks, run.workers, run.texts)))
    store, digests = SketchStore(len(run.texts), run.folder), []
    advance = run.progress("sketching", len(run.texts), "articles")
    for made, parts in spread(_digests_and_sketches, tasks, run.workers, run.texts):
        digests.append(made)
        for part in parts:
            store.add(part)
            advance(len(part.heads))
    return _collapse_by_digest(run, b"".join(digests))._replace(store=store)


def _collapse_by_digest(run: Run, digests: bytes) -> Collapsed:
    """Do the same as ``collapse`` by the digests of the texts, 16 bytes each."""
    words = np.frombuffer(digests, np.uint64).reshape(-1, 2)
    ranking = np.lexsort((run.order, words[:, 1], words[:, 0]))
    again = np.concatenate([[False], (words[ranking[1:]] == words[ranking[:-1]]).all(axis=1)])
    leader = np.maximum.accumulate(np.where(again, 0, np.arange(len(ranking))))
    numbers = ranking[~again]
    return Collapsed(ranking[again], ranking[leader[again]], numbers[np.argsort(run.order[numbers])])


def _digests(start: int, texts: Sequence[str]) -> bytes:
    return b"".join(digest(texts[i]) for i in range(start, min(start + batch_run.TASK, len(texts))))


def _digests_and_sketches(start: int, texts: Sequence[str]) -> tuple[bytes, list[sketch_batch.Sketches]]:
    some = [texts[i] for i in range(start, min(start + batch_run.TASK, len(texts)))]
    return b"".join(map(digest, some)), [sketch_batch.sketch_block(block) for block in symbols_batch.blocks(some)]


def sketch_all(kept: Distinct, run: Run) -> SketchStore:
    """Sketch every distinct text, over processes where that pays."""
    workers, folder = run.workers, run.folder
    store = SketchStore(len(kept.numbers), folder)
    advance = run.progress("sketching", len(kept.numbers), "articles")
    if workers == 1 or (workers == 2 and folder is None and in_memory(kept.texts)):  # two would take as long as one
        for block in symbols_batch.blocks(map(kept.texts.__getitem__, kept.numbers.tolist())):
            store.add(sketch_batch.sketch_block(block))
            advance(len(block))
        return store
    starts = range(0, len(kept.numbers), batch_run.TASK)
    arena = None
    if folder is None and in_memory(kept.texts):
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
