"""Sequences that lie on the disk: rows that are made when they are asked for, and strings by number."""

from __future__ import annotations

import os
from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, TypeVar, overload

R = TypeVar("R")
_PREAD = getattr(os, "pread", None)
_PORTION = 1 << 20
"""Bytes of strings that are read at once."""


class Rows(Sequence[R]):
    """A sequence whose rows are made when they are asked for."""

    @abstractmethod
    def row(self, number: int) -> R:
        """Make one row; its number lies within the sequence."""

    def rows(self, start: int, end: int) -> list[R]:
        """Make consecutive rows, which may take less time than one by one; all of them lie within the sequence."""
        return list(map(self.row, range(start, end)))

    @overload
    def __getitem__(self, number: int) -> R: ...
    @overload
    def __getitem__(self, number: slice) -> list[R]: ...
    def __getitem__(self, number: int | slice) -> R | list[R]:
        if isinstance(number, slice):
            start, end, step = number.indices(len(self))
            return self.rows(start, max(start, end)) if step == 1 else list(map(self.row, range(start, end, step)))
        if number < 0:
            number += len(self)
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self.row(number)

    def __iter__(self) -> Iterator[R]:
        return map(self.row, range(len(self)))


class Strings(Rows[str]):
    """Strings by number, on the disk; in memory are 8 bytes each.

    They are read by ``pread``: pages of a memory map would count as memory of every process that looked at them.

    Args:
        path: file to write; ``add`` everything, then ``seal``, then read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ends = array("Q", [0])
        self._stream: IO[bytes] | None = open(path, "wb")  # noqa: SIM115 - closed by seal()

    def add(self, text: str) -> None:
        """Append a string under the next number."""
        data = text.encode("utf-8", "surrogatepass")
        self.extend(data, (len(data),))

    def extend(self, data: bytes, sizes: Iterable[int]) -> None:
        """Append several, whose UTF-8 bytes stand one after the other."""
        assert self._stream is not None
        self._stream.write(data)
        end = self._ends[-1]
        for size in sizes:
            end += size
            self._ends.append(end)

    def seal(self) -> None:
        """Go over from writing to reading."""
        if self._stream is not None:
            self._stream.close()
        self._stream = open(self._path, "rb")  # noqa: SIM115 - closed by close()

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()

    def __getstate__(self) -> dict[str, Any]:
        """Another process opens the file itself."""
        return {**self.__dict__, "_stream": None}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def row(self, number: int) -> str:
        """One of the strings."""
        return str(self._bytes(self._ends[number], self._ends[number + 1]), "utf-8", "surrogatepass")

    def rows(self, start: int, end: int) -> list[str]:
        """Consecutive strings."""
        made: list[str] = []
        while start < end:
            first = self._ends[start]
            last = max(start + 1, bisect_right(self._ends, first + _PORTION, start, end + 1) - 1)
            data = self._bytes(first, self._ends[last])
            places = pairwise(self._ends[start : last + 1])
            made += [str(data[i - first : j - first], "utf-8", "surrogatepass") for i, j in places]
            start = last
        return made

    def _bytes(self, start: int, end: int) -> bytes:
        if self._stream is None:
            self.seal()
        assert self._stream is not None
        if _PREAD is not None:
            return bytes(_PREAD(self._stream.fileno(), end - start, start))
        self._stream.seek(start)  # a system without pread does not fork either: the place in the file is our own
        return self._stream.read(end - start)
