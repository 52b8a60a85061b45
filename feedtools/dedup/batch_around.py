"""The pairs around some documents: those that may bear on what becomes of them, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from feedtools.model import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedtools.dedup.batch_pairs import Compared
    from feedtools.dedup.batch_run import Distinct, Ints

    Verify = Callable[[tuple[Ints, Ints]], Compared]


def verify_around(pairs: tuple[Ints, Ints], around: Ints, kept: Distinct, verify: Verify) -> list[Compared]:
    """Verify the candidates that hang together with some documents by matches.

    Whatever is decided about a document, series included, is decided by the matches that it hangs together with.

    Args:
        pairs: candidates, as positions in ``kept``.
        around: numbers of those documents, ascending; each stands in ``kept``.
        kept: the distinct documents.
        verify: compares some candidates.
    """
    one, other = pairs
    place = np.empty(int(kept.numbers.max(initial=-1)) + 1, np.int64)
    place[kept.numbers] = np.arange(len(kept.numbers))
    reached = np.zeros(len(kept.numbers), bool)
    reached[place[around]] = True
    left = np.arange(len(one))
    found: list[Compared] = []
    while True:
        near = reached[one[left]] | reached[other[left]]
        some, left = left[near], left[~near]
        if not len(some):
            return found
        found.append(verify((one[some], other[some])))
        rows = found[-1].rows
        rows = rows[rows["kind"] != KINDS.index("overlap")]
        reached[place[rows["a"]]] = reached[place[rows["b"]]] = True
