"""Checkpoints: plans are cut off, so that later steps of a job do not carry all earlier ones."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame, SparkSession


def checkpoint(frame: DataFrame) -> DataFrame:
    """The rows of a frame, computed at once, as a frame that knows nothing of how they came to be.

    The plan of a persisted frame is part of the plan of whatever is made of it, twice where it is adaptive: from step
    to step, and from round to round, it would grow by a factor, and Spark writes it out at every action.

    The rows are written to the job's checkpoint folder (see ``recoverable``, ``spark.checkpoint.dir``). Where there is
    none they stay with the workers, and a lost one ends the job.
    """
    reliable = frame.sparkSession.sparkContext.getCheckpointDir() is not None
    return frame.checkpoint() if reliable else frame.localCheckpoint()


def rows(frame: DataFrame) -> int:
    """Count the rows of a frame as Spark's ``count`` does, without planning a query of its own."""
    plan: Any = frame._jdf.queryExecution()
    return int(plan.toRdd().count())


@contextmanager
def recoverable(spark: SparkSession, place: str) -> Iterator[None]:
    """Give a job that runs on several machines a folder for its checkpoints, unless it has one; removed at the end.

    Args:
        spark: the session.
        place: of the folder, at a path that Spark writes and all machines share.
    """
    context = spark.sparkContext
    if context.getCheckpointDir() is not None or context._jsc.sc().isLocal():
        yield
        return
    context.setCheckpointDir(place)
    try:
        yield
    finally:
        java: Any = context._jvm
        path = java.org.apache.hadoop.fs.Path(place)
        path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)
