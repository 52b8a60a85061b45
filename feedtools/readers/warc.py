"""WARC archives of web pages (ISO 28500) and their extracted texts (WET), with the extra ``warc``."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers.encodings import recode
from feedtools.readers.markup import syntax_of
from feedtools.readers.pages import articles
from feedtools.readers.streams import FREE_BYTES, MAX_DOCUMENT, MAX_RATIO, optional, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the articles of the pages in an archive; ``Article.line`` is the number of the record, from 1.

    Of several articles of one page each after the first has the next number.
    Responses that hold HTML or plain text, and conversions to plain text, are read; a record that cannot be is
    reported, and the rest is read.

    Raises:
        ReadError: no WARC file.
    """
    warc = optional("fastwarc.warc", "warc", "reading WARC", source)
    number = end = given = last = 0
    counted = _Positioned(stream)
    try:
        for record in warc.ArchiveIterator(counted, parse_http=True, auto_decode="all"):
            number += 1
            end = _end(record, number)
            plain = record.record_type == warc.WarcRecordType.conversion
            if not plain and record.record_type != warc.WarcRecordType.response:
                continue
            try:
                payload = _payload(record, plain, source)
                given += len(payload)
                for found in _texts(record, payload, plain):
                    last = max(last + 1, number)
                    origin = Provenance(_address(record), date=str(record.headers.get("WARC-Date") or ""))
                    yield Article(source, last, found, False, syntax_of(found), origin)
            except ReadError as error:
                on_error(ReadError(f"record {number}: {error.message}", path=source, line=number))
            _bound(given, taken(stream) or counted.tell(), source)
    except (OSError, ValueError, EOFError) as error:
        raise ReadError(f"damaged after record {number}: {error}", path=source) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # fastwarc's, which is no Exception
            raise
        raise ReadError(f"damaged after record {number}", path=source) from error
    if end > counted.tell():
        raise ReadError(f"cut short in record {number}", path=source, line=number)
    if not number:
        raise ReadError("no WARC record in it", path=source)


def _address(record: Any) -> str:
    """The address that a record was fetched from."""
    return str(record.headers.get("WARC-Target-URI") or "").strip("<>")


def _end(record: Any, number: int) -> int:
    """Find the end of the record in the stream, from the length in its header."""
    if not record.record_id:
        raise ValueError(f"record {number} has no WARC-Record-ID")
    head = sum(len(name) + len(value) + 4 for name, value in record.headers.items())
    return int(record.stream_pos) + head + int(record.headers.get("Content-Length") or 0)


class _Positioned:
    """A stream that knows its place, as fastwarc asks of it, and is read forward only."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._place += len(data)
        return data

    def tell(self) -> int:
        return self._place

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return self._place


def _bound(given: int, packed: int, source: str) -> None:
    """Stop at an archive whose pages are packed again, and grow beyond all measure."""
    if given > max(FREE_BYTES, MAX_RATIO * packed):
        raise ReadError(f"unpacks to more than {MAX_RATIO} times its size, as no text does", path=source)


def _payload(record: Any, plain: bool, source: str) -> bytes:
    """The UTF-8 of a record, as it was sent; nothing where it is of no kind that is read."""
    kind = (record.http_content_type or "").lower()
    if not plain and kind not in {"text/html", "application/xhtml+xml", "text/plain"}:
        return b""
    data = record.reader.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise ReadError(f"the page is larger than {MAX_DOCUMENT // 2**20} MiB", path=source)
    return recode(data, source, record.http_charset or "")


def _texts(record: Any, payload: bytes, plain: bool) -> Iterator[str]:
    if plain or (record.http_content_type or "").lower() == "text/plain":
        if text := payload.decode().strip():
            yield text
    elif payload:
        yield from (reading.text for reading in articles(payload))
