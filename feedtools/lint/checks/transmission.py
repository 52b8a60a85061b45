"""The frame of a transmission: header, encoding, line ends (FT601 to FT606).

Each function takes the bytes of the file, the parsed transmission and the rule's options, and yields pairs of an
article's number (``None``: the file as a whole) and a hit in that article's text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.model import Edit
from feedtools.readers.transmission import encode, header_of
from feedtools.text.patterns import lazy
from feedtools.text.precompiled import compiled
from feedtools.text.renderers import headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.model import Transmission

_BOM = b"\xef\xbb\xbf"
_FOR_PROGRAMS = lazy(r"#|[\w.,@/+\[\]*-]+\s*(?:[=<>!~]=|=|: )")
_LETTERS = lazy(r"[^\W\d_]+")
_LIKENESS = 0.8
"""Share of common letters (Ratcliff and Obershelp's ratio) from which a line counts as a misspelt header line."""

Place = tuple[int | None, Hit]


def missing_header(data: bytes, transmission: Transmission, options: Mapping[str, Any]) -> Iterator[Place]:
    """The file has articles and no line of a header (FT601)."""
    del data, options
    if () in headers():  # a renderer that writes none
        return
    if all(_is_for_programs(article.text) for article in transmission.articles):
        return  # a list that some program reads, or nothing
    if not _header_lines(transmission) and not _misspelt(transmission):
        yield 0, Hit(0, 1)


def _is_for_programs(text: str) -> bool:
    """Tell whether a line is a comment or sets a value in which no Chinese stands."""
    begun = _FOR_PROGRAMS.match(text)
    return begun is not None and (begun[0] == "#" or not any("㐀" <= char <= "鿿" for char in text[begun.end() :]))


def malformed_header(data: bytes, transmission: Transmission, options: Mapping[str, Any]) -> Iterator[Place]:
    """There is a header, but a line of it is missing, misspelt, or out of place (FT602)."""
    del data, options
    present = _header_lines(transmission)
    for number, wanted in _misspelt(transmission):
        text = transmission.articles[number].text
        yield number, Hit(0, len(text), message=f"this line is not quite the header line {wanted!r}; correct it")
    if not present or _misspelt(transmission):
        return
    header = header_of(transmission.head)
    if absent := [line for line in header if line not in present]:
        yield None, Hit(0, 1, message=f"the header lacks the line {absent[0]!r}; add it before the first article")
    elif not _canonical(header).fullmatch(transmission.head.removeprefix(_BOM)):
        wanted = " and ".join(map(repr, header))
        yield None, Hit(0, 1, message=f"the header is not the lines {wanted}, each by itself and in this order")


@lru_cache(maxsize=8)
def _canonical(header: tuple[str, ...]) -> re.Pattern[bytes]:
    lines = rb"(?:[ \t]*\r?\n)+".join(re.escape(encode(line)) for line in header)
    return compiled(rb"[ \t\r\n]*" + lines + rb"\r?\n\s*")


def _header_lines(transmission: Transmission) -> list[str]:
    lines = transmission.head.removeprefix(_BOM).decode("utf-8", "surrogateescape").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _misspelt(transmission: Transmission) -> list[tuple[int, str]]:
    """Articles at the head of the file that are header lines with a slip, and the line each should be."""
    absent = [line for line in header_of(transmission.head) if line not in _header_lines(transmission)]
    found: list[tuple[int, str]] = []
    for number, article in enumerate(transmission.articles[: len(absent)]):
        wanted = _meant(article.text, absent)
        if wanted is None:
            break
        absent.remove(wanted)
        found.append((number, wanted))
    return found


def _meant(text: str, lines: list[str]) -> str | None:
    """The header line that ``text`` nearly is."""
    longest = max(map(len, lines), default=0)
    letters = "".join(_LETTERS.findall(text[: 2 * longest])).upper()
    if not letters or len(text) > 2 * longest:
        return None
    from difflib import SequenceMatcher

    for line in lines:
        if SequenceMatcher(None, letters, line.replace(" ", "").upper(), autojunk=False).ratio() >= _LIKENESS:
            return line
    return None


def empty_article(data: bytes, transmission: Transmission, options: Mapping[str, Any]) -> Iterator[Place]:
    """A file without articles, an empty line between two of them, or one without a letter or digit (FT603)."""
    del data, options
    last = len(transmission.articles) - 1
    first = len(_misspelt(transmission))  # a header with a slip is FT602, and the line after it may be empty
    if last < 0:
        yield None, Hit(0, 1, message="the file has no article; expected one article per line after the header")
    for number, (article, gap) in enumerate(zip(transmission.articles, transmission.gaps, strict=True)):
        text = article.text
        if not any(char.isalnum() for char in text):
            yield number, Hit(0, len(text), message="nothing to read in this article; restore it or take the line out")
        blank = gap.count(b"\n") - 1 if first <= number < last else 0
        if blank > 0:
            lines = "an empty line follows" if blank == 1 else f"{blank} empty lines follow"
            message = f"{lines} this article: has an article been lost here? restore it or take the line out"
            yield number, Hit(len(text) - 1, len(text), message=message)


_ASCII = bytes(range(128))
_BAD_BYTES = lazy("[\udc80-\udcff]+")


def not_utf8(data: bytes, transmission: Transmission, options: Mapping[str, Any]) -> Iterator[Place]:
    """Bytes that are not UTF-8, one hit per article, at the first of them (FT604)."""
    del data, options
    try:
        transmission.head.decode("utf-8")
    except UnicodeDecodeError:
        yield None, Hit(0, 1, message=_said(transmission.head, "the header"))
    for number, article in enumerate(transmission.articles):
        if match := _BAD_BYTES.search(article.text):
            raw = article.text.encode("utf-8", "surrogateescape")
            yield number, Hit(match.start(), match.end(), message=_said(raw, "this article"))


def _said(raw: bytes, what: str) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        shown = raw[error.start : error.start + 4].hex(" ").upper()
    else:  # pragma: no cover - the caller found bytes that are not UTF-8
        shown = ""
    if _is_damaged(raw):
        return (
            f"{what} holds bytes that are not UTF-8, from {shown}, though all else is: a character was cut there or "
            "overwritten; take the text from its source again"
        )
    guess, otherwise = "", ""
    for encoding, name in (("gb18030", "GB18030"), ("cp1252", "Windows-1252")):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _mostly_han(text):
            guess, otherwise = f"; it reads as {name}", f", or say what it is (--encoding {encoding})"
            break
    return f"{what} holds bytes that are not UTF-8, from {shown}{guess}; convert the file to UTF-8{otherwise}"


def _is_damaged(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8 but for a few, so that no other encoding explains them."""
    valid = len(raw.decode("utf-8", "ignore").encode().translate(None, _ASCII))
    return len(raw.translate(None, _ASCII)) - valid <= valid // 4


def _mostly_han(text: str) -> bool:
    high = [char for char in text if char > "\x7f"]
    return sum("\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f" for char in high) * 2 > len(high)


def mixed_line_ends(data: bytes, transmission: Transmission, options: Mapping[str, Any]) -> Iterator[Place]:
    """LF and CRLF in one file, or a lone CR inside an article, which some tools take for a line end (FT605)."""
    del options
    crlf = data.count(b"\r\n")
    lf = data.count(b"\n") - crlf
    if crlf and lf:
        rare, count, common = (b"\r\n", crlf, "LF") if crlf <= lf else (b"\n", lf, "CRLF")
        name = "CRLF" if rare == b"\r\n" else "LF"
        lines = "1 line ends" if count == 1 else f"{count} lines end"
        message = f"{lines} in {name} in a file whose other lines end in {common}; make them all {common}"
        yield _first_ending(transmission, rare), Hit(0, 1, message=message)
    for number, article in enumerate(transmission.articles):
        if (place := article.text.find("\r")) >= 0:
            message = "a carriage return inside the article, which some tools take for a line end; take it out"
            yield number, Hit(place, place + 1, message=message)


def _first_ending(transmission: Transmission, ending: bytes) -> int | None:
    """Number of the first article whose line ends so; ``None`` where only the header does."""
    for number, gap in enumerate(transmission.gaps):
        first = gap[: gap.find(b"\n") + 1]
        if first and (first == b"\n") == (ending == b"\n"):
            return number
    return None


def no_final_newline(data: bytes, transmission: Transmission, options: Mapping[str, Any]) -> Iterator[Place]:
    """The last line has no line end (FT606); the edit adds the one the file uses."""
    del options
    if not data or data.endswith(b"\n"):
        return
    if not transmission.articles or transmission.gaps[-1]:
        yield None, Hit(0, 1)
        return
    number = len(transmission.articles) - 1
    size = len(transmission.articles[number].text)
    ending = "\r\n" if data.count(b"\r\n") * 2 > data.count(b"\n") else "\n"
    yield number, Hit(size - 1, size, edits=(Edit(size, size, ending),))
