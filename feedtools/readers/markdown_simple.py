"""Running text in Markdown whose every mark is plain to see: read at a glance, with the parser's own result.

Most pieces hold a code span, a link or a pair of stars and nothing that could be read in two ways. For those the rules
of CommonMark come down to a few patterns; whatever else is met is left to the parser.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from markdown_it.common.html_re import close_tag, open_tag
from markdown_it.common.utils import normalizeReference

from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.text.regions import Kind

    Found = list[tuple[Kind, int, int]]

ADDRESS = lazy(r"://[!#-;=?-Z\\\]^_a-z{-~\[]+")
SCHEME = lazy(r"(?:https?|ftps?|file|git|ssh)\Z", re.IGNORECASE)
_TRAILING = "?!.,:;*_~'\""
SPECIAL = re.compile(
    r"[!*:<\[\\_`~](?:(?<=[*<\[\\`])|(?<=!)(?=\[)|(?<=:)(?=//)|(?<=~)(?=~)|(?<=_)(?:(?<![^\W_]_)|(?![^\W_])))"
)
"""A mark that may be more than itself: an underscore inside a word is not, nor is a colon but in an address."""
_TICKS = re.compile(r"(?<!`)`(?!`)[^`]+`(?!`)")
_INTRAWORD = r"(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])"
_TARGET = r"""\((?:[^\s()<>\\"']++|\([^\s()<>\\"']*+\))*+(?:[ \t]++"[^"\\]*+"[ \t]*+)?\)"""
_ALT = r"[^\[\]<\\`]*+"
_IMAGE = rf"!\[({_ALT})\]{_TARGET}"
_LABEL = rf"(?:[^\[\]!*<\\_`~]|!(?!\[)|{_INTRAWORD}|(?<!`)`(?!`)[^`]++`(?!`)|!\[{_ALT}\]{_TARGET})*+"
_PICTURE = re.compile(_IMAGE)
_LINK = re.compile(rf"\[(?!\^)({_LABEL})\]{_TARGET}")
_BRACKETS = re.compile(rf"\[(?!\^)({_LABEL})\](?!\()(?:\[([^\[\]!*:<\\_`~]*)\]|(?!\[))")
_NOTE = re.compile(r"\[\^[^\[\]!*:<\\_`~\s]+\](?![(\[])")
_INSIDE = re.compile(rf"{_TICKS.pattern}|{_IMAGE}|:(?=//)")
_TAG = re.compile(rf"{open_tag}|{close_tag}")
_AUTOLINK = re.compile(r"<[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]*>")
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
    while special := SPECIAL.search(src, place):
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
    """Read what begins at one mark; give where to go on, or ``None`` for the parser."""
    if mark == "`":
        if not (ticks := _TICKS.match(src, at)):
            return None
        found += _code(at, ticks.end())
        return ticks.end()
    if mark in "[!":
        return _bracket(src, at, mark, env, found)
    if mark == ":":
        return _colon(src, at, len(src), found)
    if mark == "\\":
        return _escape(src, at, env, found)
    return _angle(src, at, found) if mark == "<" else None


def _code(start: int, end: int) -> Found:
    """The regions of a code span between single ticks."""
    return [("mark", start, start + 1), ("code", start + 1, end - 1), ("mark", end - 1, end)]


def _escape(src: str, at: int, env: dict[str, Any], found: Found) -> int:
    after = src[at + 1 : at + 2]
    if after == "\n":
        end = at + 2
        while src[end : end + 1] in {" ", "\t"}:
            end += 1
        found.append(("mark", at, end))
        return end
    if not after or after not in string.punctuation:
        return at + 1
    if not (env.get("brackets") and after in "()[]"):
        found.append(("mark", at, at + 1))
    return at + 2


def _angle(src: str, at: int, found: Found) -> int | None:
    if tag := _TAG.match(src, at):
        found.append(("html", at, tag.end()))
        return tag.end()
    if link := _AUTOLINK.match(src, at):
        found += (("mark", at, at + 1), ("url", at + 1, link.end() - 1), ("mark", link.end() - 1, link.end()))
        return link.end()
    after = src[at + 1 : at + 2]
    return at + 1 if not after or not (after.isalpha() or after in "/!?") else None


def _bracket(src: str, at: int, mark: str, env: dict[str, Any], found: Found) -> int | None:
    """Read a link, a picture, the sign of a footnote, or a bracket that is one."""
    if mark == "!":
        if not (image := _PICTURE.match(src, at)):
            return None
        _picture(image, found)
        return image.end()
    if link := _LINK.match(src, at):
        return _link(src, link, link.end(), found)
    references = env.get("references") or {}
    if note := _NOTE.match(src, at):
        if references:
            return None
        found.append(("footnote", at, note.end()))
        return note.end()
    if not (plain := _BRACKETS.match(src, at)):
        return None
    if not references or normalizeReference(plain[2] or plain[1]) not in references:
        return at + 1
    return _link(src, plain, plain.end(), found)


def _link(src: str, link: re.Match[str], end: int, found: Found) -> int:
    start, close = link.span(1)
    found.append(("mark", start - 1, start))
    for inner in _INSIDE.finditer(src, start, close):
        if inner[0][0] == "!":
            _picture(inner, found)
        elif inner[0] == ":":
            _colon(src, inner.start(), close, found)
        else:
            found += _code(*inner.span())
    found.append(("target", close, end))
    return end


def _picture(image: re.Match[str], found: Found) -> None:
    start, close = image.span(1)
    found += (("mark", start - 2, start), ("alt", start, close), ("target", close, image.end()))


def _colon(src: str, at: int, stop: int, found: Found) -> int:
    address = ADDRESS.match(src, at, stop)
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
