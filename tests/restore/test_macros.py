"""Macros that a document defines for its formulas."""

from __future__ import annotations

import pytest

from feedtools.restore.macros import LONGEST, definitions, expanded, without_definitions


@pytest.mark.parametrize(
    ("document", "formula", "expected"),
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"\R^n", r"\mathbb{R}^n"),
        (r"\renewcommand\R{\mathbb R}", r"\R x", r"\mathbb R x"),
        (r"\def\v#1{\mathbf{#1}}", r"\v{x}+\v y", r"\mathbf{x}+\mathbf{y}"),
        (r"\newcommand{\f}[2]{\frac{#1}{#2}}", r"\f{a}{b}", r"\frac{a}{b}"),
        (r"\newcommand{\f}[2]{\frac{#1}{#2}}", r"\f{a}", r"\f{a}"),
        (r"\DeclareMathOperator{\tr}{tr}", r"\tr A", r"\operatorname{tr} A"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{c}", r"\a", "c"),
        (r"\newcommand{\p}{\pi}", r"\p x", r"\pi x"),
        (r"\newcommand{\p}{\pi}", r"\pi", r"\pi"),
        (r"\def\v#1{\hat#1}", r"\v{a}b", r"\hat ab"),
        (r"\def\v#1{\hat#1}", r"\v{\beta}", r"\hat\beta"),
        (r"\newcommand{\p{\pi}", r"\p", r"\p"),
        ("", r"\R", r"\R"),
    ],
)
def test_expanded(document: str, formula: str, expected: str) -> None:
    assert expanded(formula, definitions(document)) == expected


def test_a_macro_that_calls_itself_ends() -> None:
    assert len(expanded(r"\a", definitions(r"\newcommand{\a}{\a\a}"))) <= LONGEST


def test_definitions_are_no_text() -> None:
    assert without_definitions(r"a \newcommand{\R}{\mathbb{R}} b") == "a  b"
