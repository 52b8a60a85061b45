"""Sentences that point at what a text feed does not carry (FT402, FT403)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feedtools.lint.checks.base import Hit, make
from feedtools.text.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feedtools.lint.checks.base import View

_NUMBER = r"\d{1,3}(?:[.\-–]\d{1,3}){0,2}"
# 图 and 表 begin many words that are no figure (图像, 图论, 表示, 表达); what follows decides.
_FIGURE = r"图(?![像片形论书纸案谱解画灵层神腾示式标文灵森])(?:表|中)?"
_TABLE = r"表(?![达示明现述征面演态情象层皮决扬单]|格式)(?:格|中)?"
_POINTER = lazy(
    rf"""
    (?=[\s一上下示左右如见由从在看比据参对根按图表流结架框效截曲折柱散热照界])(?:  # tells most places apart at a glance
    (?:[如见由从在看比据]|参见|参考|对于|根据|按照)?\s?
        (?:(?<![以之条一地])[上下]|[左右])面?的?(?:{_FIGURE}|{_TABLE})(?:所示)?
  | (?:[上下](?:面|方)|[左右][侧边])的?(?:这|那)?[个张幅]?(?:{_FIGURE}|{_TABLE})
  | (?<=[一-鿿])图如下(?:所示)?(?=[:：。,，])
  | (?:如|见|参见|参考|参照)\s?[图表]\s?(?:{_NUMBER})?\s?(?:\([a-z]\))?(?:\s?所示)?
        (?![像片形论表达示格书纸案谱解画层神明])
  | [由从在据]?\s?[图表]\s?{_NUMBER}
        (?:\s?[中里]|\s?所示|(?=\s?(?:可[以知见]|显示|展示|说明|给出|描[绘述]|列出|总结|比较|对比|表示|为|是)))
  | (?:示意图|流程图|结构图|架构图|框架图|效果图|截图|框图|曲线图|折线图|柱状图|散点图|热力图|图像|照片|界面)
        (?:分别)?(?:如下(?:所示)?)?(?=[:：]\s(?![\[\\]))
  | 一[个张幅](?:表格|图表|图|表)中?(?=[:：]\s(?![\[\\]))
  | 如下的?[^\s。,:;!?，：；！？]{{0,10}}?(?:图|表)(?:所示)?(?=[:：。])
    )""",
    re.VERBOSE,
)
_ENGLISH_POINTER = lazy(
    rf"""
    (?=(?i:[abcdfgipst]))(?:
    (?i:as\ shown\ in|as\ seen\ in|see|shown\ in|illustrated\ in)\s(?i:the\ )?
        (?:[Ff]ig(?:ure|\.)?|[Tt]able)\s?{_NUMBER}
  | (?i:(?:figure|table|diagram|image|picture|graph|chart)\s(?:above|below)|
        (?:above|following|below)\s(?:figure|diagram|image|picture|graph|chart))\b
    )""",
    re.VERBOSE,
)
# Every pointer holds one of these; looking around them only is many times as fast as trying the pattern everywhere, and
# one set of first characters lets the search skip all others.
_ANCHOR = lazy(
    r"[上下左右如见由从在据考照图表像面片](?:(?<=[上下左右])(?:[面方侧边]?的?(?:[这那][个张幅]?)?)?[图表]"
    r"|(?<=图)如下|(?<=[如见由从在据考照])\s?[图表]|(?<=[图表])\s?\d"
    r"|(?<=[图像面片])(?:如下|[:：])|(?<=表)格?中?[:：]|(?<=如)下[^\s。]{0,12}[图表])"
)
_ANNOUNCED_MEDIA = lazy(r"[像面片](?:如下|[:：])")
"""The only anchors without 图 or 表."""
_ENGLISH_ANCHOR = lazy(r"[FfTt](?:igures?|ig\.|ables?)|(?:below|above|following)\b")
_CODE_POINTER = lazy(r"(?:代码|命令)如下(?:所示)?(?=[:：]\s?[\u4e00-\u9fff])")
"""Code is announced and prose follows."""
_BEFORE, _AFTER = 24, 32
_MEDIA_AFTER = lazy(r"[^。]{0,20}?[\[【](?:图|表|代码|公式|[Ii]mage|[Tt]able)")
_WINDOW = 60


def dangling(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """References to a figure or table (如下图, 见表 2, the figure above), which plain text does not carry (FT402).

    A reference with a placeholder right behind it is the placeholder's finding, not this one's.
    """
    del options
    text = view.text
    if "图" in text or "表" in text or _ANNOUNCED_MEDIA.search(text):
        yield from _around(text, _ANCHOR, _POINTER)
    if "码如下" in text or "令如下" in text:
        for match in _CODE_POINTER.finditer(text):
            yield Hit(
                *match.span(), message=f"“{match[0]}” announces code that the feed does not carry; say what it does"
            )
    if "igure" in text or "Fig." in text or " below" in text or " above" in text or "Table " in text:
        yield from _around(text, _ENGLISH_ANCHOR, _ENGLISH_POINTER)


def _around(text: str, anchors: re.Pattern[str], pointer: re.Pattern[str]) -> Iterator[Hit]:
    done = 0
    for anchor in anchors.finditer(text):
        place = anchor.start()
        if place < done:
            continue
        match = pointer.search(text, max(done, place - _BEFORE), min(len(text), anchor.end() + _AFTER))
        if match is None or match.end() <= place or match.start() >= anchor.end():
            continue
        done = match.end()
        if _MEDIA_AFTER.match(text, done, done + _WINDOW):
            continue
        start, end = match.span()
        while text[start].isspace():
            start += 1
        while text[end - 1].isspace():
            end -= 1
        yield make(Hit, (start, end, "", (), None, None, None))


_ANNOUNCED = r"包括|包含|分为|步骤|(?:有以下|如下)[^\s。,:;]{0,8}|as follows|the following(?: \w+)?"
_FORMULA = "公式|定义|方程|表示|函数|写|得到|计算|更新|推导"
_SECTION = r"第[一二三四五六七八九十]+[章节](?![a-z点])|(?:总结|小结|结论|参考文献|参考资料)\s"
_LEAD_IN_END = lazy(rf"[:：](?=\s*(?:\Z|{_SECTION}|其中|式中))")
"""Every lead-in ends so; trying the pattern before such a colon only is many times as fast as trying it everywhere."""
_LEAD_IN_LONGEST = 50
_LEAD_IN = lazy(
    rf"(?:{_ANNOUNCED})[:：](?=\s*(?:\Z|{_SECTION}))"
    # A formula was announced and its letters are explained at once: "定义为: 其中 k 是".
    rf"|[^\s。,:;，：；]{{0,12}}(?:{_FORMULA})[^\s。,:;，：；]{{0,8}}[:：](?=\s+(?:其中|式中))"
)


def empty_lead_in(view: View, options: Mapping[str, Any]) -> Iterator[Hit]:
    """A sentence that announces a list, code or formula and is followed by a heading or by nothing (FT403)."""
    del options
    text, done = view.text, 0
    for colon in _LEAD_IN_END.finditer(text):
        for start in range(max(done, colon.start() - _LEAD_IN_LONGEST), colon.start()):
            match = _LEAD_IN.match(text, start)
            if match is not None and match.end() == colon.end():
                done = match.end()
                yield Hit(start, done)
                break
