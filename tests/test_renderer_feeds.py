"""Feeds of other renderers, end to end: a table in the configuration, and every command follows it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from feedtools.text.renderers import Renderer, shipped
from tests.cli.test_cli import JSONL, Run
from tests.places import SAMPLE
from tests.sample.render import cut, render

NAMES = ("wechat", "newsletter")


@pytest.fixture(params=NAMES)
def feed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Two files of one renderer: every article, and in the second file again, cut much earlier."""
    one = shipped()[request.param]
    texts = [path.read_text(encoding="utf-8") for path in sorted((SAMPLE / "originals").glob("*.md"))]
    whole = [cut(render(text, one), one) for text in texts]
    short = [cut(render(text, one), one, 200) for text in texts]
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "1.txt").write_text("\n".join(whole) + "\n", encoding="utf-8")
    (tmp_path / "feed" / "2.txt").write_text("\n".join(short) + "\n", encoding="utf-8")
    (tmp_path / "feedtools.toml").write_text(f"[renderers.{request.param}]\n", encoding="utf-8")
    return tmp_path


def renderer(feed: Path) -> Renderer:
    [name] = tomllib.loads((feed / "feedtools.toml").read_text(encoding="utf-8"))["renderers"]
    return shipped()[name]


def test_its_placeholders_are_found_and_its_missing_header_is_none(feed: Path) -> None:
    run = Run(feed, "check", "feed/1.txt", *JSONL, "--select", "FT1,FT6")
    found = [json.loads(line) for line in run.out.splitlines()]
    codes = {row["rule"] for row in found}
    assert "FT101" in codes
    assert not codes & {"FT601", "FT602"}
    one = renderer(feed)
    assert {row["text"] for row in found} <= set(one.placeholders)
    lines = (feed / "feed" / "1.txt").read_text(encoding="utf-8")
    assert len(found) == sum(map(lines.count, one.placeholders))


def test_without_the_table_the_same_feed_is_not_understood(feed: Path) -> None:
    (feed / "feedtools.toml").write_text("", encoding="utf-8")
    assert "FT101" not in "".join(Run(feed, "check", "feed/1.txt", *JSONL, "--select", "FT101").codes())


def test_its_cut_is_reported_where_it_is_one(feed: Path) -> None:
    rows = map(json.loads, Run(feed, "check", "feed/1.txt", *JSONL, "--select", "FT401").out.splitlines())
    ends = {row["text"] for row in rows}
    one = renderer(feed)
    longer = any(
        line.endswith(one.ellipsis) for line in (feed / "feed" / "1.txt").read_text(encoding="utf-8").split("\n")
    )
    assert ends == ({one.ellipsis} if longer else set())


def test_earlier_cuts_are_copies(feed: Path) -> None:
    run = Run(feed, "dedup", "feed")
    rows = [json.loads(line) for line in run.out.splitlines()]
    dropped = [row for row in rows if row["action"] == "drop"]
    count = len((feed / "feed" / "2.txt").read_text(encoding="utf-8").splitlines())
    assert len(dropped) == count
    assert {row["path"] for row in dropped} == {"feed/2.txt"}


def test_an_index_of_another_table_is_refused_with_a_way_on(feed: Path) -> None:
    assert Run(feed, "index", "add", "feed/1.txt", "--index", "i.sqlite").code == 0
    assert Run(feed, "check", "feed/2.txt", "--against", "i.sqlite", "--select", "FT9").code == 1
    (feed / "feedtools.toml").write_text("", encoding="utf-8")
    run = Run(feed, "check", "feed/2.txt", "--against", "i.sqlite", "--select", "FT9")
    assert run.code == 2
    assert "i.sqlite" in run.err
    assert "Traceback" not in run.err


def test_its_originals_give_back_what_it_lost(feed: Path) -> None:
    originals = SAMPLE / "originals"
    assert Run(feed, "clean", "feed/1.txt", "-o", "out", "--sources", str(originals)).code == 0
    rows = [json.loads(line) for line in (feed / "out" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    made = [repair for row in rows for repair in row.get("repairs", ()) if repair["kind"] == "placeholder"]
    known = "".join("".join(path.read_text(encoding="utf-8").split()) for path in originals.glob("*.md"))
    sure = ["".join(repair["edit"]["text"].split()) for repair in made if repair["safety"] == "safe"]
    assert all((text[2:-2] if text[:2] in {"\\(", "\\["} else text) in known for text in sure)
    text = (feed / "feed" / "1.txt").read_text(encoding="utf-8")
    formulas = {word for word, kind in renderer(feed).placeholders.items() if kind in {"math", "display"}}
    assert len(sure) >= 0.8 * sum(map(text.count, formulas))
