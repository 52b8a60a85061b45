"""Superscripts and subscripts of pages: ``2<sup>10</sup>`` is no 210."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedtools.readers.mathml_symbols import GREEK, OPERATORS
from feedtools.readers.tags import entities, string, utf8

if TYPE_CHECKING:
    from feedtools.readers.output import Output
    from feedtools.readers.tags import Tag, Tags

MAX_SCRIPT = 400
"""Bytes of the longest script that is one; a longer one is text."""
_RAISED = dict(zip("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾", strict=True))
_LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_ANY_TAG = re.compile(rb"<[^<>]*>")
_OTHER = re.compile(rb"<(?:a|img|math|code|script)[\s>]", re.IGNORECASE)
_INNER = re.compile(rb"<su([bp])\b[^<>]*+>([^<>]{1,80}+)</su[bp]\s*+>", re.IGNORECASE)
_STYLE = re.compile(
    rb"vertical-align\s*:\s*su(b|per)\b|class\s*=\s*[\"']?(?:[\w-]+\s+)*+su(b|per)script\b", re.IGNORECASE
)
"""Styles that make a ``span`` stand high or low: word processors write those."""
_WORDS = re.compile(
    r"(?:st|nd|rd|th|er|re|e|ers|ème|o|a|os|as|TM|SM|R|C|[®©™℠ªº*†‡§¶#]+|\[.*\]|\(\d+\))\Z", re.IGNORECASE
)
_SCRIPT = re.compile(r"[A-Za-z0-9+\-−=,.:;()*'′/|\s·×∗α-ωΑ-Ω∞ℓ⊤†\u4e00-\u9fff]{1,40}\Z")
_BASE = re.compile(r"(?:[A-Za-z]{1,12}|\d[\d.]{0,9}|[α-ωΑ-ΩϕϵϑℓΣΔ∂∇]|[)\]])\Z")
_MADE = re.compile(r"\\\([A-Za-z0-9\\.{}]{1,40}?[_^]\{[^{}]*(?:\{[^{}]*\})?[^{}]*\}\\\)\Z")


def direction(tag: Tag) -> str:
    """The sign of TeX for the way in which an element stands: ``^``, ``_``, or nothing."""
    if tag.name in {b"sup", b"sub"}:
        return "^" if tag.name == b"sup" else "_"
    found = _STYLE.search(tag.attributes) if tag.name in {b"span", b"font"} and tag.attributes else None
    return ("_" if b"b" in {found[1], found[2]} else "^") if found else ""


def raise_or_lower(tags: Tags, tag: Tag, out: Output, *, within: bool) -> int:
    """Take in a ``sup`` or ``sub`` as what it shows; returns its end, or 0 where it is read as text.

    Digits and signs become the characters that stand high or low. Letters become a formula with what they belong to.
    Numbers of notes (links, brackets), ordinals and marks of trade stay text.

    Args:
        tags: the markup.
        tag: the element's start.
        out: what was read before it.
        within: whether it stands in a formula that has its delimiters.
    """
    content = tags.content_end(tag)
    if content is None or content[0] - tag.end > MAX_SCRIPT:
        return 0
    inner = tags.markup[tag.end : content[0]]
    if _OTHER.search(inner):
        return 0
    plain = inner
    while (deeper := _INNER.sub(_in_braces, inner)) != inner:
        inner = deeper
    nested = inner != plain
    text = " ".join(string(entities(_ANY_TAG.sub(b"", inner))).split())
    if not text:
        return content[1]
    sign = direction(tag)
    if within:
        out.put(utf8(f"{sign}{{{text}}}"), tag.start)
        return content[1]
    before = out.tail(80).decode("utf-8", "ignore")
    table = _RAISED if sign == "^" else _LOWERED
    if _made(before) is None and all(char in table for char in text):
        out.put(utf8("".join(table[char] for char in text)), tag.start)
        return content[1]
    if _WORDS.match(text) or not _SCRIPT.match(re.sub(r"[\^_]\{|\}", "", text) if nested else text):
        return 0
    return content[1] if _as_formula(out, before, f"{sign}{{{_tex(text)}}}", tag.start) else 0


def _in_braces(found: re.Match[bytes]) -> bytes:
    return (b"^{" if found[1] in b"pP" else b"_{") + found[2].strip() + b"}"


def _made(before: str) -> re.Match[str] | None:
    return _MADE.search(before)


def _as_formula(out: Output, before: str, script: str, at: int) -> bool:
    made = _made(before)
    if made:
        out.take_back(2)
        out.put(utf8(script + "\\)"), at)
        return True
    base = _BASE.search(before)
    if base is None:
        return False
    out.take_back(len(utf8(base[0])))
    out.put(utf8(f"\\({_tex(base[0])}{script}\\)"), at)
    return True


def _tex(text: str) -> str:
    """A piece of text as TeX."""
    parts: list[str] = []
    for piece in re.split(r"([\u4e00-\u9fff]+)", text):
        if re.match(r"[\u4e00-\u9fff]", piece):
            parts.append(rf"\text{{{piece}}}")
            continue
        for char in piece:
            command = GREEK.get(char) or OPERATORS.get(char) or char
            if parts and re.search(r"\\[a-zA-Z]+\Z", parts[-1]) and char.isalpha():
                command = " " + command
            parts.append(command)
    return "".join(parts)
