"""Commands and environments that each renderer accepts, measured by ``benchmarks/latex_tables.py``."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.text.precompiled import recall, stamped


class Command(NamedTuple):
    r"""Arguments and place of one command.

    Attributes:
        args: one letter per argument: ``m`` in the mode around it, ``M`` math, ``t`` text, ``p`` a single atom,
            ``o`` optional, ``O`` optional and unread, ``*`` optional star, ``s`` length, ``h`` length that is
            not empty, ``c`` colour, ``u`` unread, ``d`` delimiter, ``g`` equation tag,
            ``w`` one group or any one token.
        limits: 4 where ``\limits`` may follow, else 0.
        script: whether it may be a script without braces, as in ``x^\frac12``.
    """

    args: str
    limits: int
    script: bool


class Environment(NamedTuple):
    r"""Arguments and columns of one ``\begin{…}``.

    Attributes:
        args: ``A`` column letters, ``N`` a number, ``o`` an optional column letter, ``""`` none.
        inline: whether it may stand in a formula that is not displayed.
        columns: most columns, 0 for any number.
        tags: whether every row may carry its own ``\tag``.
    """

    args: str
    inline: bool
    columns: int
    tags: bool


class Tables(NamedTuple):
    """One renderer's facts.

    Attributes:
        math: token to command, in math mode.
        text: token to command, in text mode.
        environments: name to environment.
        delimiters: what may follow ``left``.
        accents: combining marks that may follow a letter.
        superscripts: characters that are superscripts by themselves.
        subscripts: likewise subscripts.
        loose: MathJax's manner: any item may be a script, any character is set, environments of one kind do not nest.
    """

    math: dict[str, Command]
    text: dict[str, Command]
    environments: Mapping[str, Environment]
    delimiters: frozenset[str]
    accents: frozenset[str]
    superscripts: frozenset[str]
    subscripts: frozenset[str]
    loose: bool


def _parsed(path: Path) -> dict[str, Any]:
    import json

    parsed: dict[str, Any] = json.loads(path.read_bytes())
    return parsed


@lru_cache(maxsize=4)
def load(renderer: str) -> Tables:
    """The tables of ``katex`` or ``mathjax``."""
    path = Path(__file__).with_name(f"{renderer}.json")
    raw = recall(renderer, stamped(path), lambda: _parsed(path))
    math: dict[str, Command] = {}
    text: dict[str, Command] = {}
    for key, names in raw["commands"].items():
        args, flags = key.split(":")
        command = Command(args, 4 if "L" in flags else 0, "S" in flags)
        if "M" in flags:
            math.update(dict.fromkeys(names, command))
        if "T" in flags:
            text.update(dict.fromkeys(names, command))
    for mark in raw["scripts"]["sup"] + raw["scripts"]["sub"]:
        math.pop(mark, None)
    return Tables(
        math,
        text,
        {name: Environment(**facts) for name, facts in raw["environments"].items()},
        frozenset(raw["delimiters"]),
        frozenset(raw["accents"]),
        frozenset(raw["scripts"]["sup"]),
        frozenset(raw["scripts"]["sub"]),
        raw.get("loose", False),
    )
