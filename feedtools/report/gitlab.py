"""GitLab's Code Quality report (artifacts:reports:codequality)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from feedtools.lint.fingerprint import fingerprints, relative
from feedtools.report.regions import region
from feedtools.report.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.report import Report

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render(report: Report) -> Iterator[str]:
    """One JSON list; GitLab compares the fingerprints of two branches to tell what is new."""
    issues = []
    known = report.fingerprints or fingerprints(report.findings)
    for finding, fingerprint in zip(report.findings, known, strict=True):
        place = region(finding.article, finding.span)
        issues.append(
            {
                "type": "issue",
                "description": f"{finding.rule} {finding.name}: {escape(finding.message)}",
                "check_name": finding.rule,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[finding.level],
                "categories": ["Duplication" if finding.rule.startswith("FT9") else "Style"],
                "location": {
                    "path": relative(finding.article.source),
                    "lines": {"begin": place.line, "end": place.end_line},
                },
            }
        )
    yield json.dumps(issues, indent=1) + "\n"
