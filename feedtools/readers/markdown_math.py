r"""Formulas, templates and raw code of a Markdown text, found before its blocks.

Formulas run over soft line breaks, and what stands in them (``+``, ``=``, ``*``, ``_``, a pipe) is no Markdown; so they
are found first and hidden from the block parser. Code is found on the way, so that a dollar sign in it opens nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from feedtools.text.formulas import DISPLAYED, reads_as_blanked, reads_as_formula
from feedtools.text.patterns import lazy
from feedtools.text.regions import Kind, Region

if TYPE_CHECKING:
    from collections.abc import Iterator

MathStyle = Literal["auto", "dollar", "bracket", "kramdown", "none"]
MATH_STYLES: tuple[MathStyle, ...] = ("auto", "dollar", "bracket", "kramdown", "none")

LONGEST_INLINE = 2000
"""Code points of the longest formula between single dollar signs."""
LONGEST_PLAIN = 60
"""Code points of the longest formula in brackets that has no TeX in it, as in ``\\\\( mean(x) = 1 \\\\)``."""
_LEAD = lazy(r"[`~$<{\\:](?:(?<!:)|(?=::\S))")
_DIRECTIVE = lazy(
    r"(?<!:):{3,}+[ \t]*\{(?:(?P<math>math)|code(?:-block|-cell)?|sourcecode|parsed-literal|prompt|mermaid|raw)\}"
    r"[^\n]{0,500}+\n"
)
_DEEPEST = 100
"""Code points before which a directive begins in its line."""
_OPTION = lazy(r"(?:[ \t]*:[\w-]+:[^\n]*\n)*(?:[ \t]*\n)*")
_FENCE = lazy(r"(`{3,})[^`\n]*$|(~{3,})[^\n]*$", re.MULTILINE)
_BEFORE_FENCE = lazy(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_RAW_TAG = lazy(r"<(pre|script|style|textarea)\b[^>]*>", re.IGNORECASE)
_TAG = lazy(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s+[^\s<>=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s<>\"'`]+))?)*\s*/?>")
_CODE_TAG = lazy(r"<(code|kbd|samp|tt)(?:\s[^<>]*)?>", re.IGNORECASE)
_TEX_TAG = lazy(r"\{%-?\s*(katex|math|latex|tex)\b[^\n]*?%\}|\{\{[<%]\s*(katex|math|latex|tex)\b[^\n]*?[>%]\}\}")
_JEKYLL = lazy(r"\{%-?\s*(highlight|raw|codeblock|comment|code)\b[^\n]*?%\}")
_HUGO = lazy(r"\{\{([<%])\s*(highlight|code|mermaid|raw)\b[^\n]*?[>%]\}\}")
_TEMPLATE = lazy(r"\{\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}\}|\{%[^\n]*?%\}")
_BEGIN = lazy(r"\\begin\{(" + DISPLAYED + r")\}")
_BLANK_LINE = lazy(r"\n[ \t>]*(?=\n)")
_TEXT_ARGUMENT = lazy(r"\\(?:text\w*|mbox|hbox|fbox)\s*\{|\\.|[{}]", re.DOTALL)
_COMMAND = lazy(r"\\[A-Za-z]{2,}")
_SCRIPT = lazy(r"(?<!\\)[_^]\{|(?<=[A-Za-z0-9)}\]])\^[A-Za-z0-9*\\+-]")
_TEX_WORD = lazy(
    r"\\(?:[a-z]?frac|sum|prod|int|in|le|ge|leq|geq|neq|ne|to|times|cdot|c?dots|ldots|alpha|beta|gamma|delta|epsilon"
    r"|varepsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi|psi|omega|Gamma|Delta|Theta"
    r"|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|sqrt|log|ln|exp|min|max|lim|left|right|math(?:bb|cal|bf|rm|it|frak)|text"
    r"|hat|bar|tilde|vec|partial|nabla|infty|rightarrow|leftarrow|Rightarrow|approx|equiv|sim|forall|exists|subset"
    r"|begin|operatorname|binom|quad|pm|mid|cup|cap|top)(?![A-Za-z])"
)
_SURE_DOLLARS = lazy(r"\$[^$`\n]{0,300}?(?:\\[A-Za-z]{2,}|[A-Za-z)][_^]\{)[^$`\n]{0,300}\$")
_MARKED = lazy(r"\\[A-Za-z]|[_^]")
_IN_ADDRESS = lazy(r"\]\(\s*[a-z]{2,6}://[^\s()]*[?=]\s*\Z")
_WORDS = lazy(r"(?<![A-Za-z])[A-Za-z]{3,}+(?: [A-Za-z]{2,}+){3}|[一-鿿]{5}")
_NUMBERS = lazy(r"[\d\s,;.–-]*")


class _Found(NamedTuple):
    """Result of a scan: the region, or the place from which to go on; and the options of a directive before it."""

    region: Region | None
    resume: int
    options: Region | None = None


class MathScanner:
    """Finds what the block parser must not look into.

    Args:
        text: the raw text.
        style: which delimiters are formulas; ``auto`` goes by what the text itself does.
    """

    def __init__(self, text: str, style: MathStyle = "auto") -> None:
        self.text = text
        self.style = style
        brackets = style == "bracket" or (style == "auto" and _uses_brackets(text))
        self.brackets = brackets and style != "none"
        self.dollars = style == "dollar" or (style == "auto" and _SURE_DOLLARS.search(text) is not None)
        self._next: dict[str, int] = {}
        self._runs: dict[int, int] = {}
        self._unclosed = dict.fromkeys(":`~", len(text) + 1)  # so many of one, and more, are closed nowhere behind here
        self._missing: set[str] = set()  # ends of templates that stand nowhere behind here
        self._paragraph = -1, -1

    def scan(self) -> list[Region]:
        """Regions in order, apart from each other."""
        found = list(self._scan())
        if self.style == "kramdown" or (
            self.style == "auto" and not any(self._delimiter(one) == "$" for one in found if one.kind == "math")
        ):
            found = [self._placed(one) for one in found]
        return found

    def _delimiter(self, region: Region) -> str:
        return "$$" if self.text.startswith("$$", region.start) else self.text[region.start]

    def _placed(self, region: Region) -> Region:
        """A formula in ``$$`` that shares its line with words is one of the line, as Kramdown has it."""
        if region.kind != "display" or not self.text.startswith("$$", region.start):
            return region
        text = self.text
        before = _TAG.sub("", text[text.rfind("\n", 0, region.start) + 1 : region.start]).strip(" \t>")
        end = text.find("\n", region.end)
        after = _TAG.sub("", text[region.end : end if end >= 0 else len(text)]).strip()
        bullet = not before or before in {"-", "*", "+"} or before.rstrip(".)").isdigit()
        return region if bullet and not after else region._replace(kind="math")

    def _scan(self) -> Iterator[Region]:
        place, text = 0, self.text
        readers = {
            "`": self._ticks,
            "~": self._ticks,
            "$": self._dollar,
            "<": self._angle,
            "{": self._brace,
            "\\": self._escape,
            ":": self._colons,
        }
        while lead := _LEAD.search(text, place):
            region, place, options = readers[lead[0]](lead.start())
            if options is not None:
                yield options
            if region is not None:
                yield region

    def _ticks(self, start: int) -> _Found:
        """Pass over a fenced block or a code span; the parser finds both."""
        text = self.text
        if text.startswith(("```", "~~~"), start) and (fence := _FENCE.match(text, start)):
            line = text.rfind("\n", 0, start) + 1
            if (lead := _BEFORE_FENCE.match(text, line)) and lead.end() == start:
                return _Found(None, self._after_fence(fence[1] or fence[2], fence.end()))
        if text[start] == "~":
            return _Found(None, start + 1)
        end = start
        while text.startswith("`", end):
            end += 1
        place = self._next_run(end - start, end)
        return _Found(None, place + end - start if 0 <= place < self._paragraph_end(start) else end)

    def _colons(self, start: int) -> _Found:
        """Take the lines of a directive of MyST that holds code or a formula."""
        text = self.text
        end = start
        while text.startswith(":", end):
            end += 1
        indent = text[max(0, start - _DEEPEST) : start].rpartition("\n")
        first = bool(indent[1]) or start < _DEEPEST
        opened = _DIRECTIVE.match(text, start) if first and not indent[2].strip(" \t") else None
        if opened is None or end - start >= self._unclosed[":"]:
            return _Found(None, end)
        close = lazy(rf"^[ \t]*:{{{end - start},}}[ \t\r]*$", re.MULTILINE).search(text, opened.end())
        if close is None:
            self._unclosed[":"] = end - start
            return _Found(None, end)
        if opened["math"]:
            formula = directive_formula(text, opened.end(), close.start())
            if formula and self.style != "none":
                options = Region("target", opened.end(), formula.start) if opened.end() < formula.start else None
                return _Found(formula, close.end(), options)
        return _Found(Region("code_block", opened.end(), close.start()), close.end())

    def _next_run(self, length: int, start: int) -> int:
        """Find the next run of so many ticks, or -1; what was found once is not searched again."""
        known = self._runs.get(length, start - 1)
        if -1 < known < start:
            found = lazy(f"(?<!`)`{{{length}}}(?!`)").search(self.text, start)
            known = self._runs[length] = found.start() if found else -1
        return known

    def _find(self, mark: str, start: int) -> int:
        """Like ``str.find``, but what was found once is not searched again."""
        known = self._next.get(mark, start - 1)
        if -1 < known < start or (known == -1 and mark not in self._next):
            known = self._next[mark] = self.text.find(mark, start)
        return known

    def _after_fence(self, fence: str, start: int) -> int:
        if len(fence) >= self._unclosed[fence[0]]:
            return start
        place = self.text.find("\n", start)
        while place >= 0:
            end = self.text.find("\n", place + 1)
            line = self.text[place + 1 : end if end >= 0 else len(self.text)].strip(" \t\r>")
            if len(line) >= len(fence) and not line.strip(fence[0]):
                return end if end >= 0 else len(self.text)
            place = end
        self._unclosed[fence[0]] = len(fence)
        return start

    def _paragraph_end(self, start: int) -> int:
        first, last = self._paragraph
        if not first <= start < last:
            blank = _BLANK_LINE.search(self.text, start)
            last = blank.start() if blank else len(self.text)
            self._paragraph = start, last
        return last

    def _angle(self, start: int) -> _Found:
        text = self.text
        if text.startswith("<!--", start):
            return self._until("comment", start, start + 4, "-->")
        if raw := _RAW_TAG.match(text, start):
            end = self._raw_end(raw[1].lower(), raw.end())
            return _Found(Region("code_block", raw.end(), end), end) if end >= 0 else _Found(None, raw.end())
        if code := _CODE_TAG.match(text, start):
            begin, end = code.end(), self._raw_end(code[1].lower(), code.end())
            inside = text[begin:end] if begin < end <= begin + LONGEST_INLINE else ""
            if inside and "<pre" not in inside and not _BLANK_LINE.search(inside):
                return _Found(Region("code", begin, end), end)
        tag = _TAG.match(text, start)
        return _Found(None, tag.end() if tag else start + 1)

    def _raw_end(self, name: str, start: int) -> int:
        lower, upper = self._find(f"</{name}>", start), self._find(f"</{name.upper()}>", start)
        return min(lower, upper) if min(lower, upper) >= 0 else max(lower, upper)

    def _until(self, kind: Kind, start: int, body: int, closer: str) -> _Found:
        end = self._find(closer, body)
        return _Found(None, body) if end < 0 else _Found(Region(kind, start, end + len(closer)), end + len(closer))

    def _brace(self, start: int) -> _Found:
        text = self.text
        if not text.startswith(("{{", "{%"), start):
            return _Found(None, start + 1)
        if (found := _JEKYLL.match(text, start)) and (
            close := self._end(r"\{%-?\s*end" + found[1] + r"\b[^\n]*?%\}", found.end())
        ):
            return _Found(Region("code_block", start, close.end()), close.end())
        if (found := _HUGO.match(text, start)) and (
            close := self._end(r"\{\{[<%]\s*/\s*" + found[2] + r"\s*[>%]\}\}", found.end())
        ):
            return _Found(Region("code_block", start, close.end()), close.end())
        if found := _TEX_TAG.match(text, start):
            name = r"\{%-?\s*end" + found[1] if found[1] else r"\{\{[<%]\s*/\s*" + found[2]
            close = lazy(name + r"\s*-?[>%]\}{1,2}").search(text, found.end(), found.end() + LONGEST_INLINE)
            if close and "$" not in text[found.end() : close.start()]:
                return _Found(Region("code_block", start, close.end()), close.end())
        template = _TEMPLATE.match(text, start)
        return (
            _Found(Region("template", start, template.end()), template.end()) if template else _Found(None, start + 1)
        )

    def _end(self, pattern: str, start: int) -> re.Match[str] | None:
        """Find the end of a template; one that stands nowhere is looked for once."""
        close = None if pattern in self._missing else lazy(pattern).search(self.text, start)
        if close is None:
            self._missing.add(pattern)
        return close

    def _escape(self, start: int) -> _Found:
        text = self.text
        if self.style == "none":
            return _Found(None, start + 2)
        if text.startswith(("\\\\(", "\\\\["), start):
            region = self._bracketed(start, start + 3, "\\\\" + {"(": ")", "[": "]"}[text[start + 2]])
            return _Found(region, region.end) if region else _Found(None, start + 2)
        if self.brackets and text.startswith(("\\(", "\\["), start):
            region = self._bracketed(start, start + 2, "\\" + {"(": ")", "[": "]"}[text[start + 1]])
            return _Found(region, region.end) if region else _Found(None, start + 2)
        if begin := _BEGIN.match(text, start):
            closer = f"\\end{{{begin[1]}}}"
            end = self._find(closer, begin.end())
            if end >= 0:
                return _Found(Region("display", start, end + len(closer)), end + len(closer))
        return _Found(None, start + 2)

    def _bracketed(self, start: int, body: int, closer: str) -> Region | None:
        end = self._find(closer, body)
        if end < 0 or (closer[-1] == ")" and end > self._paragraph_end(start)):
            return None
        inside = self.text[body:end]
        if _NUMBERS.fullmatch(inside) or "](" in inside or not _coherent(inside):
            return None
        plain = " ".join(inside.split())
        doubled = len(closer) > 2 and len(plain) <= LONGEST_PLAIN and _SIGN.search(plain)
        if not (_COMMAND.search(inside) or doubled or reads_as_formula(inside.strip().replace("\n", " "))):
            return None
        return Region("display" if closer.endswith("]") else "math", start, end + len(closer))

    def _dollar(self, start: int) -> _Found:
        text = self.text
        if self.style == "none":
            return _Found(None, start + 1)
        if text.startswith("$$", start):
            return self._double(start)
        if self.style == "kramdown":
            return _Found(None, start + 1)
        if text.startswith("$`", start):  # as GitHub and GitLab keep Markdown out of a formula
            end = self._find("`$", start + 2)
            if start + 2 < end < self._paragraph_end(start) and "`" not in text[start + 2 : end]:
                return _Found(Region("math", start, end + 2), end + 2)
        if text.startswith("$latex ", start):
            end = self._find("$", start + 7)
            if 0 < end < self._paragraph_end(start):
                return _Found(Region("math", start, end + 1), end + 1)
        end = self._closing_dollar(start)
        if end < 0 or not self._is_formula(start, end):
            return _Found(None, start + 1)
        return _Found(Region("math", start, end + 1), end + 1)

    def _double(self, start: int) -> _Found:
        text = self.text
        end = text.find("$$", start + 2)
        while end > 0 and text[end - 1] == "\\" and text[end - 2] != "\\":
            end = text.find("$$", end + 1)
        if end < 0:
            return _Found(None, start + 2)
        inside = text[start + 2 : end]
        if not inside.strip() or "```" in inside or not _coherent(inside):
            return _Found(None, start + 2)
        if _IN_ADDRESS.search(text, max(0, start - 200), start):  # of a picture that a service draws
            return _Found(Region("target", start, end + 2), end + 2)
        return _Found(Region("display", start, end + 2), end + 2)

    def _closing_dollar(self, start: int) -> int:
        text = self.text
        stop = min(self._paragraph_end(start), start + LONGEST_INLINE)
        end, depth, words, read = start, 0, 0, start + 1
        while True:
            end = text.find("$", end + 1, stop)
            if end < 0 or text.find("`", start, end) >= 0:
                return -1
            if text[end - 1] == "\\" and text[end - 2] != "\\":
                continue
            for found in _TEXT_ARGUMENT.finditer(text, read, end):
                mark = found[0]
                if mark[-1] == "{" and mark != "\\{":
                    depth += 1
                    words = words or (depth if len(mark) > 1 else 0)
                elif mark == "}":
                    words = 0 if words == depth else words
                    depth = max(depth - 1, 0)
            read = end
            if not words:
                return end

    def _is_formula(self, start: int, end: int) -> bool:
        """Tell whether two dollar signs enclose a formula, and are not those of two prices or variables."""
        inside, after = self.text[start + 1 : end], self.text[end + 1 : end + 2]
        if not inside.strip() or (after == "$" and not self._adjoins(start, end)):
            return False
        before, behind = inside[0].isspace(), inside[-1].isspace()
        if _TEX_WORD.search(inside) or (_SCRIPT.search(inside) and (self.dollars or not before)):
            return _coherent(inside)
        if after.isdigit():
            return False
        if self.dollars and not before and not behind:
            return _coherent(inside) and not _WORDS.search(inside)
        body = " ".join(inside.split())
        if before != behind:
            marked = _MARKED.search(body) is not None and _coherent(inside)
            return self.dollars and (marked or reads_as_blanked(inside, self.text[start - 1 : start], after))
        return len(body) <= (30 if before else LONGEST_INLINE) and reads_as_formula(body)

    def _adjoins(self, start: int, end: int) -> bool:
        """Tell whether the dollar sign behind a formula opens the next one: ``$a_1$$b_1$``, both with TeX in them."""
        text = self.text
        if text[start - 1 : start] == "$" or text[end + 2 : end + 3] in {"", "$"}:
            return False
        last = self._closing_dollar(end + 1)
        parts = text[start + 1 : end], text[end + 2 : last]
        return last > end + 2 and all(_COMMAND.search(part) and _coherent(part) for part in parts)


def directive_formula(text: str, start: int, end: int) -> Region | None:
    """The formula that the lines ``text[start:end]`` of a directive hold, with the line ends before and behind it.

    ``None`` where it is several, or MyST would put an environment around it: that is code for whoever reads the text.
    """
    options = _OPTION.match(text[start:end])
    start += options.end() if options else 0
    inside = text[start:end].rstrip()
    several = "\n\n" in inside or ("&" in inside and "\\begin{" not in inside)
    if not inside or several or inside[0] == ">" or "\n>" in inside or end <= start + len(inside):
        return None
    return Region("display", start - 1, start + len(inside) + 1)


def _coherent(inside: str) -> bool:
    """Tell whether no line is plain prose; if one is, the second delimiter opens the next formula and closes none."""
    if "\n" not in inside:
        return "\\" in inside or not _WORDS.search(inside)
    return not any(
        "\\" not in line and not set("=_^&{}") & set(line) and _WORDS.search(line) for line in inside.split("\n")
    )


def _uses_brackets(text: str) -> bool:
    r"""Tell whether ``\(`` and ``\[`` hold formulas in a text: the first that is unmistakable decides for all.

    Where none is, they do if all of them read as formulas and one has a sign or an index: ``\(T_1\)``.
    """
    start = text.find("\\(")
    other = text.find("\\[")
    if start < 0 and other < 0:
        return False
    plain, signs = True, False
    for found in _BRACKET_PAIR.finditer(text):
        inside = found[1] if found[1] is not None else found[2]
        if _TEX_WORD.search(inside) or _SCRIPT.search(inside):
            return _coherent(inside) and not _NUMBERS.fullmatch(inside)
        plain = plain and reads_as_formula(inside.strip().replace("\n", " "))
        signs = signs or _SIGN.search(inside) is not None
    return plain and signs


_SIGN = lazy(r"[A-Za-z0-9)] ?[=_^<>] ?[A-Za-z0-9(-]")
_BRACKET_PAIR = lazy(r"(?<![\\`])\\(?:\(([^`$]{1,400}?)\\\)|\[([^`$]{1,2000}?)\\\])", re.DOTALL)
