"""Minus signs that were lost where two things stand beside each other: ``a[i] a[i 1]``, ``第 n 1 级`` (rule FT302).

A letter, a blank and a digit are no expression, nor are two values of one array that stand beside each other: whatever
stood between them is gone.
"""

from collections.abc import Container, Iterator
from typing import NamedTuple

from feedtools.model import Confidence
from feedtools.text.patterns import lazy

_OPEN = lazy(r"(?:[A-Za-z0-9_\])]|[&*/+=<>] ?)\((?:[^()\[\]]{1,16}[,+*/] ?)?\Z")
_CALLED = lazy(r"[A-Za-z0-9_]\((?:[^()\[\]]{1,16}[,+*/] ?)?\Z")
_SUBSCRIPT = lazy(r"[A-Za-z0-9_\]]\[(?:[^\[\]]{1,16}[,+*/ ] ?)?\Z")
_INTERVAL = lazy(r"\[[^\[\]]{1,16}[,，] ?\Z")
_UP_TO = lazy(r"(?<![0-9.])[01](?: ?(?:到|至|~|～|\.{2,6}|…{1,2}) ?|, ?[1-3], ?(?:[23], ?)?(?:\.{2,6}|…{1,2}), ?)\Z")
_COUNTER = lazy(r" ?[个层条次项维阶步位级行列轮份帧]")
_ENDED = lazy(r" ?[,，。；;、]| (?:并且|且|或者?|和|结尾|开头|开始)|\Z")
_BEING = lazy(r"(?:[为是于到]|索引|下标) ?\Z")
_COUNTED = lazy(r"(?:[第前后共有了剩到]|最后|所有|每个|为|是) ?\Z")
_ARRAYS = lazy(r"(?:\[[^\[\]\n]{1,12}\]){1,2}( ?)([A-Za-z_]{1,12})(?=\[[^\[\]\n]{1,12}\])")
_CALLS = lazy(r"\(([^()\n]{1,20})\)( ?)([A-Za-z]{1,10})\(([^()\n]{1,20})\)(\|?)")
_BARS = lazy(r"\|([A-Za-z](?:_?[A-Za-z0-9])?|[A-Za-z]_\{[A-Za-z0-9]{1,3}\}) ([A-Za-z](?:_?[A-Za-z0-9])?)(?=\\?\|)")
_LENGTH = lazy(r"(?<![A-Za-z0-9_\])+*/=^.'-])(?<![A-Za-z0-9_\])] )[rRjmnkt] [lLijks](?= \+ 1(?![0-9.]))")
_SCRIPTED = lazy(r" ?([a-z])_(?:[a-z]|\{[a-z]{1,3}\})= ?\1_(?:[a-z]|\{[a-z]{1,3}\})")
_ARRAY_NEXT = lazy(r"\](?= ?[A-Za-z_]{1,12}\[)")
_CALL_NEXT = lazy(r"\)(?= ?[A-Za-z]{1,10}\()")
"""These stand in all that ``_ARRAYS`` and ``_CALLS`` find, and begin with a character that a search leaps to."""
_CHANCES = frozenset(("p", "P", "q", "Q", "Pr"))  # whose products are written so
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_SHIFT = lazy(r"([a-z]) ?[12]")


class Gap(NamedTuple):
    """Place where an operator is missing.

    Attributes:
        start: first code point of the span.
        end: one past the last.
        restored: the span with the operator.
        confidence: that one is missing at all.
    """

    start: int
    end: int
    restored: str
    confidence: Confidence


def is_apart(text: str, start: int, end: int, alone: Container[str]) -> Confidence | None:
    """Tell how surely ``n 1`` was ``n - 1``; ``None`` where it may be two things.

    Args:
        text: the article.
        start: place of the letter.
        end: one past the digit.
        alone: letters that stand in the article without a digit, too.
    """
    word = start
    while (
        word and start - word < 9 and text[word - 1].isascii() and (text[word - 1].isalpha() or text[word - 1] == "_")
    ):
        word -= 1
    before, after = text[max(0, word - 24) : word], text[end : end + 2].lstrip()[:1]
    if before[-1:].isascii() and before[-1:].isalnum():
        return None
    if after == "]" and text[word : start + 1].islower():
        return "high" if _SUBSCRIPT.search(before) or _INTERVAL.search(before) else None
    if word < start or before.endswith(("\\", "_", "^")):
        return None
    if (after == ")" and _OPEN.search(before)) or (after == "," and _CALLED.search(before)):
        return "high"
    if is_bound(text, start):
        return "high"
    known = text[start] in alone
    if known and text[start].islower() and _BEING.search(before) and _ENDED.match(text, end):
        return "medium"
    if _COUNTER.match(text, end) is None:
        return None
    counted = _COUNTED.search(before) is not None
    return ("high" if known else "medium") if counted else "medium" if known and text[start].islower() else None


def is_bound(text: str, start: int) -> bool:
    """Tell whether a range from nought or one ends at ``start``: ``0 到``, ``1, 2, ...,``."""
    return _UP_TO.search(text, max(0, start - 24), start) is not None


def gaps(text: str) -> Iterator[Gap]:
    """Find two values of one array, or of one function, that stand beside each other, and differences in bars."""
    if _ARRAY_NEXT.search(text):
        yield from _arrays(text)
    if _CALL_NEXT.search(text):
        yield from _calls(text)
    if "|" in text:
        for match in _BARS.finditer(text):
            if match[1] != match[2]:
                yield Gap(match.start(1), match.end(), f"{match[1]} - {match[2]}", "medium")
    if " + 1" in text:
        for match in _LENGTH.finditer(text):
            yield Gap(*match.span(), match.group().replace(" ", " - "), "medium")


def _named(text: str, end: int, name: str) -> bool:
    """Tell whether ``name``, and no longer one, ends at ``end``."""
    start = end - len(name)
    return text.startswith(name, max(0, start)) and start >= 0 and not text[start - 1 : start].isalnum()


def _arrays(text: str) -> Iterator[Gap]:
    for match in _ARRAYS.finditer(text):
        same = text.startswith(text[match.start() : match.start(1)], match.end())
        listed = "..." in text[match.end() : match.end() + 16]  # s[0]s[1]...s[k] is a text
        if _named(text, match.start(), match[2]) and match[2].islower() and not same and not listed:
            yield _between(text, match.start(1) - 1, match[1], match.end(2))


def _between(text: str, closing: int, blank: str, end: int) -> Gap:
    """Gap between a closing bracket and the name behind it."""
    sign = " - " if blank else "-"
    name = text[closing + 1 + len(blank) : end]
    return Gap(closing, end, f"{text[closing]}{sign}{name}", "medium")


def _calls(text: str) -> Iterator[Gap]:
    """``f(i,j)f(i1,j)`` is a difference, ``p(x)p(y)`` a product."""
    for match in _CALLS.finditer(text):
        one, blank, name, two, bar = match.groups()
        if not _named(text, match.start(), name) or one == two or one.count(",") != two.count(","):
            continue
        pairs = list(zip(one.split(","), two.split(","), strict=True))
        barred = bar and text[: match.start() - len(name)].endswith("|")
        if barred or _is_shifted(pairs) or (name not in _CHANCES and _is_named(pairs)):
            yield _between(text, match.start(2) - 1, blank, match.end(3))


def _is_shifted(pairs: list[tuple[str, str]]) -> bool:
    """Tell whether one argument is the other call's with a digit behind it: ``i`` and ``i1``."""
    shifts = ((old.strip(), _SHIFT.fullmatch(new.strip())) for old, new in pairs)
    return any(shift is not None and shift[1] == old for old, shift in shifts)


def _is_named(pairs: list[tuple[str, str]]) -> bool:
    """Tell whether two calls differ in the name of their last argument: ``r(x,y_w)`` and ``r(x,y_l)``."""
    return len(pairs) == 2 and pairs[0][0] == pairs[0][1] and _SCRIPTED.fullmatch("=".join(pairs[1])) is not None
