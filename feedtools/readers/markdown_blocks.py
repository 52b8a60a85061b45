"""Blocks of a Markdown text, by the block rules of markdown-it, each of which is asked only where it can begin.

The library asks every rule at every line, and reads each paragraph twice: for a line that underlines a heading, and
for its end. Here the first character of a line says which rules can take it, paragraphs are read once, and only the
tokens are made that have text or code in them. The tokens are the library's own.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from markdown_it.common.utils import mdTrim
from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock, code, lheading, paragraph
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt

    Rule = Callable[[StateBlock, int, int, bool], bool]

KEPT = frozenset({"inline", "fence", "code_block", "html_block", "definition"})
"""Types of tokens that say which part of the text is what."""
CELL = "cell"
"""``info`` of the text of a cell, of which several share a line."""
_CELLS = frozenset({"th_open", "td_open"})
_DIGITS = "0123456789"
_FIRST = {
    "container": ":",
    "fence": "`~",
    "blockquote": ">",
    "hr": "*-_",
    "list": "*-+" + _DIGITS,
    "footnote_def": "[",
    "reference": "[",
    "html_block": "<",
    "heading": "#",
}
"""By the name of a rule, the characters that a line begins with if the rule is to take it."""
_UNDERLINE = re.compile(r"(?:-+|=+)[ \t]*(?:\n|\Z)")
_INDENT = re.compile(r"^[ \t]*", re.MULTILINE)
_DELIMITER_ROW = frozenset("|-:")
_CODE_INDENT = 4


class BlockParser(ParserBlock):
    """The library's parser of blocks, with its rules behind one that knows where each of them can begin.

    Args:
        ruler: the rules, of which those count that are enabled now.
    """

    def __init__(self, ruler: Ruler[Rule]) -> None:
        self.ruler = _Chains(ruler)

    def parse(
        self,
        src: str,
        md: MarkdownIt,
        env: dict[str, Any],  # type: ignore[override]
        outTokens: list[Token],  # noqa: N803 - markdown-it's signature
    ) -> list[Token]:
        """Find the blocks of a text; only tokens of the types in ``KEPT`` are there."""
        if src:
            state = _State(src, md, env, outTokens)
            self.tokenize(state, state.line, state.lineMax)
        return outTokens


class _State(StateBlock):
    """A state that finds the lines at once, and makes no tokens for what opens and closes around a text."""

    def __init__(self, src: str, md: MarkdownIt, env: dict[str, Any], tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        indents = _INDENT.findall(src)
        lines = src.split("\n")
        if not lines[-1].strip(" \t"):  # it is no line
            del lines[-1], indents[-1]
        self.bMarks = list(accumulate(map(len, lines), lambda place, length: place + length + 1, initial=0))
        self.eMarks = [start - 1 for start in self.bMarks[1:]]
        self.bMarks[-1] = len(src)
        self.eMarks.append(len(src))
        self.tShift = [*map(len, indents), 0]
        self.sCount = [*(len(one.expandtabs(4)) if "\t" in one else len(one) for one in indents), 0]
        self.bsCount = [0] * len(self.bMarks)
        self.lineMax = len(lines)
        self._last = ""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:  # noqa: ARG002 - markdown-it's signature
        """Push a token, or hand out one that nobody keeps."""
        if ttype in KEPT:
            token: Token = _Text(ttype, CELL if self._last in _CELLS else "")
            self.tokens.append(token)
        else:
            token = _UNUSED
            self.level += nesting
        self._last = ttype
        return token


class _Text(Token):
    """A token of what is kept, with the fields that are read."""

    __slots__ = ()

    def __init__(self, type: str, info: str) -> None:  # noqa: A002 - markdown-it's name
        self.type = type
        self.info = info
        self.content = ""
        self.level = 0
        self.map = None


_UNUSED = Token("", "", 0)


class _Chains(Ruler[Any]):
    """Each chain of another ruler as a single rule."""

    def __init__(self, ruler: Ruler[Rule]) -> None:
        super().__init__()
        self.__rules__ = ruler.__rules__
        names = {name for rule in self.__rules__ for name in rule.alt}
        self._chains: dict[str, list[Rule]] = {name: [_chain(ruler, name)] for name in names}
        self._chains[""] = [_blocks(_chain(ruler, ""))]

    def getRules(self, chainName: str = "") -> list[Rule]:  # noqa: N802, N803 - markdown-it's signature
        """The one rule of a chain."""
        return self._chains.get(chainName, [])


def _chain(ruler: Ruler[Rule], chain: str) -> Rule:
    """Make one rule of those of a chain that have to do with the first character of a line, and of tables."""
    rules = [rule for rule in ruler.__rules__ if rule.enabled and (not chain or chain in rule.alt)]
    table = next((rule.fn for rule in rules if rule.name == "table"), None)
    characters = {char for rule in rules for char in _FIRST.get(rule.name, "")}
    by_first = {char: tuple(rule.fn for rule in rules if char in _FIRST.get(rule.name, "")) for char in characters}

    def ask(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        src, begins, shifts = state.src, state.bMarks, state.tShift
        if table is not None:
            below = begins[start + 1] + shifts[start + 1]
            if src[below : below + 1] in _DELIMITER_ROW and table(state, start, end, silent):
                return True
        at = begins[start] + shifts[start]
        for rule in by_first.get(src[at : at + 1], ()):  # noqa: SIM110 - once per line
            if rule(state, start, end, silent):
                return True
        return False

    return ask


def _blocks(others: Rule) -> Rule:
    """Make the rule of all blocks from that of those with a first character of their own."""

    def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if state.sCount[start] - state.blkIndent >= _CODE_INDENT:
            return code(state, start, end, silent)
        return others(state, start, end, silent) or _paragraph(state, start, end, silent)

    return block


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a paragraph, or a heading that a line below it makes (CommonMark 4.8 and 4.3), in one go.

    The library leaves ``parentType`` as it does here, which lists in the lines that follow depend on.
    """
    if end != state.lineMax:  # the library's two rules look to different lines
        return lheading(state, start, end, silent) or paragraph(state, start, end, silent)
    parent, state.parentType = state.parentType, "paragraph"
    ends = state.md.block.ruler.getRules("paragraph")[0]
    src, begins, shifts, indents, least = state.src, state.bMarks, state.tShift, state.sCount, state.blkIndent
    line = start + 1
    while line < end:
        at = begins[line] + shifts[line]
        if at >= state.eMarks[line]:
            break
        indent = indents[line]
        if indent - least < _CODE_INDENT:
            if indent >= least and src[at] in "-=" and _UNDERLINE.match(src, at):
                state.parentType = parent
                return _add(state, start, line, line + 1)
            if indent >= 0 and ends(state, line, end, True):
                break
        line += 1
    return _add(state, start, line, line)


def _add(state: StateBlock, start: int, last: int, after: int) -> bool:
    """Add the text of some lines; what is read next begins on another."""
    begins, ends = state.bMarks, state.eMarks
    whole = not state.blkIndent and all(begins[line] == ends[line - 1] + 1 for line in range(start + 1, last))
    if whole or last == start + 1:  # nothing stands before the lines, or only white space
        lines = state.src[begins[start] + state.tShift[start] : ends[last - 1]]
    else:
        lines = state.getLines(start, last, state.blkIndent, False)
    token = state.push("inline", "", 0)
    token.content = mdTrim(lines)
    token.map = [start, last]
    token.children = []
    state.line = after
    return True
