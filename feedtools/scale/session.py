"""A Spark session that runs this interpreter, sized by its input."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from feedtools.errors import FeedtoolsError
from feedtools.text import renderers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspark.sql import DataFrame, SparkSession

JAVA = 17
LOCAL = "local[*,4]"
"""All cores; a task that fails is tried four times (``local[*]`` alone never tries again)."""
PATIENCE = 5.0
"""Seconds in which a master has to take a connection."""
PARTITION_BYTES = 64 << 20
"""Text whose keys make one partition of a shuffle."""
MOST_PARTITIONS = 1 << 14
FEW_PARTITIONS = 64
"""Partitions up to which it costs more to plan every step anew than small ones cost that are not put together."""
_PARTITIONS = "spark.sql.shuffle.partitions"
_ADAPTIVE = "spark.sql.adaptive.enabled"
_NEW_PANDAS = "PySpark does not yet fully support pandas"
_SETTINGS = {
    "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "2048",
    "spark.sql.maxPlanStringLength": "4096",  # a plan is written out at every action, for nobody to read
    "spark.ui.showConsoleProgress": "false",
    # What is persisted on the disk is mostly arrays of bytes, slow in Java's own serializer.
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.kryoserializer.buffer.max": "512m",
    "spark.sql.inMemoryColumnarStorage.compressed": "false",  # it would look for repetition in texts
    "spark.driver.memory": "4g",  # where the driver does the work; spark-submit has an option for it
    # Plans are made by much code that runs a few times: only what runs ten times as often as usual is compiled twice.
    "spark.driver.extraJavaOptions": "-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 "
    "-XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000",
    # What the workers need to find: this package, where it is not installed; and no advice on pandas.
    "spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[2]),
    "spark.executorEnv.PYTHONWARNINGS": f"ignore:{_NEW_PANDAS}:FutureWarning",
}

_ON_ONE_MACHINE = {
    "spark.log.level": "FATAL",  # what fails is said in one line at the end, and not in Java's
    # The tasks move few and large rows, mostly by copying: to compile Java a second time costs more than it gains up
    # to a million documents. The parallel collector asks less of the code that runs between its pauses.
    "spark.driver.extraJavaOptions": "-XX:+UseParallelGC -XX:TieredStopAtLevel=1",
    "spark.ui.enabled": "false",
    # What a shuffle writes goes over no network; its blocks have checksums of their compression anyway.
    "spark.shuffle.checksum.enabled": "false",
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "false",
}


def session(
    master: str | None = None,
    settings: Mapping[str, str] | None = None,
    name: str = "feedtools",
    *,
    begin: Callable[[], None] = lambda: None,
) -> SparkSession:
    """A Spark session whose workers run this interpreter.

    Args:
        master: as Spark writes it; by default what ``spark-submit`` says, else all cores of this machine.
        settings: of Spark, in place of those chosen here; what ``spark-submit`` was given stays.
        name: what Spark shows.
        begin: called before it is started, once nothing that it needs is missing.

    Raises:
        FeedtoolsError: PySpark or Java is missing, or the master does not answer.
    """
    _require_packages()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted:
        check_java()
        _reach(master or "")
    begin()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    here = _ON_ONE_MACHINE if not submitted and (master or LOCAL).startswith("local") else {}
    chosen = {**_SETTINGS, **here, **(settings or {})}
    try:
        made = _builder(name, chosen, submitted=submitted, master=master).getOrCreate()
        made.sparkContext.setLogLevel("FATAL" if here else "ERROR")
    except (PySparkException, Py4JError, OSError, RuntimeError) as error:
        raise FeedtoolsError(f"Spark did not start at {master or LOCAL}: {reason(error)}") from error
    return made


def _builder(name: str, settings: Mapping[str, str], *, submitted: bool, master: str | None) -> SparkSession.Builder:
    """A builder with settings; what ``spark-submit`` was given stays."""
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(name)
    given = {f"spark.executorEnv.{renderers.ENVIRONMENT}": renderers.handed_over()}
    for key, value in {**given, **settings}.items():
        if not (submitted and SparkConf().contains(key)):
            builder = builder.config(key, value)
    if master or not submitted:
        builder = builder.master(master or LOCAL)
    return builder


def _require_packages() -> None:
    """Make sure that Spark can be spoken to.

    Raises:
        FeedtoolsError: PySpark or what it needs is missing.
    """
    try:
        import pyarrow  # noqa: F401
        import pyspark.sql  # noqa: F401
    except ImportError as error:
        raise FeedtoolsError("Spark needs other packages: pip install 'feedtools[spark]'") from error
    warnings.filterwarnings("ignore", _NEW_PANDAS, FutureWarning)


def _reach(master: str) -> None:
    """Make sure that something answers where a master of Spark's own is said to be: Spark would try for a minute.

    Raises:
        FeedtoolsError: nothing does.
    """
    if not master.startswith("spark://"):
        return
    faults = []
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), PATIENCE):
                return
        except (OSError, ValueError, OverflowError) as error:
            faults.append(f"{place}: {getattr(error, 'strerror', None) or error}")
    raise FeedtoolsError(f"no master of Spark answers at {master} ({'; '.join(faults)})")


def check_java() -> None:
    """Make sure that Spark finds a Java it can run on.

    Raises:
        FeedtoolsError: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    wanted = f"Spark needs Java {JAVA} or later: install openjdk-{JAVA}-jre-headless, or set JAVA_HOME"
    if not java or not os.path.exists(java):
        raise FeedtoolsError(f"no Java found. {wanted}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    version = said.split('"')[1].split(".")[0] if said.count('"') > 1 else ""
    if not version.isdigit() or int(version) < JAVA:
        raise FeedtoolsError(f"Java {version or 'of an unknown version'} found. {wanted}")


_CLASSES = re.compile(r"^:? ?(?:Caused by: )?(?:(?:[\w$]+\.)+[\w$]+: )?(?:\[[A-Z0-9_.]+\] )?")
_STATE = re.compile(r"\s{0,9}+SQLSTATE: \w{1,20}$")
_MEMORY = ("OutOfMemoryError", "MemoryError", "Cannot allocate memory", "Python worker exited unexpectedly")


def reason(error: BaseException) -> str:
    """The line that says why Spark failed, without the names of its classes."""
    said = str(error)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if "stopped SparkContext" in said:
        return "it ended while it started: no master took it in, or its memory did not suffice"
    causes = [line for line in lines if line.startswith(("Caused by:", ": java.", ": org."))]
    if any(word in said for word in _MEMORY):
        return (
            "a worker ended, most likely for want of memory; give it more (spark.executor.memory, or "
            "spark.driver.memory on one machine), or more partitions (spark.sql.shuffle.partitions)"
        )
    files = [line for line in (*lines[:1], *causes) if "file:" in line or "://" in line]
    for line in (*files, *causes[::-1], *lines):
        if words := _STATE.sub("", _CLASSES.sub("", line)):
            return words
    return type(error).__name__


def fit(documents: DataFrame) -> int:
    """Set the number of shuffle partitions by the size of the input, unless the user did, and give it."""
    spark = documents.sparkSession
    chosen = spark.sparkContext.getConf()
    if not chosen.contains(_PARTITIONS):
        least = spark.sparkContext.defaultParallelism
        wanted = min(max(least, -(-_bytes(documents) // PARTITION_BYTES)), MOST_PARTITIONS)
        spark.conf.set(_PARTITIONS, str(wanted))
    if not chosen.contains(_ADAPTIVE):
        spark.conf.set(_ADAPTIVE, str(partitions(spark) > FEW_PARTITIONS).lower())
    return partitions(spark)


def partitions(spark: SparkSession) -> int:
    """Count the parts of a shuffle."""
    return int(str(spark.conf.get(_PARTITIONS)))


def _bytes(documents: DataFrame) -> int:
    """The size of the input, 0 where Spark does not know it."""
    known = int(str(documents._jdf.queryExecution().optimizedPlan().stats().sizeInBytes()))
    return known if known < 1 << 60 else 0
