"""Commands that a run tells a person to type next, with the options that it was given itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedtools.cli.outputs import shell_words
from feedtools.readers.streams import STDIN

if TYPE_CHECKING:
    from feedtools.config import Config

READING = ("config_file", "text_key", "id_key", "date_key", "input_format", "encoding")
"""Parameters that say how inputs are read; another command has to be given the same."""
OUT, INDEX, FILE = "OUT", "INDEX", "FILE"
"""Names that stand for what a person chooses."""


def clean_command(paths: Sequence[str], flags: Mapping[str, Any], config: Config) -> str:
    """Make the command that cleans what was checked, and knows what that was compared with.

    Args:
        paths: files, folders, globs; ``FILE`` stands for standard input, which ``clean`` does not read.
        flags: parameters of the check.
        config: ``history`` names what was published before; of published files an index is made first.
    """
    given = ((name, flags[name]) for name in READING if flags.get(name) is not None)
    reading = [word for name, value in given for word in (f"--{name.split('_file')[0].replace('_', '-')}", str(value))]
    named = [FILE if path == STDIN else path for path in paths]
    first, index = _index(config, reading) if config.history else ("", [])
    options = [*reading, *index, "-o", _outside(named)]
    words = [*options, "--", *named] if any(path.startswith("-") for path in named) else [*named, *options]
    return f"{first}feedtools clean {shell_words(words)}"


def _index(config: Config, reading: Sequence[str]) -> tuple[str, list[str]]:
    """Name what to do first, and the option that names the index that was compared with."""
    from feedtools.dedup.index.history import is_index
    from feedtools.dedup.index.shared import without_password

    for item in config.history:
        if "://" in item:
            return "", ["--index", without_password(item)]
        if is_index(str(config.root / item)):
            return "", ["--index", _shown(config.root / item)]
    from feedtools.readers.paths import missing

    published = [_shown(config.root / item) for item in config.history if not missing(str(config.root / item))]
    if not published:
        return "", []
    option = ["--index", INDEX]
    return f"feedtools index add {shell_words([*published, *reading, *option])} && ", option


def _shown(path: Path) -> str:
    """A path as it is shortest from here."""
    whole = os.path.abspath(path)
    try:
        short = os.path.relpath(whole)
    except ValueError:  # on another drive of Windows
        return whole
    return whole if short.startswith("..") and len(short) > len(whole) else short


def _outside(paths: Sequence[str]) -> str:
    """Name an output that lies in none of the folders: beside the outermost that holds this one."""
    out = Path(os.path.realpath(OUT))
    folders = [Path(os.path.realpath(path)) for path in paths if os.path.isdir(path)]
    holding = [folder for folder in folders if out.is_relative_to(folder)]
    if not holding:
        return OUT
    return os.path.relpath(min(holding, key=lambda folder: len(folder.parts)).parent / OUT)
