"""The text report: aligned carets, nothing that could command a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.model import Article, Finding, Span
from feedtools.report.text import WINDOW, escape, excerpt_of, text, width


def finding(article: str, start: int, end: int) -> Finding:
    return Finding("FT999", "x", "error", "high", Article("feed.txt", 4, article), Span(start, end), "says why")


@pytest.mark.parametrize(
    ("article", "start", "end", "under"),
    [
        ("abc def", 4, 7, "def"),
        ("模型自由 modelfree 的方法", 5, 14, "modelfree"),
        ("损失为[公式],其中", 3, 7, "[公式]"),
        ("前" * 300 + "[Math]" + "后" * 300, 300, 306, "[Math]"),
        ("e\u0301" * 5 + "x", 10, 11, "x"),
    ],
)
def test_caret_stands_under_the_span_in_columns(article: str, start: int, end: int, under: str) -> None:
    line, caret = excerpt_of(article, Span(start, end))
    column = width(caret) - caret.count("^")
    before = ""
    for char in line:
        if width(before) >= column and not line[len(before) :].startswith("\u0301"):
            break
        before += char
    assert line[len(before) :].startswith(under)
    assert caret.count("^") == width(under)
    assert width(line) <= WINDOW + 3


@given(st.text(st.characters(), min_size=1), st.data())
def test_any_article_gives_two_printable_lines(article: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(article) - 1))
    end = data.draw(st.integers(start + 1, len(article)))
    line, caret = excerpt_of(article, Span(start, end))
    assert escape(line) == line
    assert caret.strip(" ^") == ""
    assert "^" in caret


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "a\u202eb", "\r\n::error::x", "\udcff", "\x07"])
def test_controls_are_made_visible(hostile: str) -> None:
    shown = "".join(text([finding(hostile, 0, 1)]))
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert shown.count("\n") == 3


def test_lines_read_path_line_column_level_code_message() -> None:
    assert "".join(text([finding("abc", 1, 2)], excerpt=False)) == "feed.txt:4:2: error FT999 says why\n"
    colored = "".join(text([finding("abc", 1, 2)], color=True))
    assert "\x1b[31merror\x1b[0m" in colored
