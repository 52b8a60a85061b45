"""The command line: parse, call the library, print, exit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools import __version__
from feedtools.config import Config, discover, load
from feedtools.errors import FeedtoolsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
FORMATS = ("text", "concise", "json", "jsonl")


def _split(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


def _input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use."),
        click.option("--text-key", help="Name of the text field of JSONL records.  [default: text]"),
        click.option("--id-key", help="Name of the id field of JSONL records.  [default: id]"),
        click.option("--input-format", help="Format of the inputs, where name and content do not tell."),
        click.option("--jobs", "-j", type=click.IntRange(0), help="Processes; 0 for one a core.  [default: 0]"),
    ):
        command = option(command)
    return command


def _config(config_file: Path | None, **flags: Any) -> Config:
    config = load(config_file) if config_file else discover(Path())
    return config._replace(**{name: value for name, value in flags.items() if value not in (None, ())})


def _echo_errors(errors: Iterable[FeedtoolsError]) -> bool:
    failed = False
    for error in errors:
        click.echo(f"feedtools: {error}", err=True)
        failed = True
    return failed


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Lint, deduplicate and restore published text feeds."""


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--select", multiple=True, callback=_split, help="Rules to run: codes, prefixes or names; the longest wins."
)
@click.option("--extend-select", multiple=True, callback=_split, help="Rules to run besides the selected ones.")
@click.option("--ignore", multiple=True, callback=_split, help="Rules to leave out.")
@click.option(
    "--output-format", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print findings."
)
@_input_options
def check(paths: tuple[str, ...], output_format: str, **flags: Any) -> None:
    """Check PATHS: files, folders, globs, or - for standard input.

    Exits 0 when clean, 1 when there are findings, 2 when something could not be checked.
    """
    from feedtools import api

    config = _config(**flags)
    checked = api.check(paths or config.paths, config)
    for chunk in _formatted(checked.findings, output_format):
        sys.stdout.write(chunk)
    failed = _echo_errors(checked.errors)
    sys.exit(2 if failed else int(any(config.fails(finding.level) for finding in checked.findings)))


def _formatted(findings: list[Any], name: str) -> Iterable[str]:
    if name in {"json", "jsonl"}:
        from feedtools.report import jsonl

        return jsonl.jsonl(findings) if name == "jsonl" else jsonl.json_list(findings)
    from feedtools.report.text import text

    return text(findings, excerpt=name == "text")
