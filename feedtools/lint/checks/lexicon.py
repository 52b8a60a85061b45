"""Lexicon of joined forms that stand for hyphenated ones, and of names that are written so.

The lists are facts from counts (``benchmarks/build_lexicon.py``), kept as sorted lines and searched by bisection: the
first words in the file as it is mapped into memory. To read it takes as long as hundreds of look-ups, and to split it
as long as a thousand.
"""

from bisect import bisect_left
from collections.abc import Container
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from feedtools.lint.rules import rules_folder
from feedtools.text.patterns import lazy
from feedtools.text.precompiled import recall, stamped

if TYPE_CHECKING:
    from mmap import mmap

UNSPLIT = 1000
"""Look-ups until a list is split."""
NUMBER = lazy(r"[0-9]+(?:\.[0-9]+)*")


class LexiconEntry(NamedTuple):
    """Counts of one joined form.

    Attributes:
        form: the hyphenated form, folded, each number written ``#``, a hyphen between two numbers ``#=``.
        plain: per cent of its occurrences that have the hyphen, where it is written ``likethis`` or ``Likethis``.
        upper: the same for ``LIKETHIS``.
        mixed: the same for ``LikeThis``.
    """

    form: str
    plain: int
    upper: int
    mixed: int


def _file(name: str) -> Path:
    return rules_folder() / "words" / name


def _read(name: str) -> bytes:
    return _file(name).read_bytes()


def _mapped(name: str) -> "bytes | mmap":
    """Map a list into memory, where the system can; else read it."""
    try:
        import mmap

        with _file(name).open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (ImportError, OSError, ValueError):
        return _read(name)


class _Lines:
    """Sorted lines of a file, searched by bisection.

    Args:
        data: the file; every line ends in a line feed.
    """

    def __init__(self, data: "bytes | mmap") -> None:
        self._data = data
        self._lines: list[bytes] = []
        self._asked = 0
        self._middles: dict[tuple[int, int], tuple[int, int, bytes]] = {}

    def first(self, wanted: bytes) -> bytes:
        """The first line that is ``wanted`` or sorts after it; empty at the end."""
        if not self._lines:
            self._asked += 1
            if self._asked <= UNSPLIT:
                return self._in_bytes(wanted)
            self._lines = self._data[:].split(b"\n")[:-1]
        at = bisect_left(self._lines, wanted)
        return self._lines[at] if at < len(self._lines) else b""

    def __contains__(self, wanted: bytes) -> bool:
        """Tell whether ``wanted`` is a whole line."""
        return wanted in self._all if self._lines else self.first(wanted) == wanted != b""

    @cached_property
    def _all(self) -> frozenset[bytes]:
        return frozenset(self._lines)

    def _in_bytes(self, wanted: bytes) -> bytes:
        data, low, high = self._data, 0, len(self._data)  # both stand at the beginning of a line
        while low < high:
            middle = self._middles.get((low, high))  # nearly all searches begin with the same ones
            if middle is None:
                start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
                end = data.find(b"\n", start) + 1
                middle = self._middles[low, high] = start, end, data[start : end - 1]
            start, end, line = middle
            if line < wanted:
                low = end
            else:
                high = start
        return data[low : data.find(b"\n", low)] if low < len(data) else b""


@cache
def _compounds() -> _Lines:
    return _Lines(_mapped("compounds.tsv"))


@cache
def _names() -> _Lines:
    return _Lines(_mapped("names.txt"))


def fold(word: str) -> str:
    """The look-up key of a joined form: folded, each number written ``#``."""
    return NUMBER.sub("#", word).casefold()


def compound(key: str) -> LexiconEntry | None:
    """Look up the joined form ``key`` (see `fold`)."""
    wanted = key.encode("ascii", "replace") + b"\t"
    line = _compounds().first(wanted)
    return _entry(line) if line.startswith(wanted) else None


def completion(prefix: str, least: int = 0) -> str:
    """A compound whose joined form begins with ``prefix``, hyphenated; ``""`` where there is none.

    Args:
        prefix: the beginning, folded.
        least: per cent of its occurrences that have the hyphen at the least.
    """
    wanted = prefix.encode("ascii", "replace")
    line = _compounds().first(wanted)
    entry = _entry(line) if wanted and line.startswith(wanted) else None
    return entry.form if entry is not None and entry.plain >= least else ""


def is_name(word: str) -> bool:
    """Tell whether ``word`` (folded) is written like this, without a hyphen, in texts that keep their hyphens."""
    return word.encode("ascii", "replace") in _names()


def begins_name(prefix: str) -> bool:
    """Tell whether a name begins with ``prefix`` (folded)."""
    wanted = prefix.encode("ascii", "replace")
    return _names().first(wanted).startswith(wanted)


def _entry(line: bytes) -> LexiconEntry:
    joined, cuts, plain, *others = line.decode("ascii").split("\t")
    upper, mixed = others or (plain, plain)
    form, at = "", 0
    for cut in cuts.split(","):
        place = int(cut.rstrip("="))
        form += joined[at:place] + ("=" if cut.endswith("=") else "-")
        at = place
    return LexiconEntry(form + joined[at:], int(plain), int(upper), int(mixed))


@cache
def parts() -> dict[str, tuple[int, int]]:
    """Per cent of the words a part begins, and of those it ends, that have a hyphen there."""
    return recall("parts", stamped(_file("parts.tsv"), __file__), _parts)


def _parts() -> dict[str, tuple[int, int]]:
    fields = _read("parts.tsv").decode("ascii").split()
    shares = zip(map(int, fields[1::3]), map(int, fields[2::3]), strict=True)
    return dict(zip(fields[::3], shares, strict=True))


@cache
def acronyms() -> frozenset[str]:
    """Words in capitals that articles use by themselves."""
    return frozenset(_read("acronyms.txt").decode("ascii").split())


class _Words(Container[str]):
    """Words of a sorted file, one per line."""

    def __init__(self, data: bytes) -> None:
        self._lines = _Lines(data)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word.encode("ascii", "replace") in self._lines


@cache
def common() -> Container[str]:
    """Words of the dictionary that articles use, folded: what new compounds are made of."""
    return _Words(_read("common.txt"))


@cache
def _terms() -> dict[str, list[str]]:
    """Common words of the field by their first and their last two letters."""
    return recall("terms", stamped(_file("terms.txt"), __file__), _grouped)


def _grouped() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for term in _read("terms.txt").decode("ascii").split():
        groups.setdefault(term[0] + term[-2:], []).append(term)
    return groups


def terms_like(word: str) -> list[str]:
    """Common words of the field that begin and end like ``word`` (folded): one letter there, two here."""
    return _terms().get(word[0] + word[-2:], [])
