"""A memory that many machines share, through datasketch's storage layer: Redis; untested, Cassandra.

The keys are those of the SQLite index and so are the answers. A document is named by a hash of its place and content,
so machines add without asking each other for numbers, and adding twice changes nothing; the last bit of the hash makes
way for whether the document is short.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from feedtools.dedup.candidates import FEW_KEYS
from feedtools.dedup.index.store import CAP, Document, stored_keys
from feedtools.dedup.sketch import current, sketch
from feedtools.errors import IndexFileError
from feedtools.model import Article, blake2b

SCHEMES = ("redis", "rediss", "cassandra")


def layer(address: str) -> dict[str, Any]:
    """Datasketch's storage configuration for ``redis://[user:password@]host[:port][/db]`` or ``cassandra://host/keyspace``.

    Raises:
        IndexFileError: the address is of no known kind.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise IndexFileError(f"not an address: {error}", path=address) from error
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise IndexFileError(f"unknown store; expected {', '.join(f'{name}://host' for name in SCHEMES)}", path=address)
    rest = parts.path.strip("/")
    if parts.scheme == "cassandra":
        seeds = {"seeds": [parts.hostname], "keyspace": rest or "feedtools", "replication": _REPLICATION}
        return {"type": "cassandra", "cassandra": seeds}
    if rest and not rest.isdigit():
        raise IndexFileError(f"database {rest!r}: expected a number, as in redis://host/0", path=address)
    redis: dict[str, Any] = {"host": parts.hostname, "port": port or 6379, "db": int(rest or 0)}
    redis |= {"socket_timeout": 30, "socket_connect_timeout": 5, "ssl": parts.scheme == "rediss"}
    if parts.username:
        redis["username"] = unquote(parts.username)
    if parts.password:
        redis["password"] = unquote(parts.password)
    return {"type": "redis", "redis": redis}


_REPLICATION = {"class": "SimpleStrategy", "replication_factor": "1"}


class SharedStore:
    """Published articles in a shared store.

    Args:
        address: see ``layer``.

    Raises:
        IndexFileError: it cannot be reached, or holds sketches of another version.
    """

    def __init__(self, address: str) -> None:
        self._address = _without_password(address)
        config = layer(address)
        try:
            import_module(config["type"])  # the driver: without it the layer lacks a name, and says no more
            from datasketch.storage import ordered_storage, unordered_storage
        except ImportError as error:
            raise IndexFileError(f"this store needs another package: {error}", path=self._address) from error
        with self._faults():
            self._keys = unordered_storage(config, name=b"feedtools_key_")
            self._sources = unordered_storage(config, name=b"feedtools_source_")
            self._texts = ordered_storage(config, name=b"feedtools_document_")
            self._check_header(ordered_storage(config, name=b"feedtools_meta_"))

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

    def holding(self, keys: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """See ``Store.holding``."""
        with self._faults():
            held = self._keys.getmany(*(_key(key) for key in keys))
        return {
            key: sorted(int.from_bytes(number, "big") for number in numbers)[:CAP]
            for key, numbers in zip(keys, held, strict=True)
            if numbers
        }

    def documents(self, numbers: Iterable[int]) -> list[Document]:
        """See ``Store.documents``."""
        wanted = sorted(set(numbers))
        with self._faults():
            held = self._texts.getmany(*(number.to_bytes(8, "big") for number in wanted))
        return [_document(number, rows[0]) for number, rows in zip(wanted, held, strict=True) if rows]

    def sizes(self, numbers: Sequence[int]) -> dict[int, int]:
        """See ``Store.sizes``."""
        return {document.number: document.keys for document in self.documents(numbers)}

    def short(self, numbers: Iterable[int]) -> list[int]:
        """See ``Store.short``."""
        return [number for number in numbers if number & 1]

    def add(self, articles: Sequence[Article]) -> int:
        """Remember some articles; those of a source that is known already take the place of its former ones.

        A machine that asks meanwhile may find some of them and not yet others.
        """
        by_source: dict[str, dict[int, Article]] = {}
        for article in articles:
            by_source.setdefault(article.source, {})[_number(article)] = article
        for source, new in by_source.items():
            with self._faults():
                before = {int.from_bytes(number, "big") for number in self._sources.get(source.encode())}
            self._forget(source, before - new.keys())
            for number in new.keys() - before:
                self._put(number, new[number])
        return len(articles)

    def _put(self, number: int, article: Article) -> None:
        made = sketch(article.text)
        name = number.to_bytes(8, "big")
        row = json.dumps([article.source, article.line, made.digest.hex(), made.size, article.text])
        with self._faults():
            for key in stored_keys(made):
                self._keys.insert(_key(key), name, buffer=True)
            self._keys.empty_buffer()
            self._texts.remove(name)
            self._texts.insert(name, row.encode())
            self._sources.insert(article.source.encode(), name)

    def remove(self, paths: Iterable[str]) -> int:
        """Forget all articles of these sources; how many documents that were."""
        count = 0
        for path in paths:
            with self._faults():
                numbers = {int.from_bytes(number, "big") for number in self._sources.get(path.encode())}
            self._forget(path, numbers)
            count += len(numbers)
        return count

    def _forget(self, source: str, numbers: Iterable[int]) -> None:
        for document in self.documents(numbers):
            name = document.number.to_bytes(8, "big")
            with self._faults():
                self._sources.remove_val(source.encode(), name)
                self._texts.remove(name)
                for key in stored_keys(sketch(document.text)):
                    self._keys.remove_val(_key(key), name)

    def close(self) -> None:
        """Connections are pooled by the driver and closed with the process."""


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return address if parts.password is None else address.replace(f":{parts.password}@", ":…@")


def _key(key: int) -> bytes:
    return key.to_bytes(8, "big")


def _number(article: Article) -> int:
    place = f"{article.source}\0{article.line}\0".encode("utf-8", "surrogatepass") + article.digest
    name = int.from_bytes(blake2b(place, size=8), "big")
    return name & ~1 | (sketch(article.text).size < FEW_KEYS)


def _document(number: int, row: bytes) -> Document:
    source, line, digest, keys, text = json.loads(row)
    return Document(number, source, line, bytes.fromhex(digest), keys, text)
