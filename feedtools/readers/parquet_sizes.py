"""Unpacked size of a Parquet file's columns, from the headers of their pages, which bound what a reader allocates.

The footer says it, too, but nothing holds it to that: one changed number in it, and a file of 13 kB took 2 GB. So the
footer is asked for the places of pages alone. It and the headers are structs of Thrift's compact protocol
(https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md); which field is which stands in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any, NamedTuple

_GROUPS, _CHUNKS, _META = 4, 1, 3
_PACKED, _DATA, _DICTIONARY = 7, 9, 11
_TYPE, _PAGE_UNPACKED, _PAGE_PACKED, _VALUES, _VALUES_2 = 1, 2, 3, 5, 8
_ENCODING, _ENCODING_2 = 2, 4
_INT, _LONG, _LIST, _STRUCT = 5, 6, 9, 12
Wanted = Mapping[int, Any]
"""Fields that are wanted of a struct: the number of each, and its type, or what is wanted of it or of its elements."""
_PLACES: Wanted = {_GROUPS: [{_CHUNKS: [{_META: {_PACKED: _LONG, _DATA: _LONG, _DICTIONARY: _LONG}}]}]}
_SIZES: Wanted = {
    _TYPE: _INT,
    _PAGE_UNPACKED: _INT,
    _PAGE_PACKED: _INT,
    _VALUES: {_ENCODING: _INT},
    _VALUES_2: {_ENCODING_2: _INT},
}
_DICTIONARY_PAGE = 2
_ONCE = {0, 2, 6, 8}
"""Encodings of a page of values that hold each as often as it comes, or its place in the dictionary."""
_HEADER, _LONGEST_HEADER = 2**10, 2**24
"""Bytes that are read for the header of a page at first, and at most: statistics in it may be long."""
_MAX_DEPTH = 32
_BOOLS, _NUMBERS, _BINARY, _LISTS, _MAP = (1, 2), (4, 5, 6), 8, (9, 10), 11
_FIXED = {1: 1, 2: 1, 3: 1, 7: 8}
"""Bytes of the elements whose type tells them: booleans, bytes, doubles."""


class PageSizes(NamedTuple):
    """Sizes of the pages of some columns, in bytes.

    Attributes:
        unpacked: of all of them.
        shared: of the largest page that holds what its column may repeat for next to nothing; 0 where there is none.
    """

    unpacked: int
    shared: int


def page_sizes(stream: IO[bytes], columns: Collection[int], limit: int) -> PageSizes:
    """Add up what the pages of some columns unpack to; counting ends beyond the limit.

    Args:
        stream: the file.
        columns: numbers of columns, those in structs counted one by one.
        limit: bytes that are too many.

    Raises:
        ValueError: the footer or the header of a page is damaged.
    """
    total, shared, left = 0, 0, stream.seek(0, io.SEEK_END)
    for start, end in _chunks(stream, columns):
        while start < end and total <= limit:
            size, header = _header(stream, start)
            if header.get(_PAGE_UNPACKED, -1) < 0 or header.get(_PAGE_PACKED, -1) < 0:
                raise ValueError("the header of a page gives no sizes")
            total += header[_PAGE_UNPACKED]
            if _is_shared(header):
                shared = max(shared, header[_PAGE_UNPACKED])
            start += size + header[_PAGE_PACKED]
            left -= size + header[_PAGE_PACKED]
            if left < 0:  # a thousand groups of rows that name one row of pages would be a million pages
                raise ValueError("its pages are longer than the file")
    return PageSizes(total, shared)


def _is_shared(header: Mapping[int, Any]) -> bool:
    """Tell whether a column may repeat what a page holds: its dictionary, or a value that others continue."""
    if header.get(_TYPE) == _DICTIONARY_PAGE:
        return True
    said = header.get(_VALUES, {}).get(_ENCODING), header.get(_VALUES_2, {}).get(_ENCODING_2)
    return any(encoding is not None and encoding not in _ONCE for encoding in said)


def _chunks(stream: IO[bytes], columns: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of the pages of each column."""
    stream.seek(-8, io.SEEK_END)
    length = int.from_bytes(stream.read(4), "little")
    stream.seek(-8 - length, io.SEEK_END)
    try:
        footer, _ = _fields(stream.read(length), 0, _PLACES)
    except IndexError:
        raise ValueError("the footer ends within a value") from None
    for group in footer.get(_GROUPS, ()):
        chunks = group.get(_CHUNKS, ())
        for meta in (chunks[column].get(_META, {}) for column in columns if column < len(chunks)):
            start, first = meta.get(_DATA, 0), meta.get(_DICTIONARY, 0)
            start = first if 0 < first < start else start
            if start < 0:
                raise ValueError("pages begin before the file")
            yield start, start + meta.get(_PACKED, 0)


def _header(stream: IO[bytes], place: int) -> tuple[int, dict[int, Any]]:
    """The bytes that the header of the page takes that begins here, and its sizes."""
    size = _HEADER
    while True:
        stream.seek(place)
        data = stream.read(size)
        try:
            sizes, end = _fields(data, 0, _SIZES)
        except IndexError:
            if len(data) < size or size >= _LONGEST_HEADER:
                raise ValueError("a page ends in its header") from None
            size *= 16
        else:
            return end, sizes


def _fields(data: bytes, at: int, wanted: Wanted) -> tuple[dict[int, Any], int]:
    """The wanted fields by number of the struct that begins here, and where it ends.

    They are taken as Thrift's own readers take them: of one that comes twice the last, none that is of another type,
    and elements of the type that is wanted whatever the list says.

    Raises:
        IndexError: the bytes end before it does.
        ValueError: it is no such struct.
    """
    found: dict[int, Any] = {}
    number = 0
    while head := data[at]:
        at += 1
        kind = head & 15
        if head > 15:
            number += head >> 4
        else:
            number, at = _number(data, at)
        if number in wanted and kind == _kind(wanted[number]):
            found[number], at = _value(data, at, wanted[number])
        elif kind not in _BOOLS:  # which hold their value in the type
            at = _past(data, at, kind)
    return found, at + 1


def _value(data: bytes, at: int, wanted: Any) -> tuple[Any, int]:
    """A wanted value, and where it ends."""
    if isinstance(wanted, int):
        return _number(data, at)
    if not isinstance(wanted, list):
        return _fields(data, at, wanted)
    _, count, at = _list(data, at)
    values = []
    for _ in range(count):
        value, at = _value(data, at, wanted[0])
        values.append(value)
    return values, at


def _past(data: bytes, at: int, kind: int, depth: int = 0) -> int:
    """Find the end of an unwanted value. It may lie beyond the data, which shows when the next byte is read."""
    if kind in _NUMBERS:
        while data[at] > 127:
            at += 1
        return at + 1
    if kind == _BINARY:
        size, at = _varint(data, at)
        return at + size
    if kind in _FIXED:
        return at + _FIXED[kind]
    if depth > _MAX_DEPTH:
        raise ValueError("structs are nested too deeply")
    if kind != _STRUCT:
        return _past_elements(data, at, kind, depth)
    while head := data[at]:
        at = at + 1 if head > 15 else _past(data, at + 1, _INT)  # the number of the field, where it is no step
        if head & 15 not in _BOOLS:
            at = _past(data, at, head & 15, depth + 1)
    return at + 1


def _past_elements(data: bytes, at: int, kind: int, depth: int) -> int:
    """Find the end of a list or a map. An element takes a byte at least, so a count beyond the bytes ends with them."""
    if kind in _LISTS:
        of, count, at = _list(data, at)
        kinds: tuple[int, ...] = (of,)
    elif kind == _MAP:
        count, at = _varint(data, at)
        kinds = (data[at] >> 4, data[at] & 15) if count else ()
        at += len(kinds) // 2
    else:
        raise ValueError(f"there is no type {kind}")
    for _ in range(count):
        for of in kinds:
            at = _past(data, at, of, depth + 1)
        if at > len(data):
            raise IndexError("a list ends beyond its struct")
    return at


def _list(data: bytes, at: int) -> tuple[int, int, int]:
    """The type of a list's elements, how many there are, and where they begin."""
    head = data[at]
    if head < 0xF0:
        return head & 15, head >> 4, at + 1
    count, at = _varint(data, at + 1)
    return head & 15, count, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number without sign, and where it ends."""
    value = shift = 0
    while (byte := data[at]) > 127:
        value |= (byte & 127) << shift
        shift += 7
        at += 1
        if shift > 63:
            raise ValueError("a number is too long")
    return value | byte << shift, at + 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number with its sign, and where it ends."""
    value, at = _varint(data, at)
    return value >> 1 ^ -(value & 1), at


def _kind(wanted: Any) -> int:
    """The type of what is wanted."""
    if isinstance(wanted, int):
        return wanted
    return _LIST if isinstance(wanted, list) else _STRUCT
