"""Clean an archive: every article is kept, fixed, restored, dropped for its copy or held, and accounted for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from feedtools.clean import manifest
from feedtools.clean.context import Run, Sources
from feedtools.clean.edits import edited_held, edited_inputs, record
from feedtools.clean.history import History, earlier
from feedtools.clean.inputs import ChangedError, Files
from feedtools.clean.pipeline import run_passes
from feedtools.clean.protect import REPORT, OverwriteError, Strange, inspect, refuse
from feedtools.clean.remaining import Remaining
from feedtools.clean.staging import RESUME, Stage, unwritable
from feedtools.config import ALLOW_FILE, DECISIONS_FILE, FILE, Config, from_options
from feedtools.errors import ConfigError, FeedtoolsError, LostProcessError, Notice, ReadError
from feedtools.lint.decisions import load
from feedtools.lint.rules import Rule
from feedtools.lint.selection import active_rules
from feedtools.readers import MANIFEST, STDIN, ReadOptions, expand
from feedtools.readers.records import relative_names, unpacked
from feedtools.report.page.data import Counts
from feedtools.system.progress import Progress, silent
from feedtools.system.temporary import temporary_folder

_RESERVED = frozenset({MANIFEST, manifest.HELD, REPORT})
_FOLDS_NAMES = sys.platform in {"darwin", "win32"}
"""True where file systems take names that differ in capitals alone for one."""
NOTHING = Sources()


class Cleaned(NamedTuple):
    """Outcome of a run.

    Attributes:
        counts: the account.
        errors: what could not be done.
        taken: edits in ``held/`` that became decisions.
        decisions: how many there are.
        remaining: what is left to a person.
        written: whether there is an output of it; there is none of inputs of which nothing could be read.
    """

    counts: Counts
    errors: list[FeedtoolsError]
    taken: int = 0
    decisions: int = 0
    remaining: Remaining | None = None
    written: bool = False

    @property
    def failed(self) -> bool:
        """Tell whether anything could not be done; notices tell of what was left out on purpose."""
        return any(not isinstance(error, Notice) for error in self.errors)


class Inputs(NamedTuple):
    """Inputs of a run.

    Attributes:
        paths: files, folders, globs.
        names: in their place, path and name in the output of every file, sorted by name.
        origins: by path, where a file comes from that lies somewhere else for the time of the run.
        unread: what an earlier run could not read.
        history: the runs into the same output before.
    """

    paths: Sequence[str] = ()
    names: Sequence[tuple[str, str]] | None = None
    origins: Mapping[str, manifest.SourceOrigin] = MappingProxyType({})
    unread: Sequence[FeedtoolsError] = ()
    history: History = History()


def clean(
    paths: Sequence[str],
    out: Path,
    config: Config,
    sources: Sources = NOTHING,
    progress: Progress = silent,
    *,
    resume: bool = False,
    force: bool = False,
) -> Cleaned:
    """Clean files into a new folder; what was published is remembered in ``sources.published`` once it is there.

    Args:
        paths: files, folders, globs.
        out: folder in which the output appears, whole or not at all; an earlier output there is replaced.
        config: ``config.clean`` is the policy.
        sources: where else to look for copies and for what was lost.
        progress: told how far the run is.
        resume: go on where an interrupted run of the same inputs and options stopped.
        force: replace files of an earlier output that were edited, and those it does not know.

    Raises:
        OverwriteError: the output holds what the last run did not write.
        WriteError: the output cannot be written, or another run is writing it.
        LostProcessError: one of the processes was killed; what was done is kept for ``resume``.
        RuleError: a rule pack is invalid.
        ConfigError: what is asked for does not exist, or the output lies among the inputs.
    """
    rules = active_rules(config)
    _refuse(paths, out, config, sources)
    with Stage(out, is_own, resume=resume) as stage:
        strange, taken = _take_up(stage, paths, config, force=force)
        inputs = Inputs(paths, history=earlier(stage.out))
        cleaned, files = clean_into(stage.folder, inputs, config, rules, sources, progress)
        with closing(files):
            written = bool(cleaned.counts.articles) or not cleaned.failed
            if written:  # where nothing could be read, an earlier output stays
                put_in_place(stage, None if force else strange)
                cleaned.errors.extend(remember(out, files, sources.published, config))
    return cleaned._replace(taken=taken, written=written)


def put_in_place(stage: Stage, strange: Strange | None) -> None:
    """Make what was written the output.

    Args:
        stage: where it was written.
        strange: how the earlier output was found, where it may not have been edited since.

    Raises:
        OverwriteError: it was edited.
    """
    if strange is not None and inspect(stage.out) != strange:
        raise OverwriteError("edited while the run was going on; run again", path=str(stage.out))
    stage.publish()


def _take_up(stage: Stage, paths: Sequence[str], config: Config, *, force: bool) -> tuple[Strange, int]:
    """Inspect an earlier output, and count the edits in its ``held/`` and in held inputs that became decisions."""
    try:
        strange = inspect(stage.out)
        if not force:
            refuse(stage.out, strange)
        return strange, record([*edited_held(stage.out, strange), *edited_inputs(paths)], config)
    except FeedtoolsError:
        stage.discard()
        raise


def remember(
    out: Path,
    files: Files,
    where: str | None,
    config: Config,
    given: Mapping[str, manifest.SourceOrigin] = MappingProxyType({}),
) -> list[FeedtoolsError]:
    """Take into the index, where there is one, what was published; return what went wrong with that."""
    if not where:
        return []
    from feedtools.dedup.index.files import TakenBatch, publish

    try:
        origins = manifest.Origins(config, given)
        batches = ((origins.of(file.path, file.digest), str(out / file.out)) for file in files)
        publish((TakenBatch(origin.source, path, origin.batch) for origin, path in batches), where, config)
    except FeedtoolsError as error:
        return [error]
    return []


def preview(
    paths: Sequence[str],
    config: Config,
    write: Callable[[str], object],
    sources: Sources = NOTHING,
    progress: Progress = silent,
    *,
    diff: bool = False,
) -> Cleaned:
    """Do all that ``clean`` does in a temporary folder, show it and leave nothing.

    Args:
        paths: files, folders, globs.
        config: ``config.clean`` is the policy.
        write: takes the text to show.
        sources: where else to look for copies and for what was lost.
        progress: told how far the run is.
        diff: show the change of every file in place of the fate of every article.
    """
    from feedtools.report import preview as show

    with temporary_folder() as folder:
        out = folder / "out"
        inputs, rules = Inputs(paths), active_rules(config)
        cleaned, files = clean_into(folder, inputs, config, rules, sources, progress, kept="")
        with closing(files):
            if diff:
                for file in files:
                    for line in show.diff(file.name, unpacked(Path(file.path)), unpacked(out / file.out)):
                        write(line)
            else:
                for line in show.actions(manifest.read(out / MANIFEST)):
                    write(line)
    return cleaned


def _refuse(paths: Sequence[str], out: Path, config: Config, sources: Sources) -> None:
    """Stop before anything is touched where an output would swallow what the run is told to use.

    Raises:
        ConfigError: names what lies where.
    """
    if STDIN in paths:
        raise ConfigError("clean reads its input more than once; name files or folders in place of -")
    place = os.path.realpath(out)
    for path in paths:
        inside = os.path.realpath(path)
        if os.path.isdir(path) and Path(place).is_relative_to(inside):
            raise ConfigError(f"the output {out} lies inside the input {path}; choose a place outside it")
    for what, path in _used(paths, config, sources):
        if Path(os.path.realpath(path)).is_relative_to(place):
            raise ConfigError(f"the {what} {path} lies inside the output {out}; choose another place for the output")


def _used(paths: Sequence[str], config: Config, sources: Sources) -> Iterator[tuple[str, str]]:
    """List everything that a run reads, each with a word for it."""
    for path in paths:
        yield "input", path
        if not os.path.exists(path):  # a pattern, perhaps
            yield from (("input", found) for found in expand([path], lambda _: None, ReadOptions.of(config)))
    if sources.published and "://" not in sources.published:
        yield "index", sources.published
    if sources.originals:
        yield "folder of originals", sources.originals
    named = [*config.rule_packs, *filter(None, (config.learned, config.baseline))]
    for name in (*named, FILE, ALLOW_FILE, DECISIONS_FILE):
        if (config.root / name).exists():
            yield "file" if (config.root / name).is_file() else "folder", str(config.root / name)


def is_own(folder: Path) -> bool:
    """Tell that a folder was written by ``clean``."""
    try:
        next(manifest.read(folder / MANIFEST))
    except (ReadError, StopIteration):
        return False
    return True


def clean_into(
    stage: Path,
    inputs: Inputs,
    config: Config,
    rules: tuple[Rule, ...],
    sources: Sources,
    progress: Progress,
    *,
    kept: str = RESUME,
) -> tuple[Cleaned, Files]:
    """Clean files into ``stage / "out"``; a file that changes meanwhile is left out and the run begins again.

    Args:
        stage: folder of the run.
        inputs: what to clean.
        config: ``config.clean`` is the policy.
        rules: the selected ones.
        sources: where else to look for copies and for what was lost.
        progress: told how far the run is.
        kept: what an error says of what was done until then.

    Raises:
        WriteError: the folder cannot be written.
        LostProcessError: one of the processes was killed.
    """
    config.activate_renderers()
    choices = load(config.root / DECISIONS_FILE)
    options, history = ReadOptions.of(config), inputs.history
    run = Run(config, rules, options, [], stage, sources, progress, choices, inputs.origins, history=history)
    changed: dict[str, FeedtoolsError] = {}
    while True:
        errors = [*inputs.unread, *changed.values()]
        try:
            with _telling(stage, kept):
                now = run._replace(errors=errors)
                counts, remaining, files = run_passes(now, _left(inputs, config, errors, changed))
        except ChangedError as error:
            changed[str(error.path)] = error
        else:
            return Cleaned(counts, errors, 0, len(choices), remaining), files


@contextmanager
def _telling(stage: Path, kept: str) -> Iterator[None]:
    """Let an error that ends a run say ``kept`` of what was done until then."""
    try:
        yield
    except OSError as error:
        raise unwritable(stage, error, kept) from error
    except LostProcessError as error:
        raise LostProcessError(error.message + kept) from error


def _left(
    inputs: Inputs, config: Config, errors: list[FeedtoolsError], changed: Collection[str]
) -> list[tuple[str, str]]:
    """List what is to be cleaned, but for files that changed."""
    if inputs.names is not None:
        return [pair for pair in inputs.names if pair[0] not in changed]
    names = [pair for pair in _names(inputs.paths, config, errors) if pair[0] not in changed]
    failed = [error for error in errors if not isinstance(error, Notice)]
    if not names and failed:
        raise failed[0]
    return names


def _names(paths: Sequence[str], config: Config, errors: list[FeedtoolsError]) -> list[tuple[str, str]]:
    """Path and place in the output of every input, sorted by the place: the order of inputs plays no role."""
    names = relative_names(paths, expand(list(paths), errors.append, ReadOptions.of(config)))
    folders = {parent for name in names.values() for parent in _parents(name)}
    good = []
    for path, name in names.items():
        first = name.split("/")[0]
        if first in _RESERVED or (_FOLDS_NAMES and first.casefold() in _RESERVED):
            errors.append(
                ReadError(f"{name} is a name the output itself uses; rename it or name its folder", path=path)
            )
        elif f"{name}.jsonl" in folders:
            errors.append(ReadError(f"{name}.jsonl, where its articles may go, is a folder of the input", path=path))
        else:
            good.append((path, name))
    return sorted(good, key=lambda pair: pair[1])


def _parents(name: str) -> Iterator[str]:
    at = name.find("/")
    while at >= 0:
        yield name[:at]
        at = name.find("/", at + 1)


def clean_files(
    *paths: str | os.PathLike[str],
    out: str | os.PathLike[str],
    config: Config | None = None,
    **options: Any,
) -> Cleaned:
    """Clean files into a new folder as ``feedtools clean`` does; nothing is lost, and all of it can be undone.

    Args:
        paths: files, folders, globs.
        out: the folder to write.
        config: configuration to start from.
        options: fields of the configuration.

    Returns:
        ``counts`` (what became of the articles) and ``errors``.

    Raises:
        FeedtoolsError: nothing was written; see ``clean``.
    """
    return clean([str(path) for path in paths], Path(out), from_options(options, config))
