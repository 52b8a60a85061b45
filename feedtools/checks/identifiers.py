"""Identifiers whose hyphen the renderer deleted: ``modelfree``, ``GPT4``, ``Endtoend`` (rule FT301)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from feedtools.checks import lexicon
from feedtools.checks.base import Hit, View
from feedtools.checks.rendering import Mode, hyphens
from feedtools.model import Edit

if TYPE_CHECKING:
    from feedtools.model import Confidence, Level

TOKEN = re.compile(r"[A-Za-z0-9]{3,}(?:(?<=[0-9])\.[0-9]+[A-Za-z0-9]*)*")
CAMEL = re.compile(r"[a-z][A-Z]")
ADDRESS = re.compile(r"://|www\.|@|\.(?:com|org|net|io|cn|py|md|html?|js|ts|json|ya?ml|ipynb|cpp|java|go|sh|txt)\b")
NOT_BEFORE = frozenset("_\\./=")
NOT_AFTER = frozenset("_(=")
LONGEST = 40  # letters; longer runs are keys and hashes
ASCII_RUN = re.compile(r"[!-~]+")
VERSIONED = re.compile(r"([A-Za-z]{2,})([0-9]+(?:\.[0-9]+)*)([A-Z]?[a-z]{3,}[A-Za-z]*)\Z")
COUNTED = re.compile(r"([0-9]+D|[0-9]+)([a-z]{4,})\Z")

_HIGH: tuple[Confidence, Level] = ("high", "error")
_MEDIUM: tuple[Confidence, Level] = ("medium", "warning")
_LOW: tuple[Confidence, Level] = ("low", "note")
_SEEN = 85  # sureness of a word that only the rest of the feed has with a hyphen
_UNKNOWN_MODE = 15  # taken off where it is not known which renderer wrote the article


class Verdict(NamedTuple):
    """What a token most likely was.

    Attributes:
        percent: how sure it is that a hyphen stood here, were hyphens deleted from the article.
        restored: the token with its hyphens; ``""`` where it is not known where they stood.
    """

    percent: int
    restored: str


@lru_cache(maxsize=1 << 14)
def judge(token: str) -> Verdict | None:
    """What is known of ``token``: from the lexicon, else from its shape."""
    if len(token) > LONGEST:
        return None
    entry = lexicon.compound(lexicon.fold(token))
    if entry is not None:
        percent = entry.camel if CAMEL.search(token) else entry.plain
        return Verdict(percent, restore(token, entry.form))
    if token.isalpha():
        return _split(token)
    return _numbered(token)


def restore(token: str, form: str) -> str:
    """Put the hyphens of ``form`` (a lexicon pattern) into ``token``; ``""`` where they do not fit."""
    out: list[str] = []
    at = i = 0
    while i < len(form):
        char = form[i]
        i += 1
        if char == "-":
            out.append("-")
        elif char == "#":
            number = lexicon.NUMBER.match(token, at)
            if number is None:
                return ""
            at = number.end()
            extra = len(form[i:]) - len(form[i:].lstrip("="))
            i += extra
            halves = _halve(number.group()) if extra == 1 else number.group() if not extra else ""
            if not halves:
                return ""
            out.append(halves)
        else:
            out.append(token[at : at + 1])
            at += 1
    return "".join(out) + token[at:]


def _halve(number: str) -> str:
    """``31.7`` was ``3-1.7`` and ``2.572`` was ``2.5-72``: versions are short, sizes are not."""
    whole, dot, rest = number.partition(".")
    if dot and len(whole) == 1:
        return f"{whole}.{rest[0]}-{rest[1:]}" if len(rest) > 1 else ""
    return f"{number[0]}-{number[1:]}" if len(number) > 1 else ""


def _numbered(token: str) -> Verdict | None:
    versioned = VERSIONED.match(token)
    if versioned:
        head, number, tail = versioned.groups()
        family = lexicon.compound(f"{head.casefold()}#")
        if family is not None or lexicon.completion(f"{head.casefold()}#"):
            head = f"{head}-" if family is not None and family.plain >= 80 else head
            return Verdict(80 if lexicon.is_name(tail.casefold()) else 60, f"{head}{number}-{tail}")
        return None
    counted = COUNTED.match(token)
    if counted and (len(counted[2]) > 5 or counted[1].endswith("D")):
        known = lexicon.parts().get(counted[2], (0, 0))[1] or lexicon.is_name(counted[2])
        return Verdict(75, f"{counted[1]}-{counted[2]}") if known else None
    return None


def _split(token: str) -> Verdict | None:
    """A word nobody knows that falls into a productive part and a known word: ``regressorbased``."""
    word = token.casefold()
    if len(word) < 7 or CAMEL.search(token) or token.isupper() or lexicon.is_name(word):
        return None
    parts = lexicon.parts()
    best = Verdict(0, "")
    for cut in range(3, len(word) - 2):
        head, tail = word[:cut], word[cut:]
        first, last = parts.get(head, (0, 0))[0], parts.get(tail, (0, 0))[1]
        if (last and (first or _known(head))) or (first and _known(tail)):
            percent = 100 - (100 - first) * (100 - last) // 100
            best = max(best, Verdict(percent, f"{token[:cut]}-{token[cut:]}"))
    return best if best.percent else None


def _known(word: str) -> bool:
    return len(word) > 3 and lexicon.is_name(word)


def _in_address(text: str, start: int, end: int) -> bool:
    """Whether the token stands in a link, path, mail address or snake_case name: not prose, not ours."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before in NOT_BEFORE or after in NOT_AFTER:
        return True
    left = start
    while left and "!" <= text[left - 1] <= "~" and start - left < 200:
        left -= 1
    run = ASCII_RUN.match(text, left, end + 200)
    return run is not None and (ADDRESS.search(run.group()) is not None or run.group().count("/") > 1)


def joined(view: View, options: Mapping[str, Any]) -> Iterable[Hit]:
    """Find joined identifiers (FT301).

    Args:
        view: the article.
        options: ``cut`` (code points after which hyphen-deleting articles are cut), ``least`` and ``high`` (per cent
            from which a finding is reported, and graded high).
    """
    text = view.text
    how = hyphens(text, options.get("cut", 350))
    if how == "kept":
        return
    seen = view.evidence.compounds
    least = options.get("least", 60) if how == "lost" else options.get("unknown", 93)
    for match in TOKEN.finditer(text):
        token = match.group()
        verdict = judge(token)
        if verdict is None and seen and token.casefold() in seen:
            verdict = Verdict(_SEEN, seen[token.casefold()])
        if verdict is None or verdict.percent < least or _in_address(text, *match.span()):
            continue
        yield _hit(match, verdict, how, options)


def _hit(match: re.Match[str], verdict: Verdict, how: Mode, options: Mapping[str, Any]) -> Hit:
    start, end = match.span()
    percent = verdict.percent if how == "lost" else verdict.percent - _UNKNOWN_MODE
    if percent >= options.get("high", 92):
        grade, level = _HIGH
    else:
        grade, level = _MEDIUM if percent >= options.get("medium", 75) else _LOW
    if not verdict.restored:
        return Hit(start, end, confidence=grade, level=level)
    message = (
        f"{match.group()} has lost its hyphen: {verdict.restored}? Restore it, or allow the spelling if it is meant"
    )
    return Hit(start, end, message, (Edit(start, end, verdict.restored),), "unsafe", grade, level)
