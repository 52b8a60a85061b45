"""The commands that a check names can be typed as they stand, and do what they say."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.test_cli import Run

HEADER = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n"
TEXT = "水库的调度要兼顾防洪与灌溉,汛期之前先腾出库容,雨停之后再慢慢蓄起来,下游的田才不缺水。"
OTHER = "桥墩的冲刷要年年测量,河床下切一米,基础就少一米的埋深,汛后先看的总是迎水的那一面。"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    here = tmp_path / "here"
    (here / "feed").mkdir(parents=True)
    (here / "feed" / "a.txt").write_text(f"{HEADER}{TEXT}\n{OTHER}\n{TEXT}\n", encoding="utf-8")
    (here / "old.txt").write_text(f"{HEADER}{OTHER}\n", encoding="utf-8")
    return here


def hinted(run: Run) -> str:
    [line] = [line for line in run.err.splitlines() if " publishes one of each" in line]
    return line.partition(": ")[2].removesuffix(" publishes one of each")


def typed(folder: Path, command: str) -> list[Run]:
    done = []
    for one in command.split(" && "):
        program, *words = shlex.split(one)
        assert program == "feedtools"
        done.append(Run(folder, *words))
    assert [run.code for run in done] == [0] * len(done), [run.err for run in done]
    return done


@pytest.mark.parametrize(
    ("paths", "command"),
    [
        (["feed"], "feedtools clean feed -o OUT"),
        (["feed/a.txt"], "feedtools clean feed/a.txt -o OUT"),
        (["."], "feedtools clean . -o ../OUT"),
        ([], "feedtools clean . -o ../OUT"),
        (["feed", "../here"], "feedtools clean feed ../here -o ../OUT"),
    ],
    ids=str,
)
def test_the_output_lies_outside_the_input(feed: Path, paths: list[str], command: str) -> None:
    said = hinted(Run(feed, "check", *paths))
    assert said == command
    typed(feed, said)


def test_an_index_that_was_compared_with_is_named(feed: Path) -> None:
    assert Run(feed, "index", "add", "old.txt", "--index", "known.sqlite").code == 0
    said = hinted(Run(feed, "check", "feed", "--against", "known.sqlite"))
    assert said == "feedtools clean feed --index known.sqlite -o OUT"
    assert "= 1 kept + 2 dropped" in typed(feed, said)[-1].err


def test_of_published_files_an_index_is_made_first(feed: Path) -> None:
    said = hinted(Run(feed, "check", "feed", "--against", "old.txt"))
    assert said == "feedtools index add old.txt --index INDEX && feedtools clean feed --index INDEX -o OUT"
    assert "= 1 kept + 2 dropped" in typed(feed, said)[-1].err


def test_options_that_say_how_to_read_are_repeated(feed: Path) -> None:
    rows = "".join(f'{{"body": "{text}", "no": "{number}"}}\n' for number, text in enumerate((TEXT, OTHER, TEXT)))
    (feed / "r.data").write_text(rows, encoding="utf-8")
    (feed / "my.toml").write_text("")
    options = ["--config", "my.toml", "--text-key", "body", "--id-key", "no", "--input-format", "jsonl"]
    said = hinted(Run(feed, "check", "r.data", *options, "--no-cache"))
    assert said == f"feedtools clean r.data {' '.join(options)} -o OUT"
    typed(feed, said)


def test_standard_input_is_to_be_saved_first(feed: Path) -> None:
    run = Run(feed, "check", "-", stdin=(feed / "feed" / "a.txt").read_bytes())
    assert hinted(run) == "feedtools clean FILE -o OUT"


@pytest.mark.parametrize(
    ("files", "written"),
    [
        ({"a.txt": b"\0\0"}, False),
        ({"a.txt": b"\0\0", "b.txt": b""}, False),
        ({"a.jsonl": b'{"x": 1}\n'}, False),
        ({"a.txt": b"\0\0", "b.txt": f"{HEADER}{TEXT}\n".encode()}, True),
        ({"b.txt": b""}, True),
    ],
    ids=["binary", "binary and empty", "no text", "one is good", "empty"],
)
def test_nothing_appears_where_nothing_could_be_read(tmp_path: Path, files: dict[str, bytes], written: bool) -> None:
    (tmp_path / "in").mkdir()
    for name, data in files.items():
        (tmp_path / "in" / name).write_bytes(data)
    run = Run(tmp_path, "clean", "in", "-o", "out")
    assert run.code == (0 if list(files) == ["b.txt"] else 2)
    assert (tmp_path / "out").exists() is written
    assert ("taken back" in run.err, "nothing was written to out" in run.err) == (written, not written)


def test_what_is_not_there_is_named_in_no_command(feed: Path) -> None:
    run = Run(feed, "check", "feed", "--against", "nowhere.txt", "--against", "old.txt")
    assert run.code == 2
    assert "feedtools index add old.txt" in hinted(run)
    assert "index add" not in hinted(Run(feed, "check", "feed", "--against", "nowhere.txt"))
