"""Preview of a batch run for people: the fate of every article, or the change of every file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.report.text import escape
from feedtools.text.line_diff import hunks, unified

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
    for line in unified(name, *(data.decode("utf-8", "surrogateescape") for data in (before, after))):
        yield escape(line.removesuffix("\n")) + "\n"


AROUND = 30
"""Code points that are shown on either side of a change."""


def words(name: str, before: bytes, after: bytes, *, first: int = 1) -> Iterator[str]:
    """The changes of one file for a terminal with colours: of every line the words that change, and a little around.

    Args:
        name: of the file.
        before: its bytes.
        after: its bytes when it is fixed.
        first: number of its first line.
    """
    old, new = _lines(before), _lines(after)
    for start, end, left, right in hunks(old, new):
        for number in range(max(end - start, right - left)):
            line = escape(old[start + number]) if start + number < end else ""
            now = escape(new[left + number]) if left + number < right else ""
            yield f"{escape(name)}:{first + start + number}: {_changes(line, now)}\n"


def _changes(old: str, new: str) -> str:
    from rapidfuzz.distance import Indel

    shown, codes = "", list(Indel.opcodes(old, new))
    for number, code in enumerate(codes):
        was, now = old[code.src_start : code.src_end], new[code.dest_start : code.dest_end]
        if code.tag == "equal":
            shown += _around(was, first=not number, last=number + 1 == len(codes))
            continue
        shown += f"\x1b[{'41' if was.isspace() else '9;31'}m{was}\x1b[0m" if was else ""
        shown += f"\x1b[{'42' if now.isspace() else '4;32'}m{now}\x1b[0m" if now else ""
    return shown


def _around(same: str, *, first: bool, last: bool) -> str:
    """Shorten text that did not change to what stands next to changes."""
    before = "" if first else same[:AROUND]
    after = "" if last else same[-AROUND:]
    return same if len(same) <= len(before) + len(after) else f"{before}…{after}"


def _lines(data: bytes) -> Sequence[str]:
    return data.decode("utf-8", "surrogateescape").split("\n")
