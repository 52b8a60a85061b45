"""Choice of the candidates, the pairs worth verifying: one rule for every engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

SHARED = 0.1
"""Share of the shorter text's keys that a candidate must have in common with the other."""
FEW_KEYS = 16
"""Number of keys from which they decide by themselves, and an equal head alone proves nothing."""
REST = 30
"""Symbols in a row, formulas and code counted, of which a dropped article may have none for itself."""
MOST_REST = 65_535
"""Upper limit of a rest that is reported (two bytes), and the rest of a text that goes for no other."""
NEIGHBOURS = 2
"""Documents before it that one is linked with in the chain of a key: up to four that share it are all compared."""
HOT = 64
"""Documents from which a key gives star edges alone: what so many have is either a stock passage, of which a chain
proves nothing, or an article of which the longest copy stands for all."""
CROWD, CLOSE = 16, 6
"""``HOT`` and ``NEIGHBOURS`` of documents that match one and the same: up to eight are all compared with each other."""


def worth(shared: Any, least: Any, same_head: Any = False) -> Any:
    """Say of pairs whether they are worth comparing; all arguments are numbers, or arrays of one length.

    Args:
        shared: keys that both texts have, by the edges of a join.
        least: keys of the one that has fewer, repeated ones included.
        same_head: whether both have the same head key.
    """
    return (shared >= SHARED * least) | (same_head & (least < FEW_KEYS))


def edges(bucket: Sequence[int], hot: int | None = None, neighbours: int = NEIGHBOURS) -> Iterator[tuple[int, int]]:
    """Link the documents of one key, lower number first: each to the first and, unless it is hot, to some before it.

    Args:
        bucket: the documents that have the key, ascending.
        hot: documents from which a key gives star edges alone, ``HOT`` by default.
        neighbours: documents before it that one is linked with.
    """
    crowded = len(bucket) >= (hot or HOT)
    for at in range(1, len(bucket)):
        yield bucket[0], bucket[at]
        if not crowded:
            yield from ((bucket[before], bucket[at]) for before in range(max(1, at - neighbours), at))
