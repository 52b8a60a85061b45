"""Explanation of a verdict: why two articles are or are not copies, what they share, and what either would lose.

The figures are those that the verdict goes by: shared runs (``runs``), what differs between them (``slots``), text
that the other lacks (``rest``), and what the rest of the feed has as well (``series``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feedtools.dedup import match as matching
from feedtools.dedup import slots
from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.document import Document
from feedtools.dedup.instalments import other_instalment
from feedtools.dedup.notation import formulas_agree, signs_agree
from feedtools.dedup.overlap import overlap
from feedtools.dedup.rest import REST, own_stretches
from feedtools.dedup.runs import Runs, shared_runs
from feedtools.dedup.series import VARIED
from feedtools.dedup.sketch import SHORT
from feedtools.dedup.versions import MOSTLY
from feedtools.model import COPIES, Kind, Match, Span
from feedtools.text.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_ANCHOR = {True: 12, False: 32}
"""Symbols of a passage that is looked for in the rest of the feed: in a script of many letters, and in an alphabet."""
_ANCHORS, _LOOKUPS = 400, 4_000_000
"""Passages that are looked for, and how often in all."""


class SharedRun(NamedTuple):
    """A stretch that both articles have.

    Attributes:
        a, b: where it stands in the one and in the other, in code points.
        others: further articles of the feed that have some of it while they differ elsewhere, from three on.
    """

    a: Span
    b: Span
    others: int = 0


class Side(NamedTuple):
    """One of the two articles.

    Attributes:
        symbols: letters and digits that are compared.
        coverage: share of them inside shared runs, 0 to 1.
        rest: symbols of the longest stretch that the other lacks, formulas and code counted.
        own: such stretches, as long as the rest allowed or longer: they would be lost.
        common: what the rest of the feed has as well, inside the shared runs.
    """

    symbols: int
    coverage: float
    rest: int
    own: tuple[Span, ...]
    common: tuple[Span, ...] = ()


class Explanation(NamedTuple):
    """Reasons of a verdict.

    Attributes:
        kind: relation of the two; ``None`` where they share nothing that is more than chance.
        verdict: what follows from it, in a few words.
        rule: the rule that decided, as a sentence with its figures.
        a, b: the two articles.
        similarity: share of the runs that agrees, 0 to 1.
        runs: what they share, in the order of the first.
        limit: symbols of own text from which an article is not dropped.
    """

    kind: Kind | None
    verdict: str
    rule: str
    a: Side
    b: Side
    similarity: float
    runs: tuple[SharedRun, ...]
    limit: int


def explain_pair(
    a: str, b: str, *, decided: Match | None = None, feed: Iterable[str] = (), rest: int = REST
) -> Explanation:
    """Explain what two texts are to each other.

    Args:
        a: the one text.
        b: the other.
        decided: what a run over the feed made of them (``a`` is number 0), where there was one and it compared them.
        feed: the other texts of the feed.
        rest: symbols in a row from which text of its own keeps an article.
    """
    one, other = Document.of(0, a), Document.of(1, b)
    made = matching.compare(one, other)
    found = decided or (made.match if made is not None else None)
    first, second = (other, one) if found is not None and found.a == 1 else (one, other)
    runs = _runs(first, second)
    rule = _rule(first, second, found, made.match if made is not None else None, runs, rest)
    swapped = first is other
    common, counts = _common(one, _spans(one, runs, int(swapped)), list(feed), {a, b})
    there = _common(other, _spans(other, runs, int(not swapped)), list(feed), {a, b})[0] if common else ()
    sides = [
        Side(len(text.codes), _share(text, runs, side), own[0], own[1])
        for text, side, own in ((one, int(swapped), _own(a, b, rest)), (other, int(not swapped), _own(b, a, rest)))
    ]
    spans = zip(_spans(one, runs, int(swapped)), _spans(other, runs, int(not swapped)), strict=True)
    shared = tuple(sorted(SharedRun(x, y, _most(x, common, counts)) for x, y in spans))
    return Explanation(
        found.kind if found is not None else None,
        _verdict(found, sides, rest),
        rule,
        sides[0]._replace(common=common),
        sides[1]._replace(common=there),
        runs.similarity,
        shared,
        rest,
    )


def _runs(a: Document, b: Document) -> Runs:
    size = len(a.codes)
    if a.text == b.text and size:
        return Runs(((0, size, 0, size),), ((0, 0, size),), (), size, size)
    found = overlap(a.codes, b.codes)
    return Runs((), (), (), 0, 0) if found is None else shared_runs(a.codes, b.codes, found, dense=a.dense)


def _share(text: Document, runs: Runs, side: int) -> float:
    return runs.covered(side) / len(text.codes) if text.codes else 0.0


def _own(text: str, other: str, rest: int) -> tuple[int, tuple[Span, ...]]:
    found = list(own_stretches(text, other))
    return max((size for size, _ in found), default=0), tuple(span for size, span in found if size >= rest)


def _spans(text: Document, runs: Runs, side: int) -> list[Span]:
    """The runs as raw spans of one of the texts, in the order of the runs."""
    ends = (span[2 * side : 2 * side + 2] for span in runs.spans)
    return [Span(text.offsets[start], text.offsets[end - 1] + 1) for start, end in ends]


def _common(
    text: Document, spans: Sequence[Span], feed: Sequence[str], own: set[str]
) -> tuple[tuple[Span, ...], dict[Span, int]]:
    """Find what other articles have of some spans while they differ elsewhere, and how many have it."""
    if not feed or not spans:
        return (), {}
    size = _ANCHOR[text.dense]
    starts = range(0, len(text.symbols) - size + 1, size // 2)
    stride = max(1, -(-len(starts) // max(1, min(_ANCHORS, _LOOKUPS // len(feed)))))
    anchors = {at: text.symbols[at : at + size] for at in starts[::stride]}
    inside = {
        at
        for at in anchors
        if any(span.start <= text.offsets[at] and text.offsets[at + size - 1] < span.end for span in spans)
    }
    counts = dict.fromkeys(inside, 0)
    outside = len(anchors) - len(inside)
    for other in feed:
        if other in own:
            continue
        said = symbols(other)
        hits = [at for at, anchor in anchors.items() if anchor in said]
        mine = [at for at in hits if at in counts]
        alike = len(hits) - len(mine) >= MOSTLY * outside if outside else len(hits) >= matching.COVERED * len(anchors)
        if not alike:  # what has the rest of the article as well is a copy of it
            for at in mine:
                counts[at] += 1
    often = {at: count for at, count in counts.items() if count >= VARIED}
    found: list[tuple[Span, int]] = []
    for at, count in sorted(often.items()):
        span = Span(text.offsets[at], text.offsets[at + size - 1] + 1)
        if found and span.start <= found[-1][0].end:
            found[-1] = Span(found[-1][0].start, span.end), max(count, found[-1][1])
        else:
            found.append((span, count))
    return tuple(span for span, _ in found), dict(found)


def _most(run: Span, common: Iterable[Span], counts: dict[Span, int]) -> int:
    """Count the other articles that have most of a run's common passages."""
    return max((counts[span] for span in common if span.start < run.end and run.start < span.end), default=0)


def _verdict(found: Match | None, sides: Sequence[Side], rest: int) -> str:
    if found is None or found.kind not in COPIES:
        return "not copies"
    told = (found.rest_a, found.rest_b) if found.a == 0 else (found.rest_b, found.rest_a)
    goes = "".join(name for name, own, side in zip("AB", told, sides, strict=True) if max(own, side.rest) < rest)
    verdicts = {"": "copies, and neither goes for the other", "AB": "copies: either may go for the other"}
    return verdicts.get(goes) or f"copies: {goes} may go for {'B' if goes == 'A' else 'A'}"


def _rule(a: Document, b: Document, found: Match | None, pair: Match | None, runs: Runs, rest: int) -> str:
    """Name what decided, in the order in which the verdict asks; ``a`` is the one that may be part of the other."""
    if a.text == b.text:
        return "both are the same text"
    if min(len(a.codes), len(b.codes)) < SHORT:
        return f"one has fewer than {SHORT} letters and digits: nothing but the same text is a copy of it"
    if found is None or not runs.spans:
        return "no stretch of theirs that agrees is longer than chance would have it"
    if pair is not None and pair.kind != found.kind and found.kind in {"overlap", "overlapping"}:
        return _series(found.kind)
    reasons = {"overlap": _of_overlap, "overlapping": _of_overlapping}
    if found.kind in reasons:
        return next(reasons[found.kind](a, b, runs))
    return _of_copies(found, rest)


def _series(kind: Kind) -> str:
    if kind == "overlap":
        return (
            f"items of a series: where they differ, {VARIED} or more articles of the feed have the same frame, and "
            "each fills it otherwise"
        )
    return (
        f"what they share is common property: {VARIED} or more articles of the feed have it, and each begins or ends "
        "otherwise"
    )


def _of_overlap(a: Document, b: Document, runs: Runs) -> Iterator[str]:
    found = overlap(a.codes, b.codes)
    if found is not None and other_instalment(found, a, b):
        yield "both open with their number in a series, and the numbers differ"
    elif found is not None and not found.same:
        yield "they agree in a stretch and go separate ways around it: a shared passage"
    if matching.other_stub(a, b):
        yield "both are little more than an address, and the addresses differ"
    if slots.translated(a, b, slots.gaps(runs, len(a.codes), len(b.codes), dense=a.dense)):
        yield "what differs is in another script, in several places: one is a translation of the other"
    longest = max(end - start for start, end, _, _ in runs.spans)
    least = min(matching.OVERLAPPING_SYMBOLS, len(a.codes) // 2)
    if longest < least:
        yield f"the longest run has {longest} letters and digits; what is told of has {least} or more"
    share = runs.covered(0) / len(a.codes)
    if share < matching.OVERLAPPING:
        yield f"shared runs make {share:.0%} of the shorter one; below {matching.OVERLAPPING:.0%} it is a passage"
    yield "what a reader sees of them shares a passage, and no more"


def _of_overlapping(a: Document, b: Document, runs: Runs) -> Iterator[str]:
    dense = a.dense
    between = slots.gaps(runs, len(a.codes), len(b.codes), dense=dense)
    if not formulas_agree(a, b, runs):
        yield "closed formulas stand at the same places and differ"
    if not signs_agree(a, b, runs):
        yield "code or signs stand at the same places and differ"
    share = runs.covered(0) / len(a.codes)
    if share < matching.COVERED:
        yield f"shared runs cover {share:.0%} of the shorter one; copies have {matching.COVERED:.0%} or more"
    own = slots.longest(between, 0), slots.longest(between, 1)
    if min(own) >= REST:
        yield f"each has text of its own: {own[0]} and {own[1]} letters in a row; {REST} in both make two articles"
    if not slots.figures_agree(a, b, slots.widened(a, b, between, dense=dense)):
        yield "numbers at the same places differ"
    found = overlap(a.codes, b.codes)
    if found is not None and not found.same:
        yield "what they share does not run in parallel: each puts it together otherwise"
    yield "each has text of its own"


def _of_copies(found: Match, rest: int) -> str:
    share = f"shared runs cover {found.coverage_a:.0%} of the shorter one ({matching.COVERED:.0%} make a copy)"
    if min(found.rest_a, found.rest_b) >= MOST_REST:
        return (
            f"{share}, but numbers at the same places differ, or units, code or signs: neither says what the other does"
        )
    if min(found.rest_a, found.rest_b) >= rest:
        both = f"{min(found.rest_a, found.rest_b)} letters in a row or more"
        return f"{share}, but each has {both} that the other lacks; {rest} keep an article"
    return f"{share}, and what the one that may go has for itself is less than {rest} letters in a row"
