"""Every reader gives the articles, leaves formulas alone, and ends in one clear sentence on hostile input."""

from __future__ import annotations

import gc
import gzip
import io
import json
import re
import subprocess
import sys
import tracemalloc
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.errors import FeedtoolsError, Notice, ReadError
from feedtools.model import Article
from feedtools.readers import ReadOptions, expand, markup, pages, read, read_bytes, tables
from feedtools.readers.encodings import decode
from feedtools.readers.formats import FORMATS
from feedtools.readers.parquet_sizes import PageSizes, page_sizes
from feedtools.readers.streams import FREE_BYTES
from feedtools.text.code import code, inside
from tests.pace import within

INLINE = r"设 \(x_{<i}\) 为前缀,且 $a<b$ 时 $p<q>r$ 成立"
DISPLAY = "\\[\n\\sum_{i<n} a_i\n\\le b\n\\]"
FORMULAS = (r"\(x_{<i}\)", "$a<b$", "$p<q>r$", r"\sum_{i<n} a_i")


def articles(path: Path, **options: str) -> tuple[list[Article], list[str]]:
    """What is read, and what is said; skips where the reader's extra is not installed."""
    found, said = taken(path, **options)
    for missing in re.findall(r"needs ([\w.]+); install it with", "".join(said)):
        pytest.importorskip(missing)
    return found, said


def taken(path: Path, **options: str) -> tuple[list[Article], list[str]]:
    """What is read, and what is said."""
    errors: list[FeedtoolsError] = []
    found: list[Article] = []
    try:
        found += read(str(path), ReadOptions(**options), errors.append).articles
    except ReadError as error:
        errors.append(error)
    return found, [str(error) for error in errors]


def texts(path: Path, **options: str) -> list[str]:
    found, errors = articles(path, **options)
    assert [error for error in errors if "a notebook: its Markdown cells are read" not in error] == []
    return [article.text for article in found]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rss(body: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{body}</channel></rss>'


def page(body: str) -> str:
    return f"<!doctype html><html><head><title>t</title></head><body>{body}</body></html>"


def warc(*pages: bytes, kind: str = "text/html; charset=utf-8", encoding: str = "") -> bytes:
    out = b""
    for number, body in enumerate(pages):
        extra = f"Content-Encoding: {encoding}\r\n" if encoding else ""
        http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body
        out += (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>\r\n"
            f"WARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        ).encode()
        out += http + b"\r\n\r\n"
    return out


# --- formulas survive -------------------------------------------------------------------------------------------------


def parquet(content: list[str]) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    files.write_table(pyarrow.table({"text": content}), out)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    return pytest.importorskip("backports.zstd").compress(data)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


BODY = f"{INLINE}。\n{DISPLAY}\n结束"
FEED_1_1 = "https://jsonfeed.org/version/1.1"
CASES = {
    "a.jsonl": lambda: json.dumps({"text": BODY}),
    "a.csv": lambda: f"id,text\n1,{quoted(BODY)}\n",
    "a.tsv": lambda: f"id\ttext\n1\t{quoted(BODY)}\n",
    "a.md": lambda: f"---\ntitle: x\n---\n\n{BODY}\n",
    "a.ipynb": lambda: json.dumps({"cells": [{"cell_type": "markdown", "source": BODY}], "nbformat": 4}),
    "a.json": lambda: json.dumps({"version": FEED_1_1, "items": [{"content_text": BODY}]}),
    "html.json": lambda: json.dumps({"version": FEED_1_1, "items": [{"content_html": f"<p>{BODY}</p>"}]}),
    "cdata.rss": lambda: rss(f"<item><description><![CDATA[<p>{BODY}</p>]]></description></item>"),
    "escaped.xml": lambda: rss(f"<item><description>{escaped(BODY)}</description></item>"),
    "twice.xml": lambda: rss(f"<item><description>{escaped(escaped(BODY))}</description></item>"),
    "a.atom": lambda: (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><content type="text">'
        f"{escaped(BODY)}</content></entry></feed>"
    ),
    "a.html": lambda: page(f"<nav>menu</nav><article><p>{BODY}</p></article><footer>(c)</footer>"),
    "escaped.html": lambda: page(f"<article><p>{escaped(BODY)}</p></article>"),
    "a.parquet": lambda: parquet([BODY]),
    "a.warc": lambda: warc(page(f"<article>{BODY}</article>").encode()),
}


@pytest.mark.parametrize("name", CASES)
def test_formulas_survive(name: str, tmp_path: Path) -> None:
    [text] = texts(write(tmp_path, name, CASES[name]()))
    for formula in FORMULAS:
        assert formula in text
    assert "menu" not in text
    between = text[text.index("\\[") : text.index("\\]")]
    assert between.split() == DISPLAY.removesuffix("\\]").split()


@pytest.mark.parametrize("pack", ["gz", "zst"])
@pytest.mark.parametrize("name", sorted(set(CASES) - {"a.parquet"}))
def test_packed_files_are_unpacked_by_content(name: str, pack: str, tmp_path: Path) -> None:
    data = CASES[name]()
    data = data.encode() if isinstance(data, str) else data
    assert len(texts(write(tmp_path, f"{name}.{pack}", gzip.compress(data) if pack == "gz" else zstd(data)))) == 1


@pytest.mark.parametrize("name", sorted(name for name in CASES if not name.endswith((".csv", ".tsv", ".md"))))
def test_content_tells_the_format_where_the_name_does_not(name: str, tmp_path: Path) -> None:
    assert len(texts(write(tmp_path, "a.dat", CASES[name]()))) == 1


def test_input_format_wins_over_the_name(tmp_path: Path) -> None:
    path = write(tmp_path, "table.txt", "text\n一句话。\n")
    assert texts(path, input_format="csv") == ["一句话。"]
    assert "expected one of" in articles(path, input_format="docx")[1][0]


# --- each format ------------------------------------------------------------------------------------------------------


def test_csv_lines_columns_and_delimiters(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", '\ufeffid;text\n1;"第一\n行"\n\n2;第二\n')
    found, errors = articles(path)
    assert [(article.line, article.text) for article in found] == [(2, "第一\n行"), (5, "第二")]
    assert errors == []
    assert 'no column "body"' in articles(path, text_key="body")[1][0]


def test_csv_short_records_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    found, errors = articles(write(tmp_path, "a.csv", "id,text\n1\n2,好\n"))
    assert [article.text for article in found] == ["好"]
    assert errors == [f"{tmp_path}/a.csv:2: expected at least 2 fields, as the header says; found 1"]


@pytest.mark.parametrize("table", [b"id,text\n1,one\n2,two\n", b"id,text\n1,\xff\n", b'id,text\n1,"open\n', b"id\n1\n"])
@pytest.mark.parametrize("most", [1, 9])
def test_a_table_leaves_its_stream_to_whoever_opened_it(table: bytes, most: int) -> None:
    """Also where reading stops at a fault, or after the first articles."""
    stream = io.BytesIO(table)
    with suppress(ReadError):
        list(islice(tables.read(stream, "a.csv", ReadOptions(), lambda _: None), most))
    gc.collect()
    assert not stream.closed
    began = tables.read(stream, "a.csv", ReadOptions(), lambda _: None)
    with suppress(ReadError):
        stream.seek(0)
        next(began)
    stream.close()
    began.close()  # type: ignore[attr-defined]


def test_csv_as_excel_writes_it(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "a.tsv", "id\ttext\r\n1\t好\r\n".encode("utf-16"))) == ["好"]


def test_csv_in_another_encoding_is_refused(tmp_path: Path) -> None:
    _, errors = articles(write(tmp_path, "a.csv", "id,text\n1,好的\n".encode("gbk")))
    assert "not UTF-8" in errors[0]


@pytest.mark.parametrize(
    ("name", "content", "line", "text"),
    [
        ("hugo.md", "+++\ntitle = 'x'\n+++\n\n正文\n---\n第二段\n", 5, "正文\n---\n第二段"),
        ("hexo.md", "---\ntitle: x\ntags: [a]\n---\n正文", 5, "正文"),
        ("json.md", ';;;\n"title": "x"\n;;;\n正文', 4, "正文"),
        ("object.md", '{\n  "title": "}",\n  "tags": ["甲"]\n}\n\n正文 {x}\n', 6, "正文 {x}"),
        ("marked.md", '\ufeff{ "title": "x" }\r\n\r\n正文', 3, "正文"),
        ("joined.md", '{"title": "x"}\n正文', 1, '{"title": "x"}\n正文'),
        ("empty.md", "{}\n\n正文", 1, "{}\n\n正文"),
        ("template.md", "{{< figure >}}\n\n正文", 1, "{{< figure >}}\n\n正文"),
        ("attribute.md", "{: .big}\n\n正文", 1, "{: .big}\n\n正文"),
        ("plain.md", "# 标题\n\n正文", 1, "# 标题\n\n正文"),
        ("rule.md", "---\n\n正文\n", 1, "---\n\n正文"),
        ("crlf.md", "---\r\ntitle: x\r\n---\r\n正文\r\n", 4, "正文"),
        (
            "笔记 0123456789abcdef0123456789abcdef.md",
            "# 标题\n\nTags: 数学, 物理\nCreated: 2024\n\n第一段。\n\n第二段: 有冒号。\n",
            6,
            "第一段。\n\n第二段: 有冒号。",
        ),
        ("笔记 0123456789abcdef0123456789abcdef.md", "# 标题\n\n正文: 一句\n第二行\n", 3, "正文: 一句\n第二行"),
    ],
)
def test_markdown_front_matter(name: str, content: str, line: int, text: str, tmp_path: Path) -> None:
    found, errors = articles(write(tmp_path, name, content))
    assert errors == []
    assert [(article.line, article.text, article.verbatim) for article in found] == [(line, text, True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a `b` c ``d ` e`` f", ["`b`", "``d ` e``"]),
        ("a ` b", []),
        ("a ` b\n\nc ` d", []),
        ("x\n```py\na `b\n```\ny `z`", ["```py\na `b\n```", "`z`"]),
        ("~~~\n```\n~~~\n`a`", ["~~~\n```\n~~~", "`a`"]),
        ("```\nopen `x`", ["```\nopen `x`"]),
    ],
)
def test_code_in_markdown(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in code(text)] == found


@given(st.text("`~\n a"))
def test_code_ranges_are_ascending_and_apart(text: str) -> None:
    ranges = code(text)
    assert all(start < end <= len(text) for start, end in ranges)
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
    for start, end in ranges:
        assert inside(ranges, start, end)
        assert not inside(ranges, max([0, *(e for _, e in ranges if e <= start)]), start) or start == 0


def test_markdown_is_not_blamed_for_being_markdown(tmp_path: Path) -> None:
    from feedtools.check.files import check
    from feedtools.config import Config

    text = (
        "---\ntitle: x\n---\n# 题\n\n如下图所示:\n\n![图](a.png)\n\n**粗** 与 [链接](https://example.org)。\n\n"
        "```python\nx_1 = T_{sub}  # [公式]\n```\n\n`modelfree` 与 `[Math]` 是代码,而损失为[公式],其中没有别的。\n\n"
        "1. 一\n1. 二\n"
    )
    path = write(tmp_path, "post.md", text)
    found = check([str(path)], Config(root=tmp_path)).findings
    assert [finding.rule for finding in found] == ["FT102"]
    assert check([str(write(tmp_path, "post.txt", text))], Config(root=tmp_path)).findings != found


def test_unclosed_front_matter_is_an_error(tmp_path: Path) -> None:
    _, errors = articles(write(tmp_path, "a.md", "---\ntitle: x\n正文\n"))
    assert "front matter opened with --- is never closed" in errors[0]


def test_folders_are_searched_for_what_is_published(tmp_path: Path) -> None:
    for name in ("post.md", "README.md", "a.txt", "b.jsonl.gz", "c.csv", ".hidden.md", "d.parquet", "e.html"):
        write(tmp_path, name, "LATEST UPDATES\n" if name == "a.txt" else "x")
    said: list[FeedtoolsError] = []
    names = [Path(path).name for path in expand([str(tmp_path)], said.append, ReadOptions())]
    assert names == ["a.txt", "b.jsonl.gz", "d.parquet", "e.html", "post.md"]
    assert [type(one) for one in said] == [Notice]
    html = ReadOptions(input_format="html")
    assert [Path(path).name for path in expand([str(tmp_path)], pytest.fail, html)] == ["e.html"]


def test_json_feed_items_without_text_are_reported(tmp_path: Path) -> None:
    feed = {"version": FEED_1_1, "items": [{"id": 1}, {"content_text": "好"}, 3]}
    found, errors = articles(write(tmp_path, "a.json", json.dumps(feed)))
    assert [(article.line, article.text) for article in found] == [(2, "好")]
    assert len(errors) == 2
    assert "item 1 has no text" in errors[0]


def test_a_json_list_is_read_as_records(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "a.json", '[\n {"text": "一"},\n {"text": "二"}\n]')) == ["一", "二"]


def test_json_lines_named_json(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "a.json", '{"text": "一"}\n{"text": "二"}\n')) == ["一", "二"]


def test_feed_entries_take_their_fullest_text(tmp_path: Path) -> None:
    feed = rss(
        "<item><description>短</description>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        "<![CDATA[<p>全文 <b>在</b>此</p><ul><li>一</li><li>二</li></ul>]]></content:encoded></item>"
    )
    assert texts(write(tmp_path, "a.xml", feed)) == ["全文 在此\n一\n二"]


@pytest.mark.parametrize("name", ["license", "category", "updated"])
def test_an_element_of_a_feed_that_its_parser_looks_for_elsewhere_is_read(name: str, tmp_path: Path) -> None:
    media = f'<m:group xmlns:m="http://search.yahoo.com/mrss/"><m:{name}>free</m:{name}></m:group>'
    feed = f'<feed xmlns="http://purl.org/atom/ns#" version="0.3"><entry>{media}<summary>甲乙</summary></entry></feed>'
    assert texts(write(tmp_path, "a.xml", feed)) == ["甲乙"]


@pytest.mark.parametrize("label", ["gbk", "gb2312", "big5", "utf-16"])
def test_feeds_in_other_encodings(label: str, tmp_path: Path) -> None:
    feed = rss("<item><description>中文一句</description></item>").replace("?>", f' encoding="{label}"?>', 1)
    assert texts(write(tmp_path, "a.rss", feed.encode(label))) == ["中文一句"]


def test_a_feed_cut_short_is_not_clean(tmp_path: Path) -> None:
    whole = rss("<item><description>一</description></item><item><description>二</description></item>")
    found, errors = articles(write(tmp_path, "a.rss", whole[: whole.rindex("<item>") + 20]))
    assert [article.text for article in found][:1] == ["一"]
    assert "malformed feed" in errors[0]


def test_pages_keep_the_article_and_lose_the_furniture(tmp_path: Path) -> None:
    body = (
        "<header>top</header><nav>menu</nav><main><article><h1>题</h1><p>第一<br>段</p>"
        "<script>var x='<p>no</p>'</script><pre>a  b\n  c</pre></article></main><aside>ads</aside>"
    )
    assert texts(write(tmp_path, "a.html", page(body))) == ["题\n第一\n段\n```\na  b\n  c\n```"]


def test_a_page_of_several_articles(tmp_path: Path) -> None:
    body = "<article>一<article>回复</article></article><article>二</article>"
    assert texts(write(tmp_path, "a.html", page(body))) == ["一\n回复", "二"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("甲<math><param>乙</param></math>丙", ["甲乙丙"]),
        ("甲<math><mi>a</mi>丙", ["甲a丙"]),
        ("<article> </article><main>甲</main>", ["甲"]),
        ("<article><header><main>甲</main></header></article>", []),
        ("<article>甲<aside><article>乙</article></aside></article><article>丙</article>", ["甲", "丙"]),
        (
            '<article>甲<img alt="a&lt;&quot;&amp;b" class=tex>&amp;lt;<!-- a -->&nbsp;<title>a</title>乙',
            ['甲\\(a<"&b\\)&lt;\xa0乙'],
        ),
        ('<article><script type="math/tex">a<b & c</script></article>', [r"\(a<b & c\)"]),
    ],
)
def test_what_a_parser_gives_back_is_what_stood_there(body: str, found: list[str], tmp_path: Path) -> None:
    assert [article.text for article in articles(write(tmp_path, "a.html", page(body)))[0]] == found


def test_articles_deep_down_take_linear_time(tmp_path: Path) -> None:
    path = write(tmp_path, "a.html", page("<div>" * 1900 + "<article>甲</article>" * 8000))
    seen = []
    assert within(3, lambda: seen.append(texts(path)))
    assert seen == [["甲"] * 8000]


KATEX = (
    '<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>x</mi></mrow>'
    '<annotation encoding="application/x-tex">x_{&lt;i}</annotation></semantics></math></span>'
    '<span class="katex-html" aria-hidden="true"><span>x<span>i</span></span></span></span>。'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<script type="math/tex">x_{<i}</script>', r"\(x_{<i}\)"),
        ('<script type="math/tex; mode=display">a<b</script>', r"\[a<b\]"),
        (
            KATEX,
            r"\(x_{<i}\)。",
        ),
        ('<math alttext="a&lt;b" display="block"><mi>a</mi></math>', r"\[a<b\]"),
        ('<img src="https://www.zhihu.com/equation?tex=a%3Cb" alt="a&lt;b" eeimg="1">', r"\(a<b\)"),
        ('<img src="cat.png" alt="猫">', ""),
        ("a &lt; b &amp; c &nope; &copy;", "a < b & c &nope; ©"),
        ("x <!-- <p>no</p> --> y", "x y"),
        ("if a<b then c>d", "if a<b then c>d"),
        ('<a title="x > y">链接</a>', "链接"),
        (r"\(a<b>c\) <b>粗</b>", r"\(a<b>c\) 粗"),
        ("$5 <b>粗</b> $6", "$5 粗 $6"),
        ("<p>$5</p><p>$6</p>", "$5\n$6"),
        ("甲<p>&#1;<p>乙", "甲\n乙"),  # a reference to nothing
        ("\\(" + "甲" * 1900 + "<b>x\\)", "\\(" + "甲" * 1900 + "<b>x\\)"),
        ("\\(" + "甲" * 2000 + "<b>x\\)", "\\(" + "甲" * 2000 + "x\\)"),
        ("甲<br\u3000/>乙", "甲\n乙"),
        ("\ud83d<b>\ude00", "\ud83d\ude00"),
    ],
)
def test_markup_becomes_text(html: str, text: str) -> None:
    assert markup.text_of(html) == text


@given(st.text(alphabet="<>/!-abi\"'= $\\()&;p猫"))
def test_markup_never_raises_and_a_page_of_it_reads_the_same(html: str) -> None:
    text = markup.text_of(html)
    assert [one.text for one in pages.articles(html.encode())] == ([text] if text else [])


def test_parquet_is_read_as_its_articles_are_asked_for() -> None:
    """What is read ahead is held until the end of the file."""
    files = pytest.importorskip("pyarrow.parquet")
    pyarrow = pytest.importorskip("pyarrow")
    from feedtools.readers import parquet as reader

    class Counted(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    out = io.BytesIO()
    rows = [
        f"第{number}篇" + "".join(map(chr, range(0x4E00 + number, 0x4E00 + number + 400))) for number in range(4000)
    ]
    files.write_table(pyarrow.table({"text": rows}), out, row_group_size=200, compression="none", use_dictionary=False)
    stream = Counted(out.getvalue())
    articles = reader.read(stream, "a.parquet", ReadOptions(), pytest.fail)
    assert next(articles).text == rows[0]
    assert stream.taken < len(out.getvalue()) / 2
    assert sum(1 for _ in articles) == len(rows) - 1


def test_parquet_names_its_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "a.parquet", parquet(["一", "", "二"]))
    found, errors = articles(path)
    assert [(article.line, article.text) for article in found] == [(1, "一"), (3, "二")]
    assert errors == [f"{path}: 1 row has no text; passed over (row 2)"]
    assert 'no column "body" (the columns: text)' in articles(path, text_key="body")[1][0]


def test_warc_records(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    data = warc(page("<article>一</article>").encode(), b"\xff\xfe\xff", page("<main>三</main>").encode())
    found, errors = articles(write(tmp_path, "a.warc.gz", gzip.compress(data)))
    assert [(article.line, article.text) for article in found] == [(1, "一"), (3, "三")]
    assert len(errors) == 1
    assert "record 2" in errors[0]


def test_warc_pages_that_are_packed_themselves(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    inner = gzip.compress(page("<article>一</article>").encode())
    assert texts(write(tmp_path, "a.warc", warc(inner, encoding="gzip"))) == ["一"]


# --- hostile files ----------------------------------------------------------------------------------------------------


FEED_START = '{"version":"https://jsonfeed.org/version/1.1","items":['
BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "entities.rss": lambda: BOMB + rss("<item><description>&b;</description></item>")[21:],
    "utf16-entities.rss": lambda: (BOMB + rss("")[21:]).encode("utf-16"),
    "nothing.html": lambda: page("<div>" * 1000),
    "deep.json": lambda: f'{{"version": "{FEED_1_1}", "items": ' + "[" * 100_000,
    "no-feed.rss": lambda: "<rss><channel>",
    "lying.html": lambda: b'<meta charset="utf-8"><p>' + "中文".encode("gbk"),
    "lying.xml": lambda: b'<?xml version="1.0" encoding="shift_jis"?><rss>\xfd\xfe\xff</rss>',
    "unknown.xml": lambda: b'<?xml version="1.0" encoding="klingon"?><rss>\xfd\xfe\xff</rss>',
    "codec.xml": lambda: b'<?xml version="1.0" encoding="hex"?><rss>\xfd\xfe\xff</rss>',
    "quote.csv": lambda: 'text\n"' + f"{'a' * 99}\n" * 180_000,
    "line.csv": lambda: "text\n" + "a" * (17 * 2**20),
    "line.jsonl": lambda: '{"text": "' + "a" * (17 * 2**20),
    "lists.ipynb": lambda: '{"cells": [' + ",".join(["[]"] * 200_000) + "]}",
    "deep.ipynb": lambda: '{"cells": ' + "[" * 200_000,
    "binary.md": lambda: b"abc\x00def",
    "no.parquet": lambda: b"PAR1" + b"\x00" * 100,
    "cut.parquet": lambda: parquet(["一"])[:-6],
    "cut.warc": lambda: warc(page("<article>一</article>").encode())[:-20],
    "no.warc": lambda: b"WARC/1.0\r\nnothing",
    "cut.jsonl.gz": lambda: gzip.compress(b'{"text": "abc"}\n' * 100)[:-20],
    "cut.zst": lambda: zstd(b'{"text": "abc"}\n' * 100)[:-5],
    "damaged.txt.gz": lambda: b"\x1f\x8b" + b"x" * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_in_one_sentence(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, name, HOSTILE[name]())
    seen = []
    assert within(5, lambda: seen.append(articles(path)))
    _, [error] = seen[0]
    assert error.startswith(str(path))
    assert "\n" not in error


@pytest.mark.parametrize("depth", [500, 501])
def test_elements_of_a_feed_are_nested_500_deep_at_most(tmp_path: Path, depth: int) -> None:
    """Feed, channel and item are three of them."""
    pytest.importorskip("feedparser")
    inner = "<a>" * (depth - 3) + "</a>" * (depth - 3)
    path = write(tmp_path, "a.rss", rss(f"<item>{inner}<title>一句话</title></item>"))
    found, errors = articles(path)
    assert [article.text for article in found] == (["一句话"] if depth == 500 else [])
    assert ["nested more than 500 deep" in error for error in errors] == ([] if depth == 500 else [True])


DEEP = {
    "open.rss": lambda depth: rss(f"<item><description>{'&lt;div>' * depth}文</description></item>"),
    "closed.rss": lambda depth: rss(
        f"<item><description><![CDATA[{'<b>' * depth}文{'</b>' * depth}]]></description></item>"
    ),
    "quote.md": lambda depth: "> " * depth + "文",
    "open.html": lambda depth: page("<div>" * (depth // 2) + "文"),
    "closed.html": lambda depth: page("<div>" * (depth // 4) + "文" + "</div>" * (depth // 4)),
    "spans.json": lambda depth: json.dumps(
        {"version": FEED_1_1, "items": [{"content_html": '<span class="katex-html">' * depth + "文"}]}
    ),
}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("depth", [50_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_depth_is_no_matter_without_a_tree(name: str, depth: int, tmp_path: Path) -> None:
    path = write(tmp_path, name, DEEP[name](depth))
    seen = []
    assert within(depth / 20_000, lambda: seen.append(texts(path)))
    [text] = seen[0]
    assert "文" in text


def test_deep_xml_ends(tmp_path: Path) -> None:
    path = write(tmp_path, "a.rss", "<rss><channel>" + "<a>" * 100_000 + "</rss>")
    seen = []
    assert within(10, lambda: seen.append(articles(path)))
    _, errors = seen[0]
    assert len(errors) == 1


PIECES = (
    "<",
    "<a ",
    "<a " * 299 + ">",
    '<img alt="',
    '<a "',
    "<a '\"",
    "<!--",
    "<b>\\(",
    "$<b>",
    "<math>",
    "<script>",
    "&lt",
    "<pre>",
    '<span class="katex-html">',
    '<span class="katex">',
    '<span class="MathJax">',
    "<sup>",
    "<code>",
    "$latex ",
    "<svg>",
    "<article>",
    "<nav>",
    "<mjx-container>",
    '<b data-tex="x">',
    "\\newcommand",
    "<foo>",
)


@pytest.mark.parametrize("piece", PIECES)
def test_markup_takes_linear_time(piece: str) -> None:
    html = piece * (100_000 // len(piece))
    assert within(2, lambda: (markup.text_of(html), list(pages.articles(html.encode(), places=True))))


@pytest.mark.parametrize("pack", ["gz", "zst"])
def test_a_bomb_is_stopped_by_its_ratio(pack: str, tmp_path: Path) -> None:
    line = b'{"text": "' + b"a" * 10_000 + b'"}\n'
    data = line * (3 * FREE_BYTES // 2 // len(line))
    path = write(tmp_path, f"bomb.jsonl.{pack}", gzip.compress(data, 6) if pack == "gz" else zstd(data))
    errors: list[FeedtoolsError] = []
    count = sum(1 for _ in read(str(path), ReadOptions(), errors.append).articles)
    assert "unpacks to more than 200 times its size" in str(errors[0])
    assert count * len(line) < 1.1 * FREE_BYTES


def peak_of(path: Path) -> tuple[int, int]:
    tracemalloc.start()
    count = sum(1 for _ in read(str(path), ReadOptions(), pytest.fail).articles)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


def test_streams_take_bounded_memory(tmp_path: Path) -> None:
    rows = "".join(f"{number},文章{number}{'字' * 200}\n" for number in range(20_000))
    count, peak = peak_of(write(tmp_path, "long.csv", "id,text\n" + rows))
    assert count == 20_000
    assert peak < 2 * 2**20


def test_an_archive_of_packed_pages_is_stopped_by_its_ratio(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    bomb = gzip.compress(page("<article>一</article>" + " " * 2**24).encode())
    path = write(tmp_path, "bomb.warc.gz", gzip.compress(warc(*[bomb] * 40, encoding="gzip")))
    errors: list[FeedtoolsError] = []
    count = sum(1 for _ in read(str(path), ReadOptions(), errors.append).articles)
    assert "unpacks to more than 200 times its size" in str(errors[0])
    assert count * 2**24 <= FREE_BYTES + 2**24


@pytest.mark.parametrize("piece", ["[[]],", '{"":1},', "[],"])
@pytest.mark.parametrize(("name", "start"), [("a.jsonl", '{"text":"甲","x":['), ("a.json", FEED_START)])
def test_json_of_next_to_nothing_is_refused(name: str, start: str, piece: str, tmp_path: Path) -> None:
    path = write(tmp_path, name, start + piece * 200_000 + "0]}")
    found, errors = articles(path)
    assert found == []
    assert len(errors) == 1
    assert "lists and objects of fewer than 20 bytes" in errors[0]


def test_a_page_of_nothing_but_elements_is_read(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "a.html", page("甲<br>" * 2000))) == ["\n".join("甲" * 2000)]
    assert "no text in this page" in articles(write(tmp_path, "b.html", page("<p>" * 2000)))[1][0]


def test_json_whose_text_is_full_of_brackets_is_read(tmp_path: Path) -> None:
    text = '\\frac{a"[{' * 200_000
    assert texts(write(tmp_path, "a.jsonl", json.dumps({"text": text}))) == [text]


def test_a_table_that_repeats_one_value_is_stopped_by_what_it_gives(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    value = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 5000, pyarrow.int32()), ["大" * 2**18])
    out = io.BytesIO()
    files.write_table(pyarrow.table({"text": value}), out, compression="zstd")
    path = write(tmp_path, "bomb.parquet", out.getvalue())
    errors: list[FeedtoolsError] = []
    tracemalloc.start()
    count = sum(len(article.text) for article in read(str(path), ReadOptions(), errors.append).articles)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpacks to more than 200 times its size" in str(errors[0])
    assert count <= FREE_BYTES
    assert peak < 32 * 2**20


@pytest.mark.parametrize("shared", [0, 2**20, 2**22])
def test_a_table_with_a_dictionary_gives_the_same_however_many_rows_are_read_at_once(
    shared: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    from feedtools.readers import parquet as reader

    rows = [None if number % 9 == 0 else f"第{number % 700}篇" for number in range(3000)]
    files.write_table(pyarrow.table({"text": rows}), tmp_path / "a.parquet", row_group_size=2000)
    monkeypatch.setattr(reader, "page_sizes", lambda *_: PageSizes(0, shared))
    errors: list[FeedtoolsError] = []
    assert texts_and_errors(tmp_path / "a.parquet", errors) == [row for row in rows if row]
    assert "334 rows have no text" in str(errors[0])


def test_fewer_rows_are_read_at_once_where_one_text_may_come_in_all_of_them() -> None:
    from feedtools.readers.parquet import _HELD, _LEAST, ROWS, _batch_size

    assert [_batch_size(shared) for shared in (0, _HELD // ROWS)] == [(ROWS, False)] * 2
    assert _batch_size(_HELD // _LEAST) == (_LEAST, False)
    assert _batch_size(_HELD // _LEAST + 1) == (ROWS, True)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize(
    ("encoding", "shared"),
    [("PLAIN", False), ("DELTA_LENGTH_BYTE_ARRAY", False), ("DELTA_BYTE_ARRAY", True), ("", True)],
)
def test_pages_whose_values_may_be_repeated_are_told(encoding: str, shared: bool, version: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    how = {"use_dictionary": False, "column_encoding": {"text": encoding}} if encoding else {}
    files.write_table(pyarrow.table({"text": ["甲" * 300] * 50}), out, data_page_version=version, **how)
    sizes = page_sizes(out, [0], 2**40)
    assert 0 <= sizes.shared <= sizes.unpacked
    assert (sizes.shared >= 900) == shared
    assert texts(write(tmp_path, "a.parquet", out.getvalue())) == ["甲" * 300] * 50


def varint(value: int, size: int = 0) -> bytes:
    """A number as Thrift's compact protocol writes it, in so many bytes where it would fit into fewer."""
    parts, value = [], value << 1
    while value > 127 or len(parts) + 1 < size:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes((*parts, value))


def lying_footer(size: int) -> bytes:
    """A table of one text of so many letters, whose footer says that it unpacks to a thousand bytes."""
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    files.write_table(pyarrow.table({"text": ["a" * size]}), out, compression="zstd", write_statistics=False)
    column = files.ParquetFile(out).metadata.row_group(0).column(0)
    data = out.getvalue()
    foot = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    said = varint(column.total_uncompressed_size)
    assert data[foot:].count(said) == 2
    return data[:foot] + data[foot:].replace(said, varint(1000, len(said)))


def lying_page(content: list[str], claimed: int) -> bytes:
    """A table whose only page claims to unpack to so many bytes."""
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    table = pyarrow.table({"text": content})
    files.write_table(table, out, compression="zstd", use_dictionary=False, write_statistics=False)
    data = out.getvalue()
    start = data.index(b"\x15\x00\x15") + 3
    end = next(place for place in range(start, len(data)) if data[place] < 128) + 1
    return data[:start] + varint(claimed) + data[end:]


def test_a_table_whose_footer_lies_is_stopped_by_its_pages(tmp_path: Path) -> None:
    errors: list[FeedtoolsError] = []
    path = write(tmp_path, "liar.parquet", lying_footer(FREE_BYTES + 2**20))
    assert texts_and_errors(path, errors) == []
    assert "unpacks to more than 200 times its size" in str(errors[0])


@pytest.mark.parametrize("claimed", [2**31 - 1, 2**40, 2**62])
def test_a_page_that_claims_to_be_huge_is_not_read(claimed: int, tmp_path: Path) -> None:
    errors: list[FeedtoolsError] = []
    assert texts_and_errors(write(tmp_path, "a.parquet", lying_page(["甲", "乙"], claimed)), errors) == []
    assert "unpacks to more than 200 times its size" in str(errors[0])


def test_groups_of_rows_that_name_the_same_pages_are_refused() -> None:
    """A thousand groups of twenty thousand pages each would be read for a minute, from 100 kB."""
    pages = b"\x15\x00\x15\x00\x15\x00\x00" * 1000
    chunk = b"\x3c\x76" + varint(len(pages)) + b"\x26" + varint(4) + b"\x00\x00"

    def file(groups: int) -> io.BytesIO:
        footer = b"\x49\xfc" + bytes((groups,)) + (b"\x19\x1c" + chunk + b"\x00") * groups + b"\x00"
        return io.BytesIO(b"PAR1" + pages + footer + len(footer).to_bytes(4, "little") + b"PAR1")

    assert page_sizes(file(1), [0], 2**40) == (0, 0)
    with pytest.raises(ValueError, match="longer than the file"):
        page_sizes(file(100), [0], 2**40)


def texts_and_errors(path: Path, errors: list[FeedtoolsError]) -> list[str]:
    try:
        return [article.text for article in read(str(path), ReadOptions(), errors.append).articles]
    except FeedtoolsError as error:
        errors.append(error)
        return []


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_pages_of_a_column_are_counted_as_the_footer_of_an_honest_table_does(
    compression: str, version: str
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    files = pytest.importorskip("pyarrow.parquet")
    content = {"id": list(range(9000)), "text": [f"第{number % 700}篇" for number in range(9000)]}
    out = io.BytesIO()
    files.write_table(
        pyarrow.table(content), out, compression=compression, data_page_version=version, row_group_size=2000,
        data_page_size=500, write_page_index=True,
    )  # fmt: skip
    metadata = files.ParquetFile(out).metadata
    groups = [metadata.row_group(number).column(1) for number in range(metadata.num_row_groups)]
    told, headers = sum(column.total_uncompressed_size for column in groups), 9000  # which the footer counts, too
    assert told - headers < page_sizes(out, [1], 2**40).unpacked < told


def test_drawings_in_one_another_have_no_text(tmp_path: Path) -> None:
    path = write(tmp_path, "a.html", page("<p>甲<svg><svg></svg><text>a</text></svg>乙</p>"))
    assert texts(path) == ["甲乙"]
    path = write(tmp_path, "b.html", page("<p>甲<svg><path a><p>乙"))
    assert texts(path) == ["甲\n乙"]


@pytest.mark.parametrize("markup_", ['中文<meta charset="gbk">', "中文<meta charset=gb2312>"])
def test_declared_encodings_are_believed_where_utf8_is_impossible(markup_: str) -> None:
    assert decode(markup_.encode("gbk"), "a.html").startswith("中文")


def test_a_label_that_lies_about_utf8_is_overruled() -> None:
    assert "中文" in decode('<meta charset="gbk">中文'.encode(), "a.html")


# --- start-up and extras ----------------------------------------------------------------------------------------------


def test_reading_a_transmission_imports_no_other_reader(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "INCOMING TRANSMISSION\n\nLATEST UPDATES\n一句。\n")
    code = (
        "import sys; from feedtools.readers import read, ReadOptions\n"
        f"list(read({str(path)!r}, ReadOptions(), print).articles)\n"
        "heavy = {'csv', 'feedparser', 'selectolax', 'pyarrow', 'fastwarc', 'backports', 'numpy', 'html'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("a.atom", "feedparser", "feeds"),
        ("a.parquet", "pyarrow", "parquet"),
        ("a.warc", "fastwarc.warc", "warc"),
    ],
)
def test_a_missing_extra_is_named_with_its_command(
    name: str, module: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, name, CASES[name]())
    monkeypatch.setitem(sys.modules, module, None)
    _, errors = taken(path)
    assert f"pip install 'feedtools[{extra}]'" in errors[0]


# --- any bytes at all -------------------------------------------------------------------------------------------------


def seeds(name: str) -> bytes:
    """A small valid file of a format, to be damaged."""
    wanted = {"feed": "cdata.rss", "transmission": "", "jsonfeed": "html.json"}.get(name)
    if wanted == "":
        return "INCOMING TRANSMISSION\n\nLATEST UPDATES\n一句。\n".encode()
    data = CASES[wanted or next(key for key in CASES if FORMATS[name].suffixes[0] == Path(key).suffix)]()
    return data.encode() if isinstance(data, str) else data


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_end_in_anything_but_an_error_of_ours(name: str, data: st.DataObject) -> None:
    seed = seeds(name)
    raw = bytearray(data.draw(st.one_of(st.binary(max_size=200), st.just(seed))))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6)):
        if raw:
            raw[place % len(raw)] = value
    cut = data.draw(st.integers(0, len(raw)))
    errors: list[FeedtoolsError] = []
    try:
        for article in read_bytes(
            bytes(raw[:cut] if data.draw(st.booleans()) else raw), "x", ReadOptions(input_format=name), errors.append
        ).articles:
            assert isinstance(article.text, str)
            assert article.line >= 1
    except ReadError as error:
        errors.append(error)
    assert all("\n" not in str(error) for error in errors)
