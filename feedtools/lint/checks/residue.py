"""Markup of the page an article was taken from: HTML and Markdown that was not rendered (FT506, FT507)."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.lint.checks.textual import in_math
from feedtools.model import Edit
from feedtools.text.formulas import continues_path
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_TAGS = (
    "a|abbr|article|b|blockquote|br|center|code|del|div|em|figure|figcaption|font|footer|h[1-6]|header|hr|i|iframe|img|input|kbd|li"
    "|mark|nav|ol|p|pre|s|script|section|small|span|strong|style|sub|summary|details|sup|table|tbody|td|th|thead|tr|u|ul|video"
)
_MAYBE_HTML = lazy(r"[&<](?:(?<=&)[#a-zA-Z]\w{1,7};|(?<=<)(?:/[a-zA-Z]|!--|[a-zA-Z]\w* [a-zA-Z-]+ ?=|[bh]r))")
"""One of these stands where the longer pattern matches; it compiles in a tenth of the time."""
_HTML = lazy(
    r"&(?:nbsp|lt|gt|amp|quot|apos|hellip|mdash|ndash|ldquo|rdquo|lsquo|rsquo|copy|times|middot|bull|laquo|raquo|ensp|emsp"
    r"|\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6});"
    r"|<!--[^>]{0,400}-->"
    rf"|</?(?:{_TAGS})(?:\s+[a-zA-Z-]+\s*=\s*(?:\"[^\"<>]{{0,400}}\"|'[^'<>]{{0,400}}'|[^\s\"'<>]{{1,400}})){{1,20}}\s*/?>"
    rf"|<(?:br|hr)\s*/?>|</(?:{_TAGS})>"
)


def html(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """HTML entities, comments and tags that were not rendered (FT506); the edit decodes an entity.

    Inside a formula only an entity whose ``&`` parts columns is reported: it renders, and shows ``amp;``.
    """
    del options
    if not _MAYBE_HTML.search(view.text):
        return
    renders: dict[int, bool] = {}
    for match in _HTML.finditer(view.text):
        start, end = match.span()
        if in_math(view, start) and not _parts_columns(view, start, match[0], renders):
            continue
        edits: tuple[Edit, ...] = ()
        if match[0][0] == "&":
            from html import unescape

            edits = (Edit(start, end, unescape(match[0])),)
        yield Hit(start, end, edits=edits)


def _parts_columns(view: View, place: int, entity: str, renders: dict[int, bool]) -> bool:
    """Tell whether the formula around an entity renders, asked once per formula; what does not is FT203's."""
    math = view.math[bisect_right(view.math, place, key=lambda one: one.start) - 1]
    if entity[0] != "&" or not math.closed:
        return False
    if math.start in renders:
        return renders[math.start]
    if view.text.find("\\begin{", math.start, place) < 0:
        renders[math.start] = False
        return False
    from feedtools.lint.checks.latex.parser import find_fault
    from feedtools.lint.checks.latex.rules import formula
    from feedtools.lint.checks.latex.tables import load

    body, _, display = formula(view.text, math)
    renders[math.start] = find_fault(body, load("katex"), display=display) is None
    return renders[math.start]


_MARKDOWN = lazy(
    r"!\[[^\[\]]{0,80}\]\([^()\s]{1,300}\)"
    r"|(?<!!)\[[^\[\]]{1,80}\]\(https?://[^()\s]{1,300}\)"
    r"|(?<![A-Za-z0-9_)*/])\*\*(?=[^\s*])[^*\n]{1,80}(?<=[^\s*(,])\*\*(?![A-Za-z0-9_*(])"
    r"|```+\w{0,12}"
    r"|~~(?=\S)[^~]{1,60}(?<=\S)~~"
    r"|:(?:eqlabel|label|numref|cite|eqref|figlabel):`?[\w-]{1,60}`?"
)

# A backslash that Markdown wanted before a sign and that the reader sees now.
_ESCAPED = lazy(
    r"(?<![A-Za-z0-9_\\])(?:\\\*){2,3}(?=[^\s*\\])|(?<=[^\s*\\])(?:\\\*){2,3}(?![A-Za-z0-9_\\])"  # \*\*bold\*\*
    r"|(?<!\S)\\\* \\\* \\\*(?!\S)|\\~\\~(?=[^\s~\\])|(?<=[^\s~\\])\\~\\~"
    r"|(?<=[\w)\]}] )\\\*(?= [\w(\[])|(?<=[A-Za-z0-9)\u4e00-\u9fff])\\\*(?=[A-Za-z0-9(\u4e00-\u9fff])"  # x \* y, 3\*4
    r"|(?<=\w)(?:\\_)+(?=\w)|(?<=\w)(?:\\_){2,9}(?![\\\w])"  # user\_name, name\_\_
    r"|(?<![^\s(\u4e00-\u9fff，。、：“])(?:\\_)+(?=\w)"  # \_name
    # \*注, 必填\*, /\* 注释 \*/, A\* 算法
    r"|(?<![^\s(（“：:，。、；！？\u4e00-\u9fff])\\\*(?=\ ?[（\u4e00-\u9fff])|(?<=[）\u4e00-\u9fff])\\\*(?![\w\\*.])"
    r"|(?<=/)\\\*(?=\ ?[\u4e00-\u9fff])|(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]\ ))\\\*(?=/)"
    r"|(?<=(?<![A-Za-z0-9\\])[A-Z])\\\*(?=\ [\u4e00-\u9fff])"
    # C\#, \#标签, \- 项, a \> b, R\&D, 5\-6, 训练\-微调
    r"|(?<=[A-Z])\\#|(?<![^\s（，。：])\\#(?=[\u4e00-\u9fff])|(?<!\S)\\[#<>-](?=[\ \d])|(?<=[A-Z])\\&(?=[A-Z])"
    r"|(?<=\d)\\[-~](?=\d)|(?<=[\u4e00-\u9fff])\\-(?=[\u4e00-\u9fff])"
)
# \*重要\*, \_word\_: both marks of an emphasis that was escaped, whose words hold a Chinese one or are Latin alone.
_PAIRED = lazy(
    r"(?<![\w\\](?<![\u4e00-\u9fff]))\\([*_])(?=\S)"
    r"(?=[^\\*_\n]{0,80}[\u4e00-\u9fff]|[A-Za-z]{2}[A-Za-z ,'-]{1,80}\\)[^\\*_\n]{1,80}(?<=\S)(\\\1)(?![\\A-Za-z0-9_*])"
)
_TICKED = lazy(
    r"(?<![^\s（(：，。、；\u4e00-\u9fff])(\\`)(?=\S)[^\\`\n]{1,80}(?<=\S)(\\`)(?![^\s），。、；：！？),.;:!?\u4e00-\u9fff])"
)
"""Code in ticks that were escaped; with other ticks in the text, or in a string, it may be a shell's own."""
_ESCAPE = lazy(r"\\[*_#<>&~`-]")
"""One of these stands in all that the longer pattern matches."""
_TOKEN = 80
_BEFORE, _AFTER = lazy(r"[!-~]{0,80}+\Z"), lazy(r"[!-~]{0,80}+")
_NO_PROSE = lazy(r"\\[A-Za-z0-9\\/.]|:\\|\[\^|\[\w-\w|[*+?][)|]|\(\?|\)[*+]|\.[*+]|://")
"""Signs that the word around a backslash is a path, a regular expression, an address or TeX."""


def markdown(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Bold marks, links, images, code fences, escapes and marks of formulas that were not rendered (FT507)."""
    del options
    hits = [Hit(*match.span()) for match in _MARKDOWN.finditer(view.text) if not in_math(view, match.start())]
    yield from sorted([*hits, *_visible_escapes(view), *_blog_formulas(view)])


_HAN, _CHINESE_PATH = lazy(r"[\u4e00-\u9fff]"), lazy(r"\\[\u4e00-\u9fff]")
_PATH = lazy(r"[:%.]\\|\\\\[^\s\\]|HK(?:EY|LM|C|U)|\\[\u4e00-\u9fff]")
_BEFORE_NAME, _AFTER_NAME = (
    lazy(r"(?:(?<=[\s，。、；：！？,;])|\A)[^\s，。、；：！？,;]*+\Z"),
    lazy(r"[^\s，。、；：！？,;]{0,80}+"),
)
_ABOUT_ESCAPES = lazy(
    r"正则(?![化项方])|转义|轉義|反斜|通配|(?i:regex|regular exp|\bescap|backslash|wildcard|\bglob(?:s|bing)?\b)"
)
"""Words of a text about backslashes near one."""
_NEAR = 60


def _visible_escapes(view: View) -> Iterator[Hit]:
    text = view.text
    if not _ESCAPE.search(text):
        return
    spans = {match.span() for match in _ESCAPED.finditer(text)}
    taken = {place for start, end in spans for place in range(start, end)}
    for match in _PAIRED.finditer(text):
        pair = ((match.start(), match.start() + 2), match.span(2))
        spans.update(span for span in pair if span[0] not in taken)
    if text.count("`") == text.count("\\`"):
        spans.update(match.span(mark) for match in _TICKED.finditer(text) for mark in (1, 2))
    talks = _ABOUT_ESCAPES.search(text) is not None
    paths = _PATH.search(text) is not None
    for start, end in sorted(spans):
        if in_math(view, start) or _means_backslash(text, start, end, paths=paths):
            continue
        if talks and _ABOUT_ESCAPES.search(text, max(start - _NEAR, 0), end + _NEAR):
            continue
        escape = text[start:end]
        shown = escape.replace("\\", "")
        message = f"‘{escape}’ is an escape of Markdown that became visible; write ‘{shown}’"
        yield Hit(start, end, message, (Edit(start, end, shown),))


def _means_backslash(text: str, start: int, end: int, *, paths: bool) -> bool:
    """Tell whether the escape ``text[start:end]`` stands in a regular expression or a path, if the text has any."""
    before = text[max(start - _TOKEN, 0) : start]
    after = text[end : end + _TOKEN]
    sign = " " if _HAN.match(before[-1:]) else text[end - 1]  # what stands behind a word is no quantifier
    word = f"{_found(_BEFORE, before)}{sign}{_found(_AFTER, after)}"
    if _NO_PROSE.search(word):
        return True
    if not paths:
        return False
    name = f"{_found(_BEFORE_NAME, before)} {_found(_AFTER_NAME, after)}"
    return _CHINESE_PATH.search(name) is not None or continues_path(text, start)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0] if match else ""


_SHORTCODE = lazy(r"\[((?:la)?tex)\](?P<body>[^\[\]\n]{1,400})\[/\1\]|\$inline\$(?P<habr>[^\n$]{1,400})\$inline\$")
_LATEX = "$latex "


def _blog_formulas(view: View) -> Iterator[Hit]:
    """Formulas as blog engines take them: ``$latex …$``, ``[latex]…[/latex]``."""
    text = view.text
    spans = [(match.span(), match.span("body" if match["body"] else "habr")) for match in _SHORTCODE.finditer(text)]
    if _LATEX in text:
        spans += [
            ((math.start, math.end), (math.start + len(_LATEX), math.end - 1))
            for math in view.math
            if math.closed and math.opener == _LATEX
        ]
    for (start, end), (first, last) in spans:
        opener = text[start:first].strip()
        message = f"‘{opener}’ opens a formula for a blog engine alone; write ‘\\(’ and ‘\\)’ around it"
        yield Hit(start, end, message, (Edit(start, end, f"\\({text[first:last].strip()}\\)"),))
