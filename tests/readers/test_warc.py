"""Bodies of WARC records: what is a page is read, however it was sent; what is none is passed over or said."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path

import pytest

from feedtools.errors import FeedtoolsError, ReadError
from feedtools.readers import ReadOptions, read, warc

pytest.importorskip("fastwarc")
SAID = "山脚的小站每天只停两趟车,站长把钟拨快一刻。"
PAGE = f"<!doctype html><html><body><article><p>{SAID}</p></article></body></html>"


def record(body: bytes, *, kind: str = "response", http: str = "text/html; charset=utf-8", more: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {http}\r\n{more}\r\n".encode() if kind in {"response", "request"} else b""
    content = head + body
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:x>\r\nWARC-Target-URI: <http://a.example/b>\r\n"
        f"Content-Type: {'application/http' if head else 'text/plain'}\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content + b"\r\n\r\n"  # fmt: skip


def texts(tmp_path: Path, *records: bytes) -> tuple[list[tuple[int, str]], list[str]]:
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(records))
    errors: list[FeedtoolsError] = []
    found = [(one.line, one.text) for one in read(str(path), ReadOptions(), errors.append).articles]
    return found, [error.message for error in errors]


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 10] for at in range(0, len(body), 10)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


SENT = {
    "as it is": record(PAGE.encode()),
    "in pieces": record(chunked(PAGE.encode()), more="Transfer-Encoding: chunked\r\n"),
    "packed": record(gzip.compress(PAGE.encode()), more="Content-Encoding: gzip\r\n"),
    "deflated": record(zlib.compress(PAGE.encode()), more="Content-Encoding: deflate\r\n"),
    "packed in pieces": record(
        chunked(gzip.compress(PAGE.encode())), more="Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    ),
    "in another charset": record(PAGE.encode("gb18030"), http="text/html; charset=gb18030"),
    "in one the page names": record(
        PAGE.replace("<body>", '<head><meta charset="gbk"></head><body>').encode("gbk"), http="text/html"
    ),
    "in a charset that is none": record(PAGE.encode(), http="text/html; charset=no-such-thing"),
    "as XHTML": record(PAGE.encode(), http="application/xhtml+xml"),
    "as plain text": record(SAID.encode(), http="text/plain"),
    "as text of a page": record(SAID.encode(), kind="conversion"),
}


@pytest.mark.parametrize("name", SENT)
def test_a_page_is_read_however_it_was_sent(tmp_path: Path, name: str) -> None:
    assert texts(tmp_path, SENT[name]) == ([(1, SAID)], [])


NONE = {
    "a request": record(PAGE.encode(), kind="request"),
    "a picture": record(PAGE.encode(), http="image/png"),
    "JSON": record(b'{"text": "x"}', http="application/json"),
    "metadata": record(SAID.encode(), kind="metadata"),
    "nothing": record(b""),
    "blanks": record(b" \n", http="text/plain"),
}


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_page_is_passed_over_and_counted(tmp_path: Path, name: str) -> None:
    assert texts(tmp_path, NONE[name], SENT["as it is"]) == ([(2, SAID)], [])


def test_a_page_that_cannot_be_read_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    found, errors = texts(tmp_path, record(b"\xff\xfe\xfa\x80\x81"), SENT["as it is"])
    assert found == [(2, SAID)]
    assert len(errors) == 1
    assert errors[0].startswith("record 1: ")


PACKED = gzip.compress(PAGE.encode())
CUT = {
    "packed, without its end": (PACKED[:-12], "Content-Encoding: gzip"),
    "packed, its checksum alone": (PACKED[:-1], "Content-Encoding: gzip"),
    "packed, the beginning": (PACKED[:5], "Content-Encoding: gzip"),
    "packed, damaged": (PACKED[:60] + bytes(len(PACKED) - 60), "Content-Encoding: gzip"),
    "deflated": (zlib.compress(PAGE.encode())[:-5], "Content-Encoding: deflate"),
    "no packing at all": (b"\0\xff no gzip", "Content-Encoding: gzip"),
    "a packing that nobody knows": (PAGE.encode(), "Content-Encoding: zip7"),
    "in pieces, the last is missing": (chunked(PAGE.encode())[:-5], "Transfer-Encoding: chunked"),
    "in pieces, in one of them": (chunked(PAGE.encode())[:50], "Transfer-Encoding: chunked"),
    "in pieces, in a length": (chunked(PAGE.encode())[:15], "Transfer-Encoding: chunked"),
    "in pieces, packed": (chunked(PACKED[:-12]), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
}


@pytest.mark.parametrize("name", CUT)
def test_a_body_that_is_not_whole_is_said_and_takes_nothing_else_with_it(tmp_path: Path, name: str) -> None:
    body, how = CUT[name]
    found, errors = texts(tmp_path, record(body, more=f"{how}\r\n"), SENT["as it is"])
    assert found[-1] == (2, SAID)
    assert len(errors) == 1
    assert errors[0].startswith("record 1: its body ")


@pytest.mark.parametrize("how", ["Content-Encoding: gzip", "Content-Encoding: deflate", "Transfer-Encoding: chunked"])
def test_a_body_that_a_crawler_unpacked_already_is_read(tmp_path: Path, how: str) -> None:
    assert texts(tmp_path, record(PAGE.encode(), more=f"{how}\r\n")) == ([(1, SAID)], [])


@pytest.mark.parametrize("packing", ["br", "zstd"])
def test_a_body_is_unpacked_by_what_the_library_brings_along(tmp_path: Path, packing: str) -> None:
    module = pytest.importorskip({"br": "brotli", "zstd": "backports.zstd"}[packing])
    body = module.compress(PAGE.encode())
    assert texts(tmp_path, record(body, more=f"Content-Encoding: {packing}\r\n")) == ([(1, SAID)], [])
    found, errors = texts(tmp_path, record(b"\xff" * 9, more=f"Content-Encoding: {packing}\r\n"), SENT["as it is"])
    assert found == [(2, SAID)]
    assert errors == [f"record 1: its body cannot be unpacked ({packing})"]


WHOLE = SENT["as it is"].rstrip(b"\r\n")


@pytest.mark.parametrize("missing", [1, 2, 11, 12, 13, 20, 60, 150])
def test_an_archive_that_was_cut_in_a_body_is_said(tmp_path: Path, missing: int) -> None:
    assert texts(tmp_path, SENT["as it is"], WHOLE)[1] == []
    found, errors = texts(tmp_path, SENT["as it is"], WHOLE[:-missing])
    assert found[0] == (1, SAID)
    assert errors[-1] == "cut short in record 2"


@pytest.mark.parametrize("left", [1, 2, 5, 11, 12, 20, 100])
def test_an_archive_that_was_cut_in_a_header_is_said(tmp_path: Path, left: int) -> None:
    found, errors = texts(tmp_path, SENT["as it is"], WHOLE[:left])
    assert found == [(1, SAID)]
    assert len(errors) == 1
    assert "after record" in errors[0]


@pytest.mark.parametrize("end", ["", "\r\n", "\n\n", "\r\n\r\n"])
def test_line_ends_behind_the_last_record_are_nothing(tmp_path: Path, end: str) -> None:
    assert texts(tmp_path, SENT["as it is"], WHOLE + end.encode()) == ([(1, SAID), (2, SAID)], [])


@pytest.mark.parametrize("off", [-60, -5, -1, 9, len(WHOLE) + 4])
def test_a_length_that_is_wrong_is_said(tmp_path: Path, off: int) -> None:
    """Too small, and text is left between the records; too large, and the next record is swallowed."""
    right = int(WHOLE.partition(b"Content-Length: ")[2].partition(b"\r")[0])
    wrong = SENT["as it is"].replace(b"Length: %d" % right, b"Length: %d" % (right + off))
    found, errors = texts(tmp_path, wrong, SENT["as it is"], SENT["as it is"])
    assert found[-1][1].startswith(SAID)
    assert any("its length is wrong" in message for message in errors)


@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999", ""])
def test_a_length_that_is_none_is_one_sentence(tmp_path: Path, length: str) -> None:
    odd = SENT["as it is"].replace(b"Content-Length: ", f"Content-Length: {length}\r\nX-Was: ".encode())
    said: list[str] = []
    try:
        found, said = texts(tmp_path, odd)
    except ReadError as error:
        said, found = [error.message], []
    assert said or found
    assert not any("\n" in message for message in said)


class Endless(io.BytesIO):
    """An archive that begins with as many zeros as are asked for, as a sparse file does."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        self.given += size
        return bytes(size)


def test_an_archive_that_never_begins_is_not_read_to_its_end() -> None:
    stream = Endless()
    with pytest.raises(ReadError, match="no WARC record"):
        list(warc.read(stream, "a.warc", ReadOptions(), lambda _: None))
    assert stream.given <= 2 * warc._FIRST


@pytest.mark.parametrize("blank", [0, 2**20])
def test_what_is_behind_a_late_beginning_is_read(tmp_path: Path, blank: int) -> None:
    found, _ = texts(tmp_path, b"\n" * blank + record(PAGE.encode()) + record(PAGE.encode()))
    assert [text for _, text in found] == [SAID, SAID]
