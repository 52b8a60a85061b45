"""Evidence of a match: the raw spans of two texts that stand for each other, and where the one breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.dedup.codes import low_bytes
from feedtools.dedup.document import Document
from feedtools.dedup.match import compare
from feedtools.dedup.overlap import Overlap, equal, overlap
from feedtools.model import Block, Match
from feedtools.text import symbols

if TYPE_CHECKING:
    from collections.abc import Sequence


def match_pair(text_a: str, text_b: str, a: int = 0, b: int = 1) -> Match | None:
    """Compare two raw texts and align them; ``None`` where they share nothing worth reporting.

    ``a`` and ``b`` are the numbers to give them. The result is the same as the batch deduplicator's, with evidence.
    """
    made = compare(Document.of(a, text_a), Document.of(b, text_b))
    if made is None:
        return None
    found = made.match
    return explain(found, text_a, text_b) if found.a == a else explain(found, text_b, text_a)


def explain(match: Match, text_a: str, text_b: str) -> Match:
    """Add the evidence of a match: the raw spans of ``text_a`` and ``text_b`` that stand for each other, in order."""
    if text_a == text_b:
        return match._replace(evidence=(Block(0, len(text_a), 0, len(text_b)),))
    sym_a, sym_b = symbols.symbols(text_a), symbols.symbols(text_b)
    found = overlap(low_bytes(sym_a), low_bytes(sym_b))
    if found is None:
        return match
    raw_a, raw_b = symbols.offsets(text_a), symbols.offsets(text_b)
    return match._replace(evidence=aligned(found, sym_a, sym_b, raw_a, raw_b))


def aligned(found: Overlap, sym_a: str, sym_b: str, raw_a: Sequence[int], raw_b: Sequence[int]) -> tuple[Block, ...]:
    """The raw spans that stand for each other, in order.

    Args:
        found: where the symbols run in parallel.
        sym_a: symbols of the one text.
        sym_b: symbols of the other.
        raw_a: of each symbol in ``sym_a`` the offset of the code point it came from.
        raw_b: likewise for ``sym_b``.
    """
    a, b = sym_a[found.a_start : found.a_end], sym_b[found.b_start : found.b_end]
    blocks, a_end, b_end = [], 0, 0
    for start_a, start_b, size in equal(a, b):
        i, j = found.a_start + start_a, found.b_start + start_b
        a_start, b_start = raw_a[i], raw_b[j]
        if a_start >= a_end and b_start >= b_end:  # a code point that stands for several symbols is counted once
            a_end, b_end = raw_a[i + size - 1] + 1, raw_b[j + size - 1] + 1
            blocks.append(Block(a_start, a_end, b_start, b_end))
    return tuple(blocks)


def cut_offset(match: Match) -> int | None:
    """Find where ``a`` breaks off: the raw offset in ``b`` of the first code point that ``a`` no longer has."""
    if (
        match.kind not in ("truncated", "rerendered", "contained", "near")
        or not match.evidence
        or match.coverage_b >= 1
    ):
        return None
    return match.evidence[-1].b_end
