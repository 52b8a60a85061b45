"""``feedtools check``: lint and duplicates, for people, hooks and CI."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import click

from feedtools.cli.options import configured, input_options, report_errors, rule_options
from feedtools.model import Finding

FORMATS = ("text", "concise", "json", "jsonl")


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True)
@rule_options
@input_options
def check(paths: tuple[str, ...], output_format: str, **flags: Any) -> None:
    """Check PATHS: files, folders, globs, or - for standard input.

    Exits 0 when clean, 1 when there are findings, 2 when something could not be checked.
    """
    from feedtools.api.check import check as run

    config = configured(**flags)
    checked = run(paths or config.paths, config)
    for chunk in formatted(checked.findings, output_format):
        sys.stdout.write(chunk)
    failed = report_errors(checked.errors)
    sys.exit(2 if failed else int(any(config.fails(finding.level) for finding in checked.findings)))


def formatted(findings: list[Finding], name: str) -> Iterable[str]:
    """The findings in one of ``FORMATS``."""
    if name in {"json", "jsonl"}:
        from feedtools.report import jsonl

        return jsonl.jsonl(findings) if name == "jsonl" else jsonl.json_list(findings)
    from feedtools.report.text import text

    return text(findings, excerpt=name == "text")
