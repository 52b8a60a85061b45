"""What a column of a Parquet file unpacks to by the headers of its pages, which bound what is allocated to read it.

The footer says it, too, but nothing holds it to that: one changed number in it, and a file of 13 kB took 2 GB. So the
footer is asked for the places of pages alone. It and the headers are structs of Thrift's compact protocol
(https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md); which field is which stands in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

_GROUPS, _CHUNKS, _META = 4, 1, 3
_PACKED, _DATA, _DICTIONARY = 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED = 2, 3
_INT, _LONG, _LIST, _STRUCT = 5, 6, 9, 12
Wanted = Mapping[int, Any]
"""Fields that are wanted of a struct: the number of each, and its type, or what is wanted of it or of its elements."""
_PLACES: Wanted = {_GROUPS: [{_CHUNKS: [{_META: {_PACKED: _LONG, _DATA: _LONG, _DICTIONARY: _LONG}}]}]}
_SIZES: Wanted = {_PAGE_UNPACKED: _INT, _PAGE_PACKED: _INT}
_HEADER, _LONGEST_HEADER = 2**10, 2**24
"""Bytes that are read for the header of a page at first, and at most: statistics in it may be long."""
_MAX_DEPTH = 32
_BOOLS, _BYTE, _NUMBERS, _DOUBLE, _BINARY, _LISTS, _MAP = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 11


def unpacked(stream: IO[bytes], columns: Collection[int], limit: int) -> int:
    """Bytes that the pages of some columns unpack to; counting ends beyond the limit.

    Args:
        stream: the file.
        columns: numbers of columns, those in structs counted one by one.
        limit: bytes that are too many.

    Raises:
        ValueError: the footer or the header of a page is damaged.
    """
    total = 0
    for start, end in _chunks(stream, columns):
        while start < end and total <= limit:
            size, header = _header(stream, start)
            if header.get(_PAGE_UNPACKED, -1) < 0 or header.get(_PAGE_PACKED, -1) < 0:
                raise ValueError("the header of a page gives no sizes")
            total += header[_PAGE_UNPACKED]
            start += size + header[_PAGE_PACKED]
    return total


def _chunks(stream: IO[bytes], columns: Collection[int]) -> Iterator[tuple[int, int]]:
    """Where the pages of the columns begin and end."""
    stream.seek(-8, io.SEEK_END)
    length = int.from_bytes(stream.read(4), "little")
    stream.seek(-8 - length, io.SEEK_END)
    for group in _Struct(stream.read(length)).fields(_PLACES).get(_GROUPS, ()):
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
        header = _Struct(data)
        try:
            sizes = header.fields(_SIZES)
        except IndexError:
            if len(data) < size or size >= _LONGEST_HEADER:
                raise ValueError("a page ends in its header") from None
            size *= 16
        else:
            return header.at, sizes


class _Struct:
    """A struct of the compact protocol, of which the wanted fields are read and the others skipped.

    Every element takes a byte at least, so a list that claims to be longer than its bytes ends with them.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def fields(self, wanted: Wanted, depth: int = 0) -> dict[int, Any]:
        """The wanted fields by number, as Thrift's own readers take them.

        That is, of one that comes twice the last, none that is of another type, and elements of the type that is wanted
        whatever the list says.

        Raises:
            IndexError: the bytes end before it does.
            ValueError: it is no such struct.
        """
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            kind = head & 15
            number = number + (head >> 4) if head >> 4 else self._number()
            want = wanted.get(number)
            if kind == _kind(want):
                found[number] = self._value(kind, want, depth)
            elif kind not in _BOOLS:  # which hold their value in the type
                self._value(kind, None, depth)
        return found

    def _value(self, kind: int, wanted: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise ValueError("structs are nested too deeply")
        if kind in _NUMBERS:
            return self._number()
        if kind == _STRUCT:
            return self.fields(wanted or {}, depth + 1)
        if kind in _LISTS:
            return self._list(wanted, depth)
        if kind == _BINARY:
            self._skip(self._varint())
        elif kind == _MAP:
            self._map(depth)
        elif kind in (*_BOOLS, _BYTE, _DOUBLE):
            self._skip(8 if kind == _DOUBLE else 1)
        else:
            raise ValueError(f"there is no type {kind}")
        return None

    def _list(self, wanted: list[Any] | None, depth: int) -> list[Any]:
        head = self._byte()
        count = self._varint() if head >> 4 == 15 else head >> 4
        if wanted:
            return [self._value(_kind(wanted[0]), wanted[0], depth + 1) for _ in range(count)]
        for _ in range(count):
            self._value(head & 15, None, depth + 1)
        return []

    def _map(self, depth: int) -> None:
        count = self._varint()
        kinds = self._byte() if count else 0
        for _ in range(count):
            self._value(kinds >> 4, None, depth + 1)
            self._value(kinds & 15, None, depth + 1)

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self._data):
            raise IndexError("a value ends beyond its struct")

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) >= 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise ValueError("a number is too long")
        return value | byte << shift

    def _number(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)


def _kind(wanted: Any) -> int:
    """The type of what is wanted; 0, which no value has, for nothing."""
    if isinstance(wanted, int):
        return wanted
    return 0 if wanted is None else _LIST if isinstance(wanted, list) else _STRUCT
