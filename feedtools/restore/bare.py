r"""Simple formulas that one renderer prints without delimiters: ``x_i`` where a sibling has ``\(x_i\)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedtools.model import Edit
from feedtools.restore.judge import CONTEXT, DIFFERS, RISK, THIN, Proposal, fault, graver
from feedtools.text.renderers import deleted_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.restore.pair import Pair
    from feedtools.restore.texts import Slot

_FORMULA = re.compile(r"[A-Za-z0-9_^{}\\=+<|]")
_BINARY = ("+", "=", "<", "/", "^", "_")
_RUN = re.compile(r"[A-Za-z0-9] ?[A-Za-z0-9]")


def bare(pair: Pair) -> Iterator[Proposal]:
    """Give delimiters back to formulas whose content stands in the damaged text letter for letter."""
    for whole in pair.b.simple:
        found = _span(pair, whole)
        if found is not None and pair.a.free(*found):
            yield _proposal(pair, whole, *found)


def _inside(pair: Pair, whole: Slot) -> tuple[int, int]:
    """Start and end of the formula's source, without delimiters."""
    size = 2 if pair.b.raw[whole.start] == "\\" else 1
    return whole.start + size, whole.end - size


def _span(pair: Pair, whole: Slot) -> tuple[int, int] | None:
    a, b, way = pair.a, pair.b, pair.way
    first, last = b.before(whole.start), b.before(whole.end) - 1
    if last < first:
        return None
    i, k = way.back[first], way.back[last]
    if i < 0 or k - i != last - first or way.right[i] <= k - i:
        return None
    start, end = _inside(pair, whole)
    begin = a.offsets[i] - len(_kept(b.raw[start : b.offsets[first]]))
    stop = _extent(a.raw, begin, _kept(b.raw[start:end]))
    return (begin, stop) if stop >= 0 else None


def _proposal(pair: Pair, whole: Slot, start: int, end: int) -> Proposal:
    a, b, way = pair.a, pair.b, pair.way
    inside = b.raw[slice(*_inside(pair, whole))]
    i, k = way.back[b.before(whole.start)], way.back[b.before(whole.end) - 1]
    text = pair.shown([whole])
    deleted = deleted_marks()
    marks = sum(char in deleted for char in text)
    risk = way.prose_risk(max(marks, 1)) if marks or _RUN.search(_kept(inside)) else 0.0
    doubts = [(0.0, "the same letters stand in the other copy as a formula")]
    if way.left[i] + way.right[k] < 2 * CONTEXT or min(way.left[i], way.right[k]) < 1:
        doubts.append((0.2, THIN))
    if _clings(a.raw, start, end, inside.strip()):
        doubts.append((0.2, "it is not clear where the formula begins and ends"))
    if risk > RISK:
        doubts.append((risk, DIFFERS))
    if problem := fault(text, pair.macros):
        doubts.append((0.9, f"the other copy's formula does not pass the rules: {problem}"))
    return Proposal(Edit(start, end, text), "bare", *graver(*doubts))


def _clings(raw: str, start: int, end: int, inside: str) -> bool:
    """Tell whether a bare formula touches what may be part of it, or leaves an operand or a bracket outside."""
    before, after = raw[max(0, start - 1) : start], raw[end : end + 1]
    if _FORMULA.match(before) or _FORMULA.match(after):
        return True
    if inside.startswith(_BINARY) or inside.endswith(_BINARY):
        return True  # an operand is missing: it stands outside, or the sibling lost it
    surplus = inside.count("(") - inside.count(")")
    return (after == ")" and surplus > 0) or (before == "(" and surplus < 0)


def _kept(source: str) -> str:
    """A formula's source as the deleting renderer prints it, but for spaces."""
    deleted = deleted_marks()
    return "".join(char for char in source if char not in deleted and not char.isspace())


def _extent(raw: str, start: int, wanted: str) -> int:
    """Find the end of ``wanted``, which begins at ``start`` but for spaces and deleted characters; or -1."""
    at, place, deleted = start, 0, deleted_marks()
    if start < 0:
        return -1
    while place < len(wanted):
        if at >= len(raw):
            return -1
        if raw[at] == wanted[place]:
            place += 1
        elif not raw[at].isspace() and raw[at] not in deleted:
            return -1
        at += 1
    return at
