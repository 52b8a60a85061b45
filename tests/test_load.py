"""Many at once, and many in a row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import HEADER, Run, environment

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
    done = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert {code for _, _, code in done} == {1}
    assert {err for _, err, _ in done} == {b""}
    assert len({out for out, _, _ in done}) == 1
    assert done[0][0].count(b"\n") >= 10, "the ten that were published before are found"


MEMORY = """
import resource, sys
import feedtools
from feedtools.checks.base import Evidence
text = sys.argv[1]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from feedtools.lint import lint
from feedtools.match import match_pair
from feedtools.model import Article
from feedtools.rules import builtin
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
