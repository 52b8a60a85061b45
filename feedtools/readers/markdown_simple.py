"""Running text in Markdown whose every mark is plain to see: read at a glance, with the parser's own result.

Most pieces hold a code span, a link or a pair of stars and nothing that could be read in two ways. For those the rules
of CommonMark come down to a few patterns; whatever else is met is left to the parser.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.text.regions import Kind

    Found = list[tuple[Kind, int, int]]

ADDRESS = lazy(r"://[!#-;=?-Z\\\]^_a-z{-~\[]+")
SCHEME = lazy(r"(?:https?|ftps?|file|git|ssh)\Z", re.IGNORECASE)
_TRAILING = "?!.,:;*_~'\""
_SPECIAL = re.compile(r"[!*:<\[\]\\_`~]")
_TICKS = re.compile(r"(?<!`)`(?!`)[^`]+`(?!`)")
_LABEL = r"\[([^\[\]!*:<\\_`~]*)\]"
_LINK = re.compile(_LABEL + r"\(([^\s()<>\\\"']*)\)")
_BRACKETS = re.compile(r"\[(?!\^)[^\[\]!*:<\\_`~]*\](?![(\[])")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*\s*/?>")
_STARS = re.compile(r"\*+")


def simple_regions(src: str, env: dict[str, Any]) -> Found | None:
    """Say what is no prose in a piece of running text, or ``None`` where that takes the parser.

    Args:
        src: the running text.
        env: as the blocks left it: the references of the text, and whether brackets open formulas.
    """
    found: Found = []
    stars: list[tuple[int, int]] = []
    place = 0
    while special := _SPECIAL.search(src, place):
        at = special.start()
        mark = src[at]
        if mark == "*":
            run = _STARS.match(src, at)
            assert run is not None
            stars.append(run.span())
            place = run.end()
            continue
        end = _take(src, at, mark, env, found)
        if end is None:
            return None
        place = end
    if stars:
        if not _pairs(src, stars):
            return None
        found += (("mark", start, end) for start, end in stars)
    return found


def _take(src: str, at: int, mark: str, env: dict[str, Any], found: Found) -> int | None:
    """Read what begins at one mark; where to go on, or ``None`` for the parser."""
    if mark == "`":
        if not (ticks := _TICKS.match(src, at)):
            return None
        found += (("mark", at, at + 1), ("code", at + 1, ticks.end() - 1), ("mark", ticks.end() - 1, ticks.end()))
        return ticks.end()
    if mark in "[!":
        return _bracket(src, at, mark, env, found)
    if mark == ":":
        return _colon(src, at, found)
    if mark == "\\":
        after = src[at + 1 : at + 2]
        if after == "\n":
            end = at + 2
            while src[end : end + 1] in {" ", "\t"}:
                end += 1
            found.append(("mark", at, end))
            return end
        if after and after in string.punctuation:
            if not (env.get("brackets") and after in "()[]"):
                found.append(("mark", at, at + 1))
        else:
            return at + 1
        return at + 2
    if mark == "_":
        inside = src[at - 1 : at].isalnum() and src[at + 1 : at + 2].isalnum()
        return at + 1 if inside else None
    if mark == "~":
        return None if src.startswith("~", at + 1) else at + 1
    if mark == "<":
        if tag := _TAG.match(src, at):
            found.append(("html", at, tag.end()))
            return tag.end()
        after = src[at + 1 : at + 2]
        return at + 1 if not after or not (after.isalpha() or after in "/!?") else None
    return at + 1 if mark == "]" else None


def _bracket(src: str, at: int, mark: str, env: dict[str, Any], found: Found) -> int | None:
    if mark == "!":
        if not src.startswith("[", at + 1):
            return at + 1
        if not (image := _LINK.match(src, at + 1)):
            return None
        close = image.end(1)
        found += (("mark", at, at + 2), ("alt", at + 2, close), ("target", close, image.end()))
        return image.end()
    if (link := _LINK.match(src, at)) and not link[1].startswith("^"):
        found += (("mark", at, at + 1), ("target", link.end(1), link.end()))
        return link.end()
    plain = None if env.get("references") else _BRACKETS.match(src, at)
    return plain.end() if plain else None


def _colon(src: str, at: int, found: Found) -> int:
    address = ADDRESS.match(src, at)
    if not address or not (scheme := SCHEME.search(src, max(0, at - 5), at)):
        return at + 1
    end = address_end(src, at, address.end())
    start = scheme.start()
    while src[start - 1 : start].isalpha() and src[start - 1].isascii():
        start -= 1
    found.append(("url", start, end))
    return end


def address_end(src: str, start: int, end: int) -> int:
    """Find the end of a bare address: closing marks of the sentence do not belong to it (GFM 6.9)."""
    while end > start + 3:
        last = src[end - 1]
        opener = {")": "(", "]": "["}.get(last)
        if last not in _TRAILING and not (opener and src.count(opener, start, end) < src.count(last, start, end)):
            break
        end -= 1
    return end


def _pairs(src: str, stars: list[tuple[int, int]]) -> bool:
    """Tell whether runs of stars pair as they come: all of one length, each of them surely opening or closing."""
    length = stars[0][1] - stars[0][0]
    if len(stars) % 2 or length > 2 or any(end - start != length for start, end in stars):
        return False
    opening = all(_faces(src[end : end + 1], src[start - 1 : start]) for start, end in stars[::2])
    return opening and all(_faces(src[start - 1 : start], src[end : end + 1]) for start, end in stars[1::2])


def _faces(word: str, away: str) -> bool:
    """Tell whether a run between these characters faces the first (CommonMark 6.2: left- and right-flanking)."""
    return word.isalnum() or (bool(word) and not word.isspace() and (not away or away.isspace()))
