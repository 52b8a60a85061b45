"""What is known of words: which joined forms stand for hyphenated ones, and which names are written so.

The lists are facts from counts (``benchmarks/build_lexicon.py``), kept as sorted text and searched by bisection
over the bytes as they lie on disk, so that loading costs one read.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from feedtools.resources import rules_folder

NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")


class Entry(NamedTuple):
    """What is known of one joined form.

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


class SortedLines:
    """A text of lines sorted by their first field without ``-`` and ``=``, searched by bisection.

    Args:
        data: ASCII lines, each ended by a newline.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    def line_from(self, key: bytes) -> bytes:
        """The first line whose joined form is ``key`` or sorts after it; empty at the end."""
        data = self._data
        low, high = 0, len(data)
        while low < high:
            middle = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = data.find(b"\n", middle)
            if data[middle:end].partition(b"\t")[0].translate(None, b"-=") < key:
                low = end + 1
            else:
                high = middle
        return data[low : data.find(b"\n", low)] if low < len(data) else b""

    def find(self, key: str) -> bytes | None:
        """The line whose joined form is ``key``, or ``None``."""
        wanted = key.encode("ascii", "replace")
        line = self.line_from(wanted)
        return line if line.partition(b"\t")[0].translate(None, b"-=") == wanted else None


@cache
def _lines(name: str) -> SortedLines:
    return SortedLines((rules_folder() / "words" / name).read_bytes())


def fold(word: str) -> str:
    """The look-up key of a joined form: folded, each number written ``#``."""
    return NUMBER.sub("#", word).casefold()


def compound(key: str) -> Entry | None:
    """What is known of the joined form ``key`` (see `fold`)."""
    line = _lines("compounds.tsv").find(key)
    if line is None:
        return None
    form, plain, upper, mixed = line.decode("ascii").split("\t")
    return Entry(form, int(plain), int(upper), int(mixed))


def completion(prefix: str) -> str:
    """A compound whose joined form begins with ``prefix``, hyphenated; ``""`` where there is none."""
    wanted = prefix.encode("ascii", "replace")
    line = _lines("compounds.tsv").line_from(wanted)
    form = line.partition(b"\t")[0]
    return form.decode("ascii") if form.translate(None, b"-=").startswith(wanted) else ""


def is_name(word: str) -> bool:
    """Whether ``word`` (folded) is written like this, without a hyphen, in texts that keep their hyphens."""
    return _lines("names.txt").find(word) is not None


def begins_name(prefix: str) -> bool:
    """Whether a name begins with ``prefix`` (folded)."""
    wanted = prefix.encode("ascii", "replace")
    return _lines("names.txt").line_from(wanted).startswith(wanted)


@cache
def parts() -> dict[str, tuple[int, int]]:
    """Per cent of the words a part begins, and of those it ends, that have a hyphen there."""
    rows = (line.split("\t") for line in (rules_folder() / "words" / "parts.tsv").read_text("ascii").splitlines())
    return {part: (int(first), int(last)) for part, first, last in rows}


@cache
def _terms() -> dict[tuple[str, int], list[str]]:
    """Common words of the field by first letter and length."""
    groups: dict[tuple[str, int], list[str]] = {}
    for term in (rules_folder() / "words" / "terms.txt").read_text("ascii").split():
        groups.setdefault((term[0], len(term)), []).append(term)
    return groups


def terms_like(word: str) -> list[str]:
    """Common words of the field that begin like ``word`` (folded) and are at most one letter longer or shorter."""
    groups = _terms()
    return [term for length in range(len(word) - 1, len(word) + 2) for term in groups.get((word[0], length), ())]
