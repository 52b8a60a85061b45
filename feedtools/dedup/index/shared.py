"""A memory that many machines share, in Redis, through datasketch's storage layer.

The keys are those of the SQLite index and so are the answers. A document is named by a hash of its source and content,
so machines add without asking each other for numbers, and adding twice changes nothing; the last bit of the hash makes
way for whether the document is short. A document is there for good once its source names it, which is written last.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from feedtools.dedup.candidates import FEW_KEYS
from feedtools.dedup.index.deadline import with_deadline
from feedtools.dedup.index.file import checked
from feedtools.dedup.index.store import CAP, PublishedArticle, stored_keys
from feedtools.dedup.index.updates import NAMESAKES, NO_BATCHES, is_later_version
from feedtools.dedup.sketch import current, sketch
from feedtools.errors import IndexFileError
from feedtools.model import Article, blake2b

SCHEMES = ("redis", "rediss")
_STAMP = b"stamp"
SILENCE = 5.0
"""Seconds that the store may take for a whole answer (longer ones: see ``deadline``); a check waits for no more."""


def layer(address: str) -> dict[str, Any]:
    """Datasketch's storage configuration for ``redis://[user:password@]host[:port][/db]``.

    Raises:
        IndexFileError: the address is of no known kind.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise IndexFileError(f"not an address: {error}", path=without_password(address)) from error
    if parts.scheme not in SCHEMES or not parts.hostname:
        expected = ", ".join(f"{name}://host" for name in SCHEMES)
        raise IndexFileError(f"unknown store; expected {expected}", path=without_password(address))
    rest = parts.path.strip("/")
    if rest and not (rest.isascii() and rest.isdigit()):
        message = f"database {rest!r}: expected a number, as in redis://host/0"
        raise IndexFileError(message, path=without_password(address))
    redis: dict[str, Any] = {"host": parts.hostname, "port": port or 6379, "db": int(rest or 0)}
    redis |= {"socket_timeout": SILENCE, "socket_connect_timeout": SILENCE, "ssl": parts.scheme == "rediss"}
    if parts.username:
        redis["username"] = unquote(parts.username)
    if parts.password:
        redis["password"] = unquote(parts.password)
    return {"type": "redis", "redis": redis}


class SharedStore:
    """Published articles in a shared store.

    Args:
        address: see ``layer``.

    Raises:
        IndexFileError: it cannot be reached, or holds sketches of another version.
    """

    def __init__(self, address: str) -> None:
        self._address = without_password(address)
        config = layer(address)
        try:
            import_module(config["type"])  # the driver: without it the layer lacks a name, and says no more
            from datasketch.storage import ordered_storage, unordered_storage
            from redis.backoff import NoBackoff
            from redis.retry import Retry

            config["redis"]["retry"] = Retry(NoBackoff(), 1)  # by itself it would try for a minute
        except ImportError as error:
            raise IndexFileError(f"this store needs another package: {error}", path=self._address) from error
        with self._faults():
            self._keys = unordered_storage(config, name=b"feedtools_key_")
            self._sources = unordered_storage(config, name=b"feedtools_source_")
            self._texts = ordered_storage(config, name=b"feedtools_document_")
            self._names = unordered_storage(config, name=b"feedtools_name_")
            self._later = ordered_storage(config, name=b"feedtools_superseded_")
            self._meta = ordered_storage(config, name=b"feedtools_meta_")
            for storage in (self._keys, self._sources, self._texts, self._names, self._later, self._meta):
                pool = storage._redis.connection_pool  # it connects when it is asked first
                pool.connection_class = with_deadline(pool.connection_class, SILENCE)
            self._check_header(self._meta)

    def _check_header(self, meta: Any) -> None:
        mine = json.dumps(current()).encode()
        held = list(meta.get(b"parameters"))
        if not held:
            meta.insert(b"parameters", mine)
        elif bytes(held[0]) != mine:
            raise IndexFileError(
                "made by another version of feedtools; use one version on all machines", path=self._address
            )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ImportError, IndexFileError):
            raise
        except Exception as error:
            reason = str(error).split("\n")[0].rstrip(".")
            raise IndexFileError(f"the store does not answer: {reason}", path=self._address) from error

    @contextmanager
    def _foreign(self) -> Iterator[None]:
        """Say so where the store holds what feedtools did not write: anybody may write there."""
        try:
            yield
        except (ValueError, TypeError, RecursionError) as error:
            message = "the store holds what feedtools did not write; name another database, or empty this one"
            raise IndexFileError(message, path=self._address) from error

    def holding(self, keys: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """See ``Store.holding``."""
        with self._faults():
            held = self._keys.getmany(*(_key(key) for key in keys))
        with self._foreign():
            return {
                key: sorted(int.from_bytes(number, "big") for number in numbers)[:CAP]
                for key, numbers in zip(keys, held, strict=True)
                if numbers
            }

    def documents(self, numbers: Iterable[int]) -> list[PublishedArticle]:
        """See ``Store.documents``."""
        wanted = sorted(set(numbers))
        with self._faults():
            names = [_name(number) for number in wanted]
            held, later = self._texts.getmany(*names), self._later.getmany(*names)
        with self._foreign():
            return [
                _document(number, rows[0], superseded=bool(newer))
                for number, rows, newer in zip(wanted, held, later, strict=True)
                if rows
            ]

    def sizes(self, numbers: Sequence[int]) -> dict[int, int]:
        """See ``Store.sizes``."""
        return {document.number: document.keys for document in self.documents(numbers)}

    def short(self, numbers: Iterable[int]) -> list[int]:
        """See ``Store.short``."""
        return [number for number in numbers if number & 1]

    def snapshot(self) -> AbstractContextManager[None]:
        """See ``Store.snapshot``: the store has none; what is there stays there, unless somebody removes it."""
        return nullcontext()

    def identity(self) -> bytes:
        """A value that is another one as soon as the store holds anything else."""
        with self._faults():
            return b"".join(bytes(stamp) for stamp in self._meta.get(_STAMP))

    def add(self, articles: Sequence[Article], batches: Mapping[str, bytes] = NO_BATCHES) -> int:
        """Remember articles besides what is known; a text that was taken in from the same source before is not again.

        A machine that asks meanwhile may find some of them and not yet others.

        Args:
            articles: as they were published.
            batches: see ``updates.take_in``.

        Returns:
            How many documents were added.
        """
        by_source: dict[str, dict[int, Article]] = {}
        for article in articles:
            by_source.setdefault(article.source, {}).setdefault(_number(article), article)
        count = 0
        for source, mine in sorted(by_source.items()):
            known = self._numbers_of(source)
            new = {number: article for number, article in mine.items() if number not in known}
            for number, article in new.items():
                earlier = self._versions_before(article)
                self._put(number, article, batches.get(source, b""))
                self._supersede(earlier, number)
            count += len(new)
        if count:
            self._note_change()
        return count

    def _versions_before(self, article: Article) -> list[int]:
        """Find the documents of which an article is a later version: of the same id, alike, and not the same."""
        own = _id_of(article)
        if not own:
            return []
        with self._faults():
            known = [int.from_bytes(number, "big") for number in self._names.get(_named(own))]
        documents = [one for one in self.documents(known) if not one.superseded][:NAMESAKES]
        return [one.number for one in documents if is_later_version(article.text, one.text)]

    def _supersede(self, earlier: Iterable[int], later: int) -> None:
        with self._faults():
            for number in earlier:
                if number != later:
                    self._later.remove(_name(number))
                    self._later.insert(_name(number), _name(later))

    def _numbers_of(self, source: str) -> set[int]:
        with self._faults():
            return {int.from_bytes(number, "big") for number in self._sources.get(_named(source))}

    def _note_change(self) -> None:
        with self._faults():
            self._meta.remove(_STAMP)
            self._meta.insert(_STAMP, os.urandom(8))

    def _put(self, number: int, article: Article, batch: bytes) -> None:
        made = sketch(article.text)
        name, own = _name(number), _id_of(article)
        row = json.dumps([article.source, article.line, made.digest.hex(), made.size, article.text, batch.hex(), own])
        with self._faults():
            self._texts.remove(name)
            self._texts.insert(name, row.encode())
            for key in stored_keys(made):
                self._keys.insert(_key(key), name, buffer=True)
            self._keys.empty_buffer()
            if own:
                self._names.insert(_named(own), name)
            self._sources.insert(_named(article.source), name)

    def remove(self, paths: Iterable[str]) -> int:
        """Forget all articles of these sources; how many documents that were."""
        count = 0
        for path in paths:
            numbers = self._numbers_of(path)
            self._forget(path, numbers)
            count += len(numbers)
        if count:
            self._note_change()
        return count

    def _forget(self, source: str, numbers: Iterable[int]) -> None:
        """Remove keys before texts, which tell them, and last what names a document: a killed run is repeated."""
        documents = {document.number: document for document in self.documents(numbers)}
        for number in numbers:
            name, document = _name(number), documents.get(number)
            with self._faults():
                for key in stored_keys(sketch(document.text)) if document is not None else ():
                    self._keys.remove_val(_key(key), name)
                if document is not None and document.id:
                    self._names.remove_val(_named(document.id), name)
                self._later.remove(name)
                self._texts.remove(name)
                self._sources.remove_val(_named(source), name)

    def close(self) -> None:
        """Connections are pooled by the driver and closed with the process."""


def _name(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _id_of(article: Article) -> str:
    return article.origin.id if article.origin is not None else ""


def _named(source: str) -> bytes:
    try:
        return source.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair that stands for no byte: an id may hold one
        return source.encode("utf-8", "surrogatepass")


def without_password(address: str) -> str:
    """Put dots for the password of an address, which need not be a valid one."""
    before, at, host = address.rpartition("@")
    scheme, _, login = before.partition("://")
    user, colon, _ = login.partition(":")
    return f"{scheme}://{user}:…@{host}" if at and colon else address


def _key(key: int) -> bytes:
    return key.to_bytes(8, "big")


def _number(article: Article) -> int:
    place = f"{article.source}\0".encode("utf-8", "surrogatepass") + article.digest
    name = int.from_bytes(blake2b(place, size=8), "big")
    return name & ~1 | (sketch(article.text).size < FEW_KEYS)


def _document(number: int, row: bytes, *, superseded: bool) -> PublishedArticle:
    """Read a document.

    Raises:
        ValueError, TypeError, RecursionError: the row is none.
    """
    source, line, digest, keys, text, *more = json.loads(row)
    batch, own = [*more, "", ""][:2]
    for values, kind in (((source, digest, text, batch, own), str), ((line, keys), int)):
        checked(kind, values)
    return PublishedArticle(
        number, source, line, bytes.fromhex(digest), keys, text, bytes.fromhex(batch), own, superseded
    )
