"""Whole runs on Spark: from paths to Parquet, with the account of what there was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from feedtools.config import DECISIONS_FILE, Config
from feedtools.errors import ConfigError, FeedtoolsError, ReadError
from feedtools.scale import tables
from feedtools.scale.checkpoints import recoverable
from feedtools.scale.session import reason, session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from feedtools.lint.rules import Rule
    from feedtools.scale.dedup import Sketched


class Job(NamedTuple):
    """Paths to read, a folder to write, and where Spark runs.

    Attributes:
        paths: Parquet or JSON Lines, at any path that Spark reads.
        out: folder for the tables, at any path that Spark writes.
        master: where Spark runs; ``None`` for what ``spark-submit`` says, else all cores of this machine.
        force: replace tables that are there.
        say: told each step as it begins.
    """

    paths: Sequence[str]
    out: str
    master: str | None = None
    force: bool = False
    say: Callable[[str], None] = lambda _: None


class Steps:
    """Counts the steps of a job as they begin, and tells each.

    Args:
        total: how many there are.
        say: told ``step 2 of 5: comparing the texts``.
    """

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self._total, self._say, self._number = total, say, 0

    def __call__(self, what: str) -> None:
        """Begin a step."""
        self._number += 1
        self._say(f"step {self._number} of {self._total}: {what}")


class Account(NamedTuple):
    """The account of a finished run.

    Attributes:
        articles: how many there were.
        tally: how many of them by action.
        errors: what could not be read or checked.
    """

    articles: int
    tally: dict[str, int]
    errors: list[FeedtoolsError]


def dedup(job: Job, config: Config) -> Account:
    """Write ``clusters`` (a row for every article that has copies) and ``matches`` (with evidence).

    Raises:
        FeedtoolsError: Spark cannot run, read or write.
    """
    from feedtools.scale import dedup as stages
    from feedtools.scale.matches import ROWS

    _refuse(config)
    steps = Steps(5, job.say)
    with _documents(job, config, steps, ("matches", "clusters"), stages.sketched) as (documents, read, count, errors):
        found = stages.dedup(documents, read, rest=config.clean.rest, begin=steps)
        steps("writing the tables")
        spark = documents.sparkSession
        tables.write(spark, job.out, {"matches": found.matches, "clusters": found.rows.select(*ROWS.names)})
        return Account(count, _tally(spark, f"{job.out}/clusters"), errors)


def clean(job: Job, config: Config, rules: Sequence[Rule]) -> Account:
    """Write ``decisions``: a row per article.

    Raises:
        FeedtoolsError: Spark cannot run, read or write.
    """
    from feedtools.clean.decisions import Decisions
    from feedtools.lint.checks import compounds
    from feedtools.lint.decisions import load
    from feedtools.lint.exceptions import Exceptions
    from feedtools.scale.clean import clean as decide

    _refuse(config)
    known = compounds.read(config.root / config.learned) if config.learned else {}
    choices = load(config.root / DECISIONS_FILE)
    asked = {"exceptions": Exceptions(config, choices) or None, "decisions": Decisions(choices)}
    steps = Steps(8, job.say)
    with _documents(job, config, steps, ("decisions",)) as (documents, _, count, errors):
        place, spark = f"{job.out}/decisions", documents.sparkSession
        made = decide(documents, rules, config.clean, known, begin=steps, **asked)
        steps("deciding, and writing the table")
        tables.write(spark, job.out, {"decisions": made})
        stopped = spark.read.parquet(place).where("size(errors) > 0").select("errors").limit(100).collect()
        errors += [FeedtoolsError(message) for row in stopped for message in row["errors"]]
        return Account(count, _tally(spark, place), errors)


def _refuse(config: Config) -> None:
    """Refuse policies that need more of the records than their ids and texts.

    Raises:
        ConfigError: one is asked for.
    """
    policy = config.clean
    for asked, words in ((policy.keep != "most-complete", f'keep = "{policy.keep}"'), (policy.extend, "extend = true")):
        if asked:
            raise ConfigError(f"[clean] {words} is not there with --engine spark; take it out, or use the local engine")


@contextmanager
def _documents(
    job: Job,
    config: Config,
    steps: Steps,
    names: Sequence[str],
    sketch: Callable[[DataFrame], Sketched] | None = None,
) -> Iterator[tuple[DataFrame, Sketched | None, int, list[FeedtoolsError]]]:
    """The documents, what ``sketch`` makes of them, how many, and what could not be read; ``names`` are to be written.

    What goes wrong on Spark is said in one line.
    """
    config.activate_renderers()
    starting = "starting Spark, which takes some seconds before anything is read"
    spark = session(job.master, begin=lambda: steps(starting))
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        tables.prepare(spark, job.out, names, force=job.force)
        steps("reading the articles" + (" and joining their keys" if sketch else ""))
        keys = {"text_key": config.text_key, "id_key": config.id_key}
        documents = tables.read(spark, job.paths, **keys, syntax=sketch is None)
        with recoverable(spark, f"{job.out}/_checkpoints"):
            sketched = sketch and sketch(documents)
            known = documents if sketched is None else sketched.known if sketched.here is None else sketched.here
            count, bad = tables.checked(known)
            errors: list[FeedtoolsError] = []
            if bad:
                message = f"{bad:,} records left out: no JSON object with {config.id_key!r} and {config.text_key!r}"
                errors.append(ReadError(message, path=", ".join(job.paths)))
            yield tables.whole(documents), sketched, count, errors
    except (PySparkException, Py4JError) as error:
        raise FeedtoolsError(f"Spark failed: {reason(error)}") from error
    finally:
        _quietly(spark.stop)


def _quietly(stop: Callable[[], None]) -> None:
    """Stop Spark, which may have ended by itself."""
    try:
        stop()
    except (OSError, RuntimeError):
        return


def _tally(spark: SparkSession, place: str) -> dict[str, int]:
    return {row["action"]: row["count"] for row in spark.read.parquet(place).groupBy("action").count().collect()}
