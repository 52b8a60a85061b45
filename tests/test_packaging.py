"""However feedtools is installed, it brings its rules and nothing that it should not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from feedtools.lint.rules import builtin
from tests.places import ROOT

pytestmark = pytest.mark.slow

SOURCES = ("feedtools", "rules", "tests", "benchmarks", "docs", ".ci", "pyproject.toml", ".pre-commit-hooks.yaml")


def run(*command: str | Path, cwd: Path) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def venv(folder: Path) -> Path:
    """A fresh environment; its Python."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, so that building leaves nothing in it."""
    folder = tmp_path_factory.mktemp("source") / "project"
    folder.mkdir()
    for path in (*SOURCES, *(path.name for path in ROOT.iterdir() if path.suffix == ".md"), "LICENSE"):
        if (ROOT / path).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(ROOT / path, folder / path, ignore=ignored)
        elif (ROOT / path).exists():
            shutil.copy(ROOT / path, folder / path)
    return folder


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    python = venv(folder / "builder")
    run(python, "-m", "pip", "install", "-q", "hatchling", "hatch-fancy-pypi-readme", cwd=folder)
    run(python, "-m", "hatchling", "build", "-d", folder / "dist", cwd=source)
    return {"wheel": next((folder / "dist").glob("*.whl")), "sdist": next((folder / "dist").glob("*.tar.gz"))}


@pytest.mark.parametrize("kind", ["wheel", "sdist", "folder", "editable"])
def test_the_rules_are_found(kind: str, source: Path, built: dict[str, Path], tmp_path: Path) -> None:
    python = venv(tmp_path / "venv")
    what = {"folder": [str(source)], "editable": ["-e", str(source)]}.get(kind) or [str(built[kind])]
    run(python, "-m", "pip", "install", "-q", *what, cwd=tmp_path)
    listed = run(python.parent / "feedtools", "rules", cwd=tmp_path)
    assert [line.split()[0] for line in listed.splitlines()] == [rule.id for rule in builtin()]
    (tmp_path / "f.txt").write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n这一句没有毛病。\n", encoding="utf-8")
    run(python.parent / "feedtools", "check", "f.txt", cwd=tmp_path)


def test_the_wheel_holds_one_package(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as archive:
        names = archive.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"feedtools"}
    assert "feedtools/py.typed" in names
    assert {f"feedtools/rules/{rule.path.name}" for rule in builtin()} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]
