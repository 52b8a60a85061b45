"""The patterns that the package itself is written with take time in proportion to their text, however it was made.

They are found in the source: those that modules hold, and those that stand where they are used. One that is only ever
matched from the beginning of a text is measured so; all others are searched for.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

import feedtools
from feedtools.lint.backtracking import grows, pieces
from feedtools.text.patterns import lazy
from tests.lint.test_growth import UNITS

WHOLE = {"match": {1}, "fullmatch": {1, 3}}
"""Methods that look from the beginning alone, with the number of arguments with which that is one of all the text: what
is matched again and again from later places is measured as if it were searched for."""
SEARCHING = ("search", "finditer", "findall", "sub", "subn", "split")
WORD = re.compile(r"\w+")
LITERAL = re.compile(rf"\bre\.({'|'.join((*WHOLE, *SEARCHING))})\b")
SIZES = (2_000, 8_000, 32_000)
"""Code points; from the first on a pattern that looks some hundreds of them ahead does so from nearly every place."""
STEEP = 8.0
"""How much longer a text four times as long may take: less than its length to the power of 1.5."""
NOTICED = 0.004
"""Seconds of CPU below which growth is noise."""


class Use(NamedTuple):
    """A pattern, as text, and the widest way it is used."""

    name: str
    pattern: str
    flags: int
    way: str

    def whole(self) -> str:
        """The pattern that finds, searched for from anywhere, what this one finds as it is used."""
        if self.way == "search":
            return self.pattern
        return rf"\A(?:{self.pattern}" + ("\n)" if self.flags & re.VERBOSE else ")") + r"\Z" * (self.way == "fullmatch")


def _ways(source: str, names: set[str]) -> Iterator[tuple[str, str, str | bytes | None]]:
    """Each use of these names and, with ``re`` for a name, of a literal pattern: name, way and pattern."""
    if names.isdisjoint(WORD.findall(source)) and not LITERAL.search(source):
        return  # to parse every module takes seconds, before the first test
    tree = ast.parse(source)
    parents: dict[ast.AST, ast.AST] = {}
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        for child in ast.iter_child_nodes(node):
            parents[child] = node
            nodes.append(child)
    for node in nodes:
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name not in names and name != "re":
            continue
        holder = parents[node]
        if isinstance(holder, ast.Subscript) and holder.value is node:
            holder = parents[holder]
        if isinstance(holder, ast.Compare):  # whether there is one for a key
            continue
        way, arguments = "search", []
        if isinstance(holder, ast.Attribute):
            if holder.attr not in (*WHOLE, *SEARCHING):
                continue
            call = parents[holder]
            if isinstance(call, ast.Call) and call.func is holder:
                arguments = call.args
            if holder.attr in WHOLE and len(arguments) - (name == "re") in WHOLE[holder.attr]:
                way = holder.attr
        literal = arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None
        yield name, way, literal if isinstance(literal, str | bytes) else None


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(feedtools.__path__, "feedtools."):
        if not found.name.endswith("__main__"):
            with suppress(ImportError):  # what comes with an extra
                yield importlib.import_module(found.name)


def _held(name: str, value: object) -> Iterator[tuple[str, Any]]:
    """The patterns in a value of a module, those in its tables included."""
    if isinstance(value, re.Pattern | type(lazy(""))):
        yield name, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _held(f"{name}[{key!r}]", one)
    elif type(value) in {tuple, list}:
        for number, one in enumerate(value):  # type: ignore[arg-type, var-annotated]
            yield from _held(f"{name}[{number}]", one)


def _patterns_of(module: ModuleType) -> dict[str, list[tuple[str, Any]]]:
    """The patterns that a module holds, by the name it holds them under."""
    named = {name: list(_held(name, value)) for name, value in vars(module).items()}
    return {name: patterns for name, patterns in named.items() if patterns}


def _use(name: str, pattern: str | bytes, flags: int, ways: set[str]) -> Use:
    way = "search" if "search" in ways or not ways else "match" if "match" in ways else "fullmatch"
    if isinstance(pattern, bytes):
        return Use(name, pattern.decode("latin-1"), flags | re.ASCII, way)
    return Use(name, pattern, flags & ~re.UNICODE, way)


@cache
def uses() -> tuple[Use, ...]:
    modules = [(module, _patterns_of(module)) for module in _modules()]
    shared = {name for _, held in modules for name in held if name[0] != "_"}
    private: dict[tuple[str, str], set[str]] = {}
    public: dict[str, set[str]] = {}
    found: list[Use] = []
    for module, held in modules:
        for name, way, literal in _ways(Path(str(module.__file__)).read_text("utf-8"), shared | held.keys()):
            private.setdefault((module.__name__, name), set()).add(way)
            public.setdefault(name, set()).add(way)
            if name == "re" and literal is not None:
                found.append(_use(f"{module.__name__}: {literal!r}", literal, 0, {way}))
    for module, held in modules:
        for name, patterns in held.items():
            ways = private.get((module.__name__, name), set()) if name[0] == "_" else public.get(name, set())
            found += (_use(one, pattern.pattern, pattern.flags, ways) for one, pattern in patterns)
    return tuple({(use.pattern, use.flags, use.way): use for use in found}.values())


def test_the_patterns_are_found() -> None:
    names = {use.name: use.way for use in uses()}
    assert len(names) > 150
    assert names["GLUED"] == "match"
    assert names["_ATTRIBUTES['width']"] == "fullmatch"
    assert names["_ENDING"] == "search"
    assert any(name.startswith("feedtools.readers.mathml: ") for name in names)


def seconds(pattern: re.Pattern[str], text: str) -> float:
    began = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - began


def steep(pattern: re.Pattern[str], piece: str, end: str) -> float:
    """How much longer the worst text takes than one a quarter as long: by the least of a few tries of each."""
    least = [float("inf")] * len(SIZES)
    worst = 0.0
    for _ in range(4):
        for number, size in enumerate(SIZES):
            least[number] = min(least[number], seconds(pattern, (piece * (size // len(piece) + 1))[:size] + end))
            if number and least[number] > NOTICED and least[number] > STEEP * least[number - 1]:
                break
        measured = [one for one in least if one < float("inf")]
        worst = max([0.0, *(b / a for a, b in pairwise(measured) if b > NOTICED)])
        if worst < STEEP:
            break
    return worst


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("use", uses(), ids=[use.name for use in uses()])
def test_a_pattern_takes_time_in_proportion_to_its_text(use: Use) -> None:
    # Also because it stops one that would never end; three times, for machines stall.
    assert any(grows(use.whole(), (), use.flags) is None for _ in range(3))
    compiled = re.compile(use.whole(), use.flags)
    own = pieces(use.pattern, ())
    for piece in dict.fromkeys((*UNITS, *own)):
        for end in ("", "\n" + "".join(own) + "\n"):
            even = any(steep(compiled, piece, end) < STEEP for _ in range(3))
            assert even, f"on {piece!r}, {'with' if end else 'without'} what it names"
