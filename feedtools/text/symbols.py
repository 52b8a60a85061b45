r"""Raw text to comparable symbols, with the map back: what two renderings of one article have in common.

A symbol is one code point: a letter or digit after NFKC, casefolding, removal of combining marks and traditional to
simplified Chinese.  Everything else is dropped, and so is what only one rendering carries: display formulas,
placeholders such as ``[Math]``, inline formulas that hold a TeX command, and a formula cut off at the end.  The
content of simple inline formulas (``\(x_1\)``) stays, since the other rendering prints it bare.

The table is packaged (``symbols.bin``, written by ``benchmarks/build_normal_table.py``), so the symbols do not depend
on the Python version.  This module is the reference and imports no numpy; ``text.symbols_batch`` does the same
for blocks of texts at once.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from functools import cache
from itertools import chain, compress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.text.dropped import dropped, without_dropped
from feedtools.text.renderers import derived, own_placeholders, shipped

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 2
"""Raised whenever the symbols of any text change: sketches of different versions are never compared."""

_SAME, _DROP, _EXPAND = 0, 1, 2
_LONG = 48
"""Code points from which numpy takes less time, where something else has loaded it."""


@derived
def version() -> int:
    """Number the symbols of this process: ``VERSION``, or one of its own where a configuration adds placeholders."""
    own = sorted(own_placeholders())
    plain = sorted(text for one in shipped().values() if one.active for text in one.placeholders)
    return VERSION if own == plain else zlib.crc32("\n".join(own).encode()) << 8 | VERSION


class Table(NamedTuple):
    """Symbols of all code points: 0 for itself, 1 for nothing, 2 for several, else the symbol.

    Attributes:
        low: 65,536 values, for the basic plane; they stay inside it.
        high: the packed values for the other planes, unpacked only when a text needs them.
        expand: the packed code points that become several symbols, see ``expansions``.
    """

    low: array[int]
    high: bytes
    expand: bytes


@cache
def table() -> Table:
    """The packaged table."""
    data = (Path(__file__).parent / "symbols.bin").read_bytes()
    sizes = [int.from_bytes(data[at : at + 4], "little") for at in (0, 4, 8)]
    at, parts = 12, []
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    return Table(_unpack("H", parts[0]), parts[1], parts[2])


@cache
def expansions() -> dict[int, str]:
    """The code points that become several symbols, and those."""
    import json

    return {ord(char): text for char, text in json.loads(zlib.decompress(table().expand)).items()}


@cache
def high_table() -> array[int]:
    """Values for the code points from U+10000 on."""
    return _unpack("I", table().high)


@cache
def _second_plane() -> array[int]:
    """The beginning of ``high_table``, a sixteenth of it and of its time: pictograms and letters of mathematics."""
    return _unpack("I", table().high, 4 * 0x10000)


def _high(code: int) -> int:
    return _second_plane()[code - 0x10000] if code < 0x20000 else high_table()[code - 0x10000]


def _unpack(code: str, packed: bytes, most: int = 0) -> array[int]:
    """Unpack values, those in the first ``most`` bytes or all."""
    values = array(code, zlib.decompressobj().decompress(packed, most))
    if sys.byteorder == "big":
        values.byteswap()
    return values


class _Fold(dict[int, str]):
    """Code point to symbols, filled as code points are met: ``str.translate`` asks it."""

    def __missing__(self, code: int) -> str:
        value = table().low[code] if code < 0x10000 else _high(code)
        if value == _SAME:
            text = chr(code)
        elif value == _DROP:
            text = ""
        else:
            text = expansions()[code] if value == _EXPAND else chr(value)
        self[code] = text
        return text


class _Widths(dict[str, int]):
    """Code point to the number of its symbols."""

    def __missing__(self, char: str) -> int:
        self[char] = width = len(_fold[ord(char)])
        return width


_fold = _Fold()
_widths = _Widths()


def symbols(text: str) -> str:
    """The symbols of ``text``, one code point each; any ``str`` is accepted."""
    return without_dropped(text).translate(_fold)


def folded(text: str) -> str:
    """The symbols of all of ``text``, formulas and placeholders included."""
    return text.translate(_fold)


def offsets(text: str, base: int = 0) -> array[int]:
    """Find the offset of the raw code point that each symbol of ``text`` came from, ascending, plus ``base``."""
    found = array("I")
    at = 0
    for start, end in chain(dropped(text), ((len(text), len(text)),)):
        widths = list(map(_widths.__getitem__, text[at:start]))
        places = range(base + at, base + start)
        if max(widths, default=0) <= 1:
            found.extend(compress(places, widths))
        else:
            found.extend(place for place, width in zip(places, widths, strict=True) for _ in range(width))
        at = end
    return found


def placed(text: str) -> tuple[str, array[int]]:
    """The symbols of ``text``, and for each of them the offset that ``offsets`` gives."""
    if len(text) >= _LONG and "numpy" in sys.modules:
        from feedtools.text.symbols_batch import placed_alone

        found = placed_alone(text)
        if found is not None:
            return found
    return symbols(text), offsets(text)


def placed_parts(text: str, parts: Sequence[tuple[int, int]]) -> tuple[str, array[int]]:
    """The symbols of some parts of ``text``, each read as a text of its own, and the offset in ``text`` of each symbol.

    Args:
        text: any ``str``.
        parts: half-open ranges.
    """
    if len(text) >= _LONG and "numpy" in sys.modules:
        from feedtools.text.symbols_batch import placed_parts_alone

        found = placed_parts_alone(text, parts)
        if found is not None:
            return found
    units, places = list[str](), array("I")
    for start, end in parts:
        some, offsets = placed(text[start:end])
        units.append(some)
        places.extend(map(start.__add__, offsets) if start else offsets)
    return "".join(units), places
