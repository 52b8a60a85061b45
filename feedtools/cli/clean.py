"""``feedtools clean``: the batch run over an archive, and the way back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console
from feedtools.cli.options import (
    complete_path,
    configured,
    given,
    input_options,
    lang_option,
    report_errors,
    rule_options,
    say,
    tell,
)
from feedtools.cli.spark import check_engine, engine_options
from feedtools.errors import ConfigError

if TYPE_CHECKING:
    from feedtools.clean.run import Cleaned


_LOCAL = ("resume", "fail_on", "sources", "index", "diff", "dry_run")
"""Options of the local engine alone."""


def _own_options(command: Callable[..., Any]) -> Callable[..., Any]:
    folder = click.Path(path_type=Path)
    for option in (
        click.option("--intact/--no-intact", default=None, help="Leave files as they are; only fill the manifest."),
        click.option("--fail-on", type=click.Choice(("held",)), help="Exit 1 where articles are held."),
        click.option("--force", is_flag=True, help="Replace an earlier output even where its files were edited."),
        click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped."),
        click.option(
            "--sources", metavar="DIR", shell_complete=complete_path, help="Originals to restore damaged articles from."
        ),
        click.option(
            "--index",
            metavar="INDEX",
            shell_complete=complete_path,
            help="What was published before; it is brought up to date.",
        ),
        click.option("--diff", is_flag=True, help="Show how the files would change; write nothing."),
        click.option("--dry-run", is_flag=True, help="Say what would happen to every article; write nothing."),
        click.option("--undo", type=folder, metavar="OUT", help="Give back what this output of clean was made from."),
        click.option(
            "--out", "-o", shell_complete=complete_path, help="Folder to write; it appears whole or not at all."
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("paths", nargs=-1, shell_complete=complete_path)
@_own_options
@engine_options
@rule_options
@lang_option
@input_options
def clean(
    paths: tuple[str, ...], out: str | None, undo: Path | None, engine: str, master: str | None, **flags: Any
) -> None:
    """Clean PATHS into a new folder: copies dropped, damage repaired, what stays wrong held, all of it accounted for.

    Exits 0 when everything was done, 2 when something could not be.
    """
    folder = Path(out) if out else None
    if undo is not None:
        sys.exit(_undo(undo, folder))
    local = {f"--{name.replace('_', '-')}": flags.get(name) for name in _LOCAL}
    check_engine(engine, out, master, local)
    if engine == "spark":
        sys.exit(_spark(paths, out or "", master, **{k: v for k, v in flags.items() if k not in _LOCAL}))
    sys.exit(_clean(paths, folder, **flags))


def _spark(paths: tuple[str, ...], out: str, master: str | None, intact: bool | None, force: bool, **flags: Any) -> int:
    from feedtools.cli import spark

    config = configured(**flags)
    if intact is not None:
        config = config._replace(clean=config.clean._replace(intact=intact))
    return spark.clean(given(paths, config), out, master, config, force=force)


def _clean(
    paths: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
    diff: bool,
    index: str | None,
    sources: str | None,
    resume: bool,
    force: bool,
    fail_on: str | None,
    intact: bool | None,
    **flags: Any,
) -> int:
    from feedtools.clean import run as api
    from feedtools.clean.context import Sources
    from feedtools.cli.progress import CLEAN, Progress

    config = configured(**flags)
    if intact is not None:
        config = config._replace(clean=config.clean._replace(intact=intact))
    _require(index, sources)
    named, others, progress = given(paths, config), Sources(index, sources), Progress(CLEAN)
    try:
        if dry_run or diff:
            cleaned = api.preview(named, config, console.out, others, progress, diff=diff)
        elif out is None:
            raise ConfigError("where to? Name the folder to write with -o OUT")
        else:
            cleaned = api.clean(named, out, config, others, progress, resume=resume, force=force)
    except KeyboardInterrupt:
        progress.close()
        preview = dry_run or diff
        say(f"interrupted; {'nothing was written' if preview else 'the same command with --resume goes on from here'}")
        return 130
    finally:
        progress.close()
    return concluded(cleaned, None if dry_run or diff else out, fail_on)


def _require(index: str | None, sources: str | None) -> None:
    """Refuse originals or the place of an index that are not there, before any work is done without them.

    Raises:
        ConfigError: it names what is missing.
    """
    if sources is not None:
        from feedtools.readers.paths import missing

        if fault := missing(sources):
            raise ConfigError(f"--sources: {fault}", path=sources)
    if index is not None and "://" not in index and not Path(index).absolute().parent.is_dir():
        raise ConfigError("--index: the folder of this index does not exist; make it, or name another", path=index)


def concluded(cleaned: Cleaned, out: Path | None, fail_on: str | None) -> int:
    """Say how a run ended, and what to do next; return the exit code."""
    from feedtools.cli.closing import closing
    from feedtools.report.summary import plural

    if cleaned.taken:
        tell(f"{plural(cleaned.taken, 'edit')} taken up as {plural(cleaned.taken, 'decision')}")
    for line in closing(cleaned, out):
        console.note(line)
    if report_errors(cleaned.errors):
        return 2
    return int(fail_on == "held" and cleaned.counts.held > 0)


def _undo(out: Path, target: Path | None) -> int:
    if target is None:
        raise ConfigError("where to? Name the folder to write with -o DIR")
    from feedtools.clean.undo import undo
    from feedtools.report.summary import plural

    count, errors = undo(out, target)
    console.note(f"{plural(count, 'file')} given back")
    return 2 if report_errors(errors) else 0
