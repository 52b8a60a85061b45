"""Faults in words a writer understands: what was opened, where it is damaged, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from feedtools.lint.checks.latex.faults import Fault
from feedtools.text.patterns import lazy

WORDS = {
    "unclosed": "{opened} {at} is never closed: {closer} is missing before the formula ends",
    "unclosed-before": "{opened} {at} is still open where {found} closes something outside it; close it first",
    "extra-close": "{found} closes nothing: what it should close was lost, or it stands here by mistake",
    "extra-close-inside": "{found} does not close {opened} {at}; one of the two was lost or does not belong here",
    "environment-mismatch": "{opened} {at} ends with {found}; the two names must be the same",
    "too-deep": "groups are nested deeper than {what} levels; renderers run out of stack on such formulas",
    "missing-argument": "{opened} {at} lacks an argument: {found} stands where it should be",
    "double-script": "a second {what} on the same base before {near}; put braces around what belongs together",
    "no-base": "{what} stands where there is nothing to put it on; put it after what it belongs to",
    "limits": "{what} follows something that is no operator; put it directly after \\sum, \\max or \\mathop{{…}}",
    "unknown": "it does not know {what}{hint}",
    "lone-backslash": "a single backslash ends the formula; what it should begin was lost",
    "math-in-text": "{what} stands inside text (\\text{{…}} or the like); close the text first, or escape it",
    "text-in-math": "{what} only works inside \\text{{…}}",
    "odd-character": "{what} is a character it cannot set; delete or replace it",
    "stray-dollar": "a dollar sign stands inside the formula; escape it as \\$ or take it out",
    "nested-delimiter": "{what} opens or closes a formula, and this is inside one already",
    "middle": "\\middle stands outside \\left … \\right",
    "second-infix": "two of \\over, \\choose and their like in one group; put braces around one of them",
    "unknown-environment": "it does not know the environment {what}{hint}",
    "nested-environment": "{what} stands inside {opened} {at}; such environments do not nest, use aligned or gathered",
    "display-only": "{what} works only in displayed formulas; use \\[ … \\]{hint}",
    "tag-inline": "\\tag works only in displayed formulas; use \\[ … \\]",
    "second-tag": "a second \\tag in the same row or formula",
    "stray-ampersand": "& parts columns only directly inside an environment such as aligned; {hint}",
    "too-many-columns": "one & too many: {opened} {at} takes no more columns",
    "hline": "{what} works only at the beginning of a row",
    "comment": "% hides the rest of the line, and with it what closes {opened}; write \\% for a per cent sign",
    "redefined": "{what} is a command already; define it with \\renewcommand",
    "undefined": "{what} is no command yet; define it with \\newcommand",
    "macro-body": "what {what} is defined as would not render by itself",
    "hash": "# has no meaning in a formula; write \\#",
    "environment-name": "{what} has no environment name in braces after it",
    "length": "{opened} {at} needs a length such as 1em or 2pt, not {what}",
    "colour": "{opened} {at} needs the name of a colour or #rrggbb, not {what}",
    "row-gap": "\\\\ followed by a bracket takes it for a length, and {what} is none; put {{}} after \\\\",
    "delimiter": "{opened} {at} needs a bracket such as ( [ \\{{ | or a full stop, not {found}",
    "columns": "{opened} {at} needs column letters l, c, r or |, not {what}",
    "number": "{opened} {at} needs a number of columns, not {what}",
}
"""One template per kind of fault."""

_INLINE = {"align": "aligned", "split": "aligned", "gather": "gathered", "alignat": "alignedat"}
_ESCAPE = lazy(r"&#?\w{1,8};")
_CLOSERS = {"}": "}", "]": "]", "\x01": "]", "$": "$"}


def describe(fault: Fault, body: str, opener: str, names: Iterable[str], renderer: str = "KaTeX") -> str:
    r"""One sentence on a fault.

    Args:
        fault: what the parser found.
        body: the formula without its delimiters.
        opener: how the formula was opened.
        names: commands (or environments) the renderer knows, for a likely spelling.
        renderer: whose verdict it is.
    """
    found = body[fault.start : fault.end].strip() or (
        "the end of the formula" if fault.start >= len(body.rstrip()) else "a space"
    )
    closer = _CLOSERS.get(fault.what) or (fault.what if fault.what.startswith("\\") else f"\\end{{{fault.what}}}")
    opened = fault.opened
    if opened in {"\\left", "{"} and fault.opener >= 0:
        opened = _head(body, fault.opener, opened)
    hint = ""
    if fault.code in {"unknown", "unknown-environment"}:
        hint = likely(fault.what, names)
    elif fault.code == "display-only" and fault.what.rstrip("*") in _INLINE:
        hint = f", or {_quote(_INLINE[fault.what.rstrip('*')])} in its place"
    elif fault.code == "stray-ampersand":
        escape = _ESCAPE.match(body, fault.start)
        hint = "write \\& for the sign"
        if escape:
            hint = f"this is the HTML escape {_quote(escape.group())}, put the character it stands for"
        elif fault.opener >= 0:
            hint = f"close {_quote(_head(body, fault.opener, opened))} first, or write \\& for the sign"
    sentence = WORDS[fault.code].format(
        opened=_quote(opened),
        at=_place(body, fault.opener),
        closer=_quote(closer),
        found=_quote(found) if fault.start < len(body.rstrip()) else found,
        what=_quote(_cut(fault.what)) if fault.code not in {"too-deep", "odd-character"} else fault.what,
        near=_quote(_cut(body[fault.end :].strip())) if body[fault.end :].strip() else "the end",
        hint=hint,
    )
    return f"formula opened with {_quote(opener)} would not render in {renderer}: {sentence}"


def likely(what: str, names: Iterable[str]) -> str:
    r"""Guess what an unknown name was meant to be: ``; perhaps \alpha x`` or ``; perhaps \lambda``."""
    from difflib import get_close_matches

    known = set(names)
    for end in range(len(what) - 1, 3, -1):
        if what.startswith("\\") and what[:end] in known:
            return f"; perhaps {_quote(what[:end] + ' ' + what[end:])}"
    close = get_close_matches(what, known, 1, 0.7) if len(what) > 4 else []
    return f"; perhaps {_quote(close[0])}" if close else "; check the spelling, or declare it in the option ‘macros’"


def _head(body: str, at: int, opened: str) -> str:
    r"""Name an opener with what belongs to it: ``\left(`` rather than ``\left``, ``\frac{`` rather than ``{``."""
    if opened == "\\left":
        rest = body[at + 5 : at + 20].lstrip()
        return opened + (rest[:2] if rest.startswith("\\") else rest[:1])
    start = at
    while start > 0 and body[start - 1].isalpha() and at - start < 20:
        start -= 1
    if start > 0 and body[start - 1] == "\\":
        return body[start - 1 : at + 1]
    return (body[at - 1] if at and body[at - 1] in "_^" else "") + "{"


def _place(body: str, at: int) -> str:
    """Name a place in the formula by what stands there."""
    if at < 0:
        return ""
    after = _cut(body[at:].strip(), 16)
    return f"(at {_quote(after)})"


def _quote(text: str) -> str:
    return f"‘{text}’"


def _cut(text: str, length: int = 24) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
