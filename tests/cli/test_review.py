"""``feedtools review`` as a person uses it: in a terminal of its own, by prompts, and killed at any moment."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.clean.outputs import DAMAGED, OTHER, WHOLE, actions, decisions, feedtools, transmission, write
from tests.commands import environment, run

RATE = "学习率先取1e4,跑完前三轮再减半,别的都不用去动它。"
SECOND = "第二处写着[公式],是夜里抄漏的,天亮以后再去核对原稿。"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    write(tmp_path, feed__a_txt=transmission(WHOLE, DAMAGED, RATE), feed__b_txt=transmission(OTHER, SECOND))
    (tmp_path / "feedtools.toml").write_text('[clean]\nfix = "safe"\n', encoding="utf-8")
    assert feedtools(tmp_path, "clean", "feed", "-o", "out").returncode == 0
    assert actions(tmp_path / "out") == ["keep", "hold", "hold", "keep", "hold"]
    return tmp_path


def test_after_one_session_the_next_run_holds_nothing_and_changes_nothing(feed: Path) -> None:
    before = {path: path.read_bytes() for path in (feed / "out").rglob("*") if path.is_file()}
    done = feedtools(feed, "review", "out", input="aaa\n")
    assert done.returncode == 0, done.stderr
    assert "3 decisions written, 0 of 3 left" in done.stderr
    assert {path: path.read_bytes() for path in (feed / "out").rglob("*") if path.is_file()} == before
    done = feedtools(feed, "publish", "out", "--fail-on", "held")
    assert done.returncode == 0, done.stderr
    assert "3 decisions applied" in done.stderr
    published = {path: path.read_bytes() for path in (feed / "out").rglob("*") if path.is_file()}
    assert feedtools(feed, "clean", "feed", "-o", "out", "--fail-on", "held").returncode == 0
    assert {path: path.read_bytes() for path in (feed / "out").rglob("*") if path.is_file()} == published
    assert "0 of 0 left" in feedtools(feed, "review", "out", input="").stderr


def test_prompts_show_the_article_and_do_what_is_asked(feed: Path) -> None:
    (feed / "ed.py").write_text(
        "import sys, pathlib\np = pathlib.Path(sys.argv[1])\n"
        "p.write_bytes(p.read_bytes().replace('[公式]'.encode(), '勾股定理'.encode()).replace(b'[Math]', b'x'))\n"
    )
    env = environment(EDITOR=f"{sys.executable} ed.py")
    asked = run(["review", "out"], feed, env, b"e\nr\nu\nt\n\nx\ne\n").text()
    assert asked.returncode == 0, asked.stderr
    assert "⟦[Math]⟧" in asked.stdout or "⟦[公式]⟧" in asked.stdout
    assert "taken back" in asked.stdout
    assert "no such key: x" in asked.stdout
    assert sorted(one["to"] for one in decisions(feed) if "to" in one and one["decision"] == "publish") == sorted(
        [DAMAGED.replace("[Math]", "x"), RATE.replace("1e4", "1e-4"), SECOND.replace("[公式]", "勾股定理")]
    )


def test_the_last_decision_can_be_taken_back_as_any_other(feed: Path) -> None:
    asked = feedtools(feed, "review", "out", "--plain", input="rrr\nu\na\n\nr\n")
    assert asked.returncode == 0, asked.stderr
    end = "nothing is left to decide; 3 decided in this session; u takes the last decision back"
    assert asked.stdout.count(end) == 2
    assert asked.stdout.split(end)[1].count("3 of 3 (1 left)") == 1, "what was taken back is shown again"
    assert [one["decision"] for one in decisions(feed)] == ["reject", "reject", "reject", "undo", "publish"]
    assert "3 decisions written, 0 of 3 left" in asked.stderr


def test_where_nothing_was_decided_no_prompt_comes_at_the_end(feed: Path) -> None:
    assert feedtools(feed, "review", "out", input="rrr\nq\n").returncode == 0
    assert "> " not in feedtools(feed, "review", "out", input="u\n").stdout


def test_question_mark_and_h_explain_the_keys_and_nothing_is_shown_again(feed: Path) -> None:
    asked = feedtools(feed, "review", "out", input="?\nh\nx\nb\nf\nq\n")
    assert asked.stdout.count("T take this suggestion everywhere") == 3  # at the start, and for each of the two
    assert asked.stdout.count("1 of 3 (3 left)") == 1
    assert "this is the first one" in asked.stdout
    assert not (feed / "feedtools-decisions.jsonl").exists()


def test_words_that_are_right_everywhere_are_named(feed: Path) -> None:
    asked = feedtools(feed, "review", "out", input="W\nq\n")
    assert " right everywhere, in 1 place of this output" in asked.stdout, asked.stdout
    assert [one["decision"] for one in decisions(feed)] == ["allow"]


@pytest.mark.parametrize("editor", ["/none/such", "vi 'quoted by half"])
def test_an_editor_that_cannot_be_run_is_said_and_nothing_is_lost(feed: Path, editor: str) -> None:
    done = run(["review", "out"], feed, environment(EDITOR=editor), b"e\nq\n").text()
    assert done.returncode == 0
    assert "set EDITOR" in done.stdout
    assert not (feed / "feedtools-decisions.jsonl").exists()


def test_a_folder_that_is_no_output_is_refused(tmp_path: Path) -> None:
    done = feedtools(tmp_path, "review", ".", input="")
    assert (done.returncode, "no output of feedtools clean" in done.stderr) == (2, True)


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm-256color"}
            os.execve(sys.executable, [sys.executable, "-m", "feedtools", *arguments], environment)
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.seen = ""

    def wait_for(self, text: str, seconds: float = 600) -> None:
        """Read until the text was on the screen."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            assert left > 0, f"{text!r} never came: {self.seen[-2000:]!r}"
            if select.select([self.handle], [], [], left)[0]:
                self.seen += os.read(self.handle, 65536).decode("utf-8", "replace")

    def press(self, keys: str) -> None:
        self.seen = ""
        os.write(self.handle, keys.encode())

    def end(self) -> int:
        """Read to the end and give the exit code."""
        with suppress(OSError):
            while os.read(self.handle, 65536):
                pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.mark.skipif(os.name != "posix", reason="a terminal of its own needs /proc or the like")
def test_the_full_screen_in_a_real_terminal(feed: Path) -> None:
    pytest.importorskip("textual")
    terminal = Terminal(feed, "review", "out")
    terminal.wait_for("1 of 3 (3 left)")
    terminal.press("a")
    terminal.wait_for("2 of 3 (2 left)")
    assert [one["decision"] for one in decisions(feed)] == ["publish"]
    terminal.press("u")
    terminal.wait_for("1 of 3 (3 left)")
    terminal.press("s")
    terminal.wait_for("2 of 3")
    terminal.press("?")
    terminal.wait_for("these keys")
    terminal.press("q")
    assert terminal.end() == 0
    assert [one["decision"] for one in decisions(feed)] == ["publish", "undo"]


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_no_decision(feed: Path) -> None:
    rng = random.Random(8)
    path = feed / "feedtools-decisions.jsonl"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for _ in range(100):
        known = path.read_bytes() if path.exists() else b""
        running = subprocess.Popen(
            [sys.executable, "-m", "feedtools", "review", "out"],
            cwd=feed,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b"ru" * 2000 + b"\n")
        running.stdin.flush()
        time.sleep(rng.uniform(0.2, 0.6))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        now = path.read_bytes() if path.exists() else b""
        whole = known[: known.rfind(b"\n") + 1]
        assert now.startswith(whole)
        for line in now.split(b"\n")[:-1]:
            json.loads(line)
    assert feedtools(feed, "review", "out", input="q\n").returncode == 0
