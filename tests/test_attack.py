"""What a stranger's repository may do by the names, links and kinds of its files, and what a bad machine may do."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedtools.check.cache import LintCache
from feedtools.config import discover
from feedtools.errors import ConfigError, RuleError, WriteError
from feedtools.lint.checks.base import Evidence
from feedtools.lint.rules import builtin, load_folder
from feedtools.system.cache_folder import cache_folder
from feedtools.system.files import write_whole
from feedtools.system.locks import FileLock
from feedtools.system.temporary import temporary_folder
from tests.cli.test_cli import HEADER, Run
from tests.commands import environment
from tests.test_untrusted import RULE

DAMAGED = HEADER + "这里丢了 [Math] 的一句,别的都在。\n"
DISGUISED = ("--write-baseline=x.txt", "--config=c.txt", "--output-format=text:leak.txt", "--exit-zero", "-q", "--help")


@pytest.mark.parametrize("name", DISGUISED)
def test_a_file_name_is_never_an_option(tmp_path: Path, name: str) -> None:
    """A hook passes the names of a repository's files, and whoever adds one chooses it."""
    (tmp_path / name).write_text(DAMAGED, encoding="utf-8")
    (tmp_path / "c.txt").write_text("", encoding="utf-8")
    before = sorted(os.listdir(tmp_path))
    Run(tmp_path, "check", "--no-duplicates", name).refused("is a file, and would be read as an option")
    whole = Run(tmp_path, "check", "--no-duplicates", "--output-format", "jsonl", "--input-format", "transmission",
                "--", name)  # fmt: skip
    assert (whole.code, whole.codes()) == (1, [f"{name} FT101"]), whole.err
    assert sorted(os.listdir(tmp_path)) == before


def test_options_beside_files_are_options(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(DAMAGED, encoding="utf-8")
    assert Run(tmp_path, "check", "-q", "--exit-zero", "a.txt").code == 0


LINKS = ("index.sqlite", "lint.sqlite", "history-0123456789abcdef.sqlite", ".gitignore")


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("there", [True, False])
def test_a_link_in_the_cache_leads_no_write_out_of_it(tmp_path: Path, name: str, there: bool) -> None:
    project, victim = tmp_path / "project", tmp_path / "victim"
    (project / ".feedtools_cache").mkdir(parents=True)
    (project / "feedtools.toml").touch()
    (project / "a.txt").write_text(DAMAGED, encoding="utf-8")
    if there:
        victim.write_bytes(b"")
    (project / ".feedtools_cache" / name).symlink_to(victim)
    Run(project, "index", "add", "a.txt").refused(name, "symbolic link")
    Run(project, "check", "a.txt", "--against", "a.txt").refused(name, "symbolic link")
    assert Run(project, "check", "a.txt").code == 1
    assert (victim.read_bytes() if there else victim.exists()) in (b"", False)


@pytest.mark.parametrize("what", ["folder", "schema"])
def test_a_cache_that_is_something_else_is_made_anew(tmp_path: Path, what: str) -> None:
    place = tmp_path / "lint.sqlite"
    if what == "folder":
        (place / "deep").mkdir(parents=True)
    else:
        import sqlite3

        sqlite3.connect(place).execute("CREATE TABLE lint (key TEXT)").connection.commit()
    LintCache(tmp_path, builtin(examples=False), Evidence()).close()
    cache = LintCache(tmp_path, builtin(examples=False), Evidence())
    cache.put(b"key", [], [])
    cache.close()
    assert LintCache(tmp_path, builtin(examples=False), Evidence()).get(b"key", [], "a") == []


@pytest.mark.parametrize("what", ["folder", "schema"])
def test_a_history_that_is_something_else_is_built_again(tmp_path: Path, what: str) -> None:
    (tmp_path / "feedtools.toml").touch()
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(DAMAGED, encoding="utf-8")
    arguments = ("check", "a.txt", "--against", "b.txt", "--select", "FT9", "--output-format", "jsonl")
    first = Run(tmp_path, *arguments)
    (place,) = (tmp_path / ".feedtools_cache").glob("history-*.sqlite")
    place.unlink()
    if what == "folder":
        (place / "deep").mkdir(parents=True)
    else:
        import sqlite3

        base = sqlite3.connect(place)
        base.executescript(
            "CREATE TABLE meta (key TEXT, value); PRAGMA application_id=1717921124; PRAGMA user_version=3"
        )
        base.close()
    again = Run(tmp_path, *arguments)
    assert (again.code, again.out) == (1, first.out)
    assert "built again" in again.err


def test_no_home_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(OSError, match="no home folder") as caught:
        cache_folder(tmp_path)
    assert caught.value.errno == errno.ENOENT


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("name", ["XX002.toml", "words.tsv"])
def test_a_pipe_in_a_pack_is_refused_at_once(tmp_path: Path, name: str) -> None:
    finder = 'words = "words.tsv"' if name == "words.tsv" else 'pattern = "坏"'
    (tmp_path / "XX001.toml").write_text(RULE.format(finder=finder, bad="⟦坏⟧"), encoding="utf-8")
    os.mkfifo(tmp_path / name)
    with pytest.raises(RuleError, match="not a regular file"):
        load_folder(tmp_path)


def test_a_rule_file_is_no_link_out_of_its_pack(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    text = RULE.format(finder='pattern = "坏"', bad="⟦坏⟧")
    (tmp_path / "secret.toml").write_text(text, encoding="utf-8")
    link = tmp_path / "pack" / "XX001.toml"
    link.symlink_to("../secret.toml")
    with pytest.raises(RuleError, match="leads out of the folder of its pack"):
        load_folder(tmp_path / "pack")
    link.unlink()
    (tmp_path / "pack" / "rule.txt").write_text(text, encoding="utf-8")
    link.symlink_to("rule.txt")
    assert [rule.id for rule in load_folder(tmp_path / "pack")] == ["XX001"]


def test_a_file_of_several_names_is_not_parted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    os.link(tmp_path / "a", tmp_path / "b")
    with pytest.raises(WriteError, match="2 names"):
        write_whole(tmp_path / "a", b"new")
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"old", b"old"]
    (tmp_path / "b").unlink()
    write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone can give files away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    os.chown(tmp_path / "a", 65534, 65534)
    write_whole(tmp_path / "a", b"new")
    status = (tmp_path / "a").stat()
    assert (status.st_uid, status.st_gid, (tmp_path / "a").read_bytes()) == (65534, 65534, b"new")


def test_a_file_that_would_change_hands_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, *_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", path)

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr("feedtools.system.files._keep_owner", refused)
    with pytest.raises(WriteError, match="not permitted"):
        write_whole(tmp_path / "a", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


BROKEN = """
import sys
import feedtools.check.files
def broken(*_):
    raise LookupError("nobody\\n\\x1b[2Jforesaw this")
feedtools.check.files.check = broken
from feedtools.__main__ import command
command()
"""


@pytest.mark.parametrize("traced", ["", "1"])
def test_an_error_of_our_own_is_exit_3_and_one_sentence(tmp_path: Path, traced: str) -> None:
    (tmp_path / "a.txt").write_text(DAMAGED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, "check", "a.txt"],
        cwd=tmp_path, env=environment(FEEDTOOLS_TRACEBACK=traced), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "\x1b" not in done.stderr.splitlines()[-1]
    assert "please report it" in done.stderr.splitlines()[-1]
    assert "LookupError: nobody" in done.stderr.splitlines()[-1]
    assert ("Traceback" in done.stderr) == bool(traced)


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed")
@pytest.mark.parametrize("limit", [["--as=60000000"], ["--as=120000000"], ["--nofile=4"], ["--nofile=8"]])
def test_a_machine_with_too_little_is_no_finding(tmp_path: Path, limit: list[str]) -> None:
    """Too little address space, or too few file descriptors: never 1, which means findings."""
    (tmp_path / "a.txt").write_text(HEADER + "这一篇什么都不缺,讲的是码头上的吊车。\n", encoding="utf-8")
    command = [sys.executable, "-m", "feedtools", "check", "a.txt", "--against", "a.txt"]
    done = subprocess.run(
        ["prlimit", *limit, *command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    ours = "feedtools" in done.stderr
    assert done.returncode != 1 or not ours, done.stderr
    assert not (ours and "Traceback" in done.stderr), done.stderr


@pytest.mark.parametrize("flag", ["--dry-run", "--diff"])
def test_a_preview_that_is_ended_leaves_no_text_behind(tmp_path: Path, flag: str) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (tmp_path / "feed").mkdir()
    for number in range(40):
        lines = "".join(f"第{number}份的第{line}篇讲的是码头上的吊车 [Math]。\n" for line in range(200))
        (tmp_path / "feed" / f"{number}.txt").write_text(HEADER + lines, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "feedtools", "clean", "feed", flag, "--jobs", "1"],
        cwd=tmp_path, env=environment(TMPDIR=str(temporary)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not list(temporary.glob("feedtools-*/files")):
        assert process.poll() is None
        time.sleep(0.005)
    process.terminate()
    assert process.wait(timeout=600) in {143, 0}
    assert list(temporary.glob("feedtools-*")) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for name in ("feedtools-dead", "feedtools-alive", "feedtools-young", "feedtools-strange", "other"):
        (tmp_path / name).mkdir()
        if name != "feedtools-strange":
            (tmp_path / name / ".lock").touch()
        if name != "feedtools-young":
            os.utime(tmp_path / name, (1, 1))
    with FileLock(tmp_path / "feedtools-alive" / ".lock") as lock:
        assert lock.take()
        os.utime(tmp_path / "feedtools-alive", (1, 1))
        with temporary_folder() as mine:
            left = {path.name for path in tmp_path.iterdir()} - {mine.name}
    assert left == {"feedtools-alive", "feedtools-young", "feedtools-strange", "other"}
    assert not mine.exists()


def test_a_lock_keeps_out_whoever_comes_second(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, second = FileLock(path, remove=True), FileLock(path, remove=True)
    assert first.take()
    assert first.take()
    assert not second.take(0.05)
    assert second.holder() == str(os.getpid())
    first.free()
    assert second.take()
    second.free()
    assert not path.exists()


def test_a_lock_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("victim")
    with pytest.raises(OSError, match="symbolic"):
        FileLock(tmp_path / "lock").take()
    assert not (tmp_path / "victim").exists()


def test_a_holder_that_is_killed_frees_its_lock(tmp_path: Path) -> None:
    script = "import sys, time; from pathlib import Path; from feedtools.system.locks import FileLock\n"
    script += "lock = FileLock(Path(sys.argv[1])); lock.take(); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "lock")], stdout=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        lock = FileLock(tmp_path / "lock")
        assert not lock.take()
        process.kill()
        process.wait()
    assert lock.take(5)
    lock.free()


@pytest.mark.parametrize("kind", ["a link to nothing", "a link to itself", "a folder", "a pipe"])
def test_settings_that_cannot_be_read_are_not_passed_over(tmp_path: Path, kind: str) -> None:
    """Without them something else would be checked, and called clean."""
    place = tmp_path / "feedtools.toml"
    if kind == "a folder":
        place.mkdir()
    elif kind == "a pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no named pipes")
        os.mkfifo(place)
    else:
        place.symlink_to("feedtools.toml" if kind == "a link to itself" else "nowhere")
    with pytest.raises(ConfigError, match="the settings cannot be read"):
        discover(tmp_path)


def test_settings_behind_a_link_are_read(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text("jobs = 0\nlang = 'zh'\n", encoding="utf-8")
    (tmp_path / "feedtools.toml").symlink_to("shared.toml")
    assert discover(tmp_path).lang == "zh"
    (tmp_path / "shared.toml").write_text("jobs = -1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="jobs -1"):
        discover(tmp_path)


PIPES = {
    "feed/manifest.jsonl": (("check", "feed"), ("dedup", "feed"), ("clean", "feed", "-o", "new")),
    "feed/b.txt": (("check", "feed"), ("clean", "feed", "-o", "new"), ("index", "add", "feed", "--index", "i")),
    "feedtools-allow.toml": (("check", "feed"), ("clean", "feed", "-o", "new")),
    "c.toml": (("check", "feed", "--config", "c.toml"), ("clean", "feed", "-o", "new", "--config", "c.toml")),
    "out/manifest.jsonl": (("check", "out"), ("clean", "feed", "-o", "out"), ("clean", "--undo", "out", "-o", "new")),
    "out/report.html": (("clean", "feed", "-o", "out"), ("publish", "out")),
    "out/a.txt": (("clean", "feed", "-o", "out"), ("publish", "out"), ("clean", "--undo", "out", "-o", "new")),
    "out/held/a.txt.jsonl": (("clean", "feed", "-o", "out"), ("publish", "out")),
    "i": (("index", "add", "feed", "--index", "i"), ("check", "feed", "--against", "i")),
    "i-journal": (("index", "add", "feed", "--index", "i"), ("check", "feed", "--against", "i")),
}
"""Places for a pipe, and commands that would wait for somebody to write into it."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A feed of two articles, one of which is held, its clean output and its index."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "feed").mkdir()
    (folder / "feed" / "a.txt").write_text(f"{DAMAGED}这一篇讲的是码头上的吊车,每年春天上一次油。\n", "utf-8")
    assert Run(folder, "clean", "feed", "-o", "out").code == 0
    assert Run(folder, "index", "add", "feed", "--index", "i").code == 0
    return folder


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
@pytest.mark.parametrize("name", PIPES)
def test_nothing_waits_for_a_pipe(published: Path, tmp_path: Path, name: str) -> None:
    """Wherever a file is read, in the place of which somebody may have put one."""
    folder = shutil.copytree(published, tmp_path / "project")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    for command in PIPES[name]:
        run = Run(folder, *command)
        assert run.code == 2, run.err
        assert "Traceback" not in run.err
        assert any(sign in run.err for sign in (name, "holds no output of feedtools", "the output itself uses")), (
            run.err
        )


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_a_link_beside_an_index_leads_no_write_away(published: Path, tmp_path: Path, end: str) -> None:
    folder = shutil.copytree(published, tmp_path / "project")
    (tmp_path / "victim").write_bytes(b"mine")
    (folder / f"i{end}").unlink(missing_ok=True)
    (folder / f"i{end}").symlink_to(tmp_path / "victim")
    (folder / "b.txt").write_text(DAMAGED, "utf-8")
    Run(folder, "index", "add", "b.txt", "--index", "i").refused(f"i{end}: no regular file")
    assert (tmp_path / "victim").read_bytes() == b"mine"
    (folder / f"i{end}").unlink()
    assert Run(folder, "index", "add", "b.txt", "--index", "i").code == 0
