"""Words in brackets that stand where something that is not text was lost (FT104)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feedtools.checks.base import Hit
from feedtools.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.checks.base import View

_PAIRS = ("[]", "【】", "［］")
_NO_LINK = r"(?!\((?:https?:|[/#.]))"
_CODE_BEFORE = lazy(r"[A-Za-z0-9_\\\])]")


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """One alternation over the words, whole between brackets or cut where the article ends.

    An index in code (``frames[image]``) has a letter or digit right before the bracket, a link an address after it.
    """
    whole = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    starts = {word[:size] for word in words for size in range(1, len(word) + 1) if size > 2 or not word.isascii()}
    cut = "|".join(map(re.escape, sorted(starts, key=len, reverse=True)))
    forms = [rf"{re.escape(pair[0])}(?:{whole}){re.escape(pair[1])}" for pair in _PAIRS]
    ending = rf"\[(?:{cut})(?=\s?(?:\.{{3}}|…)\s*\Z)"
    return re.compile(rf"{'|'.join(form + _NO_LINK for form in forms)}|{ending}")


def media(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Placeholders of pictures, tables, films and the like; ``options["words"]`` lists the words.

    Args:
        view: the article.
        options: ``words``, the placeholder words without their brackets.

    Yields:
        One hit a placeholder, brackets included.
    """
    words = tuple(str(word) for word in options["words"] if word)
    if not words:
        return
    text = view.text
    for match in _pattern(words).finditer(text):
        start = match.start()
        if not (start and _CODE_BEFORE.match(text, start - 1)):
            yield Hit(start, match.end())
