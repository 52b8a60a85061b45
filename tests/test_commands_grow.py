"""Whole commands take time in proportion to their input, what they print and write included.

The processor time of a command over an input four times as long is at most so many times as long, start-up left out.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.places import ROOT

HEAD = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
WORDS = tuple("山脚站停车钟热汤月台信号玻璃梯子夜里风大记录本子行人茶水石阶屋檐灯火")
RATIO = 10.0
"""Times as long for four times as much: what grows with the square takes sixteen times as long. Asking an index takes a
step on the way, where a text begins to share its keys with hundreds."""
LEAST = 0.2
"""Seconds of processor time below which noise decides."""


def article(number: int, length: int = 60) -> str:
    dice = random.Random(number)
    words = "".join(dice.choice(WORDS) for _ in range(length))
    return f"第{number}篇{words} ,损失函数为 [公式] 的 modelfree 算法,见 \\(x_{number}\\) 。"


def many_articles(folder: Path, size: int) -> None:
    (folder / "a.txt").write_text(HEAD + "".join(f"{article(n)}\n" for n in range(3000 * size)), "utf-8")


def many_files(folder: Path, size: int) -> None:
    for number in range(2000 * size):
        (folder / f"{number}.txt").write_text(HEAD + article(number) + "\n", "utf-8")


def one_long_article(folder: Path, size: int) -> None:
    (folder / "a.txt").write_text(HEAD + "".join(article(n, 20) for n in range(2500 * size)) + "\n", "utf-8")


def one_article_many_times(folder: Path, size: int) -> None:
    text = article(1)
    (folder / "a.txt").write_text(
        HEAD + "".join(f"{text}\n{text[: -n % 40 or None]}...\n" for n in range(2500 * size)), "utf-8"
    )


def records(folder: Path, size: int) -> None:
    rows = (json.dumps({"id": n % 97, "text": article(n)}, ensure_ascii=False) for n in range(3000 * size))
    (folder / "a.jsonl").write_text("".join(f"{row}\n" for row in rows), "utf-8")


def a_page(folder: Path, size: int) -> None:
    parts = "".join(f"<p>{article(n, 20)} <math><mi>x</mi></math> &amp; <b>b</b></p>" for n in range(2000 * size))
    (folder / "a.html").write_text(f"<!doctype html><html><body><article>{parts}</article></body></html>", "utf-8")


def markdown(folder: Path, size: int) -> None:
    parts = (f"## {n}\n\n- **{article(n, 20)}**\n- $x_{n}$ [a](b) `c`\n\n" for n in range(1500 * size))
    (folder / "a.md").write_text("".join(parts), "utf-8")


def tight_list(folder: Path, size: int) -> None:
    """A paragraph as long as the file."""
    (folder / "a.md").write_text("".join(f"- **{article(n, 20)}**\n" for n in range(200 * size)), "utf-8")


def dollars(folder: Path, size: int) -> None:
    (folder / "a.md").write_text("$x$ " * 20_000 * size + "\n", "utf-8")


INPUTS: tuple[Callable[[Path, int], None], ...] = (
    many_articles, many_files, one_long_article, one_article_many_times, records, a_page, markdown, tight_list, dollars,
)  # fmt: skip
FORMATS = ("text", "jsonl", "sarif", "html")
COMMANDS: dict[str, tuple[str, ...]] = {
    **{f"check {form}": ("check", "feed", "--no-cache", "--output-format", f"{form}:found") for form in FORMATS},
    "check diff": ("check", "feed", "--diff", "--unsafe-fixes", "--no-cache"),
    "dedup": ("dedup", "feed"),
    "dedup pairs": ("dedup", "feed", "--pairs"),
    "clean": ("clean", "feed", "-o", "out"),
    "undo": ("clean", "--undo", "out", "-o", "back"),
    "index add": ("index", "add", "feed", "--index", "i.sqlite"),
    "index verify": ("index", "verify", "--index", "i.sqlite"),
    "against": ("check", "feed", "--against", "i.sqlite", "--no-cache", "--select=FT9", "--output-format=jsonl:f"),
}  # fmt: skip


def took(folder: Path, *arguments: str) -> float:
    """Seconds of processor time of a command and its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-m", "feedtools", *arguments, "-q"], cwd=folder, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")},
    )  # fmt: skip
    assert run.returncode in {0, 1}, run.stderr[-300:]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("make", INPUTS, ids=lambda make: make.__name__)
def test_commands_take_time_in_proportion_to_their_input(tmp_path: Path, make: Callable[[Path, int], None]) -> None:
    grown = too_long(tmp_path / "first", make)
    if grown:  # a machine that was busy with something else is not so twice at the same place
        again = too_long(tmp_path / "again", make)
        grown = {name: ratio for name, ratio in grown.items() if name in again}
    assert not grown


def too_long(place: Path, make: Callable[[Path, int], None]) -> dict[str, float]:
    """Commands that take more than so many times as long for four times as much, and how many times."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for size in (0, 1, 4):
        folder = place / str(size)
        (folder / "feed").mkdir(parents=True)
        (folder / "feed" / "zero.txt").write_text(HEAD + "这一篇什么毛病都没有,只是放在这里。\n", "utf-8")
        if size:
            make(folder / "feed", size)
        for name, arguments in COMMANDS.items():
            times[name].append(took(folder, *arguments))
    grown = {}
    for name, (start, quarter, whole) in times.items():
        ratio = (whole - start) / max(quarter - start, LEAST)
        print(f"{make.__name__:24}{name:14}", *(f"{value:6.2f}" for value in times[name]), f"{ratio:5.2f}")
        if ratio > RATIO:
            grown[name] = ratio
    return grown
