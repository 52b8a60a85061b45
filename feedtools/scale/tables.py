"""Documents read from what Spark reads, and tables written as Parquet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from feedtools.errors import ReadError, WriteError
from feedtools.scale.session import fit, reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from feedtools.scale.exact_copies import RecordCount

UNFINISHED = "_unfinished"
"""Folder in the output in which tables are made; removed at the end."""


def read(
    spark: SparkSession, paths: Sequence[str], *, text_key: str = "text", id_key: str = "id", syntax: bool = False
) -> DataFrame:
    """Documents (id, text) from Parquet or JSON Lines at any path that Spark reads.

    Args:
        spark: the session.
        paths: of the files.
        text_key: name of the column of texts.
        id_key: name of that of ids.
        syntax: give the syntax of each text as well, which records of JSON Lines may say.

    Raises:
        ReadError: nothing is there, a column is missing, or the paths hold both formats.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import Column
    from pyspark.sql import functions as f

    place, keys, further = ", ".join(paths), (id_key, text_key), list[Column]()
    try:
        files = spark.read.format("binaryFile").load(list(paths)).select("path").inputFiles()
        if _is_parquet(files, place):
            frame = spark.read.parquet(*paths)
            _check_columns(frame.columns, keys, place)
        else:
            _check_first(spark.read.text(list(paths)).first(), keys, place)
            names = dict.fromkeys((*keys, *(("syntax",) if syntax else ())))
            frame = spark.read.schema(", ".join(f"`{name}` STRING" for name in names)).json(list(paths))
            further = [f.col("syntax")] if syntax else []
    except PySparkException as error:
        raise ReadError(f"Spark cannot read this: {reason(error)}", path=place) from error
    columns = f.col(id_key).cast("string").alias("id"), f.col(text_key).cast("string").alias("text")
    documents = frame.select(*columns, *further)
    parts = fit(documents)
    if any(file.endswith((".gz", ".bz2", ".zst")) for file in files) and len(files) < parts:
        documents = documents.repartition(parts)  # a packed file is read by one task
    return documents


def _is_parquet(files: Sequence[str], place: str) -> bool:
    parquet = {file.endswith(".parquet") for file in files}
    if len(parquet) != 1:
        found = "both Parquet and other files" if parquet else "no files"
        raise ReadError(f"{found} found; expected Parquet (.parquet) or JSON Lines", path=place)
    return parquet.pop()


def _check_columns(columns: Sequence[str], wanted: Sequence[str], place: str) -> None:
    for key, option in zip(wanted, ("--id-key", "--text-key"), strict=True):
        if key not in columns:
            there = ", ".join(sorted(columns)[:12]) or "none"
            raise ReadError(f"no column {key!r} (there are: {there}); name it with {option}", path=place)


def _check_first(row: Any, wanted: Sequence[str], place: str) -> None:
    """Look at the first record, so that a wrong name is said at once and in words."""
    try:
        record = json.loads(row.value) if row is not None else {}
    except ValueError as error:
        raise ReadError(f"the first line is no JSON record ({error}); expected JSON Lines", path=place) from error
    if not isinstance(record, dict):
        raise ReadError(f"the first line is no JSON object but {type(record).__name__}", path=place)
    if row is not None:
        _check_columns(list(record), wanted, place)


def checked(known: DataFrame | pa.Table) -> tuple[int, int]:
    """Count the documents that have an id and a text, and the records that have not.

    Args:
        known: the id of every record, and something that is null where its text is.

    Raises:
        ReadError: two documents have the same id.
    """
    from pyspark.sql import DataFrame

    from feedtools.scale.exact_copies import tally

    total, good, often, name = _tally(known) if isinstance(known, DataFrame) else tally(known)
    if often > 1:
        message = f"the id {name!r} stands for {often:,} documents; ids must be unique"
        raise ReadError(f"{message}: name another field with --id-key")
    return good, total - good


def _tally(known: DataFrame) -> RecordCount:
    from pyspark.sql import functions as f

    from feedtools.scale.exact_copies import RecordCount

    other = known.columns[1]
    by_id = known.groupBy("id").agg(f.count("*").alias("n"), f.count(other).alias("whole"))
    named = by_id.withColumn("often", f.when(f.col("id").isNull(), 0).otherwise(f.col("n")))
    good_ones = f.when(f.col("id").isNotNull(), f.col("whole"))
    columns = f.sum("n"), f.sum(good_ones), f.max("often"), f.max_by("id", "often")
    total, good, often, name = named.agg(*columns).collect()[0]
    return RecordCount(total or 0, good or 0, often or 0, name)


def whole(frame: DataFrame) -> DataFrame:
    """The rows of documents (id, and what comes of their text) that have both."""
    from pyspark.sql import functions as f

    return frame.where(f.col("id").isNotNull() & f.col(frame.columns[1]).isNotNull())


def prepare(spark: SparkSession, out: str, names: Iterable[str], *, force: bool) -> None:
    """Make sure, before anything is done, that tables can be written.

    Args:
        spark: the session.
        out: folder of the tables.
        names: of the tables.
        force: those that are there may be replaced.

    Raises:
        WriteError: one is there, or the folder cannot be written.
    """
    files = _Files(spark, out)
    aside, fresh = f"{out}/{UNFINISHED}", not files.exists(out)
    if not files.make(aside):
        raise WriteError("cannot be made or written", path=out)
    files.remove(out if fresh else aside)
    for name in () if force else names:
        if files.exists(f"{out}/{name}"):
            message = "exists already; --force replaces it, or choose another folder with -o"
            raise WriteError(message, path=f"{out}/{name}")


def write(spark: SparkSession, out: str, frames: Mapping[str, DataFrame]) -> None:
    """Write tables as Parquet, in the place of earlier ones: all of them, or none where one cannot be made.

    Args:
        spark: the session.
        out: folder of the tables.
        frames: by name, each table.

    Raises:
        WriteError: one cannot be made or written.
    """
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    files = _Files(spark, out)
    aside = f"{out}/{UNFINISHED}"
    try:
        for name, frame in frames.items():
            frame.write.mode("overwrite").parquet(f"{aside}/{name}")
        for name in frames:
            files.replace(f"{aside}/{name}", f"{out}/{name}")
    except (PySparkException, Py4JJavaError) as error:
        raise WriteError(f"Spark failed to make or write its tables: {reason(error)}", path=out) from error
    finally:
        files.remove(aside)


class _Files:
    """Files where Spark writes, of one file system."""

    def __init__(self, spark: SparkSession, out: str) -> None:
        context: Any = spark.sparkContext
        self._path = context._jvm.org.apache.hadoop.fs.Path
        self._files = self._path(out).getFileSystem(context._jsc.hadoopConfiguration())

    def exists(self, place: str) -> bool:
        """Tell whether something is there."""
        return bool(self._files.exists(self._path(place)))

    def make(self, place: str) -> bool:
        """Make a folder, if that can be done."""
        from py4j.protocol import Py4JJavaError

        try:
            return bool(self._files.mkdirs(self._path(place)))
        except Py4JJavaError:
            return False

    def remove(self, place: str) -> None:
        """Remove a folder, if it is there."""
        self._files.delete(self._path(place), True)

    def replace(self, source: str, target: str) -> None:
        """Move a folder in the place of another.

        Raises:
            WriteError: it cannot be moved.
        """
        self.remove(target)
        if not self._files.rename(self._path(source), self._path(target)):
            raise WriteError("cannot be moved into place", path=target)
