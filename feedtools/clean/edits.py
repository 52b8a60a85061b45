"""Edits that a person made in an output, taken up as decisions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.clean import manifest
from feedtools.clean.output import PRESENT
from feedtools.clean.protect import OverwriteError, Strange, inspect
from feedtools.config import DECISIONS_FILE, Config
from feedtools.errors import ReadError
from feedtools.lint.decisions import Choice, append, choice, load
from feedtools.lint.edits import Change, rewrite
from feedtools.model import digest
from feedtools.readers import MANIFEST, ReadOptions
from feedtools.readers.records import file_digest, open_frame
from feedtools.system.files import read_regular


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


def edited_inputs(paths: Sequence[str]) -> Iterator[Choice]:
    """Find what a person corrected in ``held/`` of an earlier output, where a run is given it as its input.

    Args:
        paths: of the run: files and folders.

    Raises:
        ReadError: as in ``edited_held``.
    """
    for out in sorted({folder for path in paths for folder in _outputs_around(Path(os.path.abspath(path)))}):
        yield from edited_held(out, inspect(out))


def _outputs_around(path: Path) -> Iterator[Path]:
    for inner in (path, *path.parents):
        if inner.name == manifest.HELD and inner.is_dir() and (inner.parent / MANIFEST).is_file():
            yield inner.parent


def _corrected(path: Path, file: Written, key: str) -> Iterator[Choice]:
    texts = dict(records(path))
    for row in file.rows:
        text = texts.get((row["path"], row["line"]))
        if text is not None and "held" in row and digest(text).hex() != row["held"]:
            before = raw_text(file.head["format"], key, row)
            yield choice("edit", text=before, to=text, path=row["path"], line=row["line"])


def records(path: Path) -> Iterator[tuple[tuple[str, int], str]]:
    """Read the texts of a file of held articles by their places.

    Raises:
        ReadError: a line is no such record.
    """
    try:
        lines = read_regular(path).split(b"\n")
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


def edited_articles(out: Path, strange: Strange, config: Config) -> list[Choice]:
    """Find what a person edited in published files: each article against the one that stood at its place.

    Raises:
        OverwriteError: articles were added or removed, or the input is no more what the file was made from, so that
            nobody can tell what was edited.
    """
    if not strange.articles:
        return []
    options = ReadOptions.of(config)
    found: list[Choice] = []
    for file in written(out):
        if file.head["out"] in strange.articles:
            found += _edited(out / file.head["out"], file, source_of(file, config), options)
    return found


def source_of(file: Written, config: Config) -> Path:
    """Find the input of a file, if it is still what it was.

    Raises:
        OverwriteError: it is not.
    """
    source = config.root / str(file.head["source"])
    try:
        same = file_digest(source) == file.head["digest"]
    except ReadError:
        same = False
    if not same:
        message = (
            f"edited, and its input {source} is no more what it was made from, so nobody can tell what was edited; "
            "put the input back, or move the file away"
        )
        raise OverwriteError(message, path=file.head["out"])
    return source


def _edited(path: Path, file: Written, source: Path, options: ReadOptions) -> Iterator[Choice]:
    present = {row["line"] for row in file.rows if row["action"] in PRESENT}
    before = [record for record in open_frame(str(source), options).records if record.line in present]
    after = list(open_frame(str(path), options).records)
    if len(before) != len(after):
        message = f"edited: {len(before):,} articles were written, {len(after):,} are there; edit them in their lines"
        raise OverwriteError(message, path=str(path))
    rows = {row["line"]: row for row in file.rows}
    for one, other in zip(before, after, strict=True):
        edits = rows[one.line].get("edits", ())
        wrote = rewrite(one.text, [Change(e["start"], e["end"], e["old"], e["new"], ()) for e in edits])
        if other.text != wrote:
            yield choice("edit", text=one.text, to=other.text, path=file.head["file"], line=one.line)


def raw_text(form: str, key: str, row: dict[str, Any]) -> str:
    """The article of a held or dropped row as it came in, from the bytes that its manifest keeps."""
    return manifest.text_of(form, key, manifest.to_bytes(row["raw"]))


def record(choices: Sequence[Choice], config: Config) -> int:
    """Append decisions that the file does not have yet; return how many those are.

    Raises:
        WriteError: they cannot be written.
    """
    path = config.root / DECISIONS_FILE
    known = {(one.decision, one.text, one.to) for one in load(path)}
    fresh = [one for one in choices if (one.decision, one.text, one.to) not in known]
    append(path, fresh)
    return len(fresh)
