"""What a reader of a page does not see makes no copy: front matter, comments, scripts, targets of links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.text import visible as module
from feedtools.text.symbols import symbols
from feedtools.text.visible import addresses, may_hide, visible

SHOWN = "棉花要在霜降前摘完"


@pytest.mark.parametrize(
    "hidden",
    [
        "---\ntitle: 另一个名字\n---\n{}",
        "\ufeff---\ntitle: 另一个名字\n---\n{}",
        "+++\ntitle = '另一个名字'\n+++\n{}",
        "---\ntitle: 另一个名字\n...\n{}",
        '{{"title": "另一个名字"}}\n\n{}',
        '\ufeff{{\n"title": "另一个名字"\n}}\n\n{}',
        "<!-- 给编辑看的话 -->{}",
        "{}<!-- 没有写完的话",
        "<script>const a = 1;</script>{}",
        "<style>p {{ color: red }}</style>{}",
        '<p class="big">{}</p>',
        "{{{{< figure src=a >}}}}{}",
        "{{% include a %}}{}",
        "{{{{% a b=50% > c %}}}}{}",
        "[{}](https://a.example/b)",
        "[{}](/a/b_(c))",
        "{}\n[1]: https://a.example/b",
        "{} https://a.example/b",
        "{} www.a.example",
    ],
)
def test_what_is_hidden_counts_for_nothing(hidden: str) -> None:
    text = hidden.format(SHOWN)
    assert may_hide(text)
    assert symbols(visible(text)) == SHOWN


def test_a_shortcode_that_is_never_closed_ends_where_another_one_opens() -> None:
    """Else each of many would be read to the end of the text."""
    assert visible("{{< 甲 {{< 乙 >}} 丙") == "{{< 甲   丙"


@pytest.mark.parametrize(
    "shown",
    ["--\n{}\n--\n", "a\n---\n{}\n---\nb", "{} a < b > c", "《{}》", "[{}]", r"\(a<b\) {}", "`{}`"],
)
def test_what_is_shown_counts(shown: str) -> None:
    text = shown.format(SHOWN)
    assert visible(text) == text


@pytest.mark.parametrize("mark", ["<", "](", "]:", "{{", "{%", "http", "www."])
def test_a_text_without_any_of_the_marks_hides_nothing(mark: str) -> None:
    assert may_hide(SHOWN + mark)
    assert may_hide(mark + SHOWN)
    assert mark == "<" or not any(may_hide(SHOWN + mark[:-1] + other + SHOWN) for other in ("", "x", " "))


def test_addresses_are_known_where_something_is_hidden() -> None:
    assert addresses("[a](/x) 见 https://a.example/b. 完") == {"/x", "https://a.example/b"}
    assert addresses(SHOWN) == frozenset()


PIECES = [
    "](",
    "[a]",
    "[b]:",
    " x",
    "(",
    ")",
    "http://",
    "https:",
    "www.",
    "w",
    "h",
    "a/b",
    '"t"',
    "\n",
    " ",
    "]",
    "字",
    "://",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_the_pattern_without_references_finds_what_the_whole_one_does_where_there_are_none(pieces: list[str]) -> None:
    text = "".join(pieces).replace("]:", "]")
    assert module._TARGET.sub(" ", text) == module._TARGET_OR_REFERENCE.sub(" ", text)
