"""TeX for MathML that carries none.

Ours, since no library that is kept up does it: the converters on the package index had one release each, need a Java
processor, or lose what stands in a table. What they get wrong shows as a formula that reads otherwise, so the
round trip TeX, MathML (by latex2mathml), TeX is tested.
"""

from __future__ import annotations

import re

from feedtools.readers.mathml_leaves import VARIANTS, character, joined, leaf, space, text_leaf
from feedtools.readers.mathml_symbols import (
    ACCENTS,
    BRACES,
    FUNCTIONS,
    LARGE,
    SIZES,
    WIDE,
)
from feedtools.readers.mathml_tree import Node, parse

_ALIGNING = re.compile(r"\\(begin|end)(?=\{)|\\.|&", re.DOTALL)
_ATOM = re.compile(r"\\[A-Za-z]+\Z|\\?.\Z|\d+\Z|\\[A-Za-z]+\{(?:[^{}]++|\{[^{}]*+\})*+\}\Z", re.DOTALL)
_ARGUMENT = re.compile(r"\\[A-Za-z]+\Z|\\(?:math[a-z]+|text)\{[^{}]*+\}\Z|[A-Za-z0-9*+-]\Z")
"""TeX that may follow ``^`` and ``_`` without braces, in KaTeX as well."""
_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("|", "|"): "vmatrix", ("‖", "‖"): "Vmatrix"}
_OPENERS, _CLOSERS = "([{|‖⟨⌊⌈", ")]}|‖⟩⌋⌉"
_RELATION = re.compile(
    r"\s*(?:[=<>:]|\\(?:le|ge|ne|approx|sim|to|equiv|propto|in|Rightarrow|iff|leftarrow)(?![a-zA-Z]))"
)
_NUMBER = re.compile(r" & \\text\{\(\d{1,4}(?:\.\d{1,4})?\)\}\Z")
_TEXT = frozenset({"mtext", "ms"})
_BRACED = frozenset({"mi", "mn", "msub", "msup", "msubsup"})
_NAME = r"\operatorname{"
_UNKNOWN = re.compile(r"\\[A-Za-z]+\Z")
_MODULO = re.compile(r"(?:\\quad|\\[;:,]){0,2}\(\\mathrm\{mod\}(?:\\[;:,]){1,2} ?([^()]{1,200}+)\)")
_ARROW = re.compile(r"\\;\\(iff|Longrightarrow|Longleftarrow)\\;")
_ARROWS = {"Longrightarrow": "implies", "Longleftarrow": "impliedby"}
_WRITTEN = "data-mjx-error"
"""Attribute of an error in which MathJax shows the TeX as its author wrote it."""
_CLASS = "data-mjx-texclass"
_UNSEEN = frozenset({"annotation", "annotation-xml", "mprescripts", "maligngroup", "malignmark", "none"})


def tex_of(markup: str) -> str:
    r"""TeX that shows what some MathML shows; empty where there is nothing to show or it is nested beyond measure.

    >>> tex_of("<msup><mi>e</mi><mrow><mi>k</mi><mi>t</mi></mrow></msup>")
    'e^{kt}'
    >>> tex_of("<mfrac><mn>1</mn><mn>2</mn></mfrac>")
    '\\frac{1}{2}'
    """
    root = parse(markup)
    if root is None:
        return ""
    tex = _row(root.elements()).strip()
    if r"\;" in tex or r"{mod}" in tex:  # what renderers make of one command
        tex = _MODULO.sub(r"\\pmod{\1}", tex)
        tex = _ARROW.sub(lambda found: rf"\{_ARROWS.get(found[1], found[1])} ", tex).strip()
    if _aligns(tex):  # a converter that knows no alignment left its marks
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def _aligns(tex: str) -> bool:
    """Tell whether marks of alignment stand outside of every environment."""
    depth = 0
    for found in _ALIGNING.finditer(tex):
        depth += (found[1] == "begin") - (found[1] == "end")
        if found[0] == "&" and depth <= 0:
            return True
    return False


def _tex(node: Node) -> str:
    name = node.name
    if name in _UNSEEN:
        return ""
    if name in {"mi", "mn", "mo"}:
        return leaf(node)
    if name in _TEXT:
        unknown = node.get("mathcolor") == "red" and _UNKNOWN.match(node.text().strip())
        return node.text().strip() if unknown else text_leaf(node.text())
    if name == "merror":
        return _failed(node)
    if name == "mspace":
        return space(node)
    if name in _BUILDERS:
        return _BUILDERS[name](node)
    if name == "semantics" or name == "maction":
        return _row(node.elements()[:1])
    return _in_one_font(node.elements()) or _row(node.elements())


def _failed(node: Node) -> str:
    """A formula that the renderer refused: its TeX where that is shown, else a command that no other renders."""
    text = node.text().strip()
    return text if _WRITTEN in node.attributes else rf"\merror{{{text_leaf(text)}}}"


def _in_one_font(nodes: list[Node]) -> str:
    r"""Letters that one command sets: ``\mathbf{AB}``, which writers of MathML put into a row."""
    fonts = {VARIANTS.get(node.get("mathvariant"), "") for node in nodes}
    if len(nodes) < 2 or len(fonts) > 1 or "" in fonts or any(node.name not in {"mi", "mn"} for node in nodes):
        return ""
    return rf"\{fonts.pop()}{{{joined([character(char) for node in nodes for char in node.text().strip()])}}}"


def _is_braced(node: Node) -> bool:
    """Tell whether the author put braces around one symbol: a row of it alone says so, in MathJax too."""
    inner = node.elements() if node.name == "mrow" else []
    return len(inner) == 1 and inner[0].name in _BRACED and not inner[0].get("mathvariant")


def _row(nodes: list[Node]) -> str:
    parts: list[str] = []
    place = 0
    while place < len(nodes):
        node = nodes[place]
        inner = _fenced_table(nodes, place)
        if inner:
            parts.append(inner[0])
            place = inner[1]
            continue
        braced = len(nodes) > 1 and _is_braced(node)
        parts.append(_stretched(node, place, nodes) or (_group(node) if braced else _tex(node)))
        place += 1
    return joined(parts)


def _fenced_table(nodes: list[Node], place: int) -> tuple[str, int] | None:
    """A matrix, cases or a binomial with the fences around it, and the number of the node after it."""
    opener = _mark(nodes[place])
    if not opener or opener not in _OPENERS or place + 1 >= len(nodes):
        return None
    inner, after = _only(nodes[place + 1]), place + 2
    closer = _mark(nodes[after]) if after < len(nodes) else ""
    if inner.name == "mtable":
        kind = _MATRICES.get((opener, closer))
        if kind:
            return _table(inner, kind), after + 1
        if opener == "{" and (after >= len(nodes) or (nodes[after].name == "mo" and not closer)):
            return _table(inner, "cases"), after + 1
    if inner.name == "mfrac" and _flat(inner) and (opener, closer) == ("(", ")"):
        return _command(r"\binom", inner), after + 1
    return None


def _only(node: Node) -> Node:
    while node.name in {"mrow", "mstyle", "mpadded"} and len(node.elements()) == 1:
        node = node.elements()[0]
    return node


def _mark(node: Node) -> str:
    return node.text().strip().replace("∥", "‖") if node.name == "mo" else ""


def _stretched(node: Node, place: int, nodes: list[Node]) -> str:
    r"""A fence that grows with what is in it: ``\left(``; its partner is in the same row."""
    mark = _mark(node)
    if side := _side(node, place, nodes):
        return side + (leaf(node) or ".")
    if node.name == "mo" and (size := SIZES.get(node.get("minsize"))):
        return size + leaf(node)
    if node.name != "mo" or len(mark) > 1 or node.get("stretchy") != "true":
        return ""
    form = node.get("form")
    opens = form == "prefix" or (not form and place == 0 and mark in _OPENERS)
    closes = form == "postfix" or (not form and place == len(nodes) - 1 and mark in _CLOSERS)
    if not opens and not closes:
        return ""
    partners = nodes[place + 1 :] if opens else nodes[:place]
    wanted = "postfix" if opens else "prefix"
    ends = nodes[-1] if opens else nodes[0]
    paired = any(other.get("form") == wanted and other.get("stretchy") == "true" for other in partners)
    if not paired and not (ends is not node and ends.name == "mo" and ends.get("stretchy") == "true"):
        return ""
    return (r"\left" if opens else r"\right") + (leaf(node) or ".")


def _side(node: Node, place: int, nodes: list[Node]) -> str:
    r"""``\left`` or ``\right`` for the first and the last of a row that MathJax marks as fences that grow."""
    if place not in {0, len(nodes) - 1} or node.name != "mo" or _CLASS not in node.attributes:
        return ""
    ends = (nodes[0], "OPEN"), (nodes[-1], "CLOSE")
    grow = all(one.name == "mo" and one.get(_CLASS) == kind and one.get("stretchy") != "false" for one, kind in ends)
    return "" if not grow or len(nodes) < 2 else r"\left" if place == 0 else r"\right"


def _group(node: Node) -> str:
    return "{" + _tex(node) + "}"


def _command(command: str, node: Node) -> str:
    return command + "".join(map(_group, node.elements()[:2]))


def _flat(node: Node) -> bool:
    """Tell whether a fraction has no line."""
    return re.fullmatch(r"0+(?:\.0+)?(?:px|pt|em|ex)?", node.get("linethickness")) is not None


def _styled(node: Node) -> str:
    r"""A fraction that is larger or smaller than its place makes it, ``\dfrac``; other styles show no other symbols."""
    inner = node.elements()
    size = {"true": r"\dfrac", "false": r"\tfrac"}.get(node.get("displaystyle"))
    if size and len(inner) == 1 and inner[0].name == "mfrac" and not _flat(inner[0]):
        return _command(size, inner[0])
    return _row(inner)


def _fraction(node: Node) -> str:
    return _command(r"\genfrac{}{}{0pt}{}" if _flat(node) else r"\frac", node)


def _root(node: Node) -> str:
    base, index = [*node.elements(), *[Node("mrow", "", [])] * 2][:2]
    return rf"\sqrt[{_tex(index)}]{_group(base)}"


def _base(node: Node) -> str:
    tex = _tex(node)
    if not tex or _ATOM.match(tex) or tex.startswith((r"\left", r"\begin", r"\underbrace", r"\overbrace")):
        return tex or "{}"
    return tex if node.name in {"mi", "mn", "mo"} and tex.startswith("\\") else "{" + tex + "}"


def _script(mark: str, node: Node | None) -> str:
    r"""A script; one that is a row was written in braces, ``h_{t}``, and one that is none was not: ``x^\top``."""
    if node is None:
        return ""
    tex, braced = _tex(node), node.name == "mrow"
    if not tex:
        return ""
    if mark == "^" and not tex.strip("'"):
        return "^{" + tex.replace("'", r"\prime") + "}" if braced and not node.text().strip("′″‴") else tex
    return mark + (tex if not braced and _ARGUMENT.match(tex) else "{" + tex + "}")


def _scripts(node: Node) -> str:
    parts: list[Node | None] = [*node.elements()[:3]]
    parts += [None] * (3 - len(parts))
    base, first, second = parts
    lower, upper = (None, first) if node.name == "msup" else (first, second)
    below, above = _script("_", lower), _script("^", upper)
    ahead = _base(base) if base else "{}"
    if ahead == "{}" and above.startswith("'"):
        return above  # of ``x^{'}``
    return ahead + (above + below if above.startswith("'") else below + above)


def _limits(node: Node) -> str:
    parts: list[Node | None] = [*node.elements()[:3]]
    parts += [None] * (3 - len(parts))
    base, first, second = parts
    under, over = (None, first) if node.name == "mover" else (first, second)
    if base is None:
        return ""
    inner, mark = _tex(base), _only(base).text().strip()
    if inner.startswith((r"\underbrace", r"\overbrace")) or (
        base.name != "mrow" and (mark in LARGE or inner.lstrip("\\") in FUNCTIONS or inner.startswith(_NAME))
    ):
        return _base(base).replace(_NAME, r"\operatorname*{") + _script("_", under) + _script("^", over)
    if mark in {"→", "⟶", "←", "⟵"}:
        command = r"\xrightarrow" if mark in "→⟶" else r"\xleftarrow"
        return command + (f"[{_tex(under)}]" if under else "") + (_group(over) if over else "{}")
    tex = inner
    for part, kinds, command in ((under, BRACES, r"\underset"), (over, ACCENTS, r"\overset")):
        if part is None:
            continue
        sign = _only(part).text().strip()
        known = kinds.get(sign, "")
        narrow = known == r"\vec" or _only(part).get("stretchy") == "false"
        several = not narrow and len(_only(base).text().strip()) > 1
        if known in WIDE and (several or _grows(node, _only(part), sign)):
            known = WIDE[known]
        tex = rf"{known}{{{tex}}}" if known else rf"{command}{{{_tex(part)}}}{{{tex}}}"
    return tex


def _grows(node: Node, mark: Node, sign: str) -> bool:
    r"""Tell whether an accent is as wide as what is below it: ``\widehat``, ``\overrightarrow``, ``\overline``."""
    if sign in "‾―":
        return True
    return sign in "→^~" and not mark.get("stretchy") and "accent" not in node.attributes + mark.attributes


def _fenced(node: Node) -> str:
    opener = node.get("open") or ("(" if "open" not in node.attributes else "")
    closer = node.get("close") or (")" if "close" not in node.attributes else "")
    kind = _MATRICES.get((opener, closer))
    inner = node.elements()
    if len(inner) == 1 and _only(inner[0]).name == "mtable" and (kind or (opener == "{" and not closer)):
        return _table(_only(inner[0]), kind or "cases")
    separators = node.get("separators") or ("," if "separators" not in node.attributes else "")
    parts = []
    for number, child in enumerate(inner):
        if number and separators:
            parts.append(character(separators[min(number, len(separators)) - 1]))
        parts.append(_tex(child))
    left, right = (character(mark[:1]) if mark else "." for mark in (opener, closer))
    return joined([rf"\left{left}", *parts, rf"\right{right}"])


def _table(node: Node, kind: str = "") -> str:
    rows = []
    for row in node.elements():
        cells = row.elements() if row.name in {"mtr", "mlabeledtr"} else [row]
        if row.name == "mlabeledtr":
            cells = cells[1:]
        rows.append(" & ".join(_row(cell.elements()) if cell.name == "mtd" else _tex(cell) for cell in cells))
    if all(_NUMBER.search(row) for row in rows):  # counted by the renderer
        rows = [_NUMBER.sub("", row) for row in rows]
        if len(rows) == 1 and " & " not in rows[0]:
            return rows[0]
    kind = kind or ("aligned" if _aligned(node, rows) else "matrix")
    return rf"\begin{{{kind}}}" + r" \\ ".join(rows) + rf"\end{{{kind}}}"


def _aligned(node: Node, rows: list[str]) -> bool:
    """Tell whether a table without fences is one of equations below one another."""
    if re.match(r"\s*(?:right|left)\b", node.get("columnalign")):
        return True
    seconds = [row.split(" & ", 2)[1] for row in rows if " & " in row]
    return any(_RELATION.match(cell) for cell in seconds)


def _around(node: Node) -> str:
    """Scripts on all four sides."""
    base, *rest = node.elements() or [Node("mrow", "", [])]
    names = [part.name for part in rest]
    split = names.index("mprescripts") if "mprescripts" in names else len(rest)
    after, before = rest[:split], rest[split + 1 :]

    def pairs(parts: list[Node]) -> str:
        lower = joined([_tex(part) for part in parts[::2]])
        upper = joined([_tex(part) for part in parts[1::2]])
        return (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")

    ahead = pairs(before)
    return ("{}" + ahead if ahead else "") + _base(base) + pairs(after)


def _enclosed(node: Node) -> str:
    inner, notation = _row(node.elements()), node.get("notation")
    if "box" in notation:
        return rf"\boxed{{{inner}}}"
    return rf"\sqrt{{{inner}}}" if "radical" in notation else rf"\cancel{{{inner}}}" if "strike" in notation else inner


_BUILDERS = {
    "mfrac": _fraction,
    "mstyle": _styled,
    "msqrt": lambda node: rf"\sqrt{{{_row(node.elements())}}}",
    "mroot": _root,
    "msub": _scripts,
    "msup": _scripts,
    "msubsup": _scripts,
    "munder": _limits,
    "mover": _limits,
    "munderover": _limits,
    "mmultiscripts": _around,
    "mfenced": _fenced,
    "mtable": _table,
    "mphantom": lambda node: rf"\phantom{{{_row(node.elements())}}}",
    "menclose": _enclosed,
}
