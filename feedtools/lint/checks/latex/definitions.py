r"""Macros defined inside a formula: ``\newcommand{\name}[2]{…}`` and ``\def\name#1{…}``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedtools.lint.checks.latex import arguments
from feedtools.lint.checks.latex.faults import BrokenError
from feedtools.lint.checks.latex.plain import is_plain
from feedtools.lint.checks.latex.tables import Command
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.state import Parser

_DEFINED = lazy(
    r"\\((?:re|provide)?(?:new)?command|g?def|DeclareMathOperator)(?![A-Za-z])\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?"
    r"\s*(?:\[(\d)\])?(\s*\[)?((?:\s*#\d)*)"
)
_LET = lazy(r"\\let(?![A-Za-z])\s*(\\[A-Za-z]+)\s*=?\s*\S")
_COUNT = lazy(r"\s*\[([1-9])\]\s*(\[[^\]]*\])?\s*")
_PARAMETER = lazy(r"#([1-9])")


def defined(body: str) -> dict[str, Command]:
    """The macros that a formula defines, which the formulas after it in the same article may use."""
    found = {}
    for one in _DEFINED.finditer(body):
        count = 0 if "MathOperator" in one[1] else int(one[3]) if one[3] else one[5].count("#")
        found[one[2]] = _command(count, optional=one[4] is not None)
    for one in _LET.finditer(body):
        found[one[1]] = Command("", 4, True)  # of which arguments, the formula said that defined it
    return found


def _command(count: int, *, optional: bool) -> Command:
    return Command("o" + "m" * (count - 1) if optional and count else "m" * count, 4, True)


def define(self: Parser, tok: str, i: int) -> int:
    """Know the name from here on; a body that would not render is a fault where the name is used."""
    name, after = _name(self, tok, i)
    new = tok == "\\newcommand"
    known = name in self.math or name in self.texts
    if (new or tok == "\\renewcommand") and known is new and not self.tables.loose:
        raise BrokenError("redefined" if new else "undefined", i, what=name)
    count, first = 0, after
    while self.tokens[after] not in {"{", "}", ""}:
        count = max([count, *(int(digit) for digit in re.findall("[1-9]", self.tokens[after]))])
        after += 1
    if self.tokens[after] != "{":
        raise BrokenError("missing-argument", after, i, tok)
    body, end = arguments.group_text(self, after)
    _check_body(self, name, body, i, end)
    default = _COUNT.fullmatch("".join(self.tokens[first:after])) if self.tables.loose else None
    _know(
        self,
        name,
        _command(int(default[1]), optional=True) if default and default[2] else _command(count, optional=False),
    )
    return end


def declare_operator(self: Parser, tok: str, i: int) -> int:
    r"""Know the name that ``\DeclareMathOperator`` gives an operator."""
    star = i + 1
    while self.tokens[star].isspace():
        star += 1
    name, after = _name(self, tok, star if self.tokens[star] == "*" else i)
    while self.tokens[after].isspace():
        after += 1
    if self.tokens[after] != "{":
        raise BrokenError("missing-argument", after, i, tok)
    _, end = arguments.group_text(self, after)
    _know(self, name, Command("", 4, True))
    return end


def let(self: Parser, tok: str, i: int) -> int:
    r"""Know a name for what another means: ``\let\name=\other``; anything else behind it is left alone."""
    del tok
    self.flags = 0
    j = i + 1
    while self.tokens[j].isspace():
        j += 1
    name = self.tokens[j]
    if not name.startswith("\\") or name == "\\":
        return i + 1
    j += 1
    while self.tokens[j].isspace() or self.tokens[j] == "=":
        j += 1
    meant = self.math.get(self.tokens[j])
    if meant is None:
        return i + 1
    _know(self, name, meant)
    return j + 1


def _know(self: Parser, name: str, command: Command) -> None:
    if not self.own:
        self.math, self.texts = dict(self.math), dict(self.texts)
    self.own[name] = self.math[name] = self.texts[name] = command
    self.switch(text=self.text)
    self.flags = 0


def _name(self: Parser, tok: str, i: int) -> tuple[str, int]:
    """The name that is defined, and the number of the token after it."""
    j = i + 1
    while self.tokens[j].isspace():
        j += 1
    braced = self.tokens[j] == "{" and not tok.endswith("def")
    if braced:
        j += 1
        while self.tokens[j].isspace():
            j += 1
    name = self.tokens[j]
    if not name.startswith("\\") or name == "\\":
        raise BrokenError("missing-argument", j, i, name)
    j += 1
    while self.tokens[j].isspace():
        j += 1
    if braced:
        if self.tokens[j] != "}":
            raise BrokenError("missing-argument", j, i, name)
        j += 1
    elif self.tokens[j] == "}":
        raise BrokenError("missing-argument", j, i, name)
    return name, j


def _check_body(self: Parser, name: str, body: str, i: int, end: int) -> None:
    """Parse the body by itself, with a letter for each parameter; definitions inside definitions are left alone."""
    if "def" in body or "command" in body or self.last_use(name) < end:
        return
    body = _PARAMETER.sub("{x}", body)
    if is_plain(body):
        return
    inner = type(self)(body, self.tables, {}, self.grammar, display=self.display, max_depth=self.max_depth)
    inner.math, inner.texts, inner.table = self.math, self.texts, self.math
    try:
        inner.run()
    except BrokenError:
        raise BrokenError("macro-body", i, what=name) from None
