"""Findings as JSON: one object per finding (``jsonl``), or one list of them (``json``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from feedtools.report.regions import region
from feedtools.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feedtools.model import Finding, Fix


def as_object(finding: Finding) -> dict[str, Any]:
    """The finding as plain data.

    ``start`` and ``end`` are 0-based half-open code points in the article's text. That is the line, but in Markdown,
    where an article has many, and ``line`` and ``column`` say which; of a page they are those of its source. ``id`` is
    there where the record has one of its own.
    """
    line, column, *_ = region(finding.article, finding.span)
    origin = finding.article.origin
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level,
        "confidence": finding.confidence,
        "path": finding.article.source,
        **({"id": origin.id} if origin is not None and origin.id else {}),
        "line": line,
        "column": column,
        "start": finding.span.start,
        "end": finding.span.end,
        "text": finding.article.text[finding.span.start : finding.span.end],
        "message": finding.message,
        "fix": as_fix(finding.fix),
        "related": [place._asdict() for place in finding.related],
    }


def as_fix(fix: Fix | None) -> dict[str, Any] | None:
    """The fix as plain data; its edits are in code points of the article's text."""
    return fix and {"safety": fix.safety, "edits": [edit._asdict() for edit in fix.edits]}


_encode = json.JSONEncoder(ensure_ascii=False).encode


def dumps(value: Any) -> str:
    """One line of JSON that any reader takes and no terminal obeys: what cannot be shown is escaped, the rest stays."""
    text = _encode(value)
    if not text.isprintable():
        for char in {*text}:
            if not printable(char):
                utf16 = char.encode("utf-16-be", "surrogatepass").hex()
                text = text.replace(char, "".join(f"\\u{utf16[at : at + 4]}" for at in range(0, len(utf16), 4)))
    return text


def jsonl(findings: Iterable[Finding]) -> Iterator[str]:
    """One line per object."""
    for finding in findings:
        yield dumps(as_object(finding)) + "\n"


def json_list(findings: Iterable[Finding]) -> Iterator[str]:
    """One JSON list."""
    first = True
    for finding in findings:
        yield ("[\n" if first else ",\n") + dumps(as_object(finding))
        first = False
    yield "[]\n" if first else "\n]\n"
