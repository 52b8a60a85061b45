"""What a second run into the same folder may replace, and what it must not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clean.outputs import DAMAGED, OTHER, WHOLE, actions, decisions, feedtools, replace, transmission, write


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    write(tmp_path, feed__a_txt=transmission(WHOLE, DAMAGED), feed__b_txt=transmission(OTHER))
    assert feedtools(tmp_path, "clean", "feed", "-o", "out").returncode == 0
    return tmp_path


def test_an_output_that_nobody_touched_is_replaced(feed: Path) -> None:
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 0


@pytest.mark.parametrize("name", ["a.txt", "report.html", "notes.md", "deep/er/notes.md"])
def test_what_was_edited_or_added_stops_the_run_and_is_named(feed: Path, name: str) -> None:
    path = feed / "out" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab") as stream:
        stream.write(b"mine\n")
    before = path.read_bytes()
    done = feedtools(feed, "clean", "feed", "-o", "out")
    assert done.returncode == 2
    assert f"out/{name}: " in done.stderr
    assert path.read_bytes() == before
    assert sorted(one.name for one in feed.iterdir()) == ["feed", "out"]
    assert feedtools(feed, "clean", "feed", "-o", "out", "--force").returncode == 0
    assert not path.exists() or path.read_bytes() != before


def test_what_a_file_manager_leaves_stops_nothing(feed: Path) -> None:
    (feed / "out" / ".DS_Store").write_bytes(b"\0")
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 0


def test_a_link_in_the_place_of_a_file_is_not_taken_for_it(feed: Path) -> None:
    kept = feed / "mine.txt"
    (feed / "out" / "b.txt").rename(kept)
    (feed / "out" / "b.txt").symlink_to(kept)
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 2


def test_an_output_without_digests_is_not_replaced_unasked(feed: Path) -> None:
    path = feed / "out" / "manifest.jsonl"
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    head = json.loads(first)
    del head["digests"]
    path.write_text(f"{json.dumps(head)}\n{rest}", encoding="utf-8")
    done = feedtools(feed, "clean", "feed", "-o", "out")
    assert done.returncode == 2
    assert "--force" in done.stderr


def test_a_corrected_record_becomes_a_decision_and_is_published_at_its_place(feed: Path) -> None:
    replace(feed / "out/held/a.txt.jsonl", "[Math] 就断了,后面", "积分就断了,后面")
    done = feedtools(feed, "clean", "feed", "-o", "out")
    assert done.returncode == 0
    assert "1 edit" in done.stderr
    mended = DAMAGED.replace("[Math] ", "积分")
    assert (feed / "out/a.txt").read_text(encoding="utf-8") == transmission(WHOLE, mended)
    [one] = decisions(feed)
    assert (one["decision"], one["text"], one["to"], one["path"], one["line"]) == ("edit", DAMAGED, mended, "a.txt", 5)
    assert feedtools(feed, "clean", "--undo", "out", "-o", "back").returncode == 0
    assert (feed / "back/a.txt").read_bytes() == (feed / "feed/a.txt").read_bytes()
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 0
    assert len(decisions(feed)) == 1


def test_held_records_that_are_cleaned_by_themselves_are_decisions_too(feed: Path) -> None:
    replace(feed / "out/held/a.txt.jsonl", "[Math] 就断了,后面", "积分就断了,后面")
    done = feedtools(feed, "clean", "out/held", "-o", "mended")
    assert "1 edit taken up as 1 decision" in done.stderr
    assert actions(feed / "mended") == ["keep"]
    assert feedtools(feed, "clean", "feed", "-o", "again").returncode == 0
    assert "hold" not in actions(feed / "again")
    assert len(decisions(feed)) == 1


def test_a_folder_that_is_only_called_held_says_nothing(feed: Path) -> None:
    write(feed, held__a_jsonl=json.dumps({"path": "a.txt", "line": 5, "text": WHOLE}, ensure_ascii=False) + "\n")
    assert "taken up" not in feedtools(feed, "clean", "held", "-o", "other").stderr
    assert not (feed / "feedtools-decisions.jsonl").exists()


def test_a_record_that_is_still_damaged_keeps_its_edit_and_stays_held(feed: Path) -> None:
    replace(feed / "out/held/a.txt.jsonl", "后面的话谁也接不上来", "后面的话要等原稿")
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 0
    assert actions(feed / "out") == ["keep", "hold", "keep"]
    assert "后面的话要等原稿" in (feed / "out/held/a.txt.jsonl").read_text(encoding="utf-8")


def test_an_edit_that_is_no_record_any_more_is_named_by_its_line_and_left(feed: Path) -> None:
    path = feed / "out/held/a.txt.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"text"', '"text'), encoding="utf-8")
    before = path.read_bytes()
    done = feedtools(feed, "clean", "feed", "-o", "out")
    assert done.returncode == 2
    assert "out/held/a.txt.jsonl:1: " in done.stderr
    assert path.read_bytes() == before


def test_check_and_clean_read_one_record_alike(tmp_path: Path) -> None:
    empty = "[]," * 110_000
    write(tmp_path, a_jsonl=f'{{"id": "1", "text": "{WHOLE}", "x": [{empty}[]]}}\n{{"id": "2", "text": "{OTHER}"}}\n')
    checked = feedtools(tmp_path, "check", "a.jsonl", "--no-cache")
    cleaned = feedtools(tmp_path, "clean", "a.jsonl", "-o", "out")
    assert (checked.returncode, cleaned.returncode) == (2, 2)
    assert "a.jsonl:1: not a JSON record: more than" in checked.stderr
    assert "a.jsonl:1: not a JSON record: more than" in cleaned.stderr
    assert actions(tmp_path / "out") == ["keep"]
