"""Deciding: what a session writes, what it takes back, and that it goes on where it ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from feedtools.clean.review import screen
from feedtools.clean.review.queue import Beside, Item, Spot, ordered
from feedtools.clean.review.session import Session, repaired, suggestion
from feedtools.lint.decisions import load
from feedtools.model import Edit, Fix, Place


def item(line: int, text: str, *words: tuple[str, str, str | None], held: bool = True) -> Item:
    """An article with spots: rule, words and what is offered for them."""
    spots = []
    for rule, word, new in words:
        start = text.index(word)
        fix = None if new is None else Fix((Edit(start, start + len(word), new),), "display")
        spots.append(Spot(rule, "name", "error", "why", start, start + len(word), fix, held))
    return Item(Place("a.txt", line), "feed/a.txt", text, text, held, (), tuple(spots))


def find(one: Item) -> Sequence[Spot]:
    """Only a placeholder is ever wrong."""
    at = one.text.find("[Math]")
    return [] if at < 0 else [Spot("FT101", "math", "error", "lost", at, at + 6, None, True)]


HYPHEN = item(4, "用modelfree方法。", ("FT301", "modelfree", "model-free"))
AGAIN = item(5, "再用modelfree方法,还有topk。", ("FT301", "modelfree", "model-free"), ("FT301", "topk", "top-k"))
LOST = item(6, "到 [Math] 断了。", ("FT101", "[Math]", None))
OFFERED = item(7, "分数是 x_1 。", ("FT210", "x_1", r"\(x_1\)"), held=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feedtools-decisions.jsonl"


def start(path: Path, *items: Item) -> Session:
    return Session(items or (HYPHEN, AGAIN, LOST, OFFERED), path, find)


def written(path: Path) -> list[tuple[str, str]]:
    return [(one.decision, one.to or one.words or one.text) for one in load(path)]


def test_each_decision_is_on_the_disk_at_once(path: Path) -> None:
    session = start(path)
    session.take()
    assert written(path) == [("publish", "用model-free方法。")]
    session.reject()
    assert written(path)[1:] == [("reject", AGAIN.text)]
    session.accept()
    session.accept()
    assert (session.item, session.left, session.decided) == (None, 0, 4)
    assert [one.rules for one in load(path)] == [("FT301",), (), ("FT101",), ("FT210",)]


def test_an_edit_that_mends_everything_is_published_and_another_stays(path: Path) -> None:
    session = start(path, LOST, OFFERED)
    assert session.edit("到了 [Math] 还是断的。") is False
    assert session.item is not None
    assert session.item.place == LOST.place
    assert written(path) == [("edit", "到了 [Math] 还是断的。")]
    assert session.edit("到积分还是断的。") is True
    assert written(path) == [("publish", "到积分还是断的。")]
    assert session.item.place == OFFERED.place


def test_a_session_goes_on_where_the_last_one_ended(path: Path) -> None:
    session = start(path)
    session.take()
    session.forward()
    session.edit("到了 [Math] 还是断的。")
    later = start(path)
    assert later.left == 3
    assert later.item is not None
    assert later.item.place == AGAIN.place
    assert later.items[2].text == "到了 [Math] 还是断的。"


def test_words_and_suggestions_are_decided_everywhere(path: Path) -> None:
    session = start(path)
    assert session.same(take=True) == 2
    assert session.everywhere(take=True) == 2
    assert session.item is not None
    assert session.item.place == AGAIN.place  # the other words still hold it
    assert [session.item.words(spot) for spot in session.item.spots if spot == session.spot] == ["modelfree"]
    session.look()
    assert session.everywhere(take=False) == 1
    assert written(path) == [("take", "modelfree"), ("allow", "topk")]
    assert session.item.place == LOST.place
    assert session.everywhere(take=True) == 0


def test_every_decision_can_be_taken_back(path: Path) -> None:
    session = start(path)
    session.everywhere(take=True)
    session.reject()
    session.edit("到 [Math] 还断着。")
    session.edit("到此为止。")
    while session.undo():
        pass
    assert load(path) == ()
    assert (session.left, session.item, session.decided) == (4, HYPHEN, 0)
    assert session.items == [HYPHEN, AGAIN, LOST, OFFERED]
    assert session.undo() is False


def test_a_copy_that_is_held_is_settled_by_a_decision_about_it_alone(path: Path) -> None:
    session = start(path, item(1, "重复的一篇。"))
    assert session.left == 1
    session.accept()
    assert session.left == 0


def test_skipping_goes_round_and_nothing_is_written(path: Path) -> None:
    session = start(path)
    seen = []
    for _ in range(5):
        assert session.item is not None
        seen.append(session.item.place.line)
        session.forward()
    assert seen == [4, 5, 6, 7, 4]
    session.back()
    assert not path.exists()


def test_the_most_frequent_comes_first_then_the_worst_and_what_is_offered_last() -> None:
    worse = item(8, "又一篇 [公式] 与 topp 。", ("FT102", "[公式]", None), ("FT301", "topp", "top-p"))
    assert ordered([OFFERED, LOST, worse, AGAIN, HYPHEN]) == [AGAIN, HYPHEN, worse, LOST, OFFERED]


def test_what_is_shown() -> None:
    one = AGAIN._replace(beside=(Beside("copy", Place("b.txt", 9), "别处的\x1b[31m写法"),))
    session = Session([one], Path("none"), find)
    shown = [(piece.text, piece.style, piece.focus) for piece in screen.pieces(one, session.spot)]
    assert shown == [
        ("再用", "", False),
        ("modelfree", "holds", True),
        ("model-free", "offered", True),
        ("方法,还有", "", False),
        ("topk", "holds", False),
        ("top-k", "offered", False),
        ("。", "", False),
    ]
    assert screen.heading(session) == "1 of 1 (1 left) · a.txt:5 · held"
    told = list(screen.explained(session))
    assert told[0] == "▶ FT301 name: modelfree → model-free: why"
    assert "T: all 1 of these" in told[-1]
    assert list(screen.beside(one)) == ["copy b.txt:9", r"别处的\x1b[31m写法"]
    assert (repaired(one), suggestion(one, one.spots[1])) == ("再用model-free方法,还有top-k。", "top-k")
