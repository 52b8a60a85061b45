"""A file as articles and the bytes around them, so that an article can be replaced or taken out and nothing else moves.

``lead`` and every ``Record.raw + Record.gap`` together are the file, byte for byte.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from feedtools.errors import ReadError
from feedtools.model import Transmission
from feedtools.readers import MAX_TRANSMISSION, ReadOptions, transmission

FORMATS = ("transmission", "jsonl")
"""Formats that can be written back."""
_JSONL = (".jsonl", ".ndjson")


class Record(NamedTuple):
    """One article and its bytes.

    Attributes:
        line: 1-based line in the file.
        text: the raw article.
        raw: the bytes that hold it: the article itself, or its JSON object.
        gap: the bytes between it and the next record: line end, blank lines, lines that are no records.
    """

    line: int
    text: str
    raw: bytes
    gap: bytes


class Frame(NamedTuple):
    """A file under reading: the bytes before its first article, then its articles as a stream.

    Attributes:
        format: one of ``FORMATS``.
        packed: whether the file is compressed; ``lead`` and the records are not.
        digest: of the bytes of the file, once all records were taken.
        bad: lines that should be records and are not, with what is wrong, once all records were taken.
    """

    format: str
    packed: bool
    lead: bytes
    records: Iterator[Record]
    digest: hashlib.blake2b
    bad: list[ReadError]
    data: bytes | None = None
    transmission: Transmission | None = None


def open_frame(path: str, options: ReadOptions) -> Frame:
    """Open a file for reading with all its bytes.

    Raises:
        ReadError: it is missing, unreadable, binary, or of a format that cannot be written back; also while its
            records are taken, since a stream is read as it goes.
    """
    name = path.lower().removesuffix(".gz")
    try:
        stream = _open(path)
        with_head = stream.peek(4096)[:4096]  # type: ignore[attr-defined]
        form = options.input_format or _format(name, with_head)
        if form == "jsonl":
            return _stream(path, stream, options)
        if form != "transmission":
            raise ReadError(f"{form} files cannot be written back; convert it to JSONL first", path=path)
        with stream:
            data = stream.read(MAX_TRANSMISSION + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _failure(path, error) from error
    if len(data) > MAX_TRANSMISSION:
        raise ReadError(f"larger than {MAX_TRANSMISSION // 2**30} GiB; split it, or convert it to JSONL", path=path)
    parsed = transmission.parse(data, path)
    records = (
        Record(article.line, article.text, transmission.encode(article.text), gap)
        for article, gap in zip(parsed.articles, parsed.gaps, strict=True)
    )
    return Frame(form, name != path.lower(), parsed.head, records, _hash(data), [], data, parsed)


def _open(path: str) -> IO[bytes]:
    return gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb")  # type: ignore[return-value]


def _format(name: str, head: bytes) -> str:
    if name.endswith(_JSONL):
        return "jsonl"
    return "jsonl" if not transmission.sniff(head) and head.lstrip()[:2] == b'{"' else "transmission"


def _failure(path: str, error: Exception) -> ReadError:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ReadError(text[:1].lower() + text[1:] if text else type(error).__name__, path=path)


def _hash(data: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(data, digest_size=16)


def _stream(path: str, stream: IO[bytes], options: ReadOptions) -> Frame:
    digest, bad = _hash(), list[ReadError]()
    pieces = _records(path, stream, options.text_key, digest, bad)
    lead = next(pieces)
    assert isinstance(lead, bytes)
    return Frame("jsonl", path.lower().endswith(".gz"), lead, pieces, digest, bad)  # type: ignore[arg-type]


def _records(
    path: str, stream: IO[bytes], key: str, digest: hashlib.blake2b, bad: list[ReadError]
) -> Iterator[bytes | Record]:
    """First the bytes before the first record, then the records."""
    line = 0
    last: tuple[int, str, bytes] | None = None
    between: list[bytes] = []
    try:
        with stream:
            while raw := stream.readline(transmission.MAX_LINE + 1):
                line += 1
                digest.update(raw)
                if len(raw) > transmission.MAX_LINE:
                    raise ReadError(
                        f"record longer than {transmission.MAX_LINE // 2**20} MiB; expected one JSON object a line",
                        path=path,
                        line=line,
                    )
                text = _text(path, line, raw, key, bad)
                if text is None:
                    between.append(raw)
                    continue
                body = raw.rstrip(b"\r\n")
                yield Record(*last, b"".join(between)) if last else b"".join(between)
                last, between = (line, text, body), [raw[len(body) :]]
    except (OSError, EOFError, zlib.error) as error:
        raise _failure(path, error) from error
    yield Record(*last, b"".join(between)) if last else b"".join(between)


def _text(path: str, line: int, raw: bytes, key: str, bad: list[ReadError]) -> str | None:
    if not raw.strip():
        return None
    try:
        record = json.loads(raw.decode("utf-8-sig", "surrogatepass"))
        text = record.get(key) if isinstance(record, dict) else None
    except (ValueError, RecursionError) as error:
        bad.append(ReadError(f"not a JSON record: {error}", path=path, line=line))
        return None
    if not isinstance(text, str):
        bad.append(
            ReadError(f'not a JSON record: no string under "{key}"; name the key with --text-key', path=path, line=line)
        )
        return None
    return text


def unpacked(path: Path) -> bytes:
    """The whole content of a file.

    Raises:
        ReadError: it cannot be read.
    """
    try:
        with _open(str(path)) as stream:
            return stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise _failure(str(path), error) from error


def fits(form: str, text: str) -> bool:
    """Whether a file of this format can hold the text as one article and give it back."""
    if form != "transmission":
        return True
    raw = transmission.encode(text) + b"\n"
    parsed = transmission.parse(b"-\n" + raw, "").articles if b"\0" not in raw else ()
    return len(parsed) == 2 and parsed[1].text == text


def rest(form: str, gap: bytes) -> bytes:
    """What stays of a gap when the record before it is taken out: lines that are not blank."""
    if form == "transmission" or not gap.strip():
        return b""
    return gap[gap.index(b"\n") + 1 :]


def replaced(form: str, raw: bytes, text: str, key: str) -> bytes:
    """The record's bytes with another text; of a JSON object every other byte stays.

    Args:
        form: one of ``FORMATS``.
        raw: the record as it stands.
        text: what the article reads now.
        key: name of the text field.
    """
    if form == "transmission":
        return transmission.encode(text)
    whole = raw.decode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8", "surrogatepass")
    mark = raw[:3] if raw.startswith(b"\xef\xbb\xbf") else b""
    start, end = _value(whole, key)
    plain = not whole[start:end].isascii() or "\\u" not in whole[start:end]
    literal = json.dumps(text, ensure_ascii=not plain or _surrogates(text))
    return mark + (whole[:start] + literal + whole[end:]).encode("utf-8", "surrogatepass")


def _surrogates(text: str) -> bool:
    return re.search("[\ud800-\udfff]", text) is not None


_BLANK = re.compile(r"[ \t\n\r]*")


def _value(whole: str, key: str) -> tuple[int, int]:
    """Where the value of the last ``key`` of a JSON object stands, as ``json.loads`` takes the last."""
    decoder = json.JSONDecoder()
    place = whole.index("{") + 1
    found = None
    while True:
        place = _skip(whole, place)
        if whole[place] == ",":
            place = _skip(whole, place + 1)
        if whole[place] == "}":
            break
        name, place = decoder.raw_decode(whole, place)
        start = _skip(whole, _skip(whole, place) + 1)
        _, place = decoder.raw_decode(whole, start)
        if name == key:
            found = start, place
    assert found is not None
    return found


def _skip(whole: str, place: int) -> int:
    blank = _BLANK.match(whole, place)
    assert blank is not None
    return blank.end()


def relative_names(paths: Iterable[str], files: Iterable[str]) -> dict[str, str]:
    """For every file its place below the folder that is common to all that was named, with forward slashes.

    Args:
        paths: what the user named: files, folders, globs.
        files: what was found there. Of two names of one file, the first stands.
    """
    roots = [os.path.abspath(_root(path)) for path in paths]
    names: dict[str, str] = {}
    taken: set[str] = set()
    if not roots:
        return names
    shared = os.path.commonpath(roots)
    for path in files:
        name = Path(os.path.relpath(os.path.abspath(path), shared)).as_posix()
        if name not in taken:
            taken.add(name)
            names[path] = name
    return names


def _root(path: str) -> str:
    if os.path.isdir(path):
        return path
    while glob.has_magic(path) and not os.path.isfile(path):
        path = os.path.dirname(path)
        if not glob.has_magic(path):
            return path
    return os.path.dirname(path)
