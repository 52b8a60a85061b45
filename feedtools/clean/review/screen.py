"""One article as a person sees it: the whole text with every spot marked, and what can be done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from feedtools.clean.review.queue import Item, Spot
from feedtools.clean.review.session import Session, suggestion
from feedtools.report.text import escape

KEYS = {
    "a": "publish as it is",
    "t": "take the suggestions",
    "e": "edit",
    "r": "reject",
    "s": "skip",
    "b": "back",
    "u": "undo",
    "f": "next of what was found",
    "T": "take this suggestion everywhere",
    "W": "these words are right everywhere",
    "q": "quit",
}
"""Action of each key; the names are those of the footer."""


class ScreenPiece(NamedTuple):
    """A stretch of the text that is shown.

    Attributes:
        text: made harmless for terminals.
        style: nothing, ``holds``, ``found`` or ``offered``.
        focus: it is the one that is looked at.
    """

    text: str
    style: str = ""
    focus: bool = False


def pieces(item: Item, focus: Spot | None) -> Iterator[ScreenPiece]:
    """The article with its spots marked, each with its suggestion behind it; of some that overlap the first shows."""
    at = 0
    for spot in sorted(item.spots, key=lambda spot: (spot.start, -spot.end)):
        if spot.start < at:
            continue
        yield ScreenPiece(escape(item.text[at : spot.start]))
        style = "holds" if spot.holds else "found"
        yield ScreenPiece(escape(item.words(spot)), style, spot == focus)
        if spot.fix is not None:
            yield ScreenPiece(escape(suggestion(item, spot)) or "(nothing)", "offered", spot == focus)
        at = spot.end
    yield ScreenPiece(escape(item.text[at:]))


def heading(session: Session) -> str:
    """Place of the session in its queue, and the article it is looking at."""
    item = session.item
    if item is None:
        return f"nothing is left to decide; {session.decided:,} decided in this session"
    state = "held" if item.held else "published, with suggestions"
    place = f"{item.place.path}:{item.place.line}"
    return f"{session.at + 1:,} of {len(session.items):,} ({session.left:,} left) · {escape(place)} · {state}"


def explained(session: Session) -> Iterator[str]:
    """List what was found, line by line; then say what would release the article."""
    item, focus = session.item, session.spot
    if item is None:
        return
    groups = Counter((spot.rule, item.words(spot)) for spot in item.spots)
    for spot in item.spots:
        group = spot.rule, item.words(spot)
        if (times := groups.pop(group, 0)) == 0:
            continue
        mark = "▶" if focus and group == (focus.rule, item.words(focus)) else "✗" if spot.holds else "·"
        offer = f" → {suggestion(item, spot)}" if spot.fix else ""
        often = f" (×{times})" if times > 1 else ""
        yield escape(f"{mark} {spot.rule} {spot.name}: {group[1]}{offer}{often}: {spot.message}")
    if not item.spots:
        yield from (escape(f"· {reason}") for reason in item.reasons)
    yield released(session)


def released(session: Session) -> str:
    """Say what would release the article."""
    item = session.item
    holding = [spot for spot in item.spots if spot.holds] if item else []
    ways = []
    if holding and all(spot.fix for spot in holding):
        ways.append("t: its suggestions")
    elif any(spot.fix for spot in holding):
        ways.append("t and then e: its suggestions mend a part")
    if any(not spot.fix for spot in holding):
        ways.append("a source or a whole copy (--sources)")
    spot = session.spot
    if spot is not None and spot.fix and spot.rule != "restore":
        ways.append(f"T: all {session.same(take=True):,} of these")
    if spot is not None and spot.rule != "restore":
        ways.append(f"W: all {session.same(take=False):,} of these words")
    return "released by " + " · ".join((*ways, "e: your own edit", "a: as it is"))


def beside(item: Item) -> Iterator[str]:
    """Copies and sources, one after the other."""
    for side in item.beside:
        yield escape(f"{side.what} {side.place.path}:{side.place.line}")
        yield escape(side.text) if side.text else "(not in this output)"
