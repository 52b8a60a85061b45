"""Pieces that every section of the page is made of."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from feedtools.model import blake2b
from feedtools.report.page.charts import safe
from feedtools.report.page.marks import plain
from feedtools.report.page.words import finds

if TYPE_CHECKING:
    from feedtools.model import Place
    from feedtools.report.page.words import Words

_HAN = re.compile(r"[\u3400-\u9fff]")


def section(name: str, title: str, hint: str = "", legend: str = "") -> str:
    """The head of a section; its list of items is open."""
    return f"<section id={name}>\n{heading(title, hint, legend)}<ul class=list>\n"


def heading(title: str, hint: str = "", legend: str = "") -> str:
    """A heading with what it counts; the script adds how much of it fits the filters."""
    told = f"<p class=hint>{hint}</p><p class='hint shown'></p>"
    return f"<div class=head><h2 tabindex=-1>{title}</h2>{told}{legend}</div>\n"


class Facts(NamedTuple):
    """Values of an item that the filters compare; several are separated by spaces, but for ``path``."""

    path: str
    action: str = ""
    level: str = ""
    rules: str = ""
    kind: str = ""


def item(look: str, key: str, facts: Facts, inner: str, say: Words) -> str:
    """One entry of a list, with what the filters ask about and an address of its own.

    Args:
        look: classes beside ``item``.
        key: what tells it from all others; its address is made of it and stays the same from run to run.
        facts: values of the filters.
        inner: markup.
        say: the words of the page.
    """
    anchor = f"i{blake2b(key.encode('utf-8', 'backslashreplace'), 6).hex()}"
    values = zip("falrk", facts, strict=True)
    told = "".join(f' data-{name}="{plain_attribute(value)}"' for name, value in values if value)
    return (
        f'<li class="item {look}" id={anchor}{told} tabindex=-1>'
        f'<a class=perma href="#{anchor}" aria-label="{say("Permalink")}">#</a>{inner}\n'
    )


def plain_attribute(value: str) -> str:
    """Any text as an attribute's value: what UTF-8 or a reader cannot take becomes ``?``."""
    return escape(safe(value))


def part(shown: int, total: int, one: str, what: str, say: Words, many: str = "") -> str:
    """Count what there is, and say so where only some of it is shown."""
    words = number(max(shown, total), one, say, many)
    if shown < total:
        words += ", " + say("the first {} are shown; the manifest has them all").format(f"{shown:,}")
    return f"{words}, {what}" if what else words


def number(amount: int, one: str, say: Words, many: str = "") -> str:
    """An amount and what is counted."""
    plural = many or one + "s"
    translated = say(plural)
    if translated != plural:
        return f"{amount:,} {translated}"
    return f"{amount:,} {one if amount == 1 else plural}"


def told(message: str, code: str, say: Words) -> str:
    """A message of a rule, as HTML; on a page in another language behind its name and what it finds."""
    translated = finds(code, say)
    if not translated:
        return plain(message)
    head, _, rest = message.partition(": ") if message.startswith(f"{code} ") else ("", "", message)
    return f"{plain(f'{head}: ' if head else '')}{plain(translated)} <span class=hint lang=en>{plain(rest)}</span>"


def named(code: str, name: str, say: Words) -> str:
    """The name of a rule, as HTML, with what it finds in the language of the page."""
    translated = finds(code, say)
    return plain(name) + (f" <span class=hint>{plain(translated)}</span>" if translated else "")


def text(inner: str, raw: str, kind: str = "text") -> str:
    """A paragraph of article text; its language tells the browser which glyphs and which voice to take."""
    lang = " lang=zh" if _HAN.search(raw, 0, 400) else ""
    return f"<p class='{kind}'{lang}>{inner}</p>"


def place(at: Place) -> str:
    """Path and line of a copy, as HTML."""
    return where(at.path, at.line)


def where(path: str, line: int, column: int | None = None) -> str:
    """A place as ``check`` says it: ``path:line:column``."""
    end = "" if column is None else f":{column}"
    return f"<span class=place>{plain(path)}:{line}{end}</span>"
