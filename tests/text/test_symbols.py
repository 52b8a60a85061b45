"""Raw text to symbols: the reference against Unicode's rules, and the batch form against the reference."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedtools.dedup import sketch_batch
from feedtools.dedup.codes import low_bytes
from feedtools.text import symbols, symbols_batch
from feedtools.text.dropped import LONGEST, traits

ANY_TEXT = st.text(st.characters(), max_size=80)  # lone surrogates included
PIECES = st.sampled_from(
    [
        r"\(",
        r"\)",
        r"\[",
        r"\]",
        "$$",
        r"\begin{a}",
        r"\end{a}",
        r"\alpha",
        "\\",
        "begin",
        "$",
        "[",
        "［代",
        "[Math]",
        "[公式]",
        "x_1",
        "漢字",
        "十三個字以上的尾巴不是公式",
        "…",
        "①⑩㎡",
        "ﬁß",
        "e\u0301",
        "é",
        "１２",
        "👩‍💻",
        "𝑥",
        "𠮷",
        "שלום",
        "\ud800",
        "\udc00",
        "\x00",
        "가",
        " ",
        ".",
    ]
)
MIXED = st.lists(PIECES | st.text(st.characters(), max_size=3), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｆｕｌｌ　Ｗｉｄｔｈ １２３", "fullwidth123"),
        ("機器學習與資料", "机器学习与资料"),
        ("Actor-Critic, U-Net!", "actorcriticunet"),
        ("café cafe\u0301", "cafecafe"),
        ("ﬁne ⑩ ㎡ Straße", "fine10m2strasse"),
        ("𝑥 and 👩‍💻 emoji", "xandemoji"),
        ("שלום עולם", "שלוםעולם"),
        ("a\ud800b\udc00", "ab"),
        ("", ""),
    ],
)
def test_symbols_fold_letters_and_digits(text: str, expected: str) -> None:
    assert symbols.symbols(text) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (r"设 \(x_1\) 与 \(\theta\) 为参数,见 \[\sum_i x_i\] 即可", "设 x_1 与 [Math] 为参数,见 [公式] 即可"),
        (r"前面的话 \(a+\frac{1}", "前面的话"),
        ("运行 [代码] 之后", "運行 ［代碼］ 之後"),
        (r"一个 \begin{align} a \\ b \end{align} 两个", "一个 [公式] 两个"),
        ("结尾被切 [Mat...", "结尾被切"),
    ],
)
def test_what_only_one_rendering_carries_is_dropped(a: str, b: str) -> None:
    assert symbols.symbols(a) == symbols.symbols(b)


def test_a_stray_opener_does_not_swallow_an_article() -> None:
    tail = "这里的正文还很长,并没有任何公式,所以不能因为一个多余的符号就全部丢掉。"
    assert symbols.symbols(r"开头 \( " + tail) == symbols.symbols("开头 " + tail)


@pytest.mark.parametrize(
    ("opener", "closer"), [(r"\[", r"\]"), ("$$", "$$"), (r"\(\pi", r"\)"), (r"\begin{a}", r"\end{a}"), (r"\[", "")]
)
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_formula_of_pages_is_none(opener: str, closer: str, beyond: int) -> None:
    size = LONGEST - len(opener) - len(closer) + beyond
    text = "before " + opener + ("word " * size)[:size] + closer
    assert ("word" in symbols.symbols(text)) == bool(beyond)
    batch = symbols_batch.placed([text, text + " 之后", f"{text}。{text}"])
    assert batch.symbols == [symbols.symbols(one) for one in (text, text + " 之后", f"{text}。{text}")]


def test_a_bracket_that_is_no_opener_hides_no_formula_behind_it() -> None:
    page = "\\[boolean] " + "plain words " * 400
    assert symbols.symbols(page + r"\[\frac{1}{2}\] end") == symbols.symbols(page + "[Math] end")


@given(st.characters())
def test_a_character_becomes_what_unicode_says(char: str) -> None:
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 1 and folded.isascii():
        assert symbols.symbols(char) == (folded.lower() if folded.isalnum() else "")


@given(MIXED)
@example("①" * 3)
def test_offsets_point_at_where_each_symbol_came_from(text: str) -> None:
    places = symbols.offsets(text)
    kept = symbols.symbols(text)
    assert len(places) == len(kept)
    assert list(places) == sorted(places)
    for place, symbol in zip(places, kept, strict=True):
        assert symbol in symbols.symbols(text[place])


@given(MIXED | ANY_TEXT)
def test_symbols_of_symbols_are_the_symbols(text: str) -> None:
    once = symbols.symbols(text)
    assert symbols.symbols(once) == once


@given(st.lists(MIXED | ANY_TEXT | st.sampled_from(["梯度下降" * 20, "[Math] ", r"\(x\) ", "㎏", "𠮷"]), max_size=6))
def test_one_text_at_a_time_gives_the_same_symbols_with_numpy(parts: list[str]) -> None:
    text = "".join(parts)
    assert "numpy" in sys.modules
    assert symbols.placed(text) == (symbols.symbols(text), symbols.offsets(text))


@given(
    st.lists(MIXED | ANY_TEXT | st.sampled_from(["梯度下降" * 20, "[Math] ", r"\(x\) ", "㎏", "𠮷"]), max_size=6),
    st.lists(st.integers(0, 200), max_size=8),
    st.booleans(),
)
def test_parts_of_a_text_are_read_as_texts_of_their_own(parts: list[str], bounds: list[int], order: bool) -> None:
    text = "".join(parts)
    ends = [min(bound, len(text)) for bound in (sorted(bounds) if order else bounds)]
    ranges = list(zip(ends[::2], ends[1::2], strict=False))
    wanted = "".join(symbols.symbols(text[start:end]) for start, end in ranges)
    places = [start + place for start, end in ranges for place in symbols.offsets(text[start:end])]
    found, offsets = symbols.placed_parts(text, ranges)
    assert (found, offsets.tolist()) == (wanted, places)


@given(st.lists(MIXED | ANY_TEXT, max_size=6))
def test_the_batch_form_gives_the_same_symbols(texts: list[str]) -> None:
    block = sketch_batch.sketch_block(texts)
    assert block.traits.tolist() == [traits(text) for text in texts]
    assert symbols_batch.strings(block.symbols, block.bounds) == [symbols.symbols(text) for text in texts]
    placed = symbols_batch.placed(texts)
    assert placed.symbols == [symbols.symbols(text) for text in texts]
    assert [list(offsets) for offsets in placed.offsets] == [symbols.offsets(text).tolist() for text in texts]
    assert placed.codes == [low_bytes(symbols.symbols(text)) for text in texts]
    assert placed.traits == [traits(text) for text in texts]


@pytest.mark.parametrize("piece", [r"\(", r"\[", "$$", r"\begin{a}", "[", r"\(\)", "[m"])
def test_many_openers_take_linear_time(piece: str) -> None:
    assert set(symbols.symbols(piece * 30_000)) <= set("abeginm")


@given(
    st.lists(
        st.sampled_from(
            ["字", "Ａ", "½", "ﬁ", " ", "。", "[Math]", r"\(\alpha\)", r"\(x_1\)", r"\[a", "國", "\U0001d400"]
        ),
        max_size=30,
    )
)
def test_one_text_in_numpy_has_the_symbols_and_offsets_of_the_reference(parts: list[str]) -> None:
    text = "".join(parts)
    assert symbols_batch.symbols_of(text) == symbols.symbols(text)
    assert symbols_batch.folded(text) == symbols.folded(text)
    assert list(symbols_batch.offsets(text)) == list(symbols.offsets(text))


@pytest.mark.parametrize("code", [0x10000, 0x1D465, 0x1F469, 0x1FFFF, 0x20000, 0x20BB7, 0x10FFFF])
def test_what_is_unpacked_of_the_table_first_says_the_same(code: int) -> None:
    raw = symbols.high_table()[code - 0x10000]
    assert symbols._high(code) == raw
    assert len(symbols._second_plane()) == 0x10000
