"""What a batch run would do, for people: the fate of every article, or the change of every file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from feedtools.report.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def actions(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One line for every article that is not simply kept: ``path:line: action (reasons)``.

    Args:
        entries: the lines of a manifest.
    """
    for entry in entries:
        action = entry.get("mark", entry.get("action", "keep"))
        if action != "keep":
            reasons = "; ".join(entry.get("reasons", ()))
            yield f"{escape(entry['path'])}:{entry['line']}: {action} ({escape(reasons)})\n"


def diff(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """The change of one file in unified form; nothing where there is none."""
    if before == after:
        return
    old, new = (_lines(data) for data in (before, after))
    for line in difflib.unified_diff(old, new, name, name, n=0, lineterm=""):
        yield escape(line) + "\n"


def _lines(data: bytes) -> Sequence[str]:
    return data.decode("utf-8", "surrogateescape").split("\n")
