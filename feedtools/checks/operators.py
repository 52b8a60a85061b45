"""Operators the renderer deleted from running text: ``n1层`` was ``n-1层``, ``320320`` was ``320x320`` (rule FT302)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.checks.base import Hit, View
from feedtools.checks.rendering import hyphens
from feedtools.model import Edit

if TYPE_CHECKING:
    from feedtools.model import Confidence, Level

_COUNTER = r"[个层条次项维阶步位级行列元轮份帧]"
_UNIT = r"(?:ms|m[lLgm]|k[gm]|[KMGT]B|Hz|px|倍|万|次|元|字|克|米|天|秒|分钟|小时)"
# One pass over the article; each alternative is a place where an operator can have stood.
PLACES = re.compile(
    r"(?P<index>(?<=[\w\]]\[)[ijklmnt] ?[12](?=\]))"
    r"|(?P<script>(?<=[_^]\{)[dijklmnt][12](?=[},]))"
    r"|(?P<counted>(?<![A-Za-z0-9_.{\[\\])[nNmkKdt][12](?![A-Za-z0-9_.\]}]))"
    r"|(?P<part>(?<![0-9.A-Za-z:])[0-9]{1,2} [0-9]{1,2}(?= [A-Z][A-Za-z_']+ ))"
    r"|(?P<signed>(?<![0-9.])(?P<number>1) ?(?:或|和|与) ?1(?![0-9.%：:]| ?[a-zA-Z个项层条对比位次]))"
    r"|(?P<years>(?<![0-9.A-Za-z/])(?:19|20)[0-9]{2}20[0-9]{2}(?![0-9.A-Za-z]))"
    r"|(?P<size>(?<![0-9.A-Za-z])(?P<side>[1-9][0-9]{2,3})(?P=side)(?![0-9.A-Za-z]))"
    r"|(?P<percents>(?<![0-9.A-Za-z])[1-9][05][1-9][05](?= ?%))"
    r"|(?P<range>(?<![0-9.A-Za-z])[1-9][0-9]0[1-9][0-9]0(?= ?" + _UNIT + r"))"
    r"|(?P<decimals>(?<=[为在于取约是])(?: ?)0\.[0-9]0\.[0-9](?![0-9.]))"
    r"|(?P<rest>(?<=[(=] )1[a-z](?=/[a-z])|(?<=\()1[tpxyαβγλεσ](?=\)))"
    r"|(?P<power>(?<=[0-9a-z]\^)[0-9a-z]{1,2} 1(?![0-9.]))"
    r"|(?P<until>(?<=\[)0[ijkn](?=\]))"
    r"|(?P<tiny>(?<![A-Za-z0-9.])[1-9](?:\.[0-9])?e[1-9](?![0-9]))"
)
_SMALL = re.compile(
    r"学习率|权重衰减|收敛|learning rate|weight decay|approximately|(?<![A-Za-z])(?:lr|eps|epsilon)(?![A-Za-z])",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![A-Za-z0-9_\[])[A-Za-z][0-9]?(?![A-Za-z0-9_])")
_SCRIPT = re.compile(r"\{([a-z][0-9])[},]")
_SECTION = re.compile(r"(?<![0-9.])[0-9]{1,2}\.[0-9]{1,2}(?![0-9.])")
_AFTER = re.compile(r" ?" + _COUNTER + r"|\)| [a-z]{4,}")
_BEFORE = re.compile(r"(?:[第前后为共了(是约]|最后|(?<![a-z])(?:the|has|first|last|previous|next)) ?\Z")


class Loss(NamedTuple):
    """What was probably there, and how sure that is."""

    restored: str
    confidence: Confidence


class _Clues:
    """What the whole article tells of a place in it, looked up once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def names(self) -> frozenset[str]:
        """Letters that stand alone, or with one digit: ``n``, ``n2``."""
        return frozenset(_NAME.findall(self.text))

    @cached_property
    def scripts(self) -> frozenset[str]:
        """Subscripts of a letter and a digit: ``i2``."""
        return frozenset(_SCRIPT.findall(self.text))

    @cached_property
    def sections(self) -> frozenset[str]:
        """Numbers such as ``9.1``."""
        return frozenset(_SECTION.findall(self.text))


def lost(view: View, options: Mapping[str, Any]) -> Iterable[Hit]:
    """Find places where the context shows that an operator was deleted (FT302).

    Args:
        view: the article.
        options: ``cut``, code points after which operator-deleting articles are cut.
    """
    text = view.text
    if hyphens(text, options.get("cut", 350)) == "kept":
        return
    clues = _Clues(text)
    for match in PLACES.finditer(text):
        loss = _READERS[match.lastgroup or ""](clues, match)
        if loss is None:
            continue
        start, end = match.span()
        message = f"an operator was lost in {match.group()}: probably {loss.restored}; restore it from the source"
        level: Level = "error" if loss.confidence == "high" else "warning"
        yield Hit(start, end, message, (Edit(start, end, loss.restored),), "unsafe", loss.confidence, level)


def _minus(word: str) -> str:
    """``n1`` was ``n-1``, ``n 1`` was ``n - 1``."""
    return word.replace(" ", " - ") if " " in word else f"{word[:-1]}-{word[-1]}"


def _index(_clues: _Clues, match: re.Match[str]) -> Loss:
    return Loss(_minus(match.group()), "high")


def _script(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``x_{i1}`` is also the first of ``x_{i1}, x_{i2}``: then nothing was lost."""
    letter, digit = tuple(match.group())
    if clues.scripts & {f"{letter}{other}" for other in "123" if other != digit}:
        return None
    return Loss(f"{letter}-{digit}", "high")


def _counted(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``n1个`` where ``n`` is a number by itself too; ``n1`` and ``n2`` alone are two names."""
    letter, digit = tuple(match.group())
    start, end = match.span()
    before = _BEFORE.search(clues.text, max(0, start - 9), start) is not None
    after = _AFTER.match(clues.text, end) is not None
    if letter in clues.names:
        chained = clues.text[start - 2 : start] == f"{letter} " or clues.text[start - 3 : start] == f"{letter}1 "
        if before or after or chained:
            return Loss(f"{letter}-{digit}", "high" if before and after else "medium")
    elif before and after and f"{letter}2" not in clues.names:
        return Loss(f"{letter}-{digit}", "high")
    return None


def _part(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``9 1`` after a colon, or where the text speaks of ``9.1``: the title of part one of nine had a dash."""
    chapter, part = match.group().split(" ")
    if clues.text[match.start() - 2 : match.start()] in {": ", "： "} or f"{chapter}.{part}" in clues.sections:
        return Loss(f"{chapter} - {part}", "medium")
    return None


def _signed(_clues: _Clues, match: re.Match[str]) -> Loss:
    head, number = match.group()[:-1], match["number"]
    return Loss(f"{head}-{number}", "high")


def _years(_clues: _Clues, match: re.Match[str]) -> Loss | None:
    first, second = match.group()[:4], match.group()[4:]
    return Loss(f"{first}-{second}", "high") if first < second else None


def _size(_clues: _Clues, match: re.Match[str]) -> Loss | None:
    side = match["side"]
    return Loss(f"{side}×{side}", "medium") if len(set(side)) > 1 and int(side) % 8 in {0, 4} else None


def _range(_clues: _Clues, match: re.Match[str]) -> Loss | None:
    digits = match.group()
    low, high = digits[: len(digits) // 2], digits[len(digits) // 2 :]
    return Loss(f"{low}-{high}", "medium") if low < high else None


def _decimals(_clues: _Clues, match: re.Match[str]) -> Loss | None:
    digits = match.group()
    low, high = digits[:-3], digits[-3:]
    return Loss(f"{low}-{high}", "medium") if low.strip() < high else None


def _rest(_clues: _Clues, match: re.Match[str]) -> Loss:
    return Loss(f"1-{match.group()[1:]}", "medium")


def _power(_clues: _Clues, match: re.Match[str]) -> Loss:
    return Loss(match.group().replace(" ", " - "), "medium")


def _until(_clues: _Clues, match: re.Match[str]) -> Loss:
    return Loss(f"0-{match.group()[1:]}", "medium")


def _tiny(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """A learning rate of ``1e5`` was ``1e-5``."""
    if _SMALL.search(clues.text, max(0, match.start() - 40), match.end() + 10) is None:
        return None
    return Loss(match.group().replace("e", "e-"), "high")


_READERS: dict[str, Callable[[_Clues, re.Match[str]], Loss | None]] = {
    "index": _index,
    "script": _script,
    "counted": _counted,
    "part": _part,
    "signed": _signed,
    "years": _years,
    "size": _size,
    "percents": _range,
    "range": _range,
    "decimals": _decimals,
    "rest": _rest,
    "power": _power,
    "until": _until,
    "tiny": _tiny,
}
