"""The pages for those who change feedtools: their examples run, their paths exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import environment
from tests.places import PACKAGE, ROOT, of_project

PAGES = [ROOT / "docs" / name for name in ("architecture.md", "contributing.md")]
CONTRIBUTING = PAGES[1].read_text(encoding="utf-8")


def block(language: str, holding: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    return next(found for found in blocks if holding in found)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder that holds the page's checker as pip would install it, and a pack with the page's rule."""
    site = tmp_path / "site"
    info = site / "shouting-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "shouting.py").write_text(block("python", "Words in capitals"), encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n", encoding="utf-8")
    point = re.search(r'"(shouting:words)" = "(shouting:words)"', block("toml", "entry-points"))
    assert point is not None
    (info / "entry_points.txt").write_text(f"[feedtools.checks]\n{point[1]} = {point[2]}\n", encoding="utf-8")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "SH101-shouting.toml").write_text(block("toml", "SH101"), encoding="utf-8")
    (tmp_path / "feedtools.toml").write_text('rule-packs = ["rules"]\nselect = ["SH"]\n', encoding="utf-8")
    (tmp_path / "feed.txt").write_text("This is AMAZING news of NASA.\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = environment()
    env["PYTHONPATH"] = f"{folder / 'site'}:{env['PYTHONPATH']}"
    command = [sys.executable, "-m", "feedtools", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_checker_of_the_page_runs_as_an_installed_entry_point(installed: Path) -> None:
    assert run(installed, "rules", "--test", "rules").returncode == 0
    done = run(installed, "check", "feed.txt", "--output-format", "jsonl")
    assert [(row["rule"], row["text"]) for row in map(json.loads, done.stdout.splitlines())] == [("SH101", "AMAZING")]


def test_without_its_package_the_checker_is_missed_by_name(installed: Path) -> None:
    (installed / "site" / "shouting-1.0.dist-info" / "entry_points.txt").unlink()
    done = run(installed, "check", "feed.txt")
    assert done.returncode == 2
    assert "shouting:words" in done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_of_a_page_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"`((?:feedtools|rules|tests|docs|benchmarks|\.ci)/[\w./*-]*)`", text)
    assert paths
    for path in paths:
        top, _, inside = path.partition("/")
        assert of_project(path).exists() or list(of_project(f"{top}/").glob(inside)), path
    for path in re.findall(r"`([a-z_]+/[a-z_/]+\.(?:py|toml))`", text):
        assert (PACKAGE / path).exists() or of_project(path).exists(), path
    for module in re.findall(
        r"`((?:check|clean|cli|dedup|lint|readers|report|restore|scale|system|text)(?:\.\w+)+)`", text
    ):
        place = PACKAGE / Path(*module.split("."))
        here = place.with_suffix(".py").exists() or place.is_dir()
        assert here or (place.parent / "__init__.py").exists() or place.parent.with_suffix(".py").exists(), module


def test_every_module_stands_in_the_tree() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    made = text.partition("<!-- tree -->")[2].partition("<!-- end of tree -->")[0]
    said = dict(re.findall(r"^\| `([\w/.]+)` \| (.*) \|$", made, re.MULTILINE))
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert modules == set(said), "run python docs/readme.py"
    assert all(said.values())
