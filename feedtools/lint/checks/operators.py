"""Operators the renderer deleted from running text: ``n1层`` was ``n-1层``, ``320320`` was ``320x320`` (rule FT302)."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from feedtools.lint.checks.base import Hit, View
from feedtools.model import Confidence, Edit, Level, Safety
from feedtools.text.patterns import lazy

# Every alternative begins with a digit, so that the scan runs from digit to digit; the empty group at its end names it.
PLACES = lazy(
    r"[0-9](?:"
    r"(?<=[dijklmntNK][12])(?![0-9A-Za-z])(?P<letter>)"
    r"|(?<=\[[ijklmnt]\ [12])(?=\])(?P<spaced>)"
    r"|(?<=\^[0-9])[0-9]?\ 1(?![0-9.]|\ ?[<>=≤≥])(?P<power>)"
    r"|(?<=\[0)[ijkn](?=\])(?P<until>)"
    r"|(?<=\[1),\ ?1(?=\])(?P<interval>)"
    r"|(?<!%.)%[0-9]{1,3}(?:\.[0-9]{1,3})?%(?![0-9A-F]{2})(?P<rates>)"
    r"|(?<=[_{][tnkijl]\ [12])(?=\ ?[-+*/=)}\],]|\Z)(?P<subscript>)"
    r"|(?:\.[0-9])?e0[1-9](?![0-9A-Za-z])(?P<exponent>)"
    r"|(?<![0-9.A-Za-z:/].)(?:"  # from here on the digit begins a number
    r"[0-9]{3,7}(?![0-9.A-Za-z/]|(?<=[0-9])\ [0-9])(?P<digits>)"
    r"|[0-9]{0,2}\.[0-9]{2,4}\.[0-9]{1,2}(?=\ ?[%×倍])(?P<ratios>)"
    r"|[0-9]?\ [0-9]{1,2}(?=\ [A-Z][A-Za-z_']+\ )(?P<part>)"
    r"|(?<=1)\ ?[或和与]\ ?1(?![0-9.%:：]|\ ?[a-zA-Z个项层条对比位次])(?P<signed>)"
    r"|[0-9]{0,3}\ ?[和到至与]\ ?[0-9]{1,4}(?=\ ?之间)(?P<between>)"
    r"|(?<=0)\.[0-9]0\.[0-9](?![0-9.])(?P<decimals>)"
    r"|(?<=1)[a-zαβγλεσ](?=[/)])(?P<rest>)"
    r"|(?<=\(1)\ [αβγλεσ](?=\ ?\))(?P<rest_apart>)"
    r"|[0-9]{0,3}\ [0-9]{1,4}"
    r"(?=\ ?[的之个]?\ ?(?:分钟|秒|小时|天|年|岁|倍|元|毫秒|帧|GB|MB|ms\b|数轴|范围|之间|区间))(?P<range>)"
    r"|(?:\.[0-9])?e[1-9](?![0-9])(?P<tiny>)"
    r"|[0-9]{5}(?=(?:m[lLgm]|k[gm]|[KMGT]B|ms|Hz|px)(?![A-Za-z]))(?P<measure>)"
    r")"
    r"|(?<=[A-Za-z]\ [123])(?![0-9A-Za-z.%_:]|\ [0-9])(?P<apart>)"
    r")",
    re.VERBOSE,
)
_COUNTER = r"[个层条次项维阶步位级行列元轮份帧折]"
_UNIT = lazy(r" ?(?:m[lLgm]|k[gm]|[KMGT]B|ms|Hz|px|倍|万|次|元|字|克|米|天|秒|分钟|小时)")
_RANGE = lazy(r"范围|区间|之间|取值|值域|归一|缩放|映射|限制|均匀分布|outputs in|range|interval")
_SMALL = lazy(
    r"学习率|权[重值]衰减|衰减[率系]|容差|收敛|[Ll]earning rate|[Ww]eight decay|approximately"
    r"|(?<![A-Za-z])(?:lr|eps|epsilon)(?![A-Za-z])"
)
_NAME = lazy(r"(?<![A-Za-z0-9_\[])[A-Za-z][0-9]?(?![A-Za-z0-9_])")
_ALONE = lazy(r"(?<![A-Za-z0-9_\[\\])[A-Za-z](?! ?[0-9A-Za-z_])")
_SCRIPT = lazy(r"\{([a-z][0-9])[},]")
_DOUBLED = lazy(r"_\{([a-z])[a-z]\}")
_SUM = lazy(r"([A-Za-z])[0-9] ?\+ ?\1[0-9]")
_SECTION = lazy(r"(?<![0-9.])[0-9]{1,2}\.[0-9]{1,2}(?![0-9.])")
_AFTER = lazy(r" ?" + _COUNTER + r"| ?(?:及|和)?(?:之前|以前|之后|以后)|\)| [a-z]{4,}| ?的(?:整数|范围)")
_BEFORE = lazy(
    r"(?:[第前后为共了(是约引]|最后|所有|每个|包括|[0-9] ?[到至~]|(?<![a-z])(?:the|has|first|last|previous|next)) ?\Z"
)
_BIG_O = lazy(r"[OoΘΩ]\(\Z")
_CALL = lazy(r"(?<![A-Za-z])([A-Za-z]++)\(([^()]{1,30})\)")
_WHOLE = lazy(r"([A-Za-z])_\{?([a-z])(?! ?[0-9A-Za-z])")
_EXPONENT = lazy(r"[0-9](?:\.[0-9])?e0[1-9]")
_RANGED = lazy(r"(?<![0-9.])([0-9]{1,4}) ?[到至~] ?([0-9]{1,4})(?![0-9.])")
_BASE = lazy(r"([A-Za-z])_\{?([a-z])(?![A-Za-z0-9])")
_SURE = lazy(r"[a-zA-Z]-1|[0-9]+×[0-9]+")
"""Losses that an editor restores though the place says less."""


class Loss(NamedTuple):
    """A lost operator: the restored text, and how sure it is.

    Attributes:
        restored: what was probably there.
        confidence: that an operator is missing at all.
        back: code points before the match that belong to it.
        guess: whether a person has to choose the repair, although the loss is certain.
    """

    restored: str
    confidence: Confidence
    back: int = 0
    guess: bool = False


class _Clues:
    """Clues of the whole article to a place in it, looked up once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def names(self) -> frozenset[str]:
        """Letters that stand alone, or with one digit: ``n``, ``n2``."""
        return frozenset(_NAME.findall(self.text))

    @cached_property
    def alone(self) -> frozenset[str]:
        """Letters that stand somewhere without a digit behind them."""
        return frozenset(_ALONE.findall(self.text))

    @cached_property
    def scripts(self) -> frozenset[str]:
        """Subscripts of a letter and a digit: ``i2``."""
        return frozenset(_SCRIPT.findall(self.text))

    @cached_property
    def doubled(self) -> frozenset[str]:
        """Letters of subscripts of two: ``i`` of ``x_{ik}``."""
        return frozenset(_DOUBLED.findall(self.text))

    @cached_property
    def summed(self) -> frozenset[str]:
        """Letters of names that are added: ``k`` of ``k1 + k2``."""
        return frozenset(_SUM.findall(self.text))

    @cached_property
    def bases(self) -> frozenset[tuple[str, str]]:
        """Names and their subscripts of one letter: ``F`` and ``n``."""
        return frozenset(_BASE.findall(self.text))

    @cached_property
    def calls(self) -> frozenset[tuple[str, int, str]]:
        """Functions, the number of an argument, and what stands there in some call."""
        return frozenset(
            (name, number, part.strip())
            for name, arguments in _CALL.findall(self.text)
            for number, part in enumerate(arguments.split(","))
        )

    @cached_property
    def whole(self) -> frozenset[tuple[str, str]]:
        """Names, folded, and their subscripts of one letter that nothing follows: ``V_t +``."""
        return frozenset((base.casefold(), letter) for base, letter in _WHOLE.findall(self.text))

    @cached_property
    def exponents(self) -> frozenset[str]:
        """Numbers such as ``1e05``."""
        return frozenset(_EXPONENT.findall(self.text))

    @cached_property
    def ranges(self) -> frozenset[tuple[str, str]]:
        """Ends of ranges in words: ``50 到 100``."""
        return frozenset(_RANGED.findall(self.text))

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
    if view.hyphens(options.get("cut", 0)) == "kept":
        return
    from feedtools.lint.checks.differences import gaps  # where nothing was lost, it is not read

    clues = _Clues(text)
    for match in PLACES.finditer(text):
        loss = _READERS[match.lastgroup or ""](clues, match)
        if loss is None:
            continue
        start, end = match.start() - loss.back, match.end()
        message = f"an operator was lost in {text[start:end]}: probably {loss.restored}; restore it from the source"
        level: Level = "error" if loss.confidence == "high" else "warning"
        sure = not loss.guess and (loss.confidence == "high" or _SURE.fullmatch(loss.restored))
        safety: Safety = "confident" if sure else "unsafe"
        yield Hit(start, end, message, (Edit(start, end, loss.restored),), safety, loss.confidence, level)
    for gap in gaps(text):
        message = f"an operator was lost in {text[gap.start : gap.end]}: perhaps {gap.restored}; look at the source"
        yield Hit(*gap[:2], message, (Edit(*gap[:3]),), "unsafe", gap.confidence, "warning")


def _letter(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """A letter and a digit: an index, a subscript or a count."""
    text, start, end = clues.text, match.start() - 1, match.end()
    letter, digit = text[start], text[start + 1]
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    minus = Loss(f"{letter}-{digit}", "high", 1)
    if before == "[" and after == "]":
        owned = start > 1 and (text[start - 2].isalnum() or text[start - 2] in "]{")
        named = text[start:end] in clues.names and letter not in clues.names  # a name of its own: s[l1], from l1 to r3
        return minus if owned and not named else None
    if before == "{" and after in {"}", ","}:
        # x_{i1} is also the first of x_{i1}, x_{i2}: then nothing was lost.
        others = {f"{letter}{other}" for other in "123" if other != digit}
        alone = (text[start - 3 : start - 2], letter) in clues.bases or not clues.scripts & others
        return minus if text[start - 2 : start - 1] in {"_", "^"} and alone and letter not in clues.doubled else None
    if before == ":" and after == "}":  # x_{1:i1}
        return minus
    if _is_shifted(clues, start):
        return minus._replace(confidence="medium")
    if (before.isascii() and (before.isalnum() or before in "_.{[\\")) and before:
        return None
    return None if after in {"_", ".", "]", "}"} else _counted(clues, start, minus)


def _is_shifted(clues: _Clues, start: int) -> bool:
    """Tell whether ``i1`` stands in a call where another call has ``i``: ``f(i,j)``, ``f(i1,j)``."""
    text = clues.text
    name = opens = text.rfind("(", max(0, start - 30), start)
    while name > 0 and text[name - 1].isascii() and text[name - 1].isalpha():
        name -= 1
    match = _CALL.match(text, name) if opens >= 0 else None
    if match is None or match.end() <= start or "," not in match[2]:
        return False
    place = text.count(",", match.start(2), start)
    return {(match[1], place, text[start : start + 2]), (match[1], place, text[start])} <= clues.calls


def _counted(clues: _Clues, start: int, minus: Loss) -> Loss | None:
    """``n1个`` where ``n`` is a number by itself too; ``n1`` and ``n2`` alone are two names."""
    from feedtools.lint.checks.differences import is_bound

    text, letter = clues.text, clues.text[start]
    before = _BEFORE.search(text, max(0, start - 9), start) is not None
    if _BIG_O.search(text, max(0, start - 2), start):  # its square
        return None
    after = _AFTER.match(text, start + 2) is not None
    if letter in clues.names and text[start + 1] == "1" and is_bound(text, start):
        return minus
    if (letter in "ijlN" and not (before and after)) or letter in clues.summed:
        return None
    if letter in clues.names and (text[start - 2 : start] == f"{letter} " or text[start - 3 : start] == f"{letter}1 "):
        return minus if before and after else minus._replace(confidence="medium")  # n n1 n2
    row = {f"{letter}{other}" for other in "0123" if other != text[start + 1]}
    if not clues.names.isdisjoint(row) and not (before and after and letter in clues.names):
        return None  # one of a counted row
    if text[start + 1] != "1" and not (before and after):  # rather its square
        return None
    if letter in clues.names:
        if before or after:
            return minus if before and after else minus._replace(confidence="medium")
    elif before and after and text[start + 1] == "1":
        return minus
    return None


def _spaced(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``dp[i 1]`` was ``dp[i - 1]``."""
    start = match.start() - 2
    owner = clues.text[start - 2 : start - 1]
    return Loss(f"{clues.text[start]} - {match.group()}", "high", 2) if owner.isalnum() or owner == "]" else None


def _apart(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``第 n 1 级`` was ``第 n - 1 级``."""
    from feedtools.lint.checks.differences import is_apart

    start = match.start() - 2
    confidence = is_apart(clues.text, start, match.end(), clues.alone)
    return Loss(f"{clues.text[start]} - {match.group()}", confidence, 2) if confidence else None


def _part(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``9 1`` after a colon, or where the text speaks of ``9.1``: the title of part one of nine had a dash."""
    chapter, part = match.group().split(" ")
    if _before(clues, match) in {": ", "： "} or f"{chapter}.{part}" in clues.sections:
        return Loss(f"{chapter} - {part}", "medium")
    return None


def _signed(clues: _Clues, match: re.Match[str]) -> Loss:
    """``1 或1`` says one thing twice, unless one of them was negative."""
    between = clues.text.startswith(("之间", " 之间"), match.end())
    return Loss(f"-{match.group()}" if between else f"{match.group()[:-1]}-1", "high")


def _between(_clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``5 和 5 之间``: nothing lies there, unless the first was negative."""
    low, high = re.findall("[0-9]+", match.group())
    return Loss(f"-{match.group()}", "high") if low == high else None


def _digits(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """Two numbers in one: years, the sides of a picture, the ends of a range."""
    digits = match.group()
    half = len(digits) // 2
    low, high = digits[:half], digits[half:]
    if len(digits) % 2 or high[0] == "0" or set(digits) <= {"0", "1"}:
        return None
    if half == 4 and low[:2] in {"19", "20"} and high[:2] == "20":
        return Loss(f"{low}-{high}", "high") if low < high else None
    if low == high:
        square = half > 2 and len(set(low)) > 1 and int(low) % 4 == 0
        return Loss(f"{low}×{high}", "medium") if square else None
    if low > high:
        return None
    percent = (
        half == 2
        and low[1] in "05"
        and high[1] in "05"
        and clues.text[match.end() : match.end() + 2].lstrip()[:1] == "%"
    )
    measured = half == 3 and low[2] == high[2] == "0" and _UNIT.match(clues.text, match.end())
    return Loss(f"{low}-{high}", "medium") if percent or measured else None


def _before(clues: _Clues, match: re.Match[str]) -> str:
    """The two characters before a place."""
    return clues.text[max(0, match.start() - 2) : match.start()]


def _rates(clues: _Clues, match: re.Match[str]) -> Loss:
    """``25%40%`` was a range, whatever its ends."""
    first = re.search(r"(?<![0-9.])[0-9.]+\Z", clues.text[max(0, match.start() - 6) : match.start() + 1])
    low = first.group().lstrip(".") if first else match.group()[0]
    return Loss(f"{low}%-{match.group()[2:]}", "high", len(low) - 1)


def _ratios(_clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``1.31.7×`` was a range: no number has two points, and no version a unit."""
    low, middle, high = match.group().split(".")
    ends = f"{low}.{middle[0]}", f"{middle[1:]}.{high}"
    return Loss("-".join(ends), "high") if float(ends[0]) < float(ends[1]) else None


def _interval(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``[1,1]`` where a range is spoken of: it began below nought."""
    about = _RANGE.search(clues.text, max(0, match.start() - 12), match.end() + 6)
    return Loss(f"-{match.group()}", "medium") if about else None


def _decimals(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``设为 0.10.5`` was a range; ``版本 0.10.5`` is a version."""
    if _before(clues, match).rstrip()[-1:] not in set("为在于取约是"):
        return None
    low, high = match.group()[:-3], match.group()[-3:]
    return Loss(f"{low}-{high}", "medium") if low < high else None


def _rest(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``(1t)`` and ``= 1a/m`` were what is left of one."""
    before, after = _before(clues, match), clues.text[match.end() : match.end() + 1]
    letter = match.group()[1]
    if (before[-1:] == "(" and after == ")" and letter in "tpxyαβγλεσ") or (before in {"= ", "( "} and after == "/"):
        return Loss(f"1-{letter}", "medium")
    return None


def _rest_apart(_clues: _Clues, match: re.Match[str]) -> Loss:
    """``(1 β )`` was ``(1 - β )``."""
    return Loss(match.group().replace(" ", " - "), "high")


def _subscript(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``V_t 1 +`` was ``V_t - 1 +``, where the article has ``V_t`` as well."""
    start = match.start() - 2
    base, letter = clues.text[start - 2 : start - 1], clues.text[start]
    if not base.isalpha():
        return None
    plain = (base.casefold(), letter) in clues.whole
    return Loss(f"{letter} - {match.group()}", "high" if plain else "medium", 2)


def _exponent(_clues: _Clues, match: re.Match[str]) -> Loss:
    """``1e05`` was ``1e-05``: with a plus it would be written."""
    return Loss(match.group().replace("e", "e-"), "high")


def _range(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """``25 40 分钟`` was a range, from less to more."""
    low, high = match.group().split(" ")
    before = _before(clues, match).rstrip()[-1:]
    if int(low) >= int(high) or before in set("第图表章节.,，、:：()（） ") or high[0] == "0":
        return None
    named = (low, high) in clues.ranges
    spoken = before in set("从在为约需要列行了用") or named
    return Loss(f"{low} - {high}", "high" if named else "medium") if spoken else None


def _power(_clues: _Clues, match: re.Match[str]) -> Loss:
    """``2^31 1`` was ``2^31 - 1``."""
    return Loss(match.group().replace(" ", " - "), "medium")


def _until(_clues: _Clues, match: re.Match[str]) -> Loss:
    """``[0i]`` was the range from nought to ``i``."""
    return Loss(f"0-{match.group()[1:]}", "medium")


def _tiny(clues: _Clues, match: re.Match[str]) -> Loss | None:
    """A learning rate of ``1e5`` was ``1e-5``."""
    small = _SMALL.search(clues.text, max(0, match.start() - 40), match.end() + 10)
    again = match.group().replace("e", "e0") in clues.exponents
    if small is None and not again:
        return None
    return Loss(match.group().replace("e", "e-"), "high", guess=not again)  # an editor decides on so many powers of ten


_READERS: dict[str, Callable[[_Clues, re.Match[str]], Loss | None]] = {
    "letter": _letter,
    "spaced": _spaced,
    "power": _power,
    "until": _until,
    "digits": _digits,
    "measure": _digits,
    "part": _part,
    "apart": _apart,
    "signed": _signed,
    "between": _between,
    "interval": _interval,
    "rates": _rates,
    "ratios": _ratios,
    "decimals": _decimals,
    "rest": _rest,
    "rest_apart": _rest_apart,
    "subscript": _subscript,
    "exponent": _exponent,
    "range": _range,
    "tiny": _tiny,
}
