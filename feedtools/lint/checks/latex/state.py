"""Tokens of a formula, and the state of the parser that reads them."""

import re
from collections.abc import Callable, Container, Mapping
from typing import NamedTuple

from feedtools.lint.checks.latex.faults import BrokenError
from feedtools.lint.checks.latex.tables import Command, Tables
from feedtools.text.patterns import lazy

# Ordinary characters, alike in math and in text, are one token.  Nearly all formulas are ASCII, and a set of Chinese
# characters takes a millisecond to compile, more where it is mixed with others.
_RUN = r"0-9A-Za-z+\-=,.()|/:;<>!?*\"@"
_WORD = r"(?:begin|end)[ ]*\{[^{}\\$]*\}|[A-Za-z@]+|.|$"
_REST = rf"|[{_RUN}][{_RUN} ]*|[ \t\r\n]+|[\u4e00-\u9fff]+|[\s\S][\u0300-\u036f]*"
_TOKEN = lazy(rf"\\(?:{_WORD}){_REST}", re.DOTALL)
_ASCII_TOKEN = lazy(rf"\\(?:{_WORD})|[{_RUN}][{_RUN} ]*|[ \t\r\n]+|[\s\S]", re.DOTALL)
_TOKEN_VERB = lazy(rf"\\(?:verb\*?([^A-Za-z*\s]).*?\1|{_WORD}){_REST}", re.DOTALL)


def tokens_of(body: str) -> list[str]:
    """The formula in pieces that join to it again."""
    if "\\verb" in body:
        return [match.group() for match in _TOKEN_VERB.finditer(body)]
    return (_ASCII_TOKEN if body.isascii() else _TOKEN).findall(body)


SUP, SUB, LIMITS, ROW, NO_BASE, START = 1, 2, 4, 8, 16, 32
"""Bits of ``Parser.flags``: the atom has a superscript, a subscript, may take limits, none; a row, a group begins."""

Step = Callable[["Parser", str, int], int]
"""One step: it is given the parser, the token and its number, and gives the number of the next token."""


class Grammar(NamedTuple):
    """The steps of a pass.

    Attributes:
        steps: by token.
        unusual: for a token that is in no table.
        begin: for an environment.
        read: for an argument that a command waits for.
        plain: first characters of tokens that are ordinary.
    """

    steps: Mapping[str, Step]
    unusual: Step
    begin: Step
    read: Step
    plain: Container[str]


class Group(NamedTuple):
    """State around the current group, restored when the group closes."""

    closer: str
    text: bool
    need: str
    flags: int
    infix: bool
    opener: int
    command: int
    columns: int


class Parser:
    """State of one pass over one formula; ``run`` raises ``BrokenError`` at the first fault.

    Args:
        body: the formula without its delimiters.
        display: whether it is displayed.
        tables: the renderer's facts.
        macros: commands declared by the user.
        grammar: the steps.
        max_depth: deepest nesting before the formula is called broken.
    """

    def __init__(
        self,
        body: str,
        tables: Tables,
        macros: Mapping[str, Command],
        grammar: Grammar,
        *,
        display: bool,
        max_depth: int,
    ) -> None:
        self.tokens = tokens_of(body)
        self.tokens.append("")
        self.tables = tables
        self.own: dict[str, Command] = {}
        self.math = {**tables.math, **macros} if macros else tables.math
        self.texts = {**tables.text, **macros} if macros else tables.text
        self.table = self.math
        self.display = display
        self.grammar = grammar
        self.max_depth = max_depth
        self.stack: list[Group] = []
        self.text = False
        self.need = ""
        self.flags = START
        self.infix = False
        self.command = 0
        self.columns = 0
        self.lefts = 0
        self.tagged = -1
        self.matching: list[int] = []
        self.widths: dict[int, int] = {}
        self.uses: dict[str, int] = {}

    def run(self) -> None:
        """Read all tokens.

        Raises:
            BrokenError: at the first place that would not render.
        """
        tokens, (steps, unusual, _, read, plain) = self.tokens, self.grammar
        i = 0
        while True:
            tok = tokens[i]
            if self.need:
                i = read(self, tok, i)
                continue
            command = self.table.get(tok)
            if command is not None:
                self.flags = command[1]
                if command[0]:
                    self.need = command[0]
                    self.command = i
                i += 1
                continue
            step = steps.get(tok)
            if step is not None:
                i = step(self, tok, i)
            elif tok[:1] in plain:
                self.flags = 0
                i += 1
            elif not tok:
                break
            else:
                i = unusual(self, tok, i)
        self.finish(i)

    def push(self, closer: str, opener: int, *, text: bool) -> None:
        """Open a group that ends with ``closer``."""
        if len(self.stack) >= self.max_depth:
            raise BrokenError("too-deep", opener, what=str(self.max_depth))
        self.stack.append(
            Group(closer, self.text, self.need, self.flags, self.infix, opener, self.command, self.columns)
        )
        self.need = ""
        self.flags = START
        self.infix = False
        self.switch(text=text)

    def pop(self) -> Group:
        """Close the innermost group and take up what was around it."""
        frame = self.stack.pop()
        self.need, self.flags, self.infix, self.command, self.columns = (
            frame.need,
            frame.flags,
            frame.infix,
            frame.command,
            frame.columns,
        )
        if frame.text is not self.text:
            self.switch(text=frame.text)
        return frame

    def switch(self, *, text: bool) -> None:
        """Go on in text or in math mode."""
        self.text = text
        self.table = self.texts if text else self.math

    def last_use(self, name: str) -> int:
        """The number of the last token ``name``; one pass over the formula serves all questions."""
        if not self.uses:
            self.uses = {tok: at for at, tok in enumerate(self.tokens)}
        return self.uses.get(name, -1)

    def finish(self, i: int) -> None:
        """End the formula, where nothing may be open."""
        if self.stack:
            frame = self.stack[-1]
            raise BrokenError("unclosed", i, frame.opener, frame.closer)
        if self.tagged >= 0 and not self.display and not self.tables.loose:
            raise BrokenError("tag-inline", self.tagged, self.tagged)

    def blame(self, i: int, tok: str) -> BrokenError:
        """Say what is wrong where something closes that was not opened last."""
        if not self.stack:
            return BrokenError("extra-close", i, what=tok)
        frame = self.stack[-1]
        if any(outer.closer == tok for outer in self.stack):
            return BrokenError("unclosed-before", i, frame.opener, tok)
        return BrokenError("extra-close-inside", i, frame.opener, tok)
