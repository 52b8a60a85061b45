"""``feedtools dedup``: which articles are copies, and of what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from feedtools.cli import console
from feedtools.cli.options import configured, given, input_options, report_errors, tell
from feedtools.cli.spark import check_engine, engine_options
from feedtools.errors import ConfigError

if TYPE_CHECKING:
    from feedtools.dedup.files import Deduplicated


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--pairs", is_flag=True, help="One object a match, with aligned spans, instead of one an article.")
@click.option("--output-format", type=click.Choice(("jsonl", "text")), default="jsonl", show_default=True)
@click.option("--out", "-o", help="With --engine spark: folder for the tables clusters and matches.")
@engine_options
@input_options
def dedup(
    paths: tuple[str, ...],
    pairs: bool,
    output_format: str,
    out: str | None,
    engine: str,
    master: str | None,
    **flags: Any,
) -> None:
    """Find copies, renderings, cuts, parts and edits among the articles of PATHS.

    Exits 0, or 2 when something could not be read.
    """
    check_engine(engine, out, master, {"--pairs": pairs, "--output-format text": output_format == "text"})
    config = configured(**flags)
    if engine == "spark":
        from feedtools.cli import spark as spark

        sys.exit(spark.dedup(given(paths, config), out or "", master, config))
    if out:
        raise ConfigError("-o goes with --engine spark; here the rows go to standard output")
    from feedtools.dedup import files as api
    from feedtools.report.summary import plural

    found = api.dedup(given(paths, config, "."), config, evidence=pairs or output_format == "text")
    if output_format == "text":
        lines = _text(found)
    else:
        from feedtools.report.jsonl import dumps

        rows = api.match_rows(found) if pairs else api.cluster_rows(found)
        lines = (dumps(row) + "\n" for row in rows)
    for line in lines:
        console.out(line, output_format)
    copies = sum(len(cluster.drop) for cluster in found.clusters)
    tell(
        f"{plural(copies, 'copy', 'copies')} of {plural(len(found.clusters), 'article')} "
        f"among {plural(len(found.articles), 'article')}"
    )
    sys.exit(2 if report_errors(found.errors) else 0)


def _text(found: Deduplicated) -> Iterator[str]:
    """For people: each kept article, and under it its copies with how they relate to it."""
    from feedtools.dedup.describe import describe, links
    from feedtools.model import Span
    from feedtools.report.text import escape, excerpt_of

    for cluster in found.clusters:
        keep = found.articles[cluster.keep]
        head, _ = excerpt_of(keep.text, Span(0, 1))
        yield f"{console.bold(f'{escape(keep.source)}:{keep.line}')}: kept\n    {head}\n"
        tied = links(cluster)
        for number in cluster.drop:
            match = tied[number]
            other = found.articles[match.b if match.a == number else match.a]
            relation = describe(match, number, f"{other.source}:{other.line}")
            copy = found.articles[number]
            yield f"  {escape(copy.source)}:{copy.line}: {match.kind}: {escape(relation)}\n"
