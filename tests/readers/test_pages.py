"""Pages: what is the article, and where in the source each part of it stands."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.lint.engine import lint
from feedtools.lint.rules import builtin
from feedtools.readers import ReadOptions, read_bytes
from feedtools.readers.pages import articles
from tests.cli.test_cli import Run
from tests.readers.test_readers import page, write

LONG = (
    "<!doctype html>\n<html><head><title>潮汐</title></head>\n<body>\n<nav>首页</nav>\n<article>\n<h1>潮汐表</h1>\n"
    "<p>第一段说 &amp; 的\n  写法,占两行。</p>\n<p>这里 the the 词写了两遍。</p>\n</article></body></html>\n"
)


def places(html: str) -> list[tuple[str, tuple[int, int]]]:
    """Each character of a page's text that stands in the source one by one, and where it is said to."""
    found = []
    for reading in articles(html.encode("utf-8", "surrogatepass"), places=True):
        assert reading.places is not None
        found += [(char, reading.places.find(number)) for number, char in enumerate(reading.text)]
    return found


def test_a_finding_in_a_page_is_placed_in_its_source(tmp_path: Path) -> None:
    write(tmp_path, "a.html", LONG)
    run = Run(tmp_path, "check", "a.html", "--output-format", "jsonl", "--select", "FT5", "--no-cache")
    [row] = [json.loads(line) for line in run.out.splitlines()]
    assert (row["line"], row["column"], row["text"]) == (9, LONG.splitlines()[8].index("the the") + 1, "the the")


def test_a_page_may_be_set_by_either_renderer() -> None:
    """MathJax sets what KaTeX refuses; in a transmission nobody knows who sets it, and neither sets the last."""
    formulas = r"\(a_\max\), \(\text{b_c}\), \(\thetta\)"
    rules = [rule for rule in builtin(examples=False) if rule.id == "FT203"]
    for name, lines, found in (("a.html", page(f"<p>{formulas}</p>"), 1), ("a.txt", formulas + "\n", 3)):
        read = list(read_bytes(lines.encode(), name, ReadOptions(), pytest.fail).articles)
        assert len(lint(read, rules).findings) == found


@pytest.mark.parametrize(
    "html",
    [
        LONG,
        page("<p>甲&lt;乙 &nbsp; 丙<br>丁</p>"),
        page("<div>x<sub>i</sub> \\(a<b>c\\)</div>"),
        "甲\n\n乙",
        page("<pre>a\n b</pre>"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_characters_stand_where_they_are_said_to(html: str, end: str) -> None:
    lines = html.split("\n")
    for char, (line, column) in places(html.replace("\n", end)):
        there = lines[line - 1][column - 1 : column]
        assert there == char or not there.isalnum() or char in "\\(){}_^`\n"


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["甲", "b", " ", "\n", "<p>", "</p>", "&amp;", "<b>", "</b>", "$x<em>i</em>$", "😀", "<br>"])
    )
)
def test_letters_of_any_page_stand_where_they_are_said_to(parts: list[str]) -> None:
    html = "".join(parts)
    lines = html.split("\n")
    seen = places(html)
    for char, (line, column) in seen:
        if char in "甲b😀x":
            assert lines[line - 1][column - 1] == char
    assert all(one[1] <= other[1] for one, other in pairwise(seen))


def test_lines_end_in_carriage_returns_where_nothing_else_ends_them() -> None:
    body = "<p>甲</p>{0}<p>乙{1}丙</p>"
    assert dict(places(page(body.format("\r", "\r"))))["丙"] == (3, 1)
    assert dict(places(page(body.format("\n", "\r"))))["丙"] == (2, 6)


def test_articles_have_lines_of_their_own() -> None:
    html = page("<article>甲</article><article>乙</article>\n<article>丙</article>")
    found = list(read_bytes(html.encode(), "a.html", ReadOptions(), pytest.fail).articles)
    assert [(one.line, one.text) for one in found] == [(1, "甲"), (2, "乙"), (3, "丙")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<nav>a</nav><article>甲<nav>b</nav>乙</article>", ["甲\n乙"]),
        ('<div>x</div><div itemprop="articleBody">甲<div>乙</div></div><div>y</div>', ["甲\n乙"]),
        ('<div>x</div><div role="main">甲</div>', ["甲"]),
        ("<aside><article>推荐</article></aside><article>甲</article>", ["甲"]),
        ("<article>甲<article>乙", ["甲\n乙"]),
        ("甲<nav>乙", ["甲\n乙"]),
        ("<div>甲</div></div></article>乙", ["甲\n乙"]),
        ("<main></main>甲", ["甲"]),
    ],
)
def test_the_article_is_found(body: str, found: list[str]) -> None:
    assert [one.text for one in articles(page(body).encode())] == found


def test_text_is_what_a_browser_shows() -> None:
    parser = pytest.importorskip("selectolax.lexbor").LexborHTMLParser
    body = "<div><p>甲<b>乙</b><i>c<u>d</i>e</u><table><tr><td>f<td>g</table><ul><li>h<li>i</ul><p>j &lt;k&gt; &eacute;</div>"  # noqa: E501
    [reading] = articles(page(body).encode())
    shown = parser(page(body)).css_first("body").text()
    assert re.sub(r"\s", "", reading.text) == re.sub(r"\s", "", shown)


CONFIGURED = {
    "3": r"<script>MathJax = {tex: {macros: {RR: '\\mathbb{R}', norm: ['\\lVert #1\\rVert', 1]}}};</script>",
    "2": r'<script type="text/x-mathjax-config">MathJax.Hub.Config({TeX:{Macros:{RR:"{\\mathbb R}",norm:["\\|#1\\|",1]}}});</script>',  # noqa: E501
    "katex": r'<script>renderMathInElement(document.body, {macros: {"\\RR": "\\mathbb{R}", "\\norm": "\\|#1\\|"}});</script>',  # noqa: E501
    "hidden": r"<div style='display:none'>\(\newcommand{\RR}{\mathbb{R}}\def\norm#1{\|#1\|}\)</div>",
}


@pytest.mark.parametrize("name", CONFIGURED)
def test_macros_of_a_page_go_with_its_article(name: str) -> None:
    html = page(CONFIGURED[name] + r"<article>设 \(x\in\RR\) 而 \(\norm{x}=1\)。</article>")
    found = list(read_bytes(html.encode(), "a.html", ReadOptions(), pytest.fail).articles)
    assert r"\RR}" in found[0].text.split("\n")[0] or r"\def" in found[0].text.split("\n")[0]
    rules = [rule for rule in builtin(examples=False) if rule.id == "FT203"]
    assert lint(found, rules).findings == []
    without = list(
        read_bytes(page(r"<article>设 \(x\in\RR\)</article>").encode(), "a.html", ReadOptions(), pytest.fail).articles
    )
    assert len(lint(without, rules).findings) == 1


def test_macros_that_are_not_used_stay_behind() -> None:
    [reading] = articles(page(CONFIGURED["3"] + "<article>甲</article>").encode())
    assert reading.text == "甲"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<ol><li>甲<li>乙</ol>", "1. 甲\n2. 乙"),
        (
            "<ol start=3><li><p>甲</p><p>再说</p></li><li value='9'>乙</li><li>丙</li></ol>",
            "3. 甲\n再说\n9. 乙\n10. 丙",
        ),
        ("<ol><li>甲<ol><li>内</li></ol></li><li>乙</li></ol>", "1. 甲\n1. 内\n2. 乙"),
        ("<ol><li>甲<ul><li>内</li></ul></li><li>乙</li></ol>", "1. 甲\n内\n2. 乙"),
        ("<ol><li></li><li>乙</li></ol>后", "2. 乙\n后"),
        ("<ol><li>甲</li><li></li></ol>后", "1. 甲\n后"),
        ("<ol><li><pre>x = 1</pre></li></ol>", "1.\n```\nx = 1\n```"),
        ("<ul><li>甲</li></ul>", "甲"),
        ("<li>甲</li></ol><li>乙</li>", "甲\n乙"),
        ("<ol type=a><li>甲</li></ol>", "甲"),
        ("<ol type=1><li>甲</li></ol>", "1. 甲"),
        ("<ol reversed><li>甲</li></ol>", "甲"),
        ("<ol style='list-style: none'><li>甲</li></ol>", "甲"),
        ("<ol style='list-style: decimal'><li>甲</li></ol>", "1. 甲"),
        ("<ol start=9999><li>甲</li><li>乙</li></ol>", "9999. 甲\n乙"),
        ("<ol start=0><li>甲</li><li>乙</li></ol>", "0. 甲\n1. 乙"),
        ("<ol start=-1><li>甲</li></ol>", "甲"),
        ("<ol start=-1><li>甲</li><li>乙</li></ol>", "甲\n0. 乙"),
        ("<pre><code><ol><li>x</li></ol></code></pre>", "```\nx\n```"),
    ],
)
def test_items_of_a_list_have_the_numbers_that_a_browser_shows(body: str, text: str) -> None:
    [reading] = articles(f"<body><p>前</p>{body}</body>".encode())
    assert reading.text == f"前\n{text}"
