"""The deduplicator on PySpark: what is shuffled and joined. The stages are in ``sketch_join`` and ``matches``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from feedtools.dedup.candidates import HOT, NEIGHBOURS
from feedtools.dedup.rest import REST
from feedtools.scale import arrow, exact_copies, matches, sketch_join
from feedtools.scale.checkpoints import checkpoint, rows
from feedtools.scale.components import DRIVER_EDGES, components
from feedtools.scale.session import partitions
from feedtools.scale.tables import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyspark.sql import Column, DataFrame

CROWDED = 1 << 25
"""Keys from which a bucket is no longer joined by one task."""
DRIVER_TEXTS = 5_000_000
"""Documents up to which the driver tells the exact copies: some 100 bytes of each."""
SENT = 3_000_000
"""Rows up to which the smaller side of a join is sent to all tasks, so that no text is shuffled."""
PARTS = 2048
"""Most parts that edges are spread over: every bucket gives a row to each."""


class JobMatches(NamedTuple):
    """Matches and cluster rows of a run.

    Attributes:
        matches: every match with its evidence (``matches.MATCHES``).
        rows: one for every clustered document (``matches.CLUSTERED``).
    """

    matches: DataFrame
    rows: DataFrame


class Limits(NamedTuple):
    """Sizes by which the work is cut up; they never change what is found.

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
    """Documents after one reading: their identity, their bundles of keys, and what the driver holds.

    Attributes:
        outcome: what is known of documents, and which texts verifying needs (``arrow.PACKED``).
        sizes: rows of each kind.
        here: what is ``known``, where there is so little of it that the driver does with it what is to be done.
    """

    outcome: DataFrame
    sizes: dict[str, int]
    here: pa.Table | None = None

    @property
    def known(self) -> DataFrame:
        """Columns that tell exact copies, for every document: ``sketch_join.IDENTITY``."""
        return map_batches(self._packed("known"), arrow.unpacked, sketch_join.IDENTITY)

    @property
    def wanted(self) -> DataFrame:
        """The texts that verifying needs (``sketch_join.WANTED``)."""
        return map_batches(self._packed("wanted"), arrow.unpacked, sketch_join.WANTED)

    def collected(self, kind: str, schema: pa.Schema) -> pa.Table:
        """Collect the rows of a kind on the driver."""
        values = self._packed(kind).toArrow().column("packed").to_pylist()
        return pa.Table.from_batches(arrow.unpack(values), schema)

    def _packed(self, kind: str) -> DataFrame:
        return self.outcome.where(f"kind = '{kind}'").select("packed")


def sketched(documents: DataFrame, hot: int = HOT, limits: Limits = DEFAULT) -> Sketched:
    """Read documents (id, text) and join their keys; those without either are known and nothing else.

    Args:
        documents: as for ``dedup``.
        hot: as for ``dedup``.
        limits: as for ``dedup``.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    bundles = map_batches(documents, sketch_join.sketched(_buckets(documents, limits)), sketch_join.BUNDLES)
    made = _told(checkpoint(_outcome(bundles, hot, limits)))
    if "crowded" in made.sizes:  # again from the texts, which is rare, so that bundles need not be kept for it
        bundles = bundles.persist(StorageLevel.DISK_ONLY)  # they would fill the memory
        weights = bundles.groupBy("bucket").agg(f.sum("weight").alias("weight"))
        crowded = [row["bucket"] for row in weights.where(f.col("weight") >= limits.crowded).collect()]
        made = _told(checkpoint(_outcome(bundles, hot, limits, crowded)))
        bundles.unpersist()
    few = made.sizes.get("known", 0) <= limits.driver_texts
    return made._replace(here=made.collected("known", sketch_join.IDENTITY)) if few else made


def _told(outcome: DataFrame) -> Sketched:
    sizes: dict[str, int] = {}
    for row in outcome.select("kind", "rows").toArrow().to_pylist():
        sizes[row["kind"]] = sizes.get(row["kind"], 0) + row["rows"]
    return Sketched(outcome, sizes)


def _buckets(frame: DataFrame, limits: Limits) -> int:
    return limits.buckets or 1 << (partitions(frame.sparkSession).bit_length() - 1)


def dedup(
    documents: DataFrame,
    read: Sketched | None = None,
    *,
    hot: int = HOT,
    limits: Limits = DEFAULT,
    rest: int = REST,
    begin: Callable[[str], None] = lambda _: None,
) -> JobMatches:
    """Matches and clusters of documents (id, text); the same as the local engine's, whatever the partitioning.

    Args:
        documents: ids are unique, and by their order the earlier of two equal copies is kept.
        read: what ``sketched`` says of them.
        hot: documents of a key from which it gives star edges alone.
        limits: how the work is cut up.
        rest: symbols in a row from which text of its own keeps a document.
        begin: told each step as it begins.
    """
    from pyspark.sql import functions as f

    read = read or sketched(documents, hot, limits)
    begin("comparing the texts that share keys")
    copies, asked = _asked(read, limits)
    texts = documents.join(asked, "id").select(*sketch_join.WANTED.names, "id", "text")
    groups = texts.repartition(partitions(documents.sparkSession), "centre", "salt")
    groups = groups.sortWithinPartitions("centre", "salt", f.col("number") != f.col("centre"))
    found = map_batches(groups, matches.verified, matches.VERIFIED)
    found = checkpoint(found.unionByName(_exact(copies), allowMissingColumns=True))

    begin("choosing the copies")
    clusters, told, further = _resolved(documents, found, limits, rest)
    every = found.join(sent(told, limits.sent), ["a", "b"], "left").withColumn("kind", f.coalesce("told", "kind"))
    names = matches.MATCHES.names
    return JobMatches(every.select(*names).unionByName(further.select(*names)), clusters)


def _resolved(
    documents: DataFrame, found: DataFrame, limits: Limits, rest: int
) -> tuple[DataFrame, DataFrame, DataFrame]:
    """Resolve the components of matches: those that need further comparisons a second time, with their texts.

    Returns:
        Rows of ``matches.CLUSTERED``; matches (a, b) that are of another kind (told); matches of further comparisons.
    """
    from pyspark.sql import functions as f

    acting = found.where("kind != 'overlap'").withColumns(_ends_of_evidence()).drop("evidence")
    edges = rows(acting)
    named = components(acting.select("a", "b"), edges, driver_edges=limits.driver_edges)
    members = acting.join(sent(named.withColumnRenamed("id", "a"), limits.sent, 2 * edges), "a")
    made = checkpoint(_by_component(members.withColumn("text", f.lit(None).cast("string")), rest))
    asked = made.where(f.col("action") == matches.OPEN).select("id", f.col("cluster").alias("component"))
    if count := rows(asked):
        texts = documents.join(sent(asked, limits.sent, count), "id").withColumnRenamed("id", "a")
        again = members.join(sent(asked.select("component").distinct(), limits.sent, count), "component", "left_semi")
        again = checkpoint(_by_component(again.unionByName(texts, allowMissingColumns=True), rest))
        made = made.where(f.col("action") != matches.OPEN).unionByName(again)
    told = made.where(f.col("action") == matches.TOLD)
    told = told.select(f.col("id").alias("a"), f.col("cluster").alias("b"), f.col("kind").alias("told"))
    further = map_batches(
        made.where(f.col("action") == matches.FOUND).select("packed"), arrow.unpacked, matches.VERIFIED
    )
    ends = {"low": f.least("a", "b"), "high": f.greatest("a", "b")}
    overlaps = found.where("kind = 'overlap'").withColumns(ends).select("low", "high")  # no component knows of them
    further = further.withColumns(ends).join(overlaps, ["low", "high"], "left_anti")
    clusters = made.where(f.col("action").isin("keep", "drop")).select(*matches.CLUSTERED.names)
    return clusters, told, further


def _by_component(acting: DataFrame, rest: int) -> DataFrame:
    """Matches and texts (``matches.Acting``) to what they make (``matches.RESOLVED``), component by component."""
    ordered = acting.repartition("component").sortWithinPartitions("component")
    return map_batches(ordered, matches.resolved(rest), matches.RESOLVED)


def map_batches(frame: DataFrame, stage: Any, schema: pa.Schema) -> DataFrame:
    """A stage over the Arrow batches of a frame."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return frame.mapInArrow(partial(arrow.in_worker, stage), from_arrow_schema(schema))


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
    often = checkpoint(known.groupBy(*text).count().where("count > 1").select(*text))  # counting sorts no strings
    count = rows(often)
    alike = known.join(sent(often, limits.sent, count), text)
    firsts = alike.groupBy(*text).agg(f.min("id").alias("first"))
    return alike.join(sent(firsts, limits.sent, count), text).where("id != first").select("id", "first", "length")


def _asked(read: Sketched, limits: Limits) -> tuple[DataFrame, DataFrame]:
    """Find exact copies, and the texts that verifying needs by the ids of the first ones that have them.

    The former are ``exact_copies.COPIES``. The latter (``exact_copies.ASKED``) are the smaller side of a join.
    """
    from pyspark.sql import functions as f

    spark, count = read.outcome.sparkSession, read.sizes.get("wanted", 0)
    if read.here is None:
        copies = checkpoint(_copies(whole(read.known), limits))
    else:
        texts = exact_copies.DriverTexts(read.here)
        copies = spark.createDataFrame(texts.copies())
        if count <= limits.sent:
            asked = texts.asked(read.collected("wanted", sketch_join.WANTED))
            return copies, f.broadcast(spark.createDataFrame(asked))
    firsts = read.known.select("id", "number").join(sent(copies.select("id"), limits.sent), "id", "left_anti")
    return copies, sent(firsts.join(sent(read.wanted, limits.sent, count), "number"), limits.sent, count)


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
        zero.alias("rest_a"),
        zero.alias("rest_b"),
    )


def _ends_of_evidence() -> dict[str, Column]:
    """Find the ends of the shared part in the longer text, to describe a copy."""
    from pyspark.sql import functions as f

    first, last = (f.try_element_at("evidence", f.lit(place)) for place in (1, -1))
    return {"begins": f.get(first, f.lit(2)), "ends": f.get(last, f.lit(3))}


def _outcome(bundles: DataFrame, hot: int, limits: Limits, crowded: Sequence[int] = ()) -> DataFrame:
    """Join the bundles of all documents (``arrow.PACKED``) into edges.

    Args:
        bundles: ``sketch_join.BUNDLES``.
        hot: as for ``dedup``.
        limits: as for ``dedup``.
        crowded: buckets that are spread over all tasks.
    """
    from pyspark.sql import functions as f

    count = partitions(bundles.sparkSession)
    buckets, parts = _buckets(bundles, limits), min(count, PARTS)
    one_bucket = bundles.where(~f.col("bucket").isin(*crowded)) if crowded else bundles
    stage = sketch_join.linked(buckets, hot, parts, limits.crowded)
    edges = map_batches(_dealt(one_bucket, count, "bucket"), stage, sketch_join.EDGES)
    if crowded:
        apart = map_batches(bundles.where(f.col("bucket").isin(*crowded)), sketch_join.keys(buckets), sketch_join.KEYS)
        linked = _edges_of_rows(apart, buckets, hot)
        edges = edges.unionByName(map_batches(linked, sketch_join.packed(parts), sketch_join.EDGES))
    return map_batches(_dealt(edges, parts, "part"), sketch_join.wanted, arrow.PACKED)


def _dealt(frame: DataFrame, count: int, column: str) -> DataFrame:
    """Rows of one number in one of so many partitions, and consecutive numbers in different ones where Spark can."""
    by_number = getattr(frame, "repartitionById", None)  # from Spark 4.1 on
    dealt: DataFrame = by_number(count, column) if by_number else frame.repartition(count, column)
    return dealt


def _edges_of_rows(keys: DataFrame, buckets: int, hot: int) -> DataFrame:
    """Star and chain edges of every key's documents, as in ``feedtools.dedup.join``.

    A key that many share gives star edges alone: its first document is found by partial aggregation and sent to all
    tasks, so no task ever holds all of them.
    """
    from pyspark import StorageLevel
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    row = keys.select("bucket", "key", f.struct(*sketch_join.ORDER, "size").alias("me"))
    row = row.distinct().persist(StorageLevel.DISK_ONLY)  # a text that several tasks bundled
    shared = row.groupBy("bucket", "key").agg(f.count("*").alias("n"), f.min("me").alias("star"))
    many = f.broadcast(shared.where(f.col("n") >= hot).drop("n"))
    by_rank = Window.partitionBy("bucket", "key").orderBy("me")
    few = row.join(many, ["bucket", "key"], "left_anti")
    few = few.withColumn("star", f.first("me").over(by_rank))
    stars = _ends("star", few.unionByName(row.join(many, ["bucket", "key"])).where("me.number != star.number"))
    for back in range(1, NEIGHBOURS + 1):
        chain = few.withColumn("before", f.lag("me", back).over(by_rank))
        stars = stars.union(_ends("before", chain.where("before.number != star.number")))  # null where there is none
    return stars.groupBy((f.col("bucket") >= buckets).alias("heads"), "low", "high").agg(
        f.count("*").cast("int").alias("shared"), f.first("least").alias("least")
    )


def _ends(first: str, frame: DataFrame) -> DataFrame:
    from pyspark.sql import functions as f

    least = f.least(f"{first}.size", "me.size").alias("least")
    return frame.select("bucket", f.col(f"{first}.number").alias("low"), f.col("me.number").alias("high"), least)
