"""Batch runs that are killed, crowd each other, meet bad input or cannot write: the command line from outside."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedtools.clean import pipeline
from feedtools.clean.staging import Stage
from feedtools.errors import WriteError
from tests import commands
from tests.places import PACKAGE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = ROOT / "tests" / "sample" / "feed"
HOLD = """
import sys; from pathlib import Path; from feedtools.clean.staging import Stage
with Stage(Path(sys.argv[1]), lambda _: False): print('held', flush=True); sys.stdin.read()
"""
HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "feedtools", "clean", *map(str, args)]


def run(*args: object) -> subprocess.CompletedProcess[str]:
    return commands.run(["clean", *args], ROOT, commands.environment()).text()


def started(*args: object) -> float:
    """A run in a process of its own, as those that are killed; how many seconds it takes."""
    began = time.monotonic()
    assert commands.started(["clean", *args], ROOT, commands.environment()).returncode == 0
    return time.monotonic() - began


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def interrupted(*args: object, when: Callable[[], object], **environment: str) -> list[str]:
    """What a run says that gets a Ctrl-C as soon as something is so."""
    process = subprocess.Popen(
        command(*args),
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not when():
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    return said.splitlines()


def archive(folder: Path, files: int, articles: int) -> Path:
    """A feed of sentences put together by chance, with copies, cuts and damage."""
    words = re.findall("..", "学习梯度网络样本训练收敛损失特征模型参数采样策略奖励状态价值注意编码解码")
    chance = random.Random(5)
    texts: list[str] = []
    for _ in range(files * articles):
        kind = chance.random()
        if texts and kind < 0.15:
            texts.append(chance.choice(texts))
        elif texts and kind < 0.25:
            texts.append(chance.choice(texts)[:60] + "...")
        else:
            text = "".join(chance.choice(words) + chance.choice("的了在是和,") for _ in range(60)) + "。"
            texts.append(text.replace("的", "  ", 1) + ("值为 [Math] 时。。" if kind > 0.8 else ""))
    folder.mkdir(parents=True)
    for number in range(files):
        mine = texts[number * articles : (number + 1) * articles]
        (folder / f"{number:03}.txt").write_text(HEADER + "".join(f"{text}\n" for text in mine), encoding="utf-8")
    records = (json.dumps({"id": n, "text": text}, ensure_ascii=False) for n, text in enumerate(texts[: articles * 3]))
    (folder / "more.jsonl").write_text("\n".join(records), encoding="utf-8")
    return folder


def kill_and_resume(feed: Path, out: Path, delays: list[float], *flags: str) -> int:
    """Run with a kill after each delay, then to the end; how many kills met a run at work."""
    met = 0
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for delay in delays:
        process = subprocess.Popen(
            command(feed, "-o", out, "--resume", *flags), env=environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        time.sleep(delay)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            met += 1
        process.wait()
        if out.exists():
            assert (out / "report.html").exists(), "the output appears whole or not at all"
            break
    done = run(feed, "-o", out, "--resume", *flags)
    assert done.returncode == 0, done.stderr
    return met


def killed_and_resumed(feed: Path, out: Path, delays: list[float], *flags: str) -> int:
    """The same, once more with half the delays where every kill came too late: the machine may have become quicker."""
    for _ in range(8):
        if met := kill_and_resume(feed, out, delays, *flags):
            return met
        shutil.rmtree(out)
        delays = [delay / 2 for delay in delays]
    return 0


def test_a_killed_run_goes_on_and_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    feed = archive(tmp_path / "feed", 12, 12)
    length = started(feed, "-o", tmp_path / "whole")
    assert killed_and_resumed(feed, tmp_path / "out", [length * share for share in (0.5, 0.65, 0.8)])
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed", "out", "whole"], "nothing is left beside it"


@pytest.mark.slow
def test_a_hundred_kills(tmp_path: Path) -> None:
    feed = archive(tmp_path / "feed", 40, 40)
    length = started(feed, "-o", tmp_path / "whole")
    whole = tree(tmp_path / "whole")
    chance = random.Random(11)
    kills, number = 0, 0
    rounds = int(os.environ.get("FEEDTOOLS_KILLS", "20"))
    while kills < rounds:
        number += 1
        out = tmp_path / f"out{number}"
        kills += kill_and_resume(feed, out, [chance.uniform(0.2, length) for _ in range(4)])
        assert tree(out) == whole


@pytest.mark.slow
def test_a_run_over_processes_that_is_killed_leaves_none_of_them(tmp_path: Path) -> None:
    feed = archive(tmp_path / "feed", 60, 400)
    length = started(feed, "-o", tmp_path / "whole", "--jobs", 1)
    assert killed_and_resumed(feed, tmp_path / "out", [length * share for share in (0.2, 0.3, 0.4)], "--jobs", "2")
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    until = time.monotonic() + 300
    while (
        running := str(tmp_path / "out") in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    ):
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    assert not running


def test_a_worker_that_is_killed_costs_nothing_but_the_rest_of_the_run(tmp_path: Path) -> None:
    feed = archive(tmp_path / "feed", 60, 210)
    process = subprocess.Popen(
        command(feed, "-o", tmp_path / "out", "--jobs", 2),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    notes = tmp_path / ".out.feedtools" / "notes"
    while not notes.exists() or not notes.stat().st_size:
        assert process.poll() is None
        time.sleep(0.001)
    workers = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout
    os.kill(int(workers.split()[0]), signal.SIGKILL)
    _, said = process.communicate()
    assert process.returncode == 2
    assert said.splitlines()[-1].endswith("the same command with --resume goes on from there")
    assert "Traceback" not in said
    assert notes.stat().st_size


def test_two_runs_into_one_output_do_not_meet(tmp_path: Path) -> None:
    from feedtools.clean.staging import Stage

    out = tmp_path / "out"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            str(out),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    refused = run(SAMPLE, "-o", out)
    assert refused.returncode == 2
    assert f"another run (process {holder.pid}) is writing this output" in refused.stderr
    assert "Traceback" not in refused.stderr
    holder.kill()
    holder.communicate()
    with Stage(out, lambda _: False):
        pass
    assert run(SAMPLE, "-o", out).returncode == 0, "the lock of a dead process counts for nothing"


def test_an_unreadable_file_is_reported_and_the_rest_is_done(tmp_path: Path) -> None:
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "a.txt").write_text(f"{HEADER}第一篇讲的是梯度下降。\n", encoding="utf-8")
    (feed / "b.txt").write_bytes(b"\x00\x01binary")
    (feed / "c.txt").symlink_to(feed / "nowhere.txt")
    (feed / "d.jsonl").write_bytes(b'{"text": "one"}\nnot json\n')
    done = run(feed, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "2 articles in 2 files = 2 kept + 0 dropped + 0 held" in done.stderr
    for sentence in ("b.txt: binary file", "c.txt: no such file", "d.jsonl:2: not a JSON record"):
        assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out" / "d.jsonl").read_bytes() == (feed / "d.jsonl").read_bytes()
    first = [json.loads(line) for line in (tmp_path / "out" / "manifest.jsonl").read_text().splitlines()[1:3]]
    assert sorted(Path(entry["unread"]).name for entry in first) == ["b.txt", "c.txt"]


@pytest.mark.parametrize("where", ["a file", "a file/below", "full", "/proc/none/out"])
def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path: Path, where: str) -> None:
    out = tmp_path / where
    (tmp_path / "a file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    before = tree(tmp_path)
    done = run(SAMPLE, "-o", out)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("feedtools: ")
    assert tree(tmp_path) == before


def test_an_earlier_output_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(SAMPLE, "-o", out).returncode == 0
    first = tree(out)
    assert run(SAMPLE, "-o", out).returncode == 0
    assert tree(out) == first
    (out / "stale.txt").write_text("left over")
    assert run(SAMPLE, "-o", out, "--force").returncode == 0
    assert tree(out) == first


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ([SAMPLE], "where to?"),
        ([SAMPLE, "-o", SAMPLE / "out"], "lies inside the input"),
        (["-", "-o", "{tmp}/out"], "name files or folders in place of -"),
        (["--undo", SAMPLE, "-o", "{tmp}/back"], "no output of feedtools clean"),
        (["--undo", SAMPLE], "where to?"),
        ([SAMPLE, "-o", "{tmp}/out", "--select", "FT999"], "unknown rule 'FT999'"),
        (
            [SAMPLE, "-o", "{tmp}/out", "--index", SAMPLE / "000.txt"],
            "000.txt: no index, or one whose beginning is damaged: name another file",
        ),
        ([SAMPLE, "-o", "{tmp}/out", "--sources", "{tmp}/none"], "--sources: no such file or folder"),
        ([SAMPLE, "-o", "{tmp}/out", "--index", "{tmp}/none/a.sqlite"], "--index: the folder of this index does not"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path: Path, args: list[object], sentence: str) -> None:
    done = run(*(str(arg).format(tmp=tmp_path) for arg in args))
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_written_by_a_dry_run_or_a_diff(tmp_path: Path) -> None:
    feed = archive(tmp_path / "feed", 2, 12)
    before = tree(tmp_path)
    dry = run(feed, "--dry-run")
    assert dry.returncode == 0
    assert "001.txt" in dry.stdout
    assert ": drop (FT90" in dry.stdout
    diff = run(feed, "--diff")
    assert diff.returncode == 0
    assert diff.stdout.startswith("--- 000.txt\n+++ 000.txt\n@@")
    assert {line[0] for line in diff.stdout.splitlines()} <= set("-+@ \\")
    assert dry.stderr.splitlines()[-1] == diff.stderr.splitlines()[-1]
    assert tree(tmp_path) == before


def test_ctrl_c_keeps_what_was_done(tmp_path: Path) -> None:
    feed = archive(tmp_path / "feed", 12, 12)
    assert run(feed, "-o", tmp_path / "whole").returncode == 0
    said = interrupted(feed, "-o", tmp_path / "out", when=(tmp_path / ".out.feedtools" / "state").exists)
    assert said == ["feedtools: interrupted; the same command with --resume goes on from here"]
    assert not (tmp_path / "out").exists()
    assert run(feed, "-o", tmp_path / "out", "--resume").returncode == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("flag", ["--dry-run", "--diff"])
def test_ctrl_c_of_a_preview_promises_nothing(flag: str, tmp_path: Path) -> None:
    feed, temporary = archive(tmp_path / "feed", 12, 12), tmp_path / "temporary"
    temporary.mkdir()
    said = interrupted(feed, flag, when=lambda: list(temporary.glob("feedtools-*/state")), TMPDIR=str(temporary))
    assert said == ["feedtools: interrupted; nothing was written"]
    assert list(temporary.iterdir()) == []


def test_what_cannot_go_on_does_not_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedtools.clean.run import clean, preview
    from feedtools.clean.undo import undo
    from feedtools.config import Config
    from feedtools.errors import WriteError

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    feed = archive(tmp_path / "feed", 3, 12)
    clean([str(feed)], tmp_path / "out", Config(jobs=1))
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_report", full)
        with pytest.raises(WriteError, match=r"No space left on device$"):
            preview([str(feed)], Config(jobs=1), print)
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", full)
        with pytest.raises(WriteError, match=r"No space left on device$"):
            undo(tmp_path / "out", tmp_path / "back")


def test_a_full_disk_keeps_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedtools.clean.run import clean
    from feedtools.config import Config
    from feedtools.errors import WriteError

    feed = archive(tmp_path / "feed", 3, 12)
    clean([str(feed)], tmp_path / "whole", Config(jobs=1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "report.html")

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_report", full)
        with pytest.raises(WriteError, match=r"No space left on device.*--resume goes on"):
            clean([str(feed)], tmp_path / "out", Config(jobs=1))
    assert not (tmp_path / "out").exists()
    clean([str(feed)], tmp_path / "out", Config(jobs=1), resume=True)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("damage", [None, b"", b"PK\x05\x06" + b"\0" * 30])
def test_what_was_compared_is_not_compared_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    from feedtools.clean.run import clean
    from feedtools.config import Config
    from feedtools.dedup import batch
    from feedtools.errors import WriteError

    feed, whole = archive(tmp_path / "feed", 3, 12), batch.clusters_of
    clean([str(feed)], tmp_path / "whole", Config(jobs=1))
    compared: list[int] = []

    def counted(texts: Any, settings: Any) -> Any:
        compared.append(len(texts))
        return whole(texts, settings)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr(batch, "clusters_of", counted)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "_report", full)
        with pytest.raises(WriteError):
            clean([str(feed)], tmp_path / "out", Config(jobs=1))
    before = list(compared)
    kept = sorted(tmp_path.rglob("clusters-*"))
    assert len(kept) == len(before) > 0
    for path in kept if damage is not None else ():
        path.write_bytes(damage or b"")
    clean([str(feed)], tmp_path / "out", Config(jobs=1), resume=True)
    assert compared == (before if damage is None else before * 2)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_folder_without_a_feed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / "empty", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "no articles here" in done.stderr
    assert not (tmp_path / "out").exists()


class Screen(io.StringIO):
    def __init__(self, live: bool) -> None:
        super().__init__()
        self._live = live

    def isatty(self) -> bool:
        return self._live


def told(live: bool) -> str:
    """What a run of 100 articles says, ten a second, of which 20 were done before."""
    from feedtools.cli.progress import Progress

    now = [0.0]
    screen = Screen(live)
    progress = Progress((("reading",), ("checking", "comparing"), ("writing",)), screen, lambda: now[0])
    advance = progress("checking", 100, "articles")
    advance(20)
    for _ in range(8):
        now[0] += 1
        advance(10)
    progress.close()
    return screen.getvalue()


def test_progress_on_a_terminal_is_one_line_that_goes() -> None:
    shown = told(live=True).split("\r")
    assert "step 2 of 3, checking: 60 of 100 articles, 10/s, 0:04 left" in [line.rstrip() for line in shown]
    assert shown[-2].strip() == ""
    assert "\n" not in told(live=True)


def test_steps_never_go_back_and_know_every_phase() -> None:
    from feedtools.cli.progress import CHECK, CLEAN, Progress

    now, screen = [0.0], Screen(True)
    progress = Progress(CLEAN, screen, lambda: now[0])
    for phase in ("reading", "restoring", "comparing", "reporting"):  # what was restored is compared once more
        now[0] += 1
        progress(phase, 10, "articles")
    said = [line.split(",")[0] for line in screen.getvalue().split("\r") if line]
    assert said == ["step 1 of 6", "step 4 of 6", "step 4 of 6", "step 6 of 6"]
    known = {phase for steps in (CHECK, CLEAN) for phases in steps for phase in phases}
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    used = {phase for source in sources for phase in re.findall(r'progress\("([a-z ]+)"', source)}
    assert len(used) > 6
    assert used <= known


def test_a_log_says_nothing_of_a_phase_that_has_not_done_anything() -> None:
    """A slow machine, and a phase of a moment that begins when the next line is due."""
    from feedtools.cli.progress import CHECK, Progress

    now, screen = [0.0], Screen(False)
    progress = Progress(CHECK, screen, lambda: now[0])
    now[0] = 31.0
    advance = progress("comparing", 190, "pairs")
    assert screen.getvalue() == ""
    advance(100)
    assert screen.getvalue() == "feedtools: step 3 of 3, comparing: 100 of 190 pairs\n"


def test_progress_elsewhere_is_a_log_line_now_and_then() -> None:
    assert told(live=False) == "", "a short run says nothing"
    from feedtools.cli.progress import status

    assert status("reading", "files", 5, 0, 0.0) == "reading: 5 files"
    assert (
        status("checking", "articles", 1000, 4_000_000, 500.0)
        == "checking: 1,000 of 4,000,000 articles, 500/s, 2:13:18 left"
    )


EARLY = "import os; from feedtools.clean import pipeline; pipeline.{} = lambda *_: os._exit(9)"


def died(cwd: Path, step: str, *arguments: object) -> None:
    """A run whose process ends when it comes to a step; what it did until then stays."""
    assert step in vars(pipeline)
    done = commands.run(["clean", *arguments], cwd, commands.environment(), first=EARLY.format(step))
    assert done.returncode == 9, done.stderr


def typed(cwd: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return commands.run(arguments, cwd, commands.environment()).text()


PACK = """id = "XX001"
name = "no-dogs"
level = "error"
confidence = "high"
message = "a dog"
why = "Dogs."
words = "dogs.txt"
[[bad]]
text = '⟦狗⟧'
[[bad]]
text = '有一只⟦狗⟧'
[[bad]]
text = '⟦狗⟧在叫'
[[good]]
text = '猫'
"""
LEARNS = "第{0}篇写的是一只{1}和一个下雨的晚上,路灯亮着,街上没有别的人,值是 $\\mine{{{0}}}$ 与 $\\varGamma$。"
CHANGES = {
    "nothing": ((), None, ""),
    "the rules": (("--renderer", "mathjax"), None, "the configuration and the rules"),
    "macros": (
        (),
        ("feedtools.toml", 'rule-packs = ["pack"]\n[rules.FT203.macros]\nmine = 1\n'),
        "the configuration and the rules",
    ),
    "an input": ((), ("feed/1.txt", HEADER + LEARNS.format(1, "马") + "\n"), "the inputs"),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name, text in {
        "feedtools.toml": 'rule-packs = ["pack"]\n',
        "pack/XX001.toml": PACK,
        "pack/dogs.txt": "狗\t犬\n",
        "sources/o.md": LEARNS.format(0, "狗") + "\n",
        **{f"feed/{n}.txt": HEADER + LEARNS.format(n, "猫狗鸟"[n]) + "\n" for n in range(3)},
        "old/o.txt": HEADER + "一篇早就登过的旧文章,讲的是怎样在冬天把水管包起来,免得它冻裂。\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert typed(folder, "index", "add", "old", "--index", "i.sqlite").returncode == 0
    return folder


@pytest.fixture
def project(prepared: Path, tmp_path: Path) -> Path:
    return shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def cleaned(prepared: Path) -> Path:
    """An output of the project, and articles that somebody put into it."""
    assert typed(prepared, "clean", "feed", "-o", "../cleaned").returncode == 0
    out = prepared.parent / "cleaned"
    for there in ("sources/o.md", "deep/a.txt", "a.txt"):
        (out / there).parent.mkdir(exist_ok=True)
        (out / there).write_text(HEADER + "一个人自己写的一篇。\n", encoding="utf-8")
    shutil.copy(prepared / "i.sqlite", out / "i.sqlite")
    return out


@pytest.mark.parametrize(
    ("name", "step"), [*((name, "_report") for name in (*CHANGES, "the index")), ("nothing", "decide_copies")]
)
def test_a_run_goes_on_only_where_nothing_that_decides_its_output_changed(project: Path, name: str, step: str) -> None:
    """As a user sees it; ``test_resume.py`` has every thing that decides."""
    arguments = ("feed", "-o", "out", "--index", "i.sqlite", "--sources", "sources")
    flags, edit, said = CHANGES.get(name, ((), None, "the index"))
    died(project, step, *arguments)
    if edit is not None:
        (project / edit[0]).write_text(edit[1], encoding="utf-8")
    if name == "the index":
        assert typed(project, "index", "add", "feed/2.txt", "--index", "i.sqlite").returncode == 0
    shutil.copy(project / "i.sqlite", project / "j.sqlite")
    done = typed(project, "clean", *arguments, "--resume", *flags)
    assert done.returncode == 0, done.stderr
    expected = f"not as in the run that was interrupted: {said}; this one began anew"
    assert (expected in done.stderr) == (name != "nothing"), done.stderr
    (project / "j.sqlite").replace(project / "i.sqlite")
    assert typed(project, "clean", "feed", "-o", "anew", *arguments[3:], *flags).returncode == 0
    assert tree(project / "out") == tree(project / "anew")


@pytest.mark.parametrize("lost", ["1.txt", "held/1.txt.jsonl", "held/originals/more.jsonl.gz.original"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_what_a_power_failure_took_from_the_output_is_written_again(tmp_path: Path, lost: str, how: str) -> None:
    """The manifest may have reached the disk, and what it speaks of may not."""
    feed = tmp_path / "feed"
    feed.mkdir()
    for number in range(3):
        text = f"第{number}篇丢了 [Math] 的一句,别的都在,讲的是{number}号井里的水在春天为什么会变浑。"
        (feed / f"{number}.txt").write_text(f"{HEADER}{text}\n", encoding="utf-8")
    with gzip.open(feed / "more.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write(json.dumps({"text": "这里丢了 [Math] 的一句 ,说的是另一口井,井沿上有一块青石板。"}) + "\n")
    assert typed(tmp_path, "clean", "feed", "-o", "whole").returncode == 0
    died(tmp_path, "_report", "feed", "-o", "out")
    victim = tmp_path / ".out.feedtools" / "out" / lost
    assert victim.exists()
    victim.unlink()
    if how == "empty":
        victim.touch()
    assert typed(tmp_path, "clean", "feed", "-o", "out", "--resume").returncode == 0
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


SWALLOWED = {
    "an index": ("clean", "feed", "-o", "out", "--index", "out/i.sqlite"),
    "originals": ("clean", "feed", "-o", "out", "--sources", "out/sources"),
    "the originals themselves": ("clean", "feed", "-o", "sources", "--sources", "sources"),
    "itself": ("clean", "o*t/*.txt", "-o", "out"),
    "itself by a link": ("clean", "link/a.txt", "-o", "out"),
    "a folder of it": ("clean", "out/deep", "-o", "out"),
    "a pack": ("clean", "feed", "-o", "pack"),
}


@pytest.mark.parametrize("name", SWALLOWED)
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_an_output_that_would_swallow_what_it_is_told_to_use_is_refused(
    project: Path, cleaned: Path, name: str, force: tuple[str, ...]
) -> None:
    shutil.copytree(cleaned, project / "out")
    (project / "link").symlink_to("out")
    before = tree(project)
    done = typed(project, *SWALLOWED[name], *force)
    assert done.returncode == 2, done.stderr
    assert "lies inside the output" in done.stderr
    assert tree(project) == before


def test_what_stands_beside_an_output_may_be_used(project: Path) -> None:
    done = typed(project, "clean", "feed", "-o", "out", "--index", "out.sqlite", "--sources", "sources")
    assert done.returncode == 0, done.stderr
    assert typed(project, "clean", "out", "-o", "out2", "--index", "out.sqlite").returncode == 0


def test_two_threads_of_one_process_do_not_share_a_lock(tmp_path: Path) -> None:
    from feedtools.clean.staging import Stage
    from feedtools.errors import WriteError

    with (
        Stage(tmp_path / "out", lambda _: True),
        pytest.raises(WriteError, match="another run"),
        Stage(tmp_path / "out", lambda _: True),
    ):
        pytest.fail("the second one got it, too")
    with Stage(tmp_path / "out", lambda _: True):
        assert (tmp_path / ".out.feedtools-lock").exists()
    assert not (tmp_path / ".out.feedtools-lock").exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
@pytest.mark.parametrize("dead", [True, False])
def test_the_processes_of_a_run_that_was_killed_are_waited_for(tmp_path: Path, dead: bool) -> None:
    """They hold its lock until they see that it is gone; a run that lives is not waited for."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    code = (
        "import fcntl, os, sys, time; handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); "
        "fcntl.flock(handle, fcntl.LOCK_EX); os.write(handle, sys.argv[2].encode()); print(flush=True); "
        "time.sleep(float(sys.argv[3]))"
    )
    named = str(gone.pid if dead else os.getpid())
    lock = tmp_path / ".out.feedtools-lock"
    seconds = "0.5" if dead else "600"
    with subprocess.Popen([sys.executable, "-c", code, str(lock), named, seconds], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        stage = Stage(tmp_path / "out", lambda _: True, resume=False)
        if not dead:
            with pytest.raises(WriteError, match="another run"), stage:
                raise AssertionError("entered")
            worker.kill()
            return
        with stage:
            assert stage.folder.is_dir()
