"""Safe fixes of all rules on real feeds, where there are any: they settle, do no harm, and leave formulas alone."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict

import pytest

from feedtools.lint.engine import lint
from feedtools.lint.rules import builtin
from feedtools.model import Article, Finding
from feedtools.text.formulas import find_math
from tests.places import SHARED

GOLD = SHARED / "data" / "lint" / "gold.jsonl.gz"
RULES = [rule for rule in builtin() if rule.scope == "article" and rule.status == "stable"]

Found = dict[int, list[Finding]]


def check(articles: list[Article]) -> Found:
    found: Found = defaultdict(list)
    for finding in lint(articles, RULES).findings:
        found[finding.article.line].append(finding)
    return found


def repaired(article: Article, findings: list[Finding]) -> Article:
    edits = {edit for finding in findings if finding.fix and finding.fix.safety == "safe" for edit in finding.fix.edits}
    text = article.text
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return article._replace(text=text)


def formulas(text: str) -> list[str]:
    return [text[math.start : math.end] for math in find_math(text)]


def counts(findings: list[Finding]) -> Counter[str]:
    return Counter(finding.rule for finding in findings)


@pytest.mark.slow
@pytest.mark.skipif(not GOLD.exists(), reason="no real feed at hand")
def test_safe_fixes_of_real_articles() -> None:
    with gzip.open(GOLD, "rt", encoding="utf-8") as stream:
        before = [Article("gold", number, json.loads(row)["text"]) for number, row in enumerate(stream)]
    found = check(before)
    after = [repaired(article, found[article.line]) for article in before]
    again = check(after)
    assert after != before
    for old, new in zip(before, after, strict=True):
        assert formulas(new.text) == formulas(old.text)
        assert not counts(again[new.line]) - counts(found[old.line]), new.text
        assert repaired(new, again[new.line]) == new
