"""Give back what a batch run was given: the manifest read backwards, byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from feedtools.clean import manifest
from feedtools.clean.staging import Stage, unwritable
from feedtools.errors import FeedtoolsError, ReadError
from feedtools.readers import MANIFEST
from feedtools.readers.records import file_digest


def undo(out: Path, target: Path) -> tuple[int, list[FeedtoolsError]]:
    """Write the files that ``clean`` read into a new folder.

    Args:
        out: an output of ``clean``.
        target: the folder to make; it may exist if it is empty.

    Returns:
        How many files were given back, and what could not be: a file of the output that was changed since.

    Raises:
        ReadError: ``out`` holds no manifest.
        WriteError: ``target`` cannot be written.
    """
    entries = manifest.read(out / MANIFEST)
    promised = manifest.files(next(manifest.read(out / MANIFEST), {}))
    key = manifest.text_key(entries, out / MANIFEST)
    errors: list[FeedtoolsError] = []
    count = seen = 0
    with Stage(target, lambda _: False, resumable=False) as stage:
        for head, rows in _files(entries):
            manifest.check_head(head, out / MANIFEST)
            seen += 1
            place = manifest.inside(stage.folder / "out", head["file"])
            try:
                _give_back_new(out, head, rows, key, place)
                count += 1
            except ReadError as error:
                errors.append(error)
            except OSError as error:
                raise unwritable(target, error) from error
        if promised is not None and seen != promised:
            cut = f"cut off: it tells of {seen:,} of {promised:,} files; what it tells of was given back"
            errors.append(ReadError(cut, path=str(out / MANIFEST)))
        stage.publish()
    return count, errors


def _files(entries: Iterator[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
    """The head line of every file with the lines that follow it, the ``end`` line last."""

    def rows() -> Iterator[dict[str, Any]]:
        for entry in entries:
            yield entry
            if "end" in entry:
                return

    for entry in entries:
        if "file" in entry:
            mine = rows()
            yield entry, mine
            for _ in mine:
                pass


def _give_back_new(out: Path, head: dict[str, Any], rows: Iterator[dict[str, Any]], key: str, place: Path) -> None:
    """Write one file where none is yet; of one that cannot be given back nothing stays."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        raise ReadError("this file system does not tell its name from that of another file", path=str(place))
    try:
        give_back(out, head, rows, key, place)
    except ReadError:
        place.unlink(missing_ok=True)
        raise


def give_back(out: Path, head: dict[str, Any], rows: Iterator[dict[str, Any]], key: str, place: Path) -> None:
    """Write one file as it came in.

    Args:
        out: an output of ``clean``.
        head: the ``file`` line of the manifest.
        rows: the lines that follow it, to its ``end`` line.
        key: name of the text field of records.
        place: the file to write.

    Raises:
        ReadError: the output is not what the manifest says.
    """
    source = manifest.inside(out, head["out"])
    whole = head["whole"] or not source.exists()  # of a file without an article left, the whole is put by
    if whole:
        source = _original(out, head, rows)
    if not source.is_file():
        raise ReadError("the output is not complete: this file is missing", path=str(source))
    if not source.resolve().is_relative_to(out.resolve()):
        raise ReadError("a symbolic link leads out of the folder; clean makes none", path=str(source))
    if whole:
        shutil.copyfile(source, place)
    else:
        try:
            with source.open("rb") as stream, place.open("wb") as target:
                for data in _pieces(head, rows, key, stream):
                    target.write(data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise _changed(source) from error
    if file_digest(place) != head["digest"]:
        raise _changed(source)


def _original(out: Path, head: dict[str, Any], rows: Iterator[dict[str, Any]]) -> Path:
    """Find a file that is kept whole: put by as the last line about it says, or in the output."""
    end: dict[str, Any] = {}
    for entry in rows:
        end = entry
    put_by = end.get("put by")
    if isinstance(put_by, dict) and put_by:
        return manifest.inside(out, next(iter(put_by)))
    former = manifest.inside(out, f"{manifest.ORIGINALS}/{head['file']}")  # of a version that did not say where
    return former if former.is_file() else manifest.inside(out, head["out"])


def _pieces(head: dict[str, Any], rows: Iterator[dict[str, Any]], key: str, stream: IO[bytes]) -> Iterator[bytes]:
    yield manifest.take(stream, head["lead"])
    for entry in rows:
        if "end" not in entry:
            yield manifest.original(head["format"], key, entry, stream)
    if stream.read(1):
        raise ValueError("the file is longer than it was")


def _changed(path: Path) -> ReadError:
    return ReadError("was changed since it was written, so what it was made from cannot be given back", path=str(path))
