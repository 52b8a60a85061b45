"""The account of a finished run, taken from its manifest: the numbers, and what the report shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from feedtools.api import manifest
from feedtools.api.spool import Texts
from feedtools.api.writing import Fate
from feedtools.duplicates import links
from feedtools.errors import FeedtoolsError
from feedtools.match import explain
from feedtools.model import Article, Block, Cluster, Decision, Edit, Finding, Level, Match, Place, Span
from feedtools.report.data import Copies, Copy, Counts, Repair, Report, RuleName, Tally, graver

SHOWN = 1000
"""Findings, clusters, held articles and repairs that the report shows; it counts them all."""
LISTED = 20
"""Copies of one article that the report is given; it counts the others."""
_OUTCOMES = {"keep": "kept", "fix": "kept", "restore": "kept", "drop": "dropped", "hold": "held"}


def counts(entries: Iterable[dict[str, Any]]) -> Counts:
    """The numbers of a manifest; ``articles = kept + dropped + held``."""
    tally: Counter[str] = Counter()
    standing: set[tuple[str, int]] = set()
    for entry in entries:
        if "end" in entry:
            tally["files"] += 1
        if "action" not in entry:
            continue
        outcome = _OUTCOMES[entry["action"]]
        tally.update(("articles", outcome))
        tally["findings"] += len(entry.get("findings", ()))
        tally["repairs"] += len(entry.get("repairs", ()))
        if "of" in entry:
            standing.add((entry["of"]["path"], entry["of"]["line"]))
        if outcome != "dropped":
            by = {name for edit in entry.get("edits", ()) for name in edit["by"]}
            restored = any(name.startswith("restored ") for name in by)
            tally["restored"] += restored
            tally["fixed"] += bool(by) and not restored
    return Counts(**tally, clusters=len(standing))


def report(path: Path, fate: Fate, errors: Sequence[FeedtoolsError], title: str) -> Report:
    """Everything the report shows of a finished run.

    Args:
        path: the manifest.
        fate: who stands for whom, and what all articles read after their fixes, which is what findings point into.
        errors: what could not be done.
        title: headline.
    """
    wanted = fate.copies.clusters[:SHOWN]
    members = {number for cluster in wanted for number in (cluster.keep, *cluster.drop)}
    seen = _Seen(fate.texts, members)
    for entry in manifest.read(path):
        seen.take(entry)
    return Report(
        title,
        counts(manifest.read(path)),
        tallies=[
            Tally(name, articles, dict(seen.rules[name]), dict(seen.levels[name]))
            for name, articles in seen.files.items()
        ],
        rules=seen.named(),
        findings=seen.findings,
        clusters=[_copies(cluster, fate, seen.actions) for cluster in wanted],
        decisions=seen.held,
        repairs=seen.repairs,
        errors=[str(error) for error in errors],
    )


class _Seen:
    """What one reading of the manifest collects."""

    def __init__(self, texts: Texts, members: set[int]) -> None:
        self.files: dict[str, int] = {}
        self.rules: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.levels: defaultdict[str, Counter[Level]] = defaultdict(Counter)
        self.findings: list[Finding] = []
        self.held: list[Decision] = []
        self.repairs: list[Repair] = []
        self.actions: dict[int, Any] = {}
        self._names: dict[str, RuleName] = {}
        self._texts = texts
        self._members = members
        self._number = 0

    def take(self, entry: dict[str, Any]) -> None:
        """Take in one line."""
        if "file" in entry:
            self.files[entry["file"]] = entry["articles"]
            self._count(entry["file"], entry["findings"])
        if "action" not in entry:
            return
        number, self._number = self._number, self._number + 1
        if number in self._members:
            self.actions[number] = entry.get("mark", entry["action"])
        found = entry.get("findings", ())
        self._count(entry["path"], found)
        article = Article(entry["path"], entry["line"], self._texts[number])
        if entry.get("mark", entry["action"]) == "hold" and len(self.held) < SHOWN:
            self.held.append(Decision(article, "hold", tuple(entry["reasons"])))
        # The findings of a restored article point into a text that is not at hand here.
        restored = any(repair["safety"] == "safe" for repair in entry.get("repairs", ()))
        if not restored and len(self.findings) < SHOWN:
            self.findings += (_finding(one, article) for one in found if one["end"] <= len(article.text))
        if len(self.repairs) < SHOWN:
            self.repairs += (_repair(one, article) for one in entry.get("repairs", ()) if not one["turn"])

    def _count(self, name: str, found: Iterable[dict[str, Any]]) -> None:
        for one in found:
            self.rules[name][one["rule"]] += 1
            self.levels[name][one["level"]] += 1
            told = RuleName(one["rule"], one["name"], one["level"])
            self._names[one["rule"]] = graver(self._names.get(one["rule"]), told)

    def named(self) -> list[RuleName]:
        """The rules that found something, most severe and most frequent first."""
        total: Counter[str] = sum(self.rules.values(), Counter())
        order = {"error": 0, "warning": 1, "note": 2}
        return sorted(self._names.values(), key=lambda rule: (order[rule.level], -total[rule.rule], rule.rule))


def _finding(one: dict[str, Any], article: Article) -> Finding:
    span = Span(one["start"], one["end"])
    return Finding(one["rule"], one["name"], one["level"], one["confidence"], article, span, one["message"])


def _repair(one: dict[str, Any], article: Article) -> Repair:
    return Repair(
        Place(article.source, article.line),
        article.text,
        Edit(**one["edit"]),
        one["kind"],
        one["safety"],
        Place(**one["source"]),
        one["confidence"],
        one["reason"],
    )


def _copies(cluster: Cluster, fate: Fate, actions: dict[int, Any]) -> Copies:
    texts = fate.texts

    def copy(number: int, match: Match | None) -> Copy:
        place, text, action = texts.place(number), texts[number], actions.get(number, "keep")
        if match is None:
            return Copy(place, text, action=action)
        mine_first = match.a == number
        coverage = match.coverage_a if mine_first else match.coverage_b
        blocks: tuple[Block, ...] = ()
        if {match.a, match.b} == {number, keep}:
            blocks = tuple(_directed(explain(match, texts[match.a], texts[match.b]).evidence, mine_first))
        return Copy(place, text, match.kind, match.similarity, coverage, action, blocks)

    keep = fate.replaced.get(cluster.keep, cluster.keep)
    tied = links(cluster._replace(keep=keep))
    others = sorted({cluster.keep, *cluster.drop} - {keep})
    return Copies(copy(keep, None), [copy(number, tied[number]) for number in others[:LISTED]], len(others[LISTED:]))


def _directed(blocks: Iterable[Block], mine_first: bool) -> Iterator[Block]:
    for block in blocks:
        yield block if mine_first else Block(block.b_start, block.b_end, block.a_start, block.a_end)
