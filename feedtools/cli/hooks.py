"""Hooks for pre-commit that ``feedtools init`` writes: for the formats and folders that it found."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence

from feedtools import __version__
from feedtools.cli.configuration import quoted
from feedtools.readers.formats import FORMATS, PACKED, suffix
from feedtools.readers.passed_over import LOOKED_AT

SOURCE = "https://git.example.org/feedtools/feedtools"
"""Address of the repository that published hooks are taken from."""
_NAMED = 12
"""Files of one format in the root that are named one by one."""
_BESIDE = (
    r"(?i)(?:^|/)(?:\.|(?:node_modules|site-packages)/"
    r"|(?:readme|licen[cs]e|copying|notice|authors|changelog|changes|contributing|code_of_conduct|security)"
    r"(?:[._-][\w-]+)*\.(?:md|markdown|txt)$"
    r"|(?:(?:dev-|test-)?requirements|constraints)(?:[._-][\w-]+)*\.txt$|(?:robots|humans|llms)\.txt$)"
)
"""Files beside articles: a walk through a folder passes them over, and a hook, which names files, leaves them out."""


def hooks(paths: Sequence[str], names: Mapping[str, Sequence[str]], inside: str = "", config: str = "") -> str:
    """Write a ``.pre-commit-config.yaml`` that checks what is committed with the feedtools that is installed.

    Args:
        paths: folders of the feed, each with a slash behind it; ``.`` for the whole.
        names: the files that were found, by their format.
        inside: the folder that ``paths`` and ``names`` lie in, from the root of the repository.
        config: the configuration, where it does not lie in that root.
    """
    first, second = f"        files: &feed {yaml(pattern(paths, names, inside))}\n", "        files: *feed\n"
    check = f"{_program()} check{f' --config {shlex.quote(config)}' if config else ''}"
    if not any(re.search(_BESIDE, name) for found in names.values() for name in found):
        first += f"        exclude: &beside {yaml(_BESIDE)}\n"
        second += "        exclude: *beside\n"
    return (
        "# These hooks run the feedtools that is installed. To let pre-commit install one, put in place of `local`\n"
        f"# the repository that publishes it ({SOURCE}), with `rev: v{__version__}`\n"
        "# below it, and keep of each hook its id, files and exclude.\n"
        "repos:\n"
        "  - repo: local\n"
        "    hooks:\n"
        "      - id: feedtools-check\n"
        "        name: feedtools check\n"
        f"        entry: {yaml(f'{check} --no-duplicates')}\n"
        '        args: ["--"]  # a file name is never an option\n'
        "        language: system\n"
        f"{first}"
        "      - id: feedtools-dedup\n"
        "        name: feedtools duplicates\n"
        f"        entry: {yaml(f'{check} --select FT9 --since HEAD')}\n"
        "        language: system\n"
        "        pass_filenames: false  # it reads the whole feed\n"
        f"{second}"
    )


def pattern(paths: Sequence[str], names: Mapping[str, Sequence[str]], inside: str = "") -> str:
    """Write a regular expression for the files of a feed in the folder ``inside``, those to come included.

    Endings that other files have too (``.json``, ``.html``) count only in the folders where articles were found; in the
    root such files are named one by one.
    """
    common = [name for name in names if name not in LOOKED_AT]
    parts, start = [], f"^{re.escape(inside)}"
    if common:
        everywhere = f"{start}.*" if inside else ""
        folders = everywhere if "." in paths else f"{start}(?:{'|'.join(map(re.escape, paths))}).*"
        parts.append(folders + _ending({end for name in common for end in _endings(name, names[name])}))
    for name in sorted(names.keys() & LOOKED_AT):
        tops = sorted({f"{re.escape(file.split('/')[0])}/" for file in names[name] if "/" in file})
        root = sorted(file for file in names[name] if "/" not in file)
        if tops:
            parts.append(f"{start}(?:{'|'.join(tops)}).*{_ending(_endings(name, names[name]))}")
        if len(root) > _NAMED:
            parts.append(f"{start}[^/]+{_ending(_endings(name, root))}")
        elif root:
            parts.append(f"{start}(?:{'|'.join(map(re.escape, root))})$")
    return "|".join(parts)


def _endings(name: str, files: Sequence[str]) -> set[str]:
    return {*FORMATS[name].suffixes, *map(suffix, files)} - {""}


def _ending(endings: set[str]) -> str:
    packed = "|".join(map(re.escape, PACKED))
    return rf"(?i:(?:{'|'.join(map(re.escape, sorted(endings)))})(?:{packed})?)$"


def _program() -> str:
    """The command that starts this program: its name where a shell finds it, else this Python."""
    return "feedtools" if shutil.which("feedtools") else f"{shlex.quote(sys.executable)} -m feedtools"


def yaml(value: str) -> str:
    """Write a string of YAML, readable where it has no character that needs an escape."""
    return "'" + value.replace("'", "''") + "'" if value.isprintable() else quoted(value)
