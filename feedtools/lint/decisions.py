"""``feedtools-decisions.jsonl``: decisions of a person about articles and words, one per line, only ever appended.

An article is known by its content, never by its place: by the digest of its text, and where the other renderer wrote
it, by its symbols (``text.symbols``), which both renderers leave standing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from feedtools.errors import ConfigError, WriteError
from feedtools.model import digest
from feedtools.system.files import read_regular
from feedtools.system.locks import alone

Verb = Literal["publish", "edit", "reject", "take", "allow", "undo"]
VERBS: tuple[Verb, ...] = ("publish", "edit", "reject", "take", "allow", "undo")
_NEEDED: dict[Verb, tuple[str, ...]] = {
    "publish": ("text", "to"),
    "edit": ("text", "to"),
    "reject": ("text",),
    "take": ("rule", "words", "instead"),
    "allow": ("rule", "words"),
    "undo": ("of",),
}
_STRINGS = ("id", "time", "text", "to", "rule", "words", "instead", "of", "path", "reason")


class Choice(NamedTuple):
    """One decision.

    Attributes:
        decision: ``publish`` the article as ``to``, whatever is found in it; ``edit`` it to ``to`` and judge it again;
            ``reject`` it; ``take`` the suggestion ``instead`` wherever ``rule`` finds ``words``; ``allow`` those words
            to that rule everywhere; ``undo`` the decision ``of``.
        id: 12 hexadecimal digits by which manifests and ``undo`` name it.
        time: when it was taken, in UTC.
        text: the article as it came in.
        to: what it shall read.
        rules: codes of what was found in it then, and accepted.
        rule, words, instead: see ``decision``.
        of: ``id`` of another decision.
        path, line: where the article stood; no part of its identity.
        reason: why, for people.
        row: line of the file.
    """

    decision: Verb
    id: str
    time: str = ""
    text: str = ""
    to: str = ""
    rules: tuple[str, ...] = ()
    rule: str = ""
    words: str = ""
    instead: str = ""
    of: str = ""
    path: str = ""
    line: int = 0
    reason: str = ""
    row: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """Identity of what it is about; of two decisions with the same key the later one stands."""
        if self.decision in {"take", "allow"}:
            return self.rule, self.words
        return (digest(self.text).hex(),)


def choice(decision: Verb, **fields: Any) -> Choice:
    """A new decision, with its id and time."""
    from datetime import UTC, datetime

    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    salt = os.urandom(8).hex()
    return Choice(decision, digest(f"{salt}{now}{decision}").hex()[:12], now, **fields)


def dump(one: Choice) -> str:
    """The line of a decision."""
    row = {name: value for name, value in one._asdict().items() if value and name != "row"}
    if one.decision in {"publish", "edit"}:
        row["to"] = one.to
    text = json.dumps(row, ensure_ascii=False)
    # Any file can hold a lone surrogate only as an escape.
    return text if text.isprintable() else json.dumps(row)


def load(path: Path) -> tuple[Choice, ...]:
    """Read all decisions but those that were taken back; of several about one thing the last stands.

    Raises:
        ConfigError: a line that is no decision. A last line that was cut short by a kill is passed over.
    """
    rows = list(_rows(path))
    undone = {one.of for one in rows if one.decision == "undo"}
    standing = {one.key: one for one in rows if one.decision != "undo" and one.id not in undone}
    return tuple(standing.values())


def downloaded(path: Path, log: Path) -> list[Choice]:
    """Read a file of decisions that the report made, and choose those that the log does not have yet.

    Args:
        path: the file; every line of it is checked before any counts.
        log: where decisions are kept.

    Raises:
        ConfigError: a file cannot be read, a line is no decision or was cut short, or it has the ``id`` of another.
    """
    if not path.exists():
        raise ConfigError("no such file; name what the report downloaded", path=str(path))
    logged = {one.id: one._replace(row=0) for one in _rows(log)}
    seen = dict(logged)
    for one in _rows(path, whole=True):
        plain = one._replace(row=0)
        if seen.setdefault(one.id, plain) != plain:
            message = (
                f"the id {one.id} is that of another decision in {log.name}; nothing was taken up; give it a new id"
            )
            raise ConfigError(message, path=str(path), line=one.row)
    return [one for one in seen.values() if one.id not in logged]


def _rows(path: Path, *, whole: bool = False) -> Iterator[Choice]:
    """Read the lines of a file in order; ``whole``: the last one counts though it has no line end."""
    try:
        data = read_regular(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _parsed(json.loads(line), number)
        except (ValueError, RecursionError) as error:
            if number == len(lines) and not whole:  # no line end: it was being written when the process was killed
                return
            raise ConfigError(
                f"not a decision: {error}; correct or remove the line", path=str(path), line=number
            ) from error


def _parsed(row: Any, number: int) -> Choice:
    if not isinstance(row, dict) or row.get("decision") not in VERBS:
        raise ValueError(f'expected an object whose "decision" is one of {", ".join(VERBS)}')
    verb = cast("Verb", row["decision"])
    for key in row.keys() - {"decision", "rules", "line"}:
        if key not in _STRINGS or not isinstance(row[key], str):
            raise ValueError(f"{key}: expected strings under {', '.join(_STRINGS)}")
    if missing := [key for key in _NEEDED[verb] if key not in row]:
        raise ValueError(f"{verb} needs {missing[0]!r}")
    rules, line = row.get("rules", []), row.get("line", 0)
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules) or type(line) is not int:
        raise ValueError("rules: expected a list of codes; line: a number")
    values = {**row, "id": row.get("id") or digest(json.dumps(row, sort_keys=True)).hex()[:12], "rules": tuple(rules)}
    return Choice(**values, row=number)


def append(path: Path, choices: Sequence[Choice]) -> None:
    """Add decisions to the file, all or none, on the disk before this returns.

    A line that a killed process left unfinished is removed; whoever else appends at the same moment waits.

    Raises:
        WriteError: it cannot be written; decisions that stood there are untouched.
    """
    if not choices:
        return
    data = "".join(f"{dump(one)}\n" for one in choices).encode("utf-8")
    fresh = not path.exists()
    try:
        with open(path, "a+b", buffering=0) as stream, alone(stream.fileno()):
            stream.seek(0)
            before = stream.read()
            tail = before[before.rfind(b"\n") + 1 :]
            if tail and _torn(tail):
                before = before[: len(before) - len(tail)]
                stream.truncate(len(before))
            elif tail:
                data = b"\n" + data
            try:
                _write(stream, data)
            except BaseException:
                stream.truncate(len(before))
                raise
        if fresh and hasattr(os, "O_DIRECTORY"):
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise WriteError(f"the decision cannot be written: {error.strerror or error}", path=str(path)) from error


def _write(stream: FileIO, data: bytes) -> None:
    """Write all of it, down to the disk; a full disk takes less than it is given at first."""
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]
    os.fsync(stream.fileno())


def _torn(tail: bytes) -> bool:
    try:
        json.loads(tail)
    except ValueError:
        return True
    return False
