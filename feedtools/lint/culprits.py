"""Find which of some repairs did harm, in a few looks at the text however many there are.

New findings come up beside the repair that brought them. So the repairs beside them are suspected, all the others are
tried together, and only the suspects one by one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Sequence

    from feedtools.lint.edits import FixProposal
    from feedtools.model import Edit, Finding, Level

FEW = 24
"""Suspects that are tried one by one; more of them are tried many at a time, apart from each other."""
_APART = 4
"""Classes of the suspects that are tried at the same time: between two of one class stand three others."""
_LOOKS = 8
"""Times that what is not suspected is tried together; what is left then is suspected, too."""


class Case(NamedTuple):
    """Repairs that together brought a new finding.

    Attributes:
        pending: in reading order, apart from each other.
        before: findings of the text without them.
        after: findings of the text with all of them.
        grave: levels of findings that must not come up.
    """

    pending: Sequence[FixProposal]
    before: Sequence[Finding]
    after: Sequence[Finding]
    grave: Collection[Level]

    def harmless(self, after: Iterable[Finding]) -> bool:
        """Tell whether no rule has more findings than before."""
        before = Counter(finding.rule for finding in self.before)
        now = Counter(finding.rule for finding in after if self._counts(finding))
        return all(count <= before[rule] for rule, count in now.items())

    def _counts(self, finding: Finding) -> bool:
        """Tell whether a finding must not come up; a note that the next round takes out by a safe fix may."""
        passing = finding.level == "note" and finding.fix is not None and finding.fix.safety == "safe"
        return finding.level in self.grave and not passing

    def blamed(self, tried: Sequence[FixProposal], after: Iterable[Finding]) -> list[int]:
        """Places among the tried repairs of those around which a rule has more findings than before."""
        bounds = [_bound(one, other) for one, other in pairwise(tried)]
        places = _moved(bounds, sorted(set(chain.from_iterable(one.edits for one in tried))))
        before = Counter((bisect_right(bounds, one.span.start), one.rule) for one in self.before)
        now = Counter((bisect_right(places, one.span.start), one.rule) for one in after if self._counts(one))
        return sorted({place for (place, rule), count in now.items() if count > before[place, rule]})


def find_culprits(case: Case) -> Generator[Sequence[FixProposal], Sequence[Finding], list[FixProposal]]:
    """Find the repairs to refuse.

    Yields:
        Repairs to try together; the findings of the text with these alone are to be sent in.

    Returns:
        Those that do harm by themselves; where none does, the suspects but for the first.
    """
    suspects, rest, after = [], list(case.pending), case.after
    for _ in range(_LOOKS):
        blamed = _with_neighbours(case.blamed(rest, after), len(rest))
        suspects += [one for place, one in enumerate(rest) if place in blamed]
        rest = [one for place, one in enumerate(rest) if place not in blamed]
        if not blamed or not rest:
            break
        after = yield rest
    else:
        suspects, rest = list(case.pending), []
    suspects.sort(key=lambda one: one.order)
    guilty = []
    if len(suspects) <= FEW:
        for one in suspects:
            after = yield [one]
            if not case.harmless(after):
                guilty.append(one)
    else:
        for first in range(_APART):
            some = suspects[first::_APART]
            guilty += [some[place] for place in case.blamed(some, (yield some))]
    return guilty or suspects[1:] or suspects


def _with_neighbours(places: Iterable[int], count: int) -> set[int]:
    return {near for place in places for near in (place - 1, place, place + 1) if 0 <= near < count}


def _bound(one: FixProposal, other: FixProposal) -> int:
    """A place between two repairs, for findings nearer to the one or the other."""
    end, start = max(edit.end for edit in one.edits), other.order[0]
    return (end + start + 1) // 2 if end < start else start


def _moved(places: Sequence[int], edits: Sequence[Edit]) -> list[int]:
    """Ascending places of a text as they are after some edits."""
    ends = [edit.end for edit in edits]
    shifts = [0, *accumulate(len(edit.text) - (edit.end - edit.start) for edit in edits)]
    return [place + shifts[bisect_right(ends, place)] for place in places]
