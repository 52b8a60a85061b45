"""Clean an archive: every article is kept, fixed, restored, dropped for its copy or held, and accounted for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from feedtools import __version__
from feedtools.api import manifest
from feedtools.api.check import POOL_BYTES
from feedtools.api.feed import active_rules
from feedtools.api.staging import Stage, unwritable
from feedtools.api.survey import (
    ChangedError,
    File,
    Note,
    articles,
    frame,
    portions,
    read_notes,
    repair,
    survey,
    verify,
    write_note,
)
from feedtools.api.writing import Copies, Writer
from feedtools.checks.base import Evidence
from feedtools.config import Config
from feedtools.decide import standings
from feedtools.errors import ConfigError, FeedtoolsError, ReadError
from feedtools.fix import rewrite
from feedtools.model import Article, Place, digest
from feedtools.readers import MANIFEST, STDIN, ReadOptions, expand
from feedtools.readers.frames import relative_names, unpacked
from feedtools.report.data import Counts
from feedtools.rules import Rule

_RESERVED = frozenset({MANIFEST, manifest.HELD, "report.html"})


class Cleaned(NamedTuple):
    """How a run ended: the account, and what could not be done."""

    counts: Counts
    errors: list[FeedtoolsError]


class Run(NamedTuple):
    """What stays the same through a run."""

    config: Config
    rules: tuple[Rule, ...]
    options: ReadOptions
    errors: list[FeedtoolsError]
    stage: Path

    @property
    def out(self) -> Path:
        """The folder that becomes the output."""
        return self.stage / "out"


def clean(paths: Sequence[str], out: Path, config: Config) -> Cleaned:
    """Clean files into a new folder.

    Args:
        paths: files, folders, globs.
        out: where the output appears, whole or not at all; an earlier output there is replaced.
        config: ``config.clean`` is the policy.

    Raises:
        WriteError: the output cannot be written, or another run is writing it.
        RuleError: a rule pack is invalid.
        ConfigError: what is asked for does not exist, or the output lies among the inputs.
    """
    rules = active_rules(config)
    _refuse(paths, out)
    with Stage(out, is_own) as stage:
        cleaned = clean_into(stage.folder, paths, config, rules)
        stage.publish()
    return cleaned


def preview(paths: Sequence[str], config: Config, write: Callable[[str], object], *, diff: bool) -> Cleaned:
    """Do all that ``clean`` does in a temporary folder, show it and leave nothing.

    Args:
        paths: files, folders, globs.
        config: ``config.clean`` is the policy.
        write: takes the text to show.
        diff: show the change of every file in place of the fate of every article.
    """
    from feedtools.report import preview as show

    with tempfile.TemporaryDirectory(prefix="feedtools-") as folder:
        files: list[File] = []
        out = Path(folder) / "out"
        cleaned = clean_into(Path(folder), paths, config, active_rules(config), files)
        if diff:
            for file in files:
                for line in show.diff(file.name, unpacked(Path(file.path)), unpacked(out / file.name)):
                    write(line)
        else:
            for line in show.actions(manifest.read(out / MANIFEST)):
                write(line)
    return cleaned


def _refuse(paths: Sequence[str], out: Path) -> None:
    if STDIN in paths:
        raise ConfigError("clean reads its input more than once; name files or folders in place of -")
    place = os.path.realpath(out)
    for path in paths:
        inside = os.path.realpath(path)
        if os.path.isdir(path) and os.path.commonpath([inside, place]) == inside:
            raise ConfigError(f"the output {out} lies inside the input {path}; choose a place outside it")
        if os.path.commonpath([inside, place]) == place:
            raise ConfigError(f"the input {path} lies inside the output {out}; choose another place for the output")


def is_own(folder: Path) -> bool:
    """Whether a folder is the output of an earlier run."""
    try:
        next(manifest.read(folder / MANIFEST))
    except (ReadError, StopIteration):
        return False
    return True


def clean_into(
    stage: Path, paths: Sequence[str], config: Config, rules: tuple[Rule, ...], files: list[File] | None = None
) -> Cleaned:
    """Clean files into ``stage / "out"``; a file that changes meanwhile is left out and the run begins again."""
    changed: dict[str, FeedtoolsError] = {}
    while True:
        errors = list(changed.values())
        run = Run(config, rules, ReadOptions(config.text_key, config.id_key, config.input_format), errors, stage)
        names = [pair for pair in _names(paths, errors) if pair[0] not in changed]
        try:
            counts, found = _clean(run, names)
        except ChangedError as error:
            changed[str(error.path)] = error
            shutil.rmtree(stage / "out", ignore_errors=True)
            continue
        except OSError as error:
            raise unwritable(stage, error) from error
        if files is not None:
            files += found
        return Cleaned(counts, errors)


def _names(paths: Sequence[str], errors: list[FeedtoolsError]) -> list[tuple[str, str]]:
    """Path and place in the output of every input, sorted by the place: the order of inputs plays no role."""
    names = relative_names(paths, expand(list(paths), errors.append))
    good = []
    for path, name in names.items():
        if name.split("/")[0] in _RESERVED:
            errors.append(
                ReadError(f"{name} is a name the output itself uses; rename it or name its folder", path=path)
            )
        else:
            good.append((path, name))
    return sorted(good, key=lambda pair: pair[1])


def _clean(run: Run, names: Sequence[tuple[str, str]]) -> tuple[Counts, list[File]]:
    run.out.mkdir(parents=True, exist_ok=True)
    files, evidence = _survey(run, names)
    _repair(run, files, evidence)
    counts = _write(run, files, _copies(run, files))
    run.errors.extend(error for file in files for error in file.bad)
    return counts, files


def _survey(run: Run, names: Sequence[tuple[str, str]]) -> tuple[list[File], Evidence]:
    """The first pass: what there is, and what the articles teach each other."""
    files: list[File] = []

    def texts() -> Iterator[str]:
        for text, file in survey(names, run.options, run.errors.append):
            if text is not None:
                yield text
            if file is not None:
                files.append(file)

    if any(rule.value.startswith("identifiers:") for rule in run.rules):
        from feedtools.checks.compounds import harvest

        return files, Evidence(harvest(texts()))
    for _ in texts():
        pass
    return files, Evidence()


def _repair(run: Run, files: Sequence[File], evidence: Evidence) -> None:
    """The second pass: what every article reads after its fixes, and what remains wrong with it."""
    todo = portions(files, run.options)
    shared = run.rules, evidence, run.config.clean
    size = sum(os.path.getsize(file.path) for file in files if os.path.exists(file.path))
    processes = 1 if size < POOL_BYTES else run.config.jobs or os.cpu_count() or 1
    if processes == 1:
        done = (repair(portion, *shared) for portion in todo)
    else:
        from feedtools.parallel import ordered_map

        done = ordered_map(repair, todo, processes, *shared)  # type: ignore[assignment]
    with open(run.stage / "notes", "wb") as stream:
        for notes, errors in done:
            run.errors.extend(errors)
            for note in notes:
                write_note(note, stream)


def _noted(run: Run, files: Sequence[File]) -> Iterator[tuple[Article, Note]]:
    """Every article with its note, in the order of numbers."""
    with open(run.stage / "notes", "rb") as stream:
        notes = read_notes(stream)
        for file in files:
            for _, article in articles(file, run.options):
                yield article, next(notes)


def _copies(run: Run, files: Sequence[File]) -> Copies:
    """Who stands for whom."""
    selected = {rule.id for rule in run.rules if rule.scope == "feed"}
    if not selected:
        return Copies({}, {})
    from feedtools.dedup import dedup

    texts: list[str] = []
    places: list[Place] = []
    for article, note in _noted(run, files):
        texts.append(rewrite(article.text, note.changes) if note.changes else article.text)
        places.append(Place(article.source, article.line))
    result = dedup(texts, jobs=run.config.jobs, evidence=True)
    found = standings(result.clusters, selected, lambda number: f"{places[number].path}:{places[number].line}")
    return Copies(found, {standing.number: places[standing.number] for standing in found.values()})


def _write(run: Run, files: Sequence[File], copies: Copies) -> Counts:
    """The last pass: decide, and write the files, ``held/`` and the manifest."""
    with open(run.stage / "notes", "rb") as spool, open(run.out / MANIFEST, "wb") as account:
        account.write(manifest.line(_header(run, files)))
        for error in run.errors:
            if isinstance(error, ReadError):
                account.write(manifest.line({"unread": error.path, "line": error.line, "error": error.message}))
        writer = Writer(run.out, run.config, run.rules, copies, read_notes(spool), account)
        for file in files:
            opened = frame(file, run.options)
            writer.write(file, opened)
            verify(file, opened)
    return Counts(**writer.tally)


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
        },
        "inputs": {
            "files": len(files),
            "articles": sum(file.articles for file in files),
            "digest": digest("".join(f"{file.digest} {file.name}\n" for file in files)).hex(),
        },
    }
