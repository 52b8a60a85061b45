"""Matches in words: which match ties a copy to the one that is kept, and what it says of the copy."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from feedtools.dedup.candidates import HOT
from feedtools.model import Cluster, Match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


PLACED = frozenset({"truncated", "contained"})
"""Kinds of copies whose words say where in the other one they stand."""


def with_repeated(matches: Iterable[Match], exact: Iterable[Match]) -> Iterator[Match]:
    """Give each match and, after one of kind ``overlapping``, those of the exact copies of its two texts.

    No cluster ties these together; of a text that comes back ``HOT`` times and more, so many are told.

    Args:
        matches: in any order, each pair of distinct texts once.
        exact: those of exact copies among them, ascending; ``b`` is the earliest of its text.
    """
    copies: dict[int, list[int]] = {}
    for match in exact:
        if len(known := copies.setdefault(match.b, [match.b])) < HOT:
            known.append(match.a)
    for match in matches:
        yield match
        if match.kind == "overlapping" and (match.a in copies or match.b in copies):
            pairs = product(copies.get(match.a, [match.a]), copies.get(match.b, [match.b]))
            yield from (match._replace(a=a, b=b) for a, b in islice(pairs, 1, HOT))


def links(cluster: Cluster, keep: int | None = None) -> dict[int, Match]:
    """Find for every copy the match that ties it to the kept one, else the best that ties it to the cluster.

    Args:
        cluster: the copies.
        keep: the one that is kept, where that is not the cluster's own keeper.
    """
    kept = cluster.keep if keep is None else keep
    best: dict[int, Match] = {}
    for match in cluster.matches:
        for number in (match.a, match.b):
            if number != kept and (number not in best or _closer(match, best[number], kept)):
                best[number] = match
    return best


def _closer(one: Match, other: Match, keep: int) -> bool:
    def order(match: Match) -> tuple[bool, float, float, int, int]:
        return keep in {match.a, match.b}, match.similarity, match.coverage_a, -match.a, -match.b

    return order(one) > order(other)


def describe(match: Match, number: int, place: str) -> str:
    """Say what document ``number`` of a match is to the copy at ``place``.

    Where the match has evidence, the words say where the copy begins or ends, in code points of the longer of the
    two, counted from 0.
    """
    is_part = number == match.a
    if match.kind == "exact":
        return f"the same text as {place}"
    if match.kind == "rerendered":
        return f"the same article as {place} in the other rendering ({_alike(match)})"
    if match.kind == "truncated":
        length = f"{match.evidence[-1].b_end:,} characters" if match.evidence else f"{match.coverage_b:.0%}"
        return f"the first {length} of {place}" if is_part else f"goes on where {place} breaks off, after {length}"
    if match.kind == "contained":
        start = f" from character {match.evidence[0].b_start:,}" if match.evidence else ""
        return f"stands inside {place}{start}" if is_part else f"holds all of {place}{start}"
    if match.kind == "near":
        return f"an edited copy of {place} ({_alike(match)})"
    if match.kind == "overlapping":
        return f"shares {match.coverage_a if is_part else match.coverage_b:.0%} of its text with {place}"
    return f"shares a passage with {place} ({_alike(match)})"


def describe_copy(match: Match, number: int, text: Callable[[int], str], place: str) -> str:
    """Say in words what an article is to the other one of a match.

    Args:
        match: with or without evidence.
        number: of the article.
        text: gives the text of an article.
        place: of the other one.
    """
    if match.kind in PLACED and not match.evidence:
        from feedtools.dedup.evidence import explain

        match = explain(match, text(match.a), text(match.b))
    return describe(match, number, place)


def _alike(match: Match) -> str:
    return f"similarity {match.similarity:.2f} over {match.coverage_a:.0%} of the shorter"
