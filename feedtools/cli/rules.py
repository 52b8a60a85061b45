"""``feedtools rules``: list them, explain one, test a pack, learn from an archive."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from feedtools.cli import console
from feedtools.cli.options import complete_rule_or_path, configured, given, report_errors, say, tell
from feedtools.config import Config
from feedtools.errors import FeedtoolsError
from feedtools.readers import ReadOptions

LEARNED = "compounds.txt"


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=complete_rule_or_path)
@click.option("--test", "folder", type=click.Path(path_type=Path), help="Run the examples of a folder of rules.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write the rule pages into a folder.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="With learn: the file to write.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to use.")
def rules(
    codes: tuple[str, ...], folder: Path | None, markdown: Path | None, output: Path | None, config_file: Path | None
) -> None:
    """List the rules, explain those named CODE (a code, a prefix or a name), or test a pack.

    `feedtools rules learn PATHS -o FILE` collects hyphenated compounds from an archive that kept its hyphens; set
    learned = "FILE" in the configuration, and FT301 knows them.

    Exits 1 when an example of a tested pack fails.
    """
    if folder:
        sys.exit(_test(folder))
    if codes[:1] == ("learn",):
        sys.exit(_learn(list(codes[1:]), output or Path(LEARNED), configured(config_file)))
    from feedtools.lint.rules import unknown_rule
    from feedtools.lint.selection import all_rules
    from feedtools.report import rule_pages

    every = all_rules(configured(config_file))
    if markdown:
        from feedtools.system.files import spare_others, write_whole

        markdown.mkdir(parents=True, exist_ok=True)
        spare_others(markdown / "README.md", rule_pages.INDEX_HEAD.encode(), "no index of rules")
        for rule in every:
            write_whole(markdown / f"{rule.id}.md", rule_pages.page(rule).encode())
        write_whole(markdown / "README.md", rule_pages.index(every).encode())
        return
    if not codes:
        console.lines(rule_pages.table(every).rstrip("\n"))
        return
    for code in codes:
        chosen = [rule for rule in every if rule.id.startswith(code.upper()) or rule.name == code]
        if not chosen:
            raise unknown_rule(code, every)
        console.lines("\n".join(rule_pages.page(rule) for rule in chosen).rstrip("\n"))


def _learn(paths: list[str], output: Path, config: Config) -> int:
    from feedtools.lint.checks import compounds
    from feedtools.readers import expand
    from feedtools.readers.batches import batches
    from feedtools.report.summary import plural

    errors: list[FeedtoolsError] = []
    files = expand(given(tuple(paths), config), errors.append, ReadOptions.of(config))
    found = compounds.harvest(
        article.text for batch in batches(files, ReadOptions.of(config), errors.append) for article in batch.articles
    )
    if not found:
        report_errors(errors)
        raise FeedtoolsError("no compound was found, and nothing was written", path=str(output))
    compounds.write(output, found)
    tell(f"{output}: {plural(len(found), 'compound')} of {plural(len(files), 'file')}")
    return 2 if report_errors(errors) else 0


def _test(folder: Path) -> int:
    from feedtools.check.duplicates import feed_check
    from feedtools.lint import examples
    from feedtools.lint.rules import load_folder
    from feedtools.report.summary import plural

    pack = load_folder(folder)
    every = list(examples.cases(pack))
    failed = 0
    for case in every:
        wrong = examples.failure(case, feed_check)
        if wrong:
            failed += 1
            console.lines(f"{case.rule.path}: {case.kind} example {case.number}: {wrong}")
    for code, key, text in examples.growing(pack):
        say(
            f"{code}: warning: the time of its {key} grows faster than its text, as on {text!r} repeated; bound its "
            "repeats, and let no two of them match the same characters"
        )
    count = len({case.rule.id for case in every})
    console.lines(f"{plural(count, 'rule')}, {len(every) - failed} examples passed, {failed} failed")
    return int(failed > 0)
