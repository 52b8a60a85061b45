"""Rules in the texts of pages and feeds, whose code stands in fences and ticks and whose rest is what a reader sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.text.code import code, inside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feedtools.lint.rules import Rule
    from feedtools.model import Article, Finding

    Run = Callable[[Sequence[Article], Sequence[Rule]], list[Finding]]

PROSE = ("FT1", "FT2", "FT3", "FT4", "FT506", "FT507", "FT508", "FT509", "FT51")
"""Beginnings of the codes of rules about running text, which say nothing of code."""
OBJECT = "\ufffc"
"""Stands for a character of code where rules read running text (Unicode: OBJECT REPLACEMENT CHARACTER)."""


def lint_coded(articles: Sequence[Article], rules: Sequence[Rule], run: Run) -> list[Finding]:
    """Check texts that mark their code.

    Rules about running text read code as a row of objects, so that a bracket in it opens nothing; the others read all.

    Args:
        articles: with their code in fences or ticks.
        rules: those that are selected.
        run: checks plain articles against rules.
    """
    prose = [rule for rule in rules if rule.trusted and rule.id.startswith(PROSE)]
    rest = [rule for rule in rules if not (rule.trusted and rule.id.startswith(PROSE))]
    findings = run(articles, rest)
    ranges = [code(article.text) for article in articles]
    masked = [article._replace(text=_masked(article.text, own)) for article, own in zip(articles, ranges, strict=True)]
    known = {id(one): (article, own) for one, article, own in zip(masked, articles, ranges, strict=True)}
    for finding in run(masked, prose):
        article, own = known[id(finding.article)]
        if not inside(own, *finding.span):
            findings.append(finding._replace(article=article))
    return findings


def _masked(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in ranges:
        parts += (text[done:start], OBJECT * (end - start))
        done = end
    return "".join((*parts, text[done:]))
