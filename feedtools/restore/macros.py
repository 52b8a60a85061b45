r"""Macros that a document defines for its formulas: ``\newcommand``, ``\def`` and ``\DeclareMathOperator``."""

from __future__ import annotations

import re
from typing import NamedTuple

DEPTH = 10
"""Macros inside one another that are expanded at most."""
LONGEST = 4000
"""Code points of a formula beyond which it is not expanded further."""

_DEFINITION = re.compile(
    r"\\(?P<how>(?:re)?newcommand|providecommand|DeclareMathOperator|def|gdef)\*?\s*"
    r"(?:\{\s*(?P<braced>\\[A-Za-z]+)\s*\}|(?P<bare>\\[A-Za-z]+))\s*"
    r"(?:\[(?P<count>[1-9])\]|(?P<hashes>(?:#\d)*))\s*(?=\{)"
)
_COMMAND = re.compile(r"\\[A-Za-z]+")


class Macro(NamedTuple):
    """One macro.

    Attributes:
        arguments: how many it takes.
        body: with ``#1`` for the first.
    """

    arguments: int
    body: str


def definitions(raw: str) -> dict[str, Macro]:
    r"""The macros that a document defines, by name with the backslash; the last definition counts."""
    found: dict[str, Macro] = {}
    if "\\newcommand" not in raw and "\\def" not in raw and "\\Declare" not in raw and "command" not in raw:
        return found
    for match in _DEFINITION.finditer(raw):
        end = _group_end(raw, match.end())
        if end < 0:
            continue
        body = raw[match.end() + 1 : end - 1].strip()
        if match["how"] == "DeclareMathOperator":
            body = f"\\operatorname{{{body}}}"
        count = int(match["count"] or 0) or len(match["hashes"] or "") // 2
        found[match["braced"] or match["bare"]] = Macro(count, body)
    return found


def expanded(formula: str, macros: dict[str, Macro]) -> str:
    """A formula without the macros: their definitions are taken out, their uses replaced by what they stand for."""
    if not macros or "\\" not in formula:
        return formula
    formula = without_definitions(formula)
    for _ in range(DEPTH):
        done = _once(formula, macros)
        if done == formula or len(done) > LONGEST:
            break
        formula = done
    return formula


def without_definitions(formula: str) -> str:
    """A stretch of a document without the macros that it defines."""
    parts, at = [], 0
    for match in _DEFINITION.finditer(formula):
        end = _group_end(formula, match.end())
        if end >= 0 and match.start() >= at:
            parts.append(formula[at : match.start()])
            at = end
    return "".join([*parts, formula[at:]])


def _once(formula: str, macros: dict[str, Macro]) -> str:
    parts, at = [], 0
    for match in _COMMAND.finditer(formula):
        macro = macros.get(match[0])
        if macro is None or match.start() < at:
            continue
        taken = _arguments(formula, match.end(), macro.arguments)
        if taken is None:
            continue
        values, end = taken
        body = _filled(macro.body, values)
        if formula[end : end + 1].isalpha() and re.search(r"\\[A-Za-z]+\Z", body):
            body += " "
        parts += [formula[at : match.start()], body]
        at = end
    return "".join([*parts, formula[at:]])


def _filled(body: str, values: list[str]) -> str:
    """The body with its arguments; a letter does not become part of the command before it."""

    def value(match: re.Match[str]) -> str:
        number = int(match[2])
        text = values[number - 1] if number <= len(values) else ""
        return f"{match[1] or ''}{' ' if match[1] and text[:1].isalpha() else ''}{text}"

    return re.sub(r"(\\[A-Za-z]+)?#([1-9])", value, body)


def _arguments(formula: str, place: int, count: int) -> tuple[list[str], int] | None:
    """Read some arguments from a place on, and where they end: groups in braces, commands or single characters."""
    values: list[str] = []
    for _ in range(count):
        while formula[place : place + 1].isspace():
            place += 1
        if formula[place : place + 1] == "{":
            end = _group_end(formula, place)
            if end < 0:
                return None
            values.append(formula[place + 1 : end - 1])
        else:
            command = _COMMAND.match(formula, place)
            end = command.end() if command else place + 1
            if place >= len(formula):
                return None
            values.append(formula[place:end])
        place = end
    return values, place


def _group_end(raw: str, start: int) -> int:
    """One past the brace that closes the one at ``start``, or -1."""
    depth = 0
    for place in range(start, min(len(raw), start + LONGEST)):
        char = raw[place]
        if char in "{}" and raw[place - 1 : place] != "\\":
            depth += 1 if char == "{" else -1
            if not depth:
                return place + 1
    return -1
