"""What a newcomer types: every shell command of the README and of the pages runs, and prints what the page says.

The commands of a page run one after the other, as they stand there, in a folder such as the page speaks of. What needs
a network, a service or a machine of its own is named in ``LEFT_OUT``, with the reason; nothing else is left out.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.places import ROOT, SAMPLE

LEFT_OUT = {
    r"pip install ": "needs a package index",
    r"python3 -m venv ": "needs a package index; tests/test_readme.py runs it",
    r"python -m pytest ": "is this suite",
    r"redis://": "needs a Redis server; tests/dedup/index/test_shared_command.py runs it",
    r"--engine spark": "needs Java; tests/scale/test_command.py runs it",
    r"spark-submit ": "needs a cluster",
}
CHECKOUT = {"docs/contributing.md", "docs/rule-packs.md"}
"""Pages that speak of a checkout of the project; all others speak of a feed."""
HEAD = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
ENDED = "\x1e"
TALKS = {"feedtools review out": "q\n"}
"""Commands that ask, and what is answered."""


class Block(NamedTuple):
    """A fenced block of commands, with what each of them prints where the page says so."""

    page: str
    line: int
    commands: list[tuple[str, str]]


def blocks() -> list[Block]:
    pages = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```(sh|console|bash|shell)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            place = page.relative_to(ROOT).as_posix(), text[: block.start()].count("\n") + 1
            found.append(Block(*place, list(commands(block[2], shown=block[1] == "console"))))
    return found


def commands(body: str, *, shown: bool) -> list[tuple[str, str]]:
    """Commands with their output; in a ``console`` block a command begins with ``$``, all else is what was printed."""
    body = body.replace("\\\n", " ")
    if not shown:
        return [(line, "") for line in body.splitlines() if line.strip() and line != "set -e"]
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
    return [(line, said) for line, _, said in (part.partition("\n") for part in parts)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone holds."""
    folder = tmp_path_factory.mktemp("clone")
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for name in filter(lambda name: (ROOT / name).is_file(), names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A feed under version control, with an archive, originals, and a few rendered articles."""
    spec = importlib.util.spec_from_file_location("make_sample", SAMPLE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    folder = tmp_path / "your-project"
    (folder / "archive").mkdir(parents=True)
    (folder / "feed").mkdir()
    every = make.lines()
    long = make.line("kalman:A")
    for name, lines in (
        ("archive/001.txt", every[:12]),
        ("feed/2026-04-11.txt", [*every[12:17], long]),
        ("feed/2026-05-02.txt", [every[52], every[53], every[55], f"{long[:191]}..."]),
    ):
        (folder / name).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    shutil.copytree(SAMPLE / "originals", folder / "originals")
    rendered = [
        make.line(f"{name}:B") for name in ("sarsa", "rope", "kv-cache", "gbdt", "distill", "heron-vl", "diffusion")
    ]
    (folder / "rendered.txt").write_text(HEAD + "\n".join(rendered) + "\n", encoding="utf-8")
    author = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "a feed"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "HEAD"], cwd=folder, check=True)
    return folder


def typed(block: Block, folder: Path, stubs: Path) -> list[tuple[str, int, str]]:
    """Type the commands into one shell: each with its exit code and what it printed."""
    stubs.mkdir()
    (stubs / "open").write_text('#!/bin/sh\ntest -s "$1"\n')  # stands for a browser: there is a page
    (stubs / "open").chmod(0o755)
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(stubs), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "HOME": str(stubs),
    }
    env.pop("CI", None)
    script, run = "", [command for command, _ in block.commands if not left_out(command)]
    for command in run:
        answer = next((text for start, text in TALKS.items() if command.startswith(start)), "")
        script += f"{{ {command}\n}} <<'ANSWER'\n{answer}ANSWER\nprintf '{ENDED}%s{ENDED}' $?\n"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", check=False,
    )  # fmt: skip
    parts = done.stdout.split(ENDED)
    assert len(parts) == 2 * len(run) + 1, done.stdout
    return [(command, int(parts[2 * at + 1]), parts[2 * at]) for at, command in enumerate(run)]


def left_out(command: str) -> bool:
    return any(re.search(pattern, command) for pattern in LEFT_OUT)


@pytest.mark.slow
@pytest.mark.parametrize("block", blocks(), ids=lambda block: f"{block.page}:{block.line}")
def test_every_command_of_a_page_runs(block: Block, project: Path, checkout: Path, tmp_path: Path) -> None:
    if block.page in CHECKOUT:
        folder = checkout
    else:
        folder = project.parent if any(command.startswith("cd ") for command, _ in block.commands) else project
        if block.page == "docs/history.md":
            (project / "feedtools.toml").write_text('history = ["feed/**/*.txt"]\n', encoding="utf-8")
        elif block.page == "docs/ci.md":  # as `feedtools init` leaves it
            (project / "feedtools.toml").write_text('[rules.FT401]\nlevel = "note"\n', encoding="utf-8")
    said = dict(block.commands)
    for command, code, printed in typed(block, folder, tmp_path / "stubs"):
        findings = command.startswith("feedtools check") or "&& feedtools check" in command
        assert code in ({0, 1} if findings else {0}), f"$ {command}\n{printed}"
        assert "Traceback" not in printed, f"$ {command}\n{printed}"
        for line in said[command].splitlines():
            assert line in printed, f"$ {command}\n{printed}"
    if block.page == "docs/ci.md":
        settled = subprocess.run(
            [sys.executable, "-m", "feedtools", "check", "feed/", "--exit-zero"],
            cwd=project, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert settled.returncode == 0, settled.stderr


def test_every_reason_to_leave_a_command_out_is_needed() -> None:
    every = [command for block in blocks() for command, _ in block.commands]
    assert len(every) > 25
    for pattern in LEFT_OUT:
        assert any(re.search(pattern, command) for command in every), pattern
