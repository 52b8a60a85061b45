"""Findings for people: the place, the message, the line with a caret under the span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.report.regions import line_around, region

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feedtools.model import Finding, Level, Span

WINDOW = 76
"""Columns of the article that are shown around a span."""
COLORS: dict[Level, str] = {"error": "31", "warning": "33", "note": "36"}
"""The colour of every level."""


def text(findings: Iterable[Finding], *, color: bool = False, excerpt: bool = True) -> Iterator[str]:
    """Lines ``path:line:col: level CODE message``, each followed by the excerpt and its caret.

    Args:
        findings: in the order they are shown.
        color: whether to use ANSI colours.
        excerpt: whether to show the article's text; without it there is one line per finding.
    """
    for finding in findings:
        line, column, *_ = region(finding.article, finding.span)
        place = f"{escape(finding.article.source)}:{line}:{column}"
        level = paint(finding.level, COLORS[finding.level], color=color)
        code = paint(finding.rule, "1", color=color)
        origin = finding.article.origin
        own = f" ({escape(origin.id[:100])})" if origin is not None and origin.id else ""
        yield f"{place}: {level} {code} {escape(finding.message)}{own}\n"
        if excerpt and finding.article.text:
            shown, caret = excerpt_of(*line_around(finding.article, finding.span))
            yield f"  | {shown}\n  | {paint(caret, COLORS[finding.level], color=color)}\n"


def paint(value: str, code: str, *, color: bool) -> str:
    """The text in a colour of the terminal (ECMA-48), or as it is."""
    return f"\x1b[{code}m{value}\x1b[0m" if color else value


def escape(value: str) -> str:
    r"""The text with whatever could command a terminal made visible: controls, bidi overrides, lone surrogates."""
    if value.isprintable():
        return value
    return "".join(_visible(char) for char in value)


def printable(char: str) -> bool:
    """Tell whether a character may stand as it is: it is neither a control nor a mark that reorders or hides text."""
    return char.isprintable() or char in "\u00a0\u3000\u200d"


def _visible(char: str) -> str:
    if printable(char):
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that could not be decoded, as Python carries it through
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(value: str) -> int:
    """Columns on a terminal: two for wide and full-width characters, none for combining ones (UAX 11)."""
    import unicodedata

    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in value
    )


def excerpt_of(article: str, span: Span, columns: int = WINDOW) -> tuple[str, str]:
    """The part of the article around ``span``, and the line of carets that stands under it."""
    mark = _take(escape(article[span.start : min(span.end, span.start + columns)]), columns - 20)
    cut = "…" if len(mark) < span.end - span.start else ""
    room = columns - width(mark)
    head = escape(article[max(0, span.start - columns) : span.start])
    before = _take(head[::-1], room // 2)[::-1]
    tail = "" if cut else escape(article[span.end : span.end + columns])
    after = _take(tail, room - width(before))
    lead = "…" if len(before) < span.start else ""
    trail = "…" if not cut and len(after) < len(article) - span.end else ""
    return f"{lead}{before}{mark}{cut}{after}{trail}", " " * width(lead + before) + "^" * max(1, width(mark + cut))


def _take(value: str, columns: int) -> str:
    used = 0
    for place, char in enumerate(value):
        used += width(char)
        if used > columns:
            return value[:place]
    return value
