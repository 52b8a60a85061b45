"""Options and endings that several commands share."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console
from feedtools.config import LANGUAGES, Config, discover, load
from feedtools.errors import ConfigError, FeedtoolsError, Notice, ReadError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

RENDERERS = ("katex", "mathjax", "both")
"""Values of ``--renderer``, the option ``renderer`` of FT203."""
MOST_OF_A_FILE = 10
"""Lines of one file that could not be read and are told one by one."""


def complete_path(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete a file or folder."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_rule(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the last of some codes or names of rules that stand between commas."""
    from click.shell_completion import CompletionItem

    from feedtools.lint.rules import builtin

    before, comma, last = incomplete.rpartition(",")
    rules = builtin(examples=False)
    named = [(rule.id, rule.name) for rule in rules]
    if last and not last[:1].isupper():
        named += [(rule.name, rule.summary) for rule in rules]
    fitting = [(word, said) for word, said in named if word.lower().startswith(last.lower())]
    return [CompletionItem(f"{before}{comma}{word}", help=said) for word, said in fitting]


def complete_rule_or_path(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a rule, or behind ``learn`` a file or folder."""
    words = ctx.params.get(param.name or "") or ()
    complete = complete_path if "learn" in words else complete_rule
    return complete(ctx, param, incomplete)


def complete_format(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a format of inputs."""
    from click.shell_completion import CompletionItem

    from feedtools.readers.formats import FORMATS

    return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


def split(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Split the values of a repeatable option at commas, so that one may hold several codes."""
    return tuple(code.strip() for value in values for code in value.split(",") if code.strip())


def input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that reads a feed: how to read inputs and spread work."""
    for option in (
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use."),
        click.option("--text-key", help="Name of the text field of JSONL records.  [default: text]"),
        click.option("--id-key", help="Name of the id field of JSONL records.  [default: id]"),
        click.option("--date-key", help="Name of the date field of JSONL records.  [default: date]"),
        click.option(
            "--input-format",
            shell_complete=complete_format,
            help="Format of the inputs, where name and content do not tell.",
        ),
        click.option("--encoding", help="Encoding of text files that are not UTF-8, such as gbk."),
        click.option("--jobs", "-j", type=click.IntRange(0), help="Processes; 0 for one per core.  [default: 0]"),
    ):
        command = option(command)
    return command


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option for the language of the page."""
    return click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the report's page.  [default: en]")(
        command
    )


def rule_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose rules."""
    for option in (
        click.option(
            "--select",
            multiple=True,
            callback=split,
            shell_complete=complete_rule,
            help="Rules to run: codes, prefixes, names.",
        ),
        click.option(
            "--extend-select",
            multiple=True,
            callback=split,
            shell_complete=complete_rule,
            help="Rules to run besides those.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            callback=split,
            shell_complete=complete_rule,
            help="Rules to leave out; the longest prefix wins.",
        ),
        click.option("--renderer", type=click.Choice(RENDERERS), help="Whose formulas FT203 allows.  [default: katex]"),
    ):
        command = option(command)
    return command


def with_common_options(command: click.Command) -> click.Command:
    """Give a command, and those under it, ``--quiet`` and ``--color`` where it has none of its own."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_common_options(inner)
    elif not any(param.name == "quiet" for param in command.params):
        command.params += [
            click.Option(
                ["--quiet", "-q"],
                is_flag=True,
                expose_value=False,
                callback=_ask,
                help="No closing summary and no progress.",
            ),
            click.Option(
                ["--color"],
                type=click.Choice(("auto", "always", "never")),
                default="auto",
                show_default=True,
                expose_value=False,
                callback=_ask,
                help="Colours; auto: on a terminal, unless NO_COLOR is set.",
            ),
        ]
    return command


def _ask(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    ctx.call_on_close(console.forget)
    if param.name == "quiet":
        console.ask(quiet=bool(value))
        return
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    console.ask(color=value == "always" or (value == "auto" and sys.stdout.isatty() and not plain))


def given(paths: tuple[str, ...], config: Config, otherwise: str | None = None) -> list[str]:
    """Choose the paths of the command line, else those of the configuration, taken from its folder.

    Args:
        paths: of the command line.
        config: the configuration.
        otherwise: what is read where neither names any.

    Raises:
        ConfigError: nothing names any, or the configuration names what is not there.
    """
    chosen = list(paths) or of_settings(config)
    chosen = chosen or ([otherwise] if otherwise else [])
    if not chosen:
        raise ConfigError('nothing to read: name files or folders, or set paths = ["feed/"] in feedtools.toml')
    return chosen


def of_settings(config: Config) -> list[str]:
    """The paths of the configuration, taken from its folder.

    Raises:
        ConfigError: one of them names nothing; a pattern may match nothing for now.
    """
    chosen = [os.path.relpath(config.root / path) for path in config.paths]
    if chosen:
        from feedtools.readers.paths import missing

        for written, path in zip(config.paths, chosen, strict=True):
            if fault := missing(path):
                raise ConfigError(f"paths: {written!r}: {fault}", path=str(config.file))
    return chosen


def anchored(path: str) -> str:
    """Make a path of the command line hold wherever the configuration lies; an address stays as it is."""
    return path if "://" in path else os.path.abspath(path)


def say(message: str) -> None:
    """Tell a person something that is no finding and no failure."""
    console.err(f"feedtools: {message}")


def tell(message: str) -> None:
    """Tell a person how a run ended; ``--quiet`` leaves it out."""
    console.note(f"feedtools: {message}")


def configured(config_file: Path | None, renderer: str | None = None, **flags: Any) -> Config:
    """Read the configuration, and put the flags that were given in place of its values.

    Raises:
        ConfigError: the file is invalid.
    """
    config = load(config_file) if config_file else discover(Path.cwd())
    if renderer:
        config = config._replace(
            rules={**config.rules, "FT203": {**config.rules.get("FT203", {}), "renderer": renderer}}
        )
    config = config._replace(**{name: value for name, value in flags.items() if value not in (None, ())})
    _check_input(config)
    return config


def _check_input(config: Config) -> None:
    """Refuse a format or an encoding of inputs that does not exist, once and not for each file.

    Raises:
        ConfigError: it names the ones there are, or the one that is meant.
    """
    if config.input_format is not None:
        from feedtools.readers.formats import unknown_format

        if fault := unknown_format(config.input_format):
            raise ConfigError(fault)
    if config.encoding:
        import codecs

        try:
            codecs.lookup(config.encoding)
        except LookupError as error:
            raise ConfigError(f"unknown encoding {config.encoding!r}; expected a name such as gbk or utf-16") from error


def report_errors(errors: Iterable[FeedtoolsError]) -> bool:
    """Print what could not be done to standard error, each thing once; tell whether there was any, notices aside.

    Of a file that has more than ``MOST_OF_A_FILE`` lines that cannot be read, the others are counted.
    """
    said = {str(error): error for error in errors}
    lines = Counter(error.path for error in said.values() if _is_line(error))
    told = Counter[str | None]()
    for message, error in said.items():
        told[error.path] += _is_line(error)
        if not _is_line(error) or told[error.path] <= MOST_OF_A_FILE:
            say(message)
        elif told[error.path] == lines[error.path]:
            more = lines[error.path] - MOST_OF_A_FILE
            say(f"{error.path}: {more:,} more {'lines' if more > 1 else 'line'} could not be read")
    return any(not isinstance(error, Notice) for error in said.values())


def _is_line(error: FeedtoolsError) -> bool:
    return isinstance(error, ReadError) and error.line is not None
