"""Leaves of MathML as TeX: letters, numbers, signs, text and spaces, and how pieces of TeX are put together."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from feedtools.readers.mathml_symbols import FUNCTIONS, GREEK, OPERATORS, SPACES

if TYPE_CHECKING:
    from feedtools.readers.mathml_tree import Node

_SAME_FONT = re.compile(r"\\(mathrm|mathtt)\{([A-Za-z0-9]+)\}\Z")
_COMMAND_END = re.compile(r"\\[A-Za-z]+\Z")
_SPECIAL = {**{char: "\\" + char for char in "{}#$%&_"}, "\\": r"\backslash", "~": r"\sim", "^": r"\hat{}"}
VARIANTS = {
    "bold": "mathbf",
    "bold-italic": "boldsymbol",
    "double-struck": "mathbb",
    "fraktur": "mathfrak",
    "bold-fraktur": "mathfrak",
    "script": "mathcal",
    "bold-script": "mathcal",
    "sans-serif": "mathsf",
    "bold-sans-serif": "mathsf",
    "monospace": "mathtt",
}
_NAMED = (
    ("BOLD ITALIC", "boldsymbol"), ("BOLD SCRIPT", "mathcal"), ("BOLD FRAKTUR", "mathfrak"),
    ("SANS-SERIF", "mathsf"), ("DOUBLE-STRUCK", "mathbb"), ("MONOSPACE", "mathtt"), ("FRAKTUR", "mathfrak"),
    ("BLACK-LETTER", "mathfrak"), ("SCRIPT", "mathcal"), ("BOLD", "mathbf"), ("ITALIC", ""),
)  # fmt: skip
"""Words in the names of letterlike characters, and the command each stands for; the first that fits."""


def joined(parts: list[str]) -> str:
    """Pieces of TeX one after the other, apart where a command would swallow the next letter."""
    tex = ""
    for part in parts:
        if part[:1].isalpha() and part[:1].isascii() and _COMMAND_END.search(tex[-40:]):
            tex += " "
        font, before = _SAME_FONT.match(part), _SAME_FONT.search(tex[-60:])
        if font and before and font[1] == before[1]:
            tex = tex[:-1] + font[2] + "}"
        else:
            tex += part
    return tex


def leaf(node: Node) -> str:
    """A letter, a name, a number or a sign, in its font."""
    text = " ".join(node.text().split())
    if not text:
        return ""
    variant = VARIANTS.get(node.get("mathvariant"), "")
    if text == "&" or _COMMAND_END.fullmatch(text):
        return text  # what the writer did not know: an alignment, a command
    if node.name == "mo":
        if text in FUNCTIONS:
            return "\\" + text
        if len(text) > 1 and text.isalpha() and text.isascii():
            return rf"\operatorname{{{text}}}"
        return joined([character(char) for char in text])
    if node.name == "mi" and len(text) > 1 and text.isascii() and text.isalpha() and not variant:
        return "\\" + text if text in FUNCTIONS else rf"\mathrm{{{text}}}"
    if node.name == "mi" and node.get("mathvariant") == "normal" and text.isascii() and text.isalpha():
        return rf"\mathrm{{{text}}}"
    tex = joined([character(char) for char in text])
    return rf"\{variant}{{{tex}}}" if variant else tex


def character(char: str) -> str:
    """One character as TeX."""
    found = OPERATORS.get(char) or GREEK.get(char) or _SPECIAL.get(char)
    if found is not None:
        return found
    if char in SPACES:
        return SPACES[char]
    if char.isascii():
        return char
    return _letterlike(char)


def _letterlike(char: str) -> str:
    """A letter of the mathematical alphabets as its command: ``𝐱`` is a bold x."""
    plain = unicodedata.normalize("NFKC", char)
    name = unicodedata.name(char, "")
    if plain != char and len(plain) == 1 and (plain.isalnum() or plain in GREEK):
        for word, command in _NAMED:
            if word in name:
                inner = GREEK.get(plain, plain)
                return rf"\{command}{{{inner}}}" if command else inner
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Cc", "Co", "Cn"}:
        return ""
    return rf"\text{{{char}}}" if char.isalpha() else char


def text_leaf(text: str) -> str:
    r"""Text within a formula: ``\text{…}``, or a space."""
    if not text.strip():
        return r"\ " if text else ""
    body = re.sub(r"[{}#$%&_]", lambda found: "\\" + found[0], " ".join(text.replace("\\", "").split()))
    ahead, behind = (" " if edge.isspace() else "" for edge in (text[0], text[-1]))
    return rf"\text{{{ahead}{body}{behind}}}"


def space(node: Node) -> str:
    """Width of a space as the nearest command; a line break."""
    if node.get("linebreak") == "newline":
        return r"\\"
    width = re.match(r"(-?[\d.]+)em", node.get("width"))
    size = float(width[1]) if width and re.fullmatch(r"-?(?:\d++(?:\.\d*)?|\.\d+)", width[1]) else 0.0
    for least, command in ((1.9, r"\qquad"), (0.9, r"\quad"), (0.25, r"\;"), (0.2, r"\:"), (0.1, r"\,")):
        if size >= least:
            return command
    return r"\!" if size < 0 else ""
