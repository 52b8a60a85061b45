"""The overlap of two texts: the place where they run in parallel, and their similarity there.

Candidates come from shared keys, which say little about order and extent.  Here the overlap is located by probing
for short exact runs, extended to where one of the texts ends, and only that region is measured (normalised
Levenshtein similarity), so a text cut after a tenth of its length is still found to be its source's beginning.
Numpy is not imported: the index verifies a handful of candidates with the very same code.

Texts are compared by their codes, one byte per symbol.  An alphabet of 256 makes a bit-parallel distance three times as
fast as one of thousands, whose letters have to be looked up in a hash table; two different symbols have the same code
once in 256 times, so a distance is never more than that of the symbols, and rarely less.
"""

from collections.abc import Iterator, Sequence
from itertools import compress, pairwise
from typing import NamedTuple

from feedtools.dedup.codes import SHINGLE, common_length, edit_distance, low_bytes, rapidfuzz, share_few, shared
from feedtools.dedup.sketch import SHORT

COVERED = 0.8
"""Share of the shorter text that the overlap must cover for the two to count as one article."""
SIMILAR = 0.6
"""Similarity of the overlap from which it counts as the same passage."""
LONG = 800
"""Number of symbols from which two texts are not compared as wholes."""
IN_PLACE = 0.8
"""Similarity from which two texts that begin at the same place need no search for another alignment."""
SHIFTED_COVER, SHIFTED_SIMILAR, SHIFTED_SYMBOLS = 0.25, 0.85, 60
"""Cover, similarity and symbols from which excerpts of one article that start at different places count: the tail of
one is the head of the other, which neither a stock opening nor a footer ever is."""
GAPPED_SHARE, GAPPED_SYMBOLS = 0.5, 60
"""Copies that one renderer left holes in (code, tables, list items) or that were put in another order: share of the
shorter text's shingles that the other has, wherever they stand, and the length from which that counts."""
HOLE_SHARE = 0.4
"""The same share where both begin alike and go on alike after a gap (for ``HOLE_RUN`` shingles in a row), or where only
one of them shows placeholders and they part for good at one place."""
HOLE_RUN = 15
BRIDGE_HEAD, BRIDGE_BLOCK, BRIDGE_RUN, BRIDGE_SHARE = 8, 8, 40, 0.3
"""Copies of which one lacks a block (a list, a table) near its beginning: codes that both begin with, codes of the
block, codes that agree right behind it, and the share of the shorter text that all this makes, unless it ends there."""
OVERLAP_SYMBOLS = 30
"""A shared passage shorter than this is not reported."""
_LONG_PROBE, _SHORT_PROBE = 10, SHINGLE
_RUN_STEP = OVERLAP_SYMBOLS - _LONG_PROBE
"""Distance between probes that miss no passage worth a report."""
SCREENED = 128
"""Symbols of two machine words: up to there the longest common subsequence costs less than the search for runs."""
_EVIDENT = 0.9
"""Similarity of a passage, from which its edits leave a third of it, or more, in runs of ``SHINGLE``."""
_DRIFT = 16
_PIECE = 56
"""Symbols measured at once: up to 64 are one machine word."""
_FEW_EDITS = 31
"""Edits whose band in the matrix is one machine word: tried first, for a third of what a wider band takes."""
_SLACK = 8
"""Hits whose diagonals differ by less than this vote together."""


Hits = Sequence[tuple[int, int]]
"""Places of the runs of one text in the other: pairs of offsets, ascending in the first."""


class Overlap(NamedTuple):
    """A passage in which two texts run in parallel.

    Attributes:
        a_start: first symbol of the overlap in the one.
        a_end: one past its last.
        b_start: likewise in the other.
        b_end: likewise.
        similarity: normalised Levenshtein similarity of the two regions.
        same: whether they are the same passage, enough of it to be one article.
        parted: the texts agree up to one place and not after it: the same only if one has a hole there.
    """

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    similarity: float
    same: bool
    parted: bool = False

    def turned(self) -> "Overlap":
        """The same overlap seen from the other text."""
        return Overlap(self.b_start, self.b_end, self.a_start, self.a_end, *self[4:])


def overlap(a: bytes, b: bytes, marks: bytes | None = None) -> Overlap | None:
    """Locate and measure what two texts share, by their codes; ``None`` where that is next to nothing.

    Args:
        a: codes of the one text.
        b: codes of the other.
        marks: what ``codes.shared`` says of the shorter one, where it is known: then no probe is looked for in vain.
    """
    if len(a) > len(b):
        found = overlap(b, a, marks)
        return found and found.turned()
    if len(a) < SHORT:
        return Overlap(0, len(a), 0, len(b), 1.0, True) if a == b and a else None
    at = b.find(a)
    if at >= 0:
        return Overlap(0, len(a), at, at + len(a), 1.0, True)
    probed = b"\1" * (len(a) - SHINGLE + 1) if marks is None else marks
    if len(a) <= SCREENED and _unrelated(a, b, probed):
        return None
    found = _by_hits(a, b, probed) if len(a) > LONG else _of_moderate(a, b, probed)
    if not (found and found.same):
        found = _bridged(a, b) or found
    if found and found.same and not _is_evident(found, len(a)) and share_few(shared(a, b) if marks is None else marks):
        return found._replace(same=False)
    return found


def _is_evident(found: Overlap, size: int) -> bool:
    """Tell whether a passage is so long and so alike that much of a text of so many codes stands in short runs."""
    return found.similarity >= _EVIDENT and found.a_end - found.a_start >= COVERED * size


def _unrelated(a: bytes, b: bytes, marks: bytes) -> bool:
    """Tell whether a short text has too little in common with another for any relation.

    Where it is the same passage, that leaves a common subsequence of some length, and all else has a run on end.
    """
    need = int(min(COVERED * SIMILAR * len(a), SHIFTED_SIMILAR * SHIFTED_SYMBOLS))
    if common_length(a, b, need):
        return False
    return not _hits(a, b, marks, range(0, len(a) - _LONG_PROBE + 1, _RUN_STEP), _LONG_PROBE)


def _of_moderate(a: bytes, b: bytes, marks: bytes) -> Overlap | None:
    begun = _begin_together(a, b, marks)
    beginning = _in_place(a, b) if begun else None
    if beginning and beginning.similarity >= IN_PLACE:
        return beginning
    found = _by_hits(a, b, marks, apart=begun and beginning is None)
    if found and (found.same or (found[:2] == found[2:4] and not found.parted)):  # the latter: measured in place
        return found
    return beginning or found or (None if begun else _in_place(a, b))


def _begin_together(a: bytes, b: bytes, marks: bytes) -> bool:
    """Tell whether two or more of eight short runs of ``a`` stand at about the same place in ``b``."""
    near, find = 0, b.find
    for i in range(0, len(a) - _SHORT_PROBE + 1, max(1, len(a) // 8)):
        if marks[i] and find(a[i : i + _SHORT_PROBE], i - _DRIFT if i > _DRIFT else 0, i + _DRIFT + _SHORT_PROBE) >= 0:
            near += 1
            if near == 2:
                return True
    return False


def _in_place(a: bytes, b: bytes) -> Overlap | None:
    """The common case: ``a`` is the beginning of ``b``, edited at most."""
    n = len(a)
    bound = int(n * (1 - SIMILAR))
    distance = edit_distance(a, b[:n], min(bound, _FEW_EDITS))
    if distance > _FEW_EDITS:
        distance = edit_distance(a, b[:n], bound)
    return Overlap(0, n, 0, n, 1 - distance / n, True) if distance <= bound else None


def _by_hits(a: bytes, b: bytes, marks: bytes, *, apart: bool = False) -> Overlap | None:
    """Locate and measure by probing; ``apart``: that ``a`` is no beginning of ``b`` is known already."""
    step = max(4, len(a) // 20)
    probed = range(0, len(a) - _LONG_PROBE + 1, step)
    first = _first_hit(a, b, marks, probed)
    if first is None and len(a) >= 10 * SHORT:
        return None
    if first and (found := _unedited(a, b, *first)):
        return found
    every = [first, *_hits(a, b, marks, probed[first[0] // step + 1 :], _LONG_PROBE)] if first else []
    hits = _line(every)
    if len(hits) < 3 and not (len(a) >= 10 * SHORT and _one_passage(a, b, hits)):
        hits = _line(_hits(a, b, marks, range(0, len(marks), max(2, len(a) // 32)), _SHORT_PROBE))
    if not hits:
        return None
    in_place = hits[0][0] == hits[0][1] and hits[-1][0] == hits[-1][1]
    found = None if apart and in_place else _measure(a, b, hits)
    if found is None and len(every) * step >= 0.3 * len(a) and len(a) >= GAPPED_SYMBOLS:
        found = _gapped(a, b, marks)
    return found or _passage(a, b, hits)


def _one_passage(a: bytes, b: bytes, hits: Hits) -> bool:
    """Tell whether one passage explains all hits, and not because edits left few of them."""
    (i, j), (p, q) = hits[0], hits[-1]
    return p - i == q - j and _run(a, i, b, j) >= max(OVERLAP_SYMBOLS, p - i + _LONG_PROBE)


def _unedited(a: bytes, b: bytes, i: int, j: int) -> Overlap | None:
    """The overlap along the diagonal of one hit, where the texts are the same all along it and that is enough."""
    a_start, b_start = max(0, i - j), max(0, j - i)
    size = min(len(a) - a_start, len(b) - b_start)
    if a[a_start : a_start + size] != b[b_start : b_start + size]:
        return None
    return _measure(a, b, [(i, j)])


def _first_hit(a: bytes, b: bytes, marks: bytes, places: range) -> tuple[int, int] | None:
    """Find the first long probe of ``a`` that is in ``b``."""
    for i in places:
        if marks[i] and marks[i + _LONG_PROBE - SHINGLE]:
            j = b.find(a[i : i + _LONG_PROBE])
            if j >= 0:
                return i, j
    return None


def _hits(a: bytes, b: bytes, marks: bytes, places: range, width: int) -> Hits:
    """Find runs of ``a``, one from each of some places, in ``b``."""
    find, last = b.find, width - SHINGLE
    some = compress(places, marks[places.start : places.stop : places.step])
    return [(i, j) for i in some if marks[i + last] and (j := find(a[i : i + width])) >= 0]


def _line(hits: Hits) -> Hits:
    """The hits that lie along one line: the most voted diagonal, and from there on what goes forward in both."""
    if len({j - i for i, j in hits}) < 2:
        return hits
    votes: dict[int, int] = {}
    for i, j in hits:
        votes[(j - i) // _SLACK] = votes.get((j - i) // _SLACK, 0) + 1
    best = max(votes, key=lambda d: (votes[d] + votes.get(d + 1, 0), d))
    core = [k for k, (i, j) in enumerate(hits) if (j - i) // _SLACK in (best, best + 1)]
    middle = core[len(core) // 2]
    line = [hits[middle]]
    for i, j in hits[middle + 1 :]:
        if line[-1][1] < j <= line[-1][1] + 2 * (i - line[-1][0]) + 40:
            line.append((i, j))
    before: list[tuple[int, int]] = [line[0]]
    for i, j in reversed(hits[:middle]):
        if before[-1][1] > j >= before[-1][1] - 2 * (before[-1][0] - i) - 40:
            before.append((i, j))
    return before[:0:-1] + line


def _measure(a: bytes, b: bytes, hits: Hits) -> Overlap | None:
    """The overlap along the hits, to where one of the texts ends; ``None`` where it is not the same passage."""
    first, last = hits[0][1] - hits[0][0], hits[-1][1] - hits[-1][0]
    a_start, b_start = max(0, -first), max(0, first)
    a_end = min(len(a), len(b) - last)
    b_end = a_end + last
    width = max(a_end - a_start, b_end - b_start)
    if a_end <= a_start or b_end <= b_start:
        return None
    bound = int(width * (1 - SIMILAR)) + 1
    region_a, region_b = a[a_start:a_end], b[b_start:b_end]
    if width > LONG:
        distance = _distance(region_a, region_b, bound, [(i - a_start, j - b_start) for i, j in hits])
    else:
        distance = rapidfuzz("Levenshtein").distance(region_a, region_b, score_cutoff=bound)
    similarity = 1 - distance / width
    cover = max((a_end - a_start) / len(a), (b_end - b_start) / len(b))
    same = similarity >= SIMILAR and cover >= COVERED
    if not same and width >= SHIFTED_SYMBOLS and similarity >= SHIFTED_SIMILAR and cover >= SHIFTED_COVER:
        same = (a_start > b_start == 0 and a_end == len(a)) or (b_start > a_start == 0 and b_end == len(b))
    return Overlap(a_start, a_end, b_start, b_end, similarity, same) if same else None


def _distance(a: bytes, b: bytes, bound: int, hits: Hits = ()) -> int:
    """Levenshtein distance from hit to hit, or more than ``bound`` where it is more.

    That is an upper bound, and nearly always the distance itself, in linear time.
    """
    if a == b:
        return 0
    measure = rapidfuzz("Levenshtein").distance
    total: int = 0
    i = j = 0
    for p, q in _stepping_stones(a, b, hits):
        total += measure(a[i:p], b[j:q], score_cutoff=bound)
        if total > bound:
            return total
        i, j = p, q
    total += measure(a[i:], b[j:], score_cutoff=bound)
    return total


def _stepping_stones(a: bytes, b: bytes, hits: Hits) -> Iterator[tuple[int, int]]:
    """Further hits between ``hits``, each about ``_PIECE`` symbols from the one before, as far as there are any."""
    i = shift = 0
    for p, q in (*hits, (len(a), len(b))):
        at = i + _PIECE
        while at + _PIECE // 2 < p and at < i + 3 * _PIECE:  # else they part here
            run, k = a[at : at + _SHORT_PROBE], at + shift
            if not b.startswith(run, k):
                k = b.find(run, k - _SLACK, k + _SLACK + _SHORT_PROBE)
            if 0 <= k < q:
                yield at, k
                i, shift = at, k - at
                at += _PIECE
            else:
                at += _SLACK
        if p - i >= _PIECE // 2 and p < len(a):
            yield p, q
            i, shift = p, q - p


def _gapped(a: bytes, b: bytes, marks: bytes) -> Overlap | None:
    """Find the overlap where ``b`` has most of ``a`` in pieces; its similarity is their share of shingles."""
    n = SHINGLE
    if 0 not in marks:  # nobody has looked yet
        marks = shared(a, b)
    share = marks.count(1) / len(marks)
    if share < HOLE_SHARE:
        return None
    start, end = marks.index(1), marks.rindex(1) + n
    first, last = b.find(a[start : start + n]), b.rfind(a[end - n : end]) + n
    if last - first < (end - start) // 2:  # put in another order
        first, last = 0, len(b)
    begin_alike = start < n and first < n
    if share >= GAPPED_SHARE or (begin_alike and _second_run(marks) >= HOLE_RUN):
        return Overlap(start, end, first, last, share, True)
    if begin_alike and end <= 0.6 * len(a):
        return Overlap(start, end, first, last, share, False, True)
    return None


def _bridged(a: bytes, b: bytes) -> Overlap | None:
    """Find the overlap of two texts that begin alike, where only one has a block that the other goes on without."""
    begun = _run(a, 0, b, 0) if a[:BRIDGE_HEAD] == b[:BRIDGE_HEAD] else 0
    for one, other in ((a, b), (b, a)) if BRIDGE_HEAD <= begun <= min(len(a), len(b)) - BRIDGE_RUN else ():
        probe = one[begun : begun + _LONG_PROBE]
        at = other.find(probe, begun + BRIDGE_BLOCK)
        if at < 0 or one.count(probe) > 1 or other.count(probe) > 1:  # what returns is a footer or a stock phrase
            continue
        size = _run(one, begun, other, at)
        end, there = begun + size, at + size
        ends = end == len(one) or there == len(other)
        if size >= BRIDGE_RUN and (ends or end >= BRIDGE_SHARE * min(len(a), len(b))):
            found = Overlap(0, end, 0, there, end / there, True)
            return found if one is a else found.turned()
    return None


def _run(a: bytes, i: int, b: bytes, j: int) -> int:
    """Count the codes that agree from here on."""
    size: int = rapidfuzz("Prefix").similarity(a[i:], b[j:])
    return size


def _second_run(marks: bytes) -> int:
    """The length of the second longest stretch of marked places."""
    return sorted([0, 0, *map(len, marks.split(b"\0"))])[-2]


def _passage(a: bytes, b: bytes, hits: Hits) -> Overlap | None:
    """The stretch between the outer hits, extended as far as it is identical: a passage two articles share."""
    (i, j), (p, q) = hits[0], hits[-1]
    before, behind = rapidfuzz("Postfix").similarity(a[:i], b[:j]), _run(a, p, b, q)
    i, j, p, q = i - before, j - before, p + behind, q + behind
    if min(p - i, q - j) < OVERLAP_SYMBOLS:
        return None
    if a[i:p] == b[j:q]:
        return Overlap(i, p, j, q, 1.0, False)
    width = max(p - i, q - j)
    similarity = 1 - rapidfuzz("Levenshtein").distance(a[i:p], b[j:q], score_cutoff=width // 2 + 1) / width
    return Overlap(i, p, j, q, similarity, False) if similarity >= SIMILAR else None


def equal(a: str, b: str) -> list[tuple[int, int, int]]:
    """Stretches that two strings share, in order: where each begins in the one and in the other, and its length.

    They are aligned by their codes; where these alone are the same, a stretch is divided.
    """
    if a == b:
        return [(0, 0, len(a))]
    found: list[tuple[int, int, int]] = []
    for i, j, size in rapidfuzz("Levenshtein").editops(low_bytes(a), low_bytes(b)).as_matching_blocks():
        if a[i : i + size] != b[j : j + size]:
            found += _divided(a, b, i, j, size)
        elif size:
            found.append((i, j, size))
    return found


def _divided(a: str, b: str, i: int, j: int, size: int) -> Iterator[tuple[int, int, int]]:
    """The parts of a stretch in which the symbols themselves are the same."""
    apart = [k for k in range(size) if a[i + k] != b[j + k]]
    for before, behind in pairwise([-1, *apart, size]):
        if behind - before > 1:
            yield i + before + 1, j + before + 1, behind - before - 1
