"""Hyphenated compounds the archive teaches: harvested from articles that kept their hyphens, stored, read back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from feedtools.errors import ReadError, system_words
from feedtools.lint.checks import lexicon
from feedtools.system.files import read_regular
from feedtools.text.patterns import each, lazy

HEADER = "# feedtools compounds 1"
_PART = r"[A-Za-z0-9]{1,24}(?:\.[0-9]{1,3})?"
COMPOUND = lazy(
    rf"[A-Za-z0-9](?<![\w./\\@:=^{{-].)[A-Za-z0-9]{{0,24}}(?:\.[0-9]{{1,3}})?(?:-{_PART}){{1,4}}(?![\w/\\@=(^-])"
)
WORD = lazy(r"[A-Za-z0-9]{3,}")
MATH = lazy(r"\\\(.{0,600}?\\\)|\\\[.{0,600}?\\\]|\$[^$]{1,500}\$", re.DOTALL)
FREE, EVERY = 16, 64
"""Compounds that an article teaches however short it is, and characters for each more; two or three are usual."""
LETTERS = 3  # in all; fewer is arithmetic (n-1) or an item number


def harvest(texts: Iterable[str]) -> dict[str, str]:
    """Collect what articles with their hyphens teach about articles without.

    Args:
        texts: articles of the feed or of the archive; those that show no hyphen are passed over.

    Returns:
        Joined form (folded) to the usual hyphenated one, without words that are written joined half as often.
    """
    forms, words = count(texts)
    return choose(forms, words)


def harvest_held(texts: Sequence[str]) -> dict[str, str]:
    """Do the same as ``harvest`` for texts that are in memory anyway: only words that a compound asks for are kept."""
    forms: Counter[str] = Counter()
    teaching = []
    for prose, found in map(_taught, texts):
        if found:
            forms.update(found)
            teaching.append(prose)
    keys = set(map(_joined, forms))
    words = (filter(keys.__contains__, map(str.casefold, each(WORD, prose))) for prose in teaching)
    return choose(forms, Counter(chain.from_iterable(words)))


def count(texts: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Hyphenated compounds, and how often words are written joined (folded) where there are any."""
    forms: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for prose, found in map(_taught, texts):
        if found:
            forms.update(found)
            words.update(each(WORD, prose))
    joined: Counter[str] = Counter()
    for word, times in words.items():
        joined[word.casefold()] += times
    return forms, joined


def _taught(text: str) -> tuple[str, list[str]]:
    """The text without its formulas, and its first compounds: one of nothing else would fill the memory."""
    if "-" not in text:
        return "", []
    prose = MATH.sub(" ", text) if "\\" in text or "$" in text else text
    most = FREE + len(prose) // EVERY
    return prose, [found[0] for found in islice(COMPOUND.finditer(prose), most)]


def _joined(form: str) -> str:
    return form.replace("-", "").casefold()


def choose(forms: Mapping[str, int], joined: Mapping[str, int]) -> dict[str, str]:
    """Choose what ``harvest`` gives, from the counts."""
    counts: Counter[str] = Counter()
    best: dict[str, str] = {}
    for form, times in sorted(forms.items(), key=lambda item: (-item[1], item[0])):
        key = _joined(form)
        counts[key] += times
        if sum(map(str.isalpha, key)) >= LETTERS and not lexicon.is_name(key):
            best.setdefault(key, form)
    return {key: form for key, form in best.items() if 2 * joined.get(key, 0) < counts[key]}


def read(path: str | Path) -> dict[str, str]:
    """Read back what `write` stored.

    Raises:
        ReadError: the file cannot be read, or is not such a file.
    """
    try:
        lines = read_regular(path).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"learned compounds cannot be read: {system_words(error)}", path=str(path)) from error
    if not lines or lines[0] != HEADER:
        message = f"not a file of learned compounds: expected {HEADER!r} first; write one with feedtools rules learn"
        raise ReadError(message, path=str(path), line=1)
    return {_joined(form): form for form in lines[1:] if form}


def write(path: str | Path, compounds: Mapping[str, str]) -> None:
    """Store compounds, one hyphenated form per line, in order; the file is replaced whole or not at all.

    Raises:
        WriteError: the file cannot be written, or holds something else.
    """
    from feedtools.system.files import spare_others, write_whole

    spare_others(Path(path), HEADER.encode(), "no file of learned compounds")

    write_whole(Path(path), "\n".join([HEADER, *sorted(compounds.values()), ""]).encode())
