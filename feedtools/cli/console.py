"""Passage of all that is printed, so that nothing that was read can command a terminal or a CI runner.

Terminals obey control characters, which `feedtools.report.text.escape` makes visible. Runners obey lines: GitHub
Actions those that begin with ``::`` and those that hold ``##[``, Azure Pipelines ``##vso[``, TeamCity ``##teamcity[``.
"""

from __future__ import annotations

import os
import re
import sys
from typing import IO

from feedtools.text.patterns import lazy

RUNNERS = ("CI", "GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION")
"""Environment variables that say a runner reads along."""
_asked = {"quiet": False, "color": False}


def ask(**wishes: bool) -> None:
    """Take over what the command line asks of all output: ``quiet``, ``color``."""
    _asked.update(wishes)


def forget() -> None:
    """Forget what was asked: the next command of this process may ask otherwise."""
    _asked.update(quiet=False, color=False)


def quiet() -> bool:
    """Tell whether only findings and failures are wanted."""
    return _asked["quiet"]


def colored() -> bool:
    """Tell whether standard output shows colours."""
    return _asked["color"]


def note(message: str) -> None:
    """Print a line that only a person wants to read to standard error; ``--quiet`` leaves it out."""
    if not _asked["quiet"]:
        err(message)


def on_terminal(*streams: IO[str] | None) -> bool:
    """Tell whether all of some streams are terminals; one that is closed is none."""
    return all(stream is not None and stream.isatty() for stream in streams)


def bold(text: str) -> str:
    """The text in bold on a terminal that shows colours."""
    return f"\x1b[1m{text}\x1b[0m" if _asked["color"] else text


_ANYWHERE = lazy(r"#(?=#(?:\[|vso\[|teamcity\[))", re.IGNORECASE)
_FIRST = lazy(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_SPOILT = {"json": r"\u0023", "jsonl": r"\u0023", "sarif": r"\u0023", "gitlab": r"\u0023", "junit": "&#35;"}
"""Spelling of ``#`` in formats that have another one; elsewhere it is shown as an escape."""


def out(text: str, form: str = "text") -> None:
    """Print to standard output what is escaped already.

    Args:
        text: whole lines.
        form: format they are in; lines of ``github`` are commands, and meant to be.
    """
    sys.stdout.write(harmless(text, form))


def err(message: str) -> None:
    """Print a message of one line to standard error."""
    if not (message.isascii() and message.isprintable()):
        from feedtools.report.text import escape

        message = escape(message)
    sys.stderr.write(harmless(message) + "\n")
    sys.stderr.flush()


def lines(text: str) -> None:
    """Print lines that are not escaped yet."""
    from feedtools.report.text import escape

    out("".join(f"{escape(line)}\n" for line in text.split("\n")))


def harmless(text: str, form: str = "text") -> str:
    """Spoil what a runner that reads along would obey; the text stays as it is where none does."""
    if not any(os.environ.get(name) for name in RUNNERS):
        return text
    text = _ANYWHERE.sub(lambda _: _SPOILT.get(form, r"\x23"), text)
    return text if form == "github" else _FIRST.sub(r"\1\\x3a", text)
