"""A command that is forked from a waiting process is the one that a user starts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.commands import FORKS, environment, run, started

pytestmark = pytest.mark.skipif(not FORKS, reason="this system has no fork on request")
FOUND = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n这一篇里的公式丢了:假设数据 [Math] 服从正态分布。\n"
ASKS = "import os, sys; print(os.getcwd(), os.environ['HOME'], os.getppid(), {}, flush=True); "


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "feed"],
        ["check", "feed", "missing"],
        ["check", "-", "--output-format", "jsonl"],
        ["clean", "feed", "--diff"],
        ["rules", "FT101"],
        ["no-such-command"],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_it_says_and_gives_what_a_started_one_does(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "a.txt").write_text(FOUND, encoding="utf-8")
    env = environment(COLUMNS="70")
    assert run(arguments, tmp_path, env, FOUND.encode()) == started(arguments, tmp_path, env, input=FOUND.encode())


def test_folder_and_environment_are_its_own_and_its_parent_waits(tmp_path: Path) -> None:
    env = environment(HOME=str(tmp_path / "home"))
    first = run([], tmp_path, env, first=ASKS.format("hash('seed')")).stdout.splitlines()[0].split()
    second = run([], tmp_path, env, first=ASKS.format("hash('seed')")).stdout.splitlines()[0].split()
    assert first[:2] == second[:2] == [os.fsencode(tmp_path), os.fsencode(tmp_path / "home")]
    assert os.getpid() not in (int(first[2]), int(second[2])), "it was forked, not started"
    assert first[3] != second[3], "two that wait have two seeds"


def test_a_signal_is_its_exit_code_and_the_next_one_runs(tmp_path: Path) -> None:
    done = run(["rules"], tmp_path, environment(), first="import os; os.kill(os.getpid(), 9)")
    assert (done.returncode, done.stdout, done.stderr) == (-9, b"", b"")
    assert [run(["rules"], tmp_path, environment()).returncode for _ in range(2)] == [0, 0]


def test_what_python_heeds_at_its_start_is_started(tmp_path: Path) -> None:
    shown = "import sys; print(sys.flags.dont_write_bytecode, flush=True)"
    assert run([], tmp_path, environment(PYTHONDONTWRITEBYTECODE="1"), first=shown).stdout.startswith(b"1")
    assert run([], tmp_path, environment(), first=shown).stdout.startswith(b"0")


def test_its_output_goes_where_it_is_sent(tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb") as out:
        done = run(["rules", "FT101"], tmp_path, environment(), stdout=out.fileno())
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"FT101" in (tmp_path / "out").read_bytes()
