# ruff: noqa: E402  (the project is found beside this folder)
"""The linter's speed beside a loop of patterns and other linters: one run, interleaved, CPU seconds, Markdown out.

    pip install -r benchmarks/requirements-peers.txt                                        # autocorrect-py, proselint
    npm install --prefix PEERS zhlint textlint textlint-rule-zh-half-and-full-width-bracket
    python benchmarks/lint_speed.py [--node PEERS] [--transmissions FOLDER] [--megabytes 20] [--rounds 3]

The text is generated (``generate.py``), twelve articles a transmission; with ``--transmissions`` a folder of real ones
is measured as well. Slow tools get a slice of it. Each is measured in this process, or measures itself, from text in
memory to findings, after a warm-up; the median of the rounds counts. Vale is a program of its own and is run where it
is on the path. With ``--floor 4``: exit 1 where feedtools is less than four times as fast as autocorrect.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import generate

from feedtools.lint.engine import lint
from feedtools.lint.rules import builtin, select
from feedtools.model import Article
from feedtools.readers import transmission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feedtools.lint.rules import Rule

ARTICLES = 12
HERE = Path(__file__).resolve().parent


class Tool(NamedTuple):
    """A contender: CPU seconds over some articles, how many bytes it is given, or why it is not measured."""

    name: str
    run: Callable[[list[str]], float] | None
    slice: int
    missing: str = ""


def timed(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started


def transmissions(texts: Sequence[str]) -> list[str]:
    return ["\n".join(texts[start : start + ARTICLES]) for start in range(0, len(texts), ARTICLES)]


def feedtools(rules: Sequence[Rule]) -> Callable[[list[str]], float]:
    def run(texts: list[str]) -> float:
        articles = [Article(f"{number // ARTICLES}.txt", number % ARTICLES + 4, it) for number, it in enumerate(texts)]
        lint(articles[:ARTICLES], rules)
        return timed(lambda: lint(articles, rules))

    return run


def loop(rules: Sequence[Rule]) -> Callable[[list[str]], float]:
    """What the rules look for first, without the checks behind it: a pattern a rule, a scan a pattern and article."""
    sources = [rule.trigger or "|".join(map(re.escape, rule.keywords)) or rule.value for rule in rules]
    patterns = [re.compile(source, re.MULTILINE) for source in sources]

    def run(texts: list[str]) -> float:
        return timed(lambda: [match.span() for text in texts for it in patterns for match in it.finditer(text)])

    return run


def autocorrect(texts: list[str]) -> float:
    import autocorrect_py

    return timed(lambda: [autocorrect_py.lint_for(part, "text").lines for part in transmissions(texts)])


def proselint(texts: list[str]) -> float:
    from proselint.checks import __register__
    from proselint.registry import CheckRegistry
    from proselint.tools import LintFile

    CheckRegistry().register_many(__register__)
    LintFile("warm-up", "Some text.").lint()
    return timed(lambda: [LintFile("feed", part).lint() for part in transmissions(texts)])


def node(tool: str, folder: Path) -> Callable[[list[str]], float]:
    def run(texts: list[str]) -> float:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as stream:
            stream.write("\n".join(texts))
            stream.flush()
            command = ["node", str(HERE / "lint_peers.mjs"), tool, stream.name]
            return float(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)

    return run


def vale(texts: list[str]) -> float:
    """The whole program, less what it takes for an empty file."""
    import resource

    def spent(content: str) -> float:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, ".vale.ini").write_text("MinAlertLevel = suggestion\n[*]\nBasedOnStyles = Vale\n")
            Path(folder, "feed.txt").write_text(content, encoding="utf-8")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(["vale", "--no-exit", "feed.txt"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return spent("\n".join(texts)) - spent("")


def tools(folder: Path | None) -> list[Tool]:
    every = select(builtin(examples=False), (), ())
    rules = [rule for rule in every if rule.scope == "article"]
    core = [rule for rule in rules if rule.id < "FT5"]
    python = "pip install -r benchmarks/requirements-peers.txt"
    javascript = "npm install --prefix PEERS …, then --node PEERS"
    known = folder is not None and shutil.which("node") is not None and (folder / "node_modules" / "zhlint").is_dir()
    return [
        Tool(f"feedtools, all {len(rules)} rules on by default", feedtools(rules), 1 << 40),
        Tool(f"feedtools, FT1 to FT4 ({len(core)} rules)", feedtools(core), 1 << 40),
        Tool(f"a loop of {len(rules)} `re` patterns, nothing behind them", loop(rules), 1 << 40),
        Tool("autocorrect-py", autocorrect if find_spec("autocorrect_py") else None, 4_000_000, python),
        Tool("zhlint", node("zhlint", folder) if known and folder else None, 300_000, javascript),
        Tool("textlint, one Chinese rule", node("textlint", folder) if known and folder else None, 300_000, javascript),
        Tool("proselint", proselint if find_spec("proselint") else None, 400_000, python),
        Tool("Vale", vale if shutil.which("vale") else None, 300_000, "no `vale` on the path"),
    ]


def first(texts: list[str], size: int) -> tuple[list[str], int]:
    """The first articles that make up ``size`` bytes, and how many they are."""
    taken = 0
    for number, text in enumerate(texts):
        if taken >= size:
            return texts[:number], taken
        taken += len(text.encode("utf-8", "surrogatepass")) + 1
    return texts, taken


def table(title: str, texts: list[str], contenders: list[Tool], rounds: int) -> float:
    """Print the rates over one set of texts; how many times autocorrect's the whole selection's is."""
    slices = {tool.name: first(texts, tool.slice) for tool in contenders}
    rates: dict[str, list[float]] = {tool.name: [] for tool in contenders}
    for _ in range(rounds):
        for tool in contenders:
            if tool.run is not None:
                part, size = slices[tool.name]
                rates[tool.name].append(size / 1e6 / tool.run(part))
    own = statistics.median(rates[contenders[0].name])
    print(f"\n{title}: {sum(len(text) for text in texts):,} characters\n")
    print("| | MB/s | feedtools is | measured on |\n|---|---|---|---|")
    compared = 0.0
    for tool in contenders:
        if tool.run is None:
            print(f"| {tool.name} | not measured: {tool.missing} | | |")
            continue
        rate = statistics.median(rates[tool.name])
        compared = own / rate if tool.name == "autocorrect-py" else compared
        print(f"| {tool.name} | {rate:.2f} | {own / rate:.1f}x | {slices[tool.name][1] / 1e6:.1f} MB |")
    return compared


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--node", type=Path, help="folder with node_modules")
    parser.add_argument("--transmissions", type=Path, help="folder of real transmissions")
    parser.add_argument("--floor", type=float, default=0.0, help="least multiple of autocorrect's speed")
    options = parser.parse_args()
    contenders = tools(options.node)
    made, _ = first([it.text for it in generate.documents(int(options.megabytes * 1400))], int(options.megabytes * 1e6))
    ratios = [table("Generated feed", made, contenders, options.rounds)]
    if options.transmissions:
        paths = sorted(options.transmissions.rglob("*.txt"))
        read = [article.text for path in paths for article in transmission.parse(path.read_bytes(), "").articles]
        ratios.append(table("Real transmissions", read, contenders, options.rounds))
    return int(any(0 < ratio < options.floor for ratio in ratios))


if __name__ == "__main__":
    sys.exit(main())
