"""Formulas in running text: where each begins and ends."""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from feedtools.text.patterns import lazy


class Math(NamedTuple):
    r"""A formula in its delimiters.

    Attributes:
        start: offset of the opening delimiter.
        end: one past the closing delimiter, or the end of the text where it is not closed.
        opener: ``\(``, ``\[``, ``$``, ``$$``, ``$latex `` (of blog engines) or ``\begin{name}``.
        closed: whether the closing delimiter was found.
    """

    start: int
    end: int
    opener: str
    closed: bool


class _Compact(Sequence[Math]):
    """Very many formulas of a text, in nine bytes each: as tuples they take 150, forty times as much as ``$a$``."""

    def __init__(self, text: str, found: Iterable[Math]) -> None:
        self._text = text
        self._starts, self._ends, self._kinds = array("I"), array("I"), array("B")
        for math in found:
            self._starts.append(math.start)
            self._ends.append(math.end)
            self._kinds.append(2 * len(math.opener) + math.closed)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: Any) -> Any:
        start, kind = self._starts[number], self._kinds[number]
        return Math(start, self._ends[number], self._text[start : start + kind // 2], kind % 2 == 1)


MANY = 1000
"""Formulas of a text from which they are held in few bytes."""

DISPLAYED = r"(?:equation|align|alignat|gather|multline|eqnarray|flalign|displaymath|math)\*?"
"""Environments that are formulas by themselves, outside any delimiter (amsmath and LaTeX's own)."""

# What can open a formula in running text.  A whole formula that holds no other delimiter is taken in one match
# (no group), which is nearly all of them; ``\\`` is skipped as a pair.  Both patterns begin with a fixed character
# or a set, so that the scan between formulas runs at the speed of a search for it.
_AFTER_BACKSLASH = (
    r"\([^\\]*+(?:\\[^()\[\]][^\\]*+)*+\\\)"
    r"|\[[^\\]*+(?:\\[^()\[\]][^\\]*+)*+\\\]"
    r"|(?P<bracket>[(\[])"
    r"|begin\{(?P<name>" + DISPLAYED + r")\}"
    r"|(?P<escape>[\\$])"
)
_OPENING = lazy(r"\\(?:" + _AFTER_BACKSLASH + ")", re.DOTALL)
_OPENING_DOLLAR = lazy(
    r"[\\$](?:(?<=\\)(?:" + _AFTER_BACKSLASH + r")|(?<=\$)(?P<dollar>(?<!\$\$)\$?(?!\$)))", re.DOTALL
)
_BRACKET = lazy(r"\\[()\[\]]|\\\\")
_TEXT_BEFORE_BRACE = lazy(r"\\(?:text\w*|mbox|hbox|fbox|emph|tag\*?)\s*\{|\\.|[{}]", re.DOTALL)
# ``f\(x)`` is a bracket escaped in Markdown, ``"in \(name)"`` a value in a string of Swift: no unclosed formulas.
_ESCAPED_BRACKET = lazy(r"\\\([^\\()_^]*+(?:\([^\\()_^]*+\)[^\\()_^]*+)*+\)|\\\[[^\\\[\]_^]*+\]")
# Prose goes on after a formula that was left open: a full-width mark, or a space and a Chinese word.
_PROSE = lazy(r"\\.|[{}]|[。，；、？！]|(?<=[^\s\\])(?:[,;:.] ?| +)(?=[一-鿿]{2})", re.DOTALL)
_TEX = lazy(r"\\[A-Za-z]|[_^]\s*[\w{(\\*+'-]")
_BLANK_LINE = lazy(r"\n[ \t\r>]*\n")
_LETTER = "A-Za-zΑ-Ωα-ω"
_PLAIN_FORMULA = lazy(
    rf"(?!\d[\d.,]*(?:$|[\s,;\-]+(?![=<>+*/×])))[{_LETTER}\d]?[{_LETTER}]?"
    rf"(?:[ \d+\-*/=<>≤≥≠±×·()\[\]{{}}|,.:;!'′]+[{_LETTER}]{{0,2}})*+|\d"
)
_SHELL = lazy(
    r"(?![A-Z]_[A-Z0-9](?![A-Z0-9_]))[A-Z_][A-Z0-9_]+\b(?![\^{]|(?<=_)\\[A-Za-z]{2})"
    r"|\{\w+(?:\}(?!\s*[_^])|[:#%/@])|(?!d[a-z]\b)[a-z][a-z0-9]+\w*\b(?![\s(]*[=+\-*/^_<>\\])"
    r"|[(\d?!#@*]?\s(?!\s?(?<=\d\s)\\[a-z]{2,}(?![A-Za-z\\]))"
)
# Blanks just inside dollars, as in ``$ \frac{3}{4} $``: only what no price, prompt or sentence between two dollars has.
_BLANKED = 400
_BLANKED_TEX = lazy(rf"\\[A-Za-z]{{2,}}|(?<![\w./-])[{_LETTER})}}\]]['’]*[_^]")
_BLANKED_PLAIN = lazy(
    rf"[{_LETTER}](?:['’]| (?=[{_LETTER}](?![{_LETTER}]))[{_LETTER}]){{0,8}}|(?=[^=<>≤≥]*[=<>≤≥])(?s:.)+"
)
_IN_BRACES = lazy(r"\{[^{}]*\}")
_NO_FORMULA = lazy(r"\\[()\[\]]|:\\|[\u3001-\u9fff，；。]|(?<![\\\w])[A-Za-z]{2,}\s+[A-Za-z]{2,}(?![\w{])")
_LATEX = "latex "
"""Word behind the dollar where a blog engine opens a formula."""
# ``D:\(old)`` is a folder: what stands before a backslash that leads on in a path.
_NAME = r"[^\s\\/:*?\"<>|，。；、（）]"
_PATH_BEFORE = lazy(
    rf"(?:(?<![A-Za-z\\])[A-Za-z]:|%\w{{1,30}}%|(?<![\w.\\])\.\.?|(?<![A-Za-z0-9)\]}}\\])\\\\{_NAME}{{1,40}}+"
    r"|(?<![A-Za-z\\])HK(?:EY_[A-Z_]{4,20}|LM|CU|CR|CC|U):?)"
    rf"(?:\\{_NAME}{{1,60}}+(?:\ [A-Za-z0-9(]{_NAME}{{0,60}}+){{0,3}}+)*+\Z"
)
_PATH_SIDE = 200
"""Code points before a backslash in which the beginning of its path is looked for."""
_FOLDER = lazy(rf"\\(?:\((?:(?![()]){_NAME}|[ ])*+\)|\[(?:(?![\[\]]){_NAME}|[ ])*+\])(?P<on>{_NAME}{{0,40}}+\\\w)?")


def continues_path(text: str, at: int) -> bool:
    """Tell whether the backslash at ``at`` is in a Windows path: behind a drive, ``..``, ``%NAME%``, share or hive."""
    return _PATH_BEFORE.search(text, max(at - _PATH_SIDE, 0), at) is not None


def _is_folder(text: str, at: int, *, goes_on: bool) -> bool:
    """Tell whether a name in brackets follows a path; ``goes_on``: and another name follows it."""
    folder = _FOLDER.match(text, at)
    return folder is not None and (not goes_on or folder["on"] is not None) and continues_path(text, at)


def find_math(text: str) -> Sequence[Math]:
    r"""Formulas in order, not overlapping; prices, shell variables and escaped delimiters are not formulas.

    An opener that meets another opener before its end was not closed, unless the second stands inside ``\text{…}``.
    Linear in the length of the text.
    """
    if "\\" not in text and "$" not in text:
        return ()
    plain, at = _plain_ones(text)
    if at < 0:
        return plain
    every = _each(text, at)
    found = (*plain, *islice(every, MANY - len(plain)))
    return found if len(found) < MANY else _Compact(text, chain(found, every))


def _plain_ones(text: str) -> tuple[tuple[Math, ...], int]:
    """The first formulas, as long as they are plain whole ones, and where to look on; usually nowhere, which is -1."""
    found: list[Math] = []
    for match in (_OPENING_DOLLAR if "$" in text else _OPENING).finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        if kind == "escape":
            continue
        if kind is not None or text[start - 1 : start] == ":" or len(found) == MANY:
            return tuple(found), start
        found.append(tuple.__new__(Math, (start, end, text[start : start + 2], True)))
    return tuple(found), -1


def _each(text: str, at: int = 0) -> Iterator[Math]:
    search = (_OPENING_DOLLAR if "$" in text else _OPENING).search
    while match := search(text, at):
        start, at = match.span()
        kind = match.lastgroup
        if kind is None:
            if text[start - 1 : start] == ":" and _is_folder(text, start, goes_on=True):
                at = start + 2
                continue
            yield Math(start, at, text[start : start + 2], True)
            continue
        if kind == "escape":
            continue
        math = _special(text, start, at, match)
        while math is not None:
            yield math
            at = math.end
            math = _dollars(text, at, math.opener) if _adjoins(text, math) else None


def _adjoins(text: str, before: Math) -> bool:
    """Tell whether dollar signs right behind a formula in dollar signs may open the next: ``$a$$b$``."""
    opener, at = before.opener, before.end
    if not before.closed or opener not in {"$", "$$"} or not text.startswith(opener, at):
        return False
    return not text.startswith("$", at + len(opener))


def _special(text: str, start: int, at: int, match: re.Match[str]) -> Math | None:
    """Read what is not a plain whole formula."""
    if match.lastgroup == "bracket":
        return _bracketed(text, start)
    if match.lastgroup == "name":
        return _environment(text, start, at, match["name"])
    return _dollars(text, start, text[start:at])


def _bracketed(text: str, start: int) -> Math | None:
    r"""A formula in ``\( \)`` or ``\[ \]`` that holds another delimiter, or has no end."""
    math = _delimited(text, start)
    if not math.closed and _is_folder(text, start, goes_on=False):
        return None
    if not math.closed and _ESCAPED_BRACKET.match(text, start):
        quoted = text.count('"', max(start - 120, 0), start) % 2 == 1
        if quoted or text[start - 1 : start].isalnum():
            return None
    return math


def _delimited(text: str, start: int) -> Math:
    opener = text[start : start + 2]
    closer = "\\)" if opener == "\\(" else "\\]"
    nested = ""
    level, read = 0, start + 2
    for match in _BRACKET.finditer(text, start + 2):
        mark = match.group()
        if mark == "\\\\":
            continue
        if nested:
            if mark == nested:
                nested = ""
            continue
        if mark == closer:
            return Math(start, match.end(), opener, closed=True)
        inside, level = _inside_text(text, read, match.start(), level)
        read = match.start()
        if inside and mark in {"\\(", "\\["}:
            nested = "\\)" if mark == "\\(" else "\\]"
            continue
        if mark in {"\\)", "\\]"}:
            return Math(start, match.end(), opener, closed=False)
        return _open(text, start, match.start(), opener)
    return _open(text, start, len(text), opener)


def _inside_text(text: str, start: int, end: int, level: int) -> tuple[bool, int]:
    r"""Tell whether ``end`` stands inside an argument of ``\text``.

    With it comes the ``level`` to go on with: the depth of braces, and above 16 bits that of the argument.
    """
    words = level >> 16
    depth = level & 0xFFFF
    for match in _TEXT_BEFORE_BRACE.finditer(text, start, end):
        mark = match.group()
        if mark[-1] == "{" and mark != "\\{":
            depth += 1
            if len(mark) > 1 and not words:
                words = depth
        elif mark == "}":
            if words == depth:
                words = 0
            depth = max(depth - 1, 0)
    return bool(words), (words << 16) | (depth & 0xFFFF)


def _open(text: str, start: int, end: int, opener: str) -> Math:
    """A formula without an end: it reaches to ``end``, or to where prose plainly goes on."""
    body = start + len(opener)
    depth = 0
    for match in _PROSE.finditer(text, body, end):
        mark = match.group()
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth = max(depth - 1, 0)
        elif mark[0] != "\\" and not depth and text[body : match.start()].strip():
            end = match.start()
            break
    while body < end < len(text) and text[end - 1].isspace():
        end -= 1
    return Math(start, end, opener, closed=False)


def _environment(text: str, start: int, body: int, name: str) -> Math:
    r"""``\begin{name} … \end{name}`` outside other delimiters."""
    end = text.find(f"\\end{{{name}}}", body)
    opener = text[start:body]
    if end >= 0:
        return Math(start, end + len(name) + 6, opener, closed=True)
    return _open(text, start, len(text), opener)


def _dollars(text: str, start: int, opener: str) -> Math | None:
    """``$…$`` or ``$$…$$``, where what is between reads as a formula; prices and shell variables are ``None``."""
    if opener == "$" and text.startswith(_LATEX, start + 1):
        opener += _LATEX
    body = start + len(opener)
    if (
        opener == "$"
        and text.startswith("\\", body)
        and text[start - 1 : start].isalnum()
        and continues_path(text, body)
    ):
        return None  # \\host\c$\folder
    line_end = text.find("\n", body) if opener != "$$" else -1
    stop = line_end if line_end >= 0 else len(text)
    end = body
    while True:
        end = text.find("$", end, stop)
        if end < 0:
            if not text[body : body + 1].isspace():
                return _open_dollars(text, start, stop, opener)
            return _open_paragraph(text, start) if opener == "$$" else None
        if text[end - 1] != "\\":
            break
        end += 1
    if opener == "$$":
        whole = text.startswith("$$", end) and text[body:end].strip()
        return Math(start, end + 2, opener, closed=True) if whole else None
    if end == body or text[end + 1 : end + 2].isdigit() or not _is_inside(text, body, end, opener):
        return None
    return Math(start, end + 1, opener, closed=True)


def _is_inside(text: str, body: int, end: int, opener: str) -> bool:
    """Tell whether ``text[body:end]`` between single dollars is a formula."""
    inside = text[body:end]
    if opener != "$":
        return _has_no_prose(inside)
    if inside[0].isspace() or inside[-1].isspace():
        return reads_as_blanked(inside, text[body - 2 : body - 1] if body > 1 else "", text[end + 1 : end + 2])
    return reads_as_formula(inside)


def reads_as_blanked(inside: str, before: str = "", after: str = "") -> bool:
    """Tell a formula with blanks inside its dollars: ``US$ 5 to $`` and ``$a = $b`` are none.

    Args:
        inside: the text between the dollar signs, with its blanks.
        before: the code point before the first dollar sign.
        after: the code point behind the second.
    """
    leads = inside[0].isspace()
    if len(inside) > _BLANKED or _is_named(after) or (_is_named(before) if leads else after in {"(", "{"}):
        return False
    inside = inside.strip()
    shown = _BLANKED_TEX.search(inside) or (_BLANKED_PLAIN.fullmatch(inside) and _PLAIN_FORMULA.fullmatch(inside))
    return bool(shown) and _NO_FORMULA.search(_IN_BRACES.sub("", inside)) is None and reads_as_formula(inside)


def _is_named(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _has_no_prose(inside: str) -> bool:
    return "\\" in inside or not any("\u3001" <= character <= "\u9fff" for character in inside)


def reads_as_formula(inside: str) -> bool:
    """Tell a formula between two dollar signs from two prices or two variables."""
    if not _has_no_prose(inside):
        return False
    if _TEX.search(inside) and not _SHELL.match(inside):
        return True
    return len(inside) <= 60 and _PLAIN_FORMULA.fullmatch(inside) is not None


def _open_paragraph(text: str, start: int) -> Math | None:
    """Two dollar signs on a line of their own open a formula where their paragraph has unmistakable TeX."""
    if text[text.rfind("\n", 0, start) + 1 : start].strip(" \t>"):
        return None
    blank = _BLANK_LINE.search(text, start)
    return _open_dollars(text, start, blank.start() if blank else len(text), "$$")


def _open_dollars(text: str, start: int, stop: int, opener: str) -> Math | None:
    """A single dollar sign opens a formula only where unmistakable TeX follows it."""
    body = start + len(opener)
    math = _open(text, start, stop, opener)
    inside = text[body : math.end].lstrip()
    if _SHELL.match(inside) or not re.search(r"\\[A-Za-z]{2,}|[A-Za-z][_^]\{", inside):
        return None
    return math
