"""Apply rules to articles and give the findings. No feed is read here, and nothing is changed."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from feedtools.errors import FeedtoolsError, RuleError, system_words
from feedtools.lint.checks import resolve
from feedtools.lint.checks.base import Evidence, Hit, View, make
from feedtools.lint.checks.screens import SCREENS, literals
from feedtools.lint.prefilter import Block, Scan, scan
from feedtools.model import CODED, LEVELS, Article, Edit, Finding, Fix, Span, Transmission
from feedtools.system import uncollected
from feedtools.text.patterns import SECONDS, Limited, lazy
from feedtools.text.precompiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from feedtools.lint.rules import Rule

    Find = Callable[[View], Iterable[Hit]]

ARTICLES_PER_BLOCK = 256
"""Articles that one prefilter pass looks at together."""
_PLACE = attrgetter("article.source", "article.line", "span", "rule")
_PLACE_INSIDE = attrgetter("span", "rule")
_stopped: set[tuple[str, str, str]] = set()
"""Rules of packs that ran out of time in this process: the next article would take as long, and there may be many."""


class Lint(NamedTuple):
    """Result of a run over some articles: findings in reading order, and the rules that could not finish."""

    findings: list[Finding]
    errors: list[FeedtoolsError]


def lint(
    articles: Sequence[Article],
    rules: Sequence[Rule],
    evidence: Evidence | None = None,
) -> Lint:
    """Check articles against article rules.

    The same article gives the same findings whatever stands beside it, but for what ``evidence`` teaches. One that is
    written in Markdown is asked the rules that fit there, in the regions they look at (``feedtools.lint.markdown``),
    and one that marks its code is asked about the rest of its text alone (``feedtools.lint.coded``).
    """
    if not any(article.syntax or is_page(article) for article in articles):
        return _lint(articles, rules, evidence)
    errors: list[FeedtoolsError] = []

    def run(some: Sequence[Article], asked: Sequence[Rule]) -> list[Finding]:
        findings: list[Finding] = []
        for page in (False, True):
            if ours := [article for article in some if is_page(article) == page]:
                result = _lint(ours, [for_sites(rule) for rule in asked] if page else asked, evidence)
                errors.extend(result.errors)
                findings += result.findings
        return findings

    plain = [article for article in articles if not article.syntax]
    findings = run(plain, rules) if plain else []
    if coded := [article for article in articles if article.syntax == CODED]:
        from feedtools.lint.coded import lint_coded

        findings += lint_coded(coded, rules, run)
    if marked := [article for article in articles if article.syntax not in {"", CODED}]:
        from feedtools.lint.markdown import asked, lint_prose, without_shields

        text, prose = asked(rules)
        findings += without_shields(run(marked, text))
        findings += lint_prose(marked, prose, lambda shown: run(shown, prose))
    findings.sort(key=_PLACE)
    return Lint(findings, errors)


def is_page(article: Article) -> bool:
    """Tell whether an article was read from an HTML page."""
    return article.origin is not None and article.origin.places is not None


def for_sites(rule: Rule) -> Rule:
    """Let a rule about formulas allow what KaTeX or MathJax sets: a site may use either."""
    if rule.id == "FT203" and rule.options.get("renderer") == "katex":
        return rule._replace(options={**rule.options, "renderer": "either"})
    return rule


def _lint(articles: Sequence[Article], rules: Sequence[Rule], evidence: Evidence | None) -> Lint:
    """Check the texts of articles as they stand."""
    found: dict[tuple[str, int], list[Finding]] = {}
    errors: list[FeedtoolsError] = []
    active = [(rule, *_compiled(rule)) for rule in rules if rule.scope == "article"]
    size = sum(len(article.text) for article in articles)
    blocks = -(-len(articles) // ARTICLES_PER_BLOCK)
    shared = scan([rule for rule, _trigger, _find in active], literals(), size, blocks)
    for first in range(0, len(articles), ARTICLES_PER_BLOCK):
        part = articles[first : first + ARTICLES_PER_BLOCK]
        theirs = [found.setdefault((article.source, article.line), []) for article in part]
        with uncollected():  # and what a block was taken apart into is gone before its findings are walked over
            errors += _lint_block(active, shared, part, evidence, theirs)
    findings: list[Finding] = []
    for place in sorted(place for place, some in found.items() if some):
        found[place].sort(key=_PLACE_INSIDE)
        findings += found[place]
    return Lint(findings, errors)


def _lint_block(
    active: Sequence[tuple[Rule, re.Pattern[str] | None, Find]],
    shared: Scan,
    part: Sequence[Article],
    evidence: Evidence | None,
    findings: Sequence[list[Finding]],
) -> list[FeedtoolsError]:
    """Add what the rules find in a block of articles to the findings of each; give what went wrong."""
    errors: list[FeedtoolsError] = []
    block = Block([article.text for article in part], evidence)
    awaited = shared.candidates(block)
    for rule, trigger, find in active:
        if rule.trusted:
            numbers = awaited.get(rule.id)
            for number in _candidates(rule, trigger, block) if numbers is None else numbers:
                article = part[number]
                findings[number] += _findings(rule, article, find(block.view(number)))
        elif fault := _run_foreign(rule, trigger, find, block, part, findings):
            errors.append(fault)
    return errors


def _candidates(rule: Rule, trigger: re.Pattern[str] | None, block: Block) -> Iterable[int]:
    """Numbers of the articles that may hold a finding of one of our rules, ascending."""
    if rule.keywords or trigger is not None or rule.finder != "check":
        return block.candidates(rule.keywords, trigger)
    screen = SCREENS.get(rule.value)
    return range(len(block.texts)) if screen is None else screen(block, rule.options)


def _run_foreign(
    rule: Rule,
    trigger: re.Pattern[str] | None,
    find: Find,
    block: Block,
    part: Sequence[Article],
    findings: Sequence[list[Finding]],
) -> RuleError | None:
    """Apply a rule of somebody's pack to a block; give what went wrong, if anything, and leave the rest then."""
    name = (str(rule.path), rule.value, rule.trigger)
    if name in _stopped:
        return _too_slow(rule, None)
    article = part[0]
    try:
        for number in block.candidates(rule.keywords, trigger):
            article = part[number]
            findings[number] += _findings(rule, article, find(block.view(number)))
    except TimeoutError:
        _stopped.add(name)
        return _too_slow(rule, article)
    except FeedtoolsError:
        raise
    except Exception as error:  # noqa: BLE001 - a pack may name any checker, with options it was not made for
        reason = f"the check failed on {article.source}:{article.line}: {type(error).__name__}: {error}"
        return RuleError(f"{rule.id}: {reason}", path=str(rule.path))
    return None


def lint_transmission(data: bytes, transmission: Transmission, rules: Sequence[Rule]) -> list[Finding]:
    """Check the frame of one file (header, encoding, line ends) against transmission rules."""
    findings = []
    for rule in rules:
        if rule.scope != "transmission":
            continue
        for number, hit in resolve(rule.value)(data, transmission, rule.options):
            article = Article(transmission.source, 1, "") if number is None else transmission.articles[number]
            findings += _findings(rule, article, [hit])
    return findings


def group(findings: Iterable[Finding], grouped: Iterable[str]) -> list[Finding]:
    """Keep the first finding per file of every grouped rule, saying how many more there are."""
    systemic = frozenset(grouped)
    kept: list[Finding] = []
    first: dict[tuple[str, str], int] = {}
    more: defaultdict[int, int] = defaultdict(int)
    for finding in findings:
        key = (finding.rule, finding.article.source)
        if finding.rule in systemic and key in first:
            more[first[key]] += 1
            continue
        first.setdefault(key, len(kept))
        kept.append(finding)
    for place, count in more.items():
        kept[place] = kept[place]._replace(message=f"{kept[place].message} (and {count} more in this file)")
    return kept


def _compiled(rule: Rule) -> tuple[re.Pattern[str] | None, Find]:
    """The rule's prefilter and its finder, bound once per process; patterns of built-in rules compile on first use."""
    trigger = None
    if rule.trigger:
        foreign = None if rule.trusted else cast("re.Pattern[str]", _limited(rule.trigger, re.MULTILINE))
        trigger = foreign or lazy(rule.trigger, re.MULTILINE)
    if rule.finder == "check":
        return trigger, _check_finder(rule)
    return trigger, _pattern_finder(rule)


def _check_finder(rule: Rule) -> Find:
    check: list[Callable[..., Iterable[Hit]]] = []

    def find(view: View) -> Iterable[Hit]:
        if not check:
            check.append(resolve(rule.value))
        return check[0](view, rule.options)

    return find


def _pattern_finder(rule: Rule) -> Find:
    def find(view: View) -> Iterator[Hit]:
        pattern = _pattern(rule.finder, rule.value, str(rule.path.parent), rule.trusted)
        for match in pattern.finditer(view.text):
            start, end = match.span("span") if "span" in pattern.groupindex else match.span()
            if start == end:
                continue
            edits: tuple[Edit, ...] = ()
            if rule.replace is not None:
                edits = (Edit(match.start(), match.end(), match.expand(rule.replace)),)
            elif rule.finder == "words":
                edits = (Edit(start, end, _word_list(str(rule.path.parent), rule.value)[match[0].lower()]),)
            yield Hit(start, end, edits=edits)

    return find


@cache
def _pattern(finder: str, value: str, folder: str, trusted: bool) -> Any:
    if finder == "words":
        words = sorted(_word_list(folder, value), key=len, reverse=True)
        value = r"(?i)(?<![A-Za-z0-9])(?:" + "|".join(map(re.escape, words)) + r")(?![A-Za-z0-9])"
        return compiled(value) if trusted else Limited(value, 0, SECONDS, sys.maxsize)
    return compiled(value) if trusted else _limited(value, 0)


@cache
def _limited(pattern: str, flags: int) -> Limited:
    return Limited(pattern, flags, SECONDS)


@cache
def _word_list(folder: str, name: str) -> dict[str, str]:
    path = f"{folder}/{name}"
    try:
        with open(path, encoding="utf-8") as stream:
            lines = [
                (number, line.rstrip("\n").split("\t"))
                for number, line in enumerate(stream, 1)
                if line.strip() and not line.startswith("#")
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"word list cannot be read: {system_words(error)}", path=path) from error
    for number, row in lines:
        if len(row) != 2:
            raise RuleError("expected two columns: wrong form, tab, right form", path=path, line=number)
    return {wrong.lower(): right for _number, (wrong, right) in lines}


def _findings(rule: Rule, article: Article, hits: Iterable[Hit]) -> list[Finding]:
    """Make findings of what a rule found in one article."""
    text, said = article.text, rule.message
    quoting = "{text}" in said
    findings = []
    for start, end, message, edits, safety, confidence, level in hits:
        grade = rule.level
        if level is not None and level != grade:
            grade = max(grade, level, key=LEVELS.index)
        found = (
            rule.id,
            rule.name,
            grade,
            confidence or rule.confidence,
            article,
            make(Span, (start, end)),
            message or (_quoted(said, text[start:end]) if quoting else said),
            make(Fix, (edits, safety or rule.safety)) if edits else None,
            (),
        )
        findings.append(make(Finding, found))
    return findings


def _quoted(message: str, text: str) -> str:
    return message.replace("{text}", text if len(text) <= 60 else f"{text[:40]}…{text[-15:]}")


def _too_slow(rule: Rule, article: Article | None) -> RuleError:
    """Say where a rule was stopped; for later blocks only that it was, in words that are the same and so said once."""
    if article is None:
        return RuleError(f"{rule.id}: not applied to the articles after the one it was stopped on", path=str(rule.path))
    return RuleError(
        f"{rule.id}: the pattern ran longer than {SECONDS:g} s on {article.source}:{article.line} and was "
        "stopped; the other rules went on. Make the pattern linear (no nested repeats)",
        path=str(rule.path),
    )


def reading_order(finding: Finding) -> tuple[int, tuple[int, int], str]:
    """Place of a finding inside its file, to sort by."""
    return finding.article.line, finding.span, finding.rule
