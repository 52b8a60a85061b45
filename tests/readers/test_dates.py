"""The date that each format gives an article, under the key that the configuration names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feedtools.readers import ReadOptions, read
from feedtools.readers.records import open_frame

JSON_FEED = '{"items": [{"id": "1", "content_text": "第一篇。", %s}]}'


def dates(path: Path, key: str = "date") -> list[str]:
    found = read(str(path), ReadOptions(date_key=key), lambda error: pytest.fail(str(error))).articles
    return [one.origin.date if one.origin is not None else "" for one in found]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"text": "第一篇。", "when": "2026-03-01"}\n'),
        ("a.jsonl", '{"text": "第一篇。", "id": "1", "when": "2026-03-01"}\n'),
        ("a.md", "---\ntitle: 甲\nwhen: 2026-03-01\n---\n第一篇。\n"),
        ("b.md", "\ufeff---\n'when': '2026-03-01' # heute\n---\n第一篇。\n"),
        ("c.md", '+++\ntitle = "甲"\nwhen = 2026-03-01\n+++\n第一篇。\n'),
        ("f.md", '{"title": "甲",\n"when": "2026-03-01"}\n\n第一篇。\n'),
        ("e.md", ';;;\n"title": "甲",\n"when": "2026-03-01"\n;;;\n第一篇。\n'),
        ("a.csv", "text,when\n第一篇。,2026-03-01\n"),
        ("a.json", JSON_FEED % '"when": "2026-03-01", "date_published": "2020-01-01"'),
        ("b.json", JSON_FEED % '"date_published": "2020-01-01", "date_modified": "2026-03-01"'),
        ("c.json", JSON_FEED % '"date_published": "2026-03-01"'),
    ],
)
def test_the_date_of_a_record(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert dates(tmp_path / name, "when") == ["2026-03-01"]


@pytest.mark.parametrize(
    ("name", "content", "date"),
    [
        ("a.json", JSON_FEED % '"date_published": "2020-01-01", "date_modified": "2026-03-01"', "2026-03-01"),
        ("b.json", JSON_FEED % '"when": "2026-03-02", "date_modified": "2026-03-01"', "2026-03-02"),
        ("a.csv", "text,when\n第一篇。,2026-03-01\n", "2026-03-01"),
        ("c.json", JSON_FEED % '"title": "甲"', ""),
    ],
)
@pytest.mark.parametrize("key", ["when", "date"])
def test_the_date_of_a_record_is_read_again_from_what_was_made_of_it(
    tmp_path: Path, name: str, content: str, date: str, key: str
) -> None:
    (tmp_path / name).write_text(content.replace("when", key), encoding="utf-8")
    records = open_frame(str(tmp_path / name), ReadOptions(date_key=key)).records
    (tmp_path / "again.jsonl").write_bytes(b"".join(record.raw + record.gap for record in records))
    assert dates(tmp_path / "again.jsonl", key) == [date]
    assert (key in json.loads((tmp_path / "again.jsonl").read_bytes())) == bool(date)


def test_a_key_may_lead_inside_and_a_number_is_a_date(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"text": "第一篇。", "meta": {"at": at}}) + "\n" for at in (1772323200, None, True, [1])),
        encoding="utf-8",
    )
    assert dates(tmp_path / "a.jsonl", "meta.at") == ["1772323200", "", "", ""]


@pytest.mark.parametrize(
    ("front", "date"),
    [
        ("meta:\n  at: 2026-03-01\n  by: x\nat: 2020-01-01", "2026-03-01"),
        ("meta:\n  by: x\nat: 2020-01-01", ""),
        ("meta.at: 2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
        ("meta:\n  at: |\n    2026", ""),
        ("meta:\n- at: 2026-03-01", ""),
        ("meta: {at: 2026-03-01}", ""),
        ("# meta:\n  at: 2026", ""),
    ],
)
def test_a_date_inside_front_matter(tmp_path: Path, front: str, date: str) -> None:
    (tmp_path / "a.md").write_text(f"---\n{front}\n---\n\n第一篇。\n", encoding="utf-8")
    assert dates(tmp_path / "a.md", "meta.at") == [date]


def test_broken_front_matter_has_no_date(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("+++\nwhen = \n+++\n第一篇。\n", encoding="utf-8")
    assert dates(tmp_path / "a.md", "when") == [""]


def test_an_entry_of_a_feed_is_as_new_as_its_last_change(tmp_path: Path) -> None:
    pytest.importorskip("feedparser", reason="the extra feeds is not installed")
    entry = "<entry><id>1</id><title>t</title>{}<content>第一篇。</content></entry>"
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><title>c</title><id>c</id>'
    published = "<published>2026-03-01T00:00:00Z</published>"
    (tmp_path / "a.xml").write_text(
        head
        + entry.format(published)
        + entry.format(published + "<updated>2026-03-02T00:00:00Z</updated>")
        + "</feed>",
        encoding="utf-8",
    )
    assert dates(tmp_path / "a.xml") == ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"]


@pytest.mark.parametrize("named", [("id", "date"), ("date",), ("id",), ()])
def test_a_table_may_lack_the_columns(tmp_path: Path, named: tuple[str, ...]) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"text": ["第一篇。", "第二篇。"]} | {key: ["2026-03-01", None] for key in named}
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    found = list(read(str(tmp_path / "a.parquet"), ReadOptions(), pytest.fail).articles)
    origins = [(one.origin.id, one.origin.date) if one.origin is not None else ("", "") for one in found]
    date = "2026-03-01" if "date" in named else ""
    assert origins == [("2026-03-01" if "id" in named else "", date), ("", "")]
