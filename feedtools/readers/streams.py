"""Opening files: compressed ones are unpacked on the way, within limits that a bomb cannot pass."""

from __future__ import annotations

import io
import os
import sys
import zlib
from importlib import import_module
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from feedtools.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STDIN = "-"
PEEK = 2**16
"""Bytes of a file's beginning that may be looked at to tell its format."""
FREE_BYTES = 64 * 2**20
"""Unpacked bytes for which the ratio is not looked at."""
MAX_RATIO = 200
"""Unpacked bytes that a packed byte may become; text packs 3 to 30 times, a bomb 1,000 times and more."""
READ_SIZE = 2**20
"""Bytes that are read or unpacked at once: whoever asks for all of a bomb would get it before its size is looked at."""
MAX_DOCUMENT = 64 * 2**20
"""Bytes of the largest document (page, feed, Markdown file) that is held in memory."""
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def open_stream(path: str) -> io.BufferedReader:
    """The bytes of a file, or of standard input for ``-``, unpacked where they are gzip or zstd (by their first bytes).

    Raises:
        OSError: the file cannot be opened.
        ReadError: standard input is closed, the file is no regular one, it is not packed as its name says, or it is
            packed with zstd and no decoder is installed. While reading: the packed data is damaged, or grows more than
            ``MAX_RATIO`` times.
    """
    if path == STDIN and sys.stdin is None:
        raise ReadError("standard input is closed; name files, or give it something to read", path=path)
    if path != STDIN and os.path.exists(path) and not os.path.isfile(path):
        raise ReadError("not a regular file; reading a pipe or a device might never end", path=path)
    stream = sys.stdin.buffer if path == STDIN else open(path, "rb", buffering=PEEK)  # noqa: SIM115
    assert isinstance(stream, io.BufferedReader)
    return unpack(stream, path)


def unpack(stream: io.BufferedReader, path: str) -> io.BufferedReader:
    """The unpacked bytes of a stream that may be packed.

    Raises:
        ReadError: as for ``open_stream``.
    """
    head = stream.peek(4)[:4]
    if head.startswith(GZIP_MAGIC):
        import gzip

        return io.BufferedReader(_Unpacked(path, stream, lambda packed: gzip.GzipFile(fileobj=packed)), PEEK)
    if head == ZSTD_MAGIC:
        zstd = _zstd(path)
        return io.BufferedReader(_Unpacked(path, stream, zstd.ZstdFile, zstd.ZstdError), PEEK)
    for suffix, kind in ((".gz", "gzipped"), (".zst", "zstd")):
        if path.lower().endswith(suffix):
            stream.close()
            raise ReadError(f"not a {kind} file, though its name says so", path=path)
    return stream


def _zstd(path: str) -> Any:
    try:
        return import_module("compression.zstd")  # standard library from 3.14 on
    except ImportError:
        return optional("backports.zstd", "zstd", "unpacking .zst", path)


def optional(module: str, extra: str, purpose: str, path: str) -> Any:
    """A module that comes with an extra.

    Raises:
        ReadError: it is not installed; the message has the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ReadError(
            f"{purpose} needs {module}; install it with: pip install 'feedtools[{extra}]'", path=path
        ) from error


def reason(error: OSError | ValueError) -> str:
    """Say why a file cannot be read, in the system's words, on one line."""
    text = " ".join((getattr(error, "strerror", None) or str(error)).split())
    return text[:1].lower() + text[1:] if text else type(error).__name__


def read_document(stream: IO[bytes], path: str) -> bytes:
    """All bytes of a document that has to be in memory at once.

    Raises:
        ReadError: more than ``MAX_DOCUMENT``.
    """
    data = read_most(stream, MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise ReadError(f"larger than the {MAX_DOCUMENT // 2**20} MiB a document may have; split it", path=path)
    return data


def read_most(stream: IO[bytes], most: int) -> bytes:
    """Up to so many bytes, a portion at a time: within one long read of a pipe an interrupt may go unheard."""
    read = getattr(stream, "read1", stream.read)
    portions = []
    while most and (portion := read(min(most, READ_SIZE))):
        portions.append(portion)
        most -= len(portion)
    return b"".join(portions)


def taken(stream: IO[bytes]) -> int | None:
    """Bytes that were read from a packed file so far; ``None`` for any other."""
    raw = getattr(stream, "raw", None)
    return raw.taken if isinstance(raw, _Unpacked) else None


def listed(names: Iterable[object]) -> str:
    """Names that a file gives, for a message: the first few, on one line, each shortened."""
    shown = [" ".join(str(name)[:40].split()) for name in islice(names, 12)]
    return ", ".join(shown) or "none"


class _Counted:
    """A file that knows how much was read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data

    def close(self) -> None:
        self._stream.close()


class _Unpacked(io.RawIOBase):
    """The unpacked side of a packed file."""

    def __init__(self, path: str, packed: IO[bytes], unpack: Callable[[Any], Any], *damage: type[Exception]) -> None:
        self._path = path
        self._packed = _Counted(packed)
        self._inner = unpack(self._packed)
        self._damage: tuple[type[Exception], ...] = (OSError, EOFError, zlib.error, *damage)
        self._count = 0

    @property
    def taken(self) -> int:
        return self._packed.count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._inner.read(min(len(buffer), READ_SIZE))
        except self._damage as error:
            raise ReadError(f"reading stopped: the packed data is damaged: {error}", path=self._path) from error
        self._count += len(data)
        if self._count > FREE_BYTES and self._count > MAX_RATIO * self._packed.count:
            raise ReadError(
                f"unpacks to more than {MAX_RATIO} times its size, as no text does; unpack it yourself if you trust it",
                path=self._path,
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._packed.close()
        super().close()
