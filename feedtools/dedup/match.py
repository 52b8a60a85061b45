"""Two texts to a Match: what they share in runs, what differs between, and what either would lose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup import slots
from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.codes import share_few, shared
from feedtools.dedup.document import Document
from feedtools.dedup.instalments import other_instalment
from feedtools.dedup.notation import formulas_agree, notation_agrees, signs_agree
from feedtools.dedup.overlap import Overlap, overlap
from feedtools.dedup.pages import NEAR_EMPTY, is_apart
from feedtools.dedup.rest import CUT_END, REST, longest_gap
from feedtools.dedup.runs import Runs, shared_runs
from feedtools.dedup.sketch import SHORT
from feedtools.model import COPIES, Kind, Match
from feedtools.text.dropped import FORMULAS, HOLES

if TYPE_CHECKING:
    from feedtools.dedup.slots import FrameSlot, Gap

CLEAN = 0.9
"""Similarity below which a copy counts as edited, not merely cut or rendered otherwise."""
COVERED = 0.8
"""Share of the shorter text that lies in common runs, from which the two are one article."""
LONG = 1500
"""Symbols from which text of its own and other figures do not keep a text from being a copy, only from going."""
PROSE = 400
"""Symbols from which other code or signs do not keep a text from being a copy, only from going: it is no exercise."""
OVERLAPPING, OVERLAPPING_SYMBOLS = 0.15, 30
"""The share, and the symbols of a run, from which two count as overlapping."""
MUCH, MUCH_SYMBOLS = 0.4, 60
"""The same for two that do not run in parallel."""
STUB = {True: 80, False: 300}
"""Symbols below which a page is an address with some words around it, if it has one: in a script of thousands of
letters, and in an alphabet."""
PARTED = 40
"""Symbols that two texts begin with, from which they are one article if they part where one of them has a hole."""
_BEGIN, _CHANCE = 8, 4
_STEP = 64  # code points compared at once on the way to where two texts part
_PLACES = 10_000
"""Shares are told to four places."""


class Comparison(NamedTuple):
    """Relation of two texts to each other.

    Attributes:
        match: the same in short; directed, without evidence.
        overlap: where they run in parallel, as ``aligned`` takes it; none where that was measured on other texts.
        slots: where they differ; what others of the feed have there decides whether they are a series (``series``).
    """

    match: Match
    overlap: Overlap | None = None
    slots: tuple[FrameSlot, ...] = ()


class Asked(NamedTuple):
    """Wishes for a comparison, and what is known before it.

    Attributes:
        overlaps: report texts that merely overlap, too.
        marks: what ``codes.shared`` says of the text that has fewer symbols, where it is known and the other has more.
    """

    overlaps: bool = True
    marks: bytes | None = None


_ALL = Asked()


class ShownPair(NamedTuple):
    """Two texts of which a reader sees but a part, and which is what has to be compared.

    Attributes:
        a: the one text, as ``compare`` directs the two.
        b: the other.
        one: what is shown of the one of which that is less.
        other: what is shown of the other.
    """

    a: Document
    b: Document
    one: Document
    other: Document


class ParallelPair(NamedTuple):
    """Two texts that run in parallel as copies do: what stands between their runs decides.

    Attributes:
        a: the one text, as ``compare`` directs the two.
        b: the other.
        found: where they run in parallel.
        asked: what is wanted; its marks are those of ``a`` in ``b``.
        in_part: the two are what is shown of other texts.
    """

    a: Document
    b: Document
    found: Overlap
    asked: Asked
    in_part: bool = False


def compare(one: Document, other: Document, asked: Asked = _ALL) -> Comparison | None:
    """Compare two texts; ``None`` where they share nothing worth reporting.

    The match is directed from the text with fewer symbols to the other (between equals: the more damaged one, then
    the one that sorts first, so that nothing depends on the order of the two).

    Args:
        one: the one text.
        other: the other.
        asked: what is wanted of it, and known.
    """
    made: Comparison | ShownPair | ParallelPair | None = compare_whole(one, other, asked)
    if isinstance(made, ParallelPair):
        made = uncover(made)
    if isinstance(made, ShownPair):
        made = compare_shown(made, asked._replace(marks=None))
    return compare_parallel(made) if isinstance(made, ParallelPair) else made


def compare_whole(one: Document, other: Document, asked: Asked = _ALL) -> Comparison | ParallelPair | None:
    """Compare two texts as ``compare`` does, up to where the parts that are shown decide, or what differs."""
    a, b = _directed(one, other)
    size_a, size_b = len(a.codes), len(b.codes)
    if size_a == size_b and a.text == b.text:
        return Comparison(Match(a.number, b.number, "exact", 1.0, 1.0, 1.0))
    begun = b.codes.startswith(a.codes)
    found = None if begun else overlap(a.codes, b.codes, asked.marks)
    if not (found or begun) or size_a < SHORT or (size_a < NEAR_EMPTY[False] and is_apart(a.text)):
        return None
    if found is None:  # hidden text and all
        return _whole(a, b, Overlap(0, size_a, 0, size_a, 1.0, True), Runs.of_one(0, 0, size_a))
    if other_instalment(found, a, b):
        return _apart(a, b, found, asked, least=None)
    if not (found.same or _parted_by_hole(found, a, b)):
        return _apart(a, b, found, asked)
    return ParallelPair(a, b, found, asked)


def uncover(pair: ParallelPair) -> Comparison | ShownPair | ParallelPair | None:
    """Take the parts of two texts that are shown, where those are not all of them."""
    a, b = pair[:2]
    if not (a.hides or b.hides):
        return pair
    shown = a.shown, b.shown
    if shown != (a, b):
        return ShownPair(a, b, *_directed(*shown))
    return _apart(*pair[:4]) if other_stub(a, b) else pair


def compare_shown(shown: ShownPair, asked: Asked = _ALL) -> Comparison | ParallelPair | None:
    """Compare two texts by what their readers see, up to where what differs decides.

    Args:
        shown: what is to be compared.
        asked: what is wanted; its marks are those of ``shown.one`` in ``shown.other``.
    """
    a, b, one, other = shown
    found = overlap(one.codes, other.codes, asked.marks)
    if found is None or len(one.codes) < SHORT:
        return None
    if (found.same or _parted_by_hole(found, one, other)) and not other_stub(a, b):
        return ParallelPair(one, other, found, asked, in_part=True)
    made = _apart(one, other, found, asked, least=OVERLAPPING)  # as wholes they are copies
    return made and made._replace(overlap=None)


def _apart(a: Document, b: Document, found: Overlap, asked: Asked, least: float | None = MUCH) -> Comparison | None:
    """Compare two texts that are no copies; they are articles in part the same where they share ``least`` of one."""
    if least is None and not asked.overlaps:
        return None
    runs = shared_runs(a.codes, b.codes, found, dense=a.dense, marks=asked.marks)
    if not runs.spans:
        return None
    much = least is not None and runs.covered(0) >= least * len(a.codes) and _longest_run(runs) >= MUCH_SYMBOLS
    if much and least == MUCH:
        much = not share_few(shared(a.codes, b.codes) if asked.marks is None else asked.marks)
    if much or asked.overlaps:
        return Comparison(_match(a, b, "overlapping" if much else "overlap", runs), found)
    return None


def _longest_run(runs: Runs) -> int:
    return max((end - start for start, end, _, _ in runs.spans), default=0)


def _directed(one: Document, other: Document) -> tuple[Document, Document]:
    """The two, the one that may be part of the other first."""
    if len(one.codes) != len(other.codes):
        return (one, other) if len(one.codes) < len(other.codes) else (other, one)

    if one.damage != other.damage:
        return (one, other) if one.damage > other.damage else (other, one)
    return (one, other) if (one.codes, one.text) <= (other.codes, other.text) else (other, one)


def other_stub(a: Document, b: Document) -> bool:
    """Say whether both are little more than addresses, and not the same."""
    if min(len(a.shown.codes), len(b.shown.codes)) >= STUB[a.dense]:
        return False
    one, other = a.addresses, b.addresses
    return bool(one and other) and not one & other


def compare_parallel(pair: ParallelPair) -> Comparison | None:
    """Compare two texts that overlap as copies do: by their runs, and by what stands between these."""
    made = _judged(*pair[:4])
    return made._replace(overlap=None) if made is not None and pair.in_part else made  # evidence is of the wholes


def _judged(a: Document, b: Document, found: Overlap, asked: Asked) -> Comparison | None:
    dense = a.dense
    runs = shared_runs(a.codes, b.codes, found, dense=dense, marks=asked.marks)
    size_a, size_b = len(a.codes), len(b.codes)
    if runs.agreed == size_a == runs.length:  # the one stands in the other as it is
        return _whole(a, b, found, runs)
    between = slots.gaps(runs, size_a, size_b, dense=dense)
    kind = _kind_by_extent(a, b, runs, between)
    if kind == "overlap" and not asked.overlaps:
        return None
    wide = slots.widened(a, b, between, dense=dense)
    signs = False  # asked of what may be a copy alone, and where the figures agree
    if kind is None:
        figures = slots.figures_agree(a, b, wide)
        signs = figures and signs_agree(a, b, runs)
        one = size_a >= LONG or (figures and (signs or size_a >= PROSE) and formulas_agree(a, b, runs))
        kind = _kind(runs, a, b) if one else "overlapping"  # a long one is a copy for all its edits
    stays = kind in COPIES and not (signs and slots.units_agree(a, b, wide))  # neither goes for the other
    made = _match(a, b, kind, runs, stays=stays)
    long = size_a >= LONG and runs.covered(0) >= CLEAN * size_a
    return Comparison(made, found, slots.slots(a, b, wide, dense=dense, long=long))


def is_clear_miss(a: Document, b: Document, marks: bytes) -> bool:
    """Tell whether two texts can but overlap: ``compare`` says the same, and takes a hundred times as long.

    Args:
        a: the text with fewer symbols.
        b: the other.
        marks: what ``codes.shared`` says of them.
    """
    begun = (a.traits ^ b.traits) & HOLES and 1 in marks[: _BEGIN + 1]  # they may part where one has a hole
    return share_few(marks) and not begun


def _whole(a: Document, b: Document, found: Overlap, runs: Runs) -> Comparison:
    """Compare two texts of which the one stands in the other as it is."""
    agree = notation_agrees(a, b, runs)
    copy = agree or (len(a.codes) >= PROSE and formulas_agree(a, b, runs))
    kind = _kind(runs, a, b) if copy else "overlapping"
    return Comparison(_match(a, b, kind, runs, stays=copy and not agree), found)


def _kind_by_extent(a: Document, b: Document, runs: Runs, between: Sequence[Gap]) -> Kind | None:
    """Name what two texts that differ are to each other by how much they share; ``None`` where that makes a copy."""
    size = len(a.codes)
    covered, mine, others = runs.covered(0), between, between
    if (a.traits ^ b.traits) & HOLES:  # only one of them may excuse a gap
        if b.traits & HOLES:
            left_out = slots.excused(a, b, between)
            covered += sum(gap.a_end - gap.a_start for gap in left_out)
            mine = [gap for gap in between if gap not in left_out] if left_out else between
        else:
            turned = slots.excused(b, a, [gap.turned() for gap in between])
            others = [gap for gap in between if gap.turned() not in turned] if turned else between
    if (
        _longest_run(runs) < min(OVERLAPPING_SYMBOLS, size / 2)
        or covered < OVERLAPPING * size
        or slots.translated(a, b, between)
    ):
        return "overlap"
    if covered < COVERED * size:
        return "overlapping"
    own = min(slots.longest(mine, 0), slots.longest(others, 1))
    if runs.aside:  # what stands in another order is no text of one's own
        own = min(own, runs.longest_outside(0, size), runs.longest_outside(1, len(b.codes)))
    return "overlapping" if size < LONG and own >= REST else None


def _match(a: Document, b: Document, kind: Kind, runs: Runs, *, stays: bool = False) -> Match:
    """A match with its figures; ``stays``: neither text goes for the other, whatever that one lacks."""
    size_a, size_b = len(a.codes), len(b.codes)
    rest_a = rest_b = MOST_REST
    if not stays:
        rest_a, rest_b = runs.longest_outside(0, size_a), runs.longest_outside(1, size_b)
        if a.traits & FORMULAS and not b.traits & HOLES:  # where it shows placeholders, they are restored
            rest_a = _rest_of_all(a, b, rest_a)
        if b.traits & FORMULAS and not a.traits & HOLES:
            rest_b = _rest_of_all(b, a, rest_b)
    return Match(
        a.number,
        b.number,
        kind,
        _rounded(runs.covered(0) / size_a),
        _rounded(runs.covered(1) / size_b),
        _rounded(runs.similarity),
        (),
        min(rest_a, MOST_REST),
        min(rest_b, MOST_REST),
    )


def _rest_of_all(a: Document, b: Document, least: int) -> int:
    """The longest stretch of a text that the other lacks, formulas included; ``least``, where that is more."""
    return least if a.text.rstrip(CUT_END) in b.text else longest_gap(a.folded, b.folded, least)


def _rounded(share: float) -> float:
    return int(share * _PLACES + 0.5) / _PLACES


def _kind(runs: Runs, a: Document, b: Document) -> Kind:
    """Name what ``a`` (the repeated, cut or contained text) is to ``b``, where they are one article."""
    size_a, size_b = len(a.codes), len(b.codes)
    if len(runs.spans) == 1:
        b_start, b_end = runs.spans[0][2:]
    else:
        b_start, b_end = min(span[2] for span in runs.spans), max(span[3] for span in runs.spans)
    apart = a.traits != b.traits
    if runs.covered(0) < CLEAN * size_a or runs.similarity < CLEAN:
        return "rerendered" if b_start <= _BEGIN and (a.traits ^ b.traits) & HOLES else "near"
    if b_start > _BEGIN:
        return "contained"
    if b_end < 0.95 * size_b:
        return "rerendered" if apart else "truncated"
    if apart:
        return "rerendered"
    if runs.agreed < size_a or runs.length > size_a:
        return "near"
    if b_end < size_b:
        return "truncated"
    return "near" if size_a != size_b or runs.aside or _letters_agree(a.text, b.text) else "rerendered"


def _letters_agree(one: str, other: str) -> bool:
    at = 0  # what both begin with needs no look
    while one[at : at + _STEP] == other[at : at + _STEP] and at < len(one):
        at += _STEP
    one, other = one[at:], other[at:]
    end = 0  # nor what both end with
    while end < len(one) and one[-end - _STEP : -end or None] == other[-end - _STEP : -end or None]:
        end += _STEP
    return "".join(filter(str.isalnum, one[: -end or None])) == "".join(filter(str.isalnum, other[: -end or None]))


def _parted_by_hole(found: Overlap, a: Document, b: Document) -> bool:
    """Say whether two texts begin alike up to where one of them, and not the other, lacks something."""
    if not (a.traits ^ b.traits) & HOLES:
        return False
    if found.parted:
        return True
    document, end = (a, found.a_end) if a.traits & HOLES else (b, found.b_end)
    begun = max(found.a_start, found.b_start) <= _BEGIN and found.a_end - found.a_start >= PARTED
    return begun and found.similarity == 1 and _hole_behind(document, end)


def _hole_behind(document: Document, count: int) -> bool:
    """Say whether a placeholder stands behind the first ``count`` symbols, a few of which may agree by chance."""
    text, offsets = document.text, document.offsets
    start, end = offsets[max(0, count - _CHANCE)], offsets[count] if count < len(offsets) else len(text)
    return any(start <= first and last <= end and text[first] == "[" for first, last in document.dropped)
