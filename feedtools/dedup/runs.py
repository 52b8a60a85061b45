"""Runs that two texts share: stretches that agree but for small gaps, and are longer than chance would have them.

Seeds are exact runs; from a seed a run is extended over further agreement while that outweighs the gaps between
(Schleimer et al. 2003 for the seeds, Smith and Waterman 1981 for the score).  An alignment of single letters, as any
two English texts have it over a third of their length, never adds up to a run.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup.codes import SHINGLE, places, rapidfuzz, shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feedtools.dedup.overlap import Overlap

SOLID = 9
"""Codes that agree on end from which they stand for text that is there: of words between two edits none is."""
WHOLE = 1200
"""Codes up to which two texts are aligned as wholes; longer ones are aligned between seeds."""
_LONG_SEED, _SHORT_SEED = (16, 4), (8, 2)
"""Codes of a seed, and how far apart they are taken from one of the texts: no run as long as both is missed."""
_IN_PLACE = 0.8
"""Similarity of the overlap, and share of the one text in it, from which an alignment as wholes finds all there is."""
_ENOUGH = 0.5
"""Share of a text from which runs between seeds are not looked for in another way."""
_FILL = 400
"""Codes between two seeds up to which what lies between is aligned as well."""
_GAP = 1.5
"""Cost of a code in a gap, where a code that agrees counts 1."""
_DROP = 24
"""A run ends where so much is lost since its best score."""
_LEAST = {True: 12, False: 24}
"""Score from which a run is more than chance: in a script of thousands of letters, and in an alphabet."""
_MOST = 256
"""Seeds of which the best line is looked for: the longest ones."""
_ASIDE = 40
"""Codes that agree in another order than the rest, from which they count as shared."""

Blocks = list[tuple[int, int, int]]
"""Stretches that agree: their starts in the one and in the other text, and their lengths."""


class Runs(NamedTuple):
    """Stretches that two texts share.

    Attributes:
        spans: of each run where it begins and ends in the one, and in the other; half-open, ascending in the one.
        blocks: what agrees inside the runs that go forward in both, ascending.
        aside: long agreement in another order.
        agreed: codes that agree, over all runs.
        length: codes of the runs, gaps included, each counted on the side where it is longer.
    """

    spans: tuple[tuple[int, int, int, int], ...]
    blocks: tuple[tuple[int, int, int], ...]
    aside: tuple[tuple[int, int, int], ...]
    agreed: int
    length: int

    @classmethod
    def of_one(cls, i: int, j: int, size: int) -> Runs:
        """The runs of two texts that have one stretch in common, as it is."""
        return cls(((i, i + size, j, j + size),), ((i, j, size),), (), size, size)

    @property
    def similarity(self) -> float:
        """Share of the runs that agrees, 0 to 1."""
        return self.agreed / self.length if self.length else 0.0

    def covered(self, side: int) -> int:
        """Codes of the one (0) or the other (1) text that lie inside runs."""
        if len(self.spans) == 1:
            return self.spans[0][2 * side + 1] - self.spans[0][2 * side]
        return sum(end - start for start, end in self.stretches(side))

    def stretches(self, side: int) -> list[tuple[int, int]]:
        """Find the spans of the one (0) or the other (1) text that lie inside runs, in order and apart."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(span[2 * side : 2 * side + 2] for span in self.spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return merged

    def longest_outside(self, side: int, size: int) -> int:
        """The longest stretch of a text of so many codes in which nothing as long as ``SOLID`` agrees."""
        blocks: Sequence[tuple[int, int, int]] = self.blocks
        if self.aside:
            blocks = sorted((*blocks, *self.aside), key=itemgetter(side))
        longest = at = 0
        for block in blocks:
            length = block[2]
            if length >= SOLID:
                start = block[side]
                if start - at > longest:
                    longest = start - at
                if start + length > at:
                    at = start + length
        return max(longest, size - at)


def shared_runs(a: bytes, b: bytes, found: Overlap, *, dense: bool, marks: bytes | None = None) -> Runs:
    """Find the runs that two texts share, given where they overlap.

    Args:
        a: codes of the one text.
        b: codes of the other.
        found: where they run in parallel, as ``overlap.overlap`` gives it.
        dense: whether the script has thousands of letters, as Chinese has, so that less agreement is chance.
        marks: what ``codes.shared(a, b)`` says, where it is known.
    """
    a_start, a_end, b_start, b_end, similarity = found[:5]
    if similarity == 1 and a_end - a_start == b_end - b_start and a[a_start:a_end] == b[b_start:b_end]:
        one = _of_one(a, b, found)
        if found.same and (one.agreed == min(len(a), len(b)) or not found.parted):
            return one
    short = max(len(a), len(b)) <= WHOLE
    wholes: Runs | None = None
    if short and similarity >= _IN_PLACE and a_end - a_start >= _IN_PLACE * len(a):
        wholes = _runs(_aligned(a, b, 0, len(a), 0, len(b)), (), _LEAST[dense])
        if wholes.covered(0) >= _IN_PLACE * similarity * (a_end - a_start):  # else parts may be in another order
            return wholes
    marks = shared(a, b) if marks is None else marks
    line, aside = _in_line(list(_seeded(a, b, marks, *(_SHORT_SEED if short else _LONG_SEED))))
    made = _runs(_between(a, b, line), aside, _LEAST[dense])
    if wholes is None:
        if not short or made.covered(0) >= _ENOUGH * len(a):
            return made
        wholes = _runs(_aligned(a, b, 0, len(a), 0, len(b)), (), _LEAST[dense])
    return max(made, wholes, key=lambda runs: runs.agreed)


def _of_one(a: bytes, b: bytes, found: Overlap) -> Runs:
    """The overlap itself, extended as far as both agree."""
    i, end, j, there = found[:4]
    before = rapidfuzz("Postfix").similarity(a[:i], b[:j]) if i and j else 0
    behind = rapidfuzz("Prefix").similarity(a[end:], b[there:]) if end < len(a) and there < len(b) else 0
    i, j, end = i - before, j - before, end + behind
    return Runs.of_one(i, j, end - i)


def _aligned(a: bytes, b: bytes, i: int, p: int, j: int, q: int) -> Blocks:
    steps = rapidfuzz("Levenshtein").editops(a[i:p], b[j:q])
    return [(x + i, y + j, size) for x, y, size in steps.as_matching_blocks() if size]


def _between(a: bytes, b: bytes, line: Blocks) -> Blocks:
    """Seeds and what agrees between them."""
    blocks: Blocks = []
    i = j = 0
    for x, y, size in [*line, (len(a), len(b), 0)]:
        if i < x and j < y and x - i <= _FILL and y - j <= _FILL:
            blocks += _aligned(a, b, i, x, j, y)
        if size:
            blocks.append((x, y, size))
        i, j = x + size, y + size
    return blocks


def _in_line(seeds: Blocks) -> tuple[Blocks, Blocks]:
    """The seeds that go forward in both texts, as much of them as there is, and the long ones of the others."""
    if len(seeds) > _MOST:
        least = sorted((size for _, _, size in seeds), reverse=True)[_MOST]
        seeds = [seed for seed in seeds if seed[2] > least]
    best: list[int] = []
    before: list[int] = []
    for k, (_, y, size) in enumerate(seeds):
        earlier = [m for m in range(k) if seeds[m][1] + seeds[m][2] <= y]
        last = max(earlier, key=best.__getitem__, default=-1)
        best.append(size + (best[last] if last >= 0 else 0))
        before.append(last)
    line: Blocks = []
    at = max(range(len(seeds)), key=best.__getitem__, default=-1)
    while at >= 0:
        line.append(seeds[at])
        at = before[at]
    chosen = set(line)
    return line[::-1], [seed for seed in seeds if seed not in chosen and seed[2] >= _ASIDE]


def _seeded(a: bytes, b: bytes, marks: bytes, width: int, stride: int) -> Iterator[tuple[int, int, int]]:
    """Exact runs, ascending in ``a`` and apart there; on the present diagonal where the texts go on there."""
    begins = b.startswith
    first = places(b, width, stride).first
    prefix, postfix = rapidfuzz("Prefix").similarity, rapidfuzz("Postfix").similarity
    marked = b"\1" * (width - SHINGLE + 1)  # no seed stands where one of its shingles is in no place of the other
    end = shift = there = 0
    i = marks.find(marked)
    while i >= 0:
        seed = a[i : i + width]
        j = i + shift
        if j < 0 or not begins(seed, j):
            j = first(seed)
            if j < 0:
                i = marks.find(marked, i + 1)
                continue
        back = postfix(a[end:i], b[max(0, j - (i - end)) : j]) if i > end else 0
        size = back + prefix(a[i:], b[j:])
        end, shift = i - back + size, j - i
        twice = there - (j - back)  # codes that agree by chance before what is left out, and are in the run before
        if 0 < twice < min(width, size - width):
            back, size = back - twice, size - twice
        yield i - back, j - back, size
        there = j - back + size
        i = marks.find(marked, end)


def _runs(blocks: Iterable[tuple[int, int, int]], aside: Sequence[tuple[int, int, int]], least: int) -> Runs:
    """Join agreement to runs where it outweighs the gaps, and keep the runs that score enough."""
    spans = [(i, i + size, j, j + size) for i, j, size in aside]
    kept: Blocks = []
    agreed = length = sum(size for _, _, size in aside)
    for part in _parts(blocks, least):
        (i, j, _), (p, q, last) = part[0], part[-1]
        spans.append((i, p + last, j, q + last))
        kept += part
        agreed += sum([size for _, _, size in part])
        length += max(p + last - i, q + last - j)
    return Runs(tuple(sorted(spans)), tuple(kept), tuple(aside), agreed, length)


def _parts(blocks: Iterable[tuple[int, int, int]], least: int) -> Iterator[Blocks]:
    """Blocks in order, parted where gaps outweigh what agreed before them, or a block lies elsewhere.

    Each part ends where its score is best; those whose best is less than ``least`` are left out.
    """
    part: Blocks = []
    score = best = 0.0
    count = p = q = 0  # of the blocks up to the best score; where the last block ends
    for block in blocks:
        i, j, size = block
        if part:
            gap = i - p
            if j - q > gap:
                gap = j - q
            score -= _GAP * gap
            if j < q or score <= 0 or best - score > _DROP:
                if best >= least:
                    yield part[:count]
                part, score, best = [], 0.0, 0.0
        part.append(block)
        score += size
        if score > best:
            best, count = score, len(part)
        p, q = i + size, j + size
    if part and best >= least:
        yield part[:count]
