"""WARC archives of web pages (ISO 28500) and their extracted texts (WET), with the extra ``warc``."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers.encodings import recode
from feedtools.readers.http_bodies import Body, joined, unpacked
from feedtools.readers.markup import syntax_of
from feedtools.readers.pages import articles
from feedtools.readers.streams import FREE_BYTES, MAX_DOCUMENT, MAX_RATIO, optional, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

_BETWEEN = 4
"""Bytes of the line ends between two records, at the most."""
_HEADER = 1 << 18
"""Bytes of what was read last in which the header of a record lies."""
_FIRST = 1 << 24
"""Bytes of an archive in which its first record must begin."""
_INNER = b"\r\n\r\nWARC/1."


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the articles of the pages in an archive; ``Article.line`` is the number of the record, from 1.

    Of several articles of one page each after the first has the next number.
    Responses that hold HTML or plain text, and conversions to plain text, are read; a record that cannot be is
    reported, and the rest is read.

    Raises:
        ReadError: no WARC file.
    """
    warc = optional("fastwarc.warc", "warc", "reading WARC", source)
    archive = _Archive(stream, source, on_error, warc.WarcRecordType)
    try:
        for record in warc.ArchiveIterator(archive.stream, parse_http=True, auto_decode="none", quirks_mode=True):
            yield from archive.articles(record)
    except (OSError, ValueError, EOFError) as error:
        raise ReadError(f"damaged after record {archive.number}: {error}", path=source) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # fastwarc's, which is no Exception
            raise
        raise ReadError(f"damaged after record {archive.number}", path=source) from error
    archive.check_end()


class _Archive:
    """An archive under reading: which record it is at, where that ends, and how much text came out so far.

    Args:
        stream: of the archive.
        source: its path, for errors.
        on_error: told of records that cannot be read.
        kinds: fastwarc's kinds of records.
    """

    def __init__(self, stream: IO[bytes], source: str, on_error: OnError, kinds: Any) -> None:
        self.stream = _Positioned(stream)
        self.number = 0
        self._raw = stream
        self._source = source
        self._on_error = on_error
        self._kinds = kinds
        self._end = 0
        self._given = 0
        self._last = 0  # the number of the last article

    def articles(self, record: Any) -> Iterator[Article]:
        """Yield the articles of the next record, if it is of a kind that is read."""
        if self.number and record.stream_pos > self._end + _BETWEEN:
            self._say("its length is wrong: what stands behind its end is not read")
        self.number += 1
        self.stream.begun = True
        self._end = _end(record, self.number, self.stream)
        plain = record.record_type == self._kinds.conversion
        if not plain and record.record_type != self._kinds.response:
            return
        try:
            payload, fault = _payload(record, plain, self._source)
            self._given += len(payload)
            for found in _texts(record, payload, plain):
                self._last = max(self._last + 1, self.number)
                origin = Provenance(_address(record), date=str(record.headers.get("WARC-Date") or ""))
                yield Article(self._source, self._last, found, False, syntax_of(found), origin)
            if fault and self._end <= self.stream.tell():
                self._say(fault)
        except ReadError as error:
            self._say(error.message)
        _bound(self._given, taken(self._raw) or self.stream.tell(), self._source)

    def check_end(self) -> None:
        """Make sure that the archive ends where its last record does.

        Raises:
            ReadError: it holds no record, was cut, or goes on behind its end.
        """
        if self._end > self.stream.tell():
            raise ReadError(f"cut short in record {self.number}", path=self._source, line=self.number)
        if not self.number:
            raise ReadError("no WARC record in it", path=self._source)
        if self.stream.tell() > self._end + _BETWEEN:
            message = f"cut short or damaged after record {self.number}"
            raise ReadError(message, path=self._source, line=self.number)

    def _say(self, fault: str) -> None:
        self._on_error(ReadError(f"record {self.number}: {fault}", path=self._source, line=self.number))


def _address(record: Any) -> str:
    """The address that a record was fetched from."""
    return str(record.headers.get("WARC-Target-URI") or "").strip("<>")


def _end(record: Any, number: int, stream: _Positioned) -> int:
    """Find the end of the record in the stream, from where its header ends and the length that it gives."""
    if not record.record_id:
        raise ValueError(f"record {number} has no WARC-Record-ID")
    return stream.header_end(int(record.stream_pos)) + int(record.headers.get("Content-Length") or 0)


class _Positioned:
    """A stream that knows its place, as fastwarc asks of it, is read forward only, and knows what was read last.

    Attributes:
        begun: a record was found; until then it is not read further than ``_FIRST``.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._place = 0
        self._held = b""
        self.begun = False

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size) if self.begun or self._place < _FIRST else b""
        self._place += len(data)
        self._held = self._held[-_HEADER:] + data
        return data

    def header_end(self, start: int) -> int:
        """The end of the header that starts at a place, with the empty line that ends it."""
        first = start - (self._place - len(self._held))
        ends = [
            found + len(end) for end in (b"\r\n\r\n", b"\n\n") if (found := self._held.find(end, max(0, first))) >= 0
        ]
        return start + min(ends, default=0) - first if first >= 0 and ends else start

    def tell(self) -> int:
        return self._place

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return self._place


def _bound(given: int, packed: int, source: str) -> None:
    """Stop at an archive whose pages are packed again, and grow beyond all measure."""
    if given > max(FREE_BYTES, MAX_RATIO * packed):
        raise ReadError(f"unpacks to more than {MAX_RATIO} times its size, as no text does", path=source)


def _payload(record: Any, plain: bool, source: str) -> Body:
    """The UTF-8 of a record, as it was sent; nothing where it is of no kind that is read."""
    kind = (record.http_content_type or "").lower()
    if not plain and kind not in {"text/html", "application/xhtml+xml", "text/plain"}:
        return Body(b"")
    sent = record.reader.read(MAX_DOCUMENT + 1)
    fault = "it holds another record; its length is wrong" if _INNER in sent else ""
    body = Body(sent) if plain else _decoded(sent, record.http_headers or {})
    if len(body.data) > MAX_DOCUMENT:
        raise ReadError(f"the page is larger than {MAX_DOCUMENT // 2**20} MiB", path=source)
    try:
        return Body(recode(body.data, source, record.http_charset or ""), fault or body.fault)
    except ReadError as error:
        raise (ReadError(fault or body.fault, path=source) if fault or body.fault else error) from error


def _decoded(sent: bytes, headers: Any) -> Body:
    """A body without the packing in which it was sent."""
    fields = {str(name).lower(): str(value).lower().strip() for name, value in headers.items()}
    body = joined(sent) if fields.get("transfer-encoding", "").endswith("chunked") else Body(sent)
    fault = body.fault
    for packing in reversed([one.strip() for one in fields.get("content-encoding", "").split(",")]):
        if packing in {"", "identity"}:
            continue
        name = packing.removeprefix("x-")
        if name in {"gzip", "deflate"}:
            body = unpacked(body.data, name, MAX_DOCUMENT + 1)
        else:
            body = _by_library(body.data, name)
        fault = fault or body.fault
    return Body(body.data, fault)


def _by_library(data: bytes, packing: str) -> Body:
    """Unpack by what fastwarc brings along (Brotli, Zstandard): it unpacks the body of a record alone."""
    warc = import_module("fastwarc.warc")
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {packing}\r\n\r\n".encode(
        "ascii", "replace"
    )
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x>\r\nContent-Type: application/http\r\n\
Content-Length: {len(http) + len(data)}\r\n\r\n"
    try:
        stream = BytesIO(head.encode() + http + data)
        record = next(iter(warc.ArchiveIterator(stream, parse_http=True, auto_decode="content")))
        return Body(record.reader.read(MAX_DOCUMENT + 1))
    except (OSError, ValueError, EOFError, StopIteration):
        return Body(b"", f"its body cannot be unpacked ({packing})")


def _texts(record: Any, payload: bytes, plain: bool) -> Iterator[str]:
    if plain or (record.http_content_type or "").lower() == "text/plain":
        if text := payload.decode().strip():
            yield text
    elif payload:
        yield from (reading.text for reading in articles(payload))
