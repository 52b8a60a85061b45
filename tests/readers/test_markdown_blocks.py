"""Blocks are those of the library, whose rules are only asked less often."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedtools.readers.markdown_blocks import KEPT
from feedtools.readers.markdown_inline import parser, region_parser

LEADS = st.sampled_from(
    [
        "",
        "> ",
        ">",
        "- ",
        "* ",
        "+ ",
        "1. ",
        "2) ",
        "10. ",
        "-",
        "    ",
        "  ",
        "\t",
        " \t",
        "> - ",
        "[^1]: ",
        "# ",
        "   ",
    ]
)
ENDS = st.sampled_from(
    ["--|--", "", "文字", "a b", "---", "===", "- - -", "___", "```", "~~~", "````x", "| a | b |", "|---|:-:|", "a | b",
     "[a]: b", "[a]:", "b 'c'", "<div>", "</div>", "<b>x", "<!--", "-->", "<pre>", "</pre>", ":::", "::: note", "#",
     "# x #", "-", "1.", "*", "\\", "x  "]
)  # fmt: skip
LINES = st.tuples(LEADS, LEADS, ENDS).map("".join)
TEXTS = st.tuples(st.lists(LINES, max_size=14).map("\n".join), st.sampled_from(["", "\n", "\n\n", "\n  "])).map("".join)


def _blocks(made, text):
    env, tokens = {"ends": [], "notes": []}, []
    made.block.parse(text, made, env, tokens)
    kept = [(token.type, token.map, token.content) for token in tokens if token.type in KEPT]
    return kept, env.get("references"), env.get("footnotes", {}).get("refs")


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_blocks_are_those_of_the_library(text):
    assert _blocks(region_parser(), text) == _blocks(parser(), text)


@pytest.mark.parametrize(
    "text",
    [
        "a\n===\nb\n---\nc",  # headings by a line below
        "a\n- - -\nb",  # a rule, and no heading
        "> a\nb\n===\nc",  # a line that only goes on with a quotation underlines nothing
        "- a\n  ===\n- b\n===",
        "a\n2. b\n1. c",  # only a list that begins with one ends a paragraph
        "para\n- x\n\npara\n2. y",  # what a paragraph leaves to the list behind it
        "x | y\n-|-\nz | w\n\n- x | y\n  -|-",
        "[a]: b\n'c\nd'\n[e]: f",
        "a\n    b\n\n    c\n\td",
        "[^1]: x\n\n    y\nz\n===",
    ],
)
def test_blocks_that_begin_where_another_could_go_on(text):
    assert _blocks(region_parser(), text) == _blocks(parser(), text)
