"""Alignment of a damaged text with its sibling, symbol by symbol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import Levenshtein, Opcode

from feedtools.dedup.codes import low_bytes
from feedtools.dedup.overlap import overlap
from feedtools.restore.texts import spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from feedtools.restore.texts import Slot, Text

WINDOW = 6000
"""Symbols of either text that are aligned at most: what bounds the cost of a pair."""
AROUND = 60
"""Symbols beyond the overlap that are aligned with it."""
BLOCK_SYMBOLS = 6
"""Symbols from which a disagreement is something that one renderer shows and the other does not."""
LONG = 8
"""Symbols of agreement in a row between which the sibling is judged."""
OUTSIDE = 4
"""Like ``CHANCE``, before the first and after the last long agreement."""
CHANCE = 2
"""Agreement of so few symbols between two disagreements is chance."""


NEAR = 3
"""Symbols within which a slip casts full doubt on a repair."""
LEAK = 0.3
"""Factor from slips per symbol to the chance that the text between two places that agree was changed, too, where the
slips are those of an author who revised words: measured on revised originals."""
REVISED = 0.025
"""Slips per symbol up to which a sibling may be a revision; beyond, its letters cannot be trusted."""


_HAN = re.compile(r"[\u3400-\u9fff]")


class Slip(NamedTuple):
    """A small disagreement.

    Attributes:
        place: the symbol of the damaged text at which it begins.
        size: symbols of the longer side: one for a letter that was misread, two and more for a word that was changed.
        letters: whether letters or digits of the basic alphabet are among them, which formulas and code are made of.
        what: both sides. A character that is another one every time is a spelling, not a misreading, and counts once.
    """

    place: int
    size: int
    letters: bool
    what: tuple[str, str] = ("", "")


class Alignment(NamedTuple):
    """An alignment of the damaged text ``a`` with its sibling ``b``.

    Attributes:
        partner: for each symbol of ``a`` the number of its symbol in ``b``, or -1.
        back: likewise from ``b`` to ``a``.
        left: for each symbol of ``a`` how many in a row, ending with it, are aligned without a gap.
        right: likewise beginning with it.
        slips: small disagreements inside the overlap; none for a faithful sibling.
        matched: symbols that agree.
    """

    partner: list[int]
    back: list[int]
    left: list[int]
    right: list[int]
    slips: tuple[Slip, ...]
    matched: int

    def risk(self, start: int, end: int, text: str, *, prose: bool = False) -> float:
        """Estimate the chance that what the sibling has in a place is not what stood there.

        Slips of single symbols, or of letters, may have hit any code point of it, and so has a spelling that is in it.
        Words that an author changed elsewhere say little of a formula: only how often the sibling was changed at all,
        and how near.

        Args:
            start: symbols of the damaged text that stand before the place.
            end: symbols that stand before its end.
            text: what is taken from the sibling.
            prose: whether its Chinese is running text, which is revised as often as that around it; in formulas, and in
                comments of code, measured on revised originals, it is not.
        """
        near = any(start - NEAR < slip.place + slip.size and slip.place < end + NEAR for slip in self.slips)
        spelt = any(slip.size == 1 and slip.what[1] and slip.what[1] in text for slip in self.slips)
        if near or spelt or self._is_misread:
            return self.prose_risk(len(text))
        return max(LEAK * self._rate, self.prose_risk(len(_HAN.findall(text))) if prose else 0.0)

    @property
    def mark_risk(self) -> float:
        """Estimate the chance that a mark which the sibling has between two symbols that agree was never there."""
        return self._rate if self._is_misread else LEAK * self._rate

    @property
    def _rate(self) -> float:
        return min(len(self._distinct) / self.matched, 1.0)

    @property
    def _distinct(self) -> list[Slip]:
        """The slips, of those that put one spelling for another the first alone; letters are no matter of spelling."""
        once: dict[object, Slip] = {}
        for number, slip in enumerate(self.slips):
            once.setdefault(slip.what if all(slip.what) and not slip.letters else number, slip)
        return list(once.values())

    @property
    def _is_misread(self) -> bool:
        """Tell whether slips hit single symbols rather than words, or are so many that no author made them."""
        distinct = self._distinct
        single = [slip for slip in distinct if slip.size < 2]
        letters = any(slip.letters for slip in single)
        return letters or len(single) > max(1, len(distinct) // 2) or self._rate > REVISED

    def prose_risk(self, length: int) -> float:
        """Estimate the chance that a slip is in so many code points of the sibling's running text."""
        return float(1 - (1 - self._rate) ** length)


def align_best(a: Text, b: Text) -> tuple[Alignment, Text] | None:
    """Align two readings, code that is told by its indent alone read as the other text has it.

    Returns:
        The alignment and the sibling as it was read for it.
    """
    way = align(a, b)
    loose = frozenset(slot.start for slot in b.slots if slot.fits == "loose")
    missing = way.partner.count(-1) if way else len(a.symbols)
    if not loose or missing < LONG:
        return (way, b) if way else None
    every = spoken(b, loose)
    trial = align(a, every)
    if trial is None:
        return (way, b) if way else None
    printed = frozenset(slot.start for slot in every.slots if slot.fits == "spoken" and _is_printed(every, slot, trial))
    other = spoken(b, printed)
    trial = align(a, other) if printed else None
    if trial is None or (way and trial.matched < way.matched + LONG):
        return (way, b) if way else None
    return trial, other


def _is_printed(b: Text, slot: Slot, way: Alignment) -> bool:
    """Tell whether the other text has half of a block of code, or much of it."""
    first, last = b.before(slot.start), b.before(slot.end)
    return first < last and sum(i >= 0 for i in way.back[first:last]) >= min(3 * LONG, (last - first + 1) // 2)


def align(a: Text, b: Text) -> Alignment | None:
    """Align two readings of one article; ``None`` where they share too little to be that.

    At most ``WINDOW`` symbols of either are looked at, so a pair costs at most some 20 ms.
    """
    found = overlap(low_bytes(a.symbols[:WINDOW]), low_bytes(b.symbols))
    if found is None or found.a_end - found.a_start < 12:
        return None
    a_start, a_end = max(0, found.a_start - AROUND), min(len(a.symbols), found.a_end + AROUND)
    b_start, b_end = max(0, found.b_start - AROUND), min(len(b.symbols), found.b_end + AROUND)
    b_end = min(b_end, b_start + WINDOW)
    partner, back = [-1] * len(a.symbols), [-1] * len(b.symbols)
    holes = frozenset(a.before(slot.start) for slot in a.slots if slot.kind == "hole")
    slips, blocks = list[Slip](), list[tuple[int, int, int]]()
    mine, theirs = a.symbols[a_start:a_end], b.symbols[b_start:b_end]
    steps = _in_one_piece(list(Levenshtein.opcodes(mine, theirs)), mine, theirs)
    steps = _slid(steps, mine, theirs, {hole - a_start for hole in holes})
    for code, trusted in _sorted_out(steps, a_start, holes, begins=a_start == b_start == 0):
        i, j = a_start + code.src_start, b_start + code.dest_start
        size = code.src_end - code.src_start
        if code.tag != "equal":
            mine, theirs = a.symbols[i : i + size], b.symbols[j : b_start + code.dest_end]
            if trusted and _is_slip(mine, theirs):
                letters = any(char.isascii() for char in mine + theirs)
                slips.append(Slip(i, max(len(mine), len(theirs)), letters, (mine, theirs)))
        elif trusted:
            blocks.append((i, j, size))
    blocks = _widened(a.symbols, b.symbols, blocks)
    for i, j, size in blocks:
        partner[i : i + size] = range(j, j + size)
        back[j : j + size] = range(i, i + size)
    matched = sum(size for _, _, size in blocks)
    if matched < 8:
        return None
    return Alignment(partner, back, *_runs(len(partner), blocks, holes), _joined(slips), matched)


def _in_one_piece(codes: list[Opcode], a: str, b: str) -> list[Opcode]:
    """The opcodes, with the beginning and the end of the text in one piece where the sibling has them so.

    What the sibling has before and behind costs the same wherever it is put: first words may be found in letters that
    stand apart in a heading, though all of them stand below it.
    """
    for number in range(len(codes) - 1, 0, -1):
        code = codes[number]
        begin = code.dest_start - code.src_start
        if code.tag != "equal" or begin < 0 or a[0] != b[begin]:
            continue
        if a.startswith(b[begin : code.dest_start]):
            whole = Opcode("equal", 0, code.src_end, begin, code.dest_end)
            codes = _merged([Opcode("insert", 0, 0, 0, begin), whole, *codes[number + 1 :]])
            break
    for number, code in enumerate(codes[:-1]):
        past = code.dest_end + len(a) - code.src_end
        if code.tag != "equal" or past > len(b) or a[-1] != b[past - 1]:
            continue
        if a.endswith(b[code.dest_end : past], code.src_end):
            whole = Opcode("equal", code.src_start, len(a), code.dest_start, past)
            return _merged([*codes[:number], whole, Opcode("insert", len(a), len(a), past, len(b))])
    return codes


def _slid(codes: list[Opcode], a: str, b: str, holes: Collection[int]) -> list[Opcode]:
    """The opcodes, with what the sibling has beside a hole in the hole where either way agrees as much.

    ``over [2n] networks`` and ``over 2n networks`` differ by ``2n`` before ``networks``, or by ``2`` there and by ``n``
    behind its first letter.
    """
    for number, code in enumerate(codes):
        before = codes[number - 1] if number else code
        if code.tag != "insert" or code.src_start in holes or before.tag != "equal":
            continue
        size = code.dest_end - code.dest_start
        most = min(size, before.src_end - before.src_start)
        by = next((by for by in range(1, most + 1) if code.src_start - by in holes), 0)
        if by and a[code.src_start - by : code.src_start] == b[code.dest_end - by : code.dest_end]:
            codes[number - 1 : number + 1] = [
                Opcode("equal", before.src_start, before.src_end - by, before.dest_start, before.dest_end - by),
                Opcode("insert", code.src_start - by, code.src_start - by, code.dest_start - by, code.dest_end - by),
                Opcode("equal", code.src_start - by, code.src_start, code.dest_end - by, code.dest_end),
            ]
            return _slid(_merged(codes), a, b, holes)
    return codes


def _merged(codes: Iterable[Opcode]) -> list[Opcode]:
    """Opcodes without empty ones, neighbours of one kind as one."""
    merged: list[Opcode] = []
    for code in codes:
        if code.src_start == code.src_end and code.dest_start == code.dest_end:
            continue
        if merged and merged[-1].tag == code.tag:
            last = merged.pop()
            code = Opcode(code.tag, last.src_start, code.src_end, last.dest_start, code.dest_end)
        merged.append(code)
    return merged


def _sorted_out(
    codes: list[Opcode], base: int, holes: frozenset[int], *, begins: bool
) -> Iterator[tuple[Opcode, bool]]:
    """The opcodes; of agreement whether it is more than chance, of disagreement whether it tells of the sibling.

    What the sibling has in a hole tells nothing, nor does what lies outside of all long agreement: there one of the
    texts has ended, or has not begun unless both begin here (``begins``).
    """
    length = codes[-1].src_end if codes else 0
    quiet = [code.tag == "insert" and base + code.src_start in holes for code in codes]
    long = [n for n, code in enumerate(codes) if code.tag == "equal" and code.src_end - code.src_start >= LONG]
    first, last = (long[0], long[-1]) if long else (0, len(codes) - 1)
    for number, code in enumerate(codes):
        inside = (begins or first <= number) and number <= last
        if code.tag != "equal":
            begun = number > 0 or code.tag != "insert"  # what stands before an excerpt is none of it
            yield code, inside and begun and not quiet[number]
            continue
        least = CHANCE if inside else OUTSIDE
        if number and quiet[number - 1] and (code.src_end == length or quiet[number + 1]):
            least = 0
        yield code, code.src_end - code.src_start > least


def _joined(slips: list[Slip]) -> tuple[Slip, ...]:
    """Slips that stand close together are one: a changed word may share letters with the one that stood there."""
    joined: list[Slip] = []
    for slip in slips:
        if joined and slip.place - (joined[-1].place + joined[-1].size) <= CHANCE:
            last = joined.pop()
            size = max(slip.place - last.place, last.size) + slip.size
            what = last.what[0] + slip.what[0], last.what[1] + slip.what[1]
            slip = Slip(last.place, size, last.letters or slip.letters, what)
        joined.append(slip)
    return tuple(joined)


def _is_slip(one: str, other: str) -> bool:
    """Tell whether a disagreement casts doubt on the sibling; renderers differ in whole blocks and list numbers."""
    return max(len(one), len(other)) < BLOCK_SYMBOLS and not (one + other).isdigit()


def _widened(a: str, b: str, blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The blocks, each as long as the symbols beside it are the same: of equally short ways any may have been found."""
    wide: list[tuple[int, int, int]] = []
    for number, (i, j, size) in enumerate(blocks):
        before = (wide[-1][0] + wide[-1][2], wide[-1][1] + wide[-1][2]) if wide else (0, 0)
        after = blocks[number + 1][:2] if number + 1 < len(blocks) else (len(a), len(b))
        while i > before[0] and j > before[1] and a[i - 1] == b[j - 1]:
            i, j, size = i - 1, j - 1, size + 1
        while i + size < after[0] and j + size < after[1] and a[i + size] == b[j + size]:
            size += 1
        wide.append((i, j, size))
    return wide


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
