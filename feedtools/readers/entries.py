"""Entries of feeds and tables: the fullest of their texts, and those that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.errors import Notice

if TYPE_CHECKING:
    from feedtools.readers import OnError

FULLER = 1.1
"""Times a later field must be longer than an earlier one to be read in its place: the same text with its code and
formulas in their marks is a little longer."""
SHOWN = 5


class Empty:
    """Entries that hold no text, said together.

    Args:
        source: path of the file.
        kind: what the format calls one: ``entry``, ``item``, ``row``.
        done: what is done with them.
    """

    def __init__(self, source: str, kind: str, done: str = "passed over") -> None:
        self._source = source
        self._kind = kind
        self._done = done
        self._first: list[int] = []
        self._count = 0

    def add(self, number: int) -> None:
        """Count one, by its number."""
        self._count += 1
        if len(self._first) < SHOWN:
            self._first.append(number)

    def say(self, on_error: OnError) -> None:
        """Report how many there were, if any."""
        if not self._count:
            return
        shown = ", ".join(map(str, self._first)) + (" …" if self._count > SHOWN else "")
        one, many = f"1 {self._kind} has", f"{self._count:,} {_PLURAL[self._kind]} have"
        verb = one if self._count == 1 else many
        on_error(Notice(f"{verb} no text; {self._done} ({self._kind} {shown})", path=self._source))


_PLURAL = {"entry": "entries", "item": "items", "row": "rows", "record": "records"}
