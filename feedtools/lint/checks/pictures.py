"""Formulas that a picture shows (rule FT105)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_PICTURE = lazy(
    r"!\[[^\]\n]{0,300}\]\(([^\s()<>]{0,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,500}){0,20})(?:\s+[\"'][^\n]{0,300}?[\"'])?\)"
)
_REFERRED = lazy(r"!\[([^\]\n]{0,300})\](?!\()(?:\[([^\]\n]{0,300})\])?")
_DEFINITION = lazy(r"(?m)^ {0,3}\[([^\]\n]{1,300})\]:[ \t]*<?([^\s<>]{1,2000})")
_ELEMENT = lazy(r"<img\b[^<>]{0,500}?\bsrc\s*=\s*(?:\"([^\"<>\n]{1,4000})\"|'([^'<>\n]{1,4000})')[^<>]{0,500}>")
_HINTS = ("latex", "tex=", "tex?", "equation", "codecogs", "=math", "math/", "math?", "math.", "upmath", "s2cms", "=tx")
"""Words one of which an article with such an address holds."""
_LONGEST = 60
"""Characters of TeX that a message shows."""


def formulas(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Find pictures whose address holds a formula: those of Markdown, by reference too, and elements of HTML.

    Args:
        view: the article.
        options: none.
    """
    if not any(word in view.text for word in _HINTS):
        return
    from feedtools.readers.pictures import of_address

    pictures = [*_PICTURE.finditer(view.text), *(_ELEMENT.finditer(view.text) if "<img" in view.text else ())]
    shown_at = [(found, next(filter(None, found.groups()), "")) for found in pictures]
    if "]:" in view.text:
        targets = {_label(one[1]): one[2] for one in reversed([*_DEFINITION.finditer(view.text)])}  # the first counts
        shown_at += ((found, targets.get(_label(found[2] or found[1]), "")) for found in _REFERRED.finditer(view.text))
    for found, address in sorted(shown_at, key=lambda one: one[0].start()):
        tex = of_address(address)
        if tex:
            shown = tex if len(tex) <= _LONGEST else f"{tex[:_LONGEST]}…"
            message = f"a formula stands here as a picture, which no text carries on; write it as TeX: {shown}"
            yield Hit(found.start(), found.end(), message)


def _label(text: str) -> str:
    """A label by which Markdown finds what it refers to: case and the number of blanks play no role."""
    return " ".join(text.split()).casefold()
