"""The pass in which damaged articles are restored from others that only overlap with them (``restore.agree``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from feedtools.clean.context import ASSEMBLED, Run, excepted, guessed, logged_notes, mapped
from feedtools.clean.copies import Copies
from feedtools.clean.fixing import FINAL, FOUND, REJECTED
from feedtools.clean.inputs import Files
from feedtools.clean.judging import Judge
from feedtools.clean.lookup import Stores
from feedtools.clean.notes import CLEAR, Log, Note, as_evidence, dump, parse
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
    """An article that may gain from another one, how it reads now, and what the other has to tell."""

    number: int
    other: int
    text: str
    sibling: str


class _Reading:
    """Articles as they read now, and what they have to tell of others.

    Attributes:
        now: by number.
        evidence: by number, where it is not the same (``notes.as_evidence``).

    Args:
        run: has the notes of their fixes and repairs.
        texts: of all articles, after their fixes.
        involved: numbers of the articles.
    """

    def __init__(self, run: Run, texts: Texts, involved: Collection[int]) -> None:
        repaired = {number: parse(note) for number, note in logged_notes(run, "repairs") if number in involved}
        self._texts = texts
        self._guessed = {number: note for number, note in guessed(run) if number in involved}
        self.now = {number: rewrite(texts[number], repaired.get(number, CLEAR).changes) for number in involved}
        self.evidence: dict[int, str] = {}
        for number in self._guessed:
            self._tell(number, repaired.get(number, CLEAR))

    def take(self, number: int, note: Note) -> bool:
        """Let an article read what a note of its repairs says; tell whether it reads otherwise than before."""
        text = rewrite(self._texts[number], note.changes)
        if text == self.now[number]:
            return False
        self.now[number] = text
        if number in self._guessed:
            self._tell(number, note)
        return True

    def siblings(self, numbers: Iterable[int]) -> tuple[Sibling, ...]:
        """Articles as restoration takes them."""
        return tuple(Sibling(self.told(one), self._texts.place(one)) for one in islice(numbers, SIBLINGS))

    def told(self, number: int) -> str:
        """The text that others may learn from."""
        return self.evidence.get(number, self.now[number])

    def _tell(self, number: int, note: Note) -> None:
        self.evidence[number] = as_evidence(self._texts[number], self._guessed[number], note)


def assemble(
    run: Run, files: Files, texts: Texts, marks: Sequence[int], judge: Judge, copies: Copies, stores: Stores
) -> None:
    """Restore articles from others that overlap with them, again and again until none has more to give.

    What one was given it can give on, so that the next run, which sees them all as they are then, finds nothing to do.
    """
    near = _near(marks, copies, texts, run.config.clean)
    if not near:
        return
    dropped = {number: copies.dropped(number)[:SIBLINGS] for number in near}
    involved = {*near, *chain.from_iterable(near.values())}
    reading = _Reading(run, texts, {*involved, *chain.from_iterable(dropped.values())})
    rows = {number: row for number, row in enumerate(excepted(run, files, judge)) if number in near}
    made: dict[int, Note] = {}
    agreeing: set[tuple[int, int]] = set()
    changed = involved
    for _ in range(TURNS):
        moved = [(a, b) for a in sorted(near) for b in near[a] if a in changed or b in changed]
        agreeing = agreeing.difference(moved).union(_agreeing(run, moved, reading))
        todo = sorted({a for a, b in moved if (a, b) in agreeing})
        works = [
            Work(number, rows[number][0], dropped[number], rows[number][1], some)
            for number in todo
            for some in (reading.siblings(other for other in near[number] if (number, other) in agreeing),)
        ]
        done = mapped(run, mend, _portions(works), texts, dict(reading.evidence), stores, judge)
        fresh = {number: note for number, note in chain.from_iterable(done) if reading.take(number, note)}
        made |= fresh
        changed = set(fresh)
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


def _agreeing(run: Run, pairs: Sequence[tuple[int, int]], reading: _Reading) -> Iterator[tuple[int, int]]:
    """Select the pairs that are excerpts of one article as they read now."""
    asked = [_Pair(number, other, reading.now[number], reading.told(other)) for number, other in pairs]
    return chain.from_iterable(mapped(run, _filtered, _portions(asked)))


def _filtered(pairs: Sequence[_Pair]) -> list[tuple[int, int]]:
    return [(one.number, one.other) for one in pairs if agree(one.text, one.sibling)]


def _portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    return iter(lambda: list(islice(rest, TOGETHER)), [])


def _note(run: Run, made: Mapping[int, Note]) -> None:
    log = Log(run.stage / ASSEMBLED)
    try:
        log.append([b"%d %s" % (number, dump(note)) for number, note in sorted(made.items())])
    finally:
        log.close()
