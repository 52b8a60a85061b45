"""``feedtools review``: go through what is held and what is offered, and decide."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console
from feedtools.cli.options import configured, say
from feedtools.errors import ConfigError

if TYPE_CHECKING:
    from feedtools.clean.review.session import Session

_SHOWN = {"holds": ("⟦", "⟧"), "found": ("‹", "›"), "offered": ("→⟨", "⟩"), "settled": ("", ""), "": ("", "")}

MARKS = "⟦holds the article⟧  ‹found›  →⟨suggestion⟩"
"""Marks of a text that is shown without colours."""


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--plain", is_flag=True, help="Prompts, one line each, in place of the full screen.")
@click.option("--only", type=click.Choice(("held", "offered")), help="Only what is held, or only what is offered.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def review(out: Path, plain: bool, only: str | None, **flags: Any) -> None:
    """Go through what is held and offered in OUT, an output of `feedtools clean`.

    Every decision is written to feedtools-decisions.jsonl beside the configuration at once; nothing else is changed.
    `feedtools publish OUT`, or the next run, applies them. The full screen needs the extra "review".
    """
    from feedtools.clean.review.finding import finder
    from feedtools.clean.review.queue import queue
    from feedtools.clean.review.session import Session
    from feedtools.config import DECISIONS_FILE
    from feedtools.readers import ReadOptions

    config = configured(**flags)
    found = queue(out, ReadOptions.of(config))
    items = [item for item in found if only is None or item.held == (only == "held")]
    session = Session(items, config.root / DECISIONS_FILE, finder(out, config))
    if plain or not console.on_terminal(sys.stdin, sys.stdout):
        prompts(session)
    elif find_spec("textual") is None:
        say('the full screen needs textual: pip install "feedtools[review]"; going on with prompts')
        prompts(session)
    else:
        from feedtools.cli.review_screen import Screen

        Screen(session, edited).run()
    _end(session, out)


def _end(session: Session, out: Path) -> None:
    from feedtools.report.summary import plural

    place = shlex.quote(str(out))
    console.note(f"{plural(session.decided, 'decision')} written, {session.left:,} of {len(session.items):,} left")
    if session.decided:
        console.note(f"next: feedtools publish {place}")
    elif session.left:
        console.note(f"go on: feedtools review {place}")


def edited(text: str) -> str:
    """Let a person edit a text in their editor ($VISUAL, $EDITOR); the text itself where they leave it.

    Raises:
        ConfigError: there is no editor, or it ended with an error.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory(prefix="feedtools-") as folder:
        path = Path(folder) / "article.txt"
        path.write_bytes(text.encode("utf-8", "surrogateescape") + b"\n")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)  # noqa: S603 - the person's own editor
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise ConfigError(f"the editor {editor!r} cannot be used: {error}; set EDITOR") from error
        after = path.read_bytes().decode("utf-8", "surrogateescape")
    return after if text.endswith("\n") else after.removesuffix("\n").removesuffix("\r")


def act(session: Session, key: str, edit: Callable[[str], str], marks: str = MARKS) -> str:
    """Do what a key stands for, and say what came of it; the empty text where the article was left.

    Args:
        session: takes the decisions.
        key: one character.
        edit: lets a person edit a text.
        marks: how the text that is shown is marked, for ``?``.

    Raises:
        ConfigError: the editor cannot be used.
        WriteError: the decision cannot be written.
    """
    item = session.item
    if key in {"?", "h"}:
        from feedtools.clean.review.screen import help_lines

        return "\n".join(help_lines(marks))
    if key == "u":
        return "taken back" if session.undo() else "nothing to take back"
    if key == "b":
        return "" if session.back() else "this is the first one"
    if item is None:
        return "nothing is left to decide"
    if key == "f":
        return "" if session.look() else "nothing else was found in this article"
    if key in {"T", "W"}:
        return _everywhere(session, take=key == "T")
    if key == "t":
        return _taken(session)
    if key == "e":
        return _edit(session, edit)
    doing = {"a": session.accept, "r": session.reject, "s": session.forward}.get(key)
    if doing is None:
        return f"no such key: {key}; ? lists them"
    doing()
    return ""


def _edit(session: Session, edit: Callable[[str], str]) -> str:
    item = session.item
    assert item is not None
    text = edit(item.text)
    if text == item.text:
        return "nothing was changed"
    told = ""
    if len(text.splitlines()) > 1 and len(item.raw.splitlines()) == 1:
        text, told = " ".join(text.split("\n")), "line ends became spaces: an article of this file is one line"
    return told if session.edit(text) else "your edit is kept; this still holds the article"


def _everywhere(session: Session, *, take: bool) -> str:
    from feedtools.report.summary import plural
    from feedtools.report.text import escape

    item, spot = session.item, session.spot
    words = item.words(spot) if item and spot else ""
    if not (count := session.everywhere(take=take)):
        return "there is nothing to decide about these words"
    done = "the suggestion is taken" if take else "right"
    return f"{escape(words)}: {done} everywhere, in {plural(count, 'place')} of this output"


def _taken(session: Session) -> str:
    at = session.at
    if not session.take():
        return "nothing is offered here"
    return "" if session.at != at else "the suggestions are taken; this still holds the article"


def prompts(session: Session) -> None:
    """Review by prompts that any terminal and any pipe can show; one more behind the last, for who wants it back."""
    from feedtools.clean.review.screen import heading, help_lines

    for line in help_lines(MARKS):
        console.lines(line)
    shown = None
    while session.item is not None or session.decided:
        over = session.item is None
        if session.item is None:
            console.lines(f"\n{heading(session)}; u takes the last decision back, Enter ends")
            shown = None
        elif (now := (session.at, session.focus, session.left, session.decided, session.item.text)) != shown:
            _show(session)
            shown = now
        console.out("> ")
        sys.stdout.flush()
        keys = sys.stdin.readline() if sys.stdin else ""
        for key in (keys.strip() or "q" * over) if keys else "q":
            if key == "q":
                return
            try:
                told = act(session, key, edited)
            except ConfigError as error:
                told = str(error)
            if told:
                console.lines(told)


def _show(session: Session) -> None:
    from feedtools.clean.review import screen

    item = session.item
    assert item is not None
    console.lines(f"\n{screen.heading(session)}")
    marked = []
    for piece in screen.pieces(session):
        before, after = _SHOWN[piece.style]
        marked.append(f"{before}{piece.text}{after}" if piece.text else "")
    console.out("".join(marked) + "\n")
    for line in (*screen.explained(session), *screen.beside(item)):
        console.out(f"  {line}\n")
