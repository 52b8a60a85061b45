"""Choice of the copy that is kept, the representative: one total order for every engine."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.text.dropped import dropped
from feedtools.text.placeholders import BRACKETS, count, is_index
from feedtools.text.renderers import ellipses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def damage(text: str) -> int:
    """Count the visible gaps of a raw text: placeholders, replacement characters, and a cut-off end."""
    return max(count(text), _holders(text)) + text.count("\ufffd") + text.rstrip().endswith(("...", "…", *ellipses()))


def _holders(text: str) -> int:
    """Count the placeholders that carry no symbols: some that are never reported are among them."""
    if not any(pair[0] in text for pair in BRACKETS):
        return 0
    return sum(text.startswith(_OPENERS, start) and not is_index(text, start, end) for start, end in dropped(text))


_OPENERS = tuple(pair[0] for pair in BRACKETS)


class Order(NamedTuple):
    """The order of keepers: the most complete first, of those the least damaged, of those the earliest.

    Attributes:
        size: symbols of a document, by its number.
        harm: its ``damage``; asked only of documents of the same size, for it may have to read the text.
        place: anything that sorts, different for each document; the lower is the earlier.
        age: anything that sorts the one to keep first, where the policy does not go by completeness.
    """

    size: Callable[[int], int]
    harm: Callable[[int], int]
    place: Callable[[int], Any]
    age: Callable[[int], Any] | None = None

    def sorted(self, members: Iterable[int]) -> list[int]:
        """The documents, the one to keep first."""
        if self.age is not None:
            return sorted(members, key=self.age)
        ranked: list[int] = []
        for _, group in groupby(sorted(members, key=self.size, reverse=True), key=self.size):
            alike = list(group)
            if len(alike) > 1:
                alike.sort(key=lambda number: (self.harm(number), self.place(number)))
            ranked += alike
        return ranked

    def first(self, members: Iterable[int]) -> int:
        """The document to keep."""
        return self.sorted(members)[0]

    def of_two(self, one: int, other: int) -> int:
        """The one of two documents to keep, as ``first`` chooses it where no age decides."""
        first, second = self.size(one), self.size(other)
        if first != second:
            return one if first > second else other
        return self.first((one, other))
