"""The worst day of every command: an interrupt, a closed pipe, a full disk, a clock that goes backwards.

Each time: the promised exit code, one sentence at the most, nothing half-written, and the next run works.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedtools.clean.run import clean
from feedtools.config import Config
from feedtools.errors import FeedtoolsError
from feedtools.system.files import write_whole
from tests.cli.test_cli import HEADER, Run
from tests.commands import environment

pytestmark = pytest.mark.slow  # each is several processes

INTERRUPTED = 130
TEXT = "第{0}篇讲的是 modelfree 的方法,这里丢了 [Math] 的一句,{0}再说一遍{0}别的事情,最后{0}收尾。"
TAUGHT = "这一篇讲的是 quarry-lantern 的做法,里面有 moss-ferry 与 kite-anvil 两种,末尾收尾。"
COMMANDS = {
    "check": ("check", "feed", "--jobs", "2"),
    "check-jsonl": ("check", "feed", "--output-format", "jsonl"),
    "check-file": ("check", "feed", "--output-format", "sarif:report.sarif", "--output-format", "text"),
    "check-diff": ("check", "feed", "--diff", "--unsafe-fixes"),
    "check-fix": ("check", "feed", "--fix", "--unsafe-fixes"),
    "check-against": ("check", "feed", "--against", "old"),
    "baseline": ("check", "feed", "--write-baseline", "baseline.json"),
    "dedup": ("dedup", "feed"),
    "dedup-pairs": ("dedup", "feed", "--pairs"),
    "dedup-text": ("dedup", "feed", "--output-format", "text"),
    "clean": ("clean", "feed", "-o", "out"),
    "clean-dry": ("clean", "feed", "--dry-run"),
    "clean-diff": ("clean", "feed", "--diff"),
    "undo": ("clean", "--undo", "done", "-o", "back"),
    "index-add": ("index", "add", "feed", "--index", "i.sqlite"),
    "index-stats": ("index", "stats", "--index", "done.sqlite"),
    "index-verify": ("index", "verify", "--index", "done.sqlite"),
    "index-compact": ("index", "compact", "--index", "done.sqlite"),
    "rules": ("rules",),
    "rules-page": ("rules", "FT2"),
    "rules-learn": ("rules", "learn", "taught", "-o", "learned.txt"),
}
PROMISED = {0, 1}


def fill(root: Path, count: int) -> Path:
    for folder in ("feed", "old", "taught"):
        (root / folder).mkdir()
    for number in range(4):
        lines = [TEXT.format(f"{number}的{line}") for line in range(count)]
        (root / "feed" / f"{number}.txt").write_text(HEADER + "\n".join([*lines, lines[0]]) + "\n", encoding="utf-8")
    (root / "old" / "0.txt").write_text(HEADER + TEXT.format("0的1") + "\n", encoding="utf-8")
    (root / "taught" / "0.txt").write_text(HEADER + TAUGHT + "\n", encoding="utf-8")
    Run(root, "clean", "old", "-o", "done")
    Run(root, "index", "add", "old", "--index", "done.sqlite")
    return root


@pytest.fixture(scope="module")
def feed_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("faults"), 60)


@pytest.fixture
def feed(feed_source: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-a", f"{feed_source}/.", str(tmp_path)], check=True)
    return tmp_path


def tree(root: Path) -> dict[str, bytes]:
    """What stands in a folder, without the caches, which may come and go."""
    files = (path for path in root.rglob("*") if path.is_file() and ".feedtools_cache" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def sentences(err: str) -> list[str]:
    assert "Traceback" not in err, err
    assert "Exception ignored" not in err, err
    return [line for line in err.splitlines() if line.startswith("feedtools: ")]


def whole(root: Path) -> None:
    """Nothing that was written is a part of something."""
    for path in root.rglob("*"):
        name = path.name
        assert not name.endswith(".part"), path
        assert not (path.is_file() and name.startswith((".report", ".baseline", ".0.txt", ".learned"))), path
    for name in ("report.sarif", "baseline.json"):
        if (root / name).exists():
            json.loads((root / name).read_bytes())
    for path in (root / "feed").glob("*.txt"):
        assert path.read_bytes().endswith("收尾。\n".encode()), path
    if (root / "out").exists():
        assert (root / "out" / "manifest.jsonl").exists()
        assert (root / "out" / "report.html").read_text("utf-8").rstrip().endswith("</html>")


def works_again(root: Path, arguments: tuple[str, ...]) -> None:
    if "--undo" in arguments:
        shutil.rmtree(root / arguments[-1], ignore_errors=True)  # it gives back into a new folder alone
    again = Run(root, *arguments)
    assert again.code in PROMISED, again.err
    assert "Traceback" not in again.err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_pipe(feed: Path, name: str) -> None:
    """``feedtools … | head -0``: the reader is gone before the first line."""
    read, write = os.pipe()
    os.close(read)
    try:
        run = Run(feed, *COMMANDS[name], stdout=write)
    finally:
        os.close(write)
    assert run.code in {0, 1, 2}, run.err
    assert [line for line in sentences(run.err) if "ipe" in line] == []
    whole(feed)
    works_again(feed, COMMANDS[name])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if not name.startswith(("check-fix", "index-v", "index-c"))]
)
def test_a_full_standard_output(feed: Path, name: str) -> None:
    silent = name in {"clean", "undo", "index-add", "rules-learn", "baseline"}  # their output is files
    with open("/dev/full", "wb") as full:
        run = Run(feed, *COMMANDS[name], stdout=full.fileno())
    said = [line for line in sentences(run.err) if "no space left" in line]
    assert (run.code == 2 and len(said) == 1) or (silent and run.code == 0), run.err
    whole(feed)


@pytest.mark.parametrize("stream", ["stdout", "stderr", "both"])
@pytest.mark.parametrize("name", ["check", "clean", "rules", "index-stats"])
def test_streams_that_are_not_there(feed: Path, name: str, stream: str) -> None:
    """``feedtools … >&-``, as some schedulers start it."""
    closed = {"stdout": ">&-", "stderr": "2>&-", "both": ">&- 2>&-"}[stream]
    command = f'exec "$0" -m feedtools "$@" {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, *COMMANDS[name]],
        cwd=feed, env=environment(), capture_output=True, check=False, timeout=600,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.returncode == (2 if stream != "stderr" else 1 if name == "check" else 0), done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("check", "-"), 2, "standard input is closed"),
        (("clean", "-", "-o", "new"), 2, ""),
        (("dedup", "-"), 2, "standard input is closed"),
        (("check", "feed"), 1, ""),
        (("init", "--no-ci", "--no-hook"), 0, ""),
        (("clean", "feed", "-o", "new"), 0, ""),
        (("review", "new"), 0, ""),
    ],
)
def test_an_input_that_is_not_there(feed: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    """``feedtools … <&-``: who reads it is told, and nobody is asked anything."""
    if arguments[0] == "review":
        assert Run(feed, "clean", "feed", "-o", "new").code == 0
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -m feedtools "$@" <&-', sys.executable, *arguments],
        cwd=feed, env=environment(), capture_output=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said.encode() in done.stderr
    assert b"Traceback" not in done.stderr


LONG = ("check", "check-file", "check-fix", "check-against", "dedup", "clean", "undo", "index-add")
"""Commands that are interrupted at several moments, all others at one."""


@pytest.mark.parametrize(
    ("name", "after"), [(name, after) for name in COMMANDS for after in ((0.05, 0.3, 0.8) if name in LONG else (0.3,))]
)
def test_an_interrupt(feed: Path, name: str, after: float) -> None:
    """Ctrl-C at some moment: while starting, working, or when all is done already."""
    with subprocess.Popen(
        [sys.executable, "-m", "feedtools", *COMMANDS[name]], cwd=feed, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        try:
            _, err = process.communicate(timeout=600)
        finally:
            process.kill()
    # On a busy machine the interpreter itself may still be starting, which it says in a traceback of its own.
    if process.returncode != -signal.SIGINT and not (b"Traceback" in err and b"feedtools" not in err):
        assert len(sentences(err.decode())) <= 2, err
        assert process.returncode in {INTERRUPTED, -signal.SIGINT, 0, 1}  # the latter is 130 to a shell
    whole(feed)
    works_again(feed, COMMANDS[name])


WRAPPED = """
import functools, os, signal

class Interrupting(functools.cached_property):
    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGINT)

functools.cached_property = Interrupting
"""
IGNORED = """
import os, signal, feedtools.cli

class Interrupting:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

class Command:
    def main(self, **_):
        Interrupting()
        while True:
            pass

feedtools.cli.cli = Command()
"""


@pytest.mark.parametrize("before", [WRAPPED, IGNORED])
def test_an_interrupt_where_python_makes_something_else_of_it(feed: Path, before: str) -> None:
    """Up to Python 3.11 ``__set_name__`` puts an error of its own in front; from ``__del__`` nothing can be raised."""
    code = f"{before}\nfrom feedtools.__main__ import command\ncommand()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "feed"],
        cwd=feed, env=environment(), capture_output=True, check=False, timeout=600,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (INTERRUPTED, b"")


@pytest.mark.parametrize("name", ["open", "fsync", "chmod", "replace"])
def test_an_interrupt_at_any_step_of_a_file_leaves_it_as_it_was(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.json"
    target.write_bytes(b"before")
    step = getattr(os, name)

    def interrupted(*arguments: object) -> None:
        done = step(*arguments) if name != "replace" else None
        if name == "open":
            os.close(done)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, b"after")
    assert tree(tmp_path) == {"report.json": b"before"}


def test_a_disk_that_fills_up(feed: Path) -> None:
    """A file size limit stands for the disk: every file that grows beyond it fails to be written."""
    for name in ("check-file", "baseline", "clean", "undo", "index-add", "rules-learn"):
        before = tree(feed)
        limited = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        limited += "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)); sys.argv[0] = 'feedtools';"
        limited += "from feedtools.__main__ import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", limited, *COMMANDS[name]],
            cwd=feed, env=environment(PYTHONDONTWRITEBYTECODE="1"), capture_output=True, check=False, timeout=600,
        )  # fmt: skip
        if name == "rules-learn" and done.returncode == 0:
            continue  # what was learned fits into the limit
        assert done.returncode == 2, (name, done.stderr)
        assert len(sentences(done.stderr.decode())) == 1, done.stderr
        after = {path: data for path, data in tree(feed).items() if not path.startswith((".out.feedtools", "i.sqlite"))}
        assert after == {path: before[path] for path in before if path in after}, name
        works_again(feed, COMMANDS[name])


REFUSED = [
    ("check", "feed", "--output-format", "sarif:closed/r"),
    ("check", "feed", "--write-baseline", "closed/b"),
    ("clean", "feed", "-o", "closed/o"),
    ("index", "add", "feed", "--index", "closed/i"),
    ("rules", "learn", "taught", "-o", "closed/l"),
]


@pytest.mark.parametrize("command", REFUSED, ids=lambda command: command[-1])
def test_a_folder_that_may_not_be_written(feed: Path, command: tuple[str, ...]) -> None:
    (feed / "closed").mkdir(mode=0o500)
    if os.access(feed / "closed", os.W_OK):
        (feed / "closed").rmdir()
        (feed / "closed").symlink_to("/proc/self")  # as root: nothing can be made there
    run = Run(feed, *command)
    assert run.code == 2
    assert len(sentences(run.err)) == 1, run.err
    assert "closed" in run.err


def test_a_file_that_shrinks_while_it_is_read(feed: Path) -> None:
    """A writer truncates and rewrites the feed all through the run: an error or a finding, and never a crash."""
    path = feed / "feed" / "0.txt"
    data = path.read_bytes()
    writer = "import sys, time\np, d = sys.argv[1], open(sys.argv[1], 'rb').read()\nwhile True:\n"
    writer += "    open(p, 'wb').write(d[:len(d) // 3]); time.sleep(.002); open(p, 'wb').write(d); time.sleep(.002)"
    with subprocess.Popen([sys.executable, "-c", writer, str(path)]) as process:
        try:
            for name in ("check", "check-fix", "dedup", "clean", "index-add"):
                run = Run(feed, *COMMANDS[name])
                assert run.code in {0, 1, 2}, run.err
                sentences(run.err)
                if run.code == 2:
                    assert "0.txt" in run.err
        finally:
            process.kill()
    path.write_bytes(data)
    for name in ("check", "clean"):
        works_again(feed, COMMANDS[name])


def test_a_clock_that_goes_backwards(feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is decided or written depends on the time of day."""
    config = Config(root=feed)
    clean([str(feed / "feed")], feed / "one", config)
    now = iter(range(2_000_000_000, 0, -1_000_000))
    monkeypatch.setattr(time, "time", lambda: float(next(now, 0)))
    monkeypatch.setattr(time, "time_ns", lambda: next(now, 0) * 10**9)
    for path in (feed / "feed").iterdir():
        os.utime(path, (0, 0))
    clean([str(feed / "feed")], feed / "two", config)
    assert tree(feed / "one") == tree(feed / "two")


@pytest.mark.parametrize("stamp", [0, 2**31 - 1, 4_000_000_000])
def test_a_history_with_changed_times_gives_the_same_answers(feed: Path, stamp: int) -> None:
    arguments = ("check", "feed", "--against", "old", "--output-format", "jsonl", "-q")
    first = Run(feed, *arguments)
    os.utime(feed / "old" / "0.txt", (stamp, stamp))
    assert Run(feed, *arguments).out == first.out
    assert first.code == 1


def test_an_error_survives_a_process_boundary() -> None:
    import pickle

    error = FeedtoolsError("words", path="a", line=3)
    assert str(pickle.loads(pickle.dumps(error))) == "a:3: words"
