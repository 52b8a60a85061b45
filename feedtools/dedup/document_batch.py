"""A text as comparing needs it, in a run that has numpy: what is asked of it is made in less time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.dedup.codes import low_bytes
from feedtools.dedup.document import Document, kept
from feedtools.text import symbols_batch
from feedtools.text.dropped import traits
from feedtools.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence


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
