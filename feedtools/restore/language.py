r"""Put what a sibling says into the language of the feed: its script, the width of its punctuation, its delimiters."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Script = Literal["simplified", "traditional", ""]

NARROW = str.maketrans("，：；？！（）", ",:;?!()")
"""Marks that a feed prints at half their width, or does not: the others stay wide in every feed."""
LEAST = 2
"""Characters of one script that tell it, where there are more of them than of the other."""

_WIDE = re.compile("[，：；？！（）]")
_HALF = re.compile(r"(?<=[\u3400-\u9fff])[,:;?!(]|[),](?=[\u3400-\u9fff])")
_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff”》」』])[ ]?([,:;?!()])(?=\s|[\u3400-\u9fff“《「『\\]|$)")
_WIDENED = dict(zip(",:;?!()", "，：；？！（）", strict=True))
_DOLLAR = re.compile(r"(?<![\\$])\$(?!\$)[^$\n]+\$")
_SIMPLIFIED = {"座标": "坐标", "想像": "想象"}
"""Words of which the two scripts have other characters, not other forms of them: OpenCC's table lacks the way back."""
_AS_WRITTEN = re.compile("|".join(_SIMPLIFIED))
_HALVES = re.compile(r"([\ud800-\udfff]+)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_OPENER = re.compile(r"\\\(|\\\[|```")
_CLOSERS = {"\\(": "\\)", "\\[": "\\]", "```": "```"}


class Language(NamedTuple):
    """Habits of a text's writing.

    Attributes:
        script: of its Chinese; empty where nothing tells it.
        wide: whether its commas and brackets between Chinese characters are full-width; ``None`` where there are none.
        dollars: whether its formulas stand between dollar signs.
        mixed: whether it has characters of both scripts, as one that quotes the other does.
    """

    script: Script
    wide: bool | None
    dollars: bool
    mixed: bool = False


@lru_cache(maxsize=64)
def language(text: str) -> Language:
    """Tell how a text writes."""
    wide, half = len(_WIDE.findall(text)), len(_HALF.findall(text))
    dollars = "$" in text and "\\(" not in text and bool(_DOLLAR.search(text))
    counted = _counted(text)
    return Language(_script(text, *counted), None if not wide + half else wide > half, dollars, min(counted) >= LEAST)


def in_script_of(text: str, feed: str) -> str:
    """A whole text in the script of another one, where they differ: variants that no table folds would hide it."""
    mine = script(feed)
    if not mine or script(text) in {mine, ""}:
        return text
    return _converted(text, "t2s" if mine == "simplified" else "s2t")


def script(text: str) -> Script:
    """Tell simplified from traditional Chinese by the characters that only one of them has (OpenCC's tables)."""
    return _script(text, *_counted(text))


def _script(text: str, some: int, others: int) -> Script:
    if max(some, others) < LEAST and max(some, others) < len(_HAN.findall(text)):
        return ""
    return "" if some == others else "simplified" if some > others else "traditional"


@lru_cache(maxsize=256)
def _counted(text: str) -> tuple[int, int]:
    """Count the characters that only simplified and only traditional text has."""
    if text.isascii():
        return 0, 0
    simplified, traditional = _patterns()
    return len(simplified.findall(text)), len(traditional.findall(text))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(f"[{''.join(sorted(chars))}]") for chars in _characters())


class Speaker:
    """Turns stretches of one sibling into the feed's language.

    Args:
        feed: the damaged article.
        sibling: the text that the stretches come from.
    """

    def __init__(self, feed: str, sibling: str) -> None:
        self._texts = feed, sibling

    @cached_property
    def _feed(self) -> Language:
        """Tell how the article writes; most pairs have nothing to say, so that it is never asked."""
        return language(self._texts[0])

    @cached_property
    def _alike(self) -> bool:
        """Tell whether both texts are in one script."""
        return language(self._texts[1]).script == self._feed.script

    @cached_property
    def _other(self) -> bool:
        """Tell whether what the sibling says may stand in another script."""
        feed, sibling = self._feed, language(self._texts[1])
        theirs = feed.mixed and self._alike  # both are as their author wrote them
        return (feed.script == "simplified" and not theirs) or (
            feed.script == "traditional" and sibling.script == "simplified"
        )

    def prose(self, text: str) -> str:
        """A stretch of running text; formulas and code in it stay as they are but for their delimiters."""
        return "".join(self.formula(piece) if formula else self._words(piece) for piece, formula in _parted(text))

    def formula(self, source: str) -> str:
        r"""A formula in ``\(…\)`` or ``\[…\]`` between the delimiters of the feed."""
        if not self._feed.dollars or source[:2] not in {"\\(", "\\["}:
            return source
        mark = "$" if source[1] == "(" else "$$"
        return f"{mark}{source[2:-2]}{mark}"

    def in_script(self, text: str) -> str:
        """A stretch of text in the script of the feed, all else as it is: what code takes."""
        if not self._other or not _HAN.search(text):
            return text
        to_simplified = self._feed.script == "simplified"
        if to_simplified and _characters()[1].isdisjoint(text):
            return text
        if self._alike and script(text) in {"", self._feed.script}:
            return text  # a name in characters of its own, as its author writes it
        return _converted(text, "t2s" if to_simplified else "s2t")

    def _words(self, text: str) -> str:
        text = self.in_script(text)
        if self._feed.wide is False:
            return text.translate(NARROW)
        if self._feed.wide:
            return _BETWEEN.sub(lambda found: _WIDENED[found[1]], text)
        return text


def _parted(text: str) -> Iterator[tuple[str, bool]]:
    at = place = 0
    closers = dict(_CLOSERS)
    while closers and (found := _OPENER.search(text, place)):
        place = found.end()
        if (closer := closers.get(found[0])) is None:
            continue
        end = text.find(closer, place)
        if end < 0:  # none is behind any later opener either
            del closers[found[0]]
            continue
        yield text[at : found.start()], False
        at = place = end + len(closer)
        yield text[found.start() : at], True
    yield text[at:], False


def _converted(text: str, name: str) -> str:
    """The text as OpenCC's table has it; halves of surrogate pairs, which it refuses, stay as they are."""
    parts = _HALVES.split(text)
    made = "".join(part if number % 2 else str(_converter(name).convert(part)) for number, part in enumerate(parts))
    return _AS_WRITTEN.sub(lambda found: _SIMPLIFIED[found[0]], made) if name == "t2s" else made


@cache
def _converter(name: str) -> Any:
    from opencc import OpenCC

    return OpenCC(name)


@cache
def _characters() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only simplified and only traditional text has."""
    every = list(map(chr, range(0x4E00, 0x9FA6)))
    lines = "\n".join(every)  # one per line: what stands beside a character changes what it becomes
    simplified, traditional = (_converter(name).convert(lines).split("\n") for name in ("t2s", "s2t"))
    rows = list(zip(every, simplified, traditional, strict=True))
    return (
        frozenset(char for char, simple, full in rows if char == simple != full),
        frozenset(char for char, simple, full in rows if char == full != simple),
    )
