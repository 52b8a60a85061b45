"""``feedtools dedup``: which articles are copies, and of what."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console
from feedtools.cli.options import complete_path, configured, given, input_options, of_settings, report_errors, tell
from feedtools.cli.outputs import Target, check_targets, parse_target, spare_inputs
from feedtools.cli.spark import check_engine, engine_options
from feedtools.errors import ConfigError, Notice

if TYPE_CHECKING:
    from feedtools.config import Config
    from feedtools.dedup.files import Deduplicated

FORMATS = ("jsonl", "text", "html")


def _target(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Target | None:
    return None if value is None else parse_target(value, FORMATS)


@click.command()
@click.argument("paths", nargs=-1, shell_complete=complete_path)
@click.option("--pairs", is_flag=True, help="One object per match, with aligned spans, instead of one per article.")
@click.option(
    "--explain",
    "names",
    nargs=2,
    metavar="A B",
    shell_complete=complete_path,
    help="Why two articles are or are not copies; A and B are PATH:LINE or ids, PATHS the feed they stand in.",
)
@click.option(
    "--output-format",
    "target",
    metavar="FORMAT[:FILE]",
    callback=_target,
    shell_complete=lambda _ctx, _param, typed: [name for name in FORMATS if name.startswith(typed)],
    help="jsonl or text; with --explain html as well.  [default: jsonl; text with --explain]",
)
@click.option(
    "--out", "-o", shell_complete=complete_path, help="With --engine spark: folder for the tables clusters and matches."
)
@click.option("--force", is_flag=True, help="With --engine spark: replace tables that are there.")
@engine_options
@input_options
def dedup(
    paths: tuple[str, ...],
    pairs: bool,
    names: tuple[str, str] | None,
    target: Target | None,
    out: str | None,
    force: bool,
    engine: str,
    master: str | None,
    **flags: Any,
) -> None:
    """Find copies, renderings, cuts, parts and edits among the articles of PATHS.

    Exits 0, or 2 when something could not be read.
    """
    target = target or Target("text" if names else "jsonl", None)
    text = target.format == "text"
    only_here = {"--pairs": pairs, "--output-format text": text and not names, "--explain": bool(names)}
    check_engine(engine, out, master, only_here)
    config = configured(**flags)
    check_targets([target])
    if names:
        if pairs:
            raise ConfigError("--explain tells of one pair; leave --pairs out")
        _spare_inputs([*paths, *(name.rpartition(":")[0] or name for name in names)], target, config)
        sys.exit(_explain(paths, names, target, config))
    if target.format == "html":
        raise ConfigError("html goes with --explain; expected jsonl or text")
    if engine == "spark":
        from feedtools.cli import spark

        sys.exit(spark.dedup(given(paths, config), out or "", master, config, force=force))
    if out:
        raise ConfigError("-o goes with --engine spark; here the rows go to standard output")
    if force:
        raise ConfigError("--force goes with --engine spark; here nothing is replaced")
    _spare_inputs(given(paths, config, "."), target, config)
    sys.exit(_list(paths, target, config, pairs=pairs))


def _spare_inputs(paths: Sequence[str], target: Target, config: Config) -> None:
    """Refuse to write over a file of these paths."""
    if target.path is not None and target.path.is_file():
        from feedtools.readers import ReadOptions, expand

        spare_inputs([target.path], expand(list(paths), lambda _error: None, ReadOptions.of(config)))


def _list(paths: tuple[str, ...], target: Target, config: Config, *, pairs: bool) -> int:
    """List the matches or the clusters; return the exit code."""
    from feedtools.dedup import files as api
    from feedtools.report.summary import plural
    from feedtools.system.temporary import temporary_folder

    text = target.format == "text"
    with temporary_folder() as folder:
        found = api.dedup(given(paths, config, "."), config, evidence=pairs or text, folder=folder)
        if text:
            lines = _text(found)
        else:
            from feedtools.report.jsonl import dumps

            rows = api.match_rows(found) if pairs else api.cluster_rows(found)
            lines = (dumps(row) + "\n" for row in rows)
        failed = any(not isinstance(error, Notice) for error in found.errors)
        if found.articles or not failed:  # where nothing could be read there is no result
            _emit(lines, target)
            copies = sum(len(cluster.drop) for cluster in found.clusters)
            tell(
                f"{plural(copies, 'copy', 'copies')} of {plural(len(found.clusters), 'article')} "
                f"among {plural(len(found.articles), 'article')}"
            )
    return 2 if report_errors(found.errors) else 0


def _explain(paths: tuple[str, ...], names: tuple[str, str], target: Target, config: Config) -> int:
    """Explain one pair; return the exit code."""
    import shutil

    from feedtools.dedup import files as api

    found = api.explain(list(paths) or of_settings(config), names, config)
    if target.format == "html":
        from feedtools.report.page.explained import html

        lines = html(found, config.lang)
    elif target.format == "jsonl":
        from feedtools.report.explanation import row
        from feedtools.report.jsonl import dumps

        lines = iter([dumps(row(found)) + "\n"])
    else:
        from feedtools.report.explanation import text

        columns = shutil.get_terminal_size((100, 24)).columns
        lines = text(found, columns=columns, color=console.colored() and target.path is None)
    _emit(lines, target)
    return 2 if report_errors(found.errors) else 0


def _emit(lines: Iterable[str], target: Target) -> None:
    """Print lines, or write the file they are for, whole or not at all."""
    if target.path is None:
        for line in lines:
            console.out(line, target.format)
        return
    from feedtools.system.files import write_whole

    write_whole(target.path, "".join(lines).encode("utf-8", "backslashreplace"))


def _text(found: Deduplicated) -> Iterator[str]:
    """Show people each kept article, and under it its copies with how they relate to it."""
    from feedtools.dedup.cluster import partner
    from feedtools.dedup.describe import describe_copy, links
    from feedtools.model import Span
    from feedtools.report.text import escape, excerpt_of

    for cluster in found.clusters:
        keep = found.articles[cluster.keep]
        head, _ = excerpt_of(keep.text, Span(0, 1))
        yield f"{console.bold(f'{escape(keep.source)}:{keep.line}')}: kept\n    {head}\n"
        tied = links(cluster)
        for number in cluster.drop:
            match = tied[number]
            other = found.articles[partner(match, number)]
            place = f"{other.source}:{other.line}"
            relation = describe_copy(match, number, lambda at: found.articles[at].text, place)
            copy = found.articles[number]
            yield f"  {escape(copy.source)}:{copy.line}: {match.kind}: {escape(relation)}\n"
