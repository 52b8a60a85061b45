"""Completion of a text from one that overlaps with it: nothing is lost, and nothing doubtful is joined."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedtools.dedup.rest import longest_rest
from feedtools.model import Edit
from feedtools.restore.extend import JOIN, extend


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


def completed(a: str, b: str) -> str | None:
    edits = extend(a, b)
    for edit in sorted(edits, reverse=True):
        a = a[: edit.start] + edit.text + a[edit.end :]
    return a if edits else None


P, O, S, Y, Z = (_text(number, 60) for number in range(5))  # noqa: E741


@pytest.mark.parametrize(
    ("a", "b", "whole"),
    [
        (P + O, O + S, P + O + S),
        (P + O + "...", O + S + "…", P + O + S + "…"),
        (O + S, P + O, P + O + S),
        (O + S, P + O + "...", P + O + S),
        (f"{P}\n\n{O}\n", f"{O} \n{S}\n", f"{P}\n\n{O} \n{S}\n"),
        (P + O + Z, O + Y + Z, P + O + Y + Z),
        (O + Z + S, O + Y + Z, O + Y + Z + S),
        (P + O + Y + Z, O + Z + S, P + O + Y + Z + S),
        (P + O + "。" + Y + "。" + Z, P + O + "。" + Z + S, P + O + "。" + Y + "。" + Z + S),
        (P + O + "的话。" + Y + "的话。" + Z, P + O + "的话。" + Z + S, P + O + "的话。" + Y + "的话。" + Z + S),
        (P + O + " " + Z, O + "。\n" + Y + "\n" + Z, P + O + "。\n" + Y + "\n" + Z),
    ],
)
def test_a_certain_join_is_made(a: str, b: str, whole: str) -> None:
    assert completed(a, b) == whole


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (P + O, O),  # the one has all of the other
        (O, P + O + S),
        (P + O, P + O),
        (P + O, S + Y),  # nothing in common
        (P + O + Y, O + S),  # both go on, each otherwise
        (Y + O + S, P + O),
        (P + O + Y + Z, O + S + Z),  # each has another section
        (P + O[:59] + "甲", O + S),  # a letter is another one
        (P + O + Z, Z + O + S),  # in another order
        (P + O + "1. " + Y, O + "2. " + Y + S),
    ],
)
def test_a_doubtful_join_is_not_made(a: str, b: str) -> None:
    assert completed(a, b) is None


@pytest.mark.parametrize(("script", "size"), [("dense", JOIN[True]), ("alphabet", JOIN[False])])
def test_a_join_is_as_long_as_its_script_asks_for(script: str, size: int) -> None:
    def text(seed: int, count: int) -> str:
        if script == "dense":
            return _text(seed, count)
        pick = random.Random(seed)
        return "".join(pick.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(count))

    before, behind = text(1, 200), text(2, 200)
    for count, made in ((size - 1, False), (size, True)):
        shared = text(3, count)
        assert (completed(before + shared, shared + behind) is not None) is made


def test_what_stands_twice_joins_nothing() -> None:
    assert completed(P + O + Y + O, O + S) is None
    assert completed(P + O, O + S + O + Z) is None


def test_edits_are_insertions_in_place_of_blanks_and_dots() -> None:
    assert extend(P + O + "...", O + S) == (Edit(120, 123, S),)


PARTS = st.lists(st.integers(0, 7), min_size=1, max_size=6, unique=True)
TEXTS = [_text(100 + number, 30 + 25 * number) for number in range(8)]
BLANKS = st.sampled_from(["", " ", "\n\n", "  "])


@settings(max_examples=150, deadline=None)
@given(PARTS, st.data())
def test_the_completed_text_has_every_run_of_both(parts: list[int], data: st.DataObject) -> None:
    """Of one order of sections each text has some; whatever is made of them holds all that both say."""
    sides = []
    for _ in range(2):
        chosen = [part for part in parts if data.draw(st.booleans())]
        assume(chosen)
        sides.append(
            "".join(TEXTS[part] + data.draw(BLANKS) for part in chosen) + data.draw(st.sampled_from(["", "..."]))
        )
    a, b = sides
    whole = completed(a, b)
    if whole is None:
        return
    assert longest_rest(a, whole) == longest_rest(b, whole) == 0
    for part in TEXTS:
        assert whole.count(part) == int(part in a or part in b)
    assert len("".join(whole.split())) <= len("".join((a + b).split()))
    assert completed(whole, b) is None
    assert completed(whole, a) is None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_two_windows_of_one_text_give_the_stretch_of_both(start: int, size: int, other: int, length: int) -> None:
    text = _text(7, 400)
    a, b = text[start : start + size], text[other : other + length]
    low, high = min(start, other), max(start + size, other + length)
    shared = min(start + size, other + length) - max(start, other)
    one_has_all = [low, high] in ([start, start + size], [other, other + length])
    whole = completed(a, b)
    if shared >= JOIN[True] and not one_has_all:
        assert whole == text[low:high]
    else:
        assert whole is None
