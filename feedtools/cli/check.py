"""``feedtools check``: lint and duplicates, for people, hooks and CI."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console, outputs
from feedtools.cli.options import (
    anchored,
    complete_path,
    configured,
    given,
    input_options,
    report_errors,
    rule_options,
    say,
    tell,
)
from feedtools.cli.outputs import OutputView, Target, at_least, check_targets, conclude, output_options
from feedtools.cli.progress import CHECK, Progress
from feedtools.config import NEVER, Config
from feedtools.model import LEVELS, Level, Safety

if TYPE_CHECKING:
    from feedtools.check.files import Checked


@click.command()
@click.argument("paths", nargs=-1, shell_complete=complete_path)
@click.option("--duplicates/--no-duplicates", default=None, help="Compare the articles with each other.  [default: on]")
@click.option(
    "--against",
    "history",
    multiple=True,
    shell_complete=complete_path,
    help="Published before: feed files, an index, or redis://host/db.",
)
@click.option("--cache/--no-cache", default=None, help="Remember findings of large feeds.  [default: on]")
@click.option("--fail-on", type=click.Choice([*LEVELS, NEVER]), help="Least level that exits 1.  [default: warning]")
@click.option("--fix", is_flag=True, help="Apply safe fixes to transmissions and Markdown in place, then check.")
@click.option("--fix-only", is_flag=True, help="Like --fix, and report nothing of what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: apply unsafe fixes too.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@output_options
@rule_options
@input_options
def check(
    paths: tuple[str, ...],
    targets: tuple[Target, ...],
    statistics: bool,
    level: Level | None,
    show: Level | None,
    write_baseline: Path | None,
    add_allow: str | None,
    exit_zero: bool,
    history: tuple[str, ...],
    fix: bool,
    fix_only: bool,
    unsafe_fixes: bool,
    diff: bool,
    **flags: Any,
) -> None:
    """Check PATHS: files, folders, globs, or - for standard input.

    Exits 0 when clean, 1 when there are findings, 2 when something could not be checked.
    """
    config = _settings(history, flags, anew=write_baseline is not None)
    check_targets(targets)
    chosen, failed = given(paths, config, "."), False
    if fix or fix_only or diff:
        failed = _fix(chosen, config, unsafe=unsafe_fixes, show=diff)
    if fix_only:
        sys.exit(2 if failed else 0)
    checked = _checked(chosen, config)
    if write_baseline:
        failed |= outputs.baseline(checked, write_baseline, config)
        sys.exit(2 if failed else 0)
    checked = at_least(checked, level or "note")
    applied: Safety | None = ("unsafe" if unsafe_fixes else "safe") if fix else None
    view = OutputView(targets, statistics, show, tuple(chosen), applied, flags)
    if add_allow is not None:
        failed |= outputs.add_allow(checked, add_allow, config, outputs.least_shown(view))
        sys.exit(2 if failed else 0)
    failed |= conclude(checked, config, view)
    found = any(config.fails(finding.level) for finding in checked.findings)
    sys.exit(2 if failed else int(found and not exit_zero))


def _settings(history: tuple[str, ...], flags: dict[str, Any], *, anew: bool) -> Config:
    """Configuration of the check; for a baseline that is written anew, nothing counts as known or unchanged."""
    config = configured(history=tuple(map(anchored, history)), **flags)
    return config._replace(baseline=None, since=None) if anew else config


def _checked(paths: list[str], config: Config) -> Checked:
    from feedtools.check.files import check as run

    progress = Progress(CHECK)
    try:
        return run(paths, config, say, progress)
    finally:
        progress.close()


def _fix(paths: list[str], config: Config, *, unsafe: bool, show: bool) -> bool:
    """Fix the files, or show how and exit; return whether something could not be fixed."""
    from feedtools.check import fix
    from feedtools.lint.fix import SAFE, UNSAFE
    from feedtools.report.preview import words
    from feedtools.report.summary import plural
    from feedtools.report.text import escape

    found = fix.fixes(paths, config, UNSAFE if unsafe else SAFE)
    failed = report_errors(found.errors)
    if found.passed:
        also = f" and {plural(len(found.passed) - 1, 'other')}" if len(found.passed) > 1 else ""
        say(f"{found.passed[0]}{also}: only transmissions and Markdown are fixed in place; use feedtools clean -o OUT")
    if show and console.colored():
        for file in found.files:
            for line in words(file.path, file.before, file.after):
                console.out(line)
    elif show:
        for line in fix.diff(found.files):
            console.out(escape(line.rstrip("\n")) + "\n")
    if show:
        sys.exit(2 if failed else int(bool(found.files)))
    done = fix.write(found.files)
    failed |= report_errors(done.errors)
    if done.files:
        changes = sum(file.changes for file in done.files)
        tell(f"{plural(changes, 'fix', 'fixes')} in {plural(len(done.files), 'file')}")
    return failed
