"""Records of the inputs: read again where they are asked for, each file once for questions in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedtools.clean import versions
from feedtools.clean.inputs import Files, Input, survey
from feedtools.clean.on_disk import Texts
from feedtools.clean.versions import Records
from feedtools.dedup.versions import Record
from feedtools.readers import ReadOptions


@pytest.fixture
def records(tmp_path: Path) -> Records:
    names = ("a.jsonl", "b.txt", "c.jsonl")
    for name in names:
        text = "".join(
            json.dumps({"id": f"{name} {at}", "date": str(at), "text": f"第{at}篇。"}) + "\n" for at in range(5)
        )
        (tmp_path / name).write_text(
            text if name != "b.txt" else "INCOMING TRANSMISSION\n甲。\n乙。\n", encoding="utf-8"
        )
    found = survey([Input(str(tmp_path / name), name, False) for name in names], ReadOptions(), listens=False)
    files, texts = Files(tmp_path / "files"), Texts(tmp_path / "texts")
    for file in found.files:
        files.add(file)
        first = 2 if file.form == "transmission" else 1
        texts.take(
            file.name,
            range(first, first + file.articles),
            b"x" * file.articles,
            [1] * file.articles,
            [""] * file.articles,
        )
    files.seal()
    texts.seal()
    return Records(files, texts, ReadOptions())


def test_a_transmission_has_no_records(records: Records) -> None:
    found = records([0, 4, 5, 6, 7, 11])
    assert found == {
        0: Record("a.jsonl 0", "0"),
        4: Record("a.jsonl 4", "4"),
        7: Record("c.jsonl 0", "0"),
        11: Record("c.jsonl 4", "4"),
    }


def test_questions_in_order_read_a_file_once(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    read = versions.read

    def counted(path: str, *rest: object) -> object:
        opened.append(Path(path).name)
        return read(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(versions, "read", counted)
    for number in (0, 1, 3, 4, 7, 9):
        assert records([number])[number].date == str(number % 7)
    assert opened == ["a.jsonl", "c.jsonl"]
    assert records([2, 8])[2] == Record("a.jsonl 2", "2")
    assert records([8])[8] == Record("c.jsonl 1", "1")
    assert opened == ["a.jsonl", "c.jsonl", "a.jsonl", "c.jsonl", "c.jsonl"]


def test_a_file_that_is_gone_has_no_records(records: Records, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").unlink()
    assert records([0]) == {}
