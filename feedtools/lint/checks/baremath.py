"""Formulas outside delimiters: TeX markup in running text (FT210) and mathematical alphabets (FT211).

A renderer that drops the delimiters of a formula leaves its markup (``x_1``, ``T_{sub}``) among the words. A seed is
a space-separated piece that holds a script or a command no prose or code uses; the formula is the run of pieces
around it that read as mathematics.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit
from feedtools.model import Edit
from feedtools.text.formulas import continues_path
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from feedtools.lint.checks.base import View
    from feedtools.model import Confidence

# What a formula without its delimiters consists of: printable ASCII, Greek, primes, arrows, operators.
_RUN_RANGES = ((0x20, 0x7E), (0x370, 0x3FF), (0x2190, 0x22FF), *((ord(char), ord(char)) for char in "†…′×÷±·−’"))
_RUN_CHARS = frozenset(chr(code) for first, last in _RUN_RANGES for code in range(first, last + 1))
_RUN = lazy(f"[{''.join(f'{re.escape(chr(first))}-{re.escape(chr(last))}' for first, last in _RUN_RANGES)}]+")
_MARKUP = lazy(r"[_^\\]")
_PIECE = lazy(r"\S+")

_COMMAND_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell nabla partial "
    "infty frac dfrac tfrac sqrt sum prod int iint in oint lim log ln exp sin cos tan max min sup inf det hat "
    "bar tilde vec ddot dot overline underline widehat widetilde mathbf mathrm mathcal mathbb mathit mathsf mathop "
    "boldsymbol bm text textbf textrm textit operatorname left right big bigg Big Bigg cdots ldots vdots ddots "
    "cdot dots times div pm mp circ bullet oplus otimes odot le leq ge geq ne neq approx equiv sim simeq propto "
    "notin subset subseteq supset cup cap setminus emptyset forall exists neg land lor wedge vee to leftarrow "
    "Leftarrow rightarrow Rightarrow leftrightarrow Leftrightarrow mapsto implies iff quad qquad mid parallel perp "
    "angle binom stackrel underset overset limits displaystyle prime langle lvert lVert lfloor lceil rangle rvert "
    "rVert rfloor rceil top underbrace overbrace begin end"
)
_COMMANDS = frozenset(_COMMAND_NAMES.split())
_COMMAND = lazy(r"\\([A-Za-z]+)")
_FUNCTIONS = "log|ln|lg|exp|max|min|sup|inf|lim|sum|prod|arg|argmax|argmin|det|tr|Tr|diag|rank|dim|softmax|sigma|theta"
_FUNCTION = lazy(_FUNCTIONS)
_INDEX = r"(?!min|int?\b|init|it\b|nil|kin|ink|lin|mil|tin)[ijklmnt0-9]{2,3}"


def _seed(greek: str, changes: str) -> re.Pattern[str]:
    """Pattern of what only formulas hold besides commands, with these letters and signs of change (``Δx``)."""
    name = rf"(?:\d{{1,3}}(?:\.\d{{1,3}})?)?[d{changes}]?[A-Za-z{greek}]"
    return lazy(
        rf"""
    \\\{{ | (?<=[A-Za-z])\\\|(?=[A-Za-z]) | \\\|_\d | \d\\%         # \{{x_i\}}; z\|x, whose parentheses are gone
  | [_^]\{{                                                       # T_{{sub}}, ^{{(i)}}
  | (?<![A-Za-z0-9_.{greek}])(?:{name}|{_FUNCTIONS})['’]*_
    (?:'?\d{{1,3}}(?![A-Za-z]{{2}}|[\d_])|\\)                      # x_1, log_2d
  | (?<![A-Za-z0-9_.{greek}])(?:{name}|argmax|argmin|lim|sum|prod|log)['’]*_
    (?:[A-Za-z{greek}]|{_INDEX})['’]*(?![A-Za-z0-9_](?!\^|_(?:\{{|[A-Za-z0-9](?![A-Za-z]))))       # x_i, w_ij, x_iy_j
  | [A-Za-z)\]}}'{greek}]\^\d{{1,3}}(?![\d\]])                      # x^2, but not 10^4
  | [A-Za-z0-9)\]}}'{greek}]\^(?:[A-Za-z{greek}](?![a-z]{{2}})|[(*∗\\])
  | [A-Za-z)\]}}'{greek}]\^[-+−]\d
  | (?<![A-Za-z0-9_.+^-])[A-Za-z]\^(?=[,;)|]|\.\.\.|\Z|[-+](?![A-Za-z0-9]))      # V^ , its star lost; o^+
  | (?<![A-Za-z0-9_.{greek}])d?[A-Za-z{greek}]['’]*\^\[(?:\d|[a-zA-Z](?:[-+]\d)?)\]   # W^[1], dz^[l-1]
  | (?<![A-Za-z0-9_.{greek}])d?[A-Z]_[chwt]{{2}}(?![A-Za-z0-9_])                    # Z_hw
  | [A-Za-z)]\^_[A-Za-z] | (?<==)[a-z]_(?=[,;)|]|\Z) | [A-Za-z]\)\^(?=[,;)|]|\Z)      # stars lost: t^*_i, X=x_*, M(G)^*
  | (?<![A-Za-z0-9/\\])\\[,&](?![A-Za-z0-9])                                          # \, and \&
  | \A(?:[a-z]_|_[a-z])(?:\.\.\.)?\Z | \\;                       # half of a subscript; a space of TeX
    """,
        re.VERBOSE,
    )


_SEED = _seed("\u0370-\u03ff", "\u0394\u2202")
_ASCII_SEED = _seed("", "")
"""The same for ASCII text, which nearly every piece is; sets without Greek compile in a tenth of the time."""
# Powers that authors type as plain text and readers take as such: 10^4, R^2, m^2, and O(n^2) inside a sentence.
_PLAIN = lazy(r"[^\w\\{}]*(?:R\^2|[kcmnμ]?m\^[23]|s\^[-−]?[12])[^\w\\{}]*")
_COMPLEXITY = lazy(r"[OoΘΩ]\([^{}_\\]{0,30}\)")
_TEX = lazy(r"[_^]\{|\\[A-Za-z{]")
"""Markup that only TeX uses: a formula with it is one for sure."""
_CODE = lazy(
    r"""://|www\.|@|\w\.[A-Za-z]{2}|^["'`]|::|->|^[~/.]+/|__|[A-Za-z]:\\(?![A-Za-z]+\{)|[!=]==|&&|\$|\+=|\w/\w+/\w
    |[A-Za-z]{4}_\{[A-Za-z]{3}|\.(?:py|txt|md|h|c|js)\b
    |(?<!\w)(?=\w++\()\w*?(?:[A-Za-z]{2}_\w|\w_\w{2})""",
    re.VERBOSE,
)
_OPERATOR = lazy(r"(?:[-+*/=<>|&~→←↔∈∉⊂⊆∪∩≤≥≠≈∼×·±∘−]|[!:]=|\\[a-z]{2,}+)++")
_ENDS_OPEN = lazy(r"(?:[-+*/=<>|→∈≤≥≠≈∼×·±−]|\\[a-z]{2,})\Z")
_WORDS = lazy(rf"(?<![\\A-Za-z])(?!(?:{_FUNCTIONS})(?![A-Za-z]))[A-Za-z]{{3,}}")
_TWO_LETTERS = "a I A an as at be by do go he if in is it me my no of on or so to up us we vs"
_SHORT_WORDS = frozenset(_TWO_LETTERS.split())
_OPEN, _CLOSE, _LOOSE = frozenset("([{"), frozenset(")]}"), frozenset(",;:!?.…'\" ")
_MAX_PIECES = 40
"""Pieces one formula may take in on either side: a bound on work, far above any formula left in prose."""
_MAX_PIECE = 240
"""Code points of a piece; longer ones are addresses, keys and data."""


def bare(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """TeX or mathematical markup outside delimiters, one hit per formula (FT210)."""
    del options
    text = view.text
    start = 0
    for math in view.math:
        if _MARKUP.search(text, start, math.start):
            yield from _between(text, start, math.start)
        start = math.end
        if not math.closed:  # where it ends is not known
            return
    yield from _between(text, start, len(text))


def _between(text: str, start: int, end: int) -> Iterator[Hit]:
    """Formulas in a stretch of text that holds no delimited ones."""
    mark = _MARKUP.search(text, start, end)
    while mark is not None:
        first = mark.start()
        while first > start and text[first - 1] in _RUN_CHARS:
            first -= 1
        run = _RUN.match(text, first, end)
        start = run.end() if run else mark.end()
        yield from _in_run(text, first, start)
        mark = _MARKUP.search(text, start, end)


def _in_run(text: str, start: int, end: int) -> Iterator[Hit]:
    spans = [match.span() for match in _PIECE.finditer(text, start, end)]
    pieces = [text[a:b] for a, b in spans]
    if text.find("\\", start, end) >= 0 and _ANCHOR.search(text, max(start - _MAX_PIECE, 0), end):
        pieces = ["" if _is_path(text, a, b) else piece for piece, (a, b) in zip(pieces, spans, strict=True)]
    number, floor = 0, 0
    while number < len(pieces):
        if not is_seed(pieces[number]):
            number += 1
            continue
        first = _grow_left(pieces, number, floor)
        last = _grow_right(pieces, first, number)
        floor = number = last + 1
        a, b = _trim(text, spans[first][0], spans[last][1])
        if a < b and not _is_assigned_code(pieces, last) and not _reads_as_text(text, a, b):
            if text[a:b] in _FACES:
                continue
            sure: Confidence | None = "high" if _TEX.search(text, a, b) else None
            yield Hit(a, b, edits=_delimit(text, a, b), confidence=sure)


_FACES = frozenset({"T_T", "o_O", "O_o", "O_O", "Q_Q", "u_u"})
"""Faces that are typed with letters."""
_RELATIVE = lazy(rf"[(\[\"']*(?:~|(?!(?:{_FUNCTIONS})\\)[A-Za-z][\w.-]{{2,}})(?:\\[\w.-]+){{2,}}\\?[)\]\"',;.:]*")
"""A word of three letters or more (or the home folder) and two names: ``docs\theta\nu`` is no product of letters."""
_ANCHOR = lazy(r"[:%.~]\\|\\\\[^\s\\]|HK(?:EY|LM|C|U)|[A-Za-z][\w.-]{2}\\[\w.-]")
"""One of these stands in every path."""
_DOUBLED = lazy(r"\\\\([A-Za-z]+)")


def _is_path(text: str, start: int, end: int) -> bool:
    r"""Tell whether the piece ``text[start:end]`` is part of a Windows path; no share is named ``\\alpha``."""
    at = text.find("\\", start, end)
    if at < 0 or end - start > _MAX_PIECE or text.find("{", start, end) >= 0:
        return False
    if _RELATIVE.fullmatch(text, start, end):
        return True
    host = _DOUBLED.match(text, at, end)
    if host is not None and host[1] in _COMMANDS:
        return False
    while at >= 0:
        if continues_path(text, at):
            return True
        at = text.find("\\", at + 1, end)
    return False


_LATIN = lazy(r"[A-Za-z0-9]")


def _is_assigned_code(pieces: Sequence[str], last: int) -> bool:
    """Tell whether what stands behind the formula is ``= something.of(code)``."""
    follows = pieces[last + 1 : last + 3]
    return len(follows) == 2 and follows[0] in {"=", "+=", "=="} and _CODE.search(follows[1][:_MAX_PIECE]) is not None


def _reads_as_text(text: str, start: int, end: int) -> bool:
    """Plain powers, and footnote marks such as ``)^3`` whose bracket opens nowhere."""
    if text[start] == text[end - 1] == "_":  # emphasis
        return True
    return text[start] in ")]" or _PLAIN.fullmatch(text, start, end) is not None or _is_complexity(text, start, end)


def _is_complexity(text: str, start: int, end: int) -> bool:
    """Tell whether this is an O(n^2) that its author typed; one between two spaces in Chinese was a formula."""
    if not _COMPLEXITY.fullmatch(text, start, end):
        return False
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    isolated = before[-1:] == " " and after[:1] == " "
    return not isolated or _LATIN.match(before[0]) is not None or _LATIN.search(after) is not None


def is_seed(piece: str) -> bool:
    """Tell whether a piece of text without spaces holds markup that only mathematics uses."""
    if "_" not in piece and "^" not in piece and "\\" not in piece:
        return False
    return len(piece) <= _MAX_PIECE and _holds_seed(piece)


@lru_cache(maxsize=1 << 12)
def _holds_seed(piece: str) -> bool:
    seed = _ASCII_SEED if piece.isascii() else _SEED
    if seed.search(piece) is None and _COMMANDS.isdisjoint(_COMMAND.findall(piece)):
        return False
    return _CODE.search(piece) is None and _PLAIN.fullmatch(piece) is None


def _is_operand(piece: str) -> bool:
    return len(piece) <= _MAX_PIECE and _reads_as_operand(piece)


@lru_cache(maxsize=1 << 12)
def _reads_as_operand(piece: str) -> bool:
    if piece.strip("()[]{},;.") in _SHORT_WORDS or _OPERATOR.fullmatch(piece):
        return False
    return _WORDS.search(piece) is None and _CODE.search(piece) is None


def _depth(piece: str) -> int:
    if piece.isalnum():
        return 0
    return sum((char in _OPEN) - (char in _CLOSE) for char in piece)


def _grow_right(pieces: Sequence[str], first: int, seed: int) -> int:
    """Number of the last piece of the formula whose seed is known."""
    depth = sum(map(_depth, pieces[first : seed + 1]))
    last = seed
    limit = min(len(pieces), seed + _MAX_PIECES)
    while last + 1 < limit:
        here, after = pieces[last], pieces[last + 1]
        if _OPERATOR.fullmatch(after):
            if last + 2 < limit and _is_operand(pieces[last + 2]):
                depth += _depth(after) + _depth(pieces[last + 2])
                last += 2
                continue
            return last
        if not _is_operand(after) or not (
            depth > 0
            or _ENDS_OPEN.search(here)
            or _OPERATOR.match(after)
            or (here[-1] in ",;" and len(here) > 1)
            or is_seed(after)
            or (len(after) == 1 and after.isalpha())
        ):
            return last
        depth += _depth(after)
        last += 1
    return last


def _grow_left(pieces: Sequence[str], seed: int, floor: int) -> int:
    first = seed
    depth = _depth(pieces[seed])
    limit = max(floor, seed - _MAX_PIECES)
    while first > limit:
        before = pieces[first - 1]
        if _OPERATOR.fullmatch(before):
            if first - 2 < limit or not _is_operand(pieces[first - 2]):
                return first
            depth += _depth(before) + _depth(pieces[first - 2])
            first -= 2
            continue
        opens = depth < 0 or _ENDS_OPEN.search(before) or (pieces[first][0] == "(" and _FUNCTION.fullmatch(before))
        if not opens or not _is_operand(before):
            return first
        depth += _depth(before)
        first -= 1
    return first


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave the punctuation and the brackets of the sentence outside the formula ``text[start:end]``."""
    depth = _depth(text[start:end])
    while start < end:
        first, last = text[start], text[end - 1]
        escaped = text[end - 2 : end - 1] in ("\\", "_", "^")
        if last in _LOOSE or (depth < 0 and last in _CLOSE and not escaped):
            depth += last in _CLOSE
            end -= 1
        elif depth > 0 and last in _OPEN and not escaped:
            depth -= 1
            end -= 1
        elif first in _LOOSE or (depth > 0 and first == "("):
            depth -= first == "("
            start += 1
        else:
            break
    whole = depth == 0 and text[start : start + 1] == "(" and text.find(")", start, end) == end - 1
    if whole and text.find(",", start, end) < 0:
        return start + 1, end - 1
    return start, end


_NAMED = lazy(
    r"(?<![A-Za-z\\])(log|ln|lg|exp|max|min|sup|inf|lim|sum|prod|sin|cos|tan|det)(?:_[0-9](?=([A-Za-z]))|(?=[_^({]))"
)


def _delimit(text: str, start: int, end: int) -> tuple[Edit, ...]:
    """Put the formula between delimiters, where its braces pair so that it can render."""
    formula = text[start:end]
    if formula.count("{") != formula.count("}") or formula[-1] in "_^\\":
        return ()
    named = [
        edit
        for match in _NAMED.finditer(text, start, end)
        for edit in (Edit(match.start(1), match.start(1), "\\"), Edit(match.end(), match.end(), " "))
        if edit.text != " " or match[2]
    ]
    if any(edit.start == start for edit in named):
        named = [edit for edit in named if edit.start != start]
        return (Edit(start, start, "\\(\\"), *named, Edit(end, end, r"\)"))
    return (Edit(start, start, r"\("), *named, Edit(end, end, r"\)"))


_LETTER = "\U0001d400-\U0001d7ff\u210e"
_ALPHABETIC = lazy(
    rf"[{_LETTER}](?:[{_LETTER}]|[_^]\{{?[{_LETTER}0-9A-Za-z]+\}}?|\([{_LETTER}0-9,]*[{_LETTER}][{_LETTER}0-9,]*\))*"
)
_ITALIC = lazy("[\U0001d434-\U0001d467\u210e]")
_BESIDE = lazy(r"[A-Za-z0-9_^\\{}]")
_SCRIPTED = lazy(r"[_^]")


def alphanumeric(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Letters of the mathematical alphabets (U+1D400 to U+1D7FF, and ℎ) outside formulas, one hit per run (FT211).

    The edit writes the letters of Unicode NFKC, and delimiters around those with a script. Only a single italic letter
    by itself is sure to mean what the plain letter means: bold and script can tell a vector or a set from a number.
    """
    del options
    text = view.text
    spans = iter(view.math)
    math = next(spans, None)
    for match in _ALPHABETIC.finditer(text):
        start, end = match.span()
        while math is not None and math.end <= start:
            math = next(spans, None)
        if math is not None and math.start <= start:
            continue
        plain = unicodedata.normalize("NFKC", match[0])
        alone = not _BESIDE.match(text, end) and not (start and _BESIDE.match(text, start - 1))
        safe = bool(_ITALIC.fullmatch(match[0])) and alone
        # The alphabets have holes; what stands in one has no plain letter.
        whole = rf"\({plain}\)" if _SCRIPTED.search(plain) else plain
        edits = () if _ALPHABETIC.search(plain) else (Edit(start, end, whole),)
        yield Hit(start, end, edits=edits, safety="safe" if safe else "confident")
