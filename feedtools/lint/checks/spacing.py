"""Spaces before punctuation and inside brackets, as a renderer leaves them (FT509)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit, make
from feedtools.lint.checks.textual import in_math, is_han, without_overlaps
from feedtools.model import Edit
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feedtools.lint.checks.base import View

_PLACES = lazy(r"[ （《【「“](?:(?<= )(?=[,，。;；:：!！?？、)）])|(?<! )(?= +\S))")
"""A space before a closing mark; else a mark before which ``_padded_quotes`` looks for one."""
_CLOSERS = frozenset("）】》”’])")
_CODE_MARKS = frozenset("()-./=:<>|*_$\\")
_CODE_NEXT = _CODE_MARKS | frozenset(filter(str.isalnum, map(chr, range(128))))


def spaced_punctuation(view: View, options: Mapping[str, Any]) -> Iterable[Hit]:
    """A space before a closing mark, as a renderer leaves it after a formula or bold text (FT509).

    French sets a space before ``?`` and ``:``, and code does so everywhere: only a Chinese character or a bracket
    before the space, or a Chinese character behind the mark, makes it a slip; a comma also does so between words.
    """
    del options
    text = view.text
    spaces, quoted = [], False
    for match in _PLACES.finditer(text):
        if match[0] == " ":
            spaces.append(match.start())
        else:
            quoted = True
    hits = _before_marks(view, spaces)
    if "( " in text or " )" in text:
        hits = sorted([*_padded(view), *hits])
    quotes = list(_padded_quotes(view)) if quoted else ()
    return without_overlaps([*hits, *quotes]) if quotes else hits


def _before_marks(view: View, spaces: Iterable[int]) -> list[Hit]:
    """Spaces, of some before a closing mark, that are slips."""
    text, formulas = view.text, view.math
    hits = []
    for start in spaces:
        end = start + 1
        while start > 0 and text[start - 1] == " ":
            start -= 1
        if not start or (formulas and in_math(view, start)):
            continue
        if _is_slip(text, start, end):
            opener = _padded_opener(text, start, end) if text[end] in ")）" else -1
            if opener < 0:
                hits.append(make(Hit, (start, end + 1, "", (make(Edit, (start, end, "")),), None, None, None)))
            elif _OPENED.match(text, opener) and _follows_han(text, opener):  # both go, or both stay
                hits.append(Hit(start, end + 1, "", (Edit(start, end, ""),), safety="confident"))
        elif text[end] == "," and _is_in_clause(text, start, end):
            edits = (Edit(start, end, ""), *((Edit(end + 1, end + 1, " "),) if text[end + 1] != " " else ()))
            hits.append(Hit(start, end + 1, "", edits, safety="confident"))
    return hits


_CLAUSE = lazy(r"(?:(?<![\w'’-])[A-Za-z][a-z'’-]*\ ){2}[a-z][a-z'’-]+\Z")
_GOES_ON = lazy(r",\ ?[a-z]{1,20}(?:[\s'’-]|[.,:!?](?!\w))")
_NO_PROSE = lazy(r"[={}<>+\"_$\\|;#/`@\[\]]|\ [.!?](?=\s|\Z)|\ ['’]")
"""Signs of code, and of a text that was taken apart into words and marks."""
_NEAR = 60
"""Code points on each side of a comma in which such signs are looked for."""


def _is_in_clause(text: str, start: int, end: int) -> bool:
    """Tell whether a comma behind blanks stands between words of Latin prose, of which none sets a space there."""
    if _GOES_ON.match(text, end) is None:
        return False
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    if _CLAUSE.search(before) is None:
        return False
    return _NO_PROSE.search(before) is None and _NO_PROSE.search(after) is None


# What is looked for comes first and what stands before it second: so the scan runs at the speed of a search for it.
_OPENED = lazy(r"\((?<![\w.\\(\[]\()(?P<pad>\ +)(?=\S)")
_CLOSED_BY = lazy(r"(?P<pad>\ (?<=[A-Za-z0-9\u4e00-\u9fff%]\ )\ *)\)")
_INSIDE = 80
"""Code points between brackets that are looked at."""


def _padded(view: View) -> Iterator[Hit]:
    """Blanks inside brackets in Chinese prose: ``网络 ( Generator ) 与``; code writes them behind a name."""
    text = view.text
    for match in _OPENED.finditer(text) if "( " in text else ():
        start, end = match.span("pad")
        if _follows_han(text, match.start()) and not in_math(view, start):
            yield Hit(start, end, edits=(Edit(start, end, ""),), safety="confident")
    for match in _CLOSED_BY.finditer(text) if " )" in text else ():
        start, end = match.span("pad")
        at = text.rfind("(", max(0, start - _INSIDE), start)
        prose = at > 0 and text[at - 1] != "\\" and ")" not in text[at:start] and _follows_han(text, at)
        if prose and not in_math(view, start):
            yield Hit(start, end, edits=(Edit(start, end, ""),), safety="confident")


_QUOTED = lazy(r"[（《【「“](?P<lead> +)(?=\S)")
_QUOTE_ENDS = {"（": "）", "《": "》", "【": "】", "「": "」", "“": "”"}


def _padded_quotes(view: View) -> Iterator[Hit]:
    """Blanks on both sides inside full-width brackets and quotation marks: ``《 深度学习 》``."""
    text = view.text
    for match in _QUOTED.finditer(text):
        start, end = match.span("lead")
        closer = _QUOTE_ENDS[text[match.start()]]
        close = text.find(closer, end, end + _INSIDE)
        body = text[end:close].rstrip(" ") if close > 0 else ""
        if not body or end + len(body) == close or text[match.start()] in body or in_math(view, start):
            continue
        yield Hit(start, end, edits=(Edit(start, end, ""),), safety="confident")
        yield Hit(end + len(body), close, edits=(Edit(end + len(body), close, ""),), safety="confident")


def _follows_han(text: str, place: int) -> bool:
    return is_han(text[max(place - 2, 0) : place].strip()[-1:])


_SMILEY = lazy(r":[a-z0-9_+-]{1,30}:")
"""Name of a picture in a chat or on GitHub: it is set off by a blank as a word is."""


def _padded_opener(text: str, start: int, end: int) -> int:
    """Place of the bracket that ``text[end]`` closes, where blanks stand behind it too; else -1."""
    opener, depth = "(" if text[end] == ")" else "（", 0
    for place in range(start - 1, max(-1, start - _WIDE), -1):
        if text[place] == "\n":
            return -1
        if text[place - 1 : place] == "\\":  # a bracket of a formula
            continue
        if text[place] == text[end]:
            depth += 1
        elif text[place] == opener:
            if not depth:
                return place if text[place + 1] == " " else -1
            depth -= 1
    return -1


_WIDE = 400
"""Code points before a closing bracket in which its opening one is looked for."""


def _is_slip(text: str, start: int, end: int) -> bool:
    """Tell whether the blanks ``text[start:end]`` before the mark at ``end`` are none that French or code writes."""
    last, mark = text[start - 1], text[end]
    after = text[end + 1 : end + 2]
    if mark in ")）":
        return start > 1 and text.startswith(r"\)", start - 2, start)
    if mark == ":" and _SMILEY.match(text, end):
        return False
    if last == ")" and start > 1 and mark not in "!?:" and text[start - 2] == "\\" and after not in _CODE_MARKS:
        return True
    if "\u3400" <= last <= "\u9fff" or last in _CLOSERS or ("\u0370" <= last <= "\u03ff" and mark not in "!?"):
        return after not in _CODE_NEXT
    if mark in "!?:" or not (last in "%}" or (last.isascii() and last.isalnum())):
        return False
    return is_han(text[end + 1 : end + 3].lstrip()[:1])
