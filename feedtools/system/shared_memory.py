"""Memory that processes share: arrays left there need not go through pipes, which costs more than making them."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


class ArrayPlace(NamedTuple):
    """Place of an array in an arena."""

    start: int
    length: int
    dtype: str


class Arena:
    """Memory made before the processes that inherit it, in shares of given sizes; it is there as long as its arrays.

    Args:
        sizes: bytes of each share.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self._ends = np.cumsum([0, *(_aligned(size) for size in sizes)]).tolist()
        self._used: dict[int, int] = {}
        self._memory = mmap.mmap(-1, max(1, self._ends[-1]))

    def put(self, share: int, arrays: Iterable[NDArray[Any]]) -> list[ArrayPlace | NDArray[Any]]:
        """Leave ``arrays`` in a share, which one process alone writes to; those that do not fit come back as they are.

        What ``put`` gives may go through a pipe to where ``get`` is called.
        """
        left: list[ArrayPlace | NDArray[Any]] = []
        for array in arrays:
            start = self._used.get(share, self._ends[share])
            if start + array.nbytes > self._ends[share + 1]:
                left.append(array)
                continue
            place = ArrayPlace(start, len(array), array.dtype.str)
            self._used[share] = start + _aligned(array.nbytes)
            np.frombuffer(self._memory, place.dtype, place.length, start)[:] = array
            left.append(place)
        return left

    def get(self, left: ArrayPlace | NDArray[Any]) -> NDArray[Any]:
        """An array that was left, without a copy."""
        return (
            np.frombuffer(self._memory, left.dtype, left.length, left.start) if isinstance(left, ArrayPlace) else left
        )


def _aligned(size: int) -> int:
    """Round a size up to whole words."""
    return -(-size // 8) * 8
