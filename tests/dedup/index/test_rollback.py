"""What fails is taken back whole: an index that could not be written is the one it was."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedtools.config import Config
from feedtools.dedup.index import history, packing
from feedtools.dedup.index.query import find
from feedtools.dedup.index.updates import IndexWriter
from feedtools.dedup.index.verify import faults
from feedtools.errors import IndexFileError
from feedtools.model import Article, Provenance
from feedtools.system import files

CONFIG = Config(jobs=1)
OLD = "山脚的小站每天只停两趟车,站长把钟拨快一刻,好让赶路的人来得及喝完一碗热汤。"
NEW = "夜里风大,信号灯的玻璃罩总会松动,他就提着梯子挨个去拧紧,回来再记进本子里。"


class BoomError(Exception):
    """Stands for whatever goes wrong."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[IndexWriter]:
    with IndexWriter(tmp_path / "i.sqlite", create=True) as opened:
        opened.add([Article("old.txt", 4, OLD)])
        yield opened


def known(index: IndexWriter, text: str) -> bool:
    return bool(find(index, [text])[0])


def raising(*_: object, **__: object) -> None:
    raise BoomError


def stopping() -> Iterator[str]:
    yield "old.txt"
    raise BoomError


WRITES: dict[str, Callable[[IndexWriter], object]] = {
    "add": lambda index: index.add([Article("new.txt", 4, NEW)]),
    "replace": lambda index: index.replace([Article("old.txt", 4, NEW)]),
    "remove": lambda index: index.remove(stopping()),
    "compact": lambda index: index.compact(),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_fails_leaves_the_index_as_it_was(
    index: IndexWriter, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = (index.stats(), index.identity(), index.sources())
    with monkeypatch.context() as patch:
        patch.setattr(IndexWriter, "_put_few", raising)
        patch.setattr(packing, "repack", _half_packed)
        with pytest.raises(BoomError):
            WRITES[name](index)
    assert (index.stats(), index.identity(), index.sources()) == before
    assert (known(index, OLD), known(index, NEW)) == (True, False)
    assert list(faults(index)) == []
    assert index.add([Article("new.txt", 4, NEW)]) == 1


def _half_packed(index: IndexWriter) -> None:
    index.base.execute("DELETE FROM delta")
    raise BoomError


def test_a_full_disk_is_said_and_taken_back(index: IndexWriter) -> None:
    (pages,) = index.base.execute("PRAGMA page_count").fetchone()
    index.base.execute(f"PRAGMA max_page_count={pages + 1}")
    many = [Article("new.txt", number, f"第{number}篇{NEW * 9}") for number in range(90)]
    with pytest.raises(IndexFileError, match="the disk is full; nothing was changed"):
        index.add(many)
    assert index.sources() == ["old.txt"]
    index.base.execute("PRAGMA max_page_count=100000")
    assert index.add(many) == 90


@pytest.mark.parametrize("packed_before", [False, True])
def test_what_was_removed_is_gone_and_hides_nothing_once_it_is_packed(index: IndexWriter, packed_before: bool) -> None:
    index.add([Article("copy.txt", 4, OLD), Article("other.txt", 4, NEW)])
    if packed_before:
        index.compact()
    assert index.remove(["old.txt"]) == 1
    assert index.stats().removed == 1
    for _ in range(2):
        assert [one.document.source for one in find(index, [OLD])[0]] == ["copy.txt"]
        assert known(index, NEW)
        assert index.base.execute("SELECT count(*) FROM text").fetchone() == (2,)
        index.compact()
    assert index.stats()[:2] == (2, 0)
    assert index.stats().recent == 0
    assert list(faults(index)) == []


def test_the_name_of_what_it_holds_is_another_with_each_change(index: IndexWriter) -> None:
    names = {index.identity()}
    for change in (
        lambda: index.add([Article("new.txt", 4, NEW)]),
        lambda: index.replace([Article("new.txt", 4, f"{NEW}又是一年。")]),
        lambda: index.remove(["new.txt"]),
    ):
        change()
        assert index.identity() not in names
        names.add(index.identity())
    assert index.add([Article("old.txt", 4, OLD)]) == 0
    assert index.identity() in names, "nothing was added"


def test_an_index_that_was_put_in_the_place_of_another_has_another_name(tmp_path: Path) -> None:
    """Both hold as many articles; a run that goes on asks the name."""
    names = set()
    for number, text in enumerate((OLD, NEW)):
        with IndexWriter(tmp_path / f"{number}.sqlite", create=True) as made:
            made.add([Article("a.txt", 4, text)])
            names.add(made.identity())
    assert len(names) == 2


def test_a_version_is_superseded_by_the_next_one_alone(index: IndexWriter) -> None:
    for number, ending in enumerate(("他先走了。", "他后走了。", "谁都没走。")):
        index.add([Article(f"{number}.jsonl", 1, NEW + ending, origin=Provenance("7"))])
    rows = index.base.execute("SELECT id, later FROM superseded ORDER BY id").fetchall()
    assert rows == [(2, 3), (3, 4)]


# --- history ------------------------------------------------------------------------------------------------------


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """Bring an index up to date with files; what could not be read."""
    with IndexWriter(tmp_path / "h.sqlite", create=True) as index:

        def follow(*paths: Path) -> list[str]:
            errors: list[str] = []
            config = Config(jobs=1, root=tmp_path)
            history.follow(index, list(map(str, paths)), config, lambda error: errors.append(error.message))
            return errors

        follow.index = index  # type: ignore[attr-defined]
        yield follow


def feed(path: Path, text: str) -> Path:
    path.write_text(f"INCOMING TRANSMISSION\n\nLATEST UPDATES\n{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("age", "again"), [(0, True), (60, False)])
def test_a_file_of_the_same_size_and_time_is_read_again_where_it_was_changed_just_now(
    tmp_path: Path, followed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, age: int, again: bool
) -> None:
    moment = time.time_ns() - age * 10**9
    monkeypatch.setattr(history, "_changed", lambda _: moment)
    path = feed(tmp_path / "a.txt", OLD)
    followed(path)
    feed(path, OLD[::-1])
    followed(path)
    assert known(followed.index, OLD[::-1]) is again  # type: ignore[attr-defined]


def test_a_history_follows_what_was_changed_and_what_is_gone(
    tmp_path: Path, followed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = followed.index  # type: ignore[attr-defined]
    moments = iter(range(10**9, 10**12, 10**9))
    monkeypatch.setattr(history, "_changed", lambda _: next(moments))
    path, other = feed(tmp_path / "a.txt", OLD), feed(tmp_path / "b.txt", NEW)
    followed(path, other)
    feed(path, OLD[::-1])
    followed(path, other)
    assert (known(index, OLD), known(index, OLD[::-1]), known(index, NEW)) == (False, True, True)
    followed(other)
    assert (known(index, OLD[::-1]), known(index, NEW)) == (False, True)


def test_a_file_that_was_not_read_whole_is_complained_of_each_time(
    tmp_path: Path, followed: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "{OLD}"}}\nno record\n', encoding="utf-8")
    assert followed(path) == followed(path) != []
    assert known(followed.index, OLD)  # type: ignore[attr-defined]


def test_a_file_that_is_larger_than_what_is_read_whole_is_followed(
    tmp_path: Path, followed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST", 64)
    path = feed(tmp_path / "a.txt", OLD)
    assert path.stat().st_size > files.MOST
    assert followed(path) == []
    assert known(followed.index, OLD)  # type: ignore[attr-defined]


def test_a_clock_that_goes_back_hides_no_change(
    tmp_path: Path, followed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = feed(tmp_path / "a.txt", OLD)
    for years, text in ((0, OLD), (-30, NEW), (30, OLD[::-1]), (0, NEW[::-1])):
        now = time.time_ns() + years * 365 * 86_400 * 10**9
        with monkeypatch.context() as patch:
            patch.setattr(history.time, "time_ns", lambda now=now: now)
            patch.setattr(history.time, "time", lambda now=now: now / 1e9)
            feed(path, text)
            followed(path)
            assert known(followed.index, text)  # type: ignore[attr-defined]


def test_an_index_of_the_first_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Format 2 with other sketches: nothing in it would be found, and nothing says that it would not."""
    path = tmp_path / "i.sqlite"
    IndexWriter(path, create=True).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version=2")
    base.execute("UPDATE meta SET value = 1 WHERE key = 'sketch_normal'")
    base.commit()
    base.close()
    for readonly in (True, False):
        with pytest.raises(IndexFileError, match="made by an older feedtools; remove the file and build it again"):
            IndexWriter(path, readonly=readonly)
