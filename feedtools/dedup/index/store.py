"""Questions that any memory of published articles must answer, whatever holds it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from feedtools.dedup.index import postings
from feedtools.dedup.sketch import Sketch

CAP = 256
"""Documents that one key may propose: the first published ones. A key that more share proves nothing by itself, and
copies of one text share all their keys, so the earliest are found."""


class PublishedArticle(NamedTuple):
    """A published article as it is remembered.

    Attributes:
        number: by which the store calls it.
        source: the file it was published from first.
        line: where it stood there then.
        digest: of its text.
        keys: how many sketch keys it has.
        text: as it was published.
        batch: digest of the file as it was when the article was taken in; empty where that is not known.
        id: what its record called it; empty where that is not known.
        superseded: whether a later version of it was published.
    """

    number: int
    source: str
    line: int
    digest: bytes
    keys: int
    text: str
    batch: bytes = b""
    id: str = ""
    superseded: bool = False


Own = frozenset[str | tuple[str, bytes]]
"""Documents that a text is not compared with: everything that came from a source, or one batch of it."""


class Store(Protocol):
    """Keys to documents, and documents to what is needed to verify and explain a match."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Have several questions answered from one state, as far as the store can."""

    def holding(self, keys: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """Find the documents that have each key, where any has: live ones, ascending, at most ``CAP``."""

    def sizes(self, numbers: Sequence[int]) -> Mapping[int, int]:
        """Count the sketch keys of the live documents of these numbers."""

    def short(self, numbers: Iterable[int]) -> list[int]:
        """Select the documents with fewer than ``FEW_KEYS`` sketch keys, for which a single shared key counts.

        Most documents share a single key with some others, and no more may be done for those than this.
        """

    def documents(self, numbers: Iterable[int]) -> list[PublishedArticle]:
        """The live documents of these numbers, ascending."""

    def identity(self) -> object:
        """A value, with a ``repr`` of its own, that is another one as soon as the store holds anything else."""

    def close(self) -> None:
        """Let go of files and connections."""


def stored_keys(sketch: Sketch) -> list[int]:
    """The keys under which a text is stored and looked up: its shingles, its head, its identity."""
    keys = [*sketch.keys, postings.digest_posting(sketch.digest)]
    if sketch.head is not None:
        keys.append(postings.head_posting(sketch.head))
    return keys
