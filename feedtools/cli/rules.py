"""``feedtools rules``: list them, explain one, test a pack, learn from an archive."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from feedtools.cli.options import configured
from feedtools.errors import FeedtoolsError


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--test", "folder", type=click.Path(path_type=Path), help="Run the examples of a folder of rules.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the rule pages into a folder.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def rules(codes: tuple[str, ...], folder: Path | None, markdown: Path | None, config_file: Path | None) -> None:
    """List the rules, explain those named CODE (a code, a prefix or a name), or test a pack.

    Exits 1 when an example of a tested pack fails.
    """
    if folder:
        sys.exit(_test(folder))
    from feedtools.api.feed import all_rules
    from feedtools.report import pages

    every = all_rules(configured(config_file))
    if markdown:
        from feedtools.output import write_whole

        markdown.mkdir(parents=True, exist_ok=True)
        for rule in every:
            write_whole(markdown / f"{rule.id}.md", pages.page(rule).encode())
        write_whole(markdown / "README.md", pages.index(every).encode())
        return
    if not codes:
        click.echo(pages.table(every), nl=False)
        return
    for code in codes:
        chosen = [rule for rule in every if rule.id.startswith(code.upper()) or rule.name == code]
        if not chosen:
            raise FeedtoolsError(f"unknown rule {code!r}; `feedtools rules` lists them")
        click.echo("\n".join(pages.page(rule) for rule in chosen), nl=False)


def _test(folder: Path) -> int:
    from feedtools import harness
    from feedtools.api.duplicates import feed_check
    from feedtools.rules import load_folder

    every = list(harness.cases(load_folder(folder)))
    failed = 0
    for case in every:
        wrong = harness.failure(case, feed_check)
        if wrong:
            failed += 1
            click.echo(f"{case.rule.path}: {case.kind} example {case.number}: {wrong}")
    click.echo(f"{len({case.rule.id for case in every})} rules, {len(every) - failed} examples passed, {failed} failed")
    return int(failed > 0)
