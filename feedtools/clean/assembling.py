"""The pass in which damaged articles are restored from others that only overlap with them (``restore.agree``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import NamedTuple

from feedtools.clean.archive import Archive
from feedtools.clean.context import ASSEMBLED, Run, excepted, guessed, logged_notes, mapped
from feedtools.clean.copies import Copies
from feedtools.clean.fixing import FINAL, FOUND, REJECTED
from feedtools.clean.judging import Judge
from feedtools.clean.lookup import Stores
from feedtools.clean.notes import CLEAR, Log, Note, as_evidence, dump, parse
from feedtools.clean.on_disk import Texts
from feedtools.clean.restoring import Work, mend
from feedtools.config import Policy
from feedtools.lint.edits import rewrite
from feedtools.model import blake2b
from feedtools.restore import SIBLINGS, Sibling, may_gain_from
from feedtools.restore.agree import agree, may_gain

MOST = 64
"""Articles that one may overlap with and that are looked at."""
TOGETHER = 16
"""Articles that one process restores at a time; they follow one another by what overlaps, so that each text is read
once for all its neighbours."""
TURNS = 6
"""Times that all are restored again from what the others have become: what one learns may pass through as many."""


class _Neighbour(NamedTuple):
    """Another article that one overlaps with.

    Attributes:
        number: of the other article.
        sibling: what it has to tell, and where it stands.
        agrees: both are excerpts of one article; ``None`` where that is to be found out.
        changed: one of the two reads otherwise than when they met last.
    """

    number: int
    sibling: Sibling
    agrees: bool | None
    changed: bool


class _Damaged(NamedTuple):
    """An article that may gain from its neighbours.

    Attributes:
        work: as restoration takes it, without what it overlaps with.
        text: how it reads now.
        near: its neighbours.
        learnt: see ``_Lesson``.
    """

    work: Work
    text: str
    near: tuple[_Neighbour, ...]
    learnt: bytes


class _Lesson(NamedTuple):
    """Outcome for an article.

    Attributes:
        number: of the article.
        agrees: by number, whether a neighbour is an excerpt of the same article as it read; not of those of which
            it was not asked.
        learnt: digest of what it was restored from, nothing where it was not yet.
        note: of its repairs; nothing where it has the same to learn from as the last time.
    """

    number: int
    agrees: Mapping[int, bool] = MappingProxyType({})
    learnt: bytes = b""
    note: Note | None = None


class _Reading:
    """Articles as they read now, and what they have to tell of others.

    Attributes:
        now: by number.
        evidence: by number, where it is not the same (``notes.as_evidence``).
        repaired: numbers of those that were repaired before.

    Args:
        run: has the notes of their fixes and repairs.
        texts: of all articles, after their fixes.
        involved: numbers of the articles.
    """

    def __init__(self, run: Run, texts: Texts, involved: Collection[int]) -> None:
        repaired = {number: parse(note) for number, note in logged_notes(run, "repairs") if number in involved}
        self._texts = texts
        self.repaired = frozenset(number for number, note in repaired.items() if note.changes)
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

    def neighbours(self, near: Iterable[int], known: _Lesson, changed: Collection[int]) -> list[_Neighbour]:
        """Articles as another one meets them; none where neither it nor any of them ``changed``."""
        itself = known.number in changed
        others = [(other, itself or other in changed) for other in near]
        if not any(fresh for _, fresh in others):
            return []
        return [
            _Neighbour(other, self._sibling(other), None if fresh else known.agrees.get(other), fresh)
            for other, fresh in others
        ]

    def _sibling(self, number: int) -> Sibling:
        """An article as restoration takes it, with the text that others may learn from."""
        return Sibling(self.evidence.get(number, self.now[number]), self._texts.place(number))

    def _tell(self, number: int, note: Note) -> None:
        self.evidence[number] = as_evidence(self._texts[number], self._guessed[number], note)


def assemble(archive: Archive) -> None:
    """Restore articles from others that overlap with them, again and again until none has more to give.

    What one was given it can give on, so that the next run, which sees them all as they are then, finds nothing to do.
    """
    run, files, texts, marks, judge, copies, stores = archive
    policy = run.config.clean
    near = _near(marks, copies, texts, policy)
    if not near:
        return
    dropped = {number: copies.dropped(number)[:SIBLINGS] for number in near}
    involved = {*near, *chain.from_iterable(near.values())}
    reading = _Reading(run, texts, {*involved, *chain.from_iterable(dropped.values())})
    rows = {number: row for number, row in enumerate(excepted(run, files, judge)) if number in near}
    works: dict[int, Work] = {}
    for number in _side_by_side(near):
        some = dropped[number]
        heard = not copies.goes(number, policy) and reading.repaired.isdisjoint((number, *some))
        form, left = rows[number]
        works[number] = Work(number, form, some, left, heard=heard and near.keys().isdisjoint(some))
    known: dict[int, _Lesson] = {number: _Lesson(number) for number in works}
    made: dict[int, Note] = {}
    changed = involved
    for _ in range(TURNS):
        asked = (
            _Damaged(works[number], reading.now[number], tuple(others), known[number].learnt)
            for number in works
            if (others := reading.neighbours(near[number], known[number], changed))
        )
        shared = texts, dict(reading.evidence), stores, judge
        lessons = list(chain.from_iterable(mapped(run, _learn, _portions(asked), *shared)))
        known |= {one.number: one for one in lessons}
        told = ((one.number, one.note) for one in lessons if one.note is not None)
        fresh = {number: note for number, note in told if reading.take(number, note)}
        made |= fresh
        changed = set(fresh)
        if not changed:
            break
    _note(run, made)


def _near(marks: Sequence[int], copies: Copies, texts: Texts, policy: Policy) -> dict[int, list[int]]:
    """List for every damaged article the others that it overlaps with, the first ``MOST`` of them.

    Copies that go are among both where another may learn from them, and what they learn themselves.
    """
    both = {ends for found in copies.clusters for a, b in found.overlapping(every=True) for ends in ((a, b), (b, a))}
    left = [pair for pair in both if not any(marks[number] & (REJECTED | FINAL) for number in pair)]
    damaged = {number for number, _ in left if marks[number] & FOUND and may_gain(texts[number])}
    going = {one for one in damaged if copies.goes(one, policy)}
    giving = {other for number, other in left if number in damaged and number not in going}
    gains = damaged - (going - giving)
    near: dict[int, list[int]] = {}
    for number, other in sorted(left):
        if number in gains and len(near.setdefault(number, [])) < MOST:
            near[number].append(other)
    return near


def _side_by_side(near: Mapping[int, Sequence[int]]) -> list[int]:
    """Put the articles in an order in which those that hang together follow one another, neighbours first."""
    joined = {number: list(others) for number, others in near.items()}
    for number, others in near.items():
        for other in others:
            if other not in near:
                joined.setdefault(other, []).append(number)
    order: dict[int, None] = {}
    for number in near:
        if number not in order:
            order[number] = None
            waiting = [number]
            for one in waiting:  # it grows
                fresh = [other for other in joined[one] if other not in order]
                order |= dict.fromkeys(fresh)
                waiting += fresh
    return [number for number in order if number in near]


def _learn(
    asked: Sequence[_Damaged], texts: Texts, evidence: Mapping[int, str], stores: Stores, judge: Judge
) -> list[_Lesson]:
    """Find the neighbours that are excerpts of the same article as it reads now, and restore it from them.

    Where it was restored from the very same before, nothing new comes of it. Nor does it where none of them has
    anything that it lacks, and nobody else is asked: then it is not found out whether the others are excerpts of it.
    """
    lessons, works = [], []
    for one in asked:
        agrees = {near.number: near.agrees for near in one.near if near.agrees is not None}

        def agreeing(near: _Neighbour, one: _Damaged = one, agrees: dict[int, bool] = agrees) -> bool:
            if near.number not in agrees:
                agrees[near.number] = agree(one.text, near.sibling.text)
            return agrees[near.number]

        learnt = one.learnt
        alone = not learnt and not stores and (one.work.heard or not one.work.dropped)
        if not alone or any(may_gain_from(one.text, near.sibling) and agreeing(near) for near in one.near):
            some = [near for near in one.near if agreeing(near)]
            siblings = tuple(near.sibling for near in some[:SIBLINGS])
            told = [near.text for near in siblings] + [evidence.get(number, "") for number in one.work.dropped]
            now = blake2b("\0".join(told).encode("utf-8", "surrogatepass"))
            if now != learnt and any(near.changed for near in some):
                learnt = now
                works.append(one.work._replace(overlapping=siblings))
        lessons.append(_Lesson(one.work.number, agrees, learnt))
    notes = dict(mend(works, texts, evidence, stores, judge))
    return [lesson._replace(note=notes.get(lesson.number)) for lesson in lessons]


def _portions(asked: Iterator[_Damaged]) -> Iterator[list[_Damaged]]:
    return iter(lambda: list(islice(asked, TOGETHER)), [])


def _note(run: Run, made: Mapping[int, Note]) -> None:
    log = Log(run.stage / ASSEMBLED)
    try:
        log.append([b"%d %s" % (number, dump(note)) for number, note in sorted(made.items())])
    finally:
        log.close()
