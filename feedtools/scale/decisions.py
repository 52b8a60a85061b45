"""The seam of ``clean``: linting, fixing, restoring and deciding as pure functions over Arrow record batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from feedtools.clean.decide import STAND_IN, decide
from feedtools.clean.decisions import DECIDED, by_decision, ruled
from feedtools.clean.judging import Judge
from feedtools.config import Policy
from feedtools.lint.checks import compounds
from feedtools.lint.edits import Change, compose
from feedtools.lint.fix import UNSAFE, Fixed, stable_fix
from feedtools.model import Article, Finding, Match, Place, Span
from feedtools.restore.mend import RESTORED, mend
from feedtools.scale.arrow import batch_of
from feedtools.scale.matches import in_words

Lint = Callable[[Sequence[Article]], Sequence[Finding]]
Stage = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

TEXTS_AT_ONCE = 1000
"""Rows from which a batch is handed on."""
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
        ("safety", pa.string()),
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
        ("held", pa.bool_()),
        ("decided", pa.list_(pa.string())),
        ("rejected", pa.bool_()),
    ]
)
STANDING = pa.schema([(name, pa.string()) for name in ("of", "kind", "said", "other", "instead")])
"""Relation of a copy to its representative (as in ``matches.CLUSTERED``), and the copy kept instead of a held one."""
STATE = pa.schema([*REPAIRED, *STANDING])
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
    yield batch_of([*rows, *((word, None, times) for word, times in joined.items())], COUNTS)


def repaired(judge: Judge) -> Stage:
    """Map documents (id, text) to what they read after fixes and decisions, and what remains wrong with them.

    Args:
        judge: finds what is wrong, and knows which fixes are made and what was decided. Documents have no paths:
            exceptions for paths say nothing about them.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            names, texts = batch.column("id").to_pylist(), batch.column("text").to_pylist()
            articles = [Article(name, 1, text, verbatim=False) for name, text in zip(names, texts, strict=True)]
            findings = judge.over(articles, dict.fromkeys(names, ""))
            rulings = [judge.decisions.of(text) for text in texts]
            free = (article for article, ruling in zip(articles, rulings, strict=True) if ruling is None)
            fixed = iter(stable_fix(list(free), findings, UNSAFE))
            rows = []
            for article, ruling in zip(articles, rulings, strict=True):
                one = next(fixed) if ruling is None else by_decision(article, ruling, findings)
                used = sorted(findings.used.get((article.source, 1), ()))
                rows.append(_repaired(article, one, [ruling.name, *used] if ruling else used, judge.policy))
            if rows and findings.errors:  # each names its article; they travel with the first
                at = REPAIRED.names.index("errors")
                rows[0] = (*rows[0][:at], [str(error) for error in findings.errors], *rows[0][at + 1 :])
            yield batch_of(rows, REPAIRED)

    return stage


def _repaired(article: Article, one: Fixed, names: Sequence[str], policy: Policy) -> tuple[Any, ...]:
    edits = [change._asdict() for change in one.changes]
    findings = list(map(_plain, one.findings))
    verbs = {name.partition(":")[0] for name in names}
    held = not verbs & {"publish", "reject"} and _holds(one.findings, policy)
    return article.source, article.text, one.text, edits, findings, [], held, names, "reject" in verbs


def _plain(finding: Finding) -> dict[str, Any]:
    fields = ("rule", "name", "level", "confidence", "message")
    return {**{field: getattr(finding, field) for field in fields}, **finding.span._asdict()}


def _holds(findings: Iterable[Finding], policy: Policy) -> bool:
    return any(policy.verdict(one.rule, one.name, one.level) == "hold" for one in findings)


def mended(judge: Judge, kinds: Collection[str]) -> Stage:
    """Clusters of repaired documents to the same documents (``STATE``): restored, and each with what stands for it.

    The copy that is kept gets back what the others have; where it would be held and another one would not, that one
    stands for the cluster.

    Columns: those of ``REPAIRED``, then cluster, kind, said, other and covered of ``matches.CLUSTERED``. The members of
    a cluster are on end, the kept copy first; they are held in memory.

    Args:
        judge: as in ``repaired``.
        kinds: of copies, whose rule is selected.
    """

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        policy = judge.policy
        rows = (row for batch in batches for row in batch.to_pylist())
        portion: list[list[Any]] = []
        for _, members in groupby(rows, key=itemgetter("cluster")):
            keep, *others = members
            if policy.restore and keep["findings"] and not _final(keep):
                article = Article(keep["id"], 1, keep["text"], verbatim=False)
                keep |= _restored(keep, others, judge.over([article], {article.source: ""}), policy)
            for row in (keep, *others):
                row |= {"of": row["cluster"], "instead": None}
                if row["kind"] not in kinds:
                    row |= dict.fromkeys(STANDING.names)
            if keep["held"]:
                _replace(keep, [row for row in others if row["of"]], policy)
            portion += [[row[name] for name in STATE.names] for row in (keep, *others)]
            if len(portion) > TEXTS_AT_ONCE:
                yield batch_of(portion, STATE)
                portion = []
        yield batch_of(portion, STATE)

    return stage


def _final(row: Mapping[str, Any]) -> bool:
    """Tell if a person said how an article reads."""
    return any(name.startswith(("publish:", "edit:")) for name in row["decided"])


def _restored(keep: dict[str, Any], others: Sequence[dict[str, Any]], lint: Lint, policy: Policy) -> dict[str, Any]:
    """List what the repairs of a kept copy changed."""
    from feedtools.restore import SIBLINGS, Sibling

    siblings = [Sibling(row["text"], Place(row["id"], 1)) for row in others[:SIBLINGS]]
    article = Article(keep["id"], 1, keep["text"], verbatim=False)
    made = mend(article, ((), siblings), lint, lambda _: True, lambda place: place.path)
    if not made.changes:
        return {}
    earlier = [
        Change(edit["start"], edit["end"], edit["old"], edit["new"], tuple(edit["by"]), edit["safety"])
        for edit in keep["edits"]
    ]
    return {
        "text": made.text,
        "edits": [change._asdict() for change in compose(keep["raw"], earlier, made.changes)],
        "findings": list(map(_plain, made.findings)),
        "held": _holds(made.findings, policy),
    }


def _replace(keep: dict[str, Any], copies: Sequence[dict[str, Any]], policy: Policy) -> None:
    """Let the longest whole copy stand for a kept one that is held, where there is one; the rows are changed."""
    whole = [row for row in copies if not row["held"] and row["covered"] >= STAND_IN]
    whole = [row for row in whole if policy.kinds[row["kind"]] == "drop"]
    if not whole:
        return
    best = min(whole, key=lambda row: (-len(row["text"]), row["id"]))
    for row in copies:
        row["of"] = best["id"]
    best |= dict.fromkeys(STANDING.names)
    keep["instead"] = best["id"]


def decided(policy: Policy) -> Stage:
    """Documents with what stands for them (``STATE``) to decisions."""

    def stage(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch_of([_decision(row, policy) for row in batch.to_pylist()], DECISIONS)

    return stage


def _decision(row: Mapping[str, Any], policy: Policy) -> tuple[Any, ...]:
    article = Article(row["id"], 1, row["raw"], verbatim=False)
    findings = [
        Finding(one["rule"], one["name"], one["level"], one["confidence"], article, _span(one), one["message"])
        for one in row["findings"]
    ]
    # Of a match, decide asks for the kind alone.
    copy = None if row["kind"] is None else Match(1, 0, row["kind"], 1.0, 1.0, 1.0)
    said = in_words(row["said"], row["other"], row["of"]) if copy else ""
    by = sorted({name for edit in row["edits"] for name in edit["by"]})
    restored = [name for name in by if name.startswith(RESTORED)]
    fixed = [name for name in by if not name.startswith((RESTORED, DECIDED))]
    made = decide(article, findings, policy, copy, said, fixed, restored)
    made = ruled(made, row["decided"], changed=bool(row["edits"]))
    action, reasons, text, edits = made.action, list(made.reasons), row["text"], row["edits"]
    if action == "hold" and row["instead"]:
        reasons.append(f"{row['instead']} is kept in its place")
    if policy.intact:
        action, text, edits = "keep", row["raw"], []
    return row["id"], action, reasons, text, row["of"], row["kind"], edits, row["findings"], row["errors"]


def _span(finding: Mapping[str, Any]) -> Span:
    return Span(finding["start"], finding["end"])
