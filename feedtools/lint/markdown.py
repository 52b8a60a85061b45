r"""Rules in Markdown: which of them are asked, what they look at, and which of their fixes keep the meaning.

A rule about running text reads what a reader sees: no marks, link targets or tags, formulas in the delimiters of a
feed, and a sign for each piece of code, address and picture. What it finds is carried back to the raw text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from feedtools.lint.edits import edited
from feedtools.lint.engine import for_sites
from feedtools.model import Article, Edit, Finding, Fix, Span
from feedtools.readers.markdown_syntax import Markdown, parse_markdown
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feedtools.lint.rules import Rule
    from feedtools.readers.markdown_math import MathStyle
    from feedtools.text.regions import Visible

    Run = Callable[[Sequence[Article]], list[Finding]]

Look = Literal["prose", "text", "nothing"]

LOOKS: dict[str, Look] = {
    "FT1": "prose",
    "FT105": "text",
    "FT2": "prose",
    "FT3": "prose",
    "FT401": "nothing",
    "FT402": "nothing",
    "FT403": "prose",
    "FT404": "nothing",
    "FT50": "text",
    "FT506": "nothing",
    "FT507": "nothing",
    "FT508": "prose",
    "FT509": "prose",
    "FT51": "prose",
    "FT511": "nothing",
    "FT513": "nothing",
    "FT515": "text",
}
"""By the beginning of a rule's code, the longest first: what it looks at in Markdown.

``nothing``: it is about what a renderer should have taken away, left out or cut off, which is no fault in what has
still to be rendered: there ``...`` and an icon are the author's. Rules that are not named look at the raw text.
"""
SURE = frozenset({"FT301", "FT302"})
"""Rules about what a renderer deletes: what is doubtful in a feed is the author's own spelling in Markdown."""
_TEX_MARKUP = lazy(r"\\[A-Za-z]{2,}|(?<=[A-Za-z0-9)\]])[_^]\{")
# French sets a space before these; between two spaces a sign is the subject of the sentence.
_SPACED_SIGN = lazy(r"[A-Za-zÀ-ÿ)\]\"»”'’]\s{1,9}[:;!?]|.\s{1,9}[?!:;*+|~]+\s", re.DOTALL)
_LOST_SIGN = lazy(r"\?[^\s\"'”’)\]*_]")  # a sign that an encoding had no place for: the sentence goes on behind it
_BETWEEN_WORDS = lazy(r"[^\s\d:;!?»«.,、。，：；！？].[^\s\d:;!?»«]")
_ENDING = lazy(r"(?<=[a-z]{4})(?:ing|ed|ers?|s)\Z")
_HAN = lazy("[\u3400-\u9fff]")
_ADDRESS = lazy(r"(?<![\w.-])[\w-]{1,60}(?:\.[\w-]{1,60}){1,6}/[!-~]{0,200}\Z")
"""An address without its beginning, which some renderers make a link of, up to the next blank."""
_SPOKEN = frozenset("啊吧呢嘛呀哦啦哈么吗唉")
"""Particles that end what is said aloud: two full stops behind one are a pause, as three are."""
_PARAGRAPH = lazy(r"\n[ \t\r>]*\n")
_LONGEST_WORD = 200
"""Code points of the longest prose that may be one word."""
_NEAR = 4000
"""Code points around a fix in which the ends of the paragraph that it stands in are looked for."""
_CUT = 500
"""Code points of a longer paragraph on each side of a fix that are read at least, and up to twice as many to a line."""


@cache
def look(rule: str) -> Look:
    """Tell what a rule looks at in Markdown."""
    for length in range(len(rule), 2, -1):
        if rule[:length] in LOOKS:
            return LOOKS[rule[:length]]
    return "text"


class Asked(NamedTuple):
    """Rules by what they look at."""

    text: list[Rule]
    prose: list[Rule]


def asked(rules: Iterable[Rule]) -> Asked:
    """Divide rules by what they look at in Markdown, without those that are not asked."""
    divided = Asked([], [])
    for rule in rules:
        seen = look(rule.id) if rule.trusted else "text"
        if seen != "nothing":
            (divided.prose if seen == "prose" else divided.text).append(for_sites(rule))
    return divided


def lint_prose(articles: Sequence[Article], rules: Sequence[Rule], run: Run) -> list[Finding]:
    """Check what a reader sees of some articles in Markdown.

    Args:
        articles: raw.
        rules: those that are asked.
        run: checks plain articles against them.

    Returns:
        Findings with spans and fixes in the raw texts; a fix that would change more than the text it means to change is
        taken off.
    """
    parsed = [Syntax(parse_markdown(article.text, style(article))) for article in articles]
    shown = [one.markdown.visible(prose_only=True) for one in parsed]
    plain = [Article(str(number), 1, visible.text) for number, visible in enumerate(shown)]
    levels = {rule.id: rule.level for rule in rules}
    findings = []
    for finding in run(plain):
        number = int(finding.article.source)
        if finding.rule in SURE and finding.level != levels.get(finding.rule, finding.level):
            continue
        carried = _carried(finding, articles[number], parsed[number], shown[number])
        if carried is not None:
            findings.append(carried)
    return findings


def without_shields(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the raw text, without those about a character that keeps Markdown from reading what follows it.

    A zero-width space before a fence, a number or an indent is meant. Other fixes that would change the parse are taken
    off.
    """
    kept = []
    for finding in findings:
        if finding.fix and not keeps_meaning(
            finding.article, finding.fix.edits, [one.text for one in finding.fix.edits]
        ):
            if finding.rule == "FT503":
                continue
            finding = finding._replace(fix=None)
        kept.append(finding)
    return kept


def style(article: Article) -> MathStyle:
    """Tell which delimiters hold formulas in an article."""
    return cast("MathStyle", article.syntax.partition("/")[2] or "auto")


def _carried(finding: Finding, article: Article, syntax: Syntax, visible: Visible) -> Finding | None:
    markdown = syntax.markdown
    if finding.rule == "FT201":  # no formula runs over a blank line
        low, high = finding.span
        blank = visible.text.find("\n\n", low, high)
        high = low + len(visible.text[low : high if blank < 0 else blank].rstrip())
        finding = finding._replace(span=Span(low, high))
    start, end = visible.raw(*finding.span)
    if finding.rule.startswith("FT10") and _is_label(markdown, start, end):
        return None
    if is_meant(finding, syntax, visible, article.source):
        return None
    fix = finding.fix and _carried_fix(finding.fix, article, markdown, visible)
    message = _spoken(finding.message, markdown) if finding.rule.startswith("FT2") else finding.message
    return finding._replace(article=article, span=Span(start, end), fix=fix, message=message)


def is_meant(finding: Finding, syntax: Syntax, visible: Visible, source: str) -> bool:
    """Tell whether what would be damage in a feed is the author's own doing in Markdown.

    Args:
        finding: in the visible text.
        syntax: of the raw text.
        visible: what the finding was made in.
        source: path of the file.
    """
    text, (start, end) = visible.text, finding.span
    if finding.rule == "FT210":
        return not (_TEX_MARKUP.search(text, start, end) or (syntax.has_math and "^" not in text[start:end]))
    if finding.rule == "FT303":
        return (
            text.startswith("(sic)", end + 1)
            or not visible.is_whole(start, end)
            or syntax.is_name(text[start:end], source)
        )
    if finding.rule == "FT508":
        marks = text[start:end]
        paused = marks == "。。" and (syntax.pauses > 1 or text[start - 1 : start] in _SPOKEN)
        return paused or (marks == "::" and _HAN.match(text, end) is not None)
    if finding.rule == "FT509":
        return _is_space_meant(visible, start, end)
    if finding.rule == "FT514":
        low, high = visible.raw(start, end)
        entity = syntax.markdown.text.startswith("&", low)
        return (
            entity
            or high - low > 1
            or text[start] == "\u3000"
            or not _BETWEEN_WORDS.fullmatch(text, max(0, start - 1), end + 1)
        )
    return False


def _is_space_meant(visible: Visible, start: int, end: int) -> bool:
    text = visible.text
    return (
        text.startswith("   ", start, end)  # aligned
        or not visible.is_whole(max(0, start - 1), end)
        or _SPACED_SIGN.match(text, max(0, start - 1)) is not None
        or _LOST_SIGN.match(text, end - 1) is not None
        or text.endswith("]]", 0, start)  # a picture, or a link whose end another program looks for
        or _ADDRESS.search(text, max(0, start - 300), start) is not None
    )


class Syntax:
    """Answers of the regions of a text that each finding needs, gathered once.

    Args:
        markdown: the text.
    """

    def __init__(self, markdown: Markdown) -> None:
        self.markdown = markdown

    @cached_property
    def has_math(self) -> bool:
        """Tell whether there is a formula."""
        return any(region.kind in {"math", "display"} for region in self.markdown.regions)

    @cached_property
    def pauses(self) -> int:
        """How often the author writes two full stops."""
        return self.markdown.text.count("。。")

    @cached_property
    def _named(self) -> tuple[str, dict[str, tuple[bool, int]]]:
        """All code and addresses; by word that stands alone, whether between marks, and how much code is before it."""
        text, code, length, alone = self.markdown.text, list[str](), 0, dict[str, tuple[bool, int]]()
        for one in self.markdown.regions:
            if one.kind in {"code", "code_block", "url", "target"}:
                code.append(text[one.start : one.end].casefold())
                length += len(code[-1]) + 1
            elif one.kind == "prose" and one.start and one.end - one.start <= _LONGEST_WORD:
                between = text[one.start - 1] in "*_" and text[one.end : one.end + 1] in {"*", "_"}
                alone.setdefault(text[one.start : one.end], (between, length))
        return "\0".join(code), alone

    def is_name(self, word: str, source: str) -> bool:
        """Tell whether a word is spelt so on purpose: it stands in code or addresses too, or by itself between marks.

        Args:
            word: as it is spelt in the text.
            source: path of the file.
        """
        stem = _ENDING.sub("", word.casefold())
        if stem in source.casefold():
            return True
        code, alone = self._named
        between, before = alone.get(word, (False, len(code)))
        return between or code.find(stem, 0, before) >= 0


def _is_label(markdown: Markdown, start: int, end: int) -> bool:
    """Tell whether what looks like a placeholder is a link, or the label of the link beside it."""
    text, regions = markdown.text, markdown.regions
    if text[start - 1 : start] == "[" and text[end : end + 1] == "]":  # a link of a wiki
        return True
    first = bisect_left(regions, start, key=lambda region: region.end)
    for at in range(first, len(regions)):  # a slice would copy all that follow, for every placeholder
        region = regions[at]
        if region.start > end + 1:
            break
        if region.kind == "target" and region.start <= end:
            return True
        if (
            region.kind == "mark"
            and region.start >= end
            and text[region.start : region.end].strip() in {"[", "[[", "<"}
        ):
            return not text[end : region.start].strip()
    return False


def _carried_fix(fix: Fix, article: Article, markdown: Markdown, visible: Visible) -> Fix | None:
    edits = []
    for edit in fix.edits:
        if not visible.is_whole(edit.start, edit.end):
            return None
        start, end = visible.raw(edit.start, edit.end)
        edits.append(Edit(start, end, _spoken(edit.text, markdown)))
    carried = Fix(tuple(edits), fix.safety)
    return carried if keeps_meaning(article, carried.edits, [edit.text for edit in fix.edits]) else None


def _spoken(text: str, markdown: Markdown) -> str:
    """New text in the delimiters that formulas have in this file."""
    if "\\" not in text or markdown.brackets:
        return text
    return text.replace("\\(", "$").replace("\\)", "$").replace("\\[", "$$").replace("\\]", "$$")


def keeps_meaning(article: Article, edits: Sequence[Edit], shown: Sequence[str]) -> bool:
    """Tell whether a text reads as before but for what some edits mean to change.

    The paragraphs around the edits are parsed before and after: what is hidden must be the same, and what is visible
    must have changed as the edits say.

    Args:
        article: the raw text.
        edits: in the raw text, apart from each other.
        shown: for each of them, the new text as a reader is to see it.
    """
    text = article.text
    first, last = min(edit.start for edit in edits), max(edit.end for edit in edits)
    low = max(0, first - _NEAR)
    start = max(
        (found.end() for found in _PARAGRAPH.finditer(text, low, first)), default=low and _line_start(text, first)
    )
    blank = _PARAGRAPH.search(text, last, last + _NEAR)
    end = blank.start() if blank else _line_end(text, last)
    moved = sorted(
        (Edit(edit.start - start, edit.end - start, edit.text), new) for edit, new in zip(edits, shown, strict=True)
    )
    return _reads_as_before(text[start:end], moved, style(article))


def _line_start(text: str, place: int) -> int:
    """The start of the line some way before a place, or of what may be of a line without an end."""
    low = max(0, place - 2 * _CUT)
    return max(low, text.rfind("\n", low, place - _CUT) + 1)


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place + _CUT, place + 2 * _CUT)
    return min(place + 2 * _CUT, len(text)) if end < 0 else end


def keeps_parse(article: Article, edits: Sequence[Edit]) -> bool:
    """Tell whether a whole text parses as before but for the text that some edits mean to change.

    Args:
        article: the raw text.
        edits: in the raw text, ascending and apart from each other; each was seen to keep the meaning by itself.
    """
    marks = any("$" in edit.text or "\\" in edit.text for edit in edits)  # of formulas: a reader does not see them
    moved = [(edit, edit.text) for edit in edits]
    return _reads_as_before(article.text, moved, style(article), hidden_only=marks)


def _reads_as_before(
    text: str, moved: Sequence[tuple[Edit, str]], math: MathStyle, *, hidden_only: bool = False
) -> bool:
    before = parse_markdown(text, math)
    after = parse_markdown(edited(text, [edit for edit, _ in moved]), math)
    if _hidden(before) != _hidden(after):
        return False
    visible = before.visible()
    expected: list[str] = []
    place = 0
    for edit, new in moved:
        low = bisect_left(visible.offsets, edit.start)
        expected += (visible.text[place:low], new)
        place = max(low, bisect_left(visible.offsets, edit.end))
    expected.append(visible.text[place:])
    return hidden_only or "".join(expected) == after.visible().text


def _hidden(markdown: Markdown) -> dict[str, str]:
    """By kind, what of a text is no running text and no formula."""
    parts: dict[str, list[str]] = {}
    for region in markdown.regions:
        if region.kind not in {"prose", "math", "display"}:
            parts.setdefault(region.kind, []).append(markdown.text[region.start : region.end])
    return {kind: "".join(some) for kind, some in parts.items()}
