"""The account of a run: one line per file and one per article, enough to give the input back byte for byte.

``manifest.jsonl`` begins with a header and a line for each file that could not be read. Then come, for every file in
the order of names, a ``file`` line, one line per article in file order, and an ``end`` line. The last two lines are for
the next run: the account of this one with those before it (``history``), and the digest of the report.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import IO, Any, NamedTuple

from feedtools.config import Config
from feedtools.dedup.index.history import source_key
from feedtools.errors import ReadError
from feedtools.lint.edits import Change, revert
from feedtools.model import blake2b
from feedtools.readers import MANIFEST
from feedtools.readers.fields import find
from feedtools.readers.records import AS_THEY_STAND, Record, replaced, rest
from feedtools.report.jsonl import dumps
from feedtools.system.files import open_regular

VERSION = 1
HELD = "held"
ORIGINALS = f"{HELD}/originals"
MAX_NAME = 255
"""Bytes of the longest name that file systems take."""
MAX_PIECE = 2**30
"""Bytes of the longest lead, record or gap: that of the longest transmission."""
_HEAD = {"file": str, "out": str, "format": str, "digest": str, "lead": int, "whole": bool}


def held_name(name: str) -> str:
    """Name of the file for the held articles of a file in an output."""
    return f"{HELD}/{extended(name, '.jsonl')}"


def original_name(name: str) -> str:
    """Name under which a file is put by that the output cannot give back; no held articles have such a name."""
    return f"{ORIGINALS}/{extended(name, '.original')}"


def extended(name: str, ending: str) -> str:
    """A name with a further ending; the last part is cut where the two would be longer than names may be."""
    folder, slash, last = name.rpartition("/")
    raw = last.encode("utf-8", "surrogateescape")
    if len(raw) + len(ending) <= MAX_NAME:
        return name + ending
    mark = f"-{blake2b(raw, size=8).hex()}{ending}"
    cut = raw[: MAX_NAME - len(mark)].decode("utf-8", "ignore")
    return f"{folder}{slash}{cut}{mark}"


class KeptEntry(NamedTuple):
    """Bytes that stand in the output for one record, and the line of the manifest that leads back."""

    data: bytes
    entry: dict[str, Any]


def record_entry(
    form: str, key: str, record: Record, text: str, changes: tuple[Change, ...], *, present: bool
) -> KeptEntry:
    """Write one record, or leave it out, so that ``original`` can turn it back.

    Args:
        form: format of the file.
        key: name of the text field.
        record: as it came in.
        text: the article as it reads in the output.
        changes: that made it so.
        present: the record stays in the file.
    """
    if not present:
        left = rest(form, record.gap)
        entry: dict[str, Any] = {"bytes": [0, len(left)], "raw": to_text(record.raw), "gap": to_text(record.gap)}
        return KeptEntry(left, entry)
    raw = replaced(form, record.raw, text, key) if changes else record.raw
    entry = {"bytes": [len(raw), len(record.gap)]}
    if changes:
        entry["edits"] = [change._asdict() for change in changes]
        if not _leads_back(form, key, entry, raw, record):
            entry["raw"] = to_text(record.raw)
    return KeptEntry(raw + record.gap, entry)


def _leads_back(form: str, key: str, entry: dict[str, Any], raw: bytes, record: Record) -> bool:
    try:
        return original(form, key, entry, io.BytesIO(raw + record.gap)) == record.raw + record.gap
    except ValueError:
        return False


def original(form: str, key: str, entry: dict[str, Any], stream: IO[bytes]) -> bytes:
    """Give back the bytes of one record and its gap as they came in; reads its part of the output.

    Raises:
        ValueError: the output is not what the manifest says.
    """
    size, gap_size = entry["bytes"]
    raw, gap = take(stream, size), take(stream, gap_size)
    if len(raw) + len(gap) != size + gap_size:
        raise ValueError("the file is shorter than it was")
    if "gap" in entry:
        return to_bytes(entry["raw"]) + to_bytes(entry["gap"])
    if "raw" in entry:
        return to_bytes(entry["raw"]) + gap
    changes = [Change(edit["start"], edit["end"], edit["old"], edit["new"], ()) for edit in entry.get("edits", ())]
    if not changes:
        return raw + gap
    if form in AS_THEY_STAND:
        return to_bytes(revert(to_text(raw), changes)) + gap
    return replaced(form, raw, revert(text_of(form, key, raw), changes), key) + gap


def text_of(form: str, key: str, raw: bytes) -> str:
    """Read the article in the bytes of a record.

    Raises:
        ValueError: the record has no string under ``key``.
    """
    if form in AS_THEY_STAND:
        return to_text(raw)
    text = find(json.loads(raw.decode("utf-8-sig", "surrogatepass")), key)
    if not isinstance(text, str):
        raise ValueError(f"a record without a string under {key!r}")
    return text


def take(stream: IO[bytes], size: int) -> bytes:
    """Read the next bytes of a file.

    Raises:
        ValueError: no size that a piece can have: a manifest may ask for any.
    """
    if not 0 <= size <= MAX_PIECE:
        raise ValueError(f"a piece of {size} bytes")
    return stream.read(size)


def to_text(raw: bytes) -> str:
    """Decode any bytes for a JSON string: as UTF-8, with other bytes as lone surrogates (PEP 383)."""
    return raw.decode("utf-8", "surrogateescape")


def to_bytes(text: str) -> bytes:
    """The inverse of ``to_text``."""
    return text.encode("utf-8", "surrogateescape")


def line(entry: dict[str, Any]) -> bytes:
    """One line of the manifest."""
    return dumps(entry).encode() + b"\n"


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Read the lines of a manifest, the header first.

    Raises:
        ReadError: there is none, or it is not one that this version reads.
    """
    try:
        with open_regular(path) as stream:
            for number, raw in enumerate(stream, 1):
                try:
                    entry = json.loads(raw)
                except (ValueError, RecursionError) as error:
                    raise ReadError(f"not a manifest: {error}", path=str(path), line=number) from error
                if not isinstance(entry, dict) or (number == 1 and entry.get("feedtools-manifest") != VERSION):
                    raise ReadError(
                        f"not a manifest of version {VERSION}; expected the output of feedtools clean",
                        path=str(path),
                        line=number,
                    )
                yield entry
    except (FileNotFoundError, NotADirectoryError) as error:
        found = f"no output of feedtools clean: it has no {path.name}" if path.parent.exists() else "no such folder"
        raise ReadError(f"{found}; name the folder that `feedtools clean -o` wrote", path=str(path.parent)) from error
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror}", path=str(path)) from error


def text_key(entries: Iterator[dict[str, Any]], path: Path) -> str:
    """The name of the text field, from the header of a manifest.

    Raises:
        ReadError: there is no such header.
    """
    options = next(entries, {}).get("options")
    key = options.get("text-key") if isinstance(options, dict) else None
    if not isinstance(key, str):
        raise ReadError("not a manifest: its first line has no options", path=str(path))
    return key


def files(header: dict[str, Any]) -> int | None:
    """Number of files that a manifest tells of, by its header; ``None`` where that does not say."""
    inputs = header.get("inputs")
    count = inputs.get("files") if isinstance(inputs, dict) else None
    return count if type(count) is int else None


def check_head(entry: dict[str, Any], path: Path) -> None:
    """Refuse a ``file`` line whose values are of other kinds than ``clean`` writes.

    Raises:
        ReadError: such a line.
    """
    for key, kind in _HEAD.items():
        if type(entry.get(key)) is not kind:
            raise ReadError(f"not a manifest: {key} of a file is not {kind.__name__}", path=str(path))


class SourceOrigin(NamedTuple):
    """The file that articles were published from first, by its name in the index, and the digest it had then."""

    source: str
    batch: bytes


_NOWHERE: Mapping[str, SourceOrigin] = MappingProxyType({})


class Origins:
    """Origin of every input: the file its articles came from first; for an output of ``clean``, what that was made of.

    Names are relative to the configuration, as in the index.

    Args:
        config: gives the folder.
        given: by path, the origin of files that lie somewhere else for the time of a run.
    """

    def __init__(self, config: Config, given: Mapping[str, SourceOrigin] = _NOWHERE) -> None:
        self._config = config
        self._given = given
        self._known: dict[Path, dict[str, SourceOrigin]] = {}

    def of(self, path: str, digest: str) -> SourceOrigin:
        """Find the file that the articles of an input were published from first.

        Args:
            path: of the input.
            digest: of its bytes, in hexadecimal digits.
        """
        if path in self._given:
            return self._given[path]
        itself = SourceOrigin(source_key(path, self._config), bytes.fromhex(digest))
        place = Path(os.path.abspath(path))
        for folder in place.parents:
            if folder not in self._known:
                self._known[folder] = _origins(folder)
            if self._known[folder]:
                return self._known[folder].get(place.relative_to(folder).as_posix(), itself)
        return itself


def _origins(folder: Path) -> dict[str, SourceOrigin]:
    """Find the origin of every file in the output; only the ``file`` lines are looked at, one in many."""
    path = folder / MANIFEST
    try:
        if not path.is_file() or not any(read(path)):
            return {}
        with open(path, "rb") as stream:
            rows = [json.loads(raw) for raw in stream if raw.startswith(b'{"file": ')]
        named = ((row.get("out"), row.get("source"), row.get("batch", row.get("digest"))) for row in rows)
        return {
            out: SourceOrigin(source, bytes.fromhex(batch))
            for out, source, batch in named
            if isinstance(out, str) and isinstance(source, str) and isinstance(batch, str)
        }
    except (ReadError, OSError, ValueError, RecursionError):
        return {}


def inside(folder: Path, name: str) -> Path:
    """Find the path of a file that a manifest names.

    Raises:
        ReadError: the name leads out of the folder.
    """
    parts = PurePosixPath(name).parts
    if (
        not parts
        or name.startswith("/")
        or ".." in parts
        or (os.sep == "\\" and ("\\" in name or ":" in name))  # a drive of its own, or a stream behind a file
        or "\0" in name
        or Path(name).is_absolute()
    ):
        raise ReadError(f"the manifest names {name!r}, which is not inside the folder", path=str(folder))
    return folder.joinpath(*parts)
