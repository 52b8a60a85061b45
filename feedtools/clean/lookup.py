"""Stores of earlier publications and of originals, for the processes of a batch run."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedtools.config import Config
from feedtools.dedup.index.history import open_store
from feedtools.dedup.index.query import find_alike, find_siblings
from feedtools.dedup.index.sqlite import Index
from feedtools.dedup.index.store import PublishedArticle, Store
from feedtools.errors import FeedtoolsError, Notice
from feedtools.model import Place, blake2b

if TYPE_CHECKING:
    from feedtools.restore import Sibling

OnError = Callable[[FeedtoolsError], None]
PAGES = ("*.html", "*.htm", "*.xhtml")
"""Pages that are read whatever they hold: what looks like a template may be TeX or code that an original shows."""
UNTOLD = frozenset({".txt", ".json", ".xml", ".csv", ".tsv", ".tab"})
"""Endings of files that may hold articles or anything else."""


class Stores:
    """Stores of earlier publications and of originals, opened by every process for itself.

    Args:
        published: an index or a shared store, where there is one.
        originals: an index, likewise.
        content: digest of the originals.
    """

    def __init__(self, published: str | None, originals: Path | None, content: bytes = b"") -> None:
        self.published = published
        self.originals = originals
        self.content = content
        self._opened: dict[str, Store] = {}
        self._owner = -1

    def __bool__(self) -> bool:
        return self.published is not None or self.originals is not None

    def store(self, where: str) -> Store:
        """Open a store, or give the one that this process has open.

        Raises:
            IndexFileError: it cannot be opened.
        """
        if self._owner != os.getpid():  # a connection must not be used on both sides of a fork
            self._owner, self._opened = os.getpid(), {}
        if where not in self._opened:
            self._opened[where] = open_store(where)
        return self._opened[where]

    def siblings(self, text: str) -> list[Sibling]:
        """Find what may give a text back what it lost: its published copies, then originals that have most of it.

        Of what was published, copies count, and other excerpts of the same article: as they do in the feed, so that the
        next run finds nothing to do that this one left alone.
        """
        from feedtools.restore import Sibling

        found: list[PublishedArticle] = []
        if self.published is not None:
            alike = find_alike(self.store(self.published), text)
            found += (one.document for one in alike if one.copy or self._is_excerpt(text, one.document.text))
        if self.originals is not None:
            found += find_siblings(self.store(str(self.originals)), text)
        return [Sibling(one.text, Place(one.source, one.line)) for one in found]

    @staticmethod
    def _is_excerpt(text: str, other: str) -> bool:
        from feedtools.restore.agree import agree, may_gain

        return may_gain(text) and agree(text, other)

    def close(self) -> None:
        """Close the stores that this process opened."""
        if self._owner == os.getpid():
            for store in self._opened.values():
                store.close()
        self._opened = {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave behind what is open: another process opens the stores itself."""
        return {**self.__dict__, "_opened": {}, "_owner": -1}


def read_originals(folder: str, path: Path, config: Config, on_error: OnError) -> tuple[Path, bytes]:
    """Bring the index of the originals that a path names up to date.

    It is kept in the cache, so that only files that are new or changed are read by the next run; all of them are where
    files are read by other code, or as something else.

    Args:
        folder: a folder, which is walked whole, a file or a pattern.
        path: where the index is made if it cannot be kept.
        config: as the articles are read; the format of each original is told by its name and content.
        on_error: told of what cannot be read, and of what is passed over.

    Returns:
        Where the index lies, and a digest of all originals.
    """
    from feedtools.dedup.index.history import follow, keep_up
    from feedtools.dedup.index.updates import IndexWriter
    from feedtools.readers import ReadOptions, expand
    from feedtools.readers.fingerprint import reading_digest

    config = config._replace(input_format=None)
    options = ReadOptions.of(config)
    files = expand([folder], on_error, options._replace(include=(*options.include, *PAGES)))
    tell = partial(_tell, on_error) if os.path.isdir(folder) else on_error
    kept = keep_up(f"originals {reading_digest(options)}\n{os.path.abspath(folder)}", files, config, tell)
    if kept is None:
        path.unlink(missing_ok=True)
        with IndexWriter(path, create=True) as index:
            follow(index, files, config, tell)
    with closing(Index(kept or path, readonly=True)) as index:
        states = sorted((source, state.digest) for source, state in index.states().items())
    digest = b"".join(source.encode("utf-8", "surrogatepass") + b"\0" + made for source, made in states)
    return kept or path, blake2b(digest)


def _tell(on_error: OnError, error: FeedtoolsError) -> None:
    """Pass an error on; what a name does not tell to be an article may be anything, and is passed over."""
    if error.path and os.path.splitext(error.path)[1].lower() in UNTOLD:
        error = Notice(f"passed over: {error.message}", path=error.path, line=error.line)
    on_error(error)
