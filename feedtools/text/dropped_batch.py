r"""Formulas and placeholders in many texts at once: the batch form of ``text.dropped``.

Openers and closers that follow one another in pairs, as they do in almost every text, are taken for all texts of a
block together, and so are placeholders outside them.  A text where anything else turns up that matters (``\[`` without
its closer, a formula that is too long for one, ``$$``, ``\begin``) is left to the reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from feedtools.text.dropped import FORMULAS, HAN_IN_TAIL, HOLES, LONGEST, initials, marks, placeholder
from feedtools.text.dropped import dropped as dropped_of
from feedtools.text.placeholders import own_texts
from feedtools.text.renderers import derived

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Units = NDArray[Any]

_BACKSLASH, _DOLLAR, _BRACKET = 1, 2, 3
_CLOSER, _DISPLAY = 1, 2
"""The two bits of an opener or closer; what else a mark may be with the code point behind it comes after them."""
_COMMAND, _NAME, _ODD, _NOTHING = 4, 5, 6, 7


class TextBlock(NamedTuple):
    """Texts laid end to end.

    Attributes:
        texts: each by itself.
        raw: the code points of all.
        starts: where each begins, and the end of the last.
    """

    texts: Sequence[str]
    raw: Units
    starts: Ints

    def owners(self, places: Ints) -> Ints:
        """The number of the text that each place lies in."""
        owners: Ints = np.searchsorted(self.starts, places, side="right") - 1
        return owners


class _Turns(NamedTuple):
    """Openers and closers in order.

    Of each: where it stands, in which text, what it means, whether its closer comes next, and whether it is an opener
    that the end of its text cuts off.
    """

    places: Ints
    owners: Ints
    means: Bytes
    pairs: Flags
    cut: Flags


class _Formulas(NamedTuple):
    """Formulas in order: where their opener and their closer begin, and whether only one rendering has them."""

    opens: Ints
    closes: Ints
    drop: Flags


class _Names(NamedTuple):
    """Brackets with the initial of a placeholder's name behind them.

    Of each: where it stands, in which text, and the size of what is shown there, 0 where that has to be read.
    """

    places: Ints
    owners: Ints
    sizes: Ints


@derived
def _kinds() -> Bytes:
    found = np.zeros(0x10000, np.uint8)
    for mark in marks():
        found[ord(mark)] = {"\\": _BACKSLASH, "$": _DOLLAR}.get(mark, _BRACKET)
    return found


@derived
def _meanings() -> Bytes:
    """Map each kind of mark, with each code point behind it, to its meaning."""
    found = np.full((4, 0x10000), _NOTHING, np.uint8)
    slash = found[_BACKSLASH]
    slash[[ord(c) for c in "()[]"]] = 0, _CLOSER, _DISPLAY, _DISPLAY | _CLOSER
    slash[ord("a") : ord("z") + 1] = slash[ord("A") : ord("Z") + 1] = _COMMAND
    found[_DOLLAR, ord("$")] = _ODD
    found[_BRACKET, [ord(c) for c in initials()]] = _NAME
    return found.ravel()


def kinds(codes: Units) -> Bytes:
    """Look up the kind of mark of each code point, 0 for none."""
    return _kinds().take(codes, mode="clip")


def dropped(block: TextBlock, marks: Ints) -> tuple[Ints, Bytes]:
    """The places of all code points in formulas and placeholders, in no order, and the traits of each text.

    Args:
        block: the texts.
        marks: the places of ``dropped.marks`` in the texts to look at, ascending, all of them.
    """
    owners, means = block.owners(marks), _means(block, marks)
    odd = np.zeros(len(block.texts), bool)
    odd[owners[means == _ODD]] = True
    commands = marks[means == _COMMAND]
    odd[block.owners(_environments(block.raw, commands))] = True
    named = means == _NAME
    at = np.flatnonzero(means < _COMMAND)
    turns = _turns(marks[at], owners[at], means[at])
    odd[_confusing(turns, owners[named], len(odd))] = True
    formulas = _formulas(block, turns, commands)
    odd[block.owners(formulas.opens[formulas.closes + 2 - formulas.opens > LONGEST])] = True
    pairs = formulas.drop & ~odd[block.owners(formulas.opens)]
    sizes = _shown(block, marks[named], owners[named])
    traits = np.zeros(len(block.texts), np.uint8)
    traits[owners[named][sizes > 0]] = HOLES
    formal = np.zeros(len(block.texts), bool)
    formal[owners[(means | _DISPLAY) == _DISPLAY]] = True
    traits[formal] |= FORMULAS
    holders, sizes = _holders(block, _Names(marks[named], owners[named], sizes), formulas, odd)
    others = np.array(list(_reference(block, odd)), np.int64).reshape(-1, 2)
    firsts = np.concatenate([formulas.opens[pairs], holders, others[:, 0]])
    sizes = np.concatenate([(formulas.closes - formulas.opens)[pairs] + 2, sizes, others[:, 1] - others[:, 0]])
    before = np.cumsum(sizes) - sizes
    places: Ints = np.repeat(firsts - before, sizes) + np.arange(sizes.sum())
    return places, traits


def _means(block: TextBlock, marks: Ints) -> Bytes:
    """Look up the meaning of each mark with the code point behind it."""
    after = block.raw.take(marks + 1, mode="clip")
    after[marks + 1 == block.starts[block.owners(marks) + 1]] = 0
    kind = kinds(block.raw.take(marks)).astype(np.int64)
    means: Bytes = _meanings().take(kind << 16 | np.minimum(after, 0xFFFF))
    return means


def _environments(raw: Units, commands: Ints) -> Ints:
    r"""Select the ``commands`` that may be ``\begin`` or ``\end``."""
    one, two, three = (raw.take(commands + i, mode="clip") for i in (1, 2, 3))
    begin = (one == ord("b")) & (two == ord("e")) & (three == ord("g"))
    found: Ints = commands[begin | ((one == ord("e")) & (two == ord("n")) & (three == ord("d")))]
    return found


def _turns(places: Ints, owners: Ints, means: Bytes) -> _Turns:
    opener = means & _CLOSER == 0
    same = np.append(owners[1:] == owners[:-1], False)[: len(owners)]  # the next one is in the same text
    pairs: Flags = opener & same & np.append(means[1:] == means[:-1] + 1, False)[: len(owners)]
    return _Turns(places, owners, means, pairs, opener & ~same)


def _confusing(turns: _Turns, named: Ints, count: int) -> Ints:
    r"""The texts, of ``count``, where something is left over that changes what else there is.

    That is a left-over ``\[`` or ``\]``, and any other in a text of ``named``, which has placeholders.
    """
    left = ~(turns.pairs | turns.cut)
    left[1:] &= ~turns.pairs[:-1]
    holding = np.zeros(count, bool)
    holding[named] = True
    found: Ints = turns.owners[left & ((turns.means >= _DISPLAY) | holding[turns.owners])]
    return found


def _formulas(block: TextBlock, turns: _Turns, commands: Ints) -> _Formulas:
    """Openers with their closers, the last one of a text perhaps without.

    A formula that the text's end cuts off counts as closed by its last two code points.
    """
    places, owners, means, pairs, cut = turns
    at = np.flatnonzero(pairs | cut)
    opens, ends, cut = places[at], block.starts[owners[at] + 1], cut[at]
    closes = np.where(cut, ends - 2, np.append(places[1:], 0)[at])
    drop = np.searchsorted(commands, closes) > np.searchsorted(commands, opens)
    display = ~drop & ~cut & (means[at] == _DISPLAY)
    drop |= display
    ends = np.where(cut, ends, closes)
    passages = np.flatnonzero(cut | (display & (closes - opens - 2 > HAN_IN_TAIL)))  # unless they are formulas
    for number, start, end in zip(passages.tolist(), opens[passages].tolist(), ends[passages].tolist(), strict=True):
        drop[number] = np.count_nonzero(_han(block.raw[start:end])) <= HAN_IN_TAIL
    return _Formulas(opens, closes, drop)


def _han(codes: Units) -> Flags:
    """Mark the Chinese characters, as ``text.dropped`` counts them."""
    return (codes >= 0x3400) & (codes <= 0x9FFF)


def _holders(block: TextBlock, names: _Names, formulas: _Formulas, odd: Flags) -> tuple[Ints, Ints]:
    """Placeholders outside formulas: where they begin, and their sizes."""
    within = np.append(formulas.closes, -1)[np.searchsorted(formulas.opens, names.places) - 1]
    outside = (names.places > within) & ~odd[names.owners]
    places, owners, sizes = (column[outside] for column in names)
    rest = np.flatnonzero(sizes == 0)
    owned = owners[rest]
    starts = (places[rest] - block.starts[owned]).tolist()
    ends = [placeholder(block.texts[owner], at) for owner, at in zip(owned.tolist(), starts, strict=True)]
    sizes[rest] = np.maximum(np.array(ends, np.int64) - starts, 0)
    return places, sizes


def _shown(block: TextBlock, places: Ints, owners: Ints) -> Ints:
    """Measure the placeholder at each place, where it is what the renderer shows; else 0."""
    sizes = np.zeros(len(places), np.int64)
    second, ends = block.raw.take(places + 1, mode="clip"), block.starts[owners + 1]
    for holder in own_texts():
        at = np.flatnonzero((second == ord(holder[1])) & (places + len(holder) <= ends))
        for behind, char in enumerate(holder):
            at = at[block.raw.take(places[at] + behind) == ord(char)]
        sizes[at] = len(holder)
    return sizes


def _reference(block: TextBlock, odd: Flags) -> Iterator[tuple[int, int]]:
    """Take the spans of odd texts from the reference."""
    for number in np.flatnonzero(odd).tolist():
        start = int(block.starts[number])
        for first, last in dropped_of(block.texts[number]):
            yield start + first, start + last
