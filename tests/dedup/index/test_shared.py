"""A real Redis server gives the answers the SQLite index gives."""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from feedtools.dedup.index.deadline import DeadlineSocket
from feedtools.dedup.index.files import opened
from feedtools.dedup.index.query import find
from feedtools.dedup.index.shared import SharedStore, layer, without_password
from feedtools.dedup.index.updates import IndexWriter as Index
from feedtools.errors import IndexFileError
from feedtools.model import Article, Provenance
from feedtools.readers.transmission import parse
from tests.places import FEED

pytest.importorskip("redis", reason="the redis package is not installed")
SAMPLE = sorted((FEED).glob("*.txt"))
ARTICLES = [article for path in SAMPLE for article in parse(path.read_bytes(), path.name).articles]


def test_answers_equal_those_of_sqlite(server: str, tmp_path: Path) -> None:
    shared = SharedStore(server)
    assert shared.add(ARTICLES[:36]) == 36
    with Index(tmp_path / "i.sqlite", create=True) as index:
        index.add(ARTICLES[:36])
        texts = [article.text for article in ARTICLES[36:]] + [article.text[:90] for article in ARTICLES]

        def answers(store: SharedStore | Index) -> list[list[tuple[object, ...]]]:
            return [
                [(one.document.source, one.document.line, one.match._replace(evidence=())) for one in found]
                for found in find(store, texts)
            ]

        assert answers(shared) == answers(index)
        assert sum(map(bool, answers(shared))) > 20

        assert shared.remove([SAMPLE[0].name]) == index.remove([SAMPLE[0].name]) == 12
        assert answers(shared) == answers(index)

        assert shared.add(ARTICLES[:36]) == index.add(ARTICLES[:36]) == 12
        assert answers(shared) == answers(index)


def test_a_source_keeps_what_was_taken_in_before_and_takes_nothing_twice(server: str) -> None:
    store = SharedStore(server)
    old, new = ("一篇只在这里出现的旧文章,后来又来了一篇,两篇都有人找得到。" + tail for tail in "甲乙")
    assert store.add([Article("rolled.txt", 4, old)], {"rolled.txt": b"one"}) == 1
    before = store.identity()
    assert store.add([Article("rolled.txt", 5, old)], {"rolled.txt": b"two"}) == 0
    assert store.identity() == before
    assert store.add([Article("rolled.txt", 4, new)], {"rolled.txt": b"two"}) == 1
    assert store.identity() != before
    found = {(one.document.text, one.document.batch) for one in find(store, [old])[0]}
    assert found == {(old, b"one"), (new, b"two")}
    (first,) = find(store, [old], own=frozenset([("rolled.txt", b"two")]))[0]
    assert (first.document.text, first.document.line) == (old, 4)
    assert store.remove(["rolled.txt"]) == 2
    assert find(store, [old]) == [[]]


def test_what_a_killed_run_left_is_taken_in_and_forgotten_by_the_next(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SharedStore(server)
    text = "这一篇写到一半机器就停了,第二天有人又从头写了一遍,写完以后谁都找得到它。"
    monkeypatch.setattr(store._sources, "insert", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.add([Article("half.txt", 4, text)])
    assert SharedStore(server).add([Article("half.txt", 4, text)]) == 1
    other = SharedStore(server)
    monkeypatch.setattr(other._texts, "remove", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        other.remove(["half.txt"])
    assert SharedStore(server).remove(["half.txt"]) == 1
    assert find(SharedStore(server), [text]) == [[]]


def test_a_store_that_is_silent_does_not_hold_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and says nothing: a check tries twice, each time for the limit, with no rest between.

    By itself the driver would try for a minute. Tries are counted, not seconds: a busy machine makes those longer.
    """
    rests: list[float] = []
    monkeypatch.setattr("redis.retry.sleep", rests.append)
    monkeypatch.setattr("feedtools.dedup.index.shared.SILENCE", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(IndexFileError, match="does not answer"):
            SharedStore(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert len(list(_connections(silent))) <= 2
    assert rests == []


def _connections(server: socket.socket) -> Iterator[int]:
    """Numbers of the connections that were made to a server and wait."""
    server.setblocking(False)
    with suppress(BlockingIOError):
        for number in count(1):
            server.accept()[0].close()
            yield number


@pytest.mark.parametrize("size", [1, 40])
def test_a_store_that_answers_bit_by_bit_does_not_hold_a_check(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes before the limit of one read. Who waits for the whole gets it, and tells another fault."""
    monkeypatch.setattr("feedtools.dedup.index.shared.SILENCE", 0.3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        stop = threading.Event()
        thread = threading.Thread(
            target=_drip, args=(server, b"*1\r\n$%d\r\n" % (size * 25) + b"x" * size * 25 + b"\r\n", size, stop)
        )
        thread.start()
        try:
            with pytest.raises(IndexFileError, match="does not answer: Timeout"):
                SharedStore(f"redis://127.0.0.1:{server.getsockname()[1]}/0")
        finally:
            stop.set()
            thread.join()


def _drip(server: socket.socket, reply: bytes, size: int, stop: threading.Event) -> None:
    server.settimeout(0.05)
    while not stop.is_set():
        try:
            connection, _ = server.accept()
        except OSError:
            continue
        with connection, suppress(OSError):
            connection.settimeout(30)
            while connection.recv(1 << 16):  # the time of an answer begins with its question
                for place in range(0, len(reply), size):
                    if stop.wait(0.1):
                        return
                    connection.sendall(reply[place : place + size])


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("feedtools.dedup.index.deadline.time", made)
    return made


def test_a_long_answer_has_longer_and_questions_one_by_one_have_their_own_time(clock: Clock) -> None:
    """A megabyte in a quarter of a second is no drip; nor is a second question after the first one's time."""
    near, far = socket.socketpair()
    with near, far:
        asked = DeadlineSocket(near, 0.2)
        for _ in range(2):
            asked.sendall(b"?")
            assert far.recv(1) == b"?"
            for _ in range(5):
                clock.now += 0.05
                far.sendall(b"x" * 65536)
                left = 65536
                while left:
                    left -= len(asked.recv(left))
        asked.sendall(b"?")
        with pytest.raises(TimeoutError, match="whole answer"):
            _receive_slowly(asked, far, clock)
        asked.settimeout(0)
        assert asked.recv(9) == b"x", "what has come already is read whenever that is asked without waiting"
        with pytest.raises(BlockingIOError):
            asked.recv(9)


def _receive_slowly(asked: DeadlineSocket, far: socket.socket, clock: Clock) -> None:
    for _ in range(9):
        clock.now += 0.05
        far.sendall(b"x")
        asked.recv(9)


@pytest.mark.parametrize("reply", [b"\x00\xff\n", b"-ERR no\r\n", b"$999999999999\r\n", b":1\r\n" * 9, b"+OK\r\n" * 50])
def test_a_server_that_answers_anything_is_one_sentence(reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedtools.dedup.index.shared.SILENCE", 0.2)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        stop = threading.Event()
        thread = threading.Thread(target=_answer, args=(server, reply, stop))
        thread.start()
        try:
            with pytest.raises(IndexFileError):
                _use(f"redis://127.0.0.1:{server.getsockname()[1]}/0")
        finally:
            stop.set()
            thread.join()


def _use(address: str) -> None:
    store = SharedStore(address)
    find(store, ["这一篇要问的那台机器什么都答得出来,只是没有一句是对的。"])
    store.add([Article("a.txt", 4, "甲乙丙丁戊己庚辛,说的是一件平常的事情,没有别的。")])


def _answer(server: socket.socket, reply: bytes, stop: threading.Event) -> None:
    server.settimeout(0.05)
    while not stop.is_set():
        try:
            connection, _ = server.accept()
        except OSError:
            continue
        with connection:
            connection.settimeout(0.5)
            try:
                while not stop.is_set() and connection.recv(1 << 16):
                    connection.sendall(reply)
            except OSError:
                continue


def test_a_store_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(IndexFileError, match="does not answer"):
        SharedStore("redis://user:secret@127.0.0.1:1/0")


def test_another_versions_sketches_are_refused(server: str) -> None:
    import json

    import redis

    SharedStore(server)
    config = layer(server)["redis"]
    base = redis.Redis(host=config["host"], port=config["port"], db=config["db"])
    (key,) = base.keys("feedtools_meta_*parameters")  # by its name: the stamp beside it is random, and may begin alike
    held = base.lindex(key, 0)
    base.lset(key, 0, json.dumps([0]))
    with pytest.raises(IndexFileError, match="another version"):
        SharedStore(server)
    base.lset(key, 0, held)


@pytest.mark.parametrize(
    "row", [b"", b"\xff", b"null", b"[1, 2]", b'["a.txt", "4", "", 30, "x"]', b"[" * 9999, b"9" * 9999]
)
def test_what_anybody_wrote_into_the_store_is_one_sentence(server: str, row: bytes) -> None:
    import redis

    text = "有人借同一台机器存别的东西,名字又起得一样,读的人得先看清楚那是不是自己写的。"
    store = SharedStore(server)
    store.add([Article("foreign.txt", 4, text)])
    config = layer(server)["redis"]
    base = redis.Redis(host=config["host"], port=config["port"], db=config["db"])
    (name,) = base.smembers(next(key for key in base.keys("feedtools_source_*foreign.txt")))
    (key,) = base.keys(b"feedtools_document_*" + re.sub(rb"([*?\[\]\\])", rb"\\\1", name))
    held = base.lindex(key, 0)
    base.lset(key, 0, row)
    try:
        for ask in (lambda: find(store, [text]), lambda: store.remove(["foreign.txt"])):
            with pytest.raises(IndexFileError, match="holds what feedtools did not write"):
                ask()
    finally:
        base.lset(key, 0, held)
        store.remove(["foreign.txt"])


@pytest.mark.parametrize(
    "address",
    ["redis://", "http://host/0", "redis://host/name", "redis://host:99999/0", "redis://[::1", "redis://host/²"],
)
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(IndexFileError):
        SharedStore(address)


@pytest.mark.parametrize("place", ["127.0.0.1:1/0", "127.0.0.1:none/0", "127.0.0.1/name", "[::1"])
@pytest.mark.parametrize("scheme", ["redis", "other"])
@pytest.mark.parametrize("ask", [SharedStore, opened])
def test_passwords_are_not_shown(ask: Callable[[str], object], scheme: str, place: str) -> None:
    with pytest.raises(IndexFileError) as caught:
        ask(f"{scheme}://user:secret@{place}")
    assert "secret" not in str(caught.value)
    assert "user" in str(caught.value)


@pytest.mark.parametrize("address", ["redis://host/0", "redis://user@host/0", "redis://host:6379/0", "a:b@c"])
def test_an_address_without_a_password_is_shown_as_it_is(address: str) -> None:
    assert without_password(address) == address


def test_a_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(IndexFileError, match=r"another package: .*redis"):
        SharedStore("redis://host/0")


def test_a_later_version_supersedes_the_earlier_one_as_in_sqlite(server: str, tmp_path: Path) -> None:
    """The same id and another text, in one call or in two; ids that many give mean nothing by themselves."""
    told = "堰上的闸门中午打开了,下面有两条驳船在等,{},纤道到星期天晚上为止不通,绕路的人请走东岸。"

    def article(source: str, text: str, own: str) -> Article:
        return Article(source, 1, text, False, "", Provenance(own))

    first = [article("a.jsonl", told.format("没有人受伤"), "w7"), article("b.jsonl", told.format("一人受伤"), "w7")]
    second = [
        article("c.jsonl", told.format("两人受伤"), "w7"),
        article("d.jsonl", told.format("三人受伤"), "w8"),
        article("e.jsonl", "这一篇与闸门没有关系,只是另一个网站也从一开始数它的文章。", "w7"),
        article("f.jsonl", told.format("两人受伤"), "w7"),
    ]

    def marks(store: SharedStore | Index) -> dict[str, bool]:
        texts = [one.text for one in (*first, *second)]
        return {one.document.source: one.document.superseded for found in find(store, texts) for one in found}

    def marked(letters: str) -> dict[str, bool]:
        return {f"{letter}.jsonl": letter in "ab" for letter in letters}

    shared = SharedStore(server)
    with Index(tmp_path / "i.sqlite", create=True) as index:
        for store in (shared, index):
            assert store.add(first) == 2
            assert marks(store) == {"a.jsonl": True, "b.jsonl": False}
            assert store.add(second) == 4
            assert marks(store) == marked("abcdef")
            assert store.remove(["c.jsonl", "f.jsonl"]) == 2
            assert marks(store) == marked("abde")
            assert store.remove(["a.jsonl", "b.jsonl"]) == 2
            assert store.add(first[1:]) == 1
            assert marks(store)["b.jsonl"] is False, "what was forgotten leaves no mark behind"
