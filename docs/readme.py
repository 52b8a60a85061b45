"""Bring README.md and the pages of the rules up to date: the table of rules, the output of the commands it shows.

Run ``python docs/readme.py`` after changing a rule or what a command prints; ``tests/test_readme.py`` and
``tests/test_docs.py`` fail when a page is not current. A block under ``<!-- run: COMMAND -->`` holds what that command
prints in a fresh checkout.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from feedtools.lint.rules import builtin
from feedtools.report.rule_pages import index, page

ROOT = Path(__file__).resolve().parents[1]
MANUAL = ROOT / "docs" / "feedtools.1"
README = ROOT / "README.md"
CHINESE = ROOT / "README.zh-CN.md"
_RUN = re.compile(r"(<!-- run: (.+?) -->\n```text\n).*?(```\n)", re.DOTALL)
ARCHITECTURE = ROOT / "docs" / "architecture.md"
_TREE = re.compile(r"(<!-- tree -->\n).*?(<!-- end of tree -->\n)", re.DOTALL)
_RULES = re.compile(r"(<!-- rules -->\n).*?(<!-- end of rules -->\n)", re.DOTALL)


def current(text: str) -> str:
    """The page with every generated part as it is now."""
    text = _RULES.sub(lambda match: match[1] + index(builtin(), "rules/{id}-{name}.toml") + match[2], text)
    return _RUN.sub(lambda match: match[1] + output(match[2]) + match[3], text)


def output(command: str) -> str:
    """What a ``feedtools`` command prints, standard error included, in a folder that holds the sample feed alone.

    ``| head -N`` keeps the first lines.
    """
    command, _, head = command.partition(" | head -")
    program, *arguments = shlex.split(command)
    assert program == "feedtools", command
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "tests" / "sample" / "feed", Path(folder) / "tests" / "sample" / "feed")
        run = subprocess.run(
            [sys.executable, "-m", "feedtools", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
    assert run.returncode in {0, 1}, run.stdout
    lines = run.stdout.splitlines(keepends=True)
    return "".join(lines[: int(head)] if head else lines)


def pages() -> dict[Path, str]:
    """The page of every rule, and the table that leads to them."""
    folder = ROOT / "docs" / "rules"
    top = "# The rules\n\n`feedtools rules CODE` prints the page of a rule; `feedtools rules` lists them.\n\n"
    return {
        folder / "README.md": top + index(builtin()),
        **{folder / f"{rule.id}.md": page(rule) for rule in builtin()},
    }


def tree() -> str:
    """A table of every module with the first line of its docstring, package by package."""
    package = ROOT / "feedtools"
    rows: list[str] = []
    for folder in sorted({path.parent for path in package.rglob("*.py")}):
        name = folder.relative_to(package).as_posix()
        rows += ["", f"### {'feedtools' if name == '.' else f'feedtools/{name}'}", "", "| module | |", "|---|---|"]
        for path in sorted(folder.glob("*.py")):
            said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
            line = " ".join(said.split()).replace("|", "\\|").replace("``", "`")
            rows.append(f"| `{path.relative_to(package).as_posix()}` | {line} |")
    return "\n".join([*rows[1:], ""])


def architecture() -> str:
    """The map, with the tree as it is now."""
    return _TREE.sub(lambda match: match[1] + tree() + match[2], ARCHITECTURE.read_text(encoding="utf-8"))


def manual() -> str:
    """The manual page."""
    return str(_beside("man").page())


def reference() -> dict[Path, str]:
    """The pages of the configuration and of the command line."""
    made = _beside("reference")
    folder = ROOT / "docs"
    return {folder / "configuration.md": made.configuration(), folder / "command-line.md": made.command_line()}


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def guides() -> list[Path]:
    """The pages that show what a command prints."""
    return [path for path in sorted((ROOT / "docs").glob("*.md")) if _RUN.search(path.read_text(encoding="utf-8"))]


def main() -> None:
    """Rewrite the pages."""
    wanted = pages()
    for path in (ROOT / "docs" / "rules").glob("*.md"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    ARCHITECTURE.write_text(architecture(), encoding="utf-8", newline="")
    for path, text in reference().items():
        path.write_text(text, encoding="utf-8", newline="")
    for path in guides():
        path.write_text(current(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    MANUAL.write_text(manual(), encoding="utf-8", newline="")
    CHINESE.write_text(current(CHINESE.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
