"""Edits that a person made in an output, taken up as decisions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.clean import manifest
from feedtools.clean.protect import Strange
from feedtools.config import DECISIONS_FILE, Config
from feedtools.errors import ReadError
from feedtools.lint.decisions import Choice, append, choice, load
from feedtools.model import digest
from feedtools.readers import MANIFEST
from feedtools.readers.transmission import decode


class Written(NamedTuple):
    """A file of an output as its manifest tells of it: its head line, the lines of its articles, its last line."""

    head: dict[str, Any]
    rows: list[dict[str, Any]]
    end: dict[str, Any]


def written(out: Path) -> Iterator[Written]:
    """Read the files of an output, one after the other.

    Raises:
        ReadError: there is no manifest, or it is damaged.
    """
    head: dict[str, Any] | None = None
    rows: list[dict[str, Any]] = []
    for row in manifest.read(out / MANIFEST):
        if "file" in row:
            head, rows = row, []
        elif "end" in row and head is not None:
            yield Written(head, rows, row)
            head = None
        elif "action" in row:
            rows.append(row)


def edited_held(out: Path, strange: Strange) -> list[Choice]:
    """Find what a person corrected in ``held/``; whatever else was changed there, in reasons or findings, says nothing.

    Raises:
        ReadError: a line of an edited file is no record any more.
    """
    if not strange.held:
        return []
    key = manifest.text_key(manifest.read(out / MANIFEST), out / MANIFEST)
    found: list[Choice] = []
    for file in written(out):
        for name in file.end.get("held", {}):
            if name in strange.held:
                found += _corrected(out / name, file, key)
    return found


def _corrected(path: Path, file: Written, key: str) -> Iterator[Choice]:
    texts = dict(_records(path))
    for row in file.rows:
        text = texts.get((row["path"], row["line"]))
        if text is not None and "held" in row and digest(text).hex() != row["held"]:
            before = raw_text(file.head["format"], key, row)
            yield choice("edit", text=before, to=text, path=row["path"], line=row["line"])


def _records(path: Path) -> Iterator[tuple[tuple[str, int], str]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig", "surrogatepass"))
            place, text = (row["path"], row["line"]), row["text"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            message = "edited, and no record of a held article any more; expected an object with path, line and text"
            raise ReadError(message, path=str(path), line=number) from error
        if not isinstance(text, str):
            raise ReadError('edited, and "text" is no string any more', path=str(path), line=number)
        yield place, text


def raw_text(form: str, key: str, row: dict[str, Any]) -> str:
    """The article of a held or dropped row as it came in, from the bytes that its manifest keeps."""
    raw = manifest.to_bytes(row["raw"])
    if form == "transmission":
        return decode(raw)
    text = json.loads(raw.decode("utf-8-sig", "surrogatepass"))[key]
    assert isinstance(text, str)
    return text


def record(choices: Sequence[Choice], config: Config) -> int:
    """Append decisions that the file does not have yet; how many those are.

    Raises:
        WriteError: they cannot be written.
    """
    path = config.root / DECISIONS_FILE
    known = {(one.decision, one.text, one.to) for one in load(path)}
    fresh = [one for one in choices if (one.decision, one.text, one.to) not in known]
    append(path, fresh)
    return len(fresh)
