"""The numbers of a finished run, taken from its manifest."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from feedtools.clean.decisions import DECIDED
from feedtools.clean.ending import CUT
from feedtools.model import digest
from feedtools.report.page.data import Counts
from feedtools.restore.mend import RESTORED

OUTCOMES = {"keep": "kept", "fix": "kept", "restore": "kept", "drop": "dropped", "hold": "held"}


class Counted:
    """Choice of the findings that count: of a grouped rule the first of every file."""

    def __init__(self, grouped: frozenset[str]) -> None:
        self._grouped = grouped
        self._met: set[str] = set()

    def begin(self) -> None:
        """Begin a file."""
        self._met.clear()

    def counted(self, found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The findings among some that count."""
        chosen = []
        for one in found:
            rule = one["rule"]
            if rule in self._met:
                continue
            if rule in self._grouped:
                self._met.add(rule)
            chosen.append(one)
        return chosen


class Account:
    """The numbers of a manifest; ``articles = kept + dropped + held``.

    Findings are those that ``check`` counts: of a grouped rule one per file.
    """

    def __init__(self, grouped: frozenset[str]) -> None:
        self._found, self._left = Counted(grouped), Counted(grouped)
        self._tally: Counter[str] = Counter()
        self._standing = array("Q")  # a digest of every place that stands for another

    def take(self, entry: dict[str, Any]) -> None:
        """Take in one line."""
        tally = self._tally
        found = entry.get("findings", ())
        if "end" in entry:
            tally["files"] += 1
        if "file" in entry:
            self._found.begin()
            self._left.begin()
        if "file" in entry or "action" in entry:
            tally["findings"] += len(self._found.counted(found))
        if "file" in entry:
            tally["remaining"] += len(self._left.counted(found))
        if "action" not in entry:
            return
        outcome = OUTCOMES[entry["action"]]
        tally["articles"] += 1
        tally[outcome] += 1
        tally["remaining"] += len(self._left.counted(found)) if outcome == "kept" else 0
        if outcome == "kept" and "edits" in entry:
            tally["fixes"] += sum(made_by(edit) is not None for edit in entry["edits"])
            tally["repairs"] += sum(one["safety"] != "display" for one in entry.get("repairs", ()))
        if "of" in entry:
            place = f"{entry['of']['path']}\n{entry['of']['line']}"
            self._standing.frombytes(digest(place)[:8])
        if outcome != "dropped" and "edits" in entry:
            by = {name for edit in entry["edits"] for name in edit["by"]}
            restored = any(name.startswith(RESTORED) for name in by)
            tally["restored"] += restored
            tally["fixed"] += bool(by) and not restored

    def counts(self) -> Counts:
        """Sum up the account."""
        import numpy as np

        return Counts(**self._tally, clusters=len(np.unique(np.frombuffer(self._standing, np.uint64))))


def made_by(edit: Mapping[str, Any]) -> str | None:
    """Name what made a change: its rule, else the words for a cut, else the decision; nothing where a copy did."""
    names = [name for name in edit["by"] if not name.startswith(RESTORED)]
    named = sorted(names, key=lambda name: name.startswith((CUT, DECIDED)))
    return DECIDED.strip() if named and named[0].startswith(DECIDED) else next(iter(named), None)
