"""The deduplicator on PySpark: what is shuffled and joined. What is done to documents is in ``stages``, ``matches``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.compute as pc

from feedtools.join import HOT
from feedtools.scale import matches, small, stages
from feedtools.scale.components import DRIVER_EDGES, components
from feedtools.scale.lineage import cut, rows
from feedtools.scale.session import partitions
from feedtools.scale.tables import whole
from feedtools.sketch import SCALE

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame

CROWDED = 1 << 25
"""Keys from which a bucket is no longer joined by one task."""
DRIVER_TEXTS = 5_000_000
"""Documents up to which the driver tells the exact copies: some 100 bytes of each."""
SENT = 3_000_000
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
        driver_texts: documents up to which the driver tells the exact copies.
        driver_edges: edges up to which the driver finds the components.
        sent: rows up to which one side of a join is sent to all tasks.
    """

    buckets: int = 0
    crowded: int = CROWDED
    driver_texts: int = DRIVER_TEXTS
    driver_edges: int = DRIVER_EDGES
    sent: int = SENT


DEFAULT = Limits()


class Sketched(NamedTuple):
    """What one reading of the texts gives.

    Attributes:
        rows: ``stages.SKETCHED``; persisted, for it is asked for more than once.
        here: what is ``known``, where there is so little of it that the driver does with it what is to be done.
    """

    rows: DataFrame
    here: pa.Table | None

    @property
    def known(self) -> DataFrame:
        """What exact copies are told by, for every document: ``stages.IDENTITY``."""
        return self.rows.where("bucket is null").select(*stages.IDENTITY.names)

    @property
    def bundles(self) -> DataFrame:
        """Keys of the distinct texts: ``stages.BUNDLES``."""
        return self.rows.where("bucket is not null").select(*stages.BUNDLES.names)


def sketched(documents: DataFrame, limits: Limits = DEFAULT) -> Sketched:
    """Read documents (id, text); those without either are known and nothing else."""
    from pyspark import StorageLevel

    both = map_batches(documents, stages.sketched(_buckets(documents, limits)), stages.SKETCHED)
    made = Sketched(both.persist(StorageLevel.DISK_ONLY), None)  # bundles would fill the memory
    few = rows(made.known.select("length")) <= limits.driver_texts
    return made._replace(here=made.known.toArrow()) if few else made


def _buckets(frame: DataFrame, limits: Limits) -> int:
    return limits.buckets or 1 << (partitions(frame.sparkSession).bit_length() - 1)


def dedup(documents: DataFrame, read: Sketched | None = None, *, hot: int = HOT, limits: Limits = DEFAULT) -> Found:
    """Matches and clusters of documents (id, text); the same as the local engine's, whatever the partitioning.

    Args:
        documents: ids are unique, and by their order the earlier of two equal copies is kept.
        read: what ``sketched`` says of them.
        hot: documents of a key from which it gives star edges alone.
        limits: how the work is cut up.
    """
    from pyspark.sql import functions as f

    read = read or sketched(documents, limits)
    copies, asked = _asked(read, hot, limits)
    texts = documents.join(asked, "id").select(*stages.WANTED.names, "id", "text")
    groups = texts.repartition(partitions(documents.sparkSession), "centre", "salt")
    groups = groups.sortWithinPartitions("centre", "salt", f.col("number") != f.col("centre"))
    found = map_batches(groups, matches.verified, matches.VERIFIED)
    found = cut(found.unionByName(_exact(copies), allowMissingColumns=True))
    read.rows.unpersist()

    acting = found.where("kind != 'overlap'").withColumns(_ends_of_evidence()).drop("evidence")
    edges = rows(acting)
    named = components(acting.select("a", "b"), edges, driver_edges=limits.driver_edges)
    members = acting.join(sent(named.withColumnRenamed("id", "a"), limits.sent, 2 * edges), "a")
    ordered = members.repartition("component").sortWithinPartitions("component")
    resolved = cut(map_batches(ordered, matches.resolved, matches.CLUSTERED))
    apart = resolved.where(f.col("action") == matches.APART).select(f.col("id").alias("a"), f.col("cluster").alias("b"))
    told = found.join(sent(apart.withColumn("apart", f.lit(True)), limits.sent), ["a", "b"], "left")
    told = told.withColumn("kind", f.when(f.col("apart"), "overlap").otherwise(f.col("kind")))
    return Found(told.select(*matches.MATCHES.names), resolved.where(f.col("action") != matches.APART))


def map_batches(frame: DataFrame, stage: Any, schema: pa.Schema) -> DataFrame:
    """A stage over the Arrow batches of a frame."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return frame.mapInArrow(stage, from_arrow_schema(schema))


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


def _asked(read: Sketched, hot: int, limits: Limits) -> tuple[DataFrame, DataFrame]:
    """Exact copies (``small.COPIES``), and the texts that verifying needs by the ids of the first ones that have them.

    The latter (``small.ASKED``) are the smaller side of a join.
    """
    from pyspark.sql import functions as f

    if read.here is None:
        keys, texts, copies = None, None, cut(_copies(whole(read.known), limits))
    else:
        keys, texts = int(pc.sum(read.here.column("length")).as_py() or 0) // SCALE, small.Texts(read.here)
        copies = read.rows.sparkSession.createDataFrame(texts.copies())
    wanted = cut(_wanted(read.bundles, keys, hot, limits))
    count = rows(wanted)
    if texts and count <= limits.sent:
        return copies, f.broadcast(wanted.sparkSession.createDataFrame(texts.asked(wanted.toArrow())))
    firsts = read.known.select("id", "number").join(sent(copies.select("id"), limits.sent), "id", "left_anti")
    return copies, sent(firsts.join(sent(wanted, limits.sent, count), "number"), limits.sent, count)


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


def _wanted(bundles: DataFrame, keys: int | None, hot: int, limits: Limits) -> DataFrame:
    """The texts that verifying needs (``stages.WANTED``).

    Args:
        bundles: of all distinct texts (``stages.BUNDLES``).
        keys: about how many there are, where that is known.
        hot: as for ``dedup``.
        limits: as for ``dedup``.
    """
    from pyspark.sql import functions as f

    count = partitions(bundles.sparkSession)
    buckets, parts = _buckets(bundles, limits), min(count, PARTS)
    crowded = list[int]()
    if keys is None or keys >= limits.crowded:
        weights = bundles.groupBy("bucket").agg(f.sum("weight").alias("weight"))
        crowded = [row["bucket"] for row in weights.where(f.col("weight") >= limits.crowded).collect()]
    one_bucket = bundles.where(~f.col("bucket").isin(crowded)) if crowded else bundles
    one_bucket = one_bucket.repartition(count, "bucket").sortWithinPartitions("bucket")
    edges = map_batches(one_bucket, stages.linked(buckets, hot, parts), stages.EDGES)
    if crowded:
        apart = map_batches(bundles.where(f.col("bucket").isin(crowded)), stages.keys(buckets), stages.KEYS)
        linked = _edges_of_rows(apart, buckets, hot)
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

    row = keys.select("bucket", "key", f.struct(*stages.ORDER, "size").alias("me"))
    row = row.distinct().persist(StorageLevel.DISK_ONLY)  # a text that several tasks bundled
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
