"""Store of a long run on the disk: every article's text and place by number, and other texts for a few."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from feedtools.model import SYNTAXES, Article, Place
from feedtools.system.on_disk import Strings

NAMES = 1024
"""Names of files that are held: articles are asked for file by file, and beside those that they overlap with."""


class Texts(Strings):
    """The texts of all articles by number, with their places; in memory are 13 bytes per article and 16 per file.

    Args:
        path: see ``Strings``; the names of the files are kept beside it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._lines = array("I")
        self._firsts = array("Q")
        self._names = Strings(path.with_name(f"{path.name}-names"))
        self._last: str | None = None
        self._asked: dict[int, str] = {}
        self._syntaxes = array("B")  # their numbers in SYNTAXES

    def take(self, name: str, lines: Iterable[int], data: bytes, sizes: Iterable[int], syntaxes: Iterable[str]) -> None:
        """Append articles of one file.

        Args:
            name: of the file.
            lines: where they stand.
            data: what they read now, one after the other.
            sizes: bytes of each.
            syntaxes: of each, see ``Article``.
        """
        if self._last != name:
            self._last = name
            self._names.add(name)
            self._firsts.append(len(self._lines))
        self._lines.extend(lines)
        self._syntaxes.extend(map(SYNTAXES.index, syntaxes))
        self.extend(data, sizes)

    def article(self, number: int) -> Article:
        """An article as it reads after its fixes."""
        return Article(*self.place(number), self[number], syntax=SYNTAXES[self._syntaxes[number]])

    def seal(self) -> None:
        """Go over from writing to reading."""
        super().seal()
        self._names.seal()

    def close(self) -> None:
        """Let go of the files."""
        super().close()
        self._names.close()

    def place(self, number: int) -> Place:
        """Find the place of an article."""
        file = bisect_right(self._firsts, number) - 1
        name = self._asked.get(file)
        if name is None:
            if len(self._asked) == NAMES:
                self._asked.clear()
            name = self._asked[file] = self._names[file]
        return Place(name, self._lines[number])


class Instead(Mapping[int, str]):
    """Table of other texts for a few of the articles, on the disk; to be added in ascending order.

    Args:
        path: see ``Strings``.
        found: numbers and texts.
    """

    def __init__(self, path: Path, found: Iterable[tuple[int, str]]) -> None:
        self._numbers = array("Q")
        self._texts = Strings(path)
        for number, text in found:
            self._numbers.append(number)
            self._texts.add(text)
        self._texts.seal()

    def __getitem__(self, number: int) -> str:
        at = bisect_left(self._numbers, number)
        if at == len(self._numbers) or self._numbers[at] != number:
            raise KeyError(number)
        return self._texts[at]

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def close(self) -> None:
        """Let go of the file."""
        self._texts.close()
