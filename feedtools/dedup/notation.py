"""Notation: formulas, code and signs, which tell two texts apart although their letters and digits are the same.

Letters and digits alone do not know ``x^2+4x`` from ``x^2-4x``, and of a listing the smallest part decides.  So what
both texts have at the same place must agree as it is written.  What only one of them has says nothing: a renderer may
have lost it.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from feedtools.dedup.document import NONE, Notes
from feedtools.dedup.rest import CUT_END
from feedtools.text.code import code
from feedtools.text.formulas import find_math
from feedtools.text.patterns import lazy
from feedtools.text.renderers import deleted_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feedtools.dedup.document import Document
    from feedtools.dedup.runs import Runs

_CALL = lazy(r"[a-z_](?<![A-Za-z0-9_.].)(?:[a-z0-9_]|\.(?=[a-z_]))*+\((?!e?s\))[ -'*-~]*+\)")
"""A call in running text, with its arguments; ``mill(s)`` is a word."""
_CALLING = lazy(r"\((?<=[a-z0-9_]\()")
"""Stands in every text with a call, and is found at a tenth of the cost."""
_SIGN = lazy("[-+*/=<>^%±×÷≠≤≥≈→∗⋅−–—~][-+*/=<>^%±×÷≠≤≥≈→∗⋅−–—~]*+")  # one first: a set is leapt to, not a repeat
_LONGEST_SIGN = 3
"""Code points of a sign; what is longer is a rule or a dash."""
_ALIKE = str.maketrans({**dict.fromkeys("−–—~", "-"), **dict.fromkeys("×∗⋅", "*"), "÷": "/"})
_SPELT = {"≠": "!=", "≤": "<=", "≥": ">=", "**": "^", "==": "=", "--": "-", "---": "-"}
_CLOSING, _OPENING = ")]}²³", "([{\\√"
_BLANKS = " \u00a0"
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})


def notation_agrees(a: Document, b: Document, runs: Runs) -> bool:
    """Say whether formulas that are laid out, code, and signs are the same, where both texts have some at one place.

    Args:
        a: the one text.
        b: the other.
        runs: what they share.
    """
    if a.text.rstrip(CUT_END) in b.text:  # as most copies that were cut stand in the whole one
        return True
    return formulas_agree(a, b, runs) and signs_agree(a, b, runs)


def formulas_agree(a: Document, b: Document, runs: Runs) -> bool:
    """Say whether closed formulas that carry no symbols are the same, where both texts have one at one place."""
    return not a.formulas or _agree((a, a.formulas), (b, b.formulas), runs)


def signs_agree(a: Document, b: Document, runs: Runs) -> bool:
    """Say whether code, plain formulas and signs are the same, where both texts have some at one place."""
    if not any(a.notes):
        return True
    return all(_agree((a, one), (b, other), runs) for one, other in zip(a.notes, b.notes, strict=True))


def _agree(a: tuple[Document, Notes], b: tuple[Document, Notes], runs: Runs) -> bool:
    if not a[1] or not b[1]:  # then nobody needs to know where they stand
        return True
    one, other = (notes.by_place(document) for document, notes in (a, b))
    for at, written in one.items():
        there = [other[place] for place in _placed(at, runs) if place in other]
        if there and written not in there and not any(_lost(written, its) for its in there):
            return False
    return True


def _lost(one: str, other: str) -> bool:
    """Tell whether a renderer made the one of the other, or the other of the one, by the marks that it deletes."""
    marks = deleted_marks()
    bare, its = (text.translate(dict.fromkeys(map(ord, marks))) for text in (one, other))
    return bare == its and (one == bare or other == its)


def _placed(at: int, runs: Runs) -> Iterator[int]:
    """Places of the other text where a place of the one is: two where something stands between the blocks."""
    for i, j, size in runs.blocks:
        if i <= at <= i + size:
            yield at + j - i
        elif i > at:
            return


def laid_out(document: Document) -> Notes:
    """Find the closed formulas of a text that carry no symbols, without delimiters and blanks."""
    text = document.text
    return Notes(
        (
            (start, "".join(_inside(text[start:end]).split()))
            for start, end in document.dropped
            if text.endswith(("\\)", "\\]", "$$", "}"), start, end) and text[start] in "\\$"
        )
    )


def _inside(formula: str) -> str:
    from feedtools.text.regions import delimiters

    opener, closer = delimiters(formula)
    return formula[len(opener) : len(formula) - len(closer)]


def notes(document: Document) -> tuple[Notes, Notes, Notes]:
    """Find the code of a text, its closed formulas that carry symbols, and the signs outside of both."""
    text = document.text
    ranges = code(text) if "`" in text or "~~~" in text else []
    calls = list(_CALL.finditer(text)) if "(" in text and _CALLING.search(text) else []
    signs = list(_signs(text))
    formulas = [math for math in find_math(text) if math.closed]
    if not (ranges or calls or signs or formulas):
        return NONE, NONE, NONE
    taken = bytearray(len(text))
    for start, end in (*ranges, *document.dropped):
        taken[start:end] = b"\1" * (end - start)
    listed = [(start, text[start:end]) for start, end in ranges]
    listed += ((found.start(), found[0]) for found in calls if not taken[found.start()])
    plain = ((math.start, _letters(_inside(text[math.start : math.end]))) for math in formulas if not taken[math.start])
    return (
        Notes(((start, _code(raw)) for start, raw in listed)),
        Notes(plain),
        Notes(((end, sign) for start, end, sign in signs if not taken[start])),
    )


def _code(raw: str) -> str:
    """Code without its ticks or fences, as all renderers write it; nothing of a block that is never closed."""
    if raw.lstrip(" \t>").startswith(("```", "~~~")) and "\n" in raw:
        head, _, body = raw.partition("\n")
        fence = head.lstrip(" \t>")[:3]
        last = body.rpartition("\n")[2]
        raw = body.removesuffix(last) if fence in last else ""
    return "".join(unicodedata.normalize("NFKC", raw).translate(_QUOTES).strip("`").split())


def _letters(formula: str) -> str:
    """A formula without its braces and signs: a renderer loses these, and ``signs`` are compared by themselves."""
    folded = unicodedata.normalize("NFKC", formula)
    return (
        "".join(char for char in folded if char.isalnum() or char == "\\").replace("\\left", "").replace("\\right", "")
    )


def _signs(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the signs between two operands, and those before a number, with beginning and end."""
    for found in _SIGN.finditer(text):
        start, end = found.span()
        if end - start > _LONGEST_SIGN or start == 0 or end == len(text):
            continue
        spaced = text[start - 1] in _BLANKS, text[end] in _BLANKS
        left = text[start - 2 : start - 1] if spaced[0] else text[start - 1]
        right = text[end + 1 : end + 2] if spaced[1] else text[end]
        sign = found[0].translate(_ALIKE)
        sign = _SPELT.get(sign, sign)
        if spaced[0] == spaced[1] and _operand(left, _CLOSING) and _operand(right, _OPENING):
            if _single(text, start - 1 - spaced[0], -1) or _single(text, end + spaced[1], 1):
                yield start, end, "-" if sign == "/" and not spaced[0] else sign  # as dates have it
        elif not spaced[1] and right.isdigit() and sign in {"+", "-"} and text[start - 1] != "\n":
            yield start, end, sign


def _operand(char: str, others: str) -> bool:
    return char != "" and (char in others or (char.isascii() and char.isalnum()))


def _single(text: str, at: int, step: int) -> bool:
    """Tell whether a number or a name of one letter stands there, and no word."""
    char, beside = text[at], text[at + step : at + step + 1] if at + step >= 0 else ""
    return not char.isalpha() or not (beside.isascii() and beside.isalpha())
