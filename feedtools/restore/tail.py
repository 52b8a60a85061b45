"""The end of an article that was cut: its last sentence, from a sibling that goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from feedtools.model import Edit
from feedtools.restore.fills import DELETED, RISK, Proposal, noise_risk, shown, sound
from feedtools.restore.texts import read
from feedtools.text.renderers import hyphens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.restore.align import Alignment
    from feedtools.restore.texts import Text

LONGEST = 400
"""Code points of a sentence beyond which it is not completed."""
WINDOW = 16
"""Code points at the end of a text in which its dots are looked for."""
AGREE = 12
"""Symbols before the cut that must agree in a row."""
SHARE = 0.7
"""Share of the cut text's symbols that the sibling must have: a shared opening is no reason to go on alike."""

_DOTS = re.compile(r"(?<!\s)\s*+(?:(?<!\.)\.{3,}+|(?<!…)…++)\s*+\Z")
_END = re.compile(r"[。!?！？][”’」』）)\"']*|[.!?][”’)\"']*(?=\s+[A-Z\u3400-\u9fff]|\s*\Z)|\n\s*\n")
_FINISHED = re.compile(r"(?:[。!?！？]|[.!?](?<!\.\.))[”’」』）)\"']*\s*\Z")
_MARKS = re.compile(r"\*\*|__|(?m:^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+))|`")
_BREAK = re.compile(r"(?<!\s)[^\S\n]*+\n\s*")
_NONE = re.compile(r"(?!)")


def tail(a: Text, b: Text, way: Alignment) -> Iterator[Proposal]:
    """Complete the sentence, formula or word in which ``a`` was cut, where ``b`` goes on; at most one proposal."""
    dots = _DOTS.search(a.raw[-WINDOW:])
    if dots is None or not a.symbols or way.left[-1] < AGREE:
        return
    if sum(j >= 0 for j in way.partner) < SHARE * len(way.partner):
        return
    at = max(0, len(a.raw) - WINDOW) + dots.start()
    start, begin, past = _cut(a, b, way, at)
    finished = "...." in dots[0] or _FINISHED.search(a.raw[:at])
    if finished or past < 0 or past >= len(b.raw):
        return
    end = _sentence_end(b, past)
    rest = _rendered(b, begin, end, flat="\n" not in a.raw)
    if rest.lstrip().startswith("..") or _DOTS.sub("", rest).strip() in {"", a.raw[start:at].strip()}:
        return
    more = b.raw[end:].strip()
    ending = a.raw[at:] if more and not _DOTS.fullmatch(more) else ("..." if more else "")
    risk, reason = _judge(rest, way.noise)
    if hyphens(b.raw) == "lost":
        risk, reason = max(risk, 0.5), "the sibling has lost its hyphens, too"
    elif not reason:
        to = "the end of the sentence" if end < len(b.raw) or not _DOTS.search(b.raw) else "its own cut"
        reason = f"the sibling agrees up to the cut and goes on to {to}"
    yield Proposal(Edit(start, len(a.raw), rest.rstrip() + ending), "tail", risk, reason)


def _cut(a: Text, b: Text, way: Alignment, dots: int) -> tuple[int, int, int]:
    """Where the repair begins in both texts, and where ``b`` goes beyond what ``a`` still has; -1 where it does not.

    It begins after the last symbol, or before the simple formula that this one stands in.
    """
    last = b.offsets[way.partner[-1]]
    for whole in b.simple:
        if whole.start < last < whole.end:
            j = b.before(whole.start)
            first = way.back[j]
            if first < 0 or way.right[first] < len(way.partner) - first:
                return -1, -1, -1
            size = 2 if b.raw[whole.start] == "\\" else 1
            lead = "".join(b.raw[whole.start + size : b.offsets[j]].split())
            return a.offsets[first] - len(lead), whole.start, whole.end
    start = a.offsets[-1] + 1
    return start, last + 1, _past(a, b, start, dots, last + 1)


def _past(a: Text, b: Text, start: int, dots: int, at: int) -> int:
    """Where ``b`` stands after what follows the last symbol of ``a``; -1 where something else stands there."""
    lost = next((slot.start for slot in a.slots if slot.start >= start and slot.kind in {"hole", "open"}), dots)
    starts = {slot.start: slot.end for slot in (*b.slots, *b.simple)}
    raw = b.raw

    def skip(place: int) -> int:
        while place < len(raw) and place not in starts and (raw[place].isspace() or raw[place] in DELETED):
            place += 1
        return place

    for char in a.raw[start : min(lost, dots)]:
        if char.isspace() or char in DELETED:
            continue
        at = skip(at)
        if at >= len(raw) or normalize("NFKC", raw[at]) != normalize("NFKC", char):
            return -1
        at += 1
    return at if lost >= dots else starts.get(skip(at), -1)


def _judge(rest: str, noise: float) -> tuple[float, str]:
    risk = noise_risk(noise, len(rest))
    read_back = read(rest)
    if any(slot.kind in {"hole", "open"} for slot in read_back.slots):
        return 1.0, "the sibling is damaged here, too"
    if not all(sound(rest[slot.start : slot.end]) for slot in read_back.slots if slot.kind in {"math", "display"}):
        return 1.0, "a formula in the sibling's sentence is damaged"
    if len(rest) > LONGEST:
        return max(risk, 0.5), "the sentence is too long"
    if risk > RISK:
        return risk, "the sibling differs elsewhere, so this may be wrong too"
    return risk, ""


def _sentence_end(b: Text, begin: int) -> int:
    """Where the sentence that goes on at ``begin`` ends: outside formulas, or where the sibling ends."""
    inside = [(slot.start, slot.end) for slot in (*b.slots, *b.simple) if slot.end > begin]
    for match in _END.finditer(b.raw, begin):
        if not any(start < match.start() < end for start, end in inside):
            return match.start() if match[0].isspace() else match.end()
    return len(b.raw)


def _rendered(b: Text, begin: int, end: int, *, flat: bool) -> str:
    """A stretch of the sibling as the feed prints it: of a document of several lines without Markdown's marks."""
    marks = _MARKS if "\n" in b.raw else _NONE
    parts, at = [], begin
    for slot in b.within(begin, end):
        parts.append(marks.sub("", b.raw[at : slot.start]))
        if slot.kind == "open":
            parts.append(b.raw[slot.start : slot.end])
        elif slot.kind != "void":
            parts.append(shown(b, slot, flat=flat))
        at = slot.end
    text = "".join([*parts, marks.sub("", b.raw[at:end])])
    return _BREAK.sub(" ", text) if flat else text
