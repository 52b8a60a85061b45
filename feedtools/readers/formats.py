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
        marks: of a folder only those files are read whose beginning holds one of these, for others have such names too.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    marks: tuple[bytes, ...] = ()


FORMATS = {
    entry.name: entry
    for entry in (
        Format("transmission", (".txt",), "transmission"),
        Format("jsonl", (".jsonl", ".ndjson"), "jsonl"),
        Format("csv", (".csv",), "tables"),
        Format("tsv", (".tsv", ".tab"), "tables"),
        Format("markdown", (".md", ".markdown", ".mdx", ".qmd", ".rmd"), "markdown"),
        Format("notebook", (".ipynb",), "notebooks"),
        Format("jsonfeed", (".json",), "jsonfeed", (b"jsonfeed.org/version",)),
        Format("feed", (".rss", ".atom", ".xml"), "feeds", (b"<rss", b"<feed", b"<rdf:RDF")),
        Format("html", (".html", ".htm", ".xhtml"), "pages"),
        Format("parquet", (".parquet",), "parquet"),
        Format("warc", (".warc", ".wet"), "warc"),
    )
}
PACKED = (".gz", ".zst")
REFUSED = {
    ".rst": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".textile": "Textile",
    ".org": "Org",
    ".tex": "LaTeX",
    ".typ": "Typst",
    ".rtf": "RTF",
    ".doc": "Word",
    ".docx": "Word",
    ".odt": "OpenDocument",
    ".pdf": "PDF",
    ".epub": "EPUB",
}
"""Formats of articles that are not read, by the endings of their names."""

_BY_SUFFIX = {suffix: entry.name for entry in FORMATS.values() for suffix in entry.suffixes}
_FEED = lazy(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_PAGE = lazy(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_TEXTUAL = frozenset({"csv", "tsv", "markdown", "notebook"})
"""Formats whose content looks like any other text: the suffix alone tells them."""


def suffix(path: str) -> str:
    """The ending that names the format: ``.csv`` for ``Feed.CSV.gz``."""
    name = path.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return PurePath(name).suffix


def endings(input_format: str | None) -> tuple[str, ...]:
    """Suffixes that a folder is searched for: those of the given format, else of all."""
    if input_format in FORMATS:
        return FORMATS[input_format].suffixes
    return tuple(_BY_SUFFIX)


def named(path: str) -> Format | None:
    """The format that a file's name says."""
    name = _BY_SUFFIX.get(suffix(path))
    return FORMATS[name] if name else None


def detect(path: str, head: bytes) -> str:
    """The format of a file by its first (unpacked) bytes, and by its suffix where bytes do not tell."""
    said = _BY_SUFFIX.get(suffix(path))
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "warc"
    if transmission.sniff(head):
        return "transmission"
    if said in _TEXTUAL:
        return said
    if start.startswith(b"<"):
        if _PAGE.search(start[:4096]):
            return "html"
        if _FEED.search(start[:4096]):
            return "feed"
    if start.startswith((b'{"', b"{\n", b"{\r\n", b"{ ")):
        return _json_kind(start, said)
    return said or "transmission"


def _json_kind(start: bytes, said: str | None) -> str:
    if b"jsonfeed.org/version" in start:
        return "jsonfeed"
    if b'"cell_type"' in start:
        return "notebook"
    first, _, rest = start.partition(b"\n")
    if said == "jsonfeed" and not (first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")):
        return "jsonfeed"
    return "jsonl"


def unknown_format(name: str) -> str:
    """Say that there is no input format of a name, and which is meant; empty where there is one."""
    if name in FORMATS:
        return ""
    meant = next((one.name for one in FORMATS.values() if f".{name.lower()}" in one.suffixes), "")
    expected = f"did you mean {meant}?" if meant else f"expected one of {', '.join(FORMATS)}"
    return f"unknown input format {name!r}; {expected}"
