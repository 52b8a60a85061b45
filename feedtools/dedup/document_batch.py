"""A text as comparing needs it, in a run that has numpy: what is asked of it is made in less time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.dedup.codes import low_bytes
from feedtools.dedup.document import Document, kept
from feedtools.text import symbols_batch
from feedtools.text.dropped import traits
from feedtools.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PLACED = 1000
"""Symbols of a text up to which it takes less time to place them together with those of others."""


class BatchDocument(Document):
    """A document that gives the same values as ``Document``."""

    @kept
    def folded(self) -> str:
        """The symbols of all of its text, formulas and placeholders included."""
        return symbols_batch.folded(self.text) if self.dropped else self.symbols

    @kept
    def offsets(self) -> Sequence[int]:
        """Offsets of the raw code points that the symbols came from, one per symbol."""
        return symbols_batch.offsets(self.text)

    @kept
    def shown(self) -> Document:
        """The document without what its reader does not see; itself where that is nothing."""
        text = visible(self.text) if self.hides else self.text
        if text == self.text:
            return self
        known = symbols_batch.symbols_of(text)
        return BatchDocument(self.number, low_bytes(known), traits(text), lambda _: text, lambda: known)


def show_all(documents: Iterable[Document]) -> None:
    """Make what is shown of several documents, each given once, in one go."""
    texts = [(it, visible(it.text)) for it in documents if it.hides and "shown" not in it.__dict__]
    parts = []
    for document, text in texts:
        if text == document.text:
            document.shown = document
        else:
            parts.append((document, text))
    placed = symbols_batch.placed(text for _, text in parts)
    for (document, text), letters, offsets, codes, kinds in zip(parts, *placed, strict=True):
        made = document.shown = BatchDocument(document.number, codes, kinds, document._read)
        made.text, made.symbols, made.offsets = text, letters, offsets


def place_all(documents: Iterable[Document]) -> None:
    """Look up the symbols of several documents, each given once, and where they stand, in one go."""
    some = [it for it in documents if "offsets" not in it.__dict__ and len(it.codes) <= _PLACED]
    placed = symbols_batch.placed(it.text for it in some)
    for document, letters, offsets in zip(some, placed.symbols, placed.offsets, strict=True):
        document.symbols, document.offsets = letters, offsets
