"""Files that appear whole or not at all, and files that are read only where they are files."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from feedtools.errors import WriteError

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
MOST = 1 << 30
"""Bytes of the largest file that is read whole beside the articles: settings, decisions, what is held."""


def open_regular(path: str | os.PathLike[str]) -> BufferedReader:
    """Open a file to read it; what is none, as a pipe or a device that a link leads to, would hold or fill us.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    # It owns the handle from the start: an interrupt closes it, and closes it once.
    stream = open(path, "rb", opener=_open_at_once)  # noqa: SIM115
    try:
        _require_file(os.fstat(stream.fileno()).st_mode, os.fspath(path))
    except BaseException:
        stream.close()
        raise
    return stream


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for the writer of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _require_file(mode: int, path: str) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no file, but a pipe or a device", path)


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """Read a file whole; see ``open_regular``.

    Raises:
        OSError: it cannot be opened, is no regular file, or is larger than ``MOST``.
    """
    with open_regular(path) as stream:
        if os.fstat(stream.fileno()).st_size > MOST:
            raise OSError(errno.EFBIG, f"it is larger than {MOST >> 20:,} MiB", os.fspath(path))
        return stream.read()


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` in one step: a reader sees the old file or the new one, never a part.

    An existing file keeps its permissions and its owner; a symbolic link is followed. A device or a pipe is written to.

    Raises:
        WriteError: it cannot be written, or not without giving it another owner, or parting it from its other names
            (hard links); what stood there is untouched.
    """
    target = Path(os.path.realpath(path))
    temporary = target.parent / f".{target.name}.{os.urandom(6).hex()}"
    try:
        if target.exists() and not target.is_file():  # /dev/null, a pipe: replacing it would take it from everybody
            target.write_bytes(data)
            return
        before = target.stat() if target.exists() else None
        if before is not None and before.st_nlink > 1:
            others = f"it has {before.st_nlink} names (hard links), and the others would keep the old text"
            raise WriteError(f"cannot be replaced: {others}; copy it, or part them first", path=str(path))
        mode = before.st_mode & 0o7777 if before else 0o666 & ~_umask()
        with open(os.open(temporary, _NEW, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if before is not None:
            _keep_owner(temporary, before)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", path=str(path)) from error
    finally:  # its name is known before it is there, so that no interrupt leaves it behind
        with suppress(OSError):
            temporary.unlink()


def spare_others(path: Path, beginning: bytes, kind: str) -> None:
    """Refuse to replace a file that was not written for the purpose.

    Args:
        path: about to be written.
        beginning: of every file that may be replaced; an empty one may be, too.
        kind: what another file is called, such as "no baseline".

    Raises:
        WriteError: it begins otherwise.
    """
    if not path.is_file():
        return
    try:
        with open_regular(path) as stream:
            found = stream.read(len(beginning))
    except OSError as error:
        raise WriteError(f"cannot be read before it is replaced: {error.strerror or error}", path=str(path)) from error
    if found and found != beginning:
        raise WriteError(f"{kind}, and it would be replaced; name another file, or move this one away", path=str(path))


def _keep_owner(temporary: Path, before: os.stat_result) -> None:
    """Give a file the owner and the group of the one it replaces.

    Raises:
        OSError: that is not allowed, so that the file would change hands.
    """
    now = temporary.stat()
    if hasattr(os, "chown") and (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        os.chown(temporary, before.st_uid, before.st_gid)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
