"""Options and endings that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from feedtools.cli import console
from feedtools.config import Config, discover, load
from feedtools.errors import ConfigError, FeedtoolsError, Notice

RENDERERS = ("katex", "mathjax", "both")
"""Values of ``--renderer``, the option ``renderer`` of FT203."""


def split(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """A repeatable option whose values may hold several codes, separated by commas."""
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


def input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How inputs are read and work is spread, for every command that reads a feed."""
    for option in (
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use."),
        click.option("--text-key", help="Name of the text field of JSONL records.  [default: text]"),
        click.option("--id-key", help="Name of the id field of JSONL records.  [default: id]"),
        click.option("--input-format", help="Format of the inputs, where name and content do not tell."),
        click.option("--jobs", "-j", type=click.IntRange(0), help="Processes; 0 for one a core.  [default: 0]"),
    ):
        command = option(command)
    return command


def rule_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which rules run."""
    for option in (
        click.option("--select", multiple=True, callback=split, help="Rules to run: codes, prefixes, names."),
        click.option("--extend-select", multiple=True, callback=split, help="Rules to run besides those."),
        click.option("--ignore", multiple=True, callback=split, help="Rules to leave out; the longest prefix wins."),
        click.option("--renderer", type=click.Choice(RENDERERS), help="Whose formulas FT203 allows.  [default: katex]"),
    ):
        command = option(command)
    return command


def quiet_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Leave out what only a person at a terminal wants to read; errors are said all the same."""
    return click.option("--quiet", "-q", is_flag=True, help="No closing summary and no progress.")(command)


def color_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Colours on a terminal, unless NO_COLOR is set (no-color.org); ``color`` is passed as a plain bool."""

    def decide(_ctx: click.Context, _param: click.Parameter, value: str) -> bool:
        if value == "auto":
            return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return value == "always"

    choice = click.Choice(("auto", "always", "never"))
    return click.option("--color", type=choice, default="auto", show_default=True, callback=decide)(command)


def given(paths: tuple[str, ...], config: Config) -> list[str]:
    """The paths of the command line, else those of the configuration, taken from its folder.

    Raises:
        ConfigError: neither names any.
    """
    chosen = list(paths) or [os.path.relpath(config.root / path) for path in config.paths]
    if not chosen:
        raise ConfigError('nothing to read: name files or folders, or set paths = ["feed/"] in feedtools.toml')
    return chosen


def anchored(path: str) -> str:
    """A path of the command line as one that holds wherever the configuration lies; an address stays as it is."""
    return path if "://" in path else os.path.abspath(path)


def say(message: str) -> None:
    """Tell a person something that is no finding and no failure."""
    console.err(f"feedtools: {message}")


def configured(config_file: Path | None, renderer: str | None = None, **flags: Any) -> Config:
    """The configuration file's values, with the flags that were given in their place.

    Raises:
        ConfigError: the file is invalid.
    """
    config = load(config_file) if config_file else discover(Path.cwd())
    if renderer:
        config = config._replace(
            rules={**config.rules, "FT203": {**config.rules.get("FT203", {}), "renderer": renderer}}
        )
    return config._replace(**{name: value for name, value in flags.items() if value not in (None, ())})


def report_errors(errors: Iterable[FeedtoolsError]) -> bool:
    """Print what could not be done to standard error, each thing once; whether there was any, notices aside."""
    said = {str(error): error for error in errors}
    for message in said:
        say(message)
    return any(not isinstance(error, Notice) for error in said.values())
