"""One article as a person sees it: the whole text with every spot marked, and what can be done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from feedtools.clean.review.queue import Item, Spot
from feedtools.clean.review.session import Session, suggestion
from feedtools.lint.decisions import Choice
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
    "?": "these keys",
}
"""Action of each key."""
_VERDICTS = {
    "publish": "decided: published as it is shown",
    "reject": "decided: left out",
    "edit": "edited, and still held",
}
_MOST = 24
"""Code points of words that are shown where a key is explained."""


class ScreenPiece(NamedTuple):
    """A stretch of the text that is shown.

    Attributes:
        text: made harmless for terminals.
        style: nothing, ``holds``, ``found``, ``offered`` or ``settled``.
        focus: it is the one that is looked at.
    """

    text: str
    style: str = ""
    focus: bool = False


def pieces(session: Session) -> Iterator[ScreenPiece]:
    """The article with its spots marked, each with its suggestion behind it; of some that overlap the first shows."""
    item, focus = session.item, session.spot
    if item is None:
        return
    at = 0
    for spot in sorted(item.spots, key=lambda spot: (spot.start, -spot.end)):
        if spot.start < at:
            continue
        yield ScreenPiece(escape(item.text[at : spot.start]))
        known = session.standing(item, spot)
        style = "settled" if known else "holds" if spot.holds else "found"
        yield ScreenPiece(escape(item.words(spot)), style, spot == focus)
        if spot.fix is not None and not (known and known.decision == "allow"):
            yield ScreenPiece(escape(suggestion(item, spot)) or "(nothing)", "offered", spot == focus)
        at = spot.end
    yield ScreenPiece(escape(item.text[at:]))


def heading(session: Session) -> str:
    """Place of the session in its queue, the article it is looking at, and what was decided about that already."""
    item = session.item
    if item is None:
        return f"nothing is left to decide; {session.decided:,} decided in this session"
    state = "held" if item.held else "published, with suggestions"
    place = f"{item.place.path}:{item.place.line}"
    known = session.standing(item)
    if known is not None:
        state = _VERDICTS[known.decision]
    elif session.settled(item):
        state = "decided by its words"
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
        known = session.standing(item, spot)
        looked_at = focus is not None and group == (focus.rule, item.words(focus))
        mark = "▶" if looked_at else "✓" if known else "✗" if spot.holds else "·"
        yield escape(f"{mark} {spot.rule} {spot.name}: {_found(item, spot, times, known)}")
    if not item.spots:
        yield from (escape(f"· {reason}") for reason in item.reasons)
    yield released(session)


def _found(item: Item, spot: Spot, times: int, known: Choice | None) -> str:
    """Words, how often, and what is said of them; the message does not repeat the words, nor what is decided."""
    words = item.words(spot)
    offer = f" → {suggestion(item, spot) or '(nothing)'}" if spot.fix else ""
    often = f" (×{times})" if times > 1 else ""
    if known is not None:
        return f"{words}{often}: {'right everywhere' if known.decision == 'allow' else f'{offer[3:]} everywhere'}"
    said = spot.message.removeprefix(words).lstrip(" :") if words else spot.message
    return f"{words}{offer}{often}: {said}"


def released(session: Session) -> str:
    """Say what would release the article."""
    item = session.item
    known = session.standing(item) if item else None
    if item is None or (known and known.decision != "edit"):
        return "decided; u takes the last decision back, another key decides anew"
    holding = [spot for spot in item.spots if spot.holds and session.standing(item, spot) is None]
    ways = []
    if holding and all(spot.fix for spot in holding):
        ways.append("t: take its suggestions")
    elif any(spot.fix for spot in holding):
        ways.append("t and then e: its suggestions mend a part")
    if any(not spot.fix for spot in holding):
        ways.append("a source or a whole copy (clean --sources)")
    spot = session.spot
    if spot is not None and spot.rule != "restore" and session.standing(item, spot) is None:
        words = _short(item.words(spot))
        if spot.fix:
            instead = _short(suggestion(item, spot)) or "(nothing)"
            ways.append(f"T: {words} → {instead} everywhere ({_places(session.same(take=True))})")
        ways.append(f"W: {words} is right everywhere ({_places(session.same(take=False))})")
    return "released by " + " · ".join((*ways, "e: your own edit", "a: as it is"))


def _short(words: str) -> str:
    return escape(words if len(words) <= _MOST else f"{words[: _MOST - 1]}…")


def _places(count: int) -> str:
    return f"{count:,} place" if count == 1 else f"{count:,} places"


def beside(item: Item) -> Iterator[str]:
    """Copies and sources, one after the other."""
    for side in item.beside:
        yield escape(f"{side.what} {side.place.path}:{side.place.line}")
        yield escape(side.text) if side.text else "(not in this output)"


def help_lines(marks: str) -> Iterator[str]:
    """Explain how the text is marked (``marks``), the marks before what was found, and every key."""
    yield f"{marks} · ▶ looked at  ✗ holds  · found  ✓ decided"
    yield "  ".join(f"{key} {what}" for key, what in KEYS.items())
