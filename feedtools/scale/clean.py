"""Decisions about every document on PySpark: linted and fixed by itself, then compared with all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.checks import compounds
from feedtools.decide import Policy
from feedtools.duplicates import RULES
from feedtools.scale import articles
from feedtools.scale.spark import dedup, map_batches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyspark.sql import DataFrame

    from feedtools.rules import Rule


def clean(
    documents: DataFrame, rules: Sequence[Rule], policy: Policy, known: Mapping[str, str] | None = None
) -> DataFrame:
    """What happens to every document (id, text), as ``articles.DECISIONS``.

    The rules, fixes, copies and the policy are those of ``feedtools clean``; what it does beyond that (restoring a
    damaged copy from its siblings, keeping a whole copy for one that is held, comparing again what is left) is not
    done here.

    Args:
        documents: ids are unique.
        rules: the selected ones.
        policy: what is fixed, held and dropped.
        known: compounds the archive taught before.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    evidence: dict[str, str] = {}
    if any(rule.value.startswith("identifiers:") for rule in rules):
        evidence = {**(known or {}), **learn(documents)}
    stage = articles.repaired(rules, evidence, policy)
    fixed = map_batches(documents, stage, articles.REPAIRED).persist(StorageLevel.MEMORY_AND_DISK)
    kinds = [kind for kind, code in RULES.items() if code in {rule.id for rule in rules}]
    if kinds:
        rows = dedup(fixed.select("id", "text")).rows
        copies = rows.where(f.col("kind").isin(kinds)).select("id", f.col("cluster").alias("of"), "kind", "how")
        known_copies = fixed.join(copies, "id", "left")
    else:
        known_copies = fixed.withColumns({name: f.lit(None).cast("string") for name in ("of", "kind", "how")})
    return map_batches(known_copies, articles.decided(policy), articles.DECISIONS)


def learn(documents: DataFrame) -> dict[str, str]:
    """What articles with their hyphens teach about articles without: ``compounds.harvest`` over all tasks."""
    from pyspark.sql import functions as f

    counts = map_batches(documents.select("text"), articles.counted, articles.COUNTS)
    counts = counts.groupBy("key", "form").agg(f.sum("times").alias("times")).persist()
    forms = counts.where("form is not null")
    joined = counts.where("form is null").join(forms.select("key").distinct(), "key", "left_semi")
    return compounds.choose(
        {row["form"]: row["times"] for row in forms.toLocalIterator()},
        {row["key"]: row["times"] for row in joined.toLocalIterator()},
    )
