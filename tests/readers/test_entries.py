"""Feeds, tables and records: the fullest text, all other fields, the record's own identity, and what is passed over."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from feedtools.readers import ReadOptions, fields, read
from feedtools.readers.records import replaced
from tests.cli.test_cli import Run
from tests.readers.test_readers import FEED_1_1, articles, parquet, rss, texts, write

FULL = "缓存离读者越近,页面就越快,这比多买一台机器便宜得多。"
OTHER = "夜班应当顺着钟点轮换,先早班再中班,最后才是夜班。"
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'


def atom(entry: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><entry>{entry}</entry></feed>'


def item(**values: object) -> str:
    return json.dumps({"version": FEED_1_1, "items": [values]})


FULLEST = {
    "empty.rss": rss(f"<item><description>{FULL}</description><content:encoded {CONTENT}/></item>"),
    "teaser.rss": rss(
        f"<item><description>{FULL}</description><content:encoded {CONTENT}><![CDATA[<p>全文</p>]]></content:encoded></item>"  # noqa: E501
    ),
    "full.rss": rss(
        f"<item><description>{FULL[:9]}…</description><content:encoded {CONTENT}><![CDATA[<p>{FULL}</p>]]></content:encoded></item>"  # noqa: E501
    ),
    "blank.atom": atom(f'<summary>{FULL}</summary><content type="html"> </content>'),
    "teaser.atom": atom(f'<summary>{FULL}</summary><content type="html">More …</content>'),
    "title.rss": rss(f"<item><title>{FULL}</title><link>https://e.org/1</link></item>"),
    "title.atom": atom(f"<title>{FULL}</title>"),
    "text.json": item(content_text="", content_html=f"<p>{FULL}</p>"),
    "html.json": item(content_html=" ", content_text=FULL),
    "summary.json": item(content_html="", summary=FULL),
    "title.json": item(title=FULL),
    "short.json": item(content_text="全文见网站", content_html=f"<div>{FULL}</div>"),
    "declared.rss": "\n \n" + rss(f"<item><description>{FULL}</description></item>"),
}


@pytest.mark.parametrize("name", FULLEST)
def test_the_fullest_text_is_read(name: str, tmp_path: Path) -> None:
    assert texts(write(tmp_path, name, FULLEST[name])) == [FULL]


def letters(data: str | bytes, width: int = 0) -> str:
    whole = base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()
    return "\n".join(whole[at : at + width] for at in range(0, len(whole), width)) if width else whole


PICTURE = letters(bytes(range(100, 250)))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ('type="application/octet-stream"', letters(FULL)),
        ('type="application/octet-stream"', letters(f"<p>{FULL[:9]}<b>{FULL[9:]}</b></p>")),
        ('type="application/octet-stream; charset=gb18030"', letters(FULL.encode("gb18030"))),
        ('type="text/html"', letters(f"<p>{FULL}</p>")),
        ('type="text/html; charset=utf-8"', letters(f"<p>{FULL}</p>", 76)),
        ('type="text/html; charset=gb18030"', letters(f"<p>{FULL}</p>".encode("gb18030"))),
        ('type="text/html" mode="base64"', letters(f"<p>{FULL}</p>")),
        ('type="text/plain"', letters("\ufeff" + FULL, 32)),
        ('type="text/plain" mode="base64"', letters(FULL)),
        ('type="text"', letters(FULL)),
    ],
)
def test_text_in_base64_is_decoded(kind: str, content: str, tmp_path: Path) -> None:
    feed = atom(f"<title>甲</title><content {kind}>{content}</content>")
    assert texts(write(tmp_path, "a.atom", feed)) == [FULL]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/plain", "honorificabilitudinitatibus1"),
        ("text/plain", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz12345678"),
        ("text/plain", "all in a day s work and no word of it longer than the day is now"),
        ("text/plain", letters(FULL) + " is how it was sent"),
    ],
)
def test_words_that_look_like_base_64_stay(kind: str, content: str, tmp_path: Path) -> None:
    feed = atom(f'<title>甲</title><content type="{kind}">{content}</content>')
    assert articles(write(tmp_path, "a.atom", feed))[0][0].text == content


@pytest.mark.parametrize(
    ("kind", "content", "code", "said"),
    [
        ("image/png", PICTURE, 0, "the content of 1 entry is no text (image/png)"),
        ("application/octet-stream", PICTURE, 2, "cannot be decoded to text (application/octet-stream)"),
        ("application/octet-stream", letters(b"one\0two" * 9), 2, "cannot be decoded to text"),
        ("text/html", PICTURE, 2, "cannot be decoded to text (text/html)"),
    ],
)
def test_what_cannot_be_decoded_is_counted_and_said(
    kind: str, content: str, code: int, said: str, tmp_path: Path
) -> None:
    feed = atom(f'<title>{FULL}</title><content type="{kind}">{content}</content>')
    assert [one.text for one in articles(write(tmp_path, "a.atom", feed))[0]] == [FULL]
    run = Run(tmp_path, "check", "a.atom", "--no-cache")
    assert run.code == code, run.err
    assert said in run.err
    assert "(entry 1)" in run.err


EMPTY = {
    "a.rss": rss(f"<item><description>{FULL}</description></item><item><guid>2</guid></item>"),
    "a.json": json.dumps({"version": FEED_1_1, "items": [{"content_text": FULL}, {"content_text": ""}]}),
    "a.csv": f"id,text\n1,{FULL}\n2,\n",
}


def named(names: Iterable[str]) -> list[object]:
    """Names of files as parameters; a feed needs its parser."""
    missing = importlib.util.find_spec("feedparser") is None
    skips = [pytest.mark.skipif(missing, reason="could not import 'feedparser'")]
    return [pytest.param(name, marks=skips if name.endswith("rss") else []) for name in names]


@pytest.mark.parametrize("name", named(EMPTY))
def test_an_entry_without_text_is_said_and_no_failure(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, EMPTY[name])
    run = Run(tmp_path, "check", name, "--no-cache")
    assert run.code == 0, run.err
    assert "has no text; passed over" in run.err
    assert "could not be checked" not in run.err


def test_a_list_of_records_without_their_text_is_not_read_by_its_titles(tmp_path: Path) -> None:
    found, errors = articles(write(tmp_path, "a.json", json.dumps([{"title": "题", "body": FULL}])))
    assert found == []
    assert "item 1 has no text" in errors[0]
    assert "body" in errors[0]


RECORDS = {
    "a.csv": f'nr,title,text,url\n7,甲,"{FULL}",https://e.org/7\n',
    "a.json": json.dumps([{"nr": "7", "title": "甲", "text": FULL, "url": "https://e.org/7", "tags": ["x", {"y": 1}]}]),
    "feed.json": item(nr="7", title="甲", content_html=f"<p>{FULL}</p>", url="https://e.org/7"),
    "a.rss": rss(
        f"<item><guid>7</guid><title>甲</title><link>https://e.org/7</link><pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate>"  # noqa: E501
        f"<description>{FULL}</description></item>"
    ),
}


@pytest.mark.parametrize("name", named(RECORDS))
def test_clean_gives_every_other_field_back(name: str, tmp_path: Path) -> None:
    write(tmp_path, name, RECORDS[name])
    key = "id" if name.endswith("rss") else "nr"
    run = Run(tmp_path, "clean", name, "-o", "out", *(() if key == "id" else ("--id-key", key)))
    assert run.code == 0, run.err
    [line] = (tmp_path / "out" / f"{name}.jsonl").read_text("utf-8").splitlines()
    record = json.loads(line)
    assert record["text"] == FULL
    assert (record[key], record["title"]) == ("7", "甲")
    assert "https://e.org/7" in line
    if name == "a.json":
        assert record["tags"] == ["x", {"y": 1}]
    if name == "a.rss":
        assert record["published"].startswith("Mon, 01 Jan")
        assert record["date"] == record["published"]  # under the key that a second run reads


def test_clean_gives_the_columns_of_a_table_back(tmp_path: Path) -> None:
    pyarrow, files = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(
        {"id": ["k1", "k2"], "text": [FULL, OTHER], "score": [0.5, None], "meta": [{"a": 1}, {"a": 2}]}
    )
    files.write_table(table, tmp_path / "a.parquet")
    assert Run(tmp_path, "clean", "a.parquet", "-o", "out").code == 0
    rows = [json.loads(line) for line in (tmp_path / "out/a.parquet.jsonl").read_text("utf-8").splitlines()]
    assert rows == table.to_pylist()


@pytest.mark.parametrize("name", named(["a.csv", "a.jsonl", "a.rss", "a.parquet"]))
def test_a_finding_names_its_record(name: str, tmp_path: Path) -> None:
    bad = "设 [Math] 为样本。"
    content = {
        "a.csv": f"id,text\nk-7,{bad}\n",
        "a.jsonl": json.dumps({"id": "k-7", "text": bad}),
        "a.rss": rss(f"<item><guid>k-7</guid><description>{bad}</description></item>"),
        "a.parquet": b"",
    }[name]
    if name == "a.parquet":
        pyarrow, files = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        files.write_table(pyarrow.table({"id": ["k-7"], "text": [bad]}), tmp_path / name)
    else:
        write(tmp_path, name, content)
    run = Run(tmp_path, "check", name, "--select", "FT101", "--output-format", "jsonl", "--no-cache")
    assert [json.loads(line)["id"] for line in run.out.splitlines()] == ["k-7"]
    assert "(k-7)" in Run(tmp_path, "check", name, "--select", "FT101", "--output-format", "concise", "--no-cache").out


def test_a_key_inside_another(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json.dumps({"id": 1, "data": {"body": "设设定 ,, 好", "n": [1]}}) + "\n")
    assert texts(tmp_path / "a.jsonl", text_key="data.body") == ["设设定 ,, 好"]
    assert "its keys: id, data, data.body, data.n" in articles(tmp_path / "a.jsonl", text_key="data.text")[1][0]
    pyarrow, files = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    files.write_table(pyarrow.table({"data": [{"body": FULL}, {"body": OTHER}]}), tmp_path / "a.parquet")
    assert texts(tmp_path / "a.parquet", text_key="data.body") == [FULL, OTHER]
    assert "no column" in articles(tmp_path / "a.parquet", text_key="data.text")[1][0]


@pytest.mark.parametrize(
    ("raw", "key", "after"),
    [
        ('{"a": {"b": "x", "c": 1}}', "a.b", '{"a": {"b": "y", "c": 1}}'),
        ('{"a.b": "x", "a": {"b": "z"}}', "a.b", '{"a.b": "y", "a": {"b": "z"}}'),
        ('{"a": {"b": {"c": "x"}}}', "a.b.c", '{"a": {"b": {"c": "y"}}}'),
    ],
)
def test_the_text_under_a_way_of_keys_is_replaced_where_it_stands(raw: str, key: str, after: str) -> None:
    assert replaced("jsonl", raw.encode(), "y", key).decode() == after
    assert fields.placed(json.loads(raw), key, "y") == json.loads(after)


def test_check_and_clean_say_the_same_of_a_bad_record(tmp_path: Path) -> None:
    lines = [
        '{"text": 5}',
        "[1]",
        "{",
        '{"text": "好", "x": [' + "[]," * 120_000 + "0]}",
        '{"text": "一篇完整的文章。"}',
    ]
    write(tmp_path, "a.jsonl", "\n".join(lines))
    said = [Run(tmp_path, "check", "a.jsonl", "--no-cache"), Run(tmp_path, "clean", "a.jsonl", "-o", "out")]
    assert [run.code for run in said] == [2, 2]
    records = [[line for line in run.err.splitlines() if "not a JSON record" in line] for run in said]
    assert records[0] == records[1]
    assert len(records[0]) == 4


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_called_by_its_name(name: str, encoding: str, tmp_path: Path) -> None:
    text = "INCOMING TRANSMISSION\n\nLATEST UPDATES\n一句。\n" if name == "a.txt" else '{"text": "abcdefgh"}\n'
    _, errors = articles(write(tmp_path, name, text.encode(encoding)))
    assert len(errors) == 1
    assert "UTF-16" in errors[0] or encoding == "utf-32"


def test_a_table_without_identities_has_none(tmp_path: Path) -> None:
    assert [one.origin for one in articles(write(tmp_path, "a.parquet", parquet([FULL])))[0]] == [None]


def test_clean_of_its_own_output_reads_code_as_code(tmp_path: Path) -> None:
    page = f"<article><p>{FULL}</p><pre>grep 'f\\(' a.c ,, b</pre><p>{OTHER}</p></article>"
    write(tmp_path, "a.html", page)
    assert Run(tmp_path, "clean", "a.html", "-o", "one").code == 0
    first = (tmp_path / "one/a.html.jsonl").read_text("utf-8")
    assert json.loads(first)["syntax"] == "code"
    assert Run(tmp_path, "clean", "one/a.html.jsonl", "-o", "two").code == 0
    assert (tmp_path / "two/a.html.jsonl").read_text("utf-8") == first
    assert Run(tmp_path, "check", "one/a.html.jsonl", "--no-cache").code == 0


def test_a_field_of_that_name_that_says_something_else_is_left(tmp_path: Path) -> None:
    write(tmp_path, "a.jsonl", json.dumps({"text": "设 \\(x 为", "syntax": "python"}) + "\n")
    assert [one.syntax for one in articles(tmp_path / "a.jsonl")[0]] == [""]


def test_what_an_entry_says_beside_its_text_comes_with_it_and_nothing_that_it_does_not_say(tmp_path: Path) -> None:
    """feedparser makes a link of an id and a date of change of that of publication."""
    pytest.importorskip("feedparser", reason="the extra feeds is not installed")
    names = (
        'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    date = "Mon, 02 Mar 2026 08:00:00 GMT"
    (tmp_path / "a.xml").write_text(
        f"<rss version='2.0' {names}><channel><title>c</title>"
        f"<item><title>甲</title><guid isPermaLink='false'>17</guid><pubDate>{date}</pubDate>"
        "<slash:comments>4</slash:comments>"
        "<description>短。</description><content:encoded>第一篇比它长。</content:encoded></item>"
        "<item><guid>https://e.org/2</guid><description>&lt;p&gt;第二篇。&lt;/p&gt;</description></item></channel></rss>",
        encoding="utf-8",
    )
    options = ReadOptions().with_fields()
    found = [one.origin for one in read(str(tmp_path / "a.xml"), options, pytest.fail).articles]
    assert [json.loads(one.fields) for one in found if one is not None] == [
        {"id": "17", "title": "甲", "published": date, "slash_comments": "4", "summary": "短。"},
        {"id": "https://e.org/2", "link": "https://e.org/2"},
    ]


def test_a_line_with_an_empty_text_is_kept_and_said(tmp_path: Path) -> None:
    lines = f'{{"id": 1, "text": " "}}\n{{"id": 2, "text": "{FULL}"}}\n'
    (tmp_path / "a.jsonl").write_text(lines)
    said = "a.jsonl: 1 record has no text; kept as it is (record 1)"
    assert said in Run(tmp_path, "check", "a.jsonl", "--no-cache").err
    assert said in Run(tmp_path, "clean", "a.jsonl", "-o", "out").err
    assert (tmp_path / "out/a.jsonl").read_text() == lines


def test_the_line_before_a_header_says_what_is_between_fields(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", f'sep=;\nid;text\n1;"{FULL}"\n2;"{OTHER}"\n')
    found, _ = articles(tmp_path / "a.csv")
    assert [(one.line, one.text) for one in found] == [(3, FULL), (4, OTHER)]


def table(syntax: object) -> bytes:
    pyarrow, files = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    files.write_table(pyarrow.table({"text": [FULL], "syntax": [syntax]}), out)
    return out.getvalue()


@pytest.mark.parametrize("noted", ["code", "markdown", "python"])
def test_tables_and_lists_say_the_syntax_of_a_text(noted: str, tmp_path: Path) -> None:
    write(tmp_path, "a.csv", f'text,syntax\n"{FULL}",{noted}\n')
    write(tmp_path, "a.json", json.dumps([{"text": FULL, "syntax": noted}]))
    (tmp_path / "a.parquet").write_bytes(table(noted))
    for name in ("a.csv", "a.json", "a.parquet"):
        found, _ = articles(tmp_path / name)
        assert [one.syntax for one in found] == ["" if noted == "python" else noted], name


@pytest.mark.parametrize("kind", ["text/markdown", "text/markdown; variant=GFM", "text/x-markdown"])
def test_markdown_in_an_entry_is_read_as_markdown(kind: str, tmp_path: Path) -> None:
    text = "读 `a &lt;b&gt; c` 与 $x_1$ 两处。\n\n    for (;;)\n\n- 甲"
    [found], said = articles(write(tmp_path, "a.atom", atom(f'<content type="{kind}">{text}</content>')))
    assert said == []
    assert (found.text, found.syntax) == (text.replace("&lt;", "<").replace("&gt;", ">"), "markdown")


def test_a_fuller_text_of_an_entry_than_its_markdown_has_its_own_syntax(tmp_path: Path) -> None:
    entry = f'<content type="text/markdown">*短*</content><summary type="html">{FULL} &lt;br/&gt;</summary>'
    [found], _ = articles(write(tmp_path, "a.atom", atom(entry)))
    assert (found.text, found.syntax) == (FULL, "")
