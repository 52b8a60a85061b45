"""Outputs that are not as they were written, and inputs that are not as they were read."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from feedtools.clean import manifest, staging
from feedtools.clean.run import clean
from feedtools.clean.staging import Stage
from feedtools.clean.undo import undo
from feedtools.config import Config
from feedtools.errors import ConfigError, FeedtoolsError, ReadError, WriteError
from tests.clean.outputs import OTHER, WHOLE, transmission

CONFIG = Config(jobs=1)
PAGE = f"<!doctype html><html><body><article><p>{WHOLE}</p></article></body></html>"


@pytest.fixture
def cleaned(tmp_path: Path) -> Path:
    """An output of every way in which a file can be given back: in parts, packed, converted."""
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "a.txt").write_text(transmission(WHOLE), encoding="utf-8")
    (feed / "b.jsonl").write_text(json.dumps({"text": OTHER}, ensure_ascii=False) + "\n", encoding="utf-8")
    (feed / "c.jsonl.gz").write_bytes(gzip.compress(json.dumps({"text": f"{OTHER[::-1]}"}).encode()))
    (feed / "d.html").write_text(PAGE.replace(WHOLE, WHOLE[::-1]), encoding="utf-8")
    assert clean([str(feed)], tmp_path / "out", CONFIG).errors == []
    return tmp_path


SOURCES = {
    "a.txt": "a.txt",
    "b.jsonl": "b.jsonl",
    "c.jsonl.gz": "c.jsonl.gz",
    "d.html": "held/originals/d.html.original",
}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_given_back(cleaned: Path) -> None:
    assert undo(cleaned / "out", cleaned / "back") == (4, [])
    assert files(cleaned / "back") == files(cleaned / "feed")


@pytest.mark.parametrize("harm", ["one byte is another", "cut", "longer"])
@pytest.mark.parametrize("name", SOURCES)
def test_an_altered_output_gives_nothing_back_in_its_place_and_the_rest_is_given(
    cleaned: Path, name: str, harm: str
) -> None:
    path = cleaned / "out" / SOURCES[name]
    data = path.read_bytes()
    at = len(data) // 2
    flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    path.write_bytes({"one byte is another": flipped, "cut": data[:-1], "longer": data + b"\n"}[harm])
    count, errors = undo(cleaned / "out", cleaned / "back")
    assert (count, [error.path for error in errors]) == (3, [str(path)])
    assert "was changed since it was written" in errors[0].message
    assert files(cleaned / "back") == {left: data for left, data in files(cleaned / "feed").items() if left != name}


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_that_is_missing_is_said(cleaned: Path, name: str) -> None:
    (cleaned / "out" / SOURCES[name]).unlink()
    count, errors = undo(cleaned / "out", cleaned / "back")
    assert count == 3
    assert len(errors) == 1
    assert name not in files(cleaned / "back")


def test_a_piece_has_a_size_that_a_piece_can_have() -> None:
    with open(os.devnull, "rb") as stream:
        assert manifest.take(stream, 0) == b""
        for size in (-1, manifest.MAX_PIECE + 1):
            with pytest.raises(ValueError, match="a piece of"):
                manifest.take(stream, size)


def test_names_that_are_cut_stay_apart() -> None:
    first, second = ("n" * 250 + last for last in "ab")
    assert manifest.held_name("n.txt") == "held/n.txt.jsonl"
    names = {manifest.held_name(first), manifest.held_name(second)}
    assert len(names) == 2
    assert all(len(name.rpartition("/")[2]) <= manifest.MAX_NAME for name in names)


# --- records ------------------------------------------------------------------------------------------------------

TEXT = "把模型送进网络\u200b训练三天"
RECORDS = {
    "slashes": r'{"url": "http:\/\/a\/b", "text": "%s"}',
    "equal keys": '{"text": "first", "id": 1, "id": 2, "text": "%s"}',
    "equal keys around": '{"meta": {"text": "no"}, "text": "%s", "meta": {"text": "neither"}}',
    "blanks": ' {  "id":1 ,\t"text" :  "%s"  } ',
    "numbers as written": '{"score": 1.50e+3, "big": 12345678901234567890, "text": "%s"}',
    "escapes beside it": r'{"title": "\u6807\u9898\u0000", "text": "%s"}',
    "a mark before it": '\ufeff{"text": "%s"}',
}


@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("name", RECORDS)
def test_a_record_keeps_every_byte_but_its_text_and_comes_back(tmp_path: Path, name: str, escaped: bool) -> None:
    def record(text: str) -> str:
        return RECORDS[name].replace("%s", json.dumps(text, ensure_ascii=escaped)[1:-1])

    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "a.jsonl").write_text(record(TEXT) + "\n", encoding="utf-8")
    assert clean([str(feed)], tmp_path / "out", CONFIG).counts.fixed == 1
    expected = record(TEXT.replace("\u200b", "")) + "\n"
    assert (tmp_path / "out" / "a.jsonl").read_text("utf-8") == expected
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])
    assert files(tmp_path / "back") == files(feed)


@pytest.mark.parametrize("text", [r"甲\/乙", r"甲\u4e59丙", "甲" + r"\u4e59"])
def test_a_text_whose_escapes_cannot_be_told_again_is_kept_as_it_came(tmp_path: Path, text: str) -> None:
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "a.jsonl").write_text(f'{{"text": "{text}\u200b送进网络训练三天"}}\n', encoding="utf-8")
    assert clean([str(feed)], tmp_path / "out", CONFIG).counts.fixed == 1
    assert undo(tmp_path / "out", tmp_path / "back") == (1, [])
    assert files(tmp_path / "back") == files(feed)


# --- the folder that appears whole ---------------------------------------------------------------------------------


def output(tmp_path: Path, text: str = "earlier") -> Path:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.txt").write_text(text, encoding="utf-8")
    return out


def test_a_run_that_was_killed_between_the_two_renames_has_lost_nothing(tmp_path: Path) -> None:
    out = output(tmp_path)
    os.rename(out, tmp_path / ".out.feedtools-old")
    with Stage(out, lambda _: True):
        assert files(out) == {"a.txt": b"earlier"}
    assert files(tmp_path) == {"out/a.txt": b"earlier"}


def test_a_run_that_was_killed_behind_the_two_renames_is_done(tmp_path: Path) -> None:
    out = output(tmp_path, "later")
    shutil.copytree(out, tmp_path / ".out.feedtools-old")
    with Stage(out, lambda _: True):
        assert files(out) == {"a.txt": b"later"}
    assert files(tmp_path) == {"out/a.txt": b"later"}


def test_a_second_rename_that_fails_puts_the_earlier_output_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = output(tmp_path)
    rename = os.rename

    def failing(source: Path, target: Path) -> None:
        if source.name == "out" and source.parent.name.endswith(".feedtools"):
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(staging.os, "rename", failing)
    with Stage(out, lambda _: True) as stage, pytest.raises(WriteError, match="cannot be written"):
        stage.publish()
    assert files(out) == {"a.txt": b"earlier"}


@pytest.mark.parametrize("resume", [False, True])
def test_what_lies_there_is_taken_up_with_resume_alone(tmp_path: Path, resume: bool) -> None:
    (tmp_path / ".out.feedtools").mkdir()
    (tmp_path / ".out.feedtools" / "log").write_text("half", encoding="utf-8")
    with Stage(tmp_path / "out", lambda _: True, resume=resume) as stage:
        assert (stage.folder / "log").exists() is resume


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (KeyboardInterrupt(), True),
        (OSError(28, "No space left on device"), True),
        (WriteError("full"), True),
        (ConfigError("no"), False),
        (ReadError("no"), False),
    ],
)
def test_what_was_done_is_kept_unless_the_run_was_refused(tmp_path: Path, error: BaseException, left: bool) -> None:
    with pytest.raises(type(error)), Stage(tmp_path / "out", lambda _: True):
        raise error
    assert (tmp_path / ".out.feedtools").exists() is left


def test_a_folder_of_a_person_is_refused(tmp_path: Path) -> None:
    out = output(tmp_path)
    with pytest.raises(FeedtoolsError, match="holds no output of feedtools"), Stage(out, lambda _: False):
        pass
    assert files(tmp_path) == {"out/a.txt": b"earlier"}


# --- runs ---------------------------------------------------------------------------------------------------------


def test_an_earlier_output_stays_where_nothing_could_be_read(cleaned: Path) -> None:
    before = files(cleaned / "out")
    binary = cleaned / "binary.txt"
    binary.write_bytes(b"\0" * 100)
    done = clean([str(binary)], cleaned / "out", CONFIG)
    assert done.failed
    assert files(cleaned / "out") == before


def test_an_output_that_is_edited_during_the_run_is_not_replaced(
    cleaned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedtools.clean import run

    into = run.clean_into

    def edited(*arguments: object, **more: object) -> object:
        (cleaned / "out" / "a.txt").write_text("a person was here", encoding="utf-8")
        return into(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "clean_into", edited)
    with pytest.raises(WriteError, match="edited while the run was going on"):
        clean([str(cleaned / "feed")], cleaned / "out", CONFIG)
    assert (cleaned / "out" / "a.txt").read_text("utf-8") == "a person was here"


@pytest.mark.parametrize("place", ["feed/out", "feed/deep/out", "feed"])
def test_an_output_inside_the_input_is_refused(cleaned: Path, place: str) -> None:
    before = files(cleaned)
    with pytest.raises(ConfigError, match="lies inside"):
        clean([str(cleaned / "feed")], cleaned / place, CONFIG)
    assert files(cleaned) == before


def test_articles_that_would_go_into_another_input_are_refused(tmp_path: Path) -> None:
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "a.html").write_text(PAGE, encoding="utf-8")
    (feed / "a.html.jsonl").write_text(json.dumps({"text": OTHER}) + "\n", encoding="utf-8")
    done = clean([str(feed)], tmp_path / "out", CONFIG)
    assert [error.message for error in done.errors] == [
        "its articles would go to a.html.jsonl, which is another input; rename it"
    ]
    assert (tmp_path / "out" / "a.html.jsonl").read_bytes() == (feed / "a.html.jsonl").read_bytes()
