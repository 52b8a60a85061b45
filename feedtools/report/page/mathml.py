r"""Formulas as MathML, for a page that loads nothing: TeX in, a harmless string out, or ``None``.

What latex2mathml gives is rebuilt from known elements and attributes: ``\href``, ``\style`` and ``\class`` let the
author of a formula write attributes of any content, and article text is not trusted.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MAX_SOURCE = 1500
"""Characters of TeX beyond which a formula is shown as its source."""
MAX_MARKUP = 12_000
"""Characters of MathML beyond which a formula is shown as its source."""
MAX_DEPTH = 60

# MathML Core (https://www.w3.org/TR/mathml-core/), without links, actions, annotations and anything that loads.
_ELEMENTS = frozenset(
    {"mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder"}
    | {"mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom"}
    | {"menclose", "none"}
)
_TOKENS = frozenset({"mi", "mn", "mo", "ms", "mtext"})
_ATTRIBUTES = {
    "accent": re.compile(r"true|false"),
    "accentunder": re.compile(r"true|false"),
    "columnalign": re.compile(r"(?:left|right|center|\s)+"),
    "columnlines": re.compile(r"(?:none|solid|dashed|\s)+"),
    "rowlines": re.compile(r"(?:none|solid|dashed|\s)+"),
    "columnspacing": re.compile(r"[\d.]+em"),
    "rowspacing": re.compile(r"[\d.]+(?:em|ex)"),
    "displaystyle": re.compile(r"true|false"),
    "fence": re.compile(r"true|false"),
    "form": re.compile(r"prefix|postfix|infix"),
    "largeop": re.compile(r"true|false"),
    "linethickness": re.compile(r"[\d.]+(?:em|ex|px)?"),
    "lspace": re.compile(r"-?[\d.]+em"),
    "rspace": re.compile(r"-?[\d.]+em"),
    "maxsize": re.compile(r"[\d.]+em"),
    "minsize": re.compile(r"[\d.]+em"),
    "mathvariant": re.compile(r"[a-z-]{1,30}"),
    "movablelimits": re.compile(r"true|false"),
    "notation": re.compile(r"[a-z ]{1,60}"),
    "separator": re.compile(r"true|false"),
    "stretchy": re.compile(r"true|false"),
    "width": re.compile(r"-?[\d.]+em"),
}
_ENVIRONMENTS = {"aligned": "align*", "split": "align*", "gathered": "align*", "eqnarray": "align*"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(" + "|".join(_ENVIRONMENTS) + r")\*?\}")
# KaTeX and MathJax know these, latex2mathml does not: what they add is spacing or a label.
_IGNORED = re.compile(r"\\(?:tag\*?|label)\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$latex ", "$"), ("$", "$"))


@lru_cache(maxsize=8192)
def mathml(source: str) -> str | None:
    r"""The formula as a ``<math>`` element.

    Args:
        source: TeX in its delimiters (``\(…\)``, ``\[…\]``, ``$…$``, ``$$…$$``) or an environment.

    Returns:
        Markup of known elements and attributes only, or ``None`` where the formula cannot be shown: it is broken,
        uses a command that is not known, is too long, or latex2mathml is not installed. Never raises.
    """
    if len(source) > MAX_SOURCE:
        return None
    tex, display = _inside(source)
    tex = re.sub(r"\\arg(?![A-Za-z])", r"\\operatorname{arg}", tex)
    tex = _IGNORED.sub(" ", _ENVIRONMENT.sub(lambda found: f"\\{found[1]}{{{_ENVIRONMENTS[found[2]]}}}", tex))
    if not tex.strip():
        return None
    try:
        from latex2mathml.converter import convert_to_element

        parts = list(_markup(convert_to_element(tex), 0))
    except Exception:  # noqa: BLE001 - it raises whatever it meets, IndexError and RecursionError among them
        return None
    markup = "".join(parts)
    if len(markup) > MAX_MARKUP:
        return None
    return f'<math display="block">{markup}</math>' if display else f"<math>{markup}</math>"


def _inside(source: str) -> tuple[str, bool]:
    for opener, closer in _DELIMITERS:
        if source.startswith(opener) and source.endswith(closer) and len(source) >= len(opener) + len(closer):
            return source[len(opener) : -len(closer)], opener in {"\\[", "$$"}
    return source, source.startswith("\\begin")


def _markup(element: Element, depth: int) -> Iterator[str]:
    """The element and what is in it, rebuilt; a ``math`` element gives its content alone."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply to be read")
    name = str(element.tag)
    text = unescape(element.text or "")
    if name == "math":
        for child in element:
            yield from _markup(child, depth + 1)
        return
    if name not in _ELEMENTS:
        raise ValueError(f"cannot be shown: {name}")
    if name in _TOKENS:  # holds text alone: an element in here would be parsed as HTML
        text, children = unescape("".join(element.itertext())), []
    else:
        children = [part for child in element for part in _markup(child, depth + 1)]
    if name == "mi" and (text == "&" or (text.startswith("\\") and len(text) > 1)):
        raise ValueError(f"a command that is not known: {text}")
    attributes = "".join(
        f' {key}="{value}"'
        for key, value in element.attrib.items()
        if key in _ATTRIBUTES and _ATTRIBUTES[key].fullmatch(value)
    )
    if name == "mrow" and not attributes and len(element) == 1:
        yield from children
        return
    yield f"<{name}{attributes}>{_escape(text)}"
    yield from children
    yield f"</{name}>"


def _escape(text: str) -> str:
    r"""Text for HTML; what is not printable (controls, bidi overrides, lone surrogates) is left out."""
    return escape("".join(char for char in text if char.isprintable()))
