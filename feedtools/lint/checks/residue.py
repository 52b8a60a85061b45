"""Markup of the page an article was taken from: HTML and Markdown that was not rendered (FT506, FT507)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.lint.checks.textual import in_math
from feedtools.model import Edit
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_TAGS = (
    "a|abbr|article|b|blockquote|br|center|code|del|div|em|figure|figcaption|font|footer|h[1-6]|header|hr|i|iframe|img|input|kbd|li"
    "|mark|nav|ol|p|pre|s|script|section|small|span|strong|style|sub|summary|details|sup|table|tbody|td|th|thead|tr|u|ul|video"
)
_HTML = lazy(
    r"&(?:nbsp|lt|gt|amp|quot|apos|hellip|mdash|ndash|ldquo|rdquo|lsquo|rsquo|copy|times|middot|bull|laquo|raquo|ensp|emsp"
    r"|\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6});"
    r"|<!--[^>]{0,400}-->"
    rf"|</?(?:{_TAGS})(?:\s+[a-zA-Z-]+\s*=\s*(?:\"[^\"<>]{{0,400}}\"|'[^'<>]{{0,400}}'|[^\s\"'<>]{{1,400}})){{1,20}}\s*/?>"
    rf"|<(?:br|hr)\s*/?>|</(?:{_TAGS})>"
)


def html(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """HTML entities, comments and tags that were not rendered (FT506); the edit decodes an entity."""
    del options
    for match in _HTML.finditer(view.text):
        start, end = match.span()
        if in_math(view, start):
            continue
        edits: tuple[Edit, ...] = ()
        if match[0][0] == "&":
            from html import unescape

            edits = (Edit(start, end, unescape(match[0])),)
        yield Hit(start, end, edits=edits)


_MARKDOWN = lazy(
    r"!\[[^\[\]]{0,80}\]\([^()\s]{1,300}\)"
    r"|(?<!!)\[[^\[\]]{1,80}\]\(https?://[^()\s]{1,300}\)"
    r"|(?<![A-Za-z0-9_)*/])\*\*(?=[^\s*])[^*\n]{1,80}(?<=[^\s*(,])\*\*(?![A-Za-z0-9_*(])"
    r"|```+\w{0,12}"
    r"|~~(?=\S)[^~]{1,60}(?<=\S)~~"
    r"|:(?:eqlabel|label|numref|cite|eqref|figlabel):`?[\w-]{1,60}`?"
)


def markdown(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Bold marks, links, images, code fences and directives that were not rendered (FT507)."""
    del options
    for match in _MARKDOWN.finditer(view.text):
        if not in_math(view, match.start()):
            yield Hit(match.start(), match.end())
