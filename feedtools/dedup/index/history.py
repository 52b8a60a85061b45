"""Compare new articles with what was published before: an index given, or one that follows the feed's own files."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from feedtools.config import Config
from feedtools.dedup.index.query import Published, find
from feedtools.dedup.index.sqlite import Index, SourceState
from feedtools.dedup.index.store import Own, Store
from feedtools.errors import FeedtoolsError, IndexFileError, StaleIndexError
from feedtools.model import Article, blake2b
from feedtools.readers import ReadOptions, expand
from feedtools.readers.batches import batches
from feedtools.readers.streams import STDIN
from feedtools.system.files import open_regular

if TYPE_CHECKING:  # imported where an index is brought up to date: one that is only asked does without
    from feedtools.dedup.index.updates import IndexWriter
    from feedtools.system.locks import FileLock

OnError = Callable[[FeedtoolsError], None]
Answer = TypeVar("Answer")
PATIENCE = 60.0
"""Seconds that a check waits for another one which brings the same index up to date."""
UNSETTLED = 2 * 10**9
"""Nanoseconds after a change within which another one may leave the same time behind."""
KEPT_HISTORIES = 60
"""Days that the index of a set of paths is kept without being asked."""
_PREFIX = "history-"
_SQLITE = b"SQLite format 3\x00"


def published(
    articles: Sequence[Article], config: Config, on_error: OnError, say: Callable[[str], None]
) -> list[list[Published]]:
    """Find the published copies of each article, the best first, in everything that ``config.history`` names.

    A file is never compared with itself, and what corrects a published article of its id is no copy of that.

    Args:
        articles: the new ones.
        config: ``history`` names index files, shared stores (``redis://…``), and files, folders or globs of the feed.
        on_error: told of history that cannot be read; the rest is compared with.
        say: told what a person wants to know, such as that the index was built again.

    Raises:
        IndexFileError: an index that was named is missing or unusable.
    """
    indexes = [item for item in config.history if is_index(_resolved(item, config))]
    followed = [_resolved(item, config) for item in config.history if item not in indexes]
    real = {os.path.realpath(source) for source in {article.source for article in articles} if source != STDIN}
    own: Own = frozenset(source_key(path, config) for path in (*real, *{article.source for article in articles}))
    texts = [article.text for article in articles]
    versions = config.clean.keep != "most-complete"
    answers: list[list[list[Published]]] = []
    for item in indexes:
        with closing(open_store(_resolved(item, config))) as store:
            answers.append(find(store, texts, own=own, rest=config.clean.rest, versions=versions))
    if followed:

        def ask(files: Sequence[str], index: Index) -> list[list[Published]]:
            mine = own.union(source_key(path, config) for path in _other_names(files, real))
            return find(index, texts, own=mine, rest=config.clean.rest, versions=versions)

        answers.append(_ask_followed(followed, config, on_error, say, ask))
    return [
        [_as_copy(copy) for answer in answers for copy in answer[number] if _stands(article, copy, config)]
        for number, article in enumerate(articles)
    ]


def _other_names(files: Iterable[str], real: set[str]) -> Iterator[str]:
    """Yield the files that are, behind links, one of some others; ``real``: the paths of those without links."""
    names = {os.path.basename(path) for path in real}
    for path in files:
        if (os.path.basename(path) in names or os.path.islink(path)) and os.path.realpath(path) in real:
            yield path


def _as_copy(found: Published) -> Published:
    return found if found.copy else found._replace(match=found.match._replace(kind="near"), copy=True)


def _stands(article: Article, found: Published, config: Config) -> bool:
    if article.origin is None or not article.origin.id or not found.document.id:
        return found.copy
    from feedtools.dedup.versions import stands

    return stands(config.clean.keep, article.origin.id, found.document.id, found.match, copy=found.copy)


def _resolved(item: str, config: Config) -> str:
    return item if "://" in item else str(config.root / item)


def source_key(path: str, config: Config) -> str:
    """Name of a source in the index: relative to the configuration, whatever the current folder is."""
    if path == STDIN:
        return path
    root, whole = os.path.abspath(config.root), os.path.abspath(path)
    name = whole[len(root) + 1 :]
    if not whole.startswith(root + os.sep):
        try:
            name = os.path.relpath(whole, root)
        except ValueError:  # on another drive of Windows
            name = whole
    return name.replace(os.sep, "/")


def is_index(item: str) -> bool:
    """Tell a shared store by its address and an index by its first bytes."""
    if "://" in item:
        return True
    try:
        with open_regular(item) as stream:
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
    paths: Sequence[str],
    config: Config,
    on_error: OnError,
    say: Callable[[str], None],
    question: Callable[[Sequence[str], Index], Answer],
) -> Answer:
    """Ask the index of the feed's own files, brought up to date; a damaged one is built again.

    Where there is no place for it, or none is wanted, one is made for this run alone.
    """
    from feedtools.system.locks import FileLock

    files = expand(list(paths), on_error, ReadOptions.of(config))
    ask = partial(question, files)
    folder = _folder(config, say)
    if folder is None:
        return _ask_anew(files, config, on_error, ask)
    name = blake2b("\n".join(sorted(paths)).encode("utf-8", "surrogateescape"), size=8)
    path = folder / f"{_PREFIX}{name.hex()}.sqlite"
    if not path.exists():
        _forget_unused(folder)
    with FileLock(_lock_of(path)) as lock:
        if not lock.take(PATIENCE):
            return _ask_anew(files, config, on_error, ask)
        try:
            return _up_to_date(path, files, config, on_error, ask, lock)
        except StaleIndexError as error:
            if not lock.take(PATIENCE):
                return _ask_anew(files, config, on_error, ask)
            say(f"{path}: {error.message.split(';')[0]}; built again")
            _discard(path)
            return _up_to_date(path, files, config, on_error, ask, lock)


def keep_up(name: str, files: Sequence[str], config: Config, on_error: OnError) -> Path | None:
    """Bring an index of files up to date in the cache, where later runs find it, to be asked by anyone.

    Args:
        name: of what the files belong to; each has an index of its own.
        files: all of them; what the index holds of others is forgotten.
        config: where the cache is, and how files are read.
        on_error: told of files that cannot be read.

    Returns:
        Where the index lies; ``None`` where there is no cache, or another run is at it.
    """
    from feedtools.system.locks import FileLock

    folder = _folder(config, lambda _: None)
    if folder is None:
        return None
    path = folder / f"{_PREFIX}{blake2b(name.encode('utf-8', 'surrogateescape'), size=8).hex()}.sqlite"
    if not path.exists():
        _forget_unused(folder)
    with FileLock(_lock_of(path)) as lock:
        for _ in range(2):
            if not lock.take(PATIENCE):
                return None
            try:
                return _up_to_date(path, files, config, on_error, lambda _: path, lock)
            except StaleIndexError:
                _discard(path)
    return None


def _ask_anew(files: Sequence[str], config: Config, on_error: OnError, ask: Callable[[Index], Answer]) -> Answer:
    """Ask an index that is made for this question alone."""
    from feedtools.dedup.index.updates import IndexWriter
    from feedtools.system.temporary import temporary_folder

    with temporary_folder() as folder, IndexWriter(folder / "i", create=True) as index:
        follow(index, files, config, on_error)
        return ask(index)


def _up_to_date(
    path: Path, files: Sequence[str], config: Config, on_error: OnError, ask: Callable[[Index], Answer], lock: FileLock
) -> Answer:
    """Bring an index up to date while nobody else does, and ask it."""
    from feedtools.dedup.index.updates import IndexWriter

    with IndexWriter(path, create=True) as index:
        follow(index, files, config, on_error)
        with suppress(OSError):  # its age tells when it was last used
            os.utime(path)
        lock.free()
        return ask(index)


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _discard(path: Path) -> None:
    """Remove an index file, or a folder in its place, and what SQLite keeps beside it."""
    for leftover in (path, *path.parent.glob(f"{path.name}-*")):
        if leftover.is_dir() and not leftover.is_symlink():
            import shutil

            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)


def _forget_unused(folder: Path) -> None:
    """Remove what followed files that nobody asks for any more: each set of paths has an index of its own."""
    oldest = time.time() - KEPT_HISTORIES * 86_400
    for path in folder.glob(f"{_PREFIX}*.sqlite"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                _discard(path)
                _lock_of(path).unlink(missing_ok=True)


def _folder(config: Config, say: Callable[[str], None]) -> Path | None:
    """The folder of caches; ``None`` where there is to be none, or none can be had.

    Raises:
        IndexFileError: something in its place could lead anywhere.
    """
    if not config.cache:
        return None
    from feedtools.system.cache_folder import cache_folder

    try:
        return cache_folder(config.root)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.ELOOP:
            raise IndexFileError(f"the cache cannot be used: {reason}", path=error.filename) from error
        say(f"{error.filename}: the cache cannot be written ({reason}); the history is read anew, here and each time")
        return None


def follow(index: IndexWriter, files: Sequence[str], config: Config, on_error: OnError) -> None:
    """Bring an index up to date with files: take in the new and the changed, forget the missing, all at once.

    A file whose size and time of change are as they were is taken to be unchanged, unless it was taken in within a
    moment of its change; any other is told by its content digest.
    """
    with index.writing():
        known = index.states()
        wanted: dict[str, tuple[str, SourceState]] = {}
        for path in files:
            key = source_key(path, config)
            try:
                status = os.stat(path)
                before = known.pop(key, None)
                if before and (before.size, before.changed) == (status.st_size, _changed(status)):
                    continue
                content = _digest(path)
            except OSError as error:
                on_error(FeedtoolsError(f"history cannot be read: {error.strerror or error}", path=path))
                continue
            settled = abs(time.time_ns() - _changed(status)) > UNSETTLED
            state = SourceState(content, status.st_size, _changed(status) if settled else -1)
            if before and before.digest == content:
                index.note_state(key, state)
            else:
                wanted[key] = path, state
        index.remove(known)
        _take_in(index, wanted, config, on_error)


def _digest(path: str) -> bytes:
    """Digest a file piece by piece: a feed may be larger than the memory."""
    import hashlib

    with open_regular(path) as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).digest()


def _changed(status: os.stat_result) -> int:
    """Read when a file was changed (ns): on POSIX its status, which no program sets back; on Windows its content."""
    return status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns


class _Followed(NamedTuple):
    """An index that takes the articles of files in the place of those that stood in them before."""

    writer: IndexWriter
    states: dict[str, SourceState]

    def add(self, articles: Sequence[Article], _batches: Mapping[str, bytes]) -> int:
        mine = {article.source for article in articles}
        return self.writer.replace(articles, {source: self.states.pop(source) for source in mine})


def _take_in(index: IndexWriter, wanted: dict[str, tuple[str, SourceState]], config: Config, on_error: OnError) -> None:
    """Take in files; one that was not read whole is read, and complained of, the next time again."""
    from feedtools.dedup.index.updates import take_in

    states = {key: state for key, (_, state) in wanted.items()}
    options = ReadOptions.of(config)
    failed: set[str] = set()

    def tell(key: str, error: FeedtoolsError) -> None:
        failed.add(key)
        on_error(error)

    articles = (
        article._replace(source=key)
        for key, (path, _) in wanted.items()
        for batch in batches([path], options, partial(tell, key))
        for article in batch.articles
    )
    take_in(_Followed(index, states), articles)
    index.replace((), {key: state for key, state in states.items() if key not in failed})  # files without an article
    for key in failed - states.keys():
        index.note_state(key, SourceState(b"", 0, 0))
