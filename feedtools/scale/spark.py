"""The deduplicator on PySpark: what is shuffled and joined; what is done to documents is in ``stages``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feedtools.join import HOT
from feedtools.scale import stages
from feedtools.scale.components import DRIVER_EDGES, components
from feedtools.scale.session import partitions
from feedtools.sketch import FEW_KEYS, SHARED

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

CROWDED = 1 << 25
"""Keys from which a bucket is no longer joined by one task."""


class Found(NamedTuple):
    """What a run found.

    Attributes:
        matches: every match with its evidence (``stages.MATCHES``).
        rows: one for every clustered document (``stages.ROWS``).
    """

    matches: DataFrame
    rows: DataFrame


class Limits(NamedTuple):
    """What decides how the work is cut up, and never what is found.

    Attributes:
        buckets: parts of the key space, a power of two; 0 for what suits the shuffle partitions.
        crowded: keys from which a bucket is spread over all tasks.
        driver_edges: edges up to which the driver finds the components.
    """

    buckets: int = 0
    crowded: int = CROWDED
    driver_edges: int = DRIVER_EDGES


DEFAULT = Limits()


def dedup(documents: DataFrame, *, hot: int = HOT, limits: Limits = DEFAULT) -> Found:
    """Matches and clusters of documents (id, text); the same as the local engine's, whatever the partitioning.

    Args:
        documents: ids are unique, and by their order the earlier of two equal copies is kept.
        hot: documents of a key from which it gives star edges alone.
        limits: how the work is cut up.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    copies = _copies(documents).persist()
    unique = documents.join(copies.select("id"), "id", "left_anti").persist(StorageLevel.MEMORY_AND_DISK)
    pairs = _pairs(_edges(unique, hot, limits))
    a, b = (unique.select(f.col("id").alias(side), f.col("text").alias(f"text_{side}")) for side in ("a", "b"))
    candidates = pairs.join(a, "a").join(b, "b").select("a", "text_a", "b", "text_b")
    found = map_batches(candidates, stages.verified, stages.VERIFIED)
    found = found.unionByName(_exact(copies), allowMissingColumns=True).persist(StorageLevel.MEMORY_AND_DISK)

    acting = found.where("kind != 'overlap'").withColumns(_ends_of_evidence()).drop("evidence")
    named = components(documents.sparkSession, acting.select("a", "b"), driver_edges=limits.driver_edges)
    whole = acting.join(named.withColumnRenamed("id", "a"), "a")
    ordered = whole.repartition("component").sortWithinPartitions("component")
    rows = map_batches(ordered, stages.resolved, stages.ROWS).persist()
    apart = rows.where(f.col("action") == stages.APART).select(f.col("id").alias("a"), f.col("cluster").alias("b"))
    told = found.join(apart.withColumn("apart", f.lit(True)), ["a", "b"], "left")
    told = told.withColumn("kind", f.when(f.col("apart"), "overlap").otherwise(f.col("kind")))
    return Found(told.select(*stages.MATCHES.names), rows.where(f.col("action") != stages.APART))


def map_batches(frame: DataFrame, stage: object, schema: object) -> DataFrame:
    """A stage over the Arrow batches of a frame."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return frame.mapInArrow(stage, from_arrow_schema(schema))  # type: ignore[arg-type]


def _copies(documents: DataFrame) -> DataFrame:
    """Exact copies but the first of each text: id, first, and length of the text in code points."""
    from pyspark.sql import functions as f

    known = documents.select("id", f.sha2("text", 256).alias("digest"), f.length("text").alias("length")).persist()
    firsts = known.groupBy("digest").agg(f.min("id").alias("first"), f.count("*").alias("n")).where("n > 1")
    return known.join(firsts, "digest").where("id != first").select("id", "first", "length")


def _exact(copies: DataFrame) -> DataFrame:
    """Every copy as a match with the first of its text."""
    from pyspark.sql import functions as f

    length, zero = f.col("length"), f.lit(0)
    return copies.select(
        f.col("id").alias("a"),
        f.col("first").alias("b"),
        f.lit("exact").alias("kind"),
        *(f.lit(1.0).alias(name) for name in ("coverage_a", "coverage_b", "similarity")),
        f.array(f.array(zero, length, zero, length)).alias("evidence"),
    )


def _ends_of_evidence() -> dict[str, Column]:
    """Where in the longer text the shared part begins and ends, for saying what a copy is."""
    from pyspark.sql import functions as f

    first, last = (f.try_element_at("evidence", f.lit(place)) for place in (1, -1))
    return {"begins": f.get(first, f.lit(2)), "ends": f.get(last, f.lit(3))}


def _edges(unique: DataFrame, hot: int, limits: Limits) -> DataFrame:
    """Who shares how many keys with whom, by bucket: joined in bundles, but for the buckets that are too full."""
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    buckets = limits.buckets or 1 << max(1, partitions(unique.sparkSession) - 1).bit_length()
    bundles = map_batches(unique, stages.bundles(buckets), stages.BUNDLES).persist(StorageLevel.DISK_ONLY)
    weights = bundles.groupBy("bucket").agg(f.sum("weight").alias("weight")).where(f.col("weight") >= limits.crowded)
    crowded = [row["bucket"] for row in weights.collect()]
    one_bucket = bundles.where(~f.col("bucket").isin(crowded)).repartition("bucket").sortWithinPartitions("bucket")
    edges = map_batches(one_bucket, stages.linked(buckets, hot), stages.EDGES)
    if not crowded:
        return edges
    rows = map_batches(bundles.where(f.col("bucket").isin(crowded)), stages.keys, stages.KEYS)
    return edges.unionByName(_edges_of_rows(rows, buckets, hot))


def _edges_of_rows(keys: DataFrame, buckets: int, hot: int) -> DataFrame:
    """Star and chain edges of every key's documents, as in ``feedtools.join``.

    A key that many share gives star edges alone: its first document is found by partial aggregation and sent to all
    tasks, so no task ever holds all of them.
    """
    from pyspark import StorageLevel
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    row = keys.select("bucket", "key", f.struct(*stages.ORDER, "size").alias("me")).persist(StorageLevel.DISK_ONLY)
    shared = row.groupBy("bucket", "key").agg(f.count("*").alias("n"), f.min("me").alias("star"))
    many = f.broadcast(shared.where(f.col("n") >= hot).drop("n"))
    by_rank = Window.partitionBy("bucket", "key").orderBy("me")
    few = row.join(many, ["bucket", "key"], "left_anti")
    few = few.withColumn("star", f.first("me").over(by_rank)).withColumn("before", f.lag("me").over(by_rank))
    few = few.where("before is not null")
    ends = _ends("before", few), _ends("star", few.where("star.id != before.id"))
    stars = _ends("star", row.join(many, ["bucket", "key"]).where("me.id != star.id"))
    return (
        ends[0]
        .union(ends[1])
        .union(stars)
        .groupBy((f.col("bucket") >= buckets).alias("heads"), "low", "high")
        .agg(f.count("*").alias("shared"), f.first("least").alias("least"))
    )


def _ends(first: str, frame: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    least = f.least(f"{first}.size", "me.size").alias("least")
    return frame.select("bucket", f.col(f"{first}.id").alias("low"), f.col("me.id").alias("high"), least)


def _pairs(edges: DataFrame) -> DataFrame:
    """Documents worth verifying: b is the longer."""
    from pyspark.sql import functions as f

    counted = edges.groupBy("heads", "low", "high").agg(
        f.sum("shared").alias("shared"), f.first("least").alias("least")
    )
    by_head = f.col("heads") & (f.col("least") < FEW_KEYS)
    by_grams = ~f.col("heads") & (f.col("shared") >= f.lit(SHARED) * f.col("least"))
    return counted.where(by_head | by_grams).select(f.col("high").alias("a"), f.col("low").alias("b")).distinct()
