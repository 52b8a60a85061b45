"""Sequences that lie on the disk: rows that are made when they are asked for, and strings by number."""

from __future__ import annotations

import os
from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar, overload

R = TypeVar("R")
_PREAD = getattr(os, "pread", None)


class Rows(Sequence[R]):
    """A sequence whose rows are made when they are asked for."""

    @abstractmethod
    def row(self, number: int) -> R:
        """Make one row; its number lies within the sequence."""

    @overload
    def __getitem__(self, number: int) -> R: ...
    @overload
    def __getitem__(self, number: slice) -> list[R]: ...
    def __getitem__(self, number: int | slice) -> R | list[R]:
        if isinstance(number, slice):
            return [self.row(i) for i in range(*number.indices(len(self)))]
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
        start, end = self._ends[number], self._ends[number + 1]
        if self._stream is None:
            self.seal()
        assert self._stream is not None
        if _PREAD is not None:
            return str(_PREAD(self._stream.fileno(), end - start, start), "utf-8", "surrogatepass")
        self._stream.seek(start)  # a system without pread does not fork either: the place in the file is our own
        return str(self._stream.read(end - start), "utf-8", "surrogatepass")
