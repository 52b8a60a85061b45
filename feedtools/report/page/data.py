"""Data of the report of a batch run: one immutable value, filled by whoever ran it.

Nothing here knows how it will look; ``feedtools.report.page.html`` draws it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import LEVELS, Action, Article, Block, Edit, Finding, Kind, Level, Match, Place, Safety

if TYPE_CHECKING:
    from collections.abc import Mapping


class Copy(NamedTuple):
    """One member of a cluster as it is published, or would be.

    Attributes:
        place: where it stands.
        text: the raw article.
        kind: how it relates to the copy that is kept; ``None`` for that copy itself.
        similarity: of the overlapping regions, 0 to 1.
        coverage: share of this copy that the kept one covers, 0 to 1.
        action: what happens to it.
        evidence: aligned raw spans, ``a`` in this copy and ``b`` in the kept one; where it is empty the two are
            aligned from their beginnings.
        given: path of its file as a command takes it; empty where that is the one of ``place``.
        compared: the text that was compared, where restoration changed it since.
        match: what the run made of it (number 1) and the kept copy (number 0), where it compared the two.
        to: the copy that ``kind`` is about, where that is not the kept one.
    """

    place: Place
    text: str
    kind: Kind | None = None
    similarity: float = 1.0
    coverage: float = 1.0
    action: Action = "drop"
    evidence: tuple[Block, ...] = ()
    given: str = ""
    compared: str = ""
    match: Match | None = None
    to: Place | None = None


class CopyGroup(NamedTuple):
    """A cluster: the copy that is kept and the others; ``more`` others are not listed."""

    keep: Copy
    others: Sequence[Copy]
    more: int = 0


class Repair(NamedTuple):
    """One restored or offered span.

    Attributes:
        place: the damaged article.
        text: its raw text, before.
        edit: what was replaced by what.
        kind: what was damaged, such as ``placeholder``, ``joined`` or ``tail``.
        safety: ``safe`` and ``unsafe`` repairs were applied, ``display`` ones are offered.
        source: the copy the replacement was taken from.
        confidence: 0 to 1.
        reason: why it was applied, or why it was not.
    """

    place: Place
    text: str
    edit: Edit
    kind: str
    safety: Safety
    source: Place
    confidence: float
    reason: str


class MadeFix(NamedTuple):
    """One change in a published article.

    Attributes:
        place: of the article as it came in.
        text: a stretch around the change, before it.
        edit: the change in that stretch.
        by: rule that made it, or the words for a cut or a decision.
        safety: of the least safe fix in it.
        confidence: of the rule; empty where no rule made the change.
        name: of the rule.
    """

    place: Place
    text: str
    edit: Edit
    by: str
    safety: Safety
    confidence: str = ""
    name: str = ""


class Held(NamedTuple):
    """An article that waits for a person.

    Attributes:
        article: as it stands in ``held/``.
        reasons: why it waits.
        done: what was done to it besides, in words.
        findings: of its text, with their fixes.
        raw: the article as it came in; ``None`` where that is not known, and no decision can be written here.
        out: the file that holds it, from the folder of the output.
    """

    article: Article
    reasons: Sequence[str]
    findings: Sequence[Finding] = ()
    raw: str | None = None
    out: str = ""
    done: Sequence[str] = ()


class About(NamedTuple):
    """The run that the page tells of.

    Attributes:
        feed: name of the feed.
        command: as it was typed, or as it would be.
        options: what was asked for besides, name and value.
        reading: options of reading the inputs as a command takes them, quoted.
    """

    feed: str = ""
    command: str = ""
    options: Sequence[tuple[str, str]] = ()
    reading: str = ""


class Tally(NamedTuple):
    """One transmission (or other file): its articles, and its findings by rule and by their own level.

    Attributes:
        path: of the file.
        articles: in it.
        found: findings by rule and level, with a space between.
    """

    path: str
    articles: int
    found: Mapping[str, int]

    @property
    def levels(self) -> Counter[str]:
        """Findings by level."""
        return summed(self.found, 1)


def summed(found: Mapping[str, int], part: int) -> Counter[str]:
    """Add up counts by rule and level: by rule for part 0, by level for part 1."""
    counts: Counter[str] = Counter()
    for name, amount in found.items():
        counts[name.split(" ")[part]] += amount
    return counts


class RuleName(NamedTuple):
    """Names and level of a rule in the report, beside its counts.

    Attributes:
        rule: its code.
        name: its name.
        level: of the gravest of its findings.
    """

    rule: str
    name: str
    level: Level


class Counts(NamedTuple):
    """The account of a run, in articles: ``articles = kept + dropped + held``.

    ``fixed`` and ``restored`` are among the kept and held ones. ``findings`` and ``clusters`` count all there are, of
    which the report may show a part; ``remaining`` are the findings in what is published. ``fixes`` are the changes
    and ``repairs`` the restored spans in what is published; ``offered`` counts suggestions that nobody took, in
    whatever was not dropped.
    """

    files: int = 0
    articles: int = 0
    kept: int = 0
    dropped: int = 0
    held: int = 0
    fixed: int = 0
    restored: int = 0
    findings: int = 0
    clusters: int = 0
    repairs: int = 0
    remaining: int = 0
    fixes: int = 0
    offered: int = 0


class Point(NamedTuple):
    """One run of a series.

    Attributes:
        when: date and time as text; empty for the run that the page tells of.
        counts: its account.
    """

    when: str
    counts: Counts


class RunReport(NamedTuple):
    """Everything the report shows.

    Attributes:
        title: headline, such as the name of the archive.
        counts: the account, over everything.
        tallies: defects by transmission, in the order of time.
        rules: the rules that found something.
        findings: the findings to show in full; ``counts.findings`` says how many there were.
        clusters: the clusters to show in full.
        held: articles that wait for a person.
        repairs: restored and offered spans to show; the restored ones are those in what is published.
        fixes: changes to show, in reading order.
        made: changes in what is published, by the rule that made them.
        finds: what rules find, in the language of the page, by their codes; in English their messages say it.
        errors: what could not be read or checked, one sentence each.
        created: date and time as text; empty where the browser is to show the date of the file.
        about: the run.
        trend: earlier runs and this one, in the order of time.
        lang: language of the page, ``en`` or ``zh``.
        checked: whether this is a check, which publishes and drops nothing.
        rest: symbols in a row of its own from which an article is not dropped.
    """

    title: str
    counts: Counts
    tallies: Sequence[Tally] = ()
    rules: Sequence[RuleName] = ()
    findings: Sequence[Finding] = ()
    clusters: Sequence[CopyGroup] = ()
    held: Sequence[Held] = ()
    repairs: Sequence[Repair] = ()
    errors: Sequence[str] = ()
    created: str = ""
    about: About = About()
    trend: Sequence[Point] = ()
    lang: str = "en"
    checked: bool = False
    rest: int = 30
    fixes: Sequence[MadeFix] = ()
    made: Mapping[str, int] = MappingProxyType({})
    finds: Mapping[str, str] = MappingProxyType({})


def tally(findings: Iterable[Finding], articles: Mapping[str, int]) -> tuple[list[Tally], list[RuleName]]:
    """Count findings by transmission and rule.

    Args:
        findings: all of them; read once, none is kept.
        articles: the number of articles of every file, in the order the report shows them.

    Returns:
        One tally per file, and the rules that occur, most severe and most frequent first.
    """
    by_path: dict[str, Counter[str]] = {path: Counter() for path in articles}
    names: dict[str, RuleName] = {}
    total: Counter[str] = Counter()
    for finding in findings:
        by_path.setdefault(finding.article.source, Counter())[f"{finding.rule} {finding.level}"] += 1
        total[finding.rule] += 1
        names[finding.rule] = graver(names.get(finding.rule), RuleName(finding.rule, finding.name, finding.level))
    rules = sorted(names.values(), key=lambda rule: (LEVELS.index(rule.level), -total[rule.rule], rule.rule))
    return [Tally(path, articles.get(path, 0), dict(count)) for path, count in by_path.items()], rules


def graver(known: RuleName | None, other: RuleName) -> RuleName:
    """Choose the entry of the graver of two findings of one rule."""
    return known if known and LEVELS.index(known.level) <= LEVELS.index(other.level) else other
