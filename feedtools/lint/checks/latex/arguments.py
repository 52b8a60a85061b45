"""Arguments of commands: groups, brackets, stars and single tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedtools.lint.checks.latex.faults import BrokenError
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.state import Parser

OPTIONAL_END = "\x01"
"""Stands in for the ``]`` that closes an optional argument; as long as it, so that offsets hold."""

PLAIN = frozenset('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-=,.()|/:;<>!?*"@')
"""Characters that mean themselves, in math and in text."""

_UNIT = "(?:pt|mm|cm|in|bp|pc|dd|cc|nd|nc|sp|px|ex|em|mu)"
_SIZE = lazy(rf"[-+]? *(?:\d+(?:\.\d*)?|\.\d+) *{_UNIT}")
_HOLDS_SIZE = lazy(rf"\d\.? *{_UNIT}")
_COLOUR = lazy(r"#[a-fA-F0-9]{3,4}|#[a-fA-F0-9]{6}|#[a-fA-F0-9]{8}|[a-fA-F0-9]{6}|[a-zA-Z]+")
_COLUMNS = lazy(r"[lcr|: ]*")


def read(self: Parser, tok: str, i: int) -> int:
    """Take (part of) the argument that is due; gives the number of the next token."""
    kind = self.need[0]
    if kind in "mMtgSpw":
        if kind == "g":
            tag(self)
        if kind == "w" and (tok in {"^", "_"} or (tok in self.math and self.math[tok].args)):
            self.need = self.need[1:]
            return i + 1
        if tok == "{":
            self.need = self.need[1:]
            text = kind in "tg" or (kind != "M" and self.text)
            self.push("}", i, text=text)
            return i + 1
        if tok.isspace():
            return i + 1
        return single(self, tok, i)
    if kind == "*":
        self.need = self.need[1:]
        return shorten(self, tok, i) if tok.startswith("*") else i
    if tok.isspace():
        return i + 1
    if kind in "oO":
        return optional(self, tok, i)
    self.need = self.need[1:]
    if kind == "d":
        return braced_delimiter(self, i)
    return special(self, kind, tok, i)


def tag(self: Parser) -> None:
    """Refuse a second tag in a row, or in a formula without rows."""
    if self.tagged >= 0 and self.tagged != self.command:
        raise BrokenError("second-tag", self.command, self.tagged)
    self.tagged = self.command


def shorten(self: Parser, tok: str, i: int) -> int:
    """Take one character off a run of ordinary ones."""
    rest = tok[1:].lstrip(" ")
    if rest:
        self.tokens[i] = rest
        return i
    return i + 1


def single(self: Parser, tok: str, i: int) -> int:
    """An argument without braces: one character, or one command."""
    kind = self.need[0]
    text = kind in "tg" or (kind != "M" and self.text)
    command = (self.texts if text else self.math).get(tok)
    if command is not None:
        whole = kind in "Sp"
        if (whole and not command.script and not text) or (not whole and command.args):
            raise BrokenError("missing-argument", i, self.command, tok)
        self.need = command.args + self.need[1:]
        if command.args:
            self.command = i
        return i + 1
    first = tok[:1]
    if first in PLAIN:
        self.need = self.need[1:]
        return shorten(self, tok, i)
    return odd_single(self, tok, i, text=text)


def odd_single(self: Parser, tok: str, i: int, *, text: bool) -> int:
    """Read an argument without braces: primes, line breaks, rare characters; all else is missing."""
    kind = self.need[0]
    if self.tables.loose:
        if kind == "S" and (tok == "\\left" or (tok.startswith("\\begin") and tok.endswith("}"))):
            return any_item(self, tok, i)
        if tok == "$":
            self.need = self.need[1:]
            return i + 1
    if tok == "'" and kind not in "Sp":
        self.need = self.need[1:]
        return i + 1
    if tok in _EMPTY and kind not in "Sp" and not (text and tok not in {"\\\\", "\\newline"}):
        self.need = self.need[1:]
        return i + 1
    if tok.startswith("\\verb") and len(tok) > 5 and not tok[5].isalpha():
        self.need = self.need[1:]
        return i + 1
    if tok and tok[0] > "\x7f":
        check_character(self, tok, i, text=text)
        self.need = self.need[1:]
        return shorten(self, tok, i)
    if tok.startswith("\\") and not _GRAMMAR.fullmatch(tok):
        other = self.math if self.text else self.texts
        if tok == "\\" and self.tables.loose:
            return i + 1
        if tok not in other and not tok.startswith(("\\begin", "\\end")):
            raise BrokenError("lone-backslash" if tok == "\\" else "unknown", i, what=tok)
    raise BrokenError("missing-argument", i, self.command, tok)


def any_item(self: Parser, tok: str, i: int) -> int:
    r"""Take whatever comes next as the script, ``\left(…\right)`` and environments included, as MathJax does."""
    self.need = self.need[1:]
    flags, depth = self.flags, len(self.stack)
    after = (self.grammar.steps.get(tok) or self.grammar.begin)(self, tok, i)
    if len(self.stack) > depth:
        self.stack[-1] = self.stack[-1]._replace(flags=flags)
    return after


def check_character(self: Parser, tok: str, i: int, *, text: bool) -> None:
    """Refuse characters no renderer has a place for."""
    first = tok[0]
    if self.tables.loose:
        return
    if text and first in self.math and first not in self.texts:
        raise BrokenError("math-in-text", i, what=first)
    odd = first < " " or first == "\x7f" or "\ud800" <= first <= "\uf8ff" or first in "\u2028\u2029"
    if odd or "\u0300" <= first <= "\u036f":
        raise BrokenError("odd-character", i, what=f"U+{ord(first):04X}")
    for mark in tok[1:]:
        if "\u0300" <= mark <= "\u036f" and mark not in self.tables.accents:
            raise BrokenError("odd-character", i, what=f"U+{ord(mark):04X}")


_EMPTY = frozenset(("\\\\", "\\newline", "\\over", "\\choose", "\\atop", "\\brace", "\\brack"))
"""Tokens that may be an argument without braces, although they set nothing."""
_GRAMMAR_WORDS = (
    r"left|right|middle|over|choose|atop|brace|brack|above|limits|nolimits|hline|hdashline|begingroup|endgroup|bgroup|"
    r"egroup|newcommand|renewcommand|providecommand|def|gdef|cr|newline|char|let|global|long|[()\\[\]\\]"
)
_GRAMMAR = lazy(rf"\\(?:{_GRAMMAR_WORDS})")


def optional(self: Parser, tok: str, i: int) -> int:
    """Enter an optional argument ``[…]``, where it is there."""
    kind = self.need[0]
    self.need = self.need[1:]
    if tok != "[":
        return i
    close = closing_bracket(self, i)
    if self.need.startswith("p"):
        self.need = "m" + self.need[1:]
    if kind == "O":
        return close + 1
    self.tokens[close] = OPTIONAL_END
    self.push(OPTIONAL_END, i, text=self.text)
    return i + 1


def closing_bracket(self: Parser, i: int) -> int:
    """The number of the ``]`` that ends the optional argument opened at token ``i``."""
    tokens, matching = self.tokens, braces(self)
    j = i + 1
    while True:
        tok = tokens[j]
        if tok == "]":
            return j
        if tok == "{" and matching[j] > 0:
            j = matching[j]
        elif tok in {"", "}", "{"}:
            raise BrokenError("unclosed", j, i, "]")
        j += 1


def braces(self: Parser) -> list[int]:
    """For each ``{`` the number of its ``}``, else 0; computed once per formula."""
    if not self.matching:
        matching = [0] * len(self.tokens)
        waiting: list[int] = []
        for j, tok in enumerate(self.tokens):
            if tok == "{":
                waiting.append(j)
            elif tok == "}" and waiting:
                matching[waiting.pop()] = j
        self.matching = matching
    return self.matching


def group_text(self: Parser, i: int) -> tuple[str, int]:
    """The text of the group that opens at token ``i``, and the number of the token after it."""
    close = braces(self)[i]
    if not close:
        raise BrokenError("unclosed", len(self.tokens) - 1, i, "}")
    return "".join(self.tokens[i + 1 : close]), close + 1


def special(self: Parser, kind: str, tok: str, i: int) -> int:
    """Read a length, a colour, or an argument that nobody looks at."""
    if tok == "{":
        text, after = group_text(self, i)
    elif kind in "sh":
        match = _SIZE.match("".join(self.tokens[i : i + 4]))
        if not match:
            raise BrokenError("length", i, self.command, tok)
        return skip(self, i, match.end())
    elif not tok or tok in {"}", "&"}:
        raise BrokenError("missing-argument", i, self.command, tok)
    else:
        text, after = tok[0], i
        if tok.startswith("\\"):
            text, after = tok, i + 1
        else:
            after = shorten(self, tok, i)
    if (kind == "s" and text and not _HOLDS_SIZE.search(text)) or (kind == "h" and not _SIZE.match(text.strip())):
        raise BrokenError("length", i, self.command, text)
    if kind == "c" and not _COLOUR.fullmatch(text):
        raise BrokenError("colour", i, self.command, text)
    return after


def skip(self: Parser, i: int, count: int) -> int:
    """Go on ``count`` characters after the beginning of token ``i``."""
    while count >= len(self.tokens[i]) > 0:
        count -= len(self.tokens[i])
        i += 1
    if count:
        self.tokens[i] = self.tokens[i][count:]
    return i


def braced_delimiter(self: Parser, i: int) -> int:
    r"""Read the bracket of ``\big(`` or ``\big{(}``."""
    if self.tokens[i] == "{" and i + 2 < len(self.tokens) and self.tokens[i + 2] == "}":
        if self.tokens[i + 1] in self.tables.delimiters:
            return i + 3
        raise BrokenError("delimiter", i + 1, self.command, self.tokens[i + 1])
    return delimiter(self, i, self.command)


def delimiter(self: Parser, i: int, command: int) -> int:
    r"""Read the bracket after ``\left``, ``\right``, ``\middle`` or ``\big``."""
    while self.tokens[i].isspace():
        i += 1
    tok = self.tokens[i]
    if tok in self.tables.delimiters:
        return i + 1
    if tok[:1] in self.tables.delimiters:
        return shorten(self, tok, i)
    raise BrokenError("delimiter", i, command, self.tokens[command])


def row_gap(self: Parser, i: int) -> int:
    r"""Read the length in ``\\[2mm]``."""
    close = closing_bracket(self, i)
    text = "".join(self.tokens[i + 1 : close])
    if not _HOLDS_SIZE.search(text) and (text or not self.tables.loose):
        raise BrokenError("row-gap", i, what=f"[{text}]")
    return close + 1


def environment(self: Parser, args: str, i: int) -> int:
    r"""Read the arguments of the ``\begin`` at token ``i``; gives the number of the first token of its body."""
    after = i + 1
    while args and self.tokens[after].isspace():
        after += 1
    tok = self.tokens[after]
    if args == "u" and tok and tok not in {"}", "&"}:
        return group_text(self, after)[1] if tok == "{" else shorten(self, tok, after)
    if args == "o":
        return closing_bracket(self, after) + 1 if tok == "[" else i + 1
    if not args:
        return i + 1
    if tok == "{":
        text, after = group_text(self, after)
    else:
        text = tok[:1]
        after = shorten(self, tok, after)
    good = _COLUMNS.fullmatch(text) if args == "A" else text.strip().isdigit() and int(text[:9]) > 0
    if not good or not tok:
        raise BrokenError("columns" if args == "A" else "number", i, i, text)
    if args == "N":
        self.widths[len(self.stack) + 1] = 2 * int(text[:9])
    return after
