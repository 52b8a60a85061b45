"""From the paths a user names to the files that are read, each once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from feedtools.errors import FeedtoolsError, Notice, ReadError, closest
from feedtools.readers.streams import STDIN, reason

if TYPE_CHECKING:
    from feedtools.readers.passed_over import Patterns

OnError = Callable[[FeedtoolsError], None]
MANIFEST = "manifest.jsonl"
"""Marks a folder that ``feedtools clean`` wrote; its bookkeeping is not read as articles."""
_FIRST = b'{"feedtools-manifest"'
"""First bytes of such a manifest; others call files by that name, too."""
_BOOKKEEPING = frozenset({MANIFEST, "held", "report.html"})


class Walking(Protocol):
    """Options of a walk through folders."""

    @property
    def text_key(self) -> str: ...  # noqa: D102
    @property
    def input_format(self) -> str | None: ...  # noqa: D102
    @property
    def root(self) -> str: ...  # noqa: D102
    @property
    def include(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def exclude(self) -> tuple[str, ...]: ...  # noqa: D102


def expand(paths: list[str], on_error: OnError, options: Walking) -> list[str]:
    """The files that ``paths`` name, each once, in the order given.

    Folders are walked in sorted order, for files of every format that is known. What is about the repository (README,
    licence) or for programs (``robots.txt``) is passed over beside articles. An output of ``feedtools clean`` that lies
    in one beside other files is passed over: it holds the same articles again. So are folders that programs filled
    (``node_modules``, environments of Python) and, unsaid, names that begin with a dot. Links to folders are not
    followed.

    A path may be a file, a folder, a glob pattern (``**`` allowed), or ``-`` for standard input. One that names
    nothing, and every folder that cannot be listed, is reported through ``on_error`` and the rest is taken; what is
    passed over is reported as a ``Notice``. With an ``input_format``, folders are searched for files of that format
    alone. ``exclude`` takes files out that were not named themselves, ``include`` puts files of folders in.
    """
    chosen = _Chosen(on_error)
    for path in paths:
        if path == STDIN:
            chosen.add(path, path)
        elif os.path.isfile(path):
            chosen.add(path, os.path.realpath(path))
        elif os.path.isdir(path):
            for found in _inside(path, options, on_error):
                chosen.add(_plain(path, found.name), found.place)
        elif _is_pattern(path):
            for found in _matching(path, options, on_error):
                chosen.add(*found)
        else:
            on_error(ReadError(_nothing_at(path), path=path))
    return chosen.names


def _plain(folder: str, name: str) -> str:
    """The name of a file as one would type it: without the mark of the working folder, where it was not meant else."""
    here = f".{os.sep}"
    if (
        folder != "." or not name.startswith(here) or name.startswith(f"{here}-")
    ):  # "-" is standard input, "-x" an option
        return name
    return name.removeprefix(here)


class _Found(NamedTuple):
    """A file: its name as found, and where it lies when all links are followed."""

    name: str
    place: str


class _Chosen:
    """Files under the first of their names."""

    def __init__(self, on_error: OnError) -> None:
        self.names: list[str] = []
        self._first: dict[str, str] = {}
        self._on_error = on_error

    def add(self, name: str, place: str) -> None:
        first = self._first.get(os.path.normcase(place))
        if first is None:
            self._first[os.path.normcase(place)] = name
            self.names.append(name)
        elif os.path.abspath(name) != os.path.abspath(first):
            self._on_error(Notice(f"another name of {first}, which is read once", path=name))


def _close_to(path: str) -> str:
    folder, name = os.path.split(path.rstrip("/" + os.sep))
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return ""
    close = closest(name, names)
    return f"; did you mean {os.path.join(folder, close)}?" if close else ""


def _is_pattern(path: str) -> bool:
    return any(mark in path for mark in "*?[")


def missing(path: str) -> str:
    """Say why a path, if it is no pattern, names neither a file nor a folder; the empty text where it does."""
    if path == STDIN or _is_pattern(path) or os.path.isfile(path) or os.path.isdir(path):
        return ""
    return _nothing_at(path)


def _nothing_at(path: str) -> str:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return f"no such file or folder{_close_to(path)}"
    except (OSError, ValueError) as error:
        return f"cannot be read: {reason(error)}"
    assert not stat.S_ISREG(mode)
    return "not a regular file; reading a pipe or a device might never end"


class _Walk:
    """Walk a folder: its files, and the outputs of ``clean`` that lie in it.

    Args:
        folder: is entered even if it is an output itself; of that only what is published is taken.
        exclude: files and folders that are left out.
        include: files and folders that are read though they are hidden, or in a folder that programs filled.
        on_error: told of folders that cannot be listed, and of links to folders outside.

    Attributes:
        outputs: folders that ``clean`` wrote.
        installed: folders that programs filled.
        failed: whether a folder could not be listed.
    """

    def __init__(self, folder: str, exclude: Patterns, include: Patterns, on_error: OnError) -> None:
        self._exclude = exclude
        self._include = include
        self._on_error = on_error
        self._root = os.path.realpath(folder)
        self.outputs: list[str] = []
        self.installed: list[str] = []
        self.failed = False

    def files(self, folder: str, place: str) -> Iterator[_Found]:
        """The files below a folder that lies at ``place``; of hidden and installed ones what is included."""
        from feedtools.readers.passed_over import is_installed

        todo = [(folder, place, False)]
        while todo:
            at, there, picked = todo.pop()
            if not picked and at != folder and is_installed(at):
                if not self._include.lead_to(at):
                    self.installed.append(at)
                    continue
                picked = True
            entries = self._entries(at)
            skip: frozenset[str] = frozenset()
            if any(entry.name == MANIFEST for entry in entries) and is_output(at):
                if at != folder:
                    self.outputs.append(at)
                    continue
                skip = _BOOKKEEPING
            for entry in entries:
                name, path = entry.name, os.path.join(at, entry.name)
                hidden = name.startswith(".")
                if name in skip or self._exclude.match(path) or (hidden and not self._include.lead_to(path)):
                    continue
                if _is_folder(entry):
                    if not entry.is_symlink():
                        todo.append((path, os.path.join(there, name), picked or hidden))
                    else:
                        self._say_link(entry.path)
                elif not picked or self._include.match(path):
                    real = os.path.join(there, name)
                    yield _Found(path, os.path.realpath(real) if entry.is_symlink() else real)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as error:
            self.failed = True
            self._on_error(ReadError(f"the folder cannot be read: {reason(error)}", path=folder))
            return []

    def _say_link(self, path: str) -> None:
        place = os.path.realpath(path)
        if not Path(place).is_relative_to(self._root):  # what it leads to inside is read anyway
            self._on_error(Notice("a link to a folder, which is not followed; name it to read it", path=path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere, or in a circle: whoever reads it is told
        return False


def is_output(folder: str) -> bool:
    """Tell whether ``feedtools clean`` wrote a folder."""
    path = os.path.join(folder, MANIFEST)
    try:
        if not os.path.isfile(path):  # a pipe, for one, would hold us
            return False
        with open(path, "rb") as stream:
            return stream.read(len(_FIRST)) == _FIRST
    except OSError:
        return False


def _inside(folder: str, options: Walking, on_error: OnError) -> list[_Found]:
    """The files of a folder that hold articles; what is passed over is said."""
    from feedtools.readers.passed_over import INSTALLED, PassedOver, Patterns

    exclude, include = (Patterns(patterns, options.root) for patterns in (options.exclude, options.include))
    walk = _Walk(folder, exclude, include, on_error)
    files = sorted(walk.files(folder, os.path.realpath(folder)))
    over = PassedOver(folder, options)
    found = over.without([file.name for file in files])
    if not found and walk.outputs:  # nothing but outputs: they are what is meant
        todo, walk.outputs = walk.outputs, []
        files = sorted(file for output in todo for file in walk.files(output, os.path.realpath(output)))
        found = over.without([file.name for file in files])
    for output in sorted(walk.outputs):
        on_error(Notice("the output of clean, passed over; name it to read it", path=output))
    for installed in sorted(walk.installed):
        over.note(INSTALLED, installed)
    if not found and not walk.failed:
        on_error(ReadError(over.nothing(), path=folder))
    elif said := over.said():
        on_error(Notice(said, path=folder))
    return [file for file in files if file.name in found]


def _matching(pattern: str, options: Walking, on_error: OnError) -> list[_Found]:
    """The files that match a pattern, without those of outputs of ``clean`` below it where there are others.

    What programs filled is left out, unless the pattern names the folder.
    """
    import glob

    from feedtools.readers.passed_over import INSTALLED, Patterns

    failed = _unlisted(pattern, on_error)
    matches = []
    exclude = Patterns(options.exclude, options.root)
    for match in sorted(glob.glob(pattern, recursive=True)):
        if exclude.match(match):
            continue
        if os.path.isfile(match):
            matches.append(match)
        elif (said := _unseen(match)) is not None:
            failed = True
            on_error(ReadError(f"cannot be read: {said}", path=match))
    installed = _Folders(pattern, _unnamed(pattern))
    for folder in sorted({folder for match in matches if (folder := installed.of(match)) is not None}):
        on_error(Notice(f"{INSTALLED}, passed over; name it to read it", path=folder))
    matches = [match for match in matches if installed.of(match) is None]
    outputs = _Folders(pattern, is_output)
    others = [match for match in matches if outputs.of(match) is None]
    for output in sorted({output for match in matches if others and (output := outputs.of(match)) is not None}):
        on_error(Notice("the output of clean, passed over; name it to read it", path=output))
    if not matches and not failed:
        on_error(ReadError("the pattern matches no file", path=pattern))
    return [_Found(match, os.path.realpath(match)) for match in others or matches]


def _unseen(path: str) -> str | None:
    """Say why it is not known what a path is; ``None`` if it is known."""
    try:
        os.stat(path)
    except OSError as error:
        return reason(error)
    return None


def _unlisted(pattern: str, on_error: OnError) -> bool:
    """Say which folders a pattern leads to and cannot be listed, which ``glob`` passes over; whether there are any."""
    failed = False
    for folder in dict.fromkeys(_searched(pattern)):
        try:
            os.scandir(folder).close()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            failed = True
            on_error(ReadError(f"the folder cannot be read: {reason(error)}", path=folder))
    return failed


def _searched(pattern: str) -> Iterator[str]:
    """The folders that are listed to find what matches a pattern."""
    import glob

    parts = pattern.split("/")
    for at, part in enumerate(parts):
        if not glob.has_magic(part):
            continue
        above = "/".join(parts[:at])
        if part == "**":
            yield from glob.glob(f"{above}/**/" if parts[:at] else "**/", recursive=True)
        if glob.has_magic(above):
            yield from glob.glob(f"{above}/", recursive=True)
        else:
            yield above or ("/" if parts[0] == "" else ".")


def _unnamed(pattern: str) -> Callable[[str], bool]:
    """Make a test for folders that programs filled and that a pattern does not name."""
    from feedtools.readers.passed_over import is_installed

    named = frozenset(pattern.split("/"))
    return lambda folder: is_installed(folder) and os.path.basename(folder) not in named


class _Folders:
    """Folders of one kind below the part of a pattern before its first mark."""

    def __init__(self, pattern: str, is_kind: Callable[[str], bool]) -> None:
        self._is_kind = is_kind
        fixed = list(takewhile(lambda part: not any(mark in part for mark in "*?["), pattern.split("/")))
        self._root = os.path.abspath("/".join(fixed) or ("/" if pattern.startswith("/") else "."))
        self._known: dict[str, str | None] = {}

    def of(self, path: str) -> str | None:
        """The outermost such folder that a file lies in."""
        folder = os.path.dirname(path)
        if folder not in self._known:
            below = os.path.abspath(folder) != self._root and os.path.abspath(folder).startswith(self._root)
            outer = self.of(folder) if below and folder else None
            self._known[folder] = outer or (folder if below and self._is_kind(folder) else None)
        return self._known[folder]
