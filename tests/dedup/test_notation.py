"""What is written between the letters tells two texts apart where both have it, and excuses what one has lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.document import Document
from feedtools.dedup.evidence import match_pair
from feedtools.dedup.explain import explain_pair
from feedtools.dedup.match import PROSE, compare
from feedtools.dedup.notation import notes, signs_agree
from feedtools.dedup.runs import Runs
from feedtools.model import COPIES
from feedtools.text.symbols import offsets


def _text(seed: int, size: int) -> str:
    pick = random.Random(seed)
    return "".join(chr(pick.randrange(0x4E00, 0x9000)) for _ in range(size))


BEFORE, BEHIND = _text(1, 70), _text(2, 90)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\(x^2+4x-5=0\)", r"\(x^2-4x-5=0\)"),
        ("$x^2+4x+5=0$", "$x^2+4x=5$"),
        (r"$\lim_{n\to\infty} a_n$", r"$\lim_{n\to k} a_n$"),
        ("48 + 12", "48 - 12"),
        ("48×12", "48÷12"),
        ("x ≤ 5", "x ≥ 5"),
        ("x < 5", "x ≤ 5"),
        ("涨跌 +0.4", "涨跌 -0.4"),
        ("`a == b`", "`a != b`"),
        ("`^(ab)*$`", "`^[ab]{2}$`"),
        ("``tidy --soft``", "``tidy --hard``"),
        ("\n\n```c\ni < 5;\n```\n\n", "\n\n```c\ni <= 5;\n```\n\n"),
        ("\n\n~~~\nx and y\n~~~\n\n", "\n\n~~~\nx or y\n~~~\n\n"),
        ("写成 max(3, 7) 即可", "写成 min(3, 7) 即可"),
        ("写成 list.pop(0) 即可", "写成 list.pop() 即可"),
    ],
)
def test_what_both_have_at_one_place_has_to_agree(one: str, other: str) -> None:
    found = match_pair(BEFORE + one + BEHIND, BEFORE + other + BEHIND)
    assert found is not None
    assert found.kind == "overlapping"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("`a == b`", "a == b"),  # only one is marked as code
        ("`a  ==  b`", "`a == b`"),
        ("`print(“甲”)`", '`print("甲")`'),
        ("\n\n```python\nx = 1\n```\n\n", "\n\n```\nx = 1\n```\n\n"),
        ("n-1 层", "n1 层"),  # a renderer deletes hyphens
        ("`fac(n-1)`", "`fac(n1)`"),
        ("48 × 12", "48 12"),
        ("48 * 12", "48×12"),
        ("48 - 12", "48 – 12"),
        ("2026-05-02", "2026/05/02"),
        ("10~12 人", "10-12 人"),
        ("x ≤ 5", "x <= 5"),
        (r"\(a_k\)", "$a_{k}$"),
        (r"\[\frac{1}{2}\]", r"$$\frac{1}{2}$$"),
        (r"$x+y$ 与 $u+v$", r"x+y 与 u+v"),
        ("two mill(s) of the valley", "two mill of the valley"),
        ("一会儿——3 年", "一会儿--3 年"),
        ("\n- 3 个\n", "\n+ 3 个\n"),  # signs of a list
    ],
)
def test_what_one_has_lost_or_writes_otherwise_says_nothing(one: str, other: str) -> None:
    found = match_pair(BEFORE + one + BEHIND, BEFORE + other + BEHIND)
    assert found is not None
    assert found.kind in COPIES


def test_code_that_was_put_in_is_compared_with_none() -> None:
    found = match_pair(BEFORE + "`x`" + BEHIND, BEFORE + "`y`、`x`" + BEHIND)
    assert found is not None
    assert found.kind in COPIES


def test_a_copy_that_was_cut_in_its_code_stays_a_copy() -> None:
    whole = BEFORE + BEHIND + "\n\n```sh\nmill start --stone 2\nmill stop\n```\n\n" + BEHIND[::-1]
    for end in range(len(BEFORE + BEHIND) + 10, len(whole) - len(BEHIND), 3):
        found = match_pair(whole[:end] + "...", whole)
        assert found is not None
        assert found.kind == "truncated"


@pytest.mark.parametrize("size", [PROSE - 20, PROSE + 1])
def test_a_long_one_is_a_copy_for_all_that_and_neither_goes(size: int) -> None:
    text = _text(3, size)
    found = match_pair(text[:200] + "`x and y`" + text[200:], text[:200] + "`x or y`" + text[200:])
    assert found is not None
    assert (found.kind in COPIES) is (size > PROSE)
    assert found.kind == "overlapping" or min(found.rest_a, found.rest_b) == MOST_REST
    same = match_pair(text[:200] + "`a < b`" + text[200:], text[:200] + "`a > b`" + text[200:] + "乙丙")
    assert same is not None
    assert (same.kind in COPIES) is (size > PROSE)
    assert same.kind == "overlapping" or min(same.rest_a, same.rest_b) == MOST_REST


def test_the_reason_is_told() -> None:
    found = explain_pair(BEFORE + "48 + 12" + BEHIND, BEFORE + "48 - 12" + BEHIND)
    assert found.rule == "code or signs stand at the same places and differ"


def test_what_carries_no_symbols_is_no_code_and_no_sign() -> None:
    text = r"甲 \(f(x)=\frac{1}{x-2}\) 乙 `a-b` 丙 x-2"
    document = Document.of(0, text)
    assert [one.by_place(document) for one in notes(document)] == [{2: "a-b"}, {}, {6: "-"}]


def test_texts_without_any_are_not_measured() -> None:
    document = Document.of(0, BEFORE)
    assert not document.formulas
    assert not any(document.notes)
    assert "offsets" not in document.__dict__


@pytest.mark.parametrize(("other", "placed"), [("48 12 `a`", False), ("48 + 12", True)])
def test_places_are_counted_where_both_texts_have_something(other: str, placed: bool) -> None:
    one, two = Document.of(0, BEFORE + "48 + 12" + BEHIND), Document.of(1, BEFORE + other + BEHIND)
    assert signs_agree(one, two, Runs.of_one(0, 0, len(one.codes)))
    assert [("offsets" in it.__dict__) for it in (one, two)] == [placed, placed]


def test_of_texts_with_other_figures_signs_are_not_asked() -> None:
    one, two = Document.of(0, BEFORE + "48 + 12" + BEHIND), Document.of(1, BEFORE + "48 - 13" + BEHIND)
    found = compare(one, two)
    assert found is not None
    assert found.match.kind == "overlapping"
    assert "notes" not in one.__dict__


@pytest.mark.parametrize("text", ["x = ", " = x", "x =", "= x", "x = \n", "5 -", "(a) +\u00a0", "=", " = ", ""])
def test_a_sign_at_either_end_of_a_text_stands_between_nothing(text: str) -> None:
    assert not any(notes(Document.of(0, text)))


@given(st.text(alphabet="ax1=-+/ \n()`~\\$一，", max_size=40))
def test_any_text_has_notes_whose_places_are_places_of_symbols(text: str) -> None:
    document = Document.of(0, text)
    assert all(0 <= at <= len(offsets(text)) for one in notes(document) for at in one.by_place(document))
