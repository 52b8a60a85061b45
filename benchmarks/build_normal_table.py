"""Derive ``feedtools/text/symbols.bin`` (what ``text.symbols`` maps every code point to) from Unicode's facts.

    python benchmarks/build_normal_table.py TSCharacters.txt feedtools/text/symbols.bin

``TSCharacters.txt`` holds one traditional character, a tab and its simplified forms a line (the format of OpenCC's
dictionaries); Unicode's own data come from ``unicodedata``.  The result is packaged so that keys are the same under
every Python version; building it again with another Unicode version needs a new ``feedtools.text.symbols.VERSION``.
"""

from __future__ import annotations

import json
import struct
import sys
import unicodedata
import zlib
from array import array
from pathlib import Path

SAME, DROP, EXPAND = 0, 1, 2  # what is stored instead of a value


def fold(char: str) -> str:
    """NFKC, casefold, no combining marks: the letters and digits that ``char`` stands for."""
    text = char
    for _ in range(3):
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(_base(c) for c in text)
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LN" and ord(c) > EXPAND)


def _base(char: str) -> str:
    """``char`` without its marks where it is a letter with marks; Hangul syllables stay whole."""
    if 0xAC00 <= ord(char) <= 0xD7A3:
        return char
    return "".join(c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c)[0] != "M")


def simplified(path: Path) -> dict[str, str]:
    """Traditional character to its first simplified form; a form beyond the BMP stays the traditional one."""
    table: dict[str, str] = {}
    for row in path.read_text(encoding="utf-8").splitlines():
        old, _, new = row.partition("\t")
        first = new.split()[0] if new.split() else old
        if len(old) != 1 or len(first) != 1 or old == first:
            continue
        if ord(first) > 0xFFFF >= ord(old):
            table[first] = old  # a BMP character must map to a BMP character
        else:
            table[old] = first
    return table


def close(char: str, table: dict[str, str]) -> str:
    """Follow ``table`` from ``char`` to its end."""
    seen = {char}
    while (new := table.get(char)) is not None and new not in seen:
        seen.add(new)
        char = new
    return char


def main(argv: list[str]) -> int:
    """Write the table; the layout is described in ``feedtools.text.symbols``."""
    variants = simplified(Path(argv[0]))
    folded = {code: fold(chr(code)) for code in range(0x110000) if not 0xD800 <= code < 0xE000}
    for code, text in folded.items():  # compatibility characters of the BMP whose own form lies beyond it
        if code <= 0xFFFF and len(text) == 1 and ord(text) > 0xFFFF:
            variants[text] = chr(code)
    expand: dict[str, str] = {}
    low, high = array("H", bytes(2 * 0x10000)), array("I", bytes(4 * 0x100000))
    for code, text in folded.items():
        symbols = "".join(close(c, variants) for c in text)
        if len(symbols) > 1:
            expand[chr(code)] = symbols
        value = EXPAND if len(symbols) > 1 else ord(symbols) if symbols else DROP
        value = SAME if value == code > EXPAND else value
        if code <= 0xFFFF:
            low[code] = value
        else:
            high[code - 0x10000] = value
    for code in range(0xD800, 0xE000):
        low[code] = DROP
    parts = [low.tobytes(), high.tobytes(), json.dumps(expand, ensure_ascii=True, sort_keys=True).encode()]
    packed = [zlib.compress(part, 9) for part in parts]
    Path(argv[1]).write_bytes(struct.pack("<III", *map(len, packed)) + b"".join(packed))
    print(f"Unicode {unicodedata.unidata_version}: {len(expand)} expand, {sum(map(len, packed))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
