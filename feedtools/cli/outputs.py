"""Where findings go: formats, files, the step summary, and the last line for people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from feedtools.cli import console
from feedtools.cli.options import report_errors
from feedtools.errors import ConfigError, WriteError

if TYPE_CHECKING:
    from feedtools.check.files import Checked
    from feedtools.config import Config
    from feedtools.report import Report

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown")


class Target(NamedTuple):
    """One ``--output-format``: the format, and the file it goes to, or standard output."""

    format: str
    path: Path | None


def _targets(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[Target, ...]:
    targets = []
    for value in values or ("text",):
        name, colon, path = value.partition(":")
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}; write FORMAT or FORMAT:FILE")
        if colon and not path:
            raise click.BadParameter(f"{value!r} names no file; write {name} or {name}:FILE")
        targets.append(Target(name, Path(path) if colon and path != "-" else None))
    if sum(target.path is None for target in targets) > 1:
        raise click.BadParameter("only one format can go to standard output; give the others a file: FORMAT:FILE")
    return tuple(targets)


def _anchored(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A path of the command line, which is taken from here and not from the configuration's folder."""
    return os.path.abspath(value) if value else None


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Formats, filters and endings of ``check``."""
    for option in (
        click.option(
            "--output-format",
            "targets",
            multiple=True,
            metavar="FORMAT[:FILE]",
            callback=_targets,
            help=f"{', '.join(FORMATS)}; repeatable, each to its file.  [default: text]",
        ),
        click.option("--statistics", is_flag=True, help="Print counts a rule instead of the findings."),
        click.option(
            "--baseline", metavar="FILE", callback=_anchored, help="Report only findings that are not in this baseline."
        ),
        click.option(
            "--write-baseline", type=click.Path(path_type=Path), help="Write the findings as a baseline; exit 0."
        ),
        click.option("--since", metavar="REF", help="Report only articles that this git revision does not have."),
        click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings."),
        click.option("--quiet", "-q", is_flag=True, help="No closing summary."),
    ):
        command = option(command)
    return command


def report_of(checked: Checked) -> Report:
    """What the formats render."""
    from feedtools.report import Report

    return Report(
        tuple(checked.findings),
        tuple(checked.errors),
        checked.rules,
        checked.paths,
        checked.articles,
    )


def emit(report: Report, targets: Sequence[Target], *, color: bool, counts: bool) -> None:
    """Write the report in every format; files appear whole or not at all.

    Raises:
        WriteError: a file cannot be written.
    """
    from feedtools.report import render

    for target in targets:
        full = _identified(report) if target.format in {"sarif", "gitlab"} else report
        if target.path is not None:
            from feedtools.system.files import write_whole

            # Bytes from the start: with one character beyond U+FFFF a string takes four for each.
            pieces = (piece.encode("utf-8", "backslashreplace") for piece in render(target.format, full))
            write_whole(target.path, b"".join(pieces))
        elif counts:
            from feedtools.report.summary import statistics

            _print(statistics(report), "text")
        else:
            _print(render(target.format, full, color=color), target.format)
        if target.format == "github":
            _step_summary(report)


def _print(pieces: Iterable[str], form: str) -> None:
    for piece in pieces:
        console.out(piece, form)


def _identified(report: Report) -> Report:
    from feedtools.lint.fingerprint import fingerprints

    return report._replace(fingerprints=tuple(fingerprints(report.findings)))


def _step_summary(report: Report) -> None:
    """Append the whole list to the page that GitHub shows for the step."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    from feedtools.report import render

    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(render("markdown", report))
    except OSError as error:
        raise WriteError(f"the step summary cannot be written: {error.strerror}", path=path) from error


def closing(checked: Checked, report: Report, config: Config) -> None:
    """What a person wants to read last, on standard error."""
    from feedtools.report.summary import summary

    for line in summary(report):
        console.err(line.rstrip("\n"))
    kept = checked.kept
    for count, what in (
        (kept.allowed, "allowed by feedtools-allow.toml"),
        (kept.unchanged, f"in articles that {config.since} has too"),
        (kept.known, f"known from {config.baseline}"),
    ):
        if count:
            console.err(f"{count:,} not shown: {what}")
    if kept.gone:
        console.err(f"{kept.gone:,} of {config.baseline} are gone: shrink it with --write-baseline")


def conclude(
    checked: Checked, config: Config, targets: Sequence[Target], *, color: bool, counts: bool, quiet: bool
) -> bool:
    """Write all there is to say of a run; whether something could not be checked.

    Raises:
        WriteError: a file cannot be written.
    """
    report = report_of(checked)
    emit(report, targets, color=color, counts=counts)
    report_errors(checked.kept.stale)
    failed = report_errors(checked.errors)
    if not quiet:
        closing(checked, report, config)
    return failed


def check_targets(targets: Sequence[Target]) -> None:
    """Refuse a file in a folder that is not there before any work is done.

    Raises:
        ConfigError: such a folder.
    """
    for target in targets:
        if target.path is not None and not target.path.parent.is_dir():
            raise ConfigError("the folder of this output file does not exist", path=str(target.path))
