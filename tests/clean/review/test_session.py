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
    assert [session.item.words(spot) for spot in session.item.spots if spot == session.spot] == ["topk"]
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
    shown = [(piece.text, piece.style, piece.focus) for piece in screen.pieces(session)]
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
    assert "T: modelfree → model-free everywhere (1 place)" in told[-1]
    assert "W: modelfree is right everywhere (1 place)" in told[-1]
    assert list(screen.beside(one)) == ["copy b.txt:9", r"别处的\x1b[31m写法"]
    assert (repaired(one), suggestion(one, one.spots[1])) == ("再用model-free方法,还有top-k。", "top-k")


def test_who_goes_back_sees_what_was_decided(path: Path) -> None:
    session = start(path)
    session.accept()
    session.reject()
    assert session.back()
    assert screen.heading(session) == "2 of 4 (2 left) · a.txt:5 · decided: left out"
    assert list(screen.explained(session))[-1].startswith("decided")
    assert session.back()
    assert screen.heading(session).endswith("· decided: published as it is shown")
    assert session.back() is False
    session.undo()
    session.undo()
    assert screen.heading(session) == "1 of 4 (4 left) · a.txt:4 · held"


def test_an_edit_that_stays_held_is_told_from_a_decision(path: Path) -> None:
    session = start(path, LOST)
    session.edit("到了 [Math] 还是断的。")
    assert screen.heading(session).endswith("· edited, and still held")
    assert list(screen.explained(session))[-1].startswith("released by")


def test_words_that_are_decided_everywhere_are_shown_so_and_the_next_ones_are_looked_at(path: Path) -> None:
    session = start(path, AGAIN)
    session.everywhere(take=False)
    assert session.spot == AGAIN.spots[1]
    assert [(piece.text, piece.style) for piece in screen.pieces(session)][1:5] == [
        ("modelfree", "settled"),
        ("方法,还有", ""),
        ("topk", "holds"),
        ("top-k", "offered"),
    ]
    told = list(screen.explained(session))
    assert told[:2] == ["✓ FT301 name: modelfree: right everywhere", "▶ FT301 name: topk → top-k: why"]
    session.everywhere(take=True)
    assert session.item is None
    session.back()
    assert screen.heading(session).endswith("· decided by its words")
    assert list(screen.explained(session))[1] == "✓ FT301 name: topk: top-k everywhere"


def test_the_same_words_in_another_article_are_decided_with_them(path: Path) -> None:
    session = start(path, AGAIN, HYPHEN)
    session.everywhere(take=True)
    assert [session.settled(one) for one in session.items] == [False, True]
    assert [piece.style for piece in screen.pieces(session)] == ["", "settled", "offered", "", "holds", "offered", ""]


def test_a_message_does_not_say_the_words_again(path: Path) -> None:
    spot = Spot("FT101", "name", "error", "[Math] stands where a formula was lost", 2, 8, None, True)
    one = LOST._replace(spots=(spot,))
    told = next(iter(screen.explained(Session([one], path, find))))
    assert told == "▶ FT101 name: [Math]: stands where a formula was lost"


def test_nothing_else_to_look_at_is_said(path: Path) -> None:
    assert start(path, LOST).look() is False
    assert start(path, AGAIN).look() is True
