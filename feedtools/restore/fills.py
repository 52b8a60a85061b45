"""What a sibling offers for the damaged places of a text, judged: placeholders, bare and broken formulas, hyphens."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import Edit
from feedtools.text.formulas import Math, find_math
from feedtools.text.placeholders import count
from feedtools.text.renderers import deleted_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.restore.align import Alignment
    from feedtools.restore.texts import Slot, Text

CONTEXT = 4
"""Symbols that must agree in a row on either side of a repair, unless a text begins or ends there."""
REACH = 6
"""Symbols that may disagree between a placeholder and the nearest agreement."""
LONGEST = 1200
"""Code points of a formula or a block of code beyond which it is offered and not filled in."""
RISK = 0.01
"""Chance of a wrong repair up to which it is applied on the word of one sibling."""

DELETED = deleted_marks()
_OPERATOR = re.compile(r"(?P<space> ?)[=<+/]*[-*>][-*>=<+/]*(?P=space)")
_MINUS = re.compile(r"[^\s\w*`#>-]*-[^\s\w*`#>]*")
_FORMULA = re.compile(r"[A-Za-z0-9_^{}\\=+<|]")
_DELIMITER = re.compile(r"\\[()]|\$")
_BINARY = ("+", "=", "<", "/", "^", "_")
_CODE = re.compile(r"[=(){};<>_/\"'#$]|\b\d+ \d+\b|[a-z]\.[a-z]|^[a-z][a-z0-9-]* [a-z-]+")
_RUN = re.compile(r"[A-Za-z0-9] ?[A-Za-z0-9]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"\\(?:text\w*|mbox|hbox|operatorname|tag\*?|mathrm)\s*\{[^{}]*\}")


class Proposal(NamedTuple):
    """One repair that a sibling offers.

    Attributes:
        edit: the damaged span and what would stand there.
        kind: ``placeholder``, ``bare``, ``broken``, ``joined``, ``operator`` or ``tail``.
        risk: estimated chance, 0 to 1, that it is not what the author wrote.
        reason: why it may be trusted, or why it may not.
    """

    edit: Edit
    kind: str
    risk: float
    reason: str


def proposals(a: Text, b: Text, way: Alignment) -> Iterator[Proposal]:
    """All repairs of ``a`` but its tail that ``b`` offers; spans may overlap."""
    yield from _holes(a, b, way)
    yield from _bare(a, b, way)
    yield from _operators(a, b, way)


# --- placeholders and broken formulas -----------------------------------------------------------------------------


class _Region(NamedTuple):
    """Corresponding raw ranges of both texts, between two places where they agree, and how firmly they do."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    left: int
    right: int


def _holes(a: Text, b: Text, way: Alignment) -> Iterator[Proposal]:
    seen: set[_Region] = set()
    for slot in a.slots:
        if slot.kind == "hole" or (slot.kind in {"math", "display"} and not sound(a.raw[slot.start : slot.end])):
            region = _region(a, b, way, slot)
            if region is not None and region not in seen:
                seen.add(region)
                yield from _fill(a, b, way, region)


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
    if low < 0 and (k > REACH or high >= len(way.partner)):
        return None  # nothing stands before it here, yet much does in the sibling
    left = way.left[low] if low >= 0 else CONTEXT
    right = way.right[high] if high < len(way.partner) else 0
    if right and high + right == len(way.partner):
        right = max(right, CONTEXT)  # everything up to the end agrees
    return _Region(
        a.offsets[low] + 1 if low >= 0 else 0,
        a.offsets[high] if high < len(way.partner) else len(a.raw),
        b.offsets[j] + 1 if low >= 0 else 0,
        b.offsets[k] if k < len(b.symbols) else len(b.raw),
        left,
        right,
    )


def _fill(a: Text, b: Text, way: Alignment, region: _Region) -> Iterator[Proposal]:
    mine = [slot for slot in a.within(region.a_start, region.a_end) if slot.kind != "void"]
    theirs = [slot for slot in b.within(region.b_start, region.b_end) if slot.kind not in {"void", "open"}]
    if len(mine) == 1 and mine[0].fits == "code" and not any(slot.kind == "code" for slot in theirs):
        yield from _inlined(a, b, way, region, mine[0])
        return
    open_end = region.right == 0
    if not mine or len(theirs) < len(mine) or (len(theirs) > len(mine) and not open_end):
        return
    theirs = theirs[: len(mine)]
    between = _separators(a, mine, region.a_start, region.a_end, open_end)
    other = _separators(b, theirs, region.b_start, region.b_end, open_end)
    if between != other:
        return
    for slot, whole in zip(mine, theirs, strict=True):
        source = a.raw[slot.start : slot.end]
        if slot.kind != "hole" and (sound(source) or slot.kind == "code"):
            continue
        if whole.kind == "hole":
            continue
        text = shown(b, whole, flat="\n" not in a.raw)
        kind = "placeholder" if slot.kind == "hole" else "broken"
        fits = slot.fits if slot.kind == "hole" else slot.kind
        risk, reason = _judge(text, whole.kind == fits, way.noise, region)
        yield Proposal(Edit(slot.start, slot.end, text), kind, risk, reason)


def _inlined(a: Text, b: Text, way: Alignment, region: _Region, slot: Slot) -> Iterator[Proposal]:
    """Code that the sibling prints as part of the line, where nothing else can stand between what agrees."""
    before, after = a.raw[region.a_start : slot.start].strip(), a.raw[slot.end : region.a_end].strip()
    gap = b.raw[region.b_start : region.b_end].strip()
    if not gap.startswith(before) or not gap.endswith(after):
        return
    text = " ".join(gap[len(before) : len(gap) - len(after)].split())
    if not text or not _CODE.search(text) or len(_HAN.findall(text)) > len(text) // 4 or count(text):
        return
    risk, reason = noise_risk(way.noise, len(text)), "the sibling prints code here, and the text agrees on both sides"
    if min(region.left, region.right) <= CONTEXT:
        risk, reason = max(risk, 0.2), "too little around it agrees"
    elif len(text) > LONGEST:
        risk, reason = max(risk, 0.5), "longer than an excerpt should carry"
    elif risk > RISK:
        reason = "the sibling differs elsewhere, so this may be wrong too"
    yield Proposal(Edit(slot.start, slot.end, text), "placeholder", risk, reason)


def _separators(text: Text, slots: Sequence[Slot], start: int, end: int, open_end: bool) -> list[str]:
    """What stands before, between and after some slots, as far as both renderings show it."""
    parts, at = [], start
    for slot in slots:
        parts.append(_visible(text, at, slot.start))
        at = slot.end
    return parts if open_end else [*parts, _visible(text, at, end)]


def _visible(text: Text, start: int, end: int) -> str:
    piece, at = [], start
    for slot in text.within(start, end):
        if slot.kind == "void":
            piece.append(text.raw[at : slot.start])
            at = slot.end
    piece.append(text.raw[at:end])
    folded = _DELIMITER.sub("", unicodedata.normalize("NFKC", "".join(piece)))
    return "".join(char for char in folded if not char.isspace() and char not in DELETED and char not in "_[]!|")


def _judge(text: str, fits: bool, noise: float, region: _Region) -> tuple[float, str]:
    risk = noise_risk(noise, len(text))
    if not sound(text) and fits and text[:1] in "\\$":
        return 1.0, "the sibling's formula is itself damaged"
    if not fits:
        return max(risk, 0.5), "the sibling has something of another kind here"
    if len(text) > LONGEST:
        return max(risk, 0.5), "longer than an excerpt should carry"
    if region.right == 0:
        return max(risk, 0.3), "nothing after it can be compared"
    if min(region.left, region.right) < CONTEXT:
        return max(risk, 0.2), "too little around it agrees"
    if risk > RISK:
        return risk, "the sibling differs elsewhere, so this may be wrong too"
    return risk, "the text agrees on both sides and the formula renders"


def noise_risk(noise: float, length: int) -> float:
    """Chance that one of ``length`` code points of a sibling is wrong, where so many symbols in a row disagree."""
    return float(1 - (1 - min(noise, 1.0)) ** max(1, length))


def shown(text: Text, slot: Slot, *, flat: bool) -> str:
    r"""A slot as the feed prints it: formulas in ``\(…\)`` and ``\[…\]``, code without its fence.

    Args:
        text: where it stands.
        slot: formula or code.
        flat: whether it goes into an article of one line.
    """
    source = text.raw[slot.start : slot.end]
    if slot.kind == "code":
        first, last = source.find("\n") + 1, source.rstrip().rfind("\n")
        source = source[first : max(first, last)]
    elif source.startswith("$$"):
        source = f"\\[{source[2:-2].strip()}\\]"
    elif source.startswith("$"):
        source = f"\\({source[1:-1].strip()}\\)"
    return " ".join(source.split()) if flat else source.strip()


@lru_cache(maxsize=4096)
def sound(source: str) -> bool:
    r"""Whether a span passes the rules for formulas: closed, renders, no Chinese in it but inside ``\text{…}``."""
    from feedtools.lint.checks.latex.parser import find_fault
    from feedtools.lint.checks.latex.rules import formula
    from feedtools.lint.checks.latex.tables import load

    found = find_math(source)
    if len(found) != 1 or not found[0].closed or (found[0].start, found[0].end) != (0, len(source)):
        return False
    body, _, display = formula(source, Math(0, len(source), found[0].opener, closed=True))
    if not body.strip() or _HAN.search(_WORDS.sub("", body)):
        return False
    return find_fault(body, display, load("katex")) is None


# --- bare formulas ------------------------------------------------------------------------------------------------


def _bare(a: Text, b: Text, way: Alignment) -> Iterator[Proposal]:
    """Simple formulas of the sibling whose content stands in ``a`` without delimiters, letter for letter."""
    for whole in b.simple:
        first, last = b.before(whole.start), b.before(whole.end) - 1
        if last < first:
            continue
        i, k = way.back[first], way.back[last]
        if i < 0 or k - i != last - first or way.right[i] <= k - i:
            continue
        body = whole.start + (2 if b.raw[whole.start] == "\\" else 1)
        inside = _kept(b.raw[body : whole.end - (body - whole.start)])
        start = a.offsets[i] - len(_kept(b.raw[body : b.offsets[first]]))
        end = _extent(a.raw, start, inside)
        if end < 0 or not a.free(start, end):
            continue
        context = min(way.left[i], way.right[k])
        text = shown(b, whole, flat="\n" not in a.raw)
        marks = sum(char in DELETED for char in text)
        risk = noise_risk(way.noise, max(marks, 1)) if marks or _RUN.search(inside) else 0.0
        reason = "the same letters stand in the sibling as a formula"
        if way.left[i] + way.right[k] < 2 * CONTEXT or context < 1:
            risk, reason = 0.2, "too little around it agrees"
        elif _clings(a.raw, start, end, b.raw[body : whole.end - (body - whole.start)].strip()):
            risk, reason = max(risk, 0.2), "it is not clear where the formula begins and ends"
        elif risk > RISK:
            reason = "the sibling differs elsewhere, so this may be wrong too"
        if not sound(text):
            risk, reason = 1.0, "the sibling's formula is itself damaged"
        yield Proposal(Edit(start, end, text), "bare", risk, reason)


def _clings(raw: str, start: int, end: int, inside: str) -> bool:
    """Whether a bare formula touches what may be part of it, or leaves an operand or a bracket outside."""
    before, after = raw[max(0, start - 1) : start], raw[end : end + 1]
    if _FORMULA.match(before) or _FORMULA.match(after):
        return True
    if inside.startswith(_BINARY) or inside.endswith(_BINARY):
        return True  # an operand is missing: it stands outside, or the sibling lost it
    surplus = inside.count("(") - inside.count(")")
    return (after == ")" and surplus > 0) or (before == "(" and surplus < 0)


def _kept(source: str) -> str:
    """A formula's source as the deleting renderer prints it, but for spaces."""
    return "".join(char for char in source if char not in DELETED and not char.isspace())


def _extent(raw: str, start: int, wanted: str) -> int:
    """Where ``wanted`` ends in ``raw`` from ``start`` on, spaces and deleted characters apart; -1 where it does not."""
    at, place = start, 0
    if start < 0:
        return -1
    while place < len(wanted):
        if at >= len(raw):
            return -1
        if raw[at] == wanted[place]:
            place += 1
        elif not raw[at].isspace() and raw[at] not in DELETED:
            return -1
        at += 1
    return at


# --- hyphens and operators ----------------------------------------------------------------------------------------


def _operators(a: Text, b: Text, way: Alignment) -> Iterator[Proposal]:
    """Hyphens, minus signs, stars and arrows that stand in the sibling between two symbols and are gone here."""
    seen: set[int] = set()
    for match in re.finditer(r"[-*>]+", b.raw):
        j = b.before(match.start())
        if not 0 < j < len(b.symbols):
            continue
        i, k = way.back[j - 1], way.back[j]
        if i < 0 or k != i + 1:
            continue
        a_gap = a.offsets[i] + 1, a.offsets[k]
        b_gap = b.offsets[j - 1] + 1, b.offsets[j]
        old, new = a.raw[slice(*a_gap)], b.raw[slice(*b_gap)]
        if b_gap[0] in seen or not _lost(old, new):
            continue
        seen.add(b_gap[0])
        word = a.raw[a_gap[0] - 1].isalnum() and a.raw[a_gap[1]].isalnum() and new == "-"
        context = way.left[i] >= min(CONTEXT, i + 1) and way.right[k] >= min(CONTEXT, len(way.partner) - k)
        context = context and way.left[i] + way.right[k] >= 2 * CONTEXT
        risk, reason = noise_risk(way.noise, 1), "the sibling has it, and the text agrees on both sides"
        if not context:
            risk, reason = 0.2, "too little around it agrees"
        elif risk > RISK and word and _is_compound(a.raw, a_gap[0]):
            risk, reason = RISK, "the sibling has it, and the word is known to be written so"
        elif risk > RISK:
            reason = "the sibling differs elsewhere, so this may be wrong too"
        yield Proposal(Edit(*a_gap, new), "joined" if word else "operator", risk, reason)


def _is_compound(raw: str, place: int) -> bool:
    """Whether the lexicon knows the word around ``place`` as one that has a hyphen there."""
    from feedtools.lint.checks.morphology import judge

    start, end = place, place
    while start and raw[start - 1].isascii() and raw[start - 1].isalnum():
        start -= 1
    while end < len(raw) and raw[end].isascii() and raw[end].isalnum():
        end += 1
    verdict = judge(raw[start:end]) if 0 < end - start <= 60 else None
    if verdict is None:
        return False
    letters = 0
    for char in verdict.restored:
        if char == "-" and letters == place - start:
            return True
        letters += char != "-"
    return False


def _lost(old: str, new: str) -> bool:
    """Whether the gap ``old`` is ``new`` without an operator; Markdown's marks are no operators."""
    if "\n" in new or len(new) > 12 or any(char in DELETED for char in old):
        return False
    bare = "".join(char for char in new if char not in DELETED)
    if bare.split() != old.split() or old == new:
        return False
    return (
        _OPERATOR.fullmatch(new) is not None if "*" in new or ">" in new or " " in new else bool(_MINUS.fullmatch(new))
    )
