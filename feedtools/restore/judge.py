r"""Trust in a repair: the evidence around it, and the rules that its text must pass."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import Edit
from feedtools.text.formulas import Math, find_math

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feedtools.lint.checks.latex.tables import Command

CONTEXT = 4
"""Symbols that must agree in a row on either side of a repair, unless a text begins or ends there."""
ALONE = 12
"""Symbols that must agree in a row where only one side of a repair can be compared."""
LONGEST = 1200
"""Code points of a formula beyond which it is offered and not filled in."""
LONGEST_CODE = 4000
"""Likewise of a block of code."""
RISK = 0.01
"""Chance of a wrong repair up to which it is applied on the word of one sibling."""

HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"\\(?:text\w*|mbox|hbox|operatorname|tag\*?|mathrm)\s*\{[^{}]*\}")
DIFFERS = "the other copy differs elsewhere, so this may be wrong too"
THIN = "too little around it agrees"


class Proposal(NamedTuple):
    """One repair that a sibling offers.

    Attributes:
        edit: the damaged span and what would stand there.
        kind: one of ``KINDS``.
        risk: estimated chance, 0 to 1, that it is not what the author wrote.
        reason: why it may be trusted, or why it may not.
    """

    edit: Edit
    kind: str
    risk: float
    reason: str


def graver(one: tuple[float, str], *others: tuple[float, str]) -> tuple[float, str]:
    """Choose the greatest of several doubts, the first of equal ones."""
    return max((one, *others), key=lambda doubt: doubt[0])


def fault(source: str, macros: Mapping[str, Command] | None = None) -> str:
    r"""Say in a few words why a span does not pass the rules for formulas; empty where it does.

    It must be closed, render, and hold no Chinese but inside ``\text{…}``.
    """
    return _fault(source) if not macros else _find(source, macros)


@lru_cache(maxsize=4096)
def _fault(source: str) -> str:
    return _find(source, None)


def _find(source: str, macros: Mapping[str, Command] | None) -> str:
    from feedtools.lint.checks.latex.parser import find_fault
    from feedtools.lint.checks.latex.rules import formula
    from feedtools.lint.checks.latex.tables import load

    found = find_math(source)
    if len(found) != 1 or not found[0].closed or (found[0].start, found[0].end) != (0, len(source)):
        return "it is not one closed formula"
    body, _, display = formula(source, Math(0, len(source), found[0].opener, closed=True))
    if not body.strip():
        return "it is empty"
    if HAN.search(_WORDS.sub("", body)):
        return "it holds Chinese outside of \\text{…}"
    problem = find_fault(body, load("katex"), macros, display=display)
    if problem is None:
        return ""
    named = body[problem.start : problem.end] if problem.code in {"unknown-command", "unknown-environment"} else ""
    return f"it does not render: {problem.code.replace('-', ' ')}" + (f" {named}" if named else "")


def sound(source: str) -> bool:
    """Tell whether a span passes the rules for formulas."""
    return not fault(source)
