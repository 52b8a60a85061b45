"""The HTML report: what it says, how texts are compared, and that article text stays text."""

from __future__ import annotations

import ast
import base64
import hashlib
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedtools.model import KINDS as COPY_KINDS
from feedtools.model import Article, Block, Edit, Finding, Fix, Place, Span
from feedtools.report.page.data import About, Counts, Held, MadeFix, Point, Repair, RunReport, Tally, tally
from feedtools.report.page.diff import WINDOW, compare
from feedtools.report.page.html import ACTIONS
from feedtools.report.page.made import PER_RULE
from feedtools.report.page.marks import FormulaMarks, plain
from feedtools.report.page.mathml import mathml
from feedtools.report.page.todo import REPAIRS
from feedtools.report.page.words import words
from feedtools.restore import KINDS
from tests.report_values import CUT, KEPT, hostile, large, page, pair, sample

# --- what the page says -------------------------------------------------------------------------------------------


def test_account_is_shown_and_checked() -> None:
    text = page(sample())
    assert "6 articles: 4 kept, 1 dropped, 1 held" in text
    assert "does not add up" not in text
    wrong = sample()._replace(counts=Counts(articles=5, kept=3, dropped=1))
    assert "does not add up" in page(wrong)


def test_every_section_is_there_and_empty_ones_are_not() -> None:
    text = page(sample())
    for part in ("id=todo", "id=done", "id=copies", "id=remains", "FT102", "feed/2.txt:7:26", "cut here:"):
        assert part in text
    order = [text.index(f"<section id={name}>") for name in ("todo", "done", "copies", "remains")]
    assert order == sorted(order)
    bare = page(RunReport("Nothing", Counts()))
    assert "id=copies" not in bare
    assert "Nothing is to do." in bare
    assert "id=trend" not in text
    points = [Point("Monday", Counts(held=3)), Point("Tuesday", Counts(held=1))]
    assert "id=trend" in page(sample()._replace(trend=points))
    assert "id=trend" not in page(sample()._replace(trend=points[:1]))


def test_what_is_held_is_shown_whole_with_its_errors_marked_and_what_releases_it() -> None:
    words = "我们用 modelfree 的方法训练,还有一段很长的话,说的是怎样把学习率慢慢降下来,直到损失不再变化为止。"
    article = Article("feed/a.txt", 4, words)
    fix = Fix((Edit(4, 13, "model-free"),), "unsafe")
    wrong = Finding("FT301", "joined-identifier", "error", "high", article, Span(4, 13), "lost its hyphen", fix)
    note = wrong._replace(rule="FT402", level="note", span=Span(20, 24), fix=None)
    held = Held(article, ["FT301 joined-identifier: lost its hyphen"], [wrong, note], words, "held/a.txt.jsonl")
    text = page(RunReport("x", Counts(1, 1, 0, 0, 1), held=[held]))
    assert ">modelfree</mark><ins>model-free</ins> 的方法训练" in text
    assert text.count("<mark") == 1, "only what holds the article is marked"
    assert "直到损失不再变化为止。" in text
    assert "accept <ins>model-free</ins>, or allow it" in text
    assert "held/a.txt.jsonl" in text
    assert "data-do=publish" in text
    assert "feedtools publish OUT --decisions feedtools-decisions-report.jsonl" in text
    assert "data-do=publish" not in page(RunReport("x", Counts(1, 1, 0, 0, 1), held=[held._replace(raw=None)]))


def test_what_was_done_to_a_held_article_is_no_reason_to_hold_it() -> None:
    article = Article("a.txt", 4, "我们用 [Math] 的方法训练。")
    holds = Finding("FT101", "math-placeholder", "error", "high", article, Span(4, 10), "a formula was lost")
    left = holds._replace(rule="FT210", name="bare-math", level="warning", span=Span(12, 14))
    held = Held(article, ["FT101 math-placeholder: a formula was lost"], [holds, left], done=["FT210 fixed"])
    for lang, also in (("en", "also fixed"), ("zh", "另外已修正")):
        text = page(RunReport("x", Counts(1, 1, held=1), held=[held], lang=lang))
        assert f"<p class='hint also'>{also}: FT210</p>" in text
        assert 'data-r="FT101"' in text, "a rule that was fixed is none of those that hold it"
    assert "also fixed" not in page(RunReport("x", Counts(1, 1, held=1), held=[held._replace(done=())]))


def held_for(rule: str) -> Held:
    article = Article("a.txt", 4, "我们用 [Math] 的方法训练。")
    fix = Fix((Edit(4, 10, "x"),), "unsafe")
    wrong = Finding(rule, "a-name", "error", "high", article, Span(4, 10), "a formula was lost", fix)
    return Held(article, [f"{rule} a-name: a formula was lost"], [wrong], article.text)


@pytest.mark.parametrize(
    ("lang", "labels"),
    [("en", ("Allow [Math] everywhere", "Take x everywhere")), ("zh", ("一律允许 [Math]", "一律改成 x"))],
)
def test_a_choice_about_words_says_that_it_holds_everywhere(lang: str, labels: tuple[str, str]) -> None:
    text = page(RunReport("x", Counts(1, 1, held=1), held=[held_for("FT101")], lang=lang))
    for label in labels:
        assert f">{label}</button>" in text


def test_a_chinese_page_says_in_chinese_what_a_rule_finds_and_marks_english_messages() -> None:
    held = held_for("XY101")
    finds = {"XY101": "公式丢了,只剩 `[Math]`"}
    report = RunReport(
        "x", Counts(1, 1, held=1, remaining=1), held=[held], findings=held.findings, lang="zh", finds=finds
    )
    text = page(report)
    said = "公式丢了,只剩 [Math] <span class=hint lang=en>a formula was lost</span>"
    assert f"<p>{said}" in text
    assert f"<li>XY101 a-name: {said}" in text  # the name of the rule first, as in English
    assert "公式丢了" not in page(report._replace(lang="en"))
    assert "<p>a formula was lost</p>" in page(report._replace(finds={}))


def test_every_rule_says_in_chinese_what_it_finds() -> None:
    from feedtools.lint.rules import builtin

    assert [rule.id for rule in builtin() if not re.search(r"[\u4e00-\u9fff]", rule.summary_zh)] == []


def test_names_for_those_who_cannot_see_are_in_the_language_of_the_page() -> None:
    chinese = page(sample()._replace(lang="zh"))
    names = set(re.findall(r'aria-label="([^"]*)"', chinese)) | set(re.findall(r"aria-label='([^']*)'", chinese))
    assert len(names) > 8
    assert [name for name in sorted(names) if not re.search(r"[\u4e00-\u9fff]", name)] == []
    titles = re.findall(r"<title>([^<]*)</title>", chinese)[1:]
    assert titles
    assert [one for one in titles if re.search("error|warning|note|nothing", one.split(":", 1)[1])] == []


def test_a_word_by_itself_reads_otherwise_in_chinese_than_behind_a_number() -> None:
    chinese = page(sample()._replace(lang="zh"))
    assert "<h4>副本</h4>" in chinese
    assert "<h4>个副本" not in chinese
    assert ">篇文章<" not in re.sub(r"<b>[\d,]+</b>篇文章", "", chinese)


def test_suggestions_in_what_is_published_are_said_where_nothing_else_is_to_do() -> None:
    assert "Nothing is to do." in page(RunReport("x", Counts(1, 1, 1)))
    text = page(RunReport("x", Counts(1, 1, 1, offered=16)))
    assert "Nothing is to do." not in text
    assert "16 suggestions are offered in what is published: see <a href=#remains>What remains</a>" in text


def fixes(by: str, count: int) -> list[MadeFix]:
    place = Place("feed/a.txt", 4)
    return [MadeFix(place, "前面的 、后面", Edit(3, 4, ""), by, "safe", "high", "a-name") for _ in range(count)]


def test_fixes_are_listed_by_rule_the_most_frequent_first() -> None:
    cut = MadeFix(Place("feed/b.txt", 9), "式子 \\(k+", Edit(2, 7, ""), "cut before a formula", "safe")
    made = {"FT301": 2, "cut before a formula": 1, "FT509": 70}
    some = [*fixes("FT301", 2), cut, *fixes("FT509", PER_RULE)]
    text = page(RunReport("x", Counts(1, 3, 3, fixes=73), fixes=some, made=made))
    heads = re.findall(r"<details class=fixes><summary><b>([^<]*)</b> ([\w-]*) <span class=hint>([^<]*)<", text)
    assert heads == [
        ("FT509", "a-name", f"70 fixes, the first {PER_RULE} are shown; the manifest has them all"),
        ("FT301", "a-name", "2 fixes"),
        ("cut before a formula", "", "1 fix"),
    ]
    assert "<span class=place>feed/a.txt:4</span> <span class=hint>confidence high · safe fix</span>" in text
    assert "前面的<del> </del>、后面" in text
    assert text.count('class="item fix ') == PER_RULE + 3
    chinese = page(RunReport("x", Counts(1, 3, 3, fixes=73), fixes=some, made=made, lang="zh"))
    for word in ("已做的修正", "70 处修正", "置信度 高", "可靠的修正"):
        assert word in chinese
    assert "class=fixes" not in page(RunReport("x", Counts(1, 3, 3)))


def test_the_kind_of_a_copy_that_is_tied_to_another_one_names_it() -> None:
    group = pair(KEPT, CUT)
    tied = group._replace(others=[group.others[0]._replace(to=Place("feed/7.txt", 2))])
    assert "relation to <span class=place>feed/7.txt:2</span>" in page(RunReport("x", Counts(), clusters=[tied]))
    assert "relation to" not in page(RunReport("x", Counts(), clusters=[group]))


def test_a_dropped_copy_with_text_of_its_own_is_to_be_looked_at() -> None:
    own = "另外还要提醒读者注意这里的学习率是按步数衰减的。"
    group = pair(KEPT, KEPT + own)
    assert "Dropped with text of their own" in page(RunReport("x", Counts(), clusters=[group]))
    assert "Dropped with text of their own" not in page(RunReport("x", Counts(), clusters=[pair(KEPT, KEPT[:-20])]))


def test_the_interface_is_translated_and_articles_are_not() -> None:
    chinese = page(sample()._replace(lang="zh"))
    assert "<html lang=zh>" in chinese
    for word in ("待办", "做了什么", "重复", "还剩什么", "6 篇文章"):
        assert word in chinese
    assert "To do" not in re.sub(r"<script>.*?</script>", "", chinese, flags=re.DOTALL)


def test_the_page_says_what_run_it_tells_of() -> None:
    about = About("our feed", "feedtools clean feed", [("hold", "error")])
    text = page(sample()._replace(about=about))
    assert "<h1>our feed</h1>" in text
    assert "<code>feedtools clean feed</code>" in text
    assert "<dt>hold<dd>error" in text


def test_shown_part_is_said() -> None:
    counts = Counts(findings=20_000, remaining=12_345, clusters=7)
    article = Article("a.txt", 4, "文字" * 9)
    findings = [Finding("FT401", "truncated", "note", "high", article, Span(0, 2), "cut")] * 1500
    text = page(RunReport("x", counts, findings=findings))
    assert "12,345 findings, the first 1,000 are shown" in text
    assert text.count("data-r=") == 1000


def test_policy_allows_this_script_and_style_alone() -> None:
    text = page(sample())
    policy = re.search(r'Content-Security-Policy content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none';")
    for tag in ("script", "style"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]


def test_page_loads_nothing() -> None:
    text = page(sample())
    assert not re.search(
        r"(?:https?:|//|url\(|@import|\ssrc=|\shref=(?!\"?#))",
        re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL),
    )


def test_hostile_text_is_escaped_everywhere() -> None:
    text = page(hostile())
    assert text.encode("utf-8")
    assert text.count("<script") == 1
    outside = re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.DOTALL)
    tags = Tags()
    tags.feed(re.sub(r"<template.*?</template>", "", outside))
    assert tags.unknown == []
    assert not [name for name, value in tags.links if value is None or not value.startswith("#")]


KNOWN_TAGS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "script", "svg", "g"}
    | {"rect", "details", "summary", "span", "p", "h1", "h2", "h3", "h4", "div", "a", "ul", "li", "dl", "dt", "dd"}
    | {"table", "tr", "th", "td", "b", "i", "code", "kbd", "input", "select", "option", "button", "var"}
    | {"ins", "del", "mark", "nav", "time"}
)
ODD = [*"<>&\"'=/ax \n\\(){}$-", "\ud800", "\u202e", "\x00", "字", "😀"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.unknown: list[str] = []
        self.links: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in KNOWN_TAGS or any(
            name.startswith("on") or name in {"src", "style", "srcdoc"} for name, _ in attrs
        ):
            self.unknown.append(tag)
        self.links += [(name, value) for name, value in attrs if name in {"href", "xlink:href", "action", "formaction"}]


@given(st.text(st.sampled_from(ODD), min_size=1, max_size=60))
@example("</p><p onclick=x>")
@example("--><!-- <![CDATA[ ]]> <?x ?>")
def test_any_text_in_any_field_is_text(text: str) -> None:
    article = Article(text, 1, text)
    finding = Finding("FT1", text, "note", "low", article, Span(0, 1), text, Fix((Edit(0, 1, text),), "safe"))
    repair = Repair(Place(text, 1), text, Edit(0, 1, text), text, "display", Place(text, 1), 0.5, text)
    tallies, rules = tally([finding], {text: 1})
    clusters = [pair("x" + text, text + "y", path=text)]
    held = [Held(article, (text,), [finding], text, text)]
    about = About(text, text, [(text, text)])
    whole = page(RunReport(text, Counts(), tallies, rules, [finding], clusters, held, [repair], [text], text, about))
    whole.encode("utf-8")
    tags = Tags()
    tags.feed(re.sub(r"<template.*?</template>", "", whole))
    assert tags.unknown == []
    assert whole.count("<script") == 1


def test_tally_counts_by_file_and_orders_rules_by_level() -> None:
    article = Article("b.txt", 1, "x" * 9)
    note = Finding("FT401", "truncated", "note", "high", article, Span(0, 1), "")
    error = note._replace(rule="FT201", name="unclosed-math", level="error")
    tallies, rules = tally([note, note, error], {"a.txt": 2, "b.txt": 1})
    empty, full = Tally("a.txt", 2, {}), Tally("b.txt", 1, {"FT401 note": 2, "FT201 error": 1})
    assert tallies == [empty, full]
    assert [rule.rule for rule in rules] == ["FT201", "FT401"]


def test_a_rule_of_several_levels_counts_as_what_each_finding_is() -> None:
    article = Article("a.txt", 1, "x" * 9)
    doubtful = Finding("FT301", "joined-identifier", "note", "low", article, Span(0, 1), "")
    (counted,), (rule,) = tally([doubtful, doubtful._replace(level="error"), doubtful], {"a.txt": 1})
    assert counted.levels == {"note": 2, "error": 1}
    assert rule.level == "error"


def test_every_word_of_the_interface_is_translated() -> None:
    wanted = {*REPAIRS.values(), *COPY_KINDS, *ACTIONS}
    for path in Path(words.__code__.co_filename).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            given = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
            if call.func.id == "say" and given[0]:
                wanted.add(str(given[0]))
            elif call.func.id == "number" and given[1]:
                wanted.add(str(given[3] if len(given) > 3 else f"{given[1]}s"))
            elif call.func.id == "part":
                wanted.add(str(given[5] if len(given) > 5 else f"{given[2]}s"))
    assert set(KINDS) | {"extension"} == REPAIRS.keys()
    say = words("zh")
    assert len(wanted) > 60
    assert [one for one in sorted(wanted) if say(one) == one] == []


# --- comparing ----------------------------------------------------------------------------------------------------


def changes(left: str, right: str) -> list[tuple[str, str, str]]:
    return [tuple(piece) for piece in compare(left, right).pieces if piece.change != "same"]


def test_renderings_and_cut_are_told_apart() -> None:
    assert changes(KEPT, CUT) == [
        (r"\(x_i\)", "x_i", "rendered"),
        ("model-free", "modelfree", "rendered"),
        (r"\[L=\sum_i (y_i-\hat y_i)^2\]", "[公式]", "rendered"),
        (r"\(y_i\)", "y_i", "rendered"),
        ("取平均,再更新一次参数。", "...", "cut"),
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("甲乙丙丁戊己庚辛", "甲乙丙丁戊己庚辛", []),
        ("甲乙丙丁戊己庚辛", "甲乙丙丁壬己庚辛", [("戊", "壬", "changed")]),
        ("甲乙丙丁戊己庚辛", "甲乙丙丁...", [("戊己庚辛", "...", "cut")]),
        ("甲乙丙丁戊...", "甲乙丙...", [("丁戊...", "...", "cut")]),
        ("甲乙丙...", "甲乙丙丁戊己...", [("...", "丁戊己...", "added")]),
        ("甲乙丙丁戊...", "甲乙丙丁戊", [("...", "", "rendered")]),
        ("开头在此。甲乙丙丁戊己", "甲乙丙丁戊己", [("开头在此。", "", "lost")]),
        ("甲乙丙丁戊己", "开头在此。甲乙丙丁戊己", [("", "开头在此。", "added")]),
    ],
)
def test_kinds_of_change(left: str, right: str, expected: list[tuple[str, str, str]]) -> None:
    assert changes(left, right) == expected


def test_long_texts_are_compared_where_they_overlap() -> None:
    long = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(9000))
    diff = compare(long, long[6000:6400], [Block(0, 400, 6000, 6400)])
    assert diff.left_outside[0] == 6000
    assert any(piece.change == "same" and len(piece.left) > 350 for piece in diff.pieces)


PARTS = st.lists(
    st.sampled_from([r"\(x\)", r"\[y^2", "[Math]", "...", " ", "a-b", "ab", "字", "的", "\ud800", "$"]), max_size=40
)


@given(PARTS, PARTS)
@example(["..."], [])
def test_pieces_give_both_texts_back(left: list[str], right: list[str]) -> None:
    a, b = "".join(left), "".join(right)
    pieces = compare(a, b).pieces
    assert "".join(piece.left for piece in pieces) == a
    assert "".join(piece.right for piece in pieces) == b
    assert all(piece.left == piece.right for piece in pieces if piece.change == "same")


# --- formulas -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (r"\(x_i\)", "<msub><mi>x</mi><mi>i</mi></msub>"),
        (r"\[\frac{a}{b}\]", '<math display="block"><mfrac>'),
        (r"$x<y$", "<mo>&lt;</mo>"),
        (r"\(\mathop{min}\limits_{x}\)", "<mo>min</mo>"),
        (r"\[\begin{aligned}a&=b\end{aligned}\]", "<mtable"),
        (r"\(\text{中文}\)", "<mtext>中文</mtext>"),
    ],
)
def test_formulas_become_mathml(source: str, part: str) -> None:
    pytest.importorskip("latex2mathml")
    markup = mathml(source)
    assert markup is not None
    assert part in markup


@pytest.mark.parametrize(
    "source", [r"\(\frac{\)", r"\(\nosuchcommand{x}\)", r"\(\)", "", "$" + "{" * 1000 + "$", "$" + "x" * 9999 + "$"]
)
def test_what_cannot_be_shown_falls_back(source: str) -> None:
    assert mathml(source) is None


def test_without_the_converter_the_source_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml.converter", None)
    mathml.cache_clear()
    try:
        assert mathml(r"\(q_7\)") is None
        assert FormulaMarks().mark(r"\(q_7\)") == r"\(q_7\)"
    finally:
        mathml.cache_clear()


ALLOWED = re.compile(
    r"</?(?:math|m[a-z]+|none)(?: (?:display|accent|accentunder|columnalign|columnlines|rowlines|columnspacing"
    r"|rowspacing|displaystyle|fence|form|largeop|linethickness|lspace|rspace|maxsize|minsize|mathvariant|movablelimits|notation"
    r'|separator|stretchy|width)="[-\w. ]*")*>'
)


TEX = [*"\\{}()[]^_&<>\"'=ax1 ", r"\href", r"\text", r"\frac", r"\style", r"\class", "\ud800"]


@given(st.lists(st.sampled_from(TEX), max_size=40).map("".join))
@example(r"\href{javascript:alert(1)}{x}")
@example('\\style{x" onclick="y}{z}')
def test_mathml_is_harmless_or_absent(tex: str) -> None:
    markup = mathml(f"\\({tex}\\)")
    if markup is not None:
        assert not re.search(r"[<>]", ALLOWED.sub("", markup))


def test_formulas_beyond_the_limit_stay_source() -> None:
    pytest.importorskip("latex2mathml")
    formulas = FormulaMarks(limit=60)
    assert formulas.mark(r"\(x\)") == r"<var data-m=0>\(x\)</var>"
    assert formulas.mark(r"\(x_1^2+\frac{y}{z}\)") == r"\(x_1^2+\frac{y}{z}\)"
    assert formulas.mark(r"\(x\)") == r"<var data-m=0>\(x\)</var>"
    assert len(list(formulas.templates())) == 1


@pytest.mark.slow
def test_page_stays_small_with_all_that_it_shows_at_its_limit() -> None:
    made = large(1000)
    texts = [group.keep.text for group in made.clusters]
    report = made._replace(
        clusters=[pair(text, *(f"{number}{text[number:]}" for number in range(10))) for text in texts],
        held=[
            Held(
                Article(f"0000/{number:07}.txt", 9, text),
                ("FT101 math-placeholder", "FT201 unclosed-math"),
                [
                    Finding("FT201", "unclosed-math", "error", "high", Article("a.txt", 1, text), Span(at, at + 9), "")
                    for at in range(0, 200, 40)
                ],
                text,
            )
            for number, text in enumerate(texts)
        ],
        repairs=[
            Repair(Place("a.txt", 1), text, Edit(99, 99, text[:80]), "tail", "safe", Place("b.txt", 2), 0.9, "agrees")
            for text in texts
        ],
        findings=[
            Finding(
                "FT201", "unclosed-math", "error", "high", Article("a.txt", 1, text), Span(200, 260), "cut inside it"
            )
            for text in texts
        ],
        fixes=[
            MadeFix(Place("0000/1.txt", 9), text[:200], Edit(60, 140, text[200:280]), f"FT{n:03}", "unsafe", "high")
            for n in range(60)
            for text in texts[:PER_RULE]
        ],
        made={f"FT{n:03}": 9000 for n in range(60)},
    )
    assert len(page(report).encode()) < 5_000_000


def test_line_ends_of_windows_are_line_ends_and_no_difference() -> None:
    assert plain("甲\r\n乙") == "甲\n乙"
    assert "x0d" in plain("甲\r乙")
    text = "头一行说的是天气,第二行说的是收成。\n第三行什么也没有说。"
    assert {piece.change for piece in compare(text.replace("\n", "\r\n"), text).pieces} == {"same"}
    assert compare("一\r\n" * 2000, "一").left_outside == (0, 6000 - WINDOW)


@given(st.text(st.characters(), max_size=50))
def test_plain_text_is_inert_and_encodable(text: str) -> None:
    shown = plain(text)
    shown.encode("utf-8")
    rest = shown.replace("<span class=odd>", "").replace("</span>", "")
    assert not set("<>\"'") & set(rest)


@pytest.mark.slow
def test_page_stays_small_when_every_cluster_is_crowded() -> None:
    crowded = [
        pair(group.keep.text, *(f"{copy.text}{number}" for number in range(12) for copy in group.others))
        for group in large(400).clusters
    ]
    text = page(RunReport("x", Counts(clusters=400), clusters=crowded))
    assert len(text.encode()) < 5_000_000
    assert text.count("<summary><span class=top>") == 400
    assert "the page is full" in text
