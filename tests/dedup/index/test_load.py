"""Many at once, and many in a row."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedtools.cli import cli
from tests.cli.test_cli import HEADER, Run
from tests.commands import environment

SENTENCE = "第{0}条消息说的是{0}号设备在{0}点检修时发现的问题和处理的经过,值班的人记得很清楚。"
READERS = 16


@pytest.mark.slow
def test_sixteen_checks_over_one_index_all_answer_alike(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text(HEADER + "".join(SENTENCE.format(n) + "\n" for n in range(300)), "utf-8")
    (tmp_path / "new.txt").write_text(HEADER + "".join(SENTENCE.format(n) + "\n" for n in range(290, 320)), "utf-8")
    Run(tmp_path, "index", "add", "old.txt", "--index", "i.sqlite")
    command = [sys.executable, "-m", "feedtools", "check", "new.txt", "--against", "i.sqlite", "-q", "--select", "FT9"]
    running = [
        subprocess.Popen([*command, "--output-format", "jsonl"], cwd=tmp_path, env=environment(), stdout=-1, stderr=-1)
        for _ in range(READERS)
    ]
    done = [(*process.communicate(timeout=600), process.returncode) for process in running]
    assert {code for _, _, code in done} == {1}
    assert {err for _, err, _ in done} == {b""}
    assert len({out for out, _, _ in done}) == 1
    assert done[0][0].count(b"\n") >= 10, "the ten that were published before are found"


SUBJECTS = [
    "水泵",
    "电机",
    "阀门",
    "变压器",
    "皮带",
    "轴承",
    "冷却塔",
    "仪表",
    "管道",
    "锅炉",
    "风机",
    "吊车",
    "滤网",
    "油箱",
    "配电柜",
    "传感器",
]
WORKS = [
    "检修",
    "更换",
    "巡查",
    "清洗",
    "调试",
    "停用",
    "记录",
    "校准",
    "拆卸",
    "安装",
    "验收",
    "移交",
    "维护",
    "测量",
    "加油",
    "封存",
]


def article(number: int) -> str:
    """A text that has next to nothing in common with that of another number."""
    dice = random.Random(number)
    words = (f"{dice.choice(SUBJECTS)}{dice.randrange(10**6)}{dice.choice(WORKS)}" for _ in range(12))
    return f"{number}号{','.join(words)}。"


def transmission(number: int) -> str:
    """Twelve articles: eight new ones, two that were published before, and two cut copies of such."""
    new = [article(10**6 + 12 * number + at) for at in range(8)]
    old = [article((7 * number + at) % PUBLISHED) for at in range(4)]
    return HEADER + "\n".join([*new, *old[:2], *(text[: len(text) * 2 // 3] + "..." for text in old[2:])]) + "\n"


PUBLISHED = 3000
TRANSMISSIONS = int(os.environ.get("FEEDTOOLS_TRANSMISSIONS", "48"))
"""Transmissions that are replayed at once; eight hours of one every thirty seconds are 960."""


@pytest.mark.slow
def test_hours_of_transmissions_at_once_get_the_answers_of_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen checks at any time, over an index to which others are published meanwhile."""
    (tmp_path / "old.txt").write_text(HEADER + "".join(article(n) + "\n" for n in range(PUBLISHED)), "utf-8")
    Run(tmp_path, "index", "add", "old.txt", "--index", "i.sqlite")
    names = [f"{number}.txt" for number in range(TRANSMISSIONS)]
    for number, name in enumerate(names):
        (tmp_path / name).write_text(transmission(number), "utf-8")
    arguments = ("--against", "i.sqlite", "-q", "--select", "FT9", "--output-format", "jsonl")
    monkeypatch.chdir(tmp_path)
    alone = [CliRunner().invoke(cli, ["check", name, *arguments]) for name in names]
    assert {answer.exit_code for answer in alone} == {1}
    assert all(answer.stdout.count("\n") == 4 for answer in alone)
    done = threading.Event()
    with ThreadPoolExecutor(READERS + 1) as pool:
        publishing = pool.submit(_publish, tmp_path, done)
        together = list(pool.map(lambda name: Run(tmp_path, "check", name, *arguments), names))
        done.set()
        published = publishing.result()
    assert [(run.code, run.out, run.err) for run in together] == [(1, one.stdout, "") for one in alone]
    assert published > 0
    assert Run(tmp_path, "index", "verify", "--index", "i.sqlite").code == 0


def _publish(folder: Path, done: threading.Event) -> int:
    """Add one transmission after another to the index until told to stop; how many."""
    number = 0
    while not done.is_set():
        texts = (article(10**8 + 12 * number + at) for at in range(12))
        (folder / f"n{number}.txt").write_text(HEADER + "\n".join(texts) + "\n", "utf-8")
        run = Run(folder, "index", "add", f"n{number}.txt", "--index", "i.sqlite")
        assert run.code == 0, run.err
        number += 1
    return number


KNOWN = 6
"""Files that are published again and again while others ask about their articles."""
QUESTIONS = 48


def _known(folder: Path) -> list[str]:
    """A feed of some files, and for each a transmission that repeats half of it, word by word or cut."""
    (folder / "feed").mkdir()
    for number in range(KNOWN):
        texts = [article(20 * number + at) for at in range(20)]
        (folder / "feed" / f"{number}.txt").write_text(HEADER + "\n".join(texts) + "\n", "utf-8")
        copies = [*texts[:5], *(text[: len(text) * 2 // 3] + "..." for text in texts[5:10])]
        (folder / f"new{number}.txt").write_text(HEADER + "\n".join(copies) + "\n", "utf-8")
    return [f"new{number}.txt" for number in range(KNOWN)]


def _asked(folder: Path, names: list[str], against: str, publishing: list[list[str]]) -> None:
    """Ask six at a time while commands are repeated; all answers are those that stand still."""
    arguments = ("--against", against, "-q", "--select", "FT9", "--output-format", "jsonl")
    alone = {name: Run(folder, "check", name, *arguments).out for name in names}
    assert all(out.count("\n") == 10 for out in alone.values())
    done = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(_repeat, folder, command, done) for command in publishing]
        asked = [names[number % len(names)] for number in range(QUESTIONS)]
        answers = list(pool.map(lambda name: Run(folder, "check", name, *arguments), asked))
        done.set()
        assert all(writer.result() > 0 for writer in writers)
    assert [(run.code, run.out, run.err) for run in answers] == [(1, alone[name], "") for name in asked]


def _repeat(folder: Path, command: list[str], done: threading.Event) -> int:
    count = 0
    while not done.is_set():
        run = Run(folder, *command)
        assert run.code == 0, run.err
        count += 1
    return count


@pytest.mark.slow
@pytest.mark.parametrize("store", ["file", "redis"])
def test_an_index_that_takes_in_known_files_all_the_time_gives_the_answers_of_a_quiet_one(
    tmp_path: Path, store: str, request: pytest.FixtureRequest
) -> None:
    names = _known(tmp_path)
    where = "i.sqlite" if store == "file" else request.getfixturevalue("server")
    again = ["index", "add", "feed", "--index", where]
    assert Run(tmp_path, *again).code == 0
    compacting = [["index", "compact", "--index", where]] if store == "file" else []
    _asked(tmp_path, names, where, [again, *compacting])


@pytest.mark.slow
def test_a_history_whose_files_are_rewritten_all_the_time_gives_the_answers_of_a_quiet_one(tmp_path: Path) -> None:
    """Every check brings the index of the followed files up to date, and others ask it meanwhile."""
    names = _known(tmp_path)
    (tmp_path / "feedtools.toml").touch()
    done = threading.Event()

    def rewrite() -> None:
        while not done.is_set():
            for path in (tmp_path / "feed").iterdir():
                copy = path.with_suffix(".new")
                copy.write_bytes(path.read_bytes())
                os.replace(copy, path)
            done.wait(0.05)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        _asked(tmp_path, names, "feed", [])
    finally:
        done.set()
        writer.join()


@pytest.mark.slow
def test_checks_that_build_a_missing_history_together_all_find_everything(tmp_path: Path) -> None:
    names = _known(tmp_path)
    (tmp_path / "feedtools.toml").touch()
    arguments = ("--against", "feed", "-q", "--select", "FT9", "--output-format", "jsonl")
    for _ in range(4):
        for leftover in tmp_path.glob(".feedtools_cache/history*"):
            leftover.unlink()
        with ThreadPoolExecutor(READERS) as pool:
            answers = list(pool.map(lambda name: Run(tmp_path, "check", name, *arguments), names * 2))
        assert [(run.code, run.out.count("\n"), run.err) for run in answers] == [(1, 10, "")] * len(answers)


MEMORY = """
import resource, sys
import feedtools
from feedtools.lint.checks.base import Evidence
text = sys.argv[1]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from feedtools.lint.engine import lint
from feedtools.dedup.evidence import match_pair
from feedtools.model import Article
from feedtools.lint.rules import builtin
rules = builtin(examples=False)
def once(number):
    words = text.format(number)
    lint([Article("a.txt", 1, words)], rules, Evidence())
    match_pair(words, words[: len(words) // 2] + "...")
for number in range(1000):
    once(number)
early = peak()
for number in range(1000, 10_000):
    once(number)
print(peak() / early)
"""


@pytest.mark.slow
def test_memory_stays_flat_over_ten_thousand_runs(tmp_path: Path) -> None:
    text = SENTENCE * 8 + r" \(x_{{{0}}}\) [Math] modelfree {0}"
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, text],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 1.1
