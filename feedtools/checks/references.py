"""Sentences that point at what a text feed does not carry (FT402, FT403)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feedtools.checks.base import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.checks.base import View

_NUMBER = r"\d{1,3}(?:[.\-–]\d{1,3}){0,2}"
# 图 and 表 begin many words that are no figure (图像, 图论, 表示, 表达); what follows decides.
_FIGURE = r"图(?![像片形论书纸案谱解画灵层神腾示式标文灵森])(?:表|中)?"
_TABLE = r"表(?![达示明现述征面演态情象层皮决扬单格]|格[^:。,;!?\s中所]{0,1}式)(?:格|中)?"
_POINTER = re.compile(
    rf"""
    (?:[如见由从在看比据]|参见|参考|对于|根据|按照)?\s?
        (?:(?<![以之条])[上下]|[左右])面?的?(?:{_FIGURE}|{_TABLE})(?:所示)?
  | (?:如|见|参见|参考|参照)\s?[图表]\s?(?P<number>{_NUMBER})?\s?(?:\([a-z]\))?(?:\s?所示)?(?![像片形论表达示格])
  | 如下的?[^\s。,:;!?，：；！？]{{0,10}}?(?:图|表)(?:所示)?(?=[:：。])
  | (?i:as\ shown\ in|as\ seen\ in|see|shown\ in|illustrated\ in)\s(?i:the\ )?
        (?:[Ff]ig(?:ure|\.)?|[Tt]able)\s?(?P<english>{_NUMBER})
  | (?i:(?:figure|table|diagram|image|picture|graph|chart)\s(?:above|below)|
        (?:above|following|below)\s(?:figure|diagram|image|picture|graph|chart))\b
    """,
    re.VERBOSE,
)
_MEDIA_AFTER = re.compile(r"[^。]{0,20}?[\[【](?:图|表|代码|公式|[Ii]mage|[Tt]able)")
_WINDOW = 60


def dangling(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """References to a figure or table (如下图, 见表 2, the figure above), which plain text does not carry (FT402).

    A reference with a placeholder right behind it is the placeholder's finding, not this one's.
    """
    del options
    text = view.text
    for match in _POINTER.finditer(text):
        if _MEDIA_AFTER.match(text, match.end(), match.end() + _WINDOW):
            continue
        start = match.start()
        while text[start].isspace():
            start += 1
        end = match.end()
        while text[end - 1].isspace():
            end -= 1
        yield Hit(start, end)


_LEAD_IN = re.compile(
    r"(?:包括|包含|分为|步骤|(?:有以下|如下)[^\s。,:;]{0,8}|as follows|the following(?: \w+)?)[:：]"
    r"(?=\s*(?:\Z|第[一二三四五六七八九十]+[章节部]|(?:总结|小结|结论|参考文献|参考资料)\s))"
)


def empty_lead_in(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """A sentence that announces a list, code or formula and is followed by a heading or by nothing (FT403)."""
    del options
    for match in _LEAD_IN.finditer(view.text):
        yield Hit(match.start(), match.end())
