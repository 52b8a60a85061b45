"""A file as articles and the bytes around them, so that an article can be replaced or taken out and nothing else moves.

Of a transmission, of Markdown and of JSONL, ``lead`` and every ``Record.raw + Record.gap`` together are the (unpacked)
file, byte for byte. Other formats cannot be written in parts: their articles come out as JSONL records, and the file is
put by.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import io
import json
import os
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from feedtools.errors import ConfigError, FeedtoolsError, ReadError
from feedtools.model import Article, Transmission
from feedtools.readers import ReadOptions, jsonl, markdown, read, read_transmission, tell, transmission
from feedtools.readers.entries import Empty
from feedtools.readers.fields import date, find, placed, syntax
from feedtools.readers.streams import GZIP_MAGIC, ZSTD_MAGIC, open_stream, read_document, reason
from feedtools.system.files import open_regular

AS_THEY_STAND = frozenset({"transmission", "markdown"})
"""Formats whose articles stand in the file as they are."""


class Record(NamedTuple):
    """One article and its bytes.

    Attributes:
        line: 1-based line in the file.
        text: the raw article.
        raw: the bytes that hold it: the article itself, or its JSON object.
        gap: the bytes between it and the next record: line end, blank lines, lines that are no records.
        syntax: of the text, see ``Article``.
    """

    line: int
    text: str
    raw: bytes
    gap: bytes
    syntax: str = ""


class Frame(NamedTuple):
    """A file under reading: the bytes before its first article, then its articles as a stream.

    Attributes:
        format: of the records: ``transmission``, ``markdown`` or ``jsonl``.
        packed: ``gz``, ``zst``, or nothing where it is not compressed.
        converted: whether the file is of another format and its records were made here.
        lead: the bytes before the first record.
        records: in file order.
        digest: hex digest of the file's bytes; to be asked once all records were taken.
        bad: what could not be read as an article, once all records were taken.
        data: of a transmission, its bytes.
        transmission: its parts.
    """

    format: str
    packed: str
    converted: bool
    lead: bytes
    records: Iterator[Record]
    digest: Callable[[], str]
    bad: list[FeedtoolsError]
    data: bytes | None = None
    transmission: Transmission | None = None


def open_frame(path: str, options: ReadOptions) -> Frame:
    """Open a file for reading with all its bytes.

    Raises:
        ReadError: it is missing, unreadable, binary, or of a format that is not known; also while its records are
            taken, since a stream is read as it goes.
    """
    try:
        packed = _packing(path)
        stream = open_stream(path)
        form, stream = tell(stream, path, options)
        if form == "jsonl":
            return _stream(path, packed, stream, options)
        if form == "markdown" and not options.encoding:
            return _document(path, packed, stream, options)
        if form != "transmission":
            stream.close()
            return _converted(path, options)
        data = read_transmission(stream, path)
    except OSError as error:
        raise _failure(path, error) from error
    parsed = transmission.parse(data, path)
    records = (
        Record(article.line, article.text, transmission.encode(article.text), gap)
        for article, gap in zip(parsed.articles, parsed.gaps, strict=True)
    )

    def content() -> str:
        return file_digest(path) if packed else _hash(data).hexdigest()

    return Frame("transmission", packed, False, parsed.head, records, content, [], data, parsed)


def _packing(path: str) -> str:
    with open_regular(path) as stream:
        head = stream.read(4)
    return "gz" if head.startswith(GZIP_MAGIC) else "zst" if head == ZSTD_MAGIC else ""


def _failure(path: str, error: OSError) -> ReadError:
    return ReadError(reason(error), path=path)


def _hash(data: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(data, digest_size=16)


def file_digest(path: str | Path) -> str:
    """Hex digest of the bytes of a file as it stands on the disk.

    Raises:
        ReadError: it cannot be read.
    """
    digest = _hash()
    try:
        with open_regular(path) as stream:
            while data := stream.read(2**20):
                digest.update(data)
    except OSError as error:
        raise _failure(str(path), error) from error
    return digest.hexdigest()


def _stream(path: str, packed: str, stream: IO[bytes], options: ReadOptions) -> Frame:
    digest, bad = _hash(), list[FeedtoolsError]()
    pieces = _records(path, stream, options.text_key, digest, bad)
    lead = cast("bytes", next(pieces))

    def content() -> str:
        return file_digest(path) if packed else digest.hexdigest()

    return Frame("jsonl", packed, False, lead, cast("Iterator[Record]", pieces), content, bad)


def _document(path: str, packed: str, stream: IO[bytes], options: ReadOptions) -> Frame:
    """A Markdown file: its front matter, its one article, and the end of its last line."""
    with stream:
        data = read_document(stream, path)
    document = markdown.parse(data, path)
    raw, gap = document.text.encode(), document.tail.encode()
    records = [Record(document.line, document.text, raw, gap, markdown.syntax_of(options))] if raw else []

    def content() -> str:
        return file_digest(path) if packed else _hash(data).hexdigest()

    return Frame("markdown", packed, False, document.lead.encode() + (b"" if raw else gap), iter(records), content, [])


def _converted(path: str, options: ReadOptions) -> Frame:
    """Another format: records made of its articles, with all else that they say."""
    bad: list[FeedtoolsError] = []
    source = read(path, options.with_fields(), bad.append)

    def records() -> Iterator[Record]:
        for article in source.articles:
            record = _record(article, f"{Path(path).name}:{article.line}", options)
            yield Record(article.line, article.text, _dumps(record).encode(), b"\n", article.syntax)

    return Frame("jsonl", "", True, b"", records(), lambda: file_digest(path), bad)


def _record(article: Article, name: str, options: ReadOptions) -> dict[str, Any]:
    """An article as a record: what its own said, an identity, and text and date under keys that are read again."""
    origin = article.origin
    fields: dict[str, Any] = json.loads(origin.fields) if origin is not None and origin.fields else {}
    identity = fields.pop(options.id_key, None)
    if identity is None or identity == "":
        identity = (origin.id if origin is not None else "") or name
    made = {options.id_key: identity, **fields, **placed(fields, options.text_key, article.text)}
    if origin is not None and origin.date and not date(made, options.date_key):
        made = placed(made, options.date_key, origin.date)  # that a second run goes by the same date
    noted = {"syntax": article.syntax} if article.syntax and "syntax" not in fields else {}
    return {**made, **noted}


def _dumps(value: Any) -> str:
    """JSON that any file can hold: lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if _SURROGATE.search(text) else text


class Hashed(io.RawIOBase):
    """A stream that knows the digest of what was written to it, so that nothing need be read again.

    Args:
        stream: takes the bytes; it is not closed.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._digest = stream, _hash()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Write some bytes."""
        self._digest.update(data)
        return self._stream.write(data)

    def digest(self) -> str:
        """The same digest as ``file_digest`` gives of the file, in hexadecimal digits."""
        return self._digest.hexdigest()


def packer(kind: str, stream: Hashed) -> IO[bytes]:
    """A stream that packs what is written to it; the same content always gives the same bytes.

    Args:
        kind: ``gz`` or ``zst``.
        stream: takes the packed bytes; it is not closed.
    """
    if kind == "gz":
        return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=stream, mtime=0))
    try:
        zstd = import_module("compression.zstd")
    except ImportError:
        zstd = import_module("backports.zstd")
    return cast("IO[bytes]", zstd.ZstdFile(stream, "wb"))


def _records(
    path: str, stream: IO[bytes], key: str, digest: hashlib.blake2b, bad: list[FeedtoolsError]
) -> Iterator[bytes | Record]:
    """First the bytes before the first record, then the records."""
    last: Record | None = None
    between: list[bytes] = []
    empty = Empty(path, "record", "kept as it is")
    try:
        with stream:
            for line, raw in jsonl.lines(stream, path):
                digest.update(raw)
                if line == 1 and raw.startswith(BOM_UTF8):  # of the file: it stays where the first record goes
                    between, raw = [BOM_UTF8], raw.removeprefix(BOM_UTF8)
                record = _record_on(path, line, raw, key, bad)
                if record is None:
                    between.append(raw)
                    continue
                body = raw.rstrip(b"\r\n")
                yield last._replace(gap=b"".join(between)) if last else b"".join(between)
                last, between = Record(line, str(find(record, key)), body, b"", syntax(record)), [raw[len(body) :]]
                if not last.text.strip():
                    empty.add(line)
    except OSError as error:
        raise _failure(path, error) from error
    empty.say(bad.append)
    yield last._replace(gap=b"".join(between)) if last else b"".join(between)


def _record_on(path: str, line: int, raw: bytes, key: str, bad: list[FeedtoolsError]) -> dict[str, Any] | None:
    if not raw.strip():
        return None
    try:
        return jsonl.parse(raw, key, path, line)
    except ReadError as error:
        bad.append(error)
        return None


def unpacked(path: str | Path) -> bytes:
    """The whole content of a file.

    Raises:
        ReadError: it cannot be read.
    """
    try:
        with open_stream(str(path)) as stream:
            return stream.read()
    except OSError as error:
        raise _failure(str(path), error) from error


def fits(form: str, text: str) -> bool:
    """Tell whether a file of this format can hold the text as one article and give it back."""
    if form == "markdown":
        return markdown.holds(text)
    if form != "transmission":
        return True
    if _is_plain_line(text):
        return True
    raw = transmission.encode(text) + b"\n"
    parsed = transmission.parse(b"-\n" + raw, "").articles if b"\0" not in raw else ()
    return len(parsed) == 2 and parsed[1].text == text


def _is_plain_line(text: str) -> bool:
    """Tell whether nothing in a text could make a reader take it for anything but a line of a transmission."""
    if len(text) > transmission.MAX_LINE // 4 or "\n" in text or "\0" in text or text.endswith("\r"):
        return False
    return _SURROGATE.search(text) is None and not text.isspace() and text != ""


def rest(form: str, gap: bytes) -> bytes:
    """The part of a gap that stays when the record before it is taken out: lines that are not blank."""
    if form in AS_THEY_STAND or not gap.strip():
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
    if form in AS_THEY_STAND:
        return transmission.encode(text)
    whole = raw.decode("utf-8", "surrogatepass")
    start, end = _way(whole, key)
    plain = not whole[start:end].isascii() or "\\u" not in whole[start:end]
    literal = json.dumps(text, ensure_ascii=not plain or _SURROGATE.search(text) is not None)
    return (whole[:start] + literal + whole[end:]).encode("utf-8", "surrogatepass")


_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(r"[ \t\n\r]*")


def _way(whole: str, key: str) -> tuple[int, int]:
    """Find the place of the value that ``fields.find`` finds."""
    start, found = whole.index("{"), _value(whole, whole.index("{"), key)
    while found is None:
        head, _, key = key.partition(".")
        inner = _value(whole, start, head)
        assert inner is not None
        start, found = inner[0], _value(whole, inner[0], key)
    return found


def _value(whole: str, start: int, key: str) -> tuple[int, int] | None:
    """Find the place of the last ``key``'s value in a JSON object, since ``json.loads`` takes the last."""
    decoder = json.JSONDecoder()
    place = start + 1
    found = None
    while True:
        place = _skip(whole, place)
        if whole[place] == ",":
            place = _skip(whole, place + 1)
        if whole[place] == "}":
            return found
        name, place = decoder.raw_decode(whole, place)
        start = _skip(whole, _skip(whole, place) + 1)
        _, place = decoder.raw_decode(whole, start)
        if name == key:
            found = start, place


def _skip(whole: str, place: int) -> int:
    blank = _BLANK.match(whole, place)
    assert blank is not None
    return blank.end()


def relative_names(paths: Iterable[str], files: Iterable[str]) -> dict[str, str]:
    """For every file its place below the folder that is common to all that was named, with forward slashes.

    Args:
        paths: what the user named: files, folders, globs.
        files: what was found there. Of two names of one file, the first stands.

    Raises:
        ConfigError: they lie on different drives.
    """
    roots = [os.path.abspath(_root(path)) for path in paths]
    names, taken = dict[str, str](), set[str]()
    if not roots:
        return names
    try:
        shared = os.path.commonpath(roots)
    except ValueError as error:  # of Windows
        message = f"{roots[0]} and {roots[-1]} lie on different drives and have no folder in common; clean them apart"
        raise ConfigError(message) from error
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
