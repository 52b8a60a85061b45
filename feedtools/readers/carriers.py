r"""Formulas that HTML carries beside its text: in addresses and texts of pictures, in attributes, under what was drawn.

The carriers are those of MathJax 2 to 4, KaTeX, WordPress, QuickLaTeX, CodeCogs, Google Charts, GitHub, Wikimedia,
Zhihu, Yuque, CSDN, WeChat, Substack, Canvas, Quill, Distill, JATS and LaTeXML, as their pages are met.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from feedtools.readers.mathml import tex_of
from feedtools.readers.tags import Tag, Tags, string

PLACEHOLDER = "[Math]"
"""Stands where a formula is shown whose TeX is not to be had; FT101 finds it."""
MAX_TEX = 20_000
"""Characters of the longest formula."""
ATTRIBUTES = (
    "data-tex", "data-latex", "data-formula", "data-math", "data-equation-content", "data-equation", "data-katex",
    "data-expr", "data-expression", "data-eq", "data-tex-source", "data-math-source", "data-original-tex",
    "tex", "latex", "katex-src", "latex-data",
)  # fmt: skip
_NAMES = re.compile(
    rb"\b(?:data-|tex\s*=|latex\s*=|mathml\s*=|katex-src|latex-data|name\s*=\s*[\"']?math\b)", re.IGNORECASE
)
_DISPLAY = re.compile(
    r"\b(?:display(?:ed)?|block|center|katex--display|display_?math)(?![a-z])|math-?display|latexdisplay"
)
FLAG = re.compile(r"(?:true|false|inline|block|display|yes|no)\Z", re.IGNORECASE)
_LABEL = re.compile(
    r"\W*+(?:数学)?(?:公式|图片|图像|图)?\W*+\d*+\W*+\Z"
    r"|\W*+(?:img|image|picture|formula|equation|math|latex|tex|alt(?:ernative)? ?text|rendered by \S{1,40}|undefined"
    r"|null)[\W\d]*+\Z|.*\.(?:png|svg|gif|jpe?g|webp)\Z",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?<![A-Za-z])[A-Za-z]{3,}+[ ,.'’-]{1,9}+(?:[A-Za-z]{1,2}[ ,.'’-]{1,9}+){0,4}[A-Za-z]{3}"  # of a sentence
)
_SIGNS = frozenset("\\^_={}<>+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DELIMITERS = (("\\[", "\\]", True), ("$$", "$$", True), ("\\(", "\\)", False), ("$", "$", False))
"""Delimiters of a whole formula: what opens it, what closes it, whether it is displayed."""
_STYLE = re.compile(r"\{\s*\\(?:display|text)style(?![a-zA-Z])\s*(.*)\}\Z", re.DOTALL)
_SETTINGS = re.compile(r"\s{0,20}+&(?:bg|fg|s|c|zoom)=[\w.#-]{0,40}+\Z")
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.DOTALL)
_ANNOTATION = re.compile(
    rb"<annotation\b[^>]{0,300}?encoding\s*=\s*[\"']?(?:application/x-)?(?:la)?tex\b[^>]{0,200}>", re.IGNORECASE
)
_MATH = re.compile(rb"<(?:\w+:)?math(?=[\s>])([^<>]*+)>", re.IGNORECASE)
_MATH_END = re.compile(rb"</(?:\w+:)?math\s*>", re.IGNORECASE)
_DATA_LATEX = re.compile(rb"\bdata-(?:la)?tex=(?:\"([^\"]*)\"|'([^']*)')")
_MATHML = re.compile(rb"<(?:\w+:)?(?:m(?!ath|ark|eta|ain|enu|ap)[a-z]+|semantics|annotation)[\s/>]", re.IGNORECASE)
_TITLE = re.compile(r"[\s\S]*\\[a-zA-Z]|[\s\S]*[\^_]")
_ANY_TAG = re.compile(r"<[^<>]*>")
_LEAF_NAMES = (
    b"d-math tex-math embed-katex math-field la-tex lb-tex tex latex math-inline math-display inline-math block-math "
    b"asciimath"
)
WEAK = frozenset({b"var", b"eq", b"eqn"})
"""Names of elements that hold other things as well: what is in them is a formula where it reads as TeX."""
LEAVES = frozenset(_LEAF_NAMES.split()) | WEAK
_LEAF_WORDS = (
    "math-inline wp-katex-eq texerror math-display math-block js-render-math language-math katex-error ztext-math "
    "math-renderer mathquill mathquill-embedded-latex asciimath"
)
_LEAF_CLASSES = frozenset(_LEAF_WORDS.split())
_TEX = re.compile(r"\\[A-Za-z]|[_^]\{|[A-Za-z0-9)}\]]\^")
_MATH_BLOCKS = frozenset({"highlight-source-math", "language-math"})
"""Classes around blocks of code in the language ``math``."""
_ONE_PRE = re.compile(rb"\s*+(?:<div\b[^<>]*+>\s*+)?<pre\b[^<>]*+>((?:[^<]|<(?!/?pre\b))*+)</pre", re.IGNORECASE)
_CDATA = re.compile(rb"\s*<!\[CDATA\[(.*?)\]\]>\s*\Z", re.DOTALL)
_FRAMES = frozenset({"span-inline-equation", "span-block-equation", "inline-equation", "block-equation"})
_BLOCK_NAMES = frozenset({b"pre", b"eqn", b"math-display", b"block-math"})
_DRAWN = re.compile(r"(?:MathJax|MJX)(?:c-display|_\w+)?\Z|mjx-chtml\Z")
_KATEX = frozenset({"katex", "katex-display", "katex--inline", "katex--display", "katex-block"})
_SCRIPT_ID = re.compile(rb"<script\b[^>]{0,200}?\bid=[\"']?([\w-]+)", re.IGNORECASE)
_FRAME = re.compile(rb"\bid=[\"']?(MathJax-Element-\d+)-Frame")
_NEXT_SCRIPT = re.compile(rb"(?:\s|</\w{1,20}>){0,200}+<script\b[^>]{0,200}?math/", re.IGNORECASE)
_NEXT_DRAWN = re.compile(
    rb"\s{0,200}+<(?:span|div|script|mjx-container)\b[^>]{0,200}?(?:MathJax|math/|mjx)", re.IGNORECASE
)


class CarriedFormula(NamedTuple):
    """A formula that an element stands for; without TeX where that is not to be had."""

    tex: str
    display: bool = False

    def shown(self) -> str:
        r"""The formula in its delimiters, ``\(…\)`` or ``\[…\]``, or the placeholder."""
        if not self.tex:
            return PLACEHOLDER
        return f"\\[{self.tex}\\]" if self.display else f"\\({self.tex}\\)"


def formula(tex: str, *, display: bool = False) -> CarriedFormula:
    r"""Take TeX out of what it comes in: delimiters, ``{\displaystyle …}``, a document, settings of a renderer."""
    tex = tex.replace("\u200b", "").strip()
    if "\\begin{document}" in tex and (found := _DOCUMENT.search(tex)):
        tex = found[1].strip()
    inner, displayed = inside_delimiters(tex)
    if inner is not None and ("$" not in inner.replace(r"\$", "") or not displayed):
        tex, display = inner, display or displayed
    if (found := _STYLE.match(tex)) and _is_group(tex):
        tex = found[1].strip()
    tex = _SETTINGS.sub("", tex)
    if tex.endswith("\\\\"):
        tex, display = tex.rstrip("\\").rstrip(), True
    tex = re.sub(r"\n\s*\n\s*", "\n", tex)
    return CarriedFormula("" if len(tex) > MAX_TEX else tex, display)


def inside_delimiters(text: str) -> tuple[str | None, bool]:
    """The formula in the delimiters that a text begins and ends with, if any, and whether they display it."""
    for opener, closer, displayed in _DELIMITERS:
        inner = text[len(opener) : len(text) - len(closer)]
        if len(text) >= len(opener + closer) and text.startswith(opener) and text.endswith(closer):
            if closer != "$":
                return inner.strip(), displayed
            if "$" not in inner:
                return (inner[6:] if re.match(r"latex\s", inner) else inner).strip(), displayed
    return None, False


def _is_group(tex: str) -> bool:
    """Tell whether the brace that opens a text is closed by its last one."""
    depth = 0
    for number, char in enumerate(tex):
        depth += (char == "{") - (char == "}")
        if not depth:
            return number == len(tex) - 1
    return False


def is_plausible(text: str) -> bool:
    """Tell whether the text of a picture is TeX, and no label, file name or sentence."""
    text = text.strip()
    if not text or _LABEL.match(text) or (_SIGNS.isdisjoint(text) and _WORDS.search(text)):
        return False
    return "\\" in text or not _HAN.search(text)


def of_attributes(tag: Tag) -> CarriedFormula | None:
    """The formula that an element names in an attribute, and stands for with all that is in it."""
    if not _NAMES.search(tag.attributes):
        return None
    values = tag.all()
    display = tag.name in {b"div", b"section", b"p", b"figure"} or is_displayed(values)
    if "persistentExpression" in values.get("data-attrs", ""):
        return _of_record(values["data-attrs"], "persistentExpression", display=tag.name != b"span")
    if values.get("data-lake-card") == "math" or (tag.name == b"card" and values.get("name") == "math"):
        card = values.get("data-card-value") or values.get("value", "")
        block = "block" in {values.get("type"), values.get("data-card-type")}
        return _of_record(unquote(card.removeprefix("data:")), "code", display=display or block)
    if "ql-formula" in values.get("class", "") and values.get("data-value"):
        return formula(values["data-value"], display=display)
    for key in ("mathml", "data-mathml"):
        if "<" in values.get(key, "") and not is_drawn(tag):
            return of_mathml(values[key], display=display)
    for key in ATTRIBUTES:
        value = values.get(key, "")
        if value and not FLAG.match(value) and is_plausible(value):
            if not is_tex(values):
                return CarriedFormula("", display)
            return formula(value, display=display or values.get("data-display") == "true")
    return None


def is_tex(values: dict[str, str]) -> bool:
    """Tell whether the attributes of an element name no other language for its formula than TeX."""
    named = values.get("data-math-language", "").lower() in {"", "tex", "latex", "katex", "mathjax"}
    return named and "asciimath" not in values.get("class", "").lower().split()


def is_displayed(values: dict[str, str]) -> bool:
    """Tell whether the attributes of an element say that its formula stands on a line of its own."""
    return _DISPLAY.search(values.get("class", "")) is not None or "2" in {
        values.get("eeimg"),
        values.get("data-eeimg"),
    }


def _of_record(record: str, key: str, *, display: bool) -> CarriedFormula:
    """The formula under a key of a JSON record."""
    try:
        return formula(str(json.loads(record)[key]), display=display)
    except (ValueError, KeyError, TypeError, RecursionError):
        return CarriedFormula("", display)


def of_leaf(tag: Tag, content: bytes) -> CarriedFormula | None:
    """The formula that an element without others in it holds as its text, by its name or class."""
    classes = tag.classes()
    if not _MATH_BLOCKS.isdisjoint(classes) and (block := _ONE_PRE.match(content)):
        return of_block(block[1])
    if not _FRAMES.isdisjoint(classes):
        return CarriedFormula("", any("block" in word for word in classes)) if content.startswith(b"<svg") else None
    if literal := _CDATA.match(content):
        content = literal[1]
    if b"</" in content or len(content) > MAX_TEX:
        return None
    text = (string(content) if literal else unescape(string(content))).strip()
    if tag.name == b"asciimath" or not is_tex(tag.all()):
        sure = tag.name == b"asciimath" or "asciimath" in classes
        return CarriedFormula("") if text and (sure or is_plausible(text)) else None
    if (tag.name in WEAK or _LEAF_CLASSES.isdisjoint(classes)) and not _is_sure(tag, classes) and not _TEX.search(text):
        return None
    if "texerror" in classes:
        return formula(_refused(text))
    if not text or (re.match(r"\\[(\[]|\$", text) and tag.name not in {b"tex-math", b"d-math"}):
        return None  # it has its delimiters
    display = "display" in classes or tag.name in _BLOCK_NAMES or "block" in tag.all()
    display = display or "display" in tag.get("env") or (tag.name == b"div" and "math" in classes)
    display = display or tag.get("data-display") == "true"
    shown = display or not {"math-display", "math-block"}.isdisjoint(classes)
    return formula(text, display=shown or tag.get("data-math-style") == "display")


def _is_sure(tag: Tag, classes: list[str]) -> bool:
    """Tell whether an element says by more than ``math`` that it holds TeX."""
    if tag.name in WEAK:
        return b"env" in tag.attributes
    return tag.name in LEAVES or tag.name == b"formula" or bool({"inline", "display"} & {*classes})


def _refused(message: str) -> str:
    """The formula that an encyclopedia says it could not render: in braces, or behind a colon."""
    opens, closes, colon = message.find("{"), message.rfind("}"), message.find("):")
    if 0 <= opens < closes - 1 and not 0 <= colon < opens:
        return message[opens : closes + 1]
    return message[colon + 2 :] if colon >= 0 else ""


def of_block(content: bytes) -> CarriedFormula:
    """The formula in a block of code whose language is said to be mathematics."""
    return formula(unescape(_ANY_TAG.sub("", string(content))), display=True)


def is_drawn(tag: Tag) -> bool:
    """Tell whether an element was drawn by MathJax or KaTeX, so that its formula can be recovered."""
    if tag.name == b"mjx-container":
        return True
    if not any(mark in tag.attributes for mark in (b"katex", b"MathJax", b"MJX", b"mjx")):
        return False
    return any(word in _KATEX or _DRAWN.match(word) for word in tag.classes())


def of_drawn(tag: Tag, tags: Tags, content: bytes, end: int, scripts: frozenset[bytes]) -> CarriedFormula | bool | None:
    """The formula of what was drawn.

    Returns ``True`` where it is drawn once more behind, so that this has to go; ``None`` where it is no drawing.
    """
    classes = tag.classes()
    if tag.name != b"mjx-container" and not _KATEX.isdisjoint(classes):
        return _of_katex(classes, content)
    if "MathJax_Preview" in classes:
        return True if _NEXT_DRAWN.match(tags.markup, end) else None
    frame = _FRAME.search(tags.markup, tag.start, end)
    if (frame and frame[1] in scripts) or _NEXT_SCRIPT.match(tags.markup, end):
        return True
    if tag.name != b"mjx-container" and b"<" not in content:
        return None
    display = tag.get("display") == "true" or any("isplay" in word for word in classes) or tag.name == b"div"
    if found := _DATA_LATEX.search(content):
        return formula(unescape(string(found[1] or found[2])), display=display)
    mathml = tag.get("data-mathml") or _inner(content, rb'\bdata-mathml="([^"]*)"')
    if mathml:
        return of_mathml(mathml, display=display)
    if b"<math" in content:
        return of_mathml(string(content), display=display)
    title = tag.get("aria-label") or tag.get("title")
    return formula(title, display=display) if _TITLE.match(title) else CarriedFormula("", display)


def _inner(content: bytes, pattern: bytes) -> str:
    found = re.search(pattern, content)
    return unescape(string(found[1])) if found else ""


def _of_katex(classes: list[str], content: bytes) -> CarriedFormula | None:
    drawn = content.count(b"katex-html") + content.count(b"katex-mathml")
    if not drawn or content.count(b"katex-mathml") > 1 or content.count(b"katex-html") > 1:
        return None
    display = any("display" in word or "block" in word for word in classes)
    if b"<math" in content:
        return of_mathml(string(content), display=display)
    found = re.search(rb"katex-mathml[^>]*>(.*?)</span", content, re.DOTALL)
    if not found:
        return CarriedFormula("", display)
    text = unescape(_ANY_TAG.sub("", string(found[1]))).strip()
    return formula(
        re.split(r"\n[^\S\n]*\n", text)[-1], display=display
    )  # the formula as it looks, a blank line, its TeX


def of_mathml(markup: str, attributes: Tag | None = None, *, display: bool = False) -> CarriedFormula:
    """The formula of some MathML: the TeX in its annotation, its text for others, else what its elements say."""
    data = markup.encode("utf-8", "surrogatepass")
    outer = _MATH.search(data)
    head = string(outer[1]) if outer else ""
    display = display or re.search(r"display\s*=\s*[\"']?block|mode\s*=\s*[\"']?display", head) is not None
    if attributes is not None:
        display = display or attributes.get("display") == "block"
    if found := _ANNOTATION.search(data):
        end = data.find(b"</annotation", found.end())
        return formula(unescape(string(data[found.end() : end if end >= 0 else len(data)])), display=display)
    alternative = attributes.get("alttext") if attributes else _inner(outer[1] if outer else b"", rb'alttext="([^"]*)"')
    if attributes and not is_tex(attributes.all()):  # what its elements say is all there is to be had
        return CarriedFormula(tex_of(markup) if is_mathml(data) and len(markup) < 50 * MAX_TEX else "", display)
    if attributes:
        alternative = alternative or attributes.get("data-code")
    if alternative and is_plausible(alternative):
        return formula(alternative, display=display)
    if outer:
        close = _MATH_END.search(data, outer.end())
        markup = string(data[outer.end() : close.start() if close else len(data)])
    return CarriedFormula(tex_of(markup) if len(markup) < 50 * MAX_TEX else "", display)


def is_mathml(content: bytes) -> bool:
    """Tell whether the content of a ``math`` element has elements of MathML in it."""
    return _MATHML.search(content) is not None


def may_be_leaf(tag: Tag) -> bool:
    """Tell whether an element holds TeX, by its name or class."""
    if tag.name in LEAVES or b"data-math-language" in tag.attributes:
        return True
    if not any(word in tag.attributes for word in (b"math", b"katex", b"texerror", b"-equation")):
        return False
    classes = tag.classes()
    return "math" in classes or any(not known.isdisjoint(classes) for known in (_LEAF_CLASSES, _FRAMES, _MATH_BLOCKS))


def of_script(tag: Tag, content: bytes) -> CarriedFormula | None:
    """The formula in a script of MathJax 2."""
    kind = tag.get("type").lower()
    if not kind.startswith("math/"):
        return None
    display = "display" in kind
    if kind.startswith("math/tex"):
        return formula(re.sub(r"^\s*% <!\[CDATA\[|%\s*\]\]>\s*$", "", string(content)), display=display)
    return of_mathml(string(content), display=display) if kind.startswith("math/mml") else CarriedFormula("", display)


def of_drawing(content: bytes) -> CarriedFormula | None:
    """The formula of a drawing that MathJax made and nothing else tells of, or ``None`` where it is another drawing."""
    if b"data-mml-node=" not in content[:2000]:
        return None
    found = _DATA_LATEX.search(content)
    return formula(unescape(string(found[1] or found[2]))) if found else CarriedFormula("")


def script_ids(markup: bytes) -> frozenset[bytes]:
    """The ids of scripts, by which what MathJax 2 drew is known to be said again."""
    return frozenset(found[1] for found in _SCRIPT_ID.finditer(markup)) if b"math/" in markup else frozenset()
