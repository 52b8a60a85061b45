r"""The steps of the grammar: what each special token does to the state of the parser.

A step is given the parser, the token and its number, and gives the number of the next token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.lint.checks.latex import arguments
from feedtools.lint.checks.latex.definitions import declare_operator, define, let
from feedtools.lint.checks.latex.faults import BrokenError
from feedtools.lint.checks.latex.state import LIMITS, NO_BASE, ROW, START, SUB, SUP, Grammar, Step
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.state import Parser

NUMBERED = lazy(r"(?:equation|align|gather|multline|eqnarray|flalign|x{0,2}alignat)\*?")
"""Environments that MathJax refuses inside one another."""


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
        if tok == "\\" and self.tables.loose:
            return i + 1
        if tok in (self.math if self.text else self.texts):
            raise BrokenError("math-in-text" if self.text else "text-in-math", i, what=tok)
        raise BrokenError("lone-backslash" if tok == "\\" else "unknown", i, what=tok)
    first = tok[0]
    if first in self.tables.superscripts or first in self.tables.subscripts:
        if self.flags & NO_BASE and not self.text:
            raise BrokenError("no-base", i, what=first)
        if self.flags & START:
            self.flags = 0
        elif not self.text:
            self.flags |= SUP if first in self.tables.superscripts else SUB
        return i + 1
    arguments.check_character(self, tok, i, text=self.text)
    command = self.table.get(first)
    self.flags = command.limits if command else 0
    return i + 1


def space(self: Parser, tok: str, i: int) -> int:
    """White space changes nothing."""
    return i + 1


def script(self: Parser, tok: str, i: int) -> int:
    """``^`` or ``_``: one of each per atom."""
    if self.text:
        raise BrokenError("math-in-text", i, what=tok)
    if self.flags & NO_BASE:
        raise BrokenError("no-base", i, what=tok)
    bit = SUP if tok == "^" else SUB
    if self.flags & bit:
        raise BrokenError("double-script", i, what=tok)
    self.flags |= bit
    self.need = "S"
    self.command = i
    return i + 1


def prime(self: Parser, tok: str, i: int) -> int:
    """``'`` is a superscript, and takes a directly following ``^`` into it."""
    if self.text:
        return i + 1
    if self.flags & (SUP | NO_BASE):
        raise BrokenError("double-script" if self.flags & SUP else "no-base", i, what=tok)
    self.flags |= SUP
    while self.tokens[i] == "'" or (self.tables.loose and self.tokens[i].isspace()):
        i += 1
    if self.tokens[i] == "^":
        self.need = "S"
        self.command = i
        i += 1
    return i


def limits(self: Parser, tok: str, i: int) -> int:
    r"""``\limits`` follows an operator."""
    if not self.flags & LIMITS:
        raise BrokenError("limits", i, what=tok)
    return i + 1


def open_brace(self: Parser, tok: str, i: int) -> int:
    """``{`` opens a group of its own."""
    self.flags = 0
    self.push("}", i, text=self.text)
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
    self.push("\\endgroup" if tok == "\\begingroup" else "}", i, text=self.text)
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
        self.push(closer, i, text=False)
    elif self.stack and self.stack[-1].closer == closer and tok != "\\(":
        self.pop()
    elif tok == "$" and self.tables.loose:
        self.flags = 0
    else:
        raise BrokenError("stray-dollar" if tok == "$" else "nested-delimiter", i, what=tok)
    return i + 1


def close_optional(self: Parser, tok: str, i: int) -> int:
    """The ``]`` that was marked as the end of an optional argument."""
    if not self.stack:
        raise BrokenError("odd-character", i, what="U+0001")
    if self.stack[-1].closer != tok:
        raise self.blame(i, "]")
    self.pop()
    return i + 1


def left(self: Parser, tok: str, i: int) -> int:
    r"""``\left`` opens what ``\right`` closes."""
    if self.text:
        raise BrokenError("math-in-text", i, what=tok)
    after = arguments.delimiter(self, i + 1, i)
    self.flags = 0
    self.push("\\right", i, text=False)
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
        raise BrokenError("middle", i, what=tok)
    self.flags = 0
    return arguments.delimiter(self, i + 1, i)


def infix(self: Parser, tok: str, i: int) -> int:
    r"""``\over`` and its like: one per group."""
    if self.text:
        raise BrokenError("math-in-text", i, what=tok)
    if self.infix:
        raise BrokenError("second-infix", i, what=tok)
    self.infix = True
    self.flags = 0 if self.tables.loose else NO_BASE
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
        raise BrokenError("math-in-text", i, what=tok)
    name = environment_name(tok)
    environment = self.tables.environments.get(name)
    if environment is None:
        raise BrokenError("unknown-environment", i, what=name)
    if not environment.inline and not self.display:
        raise BrokenError("display-only", i, what=name)
    if self.tables.loose and NUMBERED.fullmatch(name):
        for frame in self.stack:
            if NUMBERED.fullmatch(frame.closer):
                raise BrokenError("nested-environment", i, frame.opener, tok)
    after = arguments.environment(self, environment.args, i)
    self.flags = 0
    self.push(name, i, text=False)
    self.columns = 1
    self.flags = ROW | START
    return after


def end(self: Parser, tok: str, i: int) -> int:
    r"""``\end{name}`` closes ``\begin{name}``."""
    name = environment_name(tok)
    if not self.stack:
        raise BrokenError("extra-close", i, what=tok)
    frame = self.stack[-1]
    if frame.closer != name:
        if frame.closer in self.tables.environments and name not in {outer.closer for outer in self.stack}:
            raise BrokenError("environment-mismatch", i, frame.opener, tok)
        raise self.blame(i, name if name in self.tables.environments else tok)
    if self.tables.environments[name].tags:
        self.tagged = -1
    self.pop()
    return i + 1


def ampersand(self: Parser, tok: str, i: int) -> int:
    """``&`` parts columns directly inside an environment."""
    environment = self.tables.environments.get(self.stack[-1].closer) if self.stack else None
    if environment is None:
        raise BrokenError("stray-ampersand", i, self.stack[-1].opener if self.stack else -1)
    self.columns += 1
    most = self.widths.get(len(self.stack), 0) if environment.args == "N" else environment.columns
    if most and self.columns > most:
        raise BrokenError("too-many-columns", i, self.stack[-1].opener, self.stack[-1].closer)
    self.flags = START
    self.infix = False
    return i + 1


def newline(self: Parser, tok: str, i: int) -> int:
    r"""``\\`` ends a row, or is a line break; a length in brackets may follow directly."""
    environments = self.tables.environments
    environment = environments.get(self.stack[-1].closer) if self.stack else None
    if tok == "\\cr" and not any(frame.closer in environments for frame in self.stack):
        raise BrokenError("unknown", i, what=tok)
    self.flags = 0
    if environment and environment.columns != 1:
        self.columns = 1
        self.infix = False
        self.flags = ROW | START
        if environment.tags:
            self.tagged = -1
    if tok == "\\\\" and self.tokens[i + 1] == "[":
        return arguments.row_gap(self, i + 1)
    return i + 1


def hline(self: Parser, tok: str, i: int) -> int:
    r"""``\hline`` begins a row."""
    inside = self.stack and self.stack[-1].closer in self.tables.environments
    if not self.flags & ROW and not (inside and self.tables.loose):
        raise BrokenError("hline", i, what=tok)
    return i + 1


def comment(self: Parser, tok: str, i: int) -> int:
    """``%`` hides the rest of the line, which in a one-line article is the rest of the formula."""
    for after in range(i + 1, len(self.tokens) - 1):
        if "\n" in self.tokens[after]:
            return after
    if self.stack or self.need:
        raise BrokenError("comment", i, self.stack[-1].opener if self.stack else self.command, tok)
    return len(self.tokens) - 1


def forbidden(self: Parser, tok: str, i: int) -> int:
    """``#`` belongs to macro definitions alone."""
    raise BrokenError("hash", i, what=tok)


def lenient(self: Parser, tok: str, i: int) -> int:
    """TeX's own machinery, too rare to follow."""
    self.flags = 0
    return i + 1


def bare_environment(self: Parser, tok: str, i: int) -> int:
    r"""``\begin`` without a name."""
    raise BrokenError("environment-name", i, what=tok)


def declare(self: Parser, tok: str, i: int) -> int:
    r"""``\DeclareMathOperator``, which MathJax knows."""
    return declare_operator(self, tok, i) if self.tables.loose else unusual(self, tok, i)


STEPS: dict[str, Step] = {
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
    "\\newcommand": define,
    "\\renewcommand": define,
    "\\providecommand": define,
    "\\def": define,
    "\\gdef": define,
    "\\let": let,
    "\\DeclareMathOperator": declare,
    **dict.fromkeys(("\\over", "\\choose", "\\atop", "\\brace", "\\brack", "\\above"), infix),
    **dict.fromkeys(("\\char", "\\global", "\\long", "\\noexpand", "\\expandafter"), lenient),
}
GRAMMAR = Grammar(STEPS, unusual, begin, arguments.read, arguments.PLAIN)
