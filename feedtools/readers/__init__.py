"""Reading: from the paths a user names to articles, in whatever format they come."""

from __future__ import annotations

import glob
import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from feedtools.errors import FeedtoolsError, ReadError
from feedtools.model import Article, Transmission
from feedtools.readers import jsonl, transmission

OnError = Callable[[FeedtoolsError], None]

STDIN = "-"
MAX_TRANSMISSION = 2**30
"""Bytes of the largest transmission; it is held in memory, and larger feeds come as JSONL."""
_FOLDER_SUFFIXES = (".txt", ".jsonl", ".jsonl.gz", ".ndjson")
MANIFEST = "manifest.jsonl"
"""Marks a folder that ``feedtools clean`` wrote; its bookkeeping is not read as articles."""
_BOOKKEEPING = frozenset({MANIFEST, "held", "report.html"})


class ReadOptions(NamedTuple):
    """How records name their parts, and the format where the user gave it."""

    text_key: str = "text"
    id_key: str = "id"
    input_format: str | None = None


class Source(NamedTuple):
    """What one path holds: a transmission with its bytes, or a stream of articles."""

    path: str
    data: bytes | None
    transmission: Transmission | None
    articles: Iterator[Article]


def expand(paths: list[str], on_error: OnError) -> list[str]:
    """The files that ``paths`` name, each once, in the order given; folders are walked in sorted order.

    A path may be a file, a folder, a glob pattern (``**`` allowed), or ``-`` for standard input. One that names
    nothing is reported through ``on_error`` and the rest is taken.
    """
    found: dict[str, None] = {}
    for path in paths:
        if path == STDIN or os.path.isfile(path):
            found[path] = None
        elif os.path.isdir(path):
            inside = sorted(_walk(path))
            if not inside:
                on_error(
                    ReadError(
                        f"no transmissions here; expected files ending in {', '.join(_FOLDER_SUFFIXES)}",
                        path=path,
                    )
                )
            found.update(dict.fromkeys(inside))
        elif glob.has_magic(path):
            inside = sorted(match for match in glob.glob(path, recursive=True) if os.path.isfile(match))
            if not inside:
                on_error(ReadError("the pattern matches no file", path=path))
            found.update(dict.fromkeys(inside))
        else:
            on_error(ReadError("no such file or folder", path=path))
    return list(found)


def _walk(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        skip = _BOOKKEEPING if MANIFEST in files else frozenset()
        folders[:] = [name for name in folders if not name.startswith(".") and name not in skip]
        for name in files:
            if name.lower().endswith(_FOLDER_SUFFIXES) and not name.startswith(".") and name not in skip:
                yield os.path.join(root, name)


def read(path: str, options: ReadOptions, on_error: OnError) -> Source:
    """Open one file by content and suffix.

    Raises:
        ReadError: the file is missing, unreadable, binary, or of a format that is not known.
    """
    try:
        stream = _open(path)
        name = options.input_format or _sniff(path, stream)
        if name == "jsonl":
            return Source(path, None, None, _guarded(path, jsonl.read(stream, path, options, on_error), on_error))
        if name != "transmission":
            raise ReadError(f"unknown input format {name!r}; expected transmission or jsonl", path=path)
        with stream:
            data = stream.read(MAX_TRANSMISSION + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(_reason(error), path=path) from error
    if len(data) > MAX_TRANSMISSION:
        raise ReadError(f"larger than {MAX_TRANSMISSION // 2**30} GiB; split it, or convert it to JSONL", path=path)
    parsed = transmission.parse(data, path)
    return Source(path, data, parsed, iter(parsed.articles))


def _open(path: str) -> io.BufferedReader:
    if path == STDIN:
        return sys.stdin.buffer  # type: ignore[return-value]
    if path.lower().endswith(".gz"):
        return io.BufferedReader(gzip.GzipFile(path))
    return open(path, "rb")


def _sniff(path: str, stream: io.BufferedReader) -> str:
    name = Path(path.lower().removesuffix(".gz")).suffix
    if name in {".jsonl", ".ndjson"}:
        return "jsonl"
    head = stream.peek(512)[:512]
    if not transmission.sniff(head) and head.lstrip()[:2] == b'{"':
        return "jsonl"
    return "transmission"


def _guarded(path: str, articles: Iterator[Article], on_error: OnError) -> Iterator[Article]:
    try:
        yield from articles
    except (OSError, EOFError, zlib.error) as error:
        on_error(ReadError(f"reading stopped: {_reason(error)}", path=path))


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:] if text else type(error).__name__
