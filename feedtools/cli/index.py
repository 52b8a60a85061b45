"""``feedtools index``: the memory of what was published."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from feedtools.cli import console
from feedtools.cli.options import complete_path, configured, given, input_options, report_errors, say

STORE_HELP = (
    "Index file, or redis://host/db.  [default: .feedtools_cache/index.sqlite beside the configuration; where there is"
    " none, index.sqlite in the user's cache folder]"
)


@click.group()
def index() -> None:
    """Remember what was published, for `feedtools check --against` and `feedtools clean --index`."""


def _named(place: str) -> str:
    """A store as it may be printed."""
    if "://" not in place:
        return place
    from feedtools.dedup.index.shared import without_password

    return without_password(place)


def _store_options(command: Any) -> Any:
    command = click.option("--store", hidden=True, help="The same as --index.")(command)
    return click.option("--index", "-i", "where", shell_complete=complete_path, help=STORE_HELP)(command)


@index.command(short_help="Take files in")
@click.argument("paths", nargs=-1, shell_complete=complete_path)
@_store_options
@input_options
def add(paths: tuple[str, ...], where: str | None, store: str | None, **flags: Any) -> None:
    """Take in PATHS, besides all that was taken in before: what was published stays known when a file goes on."""
    from feedtools.dedup.index import files
    from feedtools.report.summary import plural

    config = configured(**flags)
    place = files.address(where or store, config)
    done = files.add(given(paths, config), place, config)
    console.note(f"{plural(done.documents, 'article')} of {plural(done.sources, 'file')} added to {_named(place)}")
    sys.exit(2 if report_errors(done.errors) else 0)


@index.command(short_help="Forget files")
@click.argument("paths", nargs=-1, required=True, shell_complete=complete_path)
@_store_options
@input_options
def remove(paths: tuple[str, ...], where: str | None, store: str | None, **flags: Any) -> None:
    """Forget the articles of PATHS, whether the files still exist or not."""
    from feedtools.dedup.index import files
    from feedtools.report.summary import plural

    config = configured(**flags)
    place = files.address(where or store, config)
    done = files.remove(list(paths), place, config)
    console.note(f"{plural(done.documents, 'article')} forgotten")
    for path in done.unknown:
        say(f"{path}: {_named(place)} has nothing of it")


@index.command(short_help="Print how much it holds")
@_store_options
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def stats(where: str | None, store: str | None, config_file: Path | None) -> None:
    """Print how much the index holds, as JSON."""
    from feedtools.dedup.index import files
    from feedtools.report.jsonl import dumps

    config = configured(config_file)
    console.out(dumps(files.opened(files.address(where or store, config)).stats()._asdict()) + "\n", "jsonl")


@index.command(short_help="Prove it sound")
@_store_options
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def verify(where: str | None, store: str | None, config_file: Path | None) -> None:
    """Prove the index sound: the file, every text's digest, every key. Exits 2 if it is not."""
    from feedtools.dedup.index import files
    from feedtools.dedup.index.verify import faults

    path = files.address(where or store, configured(config_file))
    wrong = list(faults(files.opened(path)))
    for fault in wrong[:20]:
        console.err(f"feedtools: {path}: {fault}")
    if wrong:
        console.err(f"feedtools: {path}: not sound; remove the file and build it with `feedtools index add`")
        sys.exit(2)
    console.note(f"{path}: sound")


@index.command(short_help="Pack it, and give space back")
@_store_options
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def compact(where: str | None, store: str | None, config_file: Path | None) -> None:
    """Pack what came since the last time, drop what was removed, and give the space back."""
    from feedtools.dedup.index import files
    from feedtools.report.summary import plural

    path = files.address(where or store, configured(config_file))
    console.note(f"{path}: {plural(files.compact(path).documents, 'article')}")
