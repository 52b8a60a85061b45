"""``feedtools publish``: put what was decided and corrected in its place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from feedtools.cli.options import configured, tell


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take up the decisions that the report downloaded.",
)
@click.option("--force", is_flag=True, help="Replace the output even where it holds files that no run wrote.")
@click.option("--fail-on", type=click.Choice(("held",)), help="Exit 1 where articles are still held.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
@click.option("--jobs", "-j", type=click.IntRange(0), help="Processes; 0 for one per core.  [default: 0]")
def publish(out: Path, decisions: Path | None, force: bool, fail_on: str | None, **flags: Any) -> None:
    """Put what was decided, and what was corrected in OUT, in its place.

    OUT is an output of `feedtools clean`. Decisions are taken by `feedtools review OUT`, by correcting "text" in
    OUT/held/, or in OUT/report.html, whose download --decisions appends to feedtools-decisions.jsonl. Every article
    then stands at its own place in its own transmission.

    Exits 0 when everything was done, 2 when something could not be.
    """
    from feedtools.clean.publish import publish as put
    from feedtools.cli.clean import concluded
    from feedtools.cli.progress import CLEAN, Progress
    from feedtools.config import DECISIONS_FILE
    from feedtools.lint.decisions import downloaded
    from feedtools.report.summary import plural

    config = configured(**flags)
    decided = downloaded(decisions, config.root / DECISIONS_FILE) if decisions else []
    progress = Progress(CLEAN)
    try:
        cleaned = put(out, config, None, progress, force=force, decided=decided)
    finally:
        progress.close()
    if decisions:
        tell(f"{decisions}: {plural(len(decided), 'new decision')} appended to {config.root / DECISIONS_FILE}")
    sys.exit(concluded(cleaned, out, fail_on))
