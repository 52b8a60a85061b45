"""What a long run keeps on the disk: every article's text and place by number, and logs that survive a kill."""

from __future__ import annotations

import json
import mmap
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, overload

from feedtools.fix import Change, compose, rewrite
from feedtools.model import Article, Finding, Place, Span


class Note(NamedTuple):
    """What is known of one article.

    Attributes:
        changes: against its raw text.
        findings: that remain: rule, name, level, confidence, start, end, message.
        repairs: restored and offered spans, as the manifest shows them.
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[tuple[Any, ...], ...] = ()
    repairs: tuple[dict[str, Any], ...] = ()


CLEAR = Note()


def plain(finding: Finding) -> tuple[Any, ...]:
    """A finding without its article, for a note."""
    return finding.rule, finding.name, finding.level, finding.confidence, *finding.span, finding.message


def findings_of(note: Note, article: Article) -> list[Finding]:
    """The findings of a note, about the article as it reads after its changes."""
    if not note.findings:
        return []
    changed = article._replace(text=rewrite(article.text, note.changes)) if note.changes else article
    return [
        Finding(rule, name, level, confidence, changed, Span(start, end), message)
        for rule, name, level, confidence, start, end, message in note.findings
    ]


def dump(note: Note) -> bytes:
    """A note as one line of a log; most articles have nothing to note."""
    return b"\n" if note == CLEAR else json.dumps(note).encode() + b"\n"


def parse(line: bytes) -> Note:
    """The note of a line."""
    if line == b"\n":
        return CLEAR
    changes, findings, repairs = json.loads(line)
    return Note(
        tuple(Change(start, end, old, new, tuple(by)) for start, end, old, new, by in changes),
        tuple(map(tuple, findings)),
        tuple(repairs),
    )


def together(raw: str, first: Note, second: Note | None) -> Note:
    """The note of an article that was fixed and then repaired."""
    if second is None or not second.changes:
        return first._replace(repairs=second.repairs if second else ())
    return second._replace(changes=compose(raw, first.changes, second.changes))


def last(first: Note, second: Note | None) -> Note:
    """The note that has the findings that remain: a repair that changed nothing has none of its own."""
    return first if second is None or not second.changes else second


class Log:
    """Lines that are only ever appended: after a kill, the whole ones are still good and the run goes on behind them.

    Args:
        path: the file; a last line that was not finished is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        good = 0
        if path.exists():
            with open(path, "rb") as stream:
                for line in stream:
                    # After a power failure the end of a file may read as NUL.
                    if not line.endswith(b"\n") or b"\0" in line:
                        break
                    self.count += 1
                    good += len(line)
        self._stream: IO[bytes] = open(path, "ab")  # noqa: SIM115 - closed by close()
        self._stream.truncate(good)

    def append(self, lines: Sequence[bytes]) -> None:
        """Write lines and hand them to the system, so that only its own failure can lose them."""
        self._stream.write(b"".join(lines))
        self._stream.flush()
        self.count += len(lines)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class Texts(Sequence[str]):
    """The texts of all articles by number, on the disk; in memory are 16 bytes an article.

    Args:
        path: file to write; ``add`` everything, then ``seal``, then read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ends = array("Q", [0])
        self._lines = array("Q")
        self._names: list[str] = []
        self._firsts: list[int] = []
        self._stream: IO[bytes] = open(path, "wb")  # noqa: SIM115 - closed by seal()
        self._map: mmap.mmap | None = None

    def add(self, article: Article, text: str) -> None:
        """Append an article under the next number; ``text`` is what it reads now."""
        if not self._names or self._names[-1] != article.source:
            self._names.append(article.source)
            self._firsts.append(len(self._lines))
        data = text.encode("utf-8", "surrogatepass")
        self._stream.write(data)
        self._ends.append(self._ends[-1] + len(data))
        self._lines.append(article.line)

    def seal(self) -> None:
        """Go over from writing to reading."""
        self._stream.close()
        if self._ends[-1]:
            with open(self._path, "rb") as stream:
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        if self._map is not None:
            self._map.close()

    def place(self, number: int) -> Place:
        """Where an article stands."""
        return Place(self._names[bisect_right(self._firsts, number) - 1], self._lines[number])

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        if number < 0:
            number += len(self)
        if not 0 <= number < len(self):
            raise IndexError(number)
        if self._map is None:
            return ""
        return self._map[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))
