"""Edits are made whatever their order, never over each other, and can be undone."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.edits import Applied, Change, Draft, FixProposal, apply, compose, revert, rewrite
from feedtools.model import Edit

TEXTS = st.text(st.sampled_from("ab \U0001f600中\udc80"), max_size=12)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[FixProposal]]:
    text = draw(TEXTS)
    places = st.integers(0, len(text))
    edit = st.builds(lambda a, b, new: Edit(min(a, b), max(a, b), new), places, places, TEXTS)
    return text, draw(
        st.lists(st.builds(FixProposal, st.sampled_from("XYZ"), st.lists(edit, min_size=1, max_size=3).map(tuple)))
    )


@pytest.mark.parametrize(
    ("fixes", "expected", "skipped"),
    [
        ([("A", (1, 2, "X"))], "aXcdef", ""),
        ([("A", (1, 2, "")), ("B", (4, 6, "YY"))], "acdYY", ""),
        ([("A", (1, 3, "X")), ("B", (2, 4, "Y"))], "aXdef", "B"),
        ([("B", (1, 3, "X")), ("A", (1, 3, "Y"))], "aYdef", "B"),
        ([("A", (1, 3, "X")), ("B", (1, 3, "X"))], "aXdef", ""),
        ([("A", (1, 1, "X")), ("B", (1, 2, "Y"))], "aXYcdef", ""),
        ([("A", (2, 2, "X")), ("B", (1, 2, "Y"))], "aYXcdef", ""),
        ([("A", (2, 2, "X")), ("B", (1, 3, "Y"))], "aYdef", "A"),
        ([("A", (2, 2, "X")), ("B", (2, 2, "Y"))], "abXcdef", "B"),
        ([("A", (0, 1, "X")), ("B", (1, 2, "Y"))], "XYcdef", ""),
    ],
)
def test_apply(fixes: list[tuple[str, tuple[int, int, str]]], expected: str, skipped: str) -> None:
    made = apply("abcdef", [FixProposal(by, (Edit(*edit),)) for by, edit in fixes])
    assert made.text == expected
    assert "".join(one.by for one in made.skipped) == skipped


def test_a_fix_is_applied_whole_or_not_at_all() -> None:
    two = FixProposal("B", (Edit(1, 2, "X"), Edit(4, 5, "Y")))
    assert apply("abcdef", [FixProposal("A", (Edit(0, 2, "-"),)), two]).text == "-cdef"
    assert apply("abcdef", [two]).text == "aXcdYf"
    inside = FixProposal("A", (Edit(2, 3, "Z"),))
    assert apply("abcdef", [two, inside]).text == "aXZdYf"


def test_proposals_that_differ_in_safety_alone_come_in_one_order() -> None:
    twins = [FixProposal("A", (Edit(0, 1, "X"),), "confident"), FixProposal("A", (Edit(0, 1, "X"),), "safe")]
    assert apply("ab", twins).applied == apply("ab", twins[::-1]).applied == tuple(twins)


def test_an_edit_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the text"):
        apply("ab", [FixProposal("A", (Edit(1, 3, ""),))])


@given(edited(), st.randoms())
def test_apply_does_not_depend_on_order(case: tuple[str, list[FixProposal]], order: random.Random) -> None:
    text, fixes = case
    shuffled = list(fixes)
    order.shuffle(shuffled)
    made = apply(text, fixes)
    assert apply(text, shuffled) == made
    assert {*made.applied, *made.skipped} == set(fixes)
    assert apply(text, made.applied) == Applied(made.text, made.applied, ())


@given(edited(), st.lists(edited(), max_size=3))
def test_rounds_of_edits_read_as_one_and_can_be_undone(
    first: tuple[str, list[FixProposal]], more: list[tuple[str, list[FixProposal]]]
) -> None:
    raw = first[0]
    draft = Draft(raw)
    for _, given_fixes in (first, *more):
        fits = [one for one in given_fixes if all(edit.end <= len(draft.text) for edit in one.edits)]
        draft.edit(apply(draft.text, fits))
    changes = draft.changes()
    assert rewrite(raw, changes) == draft.text
    assert revert(draft.text, changes) == raw
    assert all(one.end < two.start for one, two in pairwise(changes))
    assert all(raw[one.start : one.end] == one.old != one.new and one.by for one in changes)
    again = Draft(raw)
    made = tuple(FixProposal(by, (Edit(one.start, one.end, one.new),), one.safety) for one in changes for by in one.by)
    again.edit(Applied(draft.text, made, ()))
    assert again.changes() == compose(raw, changes) == compose(raw, (), changes, ()) == changes


@pytest.mark.parametrize(
    ("given", "composed"),
    [
        ([], []),
        ([(0, 1, "a", "x", "A"), (2, 3, "c", "", "A")], [(0, 1, "a", "x", "A"), (2, 3, "c", "", "A")]),
        ([(0, 1, "a", "x", "A"), (1, 2, "b", "y", "B")], [(0, 2, "ab", "xy", "AB")]),
        ([(0, 1, "a", "x", "AA")], [(0, 1, "a", "x", "A")]),
        ([(0, 1, "a", "a", "A"), (2, 3, "c", "z", "B")], [(2, 3, "c", "z", "B")]),
        ([(0, 1, "z", "x", "A")], [(0, 1, "a", "x", "A")]),
    ],
)
def test_one_round_of_changes_is_composed_as_many_are(
    given: list[tuple[int, int, str, str, str]], composed: list[tuple[int, int, str, str, str]]
) -> None:
    one, expected = (tuple(Change(*rest, tuple(by)) for *rest, by in rows) for rows in (given, composed))
    assert compose("abcd", one) == expected


def test_revert_refuses_another_text() -> None:
    with pytest.raises(ValueError, match="expected 'c'"):
        revert("ad", [Change(1, 2, "b", "c", ("R",))])
