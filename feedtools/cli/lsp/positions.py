"""Conversion between code points of a document and the positions of the protocol."""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_END = re.compile(r"\r\n|\n|\r")
_UNITS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


class LinePositions:
    """Lines of one text as the Language Server Protocol counts them: ended by LF, CRLF or CR, in code units.

    Args:
        text: the document.
        encoding: what was agreed on with the editor: ``utf-8``, ``utf-16`` or ``utf-32``.
    """

    def __init__(self, text: str, encoding: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._unit = _UNITS[encoding]
        self._codec = "utf-8" if encoding == "utf-8" else f"{encoding}-le"

    def position(self, offset: int) -> tuple[int, int]:
        """0-based line and code unit of a code point."""
        line = bisect_right(self._starts, offset) - 1
        before = self._text[self._starts[line] : offset]
        return line, len(before.encode(self._codec, "surrogatepass")) // self._unit

    def offset(self, line: int, character: int) -> int:
        """The code point at a position; one past the end of a line is its end."""
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        units = 0
        for offset in range(start, end):
            if units >= character or self._text[offset] in "\r\n":
                return offset
            units += len(self._text[offset].encode(self._codec, "surrogatepass")) // self._unit
        return end

    def line(self, number: int) -> tuple[int, int]:
        """Find the start and end of a line, counted from 1, without its line end."""
        number = min(max(number, 1), len(self._starts))
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return start, start + len(self._text[start:end].rstrip("\r\n"))
