"""``feedtools publish``: what was decided stands at its own place, and nothing else moves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clean.outputs import (
    DAMAGED,
    OTHER,
    WHOLE,
    actions,
    decide,
    decisions,
    feedtools,
    replace,
    rows,
    transmission,
    write,
)

LAST = "补鞋匠说,线要先过一遍蜡,针脚密了不如针脚匀,急着收针的都要返工。"
SECOND = "第二处写着 [公式] ,是夜里抄漏的,天亮以后再去核对原稿。"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    records = "".join(json.dumps({"n": 1.50, "text": text}, ensure_ascii=False) + "\n" for text in (SECOND, LAST))
    write(tmp_path, feed__a_txt="\ufeff" + transmission(WHOLE, DAMAGED, OTHER + "又是一年。").replace("\n", "\r\n"))
    write(tmp_path, feed__b_jsonl=records)
    assert feedtools(tmp_path, "clean", "feed", "-o", "out").returncode == 0
    return tmp_path


def test_corrected_records_stand_at_their_places_in_their_formats(feed: Path) -> None:
    replace(feed / "out/held/a.txt.jsonl", "推导到了 [Math] 就断", "推导到了积分就断")
    replace(feed / "out/held/b.jsonl.jsonl", "写着 [公式],是", "写着勾股定理,是")
    done = feedtools(feed, "publish", "out")
    assert done.returncode == 0, done.stderr
    assert "2 edits taken up as 2 decisions" in done.stderr
    was = (feed / "feed/a.txt").read_bytes()
    assert (feed / "out/a.txt").read_bytes() == was.replace("到了 [Math] 就".encode(), "到了积分就".encode())
    was = (feed / "feed/b.jsonl").read_bytes()
    assert (feed / "out/b.jsonl").read_bytes() == was.replace("写着 [公式] ,是".encode(), "写着勾股定理,是".encode())
    assert not (feed / "out/held").exists()
    feedtools(feed, "clean", "--undo", "out", "-o", "back")
    assert tree(feed / "back") == tree(feed / "feed")


def test_publishing_is_what_the_next_run_would_do(feed: Path) -> None:
    decide(feed, {"decision": "publish", "text": DAMAGED, "to": DAMAGED}, {"decision": "reject", "text": SECOND})
    assert feedtools(feed, "publish", "out").returncode == 0
    published = tree(feed / "out")
    assert actions(feed / "out") == ["keep", "keep", "keep", "drop", "keep"]
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 0
    assert tree(feed / "out") == published


def test_an_edit_in_a_published_file_is_taken_up(feed: Path) -> None:
    replace(feed / "out/a.txt", "再把最低处的龙头打开", "再打开最低处的龙头")
    done = feedtools(feed, "publish", "out")
    assert done.returncode == 0, done.stderr
    assert "再打开最低处的龙头" in (feed / "out/a.txt").read_text(encoding="utf-8")
    assert [one["path"] for one in decisions(feed)] == ["a.txt"]
    assert feedtools(feed, "clean", "feed", "-o", "out").returncode == 0
    assert "再打开最低处的龙头" in (feed / "out/a.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", ["a line is gone", "the input is gone", "a file was added", "a record is broken"])
def test_what_cannot_be_taken_up_is_named_and_left(feed: Path, what: str) -> None:
    path = feed / "out/a.txt"
    if what == "a line is gone":
        path.write_bytes(path.read_bytes().replace(WHOLE.encode() + b"\r\n", b""))
    elif what == "the input is gone":
        path.write_bytes(path.read_bytes().replace("总闸".encode(), "大闸".encode()))
        (feed / "feed/a.txt").unlink()
    elif what == "a file was added":
        path = feed / "out/mine.txt"
        path.write_text("mine")
    else:
        path = feed / "out/held/a.txt.jsonl"
        path.write_bytes(path.read_bytes()[:-20])
    before = tree(feed / "out")
    done = feedtools(feed, "publish", "out")
    assert done.returncode == 2
    assert path.name in done.stderr
    assert tree(feed / "out") == before
    assert not [one for one in feed.iterdir() if one.name.startswith(".out")]


def test_the_run_is_repeated_as_it_was(feed: Path) -> None:
    feedtools(feed, "clean", "feed", "-o", "out", "--select", "FT102", "--intact")
    decide(feed, {"decision": "reject", "text": WHOLE})
    assert feedtools(feed, "publish", "out").returncode == 0
    assert [row.get("mark", "keep") for row in rows(feed / "out")] == ["drop", "keep", "keep", "hold", "keep"]


def test_a_folder_that_is_no_output_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = feedtools(tmp_path, "publish", "out")
    assert (done.returncode, "no output of feedtools clean" in done.stderr) == (2, True)


def test_still_held_can_be_made_to_fail(feed: Path) -> None:
    assert feedtools(feed, "publish", "out").returncode == 0
    assert feedtools(feed, "publish", "out", "--fail-on", "held").returncode == 1
    decide(feed, *({"decision": "reject", "text": text} for text in (DAMAGED, SECOND)))
    assert feedtools(feed, "publish", "out", "--fail-on", "held").returncode == 0


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_no_decision(feed: Path) -> None:
    rng = random.Random(8)
    whole = DAMAGED
    for number in range(100):
        path = feed / "out/held/a.txt.jsonl"
        text = f"{DAMAGED}第{number}次。"
        path.write_text(path.read_text(encoding="utf-8").replace(whole, text), encoding="utf-8")
        whole = text
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        running = subprocess.Popen(
            [sys.executable, "-m", "feedtools", "publish", "out"], cwd=feed, env=environment, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.0, 0.9))
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert feedtools(feed, "publish", "out").returncode == 0
        assert whole in path.read_text(encoding="utf-8")
        assert decisions(feed)[-1]["to"] == whole
    assert len(decisions(feed)) == 100


def test_a_text_inside_another_object_is_corrected_and_given_back(tmp_path: Path) -> None:
    row = {"id": 1, "data": {"body": DAMAGED, "n": 1}}
    write(tmp_path, feed__a_jsonl=json.dumps(row, ensure_ascii=False) + "\n")
    assert feedtools(tmp_path, "clean", "feed", "-o", "out", "--text-key", "data.body").returncode == 0
    replace(tmp_path / "out/held/a.jsonl.jsonl", "推导到了 [Math] 就断", "推导到了积分就断")
    done = feedtools(tmp_path, "publish", "out")
    assert done.returncode == 0, done.stderr
    [line] = (tmp_path / "out/a.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["data"] == {"body": DAMAGED.replace(" [Math] ", "积分"), "n": 1}
    assert feedtools(tmp_path, "clean", "--undo", "out", "-o", "back").returncode == 0
    assert tree(tmp_path / "back") == tree(tmp_path / "feed")


def download(folder: Path, *choices: dict[str, object]) -> Path:
    path = folder / "feedtools-decisions-report.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in choices), encoding="utf-8")
    return path


def test_what_the_report_downloaded_is_appended_once_and_published(feed: Path) -> None:
    decide(feed, {"decision": "reject", "text": SECOND, "id": "aaaaaaaaaaaa"})
    before = (feed / "feedtools-decisions.jsonl").read_bytes()
    made = {"decision": "publish", "id": "bbbbbbbbbbbb", "text": DAMAGED, "to": DAMAGED}
    path = download(feed, made)
    done = feedtools(feed, "publish", "out", "--decisions", path)
    assert done.returncode == 0, done.stderr
    assert "1 new decision appended" in done.stderr
    assert actions(feed / "out") == ["keep", "keep", "keep", "drop", "keep"]
    log = (feed / "feedtools-decisions.jsonl").read_bytes()
    assert log.startswith(before)
    assert [one["decision"] for one in decisions(feed)] == ["reject", "publish"]
    assert "0 new decisions" in feedtools(feed, "publish", "out", "--decisions", path).stderr
    assert (feed / "feedtools-decisions.jsonl").read_bytes() == log


def test_a_folder_that_is_no_output_takes_up_nothing(feed: Path) -> None:
    path = download(feed, {"decision": "reject", "text": DAMAGED})
    assert feedtools(feed, "publish", "feed", "--decisions", path).returncode == 2
    assert not (feed / "feedtools-decisions.jsonl").exists()
