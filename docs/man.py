"""The manual page ``docs/feedtools.1``, from the help of every command; ``python docs/readme.py`` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from feedtools import __version__
from feedtools.cli import COMMANDS, cli

_END = """.SH EXIT STATUS
0: clean, or done. 1: there are findings. 2: something could not be checked. 3: an error of
feedtools itself. 130: interrupted.
.SH ENVIRONMENT
.TP
.B NO_COLOR
No colours (no-color.org).
.TP
.B XDG_CACHE_HOME
Where the cache lies for folders without a configuration.
.SH SHELL COMPLETION
.nf
eval "$(_FEEDTOOLS_COMPLETE=bash_source feedtools)"   # bash, in ~/.bashrc
eval "$(_FEEDTOOLS_COMPLETE=zsh_source feedtools)"    # zsh, in ~/.zshrc
_FEEDTOOLS_COMPLETE=fish_source feedtools | source    # fish, in config.fish
.fi
.SH FILES
.TP
.B feedtools.toml
The configuration; \\(lqfeedtools schema configuration\\(rq describes every key.
.TP
.B feedtools-allow.toml
Findings that are right as they stand.
"""


def page() -> str:
    """The whole page, in the man macros."""
    return "\n".join([*_head(), *_commands(), _END])


def _head() -> Iterator[str]:
    yield f'.TH FEEDTOOLS 1 "" "feedtools {__version__}" "User Commands"'
    yield ".SH NAME\nfeedtools \\- " + _text((cli.help or "").rstrip(".").lower())
    yield ".SH SYNOPSIS\n.B feedtools\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ PATHS ...]"
    yield ".SH DESCRIPTION\nPATHS are files, folders, globs, or \\- for standard input. Findings go to standard output,"
    yield "everything else to standard error.\n.SH COMMANDS"


def _commands() -> Iterator[str]:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            yield from _command(f"feedtools {name}", command)
            for inner, one in command.commands.items():
                yield from _command(f"feedtools {name} {inner}", one)
        elif command is not None:
            yield from _command(f"feedtools {name}", command)


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command)
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_text(f'{name} {pieces}')}"
    yield _text(" ".join((command.help or "").split()))
    for param in command.params:
        record = param.get_help_record(context)
        if record and not isinstance(param, click.Argument):
            yield f".TP\n.B {_text(record[0])}\n{_text(' '.join(record[1].split()))}"


def _text(value: str) -> str:
    """Text that roff shows as it is: no line begins with a control character."""
    escaped = value.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.MULTILINE)
