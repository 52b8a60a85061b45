"""The file under the index: opening, header, transactions, and what can go wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from feedtools.dedup.index.postings import fits
from feedtools.dedup.sketch import Parameters, current
from feedtools.errors import IndexFileError, StaleIndexError

APPLICATION = 0x66656564  # "feed"
FORMAT = 2
WAIT = 60.0
"""Seconds a writer waits for another one."""
REBUILD = "remove the file and build it again with `feedtools index add`"
DAMAGE = (sqlite3.DatabaseError, ValueError, TypeError, AttributeError, OverflowError)
"""What reading a damaged file ends in: SQLite's own complaint, or that of code that met another kind of value."""
_PAGE = 16384
"""Bytes of a page: texts of a thousand bytes leave little of it empty."""
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
CREATE TABLE source (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, first INTEGER NOT NULL, past INTEGER NOT NULL,
    digest BLOB, size INTEGER, changed INTEGER
);
CREATE TABLE document (id INTEGER PRIMARY KEY, line INTEGER, keys INTEGER, digest BLOB);
CREATE TABLE text (id INTEGER PRIMARY KEY, text BLOB);
CREATE TABLE block (id INTEGER PRIMARY KEY, postings BLOB);
CREATE TABLE short (id INTEGER PRIMARY KEY, bits BLOB);
CREATE TABLE delta (key INTEGER, document INTEGER, PRIMARY KEY (key, document)) WITHOUT ROWID;
CREATE INDEX source_past ON source (past);
"""


class IndexFile:
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
        with self.faults():
            if readonly:
                self.base = _open_readonly(path)
            else:
                self.base = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
            self._check_header(create=create and not readonly)
            self.rows, self.width = self.meta("rows"), self.meta("width")
            if not fits(self.rows, self.width):
                raise ValueError(f"its header speaks of {self.rows} row bits and {self.width} bytes a number")

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn what SQLite says into a sentence for the user.

        Raises:
            IndexFileError: see the class.
        """
        try:
            yield
        except sqlite3.OperationalError as error:
            raise IndexFileError(_operational(error), path=str(self.path)) from error
        except DAMAGE as error:
            raise StaleIndexError(f"damaged: {one_line(error)}; {REBUILD}", path=str(self.path)) from error

    def _check_header(self, *, create: bool) -> None:
        (application,) = self.base.execute("PRAGMA application_id").fetchone()
        (version,) = self.base.execute("PRAGMA user_version").fetchone()
        (tables,) = self.base.execute("SELECT count(*) FROM sqlite_master").fetchone()
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
        if version < FORMAT or parameters != tuple(current()):
            raise StaleIndexError(f"made by an older feedtools; {REBUILD}", path=str(self.path))

    def _create(self) -> None:
        self.base.execute(f"PRAGMA page_size={_PAGE}")
        self.base.execute("PRAGMA journal_mode=WAL")
        with self.writing():
            (tables,) = self.base.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables:  # another process was faster
                return
            for statement in _SCHEMA.split(";"):
                self.base.execute(statement)
            meta = {"rows": 4, "width": 3, "next": 1, "removed": 0, "packed": 0}
            meta |= {f"sketch_{name}": value for name, value in current()._asdict().items()}
            self.base.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            self.base.execute(f"PRAGMA application_id={APPLICATION}")
            self.base.execute(f"PRAGMA user_version={FORMAT}")

    def meta(self, key: str) -> int:
        """A number of the header."""
        row = self.base.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise StaleIndexError(f"damaged: its header lacks {key}; {REBUILD}", path=str(self.path))
        return int(row[0])

    def set_meta(self, key: str, value: int) -> None:
        """Change a number of the header."""
        self.base.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several questions to one state of the file: postings may be packed anew between them, and into other rows.

        Raises:
            IndexFileError: see the class.
        """
        with self.faults():
            self.base.execute("BEGIN")
            try:
                self.rows, self.width = self.meta("rows"), self.meta("width")
                yield
            finally:
                if self.base.in_transaction:
                    self.base.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing; other writers wait.

        Raises:
            IndexFileError: it cannot be written (disk full, no permission, locked for too long).
        """
        with self.faults():
            self.base.execute("PRAGMA synchronous=NORMAL")
            self.base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.base.execute("COMMIT")
            except BaseException:
                if self.base.in_transaction:
                    self.base.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file."""
        self.base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def one_line(said: object) -> str:
    """What SQLite says, which may quote a part of the file, line ends included."""
    return " ".join(str(said).split())


def checked(kind: type, values: Iterable[object]) -> None:
    """Make sure of what a column holds: in a damaged file any may hold another kind.

    Raises:
        TypeError: for ``IndexFile.faults`` to say it.
    """
    for value in values:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} expected where {type(value).__name__} is stored")


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
    text = one_line(error)
    if "locked" in text:
        return f"another process has been writing for {WAIT:g} s; try again when it is done"
    if "readonly" in text or "unable to open" in text:
        return f"cannot be written or opened ({text}); check the folder's permissions"
    if "full" in text:
        return "the disk is full; nothing was changed. Free some space and run again"
    return f"the index cannot be used: {text}"
