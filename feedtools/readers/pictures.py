"""Formulas that pictures show: their TeX in the address, in the text that stands for them, or in attributes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from feedtools.readers.carriers import (
    ATTRIBUTES,
    FLAG,
    CarriedFormula,
    formula,
    inside_delimiters,
    is_displayed,
    is_plausible,
    is_tex,
    of_mathml,
)

if TYPE_CHECKING:
    from feedtools.readers.tags import Tag

_TEX_PARAMETERS = ("tex", "latex")
_PARAMETERS = ("math", "formula", "equation", "eq", "inline", "block", "from", "chl", "code", "val", "text")
"""Parameters of an address that hold a formula, where the address or the value is one of formulas."""
_SERVICE = re.compile(
    # Hosts that draw formulas and nothing else.
    r"//(?:[\w-]+\.)*(?:codecogs|numberempire|sciweavers|texify|s2cms|upmath)\.\w"
    # What is asked for a formula; a picture whose name speaks of LaTeX is just a picture.
    r"|(?:equation|formula|math[a-z]{0,9}|(?<![a-z])(?:(?:la|ka|math|mime)?tex|tex2img)(?![a-z]))"
    r"[\w.-]{0,40}+(?:/[\w-]{1,40}+){0,3}+/?"
    r"(?<!\.png)(?<!\.jpg)(?<!\.jpeg)(?<!\.gif)(?<!\.svg)(?<!\.webp)\?(?=\S)"
    r"|cht=tx|card=math|/__latex/|/tex/pix\.php|texrender|quicklatex\.com-"
    r"|wikimedia\.org/api/rest_v1/media/math|/math/(?:render/|[0-9a-f/]{8,})",
    re.IGNORECASE,
)
_RAW_QUERY = re.compile(
    r"codecogs\.com/[^?]*\?|latex\.csdn\.net/eq\?|(?:math|mime)tex\.cgi\?|latex\.(?:cgi|php)\?(?![\w-]+=)",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"(?:upmath\.me|s2cms\.\w+)/(?:svg|png)(?:b|mini)?/(.+)|texify\.com/img/(.+?)(?:\.gif|\.png)?\Z",
    re.IGNORECASE | re.DOTALL,
)
_NAMELESS = re.compile(r"[^=&#]*(?:%5C|[\\_^]|%5E)[^=&#]*", re.IGNORECASE)
"""The first part of a query that is no parameter, and TeX."""
_PICTURE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:latex\w*|tex(?!t|2jax)\w*|math\w*|equation\w*|formula\w*|ql-img-(?:inline|displayed)-(?:formula|equation)|katex|ee_img)(?=$|[\s_-])",
    re.IGNORECASE,
)
_SURE_CLASS = re.compile(r"math|latex|(?:^|\s)(?:tex-?)?(?:formula|equation)(?:Inl|Dsp|_image)?(?=$|\s)", re.IGNORECASE)
_LOOKS = re.compile(r"[\\^_={}<>+]|^\W*[A-Za-z]\W*$|^[\w\s()\[\]|,.*/-]{1,24}$")
_QUOTED = re.compile(r"%(?:5[CEF]|7[BD]|20|2B)", re.IGNORECASE)
_HEAD = re.compile(
    r"\s*\\(?:dpi\s*\{\d+\}|bg_\w+|fn_\w+|inline|huge|large|small|tiny|normal|footnotesize)(?![A-Za-z])(?:\\!)?\s*"
)

_ALONE = re.compile(
    rb"(?:[\s.,;:()\d*]|&nbsp;|\xc2\xa0|\xe3\x80\x82|\xef\xbc\x8c|<br\b[^<>]*+>|</?(?:a|span)\b[^<>]*+>|<img\b[^<>]*+>)*+\Z",
    re.IGNORECASE,
)
_DISPLAY_STYLE = re.compile(r"\\displaystyle(?![a-zA-Z])\s*")


def of_picture(tag: Tag) -> CarriedFormula | None:
    """The formula that an ``img`` shows, or ``None`` where it shows none."""
    values = tag.all()
    if "data-alt" in values:  # what a page that loads its pictures later has in their place
        values |= {"alt": values["data-alt"], "class": values.get("data-class", "")}
    kind, alternative = values.get("class", ""), values.get("alt", "")
    source = next((values[key] for key in _SOURCES if values.get(key) and not values[key].startswith("data:")), "")
    service = _SERVICE.search(source) is not None or "eeimg" in values
    marked = service or _PICTURE_CLASS.search(kind) is not None
    display = is_displayed(values) or "mode=display" in source
    if values.get("data-mathml"):
        return of_mathml(values["data-mathml"].replace("«", "<").replace("»", ">").replace("¨", '"').replace("§", "&"))
    if not is_tex(values):
        return CarriedFormula("", display)
    if tex := _in_address(source, service=service):
        return formula(tex, display=display)
    for key in ATTRIBUTES:
        if (value := values.get(key, "")) and not FLAG.match(value):
            return formula(value, display=display)
    if not marked:
        return formula(alternative, display=display) if inside_delimiters(alternative.strip())[0] else None
    for text in (re.sub(r"^LaTeX: ", "", alternative), values.get("title", "")):
        if is_plausible(text):
            return formula(unquote(text) if _QUOTED.search(text) else text, display=display)
    return CarriedFormula("", display) if service or _SURE_CLASS.search(kind) else None


def stand_alone(content: bytes) -> bool:
    """Tell whether a paragraph holds pictures alone, with marks and a number perhaps: formulas that are displayed."""
    return _ALONE.match(content) is not None


def displayed_style(found: CarriedFormula) -> CarriedFormula:
    r"""A formula that stands on a line of its own, where it begins as blogs begin those: ``\displaystyle``."""
    style = _DISPLAY_STYLE.match(found.tex)
    return CarriedFormula(found.tex[style.end() :], display=True) if style else found


def of_address(address: str) -> str:
    """The TeX in the address of a picture that a service for formulas draws; empty where there is none."""
    address = unescape(address)
    return formula(_in_address(address, service=True)).tex if _SERVICE.search(address) else ""


_SOURCES = ("src", "data-src", "data-mw-src", "data-original", "data-actualsrc", "data-lazy-src", "data-canonical-src")


def _in_address(address: str, *, service: bool) -> str:
    """The TeX in an address: its query, its fragment, its path; empty where there is none."""
    if service and (found := _RAW_QUERY.search(address)):
        return _without_settings(unquote(address[found.end() :]))
    if service and (found := _PATH.search(address)):
        return _without_settings(unquote((found[1] or found[2]).split("?")[0]))
    _, _, tail = address.partition("?")
    query, _, fragment = tail.partition("#") if tail else ("", "", address.partition("#")[2])
    values: dict[str, str] = {}
    for part in re.split(r"&(?:amp;)?", f"{query}&{fragment}"):
        name, equals, value = part.partition("=")
        if equals and value:
            values.setdefault(name.lower(), value)
    for name in (*_TEX_PARAMETERS, *_PARAMETERS):
        value = values.get(name, "")
        tex = unquote(value.replace("+", " ") if "%" in value else value)
        if tex and (service or (name in _TEX_PARAMETERS and _LOOKS.search(tex))):
            return _without_settings(unquote(tex) if "\\" not in tex and _QUOTED.search(tex) else tex)
    if service and (found := _NAMELESS.match(query)):
        return _without_settings(unquote(found[0]))
    return ""


def _without_settings(tex: str) -> str:
    tex = tex.replace("&space;", " ").replace("&plus;", "+").replace("&amp;", "&").replace("&hash;", "#")
    while found := _HEAD.match(tex):
        tex = tex[found.end() :]
    return tex
