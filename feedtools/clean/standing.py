"""Choice of the copy that stands for others when the one that was kept cannot: one rule for every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.clean.decide import STAND_IN, CopyOf
from feedtools.dedup.cluster import rest_of
from feedtools.dedup.document import Document
from feedtools.dedup.match import compare
from feedtools.model import COPIES

if TYPE_CHECKING:
    from feedtools.config import Policy

    Standing = MutableMapping[int, CopyOf]


class Members(NamedTuple):
    """Facts about articles, by number.

    Attributes:
        text: as an article reads.
        held: tells whether it has findings that hold it.
    """

    text: Callable[[int], str]
    held: Callable[[int], int]


def replace_kept(keep: int, dropped: Sequence[int], standing: Standing, members: Members, policy: Policy) -> int | None:
    """Let another copy stand for a cluster, where the one to be kept would be held and the other would not.

    Args:
        keep: the one that is kept.
        dropped: its copies, ascending.
        standing: who stands for whom; changed in place.
        members: of the cluster.
        policy: says what becomes of copies.

    Returns:
        The copy that is published in its place, if there is one.
    """
    if not members.held(keep) or keep in standing:
        return None
    whole = [number for number in dropped if number in standing and not members.held(number)]
    whole = [number for number in whole if _covers(standing[number], keep)]
    whole = [number for number in whole if policy.kinds[standing[number].match.kind] == "drop"]
    if not whole:
        return None
    best = min(whole, key=lambda number: (-len(members.text(number)), number))
    del standing[best]
    for number in dropped:
        if number in standing:
            hand_over(standing, number, best, members.text, policy.rest)
    return best


def _covers(standing: CopyOf, keep: int) -> bool:
    match = standing.match
    share = match.coverage_a if match.a == keep else match.coverage_b if match.b == keep else 0.0
    return share >= STAND_IN


def shorten_chains(standing: Standing, text: Callable[[int], str], kinds: Mapping[str, str], rest: int) -> None:
    """Let the last of a chain of copies stand for all of them.

    Args:
        standing: who stands for whom; changed in place.
        text: an article as it is published.
        kinds: what becomes of copies, by their kind.
        rest: symbols in a row from which text of its own keeps an article.
    """
    for number in list(standing):
        last = first = standing[number].number
        passed = {number}
        while last not in passed and last in standing and kinds[standing[last].match.kind] != "keep":
            passed.add(last)
            last = standing[last].number
        if last in passed:  # it is published beside one that goes for it in the end: nothing stands for it
            del standing[last]
        if last not in (first, number):
            hand_over(standing, number, last, text, rest)


def hand_over(standing: Standing, number: int, of: int, text: Callable[[int], str], rest: int) -> None:
    """Let another copy stand for an article, if it is one of that and has all of it; else nothing stands for it."""
    if of < 0:  # what was published stands for all
        standing[number] = CopyOf(of, standing[number].match)
        return
    made = compare(Document.of(number, text(number)), Document.of(of, text(of)))
    if made is None or made.match.kind not in COPIES or rest_of(made.match, number) >= rest:
        del standing[number]
    else:
        standing[number] = CopyOf(of, made.match)
