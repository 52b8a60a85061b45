"""Workflow commands of GitHub Actions: annotations on the lines of a pull request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from feedtools.lint.fingerprint import relative
from feedtools.model import LEVELS
from feedtools.report.regions import region
from feedtools.report.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.errors import FeedtoolsError
    from feedtools.model import Finding
    from feedtools.report import Report

PER_KIND = 10
"""Annotations of one kind that GitHub shows for a step; it drops the others without a word."""
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report) -> Iterator[str]:
    """At most ten annotations per kind, errors first, then a line that says how many more there are.

    Every line is one command whose values are escaped, so that no article can begin a command of its own.
    """
    shown: Counter[str] = Counter()
    for error in report.errors:
        shown["error"] += 1
        if shown["error"] <= PER_KIND:
            yield _error(error)
    for finding in sorted(report.findings, key=lambda finding: LEVELS.index(finding.level)):
        shown[_COMMANDS[finding.level]] += 1
        if shown[_COMMANDS[finding.level]] <= PER_KIND:
            yield _command(finding)
    more = sum(max(0, count - PER_KIND) for count in shown.values())
    if more:
        yield f"{more:,} more: see the step summary\n"


def _command(finding: Finding) -> str:
    place = region(finding.article, finding.span)
    values = {
        "file": relative(finding.article.source),
        "line": str(place.line),
        "endLine": str(place.end_line),
        "title": f"{finding.rule} {finding.name}",
    }
    if finding.article.verbatim and place.line == place.end_line:
        values |= {"col": str(place.column), "endColumn": str(place.end_column)}
    return _line(_COMMANDS[finding.level], values, finding.message)


def _error(error: FeedtoolsError) -> str:
    values = {"title": "could not be checked"}
    if error.path:
        values |= {"file": relative(error.path)}
    if error.line:
        values |= {"line": str(error.line)}
    return _line("error", values, error.message)


def _line(command: str, values: dict[str, str], message: str) -> str:
    listed = ",".join(f"{key}={_value(value)}" for key, value in values.items())
    return f"::{command} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return escape(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
