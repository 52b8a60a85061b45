"""Digest of what turns files into texts: what was read by other code, or by other libraries, has to be read again."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from feedtools.model import blake2b
from feedtools.readers import ReadOptions

_CODE = ("feedtools.readers", "feedtools.text")
_LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "feedparser", "pyarrow", "fastwarc")


def reading_digest(options: ReadOptions) -> str:
    """Name all that decides what a file reads as: our modules, the parsers behind them, and the user's settings.

    Args:
        options: as files are read; which files those are does not count.
    """
    settings = options._replace(root="", include=(), exclude=())
    return blake2b(repr((_code(), settings)).encode("utf-8", "surrogatepass"), size=8).hex()


@cache
def _code() -> tuple[str, ...]:
    found = [_version(name) for name in _LIBRARIES]
    for package in _CODE:
        modules = sorted(
            (one for one in files(package).iterdir() if one.name.endswith(".py")), key=lambda one: one.name
        )
        found += [f"{one.name} {blake2b(one.read_bytes()).hex()}" for one in modules]
    return tuple(found)


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return name
