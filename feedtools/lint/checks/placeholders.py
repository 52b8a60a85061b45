"""Words in brackets that stand where something was lost (FT101 to FT104)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit, screened
from feedtools.text.placeholders import find_words, openers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feedtools.lint.checks.base import View
    from feedtools.lint.prefilter import Block


def _may_hold(block: Block, options: Mapping[str, Any]) -> Iterable[int]:
    """Articles that hold a placeholder of the kind, or a bracket where the words are the feed's own."""
    opened = block.candidates(openers(), None)
    if options["words"]:
        return opened
    return [number for number in opened if any(one.kind == options["kind"] for one in block.view(number).placeholders)]


@screened(_may_hold)
def lost(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Find the placeholders of one kind, as the table of renderers names them.

    Args:
        view: the article.
        options: ``kind``, one of ``math``, ``display``, ``code`` and ``media``; ``words``, what stands in the brackets
            where it is not what the table says.

    Yields:
        One hit per placeholder, brackets included.
    """
    names = tuple(str(word) for word in options["words"] if word)
    found = find_words(view.text, options["kind"], names) if names else view.placeholders
    for one in found:
        if one.kind == options["kind"]:
            yield Hit(one.start, one.end)
