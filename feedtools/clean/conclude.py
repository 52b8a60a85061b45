"""Decision about an article by everything that a run noted of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from feedtools.clean.decide import decide
from feedtools.clean.decisions import DECIDED, ruled
from feedtools.clean.ending import CUT
from feedtools.clean.notes import Note
from feedtools.config import Policy
from feedtools.model import Action, Article, Decision, Finding, Match
from feedtools.restore.mend import RESTORED


class ToldCopy(NamedTuple):
    """An article as a copy of another.

    Attributes:
        match: what makes it one.
        how: the same in words, with the place of the copy that stands for it.
        rest: letters and digits in a row that the copy that stands for it lacks.
    """

    match: Match
    how: str
    rest: int = 0


def conclude(
    article: Article, note: Note, findings: Sequence[Finding], policy: Policy, copy: ToldCopy | None, instead: str = ""
) -> Decision:
    """Decide about one article.

    Args:
        article: as it came in.
        note: of everything that was done to it.
        findings: that remain.
        policy: the policy.
        copy: what makes it a copy, where it is one.
        instead: place of the copy that is kept in its place, if it is held and there is one.
    """
    by = sorted({name for change in note.changes for name in change.by})
    restored = [name for name in by if name.startswith(RESTORED)]
    cut = tuple(name for name in by if name.startswith(CUT))
    fixed = [name for name in by if not name.startswith((RESTORED, CUT, DECIDED))]
    match, how, rest = copy or (None, "", 0)
    decision = decide(article, findings, policy, match, how, fixed, restored, rest)
    if cut and decision.action != "drop":
        action: Action = "fix" if decision.action == "keep" else decision.action
        decision = decision._replace(action=action, reasons=(*decision.reasons, *cut))
    if instead and decision.action == "hold":
        decision = decision._replace(reasons=(*decision.reasons, f"{instead} is kept in its place"))
    return ruled(decision, note.decided, changed=bool(note.changes))
