"""The index in one SQLite file (write-ahead log): packed blocks, and a small table of what came since.

A removed document loses its row and its text at once; its postings stay in the blocks, as tombstones, until the next
compaction, and a posting whose document has no row counts for nothing. Numbers are never used again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.errors import IndexFileError, StaleIndexError
from feedtools.index import postings
from feedtools.index.store import CAP, Document, stored_keys
from feedtools.model import Article, digest
from feedtools.sketch import Parameters, sketch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

APPLICATION = 0x66656564  # "feed"
FORMAT = 1
FEW = 512
"""Articles up to which they go to the recent table, without numpy; more are packed at once."""
WAIT = 60.0
"""Seconds a writer waits for another one."""
_READ = 4 * CAP
"""Postings read of one key, so that removed documents do not hide live ones before the next compaction."""
_PAGE = 16384
"""Bytes of a page: texts of a thousand bytes leave little of it empty."""
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, digest BLOB, size INTEGER, changed INTEGER);
CREATE TABLE document (id INTEGER PRIMARY KEY, source INTEGER, line INTEGER, keys INTEGER, digest BLOB);
CREATE TABLE text (id INTEGER PRIMARY KEY, text BLOB);
CREATE TABLE block (id INTEGER PRIMARY KEY, postings BLOB);
CREATE TABLE delta (key INTEGER, document INTEGER, PRIMARY KEY (key, document)) WITHOUT ROWID;
CREATE INDEX document_source ON document (source);
"""


class Stats(NamedTuple):
    """How much an index holds."""

    documents: int
    removed: int
    sources: int
    blocks: int
    recent: int
    bytes: int


class SourceState(NamedTuple):
    """What is known of a file that was taken in: its content digest, its size, when it changed (ns)."""

    digest: bytes
    size: int
    changed: int


class Index:
    """An index file.

    Args:
        path: where it lies.
        create: make an empty one if there is none.
        readonly: open for asking only; works on read-only media.

    Raises:
        IndexFileError: it is missing, damaged, of a newer version, or cannot be opened.
    """

    def __init__(self, path: Path, *, create: bool = False, readonly: bool = False) -> None:
        self.path = path
        if not create and not path.is_file():
            raise IndexFileError("no index here; make one with `feedtools index add`", path=str(path))
        with self._faults():
            if readonly:
                self._base = _open_readonly(path)
            else:
                self._base = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
            self._check_header(create=create and not readonly)
            self.rows, self.width = self.meta("rows"), self.meta("width")

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise IndexFileError(_operational(error), path=str(self.path)) from error
        except (sqlite3.DatabaseError, ValueError) as error:
            raise StaleIndexError(f"damaged: {error}; {_REBUILD}", path=str(self.path)) from error

    def _check_header(self, *, create: bool) -> None:
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        (tables,) = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if create and not tables:
            self._create()
            return
        if application != APPLICATION:
            raise StaleIndexError("not a feedtools index; name another file", path=str(self.path))
        if version > FORMAT:
            raise StaleIndexError(
                f"written by a newer feedtools (format {version}); upgrade feedtools", path=str(self.path)
            )
        parameters = tuple(self.meta(f"sketch_{name}") for name in Parameters._fields)
        if version < FORMAT or parameters != tuple(Parameters()):
            raise StaleIndexError(f"made by an older feedtools; {_REBUILD}", path=str(self.path))

    def _create(self) -> None:
        self._base.execute(f"PRAGMA page_size={_PAGE}")
        self._base.execute("PRAGMA journal_mode=WAL")
        with self.writing():
            (tables,) = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables:  # another process was faster
                return
            for statement in _SCHEMA.split(";"):
                self._base.execute(statement)
            meta = {"rows": 4, "width": 3, "next": 1, "removed": 0, "packed": 0}
            meta |= {f"sketch_{name}": value for name, value in Parameters()._asdict().items()}
            self._base.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            self._base.execute(f"PRAGMA application_id={APPLICATION}")
            self._base.execute(f"PRAGMA user_version={FORMAT}")

    def meta(self, key: str) -> int:
        """A number of the header."""
        row = self._base.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise StaleIndexError(f"damaged: its header lacks {key}; {_REBUILD}", path=str(self.path))
        return int(row[0])

    def set_meta(self, key: str, value: int) -> None:
        """Change a number of the header."""
        self._base.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing; other writers wait.

        Raises:
            IndexFileError: it cannot be written (disk full, no permission, locked for too long).
        """
        with self._faults():
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def holding(self, keys: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """See ``Store.holding``."""
        with self._faults():
            recent = self._base.execute("SELECT 1 FROM delta LIMIT 1").fetchone() is not None
            removed = self.meta("removed") > 0
            found = {}
            for key in keys:
                numbers = self._numbers(key, recent=recent)
                if numbers:
                    found[key] = self._live(numbers) if removed else numbers[:CAP]
            return found

    def _numbers(self, key: int, *, recent: bool) -> list[int]:
        """The documents that were stored under a key, ascending, removed ones included; some more than ``CAP``."""
        row, remainder = postings.locate(key, self.rows)
        packed = self._base.execute("SELECT postings FROM block WHERE id = ?", (row,)).fetchone()
        body = postings.unseal(packed[0]) if packed else b""
        numbers = postings.documents(body, remainder, self.width, _READ) if body else []
        if recent and len(numbers) < _READ:
            rows = self._base.execute(
                "SELECT document FROM delta WHERE key = ? ORDER BY document LIMIT ?", (key, _READ)
            )
            numbers += [number for (number,) in rows]
        return numbers

    def _live(self, numbers: list[int]) -> list[int]:
        """The first ``CAP`` that still have a row; where there are fewer, ``sizes`` passes over the removed."""
        if len(numbers) <= CAP:
            return numbers
        live = self.sizes(numbers)
        return [number for number in numbers if number in live][:CAP]

    def sizes(self, numbers: Sequence[int]) -> dict[int, int]:
        """See ``Store.sizes``."""
        found: dict[int, int] = {}
        with self._faults():
            for start in range(0, len(numbers), 512):
                part = numbers[start : start + 512]
                marks = ",".join("?" * len(part))
                found.update(self._base.execute(f"SELECT id, keys FROM document WHERE id IN ({marks})", part))  # noqa: S608
        return found

    def documents(self, numbers: Iterable[int]) -> list[Document]:
        """See ``Store.documents``."""
        with self._faults():
            rows = [
                self._base.execute(
                    "SELECT d.id, s.path, d.line, d.digest, d.keys, t.text FROM document d "
                    "JOIN source s ON s.id = d.source JOIN text t ON t.id = d.id WHERE d.id = ?",
                    (number,),
                ).fetchone()
                for number in sorted(set(numbers))
            ]
        found = [
            Document(at, path, line, made, keys, text.decode("utf-8", "surrogatepass"))
            for at, path, line, made, keys, text in filter(None, rows)
        ]
        for document in found:
            if digest(document.text) != document.digest:
                place = f"{document.source}:{document.line}"
                raise StaleIndexError(
                    f"damaged: the text of {place} is not what was stored; {_REBUILD}", path=str(self.path)
                )
        return found

    def add(self, articles: Sequence[Article], states: Mapping[str, SourceState] | None = None) -> int:
        """Remember some articles; those of a source that is known already take the place of its former ones.

        Few are written to the recent table, many are packed at once.

        Returns:
            How many documents were added.
        """
        with self.writing():
            for path in {article.source for article in articles} | set(states or {}):
                self._forget(path)
            sources = self._sources({article.source: None for article in articles}, states or {})
            if len(articles) > FEW:
                from feedtools.index.build import add_many

                add_many(self, articles, sources)
            else:
                self._add_few(articles, sources)
        return len(articles)

    def _add_few(self, articles: Sequence[Article], sources: Mapping[str, int]) -> None:
        first = self.meta("next")
        made = [sketch(article.text) for article in articles]
        rows = enumerate(zip(articles, made, strict=True), first)
        self.put_many((at, sources[article.source], article, len(it.keys), it.digest) for at, (article, it) in rows)
        keys = [(key, at) for at, it in enumerate(made, first) for key in stored_keys(it)]
        self._base.executemany("INSERT OR IGNORE INTO delta VALUES (?, ?)", keys)
        self.set_meta("next", first + len(articles))

    def put_many(self, rows: Iterable[tuple[int, int, Article, int, bytes]]) -> None:
        """Write documents (number, source, article, sketch keys, digest) with their texts."""
        texts = []
        documents = []
        for number, source, article, keys, made in rows:
            documents.append((number, source, article.line, keys, made))
            texts.append((number, article.text.encode("utf-8", "surrogatepass")))
        self._base.executemany("INSERT INTO document VALUES (?, ?, ?, ?, ?)", documents)
        self._base.executemany("INSERT INTO text VALUES (?, ?)", texts)

    def _sources(self, paths: Iterable[str], states: Mapping[str, SourceState]) -> dict[str, int]:
        ids = {}
        for path in [*paths, *(path for path in states if path not in paths)]:
            state = states.get(path, (None, None, None))
            row = self._base.execute(
                "INSERT INTO source (path, digest, size, changed) VALUES (?, ?, ?, ?) RETURNING id", (path, *state)
            ).fetchone()
            ids[path] = row[0]
        return ids

    def remove(self, paths: Iterable[str]) -> int:
        """Forget all articles of these sources; how many documents that were."""
        with self.writing():
            return sum(self._forget(path) for path in paths)

    def _forget(self, path: str) -> int:
        row = self._base.execute("SELECT id FROM source WHERE path = ?", (path,)).fetchone()
        if row is None:
            return 0
        self._base.execute("DELETE FROM text WHERE id IN (SELECT id FROM document WHERE source = ?)", row)
        count = self._base.execute("DELETE FROM document WHERE source = ?", row).rowcount
        self._base.execute("DELETE FROM source WHERE id = ?", row)
        self.set_meta("removed", self.meta("removed") + count)
        return count

    def compact(self) -> None:
        """Pack what came since the last time, drop what was removed, and give the space back."""
        from feedtools.index.build import repack

        with self.writing():
            repack(self)
        with self._faults():
            self._base.execute("VACUUM")
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file, and documents without text or source."""
        with self._faults():
            wrong = [str(row[0]) for row in self._base.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for table, column in (("text", "id"), ("source", "source")):
                (count,) = self._base.execute(
                    f"SELECT count(*) FROM document d LEFT JOIN {table} t ON t.id = d.{column} WHERE t.id IS NULL"  # noqa: S608
                ).fetchone()
                if count:
                    wrong.append(f"{count} documents have no {table}")
        return wrong

    def digests(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The stored digests of consecutive documents."""
        span = (numbers[0], numbers[-1])
        return dict(self._base.execute("SELECT id, digest FROM document WHERE id BETWEEN ? AND ?", span))

    def recent(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Keys and documents of the recent table."""
        import numpy as np

        rows = np.array(self._base.execute("SELECT key, document FROM delta").fetchall(), np.uint64).reshape(-1, 2)
        return rows[:, 0], rows[:, 1]

    def blocks(self, low: int = 0, high: int = 1 << 62) -> Iterator[tuple[int, bytes]]:
        """The packed blocks of rows ``low`` to ``high``, ascending."""
        return self._base.execute("SELECT id, postings FROM block WHERE id >= ? AND id < ? ORDER BY id", (low, high))

    def numbers(self) -> list[int]:
        """The numbers of all live documents."""
        return [number for (number,) in self._base.execute("SELECT id FROM document ORDER BY id")]

    def texts(self, portion: int) -> Iterator[tuple[list[int], list[str]]]:
        """Numbers and texts of all live documents, some at a time."""
        rows = self._base.execute("SELECT id, text FROM text ORDER BY id")
        while part := rows.fetchmany(portion):
            yield [number for number, _ in part], [text.decode("utf-8", "surrogatepass") for _, text in part]

    def clear_blocks(self) -> None:
        """Throw all blocks away; inside a transaction that makes them again."""
        self._base.execute("DELETE FROM block")

    def replace_blocks(self, low: int, high: int, blocks: Iterable[tuple[int, bytes]]) -> None:
        """Put other blocks in the place of those of rows ``low`` to ``high``; inside the caller's transaction."""
        self._base.execute("DELETE FROM block WHERE id >= ? AND id < ?", (low, high))
        self._base.executemany("INSERT INTO block VALUES (?, ?)", blocks)

    def settle(self, rows: int, width: int, packed: int) -> None:
        """All postings are in blocks of this shape now; inside the caller's transaction."""
        self._base.execute("DELETE FROM delta")
        for key, value in (("rows", rows), ("width", width), ("packed", packed), ("removed", 0)):
            self.set_meta(key, value)
        self.rows, self.width = rows, width

    def sources(self) -> list[str]:
        """The paths of all files that were taken in."""
        with self._faults():
            return [path for (path,) in self._base.execute("SELECT path FROM source ORDER BY path")]

    def states(self) -> dict[str, SourceState]:
        """The files that were taken in with a state, by path."""
        with self._faults():
            rows = self._base.execute("SELECT path, digest, size, changed FROM source WHERE digest IS NOT NULL")
            return {path: SourceState(*state) for path, *state in rows}

    def text_bytes(self) -> int:
        """Bytes of all stored texts."""
        with self._faults():
            (size,) = self._base.execute("SELECT coalesce(sum(length(text)), 0) FROM text").fetchone()
            return int(size)

    def stats(self) -> Stats:
        """How much it holds."""
        with self._faults():
            counts = [
                self._base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in ("document", "source", "block", "delta")
            ]
            (pages,) = self._base.execute("PRAGMA page_count").fetchone()
            (size,) = self._base.execute("PRAGMA page_size").fetchone()
            return Stats(counts[0], self.meta("removed"), counts[1], counts[2], counts[3], pages * size)


_REBUILD = "remove the file and build it again with `feedtools index add`"


def _open_readonly(path: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri()
    base = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=WAIT, isolation_level=None)
    try:
        base.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:  # read-only medium: the log's side files cannot be made
        base.close()
        base = sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    return base


def _operational(error: sqlite3.OperationalError) -> str:
    text = str(error)
    if "locked" in text:
        return f"another process has been writing for {WAIT:g} s; try again when it is done"
    if "readonly" in text or "unable to open" in text:
        return f"cannot be written or opened ({text}); check the folder's permissions"
    if "full" in text:
        return "the disk is full; nothing was changed. Free some space and run again"
    return f"the index cannot be used: {text}"
