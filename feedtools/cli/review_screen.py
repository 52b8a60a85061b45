"""The full screen of ``feedtools review``, on textual."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Static

from feedtools.clean.review import screen
from feedtools.clean.review.session import Session
from feedtools.cli.review import act
from feedtools.errors import FeedtoolsError

_STYLES = {
    "": "",
    "holds": "bold white on red",
    "found": "black on yellow",
    "offered": "bold green",
    "settled": "green",
}
_NAMES = {
    "a": "Publish",
    "t": "Take",
    "e": "Edit",
    "r": "Reject",
    "s": "Skip",
    "b": "Back",
    "u": "Undo",
    "f": "Next",
}
"""Keys in the order of the footer, which shows as many as there is room for."""
MARKS = "red: it holds the article  yellow: found  green: suggestion, or decided"


class Screen(App[None]):
    """One screen per article: its text, what was found, copies and sources beside it.

    Args:
        session: takes the decisions.
        edit: lets a person edit a text.
    """

    TITLE = "feedtools review"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #heading { background: $primary; color: $text; padding: 0 1; height: 1; }
    #article { width: 2fr; padding: 1; }
    #beside { width: 1fr; padding: 1; border-left: solid $primary; }
    #found { height: auto; max-height: 40%; border-top: solid $primary; padding: 0 1; }
    #told { height: auto; min-height: 1; padding: 0 1; color: $warning; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,h", "act('?')", "Keys", key_display="?"),
        Binding("q", "quit", "Quit"),
        *(Binding(key, f"act('{key}')", name) for key, name in _NAMES.items()),
        Binding("T", "act('T')", "Take all"),
        Binding("W", "act('W')", "All right"),
    ]

    def __init__(self, session: Session, edit: Callable[[str], str]) -> None:
        super().__init__()
        self._review = session
        self._edit = edit

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Static(id="heading")
        with Horizontal():
            with VerticalScroll(id="article"):
                yield Static(id="text")
            with VerticalScroll(id="beside"):
                yield Static(id="sides")
        with VerticalScroll(id="found"):
            yield Static(id="spots")
        yield Static(id="told")
        yield Footer()

    def on_mount(self) -> None:
        """Show the first article."""
        self._show("")

    def action_act(self, key: str) -> None:
        """Do what a key stands for."""
        try:
            told = act(self._review, key, self._edited, MARKS)
        except FeedtoolsError as error:
            told = str(error)
        self._show(told)

    def _edited(self, text: str) -> str:
        with self.suspend():
            return self._edit(text)

    def _show(self, told: str) -> None:
        session, item = self._review, self._review.item
        self.query_one("#heading", Static).update(Text(screen.heading(session)))
        text = Text()
        for piece in screen.pieces(session):
            style = f"{_STYLES[piece.style]} underline" if piece.focus else _STYLES[piece.style]
            text.append(f" → {piece.text} " if piece.style == "offered" else piece.text, style)
        self.query_one("#text", Static).update(text)
        sides = list(screen.beside(item)) if item else []
        self.query_one("#beside").display = bool(sides)
        self.query_one("#sides", Static).update(Text("\n".join(sides)))
        self.query_one("#spots", Static).update(Text("\n".join(screen.explained(session))))
        self.query_one("#told", Static).update(Text(told))
