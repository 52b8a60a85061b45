"""The seam of ``clean``: linting, fixing and deciding as pure functions over Arrow record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from feedtools.checks import compounds
from feedtools.checks.base import Evidence
from feedtools.decide import Policy, decide, permitted
from feedtools.errors import FeedtoolsError
from feedtools.fix import UNSAFE, Fixed, stable_fix
from feedtools.lint import lint
from feedtools.model import Article, Finding, Match, Span
from feedtools.rules import Rule

Stage = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

COUNTS = pa.schema([("key", pa.string()), ("form", pa.string()), ("times", pa.int64())])
FINDING = pa.struct(
    [
        ("rule", pa.string()),
        ("name", pa.string()),
        ("level", pa.string()),
        ("confidence", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("message", pa.string()),
    ]
)
EDIT = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("old", pa.string()),
        ("new", pa.string()),
        ("by", pa.list_(pa.string())),
    ]
)
REPAIRED = pa.schema(
    [
        ("id", pa.string()),
        ("raw", pa.string()),
        ("text", pa.string()),
        ("edits", pa.list_(EDIT)),
        ("findings", pa.list_(FINDING)),
        ("errors", pa.list_(pa.string())),
    ]
)
DECISIONS = pa.schema(
    [
        ("id", pa.string()),
        ("action", pa.string()),
        ("reasons", pa.list_(pa.string())),
        ("text", pa.string()),
        ("of", pa.string()),
        ("kind", pa.string()),
        ("edits", pa.list_(EDIT)),
        ("findings", pa.list_(FINDING)),
        ("errors", pa.list_(pa.string())),
    ]
)


def counted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Texts to counts of hyphenated compounds (``key`` is the joined form), and of joined words (no ``form``)."""
    forms, joined = compounds.count(text for batch in batches for text in batch.column("text").to_pylist())
    rows = [(form.replace("-", "").casefold(), form, times) for form, times in forms.items()]
    yield _batch([*rows, *((word, None, times) for word, times in joined.items())], COUNTS)


def repaired(rules: Sequence[Rule], evidence: Mapping[str, str], policy: Policy) -> Stage:
    """Documents (id, text) to what they read after their fixes, and what remains wrong with them.

    Args:
        rules: the selected ones.
        evidence: compounds that the articles taught.
        policy: which fixes are made.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        known = Evidence(evidence)
        for batch in batches:
            names, texts = batch.column("id").to_pylist(), batch.column("text").to_pylist()
            articles = [Article(name, 1, text, verbatim=False) for name, text in zip(names, texts, strict=True)]
            errors: list[FeedtoolsError] = []
            fixed = stable_fix(articles, _linter(rules, known, policy, errors), UNSAFE)
            rows = [_repaired(article, one) for article, one in zip(articles, fixed, strict=True)]
            if rows and errors:  # each names its article; they travel with the first
                rows[0] = (*rows[0][:-1], [str(error) for error in errors])
            yield _batch(rows, REPAIRED)

    return stage


def _linter(
    rules: Sequence[Rule], evidence: Evidence, policy: Policy, errors: list[FeedtoolsError]
) -> Callable[[Sequence[Article]], Sequence[Finding]]:
    def findings(some: Sequence[Article]) -> list[Finding]:
        result = lint(some, rules, evidence)
        errors.extend(result.errors)
        return [permitted(finding, policy) for finding in result.findings]

    return findings


def _repaired(article: Article, one: Fixed) -> tuple[Any, ...]:
    edits = [change._asdict() for change in one.changes]
    fields = ("rule", "name", "level", "confidence", "message")
    findings = [
        {**{field: getattr(finding, field) for field in fields}, **finding.span._asdict()} for finding in one.findings
    ]
    return article.source, article.text, one.text, edits, findings, []


def decided(policy: Policy) -> Stage:
    """Repaired documents with how they relate to the copy that stands for them (of, kind, how) to decisions."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _batch([_decision(row, policy) for row in batch.to_pylist()], DECISIONS)

    return stage


def _decision(row: Mapping[str, Any], policy: Policy) -> tuple[Any, ...]:
    article = Article(row["id"], 1, row["raw"], verbatim=False)
    findings = [
        Finding(one["rule"], one["name"], one["level"], one["confidence"], article, _span(one), one["message"])
        for one in row["findings"]
    ]
    # Of a match, decide asks for the kind alone.
    copy = None if row["kind"] is None else Match(1, 0, row["kind"], 1.0, 1.0, 1.0)
    fixed = sorted({name for edit in row["edits"] for name in edit["by"]})
    made = decide(article, findings, policy, copy, row["how"] or "", fixed)
    action, text, edits = made.action, row["text"], row["edits"]
    if policy.intact:
        action, text, edits = "keep", row["raw"], []
    figures = row["of"], row["kind"], edits, row["findings"], row["errors"]
    return row["id"], action, list(made.reasons), text, *figures


def _span(finding: Mapping[str, Any]) -> Span:
    return Span(finding["start"], finding["end"])


def _batch(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([row[place] for row in rows], field.type) for place, field in enumerate(schema)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
