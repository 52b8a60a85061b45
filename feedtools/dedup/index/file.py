"""The file under the index: opening, header, transactions, and what can go wrong with it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from feedtools.dedup.index.postings import fits
from feedtools.dedup.sketch import Parameters, current
from feedtools.errors import IndexFileError, StaleIndexError

APPLICATION = 0x66656564  # "feed"
FORMAT = 3
OLDEST = 2
"""The oldest format that is read; it is brought up to date when it is written to."""
WAIT = 60.0
"""Seconds a writer waits for another one."""
REBUILD = "remove the file and build it again with `feedtools index add`"
NO_INDEX = "no index, or one whose beginning is damaged: name another file, and remove this one only if it was an index"
DAMAGE = (sqlite3.DatabaseError, ValueError, TypeError, AttributeError, OverflowError)
"""Errors that reading a damaged file ends in: SQLite's own, or those of code that met another kind of value."""
_PAGE = 16384
"""Bytes of a page: texts of a thousand bytes leave little of it empty."""
_SOURCE = """CREATE TABLE source (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, first INTEGER NOT NULL, past INTEGER NOT NULL,
    digest BLOB, size INTEGER, changed INTEGER
)"""
_LOOKUPS = ("CREATE INDEX source_past ON source (past)", "CREATE INDEX source_path ON source (path)")
_VERSIONS = (
    "CREATE TABLE IF NOT EXISTS name (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS name_name ON name (name)",
    "CREATE TABLE IF NOT EXISTS superseded (id INTEGER PRIMARY KEY, later INTEGER NOT NULL)",
)
"""Tables of the names that records give documents, and of superseded documents."""
_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID",
    _SOURCE,
    "CREATE TABLE document (id INTEGER PRIMARY KEY, line INTEGER, keys INTEGER, digest BLOB)",
    "CREATE TABLE text (id INTEGER PRIMARY KEY, text BLOB)",
    "CREATE TABLE block (id INTEGER PRIMARY KEY, postings BLOB)",
    "CREATE TABLE short (id INTEGER PRIMARY KEY, bits BLOB)",
    "CREATE TABLE delta (key INTEGER, document INTEGER, PRIMARY KEY (key, document)) WITHOUT ROWID",
    *_LOOKUPS,
    *_VERSIONS,
)
_UPDATE = (
    "ALTER TABLE source RENAME TO former",
    _SOURCE,
    "INSERT INTO source SELECT id, path, first, past, digest, size, changed FROM former",
    "DROP TABLE former",
    "INSERT OR IGNORE INTO meta VALUES ('stamp', 0)",
    *_LOOKUPS,
    *_VERSIONS,
)
"""Statements that bring an index of the oldest format up to date."""


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
        mode = _mode_of(path)
        if stat.S_ISDIR(mode):
            raise StaleIndexError("a folder stands where an index file is expected; name another place", path=str(path))
        _check_files(path, mode)
        if not create and not stat.S_ISREG(mode):
            raise IndexFileError("no index here; make one with `feedtools index add`", path=str(path))
        with self.faults():
            if readonly:
                self.base = _open_readonly(path)
            else:
                if create and not os.path.lexists(path):
                    _make(path)
                self.base = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
            try:
                self._check_header(write=not readonly)
            except BaseException:  # a file that is open cannot be removed everywhere, and it may have to be made again
                self.base.close()
                raise

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn what SQLite says into a sentence for the user.

        Raises:
            IndexFileError: see the class.
        """
        try:
            yield
        except sqlite3.OperationalError as error:
            kind = StaleIndexError if _is_damage(error) else IndexFileError
            raise kind(_operational(error, self.path), path=str(self.path)) from error
        except DAMAGE as error:
            said = NO_INDEX if "file is not a database" in str(error) else f"damaged: {one_line(error)}; {REBUILD}"
            raise StaleIndexError(said, path=str(self.path)) from error

    def _check_header(self, *, write: bool) -> None:
        if write:
            (tables,) = self.base.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not tables:  # an empty file that somebody made; one that is missing is made whole
                _fill(self.base)
        with self._one_state("BEGIN"):
            self.version = self._check_version()
        if write and self.version < FORMAT:
            self._update()
            self.version = FORMAT
        self.rows, self.width = self.meta("rows"), self.meta("width")
        if not fits(self.rows, self.width):
            raise ValueError(f"its header speaks of {self.rows} row bits and {self.width} bytes per number")

    def _check_version(self) -> int:
        (application,) = self.base.execute("PRAGMA application_id").fetchone()
        (version,) = self.base.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise StaleIndexError("not a feedtools index; name another file", path=str(self.path))
        if version > FORMAT:
            raise StaleIndexError(
                f"written by a newer feedtools (format {version}); upgrade feedtools", path=str(self.path)
            )
        parameters = tuple(self.meta(f"sketch_{name}") for name in Parameters._fields)
        if version < OLDEST or parameters != tuple(current()):
            raise StaleIndexError(f"made by an older feedtools; {REBUILD}", path=str(self.path))
        return int(version)

    def _update(self) -> None:
        """Bring an index of an older format up to date, unless another process was faster."""
        with self.writing():
            (version,) = self.base.execute("PRAGMA user_version").fetchone()
            if version < FORMAT:
                for statement in _UPDATE:
                    self.base.execute(statement)
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
        """Answer several questions from one state of the file, whatever others write; within another, part of it.

        Raises:
            IndexFileError: see the class.
        """
        with self.faults():
            if self.base.in_transaction:
                yield
                return
            with self._one_state("BEGIN"):
                self.rows, self.width = self.meta("rows"), self.meta("width")
                yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write in one transaction: all of it is kept, or nothing; other writers wait. Within another, part of it.

        Raises:
            IndexFileError: it cannot be written (disk full, no permission, locked for too long).
        """
        with self.faults():
            if self.base.in_transaction:
                yield
                return
            self.base.execute("PRAGMA synchronous=NORMAL")
            with self._one_state("BEGIN IMMEDIATE"):
                yield

    @contextmanager
    def _one_state(self, begin: str) -> Iterator[None]:
        self.base.execute(begin)
        try:
            yield
            self.base.execute("COMMIT")
        finally:
            if self.base.in_transaction:
                self.base.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self.base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def one_line(said: object) -> str:
    """Put an error of SQLite on one line; it may quote a part of the file, line ends included."""
    return " ".join(str(said).split())


def as_stored(name: str) -> str | bytes:
    """Write a name for a column: SQLite takes no half of a surrogate pair, and file names and ids may hold some."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")
    return name


def as_named(stored: object) -> Any:
    """Read a name that ``as_stored`` wrote.

    Raises:
        UnicodeDecodeError: it did not.
    """
    return stored.decode("utf-8", "surrogatepass") if isinstance(stored, bytes) else stored


def checked(kind: type, values: Iterable[object]) -> None:
    """Make sure of what a column holds: in a damaged file any may hold another kind.

    Raises:
        TypeError: for ``IndexFile.faults`` to say it.
    """
    for value in values:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} expected where {type(value).__name__} is stored")


def _mode_of(path: Path) -> int:
    """Read the mode bits of a file, 0 if there is none.

    Raises:
        IndexFileError: nobody can say, for want of permission for one.
    """
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: a name that no file can have
        return 0
    except OSError as error:
        reason = f"cannot be reached: {error.strerror or error}; ask for permission, or name another place"
        raise IndexFileError(reason, path=str(path)) from error


def _check_files(path: Path, mode: int) -> None:
    """Refuse what SQLite would wait for, or write through to somewhere else.

    Raises:
        IndexFileError: the index is a pipe or a device, or a file that SQLite keeps beside it is that, or a link.
    """
    if mode and not stat.S_ISREG(mode):
        raise IndexFileError("it is no file, but a pipe or a device; name another place", path=str(path))
    for end in ("-journal", "-wal", "-shm"):
        with suppress(OSError, ValueError):  # another process may take it away just now; a name that no file can have
            beside = os.path.realpath(path) + end
            if not stat.S_ISREG(os.lstat(beside).st_mode):
                raise IndexFileError("no regular file, as SQLite keeps it beside an index; remove it", path=beside)


def _make(path: Path) -> None:
    """Make an empty index that appears whole: of several processes that do so at once, the first one's stands.

    Raises:
        OSError: the folder cannot be written.
    """
    temporary = path.with_name(f".index-{os.urandom(6).hex()}")
    try:
        with closing(sqlite3.connect(temporary, isolation_level=None)) as base:
            _fill(base)
        with suppress(FileExistsError):
            _appear(temporary, path)
    finally:
        for leftover in path.parent.glob(f"{temporary.name}*"):
            leftover.unlink(missing_ok=True)


def _appear(temporary: Path, path: Path) -> None:
    """Give a file its name, unless that is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links; on POSIX the later one of two would stand
        os.rename(temporary, path)


def _fill(base: sqlite3.Connection) -> None:
    """Make the tables of an empty index."""
    base.execute(f"PRAGMA page_size={_PAGE}")
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("BEGIN IMMEDIATE")
    (tables,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:  # no other process was faster
        for statement in _SCHEMA:
            base.execute(statement)
        meta = {"rows": 4, "width": 3, "next": 1, "removed": 0, "packed": 0, "stamp": 0}
        meta |= {f"sketch_{name}": value for name, value in current()._asdict().items()}
        base.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        base.execute(f"PRAGMA application_id={APPLICATION}")
        base.execute(f"PRAGMA user_version={FORMAT}")
    base.execute("COMMIT")


def _open_readonly(path: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri()
    base = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=WAIT, isolation_level=None)
    try:
        base.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:  # read-only medium: the log's side files cannot be made
        base.close()
        base = sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    except BaseException:
        base.close()
        raise
    return base


def _is_damage(error: sqlite3.OperationalError) -> bool:
    """Tell whether a table or a column is missing, which no permission and no space mends."""
    return any(said in str(error) for said in ("no such table", "no such column", "has no column", "malformed"))


def _operational(error: sqlite3.OperationalError, path: Path) -> str:
    text = one_line(error)
    if _is_damage(error):
        return f"damaged: {text}; {REBUILD}"
    if "locked" in text:
        return f"another process has been writing for {WAIT:g} s; try again when it is done"
    if "readonly" in text or "unable to open" in text:
        return f"cannot be written or opened ({_why(path) or text}); check the folder's permissions"
    if "full" in text:
        return "the disk is full; nothing was changed. Free some space and run again"
    return f"the index cannot be used: {text}"


def _why(path: Path) -> str:
    """Say why the system does not open a file that SQLite could not open, which says no more than that."""
    try:
        with open(path if path.exists() else path.parent, "rb"):
            return ""
    except IsADirectoryError:
        return ""
    except OSError as error:
        return error.strerror or ""
