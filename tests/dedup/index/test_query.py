"""What is found in the memory of what was published: copies, without oneself, the best first."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feedtools.dedup.index.query import find, find_siblings
from feedtools.dedup.index.updates import IndexWriter
from feedtools.model import Article


def filler(count: int, seed: int = 0) -> str:
    """Symbols in no order; those of another seed are others."""
    return "".join(random.Random(seed).choices([chr(0x4E00 + 8 * number + seed) for number in range(2000)], k=count))


TEXT = filler(300)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[IndexWriter]:
    with IndexWriter(tmp_path / "i.sqlite", create=True) as opened:
        yield opened


def sources(index: IndexWriter, text: str, **more: object) -> list[str]:
    return [one.document.source for one in find(index, [text], **more)[0]]  # type: ignore[arg-type]


def test_neither_a_source_nor_a_batch_of_it_is_compared_with_itself(index: IndexWriter) -> None:
    index.add([Article("a.txt", 4, TEXT)], {"a.txt": b"one"})
    assert sources(index, TEXT) == ["a.txt"]
    assert sources(index, TEXT, own=frozenset(["a.txt"])) == []
    assert sources(index, TEXT, own=frozenset([("a.txt", b"one")])) == []
    assert sources(index, TEXT, own=frozenset([("a.txt", b"two")])) == ["a.txt"], "an earlier state of the file"


@pytest.mark.parametrize(("own", "found"), [(29, True), (31, False)])
def test_what_was_published_stands_for_a_text_of_which_it_lacks_less_than_thirty_letters(
    index: IndexWriter, own: int, found: bool
) -> None:
    index.add([Article("a.txt", 4, TEXT)])
    assert bool(sources(index, TEXT + filler(own, 1))) is found


def test_the_same_text_is_told_before_others(index: IndexWriter) -> None:
    index.add([Article("a.txt", 4, f"{TEXT}{filler(3, 1)}"), Article("b.txt", 4, TEXT)])
    assert sources(index, TEXT) == ["b.txt", "a.txt"]


@pytest.mark.parametrize(("share", "found"), [(0.56, True), (0.44, False)])
def test_what_has_half_of_a_text_may_give_something_back(index: IndexWriter, share: float, found: bool) -> None:
    common = round(300 * share)
    index.add([Article("a.txt", 4, TEXT[:common] + filler(300, 1))])
    asked = TEXT[:common] + filler(300 - common, 2)
    assert bool(find_siblings(index, asked)) is found


@pytest.mark.parametrize(("share", "weighed"), [(0.4, True), (0.1, False)])
def test_what_has_few_of_the_best_ones_keys_is_not_weighed_as_an_original(
    index: IndexWriter, monkeypatch: pytest.MonkeyPatch, share: float, weighed: bool
) -> None:
    common = round(300 * share)
    index.add([Article("a.txt", 4, TEXT), Article("b.txt", 4, TEXT[:common] + filler(300 - common, 1))])
    read: set[int] = set()
    documents = index.documents

    def seen(numbers: Iterable[int]) -> object:
        wanted = list(numbers)
        read.update(wanted)
        return documents(wanted)

    monkeypatch.setattr(index, "documents", seen)
    assert [one.source for one in find_siblings(index, TEXT)] == ["a.txt"]
    assert (len(read) == 2) is weighed


def test_a_batch_of_questions_is_answered_from_one_state(index: IndexWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add([Article("a.txt", 4, TEXT)])
    open_now = 0

    @contextmanager
    def snapshot() -> Iterator[None]:
        nonlocal open_now
        open_now += 1
        yield
        open_now -= 1

    holding = index.holding

    def seen(keys: list[int]) -> object:
        assert open_now == 1
        return holding(keys)

    monkeypatch.setattr(index, "snapshot", snapshot)
    monkeypatch.setattr(index, "holding", seen)
    assert len(find(index, [TEXT] * 130)) == 130
    assert find_siblings(index, TEXT)


@pytest.mark.parametrize(("held", "once"), [(10_000, True), (3_000, False)])
def test_what_many_texts_resemble_is_read_once_as_long_as_there_is_room(
    index: IndexWriter, monkeypatch: pytest.MonkeyPatch, held: int, once: bool
) -> None:
    """Thirty texts share a passage: each asks for sixteen of thirty documents."""
    shared = filler(200)
    texts = [shared + filler(100, 1 + number) for number in range(30)]
    index.add([Article(f"{number:02}.txt", 4, text) for number, text in enumerate(texts)])
    plain = find(index, texts, own=frozenset(["00.txt"]))
    asked: list[int] = []
    answer = index.documents
    monkeypatch.setattr(index, "documents", lambda numbers: asked.extend(numbers) or answer(numbers))
    monkeypatch.setattr("feedtools.dedup.index.query.HELD", held)
    assert find(index, texts, own=frozenset(["00.txt"])) == plain
    assert (len(asked) == len(set(asked))) is once
