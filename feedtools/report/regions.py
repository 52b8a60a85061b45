"""Where a finding stands in its file, for formats that want lines and columns."""

from typing import NamedTuple

from feedtools.model import Article, Finding, Span


class Region(NamedTuple):
    """1-based lines and columns in code points; the end column is the one after the last."""

    line: int
    column: int
    end_line: int
    end_column: int


def region(article: Article, span: Span) -> Region:
    """The place of a span in the article's file.

    In an article of several lines (Markdown) the lines are counted, and one that was taken from a page knows where in
    the page it stood. For one that was unpacked from a record (JSONL, a feed) the line is the record's, and the columns
    count in its text.
    """
    if article.origin is not None and article.origin.places is not None:
        places = article.origin.places
        line, column = places.find(max(span.start, span.end - 1))
        return Region(*places.find(span.start), line, column + 1)
    if not article.verbatim or "\n" not in article.text:
        return Region(article.line, span.start + 1, article.line, span.end + 1)
    return Region(*_place(article, span.start), *_place(article, span.end))


def _place(article: Article, offset: int) -> tuple[int, int]:
    before = article.text.count("\n", 0, offset)
    return article.line + before, offset - (article.text.rfind("\n", 0, offset) + 1) + 1


def line_around(article: Article, span: Span) -> tuple[str, Span]:
    """The line of an article that a span begins on, and the part of the span that is in it."""
    lines = article.verbatim or (article.origin is not None and article.origin.places is not None)
    if not lines or "\n" not in article.text:
        return article.text, span
    start = article.text.rfind("\n", 0, span.start) + 1
    end = article.text.find("\n", span.start)
    end = len(article.text) if end < 0 else end
    return article.text[start:end], Span(span.start - start, max(span.start + 1, min(span.end, end)) - start)


def quoted(finding: Finding, length: int = 60) -> str:
    """The text of a finding, shortened in its middle."""
    text = finding.article.text[finding.span.start : finding.span.end]
    return text if len(text) <= length else f"{text[: length * 2 // 3]}…{text[-length // 4 :]}"
