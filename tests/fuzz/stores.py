"""The target that is asked over the network: a Redis server may answer anything."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from unittest import mock

from feedtools.dedup.index.query import find
from feedtools.dedup.index.shared import SharedStore
from feedtools.dedup.sketch import current
from feedtools.errors import IndexFileError
from feedtools.model import Article

TEXT = "这一篇要问的那台机器什么都答得出来,只是没有一句是对的,问多少遍都一样。"
_ROWS = [
    b"", b"\xff\xfe", b"null", b"{}", b"[1, 2]", b"[" * 5000, b"9" * 5000,
    *(
        json.dumps(row).encode()
        for row in (
            ["a.txt", 4, "", 30, TEXT, "", ""],
            ["a.txt", 4, "no hex", 30, TEXT],
            ["a.txt", "4", "00", None, "x", 7],
            [5, 4, "00", 30, TEXT, "", ""],
            ["\ud800.txt", 1e99, "00", 30, f"{TEXT}\ud800", "", ""],
            ["a.txt", [], "00", 30, TEXT, "", 9],
        )
    ),
]  # fmt: skip
_NAMES = [b"\1" * 8, b"\2" * 8, b"\xff" * 8, b"", b"x" * 20]


def stores(data: bytes) -> None:
    """Whatever a server says, asking and writing give an answer or one sentence; the bytes choose what it says."""
    said: list[str] = []
    with mock.patch("feedtools.dedup.index.shared.SILENCE", 0.2), _server(data[1:] or b"\0") as address:
        try:
            store = SharedStore(address)
            match (data or b"\0")[0] % 4:
                case 0:
                    assert len(find(store, [TEXT, TEXT[:20]])) == 2
                case 1:
                    store.add([Article("a.txt", 4, TEXT)], {"a.txt": b"batch"})
                case 2:
                    store.remove(["a.txt"])
                case _:
                    store.identity()
        except IndexFileError as error:
            said.append(error.message)
    assert not any("\n" in message for message in said), said


@contextmanager
def _server(said: bytes) -> Iterator[str]:
    """A server that speaks the protocol of Redis, and answers as the bytes say."""
    talk = _Talk(said)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(5)
        connections: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                connections.append(connection)
                threading.Thread(target=talk.hold, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for connection in connections:
                connection.close()


class _Talk:
    """What one server says, command by command."""

    def __init__(self, said: bytes) -> None:
        self._said = cycle(said)

    def hold(self, connection: socket.socket) -> None:
        """Answer until the other side has enough."""
        connection.settimeout(5)
        queued: list[bytes] | None = None
        try:
            with connection, connection.makefile("rb") as stream:
                while line := stream.readline():
                    words = []
                    for _ in range(int(line[1:])):
                        words.append(stream.read(int(stream.readline()[1:])))
                        stream.readline()
                    name = words[0].upper()
                    if name == b"MULTI":
                        queued, answer = [], b"+OK\r\n"
                    elif name == b"EXEC" and queued is not None:
                        answer, queued = _array(queued), None
                    elif queued is not None:
                        queued.append(self._answer(name, words[1:]))
                        answer = b"+QUEUED\r\n"
                    else:
                        answer = self._answer(name, words[1:])
                    connection.sendall(answer)
        except (OSError, ValueError):
            return

    def _answer(self, name: bytes, words: list[bytes]) -> bytes:
        if name == b"HELLO":
            return b"%1\r\n$5\r\nproto\r\n:3\r\n"
        if name in {b"CLIENT", b"SELECT", b"PING"}:
            return b"+OK\r\n"
        if name == b"LRANGE" and b"meta" in words[0]:
            return _array([_bulk(json.dumps(current()).encode())])
        chosen, kind = next(self._said), next(self._said) % 10
        if kind == 0:
            return (b"-ERR no\r\n", b":7\r\n", b"$-1\r\n", b"+OK\r\n", b"*2\r\n", b"$999999999\r\n", b"\0\xff\r\n")[
                chosen % 7
            ]
        if name == b"SMEMBERS":
            return _array([_bulk(_NAMES[(chosen + at) % len(_NAMES)]) for at in range((0, 1, 2, 300)[kind % 4])])
        if name == b"LRANGE":
            return _array([_bulk(_ROWS[chosen % len(_ROWS)])])
        return b":%d\r\n" % (chosen % 2)


def _bulk(data: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(data), data)


def _array(parts: list[bytes]) -> bytes:
    return b"*%d\r\n%s" % (len(parts), b"".join(parts))
