"""Placeholders and formulas that do not render: filled in from what a sibling has in their place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import Edit
from feedtools.restore.judge import (
    ALONE,
    CONTEXT,
    DIFFERS,
    HAN,
    LONGEST,
    LONGEST_CODE,
    RISK,
    THIN,
    Proposal,
    fault,
    graver,
    sound,
)
from feedtools.text.placeholders import count
from feedtools.text.renderers import deleted_marks, formula_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.restore.align import Alignment
    from feedtools.restore.pair import Pair
    from feedtools.restore.texts import Slot, Text

REACH = 6
"""Symbols that may disagree between a placeholder and the nearest agreement."""

_DELIMITER = re.compile(r"\\[()]|\$")
_CODE = re.compile(r"[=(){};<>_/\"'#$]|\b\d+ \d+\b|[a-z]\.[a-z]|^[a-z][a-z0-9-]* [a-z-]+")
_SILENT = frozenset({"void", "open", "label"})


@dataclass(frozen=True, slots=True)
class _Region:
    """Corresponding raw ranges of both texts, between two places where they agree, and how firmly they do.

    Attributes:
        a_start, a_end, b_start, b_end: the ranges.
        first, last: symbols of the damaged text that stand before the range, and before its end.
        left, right: symbols that agree in a row on either side; 0 on the right where nothing can be compared.
    """

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    first: int
    last: int
    left: int
    right: int


class _Match(NamedTuple):
    """A slot of the damaged text, what stands in its place, and how the two were brought together.

    Attributes:
        slot: of the damaged text.
        whole: of the sibling; several where blocks of code follow one another.
        sides: ``both``, or the one side from which the slots were counted; empty where it is not clear which is which.
    """

    slot: Slot
    whole: tuple[Slot, ...]
    sides: str


def holes(pair: Pair) -> Iterator[Proposal]:
    """Fill in placeholders and broken formulas; spans may overlap."""
    a, seen = pair.a, set[_Region]()
    for slot in a.slots:
        if slot.kind == "hole" or (slot.kind in {"math", "display"} and not sound(a.raw[slot.start : slot.end])):
            region = _region(a, pair.b, pair.way, slot)
            if region is not None and region not in seen:
                seen.add(region)
                yield from _fill(pair, region)


def _region(a: Text, b: Text, way: Alignment, slot: Slot) -> _Region | None:
    """The range around a slot up to the nearest agreement on either side."""
    place = a.before(slot.start)
    low, high = place - 1, place
    while low >= 0 and way.partner[low] < 0 and place - low <= REACH:
        low -= 1
    while high < len(way.partner) and way.partner[high] < 0 and high - place < REACH:
        high += 1
    j = way.partner[low] if low >= 0 else -1
    k = way.partner[high] if high < len(way.partner) else len(b.symbols)
    if (low >= 0 and j < 0) or k < 0 or not j < k:
        return None
    left = way.left[low] if low >= 0 else CONTEXT
    right = way.right[high] if high < len(way.partner) else 0
    if low < 0 and high >= len(way.partner):
        return None
    if low >= 0 and left > low:
        left = max(left, CONTEXT)  # everything from the start agrees
    if (right or not _is_cut(a)) and high + right == len(way.partner):
        right = max(right, CONTEXT)  # everything up to the end agrees
    return _Region(
        a.offsets[low] + 1 if low >= 0 else 0,
        a.offsets[high] if high < len(way.partner) else len(a.raw),
        b.offsets[j] + 1 if low >= 0 else 0,
        b.offsets[k] if k < len(b.symbols) else len(b.raw),
        max(low + 1, 0),
        high,
        left,
        right,
    )


def _is_cut(text: Text) -> bool:
    """Tell whether a text was cut off, so that where it ends says nothing."""
    return text.raw.rstrip().endswith(("...", "…")) or any(slot.kind == "open" for slot in text.slots)


def _fill(pair: Pair, region: _Region) -> Iterator[Proposal]:
    a, b = pair.a, pair.b
    mine = [slot for slot in a.within(region.a_start, region.a_end) if slot.kind not in _SILENT]
    inside = b.within(region.b_start, region.b_end)
    theirs = [slot for slot in inside if slot.kind not in _SILENT and slot.fits != "spoken"]
    if len(mine) == 1 and mine[0].fits == "code" and not any(slot.kind in {"code", "hole"} for slot in theirs):
        yield from _inlined(pair, region, mine[0])
        return
    for match in _matches(a, b, region, mine, theirs):
        slot, whole = match.slot, match.whole
        source = a.raw[slot.start : slot.end]
        if slot.kind != "hole" and (sound(source) or slot.kind == "code"):
            continue
        if any(one.kind == "hole" for one in whole):
            continue
        fits = slot.fits if slot.kind == "hole" else slot.kind
        if slot.kind == "hole" and whole[0].kind in {"math", "display"} and source in formula_placeholders():
            fits = whole[0].kind  # the renderer writes one word for formulas of both kinds
        text = pair.shown(whole, fits, slot)
        doubt = _doubt(pair, text, match, region, fits)
        yield Proposal(Edit(slot.start, slot.end, text), "placeholder" if slot.kind == "hole" else "broken", *doubt)


def _matches(a: Text, b: Text, region: _Region, mine: Sequence[Slot], theirs: Sequence[Slot]) -> Iterator[_Match]:
    """Match the article's slots with the sibling's: the text between them must be the same."""
    if not mine or not theirs:
        return
    groups = _groups(b, theirs)
    alone = [(slot,) for slot in theirs]
    for several in (alone, groups):
        if len(several) == len(mine) and region.right and region.left:
            between = _separators(a, [(slot,) for slot in mine], region.a_start, region.a_end)
            if between == _separators(b, several, region.b_start, region.b_end):
                yield from (_Match(slot, whole, "both") for slot, whole in zip(mine, several, strict=True))
                return
    used: set[Slot] = set()
    for several in (groups, alone) if len(groups) != len(mine) else (alone,):
        for match in _from_one_side(a, b, region, mine, several):
            if match.slot not in used and used.isdisjoint(match.whole):
                used.update((match.slot, *match.whole))
                yield match


def _from_one_side(
    a: Text, b: Text, region: _Region, mine: Sequence[Slot], several: Sequence[tuple[Slot, ...]]
) -> Iterator[_Match]:
    """Slots as far as what stands between them and one end of the region is the same."""
    ours = _separators(a, [(slot,) for slot in mine], region.a_start, region.a_end)
    others = _separators(b, several, region.b_start, region.b_end)
    count = min(len(mine), len(several))
    if region.left:
        for number in range(count):
            if ours[number] != others[number]:
                break
            yield _Match(mine[number], several[number], _side("left", ours[number + 1], number + 1 < len(mine)))
    if region.right:
        for number in range(1, count + 1):
            if ours[-number] != others[-number]:
                break
            yield _Match(mine[-number], several[-number], _side("right", ours[-number - 1], number < len(mine)))


def _side(side: str, beyond: str, more: bool) -> str:
    """The side from which a slot was counted; none where another one of unknown number touches it."""
    return side if beyond or not more else ""


def _groups(text: Text, slots: Sequence[Slot]) -> list[tuple[Slot, ...]]:
    """The slots, blocks of code that follow one another together: the feed prints one placeholder for them."""
    groups: list[list[Slot]] = []
    for slot in slots:
        last = groups[-1][-1] if groups else None
        if last and last.kind == slot.kind == "code" and not _visible(text, last.end, slot.start):
            groups[-1].append(slot)
        else:
            groups.append([slot])
    return [tuple(group) for group in groups]


def _inlined(pair: Pair, region: _Region, slot: Slot) -> Iterator[Proposal]:
    """Code that the sibling prints as part of the line, where nothing else can stand between what agrees."""
    a, b = pair.a, pair.b
    before, after = a.raw[region.a_start : slot.start].strip(), a.raw[slot.end : region.a_end].strip()
    gap = b.raw[region.b_start : region.b_end].strip()
    if not region.right or not gap.startswith(before) or not gap.endswith(after):
        return
    text = " ".join(gap[len(before) : len(gap) - len(after)].split())
    if not text or not _CODE.search(text) or len(HAN.findall(text)) > len(text) // 4 or count(text):
        return
    risk = pair.way.risk(region.first, region.last, text, prose=True)
    doubts = [(0.0, "the other copy prints code here, and the text agrees on both sides")]
    if min(region.left, region.right) <= CONTEXT:
        doubts.append((0.2, THIN))
    if len(text) > LONGEST_CODE:
        doubts.append((0.5, "longer than an excerpt should carry"))
    if risk > 0:
        doubts.append((risk, DIFFERS if risk > RISK else doubts[0][1]))
    yield Proposal(Edit(slot.start, slot.end, text), "placeholder", *graver(*doubts))


def _separators(text: Text, groups: Sequence[tuple[Slot, ...]], start: int, end: int) -> list[str]:
    """The text before, between and after some slots, as far as both renderings show it."""
    parts, at = [], start
    for group in groups:
        parts.append(_visible(text, at, group[0].start))
        at = group[-1].end
    return [*parts, _visible(text, at, end)]


def _visible(text: Text, start: int, end: int) -> str:
    piece, at = [], start
    for slot in text.within(start, end):
        if slot.kind in {"void", "label"}:  # the feed prints the same number for every item
            piece.append(text.raw[at : slot.start])
            at = slot.end
    piece.append(text.raw[at:end])
    folded = _DELIMITER.sub("", unicodedata.normalize("NFKC", "".join(piece)))
    unseen = deleted_marks() + "_[]!|"
    return "".join(char for char in folded if not char.isspace() and char not in unseen)


def _doubt(pair: Pair, text: str, match: _Match, region: _Region, fits: str) -> tuple[float, str]:
    risk = pair.way.risk(region.first, region.last, text)
    kinds = {one.kind for one in match.whole}
    doubts = [(0.0, "the text agrees on both sides and the formula renders" if fits != "code" else "the text agrees")]
    if kinds != {fits} and not (match.whole[0].fits == "either" and fits in {"math", "display"}):
        doubts.append((0.5, "the other copy has something of another kind here"))
    elif fits != "code" and (problem := fault(text, pair.macros)):
        doubts.append((0.9, f"the other copy's formula does not pass the rules: {problem}"))
    if len(text) > (LONGEST_CODE if fits == "code" else LONGEST):
        doubts.append((0.5, "longer than an excerpt should carry"))
    if match.sides == "both":
        if min(region.left, region.right) < CONTEXT:
            doubts.append((0.2, THIN))
    elif not match.sides:
        doubts.append((0.4, "it is not clear which of them stands here"))
    elif (region.left if match.sides == "left" else region.right) < ALONE or fits == "math":
        doubts.append((0.3, f"only what stands {'before' if match.sides == 'left' else 'after'} it can be compared"))
    if risk > 0:
        doubts.append((risk, DIFFERS if risk > RISK else doubts[0][1]))
    return graver(*doubts)
