"""FT101 to FT104: placeholders as the table of renderers names them, or with the feed's own list of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedtools.lint.checks import placeholders
from feedtools.lint.checks.base import View
from feedtools.lint.engine import lint
from feedtools.lint.rules import builtin, configure
from feedtools.model import Article

WORDS = ["图片", "表格", "image", "图"]


def found(text: str, **options: object) -> list[str]:
    return [
        text[hit.start : hit.end] for hit in placeholders.lost(View(text), {"kind": "media", "words": [], **options})
    ]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("见 [图片] 与 [表格]。", ["[图片]", "[表格]"]),
        ("见【图片】和［表格］。", ["【图片】", "［表格］"]),
        ("the plot [image] shows", ["[image]"]),
        ("如下 [图片](见附录)", ["[图片]"]),
        ("最后是 [图...", ["[图"]),
        ("最后是 [图片…  ", ["[图片"]),
        ("at last [ima...", ["[ima"]),
    ],
)
def test_finds(text: str, spans: list[str]) -> None:
    assert found(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "frames[image]",
        "[图片说明]",
        "[image](https://a.example/b)",
        "[i...",
        "[im...",
        r"\[图片\]",
        "[图... 之后还有字",
        "a[0][image]",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert found(text) == []


def test_words_are_configurable() -> None:
    assert found("见 [脚注] 与 [图片]", words=["脚注"]) == ["[脚注]"]
    assert found("见 [a+b] 与 [图片]", words=["a+b", ""]) == ["[a+b]"]
    assert found("见 [图片]", words=[]) == ["[图片]"]


@given(st.text())
def test_spans_lie_in_the_text(text: str) -> None:
    for hit in placeholders.lost(View(text), {"kind": "media", "words": WORDS}):
        assert 0 <= hit.start < hit.end <= len(text)


@given(st.sampled_from(WORDS), st.text(alphabet="汉字,。 "), st.text(alphabet="汉字,。 "))
def test_finds_whatever_prose_stands_around(word: str, before: str, after: str) -> None:
    assert found(f"{before}[{word}]{after}") == [f"[{word}]"]


@pytest.mark.parametrize(
    ("text", "kind", "spans"),
    [
        ("若 [Math] 与 [Ma...", "math", ["[Math]", "[Ma"]),
        ("若 [math] 与 [M...", "math", []),
        ("定义 【公式】 与 [公…", "display", ["【公式】", "[公"]),
        ("程序 [代碼] 与 [代码]", "code", ["[代碼]", "[代码]"]),
        ("程序 [代码](https://a.example/b)", "code", []),
        ("下标 x[Math]", "math", ["[Math]"]),
    ],
)
def test_each_kind_has_its_words(text: str, kind: str, spans: list[str]) -> None:
    assert found(text, kind=kind) == spans


def test_the_prefilter_knows_no_words() -> None:
    """A feed's own words reach the checker: the rule's trigger asks for a bracket only."""
    (rule,) = (rule for rule in builtin() if rule.id == "FT104")
    (own,) = configure([rule], {"FT104": {"words": ["脚注"]}})
    assert [finding.rule for finding in lint([Article("a", 1, "见 [脚注] 一。")], [own]).findings] == ["FT104"]
