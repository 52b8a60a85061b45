"""Choose the articles that a rule need look at: one scan per prefilter, and one for all rare characters or words."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from feedtools.lint.checks.base import View
from feedtools.text.patterns import AT_ONCE, lazy
from feedtools.text.precompiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from feedtools.lint.checks.base import Evidence
    from feedtools.lint.rules import Rule

_PLANE = "\uffff"
"""Last character of the basic plane."""
_CLASS = lazy(r"\[(?!\^)(?:\\.|[^\]\\])+\]")
_SIGN = lazy(r"\\(?:x..|u.{4}|U.{8})|.")
_ESCAPE = lazy(r"\\(?:x..|u.{4}|U.{8})")
_ORDINARY = frozenset("aetAZ0129 ,.:;!?'\"()[]{}\\$_^*=/，。、：；！？（）《》“”的一是图表像面片上下如见")
"""Characters that texts are full of: a rule that waits for one of them is better off with a scan of its own."""
SHORTEST = 4
"""Letters and digits of a word that a rule may report: see ``TOKEN``."""
REMEMBERED = 1 << 17
"""Words without a finding that a screen remembers, in some ten megabytes."""
_WORDS = bytes(code if chr(code).isalnum() or chr(code) == "." else 0x20 for code in range(128)) + b" " * 128
"""Makes blanks of all bytes but letters and digits of ASCII and full stops."""
_FENCE = b"|"
"""Parts the words of one article from those of the next; no word is such."""


class Block:
    """Some articles as one text, so that a prefilter is one scan and not one per rule and article.

    Args:
        texts: of the articles.
        evidence: what the rest of the feed teaches, for their views.
    """

    def __init__(self, texts: list[str], evidence: Evidence | None = None) -> None:
        self.texts = texts
        self._evidence = evidence
        self._views: list[View | None] = [None] * len(texts)
        self._numbers: dict[object, list[int]] = {}
        self._text = "\n".join(texts)
        self._starts = [0]
        for text in texts:
            self._starts.append(self._starts[-1] + len(text) + 1)
        self._count = len(texts)
        self._known: dict[tuple[tuple[str, ...], re.Pattern[str] | None], Sequence[int]] = {}

    def view(self, number: int) -> View:
        """The view that all rules have of an article; many articles are looked at by none."""
        view = self._views[number]
        if view is None:
            view = self._views[number] = View(self.texts[number], self._evidence)
        return view

    @cached_property
    def words(self) -> Sequence[Sequence[bytes]]:
        """Words of Latin letters, digits and full stops by article; none of one that is longer than ``AT_ONCE``."""
        if self.longest:
            shorter = ("" if number in self.longest else text for number, text in enumerate(self.texts))
            pieces = [text.encode("ascii", "replace").translate(_WORDS) for text in shorter]
        else:
            data = self._text.encode("ascii", "replace").translate(_WORDS)
            pieces = [data[start:end] for start, end in pairwise(self._starts)]
        words = b" | ".join([*pieces, b""]).split()
        parts, start = [], 0
        for _ in pieces:
            end = words.index(_FENCE, start)
            parts.append(words[start:end])
            start = end + 1
        return parts

    @cached_property
    def longest(self) -> frozenset[int]:
        """Numbers of the articles that are longer than ``AT_ONCE``, whose words are not listed."""
        return frozenset(number for number, text in enumerate(self.texts) if len(text) > AT_ONCE)

    @cached_property
    def distinct(self) -> frozenset[bytes]:
        """Every one of ``words``."""
        return frozenset(chain.from_iterable(self.words))

    def once(self, key: object, work: Callable[[], list[int]]) -> list[int]:
        """Numbers of articles that several rules ask for, worked out once."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = work()
        return known

    def candidates(self, keywords: tuple[str, ...], trigger: re.Pattern[str] | None) -> Iterable[int]:
        """Numbers of the articles that may hold a finding, ascending."""
        if not keywords and trigger is None:
            return range(self._count)
        numbers = self._known.get((keywords, trigger))
        if numbers is None:
            numbers = self._known[keywords, trigger] = self._candidates(keywords, trigger)
        return numbers

    def _candidates(self, keywords: tuple[str, ...], trigger: re.Pattern[str] | None) -> Sequence[int]:
        found = set(self._triggered(trigger)) if trigger is not None else set()
        for word in keywords:
            found.update(self._holding(word))
        return sorted(found)

    def _holding(self, word: str) -> Iterator[int]:
        place = self._text.find(word)
        while place >= 0:
            number = bisect_right(self._starts, place) - 1
            yield number
            place = self._text.find(word, self._starts[number + 1]) if number + 1 < self._count else -1

    def _triggered(self, trigger: re.Pattern[str]) -> Iterator[int]:
        found = trigger.search(self._text)
        while found:
            number = bisect_right(self._starts, found.start()) - 1
            last = min(bisect_right(self._starts, found.end()) - 1, self._count - 1)
            yield from range(number, last + 1)
            found = trigger.search(self._text, self._starts[number + 1]) if number + 1 < self._count else None

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """Number of the article and text of every match of a pattern that matches single characters."""
        starts, number, end = self._starts, -1, 0
        for match in pattern.finditer(self._text):
            place = match.start()
            if place >= end:
                number = bisect_right(starts, place) - 1
                end = starts[number + 1]
            yield number, match[0]


class WordScreen:
    """Words that a rule has nothing to say about, remembered for the process: nearly all that a text holds.

    Args:
        judge: gives what is true of a word that the rule may report; asked once of each word, if there is one.
        parts: the words as the rule reads them in one with full stops.
    """

    def __init__(self, judge: Callable[[], Callable[[str], object]], parts: Callable[[str], Iterable[str]]) -> None:
        self._made = judge
        self._parts = parts
        self._plain: set[bytes] = set()

    @cached_property
    def _judge(self) -> Callable[[str], object]:
        return self._made()

    def candidates(self, block: Block, among: Iterable[int]) -> list[int]:
        """Numbers of those articles, of some, that hold a word that the rule may report."""
        chosen = list(among)
        every = block.words
        whole = len(chosen) == len(every)
        told = (block.distinct if whole else set(chain.from_iterable(map(every.__getitem__, chosen)))) - self._plain
        suspects = {word for word in told if self._is_suspect(word)}
        if len(self._plain) > REMEMBERED:
            self._plain.clear()
        self._plain |= told - suspects
        if not suspects:
            return [number for number in chosen if number in block.longest] if block.longest else []
        return [number for number in chosen if not suspects.isdisjoint(every[number]) or number in block.longest]

    def _is_suspect(self, word: bytes) -> bool:
        text = word.decode("ascii")
        if b"." in word:
            return any(map(self._judge, self._parts(text)))
        return len(word) >= SHORTEST and bool(self._judge(text))


class SharedScan(NamedTuple):
    """Rules that wait for one of some rare characters, all found by one scan.

    Attributes:
        patterns: any character that one of the rules waits for, in the basic plane and beyond it. A set that holds
            both is no table for ``re``, and takes three times as long.
        classes: per rule id the characters it waits for.
        rules: per character met so far the ids of the rules that wait for it.
    """

    patterns: tuple[re.Pattern[str], ...]
    classes: Mapping[str, str]
    rules: dict[str, tuple[str, ...]]

    def candidates(self, block: Block) -> dict[str, list[int]]:
        """Numbers of the articles that may hold a finding, ascending, per id of the rules that share the scan."""
        found: dict[str, set[int]] = {rule: set() for rule in self.classes}
        for pattern in self.patterns:
            for number, character in block.matches(pattern):
                for rule in self._waiting(character):
                    found[rule].add(number)
        return {rule: sorted(numbers) for rule, numbers in found.items()}

    def _waiting(self, character: str) -> tuple[str, ...]:
        known = self.rules.get(character)
        if known is None:
            known = tuple(rule for rule, inside in self.classes.items() if _holds(inside, character))
            self.rules[character] = known
        return known


def _holds(inside: str, character: str) -> bool:
    """Tell whether a set of characters, as a pattern writes it, holds one: compiling it takes ten times as long."""
    return any(first <= character <= last for first, last in _ranges(inside))


@cache
def _ranges(inside: str) -> tuple[tuple[str, str], ...]:
    """First and last characters of the ranges in a set whose only escapes are those of code points."""
    signs = [sign if len(sign) == 1 else chr(int(f"0x{sign[2:]}", 0)) for sign in _SIGN.findall(inside)]
    ranges = []
    at = 0
    while at < len(signs):
        far = 2 if signs[at + 1 : at + 2] == ["-"] and at + 2 < len(signs) else 0
        ranges.append((signs[at], signs[at + far]))
        at += far + 1
    return tuple(ranges)


def shared_scan(rules: Iterable[Rule]) -> SharedScan:
    """Put together the rules whose prefilter is one set of characters that ordinary text does not hold."""
    ours = ((rule.id, _awaited(rule.keywords, rule.trigger)) for rule in rules if rule.trusted)
    return _shared(tuple((rule, inside) for rule, inside in ours if inside))


@cache
def _shared(classes: tuple[tuple[str, str], ...]) -> SharedScan:
    ranges = [span for _rule, inside in classes for span in _ranges(inside)]
    plain = "".join(f"{re.escape(first)}-{re.escape(last)}" for first, last in ranges if last <= _PLANE)
    patterns = [f"[{plain}]"] if plain else []
    if any(last > _PLANE for _first, last in ranges):
        both = "".join(f"{re.escape(first)}-{_PLANE}" for first, last in ranges if first <= _PLANE < last)
        patterns.append(f"[\U00010000-\U0010ffff{both}]")
    return SharedScan(tuple(map(compiled, patterns)), dict(classes), {})


@cache
def _awaited(keywords: tuple[str, ...], trigger: str) -> str:
    """The inside of the set of characters that a prefilter waits for; empty where it is anything else."""
    if any(len(word) != 1 for word in keywords) or (trigger and not _CLASS.fullmatch(trigger)):
        return ""
    inside = "".join(map(re.escape, keywords)) + trigger[1:-1]
    return inside if _ORDINARY.isdisjoint(_ESCAPE.sub("", inside)) else ""
