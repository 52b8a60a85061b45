"""The checkers behind FT201, FT202 and FT203: is every formula closed, and would it render?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from feedtools.errors import ConfigError
from feedtools.lint.checks.base import Hit, View
from feedtools.lint.checks.latex.plain import is_plain
from feedtools.model import Edit
from feedtools.text.formulas import DISPLAYED, continues_path
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from feedtools.lint.checks.latex.faults import Fault
    from feedtools.lint.checks.latex.tables import Command
    from feedtools.text.formulas import Math

RENDERERS = {"katex": ("katex",), "mathjax": ("mathjax",), "both": ("katex", "mathjax"), "either": ("katex", "mathjax")}
NAMES = {"katex": "KaTeX", "mathjax": "MathJax"}
_CLOSE = lazy(r"\\\\|\\[)\]]|\\end\{" + DISPLAYED + r"\}")
ENTITY = lazy(r"&(?:amp;)*(lt|gt|amp|quot|nbsp|#39|#x27);")
MEANT = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "nbsp": " ", "#39": "'", "#x27": "'"}
"""HTML escapes that pages leave in formulas, and the characters they stand for."""
_CLOSERS = {"\\(": 2, "\\[": 2, "$$": 2, "$": 1, "$latex ": 1}
_REMEMBERED = 200
"""Code points of a formula whose verdict is remembered."""


def unclosed(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """FT201: a formula that was opened and never closed, once for each opener."""
    text = view.text
    for math in view.math:
        if math.closed:
            continue
        if math.end >= len(text):
            cut = text.endswith(("...", "…"))
            where = "the article is cut inside it" if cut else "it reaches to the end of the article"
        elif text.startswith(("\\)", "\\]"), math.end - 2):
            where = f"‘{text[math.end - 2 : math.end]}’ does not close it"
        else:
            where = f"the text goes on after ‘{text[max(math.end - 12, math.start) : math.end]}’"
        yield Hit(
            math.start,
            math.end,
            f"formula opened with ‘{math.opener}’ and never closed: {where}; restore its end from the source",
        )


def stray_close(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """FT202: a closing delimiter without an opener."""
    spans = iter(view.math)
    math = next(spans, None)
    for match in _CLOSE.finditer(view.text):
        while math is not None and math.end <= match.start():
            math = next(spans, None)
        if match.group() == "\\\\" or (math is not None and math.start <= match.start()):
            continue
        if match.group()[1] != "e" and continues_path(view.text, match.start()):
            continue
        yield Hit(
            match.start(),
            match.end(),
            f"‘{match.group()}’ closes a formula that was never opened; its beginning was lost, or it is a leftover",
        )


def broken(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """FT203: a closed formula that would not render; at most one fault per formula, the first.

    Raises:
        ConfigError: the option ``renderer`` names no renderer.
    """
    chosen = options.get("renderer", "katex")
    if chosen not in RENDERERS:
        raise ConfigError(f"FT203: renderer is {options['renderer']!r}; expected {', '.join(RENDERERS)}")
    macros = declared(options.get("macros") or {})
    depth = int(options.get("max_depth", 500))
    for math in view.math:
        if not math.closed:
            continue
        body, offset, display = formula(view.text, math)
        if is_plain(body):
            continue
        made = _defined(body)
        known = {name: command for name, command in macros.items() if name not in made} if made else macros
        broken_in = _broken_in(body, chosen, known, depth, display=display)
        if broken_in is not None:
            renderer, fault = broken_in
            fault_in = partial(_fault, renderer=renderer, known=known, depth=depth, display=display)
            edits = unescape(body, offset, fault, fault_in)
            hit = _hit(body, offset, math.opener, renderer, fault)
            yield hit._replace(edits=edits, safety="unsafe") if edits else hit
        if made:
            macros = {**macros, **made}


def _defined(body: str) -> Mapping[str, Command]:
    """The macros that a formula defines; hardly any defines one."""
    if not any(word in body for word in ("\\def", "command", "\\gdef", "MathOperator", "\\let")):
        return {}
    from feedtools.lint.checks.latex.definitions import defined

    return defined(body)


def _broken_in(
    body: str, chosen: str, known: Mapping[str, Command], depth: int, *, display: bool
) -> tuple[str, Fault] | None:
    """The first renderer that would not set a formula, with the fault; with ``either``, all have to refuse it."""
    first: tuple[str, Fault] | None = None
    for renderer in RENDERERS[chosen]:
        fault = _fault(body, renderer, known, depth, display=display)
        if fault is None:
            if chosen == "either":
                return None
            continue
        first = first or (renderer, fault)
        if chosen != "either":
            break
    if first is not None and chosen == "either" and (shown := _with_plain_words(body)) != body:
        return None if _fault(shown, "mathjax", known, depth, display=display) is None else first
    return first


def _with_plain_words(body: str) -> str:
    """A formula whose words hold no signs of TeX: without ``textmacros`` MathJax shows them as they stand."""
    if "\\text" not in body and "box" not in body:
        return body
    return _WORDS.sub(lambda words: words[1] + words[2].translate(_SHOWN) + "}", body)


_WORDS = lazy(r"(\\(?:text(?:rm|bf|it|sf|tt|normal)?|mbox|hbox|fbox)\s*\{)([^{}\\$]*+)\}")
_SHOWN = str.maketrans("_^#&", "----")


def _hit(body: str, offset: int, opener: str, renderer: str, fault: Fault) -> Hit:
    from feedtools.lint.checks.latex.messages import describe
    from feedtools.lint.checks.latex.tables import load

    tables = load(renderer)
    names = tables.environments if fault.code == "unknown-environment" else tables.math
    message = describe(fault, body, opener, names, NAMES[renderer])
    start, end = span(fault, body)
    return Hit(offset + start, offset + end, message)


def _fault(body: str, renderer: str, known: Mapping[str, Command], depth: int, *, display: bool) -> Fault | None:
    from feedtools.lint.checks.latex.parser import find_fault
    from feedtools.lint.checks.latex.tables import load

    if known or len(body) > _REMEMBERED:
        return find_fault(body, load(renderer), known, display=display, max_depth=depth)
    return _remembered(body, renderer, depth, display=display)


@lru_cache(maxsize=1 << 12)
def _remembered(body: str, renderer: str, depth: int, *, display: bool) -> Fault | None:
    """The fault of a short formula without macros, of which most stand in a feed many times."""
    from feedtools.lint.checks.latex.parser import find_fault
    from feedtools.lint.checks.latex.tables import load

    return find_fault(body, load(renderer), display=display, max_depth=depth)


def formula(text: str, math: Math) -> tuple[str, int, bool]:
    """The formula's body, its offset in the text, and whether it is displayed."""
    start, end, opener, _closed = math
    size = _CLOSERS.get(opener)
    if size is None:
        return text[start:end], start, True
    start += len(opener)
    return text[start : end - size], start, opener in {"\\[", "$$"}


def span(fault: Fault, body: str) -> tuple[int, int]:
    """The damaged place, never empty: for what stays open, from its opener to where it should have ended."""
    start, end = fault.start, fault.end
    if fault.opener >= 0 and fault.code in {"unclosed", "missing-argument", "delimiter", "length", "colour"}:
        start = fault.opener
    if end <= start:
        start = max(min(start, len(body)) - 1, 0)
        end = start + 1
    return start, end


def unescape(body: str, offset: int, fault: Fault, fault_in: Callable[[str], Fault | None]) -> tuple[Edit, ...]:
    """Undo the HTML escapes inside a formula, where the formula renders afterwards.

    Args:
        body: the formula without its delimiters.
        offset: of the body in the text.
        fault: why it does not render.
        fault_in: gives the first fault of another body, or ``None``.
    """
    if fault.code not in {"stray-ampersand", "too-many-columns", "hash"} or not ENTITY.search(body):
        return ()
    if fault_in(ENTITY.sub(lambda match: MEANT[match[1]], body)) is not None:
        return ()
    return tuple(Edit(offset + match.start(), offset + match.end(), MEANT[match[1]]) for match in ENTITY.finditer(body))


def declared(macros: Mapping[str, object]) -> Mapping[str, Command]:
    r"""Macros of the configuration, as name to number of arguments or to definition (``"\\mathbf{#1}"``)."""
    if not macros:
        return {}
    for name, value in macros.items():
        if not isinstance(value, int | str):
            raise ConfigError(f"macro {name!r}: expected a number of arguments or a definition, found {value!r}")
    return _declared(tuple((str(name), str(value)) for name, value in macros.items()))


@lru_cache(maxsize=16)
def _declared(macros: tuple[tuple[str, str], ...]) -> Mapping[str, Command]:
    from feedtools.lint.checks.latex.tables import Command

    commands: dict[str, Command] = {}
    for name, value in macros:
        count = int(value) if value.isdigit() else max([int(n) for n in re.findall(r"#([1-9])", value)], default=0)
        commands[name if name.startswith("\\") else "\\" + name] = Command("m" * min(count, 9), 4, True)
    return commands
