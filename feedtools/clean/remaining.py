"""Count of what is left to do when a run has ended, taken from its manifest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.clean.ending import CUT
from feedtools.dedup.cluster import coverage_of
from feedtools.text.symbols import symbols

if TYPE_CHECKING:
    from feedtools.clean.output import Fate

GRAM = 9
RUN = 30
"""Symbols on end that must be missing from the kept copy before text counts as lost: fewer are an edit."""
NAMED = 5
"""Files that are named."""


class Remaining(NamedTuple):
    """Work that a run leaves to a person.

    Attributes:
        held: rule and name to how many articles it holds.
        ready: held articles that suggestions alone would release.
        offered: suggestions and repairs that nobody took yet.
        decided: names of the decisions that told.
        rejected: articles that a person rejected.
        cut: articles that were cut at the end of a sentence.
        ending: held articles that such a cut would release, where the policy does not ask for it.
        lost: symbols of dropped copies that do not stand in the copies that are kept.
        empty: files of whose articles none is left, and how many there are.
        marked: with ``intact``, what would have been done, to how many articles.
    """

    held: Counter[str]
    ready: int
    offered: int
    decided: frozenset[str]
    rejected: int
    cut: int
    ending: int
    lost: int
    empty: tuple[tuple[str, ...], int]
    marked: Counter[str]


class Remains:
    """Collects what remains, line by line of a manifest.

    Args:
        fate: who stands for whom, and what the articles read.
    """

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._number = 0
        self._held, self._marked = Counter[str](), Counter[str]()
        self._ready = self._offered = self._rejected = self._cut = self._lost = self._empty = 0
        self._decided: set[str] = set()
        self._names: list[str] = []
        self._present: int | None = None

    def take(self, row: dict[str, Any]) -> None:
        """Take in one line."""
        if "file" in row:
            self._present = 0 if row["articles"] else None
        elif "end" in row:
            if self._present == 0:
                self._empty += 1
                self._names += [row["end"]] * (len(self._names) < NAMED)
        elif "action" in row:
            self._article(row)
            self._number += 1

    def _article(self, row: dict[str, Any]) -> None:
        action = row["action"]
        if "mark" in row:
            self._marked[row["mark"]] += 1
            action = row["mark"]
        if self._present is not None and row["action"] in {"keep", "fix", "restore"}:
            self._present += 1
        findings = row.get("findings", ())
        self._decided.update(row.get("decisions", ()))
        self._cut += any(by.startswith(CUT) for edit in row.get("edits", ()) for by in edit["by"])
        if action == "drop":
            self._rejected += "of" not in row
            self._lost += self._unique() if row.get("kind") not in {None, "exact"} else 0
            return
        self._offered += sum("fix" in one for one in findings)
        self._offered += sum(one["safety"] == "display" for one in row.get("repairs", ()))
        if action == "hold":
            self._hold(row, findings)

    def _hold(self, row: dict[str, Any], findings: list[dict[str, Any]]) -> None:
        names = {f"{one['rule']} {one['name']}" for one in findings}
        holding = {name for name in names if any(reason.startswith(f"{name}:") for reason in row.get("reasons", ()))}
        self._held.update(holding or {f"{row['kind']} copy"} if "kind" in row else holding)
        mine = [one for one in findings if f"{one['rule']} {one['name']}" in holding]
        self._ready += bool(mine) and all("fix" in one for one in mine)

    def _unique(self) -> int:
        """Count symbols of a dropped article, in runs, that stand nowhere in the copy that stands for it."""
        standing = self._fate.copies.standing.get(self._number)
        if standing is None or standing.number < 0:
            return 0
        share = coverage_of(standing.match, self._number)
        text = self._fate.texts[self._number]
        if (1 - share) * len(text) < RUN:
            return 0
        kept = self._fate.instead.get(standing.number) or self._fate.texts[standing.number]
        return unique(symbols(text), symbols(kept))

    def sum(self) -> Remaining:
        """Sum up what remains of all lines."""
        empty, decided = (tuple(self._names), self._empty), frozenset(self._decided)
        numbers = self._rejected, self._cut, self._fate.ending, self._lost
        return Remaining(self._held, self._ready, self._offered, decided, *numbers, empty, self._marked)


def unique(one: str, other: str) -> int:
    """Count symbols of ``one`` in runs of ``RUN`` or more that no common 9-gram with ``other`` covers."""
    known = {other[at : at + GRAM] for at in range(len(other) - GRAM + 1)}
    lost = bare = 0
    covered = -1
    for at in range(len(one)):
        if one[at : at + GRAM] in known:
            covered = at + GRAM
        if at < covered:
            lost += bare if bare >= RUN else 0
            bare = 0
        else:
            bare += 1
    return lost + (bare if bare >= RUN else 0)
