"""A text as comparing needs it: its codes at once, everything else when it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from feedtools.dedup.codes import low_bytes
from feedtools.text import symbols
from feedtools.text.dropped import dropped, traits
from feedtools.text.placeholders import find
from feedtools.text.visible import addresses, may_hide, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DENSE = 0.25
"""Share of characters of a script of thousands of letters, from which a text is taken to be written in it."""
_ALPHABETIC = bytes({*range(0x100)} - {*range(0xE3, 0xEE), 0xEF})
"""Bytes but those that begin a letter or a mark of such a script in UTF-8: U+3000 to U+DFFF, and the wide forms."""


_Value = TypeVar("_Value")


def is_dense(text: str) -> bool:
    """Tell whether a text is written in a script of thousands of letters, and not in an alphabet such as Cyrillic."""
    if text.isascii():
        return False
    return len(text.encode("utf-8", "surrogatepass").translate(None, _ALPHABETIC)) > DENSE * len(text)


class kept(Generic[_Value]):  # noqa: N801
    """``functools.cached_property`` without its lock, which takes longer than the look-up; no two threads share one."""

    def __init__(self, make: Callable[[Any], _Value]) -> None:
        self._make, self._name = make, make.__name__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> kept[_Value]: ...
    @overload
    def __get__(self, owner: object, kind: type[Any] | None = None) -> _Value: ...
    def __get__(self, owner: object | None, kind: type[Any] | None = None) -> kept[_Value] | _Value:
        """Make the value once, and put it where the next look-up finds it first."""
        if owner is None:
            return self
        made = owner.__dict__[self._name] = self._make(owner)
        return made


@cache
def _readers() -> tuple[Callable[[Document], Notes], Callable[[Document], Marks], Callable[[str], int]]:
    """Import what reads a text closely, once that is asked: an import takes longer than what is read then."""
    from feedtools.dedup.keeper import damage
    from feedtools.dedup.notation import laid_out, notes

    return laid_out, notes, damage


class Notes:
    """Strings that a text has at some places.

    Args:
        found: offset in the raw text and string of each; empty ones count for nothing.
    """

    def __init__(self, found: Iterable[tuple[int, str]] = ()) -> None:
        self._found = [note for note in found if note[1]]
        self._placed: dict[int, str] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def by_place(self, document: Document) -> dict[int, str]:
        """The strings of a document by the number of symbols before them, those at the same place as one."""
        made = self._placed
        if not made and self._found:
            offsets = document.offsets
            for start, written in self._found:
                at = bisect_left(offsets, start)
                made[at] = made.get(at, "") + written
        return made


NONE = Notes()
Marks = tuple[Notes, Notes, Notes]
"""Code, plain formulas and signs of a text (``notation.notes``)."""


class Document:
    """One text to compare.

    Attributes:
        number: what it goes by.
        codes: the low byte of each of its symbols (``codes.low_bytes``).
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

    @kept
    def text(self) -> str:
        """The raw text."""
        return self._read(self.number)

    @kept
    def symbols(self) -> str:
        """Its symbols."""
        return symbols.symbols(self.text) if self._symbols is None else self._symbols()

    @kept
    def letters(self) -> bytes:
        """Its symbols, four bytes each."""
        return self.symbols.encode("utf-32-le", "surrogatepass")

    @kept
    def folded(self) -> str:
        """The symbols of all of its text, formulas and placeholders included."""
        return symbols.folded(self.text) if self.dropped else self.symbols

    @kept
    def offsets(self) -> Sequence[int]:
        """Offsets of the raw code points that the symbols came from, one per symbol."""
        return symbols.offsets(self.text)

    @kept
    def dense(self) -> bool:
        """Tell whether most of the text is in a script of thousands of letters."""
        return is_dense(self.text)

    @kept
    def dropped(self) -> list[tuple[int, int]]:
        """The raw spans that carry no symbols (``text.dropped.dropped``)."""
        return list(dropped(self.text))

    @kept
    def holes(self) -> list[int]:
        """The number of symbols before each placeholder."""
        return [bisect_left(self.offsets, hole.start) for hole in find(self.text)]

    @kept
    def formulas(self) -> Notes:
        """The closed formulas that carry no symbols."""
        if "\\" not in self.text and "$" not in self.text:
            return NONE
        return _readers()[0](self)

    @kept
    def notes(self) -> Marks:
        """Code, plain formulas and signs."""
        return _readers()[1](self)

    @kept
    def hides(self) -> bool:
        """Tell whether some of the text may not be shown, at a glance."""
        return may_hide(self.text)

    @kept
    def damage(self) -> int:
        """The count of its visible gaps."""
        return _readers()[2](self.text)

    @kept
    def addresses(self) -> frozenset[str]:
        """The addresses that the text points at."""
        return addresses(self.text)

    @kept
    def shown(self) -> Document:
        """The document without what its reader does not see; itself where that is nothing."""
        text = visible(self.text)
        return self if text == self.text else Document.of(self.number, text)
