"""What is found anew in an article after an edit: in the syntax that ``clean`` read it in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedtools.clean.review.finding import finder
from feedtools.clean.review.queue import queue
from feedtools.config import Config
from feedtools.readers import ReadOptions
from tests.clean.outputs import feedtools, write

PAGE = '# {0}\n\n那里丢了[公式]，{0}边的人都还记得它怎么写。\n\n    print("[Math]")\n\n天黑以后{0}边没有灯。\n'


@pytest.fixture
def out(tmp_path: Path) -> Path:
    records = (
        {"id": "1", "text": PAGE.format("湖"), "syntax": "markdown"},
        {"id": "2", "text": PAGE.format("海")},
        {"id": "3", "text": PAGE.format("溪"), "syntax": "never heard of"},
    )
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    write(tmp_path, feed__a_md=PAGE.format("河"), feed__b_jsonl=lines)
    assert feedtools(tmp_path, "clean", "feed", "-o", "out").returncode == 0
    return tmp_path / "out"


def test_an_edit_is_judged_in_the_syntax_of_its_record(out: Path) -> None:
    items = {(item.place.path, item.place.line): item for item in queue(out, ReadOptions(math="bracket"))}
    assert {place: item.syntax for place, item in items.items()} == {
        ("a.md", 1): "markdown/bracket",  # nothing is left of the page, which is held
        ("b.jsonl", 1): "markdown",
        ("b.jsonl", 2): "",
        ("b.jsonl", 3): "",
    }
    find = finder(out, Config(root=out.parent))
    assert {
        place: [spot.rule for spot in find(item._replace(text=item.text.replace("[公式]", "勾股定理")))]
        for place, item in items.items()
    } == {
        ("a.md", 1): [],  # code in a Markdown page
        ("b.jsonl", 1): [],
        ("b.jsonl", 2): ["FT101"],
        ("b.jsonl", 3): ["FT101"],
    }


def test_a_held_page_can_be_reviewed_and_published(out: Path) -> None:
    done = feedtools(out.parent, "review", "out", input="aaaa\n")
    assert (done.returncode, "4 decisions written, 0 of 4 left" in done.stderr) == (0, True), done.stderr
    assert feedtools(out.parent, "publish", "out", "--fail-on", "held").returncode == 0
    assert (out / "a.md").read_text("utf-8") == PAGE.format("河")
