r"""Find where a formula would not render.  A table-driven parser that stops where a renderer would.

The grammar is that of TeX formulas as KaTeX and MathJax read them: atoms with scripts, groups, commands with
arguments, ``\left … \right``, environments, and text inside math.  One pass over the tokens, an explicit stack
instead of recursion, so that depth is bounded only by ``max_depth`` and time is linear in the length.
"""

from collections.abc import Mapping
from itertools import accumulate

from feedtools.lint.checks.latex.faults import BrokenError, Fault
from feedtools.lint.checks.latex.grammar import GRAMMAR
from feedtools.lint.checks.latex.plain import is_plain
from feedtools.lint.checks.latex.state import Parser, tokens_of
from feedtools.lint.checks.latex.tables import Command, Tables


def find_fault(
    body: str, tables: Tables, macros: Mapping[str, Command] | None = None, *, display: bool, max_depth: int = 500
) -> Fault | None:
    """Find the first place where a formula would not render; ``None`` where it renders.

    Args:
        body: the formula without its delimiters.
        tables: the renderer's facts.
        macros: commands declared by the user, with their backslash.
        display: whether it is displayed.
        max_depth: deepest nesting allowed.
    """
    if is_plain(body):
        return None
    parser = Parser(body, tables, macros or {}, GRAMMAR, display=display, max_depth=max_depth)
    try:
        parser.run()
    except BrokenError as broken:
        return located(parser, broken, body)
    return None


def located(parser: Parser, broken: BrokenError, body: str) -> Fault:
    """Turn token numbers into offsets; a token that was taken in part has lost characters at its head."""
    starts = [0, *accumulate(map(len, tokens_of(body))), len(body)]
    tokens = parser.tokens
    end = starts[broken.index + 1]
    start = end - len(tokens[broken.index])
    if broken.opener < 0:
        return Fault(broken.code, start, end, what=broken.what)
    return Fault(broken.code, start, end, starts[broken.opener], tokens[broken.opener], broken.what)
