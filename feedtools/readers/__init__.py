"""Reading: from the paths a user names to articles, in whatever format they come."""

import io
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import IO, Any, NamedTuple, Protocol, Self

from feedtools.errors import FeedtoolsError, ReadError
from feedtools.model import Article, Transmission
from feedtools.readers import transmission
from feedtools.readers.formats import FORMATS, PACKED, detect, walked
from feedtools.readers.streams import PEEK, open_stream, read_most, unpack
from feedtools.readers.streams import STDIN as STDIN

OnError = Callable[[FeedtoolsError], None]

MAX_TRANSMISSION = 2**30
"""Bytes of the largest transmission; it is held in memory, and larger feeds come as JSONL."""
MANIFEST = "manifest.jsonl"
"""Marks a folder that ``feedtools clean`` wrote; its bookkeeping is not read as articles."""
_BOOKKEEPING = frozenset({MANIFEST, "held", "report.html"})
_PROJECT_FILES = frozenset(
    f"{name}.{ending}"
    for name in ("readme", "license", "changelog", "contributing", "code_of_conduct", "security")
    for ending in ("md", "markdown", "txt")
)
"""Files about the repository, which no folder publishes; one that is named itself is read."""


class Reading(Protocol):
    """What a configuration says of reading."""

    @property
    def text_key(self) -> str: ...  # noqa: D102
    @property
    def id_key(self) -> str: ...  # noqa: D102
    @property
    def input_format(self) -> str | None: ...  # noqa: D102


class ReadOptions(NamedTuple):
    """How records name their parts, and the format where the user gave it."""

    text_key: str = "text"
    id_key: str = "id"
    input_format: str | None = None

    @classmethod
    def of(cls, config: Reading) -> Self:
        """Take what a configuration says of reading."""
        return cls(config.text_key, config.id_key, config.input_format)


class Source(NamedTuple):
    """What one path holds: a transmission with its bytes, or a stream of articles."""

    path: str
    data: bytes | None
    transmission: Transmission | None
    articles: Iterator[Article]
    format: str = "transmission"


def expand(paths: list[str], on_error: OnError, input_format: str | None = None) -> list[str]:
    """The files that ``paths`` name, each once, in the order given.

    Folders are walked in sorted order, for transmissions and JSONL, and where there are none for Markdown, Parquet and
    WARC.

    A path may be a file, a folder, a glob pattern (``**`` allowed), or ``-`` for standard input. One that names
    nothing is reported through ``on_error`` and the rest is taken. With an ``input_format``, folders are searched for
    files of that format alone.
    """
    found: dict[str, None] = {}
    for path in paths:
        if path == STDIN or os.path.isfile(path):
            found[path] = None
        elif os.path.isdir(path):
            inside = _inside(path, input_format)
            if not inside:
                on_error(_nothing_in(path, input_format))
            found.update(dict.fromkeys(inside))
        elif any(mark in path for mark in "*?["):
            import glob

            inside = sorted(match for match in glob.glob(path, recursive=True) if os.path.isfile(match))
            if not inside:
                on_error(ReadError("the pattern matches no file", path=path))
            found.update(dict.fromkeys(inside))
        else:
            on_error(ReadError("no such file or folder", path=path))
    return list(found)


def _inside(folder: str, input_format: str | None) -> list[str]:
    """Transmissions and JSONL; in a folder without any, the other formats that folders hold (Markdown, Parquet …)."""
    found = sorted(_walk(folder, walked(input_format, 1)))
    return found or sorted(_walk(folder, walked(input_format, 2)))


def _nothing_in(folder: str, input_format: str | None) -> ReadError:
    endings = ", ".join(dict.fromkeys((*walked(input_format, 1), *walked(input_format, 2))))
    hint = "" if input_format else "; name other files one by one, or their format with --input-format"
    return ReadError(f"no transmissions here; expected files ending in {endings}{hint}", path=folder)


def _walk(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    every = (*endings, *(ending + packed for ending in endings for packed in PACKED))
    for root, folders, files in os.walk(folder):
        skip = _BOOKKEEPING if MANIFEST in files else frozenset()
        folders[:] = [name for name in folders if not name.startswith(".") and name not in skip]
        for name in files:
            lower = name.lower()
            if lower.endswith(every) and not name.startswith(".") and name not in skip and lower not in _PROJECT_FILES:
                yield os.path.join(root, name)


def read(path: str, options: ReadOptions, on_error: OnError) -> Source:
    """Open one file by content and suffix.

    Raises:
        ReadError: the file is missing, unreadable, binary, too large, or of a format that is not known or whose extra
            is not installed.
    """
    try:
        return _source(open_stream(path), path, options, on_error)
    except OSError as error:
        raise ReadError(_reason(error), path=path) from error


def read_bytes(data: bytes, path: str, options: ReadOptions, on_error: OnError) -> Source:
    """Read what a file holds, or held once, or will hold when it is saved; ``path`` names it.

    Raises:
        ReadError: as for ``read``.
    """
    return _source(unpack(io.BufferedReader(io.BytesIO(data), PEEK), path), path, options, on_error)


def _source(stream: io.BufferedReader, path: str, options: ReadOptions, on_error: OnError) -> Source:
    if options.input_format is not None and options.input_format not in FORMATS:
        expected = ", ".join(FORMATS)
        raise ReadError(f"unknown input format {options.input_format!r}; expected one of {expected}", path=path)
    name = options.input_format or detect(path, stream.peek(PEEK))
    if name != "transmission":
        return Source(path, None, None, _articles(name, stream, path, options, on_error), name)
    with stream:
        data = read_most(stream, MAX_TRANSMISSION + 1)
    if len(data) > MAX_TRANSMISSION:
        raise ReadError(f"larger than {MAX_TRANSMISSION // 2**30} GiB; split it, or convert it to JSONL", path=path)
    parsed = transmission.parse(data, path)
    return Source(path, data, parsed, iter(parsed.articles))


def _articles(name: str, stream: IO[bytes], path: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    reader = import_module(f"{__name__}.{FORMATS[name].module}")
    try:
        with stream:
            yield from reader.read(stream, path, options, on_error)
    except ReadError as error:
        on_error(error)
    except OSError as error:
        on_error(ReadError(f"reading stopped: {_reason(error)}", path=path))


def _reason(error: OSError) -> str:
    text = " ".join((error.strerror or str(error)).split())
    return text[:1].lower() + text[1:] if text else type(error).__name__


def read_files(*paths: str | os.PathLike[str], **options: Any) -> Iterator[Article]:
    r"""The articles of files, folders and globs, in whatever format they come, as a stream.

    Args:
        paths: what to read.
        options: ``text_key``, ``id_key``, ``input_format``.

    Raises:
        ReadError: a file, or a record of it, cannot be read.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "feed.txt")
    >>> _ = file.write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n第一篇。\n第二篇。\n", encoding="utf-8")
    >>> [(article.line, article.text) for article in read_files(file)]
    [(4, '第一篇。'), (5, '第二篇。')]
    """
    chosen = ReadOptions(**options)
    for path in expand([str(path) for path in paths], _raise, chosen.input_format):
        yield from read(path, chosen, _raise).articles


def _raise(error: FeedtoolsError) -> None:
    raise error
