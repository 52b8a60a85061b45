"""A record is changed and no other byte of its file: what ``clean`` writes and gives back stands on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedtools.readers import ReadOptions
from feedtools.readers.records import fits, open_frame, replaced, rest

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"id": 1, "text": "旧"}', '{"id": 1, "text": "新"}'),
        ('{ "text" :\t"旧" , "more":[1, 2]}', '{ "text" :\t"新" , "more":[1, 2]}'),
        # a JSON parser takes the last of equal keys, so that is the one that is the article
        ('{"text": "甲", "text": "旧"}', '{"text": "甲", "text": "新"}'),
        ('{"text": "甲", "id": {"text": "旧"}}', '{"text": "新", "id": {"text": "旧"}}'),
        # what was written in escapes stays so; what was not, too
        (r'{"text": "\u65e7"}', r'{"text": "\u65b0"}'),
        (r'{"text": "旧\u65e7"}', '{"text": "新"}'),
        ('{"text": "old"}', '{"text": "新"}'),
    ],
)
def test_the_text_of_an_object_is_replaced_and_every_other_byte_stays(raw: str, expected: str) -> None:
    assert replaced("jsonl", raw.encode(), "新", "text") == expected.encode()
    assert replaced("jsonl", BOM + raw.encode(), "新", "text") == BOM + expected.encode()


def test_the_text_is_replaced_where_a_way_of_keys_leads() -> None:
    raw = '{"body": "甲", "data": {"body": "旧"}}'
    assert replaced("jsonl", raw.encode(), "新", "data.body") == raw.replace("旧", "新").encode()


@pytest.mark.parametrize(
    ("form", "gap", "stays"),
    [
        ("jsonl", b"\n", b""),
        ("jsonl", b"\r\n\n", b""),
        ("jsonl", b"\nno record\n", b"no record\n"),
        ("jsonl", b"\n\n{broken\n\n", b"\n{broken\n\n"),
        ("transmission", b"\n\n", b""),
    ],
)
def test_lines_that_are_no_records_outlive_the_record_before_them(form: str, gap: bytes, stays: bytes) -> None:
    assert rest(form, gap) == stays


@pytest.mark.parametrize(
    ("form", "text", "held"),
    [
        ("transmission", "一行。", True),
        ("transmission", "一行。\n又一行。", False),
        ("transmission", "一行。\r", False),
        ("transmission", " ", False),
        ("transmission", "\0", False),
        ("transmission", "", False),
        ("transmission", "甲\r乙", True),
        ("transmission", "甲\udcff乙", True),
        ("transmission", "甲\udce4\udcb8\udcad乙", False),
        ("jsonl", "一行。\n又一行。", True),
    ],
)
def test_a_text_fits_where_it_is_read_again_as_one_article(form: str, text: str, held: bool) -> None:
    assert fits(form, text) is held


@pytest.mark.parametrize(("identity", "expected"), [("7", "7"), ("", "a.csv:2"), ("0", "0")])
def test_a_record_made_of_another_format_has_an_identity(tmp_path: Path, identity: str, expected: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,text\n{identity},一行。\n", encoding="utf-8")
    frame = open_frame(str(path), ReadOptions())
    [record] = map(json.loads, (one.raw for one in frame.records))
    assert frame.converted
    assert (record["id"], record["text"]) == (expected, "一行。")


@pytest.mark.parametrize("first", [b'{"text": "a"}\n', b"no record\n", b"\n"])
def test_the_byte_order_mark_is_of_the_file_and_not_of_its_first_record(tmp_path: Path, first: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(BOM + first + b'{"text": "b"}\n')
    frame = open_frame(str(path), ReadOptions())
    records = list(frame.records)
    assert frame.lead.startswith(BOM)
    assert not any(one.raw.startswith(BOM) for one in records)
    assert frame.lead + b"".join(one.raw + one.gap for one in records) == path.read_bytes()
    assert [error.line for error in frame.bad] == [1] * (first == b"no record\n")
