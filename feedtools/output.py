"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from feedtools.errors import WriteError


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` in one step: a reader sees the old file or the new one, never a part.

    An existing file keeps its permissions; a symbolic link is followed. A device or a pipe is written to.

    Raises:
        WriteError: it cannot be written; what stood there is untouched.
    """
    target = Path(os.path.realpath(path))
    temporary = None
    try:
        if target.exists() and not target.is_file():  # /dev/null, a pipe: replacing it would take it from everybody
            target.write_bytes(data)
            return
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise WriteError(f"cannot be written: {error.strerror or error}", path=str(path)) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
