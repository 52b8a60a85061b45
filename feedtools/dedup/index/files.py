"""The explicit index: add and remove feed files, in a file of one's own or in a shared store."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.config import Config, cache_folder
from feedtools.dedup.index.history import PORTION, source_key
from feedtools.dedup.index.sqlite import Index
from feedtools.errors import FeedtoolsError, IndexFileError
from feedtools.model import Article
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches

if TYPE_CHECKING:
    from feedtools.dedup.index.shared import SharedStore


class Added(NamedTuple):
    """What was taken in, and what could not be read."""

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


def opened(path: str, *, readonly: bool = True) -> Index:
    """An index file that is there.

    Raises:
        IndexFileError: it is not, is unusable, or is a shared store, which cannot do what is asked.
    """
    if "://" in path:
        raise IndexFileError("a shared store knows only add and remove; its own tools tell the rest", path=path)
    return Index(Path(path), readonly=readonly)


def _writable(path: str) -> Index | SharedStore:
    if "://" in path:
        from feedtools.dedup.index.shared import SharedStore

        return SharedStore(path)
    return Index(Path(path), create=True)


def add(paths: Sequence[str], where: str, config: Config) -> Added:
    """Take files in, a million articles or more in one transaction where there are as many.

    Raises:
        IndexFileError: the index cannot be opened or written; what was committed before stays.
    """
    config.activate_renderers()
    errors: list[FeedtoolsError] = []
    files = expand(list(paths), errors.append)
    store = _writable(where)
    portion: list[Article] = []
    count = 0
    for path in files:
        key = source_key(path, config)
        for batch in batches([path], ReadOptions.of(config), errors.append):
            portion += [article._replace(source=key) for article in batch.articles]
        if len(portion) >= PORTION:
            count += store.add(portion)
            portion = []
    count += store.add(portion)
    store.close()
    return Added(count, len(files), errors)


def publish(files: Iterable[tuple[Path, str]], where: str, config: Config) -> None:
    """Remember what a batch run published.

    It is kept under the names of the files it came from, so that a second run over them does not meet itself.

    Args:
        files: what was written, and the file it was made from.
        where: the index, which is made if there is none.
        config: how to read.

    Raises:
        IndexFileError: see ``add``.
    """
    store = _writable(where)
    portion: list[Article] = []
    for written, path in files:
        key = source_key(path, config)
        for batch in batches([str(written)], ReadOptions.of(config), _fail):
            portion += [article._replace(source=key) for article in batch.articles]
        if len(portion) >= PORTION:
            store.add(portion)
            portion = []
    store.add(portion)
    store.close()


def _fail(error: FeedtoolsError) -> None:
    raise error


def remove(paths: Sequence[str], where: str, config: Config) -> int:
    """Forget files; a folder stands for all that was taken in from it. How many articles that were.

    Raises:
        IndexFileError: see ``add``.
    """
    store = _writable(where) if "://" in where or os.path.exists(where) else opened(where, readonly=False)
    keys = [source_key(path, config) for path in paths]
    if isinstance(store, Index):
        keys = [key for key in store.sources() if any(key == name or key.startswith(f"{name}/") for name in keys)]
    count = store.remove(keys)
    store.close()
    return count
