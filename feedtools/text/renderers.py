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

    An article in which a hyphen, backtick, ``#`` or a delimited formula survives was rendered by the mode that keeps
    them, and so was one that is cut off at another length; placeholders or the shorter cut tell the deleting mode.

    Args:
        text: the article.
        cut: code points after which the deleting mode cuts an article off with ``...``.
    """
    if any(mark in text for mark in KEPT):
        return "kept"
    was_cut = text.endswith("...")
    if was_cut and abs(len(text) - 3 - cut) <= SLACK:
        return "lost"
    if any(placeholder in text for placeholder in PLACEHOLDERS):
        return "lost"
    return "kept" if was_cut and len(text) > cut else "unknown"
