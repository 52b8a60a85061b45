"""HTML pages, with the extra ``html``: the article without the furniture around it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError
from feedtools.model import Article
from feedtools.readers.encodings import decode
from feedtools.readers.markup import OPEN_ENDED, Tags, attributes, shield, text_of
from feedtools.readers.streams import optional, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.readers import OnError, ReadOptions

_FURNITURE = ("nav", "header", "footer", "aside", "noscript", "button", "template", "style", "iframe", "svg")
_BODIES = ("[itemprop=articleBody]", "article", "main", "[role=main]", "body")
MAX_DEPTH = 2000
"""Elements inside one another; a page has some thirty."""
FREE_NODES = 100_000
"""Elements and attributes that a page may have however short they are."""
LEAST = 48
"""Bytes that one of them has at least on average, where there are more; the tree of a page takes 450 for an element."""


def read(stream: IO[bytes], source: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:  # noqa: ARG001
    """Yield the articles of a page: one for each ``article`` element, else its main part.

    Raises:
        ReadError: the encoding is not what the page says, or elements are nested too deeply.
    """
    for number, text in enumerate(articles(decode(read_document(stream, source), source), source), 1):
        yield Article(source, number, text, verbatim=False)


def articles(page: str, source: str) -> Iterator[str]:
    """The texts of a page's articles.

    Raises:
        ReadError: selectolax is not installed, or the elements are nested too deeply.
    """
    lexbor = optional("selectolax.lexbor", "html", "reading HTML", source)
    size, page = len(page), shield(page)
    _check_size(page, size, source)
    _check_depth(page, source)
    tree = lexbor.LexborHTMLParser(page)
    del page  # the tree has all of it
    for selector in _BODIES:
        found = tree.css(selector)
        known = {node.mem_id for node in found}
        bodies = [_without_furniture(node) for node in found if not _inside(node, known)]
        if selector == _BODIES[-1]:
            del tree, found  # before there is a text beside it
        bodies.reverse()
        texts = []
        while bodies:
            if text := text_of(bodies.pop()):
                texts.append(text)
        if texts:
            yield from texts
            return


def _check_size(page: str, size: int, source: str) -> None:
    most = max(FREE_NODES, size // LEAST)
    elements = page.count("<") - page.count("</")
    if elements > most or (len(page) > 2 * most and elements + attributes(page) > most):
        raise ReadError(
            f"more than {most:,} elements and attributes of fewer than {LEAST} characters; no page needs that",
            path=source,
        )


def _check_depth(page: str, source: str) -> None:
    """A tree of great depth is walked by recursion, or for quadratic time, somewhere down in any parser."""
    deepest = depth = 0
    place = page.find("<")
    while place >= 0:
        closes = page.startswith("/", place + 1)
        depth = max(0, depth - 1) if closes else depth + 1
        deepest = max(deepest, depth)
        place = page.find("<", place + 1)
    if deepest > MAX_DEPTH and _depth(page) > MAX_DEPTH:
        raise ReadError(f"elements are nested more than {MAX_DEPTH:,} deep; no page needs that", path=source)


def _depth(page: str) -> int:
    """Elements that are open at once, at most, of those that have to be closed."""
    tags, deepest, open_tags = Tags(page), 0, dict[str, int]()
    depth, place = 0, page.find("<")
    while place >= 0:
        tag = tags.at(place)
        if tag is not None and tag.name not in OPEN_ENDED:
            count = open_tags.get(tag.name, 0)
            if not tag.closes:
                open_tags[tag.name] = count + 1
                depth += 1
                deepest = max(deepest, depth)
            elif count:
                open_tags[tag.name] = count - 1
                depth -= 1
        place = page.find("<", place + 1)
    return deepest


def _inside(node: Any, known: set[int]) -> bool:
    parent = node.parent
    while parent is not None and parent.mem_id not in known:
        parent = parent.parent
    return parent is not None


def _without_furniture(node: Any) -> str:
    for name in _FURNITURE:
        for inner in node.css(name):
            inner.decompose()
    return node.html or ""
