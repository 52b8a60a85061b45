"""The pass in which articles are completed from others that overlap with them (``restore.extend``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from feedtools.clean.archive import Archive
from feedtools.clean.context import ASSEMBLED, EXTENSIONS, repair_notes
from feedtools.clean.copies import Copies, place_text
from feedtools.clean.fixing import FINAL, HELD, REJECTED, grade
from feedtools.clean.inputs import Files
from feedtools.clean.judging import Judge
from feedtools.clean.notes import CLEAR, Log, Note, dump, parse, plain
from feedtools.clean.on_disk import Texts
from feedtools.dedup.versions import Versions
from feedtools.lint.edits import Change, compose, rewrite
from feedtools.model import Article, Edit
from feedtools.readers.records import fits
from feedtools.restore.extend import SEED, extend, letters, seeds
from feedtools.restore.mend import RESTORED

REASON = "all that both have agrees to the letter, and one of them goes on where the other has nothing"
"""Reason to trust a completion, as the manifest says it."""


class Completed(NamedTuple):
    """An article that was completed.

    Attributes:
        text: what it reads now.
        changes: against what it read after its repairs, one round per source.
        edits: for each source, in the order of the rounds, its number and what was put in.
    """

    text: str
    changes: tuple[tuple[Change, ...], ...] = ()
    edits: tuple[tuple[int, tuple[Edit, ...]], ...] = ()


def complete(archive: Archive, versions: Versions) -> None:
    """Complete articles from others that overlap with them, and note what was done.

    One that brings a finding that would hold it is left as it was, and so are articles that are held already.
    """
    run, files, texts, marks, judge, copies, _ = archive
    pairs = [
        pair
        for found in copies.clusters
        for pair in found.overlapping()
        if not any(number in copies.standing or marks[number] & (REJECTED | FINAL) for number in pair)
    ]
    versions.learn(number for pair in pairs for number in pair)
    pairs = [(a, b) for a, b in pairs if not (versions.record(a).id and versions.record(a).id == versions.record(b).id)]
    if not pairs:
        return
    involved = {number for pair in pairs for number in pair}
    repairs = {number: parse(note) for number, note in repair_notes(run, (ASSEMBLED,)) if number in involved}
    held = {number for number in involved if _mark(repairs.get(number, CLEAR), marks[number], judge) & HELD}
    pairs = [pair for pair in pairs if not held.intersection(pair)]
    now = {number: rewrite(texts[number], repairs.get(number, CLEAR).changes) for number in involved}
    done = completed(_of_two_alone(pairs, now, texts, copies), now, lambda number: place_text(texts.place(number)))
    forms = _forms(files, done)
    log = Log(run.stage / EXTENSIONS)
    try:
        for number, made in sorted(done.items()):
            note = _note(
                texts.article(number),
                made,
                repairs.get(number, CLEAR),
                texts,
                judge,
                forms[number],
            )
            if note is not None:
                log.append([b"%d %s" % (number, dump(note))])
    finally:
        log.close()


def _mark(repair: Note, marked: int, judge: Judge) -> int:
    return grade(repair, judge.policy) if repair.changes else marked


def _forms(files: Files, numbers: Iterable[int]) -> Mapping[int, str]:
    wanted, first, found = set(numbers), 0, {}
    for file in files if wanted else ():
        found.update({number: file.form for number in wanted if first <= number < first + file.articles})
        first += file.articles
    return found


def _of_two_alone(
    pairs: Sequence[tuple[int, int]], now: Mapping[int, str], texts: Texts, copies: Copies
) -> list[tuple[int, int]]:
    """Select the pairs whose common text no other article has: what many have joins nothing.

    Articles that overlap with one of the two are no others, nor are copies that go.
    """
    wanted: dict[str, set[int]] = {}
    near: dict[int, set[int]] = {}
    for at, (a, b) in enumerate(pairs):
        for seed in seeds(now[a], now[b]):
            wanted.setdefault(seed, set()).add(at)
        near.setdefault(a, {a}).add(b)
        near.setdefault(b, {b}).add(a)
    refused: set[int] = set()
    for number in range(len(texts)):
        if number in copies.standing:
            continue
        said = letters(now.get(number) or texts[number])
        hits = {at for start in range(len(said) - SEED + 1) for at in wanted.get(said[start : start + SEED], ())}
        refused |= {at for at in hits if not (number in near[pairs[at][0]] or number in near[pairs[at][1]])}
    return [pair for at, pair in enumerate(pairs) if at not in refused]


def completed(
    pairs: Sequence[tuple[int, int]], texts: Mapping[int, str], words: Callable[[int], str]
) -> dict[int, Completed]:
    """Complete the longer of each pair from the other, again and again, until nothing joins.

    Args:
        pairs: numbers of texts that overlap.
        texts: by number.
        words: names the place of one.

    Returns:
        The completed texts; what they were completed from is in none of the keys.
    """
    done = {number: Completed(texts[number]) for pair in pairs for number in pair}
    home = {number: number for number in done}

    def find(number: int) -> int:
        while home[number] != number:
            number = home[number]
        return number

    todo = sorted(pairs, key=lambda pair: (-max(len(texts[number]) for number in pair), pair))
    joined = True
    while joined:
        joined = False
        for pair in todo:
            ends = {find(number) for number in pair}
            if len(ends) < 2:
                continue
            keep, other = sorted(ends, key=lambda number: (-len(done[number].text), number))
            edits = extend(done[keep].text, done[other].text)
            if edits:
                by = f"{RESTORED}extension from {words(other)}"
                done[keep] = _with(done[keep], other, edits, by)
                home[other] = keep
                joined = True
    return {number: made for number, made in done.items() if made.edits and home[number] == number}


def _with(made: Completed, source: int, edits: Sequence[Edit], by: str) -> Completed:
    changes = tuple(
        Change(one.start, one.end, made.text[one.start : one.end], one.text, (by,)) for one in sorted(edits)
    )
    return Completed(
        rewrite(made.text, changes), (*made.changes, changes), (*made.edits, (source, tuple(sorted(edits))))
    )


def _note(article: Article, made: Completed, before: Note, texts: Texts, judge: Judge, form: str) -> Note | None:
    """The note of a completed article; ``None`` where it cannot stand so, or would be held."""
    if not fits(form, made.text):
        return None
    findings = judge.over([article._replace(text=made.text)], {article.source: form})(
        [article._replace(text=made.text)]
    )
    note = Note(
        compose(article.text, before.changes, *made.changes),
        tuple(map(plain, findings)),
        (*before.repairs, *_entries(made, texts, before)),
        before.decided,
        before.excepted,
    )
    return None if grade(note, judge.policy) & HELD else note


def _entries(made: Completed, texts: Texts, before: Note) -> Iterator[dict[str, object]]:
    """The joins as the manifest shows restorations."""
    first = 1 + max((entry["turn"] for entry in before.repairs), default=-1) if before.changes else 0
    for turn, (source, edits) in enumerate(made.edits, first):
        for edit in edits:
            yield {
                "edit": edit._asdict(),
                "kind": "extension",
                "source": texts.place(source)._asdict(),
                "confidence": 1.0,
                "safety": "safe",
                "reason": REASON,
                "turn": turn,
            }
