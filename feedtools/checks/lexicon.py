"""What is known of words: which joined forms stand for hyphenated ones, and which names are written so.

The lists are facts from counts (``benchmarks/build_lexicon.py``), kept as sorted lines and searched by bisection, so
that loading costs one read and one split.
"""

from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from feedtools.patterns import lazy
from feedtools.resources import rules_folder

NUMBER = lazy(r"[0-9]+(?:\.[0-9]+)*")


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


def _read(name: str) -> bytes:
    return (rules_folder() / "words" / name).read_bytes()


@cache
def _compounds() -> list[bytes]:
    return _read("compounds.tsv").split(b"\n")


@cache
def _names() -> list[bytes]:
    return _read("names.txt").split()


def fold(word: str) -> str:
    """The look-up key of a joined form: folded, each number written ``#``."""
    return NUMBER.sub("#", word).casefold()


def compound(key: str) -> Entry | None:
    """What is known of the joined form ``key`` (see `fold`)."""
    wanted = key.encode("ascii", "replace") + b"\t"
    line = _from(_compounds(), wanted)
    return _entry(line) if line.startswith(wanted) else None


def completion(prefix: str) -> str:
    """A compound whose joined form begins with ``prefix``, hyphenated; ``""`` where there is none."""
    wanted = prefix.encode("ascii", "replace")
    line = _from(_compounds(), wanted)
    return _entry(line).form if wanted and line.startswith(wanted) else ""


def is_name(word: str) -> bool:
    """Whether ``word`` (folded) is written like this, without a hyphen, in texts that keep their hyphens."""
    wanted = word.encode("ascii", "replace")
    return _from(_names(), wanted) == wanted


def begins_name(prefix: str) -> bool:
    """Whether a name begins with ``prefix`` (folded)."""
    wanted = prefix.encode("ascii", "replace")
    return _from(_names(), wanted).startswith(wanted)


def _from(lines: list[bytes], wanted: bytes) -> bytes:
    """The first line that is ``wanted`` or sorts after it; empty at the end."""
    at = bisect_left(lines, wanted)
    return lines[at] if at < len(lines) else b""


def _entry(line: bytes) -> Entry:
    joined, cuts, plain, upper, mixed = line.decode("ascii").split("\t")
    form, at = "", 0
    for cut in cuts.split(","):
        place = int(cut.rstrip("="))
        form += joined[at:place] + ("=" if cut.endswith("=") else "-")
        at = place
    return Entry(form + joined[at:], int(plain), int(upper), int(mixed))


@cache
def parts() -> dict[str, tuple[int, int]]:
    """Per cent of the words a part begins, and of those it ends, that have a hyphen there."""
    rows = (line.split("\t") for line in _read("parts.tsv").decode("ascii").splitlines())
    return {part: (int(first), int(last)) for part, first, last in rows}


@cache
def _terms() -> dict[str, list[str]]:
    """Common words of the field by their first and their last two letters."""
    groups: dict[str, list[str]] = {}
    for term in _read("terms.txt").decode("ascii").split():
        groups.setdefault(term[0] + term[-2:], []).append(term)
    return groups


def terms_like(word: str) -> list[str]:
    """Common words of the field that begin and end like ``word`` (folded): one letter there, two here."""
    return _terms().get(word[0] + word[-2:], [])
