"""Reading: from the paths a user names to articles, in whatever format they come."""

import io
import os
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any, NamedTuple, Protocol, Self

from feedtools.errors import FeedtoolsError, Notice, ReadError
from feedtools.model import Article, Transmission
from feedtools.readers import transmission
from feedtools.readers.formats import FORMATS, REFUSED, detect, suffix, unknown_format
from feedtools.readers.paths import MANIFEST as MANIFEST
from feedtools.readers.paths import OnError as OnError
from feedtools.readers.paths import expand as expand
from feedtools.readers.streams import PEEK, open_stream, read_most, reason, unpack
from feedtools.readers.streams import STDIN as STDIN

MAX_TRANSMISSION = 2**30
"""Bytes of the largest transmission; it is held in memory, and larger feeds come as JSONL."""


class Reading(Protocol):
    """Settings of a configuration that concern reading."""

    @property
    def text_key(self) -> str: ...  # noqa: D102
    @property
    def id_key(self) -> str: ...  # noqa: D102
    @property
    def date_key(self) -> str: ...  # noqa: D102
    @property
    def input_format(self) -> str | None: ...  # noqa: D102
    @property
    def math(self) -> str: ...  # noqa: D102
    @property
    def encoding(self) -> str | None: ...  # noqa: D102
    @property
    def root(self) -> os.PathLike[str]: ...  # noqa: D102
    @property
    def include(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def exclude(self) -> tuple[str, ...]: ...  # noqa: D102


class ReadOptions(NamedTuple):
    """Settings of reading: names of a record's parts, the format if the user gave one, patterns of paths."""

    text_key: str = "text"
    id_key: str = "id"
    input_format: str | None = None
    math: str = "auto"
    encoding: str | None = None
    root: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fields: bool = False
    date_key: str = "date"

    @classmethod
    def of(cls, config: Reading) -> Self:
        """Take what a configuration says of reading."""
        return cls(
            config.text_key,
            config.id_key,
            config.input_format,
            config.math,
            config.encoding,
            os.fspath(config.root),
            config.include,
            config.exclude,
            date_key=config.date_key,
        )

    def with_fields(self) -> Self:
        """The same, with what a record says beside its text in ``Article.origin``."""
        return self._replace(fields=True)


class Source(NamedTuple):
    """Content of one path: a transmission with its bytes, or a stream of articles."""

    path: str
    data: bytes | None
    transmission: Transmission | None
    articles: Iterator[Article]
    format: str = "transmission"


def read(path: str, options: ReadOptions, on_error: OnError) -> Source:
    """Open one file by content and suffix.

    Raises:
        ReadError: the file is missing, unreadable, binary, too large, or of a format that is not known or whose extra
            is not installed.
    """
    try:
        return _source(open_stream(path), path, options, on_error)
    except OSError as error:
        raise ReadError(reason(error), path=path) from error


def read_bytes(data: bytes, path: str, options: ReadOptions, on_error: OnError) -> Source:
    """Read what a file holds, or held once, or will hold when it is saved; ``path`` names it.

    Raises:
        ReadError: as for ``read``.
    """
    return _source(unpack(io.BufferedReader(io.BytesIO(data), PEEK), path), path, options, on_error)


def _source(stream: io.BufferedReader, path: str, options: ReadOptions, on_error: OnError) -> Source:
    name, stream = tell(stream, path, options)
    if name != "transmission":
        return Source(path, None, None, _articles(name, stream, path, options, on_error), name)
    data = read_transmission(stream, path)
    parsed = transmission.parse(data, path)
    return Source(path, data, parsed, iter(parsed.articles))


def read_transmission(stream: IO[bytes], path: str) -> bytes:
    """Take all bytes of a transmission, and close its stream.

    Raises:
        ReadError: more than ``MAX_TRANSMISSION``.
    """
    with stream:
        data = read_most(stream, MAX_TRANSMISSION + 1)
    if len(data) > MAX_TRANSMISSION:
        raise ReadError(f"larger than {MAX_TRANSMISSION // 2**30} GiB; split it, or convert it to JSONL", path=path)
    return data


def tell(stream: io.BufferedReader, path: str, options: ReadOptions) -> tuple[str, io.BufferedReader]:
    """Tell the format of an open file, and undo its encoding.

    Raises:
        ReadError: the format is unknown or not read; or the encoding is not UTF-8 and was not named, or is another.
    """
    if options.input_format is not None and (fault := unknown_format(options.input_format)):
        raise ReadError(fault, path=path)
    if options.input_format is None and (kind := REFUSED.get(suffix(path))):
        raise ReadError(f"{kind} is not read; convert it to Markdown, or say what it is with --input-format", path=path)
    head = stream.peek(PEEK)
    if options.encoding and not head.startswith((b"PAR1", b"WARC/")):
        from feedtools.readers.encodings import recoded

        with stream:
            stream = recoded(stream, options.encoding, path)
        head = stream.peek(PEEK)
    name = options.input_format or detect(path, head)
    if name in {"transmission", "markdown", "jsonl", "notebook"} and (
        b"\0" in head[:64] or head.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        from feedtools.readers.encodings import wide

        if kind := wide(head):
            stream.close()
            raise ReadError(f"{kind}; save it as UTF-8, or read it with --encoding {kind.lower()}", path=path)
    return name, stream


def _articles(name: str, stream: IO[bytes], path: str, options: ReadOptions, on_error: OnError) -> Iterator[Article]:
    reader = import_module(f"{__name__}.{FORMATS[name].module}")
    try:
        with stream:
            yield from reader.read(stream, path, options, on_error)
    except ReadError as error:
        on_error(error)
    except OSError as error:
        on_error(ReadError(f"reading stopped: {reason(error)}", path=path))


def read_files(*paths: str | os.PathLike[str], **options: Any) -> Iterator[Article]:
    r"""The articles of files, folders and globs, in whatever format they come, as a stream.

    Args:
        paths: what to read.
        options: fields of ``ReadOptions``: ``text_key``, ``id_key``, ``date_key``, ``input_format``, ``encoding``,
            ``math``, ``include``, ``exclude``.

    Raises:
        ReadError: a file, or a record of it, cannot be read.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "feed.txt")
    >>> _ = file.write_text("INCOMING TRANSMISSION\n\nLATEST UPDATES\n第一篇。\n第二篇。\n", encoding="utf-8")
    >>> [(article.line, article.text) for article in read_files(file)]
    [(4, '第一篇。'), (5, '第二篇。')]
    """
    chosen = ReadOptions(**options)
    for path in expand([str(path) for path in paths], _raise, chosen):
        yield from read(path, chosen, _raise).articles


def _raise(error: FeedtoolsError) -> None:
    if not isinstance(error, Notice):
        raise error
