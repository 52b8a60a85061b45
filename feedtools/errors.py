"""Errors that say where something went wrong and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FeedtoolsError(Exception):
    """Something could not be checked; the command goes on with the rest and exits 2.

    Args:
        message: one sentence: what was expected, what was found, what to do.
        path: the file it is about, where there is one.
        line: its 1-based line, where there is one.
    """

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        """``path:line: message``, with the parts that are known."""
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Keep keyword arguments when an error crosses a process boundary."""
        return (_rebuild, (type(self), self.message, self.path, self.line))


def _rebuild(kind: type[FeedtoolsError], message: str, path: str | None, line: int | None) -> FeedtoolsError:
    return kind(message, path=path, line=line)


class ReadError(FeedtoolsError):
    """A file could not be read as what it should be."""


class Notice(FeedtoolsError):  # noqa: N818 - it is none
    """Something was left out on purpose, and a person should know; it is said, and is no failure."""


class WriteError(FeedtoolsError):
    """An output could not be written; nothing half-written is left."""


class LostProcessError(FeedtoolsError):
    """A process that did part of the work was ended from outside, as the system does where memory runs out."""


class RuleError(FeedtoolsError):
    """A rule file is not a valid rule."""


class ConfigError(FeedtoolsError):
    """The configuration or the command line asks for something that does not exist."""


class SketchError(FeedtoolsError):
    """Sketches of different versions or parameters were mixed."""


class IndexFileError(FeedtoolsError):
    """The index is missing, damaged, of another version, or cannot be written."""


class StaleIndexError(IndexFileError):
    """An index that only building it again can cure: damaged, of another version, or no index at all."""


_KINDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def kind_name(kind: type) -> str:
    """Name a type of TOML or JSON as people do."""
    return _KINDS.get(kind, kind.__name__)


def system_words(error: Exception) -> str:
    """Say what the system says of a file, without the number and the path; of another error all that it says."""
    return getattr(error, "strerror", None) or str(error)


def holds_nul(value: object) -> bool:
    """Tell whether a text of a TOML value, however deep inside, holds a NUL, which no path and no option may."""
    if isinstance(value, str):
        return "\0" in value
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(holds_nul, parts))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Ask whether the closest known word is meant, to follow what is unknown; empty where none is close."""
    close = closest(name, known)
    return f"; did you mean {close}?" if close else ""


def closest(name: str, known: Iterable[str]) -> str:
    """The known word that is most like a name; empty where none is close."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(dict.fromkeys(known)), n=1, cutoff=0.6)), "")
