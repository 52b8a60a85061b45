"""Two copies of an article side by side: what was cut, restored, rendered another way or changed.

The unit is what a reader takes in at once: a formula, a placeholder, a Latin word, one Chinese character.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from feedtools.text.formulas import find_math

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rapidfuzz.distance import Opcodes

    from feedtools.model import Block

Change = Literal["same", "cut", "lost", "added", "rendered", "changed"]
Opcode = tuple[str, int, int, int, int]

WINDOW = 2400
"""Code points of either text that are compared; more of a text than this is counted, not shown."""
_TOKEN = re.compile(r"\[[A-Za-z]{2,12}\]|\[[一-鿿]{2,4}\]|[A-Za-z]+|\d+|\s+|\.{3}|.", re.DOTALL)
_PLACEHOLDER = re.compile(r"\[(?:[A-Za-z]{2,12}|[一-鿿]{2,4})\]")
_MARKUP = re.compile(r"[-*`#>_\s]+")
_ENDING = re.compile(r"(?<!\s)\s*+(?:(?:(?<!\.)\.{3,}+|(?<!…)…++)\s*+)?\Z")


class DiffPiece(NamedTuple):
    """A stretch of one side of the comparison.

    Attributes:
        left: text of the kept copy; empty where it has none here.
        right: text of the other copy.
        change: ``same``; ``cut`` the kept copy goes on where the other ends; ``lost`` only in the kept copy; ``added``
            only in the other; ``rendered`` the same formula, code or word in another rendering; ``changed``.
    """

    left: str
    right: str
    change: Change


class Diff(NamedTuple):
    """A comparison: its pieces in order, and how many code points of each text stand outside it, before and after."""

    pieces: tuple[DiffPiece, ...]
    left_outside: tuple[int, int] = (0, 0)
    right_outside: tuple[int, int] = (0, 0)


def compare(left: str, right: str, evidence: Sequence[Block] = ()) -> Diff:
    """Compare the kept copy with another one.

    Args:
        left: the kept copy.
        right: the other copy.
        evidence: aligned spans, ``a`` in ``right`` and ``b`` in ``left``; the first one says where to begin.

    Returns:
        Pieces whose ``left`` parts, joined, are the compared stretch of ``left``, and likewise ``right``; line ends of
        Windows are as good as others and stand as those.
    """
    left_start, right_start = _begin(left, right, evidence)
    a = left[left_start : left_start + WINDOW]
    b = right[right_start : right_start + WINDOW]
    pieces = tuple(_merged(_pieces(a.replace("\r\n", "\n"), b.replace("\r\n", "\n"))))
    return Diff(
        pieces,
        (left_start, len(left) - left_start - len(a)),
        (right_start, len(right) - right_start - len(b)),
    )


def _begin(left: str, right: str, evidence: Sequence[Block]) -> tuple[int, int]:
    if not evidence or max(len(left), len(right)) <= WINDOW:
        return 0, 0
    block = evidence[0]
    lead = min(block.a_start, block.b_start, 80)
    return max(0, min(block.b_start, len(left)) - lead), max(0, min(block.a_start, len(right)) - lead)


def tokens(text: str) -> list[str]:
    """The text in the units that are compared; joined they are the text."""
    found: list[str] = []
    at = 0
    for math in find_math(text):
        found += _TOKEN.findall(text[at : math.start])
        if math.closed:
            found.append(text[math.start : math.end])
        else:
            found += _TOKEN.findall(text[math.start : math.end])
        at = math.end
    return found + _TOKEN.findall(text[at:])


def _pieces(left: str, right: str) -> Iterator[DiffPiece]:
    left_body, left_end = _split_ending(left)
    right_body, right_end = _split_ending(right)
    found = list(_changes(tokens(left_body), tokens(right_body)))
    if found and found[-1].change in {"lost", "added", "changed"}:
        last = found.pop()
        left_end, right_end = last.left + left_end, last.right + right_end
    yield from found
    if left_end == right_end:
        change: Change = "same"
    elif not left_end.strip(" .…") and not right_end.strip(" .…"):
        change = "rendered"  # one of them says with dots that it goes on
    elif len(left_end) > len(right_end) and _skeleton(left_end).startswith(_skeleton(right_end.rstrip(" .…"))):
        change = "cut"
    elif _skeleton(right_end).startswith(_skeleton(left_end.rstrip(" .…"))):
        change = "added"
    else:
        change = _kind(left_end, right_end)
    if left_end or right_end:
        yield DiffPiece(left_end, right_end, change)


def _split_ending(text: str) -> tuple[str, str]:
    """The text, and the dots that say it was cut."""
    end = _ENDING.search(text)
    at = end.start() if end else len(text)
    return text[:at], text[at:]


def _changes(a: list[str], b: list[str]) -> Iterator[DiffPiece]:
    from rapidfuzz.distance import Indel

    numbers: dict[str, int] = {}
    a_codes = [numbers.setdefault(token, len(numbers)) for token in a]
    b_codes = [numbers.setdefault(token, len(numbers)) for token in b]
    codes = min(
        _opcodes(Indel.opcodes(a_codes, b_codes)),
        _turned(_opcodes(Indel.opcodes(a_codes[::-1], b_codes[::-1])), len(a), len(b)),
        key=len,
    )
    for same, old, new in _calm(codes, a, b):
        head = len(old) if same else _shared(old, new)
        tail = 0 if same else _shared(old[head:][::-1], new[head:][::-1])
        if head:
            yield DiffPiece("".join(old[:head]), "".join(new[:head]), "same")
        was, now = "".join(old[head : len(old) - tail]), "".join(new[head : len(new) - tail])
        if was or now:
            yield DiffPiece(was, now, _kind(was, now))
        if tail:
            yield DiffPiece("".join(old[-tail:]), "".join(new[-tail:]), "same")


def _opcodes(found: Opcodes) -> list[Opcode]:
    return [(op.tag, op.src_start, op.src_end, op.dest_start, op.dest_end) for op in found]


def _turned(codes: list[Opcode], a: int, b: int) -> list[Opcode]:
    """Opcodes of two reversed sequences of these lengths, for the sequences themselves.

    Of the alignments that cost the same, one read from the end keeps a missing head together, and one read from the
    beginning a missing tail.
    """
    return [(tag, a - end, a - start, b - stop, b - other) for tag, start, end, other, stop in reversed(codes)]


def _calm(codes: Sequence[Opcode], a: list[str], b: list[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Runs of agreement and of change; agreement by chance, short beside the changes around it, counts as change."""
    sizes = [max(end - start, stop - other) for _, start, end, other, stop in codes]

    def agrees(number: int) -> bool:
        if codes[number][0] != "equal":
            return False
        around = [sizes[beside] for beside in (number - 1, number + 1) if 0 <= beside < len(codes)]
        return len(around) < 2 or sizes[number] > max(1, min(4, max(around) // 8))

    for same, run in groupby(range(len(codes)), key=agrees):
        numbers = list(run)
        first, last = codes[numbers[0]], codes[numbers[-1]]
        yield same, a[first[1] : last[2]], b[first[3] : last[4]]


def _shared(a: list[str], b: list[str]) -> int:
    """Number of tokens that two lists begin with alike."""
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count


def _kind(old: str, new: str) -> Change:
    if not new.strip():
        return "lost" if _skeleton(old) else "rendered"
    if not old.strip():
        return "added" if _skeleton(new) else "rendered"
    if _skeleton(old) == _skeleton(new):
        return "rendered"
    few, many = sorted((len(tokens(old)), len(tokens(new))))
    if many > 24 and many > 4 * few:
        return "changed"
    if bool(find_math(old)) != bool(find_math(new)) or _PLACEHOLDER.search(old) or _PLACEHOLDER.search(new):
        return "rendered"
    return "changed"


def _skeleton(text: str) -> str:
    """Keep only what both renderers keep: no hyphens, marks or spaces."""
    return _MARKUP.sub("", text)


def _merged(pieces: Iterator[DiffPiece]) -> Iterator[DiffPiece]:
    """Neighbours of one kind joined."""
    for change, run in groupby(pieces, key=lambda piece: piece.change):
        part = list(run)
        yield DiffPiece("".join(piece.left for piece in part), "".join(piece.right for piece in part), change)
