"""The table of input formats: how each is told, and the module that reads it, imported when it is met."""

import re
from pathlib import PurePath
from typing import NamedTuple

from feedtools.readers import transmission
from feedtools.text.patterns import lazy


class Format(NamedTuple):
    """One input format.

    Attributes:
        name: what ``--input-format`` calls it.
        suffixes: endings of file names, without ``.gz`` and ``.zst``.
        module: module of this package whose ``read(stream, source, options, on_error)`` yields the articles.
        walked: whether a folder that is named is searched for such files: 1 at first, 2 where it has none of those;
            0 for files that have to be named themselves.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    walked: int = 0


FORMATS = {
    entry.name: entry
    for entry in (
        Format("transmission", (".txt",), "transmission", walked=1),
        Format("jsonl", (".jsonl", ".ndjson"), "jsonl", walked=1),
        Format("csv", (".csv",), "tables"),
        Format("tsv", (".tsv", ".tab"), "tables"),
        Format("markdown", (".md", ".markdown"), "markdown", walked=2),
        Format("jsonfeed", (".json",), "jsonfeed"),
        Format("feed", (".rss", ".atom", ".xml"), "feeds"),
        Format("html", (".html", ".htm", ".xhtml"), "pages"),
        Format("parquet", (".parquet",), "parquet", walked=2),
        Format("warc", (".warc", ".wet"), "warc", walked=2),
    )
}
PACKED = (".gz", ".zst")

_BY_SUFFIX = {suffix: entry.name for entry in FORMATS.values() for suffix in entry.suffixes}
_FEED = lazy(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_PAGE = lazy(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_TEXTUAL = frozenset({"csv", "tsv", "markdown"})
"""Formats whose content looks like any other text: the suffix alone tells them."""


def suffix(path: str) -> str:
    """The ending that names the format: ``.csv`` for ``Feed.CSV.gz``."""
    name = path.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return PurePath(name).suffix


def walked(input_format: str | None, rank: int) -> tuple[str, ...]:
    """Suffixes that a folder is searched for: those of the given format, else of all whose ``walked`` is ``rank``."""
    if input_format in FORMATS:
        return FORMATS[input_format].suffixes
    return tuple(ending for entry in FORMATS.values() if entry.walked == rank for ending in entry.suffixes)


def detect(path: str, head: bytes) -> str:
    """The format of a file by its first (unpacked) bytes, and by its suffix where bytes do not tell."""
    named = _BY_SUFFIX.get(suffix(path))
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "warc"
    if transmission.sniff(head):
        return "transmission"
    if named in _TEXTUAL:
        return named
    if start.startswith(b"<"):
        if _PAGE.search(start[:4096]):
            return "html"
        if _FEED.search(start[:4096]):
            return "feed"
    if start.startswith((b'{"', b"{\n", b"{\r\n", b"{ ")):
        return _json_kind(start, named)
    return named or "transmission"


def _json_kind(start: bytes, named: str | None) -> str:
    if b"jsonfeed.org/version" in start:
        return "jsonfeed"
    first, _, rest = start.partition(b"\n")
    if named == "jsonfeed" and not (first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")):
        return "jsonfeed"
    return "jsonl"
