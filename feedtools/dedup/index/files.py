"""The explicit index: add and remove feed files, in a file of one's own or in a shared store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.config import Config
from feedtools.dedup.index.history import source_key
from feedtools.dedup.index.sqlite import Index, Stats
from feedtools.dedup.index.updates import IndexWriter, take_in
from feedtools.errors import FeedtoolsError, IndexFileError, ReadError
from feedtools.model import Article
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches
from feedtools.readers.records import file_digest
from feedtools.readers.streams import STDIN
from feedtools.system.cache_folder import cache_folder

if TYPE_CHECKING:
    from feedtools.dedup.index.shared import SharedStore


class Added(NamedTuple):
    """Summary of an update: what was taken in, and what could not be read."""

    documents: int
    sources: int
    errors: list[FeedtoolsError]


def address(given: str | None, config: Config) -> str:
    """The store that was named, else the project's own.

    Raises:
        IndexFileError: the cache folder cannot be made.
    """
    if given:
        return given
    try:
        return str(cache_folder(config.root) / "index.sqlite")
    except OSError as error:
        raise IndexFileError(f"the cache cannot be used: {error.strerror}", path=error.filename) from error


def opened(path: str) -> Index:
    """Open an index file that is there, to ask it.

    Raises:
        IndexFileError: it is not, is unusable, or is a shared store, which cannot do what is asked.
    """
    if "://" in path:
        from feedtools.dedup.index.shared import without_password

        message = "a shared store knows only add and remove; its own tools tell the rest"
        raise IndexFileError(message, path=without_password(path))
    return Index(Path(path), readonly=True)


def compact(path: str) -> Stats:
    """Pack an index file anew, and measure it.

    Raises:
        IndexFileError: as for ``opened``, or it cannot be written.
    """
    opened(path).close()
    with IndexWriter(Path(path)) as index:
        index.compact()
        return index.stats()


def _writable(path: str) -> IndexWriter | SharedStore:
    if "://" in path:
        from feedtools.dedup.index.shared import SharedStore

        return SharedStore(path)
    return IndexWriter(Path(path), create=True)


class TakenBatch(NamedTuple):
    """A file to take in.

    Attributes:
        source: the name that its articles are remembered under.
        path: where it lies.
        digest: what tells this batch of the source from others; empty where that is not known.
    """

    source: str
    path: str
    digest: bytes


class _Reading:
    """The articles of files under the names of their sources, and the digests of those files once they are read."""

    def __init__(self, files: Iterable[TakenBatch], config: Config, on_error: Callable[[FeedtoolsError], None]) -> None:
        self._files = files
        self._options = ReadOptions.of(config)
        self._on_error = on_error
        self.batches: dict[str, bytes] = {}

    def articles(self) -> Iterator[Article]:
        for source, path, digest in self._files:
            if digest:
                self.batches[source] = digest
            for batch in batches([path], self._options, self._on_error):
                yield from (article._replace(source=source) for article in batch.articles)


def _take_in(
    files: Iterable[TakenBatch], where: str, config: Config, on_error: Callable[[FeedtoolsError], None]
) -> int:
    reading = _Reading(files, config, on_error)
    with closing(_writable(where)) as store:
        return take_in(store, reading.articles(), batches=reading.batches)


def add(paths: Sequence[str], where: str, config: Config) -> Added:
    """Take files in, a million articles or more in one transaction where there are as many.

    What is known of a file already stays, whether it still stands in it or not: it was published.

    Raises:
        IndexFileError: the index cannot be opened or written; what was committed before stays.
    """
    config.activate_renderers()
    errors: list[FeedtoolsError] = []
    files = expand(list(paths), errors.append, ReadOptions.of(config))

    def named() -> Iterator[TakenBatch]:
        for path in files:
            try:
                digest = b"" if path == STDIN else bytes.fromhex(file_digest(path))
            except ReadError as error:
                errors.append(error)
            else:
                yield TakenBatch(source_key(path, config), path, digest)

    return Added(_take_in(named(), where, config, errors.append), len(files), errors)


def publish(files: Iterable[TakenBatch], where: str, config: Config) -> None:
    """Remember what a batch run published, besides all that it published before.

    It is kept under the names of the files it came from and the digests they had, so that a second run over the same
    files does not meet itself, while one over a later state of them meets what was published of the former.

    Args:
        files: what was written, and of what.
        where: the index, which is made if there is none.
        config: how to read.

    Raises:
        IndexFileError: see ``add``.
    """
    _take_in(files, where, config._replace(input_format=None), _fail)


def _fail(error: FeedtoolsError) -> None:
    raise error


class Removed(NamedTuple):
    """Summary of a removal: how many articles were forgotten, and the paths that the store had nothing of."""

    documents: int
    unknown: list[str]


def remove(paths: Sequence[str], where: str, config: Config) -> Removed:
    """Forget files; a folder stands for all that was taken in from it.

    Raises:
        IndexFileError: see ``add``.
    """
    if "://" not in where and not os.path.exists(where):
        opened(where)
    named = {path: source_key(path, config) for path in paths}
    with closing(_writable(where)) as store:
        if not isinstance(store, Index):  # it lists no sources: a path is a source
            counts = {path: store.remove([key]) for path, key in named.items()}
            return Removed(sum(counts.values()), [path for path, count in counts.items() if not count])
        sources = list(store.sources())
        found = {path: [key for key in sources if key == name or _lies_in(key, name)] for path, name in named.items()}
        count = store.remove(list(dict.fromkeys(key for keys in found.values() for key in keys)))
        return Removed(count, [path for path, keys in found.items() if not keys])


def _lies_in(source: str, folder: str) -> bool:
    """Tell whether a source was taken in from a folder, by their names; ``.`` is the folder of the configuration."""
    if folder == ".":
        return source != STDIN and not source.startswith("../") and not os.path.isabs(source)
    return source.startswith(f"{folder}/")
