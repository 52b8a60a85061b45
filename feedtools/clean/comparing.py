"""The passes in which articles meet each other: find copies, restore what is damaged, end excerpts earlier."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice

from feedtools.clean import manifest
from feedtools.clean.archive import Archive
from feedtools.clean.assembling import assemble
from feedtools.clean.context import LATER, Run, all_notes, excepted, guessed, logged_notes, mapped, repair_notes
from feedtools.clean.copies import (
    TOGETHER,
    Pages,
    add_published,
    find_copies,
    find_published,
    record_copies,
    repeat_until_no_copies,
    replace_held,
    unpublished,
)
from feedtools.clean.ending import candidates, end_earlier
from feedtools.clean.extending import complete
from feedtools.clean.fixing import HELD, PORTION, REJECTED, grade
from feedtools.clean.lookup import Stores, read_originals
from feedtools.clean.notes import Log, as_evidence, dump, parse
from feedtools.clean.on_disk import Instead, Texts
from feedtools.clean.output import Fate
from feedtools.clean.restoring import damaged, mend
from feedtools.clean.versions import Records, standing_for
from feedtools.dedup.index.history import source_key
from feedtools.dedup.versions import Versions
from feedtools.lint.edits import rewrite

MENDED = 32
"""Articles that one process restores at a time."""


def decide_copies(archive: Archive) -> Fate:
    """Find the copies, restore what is damaged, and let whole copies stand for damaged ones (``replace_held``)."""
    run, files, texts, marks, _, copies, stores = archive
    policy = run.config.clean
    versions = Versions(policy.keep, Records(files, texts, run.options))
    pages = {file.name for file in files if file.articles == 1 and (file.form == "markdown" or file.converted)}
    compared = Pages(texts, pages) if pages else texts
    record_copies(copies, find_copies(compared, run, 0, versions), run.rules)
    if stores.published:
        _look_up(archive, unpublished(copies, texts), texts, versions)
    for name in LATER:
        (run.stage / name).unlink(missing_ok=True)
    _restore(archive)
    if policy.restore:
        assemble(archive)
    if policy.extend:
        complete(archive, versions)
    held = bytearray(marked & HELD for marked in marks)
    for number, note in repair_notes(run):
        repair = parse(note)
        if repair.changes:
            held[number] = grade(repair, policy) & HELD
    replaced = replace_held(copies, held.__getitem__, texts, policy)
    now = bytes(marked & ~HELD | one for marked, one in zip(marks, held, strict=True))
    ending = _end(archive._replace(marks=now))
    for number, note in logged_notes(run, "endings"):
        held[number] = grade(parse(note), policy) & HELD
    changed = ((number, parse(note)) for number, note in repair_notes(run))
    restored = ((number, rewrite(texts[number], note.changes)) for number, note in changed if note.changes)
    away = bytearray(one or marked & REJECTED for one, marked in zip(held, marks, strict=True))
    instead = Instead(run.stage / "instead", restored)
    fresh = [number for number in instead if not away[number] and number not in copies.standing]
    if stores.published and fresh:
        _look_up(archive, iter([fresh]), instead, versions)
    copies.seal()
    repeat_until_no_copies(copies, texts, away, instead, run, versions)
    return Fate(texts, copies, replaced, instead, ending)


def open_stores(run: Run) -> Stores:
    """Open the index of earlier publications, if it is there yet, and the originals."""
    published, originals, content = run.sources.published, None, b""
    if published and "://" not in published and not os.path.exists(published):
        published = None
    if run.sources.originals:
        where = run.stage / "originals"
        originals, content = read_originals(run.sources.originals, where, run.config, run.errors.append)
    stores = Stores(published, originals, content)
    if published:
        stores.store(published)  # one that cannot be opened is to be told of before all others wait for it
    return stores


def _look_up(archive: Archive, todo: Iterator[list[int]], texts: Mapping[int, str] | Texts, versions: Versions) -> None:
    """Let published articles stand for those that repeat them, some at a time; ``texts`` says how they read now."""
    run, files, copies = archive.run, archive.files, archive.copies
    origins = manifest.Origins(run.config, run.origins)
    own = frozenset(
        (origin.source, origin.batch) for file in files for origin in (origins.of(file.path, file.digest),)
    ) | frozenset((source_key(file.path, run.config), bytes.fromhex(file.digest)) for file in files)
    progress = run.progress("looking up", len(texts) - len(copies.standing), "articles")
    for found in mapped(run, find_published, todo, texts, archive.stores, run.rules, own, run.config.clean):
        add_published(copies, standing_for(found, versions))
        progress(TOGETHER)


def _restore(archive: Archive) -> None:
    run, files, texts, marks, judge, copies, stores = archive
    log = Log(run.stage / "repairs")
    progress = run.progress("restoring", len(texts), "articles")
    last = max((number for number, _ in repair_notes(run)), default=0)
    progress(last)
    told = ((number, as_evidence(texts[number], note)) for number, note in guessed(run))
    evidence = Instead(run.stage / "evidence", told if run.config.clean.restore else ())
    try:
        if run.config.clean.restore:
            rows = excepted(run, files, judge)
            todo = islice(damaged(marks, rows, copies, run.config.clean, stores, texts), log.count, None)
            portions = iter(lambda: list(islice(todo, MENDED)), [])
            for done in mapped(run, mend, portions, texts, evidence, stores, judge):
                log.append([b"%d %s" % (number, dump(note)) for number, note in done])
                progress(done[-1][0] - last)
                last = done[-1][0]
    finally:
        evidence.close()
        log.close()


def _end(archive: Archive) -> int:
    """Let excerpts end earlier where the policy asks for it; count the held ones that this would release elsewhere."""
    run, files, texts, marks, judge, copies, _ = archive
    policy = run.config.clean
    if policy.end != "sentence" and not any(marked & HELD for marked in marks):
        return 0
    gone = (copies.goes(number, policy) for number in range(len(marks)))
    forms = (file.form for file in files for _ in range(file.articles))
    rows = ((form, *notes) for form, notes in zip(forms, all_notes(run), strict=True))
    todo = candidates(marks, rows, gone, policy)
    released = 0
    log = Log(run.stage / "endings")
    try:
        for done in mapped(run, end_earlier, iter(lambda: list(islice(todo, PORTION)), []), texts, judge):
            released += sum(not one.asked and not grade(one.note, policy) & HELD for one in done)
            log.append([b"%d %s" % (one.number, dump(one.note)) for one in done if one.asked])
    finally:
        log.close()
    return released
