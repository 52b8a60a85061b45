"""Examples as rule files hold them: a sentence with each span that is to be reported between ⟦ and ⟧."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any, NamedTuple

from feedtools.model import CONFIDENCES, LEVELS, SAFETIES, Span

OPEN, CLOSE = "⟦", "⟧"
EXAMPLE_KEYS = ("text", "fixed", "note", "grade")
_GRADES = (*LEVELS, *CONFIDENCES, *SAFETIES)


class Example(NamedTuple):
    """A sentence that shows a rule: the exact spans it must (or must not yet) report, and the text after its fix.

    ``grades`` has for each span, or once for all of them, the level, confidence and safety that differ from the rule's.
    """

    text: str
    spans: tuple[Span, ...]
    fixed: str | None
    note: str
    grades: tuple[tuple[str, ...], ...] = ()


def examples_of(kind: str, rows: list[Any], *, spans: bool = False) -> tuple[Example, ...]:
    """Read the tables of examples of one kind.

    Args:
        kind: ``bad``, ``good`` or ``missed``, for messages.
        rows: the tables.
        spans: whether each must mark what is to be reported.

    Raises:
        ValueError: not an example; the message says which and what was expected.
    """
    examples = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise ValueError(f"{kind} example {number}: expected a table with a text")
        if unknown := set(row) - set(EXAMPLE_KEYS):
            expected = ", ".join(EXAMPLE_KEYS)
            raise ValueError(f"{kind} example {number}: unknown key {min(unknown)!r}; expected {expected}")
        for key in ("fixed", "note"):
            if not isinstance(row.get(key, ""), str):
                raise ValueError(f"{kind} example {number}: {key}: expected a string, found {row[key]!r}")
        text, found = unmark(row["text"])
        if spans and not found:
            raise ValueError(f"{kind} example {number}: expected the span to report between {OPEN} and {CLOSE}")
        grades = _grades(f"{kind} example {number}", row.get("grade", ""), len(found))
        examples.append(Example(text, found, row.get("fixed"), row.get("note", ""), grades))
    return tuple(examples)


def _grades(where: str, told: Any, spans: int) -> tuple[tuple[str, ...], ...]:
    """Read ``"note low, confident"``: for each span, or once for all, what differs from the rule's own grade."""
    if not isinstance(told, str):
        raise ValueError(f"{where}: grade: expected a string such as 'note low'")
    grades = tuple(tuple(part.split()) for part in told.split(",")) if told else ()
    for word in chain.from_iterable(grades):
        if word not in _GRADES:
            raise ValueError(f"{where}: grade {word!r}: expected {', '.join(_GRADES)}")
    if len(grades) > 1 and len(grades) != spans:
        raise ValueError(f"{where}: {len(grades)} grades for {spans} spans; expected one for all, or one for each")
    return grades


def unmark(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Take the span marks off an example: its plain text and the spans they enclosed.

    Raises:
        ValueError: marks that do not pair.
    """
    parts = re.split(f"([{OPEN}{CLOSE}])", marked)
    text, starts, spans = "", [], []
    for part in parts:
        if part == OPEN:
            starts.append(len(text))
        elif part == CLOSE:
            if not starts:
                raise ValueError(f"{CLOSE} without {OPEN} in an example")
            spans.append(Span(starts.pop(), len(text)))
        else:
            text += part
    if starts:
        raise ValueError(f"{OPEN} without {CLOSE} in an example")
    return text, tuple(sorted(spans))
