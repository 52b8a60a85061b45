"""The passes of a batch run over its inputs: read, check and fix, compare, restore, write, report."""

from __future__ import annotations

import os
import shutil
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import islice
from shlex import quote
from typing import Any

from feedtools import __version__
from feedtools.clean import history, manifest, resume, summary
from feedtools.clean.archive import Archive
from feedtools.clean.comparing import decide_copies, open_stores
from feedtools.clean.context import Run, mapped
from feedtools.clean.copies import CLUSTERS, Copies
from feedtools.clean.decisions import Decisions
from feedtools.clean.fixing import PORTION, grade, pieces, portions, repair
from feedtools.clean.inputs import Files, Input, articles, survey
from feedtools.clean.judging import Judge
from feedtools.clean.notes import Log, parse
from feedtools.clean.on_disk import Texts
from feedtools.clean.output import Fate
from feedtools.clean.protect import REPORT
from feedtools.clean.remaining import Remaining, Remains
from feedtools.clean.writing import write_output
from feedtools.config import ALLOW_FILE
from feedtools.errors import Notice, ReadError
from feedtools.lint.checks.base import Evidence
from feedtools.lint.edits import rewrite
from feedtools.lint.exceptions import Exceptions
from feedtools.lint.selection import listens, taught
from feedtools.model import digest, digest_of
from feedtools.readers import MANIFEST
from feedtools.readers.records import file_digest
from feedtools.report.page.data import About, Counts
from feedtools.system import POOL_BYTES
from feedtools.system.on_disk import Strings

FILES = 64
"""Files that one process surveys at a time, at most."""


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
        stores = stack.enter_context(closing(open_stores(run)))
        inputs = repr((header["inputs"], unread))
        _begin(run, resume.deciding(run.config, run.rules, evidence, stores, inputs))
        texts = stack.enter_context(closing(Texts(run.stage / "texts")))
        judge = _judge(run, files, evidence)
        marks = _repair(run, files, judge, texts)
        copies = stack.enter_context(closing(Copies(texts, run.stage / "published")))
        fate = decide_copies(Archive(run, files, texts, marks, judge, copies, stores))
        stack.callback(fate.instead.close)
        write_output(run, files, fate, first, judge)
        run.errors.extend(files.bad())
        return *_report(run, fate, header["inputs"]["digest"], files), files


def _processes(run: Run, names: Sequence[tuple[str, str]]) -> int:
    """Choose the number of processes: all cores, where there is enough to do."""
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
        for left in run.stage.glob(f"{CLUSTERS}*"):
            left.unlink()
        shutil.rmtree(run.out, ignore_errors=True)
        resume.note(run.stage / "state", inputs)
    run.out.mkdir(parents=True, exist_ok=True)


def _survey(run: Run, names: Sequence[tuple[str, str]]) -> tuple[Files, Evidence]:
    """Make the first pass: see what there is, and what the articles teach each other."""
    files = Files(run.stage / "files")
    progress = run.progress("reading", len(names), "files")
    listening = listens(run.rules)
    forms, joined = Counter[str](), Counter[str]()
    for found in mapped(run, partial(survey, listens=listening), _inputs(names), run.options):
        run.errors.extend(found.errors)
        for file in found.files:
            files.add(file)
        forms.update(found.forms)
        joined.update(found.joined)
        progress(found.read)
    files.seal()
    return files, taught(forms, joined, run.config) if listening else Evidence()


def _inputs(names: Sequence[tuple[str, str]]) -> Iterator[list[Input]]:
    """Yield some files at a time that one process surveys, fewer where they are large."""
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
    """Make the judge of the articles."""
    exceptions = Exceptions(run.config, run.choices)
    places: dict[str, str] = {}
    if exceptions:
        places = {file.name: file.path for file in files}
        for file in files:
            if (origin := run.origins.get(file.path)) is not None:
                places[file.name] = str(run.config.root / origin.source)
    return Judge(run.rules, evidence, run.config.clean, exceptions or None, Decisions(run.choices), places)


def _repair(run: Run, files: Files, judge: Judge, texts: Texts) -> bytearray:
    """Make the second pass: fix every article, and mark what remains wrong with it (``fixing.grade``)."""
    log = Log(run.stage / "notes")
    progress = run.progress("checking", files.articles, "articles")
    marks = _take_up(run, files, texts, log.count)
    progress(log.count)
    todo = portions(files, run.options, log.count)
    try:
        for done in mapped(run, repair, todo, judge, run.options):
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
    """Take up the notes that an interrupted run made of the first ``count`` articles."""
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


def _report(run: Run, fate: Fate, inputs: str, files: Files) -> tuple[Counts, Remaining]:
    from feedtools.report.page.html import html

    progress = run.progress("reporting", len(fate.texts), "articles")
    remains = Remains(fate)
    with closing(Strings(run.stage / "tallies")) as tallies:
        failed = [error for error in run.errors if not isinstance(error, Notice)]
        grouped = frozenset(rule.id for rule in run.rules if rule.grouped)
        lang, about = run.config.lang, _about(run)
        told = summary.Shown("feedtools clean", failed, about, lang, grouped, run.history, inputs, files, run.rules)
        made = summary.report(run.out / MANIFEST, fate, tallies, progress, remains, told)
        made = made._replace(rest=run.config.clean.rest)
        with open(run.out / REPORT, "w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(html(made))
    with open(run.out / MANIFEST, "ab") as account:
        account.write(manifest.line(history.entry(made.counts, inputs, made.trend[:-1])))
        account.write(manifest.line({"report": REPORT, "digest": file_digest(run.out / REPORT)}))
    return made.counts, remains.sum()


def _about(run: Run) -> About:
    """Describe the run for the page, without what differs between two runs of the same input and options."""
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
    return About(config.root.resolve().name, "feedtools clean", options, _asked(run))


def _asked(run: Run) -> str:
    """Give the options of reading as a command takes them; the paths play no role in the page."""
    usual = {"text-key": "text", "id-key": "id", "date-key": "date", "input-format": None, "encoding": None}
    given = [(name, getattr(run.options, name.replace("-", "_"))) for name in usual]
    return " ".join(f"--{name} {quote(str(value))}" for name, value in given if value not in {None, usual[name]})


def _exceptions(run: Run) -> str:
    """Digest everything that leaves findings out, for the options in the manifest."""
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
            "date-key": run.options.date_key,
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
