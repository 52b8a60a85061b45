"""Rules in Markdown: which are asked, where they look, and which fixes stay."""

import pytest

from feedtools.config import from_options
from feedtools.lint.engine import lint
from feedtools.lint.markdown import LOOKS, keeps_meaning, look
from feedtools.lint.selection import active_rules
from feedtools.model import Article, Edit


def _findings(text, syntax="markdown", **options):
    article = Article("a.md", 1, text, syntax=syntax)
    return lint([article], active_rules(from_options(options))).findings


def _found(text, **options):
    return [(one.rule, text[one.span.start : one.span.end]) for one in _findings(text, **options)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# 甲\n\n**注意** 和空格 ,这里。\n", [("FT509", " ,")]),
        ("# 甲\n\n看到第二章 ?再说一遍。\n", []),
        ("# 甲\n\n看到第二章 ？再说一遍。\n", [("FT509", " ？")]),
        ("# 甲\n\n看到第二章 ，再说一遍。\n", [("FT509", " ，")]),
        ("按[这里](u) 。\n", []),
        ("如 `a` 。\n", []),
        ("图 ![](a.png) ，与 ![](b.png)，。\n", []),
        ("结果**很好**。。\n", [("FT508", "。。")]),
        ("`。。`\n\n    。。\n", []),
        ("我们试试看吧。。然后再说。\n", []),  # a pause, as people type it
        ("结果很好。。\n\n后来又停了。。\n", []),
        ("后面::代表所有的列\n", []),
        ("后面的:: 所有的列\n", [("FT508", "::")]),
        ("网址 https://a.example/x ，如上。\n", []),
        ("[图片]在此\n", [("FT104", "[图片]")]),
        ("[图片](a.png)与![图片](b.png)与[图片][r]\n\n[r]: /u\n", []),
        ("[video] [甲](u)\n", []),
        ("[video] <https://a.example/v>\n", []),
        ("[[图片]] 与 [图片] 在此\n", [("FT104", "[图片]")]),
        ("写 <code>a ,, the the \\(x</code> 与 <kbd>[Math]</kbd>\n", []),
        ("写 <code>a\n\n甲，，乙\n", [("FT508", "，，")]),
        ("{{< katex >}}x_{1}{{< /katex >}} 与 {% math %}y_{2}{% endmath %}\n", []),
        ("{{< katex >}}记号 h_{t} 为\n", [("FT210", "h_{t}")]),
        ("![[图.png]] ，与 [[页]] 。\n", []),
        ("仓库 code.example/a/b ，文档 。\n", [("FT509", " 。")]),
        ("甲\n\n```{math}\n:label: a_{1\n\ny^{2} = x_{1\n```\n", [("FT203", "{1")]),
        (":::{code-block} c\na ,, the the\n\n甲，，乙 x_{1}\n:::\n", []),
        ("如下：\n\n$$\nx_{1} = 2\n\n乙 $y$。\n", [("FT201", "$$\nx_{1} = 2")]),
        (
            "记 ![甲][E 1]、![e  1] 与 ![图][f]。\n\n[e 1]: <https://a.codecogs.com/svg.latex?x^2>\n[f]: a.png\n",
            [("FT105", "![甲][E 1]"), ("FT105", "![e  1]")],
        ),
        ("公式 $x_{1$ 与 $y^{2}$\n", [("FT203", "{1")]),
        ("见文献 \\[1\\] 与 \\(甲\\)\n", []),
        ("公式 \\(x_{1}\\) 与 \\(y_{2\n", [("FT201", "\\(y_{2")]),
        ("记 $\\mbox{甲}$ 与 $T_\\vec u$\n", []),  # MathJax knows both
        ("$$\\DeclareMathOperator*{\\best}{best}\\newcommand{\\pair}[2][a]{#1#2}$$\n\n$\\best_x \\pair{b}$\n", []),
        ("$\\let\\vect=\\mathbf \\vect{x}$ 与 $\\vect y$\n", []),
        (
            "$\\let\\vect=\\frac \\vect{x}$ 与 $\\DeclareMathOperator{\\best}$\n",
            [("FT203", "\\vect{x}"), ("FT203", "\\DeclareMathOperator")],
        ),
        ("记号 h\\_{t} 为状态\n", [("FT210", "h\\_{t}")]),
        ("容量是 2^n 个\n", []),
        ("the 19^th^ day\n", []),
        ("等了很久...", []),
        ("💡 提示\n", []),
        ("1. 甲\n1. 乙\n\n<b>丙</b>\n", []),
        ("写成 illness 与 tightrope\n", []),
        ("甲&nbsp;乙\n", []),
        ("\u200b```py\nx\n\u200b```\n", []),
        ("甲\u200b乙\n", [("FT503", "\u200b")]),
        ("\ufffd `\ufffd`\n", [("FT502", "\ufffd"), ("FT502", "\ufffd")]),
    ],
)
def test_findings_in_markdown(text, found):
    assert _found(text) == found


def test_plain_text_is_asked_as_before():
    assert [one.rule for one in _findings("等了很久...", syntax="")] == ["FT401"]


def test_places_and_fixes_are_those_of_the_raw_text():
    text = "> **甲**：&lt;乙&gt; 的 的结果 ,丙\n"
    [finding] = _findings(text, select=["FT509"])
    assert text[finding.span.start : finding.span.end] == " ,"
    assert [text[edit.start : edit.end] for edit in finding.fix.edits] == [" "]


def test_a_fix_speaks_the_delimiters_of_the_file():
    text = "记 $a_{1}$ 与 b_{2} 的和\n"
    [finding] = _findings(text, select=["FT210"])
    for edit in reversed(finding.fix.edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == "记 $a_{1}$ 与 $b_{2}$ 的和\n"


def test_a_style_of_formulas_can_be_given():
    text = "价格 $甲}$ 元\n"
    assert _findings(text, select=["FT203"]) == []
    assert _findings(text, syntax="markdown/none", select=["FT203"]) == []
    assert [one.rule for one in _findings(text, syntax="markdown/dollar", select=["FT203"])] == ["FT203"]


@pytest.mark.parametrize(
    ("text", "old", "new", "keeps"),
    [
        ("甲 ，乙", " ，", "，", True),
        ("甲 **乙** 。。", "。。", "。", True),
        ("\u200b- 甲", "\u200b", "", False),
        ("\u200b    甲", "\u200b", "", False),
        ("*甲 乙*", " 乙", "* 乙", False),
        ("[甲](b c)", "b", "", False),
        ("`a`b`", "b", "", False),
    ],
)
def test_a_fix_that_changes_more_than_its_text_is_seen(text, old, new, keeps):
    start = text.index(old)
    edit = Edit(start, start + len(old), new)
    assert keeps_meaning(Article("a", 1, text), [edit], [new]) is keeps


def test_the_longest_beginning_of_a_code_decides():
    assert look("FT401") == "nothing"
    assert look("FT404") == "nothing"
    assert look("FT201") == "prose"
    assert look("FT502") == "text"
    assert look("FT508") == "prose"
    assert look("XY123") == "text"
    assert set(LOOKS.values()) == {"prose", "text", "nothing"}
