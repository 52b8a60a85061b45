"""What of the findings in a Markdown file is none: it is meant to hold markup, pictures and code."""

from __future__ import annotations

from collections.abc import Iterable

from feedtools.model import Article, Finding
from feedtools.text.code import code, inside

MARKUP = frozenset({"FT402", "FT404", "FT506", "FT507", "FT513"})
"""Built-in rules about what a renderer should have taken away or left out: no fault in what it has still to render."""
PROSE = ("FT1", "FT2", "FT3", "FT4", "FT507", "FT508", "FT509", "FT51")
"""Built-in rules about running text, which say nothing of code."""


def _is_link(finding: Finding) -> bool:
    """Whether what looks like a placeholder is the text of a link or picture: ``![图](a.png)``."""
    return finding.rule.startswith("FT10") and finding.article.text.startswith("(", finding.span.end)


def outside_markup(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in Markdown files that are faults there as well."""
    known: dict[Article, list[tuple[int, int]]] = {}
    kept = []
    for finding in findings:
        if finding.rule in MARKUP or _is_link(finding):
            continue
        if finding.rule.startswith(PROSE):
            if finding.article not in known:
                known[finding.article] = code(finding.article.text)
            if inside(known[finding.article], *finding.span):
                continue
        kept.append(finding)
    return kept
