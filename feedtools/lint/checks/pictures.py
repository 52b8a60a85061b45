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
_ELEMENT = lazy(r"<img\b[^<>]{0,500}?\bsrc\s*=\s*(?:\"([^\"<>\n]{1,4000})\"|'([^'<>\n]{1,4000})')[^<>]{0,500}>")
_HINTS = ("latex", "tex=", "tex?", "equation", "codecogs", "=math", "math/", "math?", "math.", "upmath", "s2cms", "=tx")
"""Words one of which an article with such an address holds."""
_LONGEST = 60
"""Characters of TeX that a message shows."""


def formulas(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Find pictures whose address holds a formula: those of Markdown, and elements of HTML.

    Args:
        view: the article.
        options: none.
    """
    if not any(word in view.text for word in _HINTS):
        return
    from feedtools.readers.pictures import of_address

    pictures = [*_PICTURE.finditer(view.text), *(_ELEMENT.finditer(view.text) if "<img" in view.text else ())]
    for found in sorted(pictures, key=lambda one: one.start()):
        tex = of_address(next(filter(None, found.groups()), ""))
        if tex:
            shown = tex if len(tex) <= _LONGEST else f"{tex[:_LONGEST]}…"
            message = f"a formula stands here as a picture, which no text carries on; write it as TeX: {shown}"
            yield Hit(found.start(), found.end(), message)
