"""Markdown files of a static site or a Notion export: the body after the front matter, never rendered."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.encodings import UNKNOWN_ENCODING
from feedtools.readers.streams import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

_FENCES = {"---": ("---", "..."), "+++": ("+++",), ";;;": (";;;",)}
"""First and last lines of front matter: YAML (Hugo, Hexo, Jekyll), TOML (Hugo, Zola), JSON (Hexo)."""
_NOTION = re.compile(r"[ _-][0-9a-f]{32}\.(?:md|markdown)", re.IGNORECASE)
_PROPERTIES = re.compile(
    r"(?<![^\S\n])[^\S\n]*+\n|(?:[^\s:：][^:：\n]{0,60}[:：] \S[^\n]*(?:\n|\Z))+(?=[^\S\n]*+\n|\Z)"
)


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the one article of a Markdown file; its line is the one at which the body begins.

    Front matter is taken off by its fences and not interpreted. A Notion export (32 hexadecimal digits at the end of
    the file's name) begins with a title and lines ``Property: value``, which are taken off likewise. The text is raw:
    rendering would damage formulas.

    Raises:
        ReadError: not UTF-8, binary, larger than a document may be, or front matter without its end.
    """
    data = read_document(stream, source)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadError(f"not UTF-8 ({error.reason}); {UNKNOWN_ENCODING}", path=source, line=line) from error
    if "\x00" in text:
        raise ReadError("binary file (it holds NUL); expected Markdown", path=source)
    start = body_start(text, source)
    body = text[start:]
    lead = len(body) - len(body.lstrip())
    if body.strip():
        line = text.count("\n", 0, start + lead) + 1
        indent = body[body.rfind("\n", 0, lead) + 1 : lead]
        kept = indent if indent.expandtabs(4).count(" ") > 3 else ""  # it makes code of the first lines
        yield Article(source, line, kept + body.strip(), syntax=syntax_of(options))


def syntax_of(options: ReadOptions) -> str:
    """Name the syntax of Markdown articles, with the style of their formulas where one is given."""
    return "markdown" if options.math == "auto" else f"markdown/{options.math}"


def body_start(text: str, source: str) -> int:
    """Find the start of the body, in code points.

    Raises:
        ReadError: front matter that is not closed.
    """
    first, *_ = text.split("\n", 1)
    closers = _FENCES.get(first.rstrip())
    if closers:
        place = len(first) + 1
        while place <= len(text):
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            if text[place:end].rstrip() in closers:
                return min(end + 1, len(text))
            place = end + 1
        if first.rstrip() == "---" and not re.match(r"---[ \t\r]*\n\s*[\w-]+[ \t]*:", text):
            return 0  # a thematic break
        raise ReadError(f"front matter opened with {first.rstrip()} is never closed", path=source, line=1)
    if _NOTION.search(source):
        return _after_properties(text)
    return 0


def _after_properties(text: str) -> int:
    title = re.match(r"\s*# [^\n]*\n", text)
    place = title.end() if title else 0
    while match := _PROPERTIES.match(text, place):
        if match.end() == place:
            break
        place = match.end()
    return place
