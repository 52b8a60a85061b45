"""Losses of an excerpt around its sentences: its end and its list numbers (FT401, FT404)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit, make
from feedtools.lint.checks.screens import DOTS, last_marks
from feedtools.model import Edit
from feedtools.text.patterns import lazy
from feedtools.text.renderers import active, derived

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View
    from feedtools.text.renderers import Renderer

_SENTENCE_END = frozenset("。！？!?；;")
_BRACKETS = {")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "》": "《", "」": "「", "”": "“"}
_CLOSERS = frozenset(_BRACKETS)
_BRACKET = lazy(r"[()\[\]{}（）【】《》「」“”]")
_PRINTED = lazy(r"(?<![!-~])[!-~]+\Z")
_LOOK_BACK = 200
"""Distance before the cut in which an open bracket is looked for, in code points."""


def truncated(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """The final ``...`` of an excerpt that was cut, and where it was cut (FT401).

    The six dots of Chinese (``……``) are the author's own pause, not a cut.
    """
    del options
    text = view.text
    end = len(text.rstrip())
    dots = _cut_mark(text, end) if end and text[end - 1] in last_marks() else ""
    if dots:
        start = end - len(dots)
        yield make(Hit, (start, end, _where(view, text[:start].rstrip()), (), None, None, None))


def _cut_mark(text: str, end: int) -> str:
    """Take what a cut left at the end of a text: three dots, one character of them, or what a known renderer writes."""
    for one in _with_own_dots():  # a renderer that writes the author's pause is believed where it would have cut
        if text.endswith(one.ellipsis, 0, end) and one.cuts(text[:end]):
            return one.ellipsis
    for dots in DOTS:
        if text.endswith(dots, 0, end):
            return "" if dots == "…" and text[:end].rstrip("…") != text[: end - 1] else dots
    return ""


@derived
def _with_own_dots() -> tuple[Renderer, ...]:
    """List the active renderers that write something else behind a cut than dots."""
    return tuple(one for one in active() if one.ellipsis not in DOTS)


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
        tail = _PRINTED.search(word)
        return f"the article is cut inside or after the word “{tail[0] if tail else word}”; {advice}"
    return f"the article is cut in the middle of a sentence; {advice}"


def _open_bracket(body: str) -> str | None:
    """The innermost bracket that is open where ``body`` ends, looking back a bounded way."""
    found = _BRACKET.findall(body, max(len(body) - _LOOK_BACK, 0))
    if not found or _CLOSERS.issuperset(found):
        return None
    stack: list[str] = []
    for char in found:
        opener = _BRACKETS.get(char)
        if opener is None:
            stack.append(char)
        elif stack and stack[-1] == opener:
            stack.pop()
    return stack[-1] if stack else None


_MARKER = lazy(r"(\d(?<!\S\d)\d?)(?:([.、])(?:\s(?=\S)|(?=\.{3}\Z))|(?=\.{3}\Z))")
_HEADING = lazy(r"[。!！]\s[^\s。,:;!?，：；！？]{4,14}\s\Z")
_TITLE = lazy(r"(?:[^\s。,:;!?，：；！？]{2,20}\s){1,4}(?<![A-Za-z]\s)[^\s。]")
_ANNOUNCED = lazy(r"[。!?！？](?=[^。!?！？]{0,20}(?:再|然后|接着|接下来|另外|其次|最后))[^。!?！？]{0,40}[:：]\s?\Z")
_COLON = lazy(r"[。!?！？]\s?(?![这此即])[^。!?！？\s]{1,24}[:：]\s?\Z")
_MAY_END = lazy(r"[:：]\s?\Z|[。!！]\s[^\s。,:;!?，：；！？]{2,14}\s?\Z")
"""Behind an item: what may begin another list or part, so that the next number may be rightly one."""
_ALIKE = 0.88
"""Share of its pairs of characters by which a heading is known as the first item of the list of contents."""
_TITLE_LENGTH = 24


def restarted_list(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """``1. … 1. …``: a list whose every item is number one (FT404), one hit for each number that is wrong.

    A one counts as restarted when the marker before it is also a one: between two lists that are numbered rightly
    stands at least a two. A heading, a sentence that announces another list and a heading that repeats the first item
    begin anew. Where no renderer that may have written the article restarts lists, the numbers are the author's.
    """
    del options
    text = view.text
    kept = view.hyphens(0) == "kept"
    if not any(one.lists == "restarted" and not (kept and "-" in one.deletes) for one in active()):
        return
    hits: list[Hit] = []
    doubtful = False
    count, first, end = 0, "", 0
    for match in _MARKER.finditer(text):
        if match[1] != "1":
            count, doubtful = 0, True
            continue
        item = text[end : match.start()]
        if count == 1:
            first = item.strip()
        end = match.end()
        if count and _begins_anew(text, item, end, first if count > 1 else ""):
            count, doubtful = 0, True
        doubtful |= bool(count) and _MAY_END.search(item) is not None
        count += 1
        if count > 1:
            start, stop = match.start(1), match.end(2) if match[2] else match.end(1)
            number = text[start:stop]
            message = f"list number {number} again: the list restarts here, item {count} is probably meant"
            hits.append(Hit(start, stop, message=message, edits=(Edit(start, match.end(1), str(count)),)))
    for hit in hits:
        yield hit if doubtful else hit._replace(safety="confident")


def _begins_anew(text: str, item: str, end: int, first: str) -> bool:
    """Tell whether the marker that ends at ``end``, behind ``item``, is of another list or a heading."""
    if _announces(item) or _repeats(first, text[end : end + 40]):
        return True
    return item[-1:].isspace() and _HEADING.search(item) is not None and _TITLE.match(text, end) is not None


def _announces(item: str) -> bool:
    """Tell whether an item ends in a sentence that announces another list."""
    if not item.endswith((":", "："), 0, len(item) - item[-1:].isspace()):
        return False
    return _ANNOUNCED.search(item) is not None or _COLON.search(item) is not None


def _repeats(first: str, heading: str) -> bool:
    """Tell whether a heading says what the first item said."""
    if not 1 < len(first) <= _TITLE_LENGTH or "[" in first:
        return False
    pairs = {first[at : at + 2] for at in range(len(first) - 1)}
    there = heading[: len(first) + 1]
    return sum(pair in there for pair in pairs) >= _ALIKE * len(pairs)
