"""Many pairs of texts to matches at once, in numpy: the batch form of ``match.compare``."""

from __future__ import annotations

from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from feedtools.dedup import codes_batch, match
from feedtools.dedup.document_batch import place_all, show_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from feedtools.dedup.document import Document

PAIRS = 500
"""Pairs of texts to compare at once: what many of them share is marked in one go."""
CODES = 1 << 23
"""Codes of the pairs to compare at once: what is made of a text takes ten times as many bytes and more."""


def portions(sizes: NDArray[Any]) -> Iterator[tuple[int, int]]:
    """Cut pairs into portions of up to ``PAIRS``, and of ``CODES`` codes and what the last pair has beyond.

    Args:
        sizes: codes of each pair, both texts together.

    Yields:
        The first pair of each portion, and the one behind the last.
    """
    ends = np.cumsum(sizes, dtype=np.int64)
    start = done = 0
    while start < len(ends):
        end = min(start + PAIRS, int(np.searchsorted(ends, done + CODES)) + 1, len(ends))
        yield start, end
        start, done = end, int(ends[end - 1])


def compare_all(pairs: Sequence[tuple[Document, Document]], *, overlaps: bool = True) -> list[match.Comparison | None]:
    """Compare some pairs of texts, each as ``match.compare`` does.

    Args:
        pairs: a portion of them (``portions``); in either order.
        overlaps: report texts that merely overlap, too; else what can be no more is not looked at any further.
    """
    made: list[Any] = [
        None
        if not overlaps and marks is not None and match.is_clear_miss(*pair, marks)
        else match.compare_whole(*pair, match.Asked(overlaps, marks))
        for pair, marks in zip(pairs, _marks(pairs), strict=True)
    ]
    show_all(_documents(one for one in _parallel(made) if one.a.hides or one.b.hides))
    made = [match.uncover(one) if isinstance(one, match.ParallelPair) else one for one in made]
    shown = [one for one in made if isinstance(one, match.ShownPair)]
    marks_shown = codes_batch.shared([it.one.codes for it in shown], [it.other.codes for it in shown])
    parts = (
        match.compare_shown(*it) for it in zip(shown, map(partial(match.Asked, overlaps), marks_shown), strict=True)
    )
    made = [next(parts) if isinstance(one, match.ShownPair) else one for one in made]
    place_all(_documents(_parallel(made)))
    return [match.compare_parallel(one) if isinstance(one, match.ParallelPair) else one for one in made]


def _parallel(made: Iterable[Any]) -> Iterator[match.ParallelPair]:
    return (one for one in made if isinstance(one, match.ParallelPair))


def _documents(pairs: Iterable[match.ParallelPair]) -> list[Document]:
    """The texts of some pairs, each once."""
    return list({id(it): it for pair in pairs for it in pair[:2]}.values())


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
