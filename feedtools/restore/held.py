r"""Formulas, templates, raw code and stars that multiply: parts of an original that its parser must not look into.

Each is found first and held out of the parser's way, with what the feed would print in its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from feedtools.restore.macros import Macro, definitions, expanded
from feedtools.text.code import code, inside
from feedtools.text.formulas import DISPLAYED, find_math

if TYPE_CHECKING:
    from feedtools.restore.texts import Kind
    from feedtools.text.regions import Region

LAST = 2000
"""Code points at the end of a document in which a formula that was cut off is looked for."""
_IMG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_TIMES = re.compile(r"(?:(?<=\d)|(?<=(?<![A-Za-z0-9*_\\])[A-Za-z]))\*(?=\d|[A-Za-z](?![A-Za-z0-9]))")
"""A star between two operands: who writes ``3*3`` and ``n*n`` twice in a paragraph means no emphasis."""
_LABEL = re.compile(r"\s{0,20}+\\label\s*\{[^{}]*\}(?P<letter>(?=[A-Za-z]))?")
_ENVIRONMENT = re.compile(r"\A\\begin\{(equation|displaymath|align|gather)(\*?)\}(.*)\\end\{\1\2\}\Z", re.DOTALL)
_ALONE = re.compile(rf"\\begin\{{{DISPLAYED}\}}")
_INNER = {"align": "aligned", "gather": "gathered"}
"""Environments that stand inside of delimiters for those that stand in their place."""
_NAME = re.compile(r"(?<![\\$\w])\$([A-Za-z]\w*[_^]\{?\w+\}?)\$(?![\w$])")
_PAGE = re.compile(r"(!?)\[\[(?:[^\[\]|\n]{1,200}\|)?([^\[\]|\n]{1,200})\]\]")
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"\bsrc\s*=\s*(?:\"([^\"]+)\"|'([^']+)')", re.IGNORECASE)
_MARKER = re.compile(r"\s*(?:(?:[-*+>]|\d{1,3}[.)])\s+)*")
TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)>|\Z)|</?[A-Za-z][^<>]*>|<![A-Z][^>]*>",
    re.DOTALL | re.IGNORECASE,
)


class Piece(NamedTuple):
    r"""A stretch of a document.

    Attributes:
        text: as the feed prints it, formulas in ``\(…\)`` and ``\[…\]``, code in a fence.
        kind: of the slot that it is, ``""`` for prose, ``break`` for the end of a block, ``picture`` for one that
            ``fits`` names, ``table`` for the beginning of a table and ``rows`` for its end.
        fits: for a formula that may be displayed or not, ``either``; for prose that is code in the line, ``literal``.
    """

    text: str
    kind: Kind | Literal["", "break", "picture", "table", "rows"] = ""
    fits: str = ""


def held(raw: str) -> list[tuple[int, int, Piece]]:
    """Formulas, and what else the parser must not look into, with how it is printed; in order and apart."""
    from feedtools.readers.markdown_math import MathScanner

    found = MathScanner(raw).scan()
    single = any(one.kind == "math" and not raw.startswith("$$", one.start) for one in found)
    macros = definitions(raw)
    pieces = []
    for one in found:
        if one.kind in {"math", "display"}:
            fits = _fits(raw, one, single=single) if one.kind == "display" else ""
            pieces.append((one.start, one.end, formula(raw, one, macros, fits)))
        elif one.kind == "code_block":
            pieces.append((one.start, one.end, Piece(fenced(_raw_code(raw[one.start : one.end])), "code")))
        elif one.kind == "code":
            pieces.append((one.start, one.end, Piece(_raw_code(raw[one.start : one.end]), fits="literal")))
        else:
            pieces.append((one.start, one.end, Piece("")))
    pieces = _with_stars(raw, _with_pictures(raw, _with_names(raw, _with_pages(raw, pieces))))
    end = len(raw.rstrip(" .…\n"))
    for math in find_math(raw[-LAST:]):
        start = max(0, len(raw) - LAST) + math.start
        if not math.closed and math.end + start - math.start >= end and (not pieces or pieces[-1][1] <= start):
            pieces.append((start, len(raw), Piece(raw[start:], "open")))
    return pieces


def _with_names(raw: str, pieces: list[tuple[int, int, Piece]]) -> list[tuple[int, int, Piece]]:
    """The formulas, and names with an index between dollar signs, which elsewhere may be variables of a shell."""
    names = _NAME.finditer(raw) if "$" in raw else ()
    return _free(raw, pieces, [(*name.span(), Piece(f"\\({name[1]}\\)", "math")) for name in names])


def _with_pages(raw: str, pieces: list[tuple[int, int, Piece]]) -> list[tuple[int, int, Piece]]:
    """The formulas, and links to other pages of a wiki or a vault: their words, and nothing for what they embed."""
    links = _PAGE.finditer(raw) if "[[" in raw else ()
    return _free(raw, pieces, [(*one.span(), Piece("" if one[1] else one[2])) for one in links])


def _with_pictures(raw: str, pieces: list[tuple[int, int, Piece]]) -> list[tuple[int, int, Piece]]:
    """The formulas, and those that tags of pictures have in their address."""
    if "<img" not in raw.lower():
        return pieces
    from feedtools.readers.pictures import of_address

    found = []
    for tag in _IMG.finditer(raw):
        address = _ADDRESS.search(tag[0])
        if address and (tex := of_address(address[1] or address[2])):
            found.append((*tag.span(), drawn(tex, alone=not _beside(raw, *tag.span()))))
    return _free(raw, pieces, found)


def _with_stars(raw: str, pieces: list[tuple[int, int, Piece]]) -> list[tuple[int, int, Piece]]:
    """The formulas, and stars that are no marks."""
    found = [(*star.span(), Piece("*")) for star in _TIMES.finditer(raw)] if "*" in raw else []
    return _free(raw, pieces, found)


def _free(
    raw: str, pieces: list[tuple[int, int, Piece]], more: list[tuple[int, int, Piece]]
) -> list[tuple[int, int, Piece]]:
    """The pieces, and of others those that stand outside of them and of code."""
    if not more:
        return pieces
    taken = sorted([*((start, end) for start, end, _ in pieces), *code(raw)])
    return sorted([*pieces, *(one for one in more if not inside(taken, one[0], one[1]))], key=lambda one: one[:2])


def drawn(tex: str, *, alone: bool) -> Piece:
    """A formula that a picture shows; one that stands alone may be displayed or not."""
    body = " ".join(_unlabelled(tex).split())
    return Piece(f"\\[{body}\\]", "display", "either") if alone else Piece(f"\\({body}\\)", "math")


def _beside(raw: str, start: int, end: int) -> bool:
    """Tell whether words share the paragraph of a raw range."""
    before = TAG.sub("", raw[max(0, start - 400) : start].rpartition("\n\n")[2])
    after = TAG.sub("", raw[end : end + 400].partition("\n\n")[0])
    return _LETTER.search(_MARKER.sub("", before)[-80:]) is not None or _LETTER.search(after[:80]) is not None


def _raw_code(source: str) -> str:
    """Code between tags, or between the marks of a template language, without them."""
    source = re.sub(r"\A\{[{%].*?[%>}]\}|\{[{%][^{}]*[%>}]\}\Z", "", source)
    return entities(TAG.sub("", source)).strip("\n")


def fenced(body: str) -> str:
    """Code between fences, as all other code of a document is kept."""
    return f"```\n{body}\n```"


def _fits(raw: str, one: Region, *, single: bool) -> str:
    """``either`` for a formula in ``$$`` that shares its paragraph with words: renderers differ in what it is."""
    if not raw.startswith("$$", one.start) or (not single and _on_one_line(raw, one)):
        return ""
    before = raw[max(0, raw.rfind("\n\n", 0, one.start)) : one.start].rstrip(" \t").rpartition("\n\n")[2]
    after = raw[one.end : one.end + 400].lstrip(" \t").partition("\n\n")[0]
    beside = _LETTER.search(_MARKER.sub("", before)[-80:]) or _LETTER.search(after[:80])
    return "either" if beside else ""


def _on_one_line(raw: str, math: Region) -> bool:
    start, end = raw.rfind("\n", 0, math.start) + 1, raw.find("\n", math.end)
    line = raw[start : math.start] + raw[math.end : end if end >= 0 else len(raw)]
    return "\n" not in raw[math.start : math.end] and bool(_LETTER.search(line))


def formula(raw: str, region: Region, macros: dict[str, Macro], fits: str) -> Piece:
    """A formula of a document in the delimiters of the feed, its macros expanded."""
    from feedtools.text.regions import visible_text

    source = visible_text(raw, [region]).text
    delimited = source.startswith(("\\(", "\\["))
    body = body_of(source[2:-2] if delimited else source, macros)
    if not body:
        return Piece("")
    if delimited and source[1] == "(":
        return Piece(f"\\({body}\\)", "math", fits)
    if not delimited and _ALONE.match(body):
        return Piece(body, "display")
    return Piece(f"\\[{body}\\]", "display", fits)


def body_of(source: str, macros: dict[str, Macro]) -> str:
    """The inside of a formula on one line: names that other formulas refer to go, and so does what it stands in."""
    body = _unlabelled(expanded(source, macros)).strip()
    if found := _ENVIRONMENT.match(body):
        inner = _INNER.get(found[1])
        body = f"\\begin{{{inner}}}{found[3]}\\end{{{inner}}}" if inner else found[3]
    return " ".join(body.split())


def _unlabelled(tex: str) -> str:
    """A formula without the names that others refer to it by; no command runs into a letter that stood behind one."""
    return _LABEL.sub(lambda found: "" if found["letter"] is None else " ", tex)


def entities(text: str) -> str:
    """Prose with its character references as the characters that they stand for."""
    from html import unescape

    return unescape(text) if "&" in text else text
