"""``feedtools init``: the files with which a folder is checked from now on."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import join as shlex_join
from shlex import quote
from typing import NamedTuple

import click

from feedtools import __version__
from feedtools.cli import console
from feedtools.cli.configuration import quoted, set_baseline
from feedtools.cli.options import report_errors, tell
from feedtools.config import FILE, Config, discover, load, parse
from feedtools.errors import FeedtoolsError

BASELINE = "feedtools-baseline.json"


class Plan(NamedTuple):
    """One file to write: its path, its text, and what it is for."""

    path: Path
    text: str
    purpose: str


class Feed(NamedTuple):
    """Feed in a folder: the paths that hold articles, the number of files, their formats, and the files of each.

    ``beside`` counts the files of other formats, which are not taken for the feed.
    """

    paths: tuple[str, ...]
    files: int
    formats: tuple[str, ...]
    names: Mapping[str, Sequence[str]]
    beside: Mapping[str, int]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--baseline/--no-baseline", default=None, help="Accept what is found today, and report only what is new.")
@click.option("--hook/--no-hook", default=True, help="Write .pre-commit-config.yaml.  [default: on]")
@click.option("--ci/--no-ci", default=True, help="Write .github/workflows/feedtools.yml.  [default: on]")
def init(folder: Path, baseline: bool | None, hook: bool, ci: bool) -> None:
    """Look at the feed in FOLDER; write feedtools.toml, a hook, a CI workflow and, if wanted, a baseline for it.

    The hook and the workflow are written at the root of the git repository that FOLDER lies in, where they are run.

    Files that are there already stay as they are; only settings that name no baseline are made to name the one that
    is written. Where standard input is no terminal, nothing is asked, and only --baseline writes a baseline.
    """
    from feedtools.cli.hooks import hooks
    from feedtools.report.summary import plural

    feed = look(folder)
    if not feed.files:
        raise FeedtoolsError("no article was found here; name the folder that holds your feed", path=str(folder))
    console.note(f"{folder}: {plural(feed.files, 'file')} of {', '.join(feed.formats)} in {', '.join(feed.paths)}")
    if feed.beside:
        others = ", ".join(f"{plural(count, 'file')} of {name}" for name, count in sorted(feed.beside.items()))
        console.note(f"{others} beside it: name them in paths, and in the hook's files, if they are published too")
    if baseline is None:
        baseline = _asks() and click.confirm("Accept what is found today (a baseline)?", default=False)
    wanted, settings = [], settings_of(folder)
    if settings is None:
        wanted.append(Plan(folder / FILE, configuration(feed, baseline=baseline), "what is checked"))
    else:
        console.note(f"{settings}: is there already; what it says was left as it is")
    root, inside = repository(folder)
    config = f"{inside}{(settings or folder / FILE).name}" if inside else ""
    if hook:
        text = hooks(feed.paths, feed.names, inside, config)
        wanted.append(Plan(root / ".pre-commit-config.yaml", text, "run it with: pre-commit install"))
    if ci:
        path = root / ".github" / "workflows" / "feedtools.yml"
        wanted.append(Plan(path, workflow(config), "checks every pull request"))
    for plan in wanted:
        _write(plan)
    if baseline:
        raise SystemExit(2 if _baseline(folder) else 0)
    tell(f"next: feedtools check{'' if folder == Path() else f' --config {quote(str(folder / FILE))}'}")


def repository(folder: Path) -> tuple[Path, str]:
    """Find the root of the git repository that a folder lies in, and the folder from there, with a slash behind it.

    Returns:
        The folder itself and no text where it is the root, or lies in no repository.
    """
    full = folder.resolve()
    for root in (full, *full.parents):
        if (root / ".git").exists():
            inside = full.relative_to(root).as_posix()
            return (folder, "") if inside == "." else (shown(root), f"{inside}/")
    return folder, ""


def shown(path: Path) -> Path:
    """The path as a person in the working folder would write it."""
    try:
        return Path(os.path.relpath(path))
    except ValueError:  # another drive
        return path


def _asks() -> bool:
    import sys

    return console.on_terminal(sys.stdin, sys.stderr)


def look(folder: Path) -> Feed:
    """Find the articles of a folder: the formats, and the folders that hold them.

    A transmission among other formats is what counts: a feed is what was published, not the notes beside it.
    """
    from feedtools.readers import ReadOptions, expand
    from feedtools.readers.batches import batches

    errors: list[FeedtoolsError] = []
    counts: dict[str, Counter[str]] = {}
    for path in expand([str(folder)], errors.append, ReadOptions()):
        place = os.path.relpath(path, folder).replace(os.sep, "/")
        try:
            batch = next(iter(batches([path], ReadOptions(), errors.append)), None)
        except FeedtoolsError:
            continue
        if batch is not None and batch.articles:
            counts.setdefault(batch.format, Counter())[place] += len(batch.articles)
    chosen = {"transmission": counts["transmission"]} if "transmission" in counts else counts
    files = [name for found in chosen.values() for name in found]
    names = {name: tuple(found) for name, found in chosen.items()}
    beside = {name: len(found) for name, found in counts.items() if name not in chosen}
    return Feed(tuple(_folders(files)), len(files), tuple(sorted(chosen)), names, beside)


def _folders(files: list[str]) -> Iterator[str]:
    """The first folders below the root that hold the files; ``.`` where some lie in the root itself."""
    tops = dict.fromkeys(f"{name.split('/')[0]}/" if "/" in name else "." for name in sorted(files))
    yield from ["."] if "." in tops else tops


def configuration(feed: Feed, *, baseline: bool) -> str:
    """Write a ``feedtools.toml`` for a feed."""
    paths = ", ".join(map(quoted, feed.paths))
    lines = [
        "# What feedtools checks here; every key is explained by: feedtools schema configuration",
        f"paths = [{paths}]",
        'fail-on = "warning"  # the least level that fails: error, warning or note',
    ]
    if baseline:
        lines.append(f'baseline = "{BASELINE}"  # what was found when this began; write it anew with --write-baseline')
    if "jsonl" in feed.formats:
        lines.append('text-key = "text"  # the field of a record that holds its text')
    lines += ["", "# [rules.FT402]  # a rule that is right in general and too strict here", '# level = "note"', ""]
    text = "\n".join(lines)
    import tomllib

    parse(tomllib.loads(text), Path(FILE))
    return text


def workflow(config: str = "") -> str:
    """Write a workflow that reports what a pull request adds.

    Args:
        config: the configuration from the root of the repository, where it does not lie there.
    """
    command = shlex_join(["feedtools", "check", *(["--config", config] if config else []), "--output-format", "github"])
    from feedtools.cli.hooks import yaml

    return (
        "name: feedtools\n"
        "on: [push, pull_request]\n"
        "permissions:\n  contents: read\n"
        "jobs:\n"
        "  check:\n"
        "    runs-on: ubuntu-latest\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        "        with:\n          fetch-depth: 0\n"
        "      - uses: actions/setup-python@v5\n"
        "        with:\n          python-version: '3.12'\n"
        f"      - run: python -m pip install feedtools=={__version__}\n"
        f"      - run: {yaml(command) if config else command}\n"
    )


def _write(plan: Plan) -> None:
    from feedtools.system.files import write_whole

    if plan.path.exists() or plan.path.is_symlink():
        console.note(f"{plan.path}: is there already and was left as it is{_to_add(plan)}")
        return
    plan.path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(plan.path, plan.text.encode())
    console.note(f"{plan.path}: written; {plan.purpose}")


def _to_add(plan: Plan) -> str:
    """Say where it is told what a file that runs nothing of feedtools would need; empty where it runs it."""
    from feedtools.report.rule_pages import HOME

    known = plan.path.is_file() and b"feedtools" in plan.path.read_bytes()
    return "" if known else f"; {HOME}ci.html shows what to add"


def settings_of(folder: Path) -> Path | None:
    """The file with the settings of a folder; ``None`` where there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    if os.path.lexists(folder / FILE):
        return folder / FILE
    project = folder / "pyproject.toml"
    found = discover(folder).file if project.is_file() else None
    return project if found is not None and found == project.resolve() else None


def _baseline(folder: Path) -> bool:
    """Write down what is found today; return whether something could not be checked."""
    from feedtools.check.files import check
    from feedtools.lint.baseline import Seen, write
    from feedtools.report.summary import plural

    settings = load(settings_of(folder) or folder / FILE)
    path = folder / (settings.baseline or BASELINE)
    if path.exists():
        console.note(f"{path}: is there already and was left as it is{set_baseline(path, settings)}")
        return False
    config: Config = settings._replace(baseline=None, since=None)
    checked = check([str(folder / name) for name in config.paths or (".",)], config)
    write(checked.findings, path, config.root, Seen(checked.paths, checked.kept.seen))
    noted = set_baseline(path, config)
    console.note(f"{path}: {plural(len(checked.findings), 'finding')} known from now on{noted}")
    return report_errors(checked.errors)
