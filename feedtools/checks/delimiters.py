"""Where formulas begin and end in running text."""

from __future__ import annotations

from typing import NamedTuple


class Math(NamedTuple):
    r"""A formula in its delimiters.

    Attributes:
        start: offset of the opening delimiter.
        end: one past the closing delimiter, or the end of the text where it is not closed.
        opener: ``\(``, ``\[``, ``$``, ``$$`` or ``\begin{name}``.
        closed: whether the closing delimiter was found.
    """

    start: int
    end: int
    opener: str
    closed: bool
