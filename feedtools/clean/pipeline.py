"""The passes of a batch run over its inputs: read, check and fix, compare, restore, write, report."""

from __future__ import annotations

import json
import os
import shutil
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from feedtools import __version__
from feedtools.clean import manifest, resume, summary
from feedtools.clean.copies import (
    TOGETHER,
    Copies,
    add_published,
    find_copies,
    find_published,
    record_copies,
    repeat_until_no_copies,
    replace_held,
    unpublished,
)
from feedtools.clean.decisions import Decisions
from feedtools.clean.ending import candidates, end_earlier
from feedtools.clean.fixing import HELD, PORTION, REJECTED, grade, pieces, portions, repair
from feedtools.clean.inputs import File, Files, Input, articles, survey
from feedtools.clean.judging import Judge, Pair
from feedtools.clean.lookup import Stores, read_originals
from feedtools.clean.notes import EMPTY, Log, dump, parse
from feedtools.clean.on_disk import Instead, Strings, Texts
from feedtools.clean.output import Fate, Task, Writer, write_files
from feedtools.clean.protect import REPORT
from feedtools.clean.remaining import Remaining, Remains
from feedtools.clean.restoring import damaged, mend
from feedtools.clean.versions import Versions
from feedtools.config import ALLOW_FILE, Config
from feedtools.dedup.index.history import source_key
from feedtools.errors import FeedtoolsError, Notice, ReadError
from feedtools.lint.checks.base import Evidence
from feedtools.lint.decisions import Choice
from feedtools.lint.exceptions import Exceptions
from feedtools.lint.fix import rewrite
from feedtools.lint.rules import Rule
from feedtools.lint.selection import listens, taught
from feedtools.model import digest, digest_of
from feedtools.readers import MANIFEST, ReadOptions
from feedtools.readers.records import file_digest
from feedtools.report.page.data import About, Counts
from feedtools.system import POOL_BYTES
from feedtools.system.progress import Progress

R = TypeVar("R")
FILES = 64
"""Files that one process surveys at a time, at most."""
MENDED = 32
"""Articles that one process restores at a time."""


class Sources(NamedTuple):
    """Where else to look: what was published before, and the originals the articles were cut from."""

    published: str | None = None
    originals: str | None = None


class Run(NamedTuple):
    """What stays the same through a run.

    Attributes:
        choices: decisions of a person.
        origins: by path, where an input comes from that lies somewhere else for the time of the run.
    """

    config: Config
    rules: tuple[Rule, ...]
    options: ReadOptions
    errors: list[FeedtoolsError]
    stage: Path
    sources: Sources
    progress: Progress
    choices: tuple[Choice, ...] = ()
    origins: Mapping[str, manifest.SourceOrigin] = MappingProxyType({})
    processes: int = 1

    @property
    def out(self) -> Path:
        """The folder that becomes the output."""
        return self.stage / "out"


def run_passes(run: Run, names: Sequence[tuple[str, str]]) -> tuple[Counts, Remaining, Files]:
    """Do everything from reading to the report, in the folder of the run; its numbers, what remains, its files.

    Raises:
        ChangedError: a file changed after it was read first.
    """
    run = run._replace(processes=_processes(run, names))
    files, evidence = _survey(run, names)
    header = _header(run, files)
    unread = [{"unread": e.path, "line": e.line, "error": e.message} for e in run.errors if isinstance(e, ReadError)]
    first = b"".join(map(manifest.line, [header, *unread]))
    with ExitStack() as stack:
        stores = stack.enter_context(closing(_stores(run)))
        inputs = repr((header["inputs"], unread))
        _begin(run, resume.deciding(run.config, run.rules, evidence, stores, inputs))
        texts = stack.enter_context(closing(Texts(run.stage / "texts")))
        judge = _judge(run, files, evidence)
        marks = _repair(run, files, judge, texts)
        copies = stack.enter_context(closing(Copies(texts, run.stage / "published")))
        fate = _decide(run, files, marks, judge, copies, texts, stores)
        stack.callback(fate.instead.close)
        _write(run, files, fate, first, judge)
        run.errors.extend(files.bad())
        return *_report(run, fate), files


def _processes(run: Run, names: Sequence[tuple[str, str]]) -> int:
    """All cores, where there is enough to do."""
    size = 0
    for path, _ in names:
        size += os.path.getsize(path) if os.path.exists(path) else 0
        if size >= POOL_BYTES:
            return run.config.jobs or os.cpu_count() or 1
    return 1


def _begin(run: Run, inputs: Mapping[str, str]) -> None:
    """Go on where an interrupted run of the same inputs and options stopped, or else begin anew and say so."""
    others = resume.changed(run.stage / "state", inputs)
    if others != []:
        if others:
            said = " and ".join(filter(None, (", ".join(others[:-1]), others[-1])))
            run.errors.append(Notice(f"not as in the run that was interrupted: {said}; this one began anew"))
        for name in ("notes", "repairs"):
            (run.stage / name).unlink(missing_ok=True)
        shutil.rmtree(run.out, ignore_errors=True)
        resume.note(run.stage / "state", inputs)
    run.out.mkdir(parents=True, exist_ok=True)


def _survey(run: Run, names: Sequence[tuple[str, str]]) -> tuple[Files, Evidence]:
    """The first pass: what there is, and what the articles teach each other."""
    files = Files(run.stage / "files")
    progress = run.progress("reading", len(names), "files")
    listening = listens(run.rules)
    forms, joined = Counter[str](), Counter[str]()
    for found in _mapped(run, survey, _inputs(names), run.options, listening):
        run.errors.extend(found.errors)
        for file in found.files:
            files.add(file)
        forms.update(found.forms)
        joined.update(found.joined)
        progress(found.read)
    files.seal()
    return files, taught(forms, joined, run.config) if listening else Evidence()


def _inputs(names: Sequence[tuple[str, str]]) -> Iterator[list[Input]]:
    """Some files at a time that one process surveys, fewer where they are large."""
    places = [name for _, name in names]
    portion: list[Input] = []
    size = 0
    for path, name in names:
        at = bisect_left(places, f"{name}.jsonl")
        portion.append(Input(path, name, at < len(places) and places[at] == f"{name}.jsonl"))
        size += os.path.getsize(path) if os.path.exists(path) else 0
        if len(portion) >= FILES or size >= POOL_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _judge(run: Run, files: Files, evidence: Evidence) -> Judge:
    """What finds what is wrong with the articles."""
    exceptions = Exceptions(run.config, run.choices)
    places: dict[str, str] = {}
    if exceptions:
        places = {file.name: file.path for file in files}
        for file in files:
            if (origin := run.origins.get(file.path)) is not None:
                places[file.name] = str(run.config.root / origin.source)
    return Judge(run.rules, evidence, run.config.clean, exceptions or None, Decisions(run.choices), places)


def _repair(run: Run, files: Files, judge: Judge, texts: Texts) -> bytearray:
    """The second pass: what every article reads after its fixes, and what remains wrong with it (``fixing.mark``)."""
    log = Log(run.stage / "notes")
    progress = run.progress("checking", files.articles, "articles")
    marks = _take_up(run, files, texts, log.count)
    progress(log.count)
    todo = portions(files, run.options, log.count)
    try:
        for done in _mapped(run, repair, todo, judge, run.options):
            run.errors.extend(done.errors)
            log.append(done.notes)
            marks += done.marks
            for piece in done.pieces:
                texts.take(*piece)
            progress(len(done.notes))
    finally:
        log.close()
    texts.seal()
    return marks


def _take_up(run: Run, files: Files, texts: Texts, count: int) -> bytearray:
    """What an interrupted run knew of the first ``count`` articles."""
    marks = bytearray()
    if not count:
        return marks
    with open(run.stage / "notes", "rb") as stream:
        done = islice(zip(articles(files, run.options), map(parse, stream), strict=False), count)
        while some := list(islice(done, PORTION)):
            after = [rewrite(one.text, note.changes) if note.changes else one.text for (_, one), note in some]
            for piece in pieces([article for article, _ in some], after):
                texts.take(*piece)
            marks += bytes(grade(note, run.config.clean) for _, note in some)
    return marks


def _mapped(run: Run, function: Callable[..., R], items: Iterable[Any], *shared: Any) -> Iterator[R]:
    """``function`` over items, in order, over the processes of the run."""
    if run.processes == 1:
        return (function(item, *shared) for item in items)
    from feedtools.system.processes import ordered_map

    return ordered_map(function, items, run.processes, *shared)


def _repairs(run: Run) -> Iterator[tuple[int, bytes]]:
    """Numbers and notes of the articles that were restored or cut; the note of a cut has the repairs in it."""
    logs = (_logged(run, "endings"), _logged(run, "repairs"))
    for _, same in groupby(merge(*logs, key=itemgetter(0)), key=itemgetter(0)):
        yield next(same)


def _logged(run: Run, name: str) -> Iterator[tuple[int, bytes]]:
    """Numbers and notes of a log, ascending."""
    if not (run.stage / name).exists():
        return
    with open(run.stage / name, "rb") as stream:
        for line in stream:
            number, _, note = line.partition(b" ")
            if note != EMPTY:
                yield int(number), note


def _all_notes(run: Run) -> Iterator[tuple[bytes, bytes | None]]:
    """Of every article the note of its fixes and, where it was restored, that of its repairs."""
    repairs = _repairs(run)
    number, repair = next(repairs, (-1, b""))
    with open(run.stage / "notes", "rb") as stream:
        for current, note in enumerate(stream):
            if current == number:
                yield note, repair
                number, repair = next(repairs, (-1, b""))
            else:
                yield note, None


def _decide(
    run: Run, files: Files, marks: bytearray, judge: Judge, copies: Copies, texts: Texts, stores: Stores
) -> Fate:
    """Find the copies, restore what is damaged, and let whole copies stand for damaged ones (``replace_held``)."""
    policy, spill = run.config.clean, run.stage / "spill"
    record_copies(copies, find_copies(texts, run.rules, run.config.jobs, spill, run.progress), run.rules)
    if stores.published:
        _look_up(run, files, texts, copies, stores)
    (run.stage / "endings").unlink(missing_ok=True)
    _restore(run, files, texts, marks, judge, copies, stores)
    held = bytearray(marked & HELD for marked in marks)
    for number, note in _repairs(run):
        repair = parse(note)
        if repair.changes:
            held[number] = grade(repair, policy) & HELD
    replaced = replace_held(copies, held.__getitem__, texts, policy)
    now = bytes(marked & ~HELD | one for marked, one in zip(marks, held, strict=True))
    ending = _end(run, files, texts, now, judge, copies)
    for number, note in _logged(run, "endings"):
        held[number] = grade(parse(note), policy) & HELD
    changed = ((number, parse(note)) for number, note in _repairs(run))
    restored = ((number, rewrite(texts[number], note.changes)) for number, note in changed if note.changes)
    away = bytearray(one or marked & REJECTED for one, marked in zip(held, marks, strict=True))
    instead = Instead(run.stage / "instead", restored)
    repeat_until_no_copies(copies, texts, away, instead, run.rules, run.config, spill, run.progress)
    return Fate(texts, copies, replaced, instead, ending)


def _stores(run: Run) -> Stores:
    """What was published, if it is there yet, and the originals."""
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


def _look_up(run: Run, files: Files, texts: Texts, copies: Copies, stores: Stores) -> None:
    """Let published articles stand for those that repeat them."""
    origins = manifest.Origins(run.config, run.origins)
    own = frozenset(
        (origin.source, origin.batch) for file in files for origin in (origins.of(file.path, file.digest),)
    ) | frozenset((source_key(file.path, run.config), bytes.fromhex(file.digest)) for file in files)
    progress = run.progress("looking up", len(texts) - len(copies.standing), "articles")
    todo, versions = unpublished(copies, texts), Versions(files, texts, run.options)
    for found in _mapped(run, find_published, todo, texts, stores, run.rules, own):
        add_published(copies, versions.copies(found))
        progress(TOGETHER)
    copies.seal()


def _restore(
    run: Run, files: Files, texts: Texts, marks: bytearray, judge: Judge, copies: Copies, stores: Stores
) -> None:
    log = Log(run.stage / "repairs")
    progress = run.progress("restoring", len(texts), "articles")
    last = max((number for number, _ in _repairs(run)), default=0)
    progress(last)
    try:
        if run.config.clean.restore:
            rows = _excepted(run, files, judge)
            todo = islice(damaged(marks, rows, copies, run.config.clean, stores), log.count, None)
            portions = iter(lambda: list(islice(todo, MENDED)), [])
            for done in _mapped(run, mend, portions, texts, stores, judge):
                log.append([b"%d %s" % (number, dump(note)) for number, note in done])
                progress(done[-1][0] - last)
                last = done[-1][0]
    finally:
        log.close()


def _excepted(run: Run, files: Files, judge: Judge) -> Iterator[tuple[str, frozenset[Pair]]]:
    """Of every article the format of its file, and which findings in it are left out."""
    forms = (file.form for file in files for _ in range(file.articles))
    if not judge.exceptions:
        yield from ((form, frozenset()) for form in forms)
        return
    with open(run.stage / "notes", "rb") as stream:
        for form, line in zip(forms, stream, strict=True):
            yield form, frozenset(parse(line).excepted)


def _end(run: Run, files: Files, texts: Texts, marks: bytes, judge: Judge, copies: Copies) -> int:
    """Let excerpts end at the end of a sentence, as the policy asks for; how many held ones that does or would release.

    Where it does not ask for it nothing is noted.
    """
    policy = run.config.clean
    if policy.end != "sentence" and not any(marked & HELD for marked in marks):
        return 0
    standing = copies.standing
    gone = (number in standing and policy.kinds[standing.kind(number)] == "drop" for number in range(len(marks)))
    forms = (file.form for file in files for _ in range(file.articles))
    notes = _all_notes(run)
    rows = ((form, parse(one), parse(two) if two else None) for form, (one, two) in zip(forms, notes, strict=True))
    todo = candidates(marks, rows, gone, policy)
    released = 0
    log = Log(run.stage / "endings")
    try:
        for done in _mapped(run, end_earlier, iter(lambda: list(islice(todo, PORTION)), []), texts, judge):
            released += sum(marks[number] & HELD and not grade(note, policy) & HELD for number, note in done)
            if policy.end != "keep":
                log.append([b"%d %s" % (number, dump(note)) for number, note in done])
    finally:
        log.close()
    return released


def _write(run: Run, files: Files, fate: Fate, first: bytes, judge: Judge) -> None:
    """The last pass: write the files, ``held/`` and the manifest, from where an interrupted run stopped."""
    done, size = _written(run.out, files)
    progress = run.progress("writing", len(files), "files")
    progress(done)
    writer = Writer(run.out, run.config, judge, fate, run.options)
    with open(run.out / MANIFEST, "ab") as stream:
        stream.truncate(size)
        if not size:
            stream.write(first)
        for large, tasks in groupby(_tasks(run, files, done), key=lambda task: task.file.articles > PORTION):
            if large:
                for task in tasks:
                    writer.write(task, stream)
                    progress(1)
                continue
            for count, lines in _mapped(run, write_files, _together(tasks), writer):
                stream.write(lines)
                stream.flush()
                progress(count)


def _tasks(run: Run, files: Files, done: int) -> Iterator[Task]:
    """What is to be written of every file but the first ``done``; the notes of each are to be taken before the next."""
    origins, notes, first = manifest.Origins(run.config, run.origins), _all_notes(run), 0
    for number, file in enumerate(files):
        mine = islice(notes, file.articles)
        if number >= done:
            yield Task(file, origins.of(file.path, file.digest), first, mine)
        for _ in mine:
            pass
        first += file.articles


def _together(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Some files at a time that one process writes."""
    portion: list[Task] = []
    size = 0
    for task in tasks:
        portion.append(task._replace(notes=list(task.notes)))
        size += task.file.articles
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _written(out: Path, files: Files) -> tuple[int, int]:
    """How many files an earlier run wrote whole, and the size of the manifest up to there.

    A file is whole where it, its held articles and what was put by of it are what the manifest says: after a power
    failure the manifest may be on the disk and what it speaks of not.
    """
    place = out / MANIFEST
    done = size = good = 0
    if not place.exists():
        return 0, 0
    with open(place, "rb") as stream:
        for raw in stream:
            size += len(raw)
            if raw.startswith(b'{"end": ') and raw.endswith(b"\n") and done < len(files):
                if not _is_whole(out, files[done], raw):
                    break
                done, good = done + 1, size
    return done, good


def _is_whole(out: Path, file: File, raw: bytes) -> bool:
    try:
        end = json.loads(raw)
        wanted = {file.out: end["digest"], **end.get("held", {}), **end.get("put by", {})}
        return end["end"] == file.name and all(file_digest(out / name) == made for name, made in wanted.items())
    except (ReadError, ValueError, KeyError, TypeError):
        return False


def _report(run: Run, fate: Fate) -> tuple[Counts, Remaining]:
    from feedtools.report.page.html import html

    progress = run.progress("reporting", len(fate.texts), "articles")
    remains = Remains(fate)
    with closing(Strings(run.stage / "tallies")) as tallies:
        failed = [error for error in run.errors if not isinstance(error, Notice)]
        told = "feedtools clean", tallies, progress, remains, _about(run), run.config.lang
        shown = summary.report(run.out / MANIFEST, fate, failed, *told)
        with open(run.out / REPORT, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(html(shown))
    with open(run.out / MANIFEST, "ab") as account:
        account.write(manifest.line({"report": REPORT, "digest": file_digest(run.out / REPORT)}))
    return shown.counts, remains.sum()


def _about(run: Run) -> About:
    """What the page says of the run; nothing that differs between two runs of the same input and options."""
    config, policy = run.config, run.config.clean
    options = [
        ("rules", f"{len(run.rules):,}"),
        ("hold", policy.hold),
        ("fix", policy.fix),
        ("restore", str(policy.restore).lower()),
    ]
    options += [
        (name, str(value))
        for name, value in (("sources", run.sources.originals), ("index", run.sources.published))
        if value
    ]
    return About(config.root.resolve().name, "feedtools clean", options)


def _exceptions(run: Run) -> str:
    """A digest of everything that leaves findings out: a run that is taken up must have the same."""
    files = [run.config.root / name for name in (ALLOW_FILE, run.config.baseline) if name]
    told = [file.read_text(encoding="utf-8", errors="replace") if file.is_file() else "" for file in files]
    return digest(repr((told, sorted(run.config.per_file_ignores.items()), run.choices))).hex()


def _header(run: Run, files: Files) -> dict[str, Any]:
    policy = run.config.clean
    return {
        "feedtools-manifest": manifest.VERSION,
        "version": __version__,
        "digests": True,
        "options": {
            "clean": {
                key: dict(value) if isinstance(value, Mapping) else value for key, value in policy._asdict().items()
            },
            "rules": [f"{rule.id} {rule.level}" for rule in run.rules],
            "text-key": run.options.text_key,
            "id-key": run.options.id_key,
            "input-format": run.options.input_format,
            "renderer": run.config.rules.get("FT203", {}).get("renderer"),
            "index": run.sources.published,
            "sources": run.sources.originals,
            "exceptions": _exceptions(run),
        },
        "inputs": {
            "files": len(files),
            "articles": files.articles,
            "digest": digest_of(f"{file.digest} {file.name}\n" for file in files).hex(),
        },
    }
