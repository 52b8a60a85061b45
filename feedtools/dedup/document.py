"""A text as comparing needs it: its codes at once, everything else when it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from feedtools.dedup.overlap import low_bytes
from feedtools.text import symbols
from feedtools.text.dropped import dropped, traits
from feedtools.text.placeholders import find
from feedtools.text.visible import addresses, may_hide, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DENSE = 1.5
"""Bytes per character from which a script is taken for one of thousands of letters."""


class Document:
    """One text to compare.

    Attributes:
        number: what it goes by.
        codes: the low byte of each of its symbols (``overlap.codes``).
        traits: as ``text.dropped.traits`` gives them.

    Args:
        number: see above.
        codes: see above.
        traits: see above.
        read: gives the raw text of a number; asked only where the codes do not decide.
        symbols: gives its symbols, where that is quicker than from the text.
    """

    def __init__(
        self,
        number: int,
        codes: bytes,
        traits: int,
        read: Callable[[int], str],
        symbols: Callable[[], str] | None = None,
    ) -> None:
        self.number, self.codes, self.traits = number, codes, traits
        self._read, self._symbols = read, symbols

    @classmethod
    def of(cls, number: int, text: str, known: str | None = None) -> Document:
        """Make a document of a raw text.

        Args:
            number: what it goes by.
            text: the raw text.
            known: its symbols, where they are known.
        """
        made = cls(number, low_bytes(symbols.symbols(text) if known is None else known), traits(text), lambda _: text)
        if known is not None:
            made.symbols = known
        return made

    @cached_property
    def text(self) -> str:
        """The raw text."""
        return self._read(self.number)

    @cached_property
    def symbols(self) -> str:
        """Its symbols."""
        return symbols.symbols(self.text) if self._symbols is None else self._symbols()

    @cached_property
    def letters(self) -> bytes:
        """Its symbols, four bytes each."""
        return self.symbols.encode("utf-32-le", "surrogatepass")

    @cached_property
    def folded(self) -> str:
        """The symbols of all of its text, formulas and placeholders included."""
        return symbols.folded(self.text)

    @cached_property
    def offsets(self) -> Sequence[int]:
        """Offsets of the raw code points that the symbols came from, one per symbol."""
        return symbols.offsets(self.text)

    @cached_property
    def dense(self) -> bool:
        """Tell whether most of the text is in a script of thousands of letters."""
        return len(self.text.encode("utf-8", "surrogatepass")) > DENSE * len(self.text)

    @cached_property
    def holes(self) -> list[int]:
        """The number of symbols before each placeholder."""
        return [bisect_left(self.offsets, hole.start) for hole in find(self.text)]

    @cached_property
    def formulas(self) -> dict[int, str]:
        """The closed formulas that carry no symbols, by the number of symbols before them."""
        found: dict[int, str] = {}
        text = self.text
        for start, end in dropped(text):
            body = text[start:end]
            if body.endswith(("\\)", "\\]", "$$", "}")) and not body.startswith(("[", "［", "【")):
                at = bisect_left(self.offsets, start)
                found[at] = found.get(at, "") + "".join(body.split())
        return found

    @cached_property
    def hides(self) -> bool:
        """Tell whether some of the text may not be shown, at a glance."""
        return may_hide(self.text)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The addresses that the text points at."""
        return addresses(self.text)

    @cached_property
    def shown(self) -> Document:
        """The document without what its reader does not see; itself where that is nothing."""
        text = visible(self.text)
        return self if text == self.text else Document.of(self.number, text)
