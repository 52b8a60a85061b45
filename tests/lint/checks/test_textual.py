"""FT501 to FT514: characters that do not belong in running text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import residue, spacing, textual
from feedtools.lint.checks.base import Hit, View
from tests.pace import within

Check = Callable[..., Iterable[Hit]]
CHECKS: list[Check] = [
    textual.mojibake,
    textual.invisible,
    textual.control,
    textual.doubled_punctuation,
    spacing.spaced_punctuation,
    textual.halfwidth,
    textual.doubled_word,
    textual.odd_space,
    residue.html,
    residue.markdown,
]
names = {"argvalues": CHECKS, "ids": lambda check: check.__name__}


def fixed(check: Check, text: str, *, safe_only: bool = False) -> str:
    edits = [
        edit for hit in check(View(text), {}) if not safe_only or hit.safety in {"safe", None} for edit in hit.edits
    ]
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("check", "text", "after"),
    [
        (textual.invisible, "注意\u200b力", "注意力"),
        (textual.invisible, "a\u200bb\u00adc", "abc"),
        (textual.invisible, "一\ufeff\u200b二", "一二"),
        (textual.invisible, "می\u200cخواهم 👨\u200d👩", "می\u200cخواهم 👨\u200d👩"),
        (textual.invisible, "ไทย\u200bไทย", "ไทย\u200bไทย"),
        (textual.invisible, r"公式 \(a\u200b+b\)".replace(r"\u200b", "\u200b"), "公式 \\(a\u200b+b\\)"),
        (textual.control, "甲\x08乙", "甲乙"),
        (textual.control, "\\(\x0crac{1}{2} \x08eta\\)", "\\(\\frac{1}{2} \\beta\\)"),
        (textual.control, "\\(a\x01b\\)", "\\(a\x01b\\)"),
        (textual.control, "\x07pprox \x0barepsilon", "\\approx \\varepsilon"),
        (textual.doubled_punctuation, "甲，，乙,,丙。。", "甲，乙,丙。"),
        (textual.doubled_punctuation, "甲，。乙、，丙", "甲。乙，丙"),
        (textual.doubled_punctuation, "a,,b std::c 甲。。。", "a,,b std::c 甲。。。"),
        (spacing.spaced_punctuation, r"其中 \(x\)  ,它 ( \(y\) ) 。", r"其中 \(x\),它 (\(y\))。"),
        (spacing.spaced_punctuation, "甲 :乙 BERT 、丙 ok ?", "甲:乙 BERT、丙 ok ?"),
        (spacing.spaced_punctuation, "甲 :) 乙 :a x ? y : z", "甲 :) 乙 :a x ? y : z"),
        (textual.halfwidth, "甲,乙? 丙:3", "甲，乙？ 丙:3"),
        (textual.doubled_word, "我的的书 the the end 目的的", "我的书 the end 目的的"),
        (textual.doubled_word, "in the\nthe end of  of it", "in the end of it"),
        (textual.doubled_word, "for\n\nfor that\n\naim for\nFor it", "for\n\nfor that\n\naim for\nFor it"),
        (textual.odd_space, "甲\u00a0乙\u3000\u3000丙\u2028丁", "甲 乙 丙 丁"),
        (residue.html, "a &gt; b &amp;c &#x4e2d; R&D;", "a > b &c 中 R&D;"),
        (residue.html, r"\(a &lt; b\)", r"\(a &lt; b\)"),
    ],
)
def test_repairs(check: Check, text: str, after: str) -> None:
    assert fixed(check, text) == after


@pytest.mark.parametrize(
    ("check", "text", "spans"),
    [
        (textual.mojibake, "it isnâ€™t, cafÃ© å¥½ä½ ", ["â€™", "Ã©"]),
        (textual.mojibake, "锟斤拷 烫烫 屯屯屯屯", ["锟斤拷", "屯屯屯屯"]),
        (textual.mojibake, f"题 {'操作系统'.encode().decode('gbk', 'ignore')} 。", ["鎿嶄綔绯荤粺"]),
        (textual.mojibake, "数据".encode().decode("gbk"), ["数据".encode().decode("gbk")]),
        (textual.mojibake, "数".encode().decode("gbk", "ignore"), []),
        (textual.mojibake, "水浒人物与宋江、洹水、骞骞,Россия, СССР, таблица ─┬─ п. 5", []),
        (textual.mojibake, "погода".encode().decode("koi8-r"), ["погода".encode().decode("koi8-r")]),
        *(
            (textual.mojibake, f"例 {text.encode(was).decode(read)} 。", [text.encode(was).decode(read)])
            for text, was, read in (
                ("Погода на завтра", "koi8-r", "latin-1"),
                ("погода", "cp1251", "cp1252"),
                ("Погода", "koi8-r", "cp1251"),
                ("Погода", "cp1251", "koi8-r"),
                ("天气", "gbk", "latin-1"),
            )
        ),
        (textual.mojibake, "погода".encode().decode("cp1251"), ["погода".encode().decode("cp1251")]),
        (textual.mojibake, "погода".encode().decode("cp866"), ["погода".encode().decode("cp866")]),
        (textual.mojibake, "да".encode().decode("koi8-r"), []),
        (textual.mojibake, "São Tomé, Ærø, Îles, ça", []),
        (residue.html, '<a href="x">y</a> <div> <br> <!-- z -->', ['<a href="x">', "</a>", "<br>", "<!-- z -->"]),
        (residue.html, "a<b 且 c>d, List<String> x", []),
        (
            residue.markdown,
            "**粗** [a](https://b.c) ![](d.png) ```py",
            ["**粗**", "[a](https://b.c)", "![](d.png)", "```py"],
        ),
        (residue.markdown, r"宽 \* 高, (k\*3), \*\*粗\*\*", [r"\*", r"\*", r"\*\*", r"\*\*"]),
        (residue.markdown, r"max\_len 与 \_\_all\_\_ 和 C\#", [r"\_", r"\_\_", r"\_\_", r"\#"]),
        (residue.markdown, r"正则 k\*\w 与 [a\_b]*) 路径 C:\k\_m 公式 \(k\_m\) 或 \text{k\_m}", []),
        (residue.markdown, "[tex]k[/tex] [latex]k[/tex] $latex k$", ["[tex]k[/tex]", "$latex k$"]),
        (residue.markdown, "费用 $latex 与其他", []),
        (residue.html, r"\(\begin{matrix}k&amp;m\end{matrix}\) \(k &amp; m\)", ["&amp;"]),
        (residue.html, r"\(\begin{matrix}k&amp;m\)", []),
        (residue.markdown, "f(**k, **l) 2**3**4 [1](二) ~3~", []),
    ],
)
def test_finds(check: Check, text: str, spans: list[str]) -> None:
    found = [text[hit.start : hit.end] for hit in check(View(text), {})]
    assert found == spans or (spans and found[: len(spans)] == spans)


TRICKY = st.text(
    alphabet="甲的的，。,、;：: )）\\(\\)$ab1\u200b\u200d\ufeff\u00ad\u00a0\x08\x0c&lt;<b>*[]`'\"\ud800é€\u0641👩"
)


@pytest.mark.parametrize("check", **names)
@given(text=st.one_of(st.text(), TRICKY))
def test_hits_are_in_order_and_edits_inside_them(check: Check, text: str) -> None:
    last = 0
    for hit in check(View(text), {}):
        assert last <= hit.start < hit.end <= len(text)
        assert all(hit.start <= edit.start <= edit.end <= hit.end for edit in hit.edits)
        last = hit.end


@pytest.mark.parametrize("check", **names)
@given(text=TRICKY)
def test_formulas_keep_every_character(check: Check, text: str) -> None:
    """Only a command that an escape ate is written back inside a formula."""
    view = View(text)
    for hit in check(view, {}):
        for edit in hit.edits:
            inside = any(math.start <= edit.start and edit.end <= math.end for math in view.math)
            assert not inside or check is textual.control


@pytest.mark.parametrize("check", [textual.invisible, textual.doubled_punctuation, spacing.spaced_punctuation])
@given(text=TRICKY)
def test_safe_fixes_settle(check: Check, text: str) -> None:
    for _ in range(len(text) + 1):
        after = fixed(check, text, safe_only=True)
        if after == text:
            break
        assert len(after) < len(text)
        text = after
    assert fixed(check, text, safe_only=True) == text


@pytest.mark.parametrize("check", **names)
@pytest.mark.parametrize(
    "unit",
    [
        "\u200b",
        "甲 ,",
        "，，",
        "**",
        "[a](",
        "<a ",
        "&#1",
        "的的",
        "the ",
        "```",
        "â€",
        "$a$ ,",
        "\x08a",
        "~~a",
        "  ",
        r"a\_",
        r" \* a",
        "[tex]a",
        "$latex ",
    ],
)
def test_grows_linearly(check: Check, unit: str) -> None:
    text = unit * (50_000 // len(unit))
    assert within(1, lambda: list(check(View(text), {})))


# Each word that the pattern knows: what tells at a glance where one may begin must know its first letter, too.
WORDS = ("the", "of", "and", "for", "to", "in", "with", "from", "by", "are", "we")
PAIRS = """
就被 也是 因为 所以 但是 如果 由于 以及 并且 而且 通过 对于 关于 其中 可以 需要 这个 那个 它的
我们 他们 然后 因此 根据 使用 进行 已经 这些 那些
"""


@pytest.mark.parametrize("word", [*WORDS, *(word.upper() for word in WORDS), *PAIRS.split()])
def test_every_word_is_found_where_it_is_doubled(word: str) -> None:
    doubled = f"{word} {word}" if word.isascii() else word * 2
    text = f"x {doubled} y"
    assert [text[hit.start : hit.end] for hit in textual.doubled_word(View(text), {})] == [doubled]
