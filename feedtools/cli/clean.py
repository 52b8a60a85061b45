"""``feedtools clean``: the batch run over an archive, and the way back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli.options import configured, given, input_options, report_errors, rule_options
from feedtools.errors import ConfigError

if TYPE_CHECKING:
    from feedtools.report.data import Counts


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Folder to write; it appears whole or not at all.")
@click.option("--undo", type=click.Path(path_type=Path), help="Give back what this output of clean was made from.")
@click.option("--dry-run", is_flag=True, help="Say what would happen to every article, and write nothing.")
@click.option("--diff", is_flag=True, help="Show how the files would change, and write nothing.")
@click.option("--intact/--no-intact", default=None, help="Leave transmissions as they are and only fill the manifest.")
@rule_options
@input_options
def clean(
    paths: tuple[str, ...],
    out: Path | None,
    undo: Path | None,
    dry_run: bool,
    diff: bool,
    intact: bool | None,
    **flags: Any,
) -> None:
    """Clean PATHS into a new folder: copies dropped, damage fixed, what stays wrong held, all of it accounted for.

    Exits 0 when everything was done, 2 when something could not be.
    """
    if undo is not None:
        sys.exit(_undo(undo, out))
    config = configured(**flags)
    if intact is not None:
        config = config._replace(clean=config.clean._replace(intact=intact))
    from feedtools.api import clean as api

    sources = given(paths, config)
    if dry_run or diff:
        cleaned = api.preview(sources, config, sys.stdout.write, diff=diff)
    elif out is None:
        raise ConfigError("where to? Name the folder to write with -o OUT")
    else:
        cleaned = api.clean(sources, out, config)
    click.echo(summary(cleaned.counts), err=True)
    sys.exit(2 if report_errors(cleaned.errors) else 0)


def _undo(out: Path, target: Path | None) -> int:
    if target is None:
        raise ConfigError("where to? Name the folder to write with -o DIR")
    from feedtools.api.undo import undo

    count, errors = undo(out, target)
    click.echo(f"{count:,} files given back", err=True)
    return 2 if report_errors(errors) else 0


def summary(counts: Counts) -> str:
    """The account in one line; its numbers add up."""
    return (
        f"{counts.articles:,} articles in {counts.files:,} files = {counts.kept:,} kept + {counts.dropped:,} dropped + "
        f"{counts.held:,} held ({counts.fixed:,} fixed, {counts.restored:,} restored)"
    )
