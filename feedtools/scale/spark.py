"""The deduplicator on PySpark: reads, joins and writes; what is done to documents is in ``stages``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from feedtools.errors import FeedtoolsError, ReadError
from feedtools.sketch import FEW_KEYS, SHARED

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

JAVA = 17
ORDER = ("short", "head", "content", "id")


class Found(NamedTuple):
    """What a run found: every match with its evidence, and a row for every clustered document."""

    matches: DataFrame
    rows: DataFrame


def session(master: str | None = None, name: str = "feedtools") -> SparkSession:
    """A Spark session whose workers run this interpreter; ``master`` as Spark writes it, ``local[*]`` by default.

    Raises:
        FeedtoolsError: PySpark or Java is missing.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise FeedtoolsError("Spark needs another package: pip install 'feedtools[spark]'") from error
    _check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName(name).config("spark.sql.execution.arrow.maxRecordsPerBatch", "2048")
    builder = builder.config("spark.sql.adaptive.enabled", "true").config("spark.ui.showConsoleProgress", "false")
    if master or not SparkSession.getActiveSession():
        builder = builder.master(master or os.environ.get("SPARK_MASTER") or "local[*,4]")
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    wanted = f"Spark needs Java {JAVA} or later: install openjdk-{JAVA}-jre-headless, or set JAVA_HOME"
    if not java or not os.path.exists(java):
        raise FeedtoolsError(f"no Java found. {wanted}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    version = said.split('"')[1].split(".")[0] if said.count('"') > 1 else ""
    if not version.isdigit() or int(version) < JAVA:
        raise FeedtoolsError(f"Java {version or 'of an unknown version'} found. {wanted}")


def read(spark: SparkSession, paths: Sequence[str], *, text_key: str = "text", id_key: str = "id") -> DataFrame:
    """Documents (id, text) from Parquet or JSON Lines at any path that Spark reads.

    Raises:
        ReadError: nothing is there, or a column is missing.
    """
    from pyspark.errors import AnalysisException

    parquet = all(".parquet" in path or (os.path.isdir(path) and _holds_parquet(path)) for path in paths)
    try:
        frame = spark.read.parquet(*paths) if parquet else spark.read.json(list(paths))
    except AnalysisException as error:
        raise ReadError(f"cannot be read: {str(error).splitlines()[0]}", path=", ".join(paths)) from error
    for key in (id_key, text_key):
        if key not in frame.columns:
            columns = ", ".join(frame.columns)
            raise ReadError(f"no column {key!r} (there are {columns}); name it by option", path=", ".join(paths))
    from pyspark.sql import functions as f

    return frame.select(f.col(id_key).cast("string").alias("id"), f.col(text_key).cast("string").alias("text"))


def _holds_parquet(folder: str) -> bool:
    return any(name.endswith(".parquet") for name in os.listdir(folder))


def dedup(documents: DataFrame, *, hot: int | None = None, driver_edges: int | None = None) -> Found:
    """Matches and clusters of documents (id, text); the same as the local engine's, whatever the partitioning.

    Args:
        documents: ids are unique, and by their order the earlier of two equal copies is kept.
        hot: documents of a key from which it gives star edges alone; the local engine's figure by default.
        driver_edges: edges up to which the driver finds the components.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    from feedtools.join import HOT
    from feedtools.scale import stages
    from feedtools.scale.components import DRIVER_EDGES, components

    spark = documents.sparkSession
    known = _map(documents, stages.identities, stages.IDENTITIES).persist(StorageLevel.MEMORY_AND_DISK)
    firsts = known.groupBy("digest").agg(f.min("id").alias("first"))
    unique = known.join(firsts, known["id"] == firsts["first"], "left_semi").select("id", "text")
    unique = unique.persist(StorageLevel.MEMORY_AND_DISK)
    copies = known.join(firsts, "digest").where("id != first").select("id", "first", f.length("text").alias("length"))
    pairs = _pairs(_edges(_map(unique, stages.keys, stages.KEYS), hot or HOT))
    a, b = (unique.select(f.col("id").alias(side), f.col("text").alias(f"text_{side}")) for side in ("a", "b"))
    candidates = pairs.join(a, "a").join(b, "b").select("a", "text_a", "b", "text_b")
    matches = _map(candidates, stages.verified, stages.MATCHES).union(_map(copies, stages.exact, stages.MATCHES))
    matches = matches.persist(StorageLevel.MEMORY_AND_DISK)

    acting = matches.where("kind != 'overlap'").drop("evidence")
    named = components(spark, acting.select("a", "b"), driver_edges=driver_edges or DRIVER_EDGES)
    facts = _map(known.join(named.select("id"), "id", "left_semi").select("id", "text"), stages.facts, stages.FACTS)
    sides = [
        facts.select(*(f.col(c).alias(side if c == "id" else f"{c}_{side}") for c in facts.columns)) for side in "ab"
    ]
    whole = acting.join(named.withColumnRenamed("id", "a"), "a").join(sides[0], "a").join(sides[1], "b")
    ordered = whole.repartition("component").sortWithinPartitions("component", "a", "b")
    return Found(matches, _map(ordered, stages.resolved, stages.ROWS))


def _map(frame: DataFrame, stage: object, schema: object) -> DataFrame:
    from pyspark.sql.pandas.types import from_arrow_schema

    return frame.mapInArrow(stage, from_arrow_schema(schema))  # type: ignore[arg-type]


def _edges(keys: DataFrame, hot: int) -> DataFrame:
    """Star and chain edges of every key's documents, as in ``feedtools.join``: kind, low and high with their sizes.

    A key that many share gives star edges alone: its first document is found by partial aggregation and sent to all
    tasks, so no task ever holds all of them.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    me = f.struct(*ORDER, "size").alias("me")
    frequent = (
        keys.groupBy("kind", "key").agg(f.count("*").alias("n"), f.min(me).alias("star")).where(f.col("n") >= hot)
    )
    crowded = f.broadcast(frequent.select("kind", "key", "star").persist())
    row = keys.select("kind", "key", me)
    by_rank = Window.partitionBy("kind", "key").orderBy("me")
    few = row.join(crowded, ["kind", "key"], "left_anti")
    few = few.withColumn("star", f.first("me").over(by_rank)).withColumn("before", f.lag("me").over(by_rank))
    few = few.where("before is not null").persist()
    chain = few.select("kind", *_ends("before"))
    star = few.where("star.id != before.id").select("kind", *_ends("star"))
    many = row.join(crowded, ["kind", "key"]).where("me.id != star.id").select("kind", *_ends("star"))
    return chain.union(star).union(many)


def _ends(first: str) -> list[Column]:
    from pyspark.sql import functions as f

    columns = (f"{first}.id", "low"), (f"{first}.size", "low_size"), ("me.id", "high"), ("me.size", "high_size")
    return [f.col(column).alias(name) for column, name in columns]


def _pairs(edges: DataFrame) -> DataFrame:
    """Documents worth verifying: b is the longer."""
    from pyspark.sql import functions as f

    from feedtools.scale.stages import HEAD_KEY

    counted = edges.groupBy("kind", "low", "high").agg(
        f.count("*").alias("shared"), f.least(f.first("low_size"), f.first("high_size")).alias("least")
    )
    by_head = (f.col("kind") == HEAD_KEY) & (f.col("least") < FEW_KEYS)
    by_grams = (f.col("kind") != HEAD_KEY) & (f.col("shared") >= f.lit(SHARED) * f.col("least"))
    return counted.where(by_head | by_grams).select(f.col("high").alias("a"), f.col("low").alias("b")).distinct()
