"""Many pairs of texts to matches at once, in numpy: the batch form of ``match.compare``."""

from __future__ import annotations

from functools import partial
from itertools import compress
from typing import TYPE_CHECKING

from feedtools.dedup import codes_batch, match
from feedtools.text import symbols_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feedtools.dedup.document import Document

PAIRS = 500
"""Pairs of texts to compare at once: what many of them share is marked in one go, and their texts fit in memory."""
_PLACED = 1000
"""Symbols of a text up to which it takes less time to place them together with those of others."""


def compare_all(pairs: Sequence[tuple[Document, Document]], *, overlaps: bool = True) -> list[match.Comparison | None]:
    """Compare some pairs of texts, each as ``match.compare`` does.

    Args:
        pairs: some ``PAIRS`` of them at most; in either order.
        overlaps: report texts that merely overlap, too; else what can be no more is not looked at any further.
    """
    wholes = [
        None
        if not overlaps and marks is not None and match.is_clear_miss(*pair, marks)
        else match.compare_whole(*pair, match.Asked(overlaps, marks))
        for pair, marks in zip(pairs, _marks(pairs), strict=True)
    ]
    shown = [one for one in wholes if isinstance(one, match.ShownPair)]
    marks_shown = codes_batch.shared([it.one.codes for it in shown], [it.other.codes for it in shown])
    parts = (
        match.compare_shown(*it) for it in zip(shown, map(partial(match.Asked, overlaps), marks_shown), strict=True)
    )
    made = [next(parts) if isinstance(one, match.ShownPair) else one for one in wholes]
    _place([one for one in made if isinstance(one, match.ParallelPair)])
    return [match.compare_parallel(one) if isinstance(one, match.ParallelPair) else one for one in made]


def _place(pairs: Iterable[match.ParallelPair]) -> None:
    """Look up the symbols of texts that are to be compared closely, and where they stand, in one go."""
    documents = {id(document): document for pair in pairs for document in pair[:2]}
    some = [it for it in documents.values() if "offsets" not in it.__dict__ and len(it.codes) <= _PLACED]
    placed = symbols_batch.placed(document.text for document in some)
    for document, letters, offsets in zip(some, placed.symbols, placed.offsets, strict=True):
        document.symbols, document.offsets = letters, offsets


def _marks(pairs: Sequence[tuple[Document, Document]]) -> list[bytes | None]:
    """Mark what each shorter text shares with a longer one; ``None`` where that begins with it, or is no longer."""
    codes = [
        (one.codes, other.codes) if len(one.codes) < len(other.codes) else (other.codes, one.codes)
        for one, other in pairs
    ]
    asked = [len(one) < len(other) and not other.startswith(one) for one, other in codes]
    some = list(compress(codes, asked))
    marks = iter(codes_batch.shared([one for one, _ in some], [other for _, other in some]))
    return [next(marks) if flag else None for flag in asked]
