"""JUnit XML, which Jenkins, GitLab, Azure and most others show as test results."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from feedtools.report.regions import quoted, region
from feedtools.report.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feedtools.errors import FeedtoolsError
    from feedtools.model import Finding, Level
    from feedtools.report import Report

_FORBIDDEN = re.compile("[^\\t\\n\\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> Iterator[str]:
    """A test suite per file: a case per finding, failed where its level fails the run; one where nothing is found."""
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    errors: defaultdict[str, list[FeedtoolsError]] = defaultdict(list)
    for finding in report.findings:
        findings[finding.article.source].append(finding)
    for error in report.errors:
        errors[error.path or "feedtools"].append(error)
    names = dict.fromkeys((*report.files, *findings, *errors))
    total = len(report.findings) + len(report.errors) + sum(not (findings[name] or errors[name]) for name in names)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    failed = _failed(report.findings, report.failing)
    yield f'<testsuites name="feedtools" tests="{total}" failures="{failed}" errors="{len(report.errors)}">\n'
    for name in names:
        yield from _suite(name, findings[name], errors[name], report.failing)
    yield "</testsuites>\n"


def _failed(findings: Iterable[Finding], failing: frozenset[Level]) -> int:
    return sum(finding.level in failing for finding in findings)


def _suite(
    name: str, findings: list[Finding], errors: list[FeedtoolsError], failing: frozenset[Level]
) -> Iterator[str]:
    tests, failed = len(findings) + len(errors) or 1, _failed(findings, failing)
    yield f'  <testsuite name={_attr(name)} tests="{tests}" failures="{failed}" errors="{len(errors)}">\n'
    for finding in findings:
        place = region(finding.article, finding.span)
        title = f"{finding.rule} {finding.name} {place.line}:{place.column}"
        body = f"{name}:{place.line}:{place.column}: {finding.level}: {quoted(finding)}"
        yield f"    <testcase classname={_attr(name)} name={_attr(title)}>\n"
        if finding.level in failing:
            said = f"type={_attr(finding.rule)} message={_attr(finding.message)}"
            yield f"      <failure {said}>{_data(body)}</failure>\n"
        else:
            yield f"      <system-out>{_data(f'{body}: {finding.message}')}</system-out>\n"
        yield "    </testcase>\n"
    for error in errors:
        yield f'    <testcase classname={_attr(name)} name="read">\n'
        yield f'      <error type="{type(error).__name__}" message={_attr(str(error))}/>\n    </testcase>\n'
    if not findings and not errors:
        yield f'    <testcase classname={_attr(name)} name="feedtools"/>\n'
    yield "  </testsuite>\n"


def _attr(text: str) -> str:
    return quoteattr(_clean(text))


def _data(text: str) -> str:
    return _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", escape(text))
