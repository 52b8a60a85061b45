"""The sample feed is what its script writes, and holds what the documentation says it holds."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from types import ModuleType

import pytest

from feedtools.readers.transmission import parse
from tests.cli.test_cli import Run
from tests.places import ROOT, SAMPLE

FEED = sorted((SAMPLE / "feed").glob("*.txt"))


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", SAMPLE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_feed_is_what_the_script_writes(make: ModuleType) -> None:
    texts = [article.text for path in FEED for article in parse(path.read_bytes(), str(path)).articles]
    assert texts == make.lines(), "run python tests/sample/make.py"


def test_five_transmissions_of_twelve_articles_hold_six_groups_of_identical_lines() -> None:
    feeds = [[article.text for article in parse(path.read_bytes(), str(path)).articles] for path in FEED]
    assert [len(feed) for feed in feeds] == [12] * 5
    counts = Counter(text for feed in feeds for text in feed)
    assert sum(count > 1 for count in counts.values()) == 6
    assert all(len(set(feed)) == len(feed) for feed in feeds), "repeats stand in different transmissions"


def test_the_baseline_of_the_hook_knows_every_repeat_and_no_other() -> None:
    known = json.loads((SAMPLE / "planted.json").read_text(encoding="utf-8"))["findings"]
    arguments = (
        "check",
        "--select",
        "FT901",
        "--baseline",
        "tests/sample/planted.json",
        "--quiet",
        "tests/sample/feed",
    )
    run = Run(ROOT, *arguments)
    assert (run.code, run.out) == (0, ""), "write it anew: feedtools check --select FT901 --write-baseline ..."
    assert len(known) == 6


@pytest.mark.parametrize(
    ("mode", "kept", "lost"),
    [
        ("A", ["model-free", r" \(v_k\) ", r"\[x\]"], ["**", "print", "![", "# "]),
        ("B", ["modelfree", " v_k ", "[公式]", "[Math]", "[代码]"], ["-", "*", "`", "#", ">", "\\", "print"]),
    ],
)
def test_what_each_rendering_keeps_and_loses(make: ModuleType, mode: str, kept: list[str], lost: list[str]) -> None:
    text = (
        "# 题\n\n**model-free** 的 $v_k$,$\\alpha$\n\n$$x$$\n\n```python\nprint(1)\n```\n\n![图](a.png)\n\n> 引 `a`\n"
    )
    rendered = make.render(text, make.RENDERERS[mode])
    assert [part for part in kept if part not in rendered] == []
    assert [part for part in lost if part in rendered] == []
    assert "\n" not in rendered
