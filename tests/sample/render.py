"""Render Markdown as a renderer of the table would: what the sample feed and the tests of the table are made with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedtools.text.renderers import DELIMITED, DROPPED, TEXT

if TYPE_CHECKING:
    from feedtools.text.renderers import Renderer

_FENCE = re.compile(r"```[^\n]*\n(.*?)```", re.DOTALL)
_PICTURE = re.compile(r"!\[.*?\]\(.*?\)")
_DISPLAY = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
_INLINE = re.compile(r"\$(.*?)\$")
_ITEM = re.compile(r"^(\d+)\. ", re.MULTILINE)
_HOLD = "\ue000"


def render(markdown: str, one: Renderer) -> str:
    """One line of text from Markdown, with the losses of a renderer but uncut."""
    held: list[str] = []

    def hold(text: str) -> str:  # what deleting and replacing must not touch
        held.append(text)
        return f"{_HOLD}{len(held) - 1}{_HOLD}"

    def shown(what: str, source: str, delimited: str) -> str:
        if what == DROPPED:
            return " "
        if what == TEXT:
            return source
        return f" {hold(delimited if what == DELIMITED else what)} "

    def inline(found: re.Match[str]) -> str:
        if one.bare_math and "\\" not in found[1]:
            return f" {found[1]} "
        return shown(one.inline_math, found[1], rf"\({found[1]}\)")

    text = _FENCE.sub(lambda found: shown(one.code, found[1], found[0]), markdown)
    text = _PICTURE.sub(lambda found: shown(one.pictures, "", found[0]), text)
    text = re.sub(r"^#+ |^- |\*\*", "", text, flags=re.MULTILINE)
    text = _DISPLAY.sub(lambda found: shown(one.display_math, found[1], rf"\[{found[1]}\]"), text)
    text = _INLINE.sub(inline, text)
    text = _ITEM.sub({"restarted": "1. ", "unmarked": ""}.get(one.lists, r"\1. "), text)
    for old, new in one.replaces.items():
        text = text.replace(old, new)
    text = text.translate({ord(mark): None for mark in one.deletes})
    text = re.sub(rf"{_HOLD}(\d+){_HOLD}", lambda found: held[int(found[1])], text)
    return " ".join(text.split())


def cut(text: str, one: Renderer, length: int = 0) -> str:
    """The text as the renderer cuts it, or at another length."""
    length = length or one.cut
    if not length or len(text) <= length:
        return text
    text = text[:length]
    return (text.rsplit(" ", 1)[0] if one.cut_at == "word" else text) + one.ellipsis
