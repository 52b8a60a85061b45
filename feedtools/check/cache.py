"""Findings remembered by content, rules, renderers and version, so that an unchanged archive costs only hashing.

A cache may vanish, be damaged or be unwritable at any time: then the work is done again, and nothing is said.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from feedtools import __version__
from feedtools.lint.checks import resolve
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import Rule
from feedtools.model import Article, Edit, Finding, Fix, Place, Span, blake2b
from feedtools.text.renderers import active

MAX_ENTRIES = 1_000_000
"""Files that are remembered; the half used longest ago is forgotten beyond that."""


class LintCache:
    """Findings of whole files.

    Args:
        folder: see ``cache_folder``.
        rules: the active rules; others, or the same with other options, share nothing.
        evidence: what the feed teaches, for the same reason; so it is with the active renderers.
    """

    def __init__(self, folder: Path, rules: Sequence[Rule], evidence: Evidence) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._salt = _salt(rules, evidence)
        self._new: dict[bytes, bytes] = {}
        self._used: list[bytes] = []
        self._path = folder / "lint.sqlite"
        self._damaged = False
        self._base = self._open()
        if self._damaged:
            self._discard()
            self._base = self._open()

    def _open(self) -> sqlite3.Connection | None:
        base = None
        try:
            base = sqlite3.connect(self._path, timeout=1.0)
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=OFF")
            base.execute("CREATE TABLE IF NOT EXISTS lint (key BLOB PRIMARY KEY, run INTEGER, found BLOB)")
            base.execute("SELECT key, run, found FROM lint LIMIT 1").fetchone()
        except sqlite3.Error as error:
            self._note(error)
            if base is not None:
                base.close()
            return None
        return base

    def _note(self, error: Exception) -> None:
        """Note damage: a file that is no database, or not ours; one that is locked, full or read-only is not."""
        plain = isinstance(error, sqlite3.OperationalError) and not (
            any(said in str(error) for said in ("no such column", "has no column", "no such table", "malformed"))
            or self._path.is_dir()
        )
        self._damaged = self._damaged or (isinstance(error, sqlite3.DatabaseError) and not plain)

    def _discard(self) -> None:
        """Take a damaged file away, so that the next run begins anew."""
        with suppress(OSError):
            for path in (self._path, *self._path.parent.glob(f"{self._path.name}-*")):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        self._damaged = False

    def key(self, data: bytes) -> bytes:
        """Make the key for the content of a file under these rules."""
        return blake2b(data, key=self._salt)

    def get(self, key: bytes, articles: Sequence[Article], source: str) -> list[Finding] | None:
        """Look up the findings of a file that was checked before; ``None`` where it was not."""
        if self._base is None:
            return None
        try:
            row = self._base.execute("SELECT found FROM lint WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            self._used.append(key)
            rows = json.loads(zlib.decompress(row[0]))
            return [self._load(row, articles, source) for row in rows]
        except (sqlite3.Error, zlib.error, ValueError, KeyError, IndexError, TypeError) as error:
            self._note(error)
            return None

    def put(self, key: bytes, findings: Sequence[Finding], articles: Sequence[Article]) -> None:
        """Remember the findings of a file; they are written by ``close``."""
        places = {id(article): number for number, article in enumerate(articles)}
        rows = [_dump(finding, places.get(id(finding.article))) for finding in findings]
        self._new[key] = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)

    def close(self) -> None:
        """Write what is new and forget what is old."""
        if self._base is None:
            return
        try:
            with self._base:
                (run,) = self._base.execute("SELECT coalesce(max(run), 0) + 1 FROM lint").fetchone()
                rows = [(key, run, found) for key, found in self._new.items()]
                self._base.executemany("INSERT OR REPLACE INTO lint VALUES (?, ?, ?)", rows)
                (count,) = self._base.execute("SELECT count(*) FROM lint").fetchone()
                if count > MAX_ENTRIES:
                    self._base.executemany("UPDATE lint SET run = ? WHERE key = ?", ((run, key) for key in self._used))
                    forget = "DELETE FROM lint WHERE key IN (SELECT key FROM lint ORDER BY run LIMIT ?)"
                    self._base.execute(forget, (count - MAX_ENTRIES // 2,))
        except sqlite3.Error as error:
            self._note(error)
        finally:
            self._base.close()
        if self._damaged:
            self._discard()

    def _load(self, row: list[Any], articles: Sequence[Article], source: str) -> Finding:
        code, number, start, end, level, confidence, message, fix, related = row
        rule = self._rules[code]
        return Finding(
            rule.id,
            rule.name,
            level,
            confidence,
            Article(source, 1, "") if number is None else articles[number],
            Span(start, end),
            message,
            fix and Fix(tuple(Edit(*edit) for edit in fix[0]), fix[1]),
            tuple(Place(*place) for place in related),
        )


def _dump(finding: Finding, number: int | None) -> list[Any]:
    fix = finding.fix and [list(finding.fix.edits), finding.fix.safety]
    start, end = finding.span
    grade = (finding.level, finding.confidence)
    return [finding.rule, number, start, end, *grade, finding.message, fix, list(finding.related)]


def _salt(rules: Sequence[Rule], evidence: Evidence) -> bytes:
    folders = {Path(__file__).parents[1] / "lint" / "checks", *(rule.path.parent for rule in rules)}
    files = [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    stamps = sorted((str(path), *_stamp(path.stat())) for path in (*files, *_installed(rules)))
    feed = sorted(evidence.compounds.items()), active()
    facts = (__version__, stamps, [_facts(rule) for rule in rules], *feed)
    return blake2b(repr(facts).encode("utf-8", "surrogatepass"), size=32)


def _installed(rules: Sequence[Rule]) -> Iterator[Path]:
    """List the files of the checkers that other packages bring: installing another version writes them anew."""
    for rule in rules:
        if rule.finder == "check" and not rule.trusted:
            path = Path(getattr(getattr(resolve(rule.value), "__code__", None), "co_filename", ""))
            if path.is_file():
                yield path


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    """Read what every change of a file changes: its time may be put back, but no program sets that of its status."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _facts(rule: Rule) -> tuple[object, ...]:
    data = rule._replace(options={}, bad=(), good=(), missed=(), why="")
    return (*data, sorted(rule.options.items(), key=str))
