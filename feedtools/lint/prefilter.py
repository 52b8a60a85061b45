"""Choose the articles that a rule need look at: one scan per prefilter, and one for all rare characters or words."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, Protocol

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
PATIENCE = 1 << 21
"""Characters that a process lints before numpy, which takes as long to import as half of them to lint, is worth it."""
LARGEST = 1 << 20
"""Characters of a block from which patterns scan it: a table would take some thirty bytes for each."""
_read = 0


class Block:
    """Some articles as one text, so that a prefilter is one scan and not one per rule and article.

    Args:
        texts: of the articles.
        evidence: what the rest of the feed teaches, for their views.

    Attributes:
        text: all of them, a line end between two.
        starts: offset of each in it, and one past the end of the last.
    """

    def __init__(self, texts: list[str], evidence: Evidence | None = None) -> None:
        self.texts = texts
        self._evidence = evidence
        self._views: list[View | None] = [None] * len(texts)
        self._words: list[Sequence[bytes] | None] = [None] * len(texts)
        self._numbers: dict[object, list[int]] = {}
        self.text = "\n".join(texts)
        self.starts = [*accumulate((len(text) + 1 for text in texts), initial=0)]
        self._count = len(texts)
        self._known: dict[tuple[tuple[str, ...], re.Pattern[str] | None], Sequence[int]] = {}

    def view(self, number: int) -> View:
        """The view that all rules have of an article; many articles are looked at by none."""
        view = self._views[number]
        if view is None:
            view = self._views[number] = View(self.texts[number], self._evidence)
        return view

    @cached_property
    def _latin(self) -> bytes:
        """The text with blanks for all but Latin letters, digits and full stops, and for ``longest`` articles."""
        text = self.text
        if self.longest:
            texts = enumerate(self.texts)
            text = "\n".join(" " * len(text) if number in self.longest else text for number, text in texts)
        return text.encode("ascii", "replace").translate(_WORDS)

    def words(self, number: int) -> Sequence[bytes]:
        """Words of Latin letters, digits and full stops of an article; none of one that is longer than ``AT_ONCE``."""
        words = self._words[number]
        if words is None:
            words = self._words[number] = self._latin[self.starts[number] : self.starts[number + 1]].split()
        return words

    @cached_property
    def longest(self) -> frozenset[int]:
        """Numbers of the articles that are longer than ``AT_ONCE``, whose words are not listed."""
        return frozenset(number for number, text in enumerate(self.texts) if len(text) > AT_ONCE)

    def once(self, key: object, work: Callable[[], list[int]]) -> list[int]:
        """Numbers of articles that several rules ask for, worked out once."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = work()
        return known

    def learn(self, keywords: tuple[str, ...], numbers: Sequence[int]) -> None:
        """Take over what ``candidates`` would give for some keywords."""
        self._known[keywords, None] = numbers

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
        place = self.text.find(word)
        while place >= 0:
            number = bisect_right(self.starts, place) - 1
            yield number
            place = self.text.find(word, self.starts[number + 1]) if number + 1 < self._count else -1

    def _triggered(self, trigger: re.Pattern[str]) -> Iterator[int]:
        found = trigger.search(self.text)
        while found:
            number = bisect_right(self.starts, found.start()) - 1
            last = min(bisect_right(self.starts, found.end()) - 1, self._count - 1)
            yield from range(number, last + 1)
            found = trigger.search(self.text, self.starts[number + 1]) if number + 1 < self._count else None

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
        """Number of the article and text of every match of a pattern that matches single characters."""
        starts, number, end = self.starts, -1, 0
        for match in pattern.finditer(self.text):
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
        plain, words, longest = self._plain, block.words, block.longest
        if len(plain) > REMEMBERED:
            plain.clear()
        found = []
        for number in among:
            here = words(number)
            if plain.issuperset(here):
                if number in longest:
                    found.append(number)
                continue
            unknown = set(here) - plain
            suspects = set(filter(self._is_suspect, unknown))
            plain |= unknown - suspects
            if suspects:
                found.append(number)
        return found

    def _is_suspect(self, word: bytes) -> bool:
        text = word.decode("ascii")
        if b"." in word:
            return any(map(self._judge, self._parts(text)))
        return len(word) >= SHORTEST and bool(self._judge(text))


class Scan(Protocol):
    """One look at a block for many rules."""

    def candidates(self, block: Block) -> Mapping[str, Sequence[int]]:
        """Numbers of the articles that may hold a finding, ascending, per id of the rules that it looks for."""


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


def scan(rules: Sequence[Rule], literals: tuple[tuple[str, ...], ...], size: int, blocks: int) -> Scan:
    """Choose how to look for what rules wait for: by a table in numpy, once a process has read enough to import it.

    Args:
        rules: those that are applied.
        literals: keywords that a block will be asked for besides.
        size: characters that they are applied to.
        blocks: that these stand in.
    """
    global _read
    if size > LARGEST * blocks:
        return shared_scan(rules)
    _read += size
    if "numpy" in sys.modules or _read >= PATIENCE:
        from feedtools.lint.prefilter_batch import table_scan

        return table_scan(rules, literals)
    return shared_scan(rules)


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
