"""Numbers of list items, which pages leave to the browser (HTML, 4.4.5 and 4.4.8)."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedtools.readers.tags import Tag

LISTS = frozenset({b"ol", b"ul", b"menu", b"dir"})
LARGEST = 9_999
"""Numbers beyond this one are no item's."""
_UNNUMBERED = -(2**31)
"""Stands for the next number of a list that has none."""
_UNMARKED = re.compile(r"list-style(?:-type)?\s{0,9}:\s{0,9}(?!\s|decimal)")
_INTEGER = re.compile(r"\s*+(-?\d{1,5})\s*+\Z")


class ListNumbers:
    """Numbers of the items of those lists that are open; told of every tag of a list, in order."""

    def __init__(self) -> None:
        self._next = array("i")  # number of the next item of each open list

    def label(self, tag: Tag) -> bytes:
        """The number that a browser puts before the item that a tag opens, ``2. ``; empty before all else.

        Letters, Roman numerals, lists that count down, and those whose style takes the numbers away give none.
        """
        if tag.name in LISTS:
            if not tag.closes:
                self._next.append(_first(tag) if tag.name == b"ol" else _UNNUMBERED)
            elif self._next:
                self._next.pop()
            return b""
        if tag.closes or not self._next or self._next[-1] == _UNNUMBERED:
            return b""
        number = _integer(tag.get("value"), self._next[-1])
        self._next[-1] = number + 1
        return b"%d. " % number if 0 <= number <= LARGEST else b""


def _first(tag: Tag) -> int:
    """The number of a list's first item; none where it is not numbered so."""
    if not tag.attributes:
        return 1
    values = tag.all()
    if "reversed" in values or values.get("type", "1") != "1" or _UNMARKED.search(values.get("style", "").lower()):
        return _UNNUMBERED
    return _integer(values.get("start", ""), 1)


def _integer(value: str, default: int) -> int:
    found = _INTEGER.match(value) if value else None
    return int(found[1]) if found else default
