r"""FT212: formulas that render and still show something else than was meant.

Each kind of loss has its own pattern; the option ``kinds`` chooses among them.  What stands inside ``\text{…}``,
``\operatorname{…}`` and the like is words by right and is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit, View
from feedtools.lint.checks.latex.parser import find_fault
from feedtools.lint.checks.latex.rules import ENTITY, MEANT, declared, formula
from feedtools.lint.checks.latex.tables import load
from feedtools.lint.edits import edited
from feedtools.model import Edit
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.model import Confidence

_WORDS = lazy(
    r"\\(?:text\w*|mbox|hbox|mathrm|mathsf|mathtt|mathit|operatorname\*?|label|tag\*?|ref|eqref|begin|end|color|"
    r"textcolor|href|url|rm|hspace\*?)\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_WITH_GROUP = (
    "frac|dfrac|tfrac|sqrt|mathbf|mathrm|mathcal|mathbb|mathit|mathsf|boldsymbol|text|textbf|operatorname|overline|"
    "underline|hat|widehat|bar|tilde|vec|binom|underset|overset|underbrace|begin|end"
)
_ALONE = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|theta|lambda|sigma|omega|infty|partial|nabla|cdot|cdots|ldots|times|"
    "leq|geq|neq|rightarrow|leftarrow|Rightarrow|forall|mathbb|mathbf|mathcal|mathrm|displaystyle|quad"
)
_LOST = lazy(
    rf"(?<![A-Za-z\\])(?:(?:{_WITH_GROUP})(?=\s?\{{)|(?:{_ALONE})(?![A-Za-z])|(?:sum|prod|int|lim)(?=[_^])"
    r"|(?:left)(?=[(\[|])|(?:right)(?=[)\]|]))"
)
_TAG = lazy(r"</?(?:em|strong|sub|sup|span|code|br|p|div|font)\b[^<>]{0,60}/?>")
_ROWS = lazy(
    r"\\begin\{((?:align(?:ed)?|split|cases|gather(?:ed)?|[pbBvV]?matrix|array)\*?)\}((?:(?!\\begin\{|\\end\{)[\s\S])*)\\end\{\1\}"
)
_LONE = lazy(r"(?<!\\)\\(?:\s(?!\\ )|(?=\d))")
_GREEK = lazy(r"[α-ωΑ-Ωϵϕ]")
_SUBSCRIPT = lazy(r"[_^]\{([A-Za-z]{3,})\}")
_INDICES = lazy(r"(?:[ijklmnpqrstxyzabcd]|[A-Z]){3}")
_OPERATOR = lazy(
    r"\\mathop\s*\{\s*(?:\\rm\s+)?(arg\s?max|arg\s?min|max|min|sup|inf|lim)\s*\}(?:\s*\\limits)?"
    r"|(?<![A-Za-z\\])(log|ln|exp|max|min|sin|cos|tan|argmax|argmin|softmax)(?=\s*[_({\\])"
)
_MINUS = lazy(
    r"[_^]\{\(?([a-z])(1)\)?\}|\((1)(?:[a-z]|\\(?:alpha|beta|gamma|lambda|epsilon|varepsilon|rho|tau|eta)\b)\)"
)
_LETTERS = (
    "α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi "
    "ρ rho σ sigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma "
    "Φ Phi Ψ Psi Ω Omega ϵ epsilon ϕ phi"
)
_PAIRS = _LETTERS.split()
_NAMES = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))

Kind = Callable[[str, str], Iterator[Hit]]
"""Finds one kind of loss: given the formula, and the formula with words and commands blanked out."""


def poor(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """FT212: a formula that renders and shows something else than was meant."""
    kinds = [_KINDS[name] for name in options.get("kinds", _KINDS) if name in _KINDS]
    macros = declared(options.get("macros") or {})
    for math in view.math:
        if not math.closed:
            continue
        body, offset, display = formula(view.text, math)
        plain = _WORDS.sub(lambda match: " " * len(match.group()), body)
        hits = _found(kinds, body, plain)
        if not hits or find_fault(body, load("katex"), macros, display=display) is not None:
            continue
        mended = find_fault(_applied(body, hits), load("katex"), macros, display=display) is None
        for hit in sorted(hits):
            edits = tuple(Edit(edit.start + offset, edit.end + offset, edit.text) for edit in hit.edits if mended)
            safety = hit.safety if edits else None
            yield hit._replace(start=hit.start + offset, end=hit.end + offset, edits=edits, safety=safety)


def _found(kinds: Iterable[Kind], body: str, plain: str) -> list[Hit]:
    """Report each place once, for the first kind that finds it."""
    hits = []
    taken = bytearray(len(body))
    for kind in kinds:
        for hit in kind(body, plain):
            if taken.find(1, hit.start, hit.end) < 0:
                taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
                hits.append(hit)
    return hits


def _applied(body: str, hits: list[Hit]) -> str:
    """The formula with every edit made: only repairs that leave it whole are offered."""
    return edited(body, sorted(edit for hit in hits for edit in hit.edits))


def _hit(start: int, end: int, message: str, text: str | None, confidence: Confidence, at: int | None = None) -> Hit:
    edits = () if text is None else (Edit(start if at is None else at, end, text),)
    return Hit(start, end, message, edits, "confident" if edits else None, confidence)


def _backslash(body: str, plain: str) -> Iterator[Hit]:
    """``frac{a}{b}``: letters set in italics where a command was meant."""
    for match in _LOST.finditer(plain):
        word = match.group()
        message = f"‘{word}’ lost its backslash and shows as letters; write ‘\\{word}’"
        yield _hit(match.start(), match.end(), message, "\\" + word, "high")


def _html(body: str, plain: str) -> Iterator[Hit]:
    """``&lt;`` and ``<em>`` left over from a page."""
    for match in ENTITY.finditer(body):
        meant = MEANT[match[1]]
        message = f"‘{match.group()}’ is an HTML escape inside the formula; write ‘{meant}’"
        yield _hit(match.start(), match.end(), message, meant, "high")
    for match in _TAG.finditer(body):
        tag = match.group()
        text = "_" if tag in {"<em>", "</em>"} else None
        message = f"‘{tag}’ is an HTML tag inside the formula; " + (
            "it was an underscore once" if text else "take it out"
        )
        yield _hit(match.start(), match.end(), message, text, "high")


def _newline(body: str, plain: str) -> Iterator[Hit]:
    r"""An environment of rows that has no ``\\`` left, only single backslashes before spaces or digits."""
    for rows in _ROWS.finditer(body):
        inside = rows[2]
        if "\\\\" in inside or "\\cr" in inside or "\\newline" in inside:
            continue
        for match in _LONE.finditer(inside):
            start = rows.start(2) + match.start()
            message = f"‘\\’ was probably ‘\\\\’: {rows[1]} has no row ends left, and the rows run into one"
            yield _hit(start, start + 1, message, "\\\\", "medium")


def _greek(body: str, plain: str) -> Iterator[Hit]:
    """``p_θ``: the letter is set upright or in another font, and LaTeX refuses it."""
    for match in _GREEK.finditer(plain):
        letter = match.group()
        name = _NAMES.get(letter)
        if name:
            text = f"\\{name}" + (" " if body[match.end() : match.end() + 1].isalpha() else "")
            message = f"‘{letter}’ stands as a character in the formula; write ‘\\{name}’"
            yield _hit(match.start(), match.end(), message, text, "medium")


def _subscript(body: str, plain: str) -> Iterator[Hit]:
    """``p_{data}``: set as d·a·t·a, four variables in a row."""
    for match in _SUBSCRIPT.finditer(plain):
        word = match[1]
        if not _INDICES.fullmatch(word):
            message = f"‘{word}’ is set as separate letters; write ‘\\text{{{word}}}’"
            yield _hit(match.start(1), match.end(1), message, f"\\text{{{word}}}", "medium")


def _operator(body: str, plain: str) -> Iterator[Hit]:
    r"""``\mathop{min}`` and ``log(x)``: operators set as letters."""
    for match in _OPERATOR.finditer(body):
        word = "".join((match[1] or match[2]).split())
        if match[2] and plain[match.start() : match.end()] != match.group():
            continue
        star = "*" if word in {"argmax", "argmin"} else ""
        text = f"\\operatorname{star}{{{word}}}" if word.startswith(("arg", "soft")) else f"\\{word}"
        message = f"‘{word}’ is set as separate letters; write ‘{text}’"
        yield _hit(match.start(), match.end(), message, text, "medium")


def _minus(body: str, plain: str) -> Iterator[Hit]:
    r"""``x_{t1}`` beside ``x_t``, ``(1\gamma)``: a minus sign was probably deleted."""
    shifted = {letter: _is_shifted(body, letter) for letter in {match[1] for match in _MINUS.finditer(body)} if letter}
    for match in _MINUS.finditer(body):
        one = 2 if match[2] else 3
        if match[1] and not shifted[match[1]]:
            continue
        at = match.start(2) if one == 2 else match.end(3)
        message = f"a minus sign was probably lost in ‘{match.group().strip('_^')}’"
        yield Hit(match.start() + (one == 2), match.end(), message, (Edit(at, at, "-"),), "unsafe", "low")


def _is_shifted(body: str, letter: str) -> bool:
    """Tell whether ``t`` is an index by itself here, and never the first of two (``t2``, ``tn``)."""
    alone = re.search(rf"[_^]\{{?\(?{letter}(?![A-Za-z\d])", body)
    return alone is not None and not re.search(rf"[_^]\{{{letter}[02-9A-Za-z]", body)


_ESCAPED = lazy(r"\\_(?=[{A-Za-z0-9])")
_GREEK_NAMES = "|".join(_PAIRS[1::2])
_INDEX = (
    r"(?!int?\}|sin|min|lim|l[ng])(?:[i-nst]{2,3}|[a-ce-z][a-z])|[i-nst](?:[-+](?:\d|[i-nst])){1,3}|\d{1,2}|[a-z0-9](?:,[a-z0-9]){1,3}|[i-nt]=\d"
    rf"|\\(?:{_GREEK_NAMES})|\\(?:text|mathrm)\{{[A-Za-z]{{1,12}}\}}"
)
"""An index that is read as one wherever it stands behind a letter: ``ij``, ``t+1``, ``0``, ``i,j``, a Greek letter."""
_EATEN = lazy(
    # \sum{i=1}, \lim{x \to 0}, \max{j}; \int{0}^{1}, \sum{1}^n
    r"(?:\\(?:prod|sum|max|min|lim|sup|inf|big(?:cup|cap|oplus|otimes)|coprod"
    r"|(?:text|mathrm|mathop|operatorname\*?)\{\s*(?:arg\s*)?(?:max|min)\s*\})(?:\\limits)?"
    r"(\{(?:[a-z](?:[,=][^{}]{1,8})?|"
    r"[^{}]{1,30}(?:=|\\(?:to|in|rightarrow|sim|leq?|neq?)(?![A-Za-z])|<)[^{}]{1,30})\})"
    r"|\\(?:i{0,3}nt|oint|sum|prod)(?:\\limits)?(\{[^{}]{1,20}\})(?=\^)"
    # q{k}, w{ij}, \mathbf{A}{j,i}, \hat{y}{t+1}, \right){i,j}
    rf"|(?:\\right[)\]|]|(?<![\\A-Za-z])(?!d\{{[a-z]\}})[A-Za-z]"
    r"|\\(?:boldsymbol|bm|mathbf|mathbb|mathcal|mathrm(?!\{[de]\})|hat|bar|tilde|vec|dot|widehat|overline)\{[A-Za-z]\})"
    rf"(\{{(?:[a-z](?:[,=][^{{}}]{{1,8}})?|{_INDEX}|[^{{}}]{{1,30}}\\sim(?![A-Za-z])[^{{}}]{{1,30}})\}})"
    # \mathcal{L}{GAN}, \|w\|{2}, \nabla{\theta} J
    r"|\\mathcal\{[A-Za-z]\}(\{[A-Za-z]{2,6}\})|\\(?:\||rVert)\s?(\{(?:[12F]|\\infty)\})"
    rf"|\\nabla(\{{\\(?:{_GREEK_NAMES})\}})(?=\s*[A-Za-z\\])"
    # \theta{t}, \pi{\theta}, \delta{ij}, but not \Delta{t}, \pi{i}
    rf"|\\(?:(?!pi|[dD]elta)(?:{_GREEK_NAMES})(?![A-Za-z])(\{{(?:[i-nt]|{_INDEX})\}})"
    rf"|(?:pi|[dD]elta|ell)(\{{(?:{_INDEX})\}})))(?!_)"
)
_ARGUMENT = lazy(
    r"(?:[_^]|\\(?:[dtc]?frac|[dt]?binom|overset|underset|stackrel|textcolor)|\\(?:text[a-z]*|mbox)\s*\{[^{}]*)\s*\Z"
)
"""Commands and signs that take a letter, or the first of two: in ``\\frac a{ij}`` and ``x_i{j}`` nothing was eaten."""


def _underscore(body: str, plain: str) -> Iterator[Hit]:
    r"""``\lim\_{x}`` and ``A{i,j}``: an underscore that Markdown escaped, or ate."""
    for match in _ESCAPED.finditer(body):
        if plain[match.end() : match.end() + 1].strip():
            yield _hit(match.start(), match.end(), "‘\\_’ shows an underscore here; write ‘_’", "_", "high")
    for match in _EATEN.finditer(body):
        start, end = match.span(match.lastindex or 0)
        if plain[start] != "{" or _ARGUMENT.search(body, max(match.start() - 60, 0), match.start()):
            continue
        group = body[start:end]
        yield _hit(start, end, f"the underscore before ‘{group}’ was lost", f"_{group}", "high")


_KINDS: dict[str, Kind] = {
    "underscore": _underscore,
    "backslash": _backslash,
    "html": _html,
    "newline": _newline,
    "greek": _greek,
    "subscript": _subscript,
    "operator": _operator,
    "minus": _minus,
}
