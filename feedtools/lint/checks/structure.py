"""What an excerpt has lost around its sentences: its end, its figures, its list numbers (FT401 to FT404)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.model import Edit
from feedtools.text.patterns import lazy
from feedtools.text.renderers import active

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_DOTS = ("...", "…")
_SENTENCE_END = frozenset("。！？!?；;")
_BRACKETS = {")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "》": "《", "」": "「", "”": "“"}
_BRACKET = lazy(r"[()\[\]{}（）【】《》「」“”]")
_LOOK_BACK = 200
"""How far before the cut an open bracket is looked for, in code points."""


def truncated(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """The final ``...`` of an excerpt that was cut, and where it was cut (FT401).

    The six dots of Chinese (``……``) are the author's own pause, not a cut.
    """
    del options
    text = view.text
    end = len(text.rstrip())
    dots = _cut_mark(text, end)
    if dots:
        yield Hit(end - len(dots), end, message=_where(view, text[: end - len(dots)].rstrip()))


def _cut_mark(text: str, end: int) -> str:
    """Take what a cut left at the end of a text: three dots, one character of them, or what a known renderer writes."""
    for one in active():  # a renderer that writes the author's pause is believed where it would have cut
        if one.ellipsis not in _DOTS and text.endswith(one.ellipsis, 0, end) and one.cuts(text[:end]):
            return one.ellipsis
    found = next((dots for dots in _DOTS if text.endswith(dots, 0, end)), "")
    return "" if found == "…" and text[:end].rstrip("…") != text[: end - 1] else found


def _where(view: View, body: str) -> str:
    """A sentence that says in what the cut falls, and what is lost with it."""
    advice = "restore the end from a longer copy, or say that this is an excerpt"
    if not body:
        return f"nothing but the dots of a cut; {advice}"
    math = view.math
    if math and not math[-1].closed:
        return f"the article is cut inside a formula opened with {math[-1].opener}; {advice}"
    last = body[-1]
    if last in _SENTENCE_END or (last == "." and len(body) > 1 and body[-2].isalpha()):
        return f"the article is cut after a sentence; {advice}"
    if (opener := _open_bracket(body)) is not None:
        return f"the article is cut inside a bracket opened with {opener}; {advice}"
    if last.isascii() and last.isalnum():
        word = body[max(len(body) - 40, 0) :].split()[-1]
        tail = re.search(r"(?<![!-~])[!-~]+\Z", word)
        return f"the article is cut inside or after the word “{tail[0] if tail else word}”; {advice}"
    return f"the article is cut in the middle of a sentence; {advice}"


def _open_bracket(body: str) -> str | None:
    """The innermost bracket that is open where ``body`` ends, looking back a bounded way."""
    stack: list[str] = []
    for char in _BRACKET.findall(body, max(len(body) - _LOOK_BACK, 0)):
        opener = _BRACKETS.get(char)
        if opener is None:
            stack.append(char)
        elif stack and stack[-1] == opener:
            stack.pop()
    return stack[-1] if stack else None


_MARKER = lazy(r"(\d{1,2})([.、])\s(?=\S)")


def restarted_list(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """``1. … 1. …``: a list whose every item is number one (FT404), one hit for each number that is wrong.

    A one counts as restarted when the marker before it is also a one: between two lists that are numbered rightly
    stands at least a two.
    """
    del options
    count = 0
    text = view.text
    for match in _MARKER.finditer(text):
        if match.start() and not text[match.start() - 1].isspace():
            continue
        if match[1] != "1":
            count = 0
            continue
        count += 1
        if count > 1:
            start, end = match.start(1), match.end(2)
            message = f"list number {match[1]}{match[2]} again: the list restarts here, item {count} is probably meant"
            yield Hit(start, end, message=message, edits=(Edit(start, match.end(1), str(count)),))
