"""Pictures and tables of an original that the feed does not carry: offered where the article points at them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedtools.model import Edit
from feedtools.restore.judge import CONTEXT, Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.restore.pair import Pair
    from feedtools.restore.texts import Figure

REACH = 200
"""Symbols of the original between a pointer and the picture that it points at, at most."""
LONGEST = 1200
"""Code points of a table beyond which its rows are not offered."""
NAMED = "the original has this picture here, which the feed does not carry"
ROWS = "the original has these rows here, which the renderer left out"
_RISK = 0.3
"""A reader has to see whether the sentence reads well with the name in it: never applied."""

_FIGURE = re.compile(r"(?:(?:[上下左右]|[左右][侧边])面?方?的?(?:[这那][个张幅]?)?)?图(?:\s?\d[\d.\-–]*\s?)?")
_ENGLISH = re.compile(
    r"(?:the )?(?:[Ff]igure|[Ff]ig\.|[Dd]iagram|[Ii]mage|[Pp]icture|[Gg]raph|[Cc]hart) ?(?:\d[\d.\-–]*)?"
)
_BACK = re.compile(r"上|above")
_NUMBER = re.compile(r"\d[\d.\-–]*")
_HOLE = re.compile(r"[\[【(（](?:表格?|[Tt]able)[\]】)）]")
_MARKS = "，。：:,.;；)）”’\"'"
_NO_NAME = re.compile(
    r"(?:image|img|picture|pic|figure|fig|photo|screenshot|alt(?: text)?|untitled|图片?|截图|插图|在这里插入图片描述)?"
    r"[\s\d_.\-:()]*|\S*\.(?:png|jpe?g|gif|svg|webp|bmp)",
    re.IGNORECASE,
)


def name_of(text: str) -> str:
    """The name of a picture; empty for one that says nothing: a file name, a number, the word image."""
    name = " ".join(text.split()).strip("\"'“”")
    return "" if _NO_NAME.fullmatch(name) or len(name) > 80 else name


def figures(pair: Pair) -> Iterator[Proposal]:
    """Offer the name of a picture for what points at it, and the rows of a table where they are missing."""
    if any(one.name for one in pair.b.figures):
        yield from _named(pair)
    for one in pair.b.figures:
        if one.end > one.start:
            yield from _rows(pair, one)


def _named(pair: Pair) -> Iterator[Proposal]:
    from feedtools.lint.checks.base import View
    from feedtools.lint.checks.references import dangling

    for hit in dangling(View(pair.a.raw), {}):
        pointer = pair.a.raw[hit.start : hit.end]
        found = _ENGLISH.search(pointer) or _FIGURE.search(pointer)
        picture = _picture(pair, hit.start, pointer) if found else None
        if found and picture:
            name = pair.speaker.prose(picture.name)
            text = f"the figure “{name}”" if found.re is _ENGLISH else f"图“{name}”"
            edit = Edit(hit.start + found.start(), hit.start + found.end(), text)
            yield Proposal(edit, "figure", _RISK, NAMED)


def _picture(pair: Pair, place: int, pointer: str) -> Figure | None:
    """The picture that a pointer means: the one of its number, else the next one, or the last one for 上图."""
    a, b, way = pair.a, pair.b, pair.way
    i = a.before(place)
    if not 0 < i < len(way.partner) or way.partner[i] < 0 or way.left[i] + way.right[i] < 2 * CONTEXT:
        return None
    at = b.offsets[way.partner[i]]
    near = [one for one in b.figures if one.name and abs(b.before(one.start) - way.partner[i]) <= REACH]
    number = _NUMBER.search(pointer)
    numbered = [one for one in near if number and (said := _NUMBER.search(one.name)) and said[0] == number[0]]
    if numbered:
        return numbered[0]
    if _BACK.search(pointer):
        return next((one for one in reversed(near) if one.start <= at), None)
    return next((one for one in near if one.start >= at), None)


def _rows(pair: Pair, table: Figure) -> Iterator[Proposal]:
    """The rows of a table of which the article has none, between two places that agree."""
    a, b, way = pair.a, pair.b, pair.way
    first, last = b.before(table.start), b.before(table.end)
    if not 0 < first < last or last >= len(b.symbols) or any(i >= 0 for i in way.back[first:last]):
        return
    i, k = way.back[first - 1], way.back[last]
    rows = pair.speaker.prose(" ".join(b.raw[table.start : table.end].split()))
    if i < 0 or k != i + 1 or way.left[i] < CONTEXT or way.right[k] < CONTEXT or len(rows) > LONGEST:
        return
    start, end = a.offsets[i] + 1, a.offsets[k]
    if any(slot.kind not in {"hole", "void"} for slot in a.within(start, end)):
        return
    rest = a.raw[start:end].lstrip(_MARKS)
    if not rest.strip() or _HOLE.fullmatch(rest.strip()):
        yield Proposal(Edit(end - len(rest), end, f" {rows} "), "table", _RISK, ROWS)
