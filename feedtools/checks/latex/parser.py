r"""Would this formula render?  A table-driven parser that stops where a renderer would.

The grammar is that of TeX formulas as KaTeX and MathJax read them: atoms with scripts, groups, commands with
arguments, ``\left … \right``, environments, and text inside math.  One pass over the tokens, an explicit stack
instead of recursion, so that depth is bounded only by ``max_depth`` and time is linear in the length.
"""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

from feedtools.checks.latex import arguments
from feedtools.checks.latex.faults import BrokenError, Fault
from feedtools.checks.latex.grammar import GRAMMAR, START, unusual
from feedtools.checks.latex.tables import Command, Tables
from feedtools.patterns import lazy

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


# Formulas that every renderer sets, and more than half of all there are: letters, numbers, Greek, one subscript and
# one superscript an atom, fonts and accents over a plain word.  A test holds the names against the tables.
PLAIN_COMMANDS = (
    "alpha|beta|gamma|delta|epsilon|eta|theta|lambda|mu|pi|rho|sigma|tau|phi|omega|Delta|Theta|Sigma|cdot|times|in|le|"
    "leq|ge|geq|neq|approx|sim|to|rightarrow|infty|partial|nabla|ldots|cdots|dots|quad|mid|sum|prod|log|exp|max|min"
)
PLAIN_FONTS = "mathbf|mathrm|mathcal|mathbb|boldsymbol|text|hat|bar|tilde|vec|operatorname|overline"
PLAIN_SCRIPTS = "theta|pi|phi|alpha|beta|lambda|infty|prime|ast|top"
_CHAR = r"0-9A-Za-z+\-=,.()|/:;<>!?*\[\]"
_HAN = r"[\u4e00-\u9fff]"
_GROUP = rf"\{{(?:[{_CHAR} ]++|{_HAN}++)*+\}}"
_COMMAND = rf"\\(?:(?:{PLAIN_COMMANDS})(?![A-Za-z@])|[,;:! {{}}|%])"
_FONT = rf"\\(?:{PLAIN_FONTS}) ?{_GROUP}"
_SCRIPT_FONT = rf"\\(?:mathbf|mathrm|mathcal|mathbb|text) ?{_GROUP}"
_INNER = rf"\{{(?:[{_CHAR} ]++|{_HAN}++|{_COMMAND}|{_FONT}|(?<=[0-9A-Za-z])[_^][0-9A-Za-z](?![ _^]))*+\}}"
_SCRIPT = rf"(?:[0-9A-Za-z*+\-]|{_INNER}|\\(?:{PLAIN_SCRIPTS})(?![A-Za-z@])|{_SCRIPT_FONT})"
_BASE = rf"(?:[{_CHAR}]++|{_HAN}++|{_COMMAND}|{_FONT}|{_GROUP})"
PLAIN_FORMULA = lazy(rf"(?:{_BASE} *+(?:([_^]){_SCRIPT} *+(?:(?!\1)[_^]{_SCRIPT})?+)?+ *+)*+")
PATIENCE = 64
"""Formulas of a process that are parsed before the pattern for plain ones is worth its compiling."""
_seen = 0


class Frame(NamedTuple):
    """What was open around the current group, restored when the group closes."""

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
        max_depth: deepest nesting before the formula is called broken.
    """

    def __init__(self, body: str, display: bool, tables: Tables, macros: Mapping[str, Command], max_depth: int) -> None:
        self.tokens = tokens_of(body)
        self.tokens.append("")
        self.tables = tables
        self.own: dict[str, Command] = {}
        self.math = {**tables.math, **macros} if macros else tables.math
        self.texts = {**tables.text, **macros} if macros else tables.text
        self.table = self.math
        self.display = display
        self.max_depth = max_depth
        self.stack: list[Frame] = []
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
        tokens, grammar, plain = self.tokens, GRAMMAR, arguments.PLAIN
        i = 0
        while True:
            tok = tokens[i]
            if self.need:
                i = arguments.read(self, tok, i)
                continue
            command = self.table.get(tok)
            if command is not None:
                self.flags = command[1]
                if command[0]:
                    self.need = command[0]
                    self.command = i
                i += 1
                continue
            step = grammar.get(tok)
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

    def push(self, closer: str, opener: int, text: bool) -> None:
        """Open a group that ends with ``closer``."""
        if len(self.stack) >= self.max_depth:
            raise BrokenError("too-deep", opener, what=str(self.max_depth))
        self.stack.append(
            Frame(closer, self.text, self.need, self.flags, self.infix, opener, self.command, self.columns)
        )
        self.need = ""
        self.flags = START
        self.infix = False
        self.switch(text)

    def pop(self) -> Frame:
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
            self.switch(frame.text)
        return frame

    def switch(self, text: bool) -> None:
        """Go on in text or in math mode."""
        self.text = text
        self.table = self.texts if text else self.math

    def last_use(self, name: str) -> int:
        """The number of the last token ``name``; one pass over the formula serves all questions."""
        if not self.uses:
            self.uses = {tok: at for at, tok in enumerate(self.tokens)}
        return self.uses.get(name, -1)

    def finish(self, i: int) -> None:
        """The end of the formula: nothing may be open."""
        if self.stack:
            frame = self.stack[-1]
            raise BrokenError("unclosed", i, frame.opener, frame.closer)
        if self.tagged >= 0 and not self.display and not self.tables.loose:
            raise BrokenError("tag-inline", self.tagged, self.tagged)

    def blame(self, i: int, tok: str) -> BrokenError:
        """Something closes here that is not what was opened last."""
        if not self.stack:
            return BrokenError("extra-close", i, what=tok)
        frame = self.stack[-1]
        if any(outer.closer == tok for outer in self.stack):
            return BrokenError("unclosed-before", i, frame.opener, tok)
        return BrokenError("extra-close-inside", i, frame.opener, tok)


def is_plain(body: str) -> bool:
    """Whether a formula is seen to be one of ``PLAIN_FORMULA``; ``False`` is no verdict.

    The first formulas of a process take the long way: compiling the pattern costs as much as parsing dozens of them.
    """
    global _seen
    _seen += 1
    return _seen > PATIENCE and PLAIN_FORMULA.fullmatch(body) is not None


def find_fault(
    body: str, display: bool, tables: Tables, macros: Mapping[str, Command] | None = None, max_depth: int = 500
) -> Fault | None:
    """The first place where a formula would not render, or ``None``.

    Args:
        body: the formula without its delimiters.
        display: whether it is displayed.
        tables: the renderer's facts.
        macros: commands declared by the user, with their backslash.
        max_depth: deepest nesting allowed.
    """
    if is_plain(body):
        return None
    parser = Parser(body, display, tables, macros or {}, max_depth)
    try:
        parser.run()
    except BrokenError as broken:
        return located(parser, broken, body)
    return None


def located(parser: Parser, broken: BrokenError, body: str) -> Fault:
    """Token numbers to offsets; a token that was taken in part has lost characters at its head."""
    starts = [0, *accumulate(map(len, tokens_of(body))), len(body)]
    tokens = parser.tokens
    end = starts[broken.index + 1]
    start = end - len(tokens[broken.index])
    if broken.opener < 0:
        return Fault(broken.code, start, end, what=broken.what)
    return Fault(broken.code, start, end, starts[broken.opener], tokens[broken.opener], broken.what)
