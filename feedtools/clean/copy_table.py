"""Table of the copies that stand for articles: four bytes per article and thirty-two per copy."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableMapping

from feedtools.clean.decide import CopyOf
from feedtools.model import KINDS, Block, Match

_UNIT = 10_000
"""Shares of a match have four places."""
_NONE = -1


class Standings(MutableMapping[int, CopyOf]):
    """Table from the number of an article to the copy that stands for it, ascending.

    Of the evidence of a match remains where in its ``b`` it begins and ends.

    Args:
        count: how many articles there are.
    """

    def __init__(self, count: int) -> None:
        self._rows = array("i", [_NONE]) * count
        self._size = 0
        self._of = array("q")
        self._other = array("q")
        self._first = bytearray()  # whether the article is the ``a`` of its match
        self._kind = bytearray()
        self._shares = array("H")
        self._evidence = array("i")

    def __setitem__(self, number: int, standing: CopyOf) -> None:
        match = standing.match
        self._size += self._rows[number] == _NONE
        self._rows[number] = len(self._of)
        self._of.append(standing.number)
        self._other.append(match.b if match.a == number else match.a)
        self._first.append(match.a == number)
        self._kind.append(KINDS.index(match.kind))
        self._shares.extend(round(_UNIT * share) for share in (match.coverage_a, match.coverage_b, match.similarity))
        self._evidence.extend(
            (match.evidence[0].b_start, match.evidence[-1].b_end) if match.evidence else (_NONE, _NONE)
        )

    def __getitem__(self, number: int) -> CopyOf:
        row = self._rows[number]
        if row == _NONE:
            raise KeyError(number)
        other = self._other[row]
        a, b = (number, other) if self._first[row] else (other, number)
        part_a, part_b, similarity = self._shares[3 * row : 3 * row + 3]
        start, end = self._evidence[2 * row : 2 * row + 2]
        evidence = () if start == _NONE else (Block(0, 0, start, end),)
        kind = KINDS[self._kind[row]]
        return CopyOf(self._of[row], Match(a, b, kind, part_a / _UNIT, part_b / _UNIT, similarity / _UNIT, evidence))

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and number >= 0 and self._rows[number] != _NONE

    def __delitem__(self, number: int) -> None:
        self._size -= number in self
        self._rows[number] = _NONE

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[int]:
        return (number for number, row in enumerate(self._rows) if row != _NONE)

    def of(self, number: int) -> int:
        """Name the copy that stands for an article that has one."""
        return self._of[self._rows[number]]

    def kind(self, number: int) -> str:
        """Kind of the match that makes an article a copy."""
        return KINDS[self._kind[self._rows[number]]]
