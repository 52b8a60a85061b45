"""The reference pages of the site, from the code: every key of the configuration, every option of the command line."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import click

from feedtools.cli import COMMANDS, cli
from feedtools.cli.schema import configuration as schema

_HEAD = "<!-- written by `python docs/readme.py` -->\n\n"


def configuration() -> str:
    """A table of every key, with what it holds and its default."""
    rows = [
        f"{_HEAD}# Configuration",
        "",
        "The nearest `feedtools.toml`, else `[tool.feedtools]` of the nearest `pyproject.toml`. Options of the command",
        "line win. An unknown key is an error that names the file and the key that is meant. `feedtools schema",
        "configuration` prints the same as a JSON Schema, from which editors complete.",
        *_table(schema()["properties"]),
    ]
    for key, one in schema()["properties"].items():
        if (one.get("properties") and "-" not in key) or key == "clean":
            rows += ["", f"## [{key}]", *_table(one["properties"])]
    return "\n".join([*rows, ""])


def _table(properties: dict[str, Any]) -> Iterator[str]:
    yield from ("", "| key | holds | default | |", "|---|---|---|---|")
    for key, one in properties.items():
        if "_" not in key and "$ref" not in one:
            default = f"`{json.dumps(one['default'])}`" if "default" in one else ""
            yield f"| `{key}` | {_holds(one)} | {default} | {_cell(one.get('description', ''))} |"


def _holds(one: dict[str, Any]) -> str:
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    kind = one.get("type", "")
    if kind == "array":
        return "list of texts"
    names = {"object": "table", "string": "text", "boolean": "true or false", "integer": "number", "number": "number"}
    return names.get(kind, str(kind)) if isinstance(kind, str) else " or ".join(names.get(k, k) for k in kind)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def command_line() -> str:
    """Every command with its options, as its help says."""
    parts = [
        f"{_HEAD}# Command line",
        "",
        "`PATHS` are files, folders, globs, or `-` for standard input. Exit codes: 0 clean or done, 1 findings,",
        "2 could not check, 3 an error of feedtools itself, 130 interrupted.",
    ]
    context = click.Context(cli, info_name="feedtools")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is not None:
            parts += _command(command, click.Context(command, context, info_name=name))
    return "\n".join([*parts, ""])


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield from ("", f"## {context.command_path}", "", _help(command.help or ""))
    arguments = " ".join(one.make_metavar(context) for one in command.params if isinstance(one, click.Argument))
    yield from ("", f"```text\n{context.command_path} [OPTIONS] {arguments}".rstrip() + "\n```")
    records = (one.get_help_record(context) for one in command.params if isinstance(one, click.Option))
    options = [record for record in records if record]
    if options:
        yield from ("", "| option | |", "|---|---|")
        yield from (f"| `{flags.replace('|', chr(92) + '|')}` | {_cell(said)} |" for flags, said in options)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            if one is not None:
                yield from _command(one, click.Context(one, context, info_name=name))


def _help(text: str) -> str:
    return re.sub(r"``(.+?)``", r"`\1`", inspect.cleandoc(text.replace("\b", "")))
