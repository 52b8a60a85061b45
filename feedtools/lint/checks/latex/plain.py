"""Formulas so plain that one pattern decides them: no parser is needed."""

from __future__ import annotations

from feedtools.text.patterns import lazy
from feedtools.text.precompiled import ready

# Formulas that every renderer sets, and more than half of all there are: letters, numbers, Greek, one subscript and
# one superscript per atom, fonts and accents over a plain word.  A test holds the names against the tables.
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
_FORMULA = rf"(?:{_BASE} *+(?:([_^]){_SCRIPT} *+(?:(?!\1)[_^]{_SCRIPT})?+)?+ *+)*+"
PLAIN_FORMULA = lazy(_FORMULA)
PATIENCE = 64
"""Formulas of a process that are parsed before the pattern for plain ones is worth its compiling."""
_seen = 0


def is_plain(body: str) -> bool:
    """Tell that a formula is one of ``PLAIN_FORMULA``; ``False`` is no verdict.

    Where the pattern has to be compiled for this process alone, its first formulas take the long way: that costs as
    much as parsing dozens of them.
    """
    global _seen
    if not _seen and ready(_FORMULA):
        _seen = PATIENCE
    _seen += 1
    return _seen > PATIENCE and PLAIN_FORMULA.fullmatch(body) is not None
