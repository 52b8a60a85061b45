"""Two texts to a match: kinds, spans, and agreement between the pair form and the batch."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from feedtools.dedup import instalments, match, overlap, slots
from feedtools.dedup.batch import dedup
from feedtools.dedup.candidates import MOST_REST
from feedtools.dedup.codes import low_bytes
from feedtools.dedup.document import Document, is_dense
from feedtools.dedup.evidence import match_pair
from feedtools.dedup.match import compare

HAN = [chr(0x4E00 + 41 * i) for i in range(480)]


def article(seed: int, length: int = 320) -> str:
    return "".join(random.Random(seed).choices(HAN, k=length))


WHOLE = article(1)


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (WHOLE, WHOLE, "exact"),
        (WHOLE[:90] + "...", WHOLE, "truncated"),
        (WHOLE[100:220], WHOLE, "contained"),
        (WHOLE[:150] + "，" + WHOLE[150:], WHOLE, "near"),
        (WHOLE[:100] + "[Math]" + WHOLE[100:], WHOLE[:100] + r"\(\theta\)" + WHOLE[100:], "rerendered"),
        (WHOLE[:100] + "[公式]" + WHOLE[100:200], WHOLE[:100] + r"\[\sum x\]" + WHOLE[100:], "rerendered"),
        (WHOLE[:60] + article(2, 29) + WHOLE[89:], WHOLE, "near"),
        (WHOLE[:60] + article(2, 30) + WHOLE[90:], WHOLE, "overlapping"),
        (WHOLE[:60] + article(2, 45) + WHOLE[60:], WHOLE, "near"),
        (WHOLE[120:], article(3, 100) + WHOLE[120:], "contained"),
        (WHOLE[:240] + article(4, 200), WHOLE[:80] + article(5, 260), "overlap"),
    ],
)
def test_kinds(a: str, b: str, kind: str) -> None:
    found = match_pair(a, b)
    assert found is not None
    assert found.kind == kind


def test_nothing_in_common_is_no_match() -> None:
    assert match_pair(article(6), article(7)) is None


def test_short_texts_match_only_exactly() -> None:
    assert match_pair("短短的一句", "短短的一句话") is None
    found = match_pair("短短的一句", "短短的一句")
    assert found is not None
    assert found.kind == "exact"


def test_excerpts_that_begin_at_different_places_overlap_and_keep_what_is_their_own() -> None:
    found = match_pair(WHOLE[:200], WHOLE[100:])
    assert found is not None
    assert found.kind == "overlapping"
    assert (found.rest_a, found.rest_b) == (100, 120)
    assert found.similarity == 1.0
    assert found.coverage_a == pytest.approx(0.5)


@pytest.mark.parametrize(("shared", "kind"), [(130, "overlapping"), (110, "overlap")])
def test_texts_that_share_much_out_of_line_overlap_in_part(shared: int, kind: str) -> None:
    passage = article(8, shared)
    found = match_pair(article(9, 100) + passage + article(10, 70), passage + article(11, 170))
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(("size", "kind"), [(20, "near"), (21, "overlapping")])
def test_a_copy_is_covered_to_four_fifths(size: int, kind: str) -> None:
    edited = whole = article(12, 400)
    for at in (210, 255, 300, 345):
        edited = edited[:at] + article(at, size) + edited[at + size :]
    found = match_pair(edited, whole)
    assert found is not None
    assert (found.kind, found.coverage_a) == (kind, pytest.approx(1 - 4 * size / 400))


def test_a_text_that_another_begins_with_is_a_cut_even_where_all_of_it_is_an_address() -> None:
    address = "https://example.org/notes/a-long-name-for-a-page"
    assert match_pair(address[:40] + "...", address + " " + WHOLE).kind == "truncated"  # type: ignore[union-attr]


def test_instalments_are_told_apart_by_their_number() -> None:
    a, b = "系列教程第三期" + WHOLE, "系列教程第四期" + WHOLE[:-1]
    assert match_pair(a, b).kind == "overlap"  # type: ignore[union-attr]
    assert match_pair(a, a[:-1]).kind == "truncated"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "named", ["第12篇", "第三章", "第十一讲", "第九十部分", "第2弹", "part3", "chapter12", "vol7", "week52"]
)
def test_codes_show_every_instalment_that_symbols_do(named: str) -> None:
    symbols = article(11, 40) + named + article(12, 40)
    assert instalments._INSTALMENT.search(symbols)
    assert instalments._INSTALMENT_CODES.search(low_bytes(symbols))


def test_a_copy_with_its_code_left_out_is_found() -> None:
    code = "import numpy as np; x = np.zeros((3, 4)); print(x.mean(axis=0)); raise SystemExit(len(x))" * 2
    text = WHOLE[:120] + " {} " + WHOLE[120:260]
    found = match_pair(text.format("[代码]"), text.format(code))
    assert found is not None
    assert found.kind == "rerendered"


@pytest.mark.parametrize(
    ("behind", "kind"), [(60, "overlapping"), (57, "overlapping"), (30, "overlap"), (None, "overlap")]
)
def test_two_that_part_where_one_has_a_hole_overlap(behind: int | None, kind: str) -> None:
    """Code that one renderer keeps fills its excerpt; the other shows a placeholder there and goes on."""
    shown, kept = WHOLE[:60] + article(2, 200), WHOLE[:60] + article(3, 300)
    if behind is not None:
        shown = shown[:behind] + "[代码]" + shown[behind:]
    found = match_pair(shown, kept)
    assert found is not None
    assert found.kind == kind


def test_a_hole_that_stands_in_both_tells_nothing() -> None:
    opening = WHOLE[:60] + "[代码]"
    found = match_pair(opening + article(2, 200), opening + article(3, 300))
    assert found is not None
    assert found.kind == "overlap"


@pytest.mark.parametrize("swapped", [False, True])
def test_a_list_that_one_lacks_behind_its_title_is_bridged(swapped: bool) -> None:
    title, table, rest, more = article(1, 12), article(2, 120), article(3, 45), article(4, 250)
    a, b = title + table + rest + "...", title + rest + more
    found = match_pair(b, a) if swapped else match_pair(a, b)
    assert found is not None
    assert found.kind == "overlapping"
    assert sum(block.a_end - block.a_start for block in found.evidence) >= 55


@pytest.mark.parametrize("lengths", [(6, 120, 45), (12, 5, 20), (12, 120, 30)])
def test_little_behind_a_common_title_is_no_bridge(lengths: tuple[int, int, int]) -> None:
    title, table, rest = (article(seed, length) for seed, length in enumerate(lengths, 1))
    found = match_pair(title + table + rest + article(8, 100), title + rest + article(4, 250))
    assert found is None or found.kind == "overlap"


def test_a_footer_that_returns_is_no_bridge() -> None:
    title, footer = article(1, 12), article(3, 45)
    found = match_pair(title + article(2, 120) + footer + "...", title + footer + article(4, 200) + footer)
    assert found is None or found.kind == "overlap"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_pair_and_batch_agree(seed: int) -> None:
    rng = random.Random(seed)
    whole = article(seed, rng.randrange(40, 400))
    a, b = sorted(rng.sample(range(len(whole) + 1), 2))
    other = "".join(c if rng.random() > 0.08 else rng.choice(HAN) for c in whole[a : b - 1])
    alone = match_pair(whole, other)
    batch = list(dedup([whole, other], evidence=True).matches)
    assert batch == ([alone] if alone else []) or not batch  # the batch sees candidates only


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_any_two_texts_can_be_compared(a: str, b: str) -> None:
    found = match_pair(a, b)
    if found is not None:
        assert 0 <= found.similarity <= 1
        assert (found.kind == "exact") == (a == b)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.02, 0.1, 0.4]), st.integers(1, 1200))
def test_a_distance_in_pieces_is_the_distance_or_a_little_more(seed: int, rate: float, length: int) -> None:
    rng = random.Random(seed)
    a = article(seed, length)
    b = "".join(rng.choice(["", char, rng.choice(HAN) + char]) if rng.random() < rate else char for char in a)
    one, other = low_bytes(a), low_bytes(b)
    exact = Levenshtein.distance(one, other)
    pieces = overlap._distance(one, other, length)
    assert exact <= pieces <= exact + (length if rate > 0.1 else 4)
    assert (overlap._distance(one, other, exact // 2) > exact // 2) == (exact > exact // 2)


ALIKE = st.text(st.sampled_from("aā字\u4e61\U0001f600\ud800"), max_size=40)
"""Code points some of which share their low byte."""


@settings(deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(overlap.SHORT, overlap.SCREENED),
    st.integers(0, 100),
    st.sampled_from([0, 3, 4, 7, 12, 40]),
)
def test_screening_short_texts_loses_no_match_and_no_passage(seed: int, length: int, foreign: int, every: int) -> None:
    whole, start = article(seed, 400), seed % 200
    shared = whole[start : start + length]
    if every:  # edited at every so many symbols, which leaves no longer run
        shared = "".join("改" if place % every == 0 else char for place, char in enumerate(shared))
    a = article(seed + 1, foreign + 20)[:foreign] + shared
    pair = low_bytes(a[: overlap.SCREENED]), low_bytes(whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "SCREENED", 0)
        found = overlap.overlap(*pair)
    if found is None or found.same or found.similarity == 1:
        assert overlap.overlap(*pair) == found


def test_a_short_text_is_compared_for_a_passage_and_for_what_is_left_between_edits() -> None:
    passage = article(16, 35) + WHOLE[100 : 100 + overlap.OVERLAP_SYMBOLS] + article(17, 35)
    found = match_pair(passage, WHOLE)
    assert found is not None
    assert (found.kind, found.coverage_a) == ("overlap", 0.3)
    edited = "".join(WHOLE[i] if i % 4 else "改" for i in range(100))  # no run of more than three
    found = match_pair(edited, WHOLE)
    assert found is not None
    assert (found.kind, found.similarity) == ("near", 0.7576)


def test_a_stock_opening_is_told_as_it_is_and_is_no_article() -> None:
    opening = article(13, 75)
    found = match_pair("短" + opening[4:] + article(14, 320), "长文" + opening[4:] + article(15, 400))
    assert found is not None
    assert (found.kind, found.similarity) == ("overlap", 1)
    assert [block.a_end - block.a_start for block in found.evidence] == [71]


@given(ALIKE, ALIKE)
def test_codes_are_never_further_apart_than_their_symbols(a: str, b: str) -> None:
    one, other = low_bytes(a), low_bytes(b)
    assert len(one) == len(a)
    assert Levenshtein.distance(one, other) <= Levenshtein.distance(a, b)


@pytest.mark.parametrize(("rate", "apart"), [(0.02, 0.003), (0.1, 0.008), (0.3, 0.03)])
def test_the_similarity_of_codes_is_nearly_that_of_symbols(rate: float, apart: float) -> None:
    rng = random.Random(9)
    for seed in range(40):
        a = article(seed, 400)
        b = "".join(rng.choice(["", rng.choice(HAN), rng.choice(HAN) + c]) if rng.random() < rate else c for c in a)
        found = overlap.overlap(low_bytes(a), low_bytes(b))
        assert found is not None
        one, other = a[found.a_start : found.a_end], b[found.b_start : found.b_end]
        exact = 1 - Levenshtein.distance(one, other) / max(len(one), len(other))
        assert exact - 1e-9 <= found.similarity <= exact + apart


def test_long_texts_are_measured_in_bounded_time() -> None:
    text = article(8, 60_000)
    edited = "".join(c if i % 23 else "改" for i, c in enumerate(text))
    found = match_pair(text, edited)
    assert found is not None
    assert found.similarity > 0.9


PAGE = "---\ntitle: {}\n---\n<!-- " + WHOLE + " -->\n{}\n"


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (PAGE.format("甲", article(21, 90)), PAGE.format("乙", article(22, 90)), None),
        (PAGE.format("甲", article(21, 90)), PAGE.format("乙", article(21, 90) + "乙丙"), "truncated"),
        (PAGE.format("甲", "未完待续"), PAGE.format("乙", "未完待续"), None),
        ("见 https://example.org/a" + "/x" * 30, "又见 https://example.org/a" + "/x" * 30 + article(23, 30), None),
        (f"[{WHOLE[:50]}](https://example.org/a)", f"[{WHOLE[:50]}](https://example.org/b)", "overlap"),
        (f"[{WHOLE[:90]}](https://example.org/a)", f"[{WHOLE[:90]}](https://example.org/b)", "near"),
    ],
)
def test_text_that_is_not_shown_makes_no_copy(a: str, b: str, kind: str | None) -> None:
    found = match_pair(a, b)
    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("共 128 人到场", "共 129 人到场", "overlapping"),
        ("共 128 人到场", "共许多人到场", "near"),
        (r"设 \(y=\sin x\) 的导数", r"设 \(y=\cos x\) 的导数", "overlapping"),
        (r"设 \(y=\sin x\) 的导数", r"设 \(y = \sin x\) 的导数", "near"),
        (r"设 \(y=\sin x\) 的导数", "设 [公式] 的导数", "rerendered"),
    ],
)
def test_figures_and_formulas_in_one_place_have_to_agree(one: str, other: str, kind: str) -> None:
    found = match_pair(WHOLE[:60] + one + WHOLE[60:150], WHOLE[:60] + other + WHOLE[60:150])
    assert found is not None
    assert found.kind == kind


def test_formulas_count_among_what_would_be_lost() -> None:
    body = r"\frac{\partial u}{\partial t} = \alpha \nabla^2 u + \beta u"
    a, b = WHOLE[:90] + rf"\[{body}\]" + WHOLE[90:150], WHOLE
    found = match_pair(a, b)
    assert found is not None
    assert found.rest_a > 30
    assert match_pair(WHOLE[:150], b).rest_a == 0  # type: ignore[union-attr]


def test_english_prose_that_aligns_letter_by_letter_shares_no_run() -> None:
    words = ["harbour", "night", "salt", "the", "of", "window", "and", "ferry", "slowly", "under", "candle", "a"]
    a, b = (" ".join(random.Random(seed).choices(words, k=150)) for seed in (1, 2))
    assert match_pair(a, b) is None or match_pair(a, b).kind == "overlap"  # type: ignore[union-attr]


def test_a_page_and_its_translation_share_their_commands_and_are_no_copies() -> None:
    code = "curl -fsSL https example org install sh and then mill init with config etc mill toml workers eight " * 2
    a = "先取得软件包再执行下面的命令" + code + "参见指南与参考手册"
    b = "Fetch the package first and run these" + code + "See the guide and the reference"
    assert match_pair(a, b).kind == "overlap"  # type: ignore[union-attr]


def test_a_long_text_with_other_figures_is_a_copy_and_neither_goes() -> None:
    whole = article(31, 2000)
    found = match_pair(whole[:900] + "共 128 人" + whole[900:], whole[:900] + "共 129 人" + whole[900:] + "乙")
    assert found is not None
    assert (found.kind, found.rest_a, found.rest_b) == ("near", MOST_REST, MOST_REST)


@pytest.mark.parametrize(
    ("text", "gap", "wide"),
    [
        (WHOLE[:9] + "abc" + WHOLE[9:], (10, 11), (9, 12)),  # inside a word
        (WHOLE[:9] + "ab c" + WHOLE[9:], (10, 11), (9, 12)),  # letters of a dense script are one name
        (WHOLE[:9] + "1,23" + WHOLE[9:], (10, 11), (9, 12)),  # inside a number
        (WHOLE[:9] + "1 = 2" + WHOLE[9:], (10, 11), (10, 11)),  # two numbers
        (WHOLE, (10, 11), (10, 11)),
    ],
)
def test_a_gap_takes_in_the_word_or_number_it_parts(text: str, gap: tuple[int, int], wide: tuple[int, int]) -> None:
    one = Document.of(0, text)
    (found,) = slots.widened(one, one, [slots.Gap(*gap, *gap)], dense=True)
    assert (found.a_start, found.a_end) == wide
    assert found.turned() == found


@given(st.text("ab19 .，山", min_size=2, max_size=24), st.booleans(), st.data())
def test_words_and_numbers_end_where_two_symbols_in_a_row_no_longer_belong_together(
    text: str, dense: bool, data: st.DataObject
) -> None:
    one = Document.of(0, text)
    letters, offsets = one.symbols, one.offsets

    def together(at: int) -> bool:
        pair, apart = letters[at - 1 : at + 1], offsets[at] - offsets[at - 1]
        digits = sum(map(str.isdigit, pair))
        return pair.isascii() and ((dense and not digits) or apart == 1 or (digits == 2 and apart == 2))

    def end(at: int, step: int) -> int:
        while 0 < at < len(letters) and together(at):
            at += step
        return at

    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(letters))] * 2)))
    (found,) = slots.widened(one, one, [slots.Gap(start, stop, start, stop)], dense=dense)
    assert found[:2] == found[2:] == (end(start, -1), end(stop, 1))


PARTS = ["山谷里的风", r"\(\theta\)", r"\(\phi\)", "$$\\alpha$$", "[公式]", "，", "见 https://example.org/a", "x 12"]


@given(st.lists(st.sampled_from(PARTS), max_size=3), st.lists(st.sampled_from(PARTS), max_size=3))
def test_a_text_that_another_begins_with_is_measured_as_an_alignment_of_the_two_measures_it(
    one: list[str], other: list[str]
) -> None:
    a, b = (
        Document.of(at, "".join([WHOLE[:70], *some, WHOLE[70:size]]))
        for at, some, size in ((0, one, 80), (1, other, 170))
    )
    made = compare(a, b)
    if b.codes.startswith(a.codes):
        found = overlap.overlap(a.codes, b.codes)
        assert found is not None
        assert made == match._judged(a, b, found, match.Asked())


@pytest.mark.parametrize("at", [0, 63, 64, 65, 128, len(WHOLE)])
def test_texts_of_the_same_symbols_are_renderings_where_their_letters_differ(at: int) -> None:
    for added, kind in (("$$\\alpha$$", "rerendered"), ("——", "near")):
        found = match_pair(WHOLE[:at] + added + WHOLE[at:], WHOLE)
        assert found is not None
        assert found.kind == kind


@pytest.mark.parametrize(("size", "kind"), [(19, None), (20, "truncated")])
def test_a_beginning_counts_from_some_symbols_on(size: int, kind: str | None) -> None:
    found = match_pair(WHOLE[:size], WHOLE)
    assert (found and found.kind) == kind


def test_a_formula_counts_in_what_the_longer_one_has_for_itself_beside_other_text() -> None:
    formula = r"\[" + r"\frac{alpha + beta}{gamma}" * 6 + r"\]"
    plain = match_pair(WHOLE[:200], WHOLE[:200] + article(9, 40))
    found = match_pair(WHOLE[:200], WHOLE[:100] + formula + WHOLE[100:200] + article(9, 40))
    assert plain is not None
    assert found is not None
    assert plain.rest_b == 40
    assert found.rest_b > 100


@pytest.mark.parametrize(
    ("text", "dense"),
    [
        ("Стек это тип данных", False),
        ("Η στοίβα είναι δομή", False),
        ("“Stack” – a type…", False),
        ("스택은 자료 구조다", True),
        ("スタックはデータ構造", True),
        ("abc栈", False),
        ("abc栈栈", True),
    ],
)
def test_an_alphabet_of_two_bytes_a_letter_is_no_dense_script(text: str, dense: bool) -> None:
    assert is_dense(text) is dense


def lines(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvw", k=length))


def test_a_passage_left_out_before_the_letters_it_begins_with_leaves_one_line_of_runs() -> None:
    before, behind = lines(11, 900) + "xy", "xyz" + lines(12, 500)
    one, other = Document.of(0, before + "q" * 30 + behind), Document.of(1, lines(13, 1400) + before[:-2] + behind)
    made = compare(one, other)
    assert made is not None
    assert (made.match.kind, made.match.rest_a) == ("overlapping", 32)
    one, other = Document.of(0, before + "q" * 24 + behind), other
    made = compare(one, other)
    assert made is not None
    assert made.match.kind == "contained"


@pytest.mark.parametrize("size", [100, 280, 350, 900])  # aligned as wholes, and between seeds
@pytest.mark.parametrize("more", [0, 12])
def test_what_stands_in_another_order_is_no_text_of_its_own(size: int, more: int) -> None:
    parts = [lines(seed, size) for seed in (21, 22, 23, 24)]
    other = "".join((parts[0], parts[2], parts[1], parts[3][:50], "z" * more, parts[3][50:]))
    made = compare(Document.of(0, "".join(parts)), Document.of(1, other))
    assert made is not None
    assert (made.match.kind, made.match.rest_a, made.match.rest_b) == ("near", 0, more)


@pytest.mark.parametrize(("size", "kinds"), [(298, {"overlapping"}), (304, {"near"})])
def test_pages_of_fewer_letters_that_point_elsewhere_are_two(size: int, kinds: set[str]) -> None:
    words = lines(31, size - 8)
    pages = [f"<i>{words}</i> [{name}](https://example.org/{name}).html" for name in ("heap", "list")]
    made = compare(*(Document.of(number, page) for number, page in enumerate(pages)))
    assert made is not None
    assert {made.match.kind} == kinds


@pytest.mark.parametrize(
    ("one", "other", "goes"),
    [
        ("5 km", "5 miles", False),
        ("5公里", "5英里", False),
        ("40 °C", "40 °F", False),
        ("3 mg", "3 g", False),
        ("3毫克", "3克", False),
        ("3 or g", "3 g", True),  # a word more
        ("3 kilog", "3 g", True),
        ("5 km", "5  km", True),
        ("a km", "a mile", True),
        ("5 kilometre", "5 miles and", True),  # a word of nine letters and more is no unit
        ("5 (in) km", "5 (in) miles", True),
    ],
)
def test_another_unit_behind_the_same_number_keeps_both_texts(one: str, other: str, goes: bool) -> None:
    text = "The sign beside the road to the harbour says {} to the village where the old ferry lands in summer"
    found = match_pair(text.format(one), text.format(other))
    assert found is not None
    assert found.kind in {"near", "rerendered"}
    assert (min(found.rest_a, found.rest_b) < MOST_REST) is goes
