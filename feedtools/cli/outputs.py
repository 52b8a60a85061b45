"""Outputs of a check: formats, files, the step summary, and the last line for people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from feedtools.cli import console
from feedtools.cli.options import complete_path, lang_option, report_errors, say
from feedtools.errors import ConfigError, Notice, WriteError
from feedtools.model import LEVELS, Level, Safety

if TYPE_CHECKING:
    from feedtools.check.files import Checked
    from feedtools.config import Config
    from feedtools.report import Report

FORMATS = ("text", "full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "html")
_PLAIN = str.maketrans("/.-_=:", "aaaaaa")
"""Characters beside letters and digits that no shell minds, as letters."""


class Target(NamedTuple):
    """One ``--output-format``: the format, and the file it goes to, or standard output."""

    format: str
    path: Path | None


def parse_target(value: str, formats: Sequence[str]) -> Target:
    """Read ``FORMAT`` or ``FORMAT:FILE``; the file ``-`` is standard output.

    Args:
        value: as it was typed.
        formats: those that there are.

    Raises:
        BadParameter: the format does not exist, or no file is named behind the colon.
    """
    name, colon, path = value.partition(":")
    if name not in formats:
        raise click.BadParameter(f"{name!r} is not one of {', '.join(formats)}; write FORMAT or FORMAT:FILE")
    if colon and not path:
        raise click.BadParameter(f"{value!r} names no file; write {name} or {name}:FILE")
    return Target(name, Path(path) if colon and path != "-" else None)


def _targets(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[Target, ...]:
    targets = [parse_target(value, FORMATS) for value in values or ("text",)]
    if sum(target.path is None for target in targets) > 1:
        raise click.BadParameter("only one format can go to standard output; give the others a file: FORMAT:FILE")
    return tuple(targets)


def _anchored(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A path of the command line, which is taken from here and not from the configuration's folder."""
    return os.path.abspath(value) if value else None


_OPTIONS = (
    click.option(
        "--output-format",
        "targets",
        multiple=True,
        metavar="FORMAT[:FILE]",
        callback=_targets,
        shell_complete=lambda _ctx, _param, typed: [name for name in FORMATS if name.startswith(typed)],
        help=f"{', '.join(FORMATS)}; repeatable, each to its file.  [default: text]",
    ),
    click.option("--statistics", is_flag=True, help="Print counts per rule instead of the findings."),
    click.option("--level", type=click.Choice(LEVELS), help="Report this level and what is above it.  [default: note]"),
    click.option(
        "--show",
        type=click.Choice(LEVELS),
        help="Least level that text lists one by one; what is below is counted.  [default: warning]",
    ),
    click.option(
        "--baseline",
        metavar="FILE",
        callback=_anchored,
        shell_complete=complete_path,
        help="Report only findings that are not in this baseline.",
    ),
    click.option("--write-baseline", type=click.Path(path_type=Path), help="Write the findings as a baseline; exit 0."),
    click.option(
        "--add-allow",
        metavar="REASON",
        help="Allow what is listed, each in its article, in feedtools-allow.toml, and say why; see --select.",
    ),
    click.option("--since", metavar="REF", help="Report only articles that this git revision does not have."),
    click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings."),
)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of ``check`` for formats, filters and exit codes."""
    command = lang_option(command)
    for option in _OPTIONS:
        command = option(command)
    return command


class OutputView(NamedTuple):
    """View of a run.

    Attributes:
        targets: formats and where they go.
        counts: print counts per rule in place of the findings.
        show: least level that is listed for people.
        paths: as they were given.
        applied: the most daring fixes that were applied before the check.
        flags: the other parameters of the check, which the commands that it names repeat.
    """

    targets: tuple[Target, ...]
    counts: bool = False
    show: Level | None = None
    paths: tuple[str, ...] = ()
    applied: Safety | None = None
    flags: Mapping[str, Any] = MappingProxyType({})


def least_shown(view: OutputView) -> Level:
    """Tell the least level that is listed one by one: text counts notes unless it is asked for them."""
    return view.show or ("warning" if _grouped(view) else "note")


def _grouped(view: OutputView) -> bool:
    return not view.counts and any(target.format == "text" for target in view.targets)


def report_of(checked: Checked, view: OutputView) -> Report:
    """Put together everything that the formats render."""
    from feedtools.report import Report

    restorable: frozenset[int] = frozenset()
    if _grouped(view) and checked.originals:
        from feedtools.check.restorable import restorable as mended

        restorable = mended(checked.findings, checked.originals)
    return Report(
        tuple(checked.findings),
        tuple(error for error in checked.errors if not isinstance(error, Notice)),
        checked.rules,
        checked.paths,
        checked.articles,
        least=least_shown(view),
        restorable=restorable,
    )


def emit(report: Report, view: OutputView) -> None:
    """Write the report in every format; files appear whole or not at all.

    Raises:
        WriteError: a file cannot be written.
    """
    from feedtools.report import render

    for target in view.targets:
        full = _identified(report) if target.format in {"sarif", "gitlab"} else report
        if target.path is not None:
            from feedtools.system.files import write_whole

            # Bytes from the start: with one character beyond U+FFFF a string takes four for each.
            pieces = (piece.encode("utf-8", "backslashreplace") for piece in render(target.format, full))
            write_whole(target.path, b"".join(pieces))
        elif view.counts:
            from feedtools.report.summary import statistics

            _print(statistics(report), "text")
        else:
            _print(render(target.format, full, color=console.colored()), target.format)
        if target.format == "github":
            _step_summary(report)
        if target.format == "sarif":
            _say_left_out(report, target)


def _print(pieces: Iterable[str], form: str) -> None:
    for piece in pieces:
        console.out(piece, form)


def _say_left_out(report: Report, target: Target) -> None:
    from feedtools.report.sarif import left_out

    if said := left_out(len(report.findings)):
        say(f"{target.path or 'sarif'}: holds {said}; check fewer files at once, or use jsonl")


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


def shell_words(words: Sequence[str]) -> str:
    """Words as a shell takes them; most need no quotes, and no module that knows about them."""
    if all(word and word.isascii() and word.translate(_PLAIN).isalnum() for word in words):
        return " ".join(words)
    import shlex

    return shlex.join(words)


def closing(checked: Checked, report: Report, config: Config, view: OutputView) -> None:
    """Say on standard error what a person wants to read last."""
    from feedtools.lint.rules import RULES
    from feedtools.report.summary import Next, summary

    # Of two that overlap neither is a copy: both are published.
    copies = [one for one in checked.findings if one.related and one.rule != RULES["overlapping"]]
    then = Next(applied=view.applied)
    if copies or report.restorable:
        from feedtools.cli.hints import clean_command

        originals = len({finding.related[0] for finding in copies})
        command = clean_command(view.paths, view.flags, config)
        then = Next(command, len(copies), originals, view.applied)
    grouped = not view.counts and any(target == Target("text", None) for target in view.targets)
    for line in summary(report, then, table=grouped):
        console.err(line.rstrip("\n"))
    kept = checked.kept
    for count, what in (
        (kept.allowed, "allowed by feedtools-allow.toml"),
        (kept.decided, "decided in feedtools-decisions.jsonl"),
        (kept.unchanged, f"in articles that {config.since} has too"),
        (kept.known, f"known from {config.baseline}"),
    ):
        if count:
            console.err(f"{count:,} not shown: {what}")
    if kept.gone:
        verb = "is" if kept.gone == 1 else "are"
        console.err(
            f"{kept.gone:,} of {config.baseline} {verb} gone: shrink it with --write-baseline {config.baseline}"
        )


def conclude(checked: Checked, config: Config, view: OutputView) -> bool:
    """Write all there is to say of a run; return whether something could not be checked.

    Raises:
        ConfigError: an output would replace an input.
        WriteError: a file cannot be written.
    """
    report = report_of(checked, view)._replace(
        page=(config.root.resolve().name, f"feedtools check {shell_words(view.paths)}".rstrip()),
        lang=config.lang,
        failing=frozenset(level for level in LEVELS if config.fails(level)),
        originals=checked.originals,
    )
    spare_inputs([target.path for target in view.targets], checked.paths)
    emit(report, view)
    report_errors(checked.kept.stale)
    failed = report_errors(checked.errors)
    if not console.quiet():
        closing(checked, report, config, view)
    return failed


def baseline(checked: Checked, path: Path, config: Config) -> bool:
    """Write the findings as a baseline and say so in one line; return whether something could not be checked.

    Where a ``feedtools.toml`` is in use that names no baseline, it is made to name this one.

    Raises:
        ConfigError: it would replace an input.
        WriteError: the baseline cannot be written, or something else stands there.
    """
    from feedtools.cli.configuration import set_baseline
    from feedtools.lint.baseline import Seen, write
    from feedtools.report.summary import plural

    spare_inputs([path], checked.paths)
    kept = write(checked.findings, path, config.root, Seen(checked.paths, checked.kept.seen))
    beside = f", and {kept:,} that this run did not look for are still known" if kept else ""
    noted = set_baseline(path, config)
    say(f"{path}: {plural(len(checked.findings), 'finding')} known from now on{beside}{noted}")
    return report_errors(checked.errors)


def add_allow(checked: Checked, reason: str, config: Config, least: Level) -> bool:
    """Allow the findings that are listed, and say so in one line; return whether something could not be checked.

    Args:
        checked: what was found.
        reason: why it is right.
        config: whose folder has the allow file.
        least: level below which findings are only counted, and so not allowed.

    Raises:
        ConfigError: the reason is empty.
        WriteError: the allow file cannot be written.
    """
    from feedtools.config import ALLOW_FILE
    from feedtools.lint import allow
    from feedtools.report.summary import plural

    if not reason.strip():
        raise ConfigError("--add-allow: say why these findings are right; the reason stands in feedtools-allow.toml")
    path = config.root / ALLOW_FILE
    listed = at_least(checked, least).findings
    added = allow.append(path, listed, reason.strip())
    below = len(checked.findings) - len(listed)
    left = f"; {plural(below, 'finding')} below {least} left: --show note lists and allows them" if below else ""
    say(f"{path}: {plural(len(listed), 'finding')} allowed by {plural(added, 'new entry', 'new entries')}{left}")
    return report_errors(checked.errors)


def at_least(checked: Checked, level: Level) -> Checked:
    """Leave out the findings below a level."""
    limit = LEVELS.index(level)
    return checked._replace(findings=[one for one in checked.findings if LEVELS.index(one.level) <= limit])


def check_targets(targets: Sequence[Target]) -> None:
    """Refuse a file in a folder that is not there before any work is done.

    Raises:
        ConfigError: such a folder.
    """
    for target in targets:
        if target.path is not None and not target.path.parent.is_dir():
            raise ConfigError("the folder of this output file does not exist", path=str(target.path))


def spare_inputs(targets: Iterable[Path | None], inputs: Iterable[str]) -> None:
    """Refuse to write over a file that this run reads.

    Raises:
        ConfigError: an output is one of the inputs, under this name or another.
    """
    there = [path for path in targets if path is not None and path.is_file()]
    read = {_identity(path) for path in (inputs if there else ()) if os.path.isfile(path)}
    for path in there:
        if _identity(path) in read:
            reason = "an input of this run, which would be replaced; name another file, outside of what is read"
            raise ConfigError(reason, path=str(path))


def _identity(path: str | Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino
