"""Compare new articles with what was published before: an index given, or one that follows the feed's own files."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from feedtools.config import Config, cache_folder
from feedtools.dedup.index.query import Published, find
from feedtools.dedup.index.sqlite import Index, SourceState
from feedtools.dedup.index.store import Store
from feedtools.errors import FeedtoolsError, IndexFileError, StaleIndexError
from feedtools.model import Article, blake2b
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches
from feedtools.readers.streams import STDIN

OnError = Callable[[FeedtoolsError], None]
Answer = TypeVar("Answer")
PORTION = 1_000_000
"""Articles taken in by one transaction, at least, where there are as many."""
KEPT = 60
"""Days that the index of a set of paths is kept without being asked."""
_PREFIX = "history-"
_SQLITE = b"SQLite format 3\x00"


def published(
    articles: Sequence[Article], config: Config, on_error: OnError, say: Callable[[str], None]
) -> list[list[Published]]:
    """For each article its published copies, the best first, over everything ``config.history`` names.

    A file is never compared with itself.

    Args:
        articles: the new ones.
        config: ``history`` names index files, shared stores (``redis://…``), and files, folders or globs of the feed.
        on_error: told of history that cannot be read; the rest is compared with.
        say: told what a person wants to know, such as that the index was built again.

    Raises:
        IndexFileError: an index that was named is missing or unusable.
    """
    indexes = [item for item in config.history if _is_index(_resolved(item, config))]
    followed = [_resolved(item, config) for item in config.history if item not in indexes]
    own = frozenset(source_key(article.source, config) for article in articles)
    texts = [article.text for article in articles]
    answers: list[list[list[Published]]] = []
    for item in indexes:
        with closing(open_store(_resolved(item, config))) as store:
            answers.append(find(store, texts, own=own))
    if followed:

        def ask(index: Index) -> list[list[Published]]:
            return find(index, texts, own=own)

        answers.append(_ask_followed(followed, config, on_error, say, ask))
    return [[copy for answer in answers for copy in answer[number]] for number in range(len(texts))]


def _resolved(item: str, config: Config) -> str:
    return item if "://" in item else str(config.root / item)


def source_key(path: str, config: Config) -> str:
    """How a source is called in the index: relative to the configuration, whatever the current folder is."""
    if path == STDIN:
        return path
    root, whole = os.path.abspath(config.root), os.path.abspath(path)
    inside = whole.startswith(root + os.sep)
    return (whole[len(root) + 1 :] if inside else os.path.relpath(whole, root)).replace(os.sep, "/")


def _is_index(item: str) -> bool:
    if "://" in item:
        return True
    try:
        with open(item, "rb") as stream:
            return stream.read(16) == _SQLITE
    except OSError:
        return False


def open_store(item: str) -> Store:
    """An index file for asking, or a shared store by its address.

    Raises:
        IndexFileError: it cannot be opened.
    """
    if "://" in item:
        from feedtools.dedup.index.shared import SharedStore

        return SharedStore(item)
    return Index(Path(item), readonly=True)


def _ask_followed(
    paths: Sequence[str], config: Config, on_error: OnError, say: Callable[[str], None], ask: Callable[[Index], Answer]
) -> Answer:
    """What the index of the feed's own files says, brought up to date; a damaged one is built again."""
    name = blake2b("\n".join(sorted(paths)).encode("utf-8", "surrogateescape"), size=8)
    folder = _folder(config)
    path = folder / f"{_PREFIX}{name.hex()}.sqlite"
    files = expand(list(paths), on_error)
    if not path.exists():
        _forget_unused(folder)
    try:
        return _up_to_date(path, files, config, on_error, ask)
    except StaleIndexError as error:
        say(f"{path}: {error.message.split(';')[0]}; built again")
        _discard(path)
        return _up_to_date(path, files, config, on_error, ask)


def _up_to_date(
    path: Path, files: Sequence[str], config: Config, on_error: OnError, ask: Callable[[Index], Answer]
) -> Answer:
    with Index(path, create=True) as index:
        follow(index, files, config, on_error)
        with suppress(OSError):  # its age tells when it was last used
            os.utime(path)
        return ask(index)


def _discard(path: Path) -> None:
    """Remove an index file and what SQLite keeps beside it."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink(missing_ok=True)


def _forget_unused(folder: Path) -> None:
    """Remove what followed files that nobody asks for any more: each set of paths has an index of its own."""
    oldest = time.time() - KEPT * 86_400
    for path in folder.glob(f"{_PREFIX}*.sqlite"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                _discard(path)


def _folder(config: Config) -> Path:
    try:
        return cache_folder(config.root)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = (
            "" if error.errno == errno.ELOOP else "; let it be written, or name an index made by `feedtools index add`"
        )
        raise IndexFileError(f"the cache cannot be written: {reason}{advice}", path=error.filename) from error


def follow(index: Index, files: Sequence[str], config: Config, on_error: OnError) -> None:
    """Bring an index up to date with files: take in the new and the changed, forget the missing.

    A file whose size and time of change are as they were is taken to be unchanged; one that was only touched is told
    by its content digest.
    """
    known = index.states()
    wanted: dict[str, tuple[str, SourceState]] = {}
    for path in files:
        key = source_key(path, config)
        try:
            status = os.stat(path)
            before = known.pop(key, None)
            if before and (before.size, before.changed) == (status.st_size, status.st_mtime_ns):
                continue
            content = blake2b(Path(path).read_bytes())
        except OSError as error:
            on_error(FeedtoolsError(f"history cannot be read: {error.strerror or error}", path=path))
            continue
        wanted[key] = path, SourceState(content, status.st_size, status.st_mtime_ns)
    if known:
        index.remove(known)
    if wanted:
        _take_in(index, wanted, config, on_error)


def _take_in(index: Index, wanted: dict[str, tuple[str, SourceState]], config: Config, on_error: OnError) -> None:
    portion: list[Article] = []
    states: dict[str, SourceState] = {}
    for key, (path, state) in wanted.items():
        states[key] = state
        for batch in batches([path], ReadOptions.of(config), on_error):
            portion += [article._replace(source=key) for article in batch.articles]
        if len(portion) >= PORTION:
            index.add(portion, states)
            portion, states = [], {}
    index.add(portion, states)
