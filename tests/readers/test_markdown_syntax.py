"""Regions of Markdown: exact offsets, and what markdown-it itself says of the text."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from feedtools.readers import markdown_inline
from feedtools.readers.markdown_math import MathScanner
from feedtools.readers.markdown_syntax import parse_markdown
from tests.pace import within


def _parts(text, **options):
    return [(one.kind, text[one.start : one.end]) for one in parse_markdown(text, **options).regions]


def _kinds(text, kind, **options):
    return [part for found, part in _parts(text, **options) if found == kind]


PIECES = [
    "a", "b c", "文字", "，", " ", "  ", "\n", "\n\n", "\r\n", "\t", "*", "**", "_", "__", "~~", "`",
    "``", "```", "\n```\n", "\n~~~\n", "\\", "\\*", "\\(", "\\)", "\\[", "\\]", "\\\\", "[", "]",
    "](x)", "][r]", "![", "\n[r]: /u\n", "[^1]", "\n[^1]: ", "<b>", "</b>", "<!--", "-->",
    "<http://a.b>", "http://a.b/c_d", "www.a.b", "\n# ", " #\n", "\n- ", "\n1. ", "\n> ", "> ",
    "\n    ", "\n---\n", "\n===\n", "\n| a | b |\n|---|---|\n| ", " | ", "\\|", "&amp;", "&", "$",
    "$$", "$x$", "$a_1$", "\n$$\n", "\\frac{1}{2}", "\\text{", "}", "{{", "}}", "{% highlight c %}",
    "{% endhighlight %}", "<pre>", "</pre>", "\n::: tip\n", "\n:::\n",
    "\n:::{math}\n", "\n```{math}\n", "\n:::{code} c\n", "\n<div>\n", "</div>\n",
    "- [ ] ", "+ ", "= ", '<a href="x">', "<img src='y' />", '](x "t")', "[r]", "[R][]", "[![", "](a(b)c)", "a_b",
    "<https://a.b/c>", "[https://a.b", "!",
]  # fmt: skip
markdown_texts = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@settings(max_examples=600, deadline=None)
@given(markdown_texts, st.sampled_from(["auto", "dollar", "bracket", "kramdown", "none"]))
def test_regions_are_in_order_and_are_the_whole_text(text, math):
    place = 0
    for region in parse_markdown(text, math).regions:
        assert region.start == place < region.end
        place = region.end
    assert place == len(text)


@settings(max_examples=600, deadline=None)
@given(markdown_texts)
def test_offsets_of_the_visible_text_lead_back(text):
    markdown = parse_markdown(text)
    for prose_only in (False, True):
        visible = markdown.visible(prose_only=prose_only)
        assert len(visible.offsets) == len(visible.text) + 1
        assert visible.offsets[-1] == len(text)
        assert list(visible.offsets) == sorted(visible.offsets)


PLAIN = [piece for piece in PIECES if not re.search(r"[{$:]|www|pre|--|\r|\t|\[[ x]\]", piece)]


def _said(text):
    """The text that markdown-it renders, without white space."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    footnote_plugin(parser, inline=False, move_to_end=False, always_match_refs=True)
    parts = []
    for token in parser.parse(text):
        if token.type in {"fence", "code_block"}:
            parts.append(token.content)
        parts += (one.content for one in token.children or () if one.type in {"text", "code_inline"})
    return re.sub(r"\s", "", "".join(parts))


def is_what_markdown_it_renders(text):
    if "<" in text and re.search(r"(?m)^[\s>\-\d.+]*<", text):
        return  # text in a block of HTML is one token for markdown-it
    seen = re.sub(r"\s", "", parse_markdown(text, "none").visible().text)
    assert seen == _said(text)


def at_a_glance_is_what_the_parser_says(text):
    quick = parse_markdown(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown_inline, "simple_regions", lambda src, env: None)
        assert parse_markdown(text) == quick


PROPERTIES = [(is_what_markdown_it_renders, PLAIN), (at_a_glance_is_what_the_parser_says, PIECES)]


@pytest.mark.parametrize(("holds", "pieces"), PROPERTIES, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_visible(holds, pieces):
    """Texts by chance: four times as many in the same time as where each is chosen with care."""
    dice = random.Random(len(pieces))
    for _ in range(2000):
        holds("".join(dice.choices(pieces, k=dice.randrange(25))))


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("holds", "pieces"), PROPERTIES, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_visible_of_texts_that_are_made_to_fail(holds, pieces, count):
    texts = st.lists(st.sampled_from(pieces), max_size=24).map("".join)
    settings(max_examples=count, deadline=None)(given(texts)(holds))()


@pytest.mark.parametrize(
    ("text", "math"),
    [
        ("状态 $x_{k+1} = A x_k +\nB u_k$ 更新", ["$x_{k+1} = A x_k +\nB u_k$"]),
        ("> 引文 $\\alpha +\n> \\beta$ 里", ["$\\alpha +\n> \\beta$"]),
        ("where $0 \\le p$ holds", ["$0 \\le p$"]),
        ("the springs $ f_i $ are", ["$ f_i $"]),
        ("当 $\\text{若 $i$ 开}$ 时", ["$\\text{若 $i$ 开}$"]),
        ("记 $put(k, u_{alt})⇒b$ 为", ["$put(k, u_{alt})⇒b$"]),
        ("here \\\\( R_t \\\\) is", ["\\\\( R_t \\\\)"]),
        ("so $latex e^{x}$ is", ["$latex e^{x}$"]),
        ("a $\\mathbb{K}_1$$\\cong$ b", ["$\\mathbb{K}_1$", "$\\cong$"]),
        ("a $\\mathbb{K}_1$$\\cong and b", []),
        ("| 甲 | \\\\( std(x) = 0.5 \\\\) |\n|--|--|\n| a | b |", ["\\\\( std(x) = 0.5 \\\\)"]),
        ("as in \\\\(the old one\\\\) there", []),
        ("of $\\lambda_1$, $ B B'$, $B' = Q R $ and $Q $ too", ["$\\lambda_1$", "$ B B'$", "$B' = Q R $", "$Q $"]),
        ("costs $5 and then $6 more", []),
        ("set $HOME and $PATH first", []),
        ("`$a_1$` and ``$b_1$``", []),
        ("```\n$a_1$\n```", []),
        ("text\n\n    $a_1$\n", []),
        ("see \\(a remark\\) and \\[1\\]", []),
        ("see \\(x_{1}\\) and \\(y\\)", ["\\(x_{1}\\)", "\\(y\\)"]),
        ("$a_1\n\nb_1$", []),
    ],
)
def test_inline_formulas(text, math):
    assert _kinds(text, "math") == math


def test_a_dollar_pair_on_a_line_is_inline_where_no_single_dollar_is_used():
    assert _kinds("其中 $$x_1$$ 为和", "math") == ["$$x_1$$"]
    assert _kinds("其中 $y$ 与 $$x_1$$ 为和", "display") == ["$$x_1$$"]
    assert _kinds("其中 $y$ 与 $$x_1$$ 为和", "math", math="kramdown") == ["$$x_1$$"]
    assert _kinds("如下：\n\n$$\nx_1\n\n- y\n$$\n", "display") == ["$$\nx_1\n\n- y\n$$"]
    assert _kinds("$$x_1$$", "display", math="none") == []


@pytest.mark.parametrize(
    "code",
    [
        "```c\n(a == b) ? c : d;\n```\n",
        "~~~\n(a == b) ? c : d;\n~~~\n",
        "- item\n\n      (a == b) ? c : d;\n",
        "1. item\n\n    ```c\n    (a == b) ? c : d;\n    ```\n",
        "para\n\n    (a == b) ? c : d;\n\npara\n",
        "para\n\n\t(a == b) ? c : d;\n",
        "{% highlight c %}\n\n(a == b) ? c : d;\n{% endhighlight %}\n",
        "{{< highlight c >}}\n(a == b) ? c : d;\n\n{{< /highlight >}}\n",
        "<pre><code>\n\n(a == b) ? c : d;\n</code></pre>\n",
        "<script>\n(a == b) ? c : d;\n</script>\n",
        "<style>(a == b) ? c : d;</style>\n",
        "> ```\n> (a == b) ? c : d;\n> ```\n",
        "```{code-block} c\n:linenos:\n(a == b) ? c : d;\n```\n",
        ":::{code-block} c\n- x\n\n(a == b) ? c : d;\n:::\n",
        "para\n\n::::{note}\n:::{code} c\n(a == b) ? c : d;\n:::\n::::\n",
    ],
)
def test_code_in_every_form(code):
    assert any("(a == b) ? c : d;" in part for part in _kinds(code, "code_block"))
    assert not any("==" in part for part in _kinds(code, "prose"))


@pytest.mark.parametrize("fence", ["```", "~~~", ":::", "::::"])
@pytest.mark.parametrize("lead", ["", "甲\n", "甲\n\n"])
def test_a_directive_of_math_holds_a_formula(fence, lead):
    text = f"{lead}{fence}{{math}}\n:label: eq_1\n\n- a_1 * b\n+ *c*\n{fence}\n乙 *丙*\n"
    assert _kinds(text, "display") == ["\n- a_1 * b\n+ *c*\n"]
    assert _kinds(text, "prose") == ["甲"] * bool(lead) + ["乙 ", "丙"]
    assert "\\[- a_1 * b\n+ *c*\\]" in parse_markdown(text).visible().text


@pytest.mark.parametrize("inside", ["a &= b\n", "a\n\nb\n", "", ":label: a\n"])
def test_a_directive_of_math_that_is_no_single_formula_holds_code(inside):
    for fence in ("```", ":::"):
        text = f"甲\n\n{fence}{{math}}\n{inside}{fence}\n\n乙\n"
        assert _kinds(text, "display") == []
        assert _kinds(text, "prose") == ["甲", "乙"]


def test_colons_open_directives_at_the_beginning_of_a_line_alone():
    assert _kinds(":::{note}\n*甲*\n:::\n", "prose") == ["甲"]
    assert _kinds("甲 :::{math} 乙\n\n丙::: 丁\n", "display") == []
    assert _kinds(":::{math}\n*甲*\n", "prose") == ["甲"]


def test_a_directive_that_is_closed_behind_one_that_is_not():
    text = "::::{raw}\n*甲*\n\n:::{raw}\n*乙*\n:::\n\n::::{raw}\n*丙*\n"
    assert _kinds(text, "prose") == ["甲", "丙"]
    assert _kinds(text, "code_block") == ["*乙*\n"]


def test_a_fence_and_a_template_that_are_closed_behind_ones_that_are_not():
    text = "```````a\n\n`````b\n$x_{1}$\n`````\n$y_{1}$\n"
    assert [text[one.start : one.end] for one in MathScanner(text).scan()] == ["$y_{1}$"]
    text = "{% raw %}\n\n{% highlight c %}\n$x_{1}$\n{% endhighlight %}\n$y_{1}$\n"
    assert [text[one.start : one.end] for one in MathScanner(text).scan() if one.kind == "math"] == ["$y_{1}$"]


@pytest.mark.parametrize(
    "text",
    [
        *(":::{raw}\n*甲*\n\n", ":::{raw} ", " :::{math}", "::: "),
        *("```{math}\nx\n\n", "~~~a\n甲\n\n", "- ```a\n", "{% raw %}\n", "{{< code >}}\n甲\n"),
    ],
)
def test_what_is_opened_many_times_and_never_closed_takes_time_in_proportion(text):
    assert within(2, lambda: parse_markdown(text * 15_000))


def test_marks_addresses_and_what_is_hidden():
    text = "# 甲 ##\n\n1. **乙**[丙]"
    text += '(u "t")与 <https://a.b/c_d_e> 或 https://a.b/f_g(h)。![丁](p)<b>戊</b><!-- 己 -->{{ x }}\n'
    assert _kinds(text, "prose") == ["甲", "乙", "丙", "与 ", " 或 ", "。", "戊"]
    assert _kinds(text, "url") == ["https://a.b/c_d_e", "https://a.b/f_g(h)"]
    assert _kinds(text, "target") == ['](u "t")', "](p)"]
    assert _kinds(text, "alt") == ["丁"]
    assert _kinds(text, "html") == ["<b>", "</b>"]
    assert _kinds(text, "comment") == ["<!-- 己 -->"]
    assert _kinds(text, "template") == ["{{ x }}"]
    assert _kinds("甲[^a]\n\n[^a]: 乙\n", "footnote") == ["[^a]"]
    assert _kinds("[甲][r]\n\n[r]: https://a.b\n", "target") == ["][r]", "[r]: https://a.b\n"]


def test_front_matter_is_told_apart():
    text = "---\ntitle: a\n---\nb"
    assert [(one.kind, one.end) for one in parse_markdown(text, body=17).regions] == [
        ("front_matter", 17),
        ("prose", 18),
    ]


def test_visible_text_speaks_the_delimiters_of_a_feed():
    text = "**如**下$a_1$,\n\n> $$\n> b\n> $$\n\n\\\\( c\\_{1} \\\\) 与 5&lt;6,10<sup>2</sup>,\\*\\$9。\n"
    text += "\n| 甲 | 乙 |\n|---|---|\n"
    shown = parse_markdown(text).visible().text
    assert "如下\\(a_1\\)," in shown
    assert "\\[\nb\n\\]" in shown
    assert "\\( c_{1} \\) 与 5<6,10^{2},*\\$9。" in shown
    assert "甲\n乙" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("> $$\n> a \\\\\n> b\n> $$\n", "\\[\na \\\\\nb\n\\]"),  # a row ends in two backslashes
        ("> - $$\n>   a \\\n>   b\n>   $$\n", "\\[\n  a \\   b\n  \\]"),  # one is a control space
        ("- > $$\n  > a\n  > b\n  > $$\n", "\\[\na\nb\n\\]"),
    ],
)
def test_a_formula_in_a_quotation_is_without_its_signs(text, shown):
    assert shown in parse_markdown(text).visible().text


def test_what_is_greater_in_a_formula_outside_of_quotations_stays():
    assert "c\n> d" in parse_markdown("令\n$$\na \\\\\nc\n> d\n$$\n").visible().text


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"\text{若 \(a_1\) 大}", r"\text{若 \(a_1\) 大}"),
        (r"\frac{1}{2}\(b\)", r"\frac{1}{2}(b)"),
        (r"\left\\{a_1\right\\}", r"\left\{a_1\right\}"),
        (r"a_1 \\{b}", r"a_1 \\{b}"),
    ],
)
def test_only_escapes_of_markdown_are_undone_inside_dollars(formula: str, shown: str) -> None:
    assert parse_markdown(f"甲 ${formula}$ 乙").visible().text == rf"甲 \({shown}\) 乙"


def test_an_address_may_be_the_label_of_a_link():
    """The link wins over the address that GFM finds in running text (6.9), and a reader sees the address."""
    assert _parts("见 [https://a.b/c](https://d.e/f) 处") == [
        ("prose", "见 "),
        ("mark", "["),
        ("url", "https://a.b/c"),
        ("target", "](https://d.e/f)"),
        ("prose", " 处"),
    ]
    assert _kinds("[文 https://a.b/c 字][r]\n\n[r]: /x", "url") == ["https://a.b/c"]
    assert _kinds("[https://a.b/[c] d", "url") == ["https://a.b/[c]"]


def test_cells_that_hold_the_same_are_where_they_are():
    text = "| h | i | j |\n|---|---|---|\nab | c | ab"
    assert _kinds(text, "prose") == ["h", "i", "j", "ab", "c", "ab"]
    assert _kinds("| h | i |\n|--|--|\n| \\|a | b\\|a |", "prose") == ["h", "i", "|a", "b", "|a"]
