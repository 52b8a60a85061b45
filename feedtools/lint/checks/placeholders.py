"""Words in brackets that stand where something was lost (FT101 to FT104)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit, make
from feedtools.text.placeholders import find_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View


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
    wanted = options["kind"]
    for start, end, kind in found:
        if kind == wanted:
            yield make(Hit, (start, end, "", (), None, None, None))
