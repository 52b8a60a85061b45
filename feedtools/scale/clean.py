"""Decisions about every document on PySpark: fixed by itself, compared with all others, restored from its copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.clean.decide import ROUNDS
from feedtools.clean.judging import Judge
from feedtools.config import Policy
from feedtools.lint.checks import compounds
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import RULES
from feedtools.scale import decisions
from feedtools.scale.checkpoints import checkpoint
from feedtools.scale.dedup import dedup, map_batches, sent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyspark.sql import DataFrame

    from feedtools.lint.rules import Rule


def clean(
    documents: DataFrame, rules: Sequence[Rule], policy: Policy, known: Mapping[str, str] | None = None, **asked: Any
) -> DataFrame:
    """Decide the fate of every document (id, text), as ``decisions.DECISIONS``: that of ``feedtools clean``.

    Args:
        documents: ids are unique; where the local engine goes by the place of an article, their order decides.
        rules: the selected rules.
        policy: what is fixed, restored, held and dropped.
        known: compounds the archive taught before.
        asked: ``exceptions`` and ``decisions``, as ``Judge`` takes them.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    evidence: dict[str, str] = {}
    if any(rule.value.startswith("identifiers:") for rule in rules):
        evidence = {**(known or {}), **learn(documents)}
    judge = Judge(rules, Evidence(evidence), policy, **asked)
    stage = decisions.repaired(judge)
    fixed = map_batches(documents, stage, decisions.REPAIRED).persist(StorageLevel.MEMORY_AND_DISK)
    kinds = [kind for kind, code in RULES.items() if code in {rule.id for rule in rules}]
    if not kinds:
        state = fixed.withColumns({name: f.lit(None).cast("string") for name in decisions.STANDING.names})
    else:
        rows = dedup(fixed.select("id", "text")).rows.select("id", "cluster", "kind", "said", "other", "covered")
        members = fixed.join(rows, "id").repartition("cluster")
        members = members.sortWithinPartitions("cluster", f.col("id") != f.col("cluster"), "id")
        mended = map_batches(members, decisions.mended(judge, kinds), decisions.STATE)
        alone = fixed.join(rows, "id", "left_anti")
        state = _settled(mended.unionByName(alone, allowMissingColumns=True), kinds, policy)
    return map_batches(state, decisions.decided(policy), decisions.DECISIONS)


def _settled(state: DataFrame, kinds: Sequence[str], policy: Policy) -> DataFrame:
    """Compare what is to be published (of ``articles.STATE``) again until no copy is among it, as locally.

    The texts stay where they are; what the rounds find is carried beside them.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    going = [kind for kind in kinds if policy.kinds[kind] != "keep"]
    state = state.select(*decisions.STATE.names).persist(StorageLevel.MEMORY_AND_DISK)
    left = state.where(~f.col("held") & ~f.col("rejected") & (f.col("kind").isNull() | ~f.col("kind").isin(going)))
    unknown, found = left.where("of is null").select("id"), None
    for _ in range(ROUNDS):
        again = dedup(left.select("id", "text")).rows.where(f.col("kind").isin(kinds))
        fresh = again.join(unknown, "id").select("id", f.col("cluster").alias("of"), "kind", "said", "other")
        fresh = checkpoint(fresh)
        gone = fresh.where(f.col("kind").isin(going))
        if gone.isEmpty():
            break
        found = fresh if found is None else checkpoint(_handed_over(found, gone).unionByName(fresh))
        left = left.join(sent(gone.select("id")), "id", "left_anti")
        unknown = unknown.join(sent(fresh.select("id")), "id", "left_anti")
    return state if found is None else _told(state, found, going)


def _handed_over(standing: DataFrame, gone: DataFrame) -> DataFrame:
    """Articles (of) with those that stand for what stood for them, where that went itself (``gone``: id, of)."""
    from pyspark.sql import functions as f

    last = gone.select(f.col("id").alias("of"), f.col("of").alias("last"))
    return standing.join(sent(last), "of", "left").withColumn("of", f.coalesce("last", "of")).drop("last")


def _told(state: DataFrame, found: DataFrame, going: Sequence[str]) -> DataFrame:
    """Every article with what the rounds found to stand for it (id, of, kind, said, other)."""
    from pyspark.sql import functions as f

    columns = ("of", "kind", "said", "other")
    new = found.select("id", f.struct(*columns).alias("new"))
    told = state.join(sent(new), "id", "left").withColumns({name: f.coalesce(name, f"new.{name}") for name in columns})
    return _handed_over(told.drop("new"), found.where(f.col("kind").isin(going)))


def learn(documents: DataFrame) -> dict[str, str]:
    """Collect hyphenated compounds over all tasks, as ``compounds.harvest`` does."""
    from pyspark.sql import functions as f

    counts = map_batches(documents.select("text"), decisions.counted, decisions.COUNTS)
    counts = counts.groupBy("key", "form").agg(f.sum("times").alias("times")).persist()
    forms = counts.where("form is not null")
    joined = counts.where("form is null").join(forms.select("key").distinct(), "key", "left_semi")
    return compounds.choose(
        {row["form"]: row["times"] for row in forms.toLocalIterator()},
        {row["key"]: row["times"] for row in joined.toLocalIterator()},
    )
