"""Words in brackets that stand where something that is not text was lost (FT104)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.lint.checks.base import Hit
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_PAIRS = ("[]", "【】", "［］")
_OPENERS = lazy(r"[\[【［]")
_CODE_BEFORE = lazy(r"[A-Za-z0-9_\\\])]")
_LINK = lazy(r"\((?:https?:|[/#.])")
_END = lazy(r"\s?(?:\.{3}|…)\s*\Z")


class _Forms(NamedTuple):
    """What is looked for: words between brackets, and beginnings of words that the article's end cut off."""

    whole: tuple[str, ...]
    cut: tuple[str, ...]


@lru_cache(maxsize=64)
def _forms(words: tuple[str, ...]) -> _Forms:
    starts = {word[:size] for word in words for size in range(1, len(word) + 1) if size > 2 or not word.isascii()}
    whole = tuple(pair[0] + word + pair[1] for pair in _PAIRS for word in words)
    return _Forms(whole, tuple("[" + start for start in sorted(starts, key=len, reverse=True)))


def _end(text: str, start: int, forms: _Forms) -> int:
    """Where the placeholder ends whose bracket stands at ``start``; 0 where there is none.

    An index in code (``frames[image]``) has a letter or digit right before the bracket, a link an address after it.
    """
    if text.startswith(forms.whole, start):
        end = next(start + len(form) for form in forms.whole if text.startswith(form, start))
        return 0 if _LINK.match(text, end) else end
    if text.startswith(forms.cut, start):
        ends = (start + len(form) for form in forms.cut if text.startswith(form, start))
        return next((end for end in ends if _END.match(text, end)), 0)
    return 0


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
    forms = _forms(words)
    for match in _OPENERS.finditer(text):
        start = match.start()
        end = _end(text, start, forms)
        if end and not (start and _CODE_BEFORE.match(text, start - 1)):
            yield Hit(start, end)
