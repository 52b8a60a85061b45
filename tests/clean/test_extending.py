"""``[clean] extend``: articles are completed from others that overlap with them, nothing is lost, all can be undone."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.clean import manifest
from feedtools.clean.extending import completed
from feedtools.clean.run import clean
from feedtools.clean.undo import undo
from feedtools.config import Config, Policy
from feedtools.dedup.rest import longest_rest

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
CONFIG = Config(cache=False, clean=Policy(extend=True))


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


HEAD, SHARED, TAIL, OTHER = _text(1, 120), _text(2, 130), _text(3, 110), _text(4, 140)


def run(folder: Path, *texts: str, config: Config = CONFIG) -> list[dict[str, Any]]:
    """Clean a transmission of these articles; the lines of the articles in the manifest."""
    (folder / "in").mkdir()
    (folder / "in" / "a.txt").write_text(HEADER + "".join(f"{text}\n" for text in texts), encoding="utf-8")
    clean([str(folder / "in")], folder / "out", config)
    return [row for row in manifest.read(folder / "out" / "manifest.jsonl") if "action" in row]


def published(folder: Path) -> list[str]:
    return (folder / "out" / "a.txt").read_text(encoding="utf-8").splitlines()[3:]


def test_the_end_of_one_that_begins_another_is_completed_and_the_other_goes(tmp_path: Path) -> None:
    rows = run(tmp_path, HEAD + SHARED, SHARED + TAIL, OTHER)
    assert published(tmp_path) == [HEAD + SHARED + TAIL, OTHER]
    assert [row["action"] for row in rows] == ["restore", "drop", "keep"]
    assert rows[0]["reasons"] == ["restored extension from a.txt:5"]
    (repair,) = rows[0]["repairs"]
    assert (repair["kind"], repair["source"]) == ("extension", {"path": "a.txt", "line": 5})
    assert repair["edit"]["text"] == TAIL
    assert rows[1]["of"] == {"path": "a.txt", "line": 4}
    count, errors = undo(tmp_path / "out", tmp_path / "back")
    assert (count, errors) == (1, [])
    assert (tmp_path / "back" / "a.txt").read_bytes() == (tmp_path / "in" / "a.txt").read_bytes()


def test_a_section_that_one_lacks_is_put_in(tmp_path: Path) -> None:
    run(tmp_path, HEAD + SHARED + TAIL, HEAD + OTHER + SHARED)
    assert published(tmp_path) == [HEAD + OTHER + SHARED + TAIL]


def test_a_chain_of_windows_becomes_one_article(tmp_path: Path) -> None:
    whole = _text(9, 600)
    rows = run(tmp_path, *(whole[start : start + 240] for start in (240, 0, 120, 360)))
    assert published(tmp_path) == [whole]
    assert sorted(row["action"] for row in rows) == ["drop", "drop", "drop", "restore"]
    assert clean([str(tmp_path / "out")], tmp_path / "again", CONFIG).counts.kept == 1
    assert (tmp_path / "again" / "a.txt").read_text(encoding="utf-8") == f"{HEADER}{whole}\n"


def test_by_default_both_stay(tmp_path: Path) -> None:
    rows = run(tmp_path, HEAD + SHARED, SHARED + TAIL, config=CONFIG._replace(clean=Policy()))
    assert [row["action"] for row in rows] == ["keep", "keep"]


@pytest.mark.parametrize("third", [SHARED + OTHER, OTHER + SHARED])
def test_what_a_third_article_has_as_well_joins_only_what_follows_from_all(tmp_path: Path, third: str) -> None:
    """Two go on from one passage, each otherwise: of the two one may be wrong, and nothing is lost."""
    run(tmp_path, HEAD + SHARED, SHARED + TAIL, third)
    left = published(tmp_path)
    for text in (HEAD + SHARED, SHARED + TAIL, third):
        assert min(longest_rest(text, one) for one in left) == 0


def test_a_passage_that_others_have_joins_nothing(tmp_path: Path) -> None:
    footers = [_text(20 + number, 400) + SHARED for number in range(4)]
    rows = run(tmp_path, HEAD + SHARED, SHARED + TAIL, *footers)
    assert [row["action"] for row in rows] == ["keep"] * 6


def test_what_would_be_held_is_left_as_it_is(tmp_path: Path) -> None:
    broken = SHARED + r"\(\frac{a}{b" + TAIL
    rows = run(tmp_path, HEAD + SHARED, broken)
    assert [row["action"] for row in rows] == ["keep", "hold"]
    assert "repairs" not in rows[0]


def test_versions_of_one_record_are_not_joined(tmp_path: Path) -> None:
    for own, kept in (("w8", 1), ("w7", 2)):
        rows = [{"id": "w7", "text": HEAD + SHARED}, {"id": own, "text": SHARED + TAIL}]
        path = tmp_path / f"{own}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        assert clean([str(path)], tmp_path / own, CONFIG).counts.kept == kept


def test_an_article_is_restored_and_then_completed(tmp_path: Path) -> None:
    formula = r"\[\frac{a}{b}\]"
    rows = run(tmp_path, HEAD + "[公式]" + SHARED, HEAD + formula + SHARED[:90], SHARED + TAIL)
    (text,) = published(tmp_path)
    assert text == HEAD + formula + SHARED + TAIL
    assert {repair["kind"] for repair in rows[0]["repairs"]} >= {"placeholder", "extension"}
    undo(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back" / "a.txt").read_bytes() == (tmp_path / "in" / "a.txt").read_bytes()


WINDOWS = st.lists(st.tuples(st.integers(0, 500), st.integers(60, 300)), min_size=2, max_size=6)


@settings(max_examples=80, deadline=None)
@given(WINDOWS)
def test_nothing_is_lost_whatever_overlaps(windows: list[tuple[int, int]]) -> None:
    whole = _text(5, 800)
    texts = {number: whole[start : start + size] for number, (start, size) in enumerate(windows)}
    pairs = [(a, b) for a in texts for b in texts if a < b]
    done = completed(pairs, texts, str)
    left = [*(made.text for made in done.values()), *(texts[n] for n in texts if not _taken(n, done))]
    for text in texts.values():
        assert min(longest_rest(text, one) for one in left) == 0
    assert all(made.text in whole for made in done.values())


def _taken(number: int, done: dict[int, Any]) -> bool:
    return number in done or any(number == source for made in done.values() for source, _ in made.edits)


def test_the_report_says_what_was_completed_and_misses_nothing(tmp_path: Path) -> None:
    run(tmp_path, HEAD + SHARED, SHARED + TAIL)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "completed from another excerpt" in page
    assert "Dropped with text of their own" not in page
