"""The hooks under the real pre-commit, in a real repository: all that is planted is found, however names are split."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.places import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not on the PATH"),
]

PROJECT = ROOT
SHIPPED = ("feedtools", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
FILES = 24
DEFECTS = {  # short, so that only equal articles are copies of each other
    "FT101": "例{n}假设 [Math] 服从正态分布。",
    "FT201": "例{n}记损失为 \\(L(w 即可。",
    "FT301": "例{n}是 modelfree 的。",
}
CLEAN = "第{n}次发送只有这一句。"
REPEATED = "第{n}句在两次发送里都有。"


def shell(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def commit(folder: Path) -> str:
    """Make the folder a repository with one commit, and give its name."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "--no-verify", "-m", "all")):
        done = shell("git", *command, cwd=folder)
        assert done.returncode == 0, done.stderr
    return shell("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One cache for all tests of this file, so that the hooks are installed once."""
    return {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")), "PRE_COMMIT_COLOR": "never"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The project as a repository of its own, as it stands now, and its revision."""
    folder = tmp_path_factory.mktemp("project")
    for name in SHIPPED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder, commit(folder)


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory, project: tuple[Path, str]) -> Path:
    """A repository with a feed of many small transmissions, each with a defect and with an article of another.

    The first half is committed, the second half, which repeats it, is about to be.
    """
    folder = tmp_path_factory.mktemp("feed")
    (folder / "feed").mkdir()
    _write(folder, range(FILES // 2))
    (folder / "feedtools.toml").write_text('paths = ["feed"]\n')
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project[0]}\n  rev: {project[1]}\n"
        "  hooks:\n  - id: feedtools-check\n  - id: feedtools-dedup\n"
    )
    commit(folder)
    _write(folder, range(FILES // 2, FILES))
    assert shell("git", "add", "-A", cwd=folder).returncode == 0
    return folder


def _write(folder: Path, numbers: Iterable[int]) -> None:
    for number in numbers:
        (folder / "feed" / f"{number:03}.txt").write_text(HEADER + "\n".join(articles(number)) + "\n", encoding="utf-8")


def articles(number: int) -> list[str]:
    """A clean article, one with a defect, and one that file ``number`` shares with file ``number + FILES / 2``."""
    defect = list(DEFECTS.values())[number % len(DEFECTS)]
    return [CLEAN.format(n=number), defect.format(n=number), REPEATED.format(n=number % (FILES // 2))]


DEFECT_PLACES = {(f"feed/{n:03}.txt", 5, list(DEFECTS)[n % len(DEFECTS)]) for n in range(FILES)}
REPEAT_PLACES = {(f"feed/{n:03}.txt", 6, "FT901") for n in range(FILES // 2, FILES)}


def found(output: str) -> set[tuple[str, int, str]]:
    """Path, line and code of every finding that a hook printed."""
    lines = re.findall(r"^(\S+?):(\d+):\d+: \w+ (FT\d{3}) ", output, re.MULTILINE)
    return {(path, int(line), code) for path, line, code in lines}


@pytest.mark.parametrize("processes", ["one", "many"])
def test_every_planted_defect_and_repeat_is_found(feed: Path, home: dict[str, str], processes: str) -> None:
    env = {**home, **({"PRE_COMMIT_NO_CONCURRENCY": "1"} if processes == "one" else {})}
    run = shell("pre-commit", "run", "--all-files", cwd=feed, env=env)
    assert run.returncode == 1, run.stdout + run.stderr
    assert found(run.stdout) == DEFECT_PLACES | REPEAT_PLACES
    assert run.stdout.count("exit code: 1") == 2, run.stdout


def test_a_commit_of_one_file_is_compared_with_the_whole_feed(feed: Path, home: dict[str, str]) -> None:
    run = shell("pre-commit", "run", "feedtools-dedup", "--files", "feed/000.txt", cwd=feed, env=home)
    assert found(run.stdout) == REPEAT_PLACES


def test_copies_that_were_committed_before_stop_nobody(
    tmp_path: Path, home: dict[str, str], project: tuple[Path, str]
) -> None:
    (tmp_path / "feed").mkdir()
    for number in (0, FILES // 2):
        _write(tmp_path, [number])
    (tmp_path / "feedtools.toml").write_text('paths = ["feed"]\n')
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project[0]}\n  rev: {project[1]}\n  hooks:\n  - id: feedtools-dedup\n"
    )
    commit(tmp_path)
    new = tmp_path / "feed" / "new.txt"
    for text, code in ((CLEAN.format(n=99), 0), (REPEATED.format(n=0), 1)):
        new.write_text(f"{HEADER}{text}\n", encoding="utf-8")
        shell("git", "add", "-A", cwd=tmp_path)
        run = shell("pre-commit", "run", cwd=tmp_path, env=home)
        assert (run.returncode, found(run.stdout)) == (code, {("feed/new.txt", 4, "FT901")} if code else set()), run


def test_the_fixing_hook_fails_once_and_changes_nothing_twice(
    tmp_path: Path, home: dict[str, str], project: tuple[Path, str]
) -> None:
    (tmp_path / "feed").mkdir()
    path = tmp_path / "feed" / "a.txt"
    path.write_bytes(f"{HEADER}第一句 ,第二句 。[Math] 在此。\n{CLEAN}\n".encode())
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project[0]}\n  rev: {project[1]}\n  hooks:\n  - id: feedtools-fix\n"
    )
    commit(tmp_path)
    first = shell("pre-commit", "run", "--all-files", cwd=tmp_path, env=home)
    assert (first.returncode, "files were modified by this hook" in first.stdout) == (1, True), first.stdout
    fixed = path.read_bytes()
    assert fixed == f"{HEADER}第一句,第二句。[Math] 在此。\n{CLEAN}\n".encode()
    commit(tmp_path)
    second = shell("pre-commit", "run", "--all-files", cwd=tmp_path, env=home)
    assert (second.returncode, path.read_bytes()) == (0, fixed), second.stdout


def test_a_file_that_is_no_feed_is_left_alone(feed: Path, home: dict[str, str]) -> None:
    run = shell("pre-commit", "run", "--files", "feedtools.toml", cwd=feed, env=home)
    assert (run.returncode, run.stdout.count("Skipped")) == (0, 2), run.stdout


def test_try_repo(feed: Path, home: dict[str, str], project: tuple[Path, str]) -> None:
    run = shell("pre-commit", "try-repo", str(project[0]), "feedtools-check", "--all-files", cwd=feed, env=home)
    assert run.returncode == 1, run.stdout + run.stderr
    assert found(run.stdout) == DEFECT_PLACES


@pytest.mark.parametrize("arguments", ["", "    args: [--select, FT]\n"], ids=["as published", "with args"])
def test_a_file_name_does_not_switch_a_hook_off(
    tmp_path: Path, home: dict[str, str], project: tuple[Path, str], arguments: str
) -> None:
    """Whoever may add a file chooses its name; with args of one's own the run is refused, and never passes."""
    for name in ("--write-baseline=x.txt", "--config=c.txt", "--output-format=text:leak.txt", "a.txt"):
        (tmp_path / name).write_text(f"{HEADER}{CLEAN.format(n=1)}\n", encoding="utf-8")
    (tmp_path / "--write-baseline=x.txt").write_text(f"{HEADER}{DEFECTS['FT101'].format(n=1)}\n", encoding="utf-8")
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project[0]}\n  rev: {project[1]}\n  hooks:\n  - id: feedtools-check\n{arguments}"
    )
    commit(tmp_path)
    run = shell("pre-commit", "run", "--all-files", cwd=tmp_path, env=home)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "is a file, and would be read as an option" in run.stdout if arguments else "FT101" in run.stdout
    assert not {"x.txt", "leak.txt"} & set(os.listdir(tmp_path))


@pytest.fixture
def path() -> dict[str, str]:
    """A PATH on which this feedtools is the one that is installed."""
    return {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def test_what_init_writes_works_at_the_first_commit(tmp_path: Path, home: dict[str, str], path: dict[str, str]) -> None:
    """Of Markdown, in a repository without a commit; nothing is fetched."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "README.md").write_text("# 说明\n\n这里用 [Math] 举例。\n", encoding="utf-8")
    (tmp_path / "posts" / "a.md").write_text(f"# 题\n\n{DEFECTS['FT101'].format(n=1)}\n", encoding="utf-8")
    shell("git", "init", "-q", cwd=tmp_path)
    for command in ((sys.executable, "-m", "feedtools", "init"), ("git", "add", "-A")):
        done = shell(*command, cwd=tmp_path, env=path)
        assert done.returncode == 0, done.stderr
    run = shell("pre-commit", "run", cwd=tmp_path, env={**home, **path})
    assert (run.returncode, found(run.stdout)) == (1, {("posts/a.md", 3, "FT101")}), run.stdout + run.stderr
    assert (run.stdout.count("Failed"), run.stdout.count("Passed")) == (1, 1)
    (tmp_path / "posts" / "a.md").write_text(f"# 题\n\n{CLEAN.format(n=1)}\n", encoding="utf-8")
    assert shell("git", "add", "-A", cwd=tmp_path).returncode == 0
    run = shell("pre-commit", "run", cwd=tmp_path, env={**home, **path})
    assert (run.returncode, run.stdout.count("Passed")) == (0, 2), run.stdout


def test_the_published_hooks_take_markdown(tmp_path: Path, home: dict[str, str], project: tuple[Path, str]) -> None:
    for name in ("a.md", "README.md", "b.rst"):
        (tmp_path / name).write_text(f"# 题\n\n{DEFECTS['FT101'].format(n=1)}\n", encoding="utf-8")
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {project[0]}\n  rev: {project[1]}\n  hooks:\n  - id: feedtools-check\n"
    )
    commit(tmp_path)
    run = shell("pre-commit", "run", "--all-files", cwd=tmp_path, env=home)
    assert (run.returncode, found(run.stdout)) == (1, {("a.md", 3, "FT101")}), run.stdout + run.stderr
