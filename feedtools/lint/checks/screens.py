"""Screens choose the articles that a checker need look at, where no keyword and no pattern can prefilter it.

A screen looks at many articles at once and may let one too many pass, never one too few: the checker decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import TOKEN
from feedtools.lint.prefilter import WordScreen
from feedtools.text.patterns import lazy
from feedtools.text.placeholders import openers
from feedtools.text.renderers import derived, ellipses, hyphens_without_marks, surviving

if TYPE_CHECKING:
    from feedtools.lint.prefilter import Block

Screen = Callable[["Block", Mapping[str, Any]], Iterable[int]]
"""Given a block of articles and a rule's options: ascending numbers of those that its checker need look at."""
_DIGIT = lazy("[0-9]")
DOTS = ("...", "…")
"""Marks that any renderer may leave where it cut an article."""


def _placeholders(block: Block, options: Mapping[str, Any]) -> Iterable[int]:
    """Articles that hold a placeholder of the kind, or a bracket where the words are the feed's own."""
    opened = block.candidates(openers(), None)
    if options["words"]:
        return opened
    there = block.once("placeholders", lambda: [number for number in opened if block.view(number).placeholders])
    kind = options["kind"]
    return [number for number in there if kind in {one.kind for one in block.view(number).placeholders}]


def _lossy(block: Block, options: Mapping[str, Any]) -> list[int]:
    """Articles whose hyphens and minus signs were deleted, or may have been."""
    cut = options.get("cut", 0)

    def lossy() -> list[int]:
        kept = set(block.candidates(surviving(), None))
        numbers = []
        for number, text in enumerate(block.texts):
            if number not in kept and (mode := hyphens_without_marks(text, cut)) != "kept":
                block.view(number).modes[cut] = mode
                numbers.append(number)
        return numbers

    return block.once(("lossy", cut), lossy)


def _judge_joined() -> Callable[[str], object]:
    from feedtools.lint.checks.morphology import judge

    return judge


def _judge_misspelt() -> Callable[[str], object]:
    from feedtools.lint.checks.spelling import candidates

    return candidates


def _operators(block: Block, options: Mapping[str, Any]) -> Iterable[int]:
    """Articles that may have lost their minus signs and hold a digit, beside which every lost operator stood."""
    return [number for number in _lossy(block, options) if _DIGIT.search(block.texts[number])]


@cache
def _words(judge: Callable[[], Callable[[str], object]]) -> WordScreen:
    return WordScreen(judge, TOKEN.findall)


def _joined(block: Block, options: Mapping[str, Any]) -> Iterable[int]:
    """Articles that may have lost their hyphens and hold a word that may have had one."""
    lossy = _lossy(block, options)
    if not lossy or block.view(lossy[0]).evidence.compounds:
        return lossy
    chosen = set(_words(_judge_joined).candidates(block, lossy))
    return [number for number in lossy if number in chosen or cut_word(block.texts[number])]


def cut_word(text: str) -> bool:
    """Tell whether an article was cut off behind a Latin letter."""
    return text.endswith("...") and text[-4:-3].isascii() and text[-4:-3].isalpha()


def _misspelt(block: Block, _options: Mapping[str, Any]) -> Iterable[int]:
    """Articles that hold a word that may be a slip."""
    return _words(_judge_misspelt).candidates(block, range(len(block.texts)))


def _truncated(block: Block, _options: Mapping[str, Any]) -> Iterable[int]:
    """Articles that end in what a cut may leave, blanks not counted."""
    last = tuple(last_marks())
    return [number for number, text in enumerate(block.texts) if text.rstrip().endswith(last)]


@derived
def last_marks() -> frozenset[str]:
    """Collect the characters that a cut may end in."""
    return frozenset(dots[-1] for dots in (*DOTS, *ellipses()))


SCREENS: Mapping[str, Screen] = {
    "identifiers:joined": _joined,
    "operators:lost": _operators,
    "placeholders:lost": _placeholders,
    "spelling:misspelt": _misspelt,
    "structure:truncated": _truncated,
}
"""Screens by the name of the checker, whose module is imported when one of them lets an article pass."""


def literals() -> tuple[tuple[str, ...], ...]:
    """List the keywords that screens ask a block for."""
    return openers(), surviving()
