"""Edits of one text: applied together or refused, undone again, and many rounds of them read as one.

Nothing here knows a rule or a finding; ``feedtools.lint.fix`` decides which edits are made.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import SAFETIES, Edit, Safety

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class FixProposal(NamedTuple):
    """Edits that belong together, and who proposes them: a rule's code, or another name that a manifest can show."""

    by: str
    edits: tuple[Edit, ...]
    safety: Safety = "safe"

    @property
    def order(self) -> tuple[int, int, str, tuple[Edit, ...]]:
        """Rank among proposals that overlap, of which the least is applied: first start, last end, name."""
        return min(edit.start for edit in self.edits), max(edit.end for edit in self.edits), self.by, self.edits


class Applied(NamedTuple):
    """The text after ``apply``, and which proposals are in it, both in reading order."""

    text: str
    applied: tuple[FixProposal, ...]
    skipped: tuple[FixProposal, ...]


class Change(NamedTuple):
    """One replaced stretch of the raw text: ``[start, end)`` held ``old`` and now reads ``new``.

    Attributes:
        by: rules, or other names, whose repairs it is made of.
        safety: of the least safe of them.
    """

    start: int
    end: int
    old: str
    new: str
    by: tuple[str, ...]
    safety: Safety = "safe"


def apply(text: str, fixes: Iterable[FixProposal]) -> Applied:
    """Apply proposals to a text, whatever order they come in.

    A proposal is applied whole or not at all. Where two overlap the first by start, end and name wins; the same edit
    proposed twice is made once. An insertion may touch a replacement; two insertions at one place overlap.

    Raises:
        ValueError: an edit reaches outside the text.
    """
    taken: list[Edit] = []  # ascending and apart from each other
    applied: list[FixProposal] = []
    skipped: list[FixProposal] = []
    end = -1
    for proposal in sorted(set(fixes), key=lambda proposal: (proposal.order, proposal.safety)):
        edits = tuple(sorted(proposal.edits))
        if edits[0].start < 0 or any(not edit.start <= edit.end <= len(text) for edit in edits):
            raise ValueError(f"{proposal.by}: an edit reaches outside the text of {len(text)} characters")
        free = [edit for edit in edits if not _holds(taken, edit)]
        if _overlap(free) or (edits[0].start <= end and _clash(free, taken)):
            skipped.append(proposal)
            continue
        applied.append(proposal)
        for edit in free:
            insort(taken, edit)
        end = max(end, edits[-1].end)
    return Applied(edited(text, taken), tuple(applied), tuple(skipped))


def _holds(taken: Sequence[Edit], edit: Edit) -> bool:
    place = bisect_left(taken, edit)
    return place < len(taken) and taken[place] == edit


def _overlap(edits: Sequence[Edit]) -> bool:
    return any(not _apart(first, second) for first, second in pairwise(edits))


def _clash(edits: Sequence[Edit], taken: Sequence[Edit]) -> bool:
    """Tell whether one of these overlaps one of those, which are ascending and apart: only neighbours can."""
    for edit in edits:
        place = bisect_left(taken, edit)
        if place and not _apart(edit, taken[place - 1]):
            return True
        while place < len(taken) and taken[place].start <= edit.end:
            if not _apart(edit, taken[place]):
                return True
            place += 1
    return False


def _apart(one: Edit, other: Edit) -> bool:
    if one.start == one.end == other.start == other.end:
        return False
    return one.end <= other.start or other.end <= one.start


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Make edits in a text; they are ascending and apart from each other."""
    parts: list[str] = []
    place = 0
    for edit in edits:
        parts += (text[place : edit.start], edit.text)
        place = edit.end
    return "".join((*parts, text[place:]))


def rewrite(text: str, changes: Sequence[Change]) -> str:
    """Make the changes in the text; the inverse of ``revert``."""
    return edited(text, [Edit(change.start, change.end, change.new) for change in changes])


def revert(text: str, changes: Sequence[Change]) -> str:
    """Restore the raw text from what the changes made of it.

    Raises:
        ValueError: the text is not what the changes made.
    """
    parts: list[str] = []
    place = shift = 0
    for change in changes:
        start = change.start + shift
        if not text.startswith(change.new, start):
            raise ValueError(f"expected {change.new[:40]!r} at character {start}")
        parts += (text[place:start], change.old)
        place = start + len(change.new)
        shift += len(change.new) - len(change.old)
    return "".join((*parts, text[place:]))


class _Piece(NamedTuple):
    """A stretch of a text under repair: ``raw`` is its place in the raw text, or -1 where ``by`` put it there."""

    text: str
    raw: int
    by: tuple[str, ...] = ()
    safety: Safety = "safe"


class Draft:
    """A text under repair that remembers its raw form, so that many rounds of edits read as one.

    Args:
        text: the raw text.
    """

    def __init__(self, text: str) -> None:
        self._raw = text
        self._pieces = [_Piece(text, 0)]
        self.text = text

    def edit(self, applied: Applied) -> None:
        """Go on to the text of ``applied``, which was made from the present one."""
        named: dict[Edit, tuple[str, ...]] = {}
        safeties: dict[Edit, Safety] = {}
        for proposal in applied.applied:
            for edit in proposal.edits:
                named[edit] = (*named.get(edit, ()), proposal.by)
                safeties[edit] = _least(safeties.get(edit, "safe"), proposal.safety)
        pieces: list[_Piece] = []
        place = 0
        starts = [0, *accumulate(len(piece.text) for piece in self._pieces)]
        for edit in sorted(named):
            pieces += self._between(place, edit.start, starts)
            under = self._between(edit.start, edit.end, starts)
            inherited = [by for piece in under for by in piece.by]
            safety = _least(safeties[edit], *(piece.safety for piece in under))
            pieces.append(_Piece(edit.text, -1, (*inherited, *named[edit]), safety))
            place = edit.end
        # One past the end takes a deletion that stands there along.
        self._pieces = pieces + self._between(place, len(self.text) + 1, starts)
        self.text = applied.text

    def _between(self, start: int, end: int, starts: Sequence[int]) -> list[_Piece]:
        result: list[_Piece] = []
        first = max(0, bisect_left(starts, start) - 1)  # the one that ends there or behind
        for number in range(first, len(self._pieces)):
            place, piece = starts[number], self._pieces[number]
            if place > end:
                break
            low, high = max(start - place, 0), min(end - place, len(piece.text))
            if low < high:
                raw = piece.raw + low if piece.raw >= 0 else -1
                result.append(piece._replace(text=piece.text[low:high], raw=raw))
            elif not piece.text and piece.by and start <= place < end:
                result.append(piece)
        return result

    def changes(self) -> tuple[Change, ...]:
        """List what differs from the raw text."""
        result: list[Change] = []
        place, new = 0, ""
        by: tuple[str, ...] = ()
        safety: Safety = "safe"
        for piece in (*self._pieces, _Piece("", len(self._raw))):
            if piece.raw < 0:
                new += piece.text
                by += piece.by
                safety = _least(safety, piece.safety)
                continue
            if (old := self._raw[place : piece.raw]) != new:
                result.append(Change(place, piece.raw, old, new, tuple(dict.fromkeys(by)), safety))
            place, new, by, safety = piece.raw + len(piece.text), "", (), "safe"
        return tuple(result)


def _least(*safeties: Safety) -> Safety:
    return min(safeties, key=SAFETIES.index)


def compose(raw: str, *rounds: Sequence[Change]) -> tuple[Change, ...]:
    """Combine changes made one after the other into changes of the raw text."""
    made_any = [changes for changes in rounds if changes]
    if not made_any or (len(made_any) == 1 and _is_composed(raw, made_any[0])):
        return tuple(chain.from_iterable(made_any))
    draft = Draft(raw)
    for changes in rounds:
        made = tuple(
            FixProposal(by, (Edit(change.start, change.end, change.new),), change.safety)
            for change in changes
            for by in change.by
        )
        draft.edit(Applied(rewrite(draft.text, changes), made, ()))
    return draft.changes()


def _is_composed(raw: str, changes: Sequence[Change]) -> bool:
    """Tell whether changes read as ``Draft.changes`` lists them: apart, text between, each of some effect."""
    end = -1
    for one in changes:
        named = one.by and len(set(one.by)) == len(one.by)
        if one.start <= end or one.old == one.new or not named or raw[one.start : one.end] != one.old:
            return False
        end = one.end
    return True
