"""Spans that the renderers drop from a text: formulas, placeholders and unclosed tails."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from feedtools.text.patterns import lazy
from feedtools.text.placeholders import holder_pattern, kinds, openers, own_texts
from feedtools.text.precompiled import compiled
from feedtools.text.renderers import derived

if TYPE_CHECKING:
    from collections.abc import Iterator


_INLINE = r"\([^\\]*+(?:\\(?![()\[\]]|begin|end)[^\\]*+)*+\\\)"  # a whole formula, the common case, at one stroke

HOLES, FORMULAS = 1, 2
"""Traits of a text: placeholders that a renderer shows, formulas in their delimiters."""


@derived
def marks() -> tuple[str, ...]:
    """List what a formula or a placeholder begins with."""
    return ("\\", "$", *openers())


@derived
def initials() -> str:
    """List what may stand behind the first character of a placeholder."""
    return "".join({name[0] for word in kinds() for name in (word, word.upper())} | {text[1] for text in own_texts()})


@derived
def _token() -> re.Pattern[str]:
    first = "".join(map(re.escape, marks()))  # a set, which lets the engine skip from one of its characters to the next
    formula = r"(?<=\\)(?:" + _INLINE + r"|[()\[\]]|(?:begin|end)\{\w{1,20}\*?\})|(?<=\$)\$"
    return compiled(rf"[{first}](?:{formula}|{holder_pattern()})")


_CLOSER = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
_COMMAND = lazy(r"\\[A-Za-z]")


HAN_IN_TAIL = 12
"""An opener that is never closed drops the rest of the text unless it holds more Chinese than a formula would."""
LONGEST = 4000
"""Code points of the longest formula. What is closed later is none: a Markdown page may write ``\\[boolean]`` and close
a formula, or another such bracket, pages on."""


def dropped(text: str) -> Iterator[tuple[int, int]]:
    """Half-open raw spans that carry no symbols, in order and apart: formulas and placeholders."""
    for mark in marks():
        if mark in text:
            bounds = iter(_scan(text))
            return zip(bounds, bounds, strict=True)
    return iter(())


def traits(text: str) -> int:
    """Find the traits of a raw text that tell the renderers apart: ``HOLES`` and ``FORMULAS``."""
    holes = any(map(text.__contains__, own_texts()))
    return holes * HOLES | ("\\" in text and ("\\(" in text or "\\[" in text)) * FORMULAS


def placeholder(text: str, at: int) -> int:
    """Find the end of the placeholder that begins at ``at``; 0 where none does."""
    found = _token().match(text, at)
    return found.end() if found else 0


def _scan(text: str) -> array[int]:
    """List the beginnings and ends of spans in turn: as pairs they would take sixteen times the memory."""
    bounds = array("I")
    opened, closer = -1, ""
    for token in _token().finditer(text):
        word = token.group()
        if opened >= 0 and token.end() - opened > LONGEST:
            opened, closer = -1, ""
        if word.endswith("\\)") and len(word) > 2:
            if opened < 0 or closer == "\\)":  # an opener before: that one was a stray
                opened, closer = -1, ""
                if len(word) <= LONGEST and _COMMAND.search(word) is not None:
                    bounds.extend(token.span())
        elif word == closer:
            end = token.end()
            if not _bare(text[opened + 2 : end - 2], closer):
                bounds.extend((opened, end))
            opened, closer = -1, ""
        elif word[0] not in "\\$":
            if opened < 0:
                bounds.extend(token.span())
        elif opened < 0 or closer == "\\)":  # an opener before \) came: the first one was a stray
            closer = _CLOSER.get(word) or (word.replace("begin", "end") if word.startswith("\\b") else "")
            opened = token.start() if closer else -1
    if opened >= 0 and len(text) - opened <= LONGEST and _ideographs(text[opened:]) <= HAN_IN_TAIL:
        while bounds and bounds[-2] >= opened:
            del bounds[-2:]
        bounds.extend((opened, len(text)))
    return bounds


def _bare(inside: str, closer: str) -> bool:
    """Tell that the other rendering would print the formula as plain text: it holds no TeX command."""
    if "\\" in inside and _COMMAND.search(inside) is not None:
        return False
    return closer == "\\)" or _ideographs(inside) > HAN_IN_TAIL


def _ideographs(text: str) -> int:
    """Count Chinese characters without a pattern: a set of that many characters is slow to compile."""
    return 0 if text.isascii() else sum("\u3400" <= char <= "\u9fff" for char in text)


def without_dropped(text: str) -> str:
    """Cut out of ``text`` the spans that ``dropped`` names."""
    pieces, at = [], 0
    for start, end in dropped(text):
        pieces.append(text[at:start])
        at = end
    pieces.append(text[at:])
    return "".join(pieces)
