"""HTML pages: the article without the furniture around it, with every place in the page's source.

No parser is asked: none says where in the source its text stood, and all of them take the ``<i`` of ``x_{<i}`` for a
tag.
"""

from __future__ import annotations

from array import array
from typing import IO, TYPE_CHECKING, NamedTuple

from feedtools.errors import ReadError
from feedtools.model import Article, Provenance
from feedtools.readers.encodings import recode
from feedtools.readers.macros import defined, used
from feedtools.readers.markup import Page, PlacedText, syntax_of
from feedtools.readers.markup import read as read_markup
from feedtools.readers.streams import read_document
from feedtools.readers.tags import RAW, VOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions
    from feedtools.readers.tags import Tag, Tags

_FURNITURE = frozenset({b"nav", b"header", b"footer", b"aside", b"noscript", b"button", b"template", b"iframe"})
_BODIES = ("itemprop", "article", "main", "role", "body")
"""Parts that may hold the article; the first that has text does. Attributes are given by name or by value."""
_NESTED = 9
"""Kind of an element that only bears the name of one that may hold the article: a ``div`` inside such a ``div``."""


class _Element(NamedTuple):
    """Start of an element and end of its content; its kind is its number in ``_BODIES``, or -1 for furniture."""

    start: int
    end: int
    kind: int


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the articles of a page: one for each ``article`` element, else its main part.

    ``Article.line`` is the line of the page on which the article begins; of several on one line each has the next.

    Raises:
        ReadError: the encoding is not what the page says, or there is no text in it.
    """
    page = recode(read_document(stream, source), source)
    line = 0
    for text, places in articles(page, places=True):
        line = max(line + 1, places.find(0)[0] if places else 1)
        yield Article(source, line, text, False, syntax_of(text), Provenance(places=places))
    if not line:
        raise ReadError("no text in this page; is it drawn by a script, or are its parts loaded later?", path=source)


def articles(page: bytes, *, places: bool = False) -> Iterator[PlacedText]:
    """The texts of a page's articles; the page is UTF-8.

    Args:
        page: the whole page.
        places: whether to say where in it each part of a text stood.
    """
    whole = Page(page)
    elements = _elements(whole.tags)
    furniture = [one for one in elements if one.kind < 0]
    for kind in (*range(len(_BODIES)), None):
        bodies = list(_outermost(elements, kind, len(page)))
        macros = defined(whole.tags, bodies)
        found = False
        for start, end in bodies:
            head = used(macros, page[start:end])
            reading = read_markup(whole, list(_without(furniture, start, end)), head=head, places=places)
            if reading.text != head:
                found = True
                yield reading
        if found:
            return


def _elements(tags: Tags) -> list[_Element]:
    """The elements that hold an article, and those that hold none, in order."""
    markup = tags.markup
    open_elements: dict[bytes, array[int]] = {}  # starts and kinds of those of a name that are open
    found: list[_Element] = []
    place = markup.find(b"<")
    while place >= 0:
        end = tags.past_declaration(place)
        tag = None if end else tags.at(place)
        if tag is not None:
            end = tag.end
            if tag.name in RAW and not tag.closes:
                end = tags.close_of(tag.name, tag.end) if tag.name != b"svg" else end
            _note(tag, markup, open_elements, found)
        place = markup.find(b"<", end or place + 1)
    for rows in open_elements.values():  # never closed: to the end, but for furniture, which would take all with it
        pairs = zip(rows[::2], rows[1::2], strict=True)
        found += [_Element(start, len(markup), kind) for start, kind in pairs if 0 <= kind < _NESTED]
    return sorted(found)


def _note(tag: Tag, markup: bytes, open_elements: dict[bytes, array[int]], found: list[_Element]) -> None:
    kind = _kind(tag)
    if kind is None and tag.name not in open_elements:
        return
    if tag.closes:
        rows = open_elements[tag.name]
        if rows:
            number, start = rows.pop(), rows.pop()
            if number < _NESTED:
                found.append(_Element(start, tag.start, number))
    elif tag.name not in VOID and not markup.endswith(b"/", tag.start, tag.end - 1):
        start = tag.start if kind == -1 else tag.end
        open_elements.setdefault(tag.name, array("q")).extend((start, _NESTED if kind is None else kind))


def _kind(tag: Tag) -> int | None:
    if tag.closes:
        return None
    if tag.name in _FURNITURE:
        return -1
    if b"articleBody" in tag.attributes and "articleBody" in tag.get("itemprop").split():
        return 0
    if tag.name == b"article":
        return 1
    if tag.name == b"main":
        return 2
    if b"main" in tag.attributes and tag.get("role") == "main":
        return 3
    return 4 if tag.name == b"body" else None


def _outermost(elements: list[_Element], kind: int | None, size: int) -> Iterator[tuple[int, int]]:
    """Elements of a kind that lie in none of their kind and in no furniture; the whole page for ``None``."""
    if kind is None:
        yield 0, size
        return
    past = 0
    for one in elements:
        if one.start < past:
            continue
        if one.kind == kind:
            yield one.start, one.end
        if one.kind in {kind, -1}:
            past = one.end


def _without(furniture: list[_Element], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a part of the page that are no furniture."""
    from bisect import bisect_left

    for number in range(bisect_left(furniture, (start, 0, -1)), len(furniture)):
        one = furniture[number]
        if one.start >= end:
            break
        if one.start >= start:
            yield start, one.start
            start = max(start, one.end)
    yield start, end
