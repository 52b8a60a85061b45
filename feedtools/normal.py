r"""Raw text to comparable symbols, with the map back: what two renderings of one article have in common.

A symbol is one code point: a letter or digit after NFKC, casefolding, removal of combining marks and traditional to
simplified Chinese.  Everything else is dropped, and so is what only one rendering carries: display formulas,
placeholders such as ``[Math]``, inline formulas that hold a TeX command, and a formula cut off at the end.  The
content of simple inline formulas (``\(x_1\)``) stays, since the other rendering prints it bare.

The table is packaged (``normal.bin``, written by ``benchmarks/build_normal_table.py``), so the symbols do not depend on
the Python version.  This module is the reference and imports no numpy; ``feedtools.kernel`` does the same for blocks
of texts at once.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from functools import cache
from itertools import chain, compress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = 1
"""Raised whenever the symbols of any text change: sketches of different versions are never compared."""

_SAME, _DROP, _EXPAND = 0, 1, 2
_NAMES = (
    "[Mm]ath|[Ff]ormula|[Cc]ode|[Ii]mage|[Tt]able|[Ff]igure|[Vv]ideo|MATH|CODE|"
    "Ｍａｔｈ|公式|数学公式|數學公式|代码块?|代碼塊?|图片?|圖片?|图像|圖像|表格|图表|圖表|视频|視頻"
)
_HOLDER = rf"(?:(?:{_NAMES})[\]］】]|(?:[Mm](?:a|at|ath)?|公式?|代[码碼]?)(?:\.{{3}}|…)?\Z)"
_INLINE = r"\([^\\]*+(?:\\(?![()\[\]]|begin|end)[^\\]*+)*+\\\)"  # a whole formula, the common case, at one stroke
_TOKEN = lazy(  # begins with a set, which lets the engine skip from one of its characters to the next
    r"[\\$\[［【](?:(?<=\\)(?:" + _INLINE + r"|[()\[\]]|(?:begin|end)\{\w{1,20}\*?\})"
    r"|(?<=\$)\$|(?<=[\[［【])" + _HOLDER + ")"
)
MARKS = ("\\", "[", "$", "［", "【")
"""What a formula or a placeholder begins with."""
SHOWN = ("[Math]", "[公式]", "[代码]", "[代碼]")
"""The placeholders of the renderer that has them."""
HOLES, FORMULAS = 1, 2
INITIALS = "CFIMTVcfimtvＭ代公图圖数數表视視"
"""What the name in a placeholder begins with."""
_CLOSER = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_COMMAND = lazy(r"\\[A-Za-z]")
HAN_IN_TAIL = 12
"""An opener that is never closed drops the rest of the text unless it holds more Chinese than a formula would."""


class Table(NamedTuple):
    """What every code point becomes: 0 itself, 1 nothing, 2 several symbols, else the symbol.

    Attributes:
        low: 65,536 values, for the basic plane; they stay inside it.
        high: the packed values for the other planes, unpacked only when a text needs them.
        expand: the code points that become several symbols.
    """

    low: array[int]
    high: bytes
    expand: dict[int, str]


@cache
def table() -> Table:
    """The packaged table."""
    data = (Path(__file__).parent / "normal.bin").read_bytes()
    sizes = struct.unpack_from("<III", data)
    at, parts = 12, []
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    expand = {ord(char): text for char, text in json.loads(zlib.decompress(parts[2])).items()}
    return Table(_unpack("H", parts[0]), parts[1], expand)


@cache
def high_table() -> array[int]:
    """Values for the code points from U+10000 on."""
    return _unpack("I", table().high)


def _unpack(code: str, packed: bytes) -> array[int]:
    values = array(code, zlib.decompress(packed))
    if sys.byteorder == "big":
        values.byteswap()
    return values


class _Fold(dict[int, str]):
    """Code point to symbols, filled as code points are met: ``str.translate`` asks it."""

    def __missing__(self, code: int) -> str:
        value = table().low[code] if code < 0x10000 else high_table()[code - 0x10000]
        if value == _SAME:
            text = chr(code)
        elif value == _DROP:
            text = ""
        else:
            text = table().expand[code] if value == _EXPAND else chr(value)
        self[code] = text
        return text


class _Widths(dict[str, int]):
    """Code point to the number of its symbols."""

    def __missing__(self, char: str) -> int:
        self[char] = width = len(_fold[ord(char)])
        return width


_fold = _Fold()
_widths = _Widths()


def dropped(text: str) -> Iterator[tuple[int, int]]:
    """Half-open raw spans that carry no symbols, in order and apart: formulas and placeholders."""
    for mark in MARKS:
        if mark in text:
            bounds = iter(_scan(text))
            return zip(bounds, bounds, strict=True)
    return iter(())


def traits(text: str) -> int:
    """What of a raw text tells the renderers apart: ``HOLES`` and ``FORMULAS``."""
    holes = "[" in text and any(map(text.__contains__, SHOWN))
    return holes * HOLES | ("\\" in text and ("\\(" in text or "\\[" in text)) * FORMULAS


def placeholder(text: str, at: int) -> int:
    """Where the placeholder ends that begins with the bracket at ``at``, 0 where none does."""
    found = _TOKEN.match(text, at)
    return found.end() if found else 0


def _scan(text: str) -> array[int]:
    """Where spans begin and end, in turn: as pairs they would take sixteen times as much."""
    bounds = array("I")
    opened, closer = -1, ""
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word.endswith("\\)") and len(word) > 2:
            if opened < 0 or closer == "\\)":  # an opener before: that one was a stray
                opened, closer = -1, ""
                if _COMMAND.search(word) is not None:
                    bounds.extend(token.span())
        elif word == closer:
            end = token.end()
            if not _bare(text[opened + 2 : end - 2], closer):
                bounds.extend((opened, end))
            opened, closer = -1, ""
        elif word[0] not in "\\$":
            if opened < 0:
                bounds.extend(token.span())
        elif opened < 0 or closer == "\\)":  # an opener before \) came: the first one was a stray
            closer = _CLOSER.get(word) or (word.replace("begin", "end") if word.startswith("\\b") else "")
            opened = token.start() if closer else -1
    if opened >= 0 and _ideographs(text[opened:]) <= HAN_IN_TAIL:
        while bounds and bounds[-2] >= opened:
            del bounds[-2:]
        bounds.extend((opened, len(text)))
    return bounds


def _bare(inside: str, closer: str) -> bool:
    """Whether the other rendering would print the formula as plain text: it holds no TeX command."""
    if "\\" in inside and _COMMAND.search(inside) is not None:
        return False
    return closer == "\\)" or _ideographs(inside) > HAN_IN_TAIL


def _ideographs(text: str) -> int:
    """How many Chinese characters, counted without a pattern: a set of that many characters is slow to compile."""
    return 0 if text.isascii() else sum("\u3400" <= char <= "\u9fff" for char in text)


def without_dropped(text: str) -> str:
    """``text`` without the spans that ``dropped`` names."""
    pieces, at = [], 0
    for start, end in dropped(text):
        pieces.append(text[at:start])
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def symbols(text: str) -> str:
    """The symbols of ``text``, one code point each; any ``str`` is accepted."""
    return without_dropped(text).translate(_fold)


def offsets(text: str, base: int = 0) -> array[int]:
    """For each symbol of ``text`` the offset of the raw code point it came from, ascending, plus ``base``."""
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
