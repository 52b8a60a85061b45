"""Which of the feed's two renderers wrote an article: the one that keeps hyphens, or the one that deletes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

KEPT = ("-", "\\(", "\\[", "`", "#", "*", ">", "$")
"""What only the renderer that keeps hyphens leaves standing; the one that deletes them deletes these as well."""
PLACEHOLDERS = ("[Math]", "[公式]", "[代码]")
SLACK = 3  # code points by which the cut may miss, where it falls on a space

Mode = Literal["kept", "lost", "unknown"]


@lru_cache(maxsize=512)  # two rules ask it of every article of a block
def hyphens(text: str, cut: int) -> Mode:
    """Whether the renderer of this article deleted hyphens and minus signs.

    An article in which a hyphen, backtick, ``#`` or a delimited formula survives was rendered by the mode that
    keeps them; placeholders, or the shorter cut, tell the other one.

    Args:
        text: the article.
        cut: code points after which the deleting mode cuts an article off with ``...``.
    """
    if any(mark in text for mark in KEPT):
        return "kept"
    if text.endswith("...") and abs(len(text) - 3 - cut) <= SLACK:
        return "lost"
    if any(placeholder in text for placeholder in PLACEHOLDERS):
        return "lost"
    return "unknown" if len(text) <= cut else "kept"
