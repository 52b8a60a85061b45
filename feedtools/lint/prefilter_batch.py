"""Choose the articles that a rule need look at in numpy: the batch form of ``feedtools.lint.prefilter``.

What a prefilter may match begins with one of some characters and goes on with one of some others. A table says of
every character which prefilters it begins and which it continues, a bit each: two look-ups for every character of a
block, and one that begins what the next one continues, find the candidates of all rules at once. Where a prefilter
asks for more than that, its candidates are then asked one by one.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.lint.prefilter import LARGEST
from feedtools.text.precompiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from feedtools.lint.prefilter import Block
    from feedtools.lint.rules import Rule

    Codes = NDArray[np.int64]
    Chars = NDArray[np.uint32]
    Bits = NDArray[np.uint64]
    _Asking = str | tuple[str, ...]

PLANE = 1 << 16
"""Characters with an entry of their own; those beyond share the last one."""
SLOTS = 64
"""Bits of an entry: one row of the table says which ones a character begins, the other which it continues."""
SLOTS_OF_ONE = 8
"""Different beginnings up to which each takes a bit of its own: together they let more pass."""
TWICE = r"(?<=(.))(.)\1\2"
"""End of a trigger whose first two characters stand twice in a row."""
_END = ord("\n")
"""Stands behind every article, as ``$`` of a pattern sees it."""
_SHORTHANDS = {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}


class _Way(NamedTuple):
    """One beginning of what a prefilter may match.

    Attributes:
        sets: the characters it may begin with, and those that may come next; without the latter anything may.
        whole: a match is no more than these.
    """

    sets: tuple[Codes, ...]
    whole: bool


class _Need(NamedTuple):
    """Some keywords, or the trigger, of a prefilter.

    Attributes:
        keywords: one of them stands in every candidate, where there are any.
        trigger: else finds a place in every candidate.
        again: distance at which a character comes again, the one looked for; 0 where it need not.
    """

    keywords: tuple[str, ...]
    trigger: str
    again: int


class _Part(NamedTuple):
    """A need as the table knows it.

    Attributes:
        slots: its bits, any of which a candidate has.
        again: see ``_Need``.
        run: characters in a row that come again at that distance.
        passes: tells whether a text that the table lets pass is a candidate; ``None`` where the table decides.
    """

    slots: int
    again: int
    run: int
    passes: Callable[[str], object] | None


class TableScan(NamedTuple):
    """Rules with a prefilter, whose candidates are all found by one look-up per character.

    Attributes:
        table: per character the parts it begins, and in the second row those it continues.
        parts: per id of a rule, or keywords that the block is told about.
    """

    table: NDArray[np.uint64]
    parts: Mapping[_Asking, tuple[_Part, ...]]

    def candidates(self, block: Block) -> dict[str, Sequence[int]]:
        """Numbers of the articles that may hold a finding, ascending, per id of the rules that the table holds.

        None at all of a block that is too large.
        """
        if len(block.text) > LARGEST:
            return {}
        codes = np.frombuffer(f"{block.text}\n\n".encode("utf-32-le", "surrogatepass"), np.uint32)
        places = codes.astype(np.intp)
        begins, continues = self.table
        begun = begins.take(places[:-1], mode="clip")
        begun &= continues.take(places[1:], mode="clip")
        starts = np.array(block.starts[:-1])
        held = np.bitwise_or.reduceat(begun, starts)
        known: dict[int, Sequence[int]] = {}
        for part in chain.from_iterable(self.parts.values()):
            if part.slots not in known:
                known[part.slots] = _chosen(part, codes, begun, starts, held, block.texts)
        found: dict[str, Sequence[int]] = {}
        for asking, parts in self.parts.items():
            every = [known[part.slots] for part in parts]
            numbers = every[0] if len(every) == 1 else sorted(set().union(*every))
            if isinstance(asking, str):
                found[asking] = numbers
            else:
                block.learn(asking, numbers)
        return found


def _chosen(part: _Part, codes: Chars, begun: Bits, starts: Codes, held: Bits, texts: Sequence[str]) -> Sequence[int]:
    """List the articles that hold what a part of the table looks for, ascending.

    Args:
        part: of the table.
        codes: code points of all articles.
        begun: per code point the parts that it begins and the next one continues.
        starts: offsets of the articles.
        held: all that is begun in each article.
        texts: of the articles.
    """
    if part.again:
        places = np.flatnonzero(codes[: -part.again] == codes[part.again :])  # few: asked before the bits
        places = places[begun.take(places, mode="clip") & np.uint64(part.slots) != 0]
        if part.run == 2:
            places = places[codes[places + 1] == codes.take(places + part.again + 1, mode="clip")]
        chosen = np.unique(np.searchsorted(starts, places, side="right") - 1).tolist()
    else:
        chosen = np.flatnonzero(held & np.uint64(part.slots)).tolist()
    passes = part.passes
    return chosen if passes is None else [number for number in chosen if passes(texts[number])]


def table_scan(rules: Iterable[Rule], literals: tuple[tuple[str, ...], ...] = ()) -> TableScan:
    """Put together the rules that have a prefilter whose beginnings are known, as many as the table holds.

    Args:
        rules: those that are applied.
        literals: keywords that a block will be asked for besides.
    """
    asked = [(rule.id, rule.keywords, rule.trigger) for rule in rules if rule.trusted]
    return _scan((*((words, words, "") for words in literals), *asked))


@cache
def _scan(asked: tuple[tuple[_Asking, tuple[str, ...], str], ...]) -> TableScan:
    table = np.zeros((2, PLANE + 1), np.uint64)
    needs = {rule: _needs(keywords, trigger) for rule, keywords, trigger in asked if keywords or trigger}
    ways = {need: _beginnings(need) for some in needs.values() for need in some}
    made: dict[_Need, _Part] = {}
    taken = 0
    for left, (need, some) in zip(range(len(ways) - 1, -1, -1), ways.items(), strict=True):
        numbered = _numbered(some, SLOTS - taken - left)
        used = max((number + 1 for number, _way in numbered), default=0)
        if not 0 < used <= SLOTS - taken:
            continue
        run = 2 if need.trigger.endswith(TWICE) else 1
        made[need] = _Part((1 << used) - 1 << taken, need.again, run, None if _is_exact(numbered) else _test(need))
        for number, ((first, *second), _whole) in numbered:
            table[0, first] |= np.uint64(1 << taken + number)
            table[1, second[0] if second else slice(None)] |= np.uint64(1 << taken + number)
        taken += used
    held = {rule: some for rule, some in needs.items() if made.keys() >= set(some)}
    return TableScan(table, {rule: tuple(map(made.__getitem__, some)) for rule, some in held.items()})


def _needs(keywords: tuple[str, ...], trigger: str) -> list[_Need]:
    """Part a prefilter into its trigger and its keywords, by the distance at which all of these repeat a character."""
    distances = [_repeated(word)[1] for word in keywords]
    if not all(distances):
        distances = [0] * len(keywords)
    needs = [_Need(tuple(compress(keywords, map(it.__eq__, distances))), "", it) for it in sorted(set(distances))]
    return [*needs, _Need((), trigger, 2 if trigger.endswith(TWICE) else 0)] if trigger else needs


def _repeated(word: str) -> tuple[int, int]:
    """Place of the first character of a word that comes again, and how far behind it; 0 and 0 where only blanks do."""
    places = ((at, word.find(one, at + 1) - at) for at, one in enumerate(word) if not one.isspace())
    return next(((at, far) for at, far in places if far > 0), (0, 0))


def _test(need: _Need) -> Callable[[str], object]:
    if need.trigger:
        return compiled(need.trigger, re.MULTILINE).search

    def holds(text: str) -> bool:
        for word in need.keywords:  # noqa: SIM110 - twice as fast as any() of a generator
            if word in text:
                return True
        return False

    return holds


def _numbered(ways: Sequence[_Way], most: int) -> list[tuple[int, _Way]]:
    """Number beginnings by their first characters, from 0; all alike where there are too many."""
    numbers: dict[bytes, int] = {}
    numbered = [(numbers.setdefault(way.sets[0].tobytes(), len(numbers)), way) for way in ways]
    apart = len(numbers) <= min(most, SLOTS_OF_ONE) and all(len(way.sets) == 2 for way in ways)
    return numbered if apart else [(0, way) for way in ways]


def _is_exact(numbered: Sequence[tuple[int, _Way]]) -> bool:
    """Tell whether what the table finds is a match: where beginnings share a bit, any first goes with any second."""
    ways = [way for _number, way in numbered]
    apart = len({number for number, _way in numbered}) == len({way.sets[0].tobytes() for way in ways})
    return all(way.whole and (apart or len(way.sets) == 1) for way in ways)


def _beginnings(need: _Need) -> list[_Way]:
    """List what may begin a match; nothing where that may be anything."""
    if not need.trigger:
        return [_literal(word, _repeated(word)[0] if need.again else 0) for word in need.keywords]
    try:
        parsed = import_module("re._parser").parse(need.trigger, re.MULTILINE)
    except (ImportError, AttributeError):  # an inside of another Python
        return []
    ways = [] if parsed.state.flags & re.IGNORECASE else _ways(list(parsed), _Way((), whole=True))
    return ways if all(way.sets for way in ways) else []


def _literal(word: str, place: int) -> _Way:
    sets = tuple(_codes(ord(character)) for character in word[place : place + 2])
    return _Way(sets, whole=len(word) <= 2 and all(map(_is_told, sets)))


def _ways(items: Sequence[tuple[Any, Any]], way: _Way) -> list[_Way]:
    """List how matches of a parsed pattern may go on behind a beginning, until two characters are known of each."""
    if not items:
        return [way]
    part = way._replace(whole=False)
    if len(way.sets) == 2:
        return [part]
    (sign, value), rest = items[0], items[1:]
    match str(sign), value:
        case ("LITERAL" | "NOT_LITERAL" | "IN" | "ANY") as kind, _:
            found, whole = _members(kind, value)
            return _ways(rest, _Way((*way.sets, found), way.whole and whole))
        case "AT", place if str(place) in {"AT_END", "AT_END_STRING"}:
            return [_Way((*way.sets, _codes(_END)), whole=False)]
        case "AT" | "ASSERT_NOT", _:
            return _ways(rest, part)
        case "ASSERT", (direction, inner):
            return _ways(list(inner), part if rest else way) if direction > 0 else _behind(list(inner), rest, part)
        case "BRANCH", (_, branches):
            return [one for branch in branches for one in _ways([*branch, *rest], way)]
        case "SUBPATTERN", (_, flags, _, inner) if not flags & re.IGNORECASE:
            return _ways([*inner, *rest], way)
        case "ATOMIC_GROUP", inner:
            return _ways([*inner, *rest], part)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT", (least, _, inner):
            return _ways(list(inner), part) + (_ways(rest, part) if least == 0 else [])
    return [part]


def _behind(inner: Sequence[tuple[Any, Any]], rest: Sequence[tuple[Any, Any]], way: _Way) -> list[_Way]:
    """Go on behind a first character of which is said what it is, and what may stand before it."""
    sets = [_members(str(sign), value)[0] for sign, value in inner if str(sign) in {"LITERAL", "IN"}]
    if len(way.sets) != 1 or len(sets) != len(inner) or len(sets) > 2:
        return _ways(rest, way)
    last = np.intersect1d(way.sets[0], sets[-1])
    if not last.size:
        return []
    return [_Way((sets[0], last), whole=False)] if len(sets) == 2 else _ways(rest, _Way((last,), whole=False))


def _members(kind: str, value: Any) -> tuple[Codes, bool]:
    """Characters that one part of a parsed pattern stands for, and whether it stands for no others."""
    if kind == "LITERAL" or (kind == "IN" and str(value[0][0]) != "NEGATE"):
        parts = [_range(str(sign), part) for sign, part in (value if kind == "IN" else [(kind, value)])]
        found = np.concatenate(parts)
        return found, _is_told(found)
    return np.arange(PLANE + 1), False  # all but a few: which ones matters little


def _range(sign: str, value: Any) -> Codes:
    if sign == "CATEGORY":
        shorthand = _SHORTHANDS.get(str(value))
        plane = np.arange(PLANE, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
        known = shorthand and list(map(ord, re.findall(shorthand, plane)))
        return np.array([*known, PLANE]) if known else np.arange(PLANE + 1)
    return _codes(*value) if sign == "RANGE" else _codes(value)


def _is_told(codes: Codes) -> bool:
    """Tell whether the table knows each of some characters from all others, and from what it puts behind articles."""
    return PLANE not in codes and _END not in codes


def _codes(first: int, last: int | None = None) -> Codes:
    """Entries of a range of characters in the table."""
    return np.arange(min(first, PLANE), min(first if last is None else last, PLANE) + 1)
