"""The passes of a batch run over its inputs: read, check and fix, compare, restore, write, report."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from feedtools import __version__
from feedtools.api import account, manifest
from feedtools.api.check import POOL_BYTES
from feedtools.api.copies import Copies, add_published, find_copies, replace_held, settle
from feedtools.api.feed import Progress, learn
from feedtools.api.restoring import damaged, mend, read_originals
from feedtools.api.spool import CLEAR, Log, Note, Texts, dump, last, parse
from feedtools.api.survey import File, articles, opened, portions, repair, survey, verify
from feedtools.api.writing import Fate, Writer
from feedtools.checks.base import Evidence
from feedtools.config import Config
from feedtools.errors import FeedtoolsError, ReadError
from feedtools.fix import rewrite
from feedtools.model import digest
from feedtools.output import write_whole
from feedtools.readers import MANIFEST, ReadOptions
from feedtools.readers.frames import file_digest
from feedtools.report.data import Counts
from feedtools.rules import Rule

if TYPE_CHECKING:
    from feedtools.index.store import Store

R = TypeVar("R")


class Sources(NamedTuple):
    """Where else to look: what was published before, and the originals the articles were cut from."""

    published: str | None = None
    originals: str | None = None


class Run(NamedTuple):
    """What stays the same through a run."""

    config: Config
    rules: tuple[Rule, ...]
    options: ReadOptions
    errors: list[FeedtoolsError]
    stage: Path
    sources: Sources
    progress: Progress

    @property
    def out(self) -> Path:
        """The folder that becomes the output."""
        return self.stage / "out"


def run_passes(run: Run, names: Sequence[tuple[str, str]]) -> tuple[Counts, list[File]]:
    """Do everything from reading to the report, in the folder of the run; its numbers and its files.

    Raises:
        ChangedError: a file changed after it was read first.
    """
    files, evidence = _survey(run, names)
    header = _header(run, files)
    unread = [{"unread": e.path, "line": e.line, "error": e.message} for e in run.errors if isinstance(e, ReadError)]
    first = b"".join(map(manifest.line, [header, *unread]))
    _begin(run, first + digest(repr(sorted(evidence.compounds.items()))).hex().encode())
    _repair(run, files, evidence)
    texts = Texts(run.stage / "texts")
    stores: list[Store] = []
    try:
        _spool(run, files, texts)
        fate = _decide(run, files, texts, evidence, stores)
        _write(run, files, fate, first)
        run.errors.extend(error for file in files for error in file.bad)
        _report(run, fate)
    finally:
        texts.close()
        for store in stores:
            store.close()
    return account.counts(manifest.read(run.out / MANIFEST)), files


def _begin(run: Run, inputs: bytes) -> None:
    """Go on where an interrupted run of the same inputs and options stopped, or else begin anew."""
    state = run.stage / "state"
    if not state.exists() or state.read_bytes() != inputs:
        for name in ("notes", "repairs"):
            (run.stage / name).unlink(missing_ok=True)
        shutil.rmtree(run.out, ignore_errors=True)
        write_whole(state, inputs)
    run.out.mkdir(parents=True, exist_ok=True)


def _survey(run: Run, names: Sequence[tuple[str, str]]) -> tuple[list[File], Evidence]:
    """The first pass: what there is, and what the articles teach each other."""
    files: list[File] = []
    progress = run.progress("reading", len(names), "files")

    def texts() -> Iterator[str]:
        for text, file in survey(names, run.options, run.errors.append):
            if text is not None:
                yield text
            if file is not None:
                files.append(file)
                progress(1)

    found = texts()
    evidence = learn(found, run.rules, run.config)
    for _ in found:  # where nobody learns from the texts, the files are still to be surveyed
        pass
    return files, evidence


def _repair(run: Run, files: Sequence[File], evidence: Evidence) -> None:
    """The second pass: what every article reads after its fixes, and what remains wrong with it."""
    log = Log(run.stage / "notes")
    progress = run.progress("checking", sum(file.articles for file in files), "articles")
    progress(log.count)
    todo = portions(files, run.options, log.count)
    try:
        for notes, errors in _mapped(run, files, repair, todo, run.rules, evidence, run.config.clean):
            run.errors.extend(errors)
            log.append([dump(note) for note in notes])
            progress(len(notes))
    finally:
        log.close()


def _mapped(
    run: Run, files: Sequence[File], function: Callable[..., R], items: Iterable[Any], *shared: Any
) -> Iterator[R]:
    """``function`` over items, in order: over the cores where there is enough to do."""
    size = sum(os.path.getsize(file.path) for file in files if os.path.exists(file.path))
    processes = 1 if size < POOL_BYTES else run.config.jobs or os.cpu_count() or 1
    if processes == 1:
        return (function(item, *shared) for item in items)
    from feedtools.parallel import ordered_map

    return ordered_map(function, items, processes, *shared)


def _notes(run: Run) -> Iterator[Note]:
    with open(run.stage / "notes", "rb") as stream:
        yield from map(parse, stream)


def _all_notes(run: Run) -> Iterator[tuple[Note, Note | None]]:
    """Of every article the note of its fixes and, where it was restored, that of its repairs."""
    with open(run.stage / "repairs", "rb") as stream:
        repairs = ((int(number), parse(note)) for number, _, note in (line.partition(b" ") for line in stream))
        number, repair = next(repairs, (-1, None))
        for current, note in enumerate(_notes(run)):
            if current == number:
                yield note, repair if repair != CLEAR else None
                number, repair = next(repairs, (-1, None))
            else:
                yield note, None


def _spool(run: Run, files: Sequence[File], texts: Texts) -> None:
    """Put what every article reads after its fixes on the disk, by number."""
    notes = _notes(run)
    for _, article in articles(files, run.options):
        note = next(notes)
        texts.add(article, rewrite(article.text, note.changes) if note.changes else article.text)
    texts.seal()


def _decide(run: Run, files: Sequence[File], texts: Texts, evidence: Evidence, stores: list[Store]) -> Fate:
    """Find the copies, restore what is damaged, and let whole copies stand for damaged ones."""
    policy = run.config.clean
    run.progress("comparing", 0, "articles")
    copies = find_copies(texts, run.rules, run.config.jobs, texts.place, run.stage / "spill")
    if run.sources.published and ("://" in run.sources.published or os.path.exists(run.sources.published)):
        from feedtools.api.history import open_store, source_key

        stores.append(open_store(run.sources.published))
        origins = manifest.origins((file.path for file in files), run.config)
        own = frozenset((*origins.values(), *(source_key(file.path, run.config) for file in files)))
        add_published(copies, texts, stores[-1], run.rules, own)
    if run.sources.originals:
        stores.append(read_originals(run.sources.originals, run.stage / "originals", run.config, run.errors.append))
    _restore(run, files, texts, evidence, copies, stores)
    held = bytearray(
        any(policy.verdict(*finding[:3]) == "hold" for finding in last(note, repair).findings)
        for note, repair in _all_notes(run)
    )
    replaced = replace_held(copies, held.__getitem__, texts, policy)
    run.progress("comparing again", 0, "articles")
    repaired = {
        number: rewrite(texts[number], repair.changes)
        for number, (_, repair) in enumerate(_all_notes(run))
        if repair is not None and repair.changes
    }
    return Fate(
        texts, settle(copies, texts, held.__getitem__, repaired, run.rules, run.config, run.stage / "spill"), replaced
    )


def _restore(
    run: Run, files: Sequence[File], texts: Texts, evidence: Evidence, copies: Copies, stores: Sequence[Store]
) -> None:
    log = Log(run.stage / "repairs")
    progress = run.progress("restoring", 0, "articles")
    try:
        if run.config.clean.restore:
            forms = (file.form for file in files for _ in range(file.articles))
            noted = ((number, form, note) for number, (form, note) in enumerate(zip(forms, _notes(run), strict=True)))
            todo = damaged(noted, texts, copies, run.config.clean, stores)
            todo = islice(todo, log.count, None)
            for number, note in _mapped(run, files, mend, todo, run.rules, evidence, run.config.clean):
                log.append([b"%d %s" % (number, dump(note))])
                progress(1)
    finally:
        log.close()


def _write(run: Run, files: Sequence[File], fate: Fate, first: bytes) -> None:
    """The last pass: write the files, ``held/`` and the manifest, from where an interrupted run stopped."""
    done, size = _written(run.out, files)
    progress = run.progress("writing", len(files), "files")
    progress(done)
    with open(run.out / MANIFEST, "ab") as stream:
        stream.truncate(size)
        if not size:
            stream.write(first)
        writer = Writer(
            run.out,
            run.config,
            run.rules,
            fate,
            manifest.origins((file.path for file in files), run.config),
            _all_notes(run),
            stream,
        )
        for file in files[:done]:
            writer.skip(file)
        for file in files[done:]:
            frame = opened(file, run.options)
            writer.write(file, frame)
            verify(file, frame)
            progress(1)


def _written(out: Path, files: Sequence[File]) -> tuple[int, int]:
    """How many files an earlier run wrote whole, and the size of the manifest up to there."""
    place = out / MANIFEST
    done = size = good = 0
    if not place.exists():
        return 0, 0
    with open(place, "rb") as stream:
        for raw in stream:
            size += len(raw)
            if raw.startswith(b'{"end": ') and raw.endswith(b"\n") and done < len(files):
                digest = json.loads(raw)["digest"]
                target = out / files[done].out
                if not target.is_file() or file_digest(target) != digest:
                    break
                done, good = done + 1, size
    return done, good


def _report(run: Run, fate: Fate) -> None:
    from feedtools.report.html import html

    shown = account.report(run.out / MANIFEST, fate, run.errors, "feedtools clean")
    with open(run.out / "report.html", "w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(html(shown))


def _header(run: Run, files: Sequence[File]) -> dict[str, Any]:
    policy = run.config.clean
    return {
        "feedtools-manifest": manifest.VERSION,
        "version": __version__,
        "options": {
            "clean": {
                key: dict(value) if isinstance(value, Mapping) else value for key, value in policy._asdict().items()
            },
            "rules": [f"{rule.id} {rule.level}" for rule in run.rules],
            "text-key": run.options.text_key,
            "index": run.sources.published,
            "sources": run.sources.originals,
        },
        "inputs": {
            "files": len(files),
            "articles": sum(file.articles for file in files),
            "digest": digest("".join(f"{file.digest} {file.name}\n" for file in files)).hex(),
        },
    }
