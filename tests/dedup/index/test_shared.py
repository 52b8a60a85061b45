"""A real Redis server gives the answers the SQLite index gives."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedtools.dedup.index.query import find
from feedtools.dedup.index.shared import SharedStore, layer
from feedtools.dedup.index.sqlite import Index
from feedtools.errors import IndexFileError
from feedtools.model import Article
from feedtools.readers.transmission import parse
from tests.places import FEED

pytest.importorskip("redis", reason="the redis package is not installed")
SAMPLE = sorted((FEED).glob("*.txt"))
ARTICLES = [article for path in SAMPLE for article in parse(path.read_bytes(), path.name).articles]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait()


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

        assert shared.add(ARTICLES[:36]) == 36
        index.add(ARTICLES[:36])
        assert answers(shared) == answers(index)


def test_a_source_added_again_takes_its_former_place(server: str) -> None:
    store = SharedStore(server)
    old, new = ("一篇只在这里出现的旧文章,后来被换掉了,没有人再找得到它。" + str(number) for number in (1, 2))
    store.add([Article("replaced.txt", 4, old)])
    store.add([Article("replaced.txt", 4, new)])
    assert [one.document.text for one in find(store, [old])[0]] == [new]
    assert store.remove(["replaced.txt"]) == 1
    assert find(store, [old]) == [[]]


def test_a_store_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(IndexFileError, match="does not answer"):
        SharedStore("redis://user:secret@127.0.0.1:1/0")


def test_another_versions_sketches_are_refused(server: str) -> None:
    import json

    import redis

    SharedStore(server)
    config = layer(server)["redis"]
    base = redis.Redis(host=config["host"], port=config["port"], db=config["db"])
    (key,) = [key for key in base.keys("feedtools_meta_*") if base.type(key) == b"list"]
    held = base.lindex(key, 0)
    base.lset(key, 0, json.dumps([0]))
    with pytest.raises(IndexFileError, match="another version"):
        SharedStore(server)
    base.lset(key, 0, held)


@pytest.mark.parametrize("address", ["redis://", "http://host/0", "redis://host/name", "redis://host:99999/0"])
def test_addresses_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(IndexFileError):
        layer(address)


def test_passwords_are_not_shown() -> None:
    with pytest.raises(IndexFileError) as caught:
        SharedStore("redis://user:secret@127.0.0.1:1/0")
    assert "secret" not in str(caught.value)


def test_a_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cassandra", None)
    with pytest.raises(IndexFileError, match=r"another package: .*cassandra"):
        SharedStore("cassandra://host/feed")
