"""``--engine spark``: the same commands above one machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli.options import report_errors, tell
from feedtools.config import Config
from feedtools.errors import ConfigError, FeedtoolsError

if TYPE_CHECKING:
    from feedtools.scale.jobs import Account


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose the engine."""
    for option in (
        click.option("--master", metavar="URL", help="Spark's master.  [default: all cores of this machine]"),
        click.option(
            "--engine",
            type=click.Choice(("local", "spark")),
            default="local",
            show_default=True,
            help="Spark reads Parquet or JSON Lines with ids and writes Parquet to the folder -o.",
        ),
    ):
        command = option(command)
    return command


def check_engine(engine: str, out: object, master: str | None, others: Mapping[str, object]) -> None:
    """Refuse what the engine does not do.

    Args:
        engine: ``local`` or ``spark``.
        out: where to write.
        master: Spark's.
        others: options of the local engine alone, by name, and whether they were given.

    Raises:
        ConfigError: an option is missing or has no place.
    """
    if engine == "local":
        if master:
            raise ConfigError("--master goes with --engine spark")
        return
    for name, value in others.items():
        if value:
            raise ConfigError(f"{name} is not there with --engine spark; see docs/spark.md for what is")
    if not out:
        raise ConfigError("where to? Name the folder to write with -o OUT")


def dedup(paths: Sequence[str], out: str, master: str | None, config: Config, *, force: bool) -> int:
    """Run the deduplicator; return the exit code."""
    jobs = _jobs()
    account = jobs.dedup(jobs.Job(paths, out, master, force, tell), config)
    copies, kept = account.tally.get("drop", 0), account.tally.get("keep", 0)
    from feedtools.report.summary import plural

    words = f"{plural(copies, 'copy', 'copies')} of {plural(kept, 'article')}"
    return _end(account, f"{words} among {plural(account.articles, 'article')}")


def clean(paths: Sequence[str], out: str, master: str | None, config: Config, *, force: bool) -> int:
    """Decide about every article; return the exit code."""
    from feedtools.lint.selection import active_rules
    from feedtools.report.summary import plural

    jobs = _jobs()
    account = jobs.clean(jobs.Job(paths, out, master, force, tell), config, active_rules(config))
    kept, fixed, restored, dropped, held = (
        account.tally.get(action, 0) for action in ("keep", "fix", "restore", "drop", "hold")
    )
    words = (
        f"{kept + fixed + restored:,} kept + {dropped:,} dropped + {held:,} held "
        f"({fixed:,} fixed, {restored:,} restored)"
    )
    return _end(account, f"{plural(account.articles, 'article')} = {words}")


def _jobs() -> ModuleType:
    """Import the module that runs on Spark.

    Raises:
        FeedtoolsError: a package that it needs is not installed.
    """
    for package in ("pyspark", "pandas", "pyarrow"):
        if find_spec(package) is None:
            raise FeedtoolsError(f"--engine spark needs {package}; install it with: pip install 'feedtools[spark]'")
    return import_module("feedtools.scale.jobs")


def _end(account: Account, message: str) -> int:
    tell(message)
    return 2 if report_errors(account.errors) else 0
