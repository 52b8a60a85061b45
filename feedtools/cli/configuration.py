"""Changes of a configuration file that a person wrote: one key is added, every other byte stays."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedtools.config import FILE

if TYPE_CHECKING:
    from feedtools.config import Config

_TABLE = re.compile(r"^\[tool\.feedtools\][^\n]*\n?", re.MULTILINE)
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")


def set_baseline(baseline: Path, config: Config) -> str:
    """Let the configuration file name a baseline, where there is one that names none.

    Returns:
        What to tell the person, after a semicolon.
    """
    path, table = _file(config.root)
    if path is None:
        return f"; use it with --baseline {baseline}, or set the key baseline in {FILE} (feedtools init writes one)"
    value = os.path.relpath(os.path.abspath(baseline), os.path.abspath(config.root)).replace(os.sep, "/")
    named = table.get("baseline")
    if named is not None:
        return "" if named == value else f"; {path} names {named}: change its key baseline to use this one"
    return (
        f"; {path} names it now" if add_key(path, "baseline", value) else f"; add baseline = {quoted(value)} to {path}"
    )


def _file(root: Path) -> tuple[Path | None, dict[str, Any]]:
    """The configuration file of a folder, and what it holds."""
    for path, inside in ((root / FILE, ()), (root / "pyproject.toml", ("tool", "feedtools"))):
        if path.is_file():
            table = _parsed(path.read_bytes())
            for key in inside:
                table = table.get(key) if isinstance(table, dict) else None
            if isinstance(table, dict):
                return path, table
    return None, {}


def _parsed(data: bytes) -> Any:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def add_key(path: Path, key: str, value: str) -> bool:
    """Add a key with a string to a ``feedtools.toml`` or to the table of a ``pyproject.toml``.

    Returns:
        Whether it was added; a file is left alone where it would mean anything else than before with that key.

    Raises:
        WriteError: the file cannot be written.
    """
    from feedtools.system.files import write_whole

    before = path.read_bytes()
    text = before.decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    place = _TABLE.search(text) if path.name == "pyproject.toml" else _COMMENTS.match(text.replace("\r", " "))
    if place is None:
        return False
    after = f"{text[: place.end()]}{key} = {quoted(value)}{end}{text[place.end() :]}".encode()
    old, new = _parsed(before), _parsed(after)
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    (old["tool"]["feedtools"] if path.name == "pyproject.toml" else old)[key] = value
    if old != new:
        return False
    write_whole(path, after)
    return True


def quoted(value: str) -> str:
    """Write a basic string of TOML, whose escapes are those of JSON; DEL needs one here alone."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
