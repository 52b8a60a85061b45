"""Run a rule's own examples: the tests of the built-in rules, and of anybody's pack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from feedtools.errors import FeedtoolsError
from feedtools.lint.backtracking import grows
from feedtools.lint.checks.base import Evidence
from feedtools.lint.edits import edited
from feedtools.lint.engine import lint, lint_transmission
from feedtools.lint.marked import Example
from feedtools.lint.rules import Rule
from feedtools.model import CONFIDENCES, LEVELS, SAFETIES, Article, Finding, Span
from feedtools.readers.transmission import encode, parse

FeedCheck = Callable[[Sequence[Article], Rule], list[Finding]]
KINDS = ("bad", "good", "missed")
_RAW_BYTES = {0xEF00 + byte: 0xDC00 + byte for byte in range(0x80, 0x100)}
"""In an example of a transmission rule U+EF80 to U+EFFF stand for the bytes 80 to FF: TOML holds no others."""


class Case(NamedTuple):
    """One example of one rule; ``kind`` is ``bad``, ``good`` or ``missed``."""

    rule: Rule
    kind: str
    number: int
    example: Example

    @property
    def name(self) -> str:
        """``FT201-bad-1``."""
        return f"{self.rule.id}-{self.kind}-{self.number}"


def cases(rules: Sequence[Rule]) -> Iterator[Case]:
    """Every example of every rule."""
    for rule in rules:
        for kind in KINDS:
            for number, example in enumerate(getattr(rule, kind), 1):
                yield Case(rule, kind, number, example)


def failure(case: Case, feed_check: FeedCheck | None = None) -> str | None:
    """Say what is wrong with a rule by this example, in one sentence; ``None`` where it does as it says.

    A ``bad`` example must give exactly its spans, of the rule's level, confidence and safety unless its ``grade`` says
    otherwise, and its ``fixed`` text; a ``good`` one nothing; a ``missed`` one must still be missed, so that a blind
    spot that was cured is moved to ``bad``.

    Args:
        case: the example.
        feed_check: what finds duplicates among articles, for rules of scope ``feed``.
    """
    found = run(case, feed_check)
    if isinstance(found, str):
        return found
    if case.kind == "missed":
        wanted = set(case.example.spans)
        return "is found now: move it to [[bad]]" if wanted and wanted <= set(found.spans) else None
    if case.kind == "good":
        return f"false alarm at {_show(case.example.text, found.spans)}" if found.spans else None
    if case.rule.scope == "transmission":
        return None if found.spans else "nothing was found"
    if list(found.spans) != list(case.example.spans):
        wanted_text = _show(case.example.text, case.example.spans)
        return f"expected {wanted_text}, found {_show(case.example.text, found.spans) or 'nothing'}"
    if wrong := _graded_otherwise(case, found):
        return wrong
    if case.example.fixed is not None and found.fixed != case.example.fixed:
        return f"the fix gives {found.fixed!r}, expected {case.example.fixed!r}"
    return None


def growing(rules: Sequence[Rule]) -> Iterator[tuple[str, str, str]]:
    """Patterns of a pack that take more than linear time: the rule's code, the key, and what to repeat to see it."""
    for rule in rules:
        examples = [example.text for example in (*rule.bad, *rule.good)]
        for key, pattern in (("pattern", rule.value if rule.finder == "pattern" else ""), ("trigger", rule.trigger)):
            text = grows(pattern, examples, re.MULTILINE if key == "trigger" else 0) if pattern else None
            if text is not None:
                yield rule.id, key, text


class Found(NamedTuple):
    """Result of a rule on an example."""

    spans: tuple[Span, ...]
    fixed: str
    findings: tuple[Finding, ...] = ()


def run(case: Case, feed_check: FeedCheck | None) -> Found | str:
    """Apply the rule to the example; a string says why that was not possible."""
    rule, text = case.rule, case.example.text
    try:
        if rule.scope == "transmission":
            data = encode(text.translate(_RAW_BYTES))
            framed = lint_transmission(data, parse(data, "example.txt"), [rule])
            return Found(tuple(finding.span for finding in framed), text)
        if rule.scope == "feed":
            if feed_check is None:
                return "a rule about the feed needs the deduplicator"
            return _run_feed(rule, text, feed_check)
        result = lint([Article("example", 1, text)], [rule], Evidence())
    except FeedtoolsError as error:
        return str(error)
    if result.errors:
        return str(result.errors[0])
    by_span = {finding.span: finding for finding in reversed(result.findings)}
    spans = tuple(dict.fromkeys(finding.span for finding in result.findings))
    return Found(spans, _apply(text, result.findings), tuple(by_span[span] for span in spans))


def _graded_otherwise(case: Case, found: Found) -> str | None:
    """Say which finding of an example has another level, confidence or safety than the rule and the example say."""
    rule, grades = case.rule, case.example.grades
    for number, finding in enumerate(found.findings):
        told = grades[number if len(grades) > 1 else 0] if grades else ()
        safety = finding.fix.safety if finding.fix else ""
        of_fix = next((word for word in told if word in SAFETIES), rule.safety if safety else "")
        expected = (
            next((word for word in told if word in LEVELS), rule.level),
            next((word for word in told if word in CONFIDENCES), rule.confidence),
            of_fix,
        )
        graded = (finding.level, finding.confidence, safety)
        if graded != expected:
            said, wanted = (" ".join(filter(None, words)) for words in (graded, expected))
            return f"{_show(case.example.text, [finding.span])} is graded {said!r}, expected {wanted!r}"
    return None


def _run_feed(rule: Rule, text: str, feed_check: FeedCheck) -> Found:
    """An example of a feed rule is several articles, one per line; the spans mark the articles that are reported."""
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    articles = [Article("example", number, line) for number, line in enumerate(lines) if line.strip()]
    found = sorted(finding.article.line for finding in feed_check(articles, rule) if finding.rule == rule.id)
    return Found(tuple(Span(starts[line], starts[line] + len(lines[line])) for line in found), text)


def _apply(text: str, findings: Sequence[Finding]) -> str:
    return edited(text, sorted({edit for finding in findings if finding.fix for edit in finding.fix.edits}))


def _show(text: str, spans: Sequence[Span]) -> str:
    return ", ".join(f"{text[span.start : span.end]!r} at {span.start}" for span in spans)
