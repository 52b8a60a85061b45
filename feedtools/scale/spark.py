"""The deduplicator on PySpark: what is shuffled and joined. What is done to documents is in ``stages``, ``matches``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feedtools.join import HOT
from feedtools.scale import matches, stages
from feedtools.scale.components import DRIVER_EDGES, components
from feedtools.scale.lineage import cut, rows
from feedtools.scale.session import partitions
from feedtools.sketch import SCALE

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

CROWDED = 1 << 25
"""Keys from which a bucket is no longer joined by one task."""
SENT = 2_000_000
"""Rows up to which the smaller side of a join is sent to all tasks, so that no text is shuffled."""
PARTS = 2048
"""Most parts that edges are spread over: every bucket gives a row to each."""


class Found(NamedTuple):
    """What a run found.

    Attributes:
        matches: every match with its evidence (``matches.MATCHES``).
        rows: one for every clustered document (``matches.CLUSTERED``).
    """

    matches: DataFrame
    rows: DataFrame


class Limits(NamedTuple):
    """What decides how the work is cut up, and never what is found.

    Attributes:
        buckets: parts of the key space, a power of two; 0 for what suits the shuffle partitions.
        crowded: keys from which a bucket is spread over all tasks.
        driver_edges: edges up to which the driver finds the components.
        sent: rows up to which one side of a join is sent to all tasks.
    """

    buckets: int = 0
    crowded: int = CROWDED
    driver_edges: int = DRIVER_EDGES
    sent: int = SENT


DEFAULT = Limits()


def identified(documents: DataFrame) -> DataFrame:
    """Of documents (id, text) what exact copies are told by: id, number and rest of the digest, and code points.

    Persisted, for it is asked for more than once.
    """
    from pyspark.sql import functions as f

    digest = documents.select("id", f.sha2("text", 256).alias("digest"), f.length("text").alias("length"))
    return digest.select(
        "id", _bits("digest", 1).alias("number"), _bits("digest", 17).alias("rest"), "length"
    ).persist()


def _bits(digest: str, start: int) -> Column:
    """64 bits of a digest in hexadecimal digits, as a signed number: from 1 on, ``model.text_number``."""
    from pyspark.sql import functions as f

    return f.conv(f.substring(digest, start, 16), 16, -10).cast("bigint")


def dedup(documents: DataFrame, known: DataFrame | None = None, *, hot: int = HOT, limits: Limits = DEFAULT) -> Found:
    """Matches and clusters of documents (id, text); the same as the local engine's, whatever the partitioning.

    Args:
        documents: ids are unique, and by their order the earlier of two equal copies is kept.
        known: what ``identified`` says of them.
        hot: documents of a key from which it gives star edges alone.
        limits: how the work is cut up.
    """
    from pyspark.sql import functions as f

    known = identified(documents) if known is None else known
    copies = cut(_copies(known, limits))
    unique = _without(documents, copies, limits).withColumn("number", _bits("digest", 1)).drop("digest")
    characters = int(known.agg(f.sum("length")).collect()[0][0] or 0)
    wanted = cut(_wanted(unique.select("number", "text"), characters, hot, limits))
    texts = unique.join(sent(wanted, limits.sent), "number").select("number", "centre", "salt", "id", "text")
    groups = texts.repartition(partitions(documents.sparkSession), "centre", "salt")
    groups = groups.sortWithinPartitions("centre", "salt", f.col("number") != f.col("centre"))
    found = map_batches(groups, matches.verified, matches.VERIFIED)
    found = cut(found.unionByName(_exact(copies), allowMissingColumns=True))

    acting = found.where("kind != 'overlap'").withColumns(_ends_of_evidence()).drop("evidence")
    edges = rows(acting)
    named = components(acting.select("a", "b"), edges, driver_edges=limits.driver_edges)
    whole = acting.join(sent(named.withColumnRenamed("id", "a"), limits.sent, 2 * edges), "a")
    ordered = whole.repartition("component").sortWithinPartitions("component")
    resolved = cut(map_batches(ordered, matches.resolved, matches.CLUSTERED))
    apart = resolved.where(f.col("action") == matches.APART).select(f.col("id").alias("a"), f.col("cluster").alias("b"))
    told = found.join(sent(apart.withColumn("apart", f.lit(True)), limits.sent), ["a", "b"], "left")
    told = told.withColumn("kind", f.when(f.col("apart"), "overlap").otherwise(f.col("kind")))
    return Found(told.select(*matches.MATCHES.names), resolved.where(f.col("action") != matches.APART))


def map_batches(frame: DataFrame, stage: object, schema: object) -> DataFrame:
    """A stage over the Arrow batches of a frame."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return frame.mapInArrow(stage, from_arrow_schema(schema))  # type: ignore[arg-type]


def sent(frame: DataFrame, most: int = SENT, count: int | None = None) -> DataFrame:
    """The smaller side of a join: to all tasks where it has at most so many rows, so that the other side stays put.

    Args:
        frame: the smaller side.
        most: rows up to which it is sent.
        count: rows that it has at most, where that is known.
    """
    from pyspark.sql import functions as f

    return f.broadcast(frame) if (rows(frame) if count is None else count) <= most else frame.hint("shuffle_hash")


def _copies(known: DataFrame, limits: Limits) -> DataFrame:
    """Exact copies but the first of each text: id, first, and length of the text in code points."""
    from pyspark.sql import functions as f

    text = ["number", "rest"]
    often = cut(known.groupBy(*text).count().where("count > 1").select(*text))  # counting sorts no strings
    count = rows(often)
    alike = known.join(sent(often, limits.sent, count), text)
    firsts = alike.groupBy(*text).agg(f.min("id").alias("first"))
    return alike.join(sent(firsts, limits.sent, count), text).where("id != first").select("id", "first", "length")


def _without(documents: DataFrame, copies: DataFrame, limits: Limits) -> DataFrame:
    """The first document of each text: id, text, digest; read again each time, unless that would shuffle the texts."""
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    if rows(copies) <= limits.sent:
        unique = documents.join(f.broadcast(copies.select("id")), "id", "left_anti")
    else:
        by_hash = copies.select("id").hint("shuffle_hash")
        unique = documents.join(by_hash, "id", "left_anti").persist(StorageLevel.DISK_ONLY)
    return unique.select("id", "text", f.sha2("text", 256).alias("digest"))


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


def _wanted(texts: DataFrame, characters: int, hot: int, limits: Limits) -> DataFrame:
    """The texts that verifying needs (``stages.WANTED``).

    Args:
        texts: the distinct ones: number, text.
        characters: their code points; an eighth as many are keys.
        hot: as for ``dedup``.
        limits: as for ``dedup``.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    count = partitions(texts.sparkSession)
    buckets, parts = limits.buckets or 1 << max(1, count - 1).bit_length(), min(count, PARTS)
    bundles, crowded = map_batches(texts, stages.bundles(buckets), stages.BUNDLES), list[int]()
    if characters // SCALE >= limits.crowded:
        bundles = bundles.persist(StorageLevel.DISK_ONLY)
        weights = bundles.groupBy("bucket").agg(f.sum("weight").alias("weight"))
        crowded = [row["bucket"] for row in weights.where(f.col("weight") >= limits.crowded).collect()]
    one_bucket = bundles.where(~f.col("bucket").isin(crowded)) if crowded else bundles
    one_bucket = one_bucket.repartition(count, "bucket").sortWithinPartitions("bucket")
    edges = map_batches(one_bucket, stages.linked(buckets, hot, parts), stages.EDGES)
    if crowded:
        keys = map_batches(bundles.where(f.col("bucket").isin(crowded)), stages.keys(buckets), stages.KEYS)
        linked = _edges_of_rows(keys, buckets, hot)
        edges = edges.unionByName(map_batches(linked, stages.packed(parts), stages.EDGES))
    by_part = edges.repartition(parts, "part").sortWithinPartitions("part")
    return map_batches(by_part, stages.wanted, stages.WANTED)


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
    ends = _ends("before", few), _ends("star", few.where("star.number != before.number"))
    stars = _ends("star", row.join(many, ["bucket", "key"]).where("me.number != star.number"))
    return (
        ends[0]
        .union(ends[1])
        .union(stars)
        .groupBy((f.col("bucket") >= buckets).alias("heads"), "low", "high")
        .agg(f.count("*").cast("int").alias("shared"), f.first("least").alias("least"))
    )


def _ends(first: str, frame: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    least = f.least(f"{first}.size", "me.size").alias("least")
    return frame.select("bucket", f.col(f"{first}.number").alias("low"), f.col("me.number").alias("high"), least)
