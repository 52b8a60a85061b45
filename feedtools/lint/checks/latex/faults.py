"""Faults of formulas, as values; the words for them are in ``messages``."""

from typing import NamedTuple


class Fault(NamedTuple):
    r"""The first place where a renderer gives up.

    Attributes:
        code: kind of damage, a key of ``messages.WORDS``.
        start: first code point of the damaged place, in the formula's body.
        end: one past its last.
        opener: offset of what was opened and stays open, or of the command that lacks something; -1 for none.
        opened: the token at the opener (``\left``, ``{``, ``\frac``).
        what: the text the message speaks of.
    """

    code: str
    start: int
    end: int
    opener: int = -1
    opened: str = ""
    what: str = ""


class BrokenError(Exception):
    """Raised inside the parser at the first fault; token numbers, not offsets."""

    def __init__(self, code: str, index: int, opener: int = -1, what: str = "") -> None:
        super().__init__(code, index, opener, what)
        self.code = code
        self.index = index
        self.opener = opener
        self.what = what
