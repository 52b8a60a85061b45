"""Ends of whole sentences in running text: outside formulas, brackets and quotation marks, not at a list number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from feedtools.text.formulas import find_math
from feedtools.text.patterns import lazy

REACH = 200
"""Reach of an opening mark that is never closed, in code points: behind that it was a slip."""
DEEP = 8
"""Marks around one place that are looked at."""
_BRACKETS = {")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "》": "《"}
_QUOTES = {"”": "“", "’": "‘", "」": "「", "』": "『"}
_CLOSERS = {**_BRACKETS, **_QUOTES}
_MARK = lazy(r"[()\[\]{}（）【】《》「」『』“”‘’\"]")
_STOP = lazy(r"[。！？!?]+|…{2,}|\.(?=[\s”’\"'）)\]】」]|$)")
_WORD = lazy(r"\S{0,12}\Z")
_ABBREVIATED = lazy(
    r"(?i)(?:^|[^a-z])(?:[a-z]|e\.g|i\.e|al|cf|vs|eqs?|no|nos|dr|mrs?|ms|prof|st|figs?|secs?|tabs?|refs?|vol|pp?|approx)\Z"
)
_NUMBER = lazy(r"(?:^|[\s。！？!?：:；;(（])\(?\d{1,3}\Z")
_PART = lazy(r"[；;](?=\s|[^\x00-\x7f]|$)|\S(?=\s+(?:[(（]?\d{1,2}[.、)）]|[①-⑳•●])\s*\S)")
_COMMA = lazy(r"[，,](?=\s|[^\x00-\x7f]|$)")
_HAN = lazy(r"[\u3400-\u9fff]")
_CLAUSE = 6
"""Letters and digits that a clause has at least, if it is to stand as the end of a sentence."""
_OPENS = lazy(
    r"\s*(?:如果|若|假如|假设|假定|倘若|要是|只要|只有|当|每当|虽然|尽管|即使|即便|哪怕|因为|由于|既然|为了|为使|除了|除非|随着"
    r"|通过|对于|关于|根据|按照|不仅|不但|不是|一方面|无论|不管|与其|首先|其次|例如|比如|譬如|其中|设|令|给定|已知|在)"
)
_GOES_ON = lazy(r"\s*(?:并且|而且|且|并|或者|或|以及|和|及|与)")
_LEADS_ON = lazy(
    r"(?:时|时候|后|以后|之后|前|以前|之前|的话|来说|而言|来看|如下|例如|比如|其中|也就是说|即|因此|所以|因而|于是|但是|但|然而|不过"
    r"|此外|另外|同时|最后|首先|其次|换句话说|也就是|包括|有|是|为|的|和|与)\s*\Z"
)
_LEAD_IN = lazy(
    r"(?:如下|下面|下述|以下|下列|如图|见图|下图|下表|例如|比如|as follows|below|such as|for example)"
    r"[^。！？]{0,12}[。.：:，,]?\Z"
)


class Ends(NamedTuple):
    """Offsets at which a text may end, ascending.

    Attributes:
        sentences: behind whole sentences.
        parts: where there is nothing better: behind a clause with a semicolon, an item of a list, a displayed formula.
    """

    sentences: tuple[int, ...]
    parts: tuple[int, ...]


class _Inside(NamedTuple):
    """A stretch that opens and closes; ``quoted`` if what closes it may close a sentence too."""

    start: int
    end: int
    quoted: bool


def ends(text: str) -> Ends:
    """Find where a text may end."""
    formulas = [_Inside(math.start, math.end if math.closed else len(text) + 1, False) for math in find_math(text)]
    stops = [("stop", match) for match in _STOP.finditer(text) if match[0] != "." or _stops(text, match.start())]
    places = sorted([*stops, *(("part", match) for match in _PART.finditer(text))], key=lambda one: one[1].start())
    sentences, parts = set[int](), set[int]()
    for (kind, match), enclosing in zip(places, _around(text, formulas, places), strict=True):
        if kind == "part":
            parts.update([match.end()] if not enclosing else ())
            continue
        end = max([match.end(), *(one.end for one in enclosing)])
        if all(one.quoted for one in enclosing) and not text[match.end() : end].strip("”’」』\"'"):
            sentences.add(end)
    parts |= {one.end for one in formulas if text.startswith(("\\[", "$$"), one.start) and one.end <= len(text)}
    return Ends(tuple(sorted(sentences)), tuple(sorted(parts - sentences)))


def _around(
    text: str, formulas: list[_Inside], places: Sequence[tuple[str, re.Match[str]]]
) -> Iterator[Sequence[_Inside]]:
    """Yield what encloses each place, which ascend; of very deep nesting only a part."""
    inside = sorted([*formulas, *_enclosed(text, formulas)])
    open_: list[tuple[int, _Inside]] = []
    number = 0
    for _, match in places:
        at = match.start()
        while number < len(inside) and inside[number].start <= at:
            heappush(open_, (inside[number].end, inside[number]))
            number += 1
        while open_ and open_[0][0] <= at:
            heappop(open_)
        yield [one for _, one in open_[:DEEP]]


def _stops(text: str, at: int) -> bool:
    """Tell if a full stop of Latin script ends a sentence: not an abbreviation, an initial or the number of an item."""
    word = _WORD.search(text, max(0, at - 14), at)
    before = word[0] if word else ""
    if not before or before.endswith(".") or _ABBREVIATED.search(before) or _NUMBER.search(text, max(0, at - 6), at):
        return False
    after = text[at + 1 :].lstrip()[:1]
    return not (after.isascii() and after.islower())


def _enclosed(text: str, formulas: list[_Inside]) -> Iterator[_Inside]:
    """Brackets and quotation marks outside formulas, with what they enclose; one that is never closed reaches far."""
    stack: list[tuple[str, int]] = []
    count = Counter[str]()  # of every mark on the stack
    number = 0
    for match in _MARK.finditer(text):
        at, mark = match.start(), match[0]
        while number < len(formulas) and formulas[number].end <= at:
            number += 1
        if number < len(formulas) and formulas[number].start <= at:
            continue
        opener = mark if mark == '"' else _CLOSERS.get(mark)
        if opener is None or (mark == '"' and not count[mark]):
            stack.append((mark, at))
            count[mark] += 1
        elif count[opener]:
            while True:
                last, start = stack.pop()
                count[last] -= 1
                if last == opener:
                    break
            yield _Inside(start, at + 1, mark in _QUOTES or mark == '"')
    for _, at in stack:
        yield _Inside(at, min(at + REACH, len(text) + 1), False)


def last_clause(body: str) -> int | None:
    """Find the last comma of Chinese prose in front of which a sentence may end.

    The clause before it says something by itself: no condition whose consequence is still to come, no beginning of a
    list, and no formula, bracket or quotation that is still open.

    Returns:
        The offset of the comma; ``None`` where there is none.
    """
    formulas = [_Inside(math.start, math.end if math.closed else len(body) + 1, False) for math in find_math(body)]
    commas = [("comma", match) for match in _COMMA.finditer(body)]
    around = _around(body, formulas, commas)
    free = [match.start() for (_, match), inside in zip(commas, around, strict=True) if not inside]
    sentences = {0, *ends(body).sentences}
    found, waiting = None, False
    for start, end in pairwise(sorted({*sentences, *(at + 1 for at in free)})):
        clause = body[start : end - 1]
        opens = _OPENS.match(clause) is not None
        waiting = opens or (waiting and start not in sentences and _GOES_ON.match(clause) is not None)
        long = sum(map(str.isalnum, clause)) >= _CLAUSE and _HAN.search(clause)
        if end - 1 in free and not waiting and long and not _LEADS_ON.search(clause):
            found = end - 1
    return found


def leads_in(sentence: str) -> bool:
    """Tell if a sentence announces what comes behind it, so that it says nothing without."""
    return _LEAD_IN.search(sentence) is not None
