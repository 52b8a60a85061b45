"""Bodies of HTTP messages as they were sent: taken out of their pieces (chunked) and unpacked, what was cut is said."""

from __future__ import annotations

import zlib
from typing import NamedTuple

_LONGEST_LINE = 8192
"""Bytes of the longest line that says how long a piece is."""


class Body(NamedTuple):
    """A body, and the reason why it is not whole, or empty."""

    data: bytes
    fault: str = ""


def joined(data: bytes) -> Body:
    r"""Join a body that was sent in pieces (RFC 9112, 7.1); one that a crawler has joined already stays as it is.

    >>> joined(b"3\r\nabc\r\n0\r\n\r\n")
    Body(data=b'abc', fault='')
    """
    parts: list[bytes] = []
    place = 0
    while True:
        end = data.find(b"\r\n", place, place + _LONGEST_LINE)
        size = _hexadecimal(data[place:end]) if end >= 0 else None
        if size is None:
            whole = not parts and place == 0 and len(data) > 0 and _hexadecimal(data[:1]) is None
            return Body(data) if whole else Body(b"".join(parts), "its body was cut or is damaged (sent in pieces)")
        if size == 0:
            return Body(b"".join(parts))
        parts.append(data[end + 2 : end + 2 + size])
        place = end + 2 + size + 2
        if place > len(data):
            return Body(b"".join(parts), "its body was cut (sent in pieces)")


def _hexadecimal(line: bytes) -> int | None:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 16 or not digits.isalnum():
        return None
    try:
        return int(digits, 16)
    except ValueError:
        return None


def unpacked(data: bytes, packing: str, most: int) -> Body:
    """Unpack a body; one that a crawler has unpacked already stays as it is.

    Args:
        data: joined.
        packing: ``gzip`` or ``deflate``, of which there are two forms.
        most: bytes of the result that are wanted.
    """
    fault = f"its body cannot be unpacked ({packing})"
    if not data:
        return Body(b"")
    for bits in (31,) if packing == "gzip" else (15, -15):
        unpacker = zlib.decompressobj(wbits=bits)
        try:
            found = unpacker.decompress(data, most)
        except zlib.error:
            continue
        while unpacker.eof and unpacker.unused_data[:2] == b"\x1f\x8b" and len(found) < most:  # several in a row
            rest = unpacker.unused_data
            unpacker = zlib.decompressobj(wbits=bits)
            try:
                found += unpacker.decompress(rest, most - len(found))
            except zlib.error:
                break
        cut = not unpacker.eof and len(found) < most
        return Body(found, f"its body was cut or is damaged ({packing})" if cut else "")
    if _is_text(data):
        return Body(data)
    return Body(_beginning(data, packing, most), fault)


def _is_text(data: bytes) -> bool:
    try:
        return not {"\0", "\x1f"} & set(data.decode())
    except UnicodeDecodeError:
        return False


def _beginning(data: bytes, packing: str, most: int) -> bytes:
    """Unpack as much as stands before the place of a damage."""
    unpacker = zlib.decompressobj(wbits=31 if packing == "gzip" else 15)
    found = b""
    try:
        for place in range(0, len(data), 512):
            found += unpacker.decompress(data[place : place + 512], most - len(found))
            if len(found) >= most:
                break
    except zlib.error:
        pass
    return found
