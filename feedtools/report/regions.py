"""Lines and columns of findings in their files, for formats that want them."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from feedtools.model import Article, Finding, Span


class FileRegion(NamedTuple):
    """1-based lines and columns in code points; the end column is the one after the last."""

    line: int
    column: int
    end_line: int
    end_column: int


def region(article: Article, span: Span) -> FileRegion:
    """The place of a span in the article's file.

    In an article of several lines (Markdown) the lines are counted, and one that was taken from a page knows where in
    the page it stood. For one that was unpacked from a record (JSONL, a feed) the line is the record's, and the columns
    count in its text.
    """
    if article.origin is not None and article.origin.places is not None:
        places = article.origin.places
        line, column = places.find(max(span.start, span.end - 1))
        return FileRegion(*places.find(span.start), line, column + 1)
    if not article.verbatim:
        return FileRegion(article.line, span.start + 1, article.line, span.end + 1)
    return FileRegion(*_place(article, span.start), *_place(article, span.end))


def _place(article: Article, offset: int) -> tuple[int, int]:
    starts = _line_starts(article.text)
    number = bisect_right(starts, offset) - 1
    return article.line + number, offset - starts[number] + 1


_last: tuple[str, Sequence[int]] = ("", (0,))


def _line_starts(text: str) -> Sequence[int]:
    """Find the start of each line, once per text, for an article may have a finding in every line."""
    global _last  # findings come article by article: to look a long text up by its content takes longer
    if _last[0] is not text:
        _last = text, _found_starts(text)
    return _last[1]


@lru_cache(maxsize=4)
def _found_starts(text: str) -> Sequence[int]:
    starts = array("Q", [0])
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def line_around(article: Article, span: Span) -> tuple[str, Span]:
    """The line of an article that a span begins on, and the part of the span that is in it."""
    lines = article.verbatim or (article.origin is not None and article.origin.places is not None)
    if not lines or len(_line_starts(article.text)) == 1:
        return article.text, span
    start = article.text.rfind("\n", 0, span.start) + 1
    end = article.text.find("\n", span.start)
    end = len(article.text) if end < 0 else end
    return article.text[start:end], Span(span.start - start, max(span.start + 1, min(span.end, end)) - start)


def quoted(finding: Finding, length: int = 60) -> str:
    """The text of a finding, shortened in its middle."""
    text = finding.article.text[finding.span.start : finding.span.end]
    return text if len(text) <= length else f"{text[: length * 2 // 3]}…{text[-length // 4 :]}"


def suggestion(finding: Finding) -> str:
    """The text of a finding as its fix would make it; empty where it has none or the fix reaches beyond it."""
    fix, (start, end) = finding.fix, finding.span
    if fix is None or not fix.edits or any(edit.start < start or edit.end > end for edit in fix.edits):
        return ""
    new, at = "", start
    for edit in sorted(fix.edits):
        new += finding.article.text[at : edit.start] + edit.text
        at = edit.end
    return new + finding.article.text[at:end]
