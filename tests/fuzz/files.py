"""Targets that take the bytes of a file: every reader, the frame, the index and the manifest."""

from __future__ import annotations

import io
import shutil
import sqlite3
from functools import cache
from typing import Any
from unittest import mock

from feedtools.clean import manifest
from feedtools.clean.undo import undo
from feedtools.dedup.index import query
from feedtools.dedup.index.updates import IndexWriter as Index
from feedtools.dedup.index.verify import faults
from feedtools.errors import FeedtoolsError
from feedtools.lint.engine import lint_transmission
from feedtools.model import Article
from feedtools.readers import ReadOptions, read_bytes
from feedtools.readers.formats import FORMATS
from feedtools.readers.streams import unpack
from feedtools.readers.transmission import decode, parse, render
from tests.fuzz.common import folder, rules, text_of

READ = [name for name in FORMATS if name not in {"parquet", "warc"}]
"""Formats whose bytes are taken apart by our readers; the two that libraries take apart are targets of their own."""


def _read(data: bytes, name: str) -> tuple[list[Article], list[FeedtoolsError]]:
    """What a reader gives, and what is promised of it whatever it reads."""
    errors: list[FeedtoolsError] = []
    found: list[Article] = []
    try:
        source = read_bytes(data, "fuzz", ReadOptions(input_format=name), errors.append)
        found.extend(source.articles)
    except FeedtoolsError as error:
        errors.append(error)
    assert all(error.path == "fuzz" and "\n" not in error.message for error in errors), errors
    assert all(isinstance(article.text, str) and article.line >= 1 for article in found)
    return found, errors


def readers(data: bytes) -> None:
    """Each reader gives articles or an error; a transmission, once it is unpacked, is written back byte for byte."""
    name = READ[data[0] % len(READ)] if data else "transmission"
    found, _ = _read(data[1:], name)
    if name == "transmission" and found:
        plain = unpack(io.BufferedReader(io.BytesIO(data[1:])), "fuzz").read()
        assert render(parse(plain, "fuzz")) == plain


def frames(data: bytes) -> None:
    """The rules about a file's frame."""
    try:
        parsed = parse(data, "fuzz.txt")
    except FeedtoolsError:
        return
    for finding in lint_transmission(data, parsed, rules("FT6")):
        assert finding.message
    decode(data)


def parquet(data: bytes) -> None:
    """A table of chosen values gives them back; one whose bytes were changed gives articles or an error.

    The first byte chooses the shape of the table, the second how many bytes of it are changed. Where none is, the rest
    are its values, else where to change what in a table of its shape that is made once. With an odd first byte, all
    the rest is the file as it stands.
    """
    if not data or data[0] % 2:
        _read(data[1:], "parquet")
        return
    shape, changes, rest = data[0] // 2, 3 * (data[1] % 8 if data[1:] else 0), data[2:]
    if not changes:
        texts = [text_of(part).encode("utf-8", "replace").decode() for part in rest.split(b"\xff")]
        found, errors = _read(_table(shape, texts), "parquet")
        expected = [(number, text) for number, text in enumerate(texts, 1) if text.strip()]
        assert errors or [(article.line, article.text) for article in found] == expected
        return
    table = bytearray(_sound_table(shape))
    for at in range(0, min(changes, len(rest)) - 2, 3):
        table[int.from_bytes(rest[at : at + 2], "big") % len(table)] = rest[at + 2]
    _read(bytes(table), "parquet")


@cache
def _sound_table(shape: int) -> bytes:
    return _table(shape, ["把模型送进网络。", "", "x" * 40, "把模型送进网络。", "\n"])


def _table(shape: int, texts: list[str]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    kinds = (
        pyarrow.string(), pyarrow.large_string(), pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
        pyarrow.binary(), pyarrow.list_(pyarrow.string()), pyarrow.struct([("text", pyarrow.string())]),
    )  # fmt: skip
    kind = kinds[shape % 6]
    values: list[Any] = list(texts)
    if pyarrow.types.is_binary(kind):
        values = [text.encode() for text in texts]
    elif pyarrow.types.is_nested(kind):
        values = [[text] if pyarrow.types.is_list(kind) else {"text": text} for text in texts]
    target = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"text": pyarrow.array(values, kind)}), target, use_dictionary=shape % 4 < 2,
        compression=("none", "snappy", "gzip", "zstd")[shape // 6 % 4], row_group_size=(2, 1000)[shape // 24 % 2],
        data_page_version=("1.0", "2.0")[shape // 48 % 2],
    )  # fmt: skip
    return target.getvalue()


def warc(data: bytes) -> None:
    """An archive whose lengths are right gives its text or an error; so does any other.

    With an even first byte, the rest is the archive as it stands; else its parts, cut at a byte that no UTF-8 has, are
    header lines, lines of HTTP and a body, of which a record is made.
    """
    if not data or data[0] % 2 == 0:
        _read(data[1:], "warc")
        return
    lines, http, body = [*data[1:].split(b"\xff", 2), b"", b""][:3]
    plain = data[0] % 4 == 1
    content = body if plain else b"HTTP/1.1 200 OK\r\nContent-Type: " + http + b"\r\n\r\n" + body
    head = b"WARC/1.0\r\nWARC-Type: " + (b"conversion" if plain else b"response") + b"\r\nWARC-Record-ID: <urn:x>\r\n"
    record = head + b"Content-Length: %d\r\n" % len(content) + lines.replace(b"\r\n\r\n", b"\r\n") + b"\r\n\r\n"
    found, errors = _read(record + content + b"\r\n\r\n", "warc")
    if plain and not lines and not errors:
        assert [article.text for article in found] == [text for text in [body.decode("utf-8-sig").strip()] if text]


@cache
def _index_bytes() -> bytes:
    """A sound index of small pages, so that a few changed bytes reach every kind of them."""
    path = folder() / "sound.sqlite"
    said = "讲的是怎样把索引文件存放得稳妥又容易检查。"
    with mock.patch("feedtools.dedup.index.file._PAGE", 512), Index(path, create=True) as index:
        index.add([Article("b.txt", 4 + number, f"第{number}篇{said}") for number in range(9)])
        index.compact()
        index.add([Article("a.txt", 4 + number, f"第{number}节{said}") for number in range(3)])
    base = sqlite3.connect(path)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.execute("PRAGMA journal_mode=DELETE")
    base.close()
    return path.read_bytes()


def index_file(data: bytes) -> None:
    """A damaged index answers or says that it is damaged: three bytes of input change one byte of a sound file.

    The first byte chooses what is asked of it, and whether it is cut short.
    """
    whole = bytearray(_index_bytes())
    chosen = data[0] if data else 0
    for at in range(1, min(len(data), 300) - 2, 3):
        whole[int.from_bytes(data[at : at + 2], "big") % len(whole)] = data[at + 2]
    path = folder() / "i.sqlite"
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.write_bytes(bytes(whole[: len(whole) - (len(data) * 37 if chosen & 0xF0 == 0xF0 else 0)]))
    said: list[str] = []
    try:
        with Index(path) as index:
            said += _ask(index, chosen)
    except FeedtoolsError as error:
        said.append(error.message)
    assert not any("\n" in message for message in said), said


def _ask(index: Index, chosen: int) -> list[str]:
    """Ask what users ask of an index; the faults it names."""
    for found in query.find(index, ["第3篇讲的是怎样把索引文件存放得稳妥又容易检查。"])[0]:
        assert isinstance(found.document.source, str)
        assert isinstance(found.document.line, int)
    index.stats()
    match chosen % 8:
        case 1:
            index.states()
            index.add([Article("a.txt", 4, "换了一篇,讲的是别的事情。")])
        case 2:
            assert all(isinstance(path, str) for path in index.sources())
            index.remove(["b.txt"])
        case 3:
            index.compact()
        case 4 | 5:
            return list(faults(index))
    return []


def manifests(data: bytes) -> None:
    """``clean --undo`` gives a file back byte for byte, or says why not, and writes nowhere else."""
    place = folder() / "manifests"
    out = place / "in" / "out"
    out.mkdir(parents=True)
    try:
        (out / "a.txt").write_bytes(b"abc\ndef\n")
        head = b'{"feedtools-manifest": 1, "options": {"text-key": "text"}}\n'
        (out / "manifest.jsonl").write_bytes(data if data[:1] == b"{" else head + data)
        try:
            list(manifest.read(out / "manifest.jsonl"))
            undo(out, place / "in" / "back")
        except FeedtoolsError:
            pass
        assert {path.name for path in place.iterdir()} == {"in"}
        assert {path.name for path in (place / "in").iterdir()} <= {"out", "back"}
    finally:
        shutil.rmtree(place)
