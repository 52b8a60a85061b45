"""The pass in which damaged articles are restored from others that only overlap with them (``restore.agree``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from feedtools.clean.context import ASSEMBLED, Run, excepted, logged_notes, mapped
from feedtools.clean.copies import Copies
from feedtools.clean.fixing import FINAL, FOUND, REJECTED
from feedtools.clean.inputs import Files
from feedtools.clean.judging import Judge
from feedtools.clean.lookup import Stores
from feedtools.clean.notes import CLEAR, Log, Note, dump, parse
from feedtools.clean.on_disk import Texts
from feedtools.clean.restoring import Work, mend
from feedtools.config import Policy
from feedtools.lint.edits import rewrite
from feedtools.restore import SIBLINGS, Sibling
from feedtools.restore.agree import agree, may_gain

T = TypeVar("T")

MOST = 64
"""Articles that one may overlap with and that are looked at."""
TOGETHER = 16
"""Articles that one process restores at a time."""
TURNS = 6
"""Times that all are restored again from what the others have become: what one learns may pass through as many."""


class _Pair(NamedTuple):
    """An article that may gain from another one, and how both read now."""

    number: int
    other: int
    text: str
    sibling: str


def assemble(
    run: Run, files: Files, texts: Texts, marks: Sequence[int], judge: Judge, copies: Copies, stores: Stores
) -> None:
    """Restore articles from others that overlap with them, again and again until none has more to give.

    What one was given it can give on, so that the next run, which sees them all as they are then, finds nothing to do.
    """
    near = _near(marks, copies, texts, run.config.clean)
    if not near:
        return
    involved = {*near, *chain.from_iterable(near.values())}
    before = {number: parse(note) for number, note in logged_notes(run, "repairs") if number in involved}
    now = {number: rewrite(texts[number], before.get(number, CLEAR).changes) for number in involved}
    rows = {number: row for number, row in enumerate(excepted(run, files, judge)) if number in near}
    made: dict[int, Note] = {}
    agreeing: set[tuple[int, int]] = set()
    changed = involved
    for _ in range(TURNS):
        moved = [(a, b) for a in sorted(near) for b in near[a] if a in changed or b in changed]
        agreeing = agreeing.difference(moved).union(_agreeing(run, moved, now))
        todo = sorted({a for a, b in moved if (a, b) in agreeing})
        works = [
            Work(number, rows[number][0], copies.dropped(number)[:SIBLINGS], rows[number][1], some)
            for number in todo
            for some in (_siblings([other for other in near[number] if (number, other) in agreeing], now, texts),)
        ]
        changed = set()
        for number, note in chain.from_iterable(mapped(run, mend, _portions(works), texts, stores, judge)):
            text = rewrite(texts[number], note.changes)
            if text != now[number]:
                now[number], made[number] = text, note
                changed.add(number)
        if not changed:
            break
    _note(run, made)


def _near(marks: Sequence[int], copies: Copies, texts: Texts, policy: Policy) -> dict[int, list[int]]:
    """List for every damaged article the others that it overlaps with, the first ``MOST`` of them.

    Copies that go are among both where another may learn from them, and what they learn themselves.
    """
    standing = copies.standing
    both = {ends for found in copies.clusters for a, b in found.overlapping(every=True) for ends in ((a, b), (b, a))}
    left = [pair for pair in both if not any(marks[number] & (REJECTED | FINAL) for number in pair)]
    damaged = {number for number, _ in left if marks[number] & FOUND and may_gain(texts[number])}
    going = {one for one in damaged if one in standing and policy.kinds[standing.kind(one)] == "drop"}
    giving = {other for number, other in left if number in damaged and number not in going}
    gains = damaged - (going - giving)
    near: dict[int, list[int]] = {}
    for number, other in sorted(left):
        if number in gains and len(near.setdefault(number, [])) < MOST:
            near[number].append(other)
    return near


def _agreeing(run: Run, pairs: Sequence[tuple[int, int]], now: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """Select the pairs that are excerpts of one article as they read now."""
    asked = [_Pair(number, other, now[number], now[other]) for number, other in pairs]
    return chain.from_iterable(mapped(run, _filtered, _portions(asked)))


def _filtered(pairs: Sequence[_Pair]) -> list[tuple[int, int]]:
    return [(one.number, one.other) for one in pairs if agree(one.text, one.sibling)]


def _siblings(numbers: Sequence[int], now: Mapping[int, str], texts: Texts) -> tuple[Sibling, ...]:
    return tuple(Sibling(now[number], texts.place(number)) for number in numbers[:SIBLINGS])


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    return iter(lambda: list(islice(rest, TOGETHER)), [])


def _note(run: Run, made: Mapping[int, Note]) -> None:
    log = Log(run.stage / ASSEMBLED)
    try:
        log.append([b"%d %s" % (number, dump(note)) for number, note in sorted(made.items())])
    finally:
        log.close()
