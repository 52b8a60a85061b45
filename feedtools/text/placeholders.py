"""Placeholders in a text: words in brackets that stand where something was lost, as ``renderers.toml`` names them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from feedtools.text.patterns import lazy
from feedtools.text.precompiled import compiled
from feedtools.text.renderers import KINDS, Kind, derived, own_placeholders, words

BRACKETS = ("[]", "【】", "［］")
_DOTS = r"(?=\s?(?:\.{3}|…)\s*\Z)"
_LINK = r"(?!\((?:https?:|[/#.]))"
_CLOSING = {pair[0]: pair[1] for pair in BRACKETS}
_LINKED = lazy(r"\((?:https?:|[/#.])")
_CUT_BY = lazy(r"\s?(?:\.{3}|…)\s*\Z")
_CUT_OFF = 200
"""Code points before the end of a text in which a placeholder that was cut off may begin, blanks included."""
_IN_CODE = lazy(r"[A-Za-z0-9_\\\])]")


class Placeholder(NamedTuple):
    """A placeholder in a text: a half-open span of code points, and what stood there."""

    start: int
    end: int
    kind: Kind


@derived
def openers() -> tuple[str, ...]:
    """List the characters that placeholders begin with."""
    plain = [pair[0] for pair in BRACKETS]
    return tuple(dict.fromkeys([*plain, *(text[0] for text in own_placeholders())]))


@derived
def own_texts() -> tuple[str, ...]:
    """List the placeholders by which renderers are told apart: those of the active ones, and their other script."""
    other = [f"[{word}]" for kind in ("math", "display", "code") for word in words()[kind].shown]
    return tuple(dict.fromkeys([*own_placeholders(), *other]))


class _Shown(NamedTuple):
    """Placeholders that are reported, to be looked up: compiling one pattern takes longer than reading an article."""

    enclosed: dict[str, Kind]
    initials: frozenset[str]
    seconds: str
    others: tuple[tuple[str, Kind], ...]
    longest: int
    cut: dict[str, Kind]


@derived
def _shown() -> _Shown:
    enclosed: dict[str, Kind] = {}
    others: list[tuple[str, Kind]] = []
    cut: dict[str, Kind] = {}
    for kind in KINDS:
        for text in (text for text, what in own_placeholders().items() if what == kind):
            if text[0] + text[-1] in BRACKETS and text[-1] not in text[:-1]:
                enclosed.setdefault(text, kind)
            else:
                others.append((text, kind))
        for word in words()[kind].shown:
            for pair in BRACKETS:
                enclosed.setdefault(f"{pair[0]}{word}{pair[1]}", kind)
        for beginning in _beginnings(words()[kind].shown, words()[kind].least):
            cut.setdefault(beginning, kind)
    initials = frozenset([*(text[1] for text in enclosed), *(beginning[0] for beginning in cut)])
    seconds = "" if others else "".join(sorted(initials))
    return _Shown(enclosed, initials, seconds, tuple(others), max(map(len, enclosed)), cut)


def _at(text: str, start: int, shown: _Shown) -> tuple[int, Kind] | None:
    """End and kind of the placeholder that begins at ``start``, where one does."""
    if text[start + 1 : start + 2] not in shown.initials and not shown.others:
        return None
    end = text.find(_CLOSING.get(text[start], "\n"), start + 1, start + shown.longest) + 1
    kind = shown.enclosed.get(text[start:end]) if end else None
    for other, what in shown.others:
        if kind is None and text.startswith(other, start):
            kind, end = what, start + len(other)
    if kind is not None and not _LINKED.match(text, end):
        return end, kind
    if text[start] != "[" or len(text) - start > _CUT_OFF:
        return None
    dots = _CUT_BY.search(text, start + 1)
    kind = shown.cut.get(text[start + 1 : dots.start()]) if dots else None
    return (dots.start(), kind) if dots and kind else None


def _pattern_of(names: Sequence[str], least: int) -> str:
    ordered = sorted(names, key=len, reverse=True)
    whole = "|".join(map(re.escape, ordered))
    cut = "|".join(map(re.escape, _beginnings(ordered, least)))
    texts = [rf"{re.escape(pair[0])}(?:{whole}){re.escape(pair[1])}" for pair in BRACKETS]
    return rf"(?:{'|'.join(texts)}){_LINK}|\[(?:{cut}){_DOTS}"


@lru_cache(maxsize=64)
def _named(names: tuple[str, ...], least: int) -> re.Pattern[str]:
    return re.compile(_pattern_of(names, least))


def find_words(text: str, kind: Kind, names: tuple[str, ...]) -> Iterator[Placeholder]:
    """Find placeholders of other words than those of the table, in the same forms as ``find``."""
    if any(pair[0] in text for pair in BRACKETS):
        for match in _named(names, words()[kind].least).finditer(text):
            if not _indexes(text, kind, match.start()):
                yield Placeholder(match.start(), match.end(), kind)


def _indexes(text: str, kind: Kind, start: int) -> bool:
    """Tell whether the bracket at ``start`` is an index in code."""
    return kind == "media" and start > 0 and _IN_CODE.match(text, start - 1) is not None


def is_index(text: str, start: int, end: int) -> bool:
    """Tell whether what looks like a whole placeholder is an index in code (``frames[image]``)."""
    kind = kinds().get(text[start + 1 : end - 1].lower())
    return kind is not None and _indexes(text, kind, start)


def _beginnings(names: Sequence[str], least: int) -> list[str]:
    cut = {name[:size] for name in names for size in range(1, len(name) + 1) if size >= least or not name.isascii()}
    return sorted(cut, key=_longest_first)


def _longest_first(name: str) -> tuple[int, str]:
    """Order of the alternatives of a pattern, the same in every process, so that its code can be kept."""
    return -len(name), name


def find(text: str) -> Iterator[Placeholder]:
    """Find what stands where something was lost, in order: whole, or cut off by the article's end.

    An index in code (``frames[image]``) has a letter or digit before its bracket, a link an address behind it.
    """
    there = "".join([opener for opener in openers() if opener in text])
    if not there:
        return
    done = 0
    shown = _shown()
    for match in _pairs_of(there, shown.seconds).finditer(text):
        start = match.start()
        found = _at(text, start, shown) if start >= done else None
        if found is not None:
            done, kind = found
            if not _indexes(text, kind, start):
                yield tuple.__new__(Placeholder, (start, done, kind))


@lru_cache(maxsize=16)
def _pairs_of(first: str, second: str) -> re.Pattern[str]:
    """Pattern of what may begin a placeholder: its first character, and one that may come next."""
    return compiled(f"[{re.escape(first)}]" + (f"(?=[{re.escape(second)}])" if second else ""))


def count(text: str) -> int:
    """Count the placeholders of a text."""
    return sum(1 for _ in find(text))


@derived
def kinds() -> dict[str, Kind]:
    """Map every placeholder's word in lower case, without its brackets, to what it stands for."""
    found: dict[str, Kind] = {}
    for kind, (shown, known, _) in words().items():
        found.update({word.lower(): kind for word in (*shown, *known)})
    found.update({text[1:-1].lower(): kind for text, kind in own_placeholders().items()})
    return found


@derived
def holder_pattern() -> str:
    """Write the pattern of what follows the first character of a placeholder, whole or cut off by the text's end."""
    every = sorted({word for one in words().values() for word in (*one.shown, *one.known)}, key=_longest_first)
    names = "|".join(map(re.escape, every))
    cut = "|".join(sorted(_cut_names(), key=_longest_first))
    own = [text for text in own_placeholders() if text[0] + text[-1] not in BRACKETS or text[1:-1] not in every]
    literal = [rf"(?<={re.escape(text[0])}){re.escape(text[1:])}" for text in own]
    return "|".join([*literal, rf"(?<=[\[［【])(?:(?:{names})[\]］】]|(?:{cut})(?:\.{{3}}|…)?\Z)"])


def _cut_names() -> set[str]:
    """Every beginning of what the renderers show for formulas and code; the first letter in either case."""
    names = [name for kind in ("math", "display", "code") for name in words()[kind].shown]
    names += [text[1:-1] for text in own_placeholders() if text[0] + text[-1] in BRACKETS]
    cut = {name[:size] for name in names for size in range(1, len(name) + 1)}
    return {re.escape(one) for name in cut for one in (name, name[0].lower() + name[1:])}
