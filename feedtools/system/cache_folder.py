"""The folder of what may be forgotten: caches beside the configuration, or the user's own."""

from __future__ import annotations

import errno
import os
from pathlib import Path

FOLDER = ".feedtools_cache"


def cache_folder(root: Path) -> Path:
    """The cache beside the configuration (it ignores itself in git), else the user's own (XDG base directories).

    The folder is made if it is missing. A link in it, as a repository may bring one along, would lead what is written
    elsewhere.

    Raises:
        OSError: it cannot be written, or it or something in it is a symbolic link.
    """
    own = (root / "feedtools.toml").is_file() or (root / "pyproject.toml").is_file()
    folder = root / FOLDER if own else _user_cache()
    _refuse_link(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for entry in os.scandir(folder):
        if entry.is_symlink():
            _refuse_link(Path(entry.path))
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    return folder


def _user_cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(given or Path.home() / ".cache") / "feedtools"
    except RuntimeError:  # neither HOME nor an entry in the list of users
        raise OSError(errno.ENOENT, "no home folder is known; set XDG_CACHE_HOME", "~/.cache") from None


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a symbolic link, and could lead anywhere; remove it", str(path))
