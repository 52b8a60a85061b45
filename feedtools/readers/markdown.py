"""Markdown files of a static site or a Notion export: the body after the front matter, never rendered."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, NamedTuple

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers.encodings import UNKNOWN_ENCODING
from feedtools.readers.front_matter import date_in
from feedtools.readers.streams import read_document
from feedtools.text.front_matter import front_matter_end

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

_NOTION = re.compile(r"[ _-][0-9a-f]{32}\.(?:md|markdown)", re.IGNORECASE)
_PROPERTIES = re.compile(
    r"(?<![^\S\n])[^\S\n]*+\n|(?:[^\s:：][^:：\n]{0,60}[:：] \S[^\n]*(?:\n|\Z))+(?=[^\S\n]*+\n|\Z)"
)


class Document(NamedTuple):
    """A Markdown file in its parts, which together are the file byte for byte.

    Attributes:
        lead: byte order mark, front matter and blank lines before the text.
        text: the one article; empty where there is none.
        tail: white space after it.
        line: 1-based line at which the text begins.
    """

    lead: str
    text: str
    tail: str
    line: int


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the one article of a Markdown file; its line is the one at which the body begins.

    Raises:
        ReadError: as for ``parse``, or larger than a document may be.
    """
    document = parse(read_document(stream, source), source)
    if document.text:
        date = date_in(document.lead, options.date_key) if options.date_key.rpartition(".")[2] in document.lead else ""
        origin = Provenance(date=date) if date else None
        yield Article(source, document.line, document.text, syntax=syntax_of(options), origin=origin)


def parse(data: bytes, source: str) -> Document:
    """Take a Markdown file apart.

    Front matter is taken off by its fences, or as an object of JSON; nothing in it is interpreted but a date. A Notion
    export (32 hexadecimal digits at the end of the file's name) begins with a title and lines ``Property: value``,
    which are taken off likewise. The text is raw: rendering would damage formulas.

    Raises:
        ReadError: not UTF-8, binary, or front matter without its end.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadError(f"not UTF-8 ({error.reason}); {UNKNOWN_ENCODING}", path=source, line=line) from error
    if "\x00" in text:
        raise ReadError("binary file (it holds NUL); expected Markdown", path=source)
    mark = len(text) - len(text.removeprefix("\ufeff"))
    start = mark + body_start(text[mark:], source)
    body = text[start:]
    blank = len(body) - len(body.lstrip())
    line = text.count("\n", 0, start + blank) + 1
    indent = body[body.rfind("\n", 0, blank) + 1 : blank]
    if indent.expandtabs(4).count(" ") > 3:  # it makes code of the first lines
        blank -= len(indent)
    end = start + max(blank, len(body.rstrip()))
    return Document(text[: start + blank], text[start + blank : end], text[end:], line)


def holds(text: str) -> bool:
    """Tell whether a Markdown file can hold a text as its article and give it back."""
    try:
        return bool(text) and parse(text.encode("utf-8", "surrogatepass"), "").text == text
    except ReadError:
        return False


def syntax_of(options: ReadOptions) -> str:
    """Name the syntax of Markdown articles, with the style of their formulas where one is given."""
    return "markdown" if options.math == "auto" else f"markdown/{options.math}"


def body_start(text: str, source: str) -> int:
    """Find the start of the body, in code points.

    Raises:
        ReadError: front matter that is not closed.
    """
    end = front_matter_end(text)
    if end is None:
        fence = text.partition("\n")[0].rstrip()
        raise ReadError(f"front matter opened with {fence} is never closed", path=source, line=1)
    if end:
        return end
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
