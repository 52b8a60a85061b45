"""Pages with next to nothing on them: the same few words do not make two of them one page.

A page has a title and an address, which its text is without: "More to come" under two titles stands for two pages,
where the same line twice in a transmission is said twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.dedup.document import is_dense
from feedtools.text.symbols import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NEAR_EMPTY = {True: 24, False: 72}
"""Symbols below which a page says next to nothing: in a script of thousands of letters, and in an alphabet."""
_MARKUP = 20
"""Characters per symbol that a page may have, to be looked at."""
_MARK, _DIGITS = "\uf8ff", 0xE000
"""Private code points, behind which stands the number of a page, in others; none of them is a symbol."""


def tell_apart(texts: Sequence[str], is_page: Callable[[int], bool]) -> list[str]:
    """Give each near-empty page a text that is only its own, with the same symbols; other texts stay as they are.

    Args:
        texts: by number.
        is_page: whether the text of a number is a whole page.
    """
    return [own_text(text, number) if is_page(number) else text for number, text in enumerate(texts)]


def own_text(text: str, number: int) -> str:
    """A page as comparing is to see it: with marks of its number where it has fewer than ``NEAR_EMPTY`` symbols."""
    most = NEAR_EMPTY[is_dense(text)]
    if len(text) >= most * _MARKUP or len(folded(text)) >= most:
        return text
    return text + _MARK + "".join(chr(_DIGITS + int(digit)) for digit in str(number))


def is_apart(text: str) -> bool:
    """Tell whether a text is that of a near-empty page, of which nothing is a copy."""
    return text.rstrip("".join(map(chr, range(_DIGITS, _DIGITS + 10)))).endswith(_MARK)
