"""TeX for MathML that carries none.

Ours, since no library that is kept up does it: the converters on the package index had one release each, need a Java
processor, or lose what stands in a table. What they get wrong shows as a formula that reads otherwise, so the
round trip TeX, MathML (by latex2mathml), TeX is tested.
"""

from __future__ import annotations

import re
import unicodedata

from feedtools.readers.mathml_symbols import ACCENTS, BRACES, FUNCTIONS, GREEK, LARGE, OPERATORS, SPACES
from feedtools.readers.mathml_tree import Node, parse

_OUTER = re.compile(r"\\begin\{(\w+)\}.*\\end\{\1\}", re.DOTALL)
_SAME_FONT = re.compile(r"\\(mathrm|mathtt)\{([A-Za-z0-9]+)\}\Z")
_COMMAND_END = re.compile(r"\\[A-Za-z]+\Z")
_ATOM = re.compile(r"\\[A-Za-z]+\Z|\\?.\Z|\d+\Z|\\[A-Za-z]+\{[^{}]*\}\Z", re.DOTALL)
_SPECIAL = {**{char: "\\" + char for char in "{}#$%&_"}, "\\": r"\backslash", "~": r"\sim", "^": r"\hat{}"}
_VARIANTS = {
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
_MATRICES = {("(", ")"): "pmatrix", ("[", "]"): "bmatrix", ("|", "|"): "vmatrix", ("‖", "‖"): "Vmatrix"}
_OPENERS, _CLOSERS = "([{|‖⟨⌊⌈", ")]}|‖⟩⌋⌉"
_RELATION = re.compile(
    r"\s*(?:[=<>:]|\\(?:le|ge|ne|approx|sim|to|equiv|propto|in|Rightarrow|iff|leftarrow)(?![a-zA-Z]))"
)
_TEXT = frozenset({"mtext", "ms"})
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
    if re.search(r"(?<!\\)&", _OUTER.sub("", tex)):  # a converter that knows no alignment left its marks
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def _tex(node: Node) -> str:
    name = node.name
    if name in _UNSEEN:
        return ""
    if name in {"mi", "mn", "mo"}:
        return _leaf(node)
    if name in _TEXT:
        return _text(node.text())
    if name == "mspace":
        return _space(node)
    if name in _BUILDERS:
        return _BUILDERS[name](node)
    if name == "semantics" or name == "maction":
        return _row(node.elements()[:1])
    return _row(node.elements())


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
        parts.append(_stretched(node, place, nodes) or _tex(node))
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
    return (r"\left" if opens else r"\right") + (_leaf(node) or ".")


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


def _leaf(node: Node) -> str:
    text = " ".join(node.text().split())
    if not text:
        return ""
    variant = _VARIANTS.get(node.get("mathvariant"), "")
    if node.name == "mo":
        if text in FUNCTIONS:
            return "\\" + text
        if len(text) > 1 and text.isalpha() and text.isascii():
            return rf"\operatorname{{{text}}}"
        return "&" if text == "&" else joined([_character(char) for char in text])
    if node.name == "mi" and len(text) > 1 and text.isascii() and text.isalpha() and not variant:
        return "\\" + text if text in FUNCTIONS else rf"\mathrm{{{text}}}"
    if node.name == "mi" and node.get("mathvariant") == "normal" and text.isascii() and text.isalpha():
        return rf"\mathrm{{{text}}}"
    tex = joined([_character(char) for char in text])
    return rf"\{variant}{{{tex}}}" if variant else tex


def _character(char: str) -> str:
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


def _text(text: str) -> str:
    if not text.strip():
        return r"\ " if text else ""
    body = re.sub(r"[{}#$%&_]", lambda found: "\\" + found[0], " ".join(text.replace("\\", "").split()))
    ahead, behind = (" " if edge.isspace() else "" for edge in (text[0], text[-1]))
    return rf"\text{{{ahead}{body}{behind}}}"


def _space(node: Node) -> str:
    if node.get("linebreak") == "newline":
        return r"\\"
    width = re.match(r"(-?[\d.]+)em", node.get("width"))
    size = float(width[1]) if width and re.fullmatch(r"-?(?:\d++(?:\.\d*)?|\.\d+)", width[1]) else 0.0
    for least, command in ((1.9, r"\qquad"), (0.9, r"\quad"), (0.25, r"\;"), (0.2, r"\:"), (0.1, r"\,")):
        if size >= least:
            return command
    return r"\!" if size < 0 else ""


def _group(node: Node) -> str:
    return "{" + _tex(node) + "}"


def _command(command: str, node: Node) -> str:
    return command + "".join(map(_group, node.elements()[:2]))


def _flat(node: Node) -> bool:
    """Tell whether a fraction has no line."""
    return re.fullmatch(r"0+(?:\.0+)?(?:px|pt|em|ex)?", node.get("linethickness")) is not None


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
    if node is None:
        return ""
    tex = _tex(node)
    if mark == "^" and tex and not tex.strip("'"):
        return tex
    if not tex:
        return ""
    return mark + (tex if len(tex) == 1 and tex.isalnum() else "{" + tex + "}")


def _scripts(node: Node) -> str:
    parts: list[Node | None] = [*node.elements()[:3]]
    parts += [None] * (3 - len(parts))
    base, first, second = parts
    lower, upper = (None, first) if node.name == "msup" else (first, second)
    return (_base(base) if base else "{}") + _script("_", lower) + _script("^", upper)


def _limits(node: Node) -> str:
    parts: list[Node | None] = [*node.elements()[:3]]
    parts += [None] * (3 - len(parts))
    base, first, second = parts
    under, over = (None, first) if node.name == "mover" else (first, second)
    if base is None:
        return ""
    inner, mark = _tex(base), _only(base).text().strip()
    if (
        mark in LARGE
        or inner.lstrip("\\") in FUNCTIONS
        or inner.startswith((r"\operatorname", r"\underbrace", r"\overbrace"))
    ):
        return _base(base) + _script("_", under) + _script("^", over)
    if mark in {"→", "⟶", "←", "⟵"}:
        command = r"\xrightarrow" if mark in "→⟶" else r"\xleftarrow"
        return command + (f"[{_tex(under)}]" if under else "") + (_group(over) if over else "{}")
    tex = inner
    for part, kinds, command in ((under, BRACES, r"\underset"), (over, ACCENTS, r"\overset")):
        if part is None:
            continue
        sign = _only(part).text().strip()
        known = kinds.get(sign, "")
        if known in {r"\hat", r"\tilde", r"\bar"} and len(_only(base).text().strip()) > 1:
            known = {r"\hat": r"\widehat", r"\tilde": r"\widetilde"}.get(known, r"\overline")
        tex = rf"{known}{{{tex}}}" if known else rf"{command}{{{_tex(part)}}}{{{tex}}}"
    return tex


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
            parts.append(_character(separators[min(number, len(separators)) - 1]))
        parts.append(_tex(child))
    left, right = (_character(mark[:1]) if mark else "." for mark in (opener, closer))
    return joined([rf"\left{left}", *parts, rf"\right{right}"])


def _table(node: Node, kind: str = "") -> str:
    rows = []
    for row in node.elements():
        cells = row.elements() if row.name in {"mtr", "mlabeledtr"} else [row]
        if row.name == "mlabeledtr":
            cells = cells[1:]
        rows.append(" & ".join(_row(cell.elements()) if cell.name == "mtd" else _tex(cell) for cell in cells))
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
