"""The index in one SQLite file (write-ahead log): packed blocks, and a small table of what came since.

A removed document loses its row and its text at once; its postings stay in the blocks, as tombstones, until the next
compaction, and a posting whose document has no row counts for nothing. Numbers are never used again, and those of one
source follow each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup.candidates import FEW_KEYS
from feedtools.dedup.index import postings
from feedtools.dedup.index.file import FORMAT, REBUILD, IndexFile, as_named, as_stored, checked, one_line
from feedtools.dedup.index.store import CAP, PublishedArticle
from feedtools.errors import StaleIndexError
from feedtools.model import Article, digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_READ = 4 * CAP
"""Postings read of one key, so that removed documents do not hide live ones before the next compaction."""
_BITS = 1 << 15
"""Documents that one row of the list of short ones is for."""
_ORPHANS = (
    ("text", "SELECT count(*) FROM document d LEFT JOIN text t ON t.id = d.id WHERE t.id IS NULL"),
    (
        "source",
        """SELECT (SELECT count(*) FROM document) -
        (SELECT count(*) FROM source s JOIN document d ON d.id >= s.first AND d.id < s.past)""",
    ),
)


class Stats(NamedTuple):
    """Size of an index, in several measures."""

    documents: int
    removed: int
    sources: int
    blocks: int
    recent: int
    bytes: int


class SourceState(NamedTuple):
    """State of a file when it was taken in: its content digest, its size, when it changed (ns).

    The latter two are ``None`` where the file is not followed.
    """

    digest: bytes
    size: int | None = None
    changed: int | None = None


class Index(IndexFile):
    """Index of published articles in one file, for reading; ``updates.IndexWriter`` writes it as well.

    See ``IndexFile`` for how it is opened.
    """

    def snapshot(self) -> AbstractContextManager[None]:
        """See ``Store.snapshot``: one state, whatever is written meanwhile."""
        return self.reading()

    def holding(self, keys: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """See ``Store.holding``."""
        with self.reading():
            places = [postings.locate(key, self.rows) for key in keys]
            blocks = self._blocks([row for row, _ in places])
            found: dict[int, list[int]] = {}
            for key, (row, remainder) in zip(keys, places, strict=True):
                if row in blocks and (numbers := postings.documents(blocks[row], remainder, self.width, _READ)):
                    found[key] = numbers
            for key in self._recent_keys(keys):
                found[key] = found.get(key, []) + self._recent_numbers(key)
            return self._live(found) if self.meta("removed") else {key: found[key][:CAP] for key in found}

    def _recent_keys(self, keys: Sequence[int]) -> Iterator[int]:
        """Select the keys that the recent table has."""
        if self.base.execute("SELECT 1 FROM delta LIMIT 1").fetchone() is None:
            return
        there = "SELECT key FROM asked WHERE EXISTS (SELECT 1 FROM delta WHERE delta.key = asked.key)"
        for start in range(0, len(keys), 512):
            part = keys[start : start + 512]
            asked = ",".join(["(?)"] * len(part))
            yield from (key for (key,) in self.base.execute(f"WITH asked(key) AS (VALUES {asked}) {there}", part))

    def _recent_numbers(self, key: int) -> list[int]:
        rows = self.base.execute("SELECT document FROM delta WHERE key = ? ORDER BY document LIMIT ?", (key, _READ))
        numbers = [number for (number,) in rows]
        checked(int, numbers)
        return numbers

    def _blocks(self, rows: Sequence[int]) -> dict[int, bytes]:
        """The unsealed blocks of these rows, those that exist."""
        found: dict[int, bytes] = {}
        for start in range(0, len(rows), 512):
            part = rows[start : start + 512]
            marks = ",".join("?" * len(part))
            blocks = self.base.execute(f"SELECT id, postings FROM block WHERE id IN ({marks})", part)  # noqa: S608
            found.update((row, postings.unseal(block)) for row, block in blocks)
        return found

    def _live(self, found: Mapping[int, list[int]]) -> dict[int, list[int]]:
        """Select for each key the first ``CAP`` documents that have a row; few are not looked at: ``sizes`` tells."""
        crowded = [numbers for numbers in found.values() if len(numbers) > CAP]
        live = self.sizes(sorted({number for numbers in crowded for number in numbers[:CAP]}))
        for numbers in crowded:
            if any(number not in live for number in numbers[:CAP]):
                live |= self.sizes(numbers[CAP:])
            numbers[:] = [number for number in numbers if number in live][:CAP]
        return dict(found)

    def sizes(self, numbers: Sequence[int]) -> dict[int, int]:
        """See ``Store.sizes``."""
        found: dict[int, int] = {}
        with self.faults():
            for start in range(0, len(numbers), 512):
                part = numbers[start : start + 512]
                marks = ",".join("?" * len(part))
                found.update(self.base.execute(f"SELECT id, keys FROM document WHERE id IN ({marks})", part))  # noqa: S608
            checked(int, found.values())
        return found

    def short(self, numbers: Iterable[int]) -> list[int]:
        """See ``Store.short``."""
        with self.faults():
            rows = self.base.execute("SELECT bits FROM short ORDER BY id")
            bits = b"".join([postings.unseal(bits) for (bits,) in rows])
            try:
                return [number for number in numbers if bits[number >> 3] >> (number & 7) & 1]
            except IndexError:
                raise ValueError("the list of short documents ends before the last of them") from None

    def _note_short(self, first: int, keys: Sequence[int]) -> None:
        """Keep a bit for each document from ``first`` on: whether it has few keys; ``keys`` says how many each has."""
        past = first + len(keys)
        for row in range(first // _BITS, (past - 1) // _BITS + 1):
            held = self.base.execute("SELECT bits FROM short WHERE id = ?", (row,)).fetchone()
            bits = bytearray(postings.unseal(held[0]) if held else _BITS // 8)
            for number in range(max(first, row * _BITS), min(past, (row + 1) * _BITS)):
                bits[number % _BITS >> 3] |= (keys[number - first] < FEW_KEYS) << (number & 7)
            self.base.execute("INSERT OR REPLACE INTO short VALUES (?, ?)", (row, postings.seal(bits)))

    def documents(self, numbers: Iterable[int]) -> list[PublishedArticle]:
        """See ``Store.documents``."""
        with self.faults():
            rows = [self._document(number) for number in sorted(set(numbers))]
        found = [row for row in rows if row is not None]
        for document in found:
            if digest(document.text) != document.digest:
                place = f"{document.source}:{document.line}"
                raise StaleIndexError(
                    f"damaged: the text of {place} is not what was stored; {REBUILD}", path=str(self.path)
                )
        return found

    def _document(self, number: int) -> PublishedArticle | None:
        found = self.base.execute(
            "SELECT d.line, d.digest, d.keys, t.text FROM document d JOIN text t ON t.id = d.id WHERE d.id = ?",
            (number,),
        ).fetchone()
        where = "SELECT path, digest FROM source WHERE past > ? ORDER BY past LIMIT 1"
        source = self.base.execute(where, (number,)).fetchone()
        if found is None or source is None:
            return None
        line, made, keys, text = found
        path, batch = as_named(source[0]), source[1]
        checked(int, (line, keys))
        checked(str, (path,))
        checked(bytes, (batch,) if batch is not None else ())
        name, later = self._version_of(number)
        said = text.decode("utf-8", "surrogatepass")
        return PublishedArticle(number, path, line, made, keys, said, batch or b"", name, later)

    def _version_of(self, number: int) -> tuple[str, bool]:
        """Name that its record gave a document, and whether a later version was published."""
        if self.version < FORMAT:
            return "", False
        name = self.base.execute("SELECT name FROM name WHERE id = ?", (number,)).fetchone()
        later = self.base.execute("SELECT 1 FROM superseded WHERE id = ?", (number,)).fetchone()
        own = as_named(name[0]) if name else ""
        checked(str, (own,))
        return own, later is not None

    def put_names(self, names: Sequence[tuple[int, str]]) -> None:
        """Write how the records of documents call them; inside the caller's transaction."""
        self.base.executemany("INSERT INTO name VALUES (?, ?)", ((number, as_stored(own)) for number, own in names))

    def named(self, name: str, before: int, most: int) -> list[int]:
        """The latest documents of a name below a number that nothing supersedes."""
        rows = self.base.execute(
            "SELECT n.id FROM name n JOIN document d ON d.id = n.id WHERE n.name = ? AND n.id < ? "
            "AND n.id NOT IN (SELECT id FROM superseded) ORDER BY n.id DESC LIMIT ?",
            (as_stored(name), before, most),
        )
        return [number for (number,) in rows]

    def supersede(self, number: int, later: int) -> None:
        """Note that a later version of a document was published; inside the caller's transaction."""
        self.base.execute("INSERT OR REPLACE INTO superseded VALUES (?, ?)", (number, later))

    def put_many(self, rows: Iterable[tuple[int, int, int, bytes, bytes]]) -> None:
        """Write documents of consecutive numbers: number, line, sketch keys, digest, text."""
        found = list(rows)
        if not found:
            return
        self._note_change()
        self._note_short(found[0][0], [row[2] for row in found])
        self.base.executemany("INSERT INTO document VALUES (?, ?, ?, ?)", [row[:4] for row in found])
        self.base.executemany("INSERT INTO text VALUES (?, ?)", [(row[0], row[4]) for row in found])

    def _note_change(self) -> None:
        """Give what the index holds another name; see ``identity``."""
        self.set_meta("stamp", int.from_bytes(os.urandom(7), "little"))

    def identity(self) -> tuple[int, int, int]:
        """Numbers that are others as soon as the index holds anything else."""
        with self.reading():
            return self.meta("stamp"), self.meta("next"), self.meta("removed")

    def remembered(self, path: str) -> set[bytes]:
        """The digests of all texts that were taken in from a source."""
        ranges = self.base.execute("SELECT first, past FROM source WHERE path = ?", (as_stored(path),)).fetchall()
        of_range = "SELECT digest FROM document WHERE id >= ? AND id < ?"
        return {made for span in ranges for (made,) in self.base.execute(of_range, span)}

    def note_state(self, path: str, state: SourceState) -> None:
        """Keep a newer state of a file whose content is the same; inside the caller's transaction."""
        row = (state.digest, state.size, state.changed, as_stored(path))
        self.base.execute("UPDATE source SET digest = ?, size = ?, changed = ? WHERE path = ?", row)

    def put_sources(self, articles: Sequence[Article], states: Mapping[str, SourceState]) -> None:
        """Write the sources of articles that are about to be numbered from ``next``, and of files without any."""
        at = self.meta("next")
        rows = []
        for path, mine in groupby(articles, key=lambda article: article.source):
            past = at + sum(1 for _ in mine)
            rows.append((as_stored(path), at, past, *states.get(path, (None, None, None))))
            at = past
        empty = states.keys() - {article.source for article in articles}
        rows += [(as_stored(path), 0, 0, *states[path]) for path in empty]
        self.base.executemany(
            "INSERT INTO source (path, first, past, digest, size, changed) VALUES (?, ?, ?, ?, ?, ?)", rows
        )

    def forget(self, path: str) -> int:
        """Remove all articles of a source, inside the caller's transaction; how many documents that were."""
        ranges = self.base.execute("SELECT first, past FROM source WHERE path = ?", (as_stored(path),)).fetchall()
        count = 0
        for span in ranges:
            for table in ("text", "name", "superseded"):
                self.base.execute(f"DELETE FROM {table} WHERE id >= ? AND id < ?", span)  # noqa: S608
            count += self.base.execute("DELETE FROM document WHERE id >= ? AND id < ?", span).rowcount
        if ranges:
            self._note_change()
            self.base.execute("DELETE FROM source WHERE path = ?", (as_stored(path),))
            self.set_meta("removed", self.meta("removed") + count)
        return count

    def integrity(self) -> list[str]:
        """Check the file: what SQLite finds wrong, and documents without text or source."""
        with self.faults():
            wrong = [one_line(row[0]) for row in self.base.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for what, query in _ORPHANS:
                (count,) = self.base.execute(query).fetchone()
                if count:
                    wrong.append(f"{count} documents have no {what}")
        return wrong

    def digests(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The stored digests of consecutive documents."""
        span = (numbers[0], numbers[-1])
        return dict(self.base.execute("SELECT id, digest FROM document WHERE id BETWEEN ? AND ?", span))

    def recent(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Keys and documents of the recent table."""
        import numpy as np

        rows = np.array(self.base.execute("SELECT key, document FROM delta").fetchall(), np.uint64).reshape(-1, 2)
        return rows[:, 0], rows[:, 1]

    def blocks(self, low: int = 0, high: int = 1 << 62) -> Iterator[tuple[int, bytes]]:
        """The packed blocks of rows ``low`` to ``high``, ascending."""
        return self.base.execute("SELECT id, postings FROM block WHERE id >= ? AND id < ? ORDER BY id", (low, high))

    def numbers(self) -> list[int]:
        """The numbers of all live documents."""
        return [number for (number,) in self.base.execute("SELECT id FROM document ORDER BY id")]

    def texts(self, portion: int) -> Iterator[tuple[list[int], list[str]]]:
        """Numbers and texts of all live documents, some at a time."""
        rows = self.base.execute("SELECT id, text FROM text ORDER BY id")
        while part := rows.fetchmany(portion):
            yield [number for number, _ in part], [text.decode("utf-8", "surrogatepass") for _, text in part]

    def clear_blocks(self) -> None:
        """Throw all blocks away; inside a transaction that makes them again."""
        self.base.execute("DELETE FROM block")

    def replace_blocks(self, low: int, high: int, blocks: Iterable[tuple[int, bytes]]) -> None:
        """Put other blocks in the place of those of rows ``low`` to ``high``; inside the caller's transaction."""
        self.base.execute("DELETE FROM block WHERE id >= ? AND id < ?", (low, high))
        self.base.executemany("INSERT INTO block VALUES (?, ?)", blocks)

    def settle(self, rows: int, width: int, packed: int) -> None:
        """Note that all postings are in blocks of this shape now; inside the caller's transaction."""
        self.base.execute("DELETE FROM delta")
        for key, value in (("rows", rows), ("width", width), ("packed", packed), ("removed", 0)):
            self.set_meta(key, value)
        self.rows, self.width = rows, width

    def sources(self) -> list[str]:
        """The paths of all files that were taken in."""
        with self.faults():
            paths = [as_named(path) for (path,) in self.base.execute("SELECT DISTINCT path FROM source ORDER BY path")]
            checked(str, paths)
            return paths

    def states(self) -> dict[str, SourceState]:
        """The files that were taken in with a state, by path."""
        with self.faults():
            rows = self.base.execute("SELECT path, digest, size, changed FROM source WHERE digest IS NOT NULL")
            states = {as_named(path): SourceState(*state) for path, *state in rows}
            checked(str, states)
            return states

    def stats(self) -> Stats:
        """Measure the index."""
        with self.faults():
            counts = [
                self.base.execute(f"SELECT count({what}) FROM {table}").fetchone()[0]  # noqa: S608
                for table, what in (("document", "*"), ("source", "DISTINCT path"), ("block", "*"), ("delta", "*"))
            ]
            (pages,) = self.base.execute("PRAGMA page_count").fetchone()
            (size,) = self.base.execute("PRAGMA page_size").fetchone()
            return Stats(counts[0], self.meta("removed"), counts[1], counts[2], counts[3], pages * size)
