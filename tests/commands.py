"""Commands of feedtools as processes of their own that need not start Python and read the package each time.

``run`` gives what ``subprocess.run([sys.executable, "-m", "feedtools", ...])`` gives. A process that has imported the
package waits and forks for every command: folder, environment, streams, exit code and signals are the command's own,
only the start-up is saved, which takes ten times as long as what most tests ask for. Two such processes take turns, and
the seeds of their hashes differ: an order that depends on the seed changes between two runs, as it does for users.
What is about start-up, signals or several processes at once starts a real one: ``started``.
"""

from __future__ import annotations

import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FORKS = hasattr(os, "pidfd_open") and hasattr(socket, "send_fds")
"""Whether this system has what a fork on request needs; elsewhere every command is started."""
TIMEOUT = 600.0
_AT_START = ("PYTHON", "LC_", "LANG")
"""Beginnings of the names of variables that Python heeds at its start: a process that runs already cannot."""


def wait_for_no_disk() -> None:
    """Have this process go on without waiting until what it wrote is on the disk: tests outlive no power failure."""
    os.fsync = os.fstat  # type: ignore[assignment]  # refuses what is not open, too
    os.sync = lambda: None


class Done(NamedTuple):
    """An exit code, negative where a signal ended the process, and what was printed."""

    returncode: int
    stdout: bytes
    stderr: bytes

    def text(self) -> subprocess.CompletedProcess[str]:
        """The same with what was printed as text."""
        return subprocess.CompletedProcess([], self.returncode, self.stdout.decode(), self.stderr.decode())


def environment(**more: str) -> dict[str, str]:
    """The environment of commands: that of the tests without what changes how Python starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NO_COLOR", *_AT_START))}
    return {**kept, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **more}


def started(arguments: Iterable[object], cwd: Path, env: Mapping[str, str], first: str = "", **options: Any) -> Done:
    """Run a command in a Python that is started for it."""
    code = ["-c", f"{first}\nfrom feedtools.__main__ import command\ncommand()"] if first else ["-m", "feedtools"]
    done = subprocess.run(
        [sys.executable, *code, *map(str, arguments)],
        cwd=cwd, env=env, stderr=subprocess.PIPE, timeout=TIMEOUT, check=False,
        **{"stdout": subprocess.PIPE, **options},
    )  # fmt: skip
    return Done(done.returncode, done.stdout or b"", done.stderr)


def run(
    arguments: Iterable[object],
    cwd: Path,
    env: Mapping[str, str],
    given: bytes = b"",
    stdout: int = subprocess.PIPE,
    first: str = "",
) -> Done:
    """Run a command to its end.

    Args:
        arguments: what stands after ``feedtools``.
        cwd: its working folder.
        env: its whole environment, as ``environment`` makes it.
        given: its standard input.
        stdout: a descriptor it prints to, by default a pipe that is read.
        first: Python that its process runs before the command, to put something else in the place of a step.
    """
    plain = _heeded_at_start(env) == _heeded_at_start(environment())
    if not (FORKS and plain and len(given) <= select.PIPE_BUF and _free.acquire(blocking=False)):
        return started(arguments, cwd, env, first, input=given, stdout=stdout)
    try:
        return next(_waiting).run([[*map(str, arguments)], os.fspath(cwd), dict(env), first], given, stdout)
    finally:
        _free.release()


def _heeded_at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_AT_START)}


_free = threading.Lock()
"""One command at a time is forked; what runs beside it is started."""


class Waiting:
    """The near end of a process that has imported the package, and further modules, and forks on request."""

    def __init__(self, *modules: str) -> None:
        self._socket, theirs = socket.socketpair()
        code = f"from tests.commands import serve; import os; serve({theirs.fileno()}, {modules}); os._exit(0)"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=environment(), pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        self._answers = self._socket.makefile("r")

    def talk(self, arguments: Iterable[object], cwd: Path, ends: socket.socket) -> Done:
        """Run a command that reads from a socket and writes to it."""
        request = [[*map(str, arguments)], os.fspath(cwd), environment(), ""]
        return self.run(request, b"", ends.fileno(), ends.fileno())

    def run(self, request: list[object], given: bytes, stdout: int, stdin: int = subprocess.PIPE) -> Done:
        with ExitStack() as opened:
            (into, source), (out, printed), (err, said) = [_pipe(opened) for _ in range(3)]
            asked = json.dumps(request).encode()
            source.write(given)
            source.close()
            ends = [into if stdin == subprocess.PIPE else stdin, printed if stdout == subprocess.PIPE else stdout, said]
            self._socket.sendall(len(asked).to_bytes(8, "big"))
            socket.send_fds(self._socket, [asked[:1]], [one if isinstance(one, int) else one.fileno() for one in ends])
            self._socket.sendall(asked[1:])
            for one in (into, printed, said):
                one.close()
            child = int(self._answers.readline())
            try:
                texts = _read_all([out, err])
            except BaseException:
                os.kill(child, signal.SIGKILL)
                self._answers.readline()
                raise
            return Done(int(self._answers.readline()), *texts)

    def end(self) -> None:
        self._answers.close()
        self._socket.close()
        self._process.wait()


def _pipe(opened: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    ends = os.pipe()
    return opened.enter_context(os.fdopen(ends[0], "rb", 0)), opened.enter_context(os.fdopen(ends[1], "wb", 0))


def _read_all(streams: list[IO[bytes]]) -> list[bytes]:
    """Read streams to their ends, all at once."""
    texts = {stream.fileno(): bytearray() for stream in streams}
    open_ones, until = set(texts), time.monotonic() + TIMEOUT
    while open_ones:
        ready = select.select(open_ones, [], [], max(0.0, until - time.monotonic()))[0]
        if not ready:
            raise subprocess.TimeoutExpired("feedtools", TIMEOUT)
        for one in ready:
            piece = os.read(one, 1 << 16)
            texts[one] += piece
            if not piece:
                open_ones.remove(one)
    return [bytes(text) for text in texts.values()]


_all: list[Waiting] = []


def _alternately() -> Iterator[Waiting]:
    _all.extend(Waiting() for _ in range(2))
    yield from cycle(_all)


_waiting = _alternately()


def end() -> None:
    """End the processes that wait, if there are any."""
    while _all:
        _all.pop().end()


# --- the far end ------------------------------------------------------------------------------------------------------


def serve(descriptor: int, modules: Iterable[str] = ()) -> None:
    """Fork for every command that is asked for, until nobody is there to ask."""
    _warm_up()
    for module in modules:
        import_module(module)
    wait_for_no_disk()
    asking = socket.socket(fileno=descriptor)
    while size := asking.recv(8, socket.MSG_WAITALL):
        begin, ends, _, _ = socket.recv_fds(asking, 1, 3)
        request = json.loads(begin + asking.recv(int.from_bytes(size, "big") - 1, socket.MSG_WAITALL))
        child = os.fork()
        if child == 0:
            _become(*request, ends)
        for end in ends:
            os.close(end)
        with suppress(BrokenPipeError):
            asking.sendall(b"%d\n" % child)
            asking.sendall(b"%d\n" % _end_of(child, asking))


def _end_of(child: int, asking: socket.socket) -> int:
    """Wait for a command, which ends with the one who asked for it."""
    watched = os.pidfd_open(child)
    if watched not in select.select([watched, asking], [], [])[0]:
        os.kill(child, signal.SIGKILL)
    os.close(watched)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _warm_up() -> None:
    """Have the commands read what they need of the package: they are run once."""
    from feedtools.cli import cli

    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        feed = Path(folder, "feed")
        feed.mkdir()
        text = "这一篇里的公式丢了:假设数据 [Math] 服从正态分布,其余的话都还在原来的地方。"
        for name in ("a.txt", "b.txt"):
            Path(feed, name).write_text(f"{text}\n", encoding="utf-8")
        for command in ("check", "clean", "dedup"):
            out = ("-o", str(Path(folder, "out"))) if command == "clean" else ()
            with suppress(SystemExit):
                cli.main([command, str(feed), *out], prog_name="feedtools")
    tempfile.tempdir = None  # found anew by each, in its environment


def _become(arguments: list[str], cwd: str, env: dict[str, str], first: str, ends: list[int]) -> NoReturn:
    """Be a process that ``python -m feedtools`` was typed for."""
    code = 70
    try:
        for number, end in enumerate(ends):
            os.dup2(end, number)
        os.closerange(3, 1 << 16)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
            before = getattr(sys, name)
            stream = open(number, mode, encoding=before.encoding, errors=before.errors, closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        sys.stderr.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        sys.argv = ["feedtools", *arguments]
        exec(first, {})
        code = _command()
    except BaseException:  # noqa: BLE001 - of what stands here: the command lets nothing out
        traceback.print_exc()
    finally:
        os._exit(code)


def _command() -> int:
    from feedtools.__main__ import command

    try:
        command()
    except SystemExit as end:  # an interpreter would end now
        threading._shutdown()  # type: ignore[attr-defined]
        import atexit

        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        return end.code if isinstance(end.code, int) else 1
    return 0
