"""Which symbol of a damaged text is which symbol of its sibling."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import Levenshtein

from feedtools.dedup.overlap import codes, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rapidfuzz.distance import Opcode, Opcodes

    from feedtools.restore.texts import Text

WINDOW = 6000
"""Symbols of either text that are aligned at most: what bounds the cost of a pair."""
AROUND = 60
"""Symbols beyond the overlap that are aligned with it."""
BLOCK = 6
"""Symbols from which a disagreement is something that one renderer shows and the other does not."""
LONG = 8
"""Symbols of agreement in a row between which the sibling is judged."""
OUTSIDE = 4
"""Like ``CHANCE``, before the first and after the last long agreement."""
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
    found = overlap(codes(a.symbols[:WINDOW]), codes(b.symbols))
    if found is None or found.a_end - found.a_start < 12:
        return None
    a_start, a_end = max(0, found.a_start - AROUND), min(len(a.symbols), found.a_end + AROUND)
    b_start, b_end = max(0, found.b_start - AROUND), min(len(b.symbols), found.b_end + AROUND)
    b_end = min(b_end, b_start + WINDOW)
    partner, back = [-1] * len(a.symbols), [-1] * len(b.symbols)
    holes = frozenset(a.before(slot.start) for slot in a.slots if slot.kind == "hole")
    wrong, blocks = 0, []
    steps = Levenshtein.opcodes(a.symbols[a_start:a_end], b.symbols[b_start:b_end])
    for code, trusted in _sorted_out(steps, a_start, holes, begins=a_start == b_start == 0):
        i, j = a_start + code.src_start, b_start + code.dest_start
        size = code.src_end - code.src_start
        if code.tag != "equal":
            wrong += trusted and _is_slip(a.symbols[i : i + size], b.symbols[j : b_start + code.dest_end])
        elif trusted:
            partner[i : i + size] = range(j, j + size)
            back[j : j + size] = range(i, i + size)
            blocks.append((i, j, size))
    matched = sum(size for _, _, size in blocks)
    if matched < 8:
        return None
    return Alignment(partner, back, *_runs(len(partner), blocks, holes), wrong / matched)


def _sorted_out(codes: Opcodes, base: int, holes: frozenset[int], *, begins: bool) -> Iterator[tuple[Opcode, bool]]:
    """The opcodes; of agreement whether it is more than chance, of disagreement whether it tells of the sibling.

    What the sibling has in a hole tells nothing, nor does what lies outside of all long agreement: there one of the
    texts has ended, or has not begun unless both ``begins`` here.
    """
    every = list(codes)
    quiet = [code.tag == "insert" and base + code.src_start in holes for code in every]
    long = [n for n, code in enumerate(every) if code.tag == "equal" and code.src_end - code.src_start >= LONG]
    first, last = (long[0], long[-1]) if long else (0, len(every) - 1)
    for number, code in enumerate(every):
        inside = (begins or first <= number) and number <= last
        if code.tag != "equal":
            yield code, inside and not quiet[number]
            continue
        least = CHANCE if inside else OUTSIDE
        if number and quiet[number - 1] and (code.src_end == codes.src_len or quiet[number + 1]):
            least = 0
        yield code, code.src_end - code.src_start > least


def _is_slip(one: str, other: str) -> bool:
    """Whether a disagreement casts doubt on the sibling; renderers differ in whole blocks and the numbers of lists."""
    return max(len(one), len(other)) < BLOCK and not (one + other).isdigit()


def _runs(count: int, blocks: list[tuple[int, int, int]], holes: frozenset[int]) -> tuple[list[int], list[int]]:
    """Lengths of the agreement to the left and to the right; what the sibling has in a hole does not end it."""
    left, right = [0] * count, [0] * count
    start = end = there = -1
    for i, j, size in [*blocks, (count + 1, 0, 0)]:
        if i != end or j < there or (j > there and i not in holes):
            left[start:end] = range(1, end - start + 1)
            right[start:end] = range(end - start, 0, -1)
            start = i
        end, there = i + size, j + size
    return left, right
