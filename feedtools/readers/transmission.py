"""The feed's own format: a header, then one article per line, with every byte kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedtools.errors import ReadError
from feedtools.model import Article, Transmission
from feedtools.text.renderers import headers

MAX_LINE = 16 * 2**20
"""Bytes of the longest line that is read; a longer one is no excerpt but a file that lost its line ends."""

_BOM = b"\xef\xbb\xbf"


def decode(raw: bytes) -> str:
    """UTF-8 with undecodable bytes kept as lone surrogates (PEP 383), so that ``encode`` gives them back."""
    return raw.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The inverse of ``decode``."""
    return text.encode("utf-8", "surrogateescape")


def sniff(head: bytes) -> bool:
    """Tell whether the first bytes of a file look like a transmission's header."""
    start = head.removeprefix(_BOM).lstrip()
    return any(start.startswith(encode(lines[0])) for lines in headers() if lines)


def header_of(data: bytes) -> tuple[str, ...]:
    """Choose the header that the first line of a file belongs to; the first one known where it belongs to none."""
    known = [lines for lines in headers() if lines]
    first = data.removeprefix(_BOM).lstrip().partition(b"\n")[0].strip()
    return next((lines for lines in known if first in map(encode, lines)), known[0] if known else ())


def parse(data: bytes, source: str) -> Transmission:
    """Split the bytes of a transmission into header, articles and what stands between them.

    Lines end at LF or CRLF. A line of nothing but white space (U+00A0 and U+3000 included) is no article. Header lines
    are taken off in their order, as far as they are there: a file without them is all articles.

    Raises:
        ReadError: the data is binary (holds NUL), or one line is longer than ``MAX_LINE`` bytes.
    """
    refuse_utf16(data, source)
    if b"\x00" in data[:8192]:
        raise ReadError("binary file (it holds NUL bytes); expected a text file with one article per line", path=source)
    head, gap = bytearray(), bytearray()
    articles: list[Article] = []
    gaps: list[bytes] = []
    expected = list(map(encode, header_of(data)))
    for number, raw in enumerate(_lines(data), 1):
        if len(raw) > MAX_LINE:
            raise _too_long(len(raw), source, number)
        body = raw.removeprefix(_BOM) if number == 1 else raw
        stripped = body.strip()
        if not articles and stripped in expected:
            del expected[: expected.index(stripped) + 1]
            head += raw
        elif not stripped or not decode(stripped).strip():
            (gap if articles else head).extend(raw)
        else:
            if body is not raw:
                head += _BOM
            if articles:
                gaps.append(bytes(gap))
                gap.clear()
            text = body.removesuffix(b"\n").removesuffix(b"\r") if body.endswith(b"\n") else body
            articles.append(Article(source, number, decode(text)))
            gap += body[len(text) :]
    if articles:
        gaps.append(bytes(gap))
    return Transmission(source, bytes(head), tuple(articles), tuple(gaps))


def _too_long(length: int, source: str, number: int) -> ReadError:
    return ReadError(
        f"line of {length / 2**20:,.0f} MiB, more than the {MAX_LINE // 2**20} MiB an article may have; "
        "expected one article per line: has the file lost its line ends?",
        path=source,
        line=number,
    )


def refuse_utf16(head: bytes, source: str) -> None:
    """Say so where a file begins as one in UTF-16 or UTF-32 does.

    Raises:
        ReadError: it does.
    """
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) and b"\x00" in head[:8192]
    if marked or re.match(rb"(?:[\x20-\x7e]\x00){8}|(?:\x00[\x20-\x7e]){8}", head):
        raise ReadError("UTF-16 or UTF-32; save it as UTF-8 (iconv -f UTF-16 -t UTF-8)", path=source, line=1)


def _lines(data: bytes) -> Iterator[bytes]:
    return (found[0] for found in re.finditer(rb"[^\n]*\n|[^\n]+", data))


def render(transmission: Transmission) -> bytes:
    """The bytes of the file: ``render(parse(data, source)) == data`` for any data that ``parse`` accepts."""
    parts = [transmission.head]
    for article, gap in zip(transmission.articles, transmission.gaps, strict=True):
        parts += (encode(article.text), gap)
    return b"".join(parts)
