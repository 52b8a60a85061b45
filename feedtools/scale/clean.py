"""Decisions about every document on PySpark: fixed by itself, compared with all others, restored from its copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from feedtools.clean.fixing import HELD, REJECTED
from feedtools.clean.judging import Judge
from feedtools.config import Policy
from feedtools.dedup.resolve import ROUNDS
from feedtools.lint.checks import compounds
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import RULES
from feedtools.scale import decisions
from feedtools.scale.dedup import dedup, map_batches, sent

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from pyspark.sql import DataFrame

    from feedtools.lint.rules import Rule


def clean(
    documents: DataFrame,
    rules: Sequence[Rule],
    policy: Policy,
    known: Mapping[str, str] | None = None,
    *,
    begin: Callable[[str], None] = lambda _: None,
    **asked: Any,
) -> DataFrame:
    """Decide the fate of every document (id, text), as ``decisions.DECISIONS``: that of ``feedtools clean``.

    Args:
        documents: ids are unique; where the local engine goes by the place of an article, their order decides. A column
            ``syntax`` may say that of each text.
        rules: the selected rules.
        policy: what is fixed, restored, held and dropped.
        known: compounds the archive taught before.
        begin: told each step as it begins.
        asked: ``exceptions`` and ``decisions``, as ``Judge`` takes them.
    """
    from pyspark import StorageLevel

    begin("collecting hyphenated compounds")
    evidence: dict[str, str] = {}
    if any(rule.value.startswith("identifiers:") for rule in rules):
        evidence = {**(known or {}), **learn(documents)}
    begin("checking and fixing the articles, and joining their keys")
    judge = Judge(rules, Evidence(evidence), policy, **asked)
    stage = decisions.repaired(judge)
    fixed = map_batches(documents, stage, decisions.REPAIRED).persist(StorageLevel.MEMORY_AND_DISK)
    kinds = [kind for kind, code in RULES.items() if code in {rule.id for rule in rules}]
    if not kinds:
        state = map_batches(fixed, decisions.ended(judge), decisions.STATE)
    else:
        rows = dedup(fixed.select("id", "text"), rest=policy.rest, begin=begin).rows
        begin("restoring what is damaged, and comparing again what is left")
        state = _settled(_mended(fixed, rows, kinds, judge), kinds, policy)
    return map_batches(state, decisions.decided(policy), decisions.DECISIONS)


def _mended(fixed: DataFrame, rows: DataFrame, kinds: Sequence[str], judge: Judge) -> DataFrame:
    """Restore the members of clusters from each other, cluster by cluster; the other articles stay as they are."""
    from pyspark.sql import functions as f

    rows = rows.select("id", "cluster", "kind", "said", "coverage", "covered")
    members = fixed.join(rows, "id").repartition("cluster")
    members = members.sortWithinPartitions("cluster", f.col("id") != f.col("cluster"), "id")
    mended = map_batches(members, decisions.mended(judge, kinds), decisions.STATE)
    alone = map_batches(fixed.join(rows, "id", "left_anti"), decisions.ended(judge), decisions.STATE)
    return mended.unionByName(alone)


def _settled(state: DataFrame, kinds: Sequence[str], policy: Policy) -> DataFrame:
    """Compare what is to be published (of ``decisions.STATE``) again until no copy is among it, as locally.

    The texts stay where they are; the driver takes what the rounds find, which is little.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    going = [kind for kind in kinds if policy.kinds[kind] != "keep"]
    state = state.persist(StorageLevel.MEMORY_AND_DISK)
    changed = f.col("now").isNotNull()
    if state.where(changed).isEmpty():
        return state
    left = state.where(f.col("mark").bitwiseAND(HELD | REJECTED) == 0)
    left = left.where(f.col("kind").isNull() | ~f.col("kind").isin(going))
    left = left.select("id", f.coalesce("now", "text").alias("text"), "of", changed.alias("changed"))
    later: list[decisions.Later] = []
    for _ in range(ROUNDS):
        fresh = _fresh(left, kinds, policy.rest, {one.id for one in later})
        if not any(one.kind in going for one in fresh):
            break
        later += fresh
        gone = [(one.id,) for one in fresh if one.kind in going]
        left = left.join(sent(state.sparkSession.createDataFrame(gone, "id string")), "id", "left_anti")
    return _resettled(state, later, policy) if later else state


def _fresh(left: DataFrame, kinds: Sequence[str], rest: int, known: Container[str]) -> list[decisions.Later]:
    """The copies among what is left (id, text, of, changed) for which nothing stands yet, if one of both changed."""
    from pyspark.sql import functions as f

    rows = dedup(left.select("id", "text"), rest=rest).rows.where(f.col("kind").isin(kinds))
    rows = rows.select("id", f.col("cluster").alias("keeper"), "kind", "coverage", "covered", "said")
    kept = left.select(f.col("id").alias("keeper"), f.col("changed").alias("other"))
    found = left.where("of is null").select("id", "changed").join(sent(rows), "id")
    found = kept.join(sent(found), "keeper")
    names = ("id", "keeper", "kind", "coverage", "covered", "said")
    table = found.where("changed or other").select(*names).collect()
    return [decisions.Later(*row) for row in table if row["id"] not in known]


def _resettled(state: DataFrame, later: Sequence[decisions.Later], policy: Policy) -> DataFrame:
    """Note what stands for every article after the rounds."""
    from pyspark.sql import functions as f
    from pyspark.sql.pandas.types import from_arrow_schema

    spark = state.sparkSession
    fresh = spark.createDataFrame([(one.id,) for one in later], "of string")
    behind = state.join(sent(fresh), "of").select("id", "of", "kind").collect()
    every = [*later, *(decisions.Later(*row) for row in behind)]
    ids = sorted({name for one in every for name in (one.id, one.of)})
    asked = sent(spark.createDataFrame([(name,) for name in ids], "id string"))
    texts = {row["id"]: (row["text"], row["now"] or row["text"]) for row in state.join(asked, "id").collect()}
    names = decisions.STANDING.names
    schema = from_arrow_schema(pa.schema([("id", pa.string()), *decisions.STANDING]))
    made = spark.createDataFrame(list(decisions.resettled(every, texts, policy)), schema)
    new = made.select("id", f.struct(*names).alias("new"))
    told = state.join(sent(new), "id", "left")
    other = f.col("new").isNotNull()
    return told.withColumns({name: f.when(other, f.col(f"new.{name}")).otherwise(f.col(name)) for name in names})


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
