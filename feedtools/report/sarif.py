"""SARIF 2.1.0 (OASIS standard), for code scanning and its viewers."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from feedtools import __version__
from feedtools.lint.fingerprint import relative
from feedtools.model import LEVELS, Article, Span
from feedtools.report.regions import region
from feedtools.report.rule_pages import HOME, address, page
from feedtools.report.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feedtools.errors import FeedtoolsError
    from feedtools.lint.rules import Rule
    from feedtools.model import Finding
    from feedtools.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 25_000
"""Results that code scanning takes of one run; a log with more is refused as a whole."""
_PRECISION = {"high": "very-high", "medium": "high", "low": "medium"}


def render(report: Report) -> Iterator[str]:
    """One SARIF log with one run: the rules that ran with their pages, and every finding with its fix."""
    index = {rule.id: number for number, rule in enumerate(report.rules)}
    fingerprints = report.fingerprints or ("",) * len(report.findings)
    run = {
        "tool": {
            "driver": {
                "name": "feedtools",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": HOME,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report.errors, len(report.findings))],
        "results": [
            _result(report.findings[number], index.get(report.findings[number].rule, -1), fingerprints[number])
            for number in _chosen(report.findings)
        ],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def left_out(findings: int) -> str:
    """Say how many findings a log leaves out; empty where it holds them all."""
    if findings <= RESULTS:
        return ""
    return f"{RESULTS:,} of {findings:,} findings, the most severe ones: readers of SARIF take no more of one run"


def _chosen(findings: Sequence[Finding]) -> list[int]:
    """Indices of the findings that a log holds, in order: the most severe ones where there are too many."""
    if len(findings) <= RESULTS:
        return list(range(len(findings)))
    by_level = sorted(range(len(findings)), key=lambda number: (LEVELS.index(findings[number].level), number))
    return sorted(by_level[:RESULTS])


def _rule(rule: Rule) -> dict[str, Any]:
    text = rule.why.strip()
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": text},
        "helpUri": address(rule),
        "help": {"text": text, "markdown": page(rule)},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"precision": _PRECISION[rule.confidence], "tags": ["feed"]},
    }


def _invocation(errors: tuple[FeedtoolsError, ...], findings: int) -> dict[str, Any]:
    notes: list[dict[str, Any]] = [
        {
            "level": "error",
            "message": {"text": escape(error.message)},
            **({"locations": [_location(error.path, error.line)]} if error.path else {}),
        }
        for error in errors
    ]
    if said := left_out(findings):
        notes.append({"level": "warning", "message": {"text": said}})
    return {"executionSuccessful": not errors, "toolExecutionNotifications": notes}


def _result(finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    article = finding.article
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": escape(finding.message)},
        "locations": [_location(article.source, article.line, article, finding.span)],
        "properties": {"confidence": finding.confidence},
    }
    if index >= 0:
        result["ruleIndex"] = index
    if fingerprint:
        result["partialFingerprints"] = {"feedtools/v1": fingerprint}
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": "the copy it repeats"}, **_location(place.path, place.line)}
            for number, place in enumerate(finding.related, 1)
        ]
    if finding.fix and article.verbatim:
        result["fixes"] = [_fix(finding)]
    return result


def _fix(finding: Finding) -> dict[str, Any]:
    assert finding.fix is not None
    return {
        "description": {"text": f"{finding.name} ({finding.fix.safety} fix)"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(finding.article.source),
                "replacements": [
                    {
                        "deletedRegion": _region(finding.article, Span(edit.start, edit.end)),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in finding.fix.edits
                ],
            }
        ],
    }


def _location(path: str, line: int | None, article: Article | None = None, span: Span | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if article is not None and span is not None and article.verbatim:
        place["region"] = _region(article, span)
    elif line:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _region(article: Article, span: Span) -> dict[str, int]:
    place = region(article, span)
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _artifact(path: str) -> dict[str, str]:
    plain = relative(path)
    uri = quote(plain.encode("utf-8", "surrogateescape"), safe="/-_.~")
    return {"uri": f"file://{uri}" if os.path.isabs(plain) else uri}
