"""Notes that a run makes of articles between its passes, and the log that keeps them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from feedtools.lint.edits import Change, compose, revert, rewrite
from feedtools.model import Article, Edit, Finding, Fix, Span


class Note(NamedTuple):
    """Note about one article.

    Attributes:
        changes: against its raw text.
        findings: that remain: rule, name, level, confidence, start, end, message, and the fix that is offered (its
            safety and its edits) or nothing.
        repairs: restored and offered spans, as the manifest shows them.
        decided: names of the decisions that told.
        excepted: rule and words of the findings that were left out.
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[tuple[Any, ...], ...] = ()
    repairs: tuple[dict[str, Any], ...] = ()
    decided: tuple[str, ...] = ()
    excepted: tuple[tuple[str, str], ...] = ()


CLEAR = Note()


EMPTY = b"\n"
"""The line of a note that has nothing."""


def plain(finding: Finding) -> tuple[Any, ...]:
    """A finding without its article, for a note."""
    fix = finding.fix and (finding.fix.safety, finding.fix.edits)
    return finding.rule, finding.name, finding.level, finding.confidence, *finding.span, finding.message, fix


def findings_of(note: Note, article: Article) -> list[Finding]:
    """The findings of a note, about the article as it reads after its changes."""
    if not note.findings:
        return []
    changed = article._replace(text=rewrite(article.text, note.changes)) if note.changes else article
    return [
        Finding(rule, name, level, confidence, changed, Span(start, end), message, _fix(fix))
        for rule, name, level, confidence, start, end, message, fix in note.findings
    ]


def _fix(row: Sequence[Any] | None) -> Fix | None:
    return None if row is None else Fix(tuple(Edit(*edit) for edit in row[1]), row[0])


def dump(note: Note) -> bytes:
    """A note as one line of a log; most articles have nothing to note."""
    return EMPTY if note == CLEAR else json.dumps(note).encode() + b"\n"


def parse(line: bytes) -> Note:
    """The note of a line."""
    if line == EMPTY:
        return CLEAR
    changes, findings, repairs, decided, excepted = json.loads(line)
    return Note(
        tuple(Change(start, end, old, new, tuple(by), safety) for start, end, old, new, by, safety in changes),
        tuple(map(tuple, findings)),
        tuple(repairs),
        tuple(decided),
        tuple((rule, words) for rule, words in excepted),
    )


def together(raw: str, first: Note, second: Note | None) -> Note:
    """The note of an article that was fixed and then repaired."""
    if second is None or not second.changes:
        return first._replace(repairs=second.repairs if second else ())
    decided = tuple(dict.fromkeys(first.decided + second.decided))
    return second._replace(changes=compose(raw, first.changes, second.changes), decided=decided)


def guesses(note: Note) -> bool:
    """Tell whether any change of a note is a guess: a repair that is not safe by itself."""
    return any(change.safety != "safe" for change in note.changes)


def as_evidence(text: str, first: Note, second: Note | None = None) -> str:
    """Take a text as a witness for others: as it reads now, without the changes that were guessed.

    A guess that another article took for a text's own words would stand there with the confidence of a copy.

    Args:
        text: the article after its fixes.
        first: the note of its fixes.
        second: that of its repairs, against ``text``.
    """
    changes = second.changes if second is not None else ()
    if not guesses(first):
        return rewrite(text, changes) if changes else text
    raw = revert(text, first.changes)
    return rewrite(raw, [one for one in compose(raw, first.changes, changes) if one.safety == "safe"])


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
