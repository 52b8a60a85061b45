"""The encoding of a page or feed: what it says, and what its bytes say."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO

from feedtools.errors import ReadError
from feedtools.readers.streams import PEEK, read_document

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9_.:-]{1,40})|charset=\s*["']?([A-Za-z0-9_.:-]{1,40})"""
)
UNKNOWN_ENCODING = "save it as UTF-8, or name its encoding with --encoding"
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}
"""Encodings that are read as the one that holds them: their names stand on what uses its further characters."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, source: str, declared: str = "") -> str:
    """The text of a document: by its byte order mark; as UTF-8 where it is that; else as it says.

    UTF-8 goes before the declaration because bytes that are valid UTF-8 are hardly ever anything else, while labels
    survive conversions that they no longer describe.

    Args:
        data: the document's bytes.
        source: its path, for errors.
        declared: the label that came with it (HTTP); its own is used otherwise.

    Raises:
        ReadError: the bytes are not what the label says, or the label is unknown.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data, name, source)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = error.start
    found = _DECLARED.search(data[:4096])
    label = declared or (found and (found[1] or found[2]).decode("ascii")) or ""
    if not label or label.lower().replace("_", "-") in {"utf-8", "utf8"}:
        line = data[:where].count(b"\n") + 1
        raise ReadError("not UTF-8, and it names no other encoding; save it as UTF-8", path=source, line=line)
    return _strict(data, _WIDER.get(label.lower(), label), source)


def recode(data: bytes, source: str, declared: str = "") -> bytes:
    """The UTF-8 of a document, whatever its encoding; arguments and errors are those of ``decode``."""
    return decode(data, source, declared).encode("utf-8", "ignore")


def recoded(stream: IO[bytes], encoding: str, source: str) -> io.BufferedReader:
    """A stream of the UTF-8 of a document that is in another encoding.

    Raises:
        ReadError: it is not in that encoding, or there is none of that name, or it is too large to be held in memory.
    """
    name = _WIDER.get(encoding.lower(), encoding)
    data = read_document(stream, source)
    try:
        text = data.decode(name)
    except UnicodeError as error:
        raise ReadError(f"not {encoding}: {error}", path=source) from error
    except LookupError as error:
        raise ReadError(f"unknown encoding {encoding!r}; expected a name such as gbk or utf-16", path=source) from error
    return io.BufferedReader(io.BytesIO(text.encode("utf-8", "surrogatepass")), PEEK)


def wide(head: bytes) -> str:
    """Name UTF-16 or UTF-32 by the first bytes of a file, with or without a byte order mark; empty for others."""
    for mark, name in _MARKS[1:]:
        if head.startswith(mark):
            return name.upper()
    start = head[:2000]
    nulls = start[::2].count(0), start[1::2].count(0)
    return "UTF-16" if len(start) >= 8 and max(nulls) > len(start) // 4 and min(nulls) <= len(start) // 100 else ""


def _strict(data: bytes, name: str, source: str) -> str:
    try:
        return str(data, name)
    except (LookupError, UnicodeError) as error:
        raise ReadError(f"says it is {name}, and is not: {error}", path=source) from error
