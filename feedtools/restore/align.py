"""Which symbol of a damaged text is which symbol of its sibling."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import Levenshtein

from feedtools.match import overlap

if TYPE_CHECKING:
    from feedtools.restore.texts import Text

WINDOW = 6000
"""Symbols of either text that are aligned at most: what bounds the cost of a pair."""
AROUND = 60
"""Symbols beyond the overlap that are aligned with it."""
BLOCK = 6
"""Symbols from which a disagreement is something that one renderer shows and the other does not."""
CHANCE = 2
"""Agreement of so few symbols between two disagreements is chance."""


class Alignment(NamedTuple):
    """An alignment of the damaged text ``a`` with its sibling ``b``.

    Attributes:
        partner: for each symbol of ``a`` the number of its symbol in ``b``, or -1.
        back: likewise from ``b`` to ``a``.
        left: for each symbol of ``a`` how many in a row, ending with it, are aligned without a gap.
        right: likewise beginning with it.
        noise: small disagreements a symbol inside the overlap; 0 for a faithful sibling.
    """

    partner: list[int]
    back: list[int]
    left: list[int]
    right: list[int]
    noise: float


def align(a: Text, b: Text) -> Alignment | None:
    """Align two readings of one article; ``None`` where they share too little to be that.

    At most ``WINDOW`` symbols of either are looked at, so a pair costs at most some 20 ms.
    """
    found = overlap(a.symbols[:WINDOW], b.symbols)
    if found is None or found.a_end - found.a_start < 12:
        return None
    a_start, a_end = max(0, found.a_start - AROUND), min(len(a.symbols), found.a_end + AROUND)
    b_start, b_end = max(0, found.b_start - AROUND), min(len(b.symbols), found.b_end + AROUND)
    b_end = min(b_end, b_start + WINDOW)
    partner, back = [-1] * len(a.symbols), [-1] * len(b.symbols)
    codes = Levenshtein.opcodes(a.symbols[a_start:a_end], b.symbols[b_start:b_end])
    holes = frozenset(a.before(slot.start) for slot in a.slots if slot.kind == "hole")
    wrong, last = 0, len(codes) - 1
    quiet = [code.tag == "insert" and a_start + code.src_start in holes for code in codes]
    for number, code in enumerate(codes):
        size = code.src_end - code.src_start
        if code.tag != "equal":
            one = a.symbols[a_start + code.src_start : a_start + code.src_end]
            other = b.symbols[b_start + code.dest_start : b_start + code.dest_end]
            wrong += 0 < number < last and not quiet[number] and _is_slip(one, other)
            continue
        if size <= CHANCE and 0 < number < last and not (quiet[number - 1] and quiet[number + 1]):
            continue
        for step in range(size):
            i, j = a_start + code.src_start + step, b_start + code.dest_start + step
            partner[i], back[j] = j, i
    matched = sum(j >= 0 for j in partner)
    if matched < 8:
        return None
    return Alignment(partner, back, *_runs(partner, holes), wrong / matched)


def _is_slip(one: str, other: str) -> bool:
    """Whether a disagreement casts doubt on the sibling; renderers differ in whole blocks and the numbers of lists."""
    return max(len(one), len(other)) < BLOCK and not (one + other).isdigit()


def _runs(partner: list[int], holes: frozenset[int]) -> tuple[list[int], list[int]]:
    """Lengths of the agreement to the left and to the right; what the sibling has in a hole does not end it."""
    left, right = [0] * len(partner), [0] * len(partner)

    def goes_on(i: int) -> bool:
        before, here = partner[i - 1], partner[i]
        return 0 <= before < here and (here == before + 1 or i in holes)

    for i, j in enumerate(partner):
        if j >= 0:
            left[i] = left[i - 1] + 1 if i and goes_on(i) else 1
    for i in range(len(partner) - 1, -1, -1):
        if partner[i] >= 0:
            right[i] = right[i + 1] + 1 if i + 1 < len(partner) and goes_on(i + 1) else 1
    return left, right
