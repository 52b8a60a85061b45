"""What was published before and the originals, for the processes of a batch run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedtools.config import Config
from feedtools.dedup.index.history import open_store
from feedtools.dedup.index.query import find
from feedtools.dedup.index.store import Store
from feedtools.errors import FeedtoolsError
from feedtools.model import Article, Place, blake2b

if TYPE_CHECKING:
    from feedtools.restore import Sibling

PORTION = 20_000
"""Originals taken in by one transaction; they are whole articles, and held in memory until then."""


class Stores:
    """What was published before and the originals, opened by every process for itself.

    Args:
        published: an index or a shared store, where there is one.
        originals: an index, likewise.
    """

    def __init__(self, published: str | None, originals: Path | None) -> None:
        self.published = published
        self.originals = originals
        self._opened: dict[str, Store] = {}
        self._owner = -1

    def __bool__(self) -> bool:
        return self.published is not None or self.originals is not None

    def store(self, where: str) -> Store:
        """One of them.

        Raises:
            IndexFileError: it cannot be opened.
        """
        if self._owner != os.getpid():  # a connection must not be used on both sides of a fork
            self._owner, self._opened = os.getpid(), {}
        if where not in self._opened:
            self._opened[where] = open_store(where)
        return self._opened[where]

    def siblings(self, text: str) -> list[Sibling]:
        """The copies of a text that are there, the published ones first."""
        from feedtools.restore import Sibling

        places = (str(place) for place in (self.published, self.originals) if place is not None)
        found = (copy.document for place in places for copy in find(self.store(place), [text])[0])
        return [Sibling(one.text, Place(one.source, one.line)) for one in found]

    def close(self) -> None:
        """Let go of those that this process opened."""
        if self._owner == os.getpid():
            for store in self._opened.values():
                store.close()
        self._opened = {}

    def __getstate__(self) -> dict[str, Any]:
        """Another process opens them itself."""
        return {**self.__dict__, "_opened": {}, "_owner": -1}


def read_originals(folder: str, path: Path, config: Config, on_error: Callable[[FeedtoolsError], None]) -> bytes:
    """Make an index of the originals in a folder, anew at ``path``; a digest of all of them."""
    from feedtools.dedup.index.updates import IndexWriter, take_in
    from feedtools.readers import ReadOptions, expand
    from feedtools.readers.batches import batches

    options = ReadOptions.of(config)._replace(input_format=None)
    seen: list[bytes] = []

    def articles() -> Iterator[Article]:
        for batch in batches(expand([folder], on_error), options, on_error):
            for article in batch.articles:
                seen.append(article.digest)
                yield article

    path.unlink(missing_ok=True)
    with IndexWriter(path, create=True) as index:
        take_in(index, articles(), PORTION)
    return blake2b(b"".join(seen))
