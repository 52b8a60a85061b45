"""Summary of a finished run for the report, taken from its manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from feedtools.clean import manifest
from feedtools.clean.account import OUTCOMES, Account, Counted, made_by
from feedtools.clean.decide import FIXED
from feedtools.clean.edits import raw_text
from feedtools.clean.ending import CUT
from feedtools.clean.history import History, trend
from feedtools.clean.inputs import File
from feedtools.clean.output import Fate
from feedtools.clean.remaining import Remains
from feedtools.dedup.cluster import coverage_of, partner
from feedtools.dedup.describe import links
from feedtools.dedup.evidence import explain
from feedtools.errors import FeedtoolsError
from feedtools.lint.rules import Rule
from feedtools.model import Article, Block, Cluster, Edit, Finding, Fix, Match, Place, Span
from feedtools.report.page.data import (
    About,
    Copy,
    CopyGroup,
    Held,
    MadeFix,
    Repair,
    RuleName,
    RunReport,
    Tally,
    graver,
)
from feedtools.report.page.made import PER_RULE
from feedtools.restore.mend import RESTORED
from feedtools.system.on_disk import Rows, Strings

SHOWN = 1000
"""Findings, clusters, held articles and repairs that the report shows; it counts them all."""
LISTED = 20
"""Copies of one article that the report is given; it counts the others."""


class Shown(NamedTuple):
    """Settings of the page.

    Attributes:
        title: headline.
        errors: what could not be done.
        about: the run, for the head of the page.
        lang: language of the page.
        grouped: rules of which one finding per file counts.
        history: the runs before.
        inputs: digest of what was cleaned.
        files: the inputs, in the order of the manifest.
        rules: the selected ones.
    """

    title: str
    errors: Sequence[FeedtoolsError]
    about: About
    lang: str
    grouped: frozenset[str]
    history: History
    inputs: str
    files: Sequence[File]
    rules: Sequence[Rule]


def report(
    path: Path,
    fate: Fate,
    tallies: Strings,
    advance: Callable[[int], None],
    remains: Remains,
    shown_as: Shown,
) -> RunReport:
    """Gather everything that the report shows of a finished run.

    Args:
        path: the manifest.
        fate: who stands for whom, and what all articles read after their fixes, which is what findings point into.
        tallies: takes what was found in every file.
        advance: told how many more articles were counted.
        remains: told every line.
        shown_as: how the page tells of the run.
    """
    wanted = list(islice((cluster for found in fate.copies.clusters for cluster in found.all()), SHOWN))
    seen, account = _Seen(fate, wanted, tallies, path.parent, shown_as), Account(shown_as.grouped)
    _read_through(path, (seen.take, account.take, remains.take), advance)
    counts = account.counts()._replace(offered=remains.sum().offered)
    return RunReport(
        shown_as.title,
        counts,
        tallies=seen.tallies(),
        rules=seen.named(),
        findings=seen.findings,
        clusters=[_copies(cluster, fate, seen.actions, seen.given) for cluster in wanted],
        held=seen.held,
        repairs=seen.repairs,
        fixes=seen.fixes,
        made=seen.made,
        errors=[str(error) for error in shown_as.errors],
        about=shown_as.about,
        trend=trend(counts, shown_as.history.before(counts, shown_as.inputs)),
        lang=shown_as.lang,
        finds={rule.id: rule.summary_zh for rule in shown_as.rules if rule.summary_zh},
    )


def _read_through(
    path: Path, takers: Sequence[Callable[[dict[str, Any]], None]], advance: Callable[[int], None]
) -> None:
    """Hand every line of a manifest to those that take it in."""
    for entry in manifest.read(path):
        for take in takers:
            take(entry)
        if "file" in entry:
            advance(entry["articles"])


class Tallies(Rows[Tally]):
    """Tallies of the findings in every file, kept on the disk.

    Args:
        rows: ``Tally`` values as JSON.
    """

    def __init__(self, rows: Strings) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, number: int) -> Tally:
        """Make the tally of one file."""
        return Tally(*json.loads(self._rows[number]))


class _Seen:
    """Collection of what the report shows, made in one reading of the manifest."""

    def __init__(self, fate: Fate, clusters: Iterable[Cluster], tallies: Strings, out: Path, shown_as: Shown) -> None:
        self._counted = Counted(shown_as.grouped)
        self._files, self._at = shown_as.files, -1
        self.given: dict[str, str] = {}
        self.fixes: list[MadeFix] = []
        self.made: Counter[str] = Counter()
        self._offered = self._restored = 0
        self._rules = {rule.id: rule for rule in shown_as.rules}
        self.findings: list[Finding] = []
        self.held: list[Held] = []
        self._out = out
        self._waiting: list[dict[str, Any]] = []
        self._form = ""
        self._key = ""
        self.repairs: list[Repair] = []
        self.actions: dict[int, Any] = {}
        self._names: dict[str, RuleName] = {}
        self._total: Counter[str] = Counter()
        self._file: tuple[str, int] | None = None
        self._found: Counter[str] = Counter()
        self._tallies = tallies
        self._texts, self._instead = fate.texts, fate.instead
        self._members = {number for cluster in clusters for number in (cluster.keep, *cluster.drop)}
        self._number = 0

    def take(self, entry: dict[str, Any]) -> None:
        """Take in one line."""
        if "options" in entry:
            self._key = entry["options"]["text-key"]
        if "file" in entry:
            self._end()
            self._file = entry["file"], entry["articles"]
            self._at += 1
            self._form = entry["format"]
            self._counted.begin()
            self._remain(entry["findings"], Article(entry["out"], 1, ""))
        if "end" in entry:
            self._hold(entry)
        if "action" not in entry:
            return
        number, self._number = self._number, self._number + 1
        if number in self._members:
            self.actions[number] = entry.get("mark", entry["action"])
            self.given[entry["path"]] = self._files[self._at].path
        published = OUTCOMES[entry["action"]] == "kept"
        if published and "findings" in entry:
            text = self._instead.get(number) or self._texts[number]
            self._remain(entry["findings"], Article(entry["path"], entry["line"], text))
        if len(self.held) + len(self._waiting) < SHOWN and entry.get("mark", entry["action"]) == "hold":
            self._waiting.append({**entry, "number": number})
        if "repairs" in entry and entry.get("mark", entry["action"]) != "drop":
            self._repaired(entry, number, made=published and "edits" in entry)
        if published and "edits" in entry:
            self._fixed(entry, number)

    def _repaired(self, entry: dict[str, Any], number: int, *, made: bool) -> None:
        """Show what copies gave a published article, and what they offer to any that is not dropped."""
        article = Article(entry["path"], entry["line"], self._texts[number])
        for one in entry["repairs"]:
            offered = one["safety"] == "display"
            if offered and self._offered < SHOWN:
                self._offered += 1
            elif made and not offered and self._restored < SHOWN:
                self._restored += 1
            else:
                continue
            final = self._instead.get(number) or article.text
            self.repairs.append(_repair(one, article if not one["turn"] else article._replace(text=final)))

    def _fixed(self, entry: dict[str, Any], number: int) -> None:
        """Show some changes of every rule in an article that is published."""
        text, moved = self._instead.get(number) or self._texts[number], 0
        for edit in entry["edits"]:
            at, moved = edit["start"] + moved, moved + len(edit["new"]) - len(edit["old"])
            by = made_by(edit)
            if by is None:
                continue
            self.made[by] += 1
            if self.made[by] <= PER_RULE:
                lead, end = text[max(0, at - PER_RULE) : at], at + len(edit["new"])
                stretch = f"{lead}{edit['old']}{text[end : end + PER_RULE]}"
                change = Edit(len(lead), len(lead) + len(edit["old"]), edit["new"])
                rule = self._rules.get(by)
                sure = (rule.confidence, rule.name) if rule is not None else ()
                place = Place(entry["path"], entry["line"])
                self.fixes.append(MadeFix(place, stretch, change, by, edit["safety"], *sure))

    def _hold(self, end: dict[str, Any]) -> None:
        """Show the articles of one file that wait, as they stand in ``held/``."""
        names = list(end.get("held", {}))
        texts = {place: text for name in names for place, text in _held_texts(self._out / name)}
        for entry in self._waiting:
            place = entry["path"], entry["line"]
            text = texts.get(place, self._texts[entry["number"]])
            article = Article(*place, text)
            found = [_finding(one, article) for one in entry.get("findings", ()) if one["end"] <= len(text)]
            raw = raw_text(self._form, self._key, entry) if "raw" in entry else None
            done = [reason for reason in entry["reasons"] if _tells_of_a_change(reason)]
            reasons = [reason for reason in entry["reasons"] if reason not in done]
            self.held.append(Held(article, reasons, found, raw, names[0] if place in texts else "", done))
        self._waiting = []

    def _remain(self, found: Iterable[dict[str, Any]], article: Article) -> None:
        """Count what is left in a published article or in the frame of a file, and show it while there is room."""
        for one in self._counted.counted(found):
            rule, level = one["rule"], one["level"]
            self._found[f"{rule} {level}"] += 1
            self._total[rule] += 1
            self._names[rule] = graver(self._names.get(rule), RuleName(rule, one["name"], level))
            if len(self.findings) < SHOWN:
                self.findings.append(_finding(one, article))

    def _end(self) -> None:
        """Close the tally of a file."""
        if self._file:
            self._tallies.add(json.dumps([*self._file, self._found]))
        self._file = None
        self._found = Counter()

    def tallies(self) -> Tallies:
        """Close the last file, and give the tallies by file."""
        self._end()
        self._tallies.seal()
        return Tallies(self._tallies)

    def named(self) -> list[RuleName]:
        """The rules that found something, most severe and most frequent first."""
        order = {"error": 0, "warning": 1, "note": 2}
        return sorted(self._names.values(), key=lambda rule: (order[rule.level], -self._total[rule.rule], rule.rule))


def _tells_of_a_change(reason: str) -> bool:
    """Tell the words for what was done to an article from a reason to hold it."""
    return (reason.endswith(FIXED) and ":" not in reason) or reason.startswith((RESTORED, CUT))


def _held_texts(path: Path) -> Iterator[tuple[tuple[str, int], str]]:
    """The articles of one file of ``held/``, by place."""
    try:
        with open(path, "rb") as stream:
            for raw in stream:
                row = json.loads(raw)
                yield (row["path"], row["line"]), row["text"]
    except (OSError, ValueError, KeyError):
        return


def _finding(one: dict[str, Any], article: Article) -> Finding:
    span, fix = Span(one["start"], one["end"]), one.get("fix")
    made = Fix(tuple(Edit(**edit) for edit in fix["edits"]), fix["safety"]) if fix else None
    return Finding(one["rule"], one["name"], one["level"], one["confidence"], article, span, one["message"], made)


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


def _copies(cluster: Cluster, fate: Fate, actions: dict[int, Any], given: dict[str, str]) -> CopyGroup:
    def read(number: int) -> str:
        """The text as it is published: a kept copy may have been completed from the others."""
        return fate.instead.get(number) or fate.texts[number]

    def shown(number: int, action: str) -> str:
        """The text of a dropped copy is the one that was compared: what copies would have given it stands nowhere."""
        return fate.texts[number] if action == "drop" else read(number)

    def copy(number: int, match: Match | None) -> Copy:
        place, action = fate.texts.place(number), actions.get(number, "keep")
        text = shown(number, action)
        compared = fate.texts[number]
        known = Copy(place, text, action=action, given=given.get(place.path, ""), compared=compared)
        if match is None:
            return known
        mine_first = match.a == number
        coverage = coverage_of(match, number)
        blocks: tuple[Block, ...] = ()
        direct = {match.a, match.b} == {number, keep}
        if direct:
            texts = [shown(one, actions.get(one, "keep")) for one in (match.a, match.b)]
            blocks = tuple(_directed(explain(match, *texts).evidence, mine_first))
        return known._replace(
            kind=match.kind,
            similarity=match.similarity,
            coverage=coverage,
            evidence=blocks,
            match=match._replace(a=int(mine_first), b=int(not mine_first), evidence=()) if direct else None,
            to=None if direct else fate.texts.place(partner(match, number)),
        )

    keep = fate.replaced.get(cluster.keep, cluster.keep)
    tied = links(cluster._replace(keep=keep))
    others = sorted({cluster.keep, *cluster.drop} - {keep})
    return CopyGroup(copy(keep, None), [copy(number, tied[number]) for number in others[:LISTED]], len(others[LISTED:]))


def _directed(blocks: Iterable[Block], mine_first: bool) -> Iterator[Block]:
    for block in blocks:
        yield block if mine_first else Block(block.b_start, block.b_end, block.a_start, block.a_end)
