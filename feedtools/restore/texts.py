r"""A text as restoration sees it: symbols to align by, and the formulas, code and placeholders between them.

What two renderings of one article have in common are its letters and digits (``text.symbols``). A formula that
holds a TeX command, a displayed formula, a block of code and a placeholder carry no symbols: each is a slot between
two of them. A simple formula (``\(x_1\)``) carries those of its content, since the other rendering prints it bare.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from feedtools.text import symbols
from feedtools.text.formulas import Math, find_math
from feedtools.text.placeholders import find
from feedtools.text.renderers import derived_from_text, own_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Kind = Literal["math", "display", "code", "hole", "void", "open", "label"]

EXCERPT = 5_000
"""Code points up to which texts that were read are held for a while."""
EXCERPTS = 256
"""Such texts that are held, the last ones."""
_CUT_HOLE = re.compile(r"[\[【［][^\[\]【】［］\s]{0,4}\s?(?:\.{3,}|…+)?\s*\Z")
_FENCE = re.compile(r"^(```++|~~~++)([^\n`]*+)$", re.MULTILINE)
_VOID = re.compile(
    r"!\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)|(?<=\])\([^)\s]{1,500}\)"
    r"|</?(?:a|b|i|p|em|br|hr|li|ul|ol|td|th|tr|div|img|pre|sub|sup|code|font|span|table|tbody|thead|center|strong"
    r"|details|summary|h[1-6])(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_CLOSERS = frozenset("]】］")
_COMMAND = re.compile(r"\\[A-Za-z]")
_LABEL = re.compile(r"(?<!\S)\d{1,2}\.(?=\s)")


class Slot(NamedTuple):
    """A part of a text that carries no symbols, or a simple formula.

    Attributes:
        start: offset in the raw text.
        end: one past its last code point.
        kind: ``math`` or ``display`` a formula, ``code``, ``hole`` a placeholder, ``void`` markup that no rendering
            shows, ``open`` a formula that was cut off, ``label`` the number of a list item, which renderers change.
        fits: for a placeholder, the kind of slot that stood there; ``either`` for a formula that may be
            in line or not, ``loose`` for code that is told by its indent alone, which many renderers take for text, and
            ``spoken`` for such code where the other text prints it, ``doubtful`` for a number that its author counted
            otherwise.
    """

    start: int
    end: int
    kind: Kind
    fits: str = ""


Span = TypeVar("Span", Slot, Math)


class Figure(NamedTuple):
    """A picture of an original, or a table.

    Attributes:
        start: where it stands in the raw text.
        end: one past the last row of a table; a picture has no text.
        name: of a picture.
    """

    start: int
    end: int
    name: str = ""


class Text(NamedTuple):
    """A text, read.

    Attributes:
        raw: as it is.
        symbols: one code point per symbol.
        offsets: the raw offset of every symbol, ascending.
        slots: what carries no symbols, in order and apart.
        simple: formulas whose content carries symbols, in order.
        breaks: where blocks of an original end, ascending raw offsets.
        literal: raw ranges of code in the line, whose marks are all their author's, in order.
        figures: pictures with a name, and tables, in order.
    """

    raw: str
    symbols: str
    offsets: array[int]
    slots: tuple[Slot, ...]
    simple: tuple[Slot, ...]
    breaks: tuple[int, ...] = ()
    literal: tuple[tuple[int, int], ...] = ()
    figures: tuple[Figure, ...] = ()

    def before(self, place: int) -> int:
        """Count the symbols that stand before the raw offset ``place``."""
        return bisect_left(self.offsets, place)

    def free(self, start: int, end: int) -> bool:
        """Tell whether no slot and no simple formula touches a raw range."""
        return not _covers(self.slots, start, end) and not _covers(self.simple, start, end)

    def within(self, start: int, end: int) -> tuple[Slot, ...]:
        """The slots and simple formulas that lie wholly inside a raw range, in order."""
        found = _inside(self.slots, start, end) + _inside(self.simple, start, end)
        return tuple(sorted(found))


def _inside(slots: tuple[Slot, ...], start: int, end: int) -> tuple[Slot, ...]:
    first = bisect_left(slots, (start,))
    last = bisect_right(slots, (end,))
    return tuple(slot for slot in slots[first:last] if slot.end <= end)


def read(raw: str) -> Text:
    """Find the slots of a text and the symbols between them; any ``str`` is accepted."""
    return _recent(raw) if len(raw) <= EXCERPT else _read(raw)


@derived_from_text(EXCERPTS)
def _recent(raw: str) -> Text:
    """Read an excerpt, which is often asked for beside each of its siblings."""
    return _read(raw)


def _read(raw: str) -> Text:
    slots, simple = _slots(raw)
    return _text(raw, slots, simple, ())


def assemble(raw: str, parts: Sequence[Slot], breaks: tuple[int, ...]) -> Text:
    """Make a text of which it is known where its formulas, its code and its numbers stand.

    Args:
        raw: the text.
        parts: its slots but for placeholders, in order and apart.
        breaks: where its blocks end.
    """
    formulas = (part for part in parts if part.kind == "math")
    simple = tuple(part for part in formulas if not _COMMAND.search(raw, part.start + 2, part.end - 2))
    bare = frozenset(simple)
    rest = [part for part in parts if part not in bare]
    return _text(raw, _with_holes(raw, rest, parts), simple, breaks)


def _text(raw: str, slots: tuple[Slot, ...], simple: tuple[Slot, ...], breaks: tuple[int, ...]) -> Text:
    found, offsets = symbols.placed_parts(raw, list(_between(raw, slots, simple)))
    return Text(raw, found, offsets, slots, simple, breaks)


def spoken(text: Text, starts: frozenset[int]) -> Text:
    """The text with the code that begins at some offsets read as prose."""
    slots = tuple(slot._replace(fits="spoken") if slot.start in starts else slot for slot in text.slots)
    return _text(text.raw, slots, text.simple, text.breaks)._replace(literal=text.literal, figures=text.figures)


def _between(raw: str, slots: tuple[Slot, ...], simple: tuple[Slot, ...]) -> Iterator[tuple[int, int]]:
    """The raw ranges that carry symbols: prose, and the content of simple formulas and of spoken code."""
    bare = frozenset(simple)
    at = 0
    for slot in sorted((*slots, *simple)):
        yield at, slot.start
        if slot in bare or slot.fits == "spoken":
            size = 4 if slot.kind == "code" else 2 if raw[slot.start] == "\\" else 1
            yield slot.start + size, slot.end - size
        at = slot.end
    yield at, len(raw)


def _fenced(raw: str) -> Iterator[tuple[int, int]]:
    """Blocks of code, fences included: a fence that no later line closes opens none."""
    lines = list(_FENCE.finditer(raw))
    closing: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        if not line[2].strip(" \t"):
            closing[line[1]].append(number)
    number = 0
    while number < len(lines):
        ends = closing.get(lines[number][1], [])
        place = bisect_right(ends, number)
        if place < len(ends):
            yield lines[number].start(), lines[ends[place]].end()
            number = ends[place]
        number += 1


def _slots(raw: str) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    taken = [Slot(start, end, "code") for start, end in _fenced(raw)] if "\n" in raw else []
    slots, simple = list(taken), []
    for math in find_math(raw):
        if _covers(taken, math.start, math.end):
            continue
        if not math.closed:
            if math.end >= len(raw.rstrip(" .…")):
                slots.append(Slot(math.start, len(raw), "open"))
            continue
        display = math.opener not in {"\\(", "$", "$latex "}
        if display or _COMMAND.search(raw, math.start + len(math.opener), math.end - 1):
            slots.append(Slot(math.start, math.end, "display" if display else "math"))
        else:
            simple.append(Slot(math.start, math.end, "math"))
    taken = sorted([*slots, *simple])
    marked = "](" in raw or "<" in raw  # what every one of them holds
    voids = [Slot(match.start(), match.end(), "void") for match in _VOID.finditer(raw)] if marked else []
    slots += [void for void in voids if not _covers(taken, void.start, void.end)]
    return _with_holes(raw, slots, taken), tuple(simple)


def _with_holes(raw: str, slots: list[Slot], taken: Sequence[Slot]) -> tuple[Slot, ...]:
    """The slots with placeholders and numbers of list items, where nothing is ``taken``."""
    found = [
        Slot(one.start, one.end, "hole", one.kind)
        for one in find(raw)
        if one.kind != "media" and _is_whole(raw[one.start : one.end]) and not _covers(taken, one.start, one.end)
    ]
    cut = _CUT_HOLE.search(raw, max(0, len(raw) - 12))
    if cut and not _covers(taken, *cut.span()) and cut[0].strip(" .…") not in {"", "]"}:
        found.append(Slot(cut.start(), len(raw), "open"))
    labels = [Slot(match.start(), match.end(), "label") for match in _LABEL.finditer(raw)]
    found += [label for label in labels if not _covers(taken, label.start, label.end)]
    return apart([*slots, *found])


def _is_whole(holder: str) -> bool:
    """Tell whether a placeholder is not cut off: ``[Ma``; a renderer may write ``(formula)`` or ``<formula/>``."""
    return holder[-1] in _CLOSERS or holder in own_placeholders()


def _covers(taken: Sequence[Slot], start: int, end: int) -> bool:
    """Tell whether one of the slots, which are in order and apart, touches the range."""
    place = bisect_left(taken, (start,))
    return any(slot.start < end and start < slot.end for slot in taken[max(0, place - 1) : place + 1])


def apart(slots: Iterable[Span]) -> tuple[Span, ...]:
    """Drop slots that begin inside an earlier one, and put the others in order."""
    kept: list[Span] = []
    for slot in sorted(slots):
        if not kept or slot.start >= kept[-1].end:
            kept.append(slot)
    return tuple(kept)
