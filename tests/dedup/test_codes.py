"""Short runs that texts share: the batch form says the same, and what they screen is found as without them."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq, Levenshtein

from feedtools.dedup import codes, codes_batch, runs
from feedtools.dedup.codes import FEW, MANY, SHINGLE, seeds, share_few, shared
from feedtools.dedup.document import Document
from feedtools.dedup.match import (
    Asked,
    ParallelPair,
    ShownPair,
    compare,
    compare_parallel,
    compare_shown,
    compare_whole,
    is_clear_miss,
    uncover,
)
from feedtools.dedup.overlap import overlap
from feedtools.dedup.runs import shared_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

RUN = SHINGLE + 2
TEXTS = st.lists(
    st.tuples(st.text("ab字", max_size=40), st.text("ab字", max_size=60)).map(
        lambda pair: tuple(codes.low_bytes(text) for text in pair)
    ),
    min_size=1,
    max_size=12,
)


def pair_of(seed: int, rate: float, length: int) -> tuple[str, str]:
    """An article that repeats some of its phrases, and one that has parts of it, edited, among its own."""
    rng = random.Random(seed)
    phrases = [
        "".join(rng.choices("的一是在不了有和人这中大为上个国我以要他 ab12", k=rng.randint(3, 40))) for _ in range(12)
    ]
    made = []
    for share in (1.0, rng.choice([0.1, 0.5, 0.9, 1.0])):
        text = "".join(
            rng.choice(phrases) if rng.random() < share else "".join(rng.choices("学生时代地方", k=20))
            for _ in range(length // 20)
        )
        made.append("".join(rng.choice(["", "改", char + "入"]) if rng.random() < rate else char for char in text))
    if rng.random() < 0.5:  # one is the other, edited
        made[1] = "".join(rng.choice(["", "改"]) if rng.random() < rate else char for char in made[0][length // 8 :])
    return made[0], made[1]


@given(TEXTS, st.sampled_from([1, 50, codes_batch.PIECE]))
def test_the_batch_form_marks_what_the_other_marks(pairs: list[tuple[bytes, bytes]], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes_batch, "PIECE", piece)
        made = codes_batch.shared(*map(list, zip(*pairs, strict=True)))
    assert made == [shared(*pair) for pair in pairs]
    for (one, other), marks in zip(pairs, made, strict=True):
        assert marks == bytes(one[at : at + SHINGLE] in other for at in range(len(one) - SHINGLE + 1))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_shingles_that_lose_their_slots_are_found_all_the_same(seed: int) -> None:
    rng = random.Random(seed)
    texts = [rng.randbytes(rng.randint(1, 400)) for _ in range(8)]
    pairs = [
        (one[rng.randint(0, 50) :] + other, other[: rng.randint(0, 400)] + one) for one in texts for other in texts
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes_batch, "_ROOM", 0)  # as many slots as shingles
        made = codes_batch.shared(*map(list, zip(*pairs, strict=True)))
    assert made == [shared(*pair) for pair in pairs]


def test_of_no_pairs_nothing_is_marked() -> None:
    assert codes_batch.shared([], []) == []


def test_no_shingle_is_taken_from_across_two_texts() -> None:
    one, other = b"abcdef", b"ghijkl"
    assert codes_batch.shared([one + other, one + other], [one, other]) == [
        shared(one + other, it) for it in (one, other)
    ]
    assert codes_batch.shared([b"cdefgh", b"abc"], [one, other]) == [b"\0", b""]


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.03, 0.1, 0.3]), st.sampled_from([60, 200, 700, 1600]))
def test_marks_change_no_comparison(seed: int, rate: float, length: int) -> None:
    texts = pair_of(seed, rate, length)
    one, other = sorted((Document.of(at, text) for at, text in enumerate(texts)), key=lambda it: len(it.codes))
    if len(one.codes) == len(other.codes):
        return
    marks = shared(one.codes, other.codes)
    found = overlap(one.codes, other.codes)
    assert overlap(one.codes, other.codes, marks) == found
    if found is not None:
        assert shared_runs(one.codes, other.codes, found, dense=True, marks=marks) == shared_runs(
            one.codes, other.codes, found, dense=True
        )
    made = compare(one, other)
    assert compare(one, other, Asked(marks=marks)) == made
    wanted = None if made is not None and made.match.kind == "overlap" else made
    assert compare(one, other, Asked(overlaps=False, marks=marks)) == wanted


PARTS = st.lists(st.tuples(st.integers(0, 3), st.integers(4, 60)), min_size=1, max_size=6)


@settings(deadline=None)
@given(st.integers(0, 10**6), PARTS, PARTS, st.sampled_from([2, 4, 5, 8, 90]), st.booleans())
def test_a_clear_miss_is_no_copy(
    seed: int, parts: list[tuple[int, int]], others: list[tuple[int, int]], every: int, holes: bool
) -> None:
    """Texts of stretches of few sources, in any order, of which the one is edited at regular places."""
    rng = random.Random(seed)
    sources = ["".join(rng.choices([chr(0x4E00 + 7 * at) for at in range(900)], k=400)) for _ in range(4)]

    def text(some: list[tuple[int, int]]) -> str:
        return "".join(sources[of][at : at + size] for at, (of, size) in zip(range(0, 400, 60), some, strict=False)) * 3

    edited = "".join("改" if at % every == every - 1 else char for at, char in enumerate(text(others)))
    hole = rng.randrange(len(edited)) if holes else len(edited)
    documents = Document.of(0, text(parts)), Document.of(1, edited[:hole] + "[Math]" * holes + edited[hole:])
    one, other = sorted(documents, key=lambda it: len(it.codes))
    marks = shared(one.codes, other.codes)
    if len(one.codes) < len(other.codes) and is_clear_miss(one, other, marks):
        assert compare(one, other, Asked(overlaps=False)) is None
        assert compare(one, other, Asked(overlaps=False, marks=marks)) is None
        made = compare(one, other)
        assert made is None or made.match.kind == "overlap"


def han(seed: int, size: int) -> str:
    return "".join(random.Random(seed).choices([chr(0x4E00 + 7 * at) for at in range(900)], k=size))


def edited(text: str, every: int) -> str:
    return "".join("改" if at % every == every - 1 else char for at, char in enumerate(text))


@pytest.mark.parametrize(
    ("a", "b", "missed", "kind"),
    [
        (han(1, MANY), edited(han(1, MANY), 6) + han(2, 40), False, "near"),
        (han(1, MANY + 1), edited(han(1, MANY + 1), 6) + han(2, 40), True, "overlap"),
        (han(1, 300), edited(han(1, 300), 6) + han(2, 40), True, "overlap"),
        (han(1, 300), edited(han(1, 300), 8) + han(2, 40), False, "near"),
        (
            han(3, 180) + han(1, 30) + edited(han(4, 130), 5) + han(2, 30),
            han(5, 310) + han(1, 30) + han(4, 130) + han(2, 10),
            True,
            "overlap",
        ),
        (
            han(3, 180) + han(1, 70) + edited(han(4, 90), 5) + han(2, 30),
            han(5, 310) + han(1, 70) + han(4, 90) + han(2, 10),
            False,
            "overlapping",
        ),
        (han(1, 50) + "[代码]" + han(2, 230), han(1, 50) + han(3, 290), False, "overlapping"),
        (han(1, 50) + han(2, 230), han(1, 50) + han(3, 290), True, "overlap"),
        (han(4, 9) + han(1, 50) + "[代码]" + han(2, 230), han(5, 9) + han(1, 50) + han(3, 290), True, "overlap"),
    ],
)
def test_texts_with_few_shared_runs_are_clear_misses(a: str, b: str, missed: bool, kind: str) -> None:
    one, other = Document.of(0, a), Document.of(1, b)
    marks = shared(one.codes, other.codes)
    assert is_clear_miss(one, other, marks) == missed
    made = compare(one, other)
    assert made is not None
    assert made.match.kind == kind
    assert compare(one, other, Asked(marks=marks)) == made
    assert compare(one, other, Asked(overlaps=False, marks=marks)) == (None if kind == "overlap" else made)


@pytest.mark.parametrize(
    ("size", "runs", "few"),
    [
        (MANY, 0, False),
        (MANY + 1, 0, True),
        (200, 6, True),  # six runs of six codes each are 36 of 200
        (200, 7, False),
        (210, 7, False),  # 42 of 210, a fifth
        (211, 7, True),
    ],
)
def test_few_shared_codes_are_less_than_a_fifth_of_a_text_that_is_not_short(size: int, runs: int, few: bool) -> None:
    assert FEW == 0.2
    marks = (b"\1\0\0\0\0\0\0" * runs).ljust(size - SHINGLE + 1, b"\0")
    assert share_few(marks) == few


def test_a_run_of_many_shingles_counts_with_its_last_codes() -> None:
    size, run = 500, 94
    for shingles, few in ((run, True), (run + 1, False)):  # with the five codes behind them 99 and 100 of 500
        for start in (0, 7, size - SHINGLE + 1 - shingles):
            marks = bytearray(size - SHINGLE + 1)
            marks[start : start + shingles] = b"\1" * shingles
            assert share_few(bytes(marks)) == few


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.03, 0.1]), st.sampled_from([200, 700]))
def test_marks_change_no_comparison_of_what_is_shown(seed: int, rate: float, length: int) -> None:
    texts = (
        f"[{text[:9]}](https://example.org/{at}/{text[9:40]}) {text}"
        for at, text in enumerate(pair_of(seed, rate, length))
    )
    one, other = (Document.of(at, text) for at, text in enumerate(texts))
    whole = compare_whole(one, other)
    if isinstance(whole, ParallelPair):
        whole = uncover(whole)
    made = [whole, whole]
    if isinstance(whole, ShownPair):
        marks = shared(whole.one.codes, whole.other.codes)
        made = [compare_shown(whole, asked) for asked in (Asked(marks=marks), Asked())]
    expected = compare(one, other)
    assert [compare_parallel(it) if isinstance(it, ParallelPair) else it for it in made] == [expected, expected]


def plainly_seeded(a: bytes, b: bytes, width: int, stride: int) -> Iterator[tuple[int, int, int]]:
    """``runs._seeded``, place by place."""
    there = seeds(b, width, stride)
    i = end = shift = done = 0
    while i <= len(a) - width:
        seed = a[i : i + width]
        j = i + shift if i + shift >= 0 and b.startswith(seed, i + shift) else there.get(seed, -1)
        if j < 0:
            i += 1
            continue
        while i > end and j > 0 and a[i - 1] == b[j - 1]:
            i, j = i - 1, j - 1
        size = 0
        while i + size < len(a) and j + size < len(b) and a[i + size] == b[j + size]:
            size += 1
        twice = done - j if 0 < done - j < width and size - (done - j) > width else 0
        yield i + twice, j + twice, size - twice
        done = j + size
        shift, i = j - i, i + size
        end = i


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.05, 0.2]), st.sampled_from([80, 400, 1800]))
def test_seeds_are_those_of_a_search_place_by_place(seed: int, rate: float, length: int) -> None:
    one, other = (codes.low_bytes(text.replace(" ", "")) for text in pair_of(seed, rate, length))
    for width, stride in (runs._SHORT_SEED, runs._LONG_SEED):
        found = list(runs._seeded(one, other, shared(one, other), width, stride))
        assert found == list(plainly_seeded(one, other, width, stride))


@given(st.binary(max_size=60), st.integers(0, 50), st.sampled_from([2, 4]))
def test_a_place_is_the_first_that_seeds_take(text: bytes, at: int, stride: int) -> None:
    text = bytes(code % 3 for code in text)
    run = text[at : at + RUN]
    if len(run) == RUN:
        known = codes.Places(text, RUN, stride)
        assert [known.first(run) for _ in range(codes._TRIES)] == [seeds(text, RUN, stride).get(run, -1)] * codes._TRIES


def test_runs_are_looked_up_where_many_were_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[int] = []

    def counted(text: bytes, width: int, stride: int) -> dict[bytes, int]:
        laid.append(width)
        return seeds(text, width, stride)

    monkeypatch.setattr(codes, "seeds", counted)
    known, absent = codes.Places(bytes(range(90)), RUN, 2), bytes(RUN)
    assert [known.first(absent) for _ in range(codes._TRIES)] == [-1] * codes._TRIES
    assert not laid
    assert known.first(bytes(range(4, 4 + RUN))) == 4
    assert laid == [RUN]
    odd = codes.Places(bytes(1000), RUN, 4)  # a search that meets only places between counts each of them
    odd.first(bytes(RUN))
    assert odd._left == codes._TRIES - 1 - (1000 - RUN) % 4


def test_what_is_kept_of_the_last_texts_is_that_of_each() -> None:
    texts = [random.Random(seed).randbytes(60) for seed in range(7)]
    for text in [*texts, *texts]:
        assert codes._shingles(text) == {text[at : at + 6] for at in range(55)}
        assert codes.places(text, 8, 2).first(text[4:12]) == 4


@pytest.fixture(params=["early", "late"])
def _moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has measured nothing yet and has no rapidfuzz, and one that has done with that."""
    monkeypatch.setattr(codes, "_is_early", lambda: request.param == "early")


@pytest.mark.usefixtures("_moment")
@pytest.mark.parametrize("letters", [2, 3, 200])
def test_few_texts_are_measured_as_rapidfuzz_does(letters: int) -> None:
    draw = random.Random(letters)
    for _ in range(500):
        a, b = (bytes(draw.randrange(letters) for _ in range(draw.randrange(40))) for _ in range(2))
        bound = draw.randrange(30)
        assert codes.common_length(a, b, bound) == LCSseq.similarity(a, b, score_cutoff=bound), (a, b, bound)
        assert codes.edit_distance(a, b, bound) == Levenshtein.distance(a, b, score_cutoff=bound), (a, b, bound)


@pytest.mark.usefixtures("_moment")
def test_a_measure_is_told_up_to_its_bound() -> None:
    assert [codes.common_length(b"abcd", b"xbdx", least) for least in (2, 3)] == [2, 0]
    assert [codes.edit_distance(b"abcd", b"abxy", most) for most in (2, 1, 0)] == [2, 2, 1]
    assert [codes.edit_distance(a, b, 9) for a, b in ((b"", b""), (b"ab", b""), (b"", b"ab"))] == [0, 2, 2]


def test_rapidfuzz_is_imported_once_a_process_has_measured_much() -> None:
    program = (
        "import sys\n"
        "from feedtools.dedup import codes\n"
        "for number in range(codes.EARLY + 1):\n"
        "    print('rapidfuzz' in sys.modules, codes.edit_distance(b'abc', b'abd', 3))\n"
        "print('rapidfuzz' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [*["False 1"] * (codes.EARLY + 1), "True"]
