"""Running text under construction, which knows where in its source each part of it stood."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from feedtools.readers.tags import characters, string

if TYPE_CHECKING:
    from feedtools.model import SourceMap


class Lines:
    """Lines and columns of a source, asked for from front to back.

    Args:
        source: the whole of it; where it has no line feed its lines end in a carriage return.
    """

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._end = b"\n" if b"\n" in source else b"\r"
        self._at, self._line, self._column = 0, 1, 1

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column, in characters, of a byte."""
        source = self._source
        if offset < self._at:
            self._at, self._line, self._column = 0, 1, 1
        if lines := source.count(self._end, self._at, offset):
            self._line, self._column = self._line + lines, 1
            self._at = source.rindex(self._end, self._at, offset) + 1
        self._column += characters(source[self._at : offset])
        self._at = offset
        return self._line, self._column


class Output:
    """UTF-8 that grows; white space comes together as it does in a page.

    Args:
        places: whether to keep where each part stood.
    """

    def __init__(self, *, places: bool) -> None:
        self._text = bytearray()
        self._runs: array[int] | None = array("Q") if places else None
        self._spaced = True
        self._label = (0, 0)  # where the last number of an item begins and ends
        self.literal = False
        """True while white space stays as it is."""

    def __len__(self) -> int:
        return len(self._text)

    def tail(self, count: int) -> bytes:
        """The last bytes."""
        return bytes(self._text[-count:])

    def copy(self, markup: bytes, start: int, end: int) -> None:
        """Take over a part of the source that holds neither references nor white space to bring together."""
        if self._spaced and not self.literal and markup.startswith(b" ", start, end):
            start += 1
        if start >= end:
            return
        self._note(start, 1)
        self._text += markup[start:end]
        self._spaced = markup.endswith((b" ", b"\n"), start, end)

    def put(self, piece: bytes, at: int) -> None:
        """Add what stands for something at a place of the source."""
        if piece:
            self._note(at, 0)
            self._text += piece
            self._spaced = piece.endswith((b" ", b"\n"))

    def space(self, at: int) -> None:
        """Add white space, if there is none before it."""
        if not self._spaced:
            self.put(b" ", at)

    def label(self, number: bytes, at: int) -> None:
        """Add the number of a list item, whose text goes on in the same line whatever elements it stands in."""
        start = len(self._text)
        self.put(number, at)
        self._label = start, len(self._text)

    def forget_label(self) -> None:
        """Take back the number of an item without text."""
        start, end = self._label
        if start < end == len(self._text):
            self.take_back(end - start)
            self._label = 0, 0

    def keep_label(self) -> None:
        """Let the number of an item stand on a line of its own: before code, whose fence begins one."""
        self._label = 0, 0

    def line(self, at: int) -> None:
        """Begin a line, if none has just begun, with the number of an item alone perhaps."""
        if self._label[0] < self._label[1] == len(self._text):
            return
        if not self.literal:
            end = len(self._text)
            while end and self._text[end - 1] in b" \t":
                end -= 1
            del self._text[end:]
        if self._text and not self._text.endswith(b"\n"):
            self._note(at, 0)
            self._text += b"\n"
        self._spaced = True

    def take_back(self, count: int) -> bytes:
        """Remove the last bytes and return them; what follows stands where they stood."""
        taken = bytes(self._text[-count:]) if count else b""
        del self._text[len(self._text) - count :]
        return taken

    def _note(self, at: int, advances: int) -> None:
        runs = self._runs
        if runs is None:
            return
        place = len(self._text)
        while runs and runs[-2] >> 1 > place:
            del runs[-2:]
        if runs:
            start, source = runs[-2:]
            if start & 1 and advances and at - source == place - (start >> 1):
                return
            if start >> 1 == place:
                del runs[-2:]
        runs.extend((place << 1 | advances, at))

    def result(self, lines: Lines) -> tuple[str, SourceMap | None]:
        """The whole text without white space around it, and its places."""
        self._text = self._text.rstrip()
        whole = string(self._text)
        text = whole.strip()
        places = None if self._runs is None else self._places(lines, len(whole) - len(whole.lstrip()))
        return text, places

    def _places(self, lines: Lines, lead: int) -> SourceMap:
        """The runs in characters of the text, and lines and columns of the source."""
        from feedtools.model import SourceMap

        runs, rows = self._runs or (), array("I")
        offset = place = last = 0
        for number in range(0, len(runs), 2):
            start, where = runs[number] >> 1, max(last, runs[number + 1])
            offset += characters(self._text[place:start])
            place, last = start, where
            line, column = lines.place(where)
            rows.extend((max(0, offset - lead), line, column << 1 | runs[number] & 1))
        return SourceMap(rows.tobytes())
