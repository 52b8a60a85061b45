"""The command line as users run it: real processes, exit codes, and what is said when something is wrong."""

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

from tests.commands import Done, environment, run, started
from tests.places import SAMPLE

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
CLEAN = HEADER + "这一篇讲的是怎样把一句话说清楚。\n"
FOUND = HEADER + "这一篇里的公式丢了:假设数据 [Math] 服从正态分布。\n"


class Run:
    """A finished ``feedtools`` process."""

    def __init__(
        self, cwd: Path, *arguments: str, stdin: bytes = b"", stdout: int = subprocess.PIPE, **env: str
    ) -> None:
        self._keep(run(arguments, cwd, environment(**env), stdin, stdout))

    @classmethod
    def started(cls, cwd: Path, *arguments: str, **env: str) -> Run:
        """One of a Python that was started for it, as a user's is."""
        self = cls.__new__(cls)
        self._keep(started(arguments, cwd, environment(**env)))
        return self

    def _keep(self, done: Done) -> None:
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8", "surrogateescape")
        self.err = done.stderr.decode("utf-8", "surrogateescape")

    def codes(self) -> list[str]:
        """Path and code of every finding of a ``jsonl`` run."""
        return [f"{row['path']} {row['rule']}" for row in map(json.loads, self.out.splitlines())]

    def refused(self, *parts: str) -> None:
        """Exit 2, no traceback, and one sentence that holds all ``parts``."""
        assert self.code == 2, (self.code, self.err)
        assert "Traceback" not in self.err
        sentences = [line for line in self.err.splitlines() if line.startswith("feedtools: ")]
        assert sum(all(part in sentence for part in parts) for sentence in sentences) == 1, self.err


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    (tmp_path / "clean.txt").write_text(CLEAN, encoding="utf-8")
    (tmp_path / "found.txt").write_text(FOUND, encoding="utf-8")
    return tmp_path


JSONL = ("--output-format", "jsonl", "--quiet")


def test_exit_codes(feed: Path) -> None:
    assert Run.started(feed, "check", "clean.txt").code == 0
    assert Run.started(feed, "check", "found.txt").code == 1
    assert Run.started(feed, "check", "missing.txt").code == 2
    assert Run.started(feed, "check", "found.txt", "missing.txt").code == 2, "could not check is worse than found"
    assert Run.started(feed, "check", "found.txt", "--fail-on", "never").code == 0


def test_nothing_is_printed_for_a_clean_feed(feed: Path) -> None:
    run = Run.started(feed, "check", "clean.txt", "--quiet")
    assert (run.code, run.out, run.err) == (0, "", "")


def test_articles_that_overlap_are_not_counted_as_copies(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE / "feed", tmp_path / "feed")
    run = Run(tmp_path, "check", "feed", "--select", "FT906")
    assert ("3 notes in 60 articles" in run.err, "publishes one of each" in run.err) == (True, False), run.err
    run = Run(tmp_path, "check", "feed", "--select", "FT903,FT906")
    assert "\n1 copy of 1 article: " in run.err, run.err


def test_what_was_learned_before_stays_where_nothing_is_learned(feed: Path) -> None:
    (feed / "learned.txt").write_text("# feedtools compounds 1\nx-y\n", encoding="utf-8")
    run = Run(feed, "rules", "learn", "missing.txt", "-o", "learned.txt")
    assert (run.code, "learned.txt: no compound was found" in run.err) == (2, True), run.err
    assert "missing.txt: no such file" in run.err
    assert "x-y" in (feed / "learned.txt").read_text(encoding="utf-8")


def test_standard_input(feed: Path) -> None:
    run = Run(feed, "check", "-", *JSONL, stdin=FOUND.encode())
    assert (run.code, run.codes()) == (1, ["- FT101"])


def test_each_article_by_itself_does_not_depend_on_its_neighbours(feed: Path) -> None:
    """What ``feedtools-check`` promises pre-commit, which splits the names over processes as it likes."""
    (feed / "a.txt").write_text(
        HEADER + "新模型 Zorbel-XR 已经发布,Zorbel-XR 的权重公开,名字仍写作 Zorbel-XR 。\n", "utf-8"
    )
    (feed / "b.txt").write_text(HEADER + "我们试用了 ZorbelXR 这个模型,速度很快。\n", "utf-8")
    names = ["a.txt", "b.txt", "clean.txt", "found.txt"]
    together = Run(feed, "check", "--no-duplicates", *JSONL, *names)
    alone = [Run(feed, "check", "--no-duplicates", *JSONL, name).out for name in names]
    assert together.out == "".join(alone)


class TestCouldNotCheck:
    """Each of these is one sentence, exit 2, and everything else is still checked."""

    def test_folder_without_transmissions(self, feed: Path) -> None:
        (feed / "empty").mkdir()
        run = Run(feed, "check", *JSONL, "empty", "found.txt")
        run.refused("empty: no articles here", ".txt")
        assert run.codes() == ["found.txt FT101"]

    def test_missing_file(self, feed: Path) -> None:
        run = Run(feed, "check", *JSONL, "missing.txt", "found.txt")
        run.refused("missing.txt: no such file or folder")
        assert run.codes() == ["found.txt FT101"]
        assert "1 file could not be checked in full" in Run(feed, "check", "missing.txt", "found.txt").err

    def test_nothing_that_could_be_read_is_not_called_clean(self, feed: Path) -> None:
        run = Run(feed, "check", "fuond.txt")
        run.refused("fuond.txt: no such file or folder; did you mean found.txt?")
        assert run.err.splitlines()[1:] == ["nothing was checked: no article could be read"]

    def test_missing_configuration(self, feed: Path) -> None:
        Run(feed, "check", "--config", "none.toml", "found.txt").refused("none.toml: no such file")
        said = ".: the settings cannot be read: it is a folder; expected one such as feedtools.toml"
        Run(feed, "check", "--config", ".", "found.txt").refused(said)

    def test_pattern_that_matches_nothing(self, feed: Path) -> None:
        Run(feed, "check", "*.csv").refused("*.csv: the pattern matches no file")

    def test_binary_file(self, feed: Path) -> None:
        (feed / "photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
        run = Run(feed, "check", *JSONL, "photo.txt", "found.txt")
        run.refused("photo.txt: binary file", "expected a text file with one article per line")
        assert run.codes() == ["found.txt FT101"]

    def test_broken_archive(self, feed: Path) -> None:
        (feed / "x.jsonl.gz").write_bytes(b"\x1f\x8b no archive")
        run = Run(feed, "check", *JSONL, "x.jsonl.gz", "found.txt")
        run.refused("x.jsonl.gz: ")
        assert run.codes() == ["found.txt FT101"]

    def test_file_that_vanishes_before_its_turn(self, feed: Path) -> None:
        """The process has listed the file and waits for standard input when the file goes."""
        command = [sys.executable, "-m", "feedtools", "check", *JSONL, "-", "gone.txt", "found.txt"]
        (feed / "gone.txt").write_text(FOUND, encoding="utf-8")
        with subprocess.Popen(
            command, cwd=feed, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            process.stdin.write(b"\n" * 2**18)  # more than a pipe holds: it is being read, so the names are known
            process.stdin.flush()
            (feed / "gone.txt").unlink()
            out, err = process.communicate(timeout=600)
        assert process.returncode == 2
        assert err.decode().splitlines() == ["feedtools: gone.txt: no such file or directory"]
        assert "found.txt" in [json.loads(row)["path"] for row in out.splitlines()]

    def test_file_without_permission(self, feed: Path) -> None:
        (feed / "closed.txt").write_text(CLEAN, encoding="utf-8")
        (feed / "closed.txt").chmod(0)
        if os.access(feed / "closed.txt", os.R_OK):
            (feed / "closed.txt").unlink()
            (feed / "closed.txt").symlink_to("/proc/1/mem")  # as root: readable by mode, and still refused
        run = Run(feed, "check", *JSONL, "closed.txt", "found.txt")
        run.refused("closed.txt: ")
        assert run.codes() == ["found.txt FT101"]

    def test_bad_record(self, feed: Path) -> None:
        (feed / "x.jsonl").write_text('{"body": "x"}\n{"text": "丢了 [Math] 的一句。"}\n', encoding="utf-8")
        run = Run(feed, "check", *JSONL, "x.jsonl")
        run.refused('x.jsonl:1: not a JSON record: no string under "text"', "--text-key")
        assert run.codes() == ["x.jsonl FT101"]

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["long.txt", "long.jsonl"])
    def test_one_line_of_200_mb(self, feed: Path, name: str) -> None:
        with (feed / name).open("wb") as stream:
            for _ in range(200):
                stream.write("长".encode() * (2**20 // 3))
        run = Run(feed, "check", *JSONL, name, "found.txt")
        run.refused(f"{name}:1: ", "16 MiB", "per line")
        assert run.codes() == ["found.txt FT101"]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["check", "found.txt", "--select", "FT999"], ["unknown rule 'FT999'", "feedtools rules"]),
        (["check", "found.txt", "--ignore", "no-such-rule"], ["unknown rule 'no-such-rule'"]),
        (
            ["check", "found.txt", "--input-format", "yaml"],
            ["unknown input format 'yaml'; expected one of transmission"],
        ),
        (["check", "found.txt", "clean.txt", "--input-format", "rss"], ["'rss'; did you mean feed?"]),
        (["check", "found.txt", "clean.txt", "--encoding", "gbkk"], ["unknown encoding 'gbkk'"]),
        (["check", "found.txt", "--config", "missing.toml"], ["missing.toml: "]),
        (["clean", "-o", "out"], ["nothing to read", "paths"]),
        (["rules", "FT999"], ["unknown rule 'FT999'"]),
        (["rules", "--test", "missing"], ["missing: no rule files here"]),
        (["dedup", "missing.txt"], ["missing.txt: no such file or folder"]),
        (["clean", "missing.txt", "-o", "out"], ["missing.txt: no such file or folder"]),
        (["clean", "found.txt"], ["-o"]),
        (["clean", "found.txt", "-o", "clean.txt/out"], ["clean.txt/out"]),
        (["clean", "found.txt", "-o", "/dev/null/out"], ["/dev/null/out"]),
        (["check", "found.txt", "--output-format", "jsonl:missing/out.jsonl"], ["missing/out.jsonl"]),
        (["check", "found.txt", "--against", "missing.index"], ["missing.index"]),
        (["check", "found.txt", "--baseline", "missing.json"], ["missing.json"]),
        (["check", "found.txt", "--write-baseline", "missing/b.json"], ["missing/b.json"]),
        (["index", "add", "found.txt", "--index", "missing/i.index"], ["missing/i.index"]),
        (["index", "stats", "--index", "missing.index"], ["missing.index"]),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_named(feed: Path, arguments: list[str], parts: list[str]) -> None:
    before = sorted(path.name for path in feed.iterdir())
    Run(feed, *arguments).refused(*parts)
    assert sorted(path.name for path in feed.iterdir()) == before, "nothing is left half-written"


@pytest.mark.parametrize(
    "flags", [[], ["--pairs"], ["--output-format", "text"], ["--output-format", "jsonl:rows.jsonl"]]
)
def test_where_nothing_could_be_read_there_is_no_result(feed: Path, flags: list[str]) -> None:
    run = Run(feed, "dedup", "missing.txt", *flags)
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines() == ["feedtools: missing.txt: no such file or folder"]
    assert not (feed / "rows.jsonl").exists()
    run = Run(feed, "dedup", "missing.txt", "clean.txt", *flags)
    assert run.code == 2
    assert "0 copies of 0 articles among 1 article" in run.err
    assert (feed / "rows.jsonl").exists() == (len(flags) > 1 and flags[1].startswith("jsonl:"))


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        ('colour = "red"', ["feedtools.toml: unknown key 'colour'; expected one of", "select"]),
        ("select = 3", ["feedtools.toml: select: expected a list of strings"]),
        ('fail-on = "fatal"', ["feedtools.toml: fail-on 'fatal': expected error, warning, note"]),
        ("[rules.FT999]", ["[rules.FT999]: unknown rule"]),
        ('[rules.FT101]\nlevel = "fatal"', ["[rules.FT101] level 'fatal'"]),
        ("[rules.FT101]\ncolour = 1", ["[rules.FT101]: unknown option 'colour'"]),
        ("select = [", ["feedtools.toml: not a TOML file"]),
        ('rule-packs = ["packs"]', ["packs: no rule files here"]),
    ],
)
def test_a_broken_configuration_is_named(feed: Path, config: str, parts: list[str]) -> None:
    (feed / "feedtools.toml").write_text(config, encoding="utf-8")
    run = Run(feed, "check", "found.txt")
    run.refused(*parts)
    assert run.out == ""


def test_a_broken_rule_file_is_named(feed: Path) -> None:
    (feed / "packs").mkdir()
    (feed / "packs" / "x.toml").write_text('id = "XY101"\n', encoding="utf-8")
    (feed / "feedtools.toml").write_text('rule-packs = ["packs"]', encoding="utf-8")
    Run(feed, "check", "found.txt").refused(os.path.join("packs", "x.toml"), "missing key 'name'")
    Run(feed, "rules", "--test", "packs").refused(os.path.join("packs", "x.toml"), "missing key 'name'")


class TestOutput:
    """Where the output goes is the user's business; that it cannot go there is said."""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
    @pytest.mark.parametrize("arguments", [["check", "found.txt"], ["check", "found.txt", *JSONL], ["rules"]], ids=str)
    def test_a_full_disk(self, feed: Path, arguments: list[str]) -> None:
        with open("/dev/full", "wb") as full:
            Run(feed, *arguments, stdout=full.fileno()).refused("standard output", "no space left")

    def test_a_reader_that_has_seen_enough(self, feed: Path) -> None:
        (feed / "many.txt").write_text(HEADER + "丢了 [Math] 的一句。\n" * 3000, encoding="utf-8")
        command = [sys.executable, "-m", "feedtools", "check", "many.txt", "--no-duplicates"]
        with subprocess.Popen(
            command, cwd=feed, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""

    def test_an_interrupt(self, feed: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "feedtools", "check", "-"], cwd=feed, env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stderr is not None
            process.stdin.write(b"\n" * 2**18)  # more than a pipe holds: it is reading
            process.stdin.flush()
            time.sleep(0.3)  # and now waiting for more
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(timeout=600)
            finally:
                process.kill()
            assert b"Traceback" not in process.stderr.read()
            assert code == 130

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
    def test_a_terminal_that_cannot_show_the_text(self, feed: Path, encoding: str) -> None:
        (feed / "wide.txt").write_text(HEADER + "丢了 [Math] 的一句 𝑥\U0001f4a1。\n", encoding="utf-8")
        run = Run(feed, "check", "wide.txt", "-q", PYTHONIOENCODING=encoding)
        assert (run.code, run.err) == (1, "")

    def test_json_lines_are_utf_8_wherever_they_go(self, feed: Path) -> None:
        (feed / "文.txt").write_text(FOUND, encoding="utf-8")
        run = Run(feed, "check", "文.txt", *JSONL, PYTHONIOENCODING="gbk")
        assert json.loads(run.out)["path"] == "文.txt"

    def test_a_file_name_that_is_not_utf_8(self, feed: Path) -> None:
        name = b"n\xff.txt"
        try:
            (feed / os.fsdecode(name)).write_text(FOUND, encoding="utf-8")
        except OSError:
            pytest.skip("this file system takes UTF-8 names only")
        for arguments in (["check", ".", "-q"], ["check", ".", *JSONL]):
            run = Run(feed, *arguments)
            assert (run.code, run.err) == (1, "")
            assert r"n\xff.txt" in run.out or r"n\udcff.txt" in run.out

    @pytest.mark.parametrize("color", ["auto", "always", "never"])
    def test_colours(self, feed: Path, color: str) -> None:
        assert ("\x1b[" in Run(feed, "check", "found.txt", "--color", color).out) is (color == "always")

    def test_what_could_command_a_terminal_is_shown(self, feed: Path) -> None:
        (feed / "esc.txt").write_bytes(HEADER.encode() + "丢了 [Math] \x1b[2J\x07\x9b\u202e 的\r一句。\n".encode())
        run = Run(feed, "check", "esc.txt")
        assert run.code == 1
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(run.out)


@pytest.mark.parametrize("shared", ["", "import multiprocessing"], ids=["alone", "beside other processes"])
def test_what_waits_for_the_end_is_done_before_the_process_leaves(shared: str) -> None:
    code = (
        f"import atexit, sys; {shared}\natexit.register(print, 'done')\nsys.argv = ['feedtools', 'check', 'none.txt']\n"
    )
    code += "from feedtools.__main__ import command; command()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (2, ["done"]), done.stderr
    assert "none.txt" in done.stderr
