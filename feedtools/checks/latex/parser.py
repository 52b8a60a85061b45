r"""Would this formula render?  A table-driven parser that stops where a renderer would.

The grammar is that of TeX formulas as KaTeX and MathJax read them: atoms with scripts, groups, commands with
arguments, ``\left … \right``, environments, and text inside math.  One pass over the tokens, an explicit stack
instead of recursion, so that depth is bounded only by ``max_depth`` and time is linear in the length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from feedtools.checks.latex import arguments
from feedtools.checks.latex.faults import Broken, Fault
from feedtools.checks.latex.tables import Command, Tables

TOKEN = re.compile(
    r"\\(?:(?:begin|end)[ ]*\{[^{}\\$]*\}|verb\*?([^A-Za-z*\s]).*?\1|[A-Za-z@]+|.|$)"
    # ordinary characters, alike in math and text, taken as one token
    r"|[0-9A-Za-z+\-=,.()|/:;<>!?*\"@一-鿿Α-Ωα-ω、-。！-～][0-9A-Za-z+\-=,.()|/:;<>!?*\"@一-鿿Α-Ωα-ω、-。！-～ ]*"
    r"|[ \t\r\n]+|[\s\S][̀-ͯ]*",
    re.DOTALL,
)
SUP, SUB, LIMITS, ROW = 1, 2, 4, 8


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
    """State of one pass over one formula; ``run`` raises ``Broken`` at the first fault.

    Args:
        body: the formula without its delimiters.
        display: whether it is displayed.
        tables: the renderer's facts.
        macros: commands declared by the user.
        max_depth: deepest nesting before the formula is called broken.
    """

    def __init__(
        self, body: str, display: bool, tables: Tables, macros: Mapping[str, Command], max_depth: int
    ) -> None:
        self.tokens = [match.group() for match in TOKEN.finditer(body)]
        self.tokens.append("")
        self.tables = tables
        self.math: Mapping[str, Command] = {**tables.math, **macros} if macros else tables.math
        self.texts: Mapping[str, Command] = {**tables.text, **macros} if macros else tables.text
        self.table = self.math
        self.display = display
        self.max_depth = max_depth
        self.stack: list[Frame] = []
        self.text = False
        self.need = ""
        self.flags = 0
        self.infix = False
        self.command = 0
        self.columns = 0
        self.lefts = 0
        self.tagged = -1
        self.matching: list[int] = []

    def run(self) -> None:
        """Read all tokens.

        Raises:
            Broken: at the first place that would not render.
        """
        tokens, grammar = self.tokens, GRAMMAR
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
            elif tok[:1].isalnum() or tok[:1] in "+-=,.()|/:;<>!?*\"@":
                if not tok:
                    break
                self.flags = 0
                i += 1
            else:
                i = unusual(self, tok, i)
        self.finish(i)

    def push(self, closer: str, opener: int, text: bool) -> None:
        """Open a group that ends with ``closer``."""
        if len(self.stack) >= self.max_depth:
            raise Broken("too-deep", opener, what=str(self.max_depth))
        self.stack.append(
            Frame(closer, self.text, self.need, self.flags, self.infix, opener, self.command, self.columns)
        )
        self.need = ""
        self.flags = 0
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

    def finish(self, i: int) -> None:
        """The end of the formula: nothing may be open."""
        if self.stack:
            frame = self.stack[-1]
            raise Broken("unclosed", i, frame.opener, frame.closer)
        if self.tagged >= 0 and not self.display:
            raise Broken("tag-inline", self.tagged, self.tagged)

    def blame(self, i: int, tok: str) -> Broken:
        """Something closes here that is not what was opened last."""
        if not self.stack:
            return Broken("extra-close", i, what=tok)
        frame = self.stack[-1]
        if any(outer.closer == tok for outer in self.stack):
            return Broken("unclosed-before", i, frame.opener, tok)
        return Broken("extra-close-inside", i, frame.opener, tok)


def unusual(self: Parser, tok: str, i: int) -> int:
    """A token in no table: environments, odd characters, unknown commands."""
    if tok.isspace():
        return i + 1
    if tok.startswith("\\"):
        if tok.startswith(("\\begin", "\\end")) and tok.endswith("}"):
            return (begin if tok[1] == "b" else end)(self, tok, i)
        if tok.startswith("\\verb") and len(tok) > 5 and not tok[5].isalpha():
            self.flags = 0
            return i + 1
        if tok in (self.math if self.text else self.texts):
            raise Broken("math-in-text" if self.text else "text-in-math", i, what=tok)
        raise Broken("lone-backslash" if tok == "\\" else "unknown", i, what=tok)
    first = tok[0]
    if first in self.tables.superscripts or first in self.tables.subscripts:
        if not self.text:
            self.flags |= SUP if first in self.tables.superscripts else SUB
        return i + 1
    arguments.check_character(self, tok, i)
    command = self.table.get(first)
    self.flags = command.limits if command else 0
    return i + 1


def space(self: Parser, tok: str, i: int) -> int:
    """White space changes nothing."""
    return i + 1


def script(self: Parser, tok: str, i: int) -> int:
    """``^`` or ``_``: one of each an atom."""
    if self.text:
        raise Broken("math-in-text", i, what=tok)
    bit = SUP if tok == "^" else SUB
    if self.flags & bit:
        raise Broken("double-script", i, what=tok)
    self.flags |= bit
    self.need = "S"
    self.command = i
    return i + 1


def prime(self: Parser, tok: str, i: int) -> int:
    """``'`` is a superscript, and takes a directly following ``^`` into it."""
    if self.text:
        return i + 1
    if self.flags & SUP:
        raise Broken("double-script", i, what=tok)
    self.flags |= SUP
    while self.tokens[i] == "'":
        i += 1
    if self.tokens[i] == "^":
        self.need = "S"
        self.command = i
        i += 1
    return i


def limits(self: Parser, tok: str, i: int) -> int:
    r"""``\limits`` follows an operator."""
    if not self.flags & LIMITS:
        raise Broken("limits", i, what=tok)
    return i + 1


def open_brace(self: Parser, tok: str, i: int) -> int:
    """``{`` opens a group of its own."""
    self.flags = 0
    self.push("}", i, self.text)
    return i + 1


def close_brace(self: Parser, tok: str, i: int) -> int:
    """``}`` closes the group."""
    if not self.stack or self.stack[-1].closer != "}":
        raise self.blame(i, tok)
    self.pop()
    return i + 1


def begin_group(self: Parser, tok: str, i: int) -> int:
    r"""``\begingroup`` and ``\bgroup``."""
    self.flags = 0
    self.push("\\endgroup" if tok == "\\begingroup" else "}", i, self.text)
    return i + 1


def end_group(self: Parser, tok: str, i: int) -> int:
    r"""``\endgroup`` and ``\egroup``."""
    closer = "\\endgroup" if tok == "\\endgroup" else "}"
    if not self.stack or self.stack[-1].closer != closer:
        raise self.blame(i, closer)
    self.pop()
    return i + 1


def dollar(self: Parser, tok: str, i: int) -> int:
    r"""``$`` and ``\( \)`` open math inside text and close it again."""
    closer = "\\)" if tok != "$" else tok
    if self.text and tok != "\\)":
        self.flags = 0
        self.push(closer, i, False)
    elif self.stack and self.stack[-1].closer == closer and tok != "\\(":
        self.pop()
    else:
        raise Broken("stray-dollar" if tok == "$" else "nested-delimiter", i, what=tok)
    return i + 1


def close_optional(self: Parser, tok: str, i: int) -> int:
    """The ``]`` that was marked as the end of an optional argument."""
    if not self.stack:
        raise Broken("odd-character", i, what="U+0001")
    if self.stack[-1].closer != tok:
        raise self.blame(i, "]")
    self.pop()
    return i + 1


def left(self: Parser, tok: str, i: int) -> int:
    r"""``\left`` opens what ``\right`` closes."""
    if self.text:
        raise Broken("math-in-text", i, what=tok)
    after = arguments.delimiter(self, i + 1, i)
    self.flags = 0
    self.push("\\right", i, False)
    self.lefts += 1
    return after


def right(self: Parser, tok: str, i: int) -> int:
    r"""``\right`` closes ``\left``."""
    if not self.stack or self.stack[-1].closer != tok:
        raise self.blame(i, tok)
    after = arguments.delimiter(self, i + 1, i)
    self.pop()
    self.lefts -= 1
    return after


def middle(self: Parser, tok: str, i: int) -> int:
    r"""``\middle`` stands between ``\left`` and ``\right``."""
    if not self.lefts or self.text:
        raise Broken("middle", i, what=tok)
    self.flags = 0
    return arguments.delimiter(self, i + 1, i)


def infix(self: Parser, tok: str, i: int) -> int:
    r"""``\over`` and its like: one a group."""
    if self.text:
        raise Broken("math-in-text", i, what=tok)
    if self.infix:
        raise Broken("second-infix", i, what=tok)
    self.infix = True
    self.flags = 0
    if tok == "\\above":
        self.need = "s"
        self.command = i
    return i + 1


def environment_name(tok: str) -> str:
    r"""The name in ``\begin{name}``."""
    return tok[tok.index("{") + 1 : -1]


def begin(self: Parser, tok: str, i: int) -> int:
    r"""``\begin{name}`` with its arguments."""
    if self.text:
        raise Broken("math-in-text", i, what=tok)
    name = environment_name(tok)
    environment = self.tables.environments.get(name)
    if environment is None:
        raise Broken("unknown-environment", i, what=name)
    if not environment.inline and not self.display:
        raise Broken("display-only", i, what=name)
    after = arguments.environment(self, environment.args, i)
    self.flags = 0
    self.push(name, i, False)
    self.columns = 1
    self.flags = ROW
    return after


def end(self: Parser, tok: str, i: int) -> int:
    r"""``\end{name}`` closes ``\begin{name}``."""
    name = environment_name(tok)
    if not self.stack:
        raise Broken("extra-close", i, what=tok)
    frame = self.stack[-1]
    if frame.closer != name:
        if frame.closer in self.tables.environments and name not in {outer.closer for outer in self.stack}:
            raise Broken("environment-mismatch", i, frame.opener, tok)
        raise self.blame(i, name if name in self.tables.environments else tok)
    if self.tables.environments[name].tags:
        self.tagged = -1
    self.pop()
    return i + 1


def ampersand(self: Parser, tok: str, i: int) -> int:
    """``&`` parts columns directly inside an environment."""
    environment = self.tables.environments.get(self.stack[-1].closer) if self.stack else None
    if environment is None:
        raise Broken("stray-ampersand", i, self.stack[-1].opener if self.stack else -1)
    self.columns += 1
    if environment.columns and self.columns > environment.columns:
        raise Broken("too-many-columns", i, self.stack[-1].opener, self.stack[-1].closer)
    self.flags = 0
    self.infix = False
    return i + 1


def newline(self: Parser, tok: str, i: int) -> int:
    r"""``\\`` ends a row, or is a line break; a length in brackets may follow directly."""
    environment = self.tables.environments.get(self.stack[-1].closer) if self.stack else None
    self.flags = 0
    if environment and environment.columns != 1:
        self.columns = 1
        self.infix = False
        self.flags = ROW
        if environment.tags:
            self.tagged = -1
    if tok == "\\\\" and self.tokens[i + 1] == "[":
        return arguments.row_gap(self, i + 1)
    return i + 1


def hline(self: Parser, tok: str, i: int) -> int:
    r"""``\hline`` begins a row."""
    if not self.flags & ROW:
        raise Broken("hline", i, what=tok)
    return i + 1


def comment(self: Parser, tok: str, i: int) -> int:
    """``%`` hides the rest of the line, which in a one-line article is the rest of the formula."""
    for after in range(i + 1, len(self.tokens) - 1):
        if "\n" in self.tokens[after]:
            return after
    if self.stack or self.need:
        raise Broken("comment", i, self.stack[-1].opener if self.stack else self.command, tok)
    return len(self.tokens) - 1


def forbidden(self: Parser, tok: str, i: int) -> int:
    """``#`` belongs to macro definitions alone."""
    raise Broken("hash", i, what=tok)


def lenient(self: Parser, tok: str, i: int) -> int:
    """TeX's own machinery, too rare to follow."""
    self.flags = 0
    return i + 1


def bare_environment(self: Parser, tok: str, i: int) -> int:
    r"""``\begin`` without a name."""
    raise Broken("environment-name", i, what=tok)


Step = Callable[[Parser, str, int], int]
GRAMMAR: dict[str, Step] = {
    " ": space,
    "^": script,
    "_": script,
    "'": prime,
    "{": open_brace,
    "}": close_brace,
    "\\begingroup": begin_group,
    "\\bgroup": begin_group,
    "\\endgroup": end_group,
    "\\egroup": end_group,
    "$": dollar,
    "\\(": dollar,
    "\\)": dollar,
    arguments.OPTIONAL_END: close_optional,
    "\\left": left,
    "\\right": right,
    "\\middle": middle,
    "\\limits": limits,
    "\\nolimits": limits,
    "&": ampersand,
    "\\\\": newline,
    "\\cr": newline,
    "\\newline": newline,
    "\\hline": hline,
    "\\hdashline": hline,
    "%": comment,
    "#": forbidden,
    "\\begin": bare_environment,
    "\\end": bare_environment,
    "\\newcommand": arguments.define,
    "\\renewcommand": arguments.define,
    "\\providecommand": arguments.define,
    "\\def": arguments.define,
    "\\gdef": arguments.define,
    **dict.fromkeys(("\\over", "\\choose", "\\atop", "\\brace", "\\brack", "\\above"), infix),
    **dict.fromkeys(("\\char", "\\let", "\\global", "\\long", "\\noexpand", "\\expandafter"), lenient),
}


def find_fault(
    body: str, display: bool, tables: Tables, macros: Mapping[str, Command] | None = None, max_depth: int = 400
) -> Fault | None:
    """The first place where a formula would not render, or ``None``.

    Args:
        body: the formula without its delimiters.
        display: whether it is displayed.
        tables: the renderer's facts.
        macros: commands declared by the user, with their backslash.
        max_depth: deepest nesting allowed.
    """
    parser = Parser(body, display, tables, macros or {}, max_depth)
    try:
        parser.run()
    except Broken as broken:
        return located(parser, broken, len(body))
    return None


def located(parser: Parser, broken: Broken, length: int) -> Fault:
    """Token numbers to offsets: tokens lose characters only at their head, so lengths are summed from the end."""

    def offset(index: int) -> int:
        return length - sum(map(len, parser.tokens[index:]))

    start = offset(broken.index)
    end = start + len(parser.tokens[broken.index])
    if broken.opener < 0:
        return Fault(broken.code, start, end, what=broken.what)
    return Fault(broken.code, start, end, offset(broken.opener), parser.tokens[broken.opener], broken.what)
