"""The end of an article that was cut: its last sentence, from a sibling that goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from feedtools.model import Edit
from feedtools.restore.judge import DIFFERS, HAN, RISK, Proposal, fault, graver
from feedtools.restore.texts import read
from feedtools.text.renderers import deleted_marks, hyphens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.restore.align import Alignment
    from feedtools.restore.pair import Pair
    from feedtools.restore.texts import Text

LONGEST = 400
"""Code points of a sentence beyond which it is not completed."""
WINDOW = 16
"""Code points at the end of a text in which its dots are looked for."""
AGREE = 12
"""Symbols before the cut that must agree in a row."""
FEWER = 8
"""Symbols that are enough where the sibling goes on from a place that it has once."""
SHARE = 0.7
"""Share of the cut text's symbols that the sibling must have: a shared opening is no reason to go on alike."""

EDGE = 8
"""Symbols of the sibling before the first that agrees, at most, where it begins inside the cut text."""
LEAST = 60
"""Symbols that must agree there."""

_DOTS = re.compile(r"(?<!\s)\s*+(?:(?<!\.)\.{3,}+|(?<!…)…++)\s*+\Z")
_END = re.compile(r"[。!?！？][”’」』）)\"']*|[.!?][”’)\"']*(?=\s+[A-Z\u3400-\u9fff]|\s*\Z)|\n\s*\n")
_FINISHED = re.compile(r"(?:[。!?！？]|[.!?](?<!\.\.))[”’」』）)\"']*\s*\Z")
_LOOSE = re.compile(r"(?<!\s)\s*+(?<!\\)\$\s*+\Z")
_UNPAIRED = re.compile(r"\$\$|(?<!\\)\$\s?(?:\\[A-Za-z]|[A-Za-z][_^])|\\[(\[]")
"""Opening delimiters that nothing closes."""
_LINE_END = re.compile(r"(?<!\s)\s*\n\s*+")
_JOINED = re.compile(r"[A-Za-z0-9{}\\]|\w \w")
"""Text in which a hyphen or a delimiter may have been lost: Latin letters and numbers, or two words."""


def tail(pair: Pair) -> Iterator[Proposal]:
    """Complete the sentence, formula or word in which ``a`` was cut, where ``b`` goes on; at most one proposal."""
    a, b, way = pair.a, pair.b, pair.way
    at = cut_at(a.raw)
    if at < 0 or not a.symbols or not _agrees(pair) or not _goes_along(way):
        return
    start, begin, past = _cut(pair, at)
    if past < 0 or past >= len(b.raw) or _ends_block(b, begin, past):
        return
    end = _sentence_end(b, past)
    rest = _rendered(pair, begin, end)
    if rest.lstrip().startswith("..") or _DOTS.sub("", rest).strip() in {"", a.raw[start:at].strip()}:
        return
    more = b.raw[end:].strip()
    ending = a.raw[at:] if more and not _DOTS.fullmatch(more) else ("..." if more else "")
    if _DOTS.search(rest):
        ending = ""  # the author breaks off here, too
    elif rest[-1:].isalnum() and not ending and not b.breaks:
        ending = "..."
    yield Proposal(Edit(start, len(a.raw), rest.rstrip() + ending), "tail", *_doubt(pair, rest, begin, end))


def cut_at(raw: str) -> int:
    """Find the dots that say that a text was cut inside of a sentence; -1 where there are none."""
    dots = _DOTS.search(raw[-WINDOW:])
    if dots is None:
        return -1
    at = max(0, len(raw) - WINDOW) + dots.start()
    finished = "...." in dots[0] or _FINISHED.search(raw[:at])
    return -1 if finished else at


def _goes_along(way: Alignment) -> bool:
    """Tell whether the sibling has most of the cut text, or of what of it stands behind the sibling's own beginning."""
    first = next((i for i, j in enumerate(way.partner) if j >= 0), 0)
    begins_there = way.partner[first] <= EDGE and way.matched >= LEAST
    behind = way.partner[first:] if begins_there else way.partner
    return len(behind) - behind.count(-1) >= SHARE * len(behind)


def _ends_block(b: Text, begin: int, past: int) -> bool:
    """Tell whether a block of the sibling ends where the cut text does: nothing was cut off."""
    return any(begin <= end and not b.raw[end:past].strip() and not b.raw[past:end].strip() for end in b.breaks)


def _agrees(pair: Pair) -> bool:
    """Tell whether the sibling has the cut text's last symbols, in one place only."""
    a, b, way = pair.a, pair.b, pair.way
    if way.left[-1] >= AGREE:
        return True
    last = a.symbols[-FEWER:]
    return way.left[-1] >= FEWER and b.symbols.count(last) == 1


def _cut(pair: Pair, dots: int) -> tuple[int, int, int]:
    """Find the start of the repair in both texts, and where ``b`` goes beyond what ``a`` still has, or -1.

    It begins after the last symbol, or before the simple formula that this one stands in.
    """
    a, b, way = pair.a, pair.b, pair.way
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
    """Find the place in ``b`` past what follows the last symbol of ``a``; -1 where ``b`` has something else there."""
    lost = next((slot.start for slot in a.slots if slot.start >= start and slot.kind in {"hole", "open"}), dots)
    starts = {slot.start: slot.end for slot in (*b.slots, *b.simple) if slot.kind != "label"}
    raw, deleted = b.raw, deleted_marks()

    def skip(place: int) -> int:
        while place < len(raw) and place not in starts and (raw[place].isspace() or raw[place] in deleted):
            place += 1
        return place

    for char in a.raw[start : min(lost, dots)]:
        if char.isspace() or char in deleted:
            continue
        at = skip(at)
        if at >= len(raw) or normalize("NFKC", raw[at]) != normalize("NFKC", char):
            return -1
        at += 1
    return at if lost >= dots else starts.get(skip(at), -1)


def _doubt(pair: Pair, rest: str, begin: int, end: int) -> tuple[float, str]:
    b = pair.b
    to = "the end of the sentence" if end < len(b.raw) or not _DOTS.search(b.raw) else "its own cut"
    doubts = [(0.0, f"the other copy agrees up to the cut and goes on to {to}")]
    read_back = read(rest)
    if any(slot.kind in {"hole", "open"} for slot in read_back.slots):
        doubts.append((1.0, "the other copy is damaged here, too"))
    formulas = (rest[one.start : one.end] for one in read_back.slots if one.kind in {"math", "display"})
    if any(fault(one, pair.macros) for one in formulas):
        doubts.append((0.9, "a formula in the other copy's sentence does not pass the rules"))
    if any(slot.kind == "code" and slot.fits != "spoken" for slot in b.within(begin, end)):
        doubts.append((0.3, "code was cut here"))
    if _UNPAIRED.search(_without_formulas(rest, read_back)):
        doubts.append((1.0, "a formula in the other copy's sentence is not closed"))
    if len(rest) > LONGEST:
        doubts.append((0.5, "the sentence is too long"))
    risk = pair.way.prose_risk(len(rest))
    if risk > RISK:
        doubts.append((risk, DIFFERS))
    seam = b.raw[max(0, begin - 2) : begin] + rest
    if hyphens(b.raw) == "lost" and (_JOINED.search(seam) or not HAN.search(rest)):
        doubts.append((0.5, "the other copy has lost its hyphens, too"))
    return graver(*doubts)


def _without_formulas(rest: str, text: Text) -> str:
    """A stretch of text but for its formulas and code."""
    parts, at = [], 0
    for slot in sorted((*text.slots, *text.simple)):
        parts.append(rest[at : slot.start])
        at = max(at, slot.end)
    return "".join([*parts, rest[at:]])


def _sentence_end(b: Text, begin: int) -> int:
    """Find the end of the sentence that goes on at ``begin``, outside formulas: that of its block at the latest."""
    slots = [slot for slot in (*b.slots, *b.simple) if slot.end > begin and slot.fits != "spoken"]
    inside = [(slot.start, slot.end) for slot in slots if slot.kind != "label"]
    block = next((end for end in b.breaks if end > begin), len(b.raw))
    block = min([block, *(slot.start for slot in slots if slot.kind == "code" and slot.start >= begin)])
    for match in _END.finditer(b.raw, begin, block):
        if not any(start < match.start() < end for start, end in inside):
            return match.start() if match[0].isspace() else match.end()
    return block


def _rendered(pair: Pair, begin: int, end: int) -> str:
    """A stretch of the sibling as the feed prints it."""
    b, parts, at = pair.b, list[str](), begin
    for slot in b.within(begin, end):
        parts.append(pair.speaker.prose(b.raw[at : slot.start]))
        if slot.kind in {"open", "label", "hole"}:
            parts.append(b.raw[slot.start : slot.end])
        elif slot.kind != "void":
            parts.append(pair.shown([slot]))
        at = slot.end
    parts.append(pair.speaker.prose(b.raw[at:end]))
    text = _LOOSE.sub("", "".join(parts))
    return _LINE_END.sub(" ", text) if pair.flat else text
